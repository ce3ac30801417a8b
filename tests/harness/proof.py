"""The proof: a fixture's marks are what Python does, no more and no less."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from harness.execution import Case, Execution, Raised, execute
from harness.marks import Mark, label, marks

_IMPORT_CODES = frozenset({"APL301", "APL302", "APL303"})
_SILENT_ROWS = ("APL17", "APL18")
_NOT_EXPORTED = re.compile(r"cannot import name '(\w+)'")

Place = tuple[str, int]


def prove(fixture: Path, execution: Execution | None = None) -> None:
    """Raise ``AssertionError`` naming fixture, file and line where a mark is not what Python does.

    Without an execution the fixture is run first.
    """
    problems = list(problems_of(fixture, execution or execute(fixture)))
    assert not problems, "\n".join(f"{label(fixture)}: {problem}" for problem in problems)


def problems_of(fixture: Path, execution: Execution) -> Iterator[str]:
    """Yield every disagreement between a fixture's marks and its execution."""
    if execution.failure or not execution.cases:
        yield execution.failure or "main.py has no case function"
        return
    claimed = marks(fixture)
    lines = {place: _statement(fixture, place) for place in claimed}
    broken = {name for here in claimed.values() for mark in here for name in mark.broken}
    for case in execution.cases:
        if case.name not in broken:
            yield from _unclaimed(case, claimed, lines)
    for place, here in claimed.items():
        for mark in here:
            if mark.code != "APL304" and (problem := _unproven(mark, execution, lines[place])):
                yield f"{mark.path}:{mark.line}: {mark.code}: {problem}"
                source = (fixture / mark.path).read_text("utf-8").splitlines()
                yield f"    {source[mark.line - 1].strip()}"
    yield from _exports(fixture, execution, claimed)


def _unclaimed(
    case: Case, claimed: dict[Place, list[Mark]], lines: dict[Place, range]
) -> Iterator[str]:
    passed = {
        place for place in claimed if any(_covers(place, lines[place], at) for at in case.ended)
    }
    if case.error is not None and not passed:
        yield f"{case.name}: fails at no marked line:\n{case.error}"
    touched = any(_covers(place, lines[place], at) for place in claimed for at in case.lines)
    if not touched:
        for text in case.warnings:
            if "never awaited" in text:
                yield f"{case.name}: has no marked line, but {text}"


def _unproven(mark: Mark, execution: Execution, lines: range) -> str:
    place = (mark.path, mark.line)
    if mark.broken:
        return _sound(mark, execution)
    reached = [
        case for case in execution.cases if any(_covers(place, lines, at) for at in case.lines)
    ]
    if not reached:
        return "no case function executes this line"
    if mark.idle:
        return _ran(mark, reached)
    if mark.shown:
        return _unshown(mark, reached, Path(execution.fixture))
    if mark.code.startswith(_SILENT_ROWS):
        return "a silent bug must say which body does not run: (never runs: name)"
    raised = [
        entry
        for case in reached
        for entry in case.raised
        if _covers(place, lines, (entry.path, entry.line))
    ]
    if not raised:
        return "Python raises nothing at this line"
    if not any(_tells(mark, entry, execution) for entry in raised):
        return (
            f"Python raises something else: {[(entry.types[0], entry.message) for entry in raised]}"
        )
    return ""


def _sound(mark: Mark, execution: Execution) -> str:
    """Say which of the cases that a mark breaks do not fail."""
    failing = {case.name for case in execution.cases if case.error is not None}
    fine = [name for name in mark.broken if name not in failing]
    return f"nothing fails in {', '.join(fine)}" if fine else ""


def _unshown(mark: Mark, reached: list[Case], fixture: Path) -> str:
    """Say why a case function does not show what the bug at a mark leads to."""
    case = next((case for case in reached if case.name == mark.shown), None)
    if case is None:
        return f"{mark.shown} does not execute this line"
    if case.error is not None:
        return f"{mark.shown} fails:\n{case.error}"
    asserts = any(
        isinstance(inner, ast.Assert)
        for path in fixture.rglob("main.py")
        for node in ast.parse(path.read_bytes()).body
        if getattr(node, "name", "") == mark.shown
        for inner in ast.walk(node)
    )
    return "" if asserts else f"{mark.shown} asserts nothing"


def _ran(mark: Mark, reached: list[Case]) -> str:
    for case in reached:
        if ran := case.ran.intersection(mark.idle):
            return f"{', '.join(sorted(ran))} does run in {case.name}"
    return ""


def _tells(mark: Mark, entry: Raised, execution: Execution) -> bool:
    """Tell whether an exception at a mark's line is the one that its code promises."""
    if mark.code == "APL305":
        return entry.innermost and "AttributeError" in entry.types
    if mark.code not in _IMPORT_CODES:
        return "ImportError" not in entry.types
    if not entry.innermost or "ImportError" not in entry.types:
        return False
    if mark.code == "APL302":
        return "ModuleNotFoundError" in entry.types
    name = _NOT_EXPORTED.search(entry.message)
    if name is None:
        return mark.code == "APL303"
    source = Path(execution.fixture, mark.path).read_text("utf-8").splitlines()[mark.line - 1]
    return re.search(rf"\b{name[1]}\b", source) is not None


def _exports(
    fixture: Path, execution: Execution, claimed: dict[Place, list[Mark]]
) -> Iterator[str]:
    """Compare the marks APL304 with the names that star imports fail on."""
    for path in sorted({path for path, _ in claimed} | execution.unbound.keys()):
        failing = execution.unbound.get(path, ())
        source = (fixture / path).read_text("utf-8").splitlines()
        places = {
            line: sum(mark.code == "APL304" for mark in here)
            for (file, line), here in claimed.items()
            if file == path
        }
        for line, count in places.items():
            named = [name for name in failing if re.search(rf"['\"]{name}['\"]", source[line - 1])]
            if count != len(named):
                yield f"{path}:{line}: APL304: marked {count} times, star imports fail on {named}"
        if sum(places.values()) != len(failing):
            yield f"{path}: star imports fail on {list(failing)}, marked are {sum(places.values())}"


def _covers(place: Place, lines: range, at: Place) -> bool:
    return at == place or (at[0] == place[0] and at[1] in lines)


def _statement(fixture: Path, place: Place) -> range:
    """Return the lines of the innermost statement at a place, of a compound one its header.

    Python names the first line of a statement in some tracebacks and that of the expression in
    others, which differs between versions.
    """
    path, line = place
    best = range(line, line + 1)
    size = None
    for node in ast.walk(ast.parse((fixture / path).read_bytes())):
        if not isinstance(node, ast.stmt):
            continue
        last = node.end_lineno or node.lineno
        if not node.lineno <= line <= last:
            continue
        body = getattr(node, "body", None)
        end = max(node.lineno, body[0].lineno - 1) if body else last
        if line <= end and (size is None or last - node.lineno <= size):
            best, size = range(node.lineno, end + 1), last - node.lineno
    return best
