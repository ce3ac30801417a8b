"""Definitions that move to another module, from where the old one imports them."""

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rewriting import Files, Place, Program, Rewritten, mentions, nodes, parse, quoted, sibling

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

#: Definitions that use one of these tell their module from another one.
_OWN = frozenset(
    {"__name__", "__file__", "__spec__", "__package__", "__module__", "__path__"}
    | {
        "globals",
        "locals",
        "vars",
        "dir",
        "eval",
        "exec",
        "sys",
        "inspect",
        "importlib",
        "global_enum",
    }
)


@dataclass(frozen=True)
class _Module:
    """What a module binds at its top, and by which of its statements."""

    tree: ast.Module
    binders: dict[str, list[ast.stmt]]

    def closure(self, name: str) -> list[ast.stmt] | None:
        """Return the statements that a definition needs and its own; None if it must stay.

        Imports come along as a whole; other definitions only where they can move too.
        """
        taken: list[ast.stmt] = []
        queue = [name]
        while queue:
            wanted = queue.pop()
            if wanted in _OWN:
                return None
            binders = self.binders.get(wanted, [])
            if not all(map(_is_import, binders)) and not (
                len(binders) == 1 and _unit(binders[0]) == wanted
            ):
                return None
            for binder in binders:
                if binder not in taken:
                    taken.append(binder)
                    queue += _names(binder)
        return taken


class Moving:
    """Moves a function or class, and what it needs, from a module that is not the main one."""

    def spots(self, program: Program) -> Sequence[str]:
        if mentions(program.files, frozenset({"__module__"})):
            return []
        fixed = _fixed(program.files)
        return [
            f"{path} {name}"
            for path, text in program.files.items()
            if _is_library(path)
            for name in _movable(text, fixed)
        ]

    def rewrite(self, program: Program, spots: Iterable[str]) -> Rewritten:
        files = dict(program.files)
        moved: dict[Place, str] = {}
        for number, spot in enumerate(spots):
            path, name = spot.split(" ")
            if name in _movable(files[path], _fixed(files)):
                stem = path.rpartition("/")[2].removesuffix(".py").strip("_")
                new, module = sibling(program, path, f"moved_{number}_{stem}")
                lines = _move(files, path, name, new, module)
                moved.update(((path, line), new) for line in lines)
        return Rewritten(files, moved)


def _is_library(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name != "main.py" and not name.startswith(("test_", "conftest", "__main__"))


def _movable(text: str, fixed: frozenset[str]) -> list[str]:
    """Return the definitions of a module that can leave it."""
    module = _read(text)
    if "import *" in text:
        return []
    return [
        statement.name
        for statement in module.tree.body
        if isinstance(statement, _DEFINITIONS)
        and len(module.binders[statement.name]) == 1
        and (needed := module.closure(statement.name)) is not None
        and fixed.isdisjoint(map(_unit, needed))
        # What is imported later may need this module first.
        and all(s.lineno < statement.lineno for s in needed if not _unit(s))
        and "BUG" not in "".join(_source(text, s) for s in needed if not _unit(s))
    ]


def _move(files: dict[str, str], path: str, name: str, new: str, module: str) -> list[int]:
    """Move a definition and return the lines that went with it.

    Every line keeps its number: in either file the lines of the other one are empty.
    """
    text = files[path]
    lines = text.splitlines(keepends=True)
    taken = _read(text).closure(name) or []
    kept = [""] * (len(lines) + 1)
    gone: list[int] = []
    for statement in taken:
        first, last = _first_line(statement), statement.end_lineno or 0
        kept[first - 1 : last] = lines[first - 1 : last]
        if unit := _unit(statement):
            gone += range(first, last + 1)
            lines[first - 1 : last] = [f"from {module} import {unit}\n", *["\n"] * (last - first)]
    for future in _futures(text):
        kept[future.lineno - 1] = text.splitlines(keepends=True)[future.lineno - 1]
    files[path] = "".join(lines)
    files[new] = "".join(line or "\n" for line in kept)
    return gone


@lru_cache(maxsize=1_000)
def _read(text: str) -> _Module:
    tree = parse(text)
    binders: dict[str, list[ast.stmt]] = {}
    for statement in tree.body:
        for name in _bound(statement):
            binders.setdefault(name, []).append(statement)
    return _Module(tree, binders)


def _futures(text: str) -> Iterator[ast.ImportFrom]:
    for statement in parse(text).body:
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            yield statement


def _first_line(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])


def _source(text: str, statement: ast.stmt) -> str:
    return "".join(text.splitlines()[statement.lineno - 1 : statement.end_lineno])


def _unit(statement: ast.stmt) -> str | None:
    """Return the name of a statement that does nothing but bind it to what it makes."""
    if any(isinstance(node, ast.Global | ast.NamedExpr) for node in ast.walk(statement)):
        return None
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return name
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr()):
            return name
    return None


def _is_import(statement: ast.stmt) -> bool:
    """Tell whether a statement imports and does nothing else; conditions are allowed."""
    match statement:
        case ast.Import():
            return True
        case ast.ImportFrom():
            return all(alias.name != "*" for alias in statement.names)
        case ast.If(test=ast.Name(id="TYPE_CHECKING"), orelse=[]):
            return all(map(_is_import, statement.body))
    return False


def _bound(statement: ast.stmt) -> frozenset[str]:
    """Return the names that a statement of a module may bind there."""
    if isinstance(statement, _DEFINITIONS):
        inner = (node.names for node in ast.walk(statement) if isinstance(node, ast.Global))
        return frozenset({statement.name}.union(*inner))
    names: set[str] = set()
    for node in ast.walk(statement):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                names.add(name)
            case (
                ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
            ):
                names.add(name)
            case ast.Import() | ast.ImportFrom():
                names |= {a.asname or a.name.partition(".")[0] for a in node.names}
            case ast.ExceptHandler(name=str(name)):
                names.add(name)
            case ast.Global():
                names.update(node.names)
    return frozenset(names)


def _names(statement: ast.stmt) -> Iterator[str]:
    """Yield every name in a statement that may be one of the module's, quoted ones too."""
    for node in ast.walk(statement):
        match node:
            case ast.Name():
                yield node.id
            case ast.Attribute(attr=str(name)) if name in _OWN:
                yield name
            case ast.Global():
                yield from node.names
    yield from quoted(ast.unparse(statement))


def _fixed(files: Files) -> frozenset[str]:
    """Return the names that modules must bind themselves, because others write them there."""
    return frozenset(
        node.attr
        for text in files.values()
        for node in nodes(text)
        if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load)
    )


MOVING = Moving()
