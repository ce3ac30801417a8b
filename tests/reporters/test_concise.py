"""The concise report is one line per finding."""

from collections.abc import Callable

from asyncpattern_lint.findings import Report
from asyncpattern_lint.reporters.concise import render
from asyncpattern_lint.reporters.style import Style


def test_one_line_per_finding(report: Report, style: Callable[..., Style]) -> None:
    assert list(render(report, style())) == [
        "app/handler.py:72:26: APL112 `get_session()` is an async context manager",
        "Found 1 problem in 812 files (0.8 s).",
    ]
