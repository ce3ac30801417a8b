"""The rules' examples are proven by running them: the bad line fails, the good ones run."""

import asyncio
import importlib
import inspect
import json
import os
import re
import sys
import traceback
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from click.testing import CliRunner

from asyncpattern_lint.rule import files_of, rules

BAD = [(code, text) for rule in rules() for code, text in rule.bad.items()]
GOOD = [
    pytest.param(text, id=f"{type(rule).__module__.rpartition('.')[2]}-{number}")
    for rule in rules()
    for number, text in enumerate(rule.good)
]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give an empty directory that modules are imported from, and forget them afterwards."""
    known = set(sys.modules)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.delitem(sys.modules, "main", raising=False)
    yield tmp_path
    for name in set(sys.modules) - known:
        if (getattr(sys.modules[name], "__file__", None) or "").startswith(str(tmp_path)):
            del sys.modules[name]


def _write(project: Path, text: str) -> None:
    for name, content in files_of(text).items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    importlib.invalidate_caches()


def _run(project: Path) -> tuple[Exception | None, set[tuple[str, int]], set[str]]:
    """Run the cases; return the first error, the lines where errors rose, the functions run."""
    raised: set[tuple[str, int]] = set()
    ran: set[str] = set()
    prefix = f"{project}{os.sep}"

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        # What an example imports is many times as much: its lines are not looked at.
        if not frame.f_code.co_filename.startswith(prefix):
            return None
        if event == "exception":
            path = Path(frame.f_code.co_filename).relative_to(project)
            raised.add((path.as_posix(), frame.f_lineno))
        if event == "line":
            ran.add(frame.f_code.co_name)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        main = importlib.import_module("main")
        for name in [name for name in vars(main) if name.startswith("case_")]:
            result = getattr(main, name)()
            if inspect.iscoroutine(result):
                asyncio.run(result)
    except Exception as error:
        for frame in traceback.extract_tb(error.__traceback__):
            path = Path(frame.filename)
            if path.is_relative_to(project):
                raised.add((path.relative_to(project).as_posix(), frame.lineno or 0))
        if isinstance(error, SyntaxError):
            raised.add((Path(error.filename or "").name, error.lineno or 0))
        return error, raised, ran
    finally:
        sys.settrace(before)
    return None, raised, ran


def _marks(text: str) -> list[tuple[str, int, str]]:
    """Return path, line and code of every mark in an example."""
    return [
        (name, number, code)
        for name, content in files_of(text).items()
        for number, line in enumerate(content.splitlines(), 1)
        for code in re.findall(r"# BUG: (\w+)", line)
    ]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(("code", "text"), BAD, ids=[code for code, _ in BAD])
def test_the_bad_example_fails_at_the_marked_line(code: str, text: str, project: Path) -> None:
    _write(project, text)
    error, raised, ran = _run(project)
    silent = re.search(r"\(never runs: (\w+)\)", text)
    if silent:
        assert error is None
        assert ran
        assert silent[1] not in ran
        return
    if re.search(r"\(breaks: case_\w+\)", text):
        assert error is not None
        return
    shown = re.search(r"\(shows: (\w+)\)", text)
    if shown:
        assert error is None
        assert shown[1] in ran
        assert "assert " in text
        return
    if code == "APL902":
        # There is nothing to suppress: the marked line runs.
        assert error is None
        assert ran
        return
    marked = {(name, number) for name, number, _ in _marks(text)}
    if code == "APL304":
        assert isinstance(error, AttributeError)
        assert "close_session" in str(error)
    else:
        assert marked <= raised
        assert (error is None) is (code == "APL303")


@pytest.mark.parametrize("text", GOOD)
def test_the_good_example_runs(text: str, project: Path) -> None:
    _write(project, text)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # Whatever a package says of another when it is imported first.
        warnings.filterwarnings("ignore", "Using `httpx`")
        error, _, ran = _run(project)
    assert error is None
    assert ran


@pytest.mark.parametrize(("code", "text"), BAD, ids=[code for code, _ in BAD])
def test_the_fixed_example_runs(
    code: str, text: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Examples tell which codes can be fixed, and a code that they tell so of is documented."""
    from asyncpattern_lint.cli import main

    _write(project, text)
    monkeypatch.chdir(project)
    before = [path.read_bytes() for path in sorted(project.rglob("*.py"))]
    result = CliRunner().invoke(main, ["check", "--select", "ALL", "--fix", "--unsafe-fixes"])
    if [path.read_bytes() for path in sorted(project.rglob("*.py"))] == before:
        assert result.exit_code == 1
        return
    assert result.exit_code == 0, result.stdout
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        error, _, ran = _run(project)
    assert error is None
    silent = re.search(r"\(never runs: (\w+)\)", text)
    assert silent is None or silent[1] in ran
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert f"\n| {code} | " in readme.partition("## Fixes")[2]


@pytest.mark.parametrize("text", [*GOOD, *(pytest.param(text, id=code) for code, text in BAD)])
def test_the_linter_flags_exactly_the_marked_lines(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from asyncpattern_lint.cli import main

    _write(tmp_path, text)
    monkeypatch.chdir(tmp_path)
    arguments = ["check", "--select", "ALL", "--output-format", "json"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code in (0, 1), result.stderr
    found = [
        (finding["path"], finding["line"], finding["code"])
        for finding in json.loads(result.stdout)["findings"]
    ]
    assert sorted(found) == sorted(_marks(text))
