"""Functions behind a decorator of the project that passes everything through."""

import ast
import itertools
from collections.abc import Iterable, Iterator, Sequence

from rewriting import Files, Program, Rewritten, mentions, nodes, parse, sibling

#: The module that holds the decorators.
_DECORATORS = '''\
"""Decorators that change nothing."""

from functools import wraps


def plain(function):
    @wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


def generator(function):
    @wraps(function)
    def wrapper(*args, **kwargs):
        return (yield from function(*args, **kwargs))

    return wrapper


def coroutine(function):
    @wraps(function)
    async def wrapper(*args, **kwargs):
        return await function(*args, **kwargs)

    return wrapper


def async_generator(function):
    @wraps(function)
    async def wrapper(*args, **kwargs):
        async for item in function(*args, **kwargs):
            yield item

    return wrapper
'''

#: What tells a wrapped function from a bare one.
_REFLECTION = frozenset({"__wrapped__", "cr_code", "gi_code", "ag_code", "unittest"})


class Wrapping:
    """Wraps functions of modules that are not the main one, above or below their definition.

    The decorator takes the place of the two empty lines there.
    """

    def __init__(self, *, above: bool) -> None:
        self.above = above

    def spots(self, program: Program) -> Sequence[str]:
        if mentions(program.files, _REFLECTION):
            return []
        decorators = _decorators(program.files)
        return [
            f"{path} {function.name}"
            for path, text in program.files.items()
            if path.rpartition("/")[2] not in {"main.py", "__main__.py", "wrapping.py"}
            for function in self._functions(text)
            if function.name not in decorators
        ]

    def rewrite(self, program: Program, spots: Iterable[str]) -> Rewritten:
        files: dict[str, str] = dict(program.files)
        for path, group in itertools.groupby(sorted(spots), key=lambda spot: spot.split(" ")[0]):
            new, module = sibling(program, path, "wrapping")
            files[new] = _DECORATORS
            wanted = {spot.split(" ")[1] for spot in group}
            files[path] = self._wrapped(files[path], wanted, module)
        return Rewritten(files)

    def _wrapped(self, text: str, wanted: set[str], module: str) -> str:
        lines = text.splitlines(keepends=True)
        for function in self._functions(text):
            if function.name in wanted:
                kind = _kind(function)
                name = f"_{kind}"
                first = self._place(function)
                applied = f"@{name}" if self.above else f"{function.name} = {name}({function.name})"
                lines[first : first + 2] = [
                    f"from {module} import {kind} as {name}\n",
                    f"{applied}\n",
                ]
        return "".join(lines)

    def _place(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
        """Return the number of lines before the two that the decorator gets."""
        return function.lineno - 3 if self.above else function.end_lineno or 0

    def _functions(self, text: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        lines = [*text.splitlines(), "", ""]
        tree = parse(text)
        for statement in tree.body:
            if (
                isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef)
                and not statement.decorator_list
                and not statement.name.startswith("__")
                and _bindings(tree, statement.name) == 1
            ):
                first = self._place(statement)
                if first >= 0 and lines[first : first + 2] == ["", ""]:
                    yield statement


def _decorators(files: Files) -> frozenset[str]:
    """Return the names in decorators, and what they are aliases of.

    A decorator that is wrapped itself may do anything to what it decorates.
    """
    every = [node for text in files.values() for node in nodes(text)]
    names = {
        getattr(part, "id", getattr(part, "attr", ""))
        for node in every
        for decorator in getattr(node, "decorator_list", ())
        for part in ast.walk(decorator)
    }
    aliases = [pair for node in every if (pair := _alias(node))]
    while more := {name for other, name in aliases if other in names} - names:
        names |= more
    return frozenset(names)


def _alias(node: ast.AST) -> tuple[str, str] | None:
    """Return the new and the old name where a node gives something a second one."""
    match node:
        case ast.alias(name=name, asname=str(other)):
            return other, name
        case ast.Assign(targets=[ast.Name(id=other)], value=ast.Name(id=name)):
            return other, name
    return None


def _bindings(tree: ast.Module, name: str) -> int:
    """Count the places of a module that may bind a name, in whichever scope."""
    return sum(
        name
        in (
            getattr(node, "name", None),
            getattr(node, "asname", None),
            node.id if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load) else None,
            *(node.names if isinstance(node, ast.Global) else ()),
        )
        for node in ast.walk(tree)
    )


def _kind(function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    is_async = isinstance(function, ast.AsyncFunctionDef)
    if any(isinstance(node, ast.Yield | ast.YieldFrom) for node in _own(function)):
        return "async_generator" if is_async else "generator"
    return "coroutine" if is_async else "plain"


def _own(function: ast.AST) -> Iterator[ast.AST]:
    """Yield what belongs to a function and not to one inside it."""
    for child in ast.iter_child_nodes(function):
        if not isinstance(
            child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef
        ):
            yield child
            yield from _own(child)


WRAPPING = Wrapping(above=True)
REBINDING = Wrapping(above=False)
