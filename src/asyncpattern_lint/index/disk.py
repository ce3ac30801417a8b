"""Which files and folders there are, now and before a change, and what of them a run asked for."""

# ruff: noqa: PTH112, PTH113, PTH116, PTH123

import os
import stat
from collections.abc import Iterable, Mapping


class Disk:
    """The disk as it is.

    What finds modules asks here, and nowhere else, what else there is than the text of modules.
    """

    def names(self, folder: str) -> frozenset[str]:
        """Return the names in a folder; empty if it cannot be read."""
        try:
            return frozenset(os.listdir(folder))  # noqa: PTH208  # names only, and quick
        except (OSError, ValueError):
            return frozenset()

    def is_folder(self, path: str) -> bool:
        """Tell whether a path is that of a folder."""
        return os.path.isdir(path)

    def is_file(self, path: str) -> bool:
        """Tell whether a path is that of a regular file."""
        return os.path.isfile(path)

    def kind(self, path: str) -> str:
        """Return what a path leads to."""
        return kind_of(path)

    def text(self, path: str, most: int) -> bytes:
        """Return the first bytes of a regular file; none where it cannot be read."""
        try:
            # Before opening: a pipe would block.
            if not stat.S_ISREG(os.stat(path).st_mode):
                return b""
            with open(path, "rb") as file:
                return file.read(most)
        except (OSError, ValueError):
            return b""


class Witness(Disk):
    """The disk as it is; it remembers what was asked, so that one can tell whether that stands."""

    def __init__(self) -> None:
        self.folders: dict[str, tuple[FolderStamp | None, frozenset[str]]] = {}
        self.kinds: dict[str, str] = {}
        self.texts: set[str] = set()

    def names(self, folder: str) -> frozenset[str]:
        """Return the names in a folder; empty if it cannot be read."""
        known = self.folders.get(folder)
        if known is None:
            # The stamp first: what is newer than it is seen the next time.
            known = self.folders[folder] = folder_stamp(folder), super().names(folder)
        return known[1]

    def is_folder(self, path: str) -> bool:
        """Tell whether a path is that of a folder."""
        return self.kind(path) == FOLDER

    def is_file(self, path: str) -> bool:
        """Tell whether a path is that of a regular file."""
        return self.kind(path) == FILE

    def text(self, path: str, most: int) -> bytes:
        """Return the first bytes of a regular file; none where it cannot be read."""
        self.texts.add(path)
        return super().text(path, most)

    def kind(self, path: str) -> str:
        """Return what a path leads to."""
        known = self.kinds.get(path)
        if known is None:
            known = self.kinds[path] = kind_of(path)
        return known


#: The times of the last change of content and of status, and the number of a folder.
FolderStamp = tuple[int, int, int]


def folder_stamp(folder: str) -> FolderStamp | None:
    """Return what changes when a name comes into a folder or goes; None for what is no folder."""
    try:
        found = os.stat(folder)
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_ctime_ns, found.st_ino


#: The kinds of what a path leads to.
FOLDER, FILE, OTHER, NOTHING = "folder", "file", "other", ""


def kind_of(path: str) -> str:
    """Return what a path leads to."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return NOTHING
    if stat.S_ISDIR(mode):
        return FOLDER
    return FILE if stat.S_ISREG(mode) else OTHER


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
