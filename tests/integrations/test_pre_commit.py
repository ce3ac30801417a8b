"""The real pre-commit runs the hooks at real commits."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

pytest.importorskip("pre_commit")

ROOT = Path(__file__).parent.parent.parent
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
PROGRAM = "asyncpattern-lint"

GENERATOR = "async def rows():\n    yield 1\n"
MANAGER = "from contextlib import asynccontextmanager\n\n\n@asynccontextmanager\n" + GENERATOR
LOOP = """\
from store import rows


async def main():
    async for row in rows():
        print(row)
"""
OLD = "async def old():\n    return 1\n\n\nasync def use():\n    return old() + 1\n"


class Ran(NamedTuple):
    code: int
    output: str

    @property
    def found(self) -> list[tuple[str, str]]:
        return re.findall(r"^(\S+:\d+):\d+: (APL\d+) ", self.output, re.MULTILINE)


class Checkout:
    """A git repository in which pre-commit is installed; what it caches is its own."""

    def __init__(self, root: Path, configuration: dict[str, Any]) -> None:
        self.root = root
        root.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        (root / ".pre-commit-config.yaml").write_text(yaml.safe_dump(configuration))

    def git(self, *arguments: str) -> Ran:
        settings = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
        return self.run("git", *settings, *arguments)

    def run(self, *command: str) -> Ran:
        kept = {name: value for name, value in os.environ.items() if name[:4] != "GIT_"}
        process = subprocess.run(
            command,
            cwd=self.root,
            env={**kept, "PRE_COMMIT_HOME": str(self.root.parent / "cache"), "NO_COLOR": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=600,
            check=False,
        )
        assert "Traceback" not in process.stdout
        return Ran(process.returncode, process.stdout)

    def pre_commit(self, *arguments: str) -> Ran:
        return self.run(sys.executable, "-m", "pre_commit", *arguments)

    def write(self, files: dict[str, str | None]) -> None:
        for name, text in files.items():
            if text is None:
                (self.root / name).unlink()
            else:
                (self.root / name).write_text(text)

    def commit(self, files: dict[str, str | None]) -> Ran:
        """Commit a change, and take it back where that fails."""
        self.write(files)
        self.git("add", "--all")
        ran = self.git("commit", "--message=x")
        if ran.code:
            self.git("reset", "--hard", "--quiet")
        return ran


def local(*names: str) -> dict[str, Any]:
    """Return a configuration with these hooks, run by this Python and not installed."""
    hooks = []
    for hook in HOOKS:
        if hook["id"] in names:
            program, arguments = hook["entry"].split(" ", 1)
            assert program == PROGRAM
            entry = f"{sys.executable} -m asyncpattern_lint {arguments} --output-format=concise"
            hooks.append({**hook, "entry": entry, "language": "system"})
    return {"repos": [{"repo": "local", "hooks": hooks}]}


def made(root: Path, configuration: dict[str, Any]) -> Checkout:
    checkout = Checkout(root, configuration)
    checkout.write({"pyproject.toml": "", "store.py": GENERATOR, "main.py": LOOP, "old.py": OLD})
    checkout.git("add", "--all")
    checkout.git("commit", "--quiet", "--message=x")
    assert checkout.pre_commit("install").code == 0
    return checkout


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return made(tmp_path / "checkout", local("asyncpattern-lint"))


def test_the_hooks_are_those_that_the_readme_names() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `(asyncpattern-lint[\w-]*)` \|", text, re.MULTILINE)
    assert named == [hook["id"] for hook in HOOKS]


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"store.py": MANAGER}, [("main.py:5", "APL112")]),
        ({"store.py": "async def rows():\n    return 1\n"}, [("main.py:5", "APL113")]),
        ({"store.py": "async def lines():\n    yield 1\n"}, [("main.py:1", "APL301")]),
        ({"new.py": OLD}, [("new.py:6", "APL163")]),
    ],
)
def test_a_commit_that_breaks_something_is_refused(
    checkout: Checkout, files: dict[str, str | None], found: list[tuple[str, str]]
) -> None:
    ran = checkout.commit(files)
    assert (ran.code, ran.found) == (1, found)


def test_a_commit_that_only_removes_or_renames_a_module_is_refused(tmp_path: Path) -> None:
    checkout = made(tmp_path / "checkout", local("asyncpattern-lint"))
    package = tmp_path / "checkout" / "pkg"
    package.mkdir()
    caller = LOOP.replace("from store", "from pkg.store")
    files = {"pkg/__init__.py": "", "pkg/store.py": GENERATOR, "main.py": caller}
    assert checkout.commit({**files}).code == 0
    ran = checkout.commit({"pkg/store.py": None})
    assert (ran.code, ran.found) == (1, [("main.py:1", "APL302")])
    ran = checkout.commit({"pkg/store.py": None, "pkg/depot.py": GENERATOR})
    assert (ran.code, ran.found) == (1, [("main.py:1", "APL302")])


def test_a_clean_commit_passes_whatever_else_is_wrong(checkout: Checkout) -> None:
    ran = checkout.commit({"store.py": GENERATOR + "\n\nx = 1\n"})
    assert (ran.code, ran.found) == (0, [])
    assert checkout.commit({"notes.txt": "x"}).code == 0


def test_changes_that_are_not_staged_do_not_count(checkout: Checkout) -> None:
    checkout.write({"store.py": GENERATOR + "\n\nx = 1\n"})
    checkout.git("add", "--all")
    checkout.write({"store.py": MANAGER})
    ran = checkout.git("commit", "--message=x")
    assert (ran.code, ran.found) == (0, [])
    assert "Stashing unstaged files" in ran.output
    assert (checkout.root / "store.py").read_text() == MANAGER
    assert checkout.git("commit", "--all", "--message=x").found == [("main.py:5", "APL112")]


def test_all_files_are_reported_on_if_pre_commit_passes_all(checkout: Checkout) -> None:
    ran = checkout.pre_commit("run", "--all-files")
    assert (ran.code, ran.found) == (1, [("old.py:6", "APL163")])


def test_a_range_of_commits_is_compared_with_its_beginning(checkout: Checkout) -> None:
    checkout.write({"store.py": MANAGER})
    checkout.git("commit", "--all", "--no-verify", "--message=x")
    ran = checkout.pre_commit("run", "--from-ref=HEAD~1", "--to-ref=HEAD")
    assert (ran.code, ran.found) == (1, [("main.py:5", "APL112")])
    assert checkout.pre_commit("run").code == 0


def test_the_hook_for_everything_checks_everything(tmp_path: Path) -> None:
    checkout = made(tmp_path / "checkout", local("asyncpattern-lint-all"))
    ran = checkout.commit({"notes.txt": "x"})
    assert (ran.code, ran.found) == (1, [("old.py:6", "APL163")])
    assert checkout.commit({"old.py": None}).code == 0


def test_the_hook_that_fixes_leaves_the_fixed_files_to_be_looked_at(tmp_path: Path) -> None:
    checkout = made(tmp_path / "checkout", local("asyncpattern-lint-fix"))
    checkout.write({"new.py": MANAGER + "\n\n" + LOOP.partition("\n\n\n")[2]})
    checkout.git("add", "--all")
    ran = checkout.git("commit", "--message=x")
    assert ran.code == 1
    assert "files were modified by this hook" in ran.output
    assert "async with rows() as row:" in (checkout.root / "new.py").read_text()
    assert (checkout.root / "old.py").read_text() == OLD
    assert checkout.git("commit", "--all", "--message=x").code == 0


def test_pre_commit_installs_the_hooks_and_runs_them(tmp_path: Path) -> None:
    """From a repository with nothing but what is needed, into an environment of its own."""
    if not _index_answers(tmp_path):
        pytest.skip("needs a package index")
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, hooks)
    shutil.copytree(ROOT / "src", hooks / "src", ignore=shutil.ignore_patterns("__pycache__"))
    source = Checkout(tmp_path / "clone", {})
    source.run("git", "-C", str(hooks), "init", "--quiet")
    source.run("git", "-C", str(hooks), "add", "--all")
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
    source.run("git", "-C", str(hooks), *identity, "commit", "--quiet", "--message=x")
    revision = source.run("git", "-C", str(hooks), "rev-parse", "HEAD").output.strip()
    entry = {"id": "asyncpattern-lint", "args": ["--output-format=concise"]}
    repository = {"repo": str(hooks), "rev": revision, "hooks": [entry]}
    checkout = made(tmp_path / "checkout", {"repos": [repository]})
    ran = checkout.commit({"store.py": MANAGER})
    assert (ran.code, ran.found) == (1, [("main.py:5", "APL112")]), ran.output
    assert checkout.commit({"store.py": GENERATOR + "\n\nx = 1\n"}).code == 0


def _index_answers(scratch: Path) -> bool:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "hatchling"]
    process = subprocess.run(command, cwd=scratch, capture_output=True, timeout=120, check=False)
    return process.returncode == 0
