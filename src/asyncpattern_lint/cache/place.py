"""The folder of the cache: made on demand, marked as what it is, and removed with nothing else.

Source: https://bford.info/cachedir/ (CACHEDIR.TAG). Paths are plain strings here, as in
``index.finder``.
"""

# ruff: noqa: PTH103, PTH112, PTH114, PTH118, PTH123

import contextlib
import os
import re
import time
from collections.abc import Iterable, Iterator

#: The folder's name where nobody gives it another.
NAME = ".asyncpattern_cache"

_TAG = "CACHEDIR.TAG"
_SIGNATURE = "Signature: 8a477f597d28d172789f06886806bc55"
_TEXTS = {
    _TAG: f"{_SIGNATURE}\n# Made by asyncpattern-lint; it may be removed at any time.\n",
    ".gitignore": "*\n",
}

#: What a version of the linter calls its folder in the cache, and what is in it.
_VERSION = re.compile(r"v-[0-9a-f]{32}")
_FILE = re.compile(
    r"(?:outlines-[0-9a-f]{32}|(?:facts|findings|traces)-[0-9a-f]{32}|files)(?:\.\w+\.tmp)?"
)

#: What another process has begun and not finished after so long, it never will.
_STALE_SECONDS = 3_600

#: So many versions of the linter share a folder; what the others kept goes.
_MOST_VERSIONS = 4


class Place:
    """A folder of the cache, for one version of the linter and of what it runs on.

    ``version`` is 32 hexadecimal digits. Nothing here raises ``OSError``: a cache that cannot be
    used is no cache.
    """

    def __init__(self, root: str, version: str) -> None:
        self.root = root
        self.folder = os.path.join(root, f"v-{version}")
        self._writable: bool | None = None

    def read(self, name: str) -> bytes | None:
        """Return what a file of the cache holds, None if it cannot be read."""
        try:
            with open(self.path(name), "rb") as file:
                return file.read()
        except OSError:
            return None

    def path(self, name: str) -> str:
        """Return the path of a file of the cache."""
        return os.path.join(self.folder, name)

    def names(self, prefix: str) -> list[str]:
        """Return the whole files of the cache whose names begin so, sorted."""
        try:
            found = os.listdir(self.folder)  # noqa: PTH208  # names only
        except OSError:
            return []
        return sorted(n for n in found if n.startswith(prefix) and not n.endswith(".tmp"))

    def oldest(self, prefix: str, most: int) -> list[str]:
        """Return the files whose names begin so, but for the youngest ones."""
        aged: list[tuple[float, str]] = []
        for name in self.names(prefix):
            with contextlib.suppress(OSError):
                aged.append((os.stat(self.path(name)).st_mtime, name))  # noqa: PTH116
        return [name for _, name in sorted(aged, reverse=True)[most:]]

    def write(self, name: str, *parts: bytes | memoryview) -> bool:
        """Put a file into place in one step; tell whether that could be done."""
        if not self._prepare():
            return False
        try:
            _put(self.path(name), parts)
        except OSError:
            return False
        return True

    def remove(self, name: str) -> None:
        """Remove a file, if that can be done."""
        with contextlib.suppress(OSError):
            os.unlink(self.path(name))  # noqa: PTH108

    def _prepare(self) -> bool:
        if self._writable is None:
            self._writable = self._make()
        return self._writable

    def _make(self) -> bool:
        if os.path.islink(self.root) or os.path.islink(self.folder):
            # It may lead anywhere.
            return False
        try:
            if os.path.isdir(self.root):
                if not is_cache(self.root) and not _is_unfinished(self.root):
                    # It is someone's own.
                    return False
            else:
                os.makedirs(self.root, exist_ok=True)
            for name, text in _TEXTS.items():
                path = os.path.join(self.root, name)
                if not os.path.exists(path):  # noqa: PTH110
                    _put(path, (text.encode(),))
            is_new = not os.path.isdir(self.folder)
            os.makedirs(self.folder, exist_ok=True)
        except OSError:
            return False
        if is_new:
            # What other versions of the linter kept, but for the youngest.
            for folder in _versions(self.root)[_MOST_VERSIONS:]:
                _remove_version(folder)
        self.tidy()
        return True

    def tidy(self) -> None:
        """Remove what processes left behind that were ended while they wrote."""
        long_ago = time.time() - _STALE_SECONDS
        for folder in (self.root, self.folder):
            with contextlib.suppress(OSError):
                for entry in os.scandir(folder):
                    if entry.name.endswith(".tmp") and entry.stat().st_mtime < long_ago:
                        os.unlink(entry.path)  # noqa: PTH108


def is_cache(root: str) -> bool:
    """Tell whether a folder is a cache of this linter, and no link to one."""
    if os.path.islink(root):
        return False
    try:
        with open(os.path.join(root, _TAG), "rb") as file:
            return file.read(1_000) == _TEXTS[_TAG].encode()
    except OSError:
        return False


def _is_unfinished(root: str) -> bool:
    """Tell whether a folder holds nothing but what a cache begins with."""
    names = os.listdir(root)  # noqa: PTH208
    return all(name in _TEXTS or name.endswith(".tmp") for name in names)


def _put(path: str, parts: Iterable[bytes | memoryview]) -> None:
    """Write a file beside its place, and then put it there. Raises ``OSError``."""
    temporary = f"{path}.{os.getpid():x}{os.urandom(4).hex()}.tmp"
    try:
        with open(temporary, "xb") as file:
            file.writelines(parts)
        os.replace(temporary, path)  # noqa: PTH105
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108
        raise


def clean(root: str) -> bool:
    """Remove a cache, and nothing that is not of it; tell whether there was one.

    Raises ``OSError`` for what cannot be removed.
    """
    if not is_cache(root):
        return False
    for folder in _versions(root):
        _remove_version(folder)
    for name in sorted(os.listdir(root)):  # noqa: PTH208
        if name in _TEXTS or name.endswith(".tmp"):
            os.unlink(os.path.join(root, name))  # noqa: PTH108
    os.rmdir(root)  # noqa: PTH106
    return True


def _versions(root: str) -> list[str]:
    """Return the folders of the versions in a cache, the youngest first."""
    found: list[tuple[float, str]] = []
    with contextlib.suppress(OSError):
        found += [
            (entry.stat().st_mtime, entry.path)
            for entry in os.scandir(root)
            if _VERSION.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False)
        ]
    return [path for _, path in sorted(found, reverse=True)]


def _remove_version(folder: str) -> None:
    for path in _files(folder):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)  # noqa: PTH108
    with contextlib.suppress(OSError):
        os.rmdir(folder)  # noqa: PTH106


def _files(folder: str) -> Iterator[str]:
    with contextlib.suppress(OSError):
        for entry in os.scandir(folder):
            if _FILE.fullmatch(entry.name) and not entry.is_dir(follow_symlinks=False):
                yield entry.path
