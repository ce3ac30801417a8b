"""Put ``# noqa`` comments into a file, and change nothing else."""

import re
import tokenize
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from asyncpattern_lint.files import is_read_only, replace_file, stamp
from asyncpattern_lint.source import decode_exactly
from asyncpattern_lint.suppression import (
    UNUSED,
    Comment,
    Layout,
    Suppressions,
    noqa_of,
    tokens_of,
)

#: What may stand at the end of a line unseen.
BLANKS = " \t"

_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")

_SILENT = (tokenize.COMMENT, tokenize.NL)


class AnnotationError(Exception):
    """No comment can be put into the file; the text is a clause that says why."""


class Annotated(NamedTuple):
    """A file with comments: its bytes, and how many comments were added or extended."""

    source: bytes
    comments: int


def annotate(source: bytes, wanted: Iterable[tuple[int, str]]) -> Annotated:
    """Return a file with comments that suppress codes on lines, as ``wanted`` pairs them.

    A comment goes to the end of the line, or of the next line of the same statement that can
    carry one. Raises ``AnnotationError``.
    """
    try:
        text, encoding = decode_exactly(source)
    except ValueError:
        raise AnnotationError("its encoding cannot be kept") from None
    layout = Layout(text)
    lines = [list(match.groups()) for match in _LINE.finditer(text)]
    comments = {comment.line: comment for comment in layout.comments}
    added = _by_line(layout, Suppressions(source), wanted)
    for line, codes in added.items():
        lines[line - 1][0] = _with_codes(lines[line - 1][0], comments.get(line), codes)
    changed = "".join(part for line in lines for part in line)
    if _program(changed) != _program(text):
        raise AnnotationError("a comment would change what it says")
    return Annotated(changed.encode(encoding), len(added))


def annotate_file(path: str, wanted: Iterable[tuple[int, str]], stamped: tuple[int, ...]) -> int:
    """Annotate a file on the disk, and return how many comments that took.

    ``stamped`` is the stamp of the file for which the comments are wanted. Raises
    ``AnnotationError``.
    """
    file = Path(path)
    try:
        source = file.read_bytes()
        if stamp(path) != stamped:
            raise AnnotationError("it has changed meanwhile")
        annotated = annotate(source, wanted)
        if annotated.comments:
            if is_read_only(file):
                raise AnnotationError("it is read-only")
            replace_file(file, annotated.source)
    except OSError as error:
        raise AnnotationError(error.strerror or str(error)) from error
    return annotated.comments


def _by_line(
    layout: Layout, present: Suppressions, wanted: Iterable[tuple[int, str]]
) -> dict[int, list[str]]:
    """Return the codes that comments have to name, by the lines that can carry them."""
    added: dict[int, list[str]] = {}
    given: set[tuple[int, str]] = set()
    for line, code in sorted(wanted):
        statement = layout.statement_at(line)
        # What is said of a comment is not suppressed by the comment itself.
        if code != UNUSED and present.suppresses(line, code):
            continue
        if (statement.first, code) not in given:
            given.add((statement.first, code))
            place = next((end for end in statement.open if end >= line), statement.last)
            added.setdefault(place, []).append(code)
    return added


def _with_codes(line: str, comment: Comment | None, codes: list[str]) -> str:
    named = ", ".join(sorted(codes))
    match = noqa_of(comment) if comment is not None else None
    if comment is not None and match is not None:
        end = comment.column - 1 + match.end("codes")
        return f"{line[:end]}, {named}{line[end:]}"
    return f"{line.rstrip(BLANKS)}  # noqa: {named}"


def _program(text: str) -> list[tuple[int, str]]:
    """Return what of a text Python sees."""
    try:
        return [(t.type, t.string) for t in tokens_of(text) if t.type not in _SILENT]
    except (tokenize.TokenError, SyntaxError):
        raise AnnotationError("its tokens cannot be read") from None
