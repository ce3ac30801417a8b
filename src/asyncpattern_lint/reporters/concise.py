"""The concise report: one line per finding."""

from collections.abc import Iterator

from asyncpattern_lint.findings import Finding, Report
from asyncpattern_lint.reporters.listing import unresolved
from asyncpattern_lint.reporters.style import (
    Colour,
    Style,
    fixable,
    mark,
    printable,
    share,
    summary,
)


def render(report: Report, style: Style) -> Iterator[str]:
    """Yield the lines of the report."""
    for finding in report.findings:
        yield header(finding, report, style)
    yield from unresolved(report, style)
    yield summary(report, style)
    yield from fixable(report, style)
    if report.tally is not None:
        yield share(report.tally)


def header(finding: Finding, report: Report, style: Style) -> str:
    """Return ``path:line:column: CODE [*] message`` on one line, the star where a fix is at hand."""
    path = style.paint(style.shown(finding.path), Colour.BOLD)
    code = style.paint(finding.code, Colour.RED)
    line, column = finding.span.line, finding.span.column
    return f"{path}:{line}:{column}: {code} {mark(finding, report)}{printable(finding.message)}"
