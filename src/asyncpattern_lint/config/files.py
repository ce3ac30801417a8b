"""Configuration files: which one governs a folder, and what it says."""

# ruff: noqa: PTH100, PTH118, PTH120

import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asyncpattern_lint.config.options import UsageError
from asyncpattern_lint.discovery import CONFIGURATIONS, project_root

if TYPE_CHECKING:
    from asyncpattern_lint.config.layers import Layer

#: What a file must hold to be worth parsing, and the table in a ``pyproject.toml``.
_NAME = "asyncpattern-lint"
_TABLE = ("tool", _NAME)

#: Larger files are no configuration.
MAX_BYTES = 1_000_000

_LINE = re.compile(r" \(at line (\d+), column \d+\)$")
_END = " (at end of document)"


class Files:
    """The configuration files below and above the folders of a run, each read once."""

    def __init__(self, cwd: str) -> None:
        self.cwd = cwd
        self._nearest: dict[str, Layer | None] = {}

    def nearest(self, folder: str, *, may_configure: bool = True) -> "Layer | None":
        """Return what governs an absolute folder: the nearest file that configures the linter.

        ``may_configure`` is False where the folder is known to hold no such file. Raises
        UsageError for a file that cannot be used.
        """
        asked = []
        parent = folder
        while parent not in self._nearest:
            asked.append(parent)
            layer = self._read(parent) if may_configure else None
            may_configure = True
            above = os.path.dirname(parent)
            if layer is not None or above == parent:
                self._nearest[parent] = layer
                break
            parent = above
        layer = self._nearest[parent]
        for known in asked:
            self._nearest[known] = layer
        return layer

    def read(self, typed: str) -> "Layer":
        """Return what a file says that the user named; relative paths start where they are."""
        path = os.path.abspath(os.path.join(self.cwd, typed))
        data = _bytes(path, typed)
        if data is None:
            raise UsageError(f"cannot read {typed}: no such file")
        layer = _parsed(data, path, typed, self.cwd)
        if layer is None:
            raise UsageError(f"{typed} has no table [tool.{_NAME}]")
        return layer

    def _read(self, folder: str) -> "Layer | None":
        for name in CONFIGURATIONS:
            path = os.path.join(folder, name)
            shown = self.shown(path)
            data = _bytes(path, shown)
            if data is not None:
                layer = _parsed(data, path, shown, folder)
                if layer is not None:
                    return layer
        return None

    def shown(self, path: str) -> str:
        """Return what messages call a file."""
        try:
            return os.path.relpath(path, self.cwd)
        except ValueError:
            return path


def _bytes(path: str, shown: str) -> bytes | None:
    """Read a file; None if there is none. Raises UsageError if it cannot be one to read."""
    try:
        status = os.stat(path)  # noqa: PTH116
    except (OSError, ValueError):
        return None
    if stat.S_ISDIR(status.st_mode):
        return None
    if not stat.S_ISREG(status.st_mode):
        raise UsageError(f"cannot read {shown}: it is no regular file")
    if status.st_size > MAX_BYTES:
        raise UsageError(f"cannot read {shown}: it is larger than {MAX_BYTES:,} bytes")
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {shown}: {error.strerror or error}") from error


def _parsed(data: bytes, path: str, shown: str, base: str) -> "Layer | None":
    """Return what a file says; None if it is a ``pyproject.toml`` that says nothing to us."""
    in_pyproject = os.path.basename(path) == CONFIGURATIONS[1]  # noqa: PTH119
    if in_pyproject and _NAME.encode() not in data:
        return None
    from asyncpattern_lint.config.layers import Layer, line_of
    from asyncpattern_lint.config.table import Problem, read

    text = _text(data, shown)
    document = _document(text, shown)
    table_path = _TABLE if in_pyproject else ()
    written: object = document
    for name in table_path:
        if not isinstance(written, dict) or name not in written:
            return None
        written = written[name]
    table = read(written)
    if isinstance(table, Problem):
        line = line_of(text, (*table_path, *table.path))
        raise UsageError(f"{shown}:{line}: {table.text}")
    requires = _requires_python(document if in_pyproject else _beside(path))
    project = str(project_root(Path(base)))
    return Layer(table, base, shown, text, table_path, project, requires)


def _text(data: bytes, shown: str) -> str:
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{shown}:{line}: it is not UTF-8") from None


def _document(text: str, shown: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except RecursionError:
        raise UsageError(f"{shown}: it is nested too deeply") from None
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        match = _LINE.search(message)
        line = int(match[1]) if match else text.count("\n") + 1
        reason = message[: match.start()] if match else message.removesuffix(_END)
        raise UsageError(f"{shown}:{line}: not valid TOML: {reason}") from None


def _beside(path: str) -> dict[str, Any]:
    """Return the ``pyproject.toml`` in the folder of a file; empty if it cannot be read."""
    shown = os.path.join(os.path.dirname(path), CONFIGURATIONS[1])
    try:
        data = _bytes(shown, shown)
        return _document(_text(data, shown), shown) if data else {}
    except UsageError:
        return {}


def _requires_python(document: dict[str, Any]) -> str:
    project = document.get("project")
    requires = project.get("requires-python") if isinstance(project, dict) else None
    return requires if isinstance(requires, str) else ""
