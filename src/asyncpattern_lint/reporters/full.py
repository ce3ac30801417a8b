"""The full report: the source line, how the linter knows, and what to do."""

from collections.abc import Iterator

from asyncpattern_lint.findings import Finding, Report
from asyncpattern_lint.reporters.concise import header
from asyncpattern_lint.reporters.listing import unresolved
from asyncpattern_lint.reporters.snippet import clean, underline
from asyncpattern_lint.reporters.style import (
    Colour,
    Style,
    fixable,
    printable,
    share,
    summary,
)


def render(report: Report, style: Style) -> Iterator[str]:
    """Yield the lines of the report."""
    for finding in report.findings:
        yield header(finding, report, style)
        yield from _body(finding, style)
        yield ""
    yield from unresolved(report, style)
    yield summary(report, style)
    yield from fixable(report, style)
    if report.tally is not None:
        yield share(report.tally)


def _body(finding: Finding, style: Style) -> Iterator[str]:
    margin = len(str(finding.span.line))
    bar = style.paint("|", Colour.BLUE)
    source = list(_source(finding, style))
    if source:
        yield f"{' ' * margin} {bar}"
        for number, text in source:
            yield f"{style.paint(number.rjust(margin), Colour.BLUE)} {bar} {text}".rstrip()
        yield f"{' ' * margin} {bar}"
    lead = f"{' ' * margin} {style.paint('=', Colour.BLUE)}"
    for step in finding.evidence:
        note = style.paint("note:", Colour.BOLD)
        yield f"{lead} {note} {style.shown(step.path)}:{step.line}: {printable(step.message)}"
    if finding.advice:
        yield f"{lead} {style.paint('help:', Colour.GREEN)} {printable(finding.advice)}"


def _source(finding: Finding, style: Style) -> Iterator[tuple[str, str]]:
    """Yield the lines of the snippet, each with its number, the caret line with none."""
    span = finding.span
    line = style.read_line(finding.path, span.line)
    if not line.strip():
        return
    before = style.read_line(finding.path, span.line - 1) if span.line > 1 else ""
    if before.strip():
        yield str(span.line - 1), clean(before)
    several = span.end_line > span.line
    shown, carets = underline(line, span.column, len(line) + 1 if several else span.end_column)
    yield str(span.line), shown
    tail = f" (to line {span.end_line})" if several else ""
    indent = len(carets) - len(carets.lstrip())
    yield "", " " * indent + style.paint(carets.lstrip() + tail, Colour.RED)
