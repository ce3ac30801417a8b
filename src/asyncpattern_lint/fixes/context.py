"""What may be written at a place: ``await``, and statements that loop or enter."""

import libcst as cst

from asyncpattern_lint.fixes.tree import Tree

_COMPREHENSIONS = (cst.GeneratorExp, cst.ListComp, cst.SetComp, cst.DictComp)

#: What may stand behind ``as`` in a ``with`` statement.
_TARGETS = (cst.Name, cst.Attribute, cst.Subscript, cst.Tuple, cst.List)


def can_await(tree: Tree, node: cst.CSTNode) -> bool:
    """Tell whether ``await`` may be written at a node, and leaves all around it what it is.

    It turns a comprehension around it into an asynchronous one, which changes nothing but for a
    generator expression.
    """
    asynchronous = 0
    for parent, child in tree.ancestors(node):
        if isinstance(parent, cst.FunctionDef):
            return child is parent.body and parent.asynchronous is not None
        if isinstance(parent, cst.ClassDef | cst.Lambda | cst.Annotation | cst.Decorator):
            return False
        if isinstance(parent, _COMPREHENSIONS) and not _is_outside(tree, node, parent):
            asynchronous += 1
            # Before Python 3.11 an asynchronous comprehension needs an asynchronous one around it.
            if isinstance(parent, cst.GeneratorExp) or asynchronous > 1:
                return False
    return False


def in_generator_expression(tree: Tree, node: cst.CSTNode) -> bool:
    """Tell whether a node decides if a generator expression around it is asynchronous."""
    return any(
        isinstance(parent, cst.GeneratorExp) and not _is_outside(tree, node, parent)
        for parent, _ in tree.ancestors(node)
    )


def _is_outside(
    tree: Tree,
    node: cst.CSTNode,
    comprehension: cst.BaseComp,
) -> bool:
    """Whether a node is in what a comprehension first iterates over, which the outside evaluates."""
    first = comprehension.for_in.iter
    return node is first or any(parent is first for parent, _ in tree.ancestors(node))


def fits_as(target: cst.BaseExpression) -> bool:
    """Tell whether the target of a loop can be that of a ``with`` statement."""
    return isinstance(target, _TARGETS)


def jumps(body: cst.CSTNode) -> bool:
    """Tell whether a body holds a ``break`` or ``continue`` of a loop around it."""
    if isinstance(body, cst.Break | cst.Continue):
        return True
    if isinstance(body, cst.FunctionDef | cst.ClassDef | cst.BaseExpression):
        return False
    if isinstance(body, cst.For | cst.While):
        # Its own ``else`` belongs to the loop outside.
        return body.orelse is not None and jumps(body.orelse)
    return any(jumps(child) for child in body.children)


def function_of(tree: Tree, node: cst.CSTNode) -> cst.FunctionDef | None:
    """Return the function whose body holds a node."""
    for parent, child in tree.ancestors(node):
        if isinstance(parent, cst.FunctionDef):
            return parent if child is parent.body else None
        if isinstance(parent, cst.ClassDef | cst.Lambda):
            return None
    return None
