"""What it costs to start the linter, as a Markdown table.

``python bench/startup.py [--runs 20] [--peers-venv DIR]``
"""

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from measure import in_turn
from tools import MissingToolError, find, ours

_CLEAN = '''\
"""A module without a misuse."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Session:
    async def fetch(self, key: str) -> str:
        return key


@asynccontextmanager
async def open_session() -> AsyncIterator[Session]:
    yield Session()


async def keys(count: int) -> AsyncIterator[str]:
    for number in range(count):
        yield str(number)


async def main() -> None:
    async with open_session() as session:
        async for key in keys(3):
            print(await session.fetch(key))
'''


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table, and return the exit code."""
    parser = argparse.ArgumentParser(description="Measure the start-up time.")
    parser.add_argument("--runs", type=int, default=20, metavar="N")
    parser.add_argument("--peers-venv", type=Path, metavar="DIR", help="where ruff is")
    options = parser.parse_args(arguments)
    if options.runs < 1:
        parser.error("at least one run is needed")
    try:
        linter, ruff = ours(), find("ruff", options.peers_venv)
    except MissingToolError as error:
        parser.error(str(error))
    rows = {
        "python -c pass": [sys.executable, "-c", "pass"],
        f"{linter.name} --version": [linter.executable, "--version"],
        f"{linter.name} --help": [linter.executable, "--help"],
        f"{linter.name} check --no-cache clean.py": [
            linter.executable,
            "check",
            "--no-cache",
            "clean.py",
        ],
        "ruff --version": [ruff.executable, "--version"],
        "ruff check clean.py": [ruff.executable, "check", "--no-cache", "--isolated", "clean.py"],
    }
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        (tree / "clean.py").write_text(_CLEAN, encoding="utf-8")
        samples = in_turn(list(rows.values()), tree, options.runs)
        loads = "loads" if _loads_libcst(linter.executable, tree) else "does not load"
    print("| command | CPU, ms | wall, ms | peak memory, MB |", "|---|---:|---:|---:|", sep="\n")
    for name, sample in zip(rows, samples, strict=True):
        times = f"{sample.cpu * 1000:.0f} | {sample.wall * 1000:.0f}"
        print(f"| `{name}` | {times} | {sample.peak / 1_000_000:.0f} |")
        if sample.code:
            print(f"note: {name} ended with exit code {sample.code}", file=sys.stderr)
    print(f"\nMedians of {options.runs} runs. The run over one clean file {loads} LibCST.")
    return 0


def _loads_libcst(linter: str, tree: Path) -> bool:
    line = [sys.executable, "-X", "importtime", linter, "check", "clean.py"]
    outcome = subprocess.run(line, cwd=tree, capture_output=True, text=True, check=True)
    return re.search(r"\| +libcst\b", outcome.stderr) is not None


if __name__ == "__main__":
    sys.exit(main())
