"""Every command of the README runs as a reader would run it, in a repository of a project."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from test_readme import COMMANDS, ROOT

#: What sets up an environment is run by `.ci/run`, what needs another shell by test_completion.
RUN = [command for command in COMMANDS if command.startswith(("asyncpattern-lint ", "flake8 "))]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Lay out the example as a project with ``src`` and ``tests``, committed to ``main``."""
    project = tmp_path / "project"
    shutil.copytree(ROOT / "examples" / "incident", project / "src")
    (project / "tests").mkdir()
    (project / "tests" / "test_app.py").write_text("def test_nothing() -> None: ...\n")
    (project / "src" / "app.py").write_text("import app\n")
    (project / ".asyncpattern-baseline.json").write_text('{"version": 1, "entries": []}\n')
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for arguments in (
        ["init", "--quiet", "--initial-branch=main"],
        ["add", "--all"],
        [*identity, "commit", "--quiet", "--message=first"],
    ):
        subprocess.run(["git", *arguments], cwd=project, check=True)
    return project


@pytest.mark.parametrize("command", RUN)
def test_the_command_runs(command: str, repository: Path) -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    ran = subprocess.run(
        ["bash", "-c", command],
        cwd=repository,
        env={**os.environ, "PATH": path, "NO_COLOR": "1"},
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        check=False,
        timeout=300,
    )
    assert ran.returncode in {0, 1}, ran.stderr
    assert "error:" not in ran.stderr
    assert "Traceback" not in ran.stderr


def test_there_is_something_to_run() -> None:
    assert len(RUN) >= 15
