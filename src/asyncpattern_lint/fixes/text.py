"""A source text and its places, kept such that writing it back changes nothing else."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from asyncpattern_lint.source import Span, decode_exactly

#: What ends a line for the parser: a form feed does not.
_LINE_END = re.compile(r"\r\n|\r|\n")


class UnfixableError(Exception):
    """A file that cannot be changed without losing something; the text says why."""


class Piece(NamedTuple):
    """Text to put in place of what stands between two offsets, which count characters from 0."""

    start: int
    end: int
    content: str


class Text:
    """The text of a source file. Raises ``UnfixableError`` where decoding loses something."""

    def __init__(self, source: bytes) -> None:
        try:
            self.text, self.encoding = decode_exactly(source)
        except ValueError as error:
            raise UnfixableError(str(error)) from error
        self._starts = [0, *(match.end() for match in _LINE_END.finditer(self.text))]

    def encode(self, text: str) -> bytes:
        """Return another text as the file would hold it."""
        try:
            return text.encode(self.encoding)
        except UnicodeEncodeError as error:
            raise UnfixableError(f"its encoding {self.encoding} cannot hold the fix") from error

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a place; lines and columns count from 1.

        Raises ``UnfixableError`` for a place that the text does not have.
        """
        if line > len(self._starts):
            raise UnfixableError("it has fewer lines than it had")
        return self._starts[line - 1] + column - 1

    def line_at(self, offset: int) -> int:
        """Return the line that holds an offset, from 1."""
        return bisect_right(self._starts, offset)

    def line_start(self, line: int) -> int:
        """Return the offset at which a line begins, the end of the text for one behind it."""
        return self._starts[line - 1] if line <= len(self._starts) else len(self.text)

    def line_end(self, line: int) -> str:
        """Return the characters that end a line, those of the first line where there are none."""
        stretch = self.text[self.line_start(line) : self.line_start(line + 1)]
        found = _LINE_END.search(stretch) or _LINE_END.search(self.text)
        return found.group() if found else "\n"

    def span(self, piece: Piece) -> Span:
        """Return the place of a piece as users see it."""
        first, last = self.line_at(piece.start), self.line_at(piece.end)
        return Span(
            first,
            piece.start - self.line_start(first) + 1,
            last,
            piece.end - self.line_start(last) + 1,
        )

    def piece(self, span: Span, content: str) -> Piece:
        """Return the piece that replaces what stands at a place."""
        start = self.offset(span.line, span.column)
        return Piece(start, self.offset(span.end_line, span.end_column), content)

    def replaced(self, pieces: Iterable[Piece]) -> str:
        """Return the text with pieces, which do not overlap, in place of what they replace."""
        parts = []
        at = 0
        for start, end, content in sorted(pieces):
            parts += [self.text[at:start], content]
            at = end
        return "".join([*parts, self.text[at:]])
