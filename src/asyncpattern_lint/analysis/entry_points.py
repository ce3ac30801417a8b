"""Entry points and scripts in ``pyproject.toml`` and ``setup.cfg`` that name code."""

# ruff: noqa: PTH118

import os
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from asyncpattern_lint.analysis.strings import StringChecker, observed
from asyncpattern_lint.findings import Observation
from asyncpattern_lint.index.dependencies import text_of
from asyncpattern_lint.source import Span

#: https://packaging.python.org/en/latest/specifications/entry-points/#data-model
_REFERENCE = re.compile(r"([\w.]+)\s*:\s*([\w.]+)")


class EntryPoint(NamedTuple):
    """An entry point: the table that it stands in, its name, and what it refers to."""

    table: str
    name: str
    reference: str


def check_entry_points(strings: StringChecker, folder: str) -> Iterator[Observation]:
    """Yield the entry points of the project in a folder that name what does not exist."""
    for file, read in (("pyproject.toml", _of_pyproject), ("setup.cfg", _of_setup)):
        path = os.path.join(folder, file)
        text = text_of(path, strings.resolver.project.finder.disk)
        for entry in read(text):
            reference = _REFERENCE.match(entry.reference.strip())
            if reference is None:
                continue
            name = f"{reference[1]}:{reference[2]}"
            missing = strings.missing_entry(name, path)
            if missing is not None:
                yield observed(missing, name, entry.table, path, place_of(text, entry))


def _of_pyproject(text: str) -> Iterator[EntryPoint]:
    if "scripts" not in text and "entry-points" not in text and "plugins" not in text:
        return
    import tomllib

    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return
    project = _table(data.get("project"))
    poetry = _table(_table(data.get("tool")).get("poetry"))
    for table in ("scripts", "gui-scripts"):
        yield from _entries(f"project.{table}", project.get(table))
    for group, entries in _table(project.get("entry-points")).items():
        yield from _entries(f"project.entry-points.{group}", entries)
    yield from _entries("tool.poetry.scripts", poetry.get("scripts"))
    for group, entries in _table(poetry.get("plugins")).items():
        yield from _entries(f"tool.poetry.plugins.{group}", entries)


def _of_setup(text: str) -> Iterator[EntryPoint]:
    if "options.entry_points" not in text:
        return
    import configparser

    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(text)
        groups = dict(parser.items("options.entry_points"))
    except configparser.Error:
        return
    for group, lines in groups.items():
        for line in lines.splitlines():
            name, equals, reference = line.partition("=")
            if equals:
                yield EntryPoint(f"options.entry_points.{group}", name.strip(), reference.strip())


def _entries(table: str, entries: Any) -> Iterator[EntryPoint]:
    for name, entry in _table(entries).items():
        reference = entry
        if isinstance(entry, dict):
            reference = entry.get("reference", entry.get("callable"))
        if isinstance(reference, str):
            yield EntryPoint(table, name, reference)


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def place_of(text: str, entry: EntryPoint) -> Span:
    """Return where an entry point's reference stands, by its name and what it says."""
    reference = re.escape(entry.reference)
    for pattern in (rf"^.*{re.escape(entry.name)}.*?({reference})", rf"^.*?({reference})"):
        found = re.search(pattern, text, re.MULTILINE)
        if found is not None:
            line = text.count("\n", 0, found.start(1)) + 1
            start = found.start(1) - (text.rfind("\n", 0, found.start(1)) + 1) + 1
            return Span(line, start, line, start + len(found[1]))
    return Span(1, 1, 1, 2)
