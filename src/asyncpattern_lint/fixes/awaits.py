"""``await`` added or removed."""

from collections.abc import Collection, Iterator

import libcst as cst

from asyncpattern_lint.fixes.context import can_await, function_of, in_generator_expression
from asyncpattern_lint.fixes.text import Piece
from asyncpattern_lint.fixes.tree import Tree
from asyncpattern_lint.source import Span

#: What ``await`` can stand before without parentheses (``primary`` in Python's grammar).
_PRIMARIES = (cst.Name, cst.Attribute, cst.Call, cst.Subscript)


def add_await(
    tree: Tree, target: cst.BaseExpression, awaited: Collection[Span]
) -> list[Piece] | None:
    """Return the pieces that await a target, or what the name which it is was bound to.

    ``awaited`` are the places that all need the result and get it in this way.
    """
    if isinstance(target, cst.Name):
        bound = _bound_call(tree, target, awaited)
        return None if bound is None else add_await(tree, bound, awaited)
    if not isinstance(target, cst.Call) or not can_await(tree, target):
        return None
    if _is_awaited_too_late(tree, target):
        return None
    start, end = tree.start(target), tree.end(target)
    if target.lpar or not _binds_tighter(tree.parent(target), target):
        return [Piece(start, start, "await ")]
    return [Piece(start, start, "(await "), Piece(end, end, ")")]


def _binds_tighter(parent: cst.CSTNode, node: cst.BaseExpression) -> bool:
    """Whether what follows a call would be awaited with it."""
    return (
        (isinstance(parent, cst.Attribute | cst.Subscript) and parent.value is node)
        or (isinstance(parent, cst.Call) and parent.func is node)
        or isinstance(parent, cst.Await)
    )


def _is_awaited_too_late(tree: Tree, node: cst.BaseExpression) -> bool:
    """Whether an ``await`` takes what is taken from a call: it may be meant for either."""
    above: cst.CSTNode = tree.parent(node)
    while isinstance(above, cst.Attribute | cst.Subscript | cst.Call):
        if not _binds_tighter(above, node):
            return False
        node, above = above, tree.parent(above)
    return isinstance(above, cst.Await)


def _bound_call(tree: Tree, target: cst.Name, awaited: Collection[Span]) -> cst.Call | None:
    """Return the call that a local name is bound to, if that is all that there is to the name.

    It is bound once, in a statement of its own, and every use of it needs the result.
    """
    function = function_of(tree, target)
    if function is None:
        return None
    bound: cst.Call | None = None
    for name, parent in _occurrences(function, target.value):
        call = _value_bound_by(tree, parent)
        if call is not None and bound is None:
            bound = call
        elif (
            tree.span(name) not in awaited
            or function_of(tree, name) is not function
            or _is_awaited_too_late(tree, name)
        ):
            return None
    if bound is None or function_of(tree, bound) is not function:
        return None
    return bound if tree.start(bound) < tree.start(target) else None


def _value_bound_by(tree: Tree, parent: cst.CSTNode) -> cst.Call | None:
    if isinstance(parent, cst.AssignTarget):
        statement = tree.parent(parent)
        if isinstance(statement, cst.Assign) and len(statement.targets) == 1:
            return statement.value if isinstance(statement.value, cst.Call) else None
    return None


def _occurrences(function: cst.FunctionDef, name: str) -> Iterator[tuple[cst.Name, cst.CSTNode]]:
    """Yield where a name occurs as a variable in a function, with the node that holds it."""
    stack: list[cst.CSTNode] = [function]
    while stack:
        node = stack.pop()
        for child in node.children:
            stack.append(child)
            if not isinstance(child, cst.Name) or child.value != name:
                continue
            is_attribute = isinstance(node, cst.Attribute) and node.attr is child
            is_keyword = isinstance(node, cst.Arg) and node.keyword is child
            if not is_attribute and not is_keyword:
                yield child, node


def remove_await(tree: Tree, target: cst.BaseExpression) -> list[Piece] | None:
    """Return the pieces that take ``await`` from before a target."""
    node = tree.parent(target)
    if not isinstance(node, cst.Await) or in_generator_expression(tree, node):
        return None
    if isinstance(tree.parent(node), cst.Expr) and not isinstance(target, cst.Call):
        # It would be a statement without effect.
        return None
    start = tree.start(node)
    text = tree.text.text
    if isinstance(node.whitespace_after_await, cst.SimpleWhitespace):
        end = tree.outer(target)[0]
    else:
        # There is a comment behind it, inside parentheses.
        end = start + len("await")
    opened, closed = _needless_parentheses(tree, node, target)
    if opened is None or closed is None or text[end : tree.outer(target)[0]]:
        return [Piece(start, end, "")]
    return [Piece(opened, end, ""), Piece(tree.end(node), closed, "")]


def _needless_parentheses(
    tree: Tree, node: cst.Await, target: cst.BaseExpression
) -> tuple[int | None, int | None]:
    """Return where the parentheses of ``(await f()).x`` begin and end, if nobody needs them then."""
    parent = tree.parent(node)
    if (
        len(node.lpar) != 1
        or target.lpar
        or not isinstance(target, _PRIMARIES)
        or isinstance(parent, cst.Await)
        or not _binds_tighter(parent, node)
    ):
        return None, None
    opened, closed = tree.outer(node)
    text = tree.text.text
    inside = text[opened + 1 : tree.start(node)] + text[tree.end(node) : closed - 1]
    if inside.strip(" \t") or "\n" in text[opened:closed] or "\r" in text[opened:closed]:
        return None, None
    if opened and (text[opened - 1].isalnum() or text[opened - 1] == "_"):
        return None, None
    return opened, closed
