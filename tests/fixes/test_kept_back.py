"""What is kept back is not fixed, and stays kept back; text from standard input is fixed aside."""

from pathlib import Path

import pytest
from fixing import RIGHT, WRONG, check, run

LOOP = "    for row in rows():{comment}\n        print(row)\n"
HEAD = WRONG.removesuffix(LOOP.format(comment=""))

NAMED = """\
async def user():
    return "Ada"


async def main():
    found = user()
    print(found.name){comment}
    print(found.title)
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").touch()
    return tmp_path


# --- what comments and the baseline keep back ------------------------------------------------


@pytest.mark.parametrize("comment", ["  # noqa", "  # noqa: APL141", "  # apl: ignore[APL1]"])
def test_what_a_comment_suppresses_is_not_fixed(root: Path, comment: str) -> None:
    (root / "a.py").write_text(WRONG + LOOP.format(comment=comment))
    report = check(root, fix=True)
    assert (report.findings, report.fixed, report.suppressed) == ((), 1, 1)
    assert (root / "a.py").read_text() == RIGHT + LOOP.format(comment=comment)


def test_unless_comments_are_disregarded(root: Path) -> None:
    (root / "a.py").write_text(HEAD + LOOP.format(comment="  # noqa"))
    report = check(root, fix=True, ignore_noqa=True)
    assert (report.fixed, report.suppressed) == (1, 0)


def test_a_comment_for_the_whole_file_keeps_it_as_it_is(root: Path) -> None:
    (root / "a.py").write_text(f"# apl: ignore-file\n{WRONG}")
    report = check(root, fix=True)
    assert (report.fixed, report.suppressed, report.changes) == (0, 1, ())


def test_no_fix_reaches_what_a_comment_suppresses(root: Path) -> None:
    """The name is awaited where it is bound, for every use of it or for none."""
    (root / "a.py").write_text(NAMED.format(comment=""))
    (root / "b.py").write_text(NAMED.format(comment="  # noqa: APL163"))
    report = check(root, fix=True)
    assert "found = await user()" in (root / "a.py").read_text()
    assert (root / "b.py").read_text() == NAMED.format(comment="  # noqa: APL163")
    assert [(Path(f.path).name, f.fix) for f in report.findings] == [("b.py", None)]
    assert (report.fixed, report.suppressed) == (2, 1)


def test_the_needed_comment_stays_needed(root: Path) -> None:
    (root / "a.py").write_text(WRONG + LOOP.format(comment="  # noqa: APL141"))
    report = check(root, fix=True, select=("ALL",))
    assert (report.findings, report.fixed, report.suppressed) == ((), 1, 1)


def test_what_the_baseline_lists_is_not_fixed(root: Path) -> None:
    (root / "a.py").write_text(WRONG)
    check(root, write_baseline="known.json")
    listed = (root / "known.json").read_bytes()
    # The last of findings that are alike is the one too many.
    (root / "a.py").write_text(WRONG + LOOP.format(comment=""))
    report = check(root, fix=True, baseline="known.json")
    assert (report.findings, report.fixed, report.baselined) == ((), 1, 1)
    assert report.notices == ()
    fixed = LOOP.format(comment="").replace("for", "async for", 1)
    assert (root / "a.py").read_text() == WRONG + fixed
    assert (root / "known.json").read_bytes() == listed


def test_what_is_not_enabled_in_a_file_is_not_fixed(root: Path) -> None:
    (root / "a.py").write_text(WRONG)
    (root / "b.py").write_text(WRONG)
    report = check(root, fix=True, per_file_ignores=("b.py:APL141",))
    assert (report.findings, report.fixed) == ((), 1)
    assert ((root / "a.py").read_text(), (root / "b.py").read_text()) == (RIGHT, WRONG)


def test_a_configuration_says_what_may_be_fixed(root: Path) -> None:
    (root / "a.py").write_text(WRONG)
    (root / "pyproject.toml").write_text('[tool.asyncpattern-lint]\nunfixable = ["APL14"]\n')
    assert check(root, fix=True).fixed == 0
    (root / "pyproject.toml").write_text("[tool.asyncpattern-lint]\nunsafe-fixes = true\n")
    (root / "b.py").write_text(
        WRONG.replace("    for row in rows():\n        print(row)", "    main()")
    )
    assert check(root, diff=True, unsafe_fixes=False).fixed == 1
    assert check(root, fix=True).fixed == 2


def test_a_file_with_two_names_is_fixed_once(root: Path) -> None:
    (root / "a.py").write_text(WRONG)
    (root / "b.py").symlink_to("a.py")
    report = check(root, fix=True)
    assert (report.findings, report.notices) == ((), ())
    assert (root / "b.py").is_symlink()
    assert (root / "a.py").read_text() == RIGHT


# --- standard input --------------------------------------------------------------------------

STDIN = ("-", "--stdin-filename", "a.py")


def test_text_from_standard_input_goes_to_stdout_and_the_report_to_stderr(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "a.py").write_text("old\n")
    source = f"# coding: latin-1\r\n# é\n{WRONG}    main()\n".encode("latin-1")
    result = run(root, monkeypatch, *STDIN, "--fix", text=source)
    assert result.exit_code == 1
    assert result.stdout_bytes == source.replace(b"    for", b"    async for")
    assert "a.py:10:5: APL173 `main()`" in result.stderr
    assert "    main()\n" in result.stderr
    assert "(1 fixed, 1 remaining)" in result.stderr
    assert (root / "a.py").read_text() == "old\n"


@pytest.mark.parametrize("text", [RIGHT, "", "def broken(:\n", "# coding: no-such\n"])
def test_what_cannot_be_fixed_comes_back_as_it_was(
    root: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    assert run(root, monkeypatch, *STDIN, "--fix", text=text).stdout == text


def test_a_report_to_a_file_stays_one(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = ("--fix", "--output-format", "concise:out.txt")
    result = run(root, monkeypatch, *STDIN, *options, text=WRONG)
    assert (result.exit_code, result.stdout, result.stderr) == (0, RIGHT, "")
    assert (root / "out.txt").read_text().startswith("Found 1 problem (1 fixed, 0 remaining)")


def test_a_diff_of_standard_input(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(root, monkeypatch, *STDIN, "--diff", text=WRONG)
    assert (result.exit_code, result.stderr) == (1, "asyncpattern-lint: would fix 1 problem\n")
    assert result.stdout.startswith("--- a.py\n+++ a.py\n@@")
    assert not (root / "a.py").exists()


# --- what does not go together ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--add-noqa", "--fix"), "--add-noqa and --fix contradict each other"),
        (("--add-noqa", "--diff"), "--add-noqa and --diff contradict each other"),
        (("--add-noqa", "-"), "--add-noqa and standard input contradict each other"),
        (
            ("--add-noqa", "--write-baseline"),
            "--add-noqa and --write-baseline contradict each other",
        ),
        (("--write-baseline", "--fix"), "--write-baseline and --fix contradict each other"),
        (("--write-baseline", "--diff"), "--write-baseline and --diff contradict each other"),
        (("--write-baseline=b", "-"), "--write-baseline and standard input contradict each other"),
        (
            ("--diff", "--output-format", "full", "--output-format", "sarif:out.sarif"),
            "--diff shows a patch and writes no report: it takes no FORMAT:FILE",
        ),
    ],
)
def test_a_contradiction_is_one_line(
    root: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], message: str
) -> None:
    (root / "a.py").write_text(WRONG)
    result = run(root, monkeypatch, *options, text=WRONG)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"asyncpattern-lint: error: {message}\n"
    assert (root / "a.py").read_text() == WRONG
    assert sorted(path.name for path in root.iterdir()) == ["a.py", "pyproject.toml"]


def test_several_formats_report_what_remains(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "a.py").write_text(f"{WRONG}    main()\n")
    formats = ("--output-format", "concise", "--output-format", "jsonl:out.jsonl")
    result = run(root, monkeypatch, "--fix", *formats)
    assert result.exit_code == 1
    assert "APL173" in result.stdout
    assert (root / "out.jsonl").read_text().count("\n") == 1
