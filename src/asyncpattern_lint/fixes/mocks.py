"""Mocks made of another class of ``unittest.mock``."""

import libcst as cst

from asyncpattern_lint.findings import Remedy
from asyncpattern_lint.fixes.exchanging import exchange_name
from asyncpattern_lint.fixes.text import Piece
from asyncpattern_lint.fixes.tree import Tree, Trees

_MODULES = frozenset({"unittest.mock", "mock"})

#: The classes whose options the other one takes as well.
_EXCHANGED = frozenset({"Mock", "MagicMock"})


def exchange_mock(
    tree: Tree, node: cst.BaseExpression, remedy: Remedy, trees: Trees
) -> list[Piece] | None:
    """Return the pieces that make the mock, which is at a place or told something there, anew."""
    made = node if _name(node) in _EXCHANGED else _class_of(tree, node)
    return None if made is None else exchange_name(tree, made, remedy.text, _MODULES, trees)


def _class_of(tree: Tree, node: cst.BaseExpression) -> cst.BaseExpression | None:
    """Return the class that makes the mock of the innermost call at or around a node."""
    around = [node, *(parent for parent, _ in tree.ancestors(node))]
    call = next((parent for parent in around if isinstance(parent, cst.Call)), None)
    if call is None:
        return None
    made_by = [call.func]
    made_by += [a.value for a in call.args if a.keyword and a.keyword.value == "new_callable"]
    return next((made for made in made_by if _name(made) in _EXCHANGED), None)


def _name(node: cst.BaseExpression) -> str:
    last = node.attr if isinstance(node, cst.Attribute) else node
    return last.value if isinstance(last, cst.Name) else ""
