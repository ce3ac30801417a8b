"""Source text and places in it."""

import io
import re
import tokenize
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


#: As far as an encoding is declared: two lines, whatever ends them.
_HEAD = re.compile(rb"(?:[^\r\n]*(?:\r\n|\r|\n)?){2}")


def encoding_of(source: bytes) -> str:
    """Return the encoding that a file declares (PEP 263).

    Raises ``SyntaxError`` for one that does not exist or does not fit.
    """
    head = _HEAD.match(source)
    assert head is not None  # it matches nothing, too
    lines = head[0].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return tokenize.detect_encoding(io.BytesIO(lines).readline)[0]


def decode(source: bytes) -> str:
    """Return the text of a source file, by its coding line or BOM (PEP 263).

    What cannot be decoded is replaced: the parser has judged the file before.
    """
    try:
        return source.decode(encoding_of(source), "replace")
    except (SyntaxError, LookupError, ValueError):
        # The tokenizer is stricter with comments than the parser, and some codecs give no text.
        return source.decode("latin-1")


def decode_exactly(source: bytes) -> tuple[str, str]:
    """Return the text of a source file, and the encoding that turns it into the same bytes again.

    Raises ``ValueError`` where nothing does. The encoding "utf-8-sig" writes a BOM again.
    """
    try:
        encoding = encoding_of(source)
        text = source.decode(encoding)
        same = text.encode(encoding) == source
    except (SyntaxError, LookupError, ValueError):
        same = False
    if not same:
        raise ValueError("its encoding does not give back the same bytes")
    return text, encoding


def lines_of(text: str) -> list[str]:
    """Split a text into lines as the parser counts them: a form feed does not end one."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
