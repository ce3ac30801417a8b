"""What --fix does to files, whatever they look like and whatever happens to them meanwhile."""

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from fixing import RIGHT, WRONG, check, run

from asyncpattern_lint.config import UsageError
from asyncpattern_lint.fixes import repair as repair_module
from asyncpattern_lint.fixes import writing
from asyncpattern_lint.fixes.rounds import Fixer

DROPPED = WRONG.replace("    for row in rows():\n        print(row)\n", "    main()\n")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").touch()
    return tmp_path


# --- bytes -----------------------------------------------------------------------------------

ODD = {
    "CRLF": WRONG.replace("\n", "\r\n").encode(),
    "CR": WRONG.replace("\n", "\r").encode(),
    "mixed line ends": WRONG.replace("1\n", "1\r\n").encode(),
    "a BOM": b"\xef\xbb\xbf" + WRONG.encode(),
    "latin-1": f"# coding: latin-1\n# é\n{WRONG}# ü".encode("latin-1"),
    "tabs": WRONG.replace("    ", "\t").encode(),
    "form feeds": WRONG.replace("\n\n\n", "\n\f\n\n").encode(),
    "no newline at the end": WRONG.rstrip("\n").encode(),
    "wide characters before it": WRONG.replace("    for", "    'é𝄞'; pass\n    for").encode(),
    "a continued line": WRONG.replace("row in rows", "row \\\n in rows").encode(),
}


@pytest.mark.parametrize("before", ODD.values(), ids=ODD.keys())
def test_nothing_else_changes(root: Path, before: bytes) -> None:
    file = root / "a.py"
    file.write_bytes(before)
    file.chmod(0o640)
    report = check(root, fix=True)
    assert (report.findings, report.fixed) == ((), 1)
    assert file.read_bytes() == before.replace(b"for row", b"async for row")
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert sorted(path.name for path in root.iterdir()) == ["a.py", "pyproject.toml"]


def test_the_edits_count_characters(root: Path) -> None:
    (root / "a.py").write_text(
        "async def one():\n    return 1\n\n\nasync def main():\n    print('é𝄞', one() + 1)\n",
        "utf-8",
    )
    (finding,) = check(root).findings
    assert finding.fix is not None
    (edit,) = finding.fix.edits
    assert (edit.span, edit.content) == ((6, 17, 6, 17), "await ")


# --- files -----------------------------------------------------------------------------------


def test_a_link_stays_one(root: Path) -> None:
    (root / "kept").mkdir()
    (root / "kept" / "b.txt").write_text(WRONG)
    (root / "a.py").symlink_to(root / "kept" / "b.txt")
    assert check(root, fix=True).fixed == 1
    assert (root / "a.py").is_symlink()
    assert (root / "kept" / "b.txt").read_text() == RIGHT


def test_a_link_out_of_the_project_is_not_followed(root: Path, tmp_path_factory: Any) -> None:
    outside = tmp_path_factory.mktemp("outside") / "b.py"
    outside.write_text(WRONG)
    (root / "a.py").symlink_to(outside)
    report = check(root, fix=True)
    assert (len(report.findings), report.fixed) == (1, 0)
    assert "a link that leads out of the project" in report.notices[0]
    assert outside.read_text() == WRONG


def test_a_read_only_file_stops_it_before_anything_is_done(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "a.py").write_text(WRONG)
    (root / "b.py").write_text(WRONG)
    (root / "b.py").chmod(0o444)
    result = run(root, monkeypatch, "--fix")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        f"asyncpattern-lint: error: cannot fix {root / 'b.py'}: Permission denied\n"
    )
    assert (root / "a.py").read_text() == (root / "b.py").read_text() == WRONG
    assert len(list(root.iterdir())) == 3


def test_so_does_a_read_only_folder(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: Any) -> None:
        raise OSError(30, "Read-only file system")

    (root / "a.py").write_text(WRONG)
    monkeypatch.setattr("tempfile.mkstemp", refuse)
    with pytest.raises(UsageError, match=r"cannot fix .*a\.py: Read-only file system"):
        check(root, fix=True)
    assert (root / "a.py").read_text() == WRONG


def test_a_file_that_changed_meanwhile_is_left_alone(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change_and_write(texts: Any, stamps: Any) -> list[str]:
        (root / "a.py").write_text(f"{WRONG}# changed\n")
        return writing.write(texts, stamps)

    (root / "a.py").write_text(WRONG)
    (root / "b.py").write_text(WRONG)
    monkeypatch.setattr(repair_module, "write", change_and_write)
    report = check(root, fix=True)
    assert [Path(finding.path).name for finding in report.findings] == ["a.py"]
    assert report.fixed == 1
    assert report.notices == (f"{root / 'a.py'}: not fixed, it changed meanwhile",)
    assert (root / "a.py").read_text() == f"{WRONG}# changed\n"
    assert (root / "b.py").read_text() == RIGHT


@pytest.mark.parametrize("now", ["", f"# changed\n{WRONG}", WRONG.replace("1", "2")])
def test_so_is_one_that_changed_before_it_was_read_again(
    root: Path, monkeypatch: pytest.MonkeyPatch, now: str
) -> None:
    class Late(Fixer[Any]):
        def run(self, first: Any) -> Any:
            file = root / "a.py"
            file.write_text(now)
            os.utime(file, (1, 1))
            return super().run(first)

    (root / "a.py").write_text(WRONG)
    monkeypatch.setattr(repair_module, "Fixer", Late)
    assert check(root, fix=True).fixed == 0
    assert (root / "a.py").read_text() == now


@pytest.mark.skipif(os.name == "nt", reason="other rules for open files")
def test_an_interrupt_leaves_no_temporary_files(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    (root / "a.py").write_text(WRONG)
    monkeypatch.setattr(writing, "_commit", interrupt)
    with pytest.raises(KeyboardInterrupt):
        check(root, fix=True)
    assert (root / "a.py").read_text() == WRONG
    assert len(list(root.iterdir())) == 2


# --- the command line ------------------------------------------------------------------------


def test_fixing_everything_exits_with_0(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "a.py").write_text(WRONG)
    result = run(root, monkeypatch, "--fix", "--output-format", "concise")
    assert result.exit_code == 0
    assert result.stdout.startswith("Found 1 problem (1 fixed, 0 remaining) in 1 file")


def test_unless_that_is_asked_for(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "a.py").write_text(WRONG)
    assert run(root, monkeypatch, "--fix", "--exit-non-zero-on-fix").exit_code == 1


def test_what_remains_exits_with_1(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "a.py").write_text(WRONG)
    (root / "b.py").write_text(DROPPED)
    result = run(root, monkeypatch, "--fix", "--output-format", "json")
    document = json.loads(result.stdout)
    assert result.exit_code == 1
    assert [finding["code"] for finding in document["findings"]] == ["APL173"]
    assert document["summary"]["fixed"] == 1
    assert document["findings"][0]["fix"]["applicability"] == "unsafe"


def test_a_diff_changes_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "a.py").write_text(WRONG.rstrip("\n"))
    result = run(root, monkeypatch, "--diff", "--fix")
    assert result.exit_code == 1
    assert result.stderr == "asyncpattern-lint: would fix 1 problem\n"
    assert result.stdout == (
        "--- a.py\n+++ a.py\n@@ -3,5 +3,5 @@\n \n \n async def main():\n"
        "-    for row in rows():\n+    async for row in rows():\n         print(row)\n"
        "\\ No newline at end of file\n"
    )
    assert (root / "a.py").read_text() == WRONG.rstrip("\n")


def test_a_diff_without_changes_exits_with_0(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "a.py").write_text(DROPPED)
    result = run(root, monkeypatch, "--diff")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize("options", [("--unfixable", "APL1"), ("--fixable", "APL3")])
def test_codes_can_be_kept_from_being_fixed(
    root: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, str]
) -> None:
    (root / "a.py").write_text(WRONG)
    assert run(root, monkeypatch, "--fix", *options).exit_code == 1
    assert (root / "a.py").read_text() == WRONG


def test_a_fix_that_would_bring_a_finding_nobody_asked_for_is_left_out(root: Path) -> None:
    (root / "a.py").write_text(
        "from contextlib import asynccontextmanager\n\n\nasync def user():\n    return 'Ada'\n\n\n"
        "@asynccontextmanager\nasync def session():\n    yield user()\n\n\n"
        "async def main():\n    with session() as found:\n        print(found.name)\n"
    )
    before = (root / "a.py").read_text()
    report = check(root, fix=True, select=("APL152",))
    assert [finding.code for finding in report.findings] == ["APL152"]
    assert (root / "a.py").read_text() == before


def test_an_unknown_code_is_named_with_its_option(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run(root, monkeypatch, "--fixable", "APL9X")
    assert result.exit_code == 2
    assert "unknown code APL9X in --fixable" in result.stderr
