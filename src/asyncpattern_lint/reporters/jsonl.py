"""The findings as JSON, one object a line and nothing else."""

import json
from collections.abc import Iterator

from asyncpattern_lint.findings import Report
from asyncpattern_lint.reporters.json import of_finding
from asyncpattern_lint.reporters.style import Style


def render(report: Report, style: Style) -> Iterator[str]:
    """Yield a line for each finding: what the ``json`` document holds of it, in pure ASCII."""
    for finding in report.findings:
        yield json.dumps(of_finding(finding, style))
