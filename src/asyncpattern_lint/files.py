"""Write files so that they are never half written."""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

#: The stamps of files by their paths.
Stamps = dict[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Staged:
    """A file's new bytes, ready beside it under another name; ``target`` is where links lead."""

    target: Path
    temporary: Path

    def commit(self) -> None:
        """Put the new bytes in place, in one step. Raises ``OSError``."""
        self.temporary.replace(self.target)

    def discard(self) -> None:
        """Remove the new bytes, if they are not in place yet."""
        with contextlib.suppress(OSError):
            self.temporary.unlink()


def stage(path: Path, data: bytes) -> Staged:
    """Write bytes beside a file, with its mode and, where that is allowed, its owner.

    Raises ``OSError``.
    """
    import tempfile

    path = path.resolve()
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", dir=path.parent)
    staged = Staged(path, Path(name))
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        _take_over(staged)
    except BaseException:
        staged.discard()
        raise
    return staged


def replace_file(path: Path, data: bytes) -> None:
    """Give a file new bytes: it holds the old ones or all of the new ones, never a part.

    The mode is kept, and a symbolic link stays one. Raises ``OSError`` if that cannot be done.
    """
    staged = stage(path, data)
    try:
        staged.commit()
    except BaseException:
        staged.discard()
        raise


def is_read_only(path: Path) -> bool:
    """Whether the mode of a file forbids everyone to write to it. Raises ``OSError``."""
    return not path.stat().st_mode & 0o222


def stamp(path: str) -> tuple[int, ...]:
    """Return what changes when a file is written; nothing for one that cannot be asked."""
    try:
        status = Path(path).stat()
    except OSError:
        return ()
    return status.st_mtime_ns, status.st_size, status.st_ino


def _take_over(staged: Staged) -> None:
    if not staged.target.exists():
        staged.temporary.chmod(0o666 & ~_umask())
        return
    known = staged.target.stat()
    if hasattr(os, "chown"):
        with contextlib.suppress(OSError):
            os.chown(staged.temporary, known.st_uid, known.st_gid)
    staged.temporary.chmod(known.st_mode & 0o7777)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
