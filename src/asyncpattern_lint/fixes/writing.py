"""Fixed files written: each whole or not at all, and none if one of them cannot be."""

import os
from collections.abc import Mapping
from pathlib import Path

from asyncpattern_lint.files import Staged, Stamps, is_read_only, stage, stamp


class UnwritableError(Exception):
    """A file that cannot be written; the text says which and why."""


def write(texts: Mapping[str, tuple[bytes, bytes]], stamps: Stamps) -> list[str]:
    """Write files; return the paths of those that were left as they are, since they have changed.

    ``texts`` maps each path to the bytes that it had and those that it gets, ``stamps`` to what
    it bore before it was first read. Raises ``UnwritableError`` before anything has changed.
    """
    staged: dict[str, Staged] = {}
    changed = []
    try:
        for path, (_, after) in texts.items():
            staged[path] = _stage(path, after)
        fresh = {path for path in texts if stamp(path) == stamps.get(path, ())}
        for path, item in staged.items():
            # A file that has two names in the project may hold its new bytes already.
            if path not in fresh or _bytes(item.target) not in texts[path]:
                changed.append(path)
            else:
                _commit(path, item)
        return changed
    finally:
        for item in staged.values():
            item.discard()


def _stage(path: str, data: bytes) -> Staged:
    try:
        target = Path(path).resolve(strict=True)
        # A superuser may do what the mode forbids, but it was forbidden for a reason.
        if not os.access(target, os.W_OK) or is_read_only(target):
            raise PermissionError(13, "Permission denied")
        return stage(target, data)
    except OSError as error:
        raise UnwritableError(f"cannot fix {path}: {error.strerror or error}") from error


def _bytes(target: Path) -> bytes | None:
    try:
        return target.read_bytes()
    except OSError:
        return None


def _commit(path: str, item: Staged) -> None:
    try:
        item.commit()
    except OSError as error:
        raise UnwritableError(f"cannot fix {path}: {error.strerror or error}") from error
