"""Runs with and without a cache over a small project, to be compared."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from asyncpattern_lint.cache import ledger as ledger_module
from asyncpattern_lint.config import Options, resolve
from asyncpattern_lint.findings import Finding, Report
from asyncpattern_lint.rule import known_codes
from asyncpattern_lint.session import Session

#: Two modules, the second of which misuses what the first defines.
FILES = {
    "pyproject.toml": "[project]\nname = 'app'\n",
    "app/__init__.py": "",
    "app/store.py": "async def rows():\n    yield 1\n",
    "app/use.py": (
        "from app.store import rows\n\n\nasync def main():\n    for row in rows():\n        print(row)\n"
    ),
}


def lay(root: Path, files: Mapping[str, str | None]) -> None:
    """Write the files below a folder; None removes one."""
    for name, text in files.items():
        path = root / name
        if text is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def lay_for_runs(
    root: Path, files: Mapping[str, str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Write the files of a project, and let its cache be used and believed."""
    monkeypatch.delenv("ASYNCPATTERN_LINT_NO_CACHE")
    # So that what stat says is believed of files that were written just now.
    monkeypatch.setattr(ledger_module, "_GRACE_NS", 0)
    lay(root, files)


def run(root: Path, *paths: str, **options: Any) -> Report:
    """Check a project with what its cache holds; ``NO_CACHE`` must not be set."""
    options.setdefault("jobs", 1)
    typed = Options(paths=paths or (str(root),), **options)
    return Session(resolve(typed, known_codes(), root)).check()


def cold(root: Path, *paths: str, **options: Any) -> Report:
    """Check a project as if for the first time."""
    return run(root, *paths, no_cache=True, **options)


def told(report: Report) -> tuple[object, ...]:
    """Return all of a report that a cache must not change."""
    return (
        report.findings,
        report.files,
        report.candidates,
        report.notices,
        report.suppressed,
        report.baselined,
    )


def codes(findings: tuple[Finding, ...]) -> list[str]:
    """Return the codes of findings, in their order."""
    return [finding.code for finding in findings]
