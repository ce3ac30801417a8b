"""The full report shows the line, the evidence and the way out."""

from collections.abc import Callable
from dataclasses import replace

from asyncpattern_lint.findings import Finding, Report
from asyncpattern_lint.reporters.full import render
from asyncpattern_lint.reporters.style import Style
from asyncpattern_lint.source import Span


def test_a_finding_is_shown_with_source_evidence_and_help(
    report: Report, style: Callable[..., Style]
) -> None:
    assert (
        "\n".join(render(report, style()))
        == """\
app/handler.py:72:26: APL112 `get_session()` is an async context manager
   |
71 | async def handle() -> None:
72 |     async for session in get_session():
   |                          ^^^^^^^^^^^^^
   |
   = note: app/handler.py:22: imported here
   = note: app/deps.py:183: decorated with contextlib.asynccontextmanager
   = help: write `async with get_session() as ...:`

Found 1 problem in 812 files (0.8 s)."""
    )


def test_a_clean_run_is_one_line(clean_report: Report, style: Callable[..., Style]) -> None:
    assert list(render(clean_report, style())) == ["All checks passed! (1 file, 0.0 s)"]


def test_a_file_without_readable_source_has_no_snippet(
    report: Report, style: Callable[..., Style]
) -> None:
    lines = list(render(report, style(lines={})))
    assert lines[1] == "   = note: app/handler.py:22: imported here"


def test_a_span_of_several_lines_is_marked_to_the_end_of_the_first(
    finding: Finding, report: Report, style: Callable[..., Style]
) -> None:
    several = replace(finding, span=Span(72, 26, 74, 6))
    lines = list(render(replace(report, findings=(several,)), style()))
    assert lines[4] == "   |" + " " * 26 + "^^^^^^^^^^^^^^ (to line 74)"


def test_no_control_sequence_of_the_checked_code_reaches_the_terminal(
    finding: Finding, report: Report, style: Callable[..., Style]
) -> None:
    hostile = "\x1b[2J\u202eevil\x07\r"
    bad = replace(
        finding,
        message=hostile,
        advice=hostile,
        path=f"/project/{hostile}.py",
        evidence=tuple(replace(step, message=hostile) for step in finding.evidence),
    )
    text = "\n".join(
        render(replace(report, findings=(bad,)), style(lines={71: hostile, 72: hostile}))
    )
    assert all(character.isprintable() or character == "\n" for character in text)
    assert r"\x1b[2J\u202eevil\x07" in text


def test_colours_change_nothing_but_colour(report: Report, style: Callable[..., Style]) -> None:
    import re

    coloured = "\n".join(render(report, style(colour=True)))
    assert "\x1b[1;31m" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == "\n".join(render(report, style()))


def test_unresolved_uses_follow_the_findings(
    counted_report: Report, style: Callable[..., Style]
) -> None:
    assert list(render(counted_report, style()))[-5:] == [
        "Unresolved uses",
        "app/service.py:7:15: await `self.pool.acquire( 1 )`: parameter `pool` has no annotation (app/deps.py:12)",
        "",
        "Found 1 problem in 812 files (0.8 s).",
        "1 of 16 asynchronous uses could not be resolved (6.2 %).",
    ]
