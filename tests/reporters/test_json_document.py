"""The JSON document has exactly the fields of its version, in their order."""

import json
from collections.abc import Callable
from dataclasses import replace

from asyncpattern_lint.findings import Applicability, Edit, Finding, Fix, Report
from asyncpattern_lint.reporters.json import render
from asyncpattern_lint.reporters.style import Style
from asyncpattern_lint.source import Span


def test_the_document(report: Report, style: Callable[..., Style]) -> None:
    document = json.loads("".join(render(report, style())))
    expected = {
        "version": 1,
        "findings": [
            {
                "code": "APL112",
                "name": "async-for-over-async-context-manager",
                "message": "`get_session()` is an async context manager",
                "path": "app/handler.py",
                "line": 72,
                "column": 26,
                "end_line": 72,
                "end_column": 39,
                "use": "async for",
                "kind": "async context manager",
                "target": {"name": "app.deps.get_session", "path": "app/deps.py", "line": 184},
                "evidence": [
                    {"path": "app/handler.py", "line": 22, "message": "imported here"},
                    {
                        "path": "app/deps.py",
                        "line": 183,
                        "message": "decorated with contextlib.asynccontextmanager",
                    },
                ],
                "fix": None,
            }
        ],
        "summary": {
            "files": 812,
            "findings": 1,
            "seconds": 0.84,
            "candidates": 3,
            "suppressed": 0,
            "baselined": 0,
            "fixed": 0,
            "codes": {"APL112": 1},
        },
    }
    assert json.dumps(document) == json.dumps(expected)


def test_a_fix_is_its_edits(finding: Finding, report: Report, style: Callable[..., Style]) -> None:
    edit = Edit(Span(72, 5, 72, 14), "async with")
    fixed = replace(finding, fix=Fix(Applicability.SAFE, "use `async with`", (edit,)))
    document = json.loads("".join(render(replace(report, findings=(fixed,)), style())))
    assert document["findings"][0]["fix"] == {
        "applicability": "safe",
        "message": "use `async with`",
        "edits": [
            {"line": 72, "column": 5, "end_line": 72, "end_column": 14, "content": "async with"}
        ],
    }


def test_whatever_a_path_holds_the_document_is_ascii(
    finding: Finding, report: Report, style: Callable[..., Style]
) -> None:
    odd = replace(finding, path="/project/\udc80\x1b日.py", target=None)
    text = "".join(render(replace(report, findings=(odd,)), style()))
    assert text.isascii()
    assert "\x1b" not in text
    assert json.loads(text)["findings"][0]["path"] == "\udc80\x1b日.py"


def test_unresolved_uses(counted_report: Report, style: Callable[..., Style]) -> None:
    document = json.loads("".join(render(counted_report, style())))
    assert list(document) == ["version", "findings", "unresolved", "summary"]
    assert document["unresolved"] == [
        {
            "path": "app/service.py",
            "line": 7,
            "column": 15,
            "end_line": 9,
            "end_column": 2,
            "use": "await",
            "target": "self.pool.acquire(\n    1\n)",
            "reason": "parameter `pool` has no annotation",
            "reason_path": "app/deps.py",
            "reason_line": 12,
        }
    ]
    assert document["summary"]["uses"] == 16
    assert document["summary"]["unresolved"] == 1


def test_counts_without_a_list(counted_report: Report, style: Callable[..., Style]) -> None:
    document = json.loads("".join(render(replace(counted_report, unresolved=None), style())))
    assert "unresolved" not in document
    assert document["summary"]["unresolved"] == 1
