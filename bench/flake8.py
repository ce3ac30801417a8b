"""What the plugin for flake8 costs over a folder, against this linter's own command.

    python bench/flake8.py FOLDER [--jobs N] [--runs N]

flake8 runs its own checks in any case. So its time with the plugin is put against the sum of
two: flake8's without the plugin, and the command's. Of several runs the quickest counts.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tools import compile_packages, environment

FOUND = re.compile(r"^(\S+):(\d+):(\d+): (APL\d+) ", re.MULTILINE)


class Run(NamedTuple):
    """How long a command took, in seconds by the clock and of the processors, and its output."""

    clock: float
    processors: float
    output: str


def main() -> None:
    """Measure, and print the times and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    folder = args.folder.resolve()
    os.environ["ASYNCPATTERN_LINT_NO_CACHE"] = "1"
    compile_packages(Path(sys.executable))
    jobs = ["--jobs", str(args.jobs)]
    flake8 = ["-m", "flake8", "--isolated", *jobs, "."]
    plugin = ["--select=APL1,APL3,APL901", "--disable-noqa", "--apl-isolated"]
    check = ["-m", "asyncpattern_lint", "check", "--isolated", "--ignore-noqa", *jobs, "."]
    runs = {
        "flake8 with the plugin": best([*flake8, *plugin], folder, args.runs),
        "flake8 without it": best([*flake8, "--select=X"], folder, args.runs, hidden=True),
        "the command": best([*check, "--output-format=concise"], folder, args.runs),
    }
    for name, run in runs.items():
        print(f"{name:24} {run.clock:7.2f} s  {run.processors:7.2f} s of processors")
    together, alone, own = runs.values()
    for name, number in (("by the clock", 0), ("of processors", 1)):
        ratio = float(together[number]) / (float(alone[number]) + float(own[number]))
        print(f"ratio {name:18} {ratio:7.2f}")
    same = found(together.output) == found(own.output)
    print(f"{len(found(own.output))} findings, {'the same' if same else 'NOT THE SAME'} in both")


def best(command: Sequence[str], folder: Path, runs: int, *, hidden: bool = False) -> Run:
    """Return the quickest of several runs of a command of this Python in a folder."""
    return min(once(command, folder, hidden=hidden) for _ in range(runs))


def once(command: Sequence[str], folder: Path, *, hidden: bool) -> Run:
    """Run a command; where the plugin is hidden, under a name by which flake8 knows it no more."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        program = [sys.executable, *command]
        if hidden:
            program = [sys.executable, "-c", WITHOUT_PLUGIN, *command[2:]]
        before, start = os.times(), time.perf_counter()
        subprocess.run(program, cwd=folder, env=environment(), stdout=output, check=False)
        clock, after = time.perf_counter() - start, os.times()
        output.seek(0)
        spent = after.children_user + after.children_system
        return Run(clock, spent - before.children_user - before.children_system, output.read())


#: flake8 as it is where this linter is not installed.
WITHOUT_PLUGIN = """
from flake8.plugins import finder
from flake8.main.cli import main
found = finder._find_importlib_plugins
finder._find_importlib_plugins = lambda: (
    plugin for plugin in found() if plugin.package != "asyncpattern-lint"
)
raise SystemExit(main())
"""


def found(output: str) -> set[tuple[str, ...]]:
    """Return path, line, column and code of each finding."""
    return {(os.path.normpath(path), *rest) for path, *rest in FOUND.findall(output)}  # type: ignore[misc]


if __name__ == "__main__":
    main()
