"""The evidence and the advice of a finding as lines of plain text."""

from collections.abc import Iterator

from asyncpattern_lint.findings import Finding
from asyncpattern_lint.reporters.style import Style, printable


def notes(finding: Finding, style: Style) -> Iterator[str]:
    """Yield a line for each step of the evidence, then the advice."""
    for step in finding.evidence:
        yield f"note: {style.shown(step.path)}:{step.line}: {printable(step.message)}"
    if finding.advice:
        yield f"help: {printable(finding.advice)}"
