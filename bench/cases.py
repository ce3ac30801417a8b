"""The fixtures as a stranger would get them: copied, and without the answers.

A fixture is a project of its own under ``tests/fixtures/TOPIC/NAME``; ``tests/harness/marks.py``
says what a line's mark ``# BUG: APL112`` means, and that the file ``.roots`` names the folders
that are on ``sys.path``.
"""

import io
import re
import shutil
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

FIXTURES = Path(__file__).parent.parent / "tests" / "fixtures"

#: A line: the path relative to its fixture, with slashes, and the number from 1.
Place = tuple[str, int]

_MARK = re.compile(r"\s*#\s*BUG:(?P<claims>.*)$")
_CODE = re.compile(r"APL\d{3}")
_BETWEEN = {tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT}
_DIRECTIVE = re.compile(r"#(!|\s*(-\*-|type:(?!\s*ignore)|noqa\b|asyncpattern-lint:))")


@dataclass(frozen=True, slots=True)
class Case:
    """A copied fixture.

    ``folder`` is the copy, ``roots`` are absolute and in the order of ``sys.path``, ``files``
    are the paths that count, relative to the folder. ``marks`` holds the codes of each marked
    line, ``lines`` the first and last number of each statement of several lines, or of its
    header.
    """

    label: str
    folder: Path
    roots: tuple[Path, ...]
    files: tuple[str, ...]
    marks: Mapping[Place, tuple[str, ...]]
    lines: Mapping[str, tuple[tuple[int, int], ...]]

    @property
    def topic(self) -> str:
        """The folder that the fixture lies in."""
        return self.label.partition("/")[0]

    def place(self, path: str, line: int) -> Place | None:
        """Return the line that a diagnostic speaks of; None in a file that does not count.

        Tools disagree about which line of a statement of several lines they name: on any of them
        they mean the marked one, if there is only one.
        """
        if path not in self.files:
            return None
        if (path, line) in self.marks:
            return path, line
        for first, last in self.lines.get(path, ()):
            if first <= line <= last:
                marked = [(path, n) for n in range(first, last + 1) if (path, n) in self.marks]
                return marked[0] if len(marked) == 1 else (path, line)
        return path, line

    def holds(self, message: str) -> bool:
        """Tell whether the module that a message quotes begins in this project."""
        quoted = re.search(r"[\"'`]([\w.]+)[\"'`]", message)
        name = quoted[1].partition(".")[0] if quoted else ""
        return not name or any(path.stem == name for path in self.folder.rglob("*"))


def copy_cases(scratch: Path, topics: tuple[str, ...] = ()) -> list[Case]:
    """Copy the fixtures into a folder and return them in order; no topics mean all."""
    return [
        _copy(main, scratch)
        for main in sorted(FIXTURES.glob("*/*"))
        if (not topics or main.parent.name in topics) and any(main.rglob("main.py"))
    ]


def _copy(fixture: Path, scratch: Path) -> Case:
    label = f"{fixture.parent.name}/{fixture.name}"
    folder = scratch / label
    shutil.copytree(fixture, folder, ignore=shutil.ignore_patterns("__pycache__", ".roots"))
    marks: dict[Place, tuple[str, ...]] = {}
    lines: dict[str, tuple[tuple[int, int], ...]] = {}
    for file in sorted(folder.rglob("*.py")):
        path = file.relative_to(folder).as_posix()
        text = file.read_text("utf-8")
        for number, line in enumerate(text.splitlines(), start=1):
            if match := _MARK.search(line):
                marks[path, number] = tuple(dict.fromkeys(_CODE.findall(match["claims"])))
        try:
            text, lines[path] = _without_comments(text), tuple(_statements(text))
        except (tokenize.TokenError, SyntaxError):
            text = "\n".join(_MARK.sub("", line) for line in text.split("\n"))
        file.write_text(text, encoding="utf-8")
    roots = _roots(fixture, folder)
    return Case(label, folder, roots, tuple(_files(folder, roots, marks)), marks, lines)


def _roots(fixture: Path, folder: Path) -> tuple[Path, ...]:
    declared = fixture / ".roots"
    if not declared.exists():
        return (folder,)
    return tuple((folder / line).resolve() for line in declared.read_text("utf-8").split())


def _files(
    folder: Path, roots: tuple[Path, ...], marks: Mapping[Place, tuple[str, ...]]
) -> Iterator[str]:
    """Yield what lies below a root, what is marked, and the file that is run.

    The rest is another program that happens to be there: nobody told the tools of its roots.
    """
    marked = {path for path, _ in marks}
    for file in sorted(folder.rglob("*.py")):
        path = file.relative_to(folder).as_posix()
        if path in marked or path == "main.py" or any(map(file.is_relative_to, roots)):
            yield path


def _without_comments(text: str) -> str:
    """Return a module without its comments, line for line.

    Type comments and this linter's suppressions stay, because they are part of the case; what
    silences another tool goes.
    """
    lines = text.splitlines(keepends=True)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and not _DIRECTIVE.match(token.string):
            row, column = token.start
            end = lines[row - 1][column + len(token.string) :]
            lines[row - 1] = lines[row - 1][:column].rstrip() + end
    return "".join(lines)


def _statements(text: str) -> Iterator[tuple[int, int]]:
    """Yield the first and last line of each statement, or header, of several lines."""
    first = None
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NEWLINE:
            if first is not None and first < token.start[0]:
                yield first, token.start[0]
            first = None
        elif first is None and token.type not in _BETWEEN:
            first = token.start[0]
