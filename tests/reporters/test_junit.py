"""A JUnit document that any XML reader takes, whatever the text holds."""

import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace

import pytest

from asyncpattern_lint.findings import Finding, Report
from asyncpattern_lint.reporters.junit import render
from asyncpattern_lint.reporters.style import Style


def test_a_document(report: Report, style: Callable[..., Style]) -> None:
    assert (
        "\n".join(render(report, style()))
        == """\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="asyncpattern-lint" tests="1" skipped="0" failures="1" errors="0">
  <testsuite name="app/handler.py" tests="1" skipped="0" failures="1" errors="0">
    <testcase name="APL112 async-for-over-async-context-manager" classname="app/handler" \
file="app/handler.py" line="72" column="26">
      <failure type="APL112" message="`get_session()` is an async context manager">\
line 72, col 26, `get_session()` is an async context manager
note: app/handler.py:22: imported here
note: app/deps.py:183: decorated with contextlib.asynccontextmanager
help: write `async with get_session() as ...:`</failure>
    </testcase>
  </testsuite>
</testsuites>"""
    )


def test_a_clean_run_is_one_test_that_passed(
    clean_report: Report, style: Callable[..., Style]
) -> None:
    assert (
        "\n".join(render(clean_report, style()))
        == """\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="asyncpattern-lint" tests="1" skipped="0" failures="0" errors="0">
  <testsuite name="asyncpattern-lint" tests="1" skipped="0" failures="0" errors="0">
    <testcase name="No problems found" classname="asyncpattern-lint"/>
  </testsuite>
</testsuites>"""
    )


def test_each_file_is_a_suite(
    finding: Finding, report: Report, style: Callable[..., Style]
) -> None:
    other = replace(finding, path="/project/other.py")
    three = replace(report, findings=(finding, finding, other))
    suites = ET.fromstring("\n".join(render(three, style())))
    assert [suite.get("tests") for suite in suites] == ["2", "1"]
    assert suites.get("tests") == "3"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a < b & c > \"d\" 'e' ]]>", "a < b & c > \"d\" 'e' ]]>"),
        ("\x00\x08\x1b[2J\x7f\x85", r"\x00\x08\x1b[2J\x7f\x85"),
        ("\udc80 \ufffe \uffff", r"\udc80 \ufffe \uffff"),
        ("two\nlines\r\tand tab", r"two\nlines\r\tand tab"),
        ("日本 \U0001f40d", "日本 \U0001f40d"),
    ],
)
def test_any_text_comes_through(
    text: str, shown: str, finding: Finding, report: Report, style: Callable[..., Style]
) -> None:
    odd = replace(finding, path=f"/project/{text}.py", message=text, advice=text)
    document = "\n".join(render(replace(report, findings=(odd,)), style()))
    (suite,) = ET.fromstring(document.encode("utf-8"))
    (case,) = suite
    (failure,) = case
    assert suite.get("name") == f"{shown}.py"
    assert failure.get("message") == shown
    assert (failure.text or "").endswith(f"help: {shown}")
