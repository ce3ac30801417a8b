"""A source line with carets under a span, aligned as a terminal shows it."""

import unicodedata

from asyncpattern_lint.reporters.style import escape

#: Tab stops are this many cells apart.
TAB = 4

#: Longer lines are cut around the span, to about this many cells.
WIDTH = 160

#: Cells of a cut line that stay visible before the span.
LEAD = 60


def clean(line: str) -> str:
    """Return the line as shown: tabs expanded, unprintable characters escaped, cut if long."""
    return underline(line, 1, 1)[0]


def underline(line: str, column: int, end_column: int) -> tuple[str, str]:
    """Return the line as shown, and the line of carets under it.

    Columns count characters from 1, the end is exclusive; a span beyond the line is brought
    back to its end, and there is at least one caret.
    """
    line = line.rstrip("\r\n")
    pieces, cells = _layout(line)
    start = min(max(column - 1, 0), len(pieces))
    end = min(max(end_column - 1, start), len(pieces))
    first, last = _window(cells, start)
    ahead, behind = "…" if first else "", "…" if last < len(pieces) else ""
    shown = ahead + "".join(pieces[first:last]) + behind
    indent = len(ahead) + cells[start] - cells[first]
    carets = max(cells[min(end, last)] - cells[start], 1)
    return shown.rstrip(), " " * indent + "^" * carets


def _layout(line: str) -> tuple[list[str], list[int]]:
    """Return how each character is shown, and the cell at which each begins, with the end."""
    pieces: list[str] = []
    cells = [0]
    for character in line:
        if character == "\t":
            piece = " " * (TAB - cells[-1] % TAB)
            width = len(piece)
        else:
            piece = escape(character)
            width = len(piece) if len(piece) > 1 else _width(character)
        pieces.append(piece)
        cells.append(cells[-1] + width)
    return pieces, cells


def _width(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _window(cells: list[int], start: int) -> tuple[int, int]:
    """Return the first and, exclusively, the last character to show."""
    length = len(cells) - 1
    if cells[-1] <= WIDTH:
        return 0, length
    first = start
    while first > 0 and cells[start] - cells[first - 1] <= LEAD:
        first -= 1
    last = first
    while last < length and cells[last + 1] - cells[first] <= WIDTH:
        last += 1
    return first, last
