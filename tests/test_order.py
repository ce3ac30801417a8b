"""Contracts about the order of calls: where they stand, what they name, and what changes them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from asyncpattern_lint.cache import ledger as ledger_module
from asyncpattern_lint.cli import main
from asyncpattern_lint.config import Options, resolve
from asyncpattern_lint.rule import known_codes

CONTRACT = """\
[project]
name = "app"

[[tool.asyncpattern-lint.order]]
first = "app.steps.first"
then = "app.steps.then"

[[ tool . asyncpattern-lint . order ]]
first = "app.steps.begin"
then = "app.step.then"
within = "app.main.start"
"""
STEPS = """\
def first():
    pass


def then():
    pass
"""
RIGHT = """\
from app.steps import first, then


def start():
    first(); then()
"""
FILES = {
    "pyproject.toml": CONTRACT,
    "app/__init__.py": "",
    "app/steps.py": STEPS,
    "app/main.py": RIGHT,
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(*arguments: str) -> list[tuple[str, int, str]]:
    result = CliRunner().invoke(main, ["check", "--output-format", "json", *arguments])
    assert result.exit_code in {0, 1}, result.output
    findings = json.loads(result.stdout)["findings"]
    return [(item["path"], item["line"], item["code"]) for item in findings]


def test_contracts_know_where_they_stand(root: Path) -> None:
    settings = resolve(Options(), known_codes(), root)
    assert [(c.then, c.within, c.line) for c in settings.contracts] == [
        ("app.steps.then", "", 4),
        ("app.step.then", "app.main.start", 8),
    ]
    assert {c.path for c in settings.contracts} == {str(root / "pyproject.toml")}


def test_names_that_do_not_exist_are_told(root: Path) -> None:
    assert found() == [("pyproject.toml", 9, "APL306"), ("pyproject.toml", 10, "APL306")]
    (root / "pyproject.toml").write_text(CONTRACT.replace("app.main.start", "app.main.begin"))
    assert found("--select", "APL306")[2:] == [("pyproject.toml", 11, "APL306")]


@pytest.mark.parametrize(
    "contract",
    [
        'order = [{first = "app.steps.first", then = "app.steps.then"}]',
        'order=[{first="app.steps.first",then="app.steps.then",within="app.main"}]',
    ],
)
def test_contracts_on_the_command_line(root: Path, contract: str) -> None:
    (root / "pyproject.toml").unlink()
    (root / "app/main.py").write_text("from app.steps import *\n\nthen()\nfirst()\n")
    assert found() == []
    assert found("--config", contract) == [("app/main.py", 3, "APL601")]


def test_contracts_in_a_file_of_their_own(root: Path) -> None:
    (root / "pyproject.toml").unlink()
    own = '[[order]]\nfirst = "app.steps.first"\nthen = "app.steps.then"\n'
    (root / ".asyncpattern-lint.toml").write_text(own)
    (root / "app/main.py").write_text(RIGHT.replace("first(); then()", "then(); first()"))
    assert found() == [("app/main.py", 5, "APL601")]
    assert found("app/main.py") == [("app/main.py", 5, "APL601")]
    assert found("app/steps.py") == []


def test_the_configuration_is_explained(root: Path) -> None:
    result = CliRunner().invoke(main, ["config"])
    assert '{"first": "app.steps.first", "then": "app.steps.then"}' in result.stdout
    assert "pyproject.toml:4" in result.stdout


def test_what_was_found_hangs_on_the_order_in_other_files(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two calls that change places in one line change nothing that others see of a module."""
    monkeypatch.delenv("ASYNCPATTERN_LINT_NO_CACHE")
    monkeypatch.setattr(ledger_module, "_GRACE_NS", 0)
    (root / "app/main.py").write_text(
        "from app.boot import boot\nfrom app.steps import then\n\n\n"
        "def start():\n    boot(); then()\n"
    )
    boot = root / "app/boot.py"
    lines = "from app.steps import first\n\n\ndef boot():\n    {}\n"
    wrong = [("app/main.py", 6, "APL601")]
    contract = CONTRACT.replace("app.steps.begin", "app.steps.first")
    (root / "pyproject.toml").write_text(contract.replace("app.step.", "app.steps."))
    for body, expected in (
        ("first(); return", []),
        ("return; first()", wrong),
        ("return; first()", wrong),
        ("first(); return", []),
    ):
        boot.write_text(lines.format(body))
        assert found() == expected
        assert found("--no-cache") == expected
    (root / "pyproject.toml").write_text(
        contract.replace("app.step.", "app.steps.").replace(
            'then = "app.steps.then"', "then = 'app.boot.boot'"
        )
    )
    assert found() == found("--no-cache")


def test_hostile_bodies_end(root: Path) -> None:
    """So many ways, calls in circles and deep ones end, and nothing is told of them."""
    branches = "".join(f"    if a.b{n} and c.d{n}:\n        x{n}()\n" for n in range(300))
    asked = "".join(f"    if a.b{n}:\n        pass\n" for n in range(300))
    steps = "".join(f"def x{n}():\n    x{n + 1}()\n\n\n" for n in range(300))
    text = (
        "from app.steps import first, then\n\n\n"
        f"{steps}def x300():\n    x0()\n    first()\n\n\n"
        f"def start(a, c):\n{branches}{asked}    then()\n    first()\n"
    )
    (root / "app/main.py").write_text(text)
    assert [code for *_, code in found("--select", "APL6")] == []
