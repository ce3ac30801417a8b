"""What every reporter shares: colours, paths, and text that is safe on a terminal."""

import enum
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from asyncpattern_lint.findings import Applicability, Finding, Report, Tally


class Colour(enum.StrEnum):
    """SGR parameters of the terminal's colours."""

    RED = "1;31"
    GREEN = "1;32"
    BLUE = "1;34"
    BOLD = "1"


@dataclass(frozen=True, slots=True)
class Style:
    """How a report is rendered.

    ``cwd`` is the absolute directory that paths are made relative to; ``read_line`` takes an
    absolute path and a line number from 1 and returns the line without its end, or an empty
    text where there is none; ``repository`` is the absolute directory that paths are made
    relative to in formats for code hosts, ``cwd`` if it is empty.
    """

    colour: bool
    cwd: str
    read_line: Callable[[str, int], str]
    repository: str = ""

    @property
    def root(self) -> str:
        """The root of the repository, as far as it is known."""
        return self.repository or self.cwd

    def paint(self, text: str, colour: Colour) -> str:
        """Return the text in a colour, or as it is where colours are off."""
        return f"\x1b[{colour.value}m{text}\x1b[0m" if self.colour else text

    def relative(self, path: str) -> str:
        """Return the path relative to ``cwd``, or as it is on another drive."""
        return _relative(path, self.cwd)

    def in_repository(self, path: str) -> str:
        """Return the path relative to the root of the repository, or as it is."""
        return _relative(path, self.root)

    def shown(self, path: str) -> str:
        """Return the path as text reports show it: relative, without control characters."""
        return printable(self.relative(path))


def _relative(path: str, folder: str) -> str:
    try:
        return os.path.relpath(path, folder)
    except ValueError:
        return path


def printable(text: str) -> str:
    """Return the text on one line, with every unprintable character escaped.

    So neither terminal control sequences nor invisible direction marks get through.
    """
    if text.isprintable():
        return text
    return "".join(map(escape, text))


def escape(character: str) -> str:
    r"""Return the character, or its escape (``\x1b``) if it is not printable."""
    if character.isprintable():
        return character
    return character.encode("unicode_escape").decode("ascii")


def summary(report: Report, style: Style) -> str:
    """Return the closing line of a text report."""
    files = count(report.files, "file")
    seconds = f"{report.seconds:.1f} s"
    remaining = len(report.findings)
    if not remaining and not report.fixed:
        return f"{style.paint('All checks passed!', Colour.GREEN)} ({files}, {seconds})"
    split = f" ({report.fixed} fixed, {remaining} remaining)" if report.fixed else ""
    return f"Found {count(remaining + report.fixed, 'problem')}{split} in {files} ({seconds})."


def mark(finding: Finding, report: Report) -> str:
    """Return what tells in a listing that ``--fix`` would mend a finding, empty if it would not."""
    return "[*] " if _applies(finding, report) else ""


def _applies(finding: Finding, report: Report) -> bool:
    fix = finding.fix
    return fix is not None and (report.unsafe_fixes or fix.applicability is Applicability.SAFE)


def fixable(report: Report, style: Style) -> Iterator[str]:
    """Yield the line that says how many findings ``--fix`` would mend, if any."""
    total = sum(finding.fix is not None for finding in report.findings)
    now = sum(_applies(finding, report) for finding in report.findings)
    hidden = total - now
    more = f"{count(hidden, 'more fix', 'more fixes')} with `--unsafe-fixes`" if hidden else ""
    if now:
        star = style.paint("*", Colour.GREEN)
        option = "`--fix --unsafe-fixes`" if report.unsafe_fixes else "`--fix`"
        yield f"[{star}] {now} fixable with {option}{f' ({more})' if more else ''}."
    elif hidden:
        yield f"No safe fixes ({more})."


def share(tally: Tally) -> str:
    """Return the line that says how many asynchronous uses could not be resolved."""
    percent = 100 * tally.unresolved / max(tally.uses, 1)
    return (
        f"{tally.unresolved} of {count(tally.uses, 'asynchronous use')} could not be resolved "
        f"({percent:.1f} %)."
    )


def count(number: int, noun: str, plural: str = "") -> str:
    """Return the number with its noun, for example ``3 problems``."""
    return f"{number} {noun}" if number == 1 else f"{number} {plural or f'{noun}s'}"
