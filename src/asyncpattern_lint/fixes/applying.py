"""Fixes applied to texts: those that do not overlap in one go, and only if the result parses."""

from collections.abc import Callable, Collection, Iterable, Mapping

from asyncpattern_lint.findings import Edit, Finding
from asyncpattern_lint.fixes.text import Piece, Text, UnfixableError
from asyncpattern_lint.index.builder import parse


def apart(findings: Iterable[Finding]) -> list[Finding]:
    """Return those of the findings with a fix whose edits do not touch each other, the first first.

    Findings with the very same edits are mended together.
    """
    taken: dict[str, list[tuple[Edit, tuple[Edit, ...]]]] = {}
    chosen = []
    for finding in findings:
        assert finding.fix is not None  # the caller has looked
        edits = finding.fix.edits
        others = taken.setdefault(finding.path, [])
        if any(_touch(edit, other) for edit in edits for other, whole in others if whole != edits):
            continue
        others += [(edit, edits) for edit in edits]
        chosen.append(finding)
    return chosen


def _touch(one: Edit, other: Edit) -> bool:
    first, second = sorted([one.span, other.span])
    return (second.line, second.column) <= (first.end_line, first.end_column)


def applied(
    findings: Collection[Finding], read: Callable[[str], bytes]
) -> Mapping[str, bytes] | None:
    """Return the new bytes of each file, None where one of them would not parse."""
    edits: dict[str, set[Edit]] = {}
    for finding in findings:
        assert finding.fix is not None  # the caller has looked
        edits.setdefault(finding.path, set()).update(finding.fix.edits)
    done = {}
    for path, here in edits.items():
        try:
            text = Text(read(path))
            pieces: list[Piece] = [text.piece(edit.span, edit.content) for edit in here]
            done[path] = text.encode(text.replaced(pieces))
            parse(done[path], path)
        except (OSError, SyntaxError, ValueError, RecursionError, MemoryError, UnfixableError):
            return None
    return done
