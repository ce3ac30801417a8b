"""The places of definitions: found in the text once there is something to report about them."""

import ast
import re
from functools import cached_property

from asyncpattern_lint.analysis.positions import Positions
from asyncpattern_lint.index.bodies import functions_of
from asyncpattern_lint.index.builder import parse
from asyncpattern_lint.index.model import Scope
from asyncpattern_lint.index.yield_places import FunctionNode
from asyncpattern_lint.source import Span

_NAME = re.compile(rb"(?:async\s+)?def\s+")


class Places:
    """Where the functions of one file, and what belongs to them, stand."""

    def __init__(self, path: str, positions: Positions) -> None:
        self._path = path
        self._positions = positions

    @cached_property
    def _functions(self) -> dict[tuple[int, str], FunctionNode]:
        return functions_of(parse(self._positions.source, self._path))

    def function(self, scope: Scope) -> FunctionNode:
        """Return the syntax tree of a function."""
        return self._functions[scope.line, scope.name]

    def span(self, node: ast.expr | ast.stmt) -> Span:
        """Return the place of a node."""
        line, column = node.end_lineno, node.end_col_offset
        assert line is not None
        assert column is not None  # the parser sets both
        return self._positions.span(node.lineno, node.col_offset, line, column)

    def between(self, line: int, column: int, end_line: int, end_column: int) -> Span:
        """Return the place between two of the parser's positions."""
        return self._positions.span(line, column, end_line, end_column)

    def text(self, span: Span) -> str:
        """Return what stands at a place."""
        return self._positions.text(span)

    def name(self, scope: Scope) -> Span:
        """Return the place of a function's name in its ``def``."""
        node = self.function(scope)
        lines = self._positions.source.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        head = _NAME.match(lines[node.lineno - 1], node.col_offset)
        start = node.col_offset if head is None else head.end()
        width = len(b"def") if head is None else len(node.name.encode())
        return self._positions.span(node.lineno, start, node.lineno, start + width)

    def decorator(self, scope: Scope, number: int) -> tuple[Span, str]:
        """Return the place and the text of one of a function's decorators, without the ``@``."""
        node = self.function(scope).decorator_list[number]
        return self.span(node), ast.unparse(node)
