"""The README says what is: its commands parse, its output is real, its tables are complete."""

import json
import re
import shlex
import subprocess
from pathlib import Path

import click
import pytest
import yaml
from click.testing import CliRunner

from asyncpattern_lint.cli import main
from asyncpattern_lint.cli.check import check
from asyncpattern_lint.config import OutputFormat, select_codes
from asyncpattern_lint.protocol import Kind, Use, cells, code_of
from asyncpattern_lint.rule import TableRule, known_codes, rules

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """Return what stands under a heading."""
    (body,) = re.findall(
        rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL
    )
    return str(body)


def blocks(language: str, text: str = README) -> list[str]:
    """Return the code blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def table(text: str) -> list[list[str]]:
    """Return the rows of the tables in a text, without heads."""
    rows = [
        re.split(r" *(?<!\\)\| *", line.strip("| "))
        for line in re.findall(r"^\|.*", text, re.MULTILINE)
    ]
    rules = [number for number, row in enumerate(rows) if set("".join(row)) == {"-"}]
    heads = {number - 1 for number in rules} | set(rules)
    return [row for number, row in enumerate(rows) if number not in heads]


COMMANDS = [line for block in blocks("sh") for line in block.splitlines()]
COMMANDS += re.findall(r"^ *- (?:run: )?(asyncpattern-lint .*)", README, re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_are_well_formed(command: str) -> None:
    assert subprocess.run(["bash", "-n", "-c", command], check=False).returncode == 0
    for part in command.split("&&"):
        program, *arguments = shlex.split(part)
        if Path(program).name != "asyncpattern-lint":
            continue
        name = arguments.pop(0)
        with main.commands[name].make_context(f"asyncpattern-lint {name}", arguments) as context:
            if name == "check":
                select_codes(context.params["select"], context.params["ignore"], known_codes())


@pytest.mark.parametrize("block", blocks("yaml"))
def test_the_configurations_are_well_formed(block: str) -> None:
    configuration = yaml.safe_load(block)
    for job in configuration.get("jobs", {}).values():
        (step,) = [step for step in job["steps"] if "asyncpattern-lint" in step["uses"]]
        inputs = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["inputs"]
        assert set(step["with"]) <= set(inputs)


def test_two_commands_set_up() -> None:
    (block,) = blocks("sh", section("Set-up"))
    install, test = block.splitlines()
    assert install.startswith("python3 -m venv .venv && .venv/bin/pip install . && ")
    assert test.startswith("python3 -m venv .venv && .venv/bin/pip install '.[dev]' && ")
    assert ".venv/bin/pytest" in test


def test_the_ci_runs_these_commands() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    (extraction,) = re.findall(r"^commands=\$\((.*)\)$", script, re.MULTILINE)
    extracted = subprocess.run(
        ["bash", "-c", extraction], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    )
    assert extracted.stdout == blocks("sh", section("Set-up"))[0]
    assert all(f'{end} -n 1 <<<"$commands"' in script for end in ("head", "tail"))


def lint(monkeypatch: pytest.MonkeyPatch, *options: str) -> str:
    monkeypatch.chdir(ROOT)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    result = CliRunner().invoke(main, ["check", "examples", *options], catch_exceptions=False)
    return result.stdout


def test_the_output_shown_is_real(monkeypatch: pytest.MonkeyPatch) -> None:
    (shown,) = blocks("text", section("Why"))
    duration = re.compile(r"\(\d+\.\d s\)")
    assert duration.sub("", shown) == duration.sub("", lint(monkeypatch))


def test_the_definitions_shown_are_those_of_the_example() -> None:
    (shown,) = blocks("python", section("Why"))
    example = (ROOT / "examples" / "incident" / "app" / "dependencies.py").read_text()
    for definition in shown.strip().split("\n\n"):
        assert definition in example


def test_the_fields_named_are_those_of_the_json_document(monkeypatch: pytest.MonkeyPatch) -> None:
    document = json.loads(lint(monkeypatch, "--output-format", "json"))
    fields = {*document, *document["findings"][0]}
    (paragraph,) = re.findall(r"^`json` is one document.*?(?=^$)", README, re.MULTILINE | re.DOTALL)
    assert fields <= set(re.findall(r"`(\w+)`", paragraph))


def test_the_formats_named_are_those_there_are() -> None:
    named = [row[0].strip("`") for row in table(section("Formats"))]
    assert named == list(OutputFormat)


def test_the_fields_named_are_those_of_the_rule_command() -> None:
    result = CliRunner().invoke(main, ["rule", "APL112", "--output-format", "json"])
    (entry,) = json.loads(result.stdout)
    named = re.findall(r"with ((?:`\w+`(?:, |,?\s+and )?)+)", section("Rules").replace("\n", " "))
    assert re.findall(r"\w+", " ".join(named).replace(" and ", " ")) == list(entry)


def test_the_options_named_are_those_there_are() -> None:
    there = {
        parameter.opts[0]
        for parameter in check.params
        if isinstance(parameter, click.Option) and not parameter.hidden
    }
    named = {row[0].strip("`") for row in table(section("Usage")) if row[0].startswith("`--")}
    assert named == there


def test_the_protocol_table_is_the_table() -> None:
    wrong = set(cells())
    rows = [row for row in table(section("What it finds")) if row[0][:1].isdigit()]
    assert [int(row[0][0]) for row in rows] == list(Use)
    for use, row in zip(Use, rows, strict=True):
        shown = dict(zip(Kind, row[1:], strict=True))
        for kind, cell in shown.items():
            assert (cell == code_of(use, kind)) == ((use, kind) in wrong)
            assert cell in {code_of(use, kind), "ok", "-"}


def test_the_other_rules_are_those_there_are() -> None:
    shown = {row[0]: row[1] for row in table(section("What it finds")) if row[0][:3] == "APL"}
    assert shown == {
        code: name
        for rule in rules()
        if not isinstance(rule, TableRule)
        for code, name in rule.codes.items()
    }


def test_links_lead_somewhere() -> None:
    for page in ("README.md", "docs/architecture.md", "examples/incident/README.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#]+)\)", text):
            assert target.startswith("https://") or (ROOT / page).parent.joinpath(target).exists()
