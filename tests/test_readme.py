"""The README says what is: its commands parse, its output is real, its tables are complete."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from types import NoneType
from typing import get_args

import click
import msgspec
import pytest
import yaml
from click.testing import CliRunner

from asyncpattern_lint.cli import main
from asyncpattern_lint.cli.check import check
from asyncpattern_lint.config import Options, OutputFormat, resolve, select_codes
from asyncpattern_lint.config.explain import PER_FILE
from asyncpattern_lint.config.table import KEYS, Order, Table
from asyncpattern_lint.integrations.flake8 import Plugin
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


@pytest.mark.parametrize("line", COMMANDS)
def test_the_commands_are_well_formed(line: str) -> None:
    assert subprocess.run(["bash", "-n", "-c", line], check=False).returncode == 0
    for part in line.split("&&"):
        program, *arguments = shlex.split(part)
        if Path(program).name != "asyncpattern-lint":
            continue
        name = arguments.pop(0)
        command = main.commands[name]
        with command.make_context(f"asyncpattern-lint {name}", arguments) as context:
            if "select" in context.params:
                select_codes(context.params["select"], context.params["ignore"], known_codes())


@pytest.mark.parametrize("block", blocks("yaml"))
def test_the_configurations_are_well_formed(block: str) -> None:
    configuration = yaml.safe_load(block)
    for job in configuration.get("jobs", {}).values():
        (step,) = [step for step in job["steps"] if "/asyncpattern-lint@" in step["uses"]]
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


def test_the_options_for_flake8_named_are_those_there_are() -> None:
    registered: list[str] = []

    class Manager:
        def add_option(self, name: str, **_keywords: object) -> None:
            registered.append(name)

    Plugin.add_options(Manager())
    named = [row[0].strip("`") for row in table(section("As a flake8 plugin"))]
    assert sorted(named) == sorted(registered)


def test_the_keys_named_are_those_there_are() -> None:
    words = {
        bool: "boolean",
        str: "string",
        list[str]: "list of strings",
        dict[str, list[str]]: "table of lists",
        list[Order]: "list of tables",
    }
    types = {
        field.encode_name: words[
            next(kind for kind in get_args(field.type) if kind is not NoneType)
        ]
        for field in msgspec.structs.fields(Table)
    }
    rows = table(section("Configuration"))
    assert {row[0].strip("`"): row[1] for row in rows} == types
    reach = {key: "file" if key in PER_FILE else "run" for key in KEYS}
    assert {row[0].strip("`"): row[2] for row in rows} == reach
    assert [row[0].strip("`") for row in rows] == list(KEYS)


def test_the_configuration_shown_is_one(tmp_path: Path) -> None:
    (shown,) = blocks("toml", section("Configuration"))
    (tmp_path / "pyproject.toml").write_text(shown, encoding="utf-8")
    (tmp_path / ".venv").mkdir()
    settings = resolve(Options(), known_codes(), tmp_path)
    assert settings.python == tmp_path / ".venv"
    assert "APL303" in settings.enabled_in(str(tmp_path / "src" / "a.py"))
    assert "APL303" not in settings.enabled_in(str(tmp_path / "a.py"))


def test_ruff_keeps_the_comments_if_told_so(tmp_path: Path) -> None:
    pytest.importorskip("ruff")
    (shown,) = blocks("toml", section("Suppressing findings"))
    comments = "x = 1  # noqa: APL112\ny = 1  # noqa: APL131, APL163 because\n"
    file = tmp_path / "a.py"

    def after_ruff(configuration: str) -> str:
        (tmp_path / "pyproject.toml").write_text(configuration)
        file.write_text(comments)
        command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--fix"]
        options = ["--select", "RUF100,RUF102", "a.py"]
        subprocess.run([*command, *options], cwd=tmp_path, check=False, capture_output=True)
        return file.read_text()

    assert after_ruff(shown) == comments
    assert "APL" not in after_ruff("")


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
