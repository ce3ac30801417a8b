"""Commands that GitHub's runner reads back as what was meant, whatever the text holds."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from asyncpattern_lint.findings import Finding, Report
from asyncpattern_lint.reporters.github import render
from asyncpattern_lint.reporters.style import Style
from asyncpattern_lint.source import Span


def test_a_command(report: Report, style: Callable[..., Style]) -> None:
    (line,) = render(report, style())
    assert line == (
        "::error title=asyncpattern-lint (APL112),file=/project/app/handler.py,line=72,col=26,"
        "endLine=72,endColumn=39::app/handler.py:72:26: APL112 "
        "`get_session()` is an async context manager"
        "%0Anote: app/handler.py:22: imported here"
        "%0Anote: app/deps.py:183: decorated with contextlib.asynccontextmanager"
        "%0Ahelp: write `async with get_session() as ...:`"
    )


def test_a_span_of_several_lines_has_no_columns(
    finding: Finding, report: Report, style: Callable[..., Style]
) -> None:
    several = replace(finding, span=Span(72, 26, 74, 6))
    (line,) = render(replace(report, findings=(several,)), style())
    assert line.startswith(
        "::error title=asyncpattern-lint (APL112),file=/project/app/handler.py,line=72,endLine=74::"
    )


def read_back(line: str) -> tuple[dict[str, str], str]:
    """Read a command as the runner does."""
    head, _, data = line.removeprefix("::").partition("::")
    name, _, given = head.partition(" ")
    assert name == "error"
    values = dict(part.split("=", 1) for part in given.split(","))
    escapes = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ","}
    for escape, character in escapes.items():
        values = {key: value.replace(escape, character) for key, value in values.items()}
    values = {key: value.replace("%25", "%") for key, value in values.items()}
    return values, data.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


@pytest.mark.parametrize("name", ["a,b:c%.py", "a%3A::b,line=1.py", "a%0Ab.py", "é.py"])
def test_paths_survive(
    name: str, finding: Finding, report: Report, style: Callable[..., Style]
) -> None:
    odd = replace(finding, path=f"/project/{name}")
    (line,) = render(replace(report, findings=(odd,)), style())
    values, message = read_back(line)
    assert values["file"] == f"/project/{name}"
    assert values["line"] == "72"
    assert message.startswith(f"{name}:72:26: APL112 ")


def test_no_text_of_the_checked_code_begins_a_command(
    finding: Finding, report: Report, style: Callable[..., Style]
) -> None:
    hostile = "x\n::error::owned\r\n::add-mask::a 100%0A::x\x1b[2J"
    bad = replace(finding, path=f"/project/{hostile}", message=hostile, advice=hostile)
    lines = list(render(replace(report, findings=(bad,)), style()))
    assert len(lines) == 1
    assert lines[0].isprintable()
    assert "100%250A" in lines[0]


def test_a_clean_run_says_nothing(clean_report: Report, style: Callable[..., Style]) -> None:
    assert list(render(clean_report, style())) == []
