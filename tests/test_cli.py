"""The contract of the command line: exit codes, streams, files, and one line for each error."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner, Result

from asyncpattern_lint.cli import main, output
from asyncpattern_lint.cli.lines import read_line
from asyncpattern_lint.cli.progress import PATIENCE, Progress
from asyncpattern_lint.config import (
    Options,
    OutputFormat,
    Settings,
    UsageError,
    resolve,
    select_codes,
)
from asyncpattern_lint.findings import Finding, Report, Tally, Unresolved
from asyncpattern_lint.source import Span

Run = Callable[..., Result]
CODES = {"APL112": True, "APL113": True, "APL205": False, "APL301": True}


class FakeSession:
    """Stands for the pipeline: answers with a report, or raises an error."""

    answer: Report | BaseException
    settings: Settings

    def __init__(self, settings: Settings) -> None:
        type(self).settings = settings

    def check(self, progress: Callable[[int, int], None] | None) -> Report:
        assert progress is None
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> type[FakeSession]:
    module = ModuleType("asyncpattern_lint.session")
    module.Session = FakeSession  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "asyncpattern_lint.session", module)
    FakeSession.answer = Report((), 2, 0, (), 0.1)
    return FakeSession


@pytest.fixture
def run(session: type[FakeSession], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command line in a directory with one file."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "ASYNCPATTERN_LINT_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "a.py").write_text("async for x in f():\n", encoding="utf-8")
    return lambda *arguments: CliRunner().invoke(main, arguments)


@pytest.fixture
def found(session: type[FakeSession], tmp_path: Path) -> Report:
    """Let the session answer with one finding."""
    path = str(tmp_path / "a.py")
    finding = Finding("APL112", "a-name", "wrong", path, Span(1, 16, 1, 19))
    session.answer = Report((finding,), 2, 1, ("skipped b.py: too large",), 0.1)
    return session.answer


def test_exit_0_without_findings(run: Run) -> None:
    result = run("check")
    assert result.exit_code == 0
    assert result.stdout == "All checks passed! (2 files, 0.1 s)\n"
    assert result.stderr == ""


def test_exit_1_with_findings(run: Run, found: Report) -> None:
    result = run("check", "--output-format", "concise")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == "a.py:1:16: APL112 wrong"
    assert result.stderr == "asyncpattern-lint: skipped b.py: too large\n"


def test_the_full_format_reads_the_source(run: Run, found: Report) -> None:
    assert "1 | async for x in f():\n  |                ^^^\n" in run("check").stdout


def test_exit_zero(run: Run, found: Report) -> None:
    assert run("check", "--exit-zero").exit_code == 0


def test_statistics_replace_the_findings(run: Run, found: Report) -> None:
    result = run("check", "--statistics")
    assert result.exit_code == 1
    assert result.stdout.startswith("1  APL112  a-name\n")


def test_statistics_keep_a_json_document(run: Run, found: Report) -> None:
    result = run("check", "--statistics", "--output-format", "json")
    assert json.loads(result.stdout)["summary"]["codes"] == {"APL112": 1}


def test_unresolved_uses_are_asked_for(run: Run, session: type[FakeSession]) -> None:
    run("check")
    assert not session.settings.show_unresolved
    run("check", "--show-unresolved")
    assert session.settings.show_unresolved


def test_unresolved_uses_are_no_findings(
    run: Run, session: type[FakeSession], tmp_path: Path
) -> None:
    use = Unresolved("await", "f()", str(tmp_path / "a.py"), Span(1, 16, 1, 19), "lost", None, None)
    session.answer = Report((), 2, 0, (), 0.1, Tally(4, 1), (use,))
    result = run("check", "--show-unresolved")
    assert result.exit_code == 0
    assert result.stdout == (
        "Unresolved uses\na.py:1:16: await `f()`: lost\n\n"
        "All checks passed! (2 files, 0.1 s)\n"
        "1 of 4 asynchronous uses could not be resolved (25.0 %).\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nope.py",), "cannot check nope.py: No such file or directory"),
        (("a\x1b.py",), "cannot check a\\x1b.py: No such file or directory"),
        (("--select", "APL119"), "unknown code APL119 in --select; the nearest is APL112"),
        (("--ignore", "E501"), "unknown code E501 in --ignore"),
        (("--output-file", "no/such/x"), "cannot write no/such/x: its directory does not exist"),
        (("--output-file", "."), "cannot write .: it is a directory"),
    ],
)
def test_a_usage_error_is_one_line(run: Run, arguments: tuple[str, ...], message: str) -> None:
    result = run("check", *arguments)
    assert result.exit_code == 2
    assert result.stderr == f"asyncpattern-lint: error: {message}\n"
    assert result.stdout == ""


def test_an_unknown_option_exits_with_2(run: Run) -> None:
    assert run("check", "--frobnicate").exit_code == 2


def test_a_usage_error_of_the_session_is_one_line(run: Run, session: type[FakeSession]) -> None:
    session.answer = UsageError("no Python files")
    result = run("check")
    assert result.exit_code == 2
    assert result.stderr == "asyncpattern-lint: error: no Python files\n"


def test_an_internal_error_is_one_line(run: Run, session: type[FakeSession]) -> None:
    session.answer = ValueError("two\nlines")
    result = run("check")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "internal error: ValueError: two\\nlines (at cli/check.py:" in result.stderr
    assert "please report it" in result.stderr


def test_the_traceback_of_an_internal_error_can_be_had(
    run: Run, session: type[FakeSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASYNCPATTERN_LINT_DEBUG", "1")
    session.answer = ValueError("broken")
    assert "Traceback (most recent call last)" in run("check").stderr


def test_an_interrupt_exits_with_130(run: Run, session: type[FakeSession]) -> None:
    session.answer = KeyboardInterrupt()
    result = run("check")
    assert result.exit_code == 130
    assert result.stderr == "asyncpattern-lint: interrupted\n"


def test_the_settings_reach_the_session(run: Run, session: type[FakeSession]) -> None:
    arguments = ("--select", "APL1,APL301", "--ignore", "APL112", "--no-candidates")
    assert run("check", "a.py", *arguments, "--jobs", "2").exit_code == 0
    settings = session.settings
    assert settings.paths == (settings.cwd / "a.py",)
    assert {"APL113", "APL301"} < settings.enabled
    assert not {"APL112", "APL302"} & settings.enabled
    assert (settings.candidates, settings.jobs) == (False, 2)


def test_flags_of_configuration_reach_the_session(run: Run, session: type[FakeSession]) -> None:
    flags = ["--extend-select", "APL901", "--exclude", "x", "--extend-exclude", "y"]
    flags += ["--per-file-ignores", "a.py:APL112", "--no-respect-gitignore", "--force-exclude"]
    flags += ["--src", ".", "--target-version", "py312", "--config", "select = ['APL1']"]
    assert run("check", *flags).exit_code == 0
    settings = session.settings
    assert settings.enabled_in(str(settings.cwd / "b.py")) == settings.enabled
    assert settings.enabled - settings.enabled_in(str(settings.cwd / "a.py")) == {"APL112"}
    assert (settings.respect_gitignore, settings.force_exclude) == (False, True)
    assert (settings.src, settings.target_version) == ((settings.cwd,), (3, 12))


def test_an_error_in_a_configuration_is_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.asyncpattern-lint]\nselct = []\n")
    result = run("check")
    assert result.exit_code == 2
    message = "pyproject.toml:2: unknown key `selct`; the nearest is `select`"
    assert result.stderr == f"asyncpattern-lint: error: {message}\n"
    assert run("check", "--isolated").exit_code == 0


@pytest.mark.parametrize("arguments", [("-",), ("--stdin-filename", "b.py"), ()])
def test_standard_input_is_read_if_asked_for(
    session: type[FakeSession],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
) -> None:
    monkeypatch.chdir(tmp_path)
    CliRunner().invoke(main, ["check", *arguments], input=b"\xff\r\n")
    name = "b.py" if "b.py" in arguments else "-"
    expected = {str(tmp_path / name): b"\xff\r\n"} if arguments else {}
    assert session.settings.overlay == expected


def test_the_report_shows_the_text_of_standard_input(
    session: type[FakeSession], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text("old\n")
    finding = Finding("APL112", "n", "wrong", str(tmp_path / "a.py"), Span(1, 1, 1, 4))
    session.answer = Report((finding,), 1, 1, (), 0.1)
    result = CliRunner().invoke(main, ["check", "-", "--stdin-filename", "a.py"], input="new\n")
    assert result.exit_code == 1
    assert "1 | new\n" in result.stdout


def test_candidates_are_on_by_default(run: Run, session: type[FakeSession]) -> None:
    run("check")
    assert session.settings.candidates
    assert session.settings.paths == (session.settings.cwd,)


def test_the_output_file_is_written_whole(run: Run, found: Report, tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    target.write_text("old", encoding="utf-8")
    target.chmod(0o640)
    result = run("check", "--output-format", "json", "--output-file", "report.json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert json.loads(target.read_text(encoding="utf-8"))["version"] == 1
    assert target.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.py", "report.json"]


def test_a_failed_write_leaves_the_old_file(
    run: Run, found: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    target = tmp_path / "report"
    target.write_text("old", encoding="utf-8")
    monkeypatch.setattr(Path, "replace", fail)
    result = run("check", "--output-file", "report")
    assert result.exit_code == 2
    assert result.stderr.endswith(f"cannot write {target}: No space left on device\n")
    assert target.read_text(encoding="utf-8") == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.py", "report"]


def test_an_output_file_behind_a_link_keeps_the_link(
    run: Run, found: Report, tmp_path: Path
) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "real")
    run("check", "--output-file", "link")
    assert link.is_symlink()
    assert "APL112" in (tmp_path / "real").read_text(encoding="utf-8")


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="needs /dev/stdout")
def test_an_output_file_may_be_a_pipe() -> None:
    body = MANY.replace("50000", "1")
    run = _python(
        FAKE.format(body=body).replace('"concise"', '"concise", "--output-file", "/dev/stdout"')
    )
    assert (run.returncode, run.stderr) == (1, "")
    assert "APL112 m" in run.stdout


@pytest.mark.parametrize(
    ("environment", "terminal", "colours"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ({"TERM": "dumb"}, True, False),
    ],
)
def test_colours(
    environment: dict[str, str],
    terminal: bool,
    colours: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert output.wants_colour(terminal) is colours


def test_forced_colours_reach_a_pipe(
    run: Run, found: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[1;31mAPL112\x1b[0m" in run("check").stdout


def _python(code: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **options,
    )


@pytest.mark.parametrize("arguments", [["--version"], ["-h"], ["check", "--help"]])
def test_help_and_version_load_nothing_heavy(arguments: list[str]) -> None:
    run = _python(f"""
        import sys
        from asyncpattern_lint.cli import main
        main({arguments}, standalone_mode=False)
        heavy = {{"msgspec", "libcst", "asyncio", "concurrent.futures", "pathspec"}}
        print(sorted(heavy & set(sys.modules)), file=sys.stderr)
    """)
    assert run.stderr.strip() == "[]"
    assert run.stdout.startswith(("asyncpattern-lint 0.", "Usage: "))


FAKE = """
    import sys, types
    from asyncpattern_lint.findings import Finding, Report
    from asyncpattern_lint.source import Span
    class Session:
        def __init__(self, settings): pass
        def check(self, progress):
            {body}
    module = types.ModuleType("asyncpattern_lint.session")
    module.Session = Session
    sys.modules["asyncpattern_lint.session"] = module
    from asyncpattern_lint.cli import main
    main(["check", "--output-format", "concise"])
"""
MANY = (
    'return Report((Finding("APL112", "n", "m", "/a", Span(1, 1, 1, 2)),) * 50000, 1, 1, (), 0.1)'
)


@pytest.mark.skipif(sys.platform == "win32", reason="pipes break differently there")
def test_a_closed_pipe_is_no_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FAKE.format(body=MANY))],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    os.close(writer)
    assert (run.returncode, run.stderr) == (1, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_one_line() -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        run = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(FAKE.format(body=MANY))],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert run.returncode == 2
    assert run.stderr == (
        "asyncpattern-lint: error: cannot write the report: No space left on device\n"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ there")
def test_ctrl_c_ends_a_real_process_without_a_traceback() -> None:
    # Whoever runs the tests in the background lets them inherit an ignored SIGINT.
    body = (
        "import signal, time; signal.signal(signal.SIGINT, signal.default_int_handler); "
        'print("ready", flush=True); time.sleep(60)'
    )
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(FAKE.format(body=body))],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (130, "asyncpattern-lint: interrupted\n")


@pytest.mark.parametrize(
    ("select", "ignore", "enabled"),
    [
        ([], [], {"APL112", "APL113", "APL301"}),
        (["ALL"], [], set(CODES)),
        (["APL"], ["APL11"], {"APL205", "APL301"}),
        (["apl112, APL3"], [], {"APL112", "APL301"}),
        (["APL1"], ["APL112"], {"APL113"}),
        (["APL112"], ["APL1"], {"APL112"}),
        (["APL112"], ["APL112"], set()),
        ([], ["ALL"], set()),
        (["ALL"], ["ALL"], set()),
        ([], ["APL1"], {"APL301"}),
    ],
)
def test_the_longest_selector_decides(
    select: list[str], ignore: list[str], enabled: set[str]
) -> None:
    assert select_codes(select, ignore, CODES) == enabled


@pytest.mark.parametrize("selector", ["A", "APL9", "E1", "", "APL1122"])
def test_a_selector_without_a_code_is_an_error(selector: str) -> None:
    with pytest.raises(UsageError):
        select_codes([selector], [], CODES)


def test_paths_are_absolute_and_named_once(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    settings = resolve(Options(paths=("a", "./a", "a/../a")), CODES, tmp_path)
    assert settings.paths == (tmp_path / "a",)
    assert settings.output_format is OutputFormat.FULL
    assert settings.jobs >= 1


@pytest.mark.parametrize("options", [Options(jobs=0), Options(output_format="xml")])
def test_options_from_elsewhere_are_checked_too(options: Options, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        resolve(options, CODES, tmp_path)


def test_source_lines_are_those_of_python(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"\xef\xbb\xbfa = '\x0c\xe2\x80\xa8'\r\nb\rc")
    assert [read_line(str(path), line) for line in range(5)] == [
        "",
        "a = '\x0c\u2028'",
        "b",
        "c",
        "",
    ]
    latin = tmp_path / "b.py"
    latin.write_bytes(b"# coding: latin-1\n\xe9\n")
    assert read_line(str(latin), 2) == "é"
    broken = tmp_path / "c.py"
    broken.write_bytes(b"# coding: no-such\n\xe9\n")
    assert read_line(str(broken), 2) == "é"
    assert read_line(str(tmp_path / "missing.py"), 1) == ""


def test_the_progress_bar_waits_and_goes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    progress = Progress(sys.stderr)
    progress(1, 4)
    assert capsys.readouterr().err == ""
    now += PATIENCE
    progress(2, 4)
    progress(3, 4)
    progress.close()
    assert capsys.readouterr().err == f"\r[{'#' * 15}{'-' * 15}] 2/4 files\r\x1b[K"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "--nonsense"], "No such option '--nonsense'"),
        (["chekc"], "No such command 'chekc'"),
        (["check", "--jobs", "x"], "Invalid value for '--jobs'"),
    ],
)
def test_a_wrong_call_is_one_line(arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    [line] = result.stderr.splitlines()
    assert line.startswith("asyncpattern-lint: error: ")
    assert said in line
    assert "--help`" in line
