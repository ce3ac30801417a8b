"""Which files and folders there are, now and before a change."""

# ruff: noqa: PTH112

import os
from collections.abc import Iterable, Mapping


class Disk:
    """The disk as it is."""

    def names(self, folder: str) -> frozenset[str]:
        """Return the names in a folder; empty if it cannot be read."""
        try:
            return frozenset(os.listdir(folder))  # noqa: PTH208  # names only, and quick
        except OSError:
            return frozenset()

    def is_folder(self, path: str) -> bool:
        """Tell whether a path is that of a folder."""
        return os.path.isdir(path)


class Past(Disk):
    """The disk before a change.

    ``before`` maps absolute paths to the texts that the files had, or None for files that did
    not exist. A folder that now holds nothing else did not exist either.
    """

    def __init__(self, before: Mapping[str, bytes | None]) -> None:
        self._hidden: dict[str, set[str]] = {}
        self._shown: dict[str, set[str]] = {}
        self._folders: set[str] = set()
        for path, text in before.items():
            folder, name = os.path.split(path)
            if text is None:
                self._hidden.setdefault(folder, set()).add(name)
            elif not os.path.lexists(path):
                self._show(folder, name)
        self._hide_new_folders(self._hidden)

    def names(self, folder: str) -> frozenset[str]:
        """Return the names that were in a folder."""
        now = super().names(folder)
        if folder in self._hidden or folder in self._shown:
            return (now - self._hidden.get(folder, set())) | self._shown.get(folder, set())
        return now

    def is_folder(self, path: str) -> bool:
        """Tell whether a path was that of a folder."""
        folder, name = os.path.split(path)
        if path in self._folders:
            return True
        return name not in self._hidden.get(folder, ()) and super().is_folder(path)

    def _show(self, folder: str, name: str) -> None:
        self._shown.setdefault(folder, set()).add(name)
        while not super().is_folder(folder):
            self._folders.add(folder)
            folder, name = os.path.split(folder)
            self._shown.setdefault(folder, set()).add(name)

    def _hide_new_folders(self, folders: Iterable[str]) -> None:
        waiting = sorted(folders, key=len)
        while waiting:
            folder = waiting.pop()
            above, name = os.path.split(folder)
            if above != folder and self.names(folder) <= {"__pycache__"}:
                self._hidden.setdefault(above, set()).add(name)
                waiting = sorted({*waiting, above}, key=len)
