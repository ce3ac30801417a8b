"""Whatever the analysis keeps beyond the check of one file knows what it hangs on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from caching import lay

from asyncpattern_lint.analysis.candidates import is_candidate
from asyncpattern_lint.analysis.checker import Checker
from asyncpattern_lint.analysis.homes import Homes
from asyncpattern_lint.analysis.memo import Memo
from asyncpattern_lint.analysis.resolver import Resolver
from asyncpattern_lint.config import Options, resolve
from asyncpattern_lint.index import project as project_module
from asyncpattern_lint.index.interface import FACTS, OWN
from asyncpattern_lint.index.model import ModuleIndex
from asyncpattern_lint.index.project import Project
from asyncpattern_lint.index.trace import Answers, Trace
from asyncpattern_lint.rule import known_codes
from asyncpattern_lint.session import open_project

FIXTURES = Path(__file__).parent.parent / "fixtures"

#: What sees to its traces itself.
_TRUSTED = (Answers, Homes, Memo, Trace)

#: The fields of modules that traces tell nothing of.
UNTOLD = sorted((OWN | FACTS) & {*ModuleIndex.__struct_fields__})

#: What is forgotten before the next file is asked about.
_PASSING = frozenset({"Resolver._scan"})


def kept_by(thing: object, name: str, seen: set[int]) -> Iterator[tuple[str, object]]:
    """Yield the collections that an object of the analysis, and those in it, hold."""
    if id(thing) in seen or isinstance(thing, _TRUSTED):
        return
    seen.add(id(thing))
    if isinstance(thing, dict | set | list):
        yield name, thing
    elif type(thing).__module__.startswith(
        ("asyncpattern_lint.analysis", "asyncpattern_lint.index.exports")
    ):
        for attribute, value in getattr(thing, "__dict__", {}).items():
            yield from kept_by(value, f"{type(thing).__name__}.{attribute}", seen)


def fixtures(folder: Path) -> tuple[Project, list[str]]:
    """Lay many fixtures into one project; return it, and its files."""
    files = {
        f"f{number}/{path.relative_to(case).as_posix()}": path.read_text(encoding="utf-8")
        for number, case in enumerate(sorted(FIXTURES.glob("[dgrv]*/*"))[::4])
        for path in sorted(case.rglob("*.py"))
    }
    lay(folder, {"pyproject.toml": "", **files})
    settings = resolve(Options(paths=(".",), jobs=1), known_codes(), folder)
    paths = [str(folder / name) for name in sorted(files)]
    project = open_project(settings, paths, None)
    project.trace = Trace(paths)
    return project, paths


def test_what_grows_is_a_table(tmp_path: Path) -> None:
    project, paths = fixtures(tmp_path)
    checker = Checker(project)
    [*checker.check(paths[0])]
    assert checker.uses is not None
    before = {name: len(held) for name, held in _sizes(checker)}  # type: ignore[arg-type]
    for path in paths[1:]:
        [*checker.check(path)]
    grown = {name for name, held in _sizes(checker) if len(held) > before.get(name, 0)}  # type: ignore[arg-type]
    assert grown <= _PASSING


def test_candidates_hang_on_nothing_that_no_trace_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where only such a thing has changed in a file, its scopes stand."""
    monkeypatch.setattr(project_module, "_MAX_DECODED", 10_000)  # none is decoded again
    project, paths = fixtures(tmp_path)
    resolver = Resolver(project)
    for path in paths:
        module = project.module(path)
        assert module is not None
        for name in UNTOLD:
            delattr(module, name)
    for path in paths:
        module = project.module(path)
        assert module is not None
        for number in range(len(module.scopes)):
            is_candidate(resolver, path, module, number)


def _sizes(checker: Checker) -> Iterator[tuple[str, object]]:
    yield from kept_by(checker, "", set())
