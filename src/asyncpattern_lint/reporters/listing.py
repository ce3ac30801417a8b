"""The list of unresolved uses, which text reports show after the findings."""

from collections.abc import Iterator

from asyncpattern_lint.findings import Report, Unresolved
from asyncpattern_lint.reporters.style import Colour, Style, printable

#: Longer references are cut.
_MAX_LENGTH = 80


def unresolved(report: Report, style: Style) -> Iterator[str]:
    """Yield the section, nothing if there is nothing to list."""
    if not report.unresolved:
        return
    yield style.paint("Unresolved uses", Colour.BOLD)
    for use in report.unresolved:
        yield _line(use, style)
    yield ""


def _line(use: Unresolved, style: Style) -> str:
    """Return ``path:line:column: construct `reference`: reason (path:line)``."""
    reference = " ".join(use.reference.split())
    if len(reference) > _MAX_LENGTH:
        reference = f"{reference[: _MAX_LENGTH - 1]}…"
    path = style.paint(style.shown(use.path), Colour.BOLD)
    place = ""
    if use.reason_path is not None:
        place = f" ({style.shown(use.reason_path)}:{use.reason_line})"
    return (
        f"{path}:{use.span.line}:{use.span.column}: {use.construct} `{printable(reference)}`: "
        f"{printable(use.reason)}{place}"
    )
