"""A baseline hides the findings that it lists, wherever they move, and no others."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asyncpattern_lint.baseline import Baseline, Entry, read_baseline, relative, write_baseline
from asyncpattern_lint.cli import main
from asyncpattern_lint.config import BASELINE, Options, UsageError, resolve
from asyncpattern_lint.findings import Report
from asyncpattern_lint.rule import known_codes
from asyncpattern_lint.session import Session

WRONG = """\
async def rows():
    yield 1


async def main():
    await rows()
    await rows()


class Store:
    async def load(self):
        await rows()
"""
ENTRY = Entry("app/a.py", "APL131", "main", "app.a.rows")
OTHER = Entry("app/b.py", "APL301", "", "app.a.gone")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "a.py").write_text(WRONG)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check(root: Path, *paths: str, never: frozenset[str] = frozenset(), **options: Any) -> Report:
    typed = Options(paths=paths, **{"jobs": 1, **options})
    resolved = replace(resolve(typed, known_codes(), root), never_baseline=never)
    return Session(resolved).check()


def write(root: Path, *paths: str, **options: Any) -> Report:
    return check(root, *paths, write_baseline="", **options)


def against(root: Path, *paths: str, **options: Any) -> Report:
    return check(root, *paths, baseline=BASELINE, **options)


def found(report: Report) -> list[tuple[str, int, str]]:
    return [(Path(f.path).name, f.span.line, f.code) for f in report.findings]


def entries(root: Path) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads((root / BASELINE).read_bytes())["entries"]
    return listed


# --- the file ------------------------------------------------------------------------------------


def test_the_file_is_sorted_and_stable(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    write_baseline(path, Baseline(Counter({OTHER: 1, ENTRY: 2})))
    assert path.read_text() == (
        '{\n  "version": 1,\n  "entries": [\n'
        '    {"path": "app/a.py", "code": "APL131", "function": "main", '
        '"subject": "app.a.rows", "count": 2},\n'
        '    {"path": "app/b.py", "code": "APL301", "function": "", '
        '"subject": "app.a.gone", "count": 1}\n'
        "  ]\n}\n"
    )
    assert read_baseline(path) == Baseline(Counter({ENTRY: 2, OTHER: 1}))


TEXTS = st.text(max_size=6)


@given(st.dictionaries(st.builds(Entry, TEXTS, TEXTS, TEXTS, TEXTS), st.integers(1, 9)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_what_is_written_is_read(tmp_path: Path, counts: dict[Entry, int]) -> None:
    path = tmp_path / "baseline.json"
    write_baseline(path, Baseline(Counter(counts)))
    assert read_baseline(path).counts == counts
    text = path.read_bytes()
    assert text.endswith(b"]\n}\n")
    write_baseline(path, read_baseline(path))
    assert path.read_bytes() == text


def test_the_same_is_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    write_baseline(path, Baseline(Counter({ENTRY: 2})))
    path.chmod(0o640)
    before = path.stat()
    write_baseline(path, Baseline(Counter({ENTRY: 2})))
    assert path.stat() == before
    write_baseline(path, Baseline())
    assert path.stat().st_mode == before.st_mode
    assert path.read_text() == '{\n  "version": 1,\n  "entries": []\n}\n'


GOOD = {**ENTRY._asdict(), "count": 1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not JSON"),
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("\xff", "is not JSON"),
        ("[]", "has not the shape of one"),
        ("1", "has not the shape of one"),
        ("{}", "has not the shape of one"),
        ('{"version": 1}', "has not the shape of one"),
        ('{"version": 0, "entries": []}', "has not the shape of one"),
        ('{"version": "1", "entries": []}', "has not the shape of one"),
        ('{"version": 1, "entries": {}}', "has not the shape of one"),
        ('{"version": 1, "entries": [1]}', "has not the shape of one"),
        ('{"version": 1, "entries": [{}]}', "has not the shape of one"),
        *[
            (
                json.dumps({"version": 1, "entries": [{**GOOD, name: wrong}]}),
                "has not the shape of one",
            )
            for name, wrong in [
                ("count", 0),
                ("count", "1"),
                ("count", True),
                ("count", 1.5),
                ("path", None),
                ("code", 131),
                ("subject", []),
            ]
        ],
        (
            '{"version": 2, "entries": []}',
            "is of version 2, newer than this linter knows (1)",
        ),
    ],
)
def test_a_wrong_file_is_one_line(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(UsageError) as caught:
        read_baseline(path)
    assert str(caught.value).startswith(f"the baseline {path} {message}")
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot read the baseline .*: No such file or directory"):
        read_baseline(tmp_path / "none.json")
    with pytest.raises(UsageError, match=r"cannot read the baseline .*: Is a directory"):
        read_baseline(tmp_path)


def test_paths_are_relative_to_the_baseline() -> None:
    assert relative("/p/app/a.py", Path("/p/baseline.json")) == "app/a.py"
    assert relative("/p/app/a.py", Path("/p/ci/baseline.json")) == "../app/a.py"


# --- what it hides -------------------------------------------------------------------------------


def test_what_is_listed_is_not_told(root: Path) -> None:
    report = write(root)
    assert (report.findings, report.baselined) == ((), 3)
    assert report.notices == (f"{BASELINE} now lists 3 findings",)
    assert [(e["path"], e["code"], e["function"], e["count"]) for e in entries(root)] == [
        ("a.py", "APL131", "Store.load", 1),
        ("a.py", "APL131", "main", 2),
    ]
    report = against(root)
    assert (report.findings, report.baselined, report.notices) == ((), 3, ())
    assert len(check(root).findings) == 3


def test_a_repeated_finding_beyond_the_count_is_told(root: Path) -> None:
    write(root)
    (root / "a.py").write_text(WRONG.replace("await rows()\n\n", "await rows(), await rows()\n\n"))
    report = against(root)
    assert found(report) == [("a.py", 7, "APL131")]
    assert report.findings[0].span.column == 25
    assert report.baselined == 3


@pytest.mark.parametrize(
    "text",
    [
        WRONG.replace("def main", "def start"),
        WRONG.replace("class Store", "class Other"),
        WRONG.replace("rows", "lines"),
        WRONG.replace("await rows()", "[x for x in rows()]"),
    ],
)
def test_what_is_about_something_else_is_told(root: Path, text: str) -> None:
    write(root)
    (root / "a.py").write_text(text)
    report = against(root)
    assert report.findings
    assert "no longer occur" in report.notices[0]


ELSEWHERE = st.lists(
    st.tuples(
        st.sampled_from([0, 3, 8]),
        st.sampled_from(
            [
                "\n\n",
                "# a comment\n",
                "def other():\n    return 1\n\n",
                "import os\n",
                "async def more():\n    async for x in rows():\n        print(x)\n\n",
                "'''\ntext\n'''\n",
                "class Another:\n    def load(self): ...\n\n",
            ]
        ),
    ),
    max_size=5,
)


@given(ELSEWHERE, st.sampled_from(["\n", "\r\n"]), st.booleans())
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None
)
def test_edits_elsewhere_change_nothing(
    root: Path, edits: list[tuple[int, str]], end: str, bom: bool
) -> None:
    (root / "a.py").write_text(WRONG)
    write(root)
    lines = WRONG.splitlines(keepends=True)
    for line, text in sorted(edits, reverse=True):
        lines.insert(line, text)
    source = "".join(lines).replace("\n", end).encode()
    (root / "a.py").write_bytes(b"\xef\xbb\xbf" * bom + source)
    report = against(root)
    assert (report.findings, report.baselined, report.notices) == ((), 3, ())
    before = (root / BASELINE).read_bytes()
    write(root)
    assert (root / BASELINE).read_bytes() == before


def test_it_does_not_matter_from_where_it_is_asked(root: Path) -> None:
    (root / "pkg" / "sub").mkdir(parents=True)
    (root / "pkg" / "__init__.py").touch()
    (root / "pkg" / "sub" / "__init__.py").touch()
    (root / "pkg" / "sub" / "b.py").write_text(
        "from pkg.c import gone, rows\n\n\nasync def f():\n    await rows()\n"
    )
    (root / "pkg" / "c.py").write_text(WRONG)
    write(root)
    for cwd in (root, root / "pkg", root / "pkg" / "sub"):
        for paths in ((".",), ("b.py",)):
            if (cwd / paths[0]).exists():
                name = str(root / BASELINE)
                report = check(cwd, *paths, baseline=name)
                assert report.baselined
                assert (report.findings, report.notices) == ((), ())


def test_what_comments_suppress_is_not_listed(root: Path) -> None:
    (root / "b.py").write_text(WRONG.replace("await rows()", "await rows()  # noqa"))
    report = write(root)
    assert (report.suppressed, report.baselined) == (3, 3)
    assert {entry["path"] for entry in entries(root)} == {"a.py"}


# --- what has become of it -----------------------------------------------------------------------


def test_stale_entries_are_said_and_removed(root: Path) -> None:
    write(root)
    (root / "a.py").write_text(WRONG.replace("    await rows()\n\n", "\n"))
    report = against(root)
    assert report.baselined == 2
    assert report.notices == (
        f"1 entry of the baseline {BASELINE} no longer occurs: run --write-baseline",
    )
    report = write(root)
    assert report.notices == (
        f"{BASELINE} now lists 2 findings; 1 entry that no longer applies was removed or lowered",
    )
    assert against(root).notices == ()


def test_files_that_are_gone_are_stale(root: Path) -> None:
    (root / "b.py").write_text(WRONG)
    write(root)
    (root / "b.py").unlink()
    assert against(root, "a.py").notices == ()
    assert against(root).notices[0].startswith("2 entries of the baseline")
    write(root, "a.py")
    assert {entry["path"] for entry in entries(root)} == {"a.py", "b.py"}
    write(root)
    assert {entry["path"] for entry in entries(root)} == {"a.py"}


def test_what_was_not_looked_for_is_neither_stale_nor_removed(root: Path) -> None:
    (root / "b.py").write_text(WRONG)
    (root / "c.py").write_text("from a import gone\n")
    write(root)
    before = (root / BASELINE).read_bytes()
    for paths, options in (
        (("a.py",), {}),
        ((".",), {"select": ("APL301",)}),
        ((".",), {"ignore": ("APL1",)}),
    ):
        assert against(root, *paths, **options).notices == ()
        write(root, *paths, **options)
        assert (root / BASELINE).read_bytes() == before


def test_a_file_that_cannot_be_parsed_keeps_its_entries(root: Path) -> None:
    write(root)
    before = entries(root)
    (root / "a.py").write_text(f"{WRONG}def f(:\n")
    report = against(root)
    assert (found(report), report.notices) == ([("a.py", 13, "APL901")], ())
    write(root)
    assert [entry for entry in entries(root) if entry["code"] != "APL901"] == before
    assert against(root).findings == ()


def test_codes_that_may_never_be_listed(root: Path) -> None:
    (root / "b.py").write_text("from a import gone\n")
    report = write(root, never=frozenset({"APL301"}))
    assert found(report) == [("b.py", 1, "APL301")]
    assert report.notices == (
        f"{BASELINE} now lists 3 findings; 1 of codes that may never be in it were left out",
    )
    write(root)
    assert against(root).findings == ()
    report = against(root, never=frozenset({"APL301"}))
    assert (found(report), report.notices) == ([("b.py", 1, "APL301")], ())
    write(root, never=frozenset({"APL301"}))
    assert {entry["code"] for entry in entries(root)} == {"APL131"}


# --- the command line ----------------------------------------------------------------------------


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["check", *arguments], catch_exceptions=False)


def test_the_command(root: Path) -> None:
    assert run("--write-baseline").exit_code == 0
    assert run().exit_code == 1
    result = run("--baseline", BASELINE, "--output-format", "json")
    assert (result.exit_code, result.stderr) == (0, "")
    assert json.loads(result.stdout)["summary"]["baselined"] == 3
    statistics = run("--baseline", BASELINE, "--statistics").stdout
    assert "3 findings kept back by the baseline." in statistics
    assert run("--baseline", BASELINE, "--no-baseline").exit_code == 1


def test_another_file_may_be_named(root: Path) -> None:
    (root / "ci").mkdir()
    assert run("--write-baseline=ci/known.json").exit_code == 0
    assert run("--baseline", "ci/known.json").exit_code == 0
    assert run("--baseline", "ci/known.json", "--write-baseline").exit_code == 0
    assert sorted(path.name for path in root.iterdir()) == ["a.py", "ci", "pyproject.toml"]
    document = json.loads((root / "ci" / "known.json").read_bytes())
    assert document["entries"][0]["path"] == "../a.py"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--baseline", "none"), "cannot read the baseline {root}/none: No such file or directory"),
        (("--baseline", "a.py"), "the baseline {root}/a.py is not JSON"),
        (("--write-baseline", "a.py"), "the baseline {root}/a.py is not JSON"),
        (("--write-baseline", "."), "cannot write .: it is a directory"),
        (("--write-baseline=no/x",), "cannot write no/x: its directory does not exist"),
        (
            ("--write-baseline", "--no-baseline"),
            "--write-baseline and --no-baseline contradict each other",
        ),
        (
            ("--write-baseline", "--add-noqa"),
            "--add-noqa and --write-baseline contradict each other",
        ),
    ],
)
def test_a_usage_error_is_one_line(root: Path, arguments: tuple[str, ...], message: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stderr == f"asyncpattern-lint: error: {message.format(root=root)}\n"
    assert (root / "a.py").read_text() == WRONG


def test_what_is_baselined_gets_no_comment(root: Path) -> None:
    run("--write-baseline")
    (root / "b.py").write_text(WRONG)
    assert run("--baseline", BASELINE, "--add-noqa").stderr.endswith("added 3 comments to 1 file\n")
    assert (root / "a.py").read_text() == WRONG
