"""What the linter and its peers find in the project's own fixtures, as Markdown tables.

``python bench/scoreboard.py [--peers-venv DIR] [--only TOPIC] [--tool NAME] [--json FILE]
[--misses TOOL] [--alarms TOOL]``
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cases import FIXTURES, Case, Place, copy_cases
from checkers import Answer, CheckerError, Diagnostic, Setting, check
from relevance import Weight, codes, weight
from tools import OURS, MissingToolError, find, ours

#: The tools, and how they are called here.
TOOLS = {
    OURS: OURS,
    "mypy": "mypy --strict",
    "pyright": "pyright",
    "ty": "ty",
    "pyrefly": "pyrefly",
    "pylint": "pylint",
}

_ROWS = {
    "APL11": "`async for`",
    "APL12": "`async with`",
    "APL13": "`await`",
    "APL14": "`for`, iterated",
    "APL15": "`with`",
    "APL16": "used as its result",
    "APL17": "never used",
    "APL18": "tested for truth",
    "APL20": "definitions",
    "APL30": "missing names and modules",
    "APL40": "frameworks and fakes",
    "APL50": "resources",
    "APL60": "call order",
}

#: A line of a fixture.
Line = tuple[str, Place]


@dataclass(slots=True)
class Score:
    """What a tool did: the marked lines that it found, its alarms, and all that it said.

    ``state`` is empty, or says why there is no result; ``failures`` names the fixtures that the
    tool failed on.
    """

    version: str = ""
    seconds: float = 0.0
    state: str = ""
    found: set[Line] = field(default_factory=set)
    alarms: dict[Line, Diagnostic] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    said: list[dict[str, Any]] = field(default_factory=list)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tools, print the tables and lists, and return the exit code."""
    options = _options(arguments)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder).resolve()
        cases = copy_cases(scratch / "fixtures", tuple(options.only))
        scores = {
            name: _score(name, cases, options.peers_venv, scratch / name)
            for name in options.tool or TOOLS
        }
    print(*_tables(cases, scores), sep="\n")
    for name in options.misses:
        print(f"\n## Missed by {TOOLS[name]}\n", *_misses(cases, scores[name]), sep="\n")
    for name in options.alarms:
        print(f"\n## Alarms of {TOOLS[name]}\n", *_alarms(scores[name]), sep="\n")
    if options.json:
        text = json.dumps(_raw(cases, scores), indent=1)
        options.json.write_text(text + "\n", encoding="utf-8")
    return int(any(score.failures or score.state == "failed" for score in scores.values()))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare the linter with its peers.")
    parser.add_argument("--peers-venv", type=Path, metavar="DIR", help="where the peers are")
    parser.add_argument(
        "--only", action="append", default=[], metavar="TOPIC", help="only this folder of fixtures"
    )
    parser.add_argument("--tool", action="append", default=[], choices=TOOLS, help="only this tool")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all results to a file")
    parser.add_argument(
        "--misses", action="append", default=[], choices=TOOLS, help="list the marks not found"
    )
    parser.add_argument(
        "--alarms", action="append", default=[], choices=TOOLS, help="list the alarms"
    )
    options = parser.parse_args(arguments)
    for topic in options.only:
        if not (FIXTURES / topic).is_dir():
            parser.error(f"no topic: {topic}")
    if options.tool:
        options.tool = list(dict.fromkeys([*options.tool, *options.misses, *options.alarms]))
    return options


def _score(name: str, cases: Sequence[Case], venv: Path | None, scratch: Path) -> Score:
    """Run one tool; what it cannot do is said on standard error and in the score."""
    try:
        tool = ours() if name == OURS else find(name, venv)
    except MissingToolError:
        return Score(state="not installed")
    python = venv.absolute() / "bin/python" if venv else Path(sys.executable)
    if sys.stderr.isatty():
        print(f"\r\x1b[K{TOOLS[name]} ...", end="", file=sys.stderr, flush=True)
    start = time.perf_counter()
    try:
        answers = check(tool, cases, Setting(python, scratch), codes(name))
    except CheckerError as error:
        print(f"note: {error}", file=sys.stderr)
        return Score(tool.version, state="failed")
    finally:
        if sys.stderr.isatty():
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    score = Score(tool.version, time.perf_counter() - start)
    for case, answer in zip(cases, answers, strict=True):
        _judge(name, case, answer, score)
    for label in score.failures:
        print(f"note: {TOOLS[name]} failed on {label}", file=sys.stderr)
    return score


def _judge(name: str, case: Case, answer: Answer, score: Score) -> None:
    """Add what a tool says of a case to its score."""
    if answer.failure:
        score.failures.append(case.label)
    for diagnostic in answer.diagnostics:
        place = case.place(diagnostic.path, diagnostic.line)
        counts = weight(name, diagnostic.code, diagnostic.message) if place else None
        if place and counts:
            if place in case.marks:
                score.found.add((case.label, place))
            elif counts is Weight.BOTH or (
                counts is Weight.MISSING and case.holds(diagnostic.message)
            ):
                score.alarms.setdefault((case.label, place), diagnostic)
        score.said.append(
            {
                "fixture": case.label,
                "path": diagnostic.path,
                "line": diagnostic.line,
                "code": diagnostic.code,
                "message": diagnostic.message,
                "counts": counts.value if counts else None,
                "marked": place in case.marks,
            }
        )


def _marked(cases: Iterable[Case]) -> dict[Line, tuple[str, ...]]:
    return {(case.label, place): found for case in cases for place, found in case.marks.items()}


def _tables(cases: Sequence[Case], scores: Mapping[str, Score]) -> Iterator[str]:
    marked = _marked(cases)
    clean = {case.label for case in cases if not case.marks}
    yield f"{len(cases)} fixtures, {len(marked)} marked lines; {len(clean)} fixtures have no mark."
    yield "\n| tool | found / marked | | alarms | clean fixtures with an alarm | seconds |"
    yield "|---|---:|---:|---:|---:|---:|"
    for name, score in scores.items():
        title = f"{TOOLS[name]} {score.version}".rstrip()
        if score.state:
            yield f"| {title} | {score.state} | | | | |"
            continue
        alarmed = len(clean & {label for label, _ in score.alarms})
        yield (
            f"| {title} | {len(score.found)} / {len(marked)} |"
            f" {_percent(len(score.found), len(marked))} | {len(score.alarms)} |"
            f" {alarmed} / {len(clean)} | {score.seconds:.0f} |"
        )
    ran = {name: score for name, score in scores.items() if not score.state}
    heading = "".join(f" {TOOLS[name]} |" for name in ran)
    yield f"\nFound, and alarms, by topic:\n\n| topic | marked |{heading}"
    yield "|---|---:|" + "---:|" * len(ran)
    for topic in sorted({case.topic for case in cases}):
        lines = {line for line in marked if line[0].startswith(f"{topic}/")}
        cells = [
            f" {len(score.found & lines)}, {sum(_of(topic, score.alarms))} |"
            for score in ran.values()
        ]
        yield f"| {topic} | {len(lines)} |{''.join(cells)}"
    yield f"\nFound by row of the codes:\n\n| row | marked |{heading}"
    yield "|---|---:|" + "---:|" * len(ran)
    for row in sorted({code[:5] for found in marked.values() for code in found}):
        lines = {line for line, found in marked.items() if any(c.startswith(row) for c in found)}
        cells = [
            f" {len(score.found & lines)} ({_percent(len(score.found & lines), len(lines))}) |"
            for score in ran.values()
        ]
        yield f"| {row}x {_ROWS.get(row, '')} | {len(lines)} |{''.join(cells)}"


def _of(topic: str, lines: Iterable[Line]) -> Iterator[bool]:
    return (label.startswith(f"{topic}/") for label, _ in lines)


def _percent(part: int, whole: int) -> str:
    return f"{100 * part // whole} %" if whole else "-"


def _misses(cases: Sequence[Case], score: Score) -> Iterator[str]:
    for line, found in _marked(cases).items():
        if line not in score.found:
            yield f"{_name(line)} {', '.join(found)}"


def _alarms(score: Score) -> Iterator[str]:
    for line, diagnostic in sorted(score.alarms.items()):
        yield f"{_name(line)} {diagnostic.code} {diagnostic.message.splitlines()[0]}"


def _name(line: Line) -> str:
    label, (path, number) = line
    return f"{label}/{path}:{number}"


def _raw(cases: Sequence[Case], scores: Mapping[str, Score]) -> dict[str, Any]:
    """Return everything that the tables are made of."""
    return {
        "marks": {_name(line): found for line, found in _marked(cases).items()},
        "tools": {
            name: {
                "version": score.version,
                "state": score.state or "ran",
                "seconds": round(score.seconds, 1),
                "found": sorted(map(_name, score.found)),
                "alarms": sorted(map(_name, score.alarms)),
                "failures": score.failures,
                "diagnostics": score.said,
            }
            for name, score in scores.items()
        },
    }


if __name__ == "__main__":
    sys.exit(main())
