"""Rewritings of programs that must not change what they do.

Every rewriting keeps the lines of what it does not add, so that a finding stays where it was
unless the rewriting says to which file its line went.
"""

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Protocol

#: The texts of a program's modules, by path relative to its folder.
Files = Mapping[str, str]

#: A line of a program: path relative to its folder, line from 1.
Place = tuple[str, int]


@dataclass(frozen=True)
class Program:
    """The modules of a fixture, and the folders that are on ``sys.path``."""

    files: Files
    roots: frozenset[str]


@dataclass(frozen=True)
class Rewritten:
    """The modules after a rewriting; ``moved`` maps lines that are in another file now to it."""

    files: Files
    moved: Mapping[Place, str] = field(default_factory=dict)


class Rewriting(Protocol):
    """A way to rewrite programs, at any of the spots where it can be done."""

    def spots(self, program: Program) -> Sequence[str]:
        """Return what can be rewritten, each by a text that stays the same between runs."""
        ...

    def rewrite(self, program: Program, spots: Iterable[str]) -> Rewritten:
        """Rewrite a program at some of its spots."""
        ...


def read(fixture: Path) -> Program:
    """Read a fixture; what is not UTF-8 or not Python stays out."""
    files: dict[str, str] = {}
    for path in sorted(fixture.rglob("*.py")):
        name = path.relative_to(fixture).as_posix()
        if "site-packages" in name:
            continue
        try:
            files[name] = path.read_bytes().decode()
            parse(files[name])
        except (UnicodeDecodeError, SyntaxError, ValueError):
            files.pop(name, None)
    declared = fixture / ".roots"
    roots = declared.read_text().split() if declared.exists() else ["."]
    return Program(files, frozenset(roots))


@lru_cache(maxsize=1_000)
def parse(text: str) -> ast.Module:
    """Return the tree of a module, which nobody may change."""
    return ast.parse(text)


@lru_cache(maxsize=1_000)
def nodes(text: str) -> tuple[ast.AST, ...]:
    """Return everything in the tree of a module."""
    return tuple(ast.walk(parse(text)))


@lru_cache(maxsize=1_000)
def quoted(text: str) -> frozenset[str]:
    """Return the identifiers in the texts of a module, except its documentation."""
    alone = {id(node.value) for node in nodes(text) if isinstance(node, ast.Expr)}
    return frozenset(
        word
        for node in nodes(text)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone
        for word in re.findall(r"[^\W\d]\w*", node.value)
    )


def sibling(program: Program, path: str, name: str) -> tuple[str, str]:
    """Return the path of a new module beside another one, and how that one imports it."""
    folder, _, _ = path.rpartition("/")
    is_root = (folder or ".") in program.roots and "from ." not in program.files[path]
    return f"{folder}/{name}.py".removeprefix("/"), name if is_root else f".{name}"


@lru_cache(maxsize=1_000)
def names(text: str) -> frozenset[str]:
    """Return the names that a module uses or imports, of whatever object."""
    keys = ("id", "attr", "name", "module")
    found = (getattr(node, key, None) for node in nodes(text) for key in keys)
    return frozenset(name for name in found if isinstance(name, str))


def mentions(files: Files, words: frozenset[str]) -> bool:
    """Tell whether a program uses one of these names."""
    return any(not words.isdisjoint(names(text)) for text in files.values())
