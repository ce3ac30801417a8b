"""Which strings an expression may be, where the text around it tells all of them."""

import ast
from collections.abc import Collection, Sequence

from asyncpattern_lint.index.yield_places import FunctionNode

#: More strings than this are as good as any.
_MAX_TEXTS = 50


def texts_of(node: ast.expr, around: Sequence[ast.AST]) -> list[str]:
    """Return the strings that an expression may be, ``*`` for any.

    ``a*`` stands for any that begins with ``a``. ``around`` are the module, class
    or function in which it stands, and the functions around that, from the inside out.
    """
    found = _texts([node])
    if found is None and isinstance(node, ast.Name):
        for scope in around:
            is_bound, found = _bound_to(node.id, scope)
            if is_bound:
                break
    return ["*"] if found is None or len(found) > _MAX_TEXTS else [*dict.fromkeys(found)]


def within(node: ast.AST, around: Sequence[ast.AST]) -> tuple[ast.AST, ...]:
    """Return a scope and those around it in which its names may be bound."""
    return (node, *(outer for outer in around if isinstance(outer, FunctionNode)))


def whole_or_any(text: str) -> str:
    """Return a string of which all is known, else ``*``."""
    return "*" if text.endswith("*") else text


def is_among(name: str, texts: Collection[str]) -> bool:
    """Tell whether a name is one that ``texts_of`` may stand for."""
    return name in texts or any(text.endswith("*") and name.startswith(text[:-1]) for text in texts)


def _texts(nodes: list[ast.expr]) -> list[str] | None:
    found: list[str] = []
    for node in nodes:
        match node:
            case ast.Constant(value=value):
                found.append(str(value))
            case (
                ast.JoinedStr(values=[ast.Constant(value=str(start)), *_])
                | ast.BinOp(left=ast.Constant(value=str(start)), op=ast.Add())
            ):
                found.append(f"{start}*")
            case ast.IfExp(body=body, orelse=orelse):
                inner = _texts([body, orelse])
                if inner is None:
                    return None
                found += inner
            case _:
                return None
    return found


def _bound_to(name: str, around: ast.AST) -> tuple[bool, list[str] | None]:
    """Return whether a name is bound, and the strings, None if it may be bound to anything else.

    What is bound elsewhere, or in a nested function, counts as anything else.
    """
    found: list[str] = []
    untold = 0
    for node in ast.walk(around):
        untold += _binds(node, name)
        values = _values(node, name)
        if values is not None:
            texts = _texts(values)
            if texts is None:
                return True, None
            found += texts
            untold -= 1
    return bool(found or untold), found if found and not untold else None


def _values(node: ast.AST, name: str) -> list[ast.expr] | None:
    """Return the expressions that a statement or comprehension binds a name to, if it does."""
    match node:
        case (
            ast.Assign(targets=[ast.Name(id=bound)], value=value)
            | ast.AnnAssign(target=ast.Name(id=bound), value=ast.expr() as value)
        ) if bound == name:
            return [value]
        case (
            ast.For(target=ast.Name(id=bound) as target, iter=iterable)
            | ast.comprehension(target=ast.Name(id=bound) as target, iter=iterable)
        ) if bound == name:
            if isinstance(iterable, ast.Tuple | ast.List | ast.Set):
                return iterable.elts
            return [target]
        case _:
            return None


def _binds(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Name(id=bound, ctx=ast.Store()) | ast.arg(arg=bound):
            return bound == name
        case ast.alias(name=bound, asname=renamed):
            return (renamed or bound.partition(".")[0]) == name
        case (
            ast.FunctionDef(name=bound)
            | ast.AsyncFunctionDef(name=bound)
            | ast.ClassDef(name=bound)
            | ast.ExceptHandler(name=bound)
            | ast.MatchAs(name=bound)
            | ast.MatchStar(name=bound)
            | ast.MatchMapping(rest=bound)
        ):
            return bound == name
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            return name in names
        case _:
            return False
