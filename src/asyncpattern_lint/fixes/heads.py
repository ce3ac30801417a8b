"""The keywords of a statement or clause exchanged: ``for``, ``with``, and ``async``."""

from collections.abc import Mapping

import libcst as cst

from asyncpattern_lint.findings import Action, Applicability, Remedy
from asyncpattern_lint.fixes.awaits import add_await
from asyncpattern_lint.fixes.context import can_await, fits_as, in_generator_expression, jumps
from asyncpattern_lint.fixes.text import Piece
from asyncpattern_lint.fixes.tree import Tree
from asyncpattern_lint.source import Span


def change_head(
    tree: Tree, target: cst.BaseExpression, remedy: Remedy, remedies: Mapping[Span, Remedy]
) -> list[Piece] | None:
    """Return the pieces that put a target under other keywords.

    ``remedies`` holds those of all findings in the file: statements with several targets change
    only if each of them wants the same.
    """
    holder = tree.parent(target)
    pieces: list[Piece] | None = None
    if isinstance(holder, cst.For) and holder.iter is target:
        pieces = _loop(tree, holder, remedy)
    elif isinstance(holder, cst.CompFor) and holder.iter is target:
        pieces = _clause(tree, holder, remedy)
    elif isinstance(holder, cst.WithItem) and holder.item is target:
        statement = tree.parent(holder)
        assert isinstance(statement, cst.With)  # nothing else has such items
        wanted = {_wanted(remedies.get(tree.span(item.item))) for item in statement.items}
        alone = len(statement.items) == 1
        if alone or (wanted == {_wanted(remedy)} and not remedy.awaited):
            pieces = _entry(tree, statement, remedy)
    if pieces is None or not remedy.awaited:
        return pieces
    awaited = add_await(tree, target, places_awaited(remedies, remedy.applicability))
    return None if awaited is None else pieces + awaited


def places_awaited(remedies: Mapping[Span, Remedy], worst: Applicability) -> set[Span]:
    """Return the places that need a coroutine's result, as certainly as is asked for."""
    return {
        span
        for span, remedy in remedies.items()
        if (remedy.awaited or remedy.action is Action.AWAIT)
        and (worst is Applicability.UNSAFE or remedy.applicability is Applicability.SAFE)
    }


def _wanted(remedy: Remedy | None) -> tuple[Action, str, bool] | None:
    return None if remedy is None else (remedy.action, remedy.text, remedy.awaited)


def _allowed(tree: Tree, statement: cst.CSTNode, head: str) -> bool:
    return not head.startswith("async") or can_await(tree, statement)


def _loop(tree: Tree, loop: cst.For, remedy: Remedy) -> list[Piece] | None:
    if not _allowed(tree, loop, remedy.text):
        return None
    if remedy.text.endswith("for"):
        return _toggled(tree, tree.start(loop), loop.asynchronous, remedy.text)
    if loop.orelse is not None or jumps(loop.body) or not fits_as(loop.target) or remedy.awaited:
        return None
    name = tree.code(loop.target)
    if isinstance(loop.target, cst.Tuple) and not loop.target.lpar:
        name = f"({name})"
    content = f"{remedy.text} {tree.code(loop.iter)} as {name}"
    return [Piece(tree.start(loop), tree.outer(loop.iter)[1], content)]


def _entry(tree: Tree, statement: cst.With, remedy: Remedy) -> list[Piece] | None:
    if not _allowed(tree, statement, remedy.text):
        return None
    if remedy.text.endswith("with"):
        return _toggled(tree, tree.start(statement), statement.asynchronous, remedy.text)
    item = statement.items[0]
    if len(statement.items) > 1 or item.asname is None or jumps(statement.body) or remedy.awaited:
        return None
    if isinstance(statement.lpar, cst.LeftParen):
        return None
    target = item.asname.name
    content = f"{remedy.text} {tree.code(target)} in {tree.code(item.item)}"
    return [Piece(tree.start(statement), tree.outer(target)[1], content)]


def _clause(tree: Tree, clause: cst.CompFor, remedy: Remedy) -> list[Piece] | None:
    """Exchange ``for`` and ``async for`` in a comprehension that stays what it is."""
    if remedy.text.startswith("async") is (clause.asynchronous is not None):
        return [] if remedy.text.endswith("for") else None
    if not remedy.text.endswith("for") or in_generator_expression(tree, clause):
        return None
    if not _allowed(tree, clause, remedy.text):
        return None
    if clause.asynchronous is not None:
        start = tree.start(clause.asynchronous)
    else:
        # A clause begins with the space before it.
        start = tree.start(clause) + len(cst.Module([]).code_for_node(clause.whitespace_before))
    return _toggled(tree, start, clause.asynchronous, remedy.text)


def _toggled(
    tree: Tree, start: int, asynchronous: cst.Asynchronous | None, head: str
) -> list[Piece] | None:
    """Add or remove ``async`` before a ``for`` or ``with``."""
    wants = head.startswith("async")
    if wants is (asynchronous is not None):
        return []
    if wants:
        return [Piece(start, start, "async ")]
    text = tree.text.text
    end = start + len("async")
    while text[end : end + 1] in (" ", "\t"):
        end += 1
    return [Piece(start, end, "")]
