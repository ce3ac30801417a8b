"""Turn the parser's positions into those that users see."""

from collections.abc import Callable
from functools import cached_property

from asyncpattern_lint.source import Span, decode, lines_of


class Positions:
    """Places in one source text, which is read once a place is asked for."""

    def __init__(self, read: Callable[[], bytes]) -> None:
        self._read = read
        self._lines: list[str] | None = None

    @cached_property
    def _source(self) -> bytes:
        return self._read()

    def span(self, line: int, column: int, end_line: int, end_column: int) -> Span:
        """Return a span; lines from 1, the given columns are ``ast``'s: UTF-8 bytes from 0."""
        return Span(line, self._column(line, column), end_line, self._column(end_line, end_column))

    def _column(self, line: int, column: int) -> int:
        if self._source.isascii():
            return column + 1
        lines = self._decoded()
        if line > len(lines):
            return column + 1
        before = lines[line - 1].encode("utf-8", "surrogatepass")[:column]
        return len(before.decode("utf-8", "replace")) + 1

    def _decoded(self) -> list[str]:
        if self._lines is None:
            self._lines = lines_of(decode(self._source))
        return self._lines
