"""Which top-level names belong to installed or declared third-party packages.

Paths are plain strings here, as in ``finder``.
"""

# ruff: noqa: PTH118, PTH120

import os
import re
import site
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from asyncpattern_lint.index.disk import Disk

#: A requirement's name (https://packaging.python.org/en/latest/specifications/name-normalization/).
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_QUOTED = re.compile(r"""["']([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\]\s*)?[<>=!~;@,]""")

#: Larger files hold no list of dependencies that anyone wrote.
_MAX_BYTES = 1_000_000


class Dependencies:
    """Answers whether a name may mean something that is not part of the project."""

    def __init__(self, project: str, disk: Disk | None = None) -> None:
        self.project = project
        self._disk = disk or Disk()
        self._declared: dict[str, frozenset[str]] = {}
        self._installed: frozenset[str] | None = None

    def may_be_installed(self, top: str, importer: str, *, loosely: bool) -> bool:
        """Tell whether a top-level name is declared as a dependency, or is installed.

        ``loosely`` takes a dependency whose name only begins like it: ``grpcio`` for ``grpc``.
        """
        name = _normalised(top)
        folder = os.path.dirname(importer)
        while True:
            declared = self._declared_in(folder)
            if name in declared or (loosely and any(d.startswith(name) for d in declared)):
                return True
            parent = os.path.dirname(folder)
            if folder == self.project or parent == folder:
                break
            folder = parent
        if self._installed is None:
            self._installed = frozenset(_installed(self.project, self._disk))
        return top in self._installed

    def _declared_in(self, folder: str) -> frozenset[str]:
        known = self._declared.get(folder)
        if known is None:
            known = self._declared[folder] = frozenset(
                map(_normalised, _declared(folder, self._disk))
            )
        return known


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "_", name).lower()


def _declared(folder: str, disk: Disk) -> Iterator[str]:
    for name in sorted(disk.names(folder)):
        path = os.path.join(folder, name)
        if name == "pyproject.toml":
            yield from _of_pyproject(text_of(path, disk))
        elif name in {"setup.py", "setup.cfg", "Pipfile"}:
            text = text_of(path, disk)
            yield from _QUOTED.findall(text)
            yield from _first_names(text)
        elif name.endswith(".txt") and "requirements" in name:
            yield from _first_names(text_of(path, disk))
        elif name == "requirements":
            yield from _of_folder(path, disk)


def _of_folder(folder: str, disk: Disk) -> Iterator[str]:
    """Yield the names in a folder of requirement files, one level of folders deep."""
    for name in sorted(disk.names(folder)):
        path = os.path.join(folder, name)
        for inner in sorted(disk.names(path)) or [""]:
            file = os.path.join(path, inner) if inner else path
            if file.endswith((".txt", ".in")):
                yield from _first_names(text_of(file, disk))


def text_of(path: str, disk: Disk) -> str:
    """Return the text of a file that describes a project, empty if it cannot be read."""
    return disk.text(path, _MAX_BYTES).decode("utf-8", "replace")


def _first_names(text: str) -> Iterator[str]:
    for line in text.splitlines():
        match = _NAME.match(line.strip())
        if match:
            yield match.group()


def _of_pyproject(text: str) -> Iterator[str]:
    import tomllib

    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return
    project = _table(data.get("project"))
    requirements = [*_strings(project.get("dependencies"))]
    for group in (project.get("optional-dependencies"), data.get("dependency-groups")):
        for entries in _table(group).values():
            requirements += _strings(entries)
    poetry = _table(_table(data.get("tool")).get("poetry"))
    yield from _table(poetry.get("dependencies"))
    yield from _table(poetry.get("dev-dependencies"))
    for group in _table(poetry.get("group")).values():
        yield from _table(_table(group).get("dependencies"))
    yield from _first_names("\n".join(requirements))


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _strings(value: Any) -> list[str]:
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []


def _installed(project: str, disk: Disk) -> Iterator[str]:
    for folder in _site_packages(project, disk):
        for name in sorted(disk.names(folder)):
            yield name.partition(".")[0]


def _site_packages(project: str, disk: Disk) -> Iterable[str]:
    yield from site.getsitepackages()
    yield from (path for path in sys.path if path.endswith("site-packages"))
    for environment in (".venv", "venv"):
        library = os.path.join(project, environment, "lib")
        for version in sorted(disk.names(library)):
            yield os.path.join(library, version, "site-packages")
