"""Findings as workflow commands, which GitHub Actions turns into annotations."""

from collections.abc import Iterator

from asyncpattern_lint.findings import Finding, Report
from asyncpattern_lint.reporters.notes import notes
from asyncpattern_lint.reporters.style import Style, printable


def render(report: Report, style: Style) -> Iterator[str]:
    """Yield a command for each finding."""
    for finding in report.findings:
        yield _command(finding, style)


def _command(finding: Finding, style: Style) -> str:
    line, column, end_line, end_column = finding.span
    # The runner makes absolute paths relative to the repository, whatever folder it runs in.
    properties = {
        "title": f"asyncpattern-lint ({finding.code})",
        "file": printable(finding.path),
        "line": str(line),
        "col": str(column),
        "endLine": str(end_line),
        "endColumn": str(end_column),
    }
    if end_line != line:
        # GitHub takes columns only of what lies on one line.
        del properties["col"], properties["endColumn"]
    shown = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    place = f"{style.shown(finding.path)}:{line}:{column}"
    head = f"{place}: {finding.code} {printable(finding.message)}"
    return f"::error {shown}::{_data(chr(10).join((head, *notes(finding, style))))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
