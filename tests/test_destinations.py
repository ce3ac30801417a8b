"""Several formats in one run: each to its own file, one at most to stdout."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from asyncpattern_lint.cli import main, output
from asyncpattern_lint.cli.destinations import Destination, destinations
from asyncpattern_lint.config import OutputFormat, Settings, UsageError

Run = Callable[..., Result]
WRONG = "async def rows():\n    yield 1\n\n\nasync def main():\n    await rows()\n"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the linter on a file with one finding."""
    monkeypatch.chdir(tmp_path)
    for name in ("CI_PROJECT_DIR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "a.py").write_text(WRONG, encoding="utf-8")
    return lambda *arguments: CliRunner().invoke(main, ["check", *arguments])


def test_each_format_goes_where_it_is_sent(run: Run, tmp_path: Path) -> None:
    result = run(
        "--output-format", "sarif:out.sarif", "--output-format", "concise",
        "--output-format", "junit:out.xml",
    )  # fmt: skip
    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout.startswith("a.py:6:11: APL131 ")
    log = json.loads((tmp_path / "out.sarif").read_text(encoding="utf-8"))
    assert log["runs"][0]["results"][0]["ruleId"] == "APL131"
    assert (tmp_path / "out.xml").read_text(encoding="utf-8").startswith("<?xml ")


def test_with_files_only_nothing_goes_to_stdout(run: Run, tmp_path: Path) -> None:
    result = run("--output-format", "full:report.txt")
    assert (result.exit_code, result.output) == (1, "")
    assert "APL131" in (tmp_path / "report.txt").read_text(encoding="utf-8")


def test_a_file_may_have_a_colon_in_its_name(run: Run, tmp_path: Path) -> None:
    run("--output-format", "jsonl:a:b")
    assert json.loads((tmp_path / "a:b").read_text(encoding="utf-8"))["code"] == "APL131"


def test_an_empty_report_is_an_empty_file(run: Run, tmp_path: Path) -> None:
    result = run("--select", "APL901", "--output-format", "jsonl:out.jsonl")
    assert (result.exit_code, result.output) == (0, "")
    assert (tmp_path / "out.jsonl").read_bytes() == b""


def test_one_format_may_go_to_the_output_file(run: Run, tmp_path: Path) -> None:
    result = run("--output-format", "gitlab", "--output-file", "quality.json")
    assert (result.exit_code, result.output) == (1, "")
    assert len(json.loads((tmp_path / "quality.json").read_text(encoding="utf-8"))) == 1


def test_statistics_take_the_place_of_prose_only(run: Run, tmp_path: Path) -> None:
    result = run("--statistics", "--output-format", "concise", "--output-format", "jsonl:out")
    assert result.stdout.startswith("1  APL131  ")
    assert json.loads((tmp_path / "out").read_text(encoding="utf-8"))["code"] == "APL131"


def pairs(*formats: str) -> tuple[str, ...]:
    return tuple(part for form in formats for part in ("--output-format", form))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            pairs("full", "json"),
            "only one format can go to stdout; write --output-format FORMAT:FILE",
        ),
        (
            pairs("xml"),
            f"unknown output format xml; known are {', '.join(OutputFormat)}",
        ),
        (pairs("sarif:"), "no file follows the colon in --output-format sarif:"),
        (pairs("sarif:no/x"), "cannot write no/x: its directory does not exist"),
        (pairs("sarif:."), "cannot write .: it is a directory"),
        (
            (*pairs("sarif", "json"), "--output-file", "x"),
            "--output-file goes with one --output-format, which names no file",
        ),
        (
            (*pairs("sarif:y"), "--output-file", "x"),
            "--output-file goes with one --output-format, which names no file",
        ),
    ],
)
def test_a_usage_error_is_one_line_before_anything_runs(
    run: Run, arguments: tuple[str, ...], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["asyncpattern_lint.cli.check"], "run", pytest.fail)
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"asyncpattern-lint: error: {message}\n"


def test_one_file_for_two_formats_is_an_error_by_whatever_name(run: Run, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "out")
    result = run(*pairs("json:out", "sarif:./link"))
    assert result.exit_code == 2
    assert "two formats cannot go to one file: " in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_an_error(run: Run, tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    result = run("--output-format", "sarif:locked/out")
    assert result.exit_code == 2
    assert result.stderr.endswith("cannot write locked/out: permission denied\n")


def test_a_report_that_cannot_be_written_does_not_take_the_others_with_it(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = output.write_whole

    def fail(path: Path, text: str) -> None:
        if path.name == "bad":
            raise UsageError(f"cannot write {path}: No space left on device")
        real(path, text)

    monkeypatch.setattr(output, "write_whole", fail)
    result = run(*pairs("json:bad", "sarif:good", "concise"))
    assert result.exit_code == 2
    assert "APL131" in result.stdout
    assert result.stderr.count("\n") == 1
    assert "No space left on device" in result.stderr
    assert json.loads((tmp_path / "good").read_text(encoding="utf-8"))["version"] == "2.1.0"


def settings(folder: Path, **changes: object) -> Settings:
    return Settings(cwd=folder, paths=(folder,), enabled=frozenset(), **changes)  # type: ignore[arg-type]


def test_without_options_the_settings_decide(tmp_path: Path) -> None:
    assert destinations([], settings(tmp_path)) == (Destination(OutputFormat.FULL, None),)
    chosen = settings(tmp_path, output_format=OutputFormat.GITLAB, output_file=tmp_path / "x")
    assert destinations([], chosen) == (Destination(OutputFormat.GITLAB, tmp_path / "x"),)


def test_what_is_typed_goes_before_the_settings(tmp_path: Path) -> None:
    chosen = settings(tmp_path, output_format=OutputFormat.GITLAB)
    assert destinations(["json"], chosen) == (Destination(OutputFormat.JSON, None),)


def test_the_repository_is_where_git_has_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI_PROJECT_DIR", raising=False)
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "a" / ".git").write_text("gitdir: elsewhere\n", encoding="utf-8")
    assert output.repository(inner) == str(tmp_path / "a")
    assert output.repository(tmp_path) == str(tmp_path)
    monkeypatch.setenv("CI_PROJECT_DIR", str(tmp_path))
    assert output.repository(inner) == str(tmp_path)
    monkeypatch.setenv("CI_PROJECT_DIR", str(tmp_path / "other"))
    assert output.repository(inner) == str(tmp_path / "a")
