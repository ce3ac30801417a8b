"""Where a scope drives a generator that nothing else can close.

It made it on the spot, or keeps it in a variable that is of no other use.
"""

import ast
from collections.abc import Container, Iterator, Sequence

from asyncpattern_lint.index.handlers import last_name
from asyncpattern_lint.index.model import Drive, Expr, Name

#: Methods that take the next item of an async generator.
_STEPS = frozenset({"__anext__", "asend"})


def of_loop(node: ast.AsyncFor, value: Expr) -> list[Drive]:
    """Return how a loop drives what a call in its head gives, or a variable there holds."""
    if not isinstance(node.iter, ast.Call) and not isinstance(value, Name):
        return []
    leaving = next(_exits(node.body, in_loop=False, caught=False), None)
    if leaving is None:
        return [_drive(node.iter, value)]
    return [_drive(node.iter, value, type(leaving).__name__.lower(), leaving.lineno)]


def settled(
    function: ast.FunctionDef | ast.AsyncFunctionDef, bound: Container[str], found: list[Drive]
) -> list[Drive]:
    """Return the drives of a function without those of variables that something else may close."""
    names = {drive.value.id for drive in found if isinstance(drive.value, Name)}
    if not names:
        return found
    kept = {name for name in names if name not in bound or not _is_only_driven(function, name)}
    return [d for d in found if not isinstance(d.value, Name) or d.value.id not in kept]


def _is_only_driven(function: ast.AST, name: str) -> bool:
    """Whether a variable gets what one call gives, and is read once."""
    seen = made = 0
    for node in ast.walk(function):
        match node:
            case ast.Name(id=found) if found == name:
                seen += 1
            case ast.Global(names=names) | ast.Nonlocal(names=names) if name in names:
                return False
            case (
                ast.Assign(targets=[ast.Name(id=found)], value=ast.Call())
                | ast.AnnAssign(target=ast.Name(id=found), value=ast.Call())
            ) if found == name:
                made += 1
            case _:
                pass
    return (seen, made) == (2, 1)


def of_step(node: ast.Call) -> ast.Call | None:
    """Return the call of which a call takes the next item, None if it does not."""
    match node:
        case ast.Call(func=ast.Name(id="anext"), args=[ast.Call() as made, *_]):
            return made
        case ast.Call(func=ast.Attribute(value=ast.Call() as made, attr=name)) if name in _STEPS:
            return made
        case _:
            return None


def step(made: ast.Call, value: Expr) -> Drive:
    """Return how one step drives what a call gives."""
    return _drive(made, value, "step")


def _drive(node: ast.expr, value: Expr, leaving: str = "", line: int = 0) -> Drive:
    return Drive(
        value,
        node.lineno,
        node.col_offset,
        node.end_lineno or node.lineno,
        node.end_col_offset or node.col_offset + 1,
        leaving,
        line,
    )


def _exits(
    statements: Sequence[ast.stmt], *, in_loop: bool, caught: bool
) -> Iterator[ast.Break | ast.Return | ast.Raise]:
    """Yield the statements that leave a loop for good, as far as nothing may stop them.

    ``in_loop`` tells that they are in a loop inside, ``caught`` that a handler may get what they
    raise.
    """
    for statement in statements:
        match statement:
            case ast.Break() if not in_loop:
                yield statement
            case ast.Return():
                yield statement
            case ast.Raise(exc=error) if not caught and not _is_impossible(error):
                yield statement
            case ast.Try() | ast.TryStar():
                inner = caught or bool(statement.handlers)
                yield from _exits(statement.body, in_loop=in_loop, caught=inner)
                for handler in statement.handlers:
                    yield from _exits(handler.body, in_loop=in_loop, caught=caught)
                for block in (statement.orelse, statement.finalbody):
                    yield from _exits(block, in_loop=in_loop, caught=caught)
            case ast.With() | ast.AsyncWith():
                # It may swallow exceptions.
                yield from _exits(statement.body, in_loop=in_loop, caught=True)
            case ast.For() | ast.AsyncFor() | ast.While():
                yield from _exits(statement.body, in_loop=True, caught=caught)
                yield from _exits(statement.orelse, in_loop=in_loop, caught=caught)
            case ast.If():
                for block in (statement.body, statement.orelse):
                    yield from _exits(block, in_loop=in_loop, caught=caught)
            case ast.Match():
                for case in statement.cases:
                    yield from _exits(case.body, in_loop=in_loop, caught=caught)
            case _:
                pass


def _is_impossible(error: ast.expr | None) -> bool:
    """Whether what is raised says that one never gets there."""
    return error is not None and last_name(error) == "AssertionError"
