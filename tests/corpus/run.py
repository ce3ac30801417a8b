"""Run the linter over real packages and compare what it finds with the snapshot.

``python tests/corpus/run.py [--package NAME]... [--smallest N] [--update] [--only-candidates]``

Every package is checked twice, with candidates and with every file visited, and both must find
the same. Exit codes: 0 all as in the snapshot, 1 a difference, 2 the linter or the command line
failed, 3 a package cannot be downloaded.
"""

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packages import DamagedError, Package, UnavailableError, fetch, load_packages

SNAPSHOT = Path(__file__).with_name("snapshot.json")

#: Seconds that one run over one package may take; the longest takes a few minutes.
PATIENCE = 1200

SAME, DIFFERENT, FAILED, UNAVAILABLE = range(4)

_ROW = "{:<16}{:>7}{:>12}{:>10}{:>9}{:>16}"


class LinterError(Exception):
    """A run of the linter that gave no report; the message is what it said."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run: the JSON document, and wall time in seconds, start-up included."""

    document: dict[str, Any]
    seconds: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the packages that the command line selects, print a table, return the exit code."""
    options = _parser().parse_args(arguments)
    known = {package.name: package for package in load_packages()}
    unknown = set(options.package) - set(known)
    if unknown:
        print(f"error: not a package of the corpus: {', '.join(sorted(unknown))}", file=sys.stderr)
        return FAILED
    names = [name for name in known if not options.package or name in options.package]
    try:
        return _compare([known[name] for name in names[: options.smallest]], options)
    except UnavailableError as error:
        print(f"error: cannot download {error}", file=sys.stderr)
        return UNAVAILABLE
    except (DamagedError, LinterError) as error:
        print(f"error: {error}", file=sys.stderr)
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Run the linter over real packages.")
    parser.add_argument("--package", action="append", default=[], metavar="NAME")
    parser.add_argument("--smallest", type=int, metavar="N", help="the N smallest packages only")
    parser.add_argument("--update", action="store_true", help="rewrite the snapshot")
    parser.add_argument(
        "--only-candidates", action="store_true", help="leave out the run that visits every file"
    )
    return parser


def _compare(packages: list[Package], options: argparse.Namespace) -> int:
    snapshot: dict[str, Any] = json.loads(SNAPSHOT.read_text()) if SNAPSHOT.exists() else {}
    remarks: list[str] = []
    print(_ROW.format("package", "files", "candidates", "findings", "seconds", "all visited, s"))
    for package in packages:
        tree = fetch(package)
        run = lint(tree)
        entry = summarise(package, run.document)
        seconds = "-"
        if not options.only_candidates:
            full = lint(tree, "--no-candidates")
            seconds = f"{full.seconds:.1f}"
            remarks += _differences(
                package.name,
                "only with every file visited",
                lines(full.document),
                "only with candidates",
                lines(run.document),
            )
        if options.update:
            snapshot[package.name] = entry
        else:
            remarks += against(package.name, snapshot.get(package.name), entry)
        summary = run.document["summary"]
        counts = (summary["files"], summary["candidates"], summary["findings"])
        print(_ROW.format(package.name, *counts, f"{run.seconds:.1f}", seconds), flush=True)
    if options.update:
        kept = [package.name for package in load_packages() if package.name in snapshot]
        text = json.dumps({name: snapshot[name] for name in kept}, indent=2)
        SNAPSHOT.write_text(f"{text}\n", encoding="utf-8")
    print(*remarks, sep="\n", end="\n" if remarks else "")
    return DIFFERENT if remarks else SAME


def lint(tree: Path, *options: str) -> Run:
    """Check a tree. Raises ``LinterError`` if there is no report."""
    start = time.perf_counter()
    # -P: the tree must not offer its modules to the linter itself.
    command = [
        sys.executable,
        "-P",
        "-m",
        "asyncpattern_lint",
        "check",
        "--no-cache",
        "--output-format=json",
    ]
    try:
        outcome = subprocess.run(
            [*command, *options, "."],
            cwd=tree,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired:
        raise LinterError(f"{tree.name}: no report after {PATIENCE} s") from None
    seconds = time.perf_counter() - start
    if outcome.returncode not in (0, 1) or outcome.stderr:
        raise LinterError(f"{tree.name}: exit {outcome.returncode}: {outcome.stderr.strip()}")
    return Run(json.loads(outcome.stdout), seconds)


def lines(document: dict[str, Any]) -> list[str]:
    """Return everything that a report says of its findings, one line each, in its order."""
    return [f"{_place(item)} {json.dumps(item, sort_keys=True)}" for item in document["findings"]]


def summarise(package: Package, document: dict[str, Any]) -> dict[str, Any]:
    """Return what the snapshot keeps of a report."""
    findings = document["findings"]
    return {
        "version": package.version,
        "files": document["summary"]["files"],
        "counts": dict(sorted(Counter(finding["code"] for finding in findings).items())),
        "findings": [_place(finding) for finding in findings],
    }


def against(name: str, expected: dict[str, Any] | None, actual: dict[str, Any]) -> list[str]:
    """Return a remark for each difference between the snapshot and a run."""
    if expected is None:
        return [f"{name}: not in the snapshot"]
    remarks = [
        f"{name}: {key} {expected[key]} in the snapshot, now {actual[key]}"
        for key in ("version", "files", "counts")
        if expected[key] != actual[key]
    ]
    return remarks + _differences(name, "gone", expected["findings"], "new", actual["findings"])


def _differences(
    name: str, left_title: str, left: list[str], right_title: str, right: list[str]
) -> list[str]:
    gone, new = Counter(left) - Counter(right), Counter(right) - Counter(left)
    return [
        *(f"{name}: {left_title}: {line}" for line in gone.elements()),
        *(f"{name}: {right_title}: {line}" for line in new.elements()),
    ]


def _place(finding: dict[str, Any]) -> str:
    path = finding["path"].replace("\\", "/")
    return f"{path}:{finding['line']} {finding['code']}"


if __name__ == "__main__":
    sys.exit(main())
