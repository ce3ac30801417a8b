"""Write files so that they are never half written."""

import contextlib
import os
from pathlib import Path

#: The stamps of files by their paths.
Stamps = dict[str, tuple[int, ...]]


def replace_file(path: Path, data: bytes) -> None:
    """Give a file new bytes: it holds the old ones or all of the new ones, never a part.

    The mode is kept, and a symbolic link stays one. Raises ``OSError`` if that cannot be done.
    """
    import tempfile

    path = path.resolve()
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        temporary.chmod(path.stat().st_mode & 0o7777 if path.exists() else 0o666 & ~_umask())
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
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


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
