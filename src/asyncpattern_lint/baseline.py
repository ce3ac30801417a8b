"""The findings that a project lives with, kept in a file beside it.

They are known by what they are about and not by their lines, so that edits elsewhere do not
disturb them.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any, NamedTuple

from asyncpattern_lint.config import UsageError
from asyncpattern_lint.files import replace_file

#: The version of the file; it changes when a field changes its name or meaning.
VERSION = 1


class Entry(NamedTuple):
    """What makes findings alike.

    ``path`` is relative to the folder of the baseline, with slashes; ``function`` is the dotted
    name of the function or class around the finding in its module, empty outside of any.
    """

    path: str
    code: str
    function: str
    subject: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """How many findings of each sort a project lives with."""

    counts: Counter[Entry] = field(default_factory=Counter)

    def updated(self, found: Iterable[Entry], looked_for: Callable[[Entry], bool]) -> "Baseline":
        """Return the baseline of what was found, with what nobody looked for as it was."""
        rest = {entry: count for entry, count in self.counts.items() if not looked_for(entry)}
        return Baseline(Counter(found) + Counter(rest))

    def stale(self, found: Iterable[Entry], looked_for: Callable[[Entry], bool]) -> int:
        """Return how many entries stand for more than was found of what was looked for."""
        surplus = self.counts - Counter(found)
        return sum(looked_for(entry) for entry in surplus)

    def text(self) -> str:
        """Return the baseline as its file holds it: an entry a line, in order."""
        import json

        entries = [
            json.dumps({**entry._asdict(), "count": count})
            for entry, count in sorted(self.counts.items())
        ]
        listed = ",\n".join(f"    {entry}" for entry in entries)
        inner = f"\n{listed}\n  " if entries else ""
        return f'{{\n  "version": {VERSION},\n  "entries": [{inner}]\n}}\n'


def relative(path: str, baseline: Path) -> str:
    """Return the path of a file as a baseline names it."""
    try:
        return PurePath(os.path.relpath(path, baseline.parent)).as_posix()
    except ValueError:
        # Another drive.
        return PurePath(path).as_posix()


def read_baseline(path: Path) -> Baseline:
    """Read a baseline. Raises ``UsageError`` for what is none."""
    import json

    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"cannot read the baseline {path}: {reason}") from error
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        raise UsageError(f"the baseline {path} is not JSON") from None
    version = document.get("version") if isinstance(document, dict) else None
    if type(version) is int and version > VERSION:
        raise UsageError(
            f"the baseline {path} is of version {version}, newer than this linter knows ({VERSION})"
        )
    counts: Counter[Entry] = Counter()
    try:
        for entry, count in _entries(document):
            counts[entry] += count
    except (KeyError, TypeError, ValueError):
        raise UsageError(
            f"the baseline {path} has not the shape of one: run --write-baseline after moving it away"
        ) from None
    return Baseline(counts)


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Write a baseline, unless the file holds the same. Raises ``UsageError``."""
    data = baseline.text().encode()
    try:
        if not path.exists() or path.read_bytes() != data:
            replace_file(path, data)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from error


def _entries(document: Any) -> Iterator[tuple[Entry, int]]:
    """Yield the entries of a document. Raises KeyError, TypeError or ValueError for a wrong one."""
    if document["version"] != VERSION or type(document["entries"]) is not list:
        raise ValueError
    for item in document["entries"]:
        entry = Entry(*(item[name] for name in Entry._fields))
        if not all(isinstance(part, str) for part in entry):
            raise TypeError
        if type(item["count"]) is not int or item["count"] < 1:
            raise ValueError
        yield entry, item["count"]
