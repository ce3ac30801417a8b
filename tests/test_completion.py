"""Shells complete commands, options, formats and codes."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from asyncpattern_lint.config import OutputFormat
from asyncpattern_lint.rule import known_codes

PROGRAM = Path(sys.executable).with_name("asyncpattern-lint")
pytestmark = pytest.mark.skipif(not PROGRAM.exists(), reason="needs the installed command")


def answer(instruction: str, **variables: str) -> str:
    process = subprocess.run(
        [PROGRAM],
        env={**os.environ, "_ASYNCPATTERN_LINT_COMPLETE": instruction, **variables},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert process.stderr == ""
    return process.stdout


def completed(*words: str) -> list[str]:
    """Return what bash is offered for the last of the words."""
    line = " ".join(("asyncpattern-lint", *words))
    text = answer("bash_complete", COMP_WORDS=line, COMP_CWORD=str(len(words)))
    return [line.partition(",")[2] for line in text.splitlines()]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script(shell: str) -> None:
    if not shutil.which("bash"):
        pytest.skip("click asks bash for its version")
    script = answer(f"{shell}_source")
    assert "_ASYNCPATTERN_LINT_COMPLETE" in script
    if shutil.which(shell):
        check = [shell, "--no-execute"] if shell == "fish" else [shell, "-n"]
        subprocess.run(check, input=script, encoding="utf-8", check=True, timeout=60)


def test_commands_and_options() -> None:
    assert {"check", "rule"} <= set(completed(""))
    assert "--output-format" in completed("check", "--out")


def test_formats() -> None:
    assert completed("check", "--output-format", "j") == ["json", "jsonl", "junit"]
    assert set(completed("check", "--output-format", "")) == set(OutputFormat)


def test_codes() -> None:
    assert completed("rule", "apl30") == [code for code in known_codes() if "APL30" in code]
