"""The report as one JSON document, version 1."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from asyncpattern_lint.findings import Edit, Finding, Fix, Report, Step, Target, Unresolved
from asyncpattern_lint.reporters.style import Style

#: The version of the document; it changes when a field changes its name or meaning.
VERSION = 1


def render(report: Report, style: Style) -> Iterator[str]:
    """Yield the document as one text; it is pure ASCII, whatever the paths and messages hold."""
    document: dict[str, Any] = {
        "version": VERSION,
        "findings": [of_finding(finding, style) for finding in report.findings],
    }
    if report.unresolved is not None:
        document["unresolved"] = [_unresolved(use, style) for use in report.unresolved]
    document["summary"] = {
        "files": report.files,
        "findings": len(report.findings),
        "seconds": round(report.seconds, 3),
        "candidates": report.candidates,
        "suppressed": report.suppressed,
        "baselined": report.baselined,
        "fixed": report.fixed,
        "codes": dict(sorted(Counter(f.code for f in report.findings).items())),
    }
    if report.tally is not None:
        document["summary"]["uses"] = report.tally.uses
        document["summary"]["unresolved"] = report.tally.unresolved
    yield json.dumps(document, indent=2)


def of_finding(finding: Finding, style: Style) -> dict[str, Any]:
    """Return the object that stands for a finding."""
    line, column, end_line, end_column = finding.span
    return {
        "code": finding.code,
        "name": finding.name,
        "message": finding.message,
        "path": style.relative(finding.path),
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "use": finding.use,
        "kind": finding.kind,
        "target": finding.target and _target(finding.target, style),
        "evidence": [_step(step, style) for step in finding.evidence],
        "fix": finding.fix and _fix(finding.fix),
    }


def _unresolved(use: Unresolved, style: Style) -> dict[str, Any]:
    line, column, end_line, end_column = use.span
    return {
        "path": style.relative(use.path),
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "use": use.construct,
        "target": use.reference,
        "reason": use.reason,
        "reason_path": use.reason_path and style.relative(use.reason_path),
        "reason_line": use.reason_line,
    }


def _target(target: Target, style: Style) -> dict[str, Any]:
    return {"name": target.name, "path": style.relative(target.path), "line": target.line}


def _step(step: Step, style: Style) -> dict[str, Any]:
    return {"path": style.relative(step.path), "line": step.line, "message": step.message}


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "applicability": fix.applicability.value,
        "message": fix.message,
        "edits": [_edit(edit) for edit in fix.edits],
    }


def _edit(edit: Edit) -> dict[str, Any]:
    return {**edit.span._asdict(), "content": edit.content}
