"""For which names a ``__getattribute__`` does more than the one that it overrides.

Source: https://docs.python.org/3/reference/datamodel.html#object.__getattribute__.
"""

import ast


def handled_by(function: ast.FunctionDef) -> list[str]:
    """Return the names that a ``__getattribute__`` handles by itself, none if that is not told.

    It compares what it is asked for with texts, and passes all else on as it came.
    """
    parameters = [arg.arg for arg in (*function.args.posonlyargs, *function.args.args)]
    if len(parameters) != 2 or function.decorator_list:
        return []
    asked = parameters[1]
    if any(isinstance(n, ast.Name) and n.id == asked and _is_set(n) for n in ast.walk(function)):
        return []
    handled: list[str] = []
    for statement in function.body:
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
                return []
    return []


def _is_set(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store | ast.Del)


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
            func=ast.Attribute(
                value=ast.Call(func=ast.Name(id="super"), args=[]), attr="__getattribute__"
            ),
            args=[ast.Name(id=asked)],
            keywords=[],
        ):
            return asked == parameters[1]
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="object"), attr="__getattribute__"),
            args=[ast.Name(id=owner), ast.Name(id=asked)],
            keywords=[],
        ):
            return [owner, asked] == parameters
        case _:
            return False
