"""Of what is found, that is told which no comment suppresses."""

from pathlib import Path
from typing import Any

import pytest

from asyncpattern_lint import sieve
from asyncpattern_lint.config import Options, resolve
from asyncpattern_lint.findings import Report
from asyncpattern_lint.rule import known_codes
from asyncpattern_lint.session import Session
from asyncpattern_lint.suppression import Suppressions

WRONG = "async def rows():\n    yield 1\n\n\nasync def main():\n    await rows()\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").touch()
    return tmp_path


def check(root: Path, *paths: str, **options: Any) -> Report:
    typed = Options(paths=paths, **{"jobs": 1, **options})
    return Session(resolve(typed, known_codes(), root)).check()


def found(report: Report) -> list[tuple[str, int, str]]:
    return [(Path(f.path).name, f.span.line, f.code) for f in report.findings]


def suppressed(comment: str) -> str:
    return WRONG.replace("await rows()", f"await rows()  {comment}")


def test_suppressed_findings_are_counted_and_not_told(root: Path) -> None:
    (root / "a.py").write_text(WRONG)
    (root / "b.py").write_text(suppressed("# noqa: APL131"))
    (root / "c.py").write_text(f"# apl: ignore-file\n{WRONG}{WRONG}")
    report = check(root)
    assert (found(report), report.suppressed) == ([("a.py", 6, "APL131")], 3)


def test_comments_can_be_disregarded(root: Path) -> None:
    (root / "a.py").write_text(suppressed("# noqa: APL112"))
    (root / "b.py").write_text(suppressed("# apl: ignore"))
    report = check(root, ignore_noqa=True, select=("ALL",))
    assert found(report) == [("a.py", 6, "APL131"), ("b.py", 6, "APL131")]
    assert report.suppressed == 0


def test_a_file_that_cannot_be_parsed_may_be_suppressed(root: Path) -> None:
    (root / "a.py").write_text("# apl: ignore-file[APL901]\ndef f(:\n")
    (root / "b.py").write_text("def f(:  # noqa\n")
    (root / "c.py").write_text("# flake8: noqa\nx = '\0'\n")
    (root / "d.py").write_text("# apl: ignore-file[APL131]\n  x = (\n")
    report = check(root, select=("ALL",))
    assert [path for path, _, _ in found(report)] == ["b.py", "d.py"]
    assert report.suppressed == 2


def test_unused_suppressions_are_found_where_they_are_asked_for(root: Path) -> None:
    (root / "a.py").write_text(suppressed("# noqa: APL131, APL112"))
    (root / "b.py").write_text("x = 1  # apl: ignore\n")
    (root / "c.py").write_text("x = 1  # noqa: E501\n")
    assert found(check(root)) == []
    report = check(root, select=("ALL",))
    assert found(report) == [("a.py", 6, "APL902"), ("b.py", 1, "APL902")]
    assert report.suppressed == 1
    assert found(check(root, "b.py", select=("APL902",))) == []
    assert found(check(root, "a.py", select=("APL902,APL11",))) == [("a.py", 6, "APL902")]


def test_nothing_is_said_of_comments_in_what_could_not_be_checked(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "a.py").write_text("async def f():\n    await g()  # noqa: APL131\n")

    def fail(*_: object) -> Any:
        raise RecursionError

    monkeypatch.setattr("asyncpattern_lint.analysis.checker.is_candidate", fail)
    assert found(check(root, select=("ALL",))) == [("a.py", 1, "APL901")]
    assert found(check(root, select=("APL1,APL902",))) == []


def test_what_is_said_of_comments_can_be_suppressed(root: Path) -> None:
    (root / "a.py").write_text("x = 1  # noqa: APL131, APL902\n")
    (root / "b.py").write_text("x = 1  # apl: ignore\n# apl: ignore-file[APL902]\n")
    assert found(check(root, select=("ALL",))) == []


@pytest.mark.parametrize("select", [(), ("ALL",)])
def test_only_files_that_may_need_it_are_read_again(
    root: Path, monkeypatch: pytest.MonkeyPatch, select: tuple[str, ...]
) -> None:
    (root / "clean.py").write_text("x = 1  # noqa: E501\n")
    (root / "plain.py").write_text("x = 1\n")
    (root / "wrong.py").write_text(suppressed("# noqa"))
    (root / "uncommented.py").write_text(WRONG)
    read: list[bytes] = []
    real = Suppressions

    def spy(source: bytes, *, readable: bool, noqa: bool, plain: bool) -> Any:
        read.append(source)
        return real(source, readable=readable, noqa=noqa, plain=plain)

    monkeypatch.setattr(sieve, "Suppressions", spy)
    check(root, select=select)
    assert len(read) == (2 if select else 1)


def test_candidates_change_nothing(root: Path) -> None:
    (root / "a.py").write_text(suppressed("# noqa: APL131, APL112") + "x = 1  # noqa: APL163\n")
    assert check(root, select=("ALL",)).findings == (
        check(root, select=("ALL",), candidates=False).findings
    )
