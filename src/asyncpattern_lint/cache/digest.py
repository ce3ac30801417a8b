"""What tells texts apart, and what tells whether bytes came back whole."""

import zlib
from hashlib import blake2b

#: How many bytes a digest has.
SIZE = 16


def digest_of(data: bytes) -> bytes:
    """Return what tells texts apart."""
    return blake2b(data, digest_size=SIZE).digest()


def checksum(data: bytes | memoryview) -> bytes:
    """Return four bytes that damage to the data changes."""
    return zlib.crc32(data).to_bytes(4, "little")
