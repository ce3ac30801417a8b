"""Places in source text."""

from typing import NamedTuple


class Span(NamedTuple):
    """A stretch of text: lines and columns count from 1, columns in characters.

    The end is exclusive, so the caret line under a one-line span has
    ``end_column - column`` carets.
    """

    line: int
    column: int
    end_line: int
    end_column: int


class Site(NamedTuple):
    """A line of a file. The path is absolute; the line counts from 1."""

    path: str
    line: int
