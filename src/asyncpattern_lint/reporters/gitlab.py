"""Findings as a Code Quality report of GitLab."""

import json
from collections.abc import Iterator
from typing import Any

from asyncpattern_lint.findings import Finding, Report
from asyncpattern_lint.reporters.fingerprint import fingerprints
from asyncpattern_lint.reporters.style import Style, printable


def render(report: Report, style: Style) -> Iterator[str]:
    """Yield the report as one text, in pure ASCII; its paths are relative to the repository."""
    issues = [
        _issue(finding, fingerprint, style)
        for finding, fingerprint in fingerprints(report.findings, style)
    ]
    yield json.dumps(issues, indent=2)


def _issue(finding: Finding, fingerprint: str, style: Style) -> dict[str, Any]:
    return {
        "check_name": finding.code,
        "description": f"{finding.code}: {printable(finding.message)}",
        "severity": "major",
        "fingerprint": fingerprint,
        "location": {
            "path": printable(style.in_repository(finding.path).replace("\\", "/")),
            "lines": {"begin": finding.span.line, "end": finding.span.end_line},
        },
    }
