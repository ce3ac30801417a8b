"""The concise report is one line per finding."""

from collections.abc import Callable
from dataclasses import replace

from asyncpattern_lint.findings import Report, Tally, Unresolved
from asyncpattern_lint.reporters.concise import render
from asyncpattern_lint.reporters.style import Style


def test_one_line_per_finding(report: Report, style: Callable[..., Style]) -> None:
    assert list(render(report, style())) == [
        "app/handler.py:72:26: APL112 `get_session()` is an async context manager",
        "Found 1 problem in 812 files (0.8 s).",
    ]


UNRESOLVED = (
    "app/service.py:7:15: await `self.pool.acquire( 1 )`: parameter `pool` has no annotation "
    "(app/deps.py:12)"
)


def test_unresolved_uses_follow_the_findings(
    counted_report: Report, style: Callable[..., Style]
) -> None:
    assert list(render(counted_report, style())) == [
        "app/handler.py:72:26: APL112 `get_session()` is an async context manager",
        "Unresolved uses",
        UNRESOLVED,
        "",
        "Found 1 problem in 812 files (0.8 s).",
        "1 of 16 asynchronous uses could not be resolved (6.2 %).",
    ]


def test_without_uses_there_is_no_share(report: Report, style: Callable[..., Style]) -> None:
    empty = replace(report, tally=Tally(0, 0), unresolved=())
    assert list(render(empty, style()))[1:] == [
        "Found 1 problem in 812 files (0.8 s).",
        "0 of 0 asynchronous uses could not be resolved (0.0 %).",
    ]


def test_a_long_target_is_cut_and_nothing_unprintable_gets_through(
    counted_report: Report, unresolved: Unresolved, style: Callable[..., Style]
) -> None:
    hostile = "\x1b[2J\u202e"
    odd = replace(unresolved, reference=hostile + "x" * 200, reason=hostile, reason_path=None)
    line = list(render(replace(counted_report, unresolved=(odd,)), style()))[2]
    assert line.isprintable()
    assert len(line) < 150
    assert line.endswith(r": \x1b[2J\u202e")
