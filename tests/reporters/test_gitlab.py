"""A Code Quality report: paths as the repository has them, and a stable fingerprint."""

import json
from collections.abc import Callable
from dataclasses import replace

from asyncpattern_lint.findings import Finding, Report
from asyncpattern_lint.reporters.gitlab import render
from asyncpattern_lint.reporters.style import Style


def test_an_issue(report: Report, style: Callable[..., Style]) -> None:
    (issue,) = json.loads("".join(render(report, style())))
    assert len(issue.pop("fingerprint")) == 32
    assert issue == {
        "check_name": "APL112",
        "description": "APL112: `get_session()` is an async context manager",
        "severity": "major",
        "location": {"path": "app/handler.py", "lines": {"begin": 72, "end": 72}},
    }


def test_paths_are_relative_to_the_repository(report: Report, style: Callable[..., Style]) -> None:
    inner = replace(style(), cwd="/project/app", repository="/project")
    (issue,) = json.loads("".join(render(report, inner)))
    assert issue["location"]["path"] == "app/handler.py"


def test_whatever_a_path_holds_the_report_is_ascii(
    finding: Finding, report: Report, style: Callable[..., Style]
) -> None:
    odd = replace(finding, path="/project/\udc80\x1b日.py", message="\udc80\x1b")
    text = "".join(render(replace(report, findings=(odd,)), style()))
    assert text.isascii()
    (issue,) = json.loads(text)
    assert issue["location"]["path"] == r"\udc80\x1b日.py"
    assert issue["description"] == r"APL112: \udc80\x1b"


def test_a_clean_run_is_an_empty_list(clean_report: Report, style: Callable[..., Style]) -> None:
    assert list(render(clean_report, style())) == ["[]"]
