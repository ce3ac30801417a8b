"""Where the yields of a function stand, and what is around them."""

import ast
from collections.abc import Iterator, Sequence

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_CLAUSES = (ast.ExceptHandler, ast.match_case)

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef

Around = tuple[tuple[ast.stmt, str], ...]
"""The statements around a place, the outermost first, each with the field that leads there."""


def places(statements: Sequence[ast.stmt], around: Around) -> Iterator[tuple[ast.expr, Around]]:
    """Yield each ``yield`` and ``yield from`` of a body with what is around it."""
    for statement in statements:
        if isinstance(statement, _SCOPES):
            continue
        for field, value in ast.iter_fields(statement):
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                yield from places(value, (*around, (statement, field)))
            elif isinstance(value, list) and value and isinstance(value[0], _CLAUSES):
                for clause in value:
                    yield from places(clause.body, (*around, (statement, field)))
        for found in yields_in(statement):
            yield found, around


def yields_in(statement: ast.stmt) -> Iterator[ast.Yield | ast.YieldFrom]:
    """Yield the yields in the expressions of a statement, not in the statements inside it."""
    stack: list[ast.AST] = [
        child for child in ast.iter_child_nodes(statement) if not _is_block(child)
    ]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            yield node
        if not isinstance(node, _SCOPES):
            stack.extend(child for child in ast.iter_child_nodes(node) if not _is_block(child))


def _is_block(node: ast.AST) -> bool:
    return isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case)
