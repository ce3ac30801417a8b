"""Statistics count the findings of each code."""

from collections.abc import Callable
from dataclasses import replace

from asyncpattern_lint.findings import Report
from asyncpattern_lint.reporters.statistics import render
from asyncpattern_lint.reporters.style import Style


def test_counts_per_code(report: Report, style: Callable[..., Style]) -> None:
    (finding,) = report.findings
    other = replace(finding, code="APL163", name="coroutine-used-as-result")
    assert list(render(replace(report, findings=(finding, other, other)), style())) == [
        "2  APL163  coroutine-used-as-result",
        "1  APL112  async-for-over-async-context-manager",
        "",
        "Found 3 problems in 812 files (0.8 s).",
        "812 files checked, 3 candidates walked, 0.84 s.",
    ]


def test_what_is_kept_back(report: Report, style: Callable[..., Style]) -> None:
    listed = list(render(replace(report, suppressed=2, baselined=1), style()))
    assert listed[-2:] == [
        "2 findings suppressed by comments.",
        "1 finding kept back by the baseline.",
    ]


def test_functions_with_a_namesake_of_another_kind(
    clean_report: Report, style: Callable[..., Style]
) -> None:
    listed = list(render(replace(clean_report, twins=2), style()))
    assert listed[-1] == "2 functions with a namesake of another kind; select APL207 to see them."


def test_a_clean_run(clean_report: Report, style: Callable[..., Style]) -> None:
    assert list(render(clean_report, style())) == [
        "All checks passed! (1 file, 0.0 s)",
        "1 file checked, 0 candidates walked, 0.04 s.",
    ]


def test_the_share_of_unresolved_uses(counted_report: Report, style: Callable[..., Style]) -> None:
    share = "1 of 16 asynchronous uses could not be resolved (6.2 %)."
    listed = list(render(counted_report, style()))
    assert listed[2] == "Unresolved uses"
    assert listed[-1] == share
    counted = list(render(replace(counted_report, unresolved=None), style()))
    assert "Unresolved uses" not in counted
    assert counted[-1] == share
