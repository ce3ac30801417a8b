"""Fixed files written: each whole or not at all, and none if one of them cannot be."""

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class UnwritableError(Exception):
    """A file that cannot be written; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Staged:
    """A file's new bytes, ready beside it under another name."""

    path: str
    target: Path
    temporary: Path


def write(texts: Mapping[str, tuple[bytes, bytes]]) -> list[str]:
    """Write files; return the paths of those that were left as they are, since they have changed.

    ``texts`` maps each path to the bytes that it had and those that it gets. A symbolic link stays
    one, and a file keeps its mode. Raises ``UnwritableError`` before anything has changed.
    """
    staged: list[Staged] = []
    try:
        for path, (_, after) in texts.items():
            staged.append(_stage(path, after))
        changed = []
        for item in staged:
            if _holds(item.target, texts[item.path][0]):
                _swap(item)
            else:
                changed.append(item.path)
        return changed
    finally:
        for item in staged:
            with contextlib.suppress(OSError):
                item.temporary.unlink()


def _stage(path: str, data: bytes) -> Staged:
    import tempfile

    temporary = None
    try:
        target = Path(path).resolve(strict=True)
        # A superuser may do what the mode forbids, but it was forbidden for a reason.
        if not os.access(target, os.W_OK) or not target.stat().st_mode & 0o222:
            raise PermissionError(13, "Permission denied")
        handle, name = tempfile.mkstemp(prefix=f".{target.name[:40]}.", dir=target.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        _take_over(target, temporary)
    except OSError as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()
        raise UnwritableError(f"cannot fix {path}: {error.strerror or error}") from error
    return Staged(path, target, temporary)


def _take_over(target: Path, temporary: Path) -> None:
    """Give the new file the mode of the old one, and its owner where that is allowed."""
    known = target.stat()
    if hasattr(os, "chown"):
        with contextlib.suppress(OSError):
            os.chown(temporary, known.st_uid, known.st_gid)
    temporary.chmod(known.st_mode & 0o7777)


def _holds(target: Path, data: bytes) -> bool:
    try:
        return target.read_bytes() == data
    except OSError:
        return False


def _swap(item: Staged) -> None:
    try:
        item.temporary.replace(item.target)
    except OSError as error:
        raise UnwritableError(f"cannot fix {item.path}: {error.strerror or error}") from error
