"""Decorators of contextlib exchanged for each other, or removed."""

import libcst as cst

from asyncpattern_lint.findings import Remedy
from asyncpattern_lint.fixes.exchanging import exchange_name
from asyncpattern_lint.fixes.text import Piece
from asyncpattern_lint.fixes.tree import Tree, Trees

_MODULES = ("contextlib",)


def remove_decorator(tree: Tree, node: cst.BaseExpression) -> list[Piece] | None:
    """Return the piece that takes a decorator away, a comment behind it excepted."""
    decorator = tree.parent(node)
    if not isinstance(decorator, cst.Decorator):
        return None
    text = tree.text.text
    start, end = tree.start(decorator), tree.outer(node)[1]
    line = tree.text.line_at(end)
    following = tree.text.line_start(line + 1)
    rest = text[end:following].strip()
    if rest.startswith("#"):
        return [Piece(start, text.index("#", end), "")]
    return [Piece(tree.text.line_start(tree.text.line_at(start)), following, "")]


def remove_beside(tree: Tree, node: cst.BaseExpression, remedy: Remedy) -> list[Piece] | None:
    """Return the piece that takes away the decorator of a name beside this one."""
    for parent, _ in tree.ancestors(node):
        if isinstance(parent, cst.FunctionDef):
            found = [d for d in parent.decorators if tree.code(d.decorator) == remedy.text]
            return remove_decorator(tree, found[0].decorator) if len(found) == 1 else None
    return None


def exchange_decorator(
    tree: Tree, node: cst.BaseExpression, remedy: Remedy, trees: Trees
) -> list[Piece] | None:
    """Return the pieces that write the other decorator, and import it where need be."""
    if not isinstance(tree.parent(node), cst.Decorator):
        return None
    return exchange_name(tree, node, remedy.text, _MODULES, trees)
