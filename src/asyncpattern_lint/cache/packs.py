"""Blobs by key, in files that are written once and never changed.

A pack is a header, an index, and the blobs: first the heads of all entries, which are read
together, then their bodies, which are read one by one. Each part has its checksum, and what
does not fit it is a miss. Packs of like size are merged, so that there are few of them.
"""

import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import Annotated, NamedTuple

import msgspec

from asyncpattern_lint.cache.digest import SIZE as DIGEST_SIZE
from asyncpattern_lint.cache.opened import Opened
from asyncpattern_lint.cache.place import Place

PREFIX = "outlines-"

_MAGIC = b"aplpack1"

#: The magic, then the length and the checksum of the index, and the length of all heads.
_HEADER = struct.Struct("<8sIIQ")

#: Entries that nothing needs any more are kept as long as they take no more than this.
_SPARE_BYTES = 16_000_000


#: How long a part of an entry is.
Length = Annotated[int, msgspec.Meta(ge=0, lt=1 << 32)]


class _Item(msgspec.Struct, array_like=True, gc=False, frozen=True):
    """The lengths and checksums of an entry, in the order in which they lie in the pack."""

    key: bytes
    head: Length
    head_sum: int
    body: Length
    body_sum: int


class _Where(NamedTuple):
    """Where an entry lies: its pack, and the offsets of its parts from the first head."""

    pack: "_Pack"
    item: _Item
    head: int
    body: int

    def is_of(self, digests: frozenset[bytes]) -> bool:
        """Tell whether the key begins with one of the digests."""
        return self.item.key[:DIGEST_SIZE] in digests


_ITEMS = msgspec.msgpack.Decoder(list[_Item])


class Packs:
    """The entries of all packs of a place, and those that are yet to be written."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._packs: list[_Pack] = []
        self._where: dict[bytes, _Where] = {}
        self._new: dict[bytes, tuple[bytes, bytes]] = {}
        for name in place.names(PREFIX):
            self._open(name)

    def __contains__(self, key: bytes) -> bool:
        return key in self._where or key in self._new

    @property
    def is_empty(self) -> bool:
        """Whether nothing was kept so far."""
        return not self._where

    def head(self, key: bytes) -> bytes | None:
        """Return the head of an entry, None for a miss."""
        new = self._new.get(key)
        if new is not None:
            return new[0]
        where = self._where.get(key)
        if where is None:
            return None
        data = where.pack.heads()[where.head : where.head + where.item.head]
        return data if _fits(data, where.item.head, where.item.head_sum) else None

    def body(self, key: bytes) -> bytes | None:
        """Return the body of an entry, None for a miss."""
        new = self._new.get(key)
        if new is not None:
            return new[1]
        where = self._where.get(key)
        if where is None:
            return None
        data = where.pack.read(where.body, where.item.body)
        return data if _fits(data, where.item.body, where.item.body_sum) else None

    def add(self, key: bytes, head: bytes, body: bytes) -> None:
        """Keep an entry; what was kept under its key before is forgotten."""
        self._new[key] = (head, body)

    def save(self, live: frozenset[bytes]) -> None:
        """Write what is new, together with the packs that are not larger.

        ``live`` are the beginnings of the keys that may be asked for again. Where the others
        outweigh them, all is written anew without them.
        """
        alive = sum(w.item.head + w.item.body for w in self._where.values() if w.is_of(live))
        total = sum(pack.size for pack in self._packs)
        is_wasteful = total > 2 * alive + _SPARE_BYTES
        if not self._new and not is_wasteful:
            return
        size = sum(len(head) + len(body) for head, body in self._new.values())
        merged: list[_Pack] = []
        for pack in sorted(self._packs, key=lambda pack: pack.size):
            if is_wasteful or pack.size <= 2 * size:
                merged.append(pack)
                size += pack.size
        name = f"{PREFIX}{os.urandom(16).hex()}"
        if self._write(name, self._gathered(merged, live if is_wasteful else None)):
            self._packs = [pack for pack in self._packs if pack not in merged]
            self._new = {}
            self._open(name)
            for pack in merged:
                self.place.remove(pack.name)

    def _open(self, name: str) -> None:
        pack = _Pack.open(self.place, name)
        if pack is None:
            # Nobody can read it.
            self.place.remove(name)
            return
        self._packs.append(pack)
        for where in pack.entries():
            self._where[where.item.key] = where

    def _write(self, name: str, entries: Iterable[tuple[bytes, bytes, bytes]]) -> bool:
        items: list[_Item] = []
        heads: list[bytes] = []
        bodies: list[bytes] = []
        for key, head, body in entries:
            items.append(_Item(key, len(head), zlib.crc32(head), len(body), zlib.crc32(body)))
            heads.append(head)
            bodies.append(body)
        index = msgspec.msgpack.encode(items)
        lengths = sum(item.head for item in items)
        header = _HEADER.pack(_MAGIC, len(index), zlib.crc32(index), lengths)
        return self.place.write(name, header, index, *heads, *bodies)

    def _gathered(
        self, merged: "list[_Pack]", live: frozenset[bytes] | None
    ) -> Iterator[tuple[bytes, bytes, bytes]]:
        for key, (head, body) in self._new.items():
            yield key, head, body
        for key, where in self._where.items():
            if (
                where.pack in merged
                and key not in self._new
                and (live is None or where.is_of(live))
            ):
                kept = self.head(key), self.body(key)
                if kept[0] is not None and kept[1] is not None:
                    yield key, kept[0], kept[1]


class _Pack:
    """One file."""

    def __init__(self, name: str, file: Opened) -> None:
        self.name = name
        self.items: list[_Item] = []
        self.size = 0
        self._file = file
        self._start = _HEADER.size
        self._length = 0
        self._heads: bytes | None = None

    @classmethod
    def open(cls, place: Place, name: str) -> "_Pack | None":
        """Open a pack; None where it is not what a pack should be."""
        file = Opened.open(place, name)
        if file is None:
            return None
        pack = cls(name, file)
        return pack if pack.is_read() else None

    def is_read(self) -> bool:
        """Read the index; tell whether it is one."""
        header = self._file.read(0, _HEADER.size)
        if len(header) < _HEADER.size:
            return False
        magic, length, checksum, self._length = _HEADER.unpack(header)
        index = self._file.read(_HEADER.size, length) if magic == _MAGIC else b""
        if not _fits(index, length, checksum):
            return False
        try:
            self.items = _ITEMS.decode(index)
        except msgspec.DecodeError:
            return False
        self._start += length
        self.size = sum(item.head + item.body for item in self.items)
        return self._length == sum(item.head for item in self.items)

    def entries(self) -> Iterator[_Where]:
        """Yield where the entries lie."""
        head, body = 0, self._length
        for item in self.items:
            yield _Where(self, item, head, body)
            head += item.head
            body += item.body

    def heads(self) -> bytes:
        """Return all heads, which are read but once."""
        if self._heads is None:
            self._heads = self.read(0, self._length)
        return self._heads

    def read(self, offset: int, length: int) -> bytes:
        """Return bytes that lie so far from the first head, fewer where there are no more."""
        return self._file.read(self._start + offset, length)


def _fits(data: bytes, length: int, checksum: int) -> bool:
    return len(data) == length and zlib.crc32(data) == checksum
