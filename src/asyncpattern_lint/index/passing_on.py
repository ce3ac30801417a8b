"""For which names a ``__getattribute__`` does more than the one that it overrides.

Source: https://docs.python.org/3/reference/datamodel.html#object.__getattribute__.
"""

import ast

from asyncpattern_lint.index.bodies import own_nodes
from asyncpattern_lint.index.making import rebinds
from asyncpattern_lint.index.model import Parameter, Scope


def handled_by(function: ast.FunctionDef, scope: Scope) -> list[str] | None:
    """Return the names that a ``__getattribute__`` handles by itself, None if that is not told.

    It passes all else on as it came: whatever it does before, or after it has compared what it is
    asked for with texts. ``scope`` is its outline.
    """
    parameters = [arg.arg for arg in (*function.args.posonlyargs, *function.args.args)]
    if len(parameters) < 2 or any(
        len(entry.every) > 1
        for entry in scope.bindings.values()
        if any(isinstance(binding, Parameter) for binding in entry.every)
    ):
        return None
    returns = [n.value for n in own_nodes(function.body) if isinstance(n, ast.Return)]
    if not scope.falls_through and all(_passes_on(value, parameters) for value in returns):
        return [] if returns else None
    if any(rebinds(node, frozenset(parameters[1:2])) for node in ast.walk(function)):
        return None
    return _compared_first(function.body, parameters)


def _compared_first(body: list[ast.stmt], parameters: list[str]) -> list[str] | None:
    """Return the names with which a function compares its argument before it passes it on."""
    asked = parameters[1]
    handled: list[str] = []
    for statement in body:
        match statement:
            case ast.Expr(value=ast.Constant()):
                continue
            case ast.Return(value=value) if _passes_on(value, parameters):
                return handled
            case ast.If(test=test, body=[ast.Return(value=value)], orelse=[]) if (
                others := _compared(test, asked, (ast.NotEq, ast.NotIn))
            ) and _passes_on(value, parameters):
                return handled + others
            case ast.If(test=test, orelse=[]) if names := _compared(test, asked, (ast.Eq, ast.In)):
                handled += names
            case _:
                return None
    return None


def _compared(test: ast.expr, asked: str, signs: tuple[type[ast.cmpop], ...]) -> list[str]:
    """Return the texts with which a test compares a name, none if it asks anything else."""
    match test:
        case ast.Compare(left=ast.Name(id=name), ops=[sign], comparators=[other]) if (
            name == asked and isinstance(sign, signs)
        ):
            pass
        case _:
            return []
    options = other.elts if isinstance(other, ast.Tuple | ast.List | ast.Set) else [other]
    is_one = isinstance(sign, ast.Eq | ast.NotEq)
    texts = [o.value for o in options if isinstance(o, ast.Constant) and isinstance(o.value, str)]
    # ``in`` a text would ask for a part of it.
    told = len(texts) == len(options) and is_one == (options == [other])
    return texts if told else []


def _passes_on(value: ast.expr | None, parameters: list[str]) -> bool:
    """Whether an expression gives what the next ``__getattribute__`` gives for the same name."""
    match value:
        case ast.Call(
            func=ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr="__getattribute__"),
            args=[ast.Name(id=asked)],
        ):
            return asked == parameters[1]
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="object"), attr="__getattribute__"),
            args=[ast.Name(id=owner), ast.Name(id=asked)],
        ):
            return [owner, asked] == parameters[:2]
        case _:
            return False
