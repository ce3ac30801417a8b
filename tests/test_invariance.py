"""What changes nothing of a program changes no finding: the fixtures, rewritten.

Definitions move to other modules, functions go behind decorators that pass everything through,
imports get aliases and locals other names. Every rewriting keeps the lines, so that the marks of
a fixture hold for what becomes of it.
"""

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from harness.marks import fixtures, label, marks
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from rewriting import Files, Place, Program, Rewriting, read
from rewriting.moving import MOVING
from rewriting.renaming import ALIASING, RENAMING
from rewriting.wrapping import REBINDING, WRAPPING

from asyncpattern_lint.config import Options, resolve
from asyncpattern_lint.rule import known_codes
from asyncpattern_lint.session import Session

REWRITINGS: dict[str, Rewriting] = {
    "moving": MOVING,
    "decorating": WRAPPING,
    "rebinding": REBINDING,
    "aliasing": ALIASING,
    "renaming": RENAMING,
}

FIXTURES = {label(fixture): fixture for fixture in fixtures()}


def _below(*topics: str) -> set[str]:
    return {name for name in FIXTURES if name.partition("/")[0] in topics}


#: What holds a resource here is driven by a generator that wraps it and holds none itself.
BEHIND_WRAPPERS = {
    "lifetimes/dropped_in_a_function",
    "lifetimes/left_methods",
    "single_resource/imported",
}

#: What a decorator does with the namespace that a function is handed is not followed.
LENT = {"imports/namespace_lent"}

#: Fixtures that a rewriting leaves alone: their strings name code, which then bears other names, or
#: the linter does not see through it and is silent.
EXCLUDED: dict[str, set[str]] = {
    "moving": _below("fakes", "order", "strings"),
    "decorating": _below("fakes") | BEHIND_WRAPPERS | LENT,
    "rebinding": _below("fakes", "twins") | BEHIND_WRAPPERS | LENT,
    "aliasing": _below("fakes", "order", "strings")
    | {"frameworks/dependency_of_dependency", "promises/abstract"},
}

#: Chooses some of the spots of a rewriting.
Chooser = Callable[[Sequence[str]], Iterable[str]]


@cache
def original(name: str) -> Program:
    return read(FIXTURES[name])


@contextmanager
def planted(fixture: Path, files: Files) -> Iterator[Path]:
    """Copy a fixture into a folder that lives as long as the block, with other modules."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve() / fixture.name
        shutil.copytree(fixture, root, ignore=shutil.ignore_patterns("__pycache__", ".roots"))
        for name, text in files.items():
            (root / name).write_bytes(text.encode())
        yield root


def check(root: Path) -> list[tuple[str, int, str]]:
    options = Options(paths=(str(root),), jobs=1)
    report = Session(resolve(options, known_codes(), root)).check()
    return sorted(
        (Path(found.path).relative_to(root).as_posix(), found.span.line, found.code)
        for found in report.findings
    )


def claimed(fixture: Path, moved: dict[Place, str]) -> list[tuple[str, int, str]]:
    return sorted(
        (moved.get((mark.path, mark.line), mark.path), mark.line, mark.code)
        for here in marks(fixture).values()
        for mark in here
    )


def rewrite(name: str, order: Iterable[str], choose: Chooser) -> tuple[Program, dict[Place, str]]:
    """Rewrite a fixture in one way after the other; also return which lines changed their file."""
    program = original(name)
    moved: dict[Place, str] = {}
    for way in order:
        spots = REWRITINGS[way].spots(program)
        if spots and name not in EXCLUDED.get(way, ()):
            rewritten = REWRITINGS[way].rewrite(program, choose(spots))
            program = Program(rewritten.files, program.roots)
            moved.update(rewritten.moved)
    for path, text in program.files.items():
        compile(text, path, "exec", dont_inherit=True)
    return program, moved


@pytest.mark.parametrize("name", FIXTURES)
def test_a_fixture_rewritten_everywhere_has_the_same_findings(name: str) -> None:
    program, moved = rewrite(name, REWRITINGS, lambda spots: spots)
    with planted(FIXTURES[name], program.files) as root:
        assert check(root) == claimed(FIXTURES[name], moved)


@given(st.data())
@settings(
    max_examples=150,
    deadline=None,
    # The same examples every time: the search for new ones is a developer's, not a user's.
    derandomize="ASYNCPATTERN_EXPLORE" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_a_fixture_rewritten_here_and_there_has_the_same_findings(data: st.DataObject) -> None:
    def choose(spots: Sequence[str]) -> list[str]:
        return data.draw(st.lists(st.sampled_from(spots), min_size=1, unique=True))

    name = data.draw(st.sampled_from(sorted(FIXTURES)))
    order = data.draw(st.lists(st.sampled_from(sorted(REWRITINGS)), min_size=1, unique=True))
    program, moved = rewrite(name, order, choose)
    before = original(name).files
    changed = (f"--- {path}\n{t}" for path, t in program.files.items() if before.get(path) != t)
    note("\n".join(changed))
    with planted(FIXTURES[name], program.files) as root:
        assert check(root) == claimed(FIXTURES[name], moved)


def test_every_rewriting_reaches_many_fixtures() -> None:
    reached = Counter(
        way
        for name in FIXTURES
        for way, rewriting in REWRITINGS.items()
        if rewriting.spots(original(name))
    )
    assert min(reached[way] for way in REWRITINGS) >= 200, reached
