"""Small projects on disk and what the analysis says of them, for the tests of the analysis."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from asyncpattern_lint.analysis.candidates import is_candidate
from asyncpattern_lint.analysis.checker import Checker
from asyncpattern_lint.analysis.resolver import Resolver
from asyncpattern_lint.analysis.values import Frame, Values
from asyncpattern_lint.findings import Misuse, Observation
from asyncpattern_lint.index.finder import Finder
from asyncpattern_lint.index.model import ModuleIndex, Name
from asyncpattern_lint.index.project import Project
from asyncpattern_lint.protocol import code_of

#: One definition of each kind, under the name that ``NAMES`` gives it.
KINDS = """\
from contextlib import asynccontextmanager, contextmanager
async def agen():
    yield 1
@asynccontextmanager
async def acm():
    yield 1
async def coro():
    return 1
def gen():
    yield 1
@contextmanager
def cm():
    yield 1
def other():
    return 1
class Unknown(Base): ...
"""


@contextmanager
def deep_stack() -> Iterator[None]:
    """Allow the recursion that a session allows."""
    depth = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    try:
        yield
    finally:
        sys.setrecursionlimit(depth)


@dataclass(frozen=True)
class Planted:
    """A project below a folder; files are named relative to it."""

    root: Path
    project: Project

    def path(self, name: str) -> str:
        return str(self.root / name)

    def module(self, name: str) -> ModuleIndex:
        module = self.project.module(self.path(name))
        assert module is not None
        return module

    def values(self, file: str, name: str) -> Values:
        """Return what a global name of a file may stand for."""
        with deep_stack():
            return Resolver(self.project).evaluate(Name(name), Frame(self.path(file), 0))

    def candidates(self, file: str) -> list[str]:
        """Return the names of the scopes that may hold a misuse, the module's as an empty one."""
        module = self.module(file)
        with deep_stack():
            resolver, path = Resolver(self.project), self.path(file)
            scopes = range(len(module.scopes))
            numbers = [n for n in scopes if is_candidate(resolver, path, module, n)]
        return [module.qualified_name(number) for number in numbers]

    def observe(self, file: str, *, candidates: bool = True) -> list[Observation]:
        """Return what is wrong in a file."""
        with deep_stack():
            return list(Checker(self.project, candidates=candidates).check(self.path(file)))

    def misuses(self, file: str, *, candidates: bool = True) -> list[tuple[int, str]]:
        """Return line and code of each misuse in a file, sorted."""
        return sorted(
            (item.span.line, code_of(item.use, item.kind))
            for item in self.observe(file, candidates=candidates)
            if isinstance(item, Misuse)
        )

    def steps(self, misuse: Misuse) -> Iterator[tuple[str, int, str]]:
        """Yield the evidence of a misuse: file, line and message."""
        for step in misuse.evidence:
            yield (
                os.path.relpath(step.path, self.root).replace(os.sep, "/"),
                step.line,
                step.message,
            )


def plant(root: Path, files: dict[str, str]) -> Planted:
    """Write files below a folder, ``kinds.py`` among them."""
    for name, text in {"kinds.py": KINDS, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    return Planted(root, Project(Finder(str(root))))
