"""One table: ours against its peers, cold, warm and after a change, on the same trees in one run.

``python bench/table.py [TREE...] [--sizes 1000,4000] [--runs 5] [--peers-venv DIR] [--plot FILE]``
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from generate import HUBS, found, generate, write
from measure import Sample, measure, medians
from plot import svg
from tools import (
    OURS,
    PEERS,
    SLOW_PEERS,
    MissingToolError,
    Tool,
    command,
    failed,
    find,
    keeps_cache,
    ours,
)

_MEGABYTE = 1_000_000

#: What a table may hold: without a cache; with one and nothing, a file, or a definition changed.
CASES = ("cold", "warm", "file", "definition")


#: What is measured, by the title of its table.
COSTS: dict[str, Callable[[Sample], float]] = {
    "CPU, s": lambda sample: sample.cpu,
    "wall, s": lambda sample: sample.wall,
    "largest process, MB": lambda sample: sample.peak / _MEGABYTE,
}


@dataclass(frozen=True, slots=True)
class Repo:
    """A copy of a tree that may be edited; ``hub`` is its file whose definition many use."""

    name: str
    folder: Path
    files: int
    hub: Path | None


@dataclass(frozen=True, slots=True)
class Row:
    """What a tool costs in a case on a tree."""

    repo: str
    files: int
    case: str
    tool: str
    sample: Sample


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the tables, draw the plot, and return the exit code."""
    options = _options(arguments)
    tools, absent = _tools(options.tools, options.peers_venv)
    for reason in absent:
        print(f"note: {reason}", file=sys.stderr)
    if not keeps_cache(tools[0]) and set(options.cases) != {"cold"}:
        print("note: this version of ours has no cache: only cold runs", file=sys.stderr)
        options.cases = ["cold"]
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as scratch:
        for repo in _repos(options, Path(scratch)):
            _check_bugs(tools[0], repo)
            for case in options.cases:
                if case == "definition" and repo.hub is None:
                    continue
                rows += _rows(repo, case, tools, options, Path(scratch))
            shutil.rmtree(repo.folder)
    print(*_tables(rows, tools), sep="\n")
    print(
        f"Medians of {options.runs} runs; Python {platform.python_version()},"
        f" {os.cpu_count()} processors. `cached` marks tools that keep a cache."
    )
    _grow(rows, options.plot)
    if options.json:
        told = [
            [r.repo, r.files, r.case, r.tool, r.sample.cpu, r.sample.wall, r.sample.peak]
            for r in rows
        ]
        options.json.write_text(json.dumps(told), encoding="utf-8")
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    def names(text: str) -> list[str]:
        return [name for name in text.split(",") if name]

    parser = argparse.ArgumentParser(description="Measure ours beside its peers.")
    parser.add_argument("trees", type=Path, nargs="*", metavar="TREE")
    parser.add_argument(
        "--sizes", type=names, default=[], metavar="N,N", help="generated repositories, in files"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="S")
    parser.add_argument("--runs", type=int, default=5, metavar="N")
    parser.add_argument("--cases", type=names, default=list(CASES), metavar="CASE,CASE")
    parser.add_argument("--tools", type=names, default=[*PEERS, *SLOW_PEERS], metavar="TOOL,TOOL")
    parser.add_argument("--peers-venv", type=Path, metavar="DIR", help="where the peers are")
    parser.add_argument(
        "--patience", type=float, default=600, metavar="S", help="seconds for a run of a peer"
    )
    parser.add_argument("--plot", type=Path, metavar="FILE", help="where the plot of growth goes")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    if options.runs < 1:
        parser.error("at least one run is needed")
    if not options.trees and not options.sizes:
        parser.error("a tree or --sizes is needed")
    return options


def _tools(names: Sequence[str], venv: Path | None) -> tuple[list[Tool], list[str]]:
    """Return ours and the peers that are there, and why others are not."""
    tools, absent = [ours()], []
    for name in names:
        try:
            tools.append(find(name, venv))
        except MissingToolError as error:
            absent.append(str(error))
    return tools, absent


def _repos(options: argparse.Namespace, scratch: Path) -> Iterator[Repo]:
    """Yield the trees, each a copy of its own, one after the other."""
    for tree in options.trees:
        folder = scratch / tree.resolve().name
        shutil.copytree(tree, folder, symlinks=True)
        yield Repo(folder.name, folder, sum(1 for _ in folder.rglob("*.py")), None)
    for size in map(int, options.sizes):
        folder = scratch / f"generated-{size}"
        made = generate(size, options.seed)
        write(made, folder)
        yield Repo(f"generated, {size:,}", folder, len(made.files), folder / "shop/hub.py")


def _check_bugs(tool: Tool, repo: Repo) -> None:
    """Require of ours that it finds the planted bugs of a generated repository, and no others."""
    if repo.hub is None:
        return
    line = [tool.executable, "check", "--output-format=json", "--exit-zero", "."]
    outcome = subprocess.run(line, cwd=repo.folder, stdout=subprocess.PIPE, check=True)
    expected = repo.folder.with_name(repo.folder.name + ".expected.json")
    wanted = sorted((path, at, code) for path, at, code in json.loads(expected.read_text("utf-8")))
    got = found(json.loads(outcome.stdout)["findings"])
    if got != wanted:
        raise SystemExit(f"{repo.name}: {set(got) ^ set(wanted)} are found wrongly or not at all")
    print(f"note: {repo.name}: {len(got)} of {len(wanted)} bugs found, no others", file=sys.stderr)


def _rows(
    repo: Repo, case: str, tools: Sequence[Tool], options: argparse.Namespace, scratch: Path
) -> Iterator[Row]:
    """Yield what each tool costs in a case; they run in turn, so that all meet the same."""
    lines: dict[Tool, list[str]] = {}
    for tool in tools:
        cache = scratch / "caches" / tool.name if case != "cold" else None
        lines[tool] = command(tool, repo.folder, scratch, cache)
    # pylint has no flag for the folder, and none of them may write into ours.
    os.environ["PYLINTHOME"] = str(scratch / "caches" / "pylint")
    edit = _edit(repo, case)
    samples: dict[str, list[Sample]] = {}
    for number in range(options.runs + 1):
        edit(number)
        for tool, line in list(lines.items()):
            name = tool.name
            patience = None if name == OURS else options.patience
            if sys.stderr.isatty():
                print(f"\r\x1b[K{repo.name}, {case}, {number}: {name}", end="", file=sys.stderr)
            try:
                sample = measure(line, repo.folder, patience)
            except subprocess.TimeoutExpired:
                del lines[tool]
                print(f"note: {name} gave up on {repo.name}, {case}", file=sys.stderr)
                continue
            if failed(tool, sample.code):
                problem = f"{name} ended with exit code {sample.code} on {repo.name}, {case}"
                if name == OURS:
                    raise SystemExit(problem)
                del lines[tool]
                print(f"note: {problem}", file=sys.stderr)
                continue
            if number:  # the first run fills the caches, the system's too
                samples.setdefault(name, []).append(sample)
    edit(0)
    shutil.rmtree(scratch / "caches", ignore_errors=True)
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr)
    for tool in lines:
        yield Row(repo.name, repo.files, case, tool.name, medians(samples[tool.name]))


def _edit(repo: Repo, case: str) -> Callable[[int], None]:
    """Return what changes a tree before each round of a case; round 0 has it as it was."""
    if case == "definition" and repo.hub is not None:
        hub = repo.hub
        return lambda number: _put(hub, HUBS[number % 2])
    if case == "file":
        path = max(repo.folder.rglob("*.py"), key=lambda path: (path.stat().st_size < 20_000, path))
        text = path.read_text("utf-8")
        return lambda number: _put(
            path, text + f"\n\ndef added():\n    return {number}\n" * (number > 0)
        )
    return lambda _: None


def _put(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _tables(rows: Sequence[Row], tools: Sequence[Tool]) -> Iterator[str]:
    """Yield the lines of the tables: one for each kind of cost, a column for each tool."""
    names = [tool.name for tool in tools]
    places = list(dict.fromkeys((row.repo, row.case) for row in rows))
    by_place = {(row.repo, row.case, row.tool): row.sample for row in rows}
    cached = {tool.name for tool in tools if keeps_cache(tool)}
    heads = [f"{t.name} {t.version}{' (cached)' * (t.name in cached)}" for t in tools]
    for title, cost in COSTS.items():
        yield f"| {title} | {' | '.join(heads)} |"
        yield "|---|" + "---:|" * len(names)
        for repo, case in places:
            own = cost(by_place[repo, case, OURS])
            cells = [
                _cell(cost(sample), own) if (sample := by_place.get((repo, case, name))) else "-"
                for name in names
            ]
            yield f"| {repo}: {case} | {' | '.join(cells)} |"
        yield ""


def _cell(cost: float, own: float) -> str:
    """Return a cost, and how many times ours it is."""
    precision = 0 if cost >= 100 else 1 if cost >= 10 else 2
    return f"{cost:.{precision}f} ({cost / own:.2f} x)"


def _grow(rows: Sequence[Row], plot: Path | None) -> None:
    """Print how cost grows from each generated size to the next, and draw it."""
    cold = [row for row in rows if row.case == "cold" and row.repo.startswith("generated")]
    series: dict[str, list[Row]] = {}
    for row in sorted(cold, key=lambda row: row.files):
        series.setdefault(row.tool, []).append(row)
    for before, after in zip(series.get(OURS, []), series.get(OURS, [])[1:], strict=False):
        print(
            f"Ours, {before.files:,} to {after.files:,} files: {after.files / before.files:.2f} times"
            f" the files, {after.sample.cpu / before.sample.cpu:.2f} times the CPU,"
            f" {after.sample.wall / before.sample.wall:.2f} times the wall time"
        )
    if plot is not None and cold:
        charts = {
            title: {
                tool: [(r.files, cost(r.sample)) for r in line] for tool, line in series.items()
            }
            for title, cost in COSTS.items()
        }
        plot.write_text(svg(charts), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
