"""``changed`` reports what a change broke, in files that it left alone too, and nothing older."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from asyncpattern_lint import change
from asyncpattern_lint.cli import main

GENERATOR = "async def rows():\n    yield 1\n"
MANAGER = "from contextlib import asynccontextmanager\n\n\n@asynccontextmanager\n" + GENERATOR
LOOP = """\
from app.store import rows


async def main():
    async for row in rows():
        print(row)
"""
OLD = "async def old():\n    return 1\n\n\nasync def use():\n    return old() + 1\n"


class Repository:
    """A git repository with a commit."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str) -> str:
        settings = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
        return subprocess.run(
            ["git", *settings, *arguments],
            cwd=self.root,
            capture_output=True,
            encoding="utf-8",
            check=True,
        ).stdout

    def write(self, files: dict[str, str | None]) -> None:
        for name, text in files.items():
            path = self.root / name
            if text is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)

    def commit(self, files: dict[str, str | None]) -> None:
        self.write(files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message=x")


class Ran(NamedTuple):
    code: int
    found: list[str]
    error: str


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    for name in [name for name in os.environ if name.startswith(("GIT_", "PRE_COMMIT_"))]:
        monkeypatch.delenv(name)
    root = tmp_path / "repository"
    root.mkdir()
    monkeypatch.chdir(root)
    made = Repository(root)
    made.commit(
        {
            "pyproject.toml": "",
            "app/__init__.py": "",
            "app/store.py": GENERATOR,
            "app/main.py": LOOP,
        }
    )
    return made


def run(*arguments: str) -> Ran:
    result = CliRunner().invoke(main, ["changed", "--output-format=json", *arguments])
    if result.exit_code == 2:
        return Ran(2, [], result.stderr)
    findings = json.loads(result.stdout)["findings"]
    return Ran(
        result.exit_code,
        [f"{f['path']}:{f['line']} {f['code']}".replace(os.sep, "/") for f in findings],
        result.stderr,
    )


CALLER = "app/main.py:5 APL112"
HOW: dict[str, Callable[[Repository], object]] = {
    "unstaged": lambda _repository: None,
    "staged": lambda repository: repository.git("add", "--all"),
}


# --- what a change breaks ------------------------------------------------------------------


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"app/store.py": MANAGER}, [CALLER]),
        ({"app/store.py": "async def rows():\n    return [1]\n"}, ["app/main.py:5 APL113"]),
        ({"app/store.py": "def rows():\n    return [1]\n"}, ["app/main.py:5 APL114"]),
        ({"app/store.py": "async def lines():\n    yield 1\n"}, ["app/main.py:1 APL301"]),
        ({"app/store.py": None}, ["app/main.py:1 APL301"]),
        ({"app/store.py": None, "app/depot.py": GENERATOR}, ["app/main.py:1 APL301"]),
        ({"app/store.py": None, "app/store/__init__.py": MANAGER}, [CALLER]),
        ({"app/store.py": "from app.depot import rows\n", "app/depot.py": MANAGER}, [CALLER]),
        # Nothing breaks:
        ({"app/store.py": GENERATOR + "\n\nasync def more():\n    yield 2\n"}, []),
        ({"app/store.py": "import sys\n\n\n" + GENERATOR}, []),
        ({"app/store.py": None, "app/store/__init__.py": GENERATOR}, []),
        ({"app/store.py": MANAGER, "app/main.py": LOOP.replace("async for row in", "async with")
          .replace("():\n        print", "() as row:\n        print")}, []),
        ({"app/store.py": None, "app/main.py": "x = 1\n"}, []),
    ],
)  # fmt: skip
def test_a_change_of_a_definition_is_reported_at_its_unchanged_callers(
    repository: Repository, files: dict[str, str | None], found: list[str], how: str
) -> None:
    repository.write(files)
    HOW[how](repository)
    named = [name for name, text in files.items() if text is not None]
    assert [f.replace("APL302", "APL301") for f in run().found] == found
    ran = run(*named)
    assert [f.replace("APL302", "APL301") for f in ran.found] == found
    assert ran.code == bool(found)


def test_what_was_wrong_before_is_reported_in_changed_files_only(repository: Repository) -> None:
    repository.commit({"app/old.py": OLD, "app/older.py": OLD})
    repository.write({"app/store.py": MANAGER, "app/old.py": OLD + "\n\nx = 1\n"})
    assert run().found == [CALLER, "app/old.py:6 APL163"]


def test_a_finding_that_was_there_before_is_old_even_if_its_reason_moved(
    repository: Repository,
) -> None:
    repository.commit({"app/store.py": MANAGER})
    repository.write({"app/store.py": "import sys\n\n\ndef f(): ...\n\n\n" + MANAGER})
    assert run().found == []


def test_all_findings_in_named_files_are_reported(repository: Repository) -> None:
    repository.commit({"app/old.py": OLD})
    assert run().found == []
    assert run("app/old.py").found == ["app/old.py:6 APL163"]
    assert run("app").found == ["app/old.py:6 APL163"]


def test_files_that_changed_and_are_not_named_are_left_alone(repository: Repository) -> None:
    repository.write({"app/store.py": MANAGER, "app/main.py": LOOP + "\n"})
    assert run("app/store.py").found == []


def test_untracked_files_count_unless_they_are_ignored(repository: Repository) -> None:
    repository.commit({".gitignore": "made.py\n"})
    repository.write({"app/new.py": OLD, "app/made.py": OLD})
    assert run().found == ["app/new.py:6 APL163"]


def test_excluded_files_are_left_out(repository: Repository) -> None:
    repository.write({"build/new.py": OLD, "app/new.py": OLD})
    assert run().found == ["app/new.py:6 APL163"]
    assert run("build/new.py").found == ["build/new.py:6 APL163"]
    assert run("build/new.py", "--force-exclude").found == []


def test_the_rest_is_not_looked_at_where_nobody_can_see_the_change(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []
    monkeypatch.setattr(change, "load", lambda _project, files, *_rest: loaded.extend(files))
    repository.write({"app/store.py": "# moved\n\nasync def rows():\n    print()\n    yield 1\n"})
    run()
    assert loaded == []
    repository.write({"app/store.py": MANAGER})
    run()
    assert loaded != []


# --- what to compare with ----------------------------------------------------------------------


def test_the_revision_may_be_an_older_one(repository: Repository) -> None:
    repository.commit({"app/store.py": MANAGER})
    assert run().found == []
    assert run("--since", "HEAD~1").found == [CALLER]
    assert (
        run("--since", "HEAD~2").error == "asyncpattern-lint: error: there is no revision HEAD~2\n"
    )


@pytest.mark.parametrize("revision", ["nowhere", "--output=x", "", "HEAD:app/store.py", "a\nb"])
def test_a_bad_revision_is_one_line(repository: Repository, revision: str) -> None:
    ran = run(f"--since={revision}")
    if revision:
        assert ran.code == 2
        assert ran.error.startswith("asyncpattern-lint: error: there is no revision ")
    assert ran.error.count("\n") <= 1
    assert repository.git("status", "--porcelain") == ""


def test_a_folder_without_git_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    ran = run()
    assert ran.code == 2
    assert ran.error.startswith("asyncpattern-lint: error: not a git repository")
    assert ran.error.count("\n") == 1
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run().error.startswith("asyncpattern-lint: error: git cannot be run: ")


def test_before_the_first_commit_everything_is_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "fresh"
    root.mkdir()
    monkeypatch.chdir(root)
    fresh = Repository(root)
    assert run().code == 0
    fresh.write({"old.py": OLD})
    assert run().found == ["old.py:6 APL163"]
    fresh.git("add", "--all")
    assert run().found == ["old.py:6 APL163"]
    assert run("--since=main").code == 2


def test_a_push_is_compared_with_where_it_began(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.git("checkout", "--quiet", "-b", "topic")
    repository.commit({"app/store.py": MANAGER})
    repository.git("checkout", "--quiet", "main")
    repository.commit({"other.py": "x = 1\n"})
    repository.git("checkout", "--quiet", "topic")
    monkeypatch.setenv("PRE_COMMIT_FROM_REF", "main")
    monkeypatch.setenv("PRE_COMMIT_TO_REF", "HEAD")
    assert run().found == [CALLER]
    assert run("--since=HEAD").found == []


# --- where it runs -----------------------------------------------------------------------------


def test_it_sees_the_whole_project_from_a_folder_in_it(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.write({"app/store.py": MANAGER, "doc/a.txt": ""})
    monkeypatch.chdir(repository.root / "doc")
    assert run().found == ["../app/main.py:5 APL112"]
    monkeypatch.chdir(repository.root / "app")
    assert run("store.py").found == ["main.py:5 APL112"]


@pytest.mark.skipif(sys.platform == "win32", reason="a hook is a script for sh")
def test_it_works_in_a_hook_of_git(repository: Repository) -> None:
    hook = repository.root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    command = f"{sys.executable} -m asyncpattern_lint changed --output-format=concise"
    hook.write_text(f"#!/bin/sh\nexec {command} >report.txt 2>&1\n")
    hook.chmod(0o755)
    repository.write({"app/store.py": MANAGER, "app/other.py": "x = 1\n"})
    repository.git("add", "--all")
    for only in ([], ["app/store.py"]):
        with pytest.raises(subprocess.CalledProcessError):
            repository.git("commit", "--quiet", "--message=x", *only)
        assert "app/main.py:5:22: APL112" in (repository.root / "report.txt").read_text()
    linked = repository.root.parent / "linked"
    repository.git("worktree", "add", "--quiet", str(linked), "HEAD")
    (linked / "app" / "store.py").write_text(MANAGER)
    with pytest.raises(subprocess.CalledProcessError):
        repository.git("-C", str(linked), "commit", "--quiet", "--all", "--message=x")
    assert "app/main.py:5:22: APL112" in (linked / "report.txt").read_text()


@pytest.mark.skipif(sys.platform == "win32", reason="not a name there")
def test_names_may_be_strange(repository: Repository) -> None:
    strange = 'app/a\n"b" é.py'
    repository.commit({strange: OLD})
    assert run().found == []
    repository.write({strange: OLD + "\n"})
    (found,) = run().found
    assert found.endswith(":6 APL163")
    repository.write({strange: None})
    assert run().found == []


@pytest.mark.parametrize(
    ("key", "value"),
    [("diff.external", "false"), ("diff.noprefix", "true"), ("diff.renames", "copies"),
     ("core.quotepath", "true"), ("diff.relative", "true"), ("status.relativePaths", "true")],
)  # fmt: skip
def test_the_users_configuration_of_git_does_not_matter(
    repository: Repository, key: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.git("config", key, value)
    repository.git("mv", "app/store.py", "app/störe.py")
    monkeypatch.chdir(repository.root / "app")
    assert run().found == ["main.py:1 APL302"]


# --- what the other settings say ---------------------------------------------------------------


def test_the_options_of_check_apply(repository: Repository) -> None:
    repository.write({"app/store.py": MANAGER})
    assert run("--ignore=APL11").code == 0
    assert run("--select=APL13").code == 0
    assert run("--exit-zero") == Ran(0, [CALLER], "")
    repository.write({"pyproject.toml": '[tool.asyncpattern-lint]\nignore = ["APL112"]\n'})
    assert run().code == 0
    result = CliRunner().invoke(main, ["changed", "--isolated", "--output-format=github"])
    assert "::error" in result.stdout
    result = CliRunner().invoke(main, ["changed", "--isolated", "--statistics"])
    assert "1  APL112" in result.stdout
    assert "2 files checked" in result.stdout or "3 files checked" in result.stdout


def test_comments_and_the_baseline_apply(repository: Repository) -> None:
    repository.commit({"app/main.py": LOOP.replace("rows():", "rows():  # noqa: APL112")})
    repository.write({"app/store.py": MANAGER})
    assert run().found == []
    assert run("--ignore-noqa").found == [CALLER]
    CliRunner().invoke(main, ["check", "--ignore-noqa", "--write-baseline"])
    known = "--baseline=.asyncpattern-baseline.json"
    assert run("--ignore-noqa", known).found == []


def test_comments_that_suppress_nothing_are_reported_in_changed_files_only(
    repository: Repository,
) -> None:
    repository.commit({"app/main.py": LOOP.replace("rows():", "rows():  # apl: ignore[APL113]")})
    repository.write({"app/store.py": MANAGER})
    assert run("--extend-select=APL902").found == [CALLER]
    repository.write({"app/store.py": MANAGER + "    # apl: ignore[APL112]\n"})
    assert run("--extend-select=APL902").found == [CALLER, "app/store.py:7 APL902"]
