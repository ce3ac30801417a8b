"""Which bytes each file held when it was last read, and by what one sees that it still does.

What ``stat`` says is a first glance: it is believed where it stands since well before the file
was read. Else the file is read, and its digest decides.
"""

# ruff: noqa: PTH116, PTH123

import os
import stat
import time
from collections.abc import Sequence

import msgspec

from asyncpattern_lint.cache.digest import checksum, digest_of
from asyncpattern_lint.cache.place import Place

_NAME = "files"

#: A file that was written so shortly before it was looked at may be written again unseen.
_GRACE_NS = 2_000_000_000

#: What is known of files that a run did not meet is kept for so many files.
_MOST_OTHERS = 100_000

#: Of what is no file that can be read.
ABSENT = b""

#: The times of the last change of content and of status, the size, and the number of the file.
Stamp = tuple[int, int, int, int]


class _Known(msgspec.Struct, array_like=True, gc=False, frozen=True):
    stamp: Stamp
    digest: bytes


_LEDGER = msgspec.msgpack.Decoder(dict[str, _Known])


class Ledger:
    """Gives the digest of a file, and reads the file only where it has to."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._now = time.time_ns()
        self._known = _read(place)
        self._digests: dict[str, bytes] = {}
        self._changed = False

    def digest(self, path: str) -> bytes:
        """Return the digest of what a file holds, ``ABSENT`` where it is none that can be read."""
        known = self._digests.get(path)
        if known is None:
            known = self.glance(path)
            if known is None:
                known = self._read(path)
            self._digests[path] = known
        return known

    def glance(self, path: str) -> bytes | None:
        """Return the digest of a file as far as ``stat`` tells it."""
        known = self._known.get(path)
        return known.digest if known is not None and known.stamp == stamp_of(path) else None

    def note(self, path: str, stamp: Stamp | None, digest: bytes) -> None:
        """Take down what a file held; ``stamp`` is from before it was read."""
        self._digests[path] = digest
        if stamp is not None and self.is_settled(stamp):
            self._known[path] = _Known(stamp, digest)
            self._changed = True

    def is_settled(self, stamp: Sequence[int]) -> bool:
        """Tell whether the times that a stamp begins with are old enough to be believed."""
        return max(stamp[0], stamp[1]) < self._now - _GRACE_NS

    def digests(self) -> frozenset[bytes]:
        """Return the digests that the files are known to have."""
        return frozenset([known.digest for known in self._known.values()]).union(
            self._digests.values()
        )

    def save(self) -> None:
        """Keep what was taken down, besides what other processes kept meanwhile."""
        if not self._changed:
            return
        known = {**_read(self.place), **self._known}
        if len(known) > len(self._digests) + _MOST_OTHERS:
            known = {path: self._known[path] for path in self._digests if path in self._known}
        data = msgspec.msgpack.encode(known)
        self._changed = not self.place.write(_NAME, checksum(data), data)

    def _read(self, path: str) -> bytes:
        stamp = stamp_of(path)
        try:
            if stamp is None:
                return ABSENT
            with open(path, "rb") as file:
                digest = digest_of(file.read())
        except OSError:
            return ABSENT
        self.note(path, stamp, digest)
        return digest


def stamp_of(path: str) -> Stamp | None:
    """Return what changes when a regular file is written; None for what is none."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino


def _read(place: Place) -> dict[str, _Known]:
    data = place.read(_NAME) or b""
    try:
        return _LEDGER.decode(data[4:]) if checksum(data[4:]) == data[:4] else {}
    except (msgspec.DecodeError, RecursionError):
        return {}
