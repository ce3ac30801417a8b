"""One finding a line, and nothing else."""

import json
from collections.abc import Callable
from dataclasses import replace

from asyncpattern_lint.findings import Finding, Report
from asyncpattern_lint.reporters import json as document
from asyncpattern_lint.reporters.jsonl import render
from asyncpattern_lint.reporters.style import Style


def test_a_line_is_what_the_document_holds(
    finding: Finding, report: Report, style: Callable[..., Style]
) -> None:
    twice = replace(report, findings=(finding, replace(finding, message="a\nb\u2028\x1b")))
    lines = list(render(twice, style()))
    assert all(line.isascii() and line.isprintable() for line in lines)
    whole = json.loads("".join(document.render(twice, style())))
    assert [json.loads(line) for line in lines] == whole["findings"]


def test_there_is_no_summary(
    clean_report: Report, counted_report: Report, style: Callable[..., Style]
) -> None:
    assert list(render(clean_report, style())) == []
    assert len(list(render(counted_report, style()))) == 1
