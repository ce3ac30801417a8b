"""Every fixture is executed; then the linter must say of it what Python does."""

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from harness.execution import BATCH, Execution, execute_all
from harness.marks import fixtures, label, marks
from harness.proof import prove

from asyncpattern_lint.protocol import cells, code_of
from asyncpattern_lint.rule import known_codes

FIXTURES = fixtures()

each_fixture = pytest.mark.parametrize("fixture", FIXTURES, ids=label)


#: So many fixtures are run at once: one interpreter for each would take ten times as long.
AT_ONCE = BATCH * (os.cpu_count() or 1)


class Executions:
    """The runs of fixtures, each with those that come next; a worker runs what its tests need."""

    def __init__(self, proven: Sequence[Path]) -> None:
        self._proven = proven
        self._done: dict[Path, Execution] = {}

    def of(self, fixture: Path) -> Execution:
        if fixture not in self._done:
            start = self._proven.index(fixture)
            self._done |= execute_all(self._proven[start : start + AT_ONCE])
        return self._done[fixture]


@pytest.fixture(scope="module")
def executions(request: pytest.FixtureRequest) -> Executions:
    proven = [
        item.callspec.params["fixture"]
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.originalname == "test_python_agrees"
    ]
    return Executions([fixture for fixture in proven if isinstance(fixture, Path)])


@pytest.fixture
def project(fixture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy the fixture and work there, away from this project's own files."""
    copy = tmp_path / fixture.name
    shutil.copytree(fixture, copy, ignore=shutil.ignore_patterns("__pycache__", ".roots"))
    monkeypatch.chdir(copy)
    return copy


def check(project: Path, *options: str) -> list[dict[str, Any]]:
    from asyncpattern_lint.cli import main

    arguments = ["check", str(project), "--output-format", "json", *options]
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code in {0, 1}, result.output
    findings: list[dict[str, Any]] = json.loads(result.stdout)["findings"]
    assert result.exit_code == bool(findings)
    return findings


@each_fixture
def test_python_agrees(fixture: Path, executions: Executions) -> None:
    prove(fixture, executions.of(fixture))


@each_fixture
def test_linter_flags_exactly_the_marked_lines(fixture: Path, project: Path) -> None:
    found = [(item["path"], item["line"], item["code"]) for item in check(project)]
    claimed = [
        (mark.path, mark.line, mark.code) for here in marks(fixture).values() for mark in here
    ]
    assert sorted(found) == sorted(claimed)


@each_fixture
def test_candidates_off_changes_nothing(fixture: Path, project: Path) -> None:
    assert check(project) == check(project, "--no-candidates")


FALSE = {
    "a mark where nothing fails": """
def case_fine():
    list([1])  # BUG: APL146
""",
    "a failure without a mark": """
def case_fails():
    list(1)
""",
    "a mark that is not reached": """
def case_fine():
    if not case_fine:
        list(1)  # BUG: APL146
""",
    "the code of another error": """
def case_fails():
    list(1)  # BUG: APL301
""",
    "a name that is not the missing one": """
def case_fails():
    from json import (
        gone,
        loads,  # BUG: APL301
    )
""",
    "a body that does run": """
def notify():
    print("ran")


def case_runs():
    notify()  # BUG: APL173 (never runs: notify)
""",
    "a silent bug that names no body": """
async def notify():
    pass


def case_silent():
    notify()  # BUG: APL173
""",
    "a trap that leaves a coroutine": """
async def notify():
    pass


def case_leaves():
    print(type(notify()))
""",
    "a case that is not broken": """
def case_fine():  # BUG: APL201 (breaks: case_fine)
    pass
""",
    "a broken case that is not there": """
def case_fine():  # BUG: APL201 (breaks: case_gone)
    pass
""",
    "a mark that cannot be read": """
def case_fails():
    list(1)  # BUG: iteration
""",
}


@pytest.mark.parametrize("source", FALSE.values(), ids=FALSE.keys())
def test_false_marks_are_refuted(source: str, tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(source)
    with pytest.raises(AssertionError):
        prove(tmp_path)


def test_unmarked_exports_are_refuted(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("def case_fine():\n    import other\n")
    (tmp_path / "other.py").write_text("__all__ = ['gone']\n")
    with pytest.raises(AssertionError, match=r"other\.py: star imports fail on \['gone'\]"):
        prove(tmp_path)


def test_a_fixture_that_hangs_is_refuted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.execution.SECONDS", 0.5)
    (tmp_path / "main.py").write_text("def case_hangs():\n    while True: pass\n")
    with pytest.raises(AssertionError, match="did not finish"):
        prove(tmp_path)


def test_fixtures_are_many() -> None:
    assert len(FIXTURES) >= 120


def test_half_of_the_fixtures_are_traps() -> None:
    traps = [fixture for fixture in FIXTURES if not marks(fixture)]
    assert 2 * len(traps) >= len(FIXTURES)


def test_every_code_is_proven_somewhere() -> None:
    proven = {
        mark.code for fixture in FIXTURES for here in marks(fixture).values() for mark in here
    }
    promised = {code_of(use, kind) for use, kind in cells()}
    others = {code for code in known_codes() if not code.startswith(("APL1", "APL9"))}
    assert promised | others <= proven
