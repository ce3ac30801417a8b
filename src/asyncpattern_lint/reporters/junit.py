"""Findings as a JUnit report: a test suite for each file, a failed test for each finding."""

from collections.abc import Iterator
from html import escape
from itertools import groupby

from asyncpattern_lint.findings import Finding, Report
from asyncpattern_lint.reporters.notes import notes
from asyncpattern_lint.reporters.style import Style, printable

_NAME = "asyncpattern-lint"


def render(report: Report, style: Style) -> Iterator[str]:
    """Yield the lines of the document; a run without findings is one test that passed."""
    count = len(report.findings)
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f"<testsuites {_attributes(name=_NAME, **_counts(count))}>"
    if not count:
        yield f"  <testsuite {_attributes(name=_NAME, **_counts(0))}>"
        yield f"    <testcase {_attributes(name='No problems found', classname=_NAME)}/>"
        yield "  </testsuite>"
    for path, group in groupby(report.findings, key=lambda finding: finding.path):
        yield from _suite(path, list(group), style)
    yield "</testsuites>"


def _suite(path: str, findings: list[Finding], style: Style) -> Iterator[str]:
    file = style.shown(path)
    yield f"  <testsuite {_attributes(name=file, **_counts(len(findings)))}>"
    for finding in findings:
        yield from _case(finding, file, style)
    yield "  </testsuite>"


def _case(finding: Finding, file: str, style: Style) -> Iterator[str]:
    line, column, *_ = finding.span
    message = printable(finding.message)
    body = "\n".join((f"line {line}, col {column}, {message}", *notes(finding, style)))
    case = _attributes(
        name=f"{finding.code} {finding.name}",
        classname=file.removesuffix(".py"),
        file=file,
        line=line,
        column=column,
    )
    yield f"    <testcase {case}>"
    failure = _attributes(type=finding.code, message=message)
    yield f"      <failure {failure}>{_text(body)}</failure>"
    yield "    </testcase>"


def _counts(failures: int) -> dict[str, int]:
    # As other linters do, a run without findings counts as one test.
    return {"tests": max(failures, 1), "skipped": 0, "failures": failures, "errors": 0}


def _attributes(**values: str | int) -> str:
    return " ".join(f'{name}="{_text(str(value))}"' for name, value in values.items())


def _text(text: str) -> str:
    """Return the text escaped; what XML cannot hold has been escaped as unprintable before."""
    return escape(text, quote=True)
