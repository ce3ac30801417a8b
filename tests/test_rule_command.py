"""``asyncpattern-lint rule`` shows what the rules say of themselves."""

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from asyncpattern_lint.cli import main
from asyncpattern_lint.documentation import entries, text
from asyncpattern_lint.rule import known_codes

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    return lambda *arguments: CliRunner().invoke(main, ["rule", *arguments])


def test_a_rule_is_explained(run: Run) -> None:
    result = run("APL303")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(
        "# hidden-missing-import (APL303)\n\n"
        "Flag a first-party import that always fails and is hidden by a handler.\n\n"
        "It is on by default. There is an unsafe fix.\n\n"
        "## What it does\n"
    )
    assert "## Why is this bad?\n" in result.stdout
    assert "Use instead:\n```python\n" in result.stdout
    assert result.stdout.endswith('        print("no database")\n```\n')


def test_codes_of_one_rule_have_names_and_examples_of_their_own(run: Run) -> None:
    result = run("apl112", "APL116", "APL112")
    parts = result.stdout.split("\n\n\n# ")
    assert len(parts) == 2
    assert "async for item in get_session():  # BUG: APL112" in parts[0]
    assert "async for item in get_count():  # BUG: APL116" in parts[1]


def test_every_rule_is_explained(run: Run) -> None:
    result = run("--all")
    assert result.stdout == "\n\n\n".join(map(text, entries().values())) + "\n"


@pytest.mark.parametrize("arguments", [["--all"], ["APL112", "APL901"]])
def test_json_is_a_list_of_objects(run: Run, arguments: list[str]) -> None:
    result = run(*arguments, "--output-format", "json")
    found = json.loads(result.stdout)
    codes = [part for part in arguments if part != "--all"] or list(known_codes())
    assert [entry["code"] for entry in found] == codes
    for entry in found:
        known = entries()[entry["code"]]
        assert entry == {
            "code": known.code,
            "name": known.name,
            "summary": known.summary,
            "explanation": known.explanation,
            "default": known_codes()[known.code],
            "fix": known.fix,
            "bad": known.bad,
            "good": list(known.good),
        }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["APL119"], "unknown code APL119; the nearest is APL112"),
        (["APL112", "apl9"], "unknown code APL9; the nearest is APL901"),
        (["E501"], "unknown code E501"),
        ([""], "unknown code "),
        ([], "name the codes to explain, or --all for every one"),
        (["--all", "APL112"], "name the codes to explain, or --all for every one"),
    ],
)
def test_a_usage_error_is_one_line(run: Run, arguments: list[str], message: str) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"asyncpattern-lint: error: {message}\n"


def test_an_unknown_format_exits_with_2(run: Run) -> None:
    assert run("APL112", "--output-format", "xml").exit_code == 2
