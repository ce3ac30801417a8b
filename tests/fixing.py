"""Fixes tried in copies of fixtures, and what they changed."""

import ast
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from asyncpattern_lint.cli import main
from asyncpattern_lint.config import Options, resolve
from asyncpattern_lint.findings import Finding, Report
from asyncpattern_lint.rule import known_codes
from asyncpattern_lint.session import Session

#: A file with one finding that can be fixed safely, and the file without it.
WRONG = """\
async def rows():
    yield 1


async def main():
    for row in rows():
        print(row)
"""
RIGHT = WRONG.replace("    for", "    async for")

FIXTURES_FIX = Path(__file__).parent / "fixtures_fix"

_MARK = re.compile(r"\s*#\s*BUG:.*$")


def copied(fixture: Path, folder: Path) -> Path:
    copy = folder / fixture.name
    shutil.copytree(fixture, copy, ignore=shutil.ignore_patterns("__pycache__", ".roots"))
    return copy


def check(root: Path, **options: Any) -> Report:
    typed = Options(paths=(str(root),), jobs=1, **options)
    return Session(resolve(typed, known_codes(), root)).check()


def run(
    root: Path, monkeypatch: pytest.MonkeyPatch, *options: str, text: str | bytes = ""
) -> Result:
    """Run the command ``check`` in a folder, with a text on standard input."""
    monkeypatch.chdir(root)
    return CliRunner().invoke(main, ["check", *options], input=text, catch_exceptions=False)


def sources(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*.py"))
    }


def without_marks(root: Path, remaining: Report) -> None:
    """Remove the marks from the lines of a project that nothing is found on any more."""
    kept = {(finding.path, finding.span.line) for finding in remaining.findings}
    for path in root.rglob("*.py"):
        lines = path.read_text("utf-8").split("\n")
        for number, line in enumerate(lines, start=1):
            if (str(path), number) not in kept:
                lines[number - 1] = _MARK.sub("", line)
        path.write_text("\n".join(lines), "utf-8")


def edited_lines(findings: tuple[Finding, ...]) -> dict[str, set[int]]:
    """Return the lines that the fixes of findings say they change, by path."""
    lines: dict[str, set[int]] = {}
    for finding in findings:
        for edit in finding.fix.edits if finding.fix else ():
            here = lines.setdefault(finding.path, set())
            here.update(range(edit.span.line, edit.span.end_line + 1))
    return lines


def differing_lines(before: ast.AST, after: ast.AST) -> Iterator[int]:
    """Yield the lines, in the first tree, of the innermost nodes that two trees differ in."""
    yield from _differing(before, after, 0)


def _differing(before: ast.AST, after: ast.AST, line: int) -> Iterator[int]:
    # A clause of a comprehension has no place of its own.
    at = before.target if isinstance(before, ast.comprehension) else before
    line = getattr(at, "lineno", line)
    if type(before) is not type(after):
        yield line
        return
    for name in before._fields:
        one, other = getattr(before, name, None), getattr(after, name, None)
        if isinstance(one, list) and isinstance(other, list):
            if len(one) != len(other):
                yield from _lines_gone(one, other) if name == "decorator_list" else [line]
                continue
            for left, right in zip(one, other, strict=False):
                yield from _compared(left, right, line)
        else:
            yield from _compared(one, other, line)


def _lines_gone(decorators: list[ast.expr], left: list[ast.expr]) -> Iterator[int]:
    """Yield the lines of the decorators that are not left."""
    kept = [ast.dump(decorator) for decorator in left]
    yield from (d.lineno for d in decorators if ast.dump(d) not in kept)


def _compared(one: object, other: object, line: int) -> Iterator[int]:
    if isinstance(one, ast.AST) and isinstance(other, ast.AST):
        yield from _differing(one, other, line)
    elif one != other:
        yield line
