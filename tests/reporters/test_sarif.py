"""SARIF: locations, messages and fixes as the standard has them."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from asyncpattern_lint.documentation import entries
from asyncpattern_lint.findings import Applicability, Edit, Finding, Fix, Report
from asyncpattern_lint.reporters.sarif import render
from asyncpattern_lint.reporters.style import Style
from asyncpattern_lint.source import Span


def run_of(report: Report, style: Style) -> Any:
    (run,) = json.loads("".join(render(report, style)))["runs"]
    return run


def test_a_result(report: Report, style: Callable[..., Style]) -> None:
    run = run_of(report, style())
    (result,) = run["results"]
    assert len(result.pop("partialFingerprints")["asyncpatternLint/v1"]) == 32
    base = "SRCROOT"
    handler = {"uri": "app/handler.py", "uriBaseId": base}
    assert run["originalUriBaseIds"] == {base: {"uri": "file:///project/"}}
    assert result == {
        "ruleId": "APL112",
        "ruleIndex": 0,
        "level": "error",
        "message": {
            "text": "`get_session()` is an async context manager\n"
            "help: write `async with get_session() as ...:`"
        },
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": handler,
                    "region": {"startLine": 72, "startColumn": 26, "endLine": 72, "endColumn": 39},
                }
            }
        ],
        "relatedLocations": [
            {
                "id": 0,
                "physicalLocation": {"artifactLocation": handler, "region": {"startLine": 22}},
                "message": {"text": "imported here"},
            },
            {
                "id": 1,
                "physicalLocation": {
                    "artifactLocation": {"uri": "app/deps.py", "uriBaseId": base},
                    "region": {"startLine": 183},
                },
                "message": {"text": "decorated with contextlib.asynccontextmanager"},
            },
        ],
    }


def test_a_rule_is_described_from_its_documentation(
    report: Report, style: Callable[..., Style]
) -> None:
    (rule,) = run_of(report, style())["tool"]["driver"]["rules"]
    entry = entries()["APL112"]
    assert (rule["id"], rule["name"]) == (entry.code, entry.name)
    assert rule["shortDescription"]["text"] == entry.summary
    assert rule["fullDescription"]["text"].startswith("Finds `async for`, ")
    assert rule["help"]["markdown"] == f"{entry.summary}\n\n{entry.explanation}"
    assert rule["defaultConfiguration"] == {"enabled": True, "level": "error"}
    assert "helpUri" not in rule


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/project/a b#?%.py", {"uri": "a%20b%23%3F%25.py", "uriBaseId": "SRCROOT"}),
        ("/project/c:d/é.py", {"uri": "c%3Ad/%C3%A9.py", "uriBaseId": "SRCROOT"}),
        ("/project/\udc80.py", {"uri": "%80.py", "uriBaseId": "SRCROOT"}),
        ("/project/..a.py", {"uri": "..a.py", "uriBaseId": "SRCROOT"}),
        ("/else where/a.py", {"uri": "file:///else%20where/a.py"}),
    ],
)
def test_locations_are_uris(
    path: str,
    location: dict[str, str],
    finding: Finding,
    report: Report,
    style: Callable[..., Style],
) -> None:
    odd = replace(report, findings=(replace(finding, path=path),))
    (result,) = run_of(odd, style())["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == location


def test_locations_are_relative_to_the_repository(
    report: Report, style: Callable[..., Style]
) -> None:
    run = run_of(report, replace(style(), cwd="/project/app", repository="/project"))
    (result,) = run["results"]
    assert run["originalUriBaseIds"]["SRCROOT"]["uri"] == "file:///project/"
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"] == "app/handler.py"


@pytest.mark.parametrize(
    ("root", "uri"),
    [("/", "file:///"), ("/a b", "file:///a%20b/"), ("/a/", "file:///a/")],
)
def test_the_root_is_a_folder(
    root: str, uri: str, clean_report: Report, style: Callable[..., Style]
) -> None:
    run = run_of(clean_report, replace(style(), repository=root))
    assert run["originalUriBaseIds"]["SRCROOT"]["uri"] == uri


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("`{0}` of {x}", "`{{0}}` of {{x}}"),
        ("`handlers[0](1)` and `a[1]`", r"`handlers\[0\](1)` and `a[1]`"),
        ("\x1b[2J\udc80", r"\x1b[2J\udc80"),
    ],
)
def test_texts_hold_neither_placeholders_nor_links(
    text: str, shown: str, finding: Finding, report: Report, style: Callable[..., Style]
) -> None:
    odd = replace(report, findings=(replace(finding, message=text, advice=""),))
    (result,) = run_of(odd, style())["results"]
    assert result["message"]["text"] == shown


def test_a_fix_replaces_regions_of_the_file(
    finding: Finding, report: Report, style: Callable[..., Style]
) -> None:
    edit = Edit(Span(72, 5, 72, 14), "async with")
    fixed = replace(finding, fix=Fix(Applicability.UNSAFE, "use `async with`", (edit,)))
    (result,) = run_of(replace(report, findings=(fixed,)), style())["results"]
    assert result["fixes"] == [
        {
            "description": {"text": "use `async with`"},
            "artifactChanges": [
                {
                    "artifactLocation": {"uri": "app/handler.py", "uriBaseId": "SRCROOT"},
                    "replacements": [
                        {
                            "deletedRegion": {
                                "startLine": 72,
                                "startColumn": 5,
                                "endLine": 72,
                                "endColumn": 14,
                            },
                            "insertedContent": {"text": "async with"},
                        }
                    ],
                }
            ],
            "properties": {"applicability": "unsafe"},
        }
    ]


def test_notices_are_told(report: Report, style: Callable[..., Style]) -> None:
    run = run_of(replace(report, notices=("skipped b.py: too large",)), style())
    assert run["invocations"] == [
        {
            "executionSuccessful": True,
            "toolExecutionNotifications": [
                {"level": "note", "message": {"text": "skipped b.py: too large"}}
            ],
        }
    ]


def test_whatever_it_holds_the_log_is_ascii(
    finding: Finding, report: Report, style: Callable[..., Style]
) -> None:
    odd = replace(finding, path="/project/\udc80\x1b日.py", message="日\udc80", target=None)
    assert "".join(render(replace(report, findings=(odd,)), style())).isascii()
