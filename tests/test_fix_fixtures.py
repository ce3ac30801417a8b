"""Fixes are proven as findings are: Python fails before and runs after, and nothing else changes."""

import ast
import inspect
import re
from collections import Counter
from pathlib import Path

import pytest
from fixing import (
    FIXTURES_FIX,
    check,
    copied,
    differing_lines,
    edited_lines,
    sources,
    without_marks,
)
from harness.execution import Execution, execute, execute_all
from harness.marks import fixtures, label, marks
from harness.proof import problems_of, prove

from asyncpattern_lint.findings import Applicability, Finding, Report
from asyncpattern_lint.rule import SECTIONS, Rule, rules

FIXTURES = sorted(path.parent for path in FIXTURES_FIX.glob("*/*/main.py"))
FIXABLE = [fixture for fixture in FIXTURES if fixture.parent.name != "none"]
UNFIXABLE = [fixture for fixture in FIXTURES if fixture.parent.name == "none"]


@pytest.fixture(scope="module")
def executions() -> dict[Path, Execution]:
    return execute_all(FIXTURES)


def is_unsafe(fixture: Path) -> bool:
    return fixture.parent.name == "unsafe"


@pytest.mark.parametrize("fixture", FIXTURES, ids=label)
def test_python_agrees_before(fixture: Path, executions: dict[Path, Execution]) -> None:
    prove(fixture, executions[fixture])


@pytest.mark.parametrize("fixture", FIXTURES, ids=label)
def test_the_linter_flags_exactly_the_marked_lines(fixture: Path, tmp_path: Path) -> None:
    root = copied(fixture, tmp_path)
    found = [
        (Path(f.path).relative_to(root).as_posix(), f.span.line, f.code)
        for f in check(root).findings
    ]
    claimed = [(m.path, m.line, m.code) for here in marks(fixture).values() for m in here]
    assert sorted(found) == sorted(claimed)


@pytest.mark.parametrize("fixture", FIXABLE, ids=label)
def test_python_runs_after(fixture: Path, tmp_path: Path) -> None:
    """And what never ran, in silence, runs now."""
    root = copied(fixture, tmp_path)
    before = check(root)
    report = check(root, fix=True, unsafe_fixes=is_unsafe(fixture))
    assert (report.findings, report.notices) == ((), ())
    assert report.fixed == len(before.findings)
    without_marks(root, report)
    execution = execute(root)
    assert list(problems_of(root, execution)) == []
    idle = {name for here in marks(fixture).values() for mark in here for name in mark.idle}
    assert idle <= {name for case in execution.cases for name in case.ran}


@pytest.mark.parametrize("fixture", FIXABLE, ids=label)
def test_fixing_twice_changes_nothing(fixture: Path, tmp_path: Path) -> None:
    root = copied(fixture, tmp_path)
    check(root, fix=True, unsafe_fixes=True)
    once = sources(root)
    report = check(root, fix=True, unsafe_fixes=True)
    assert (report.fixed, sources(root)) == (0, once)


@pytest.mark.parametrize("fixture", FIXABLE, ids=label)
def test_the_trees_differ_only_where_the_fixes_say(fixture: Path, tmp_path: Path) -> None:
    root = copied(fixture, tmp_path)
    promised = edited_lines(check(root).findings)
    before = sources(root)
    check(root, fix=True, unsafe_fixes=is_unsafe(fixture))
    for name, text in sources(root).items():
        lines = promised.get(str(root / name), set())
        # A moved import gets a line of its own; the trees of what is on the others are compared.
        added = [line for line in text.split(b"\n") if line.strip().startswith(b"from app.new")]
        if before[name].count(b"\n") == text.count(b"\n"):
            pairs = zip(before[name].split(b"\n"), text.split(b"\n"), strict=True)
            assert {n for n, (old, new) in enumerate(pairs, start=1) if old != new} <= lines
            assert set(differing_lines(ast.parse(before[name]), ast.parse(text))) <= lines
        else:
            assert added


@pytest.mark.parametrize("fixture", [f for f in FIXTURES if f.parent.name != "safe"], ids=label)
def test_what_is_not_safe_is_not_fixed_unasked(fixture: Path, tmp_path: Path) -> None:
    root = copied(fixture, tmp_path)
    before = sources(root)
    report = check(root, fix=True)
    assert (report.fixed, sources(root)) == (0, before)


@pytest.mark.parametrize("fixture", UNFIXABLE, ids=label)
def test_what_has_no_fix_is_left_alone(fixture: Path, tmp_path: Path) -> None:
    root = copied(fixture, tmp_path)
    before = sources(root)
    report = check(root, fix=True, unsafe_fixes=True)
    assert (report.fixed, sources(root)) == (0, before)
    assert report.findings


def _codes(*folders: str) -> set[str]:
    return {
        mark.code
        for fixture in FIXABLE
        if fixture.parent.name in folders
        for here in marks(fixture).values()
        for mark in here
    }


def test_the_readme_says_what_is_fixed_and_how_safely() -> None:
    """Whatever a fixture proves is in the table, and nothing else."""
    readme = (FIXTURES_FIX.parent.parent / "README.md").read_text(encoding="utf-8")
    (section,) = re.findall(r"^## Fixes\n(.*?)(?=^## )", readme, re.MULTILINE | re.DOTALL)
    rows = re.findall(r"^\| (APL\d+) \|.*\| (yes|no) \|$", section, re.MULTILINE)
    assert {code for code, _ in rows} == _codes("safe", "unsafe")
    assert {code for code, safe in rows if safe == "yes"} == _codes("safe")


def test_so_do_the_rules() -> None:
    said = {code: fix for rule in rules() for code, fix in rule.fixable.items()}
    assert set(said) == _codes("safe", "unsafe")
    assert {code for code, fix in said.items() if fix is Applicability.SAFE} == _codes("safe")


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: type(rule).__name__)
def test_rules_with_a_fix_say_how_safe_it_is(rule: Rule) -> None:
    text = inspect.getdoc(type(rule)) or ""
    assert ("\n## Fix safety\n" in text) is bool(rule.fixable)
    if rule.fixable:
        assert text.index("## Fix safety") > text.index(SECTIONS[-1])


# --- the fixtures of the linter itself -------------------------------------------------------

#: Topics that show each use and need no installed packages, which would take long.
TOPICS = {"flow", "results", "statements", "values"}

OTHERS = [f for f in fixtures() if f.parent.name in TOPICS and marks(f)]


@pytest.fixture(scope="module")
def mended(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, tuple[Path, Report, Report]]:
    """Fix a copy of each of the linter's fixtures; give it with the reports before and after."""
    done = {}
    for number, fixture in enumerate(OTHERS):
        root = copied(fixture, tmp_path_factory.mktemp(f"fixture{number}"))
        before = check(root)
        if any(is_safe(finding) for finding in before.findings):
            done[fixture] = (root, before, check(root, fix=True))
            roots = fixture / ".roots"
            if roots.exists():
                (root / ".roots").write_text(roots.read_text())
    return done


def is_safe(finding: Finding) -> bool:
    return finding.fix is not None and finding.fix.applicability is Applicability.SAFE


def test_no_mended_line_fails_as_it_did(
    mended: dict[Path, tuple[Path, Report, Report]],
) -> None:
    """What the code around it expects or asserts may fail then: the fixtures are about failures."""
    assert len(mended) > 40
    runs = execute_all([root for root, _, _ in mended.values()])
    before = execute_all(list(mended))
    for fixture, (root, first, second) in mended.items():
        gone = Counter((f.path, f.code) for f in first.findings)
        gone -= Counter((f.path, f.code) for f in second.findings)
        assert second.fixed == gone.total()
        here = {(m.path, m.line) for found in marks(fixture).values() for m in found}
        left = {(Path(f.path).relative_to(root).as_posix(), f.span.line) for f in second.findings}
        failed = {
            (e.path, e.line): e.message for case in before[fixture].cases for e in case.raised
        }
        for case in runs[root].cases:
            for entry in case.raised:
                place = (entry.path, entry.line)
                if place in here - left:
                    assert entry.message != failed.get(place), f"{label(fixture)}: {entry}"
