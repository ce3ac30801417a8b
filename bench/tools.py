"""The linter and its peers: where their commands are, and how each checks a whole tree."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

OURS = "asyncpattern-lint"
PEERS = ("pyrefly", "ty", "ruff")
SLOW_PEERS = ("pyright", "mypy", "pylint")


class MissingToolError(Exception):
    """A command that is not installed; the message says which, and where it was looked for."""


@dataclass(frozen=True, slots=True)
class Tool:
    """An installed tool: its executable and the version that it states."""

    name: str
    executable: str
    version: str


def ours() -> Tool:
    """Return the linter that is installed with this interpreter, else the one on the PATH."""
    return find(OURS, Path(sys.executable).parent.parent)


def find(name: str, venv: Path | None) -> Tool:
    """Find a tool in a virtual environment, else on the PATH. Raises ``MissingToolError``.

    If Python runs it, all that it may import has its bytecode then.
    """
    folders = [str(venv / "bin")] if venv else []
    for path in (*folders, None):
        executable = shutil.which(name, path=path)
        if executable:
            executable = str(Path(executable).absolute())
            compile_packages(Path(executable).with_name("python"))
            answer = subprocess.run([executable, "--version"], capture_output=True, check=True)
            return Tool(name, executable, answer.stdout.decode().split()[1])
    raise MissingToolError(
        f"{name} is neither in {venv} nor on the PATH" if venv else f"no {name} on the PATH"
    )


@cache
def compile_packages(python: Path) -> None:
    """Compile what an interpreter may import, as an installer does; without it, do nothing.

    A working copy that is installed as editable, as ours may be, has no bytecode otherwise.
    """
    code = "for f in filter(None, sys.path): compileall.compile_dir(f, maxlevels=99, quiet=2)"
    line = [python, "-Wignore", "-c", f"import compileall, sys\n{code}"]
    if python.exists():
        subprocess.run(line, env=environment(), check=True)


def environment() -> dict[str, str]:
    """Return the variables that a tool runs with: these, but none that changes how Python works.

    ``PYTHONDONTWRITEBYTECODE``, above all, would have a tool compile itself in every run.
    """
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def keeps_cache(tool: Tool) -> bool:
    """Tell whether a tool, in the version that is installed, can keep a cache between runs."""
    if tool.name == OURS:
        line = [tool.executable, "check", "--help"]
        answer = subprocess.run(line, capture_output=True, check=True, text=True)
        return "--cache-dir" in answer.stdout
    return tool.name in {"ruff", "mypy", "pylint"}


def failed(tool: Tool, code: int) -> bool:
    """Tell whether an exit code says that a tool did not do its work, whatever it found."""
    return code < 0 or bool(code & 32) if tool.name == "pylint" else code not in (0, 1)


def command(tool: Tool, tree: Path, scratch: Path, cache: Path | None = None) -> list[str]:
    """Return the command with which a tool, run in the folder ``tree``, checks all files there.

    No tool reads a configuration of the tree, or keeps a cache, unless ``cache`` is a folder for
    it and it can; the type checkers look for installed packages in this interpreter's environment.
    ``scratch`` is a folder for the configurations that they want.
    """
    ty = scratch / "ty.toml"
    ty.touch()
    pyrefly = scratch / "pyrefly.toml"
    includes = [f"{tree}/**/*.py", f"{tree}/**/*.pyi"]
    pyrefly.write_text(
        f"project-includes = {includes!r}\nsearch-path = [{str(tree)!r}]\n", encoding="utf-8"
    )
    pyright = scratch / "pyright.json"
    relative = os.path.relpath(tree.resolve(), scratch.resolve())  # what is absolute is ignored
    pyright.write_text(
        json.dumps({"include": [relative], "executionEnvironments": [{"root": relative}]}),
        encoding="utf-8",
    )
    own = [] if not keeps_cache(tool) else [f"--cache-dir={cache}"] if cache else ["--no-cache"]
    arguments = {
        OURS: ["check", *own, "--isolated", "--output-format=concise", "."],
        "mypy": [
            f"--cache-dir={cache or os.devnull}",
            "--config-file=",
            f"--python-executable={sys.executable}",
            ".",
        ],
        "pyright": ["--pythonpath", sys.executable, "-p", str(pyright)],
        "pylint": ["--rcfile=", f"--persistent={'y' if cache else 'n'}", "--recursive=y", "."],
        "ruff": [
            "check",
            "--output-format=concise",
            *own,
            "--isolated",
            "--no-respect-gitignore",
            ".",
        ],
        "ty": [
            "check",
            "--output-format=concise",
            f"--config-file={ty}",
            f"--python={sys.prefix}",
            "--no-respect-ignore-files",
            ".",
        ],
        "pyrefly": [
            "check",
            "--output-format=min-text",
            f"--config={pyrefly}",
            f"--python-interpreter-path={sys.executable}",
            "--use-ignore-files=false",
        ],
    }
    return [tool.executable, *arguments[tool.name]]
