"""The report as a SARIF 2.1.0 log, for code hosts and viewers."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import quote

from asyncpattern_lint import __version__
from asyncpattern_lint.documentation import Entry, entries
from asyncpattern_lint.findings import Finding, Fix, Report, Step
from asyncpattern_lint.reporters.fingerprint import fingerprints
from asyncpattern_lint.reporters.style import Style, printable
from asyncpattern_lint.source import Span

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)

#: The name of the base that relative locations have: the root of the repository.
ROOT = "SRCROOT"

#: The name and version of the fingerprints; it changes when they are made in another way.
FINGERPRINT = "asyncpatternLint/v1"


def render(report: Report, style: Style) -> Iterator[str]:
    """Yield the log as one text, in pure ASCII; it describes the rules that found something."""
    codes = sorted({finding.code for finding in report.findings})
    run = {
        "tool": {
            "driver": {
                "name": "asyncpattern-lint",
                "version": __version__,
                "rules": [_rule(entries()[code]) for code in codes],
            }
        },
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [
                    {"level": "note", "message": _message(notice)} for notice in report.notices
                ],
            }
        ],
        "originalUriBaseIds": {ROOT: {"uri": _uri(style.root.rstrip(os.sep) + os.sep)}},
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(finding, fingerprint, codes.index(finding.code), style)
            for finding, fingerprint in fingerprints(report.findings, style)
        ],
    }
    yield json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.code,
        "name": entry.name,
        "shortDescription": _message(entry.summary),
        "fullDescription": _message(" ".join(entry.sections["What it does"].split())),
        "help": {
            "text": _escaped(entry.explanation),
            "markdown": _braces(f"{entry.summary}\n\n{entry.explanation}"),
        },
        "defaultConfiguration": {"enabled": entry.default, "level": "error"},
    }


def _result(finding: Finding, fingerprint: str, index: int, style: Style) -> dict[str, Any]:
    text = printable(finding.message)
    if finding.advice:
        text += f"\nhelp: {printable(finding.advice)}"
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": "error",
        "message": {"text": _escaped(text)},
        "locations": [{"physicalLocation": _place(finding.path, _region(finding.span), style)}],
        "partialFingerprints": {FINGERPRINT: fingerprint},
    }
    if finding.evidence:
        result["relatedLocations"] = [
            _related(number, step, style) for number, step in enumerate(finding.evidence)
        ]
    if finding.fix is not None:
        result["fixes"] = [_fix(finding.fix, finding.path, style)]
    return result


def _related(number: int, step: Step, style: Style) -> dict[str, Any]:
    return {
        "id": number,
        "physicalLocation": _place(step.path, {"startLine": step.line}, style),
        "message": _message(printable(step.message)),
    }


def _fix(fix: Fix, path: str, style: Style) -> dict[str, Any]:
    return {
        "description": _message(printable(fix.message)),
        "artifactChanges": [
            {
                "artifactLocation": _location(path, style),
                "replacements": [
                    {
                        "deletedRegion": _region(edit.span),
                        "insertedContent": {"text": edit.content},
                    }
                    for edit in fix.edits
                ],
            }
        ],
        "properties": {"applicability": fix.applicability.value},
    }


def _place(path: str, region: dict[str, int], style: Style) -> dict[str, Any]:
    return {"artifactLocation": _location(path, style), "region": region}


def _location(path: str, style: Style) -> dict[str, str]:
    """Return where a file is: below the root if it is, else as an absolute location."""
    relative = PurePath(style.in_repository(path))
    if relative.is_absolute() or relative.parts[:1] == (os.pardir,):
        return {"uri": _uri(path)}
    return {"uri": _quoted(relative.as_posix()), "uriBaseId": ROOT}


def _uri(path: str) -> str:
    """Return the location of an absolute path; a separator at its end stays."""
    if os.name == "nt":
        return Path(path).as_uri().rstrip("/") + "/" * path.endswith(os.sep)
    return f"file://{_quoted(path)}"


def _quoted(path: str) -> str:
    return quote(os.fsencode(path))


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _message(text: str) -> dict[str, str]:
    return {"text": _escaped(text)}


def _escaped(text: str) -> str:
    """Return plain text in which SARIF sees neither placeholders nor links."""
    return _braces(re.sub(r"\[([^\[\]]*)\](?=\()", r"\\[\1\\]", text))


def _braces(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
