"""One run gives one report, whatever happens to the files meanwhile, and leaves no trace."""

import gc
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from asyncpattern_lint import session as session_module
from asyncpattern_lint.config import Options, UsageError, resolve
from asyncpattern_lint.discovery import Discovery, discover
from asyncpattern_lint.findings import Report, Tally
from asyncpattern_lint.index import project as project_module
from asyncpattern_lint.rule import known_codes
from asyncpattern_lint.session import Session

WRONG = "async def rows():\n    yield 1\n\n\nasync def main():\n    await rows()\n"
RIGHT = "async def rows():\n    yield 1\n\n\nasync def main():\n    async for x in rows():\n        print(x)\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").touch()
    return tmp_path


LOST = "async def main(db):\n    await db.fetch()\n"


def session(root: Path, *paths: str, **options: Any) -> Session:
    typed = Options(paths=paths, **{"jobs": 1, **options})
    return Session(resolve(typed, known_codes(), root))


def check(root: Path, *paths: str, **options: Any) -> Report:
    return session(root, *paths, **options).check()


def found(report: Report, root: Path) -> list[tuple[str, int, str]]:
    return [
        (os.path.relpath(finding.path, root).replace(os.sep, "/"), finding.span.line, finding.code)
        for finding in report.findings
    ]


# --- the report --------------------------------------------------------------------------


def test_a_report_counts_files_and_those_that_were_walked(root: Path) -> None:
    (root / "wrong.py").write_text(WRONG)
    (root / "right.py").write_text(RIGHT)
    (root / "types.pyi").write_text("def f() -> int: ...\n")
    (root / "notes.txt").write_text(WRONG)
    report = check(root)
    assert found(report, root) == [("wrong.py", 6, "APL131")]
    assert (report.files, report.candidates, report.notices) == (3, 1, ())
    assert report.seconds > 0


def test_without_candidates_all_modules_are_walked(root: Path) -> None:
    (root / "wrong.py").write_text(WRONG)
    (root / "right.py").write_text(RIGHT)
    (root / "types.pyi").write_text("def f() -> int: ...\n")
    report = check(root, candidates=False)
    assert found(report, root) == [("wrong.py", 6, "APL131")]
    assert (report.files, report.candidates) == (3, 2)


def test_nothing_to_check_is_no_error(root: Path) -> None:
    report = check(root)
    assert (report.findings, report.files, report.candidates) == ((), 0, 0)
    assert report.notices == ("no Python files found under the given paths",)


def test_a_file_that_is_given_twice_is_checked_once(root: Path) -> None:
    (root / "wrong.py").write_text(WRONG)
    report = check(root, "wrong.py", ".", "./wrong.py")
    assert (len(report.findings), report.files) == (1, 1)


def test_only_the_given_paths_are_reported_and_all_of_the_project_is_known(root: Path) -> None:
    (root / "wrong.py").write_text(WRONG)
    (root / "use.py").write_text("from wrong import rows\nfor x in rows():\n    pass\n")
    report = check(root, "use.py")
    assert found(report, root) == [("use.py", 2, "APL141")]
    assert report.files == 1


def test_findings_are_in_the_order_of_paths_and_places(root: Path) -> None:
    for name in ("b.py", "a.py", "c/a.py"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(WRONG + "    rows().gone\n    await rows()\n")
    places = [place[:2] for place in found(check(root, "c", "b.py", "a.py"), root)]
    assert places == sorted(places)
    assert len(places) == 9


def test_only_enabled_codes_are_reported(root: Path) -> None:
    (root / "wrong.py").write_text(WRONG + "    for x in rows(): pass\n")
    assert found(check(root, select=("APL14",)), root) == [("wrong.py", 7, "APL141")]
    assert found(check(root, ignore=("APL1",)), root) == []


def test_what_was_skipped_is_noticed(root: Path) -> None:
    (root / "loop.py").symlink_to("loop.py")
    (root / "gone.py").symlink_to("nowhere.py")
    (root / "right.py").write_text(RIGHT)
    report = check(root)
    assert report.files == 1
    assert len(report.notices) == 2
    assert all(
        path in notice for path, notice in zip(("gone", "loop"), report.notices, strict=True)
    )


def test_progress_is_told_once_for_each_file(root: Path) -> None:
    for number in range(4):
        (root / f"m{number}.py").write_text(RIGHT)
    told: list[tuple[int, int]] = []
    session(root).check(lambda done, total: told.append((done, total)))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_two_runs_of_one_session_agree(root: Path) -> None:
    (root / "wrong.py").write_text(WRONG)
    one = session(root)
    first = one.check()
    assert one.check().findings == first.findings
    (root / "wrong.py").write_text(RIGHT)
    assert one.check().findings == ()


# --- what a run changes and puts back ----------------------------------------------------


@pytest.fixture(params=[True, False], ids=["collecting", "not collecting"])
def collecting(request: pytest.FixtureRequest) -> Iterator[bool]:
    was = gc.isenabled()
    (gc.enable if request.param else gc.disable)()
    yield request.param
    (gc.enable if was else gc.disable)()


@pytest.fixture(params=[1_500, 30_000])
def depth(request: pytest.FixtureRequest) -> Iterator[int]:
    was = sys.getrecursionlimit()
    sys.setrecursionlimit(request.param)
    yield request.param
    sys.setrecursionlimit(was)


def state() -> tuple[bool, int]:
    return gc.isenabled(), sys.getrecursionlimit()


def test_the_interpreter_is_left_as_it_was(root: Path, collecting: bool, depth: int) -> None:
    (root / "wrong.py").write_text(WRONG)
    during: list[tuple[bool, int]] = []
    session(root).check(lambda *_: during.append(state()))
    assert during == [(False, max(depth, 5_000))]
    assert state() == (collecting, depth)


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_so_it_is_after_an_error(
    root: Path, collecting: bool, depth: int, error: type[BaseException]
) -> None:
    (root / "wrong.py").write_text(WRONG)

    def stop(*_: int) -> None:
        raise error

    with pytest.raises(error):
        session(root).check(stop)
    assert state() == (collecting, depth)


def test_a_path_that_vanished_is_an_error_of_usage(root: Path) -> None:
    (root / "wrong.py").write_text(WRONG)
    prepared = session(root, "wrong.py")
    (root / "wrong.py").unlink()
    before = state()
    with pytest.raises(UsageError, match=r"wrong\.py: no such file"):
        prepared.check()
    assert state() == before


# --- files that change or fail meanwhile -------------------------------------------------


def meanwhile(root: Path, change: Callable[[Path], object], name: str = "a.py") -> Report:
    """Check two files, one of which changes once its outline has been made."""
    (root / name).write_text(WRONG)
    (root / "b.py").write_text(WRONG)

    def progress(done: int, total: int) -> None:
        if done == total:
            change(root / name)

    return session(root).check(progress)


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.unlink(),
        lambda path: path.write_text(""),
        lambda path: path.write_text("def"),
        lambda path: path.write_text("class A:\n    def f(self): ...\n"),
        lambda path: (path.unlink(), path.mkdir()),
    ],
    ids=["vanishes", "is emptied", "is broken", "is another", "is a folder"],
)
def test_a_file_that_changes_meanwhile_does_not_stop_the_rest(
    root: Path, change: Callable[[Path], object]
) -> None:
    report = meanwhile(root, change)
    places = found(report, root)
    assert ("b.py", 6, "APL131") in places
    assert {code for path, _, code in places if path == "a.py"} <= {"APL901", "APL131"}
    assert report.files == 2


def test_a_file_that_vanishes_after_discovery_is_unreadable(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "a.py").write_text(WRONG)
    (root / "b.py").write_text(WRONG)

    def discover_and_remove(paths: Sequence[Path], **options: Any) -> Discovery:
        discovery = discover(paths, **options)
        (root / "a.py").unlink()
        return discovery

    monkeypatch.setattr(session_module, "discover", discover_and_remove)
    report = check(root)
    assert found(report, root) == [("a.py", 1, "APL901"), ("b.py", 6, "APL131")]
    assert report.findings[0].message == "the file cannot be read: No such file or directory"


def test_a_file_that_cannot_be_read_is_reported(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "a.py").write_text(WRONG)
    (root / "b.py").write_text(WRONG)
    real = Path.read_bytes

    def read_bytes(path: Path) -> bytes:
        if path.name == "a.py":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    report = check(root)
    assert found(report, root) == [("a.py", 1, "APL901"), ("b.py", 6, "APL131")]
    assert report.findings[0].message == "the file cannot be read: Permission denied"
    assert report.candidates == 1


def test_what_cannot_be_read_is_no_missing_name(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project_module, "MAX_BYTES", 100)
    (root / "large.py").write_text(f"# {'x' * 100}\n")
    (root / "use.py").write_text("from large import x\nimport large\nlarge.y\n")
    assert found(check(root), root) == [("large.py", 1, "APL901")]


# --- what a run imports ------------------------------------------------------------------


@pytest.mark.parametrize(("text", "needed"), [(RIGHT, False), (WRONG, True)])
def test_libcst_is_imported_where_there_is_something_to_walk(
    root: Path, text: str, needed: bool
) -> None:
    (root / "a.py").write_text(text)
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from asyncpattern_lint.config import Options, resolve\n"
        "from asyncpattern_lint.rule import known_codes\n"
        "from asyncpattern_lint.session import Session\n"
        "settings = resolve(Options(jobs=1), known_codes(), Path.cwd())\n"
        "Session(settings).check()\n"
        "print('libcst' in sys.modules)\n"
    )
    process = subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        cwd=root,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert process.stdout == f"{needed}\n"


# --- unresolved uses -------------------------------------------------------------------------


def test_uses_are_counted_only_if_asked_for(root: Path) -> None:
    (root / "a.py").write_text(WRONG + LOST)
    report = check(root, "a.py")
    assert report.tally is None
    assert report.unresolved is None


def test_statistics_count_the_uses(root: Path) -> None:
    (root / "a.py").write_text(WRONG + LOST)
    (root / "b.py").write_text(LOST)
    report = check(root, ".", statistics=True)
    assert report.tally == Tally(uses=3, unresolved=2)
    assert report.unresolved is None


def test_the_unresolved_uses_are_listed_in_the_order_of_the_text(root: Path) -> None:
    (root / "b.py").write_text(LOST)
    (root / "a.py").write_text(RIGHT + LOST + LOST)
    report = check(root, ".", show_unresolved=True)
    assert report.tally == Tally(uses=4, unresolved=3)
    assert [(Path(use.path).name, use.span.line) for use in report.unresolved or ()] == [
        ("a.py", 9),
        ("a.py", 11),
        ("b.py", 2),
    ]


def test_listing_them_changes_no_finding(root: Path) -> None:
    (root / "a.py").write_text(WRONG + LOST)
    plain, listed = check(root, "a.py"), check(root, "a.py", show_unresolved=True)
    assert plain.findings
    assert listed.findings == plain.findings
    assert listed.candidates == plain.candidates


def test_functions_with_namesakes_of_another_kind_are_counted(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("async def rows():\n    yield 1\n", encoding="utf-8")
    (tmp_path / "b.py").write_text("async def rows():\n    return 1\n", encoding="utf-8")
    report = Session(resolve(Options(paths=(str(tmp_path),)), known_codes(), tmp_path)).check()
    assert (report.findings, report.twins) == ((), 1)
