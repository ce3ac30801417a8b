"""A file of the cache that is read piece by piece."""

import os

from asyncpattern_lint.cache.place import Place


class Opened:
    """A file that stays open, so that it can be read although it is removed meanwhile.

    ``size`` is that of before it was read, in bytes.
    """

    def __init__(self, file: int) -> None:
        self._file = file
        self.size = os.fstat(file).st_size

    def __del__(self) -> None:
        os.close(self._file)

    @classmethod
    def open(cls, place: Place, name: str) -> "Opened | None":
        """Open a file of the cache, None where that cannot be done."""
        try:
            return cls(os.open(place.path(name), os.O_RDONLY | getattr(os, "O_BINARY", 0)))
        except OSError:
            return None

    def read(self, offset: int, length: int) -> bytes:
        """Return bytes of the file, fewer where there are no more."""
        try:
            return _pread(self._file, min(length, max(self.size - offset, 0)), offset)
        except OSError:
            return b""


if hasattr(os, "pread"):
    # Processes that were forked share the offset of a file.
    _pread = os.pread
else:

    def _pread(file: int, length: int, offset: int) -> bytes:
        os.lseek(file, offset, os.SEEK_SET)
        return os.read(file, length)
