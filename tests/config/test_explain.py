"""``asyncpattern-lint config``: each setting, each code, and where it comes from."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from asyncpattern_lint.cli import main
from asyncpattern_lint.config.table import KEYS
from asyncpattern_lint.rule import known_codes

PYPROJECT = """\
[project]
name = "shop"
requires-python = ">=3.12"

[tool.asyncpattern-lint]
select = [
    "APL1",
]
ignore = ["APL14"]
extend-ignore = ["APL13"]
extend-exclude = ["gen"]
target-version = "py313"

[tool.asyncpattern-lint.per-file-ignores]
"tests/*" = ["APL15"]
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_a.py").touch()
    (tmp_path / "gen").mkdir()
    return tmp_path


def text(*arguments: str) -> str:
    result = CliRunner().invoke(main, ["config", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def document(*arguments: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(text(*arguments, "--output-format", "json"))
    return loaded


def settings(*arguments: str) -> dict[str, list[tuple[Any, str]]]:
    found: dict[str, list[tuple[Any, str]]] = {}
    for setting in document(*arguments)["settings"]:
        found.setdefault(setting["key"], []).append((setting["value"], setting["origin"]))
    return found


def codes(*arguments: str) -> dict[str, tuple[bool, str, str]]:
    return {
        code["code"]: (code["on"], code["reason"], code["origin"])
        for code in document(*arguments)["codes"]
    }


def test_every_key_and_every_code_is_shown(root: Path) -> None:
    assert list(settings()) == list(KEYS)
    assert list(codes()) == list(known_codes())


def test_without_a_configuration_all_is_default(root: Path) -> None:
    origins = {origin for found in settings("--isolated").values() for _, origin in found}
    assert origins == {"default"}
    assert codes("--isolated") == {
        code: (is_on, "default", "default") for code, is_on in known_codes().items()
    }


def test_settings_name_the_line_that_they_come_from(root: Path) -> None:
    found = settings("tests/test_a.py")
    assert found["select"] == [(["APL1"], "pyproject.toml:6")]
    assert found["ignore"] == [(["APL14"], "pyproject.toml:9")]
    assert found["per-file-ignores"] == [({"tests/*": ["APL15"]}, "pyproject.toml:14")]
    assert found["target-version"] == [("py313", "pyproject.toml:12")]
    assert found["output-format"] == [("full", "default")]
    assert found["baseline"] == [(None, "default")]


def test_flags_and_pairs_are_named(root: Path) -> None:
    found = settings("--select", "APL3", "--config", "unsafe-fixes = true", "--extend-exclude", "x")
    assert found["select"] == [(["APL3"], "--select")]
    assert found["ignore"] == [(None, "default")]
    assert found["unsafe-fixes"] == [(True, "--config")]
    assert found["extend-exclude"] == [(["gen"], "pyproject.toml:11"), (["x"], "--extend-exclude")]
    off = settings("--no-respect-gitignore")["respect-gitignore"]
    assert off == [(False, "--no-respect-gitignore")]


def test_the_version_may_come_from_the_project(root: Path) -> None:
    (root / "pyproject.toml").write_text(PYPROJECT.replace("target-version", "# target-version"))
    assert settings()["target-version"] == [("py312", "pyproject.toml:3")]
    (root / ".asyncpattern-lint.toml").touch()
    assert settings()["target-version"] == [("py312", "pyproject.toml")]


def test_codes_say_why_they_are_on_or_off(root: Path) -> None:
    found = codes("tests/test_a.py", "--extend-select", "APL301")
    assert found["APL112"] == (True, "select APL1", "pyproject.toml:6")
    assert found["APL131"] == (False, "extend-ignore APL13", "pyproject.toml:10")
    assert found["APL141"] == (False, "ignore APL14", "pyproject.toml:9")
    assert found["APL151"] == (False, "per-file-ignores tests/*", "pyproject.toml:15")
    assert found["APL301"] == (True, "extend-select APL301", "--extend-select")
    assert found["APL302"] == (False, "not selected", "pyproject.toml:6")
    assert codes()["APL151"] == (True, "select APL1", "pyproject.toml:6")


def test_the_text_shows_the_same(root: Path) -> None:
    lines = text("tests/test_a.py").splitlines()
    assert lines[0] == "Settings for tests/test_a.py"
    rows = [line.split(maxsplit=2) for line in lines]
    assert ["select", "pyproject.toml:6", '["APL1"]'] in rows
    assert ["baseline", "default", "-"] in rows
    assert ["APL151", "off", "per-file-ignores tests/* (pyproject.toml:15)"] in rows


def test_what_is_excluded_is_said_so(root: Path) -> None:
    assert document("gen")["excluded"]
    assert not document("tests")["excluded"]
    assert "It is excluded" in text("gen")


@pytest.mark.parametrize("arguments", [["nope"], ["--select", "X"], ["--target-version", "x"]])
def test_an_error_is_one_line(root: Path, arguments: list[str]) -> None:
    result = CliRunner().invoke(main, ["config", *arguments])
    assert result.exit_code == 2
    assert result.stderr.startswith("asyncpattern-lint: error: ")
    assert result.stderr.count("\n") == 1
