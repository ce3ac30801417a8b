"""Tests of which version of something is there: each branch of one is written for another version.

What is installed is one of them, so that what it says of the other branches does not count.
"""

import ast
import re
from collections.abc import Callable, Iterator, Sequence

from asyncpattern_lint.index.handlers import last_name
from asyncpattern_lint.index.model import Switch

#: Names of versions: PEP 396, ``pydantic.VERSION``, ``sys.version_info``.
_VERSIONS = frozenset({"__version__", "VERSION", "version_info", "hexversion"})

#: Functions that tell the version of a package by its name.
_TELLING = frozenset({"version", "get_distribution"})
_METADATA = frozenset({"importlib_metadata", "metadata", "pkg_resources"})

#: What a version is worked out by; displays are data.
_TOLD = (
    ast.Attribute, ast.BinOp, ast.BoolOp, ast.Call, ast.Compare, ast.GeneratorExp, ast.IfExp,
    ast.ListComp, ast.Subscript, ast.Tuple, ast.UnaryOp, ast.comprehension,
)  # fmt: skip

_BLOCKS = (
    ast.AsyncFor, ast.AsyncWith, ast.For, ast.If, ast.Match, ast.Try, ast.TryStar, ast.While,
    ast.With,
)  # fmt: skip

Blocks = tuple[type[ast.stmt], ...]

_READ = (*_TOLD, ast.Name)

#: What constants of other packages are called that stand for a version.
_LIKE_A_VERSION = re.compile(r"version|(^|_)v?\d+(_\d+)*$", re.IGNORECASE)


def sounds_like_a_version(name: str) -> bool:
    """Tell whether a constant of another package is named after a version."""
    return _LIKE_A_VERSION.search(name) is not None


def hangs_on_version(test: ast.AST, known: Callable[[str], bool]) -> bool:
    """Tell whether an expression hangs on a version, by itself or by names that are known to."""
    if isinstance(test, ast.Name):
        return test.id in _VERSIONS or known(test.id)
    if not isinstance(test, _TOLD):
        return False
    match test:
        case ast.Attribute(value=owner, attr=name):
            if name in _VERSIONS or (isinstance(owner, ast.Name) and known(f"{owner.id}.{name}")):
                return True
        case ast.Call(func=ast.Name(id=name), args=[_]) if name in _TELLING:
            return True
        case ast.Call(func=ast.Attribute(value=owner, attr=name), args=[_]) if (
            name in _TELLING and last_name(owner) in _METADATA
        ):
            return True
    return any(
        hangs_on_version(part, known)
        for part in ast.iter_child_nodes(test)
        if isinstance(part, _READ)
    )


def versions_of(tree: ast.Module) -> list[str]:
    """Return the global names of a module that hang on a version."""
    found: dict[str, None] = {}
    for statement in _statements(tree.body, _BLOCKS):
        if isinstance(statement, ast.ImportFrom):
            found.update(
                (item.asname or item.name, None)
                for item in statement.names
                if item.name in _VERSIONS
            )
        elif (
            isinstance(statement, ast.Assign | ast.AnnAssign)
            and statement.value is not None
            and hangs_on_version(statement.value, found.__contains__)
        ):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            found.update(dict.fromkeys(_names(targets)))
    return list(found)


def switches_of(tree: ast.Module) -> list[Switch]:
    """Return the tests outside functions on which it hangs which functions there are."""
    found: list[Switch] = []
    blocks = (*_BLOCKS, ast.ClassDef)
    for node in _statements(tree.body, blocks):
        if isinstance(node, ast.If) and any(map(_defines, _statements([node], blocks))):
            names = tuple(dict.fromkeys(_references(node.test)))
            by_itself = hangs_on_version(node.test, lambda _: False)
            if names or by_itself:
                found.append(Switch(node.lineno, node.end_lineno or node.lineno, names, by_itself))
    return found


def _statements(body: Sequence[ast.stmt], blocks: Blocks) -> Iterator[ast.stmt]:
    """Yield the statements of a body and of the blocks in it, in their order."""
    for statement in body:
        yield statement
        if not isinstance(statement, blocks):
            continue
        for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
            yield from _statements(part.body, blocks)
        for field in ("body", "orelse", "finalbody"):
            yield from _statements(getattr(statement, field, ()), blocks)


def _defines(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef)


def _names(targets: Sequence[ast.expr]) -> Iterator[str]:
    for target in targets:
        if isinstance(target, ast.Name):
            yield target.id
        elif isinstance(target, ast.Tuple | ast.List):
            yield from _names(target.elts)
        elif isinstance(target, ast.Starred):
            yield from _names([target.value])


def _references(test: ast.expr) -> Iterator[str]:
    """Yield the names that a test reads, and what it takes from a module of that name."""
    for node in ast.walk(test):
        match node:
            case ast.Name(id=name):
                yield name
            case ast.Attribute(value=ast.Name(id=owner), attr=name):
                yield f"{owner}.{name}"
