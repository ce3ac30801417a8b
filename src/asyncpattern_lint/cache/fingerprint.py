"""What tells versions of the linter apart, and of all that its answers hang on."""

# ruff: noqa: PTH100, PTH120, PTH123

import os
import sys
from collections.abc import Iterator
from functools import cache
from hashlib import blake2b

#: Goes up whenever what is kept changes its form.
FORMAT = 1

#: What answers may hang on.
_LIBRARIES = frozenset({"libcst", "msgspec", "pathspec", "typeshed_client"})


@cache
def fingerprint() -> str:
    """Return 32 hexadecimal digits: of the linter's own text, its libraries, and Python.

    The version alone would not do: who works on the linter would be told what it said yesterday.
    """
    digest = blake2b(digest_size=16)
    digest.update(f"{FORMAT} {sys.version} {sys.platform} {sys.byteorder}".encode())
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for part in (*_sources(package), *_distributions()):
        digest.update(part)
    return digest.hexdigest()


def _sources(folder: str) -> Iterator[bytes]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return  # in an archive, where the names of distributions have to do
    for entry in entries:
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _sources(entry.path)
        elif entry.name.endswith(".py"):
            yield entry.name.encode()
            with open(entry.path, "rb") as file:
                yield file.read()


def _distributions() -> Iterator[bytes]:
    """Yield the names of the libraries' distributions, which hold their versions."""
    import msgspec

    folder = os.path.dirname(os.path.dirname(msgspec.__file__))
    try:
        names = os.listdir(folder)  # noqa: PTH208
    except OSError:
        return
    for name in sorted(names):
        if name.endswith((".dist-info", ".egg-info")) and name.partition("-")[0] in _LIBRARIES:
            yield name.encode()
