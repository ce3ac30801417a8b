"""Fixes are the same, however many processes make them."""

from pathlib import Path

import pytest

from asyncpattern_lint.config import Options, resolve
from asyncpattern_lint.fixes import making
from asyncpattern_lint.rule import known_codes
from asyncpattern_lint.session import Session


def test_several_processes_make_the_fixes_that_one_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "_PARALLEL_THRESHOLD", 2)
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "store.py").write_text("async def rows():\n    yield 1\n")
    for number in range(5):
        text = f"from store import rows\n\n\nasync def f{number}():\n    for row in rows():\n        print(row)\n"
        (tmp_path / f"use{number}.py").write_text(text)
    found = [
        Session(
            resolve(Options(paths=(str(tmp_path),), jobs=jobs), known_codes(), tmp_path)
        ).check()
        for jobs in (1, 3)
    ]
    assert found[0].findings == found[1].findings
    assert len([finding for finding in found[0].findings if finding.fix]) == 5
