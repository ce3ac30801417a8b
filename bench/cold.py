"""What a cold run over a tree costs, beside the linter's peers, as a Markdown table.

``python bench/cold.py TREE [--runs 5] [--peers-venv DIR]``
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from measure import Sample, in_turn, memory_of_all
from tools import PEERS, MissingToolError, Tool, command, failed, find, ours

_MEGABYTE = 1_000_000

_HEADINGS = ("CPU, s", "wall, s", "largest process, MB", "all processes, MB")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table and the circumstances, and return the exit code."""
    parser = argparse.ArgumentParser(description="Measure cold runs beside the peers.")
    parser.add_argument("tree", type=Path, metavar="TREE")
    parser.add_argument("--runs", type=int, default=5, metavar="N")
    parser.add_argument("--peers-venv", type=Path, metavar="DIR", help="where the peers are")
    options = parser.parse_args(arguments)
    tree = options.tree.resolve()
    if not tree.is_dir():
        parser.error(f"no folder: {options.tree}")
    if options.runs < 1:
        parser.error("at least one run is needed")
    try:
        tools = [ours(), *(find(name, options.peers_venv) for name in PEERS)]
    except MissingToolError as error:
        parser.error(str(error))
    with tempfile.TemporaryDirectory() as scratch:
        commands = [command(tool, tree, Path(scratch)) for tool in tools]
        summary = _summary(tools[0], tree)  # brings the files into the system's cache, too
        samples = in_turn(commands, tree, options.runs)
        totals = [memory_of_all(line, tree) for line in commands]
    for tool, sample in zip(tools, samples, strict=True):
        if failed(tool, sample.code):
            print(f"note: {tool.name} ended with exit code {sample.code}", file=sys.stderr)
    print(*_table(tools, samples, totals), sep="\n")
    print(
        f"\n{summary['files']} files, {summary['candidates']} of them candidates;"
        f" medians of {options.runs} runs, all processes from one more run;"
        f" Python {platform.python_version()}, {os.cpu_count()} processors."
    )
    return 0


def _summary(tool: Tool, tree: Path) -> dict[str, int]:
    """Return the summary of a report: how many files, how many of them are candidates."""
    line = [tool.executable, "check", "--output-format=json", "--exit-zero", "."]
    outcome = subprocess.run(line, cwd=tree, stdout=subprocess.PIPE, check=True)
    summary: dict[str, int] = json.loads(outcome.stdout)["summary"]
    return summary


def _table(
    tools: Sequence[Tool], samples: Sequence[Sample], totals: Sequence[float | None]
) -> list[str]:
    """Return the lines of the table; behind each number, how many times ours it is."""
    rows = [
        (sample.cpu, sample.wall, sample.peak / _MEGABYTE, total and total / _MEGABYTE)
        for sample, total in zip(samples, totals, strict=True)
    ]
    columns = [f" {heading} | x ours |" for heading in _HEADINGS]
    lines = [f"| tool |{''.join(columns)}", "|---|" + "---:|---:|" * len(_HEADINGS)]
    for tool, row in zip(tools, rows, strict=True):
        cells = [_cells(number, first) for number, first in zip(row, rows[0], strict=True)]
        lines.append(f"| {tool.name} {tool.version} |{''.join(cells)}")
    return lines


def _cells(number: float | None, first: float | None) -> str:
    if not number or not first:
        return " - | - |"
    precision = 0 if number >= 100 else 1 if number >= 10 else 2
    return f" {number:.{precision}f} | {number / first:.2f} |"


if __name__ == "__main__":
    sys.exit(main())
