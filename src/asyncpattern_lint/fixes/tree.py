"""The LibCST nodes around a finding: only the top-level statement that holds it is parsed."""

import ast
from collections.abc import Iterator
from dataclasses import fields

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from asyncpattern_lint.fixes.text import Text
from asyncpattern_lint.source import Span


class Tree:
    """A stretch of whole top-level statements, with the offsets of its nodes in the whole text."""

    def __init__(self, text: Text, first: int, last: int) -> None:
        self.text = text
        above = first - 1
        stretch = text.text[text.line_start(first) : text.line_start(last + 1)]
        module = cst.parse_module(stretch)
        wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
        self._places = {
            node: Span(
                place.start.line + above,
                place.start.column + 1,
                place.end.line + above,
                place.end.column + 1,
            )
            for node, place in wrapper.resolve(PositionProvider).items()
        }
        self._at: dict[Span, list[cst.CSTNode]] = {}
        for node, span in self._places.items():
            self._at.setdefault(span, []).append(node)
        self._parents: dict[cst.CSTNode, cst.CSTNode] = {}
        stack: list[cst.CSTNode] = [module]
        while stack:
            parent = stack.pop()
            for child in _held(parent):
                self._parents[child] = parent
                stack.append(child)

    def target_at(self, span: Span) -> cst.BaseExpression | cst.ImportAlias | None:
        """Return the expression or the imported name at exactly this place."""
        for node in self._at.get(span, ()):
            if isinstance(node, cst.ImportAlias):
                return node
        for node in self._at.get(span, ()):
            if isinstance(node, cst.BaseExpression):
                return node
        return None

    def span(self, node: cst.CSTNode) -> Span:
        """Return the place of a node, of an expression without its own parentheses."""
        return self._places[node]

    def parent(self, node: cst.CSTNode) -> cst.CSTNode:
        """Return the node that holds a node."""
        return self._parents[node]

    def ancestors(self, node: cst.CSTNode) -> Iterator[tuple[cst.CSTNode, cst.CSTNode]]:
        """Yield each node around a node with the child that leads to it, innermost first."""
        while node in self._parents:
            child, node = node, self._parents[node]
            yield node, child

    def start(self, node: cst.CSTNode) -> int:
        """Return the offset at which a node begins."""
        span = self._places[node]
        return self.text.offset(span.line, span.column)

    def end(self, node: cst.CSTNode) -> int:
        """Return the offset behind a node."""
        span = self._places[node]
        return self.text.offset(span.end_line, span.end_column)

    def outer(self, node: cst.BaseExpression) -> tuple[int, int]:
        """Return where an expression begins and ends, its own parentheses included."""
        # A tuple's place includes its parentheses already, a name's does not.
        starts = [self.start(node), *(self.start(par) for par in node.lpar)]
        ends = [self.end(node), *(self.end(par) for par in node.rpar)]
        return min(starts), max(ends)

    def code(self, node: cst.BaseExpression) -> str:
        """Return an expression as written, its own parentheses included."""
        start, end = self.outer(node)
        return self.text.text[start:end]


def _held(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Yield the children of a node in any order, which ``children`` takes longer to find."""
    for field in fields(node):
        value = getattr(node, field.name)
        if isinstance(value, cst.CSTNode):
            yield value
        elif isinstance(value, list | tuple):
            for item in value:
                if isinstance(item, cst.CSTNode):
                    yield item


class Trees:
    """The trees of one file, each made once."""

    def __init__(self, text: Text, module: ast.Module) -> None:
        self.text = text
        self.module = module
        self._stretches = list(_stretches(module))
        self._known: dict[tuple[int, int], Tree | None] = {}

    def around(self, line: int) -> Tree | None:
        """Return the tree that holds a line, None if LibCST cannot parse it."""
        for stretch in self._stretches:
            if stretch[0] <= line <= stretch[1]:
                if stretch not in self._known:
                    self._known[stretch] = self._parse(*stretch)
                return self._known[stretch]
        return None

    def _parse(self, first: int, last: int) -> Tree | None:
        try:
            return Tree(self.text, first, last)
        except Exception:  # LibCST's errors have no common base but this one
            return None


def _stretches(module: ast.Module) -> Iterator[tuple[int, int]]:
    """Yield the first and last lines of the top-level statements, those on one line together."""
    first = last = 0
    for statement in module.body:
        start = min(
            [statement.lineno, *(d.lineno for d in getattr(statement, "decorator_list", ()))]
        )
        end = statement.end_lineno or start
        if last and start <= last:
            last = max(last, end)
            continue
        if last:
            yield first, last
        first, last = start, end
    if last:
        yield first, last
