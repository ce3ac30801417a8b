"""A file of the cache of which a part is read at once, and the rest in blocks as they are needed.

The file has a header, the ``head``, the checksums of the blocks, and the ``body``, which these make.
What does not fit its checksum is not believed.
"""

import struct
import zlib

from asyncpattern_lint.cache.opened import Opened
from asyncpattern_lint.cache.place import Place

#: The checksum of all that comes before the body, and how long the head and the body are.
_HEADER = struct.Struct("<IQQ")

#: The bytes of a block, which are checked together: few are read of a large body.
_BLOCK = 1 << 16

_SUM = struct.Struct("<I")


class DamageError(ValueError):
    """A file of the cache does not hold what was written."""


class Blocks:
    """What such a file holds."""

    def __init__(self, file: Opened, head: bytes, sums: bytes, start: int, length: int) -> None:
        self.head = head
        self.length = length
        self._file = file
        self._sums = sums
        self._start = start
        self._known: dict[int, bytes] = {}

    @classmethod
    def open(cls, place: Place, name: str) -> "Blocks | None":
        """Open a file of the cache; None where it is not what such a file should be."""
        file = Opened.open(place, name)
        if file is None:
            return None
        header = file.read(0, _HEADER.size)
        if len(header) < _HEADER.size:
            return None
        checksum, head, length = _HEADER.unpack(header)
        sums = -(-length // _BLOCK) * _SUM.size
        start = _HEADER.size + head + sums
        if start + length != file.size:
            return None
        rest = file.read(_HEADER.size, head + sums)
        if zlib.crc32(rest, zlib.crc32(header[_SUM.size :])) != checksum:
            return None
        return cls(file, rest[:head], rest[head:], start, length)

    def body(self, start: int, end: int) -> memoryview:
        """Return bytes of the body. Raises ``DamageError`` where they are not what was written."""
        if start == end:
            return memoryview(b"")
        first, last = start // _BLOCK, (end - 1) // _BLOCK
        if first == last:
            return memoryview(self._block(first))[start - first * _BLOCK : end - first * _BLOCK]
        data = b"".join(map(self._block, range(first, last + 1)))
        return memoryview(data)[start - first * _BLOCK : end - first * _BLOCK]

    def _block(self, number: int) -> bytes:
        known = self._known.get(number)
        if known is None:
            offset = number * _BLOCK
            known = self._file.read(self._start + offset, min(_BLOCK, self.length - offset))
            if self._sums[_SUM.size * number :][: _SUM.size] != _SUM.pack(zlib.crc32(known)):
                raise DamageError("a block is not what was written")
            self._known[number] = known
        return known


def write_blocks(place: Place, name: str, head: bytes, body: memoryview) -> bool:
    """Put a file into place in one step; tell whether that could be done."""
    sums = b"".join(
        _SUM.pack(zlib.crc32(body[at : at + _BLOCK])) for at in range(0, len(body), _BLOCK)
    )
    header = _HEADER.pack(0, len(head), len(body))
    checksum = zlib.crc32(sums, zlib.crc32(head, zlib.crc32(header[_SUM.size :])))
    return place.write(name, _HEADER.pack(checksum, len(head), len(body)), head, sums, body)
