"""Several processes find what one finds, in the same order."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from asyncpattern_lint import parallel
from asyncpattern_lint.analysis import checker as checker_module
from asyncpattern_lint.analysis import workers
from asyncpattern_lint.analysis.checker import Checker, Examined
from asyncpattern_lint.config import Options, resolve
from asyncpattern_lint.findings import Report
from asyncpattern_lint.index.parts import Again
from asyncpattern_lint.rule import known_codes
from asyncpattern_lint.session import Session

RIGHT = "from shop.store import Store\n\n\nasync def main(store: Store):\n    await store.save()\n"
WRONG = "from shop.store import Store\n\n\nasync def main(store: Store):\n    await store.rows()\n"
STORE = "class Store:\n    async def save(self): ...\n    async def rows(self):\n        yield 1\n"

needs_copies = pytest.mark.skipif(sys.platform != "linux", reason="workers are copies on Linux")

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take no account of the threads of whoever runs the tests."""
    monkeypatch.setattr(parallel, "_threads", lambda: 1)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").touch()
    for name in ("shop", "users"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    (tmp_path / "shop" / "store.py").write_text(STORE)
    for number in range(workers._PARALLEL_THRESHOLD):
        text = RIGHT if number % 10 else WRONG
        (tmp_path / "users" / f"user{number:03}.py").write_text(text)
    return tmp_path


def check(root: Path, *paths: str, **options: Any) -> Report:
    return Session(resolve(Options(paths=paths, **options), known_codes(), root)).check()


def told(report: Report) -> tuple[object, ...]:
    return report.findings, report.files, report.candidates


@needs_copies
@pytest.mark.usefixtures("alone")
def test_the_number_of_processes_changes_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = check(root, jobs=1)
    assert len(alone.findings) == workers._PARALLEL_THRESHOLD / 10
    assert alone.candidates == len(alone.findings)
    here: list[str] = []
    with monkeypatch.context() as patch:
        patch.setattr(checker_module, "Checker", here_only(here))
        for jobs in (2, 3):
            here.clear()
            assert told(check(root, jobs=jobs)) == told(alone)
            assert 0 < len(here) <= 5


def here_only(checked: list[str]) -> type[Checker]:
    """Return a checker that notes what this process checks."""
    parent = os.getpid()

    class Noting(Checker):
        def examine(self, path: str, again: Again | None = None) -> Examined:
            if os.getpid() == parent:
                checked.append(path)
            return super().examine(path, again)

    return Noting


@needs_copies
@pytest.mark.usefixtures("alone")
def test_what_is_found_on_the_way_counts_as_in_one_process(root: Path) -> None:
    """A file outside of the paths changes the class, and only one of the files leads to it."""
    (root / "shop" / "changes.py").write_text(
        "from shop.store import Store\nStore.rows = Store.save\n"
    )
    middle = root / "users" / "user045.py"
    middle.write_text(middle.read_text().replace("\n", "\nimport shop.changes\n", 1))
    alone = check(root, "users", jobs=1)
    assert told(check(root, "users", jobs=2)) == told(alone)
    assert told(check(root, "users", jobs=3)) == told(alone)


def test_where_workers_would_not_be_copies_one_process_does_it_all(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = check(root, jobs=1)
    monkeypatch.setattr(parallel, "_threads", lambda: 2)
    monkeypatch.setattr(workers, "map_chunks", None)
    assert told(check(root, jobs=2)) == told(alone)
