"""Turn the parser's positions into those that users see."""

import re
from collections.abc import Callable
from functools import cached_property

from asyncpattern_lint.source import Span, decode, lines_of


class Positions:
    """Places in one source text, which is read once a place is asked for."""

    def __init__(self, read: Callable[[], bytes]) -> None:
        self._read = read
        self._lines: list[str] | None = None

    @cached_property
    def source(self) -> bytes:
        """The text. Raises ``OSError`` if it cannot be read."""
        return self._read()

    def span(self, line: int, column: int, end_line: int, end_column: int) -> Span:
        """Return a span; lines from 1, the given columns are ``ast``'s: UTF-8 bytes from 0."""
        return Span(line, self._column(line, column), end_line, self._column(end_line, end_column))

    def text(self, span: Span) -> str:
        """Return the text of a span."""
        lines = self._decoded()[span.line - 1 : span.end_line]
        lines[-1] = lines[-1][: span.end_column - 1]
        lines[0] = lines[0][span.column - 1 :]
        return "\n".join(line.rstrip("\r\n") for line in lines)

    def name_at(self, line: int) -> Span:
        """Return the place of the dotted name that a decorator on a line begins with."""
        text = self._decoded()[line - 1]
        found = re.compile(r"[\s@]*([\w.]*)").match(text)
        assert found is not None  # every part of the pattern may be empty
        return Span(line, found.start(1) + 1, line, max(found.end(1), found.start(1) + 1) + 1)

    def _column(self, line: int, column: int) -> int:
        if self.source.isascii():
            return column + 1
        lines = self._decoded()
        if line > len(lines):
            return column + 1
        before = lines[line - 1].encode("utf-8", "surrogatepass")[:column]
        return len(before.decode("utf-8", "replace")) + 1

    def _decoded(self) -> list[str]:
        if self._lines is None:
            self._lines = lines_of(decode(self.source))
        return self._lines
