"""Whether ``__new__`` of a metaclass makes just the class that the body says.

What it puts into the namespace is noted elsewhere. Source:
https://docs.python.org/3/reference/datamodel.html#creating-the-class-object.
"""

import ast

from asyncpattern_lint.index.bodies import own_nodes
from asyncpattern_lint.index.openness import Parents, asks_namespace

#: The class of the metaclass, and the name, bases and namespace of the class that is made.
_GIVEN = 4


def makes_plainly(function: ast.FunctionDef) -> bool:
    """Tell whether ``__new__`` gives what ``type.__new__`` makes of what it was given.

    It may ask its bases and namespace for anything, and set items of the namespace.
    """
    names = [arg.arg for arg in (*function.args.posonlyargs, *function.args.args)]
    if len(names) < _GIVEN:
        return False
    metaclass, _, bases, namespace = names[:_GIVEN]
    parents = Parents(function)
    own = [*own_nodes(function.body)]
    given = (metaclass, bases, namespace)
    if any(rebinds(node, frozenset(given)) for node in ast.walk(function)):
        return False
    made = {id(node) for node in own if _is_making(node, given)}
    loads = [*parents.loads(namespace)]
    seen = {id(node) for node in own}
    if not all(
        id(load) in seen
        and (
            id(parents.of(load)) in made or _is_set(load, parents) or asks_namespace(load, parents)
        )
        for load in loads
    ):
        return False
    returns = [node.value for node in own if isinstance(node, ast.Return)]
    return bool(returns) and all(_is_made(value, made, own) for value in returns)


def rebinds(node: ast.AST, names: frozenset[str]) -> bool:
    """Tell whether a node binds one of these names again, deletes it, or lets others do so."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            return name in names
        case ast.Global(names=others) | ast.Nonlocal(names=others):
            return not names.isdisjoint(others)
        case _:
            return False


def _is_making(node: ast.AST, given: tuple[str, str, str]) -> bool:
    """Whether this is ``super().__new__(metaclass, ..., bases, namespace)``."""
    match node:
        case ast.Call(
            func=ast.Attribute(
                value=ast.Call(func=ast.Name(id="super")) | ast.Name(id="type"), attr="__new__"
            ),
            args=[
                ast.Name(id=metaclass),
                ast.expr() as name,
                ast.Name(id=bases),
                ast.Name(id=namespace),
                *_,
            ],
        ):
            return (metaclass, bases, namespace) == given and not isinstance(name, ast.Starred)
        case _:
            return False


def _is_set(load: ast.Name, parents: Parents) -> bool:
    """Whether an item of the namespace is set."""
    match parents.of(load):
        case ast.Subscript(value=value, ctx=ast.Store()) as item if value is load:
            return isinstance(parents.of(item), ast.Assign | ast.AnnAssign)
        case _:
            return False


def _is_made(value: ast.expr | None, made: set[int], own: list[ast.AST]) -> bool:
    """Whether an expression gives the class that was made."""
    if not isinstance(value, ast.Name):
        return id(value) in made
    bound = [
        node
        for node in own
        if isinstance(node, ast.Name)
        and node.id == value.id
        and isinstance(node.ctx, ast.Store | ast.Del)
    ]
    given = [
        node
        for node in own
        if isinstance(node, ast.Assign)
        and id(node.value) in made
        and [t.id if isinstance(t, ast.Name) else "" for t in node.targets] == [value.id]
    ]
    return len(bound) == len(given) == 1
