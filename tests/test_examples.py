"""The example really fails as its README says, and the linter says why."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"
INCIDENT = EXAMPLES / "incident"


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def test_the_incident_happens() -> None:
    result = run("main.py", cwd=INCIDENT)
    assert (result.returncode, result.stderr) == (0, "")
    orders, reports, audit = result.stdout.splitlines()
    assert orders.startswith("orders: TypeError: 'async for' requires an object with __aiter__")
    assert reports.startswith("reports: TypeError: 'async_generator' object does not support")
    assert audit == "audit: off"


def test_the_readme_shows_what_happens() -> None:
    shown = (INCIDENT / "README.md").read_text(encoding="utf-8")
    for line in run("main.py", cwd=INCIDENT).stdout.splitlines():
        assert line.partition(" object")[0] in shown


@pytest.mark.parametrize("cwd", [EXAMPLES.parent, EXAMPLES, INCIDENT], ids=lambda path: path.name)
def test_the_linter_finds_the_three_bugs_and_nothing_else(cwd: Path) -> None:
    path = str(INCIDENT) if cwd == EXAMPLES.parent else "."
    result = run("-m", "asyncpattern_lint", "check", path, "--output-format", "json", cwd=cwd)
    assert (result.returncode, result.stderr) == (1, "")
    findings = json.loads(result.stdout)["findings"]
    places = [
        (finding["code"], (cwd / finding["path"]).relative_to(INCIDENT).as_posix(), finding["line"])
        for finding in findings
    ]
    assert places == [
        ("APL303", "app/audit.py", 6),
        ("APL112", "app/handlers.py", 8),
        ("APL121", "app/handlers.py", 14),
    ]


def test_the_evidence_leads_through_the_re_export_to_the_decorator() -> None:
    result = run(
        "-m", "asyncpattern_lint", "check", "--select", "APL112", "--output-format", "json",
        cwd=INCIDENT,
    )  # fmt: skip
    (finding,) = json.loads(result.stdout)["findings"]
    assert finding["target"]["name"] == "app.dependencies.get_session"
    assert [Path(step["path"]).as_posix() for step in finding["evidence"]] == [
        "app/handlers.py",
        "app/__init__.py",
        "app/dependencies.py",
        "app/dependencies.py",
    ]
    assert "asynccontextmanager" in finding["evidence"][-1]["message"]
