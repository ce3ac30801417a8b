"""Comments that are put into files suppress what they should, and change nothing else."""

import ast
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from harness.marks import fixtures, label, marks
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncpattern_lint.cli import main
from asyncpattern_lint.config import Options, resolve
from asyncpattern_lint.files import stamp
from asyncpattern_lint.noqa import AnnotationError, annotate, annotate_file
from asyncpattern_lint.rule import known_codes
from asyncpattern_lint.session import Session
from asyncpattern_lint.suppression import Layout, Suppressions

WRONG = "async def rows():\n    yield 1\n\n\nasync def main():\n    await rows()\n"


def text_with(text: str, *wanted: tuple[int, str]) -> str:
    return annotate(text.encode(), wanted).source.decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f()\n", "f()  # noqa: APL112\n"),
        ("f()", "f()  # noqa: APL112"),
        ("f()   \n", "f()  # noqa: APL112\n"),
        ("f()  # why\n", "f()  # why  # noqa: APL112\n"),
        ("f()  # type: ignore\n", "f()  # type: ignore  # noqa: APL112\n"),
        ("f()  # noqa: E501\n", "f()  # noqa: E501, APL112\n"),
        ("f()  # NOQA:E501,F401 so long\n", "f()  # NOQA:E501,F401, APL112 so long\n"),
        ("f()  # noqa: APL301 -- so\n", "f()  # noqa: APL301, APL112 -- so\n"),
        ("f()  # a  # noqa: E501 # b\n", "f()  # a  # noqa: E501, APL112 # b\n"),
        ("f()  # apl: ignore[APL301]\n", "f()  # apl: ignore[APL301]  # noqa: APL112\n"),
        ("f(\n    1,\n)\n", "f(  # noqa: APL112\n    1,\n)\n"),
        ("f('''\n''', '''\n''')\n", "f('''\n''', '''\n''')  # noqa: APL112\n"),
        ("f('''\n''',\n1)\n", "f('''\n''',  # noqa: APL112\n1)\n"),
        ("f(f'''{\n1}\n''',\n1)\n", "f(f'''{\n1}\n''',  # noqa: APL112\n1)\n"),
        ("f \\\n    ()\n", "f \\\n    ()  # noqa: APL112\n"),
        ("@f\ndef g(): ...\n", "@f  # noqa: APL112\ndef g(): ...\n"),
        ("f()  # noqa\n", "f()  # noqa\n"),
        ("f(\n)  # apl: ignore[APL1]\n", "f(\n)  # apl: ignore[APL1]\n"),
        ("f()\n# apl: ignore-file\n", "f()\n# apl: ignore-file\n"),
    ],
)
def test_where_a_comment_goes(before: str, after: str) -> None:
    assert text_with(before, (1, "APL112")) == after
    assert text_with(after, (1, "APL112")) == after


def test_one_comment_for_several_findings() -> None:
    wanted = ((1, "APL163"), (1, "APL112"), (1, "APL112"), (2, "APL112"))
    assert text_with("f(\n    g())\n", *wanted) == "f(  # noqa: APL112, APL163\n    g())\n"
    assert annotate(b"f()\ng()\n", [(1, "APL112"), (2, "APL112")]).comments == 2


def test_a_comment_about_a_comment() -> None:
    for before, after in [
        ("f()  # noqa: APL112\n", "f()  # noqa: APL112, APL902\n"),
        ("f()  # apl: ignore\n", "f()  # apl: ignore  # noqa: APL902\n"),
        ("# flake8: noqa: E501,APL112\n", "# flake8: noqa: E501,APL112, APL902\n"),
    ]:
        assert text_with(before, (1, "APL902")) == after


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize(
    "start", [b"", b"\xef\xbb\xbf", b"# coding: latin-1\n# \xe9\n", b"#!/bin/python\n\x0c\n"]
)
@pytest.mark.parametrize("last", [b"\n", b"", b"\n\x0c\n", b"\n\n\n"])
def test_bytes_are_kept(start: bytes, end: bytes, last: bytes) -> None:
    body = b"\x0cif 1:\n\tx = '\xc3\xa9\x0c', f(\n\t\t)"
    before = (start + body + last).replace(b"\n", end)
    line = start.count(b"\n") + 2
    done = annotate(before, [(line, "APL112")])
    opening = b"', f("
    assert done.source == before.replace(opening, opening + b"  # noqa: APL112")
    assert Suppressions(done.source).suppresses(line, "APL112")
    assert annotate(done.source, [(line, "APL112")]).source == done.source


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (b"f('\xff')\n", "its encoding cannot be kept"),
        (b"# coding: no-such\nf()\n", "its encoding cannot be kept"),
        (b"f('''\n", "its tokens cannot be read"),
    ],
)
def test_what_cannot_be_annotated(source: bytes, reason: str) -> None:
    with pytest.raises(AnnotationError, match=f"^{reason}$"):
        annotate(source, [(1, "APL112")])


STATEMENTS = st.sampled_from(
    [
        "f()",
        "f(  # why",
        "    1,",
        ")",
        "x = '''",
        "'''",
        "x = f'''{",
        "1}'''",
        "y = \\",
        "@f",
        "def g():",
        "    pass  # noqa: E501",
        "async with f() as x:  # noqa",
        "# flake8: noqa: E501",
        "# apl: ignore-file[APL3]",
        "",
        "\x0c",
        "    \ty = 1 ;  # é",
    ]
)


@given(
    st.lists(STATEMENTS, max_size=12),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
    st.lists(
        st.tuples(st.integers(1, 12), st.sampled_from(["APL112", "APL301", "APL902"])), max_size=5
    ),
)
@settings(max_examples=400, deadline=None)
def test_annotating_twice_is_annotating_once(
    lines: list[str], end: str, ended: bool, wanted: list[tuple[int, str]]
) -> None:
    source = (end.join(lines) + end * ended).encode()
    try:
        tree = ast.dump(ast.parse(source), include_attributes=True)
    except SyntaxError:
        return
    wanted = [(line, code) for line, code in wanted if line <= max(len(lines), 1)]
    once = annotate(source, wanted).source
    found = Suppressions(once)
    assert all(found.suppresses(line, code) for line, code in wanted)
    assert ast.dump(ast.parse(once), include_attributes=True) == tree
    again = [(line, code) for line, code in wanted if code != "APL902"]
    assert annotate(once, again).source == once


@given(st.lists(STATEMENTS, max_size=12))
@settings(max_examples=300, deadline=None)
def test_a_statement_is_what_the_parser_says(lines: list[str]) -> None:
    """Every line of a statement that is not compound belongs to one statement."""
    text = "\n".join(lines)
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return
    layout = Layout(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and not hasattr(node, "body"):
            places = {
                layout.statement_at(n) for n in range(node.lineno, (node.end_lineno or 0) + 1)
            }
            assert len(places) == 1


# --- on the disk ---------------------------------------------------------------------------------


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["check", *arguments], catch_exceptions=False)


def added(comments: str, files: str) -> str:
    return f"asyncpattern-lint: added {comments} to {files}\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_command(root: Path) -> None:
    (root / "a.py").write_text(WRONG)
    (root / "b.py").write_text(WRONG * 2)
    (root / "b.py").chmod(0o755)
    result = run("--add-noqa")
    assert (result.exit_code, result.stderr) == (0, added("3 comments", "2 files"))
    assert (root / "a.py").read_text() == WRONG.replace("()\n", "()  # noqa: APL131\n").replace(
        "def rows()  # noqa: APL131", "def rows()"
    )
    assert (root / "b.py").stat().st_mode & 0o777 == 0o755
    assert run().exit_code == 0
    assert run("--ignore-noqa").exit_code == 1
    assert run("--add-noqa").stderr == added("0 comments", "0 files")
    assert run("--add-noqa", "--ignore-noqa").stderr == added("0 comments", "0 files")
    assert sorted(path.name for path in root.iterdir()) == ["a.py", "b.py", "pyproject.toml"]


def test_only_what_is_selected_is_suppressed(root: Path) -> None:
    (root / "a.py").write_text(WRONG)
    assert run("--add-noqa", "--ignore", "APL131").stderr == added("0 comments", "0 files")
    assert (root / "a.py").read_text() == WRONG


def test_what_cannot_be_suppressed_is_said(root: Path) -> None:
    (root / "broken.py").write_text("def f(:\n")
    (root / "locked.py").write_text(WRONG)
    (root / "locked.py").chmod(0o444)
    (root / "other.py").write_text(WRONG)
    result = run("--add-noqa")
    assert (result.exit_code, result.stdout) == (2, "")
    broken, locked, last = result.stderr.splitlines(keepends=True)
    assert last == added("1 comment", "1 file")
    assert broken.startswith(
        "asyncpattern-lint: error: no comment added to broken.py: syntax error"
    )
    assert locked == "asyncpattern-lint: error: no comment added to locked.py: it is read-only\n"
    assert (root / "locked.py").read_text() == WRONG


def test_a_link_stays_a_link(root: Path) -> None:
    (root / "src").mkdir()
    (root / "src" / "real.txt").write_text(WRONG)
    (root / "a.py").symlink_to(root / "src" / "real.txt")
    assert run("a.py", "--add-noqa").stderr == added("1 comment", "1 file")
    assert (root / "a.py").is_symlink()
    assert "noqa" in (root / "src" / "real.txt").read_text()


def test_a_file_of_two_names_gets_its_comments_once(root: Path) -> None:
    (root / "real.py").write_text(WRONG)
    (root / "a.py").symlink_to(root / "real.py")
    assert run("a.py", "real.py", "--add-noqa").stderr == added("1 comment", "1 file")
    assert (root / "real.py").read_text().count("noqa") == 1
    assert run("a.py", "real.py").exit_code == 0


def test_a_file_that_changes_meanwhile_is_left_alone(root: Path) -> None:
    path = root / "a.py"
    path.write_text(WRONG)
    session = Session(resolve(Options(jobs=1), known_codes(), root))

    def change(done: int, total: int) -> None:
        path.write_text(f"\n{WRONG}")

    done = session.add_noqa(change)
    assert done.failed == ((str(path), "it has changed meanwhile"),)
    assert path.read_text() == f"\n{WRONG}"


def test_a_failed_write_leaves_the_old_file(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    path = root / "a.py"
    path.write_text(WRONG)
    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(AnnotationError, match="No space left on device"):
        annotate_file(str(path), [(6, "APL131")], stamp(str(path)))
    assert path.read_text() == WRONG
    assert sorted(left.name for left in root.iterdir()) == ["a.py", "pyproject.toml"]


BUGS = [fixture for fixture in fixtures() if marks(fixture)]


@pytest.mark.parametrize("fixture", BUGS[::15], ids=label)
def test_every_finding_can_be_suppressed(
    fixture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / fixture.name
    shutil.copytree(fixture, copy, ignore=shutil.ignore_patterns("__pycache__", ".roots"))
    monkeypatch.chdir(copy)

    def places(*options: str) -> list[Any]:
        typed = Options(paths=(str(copy),), jobs=1, ignore_noqa=bool(options))
        report = Session(resolve(typed, known_codes(), copy)).check()
        return [(f.path, f.span.line, f.code, f.subject) for f in report.findings]

    before = places()
    assert run(str(copy), "--add-noqa").exit_code == 0
    assert places() == []
    assert places("--ignore-noqa") == before
    assert run(str(copy), "--extend-select", "APL902").exit_code == 0
