"""Source lines for reports, read again from the disk or from the text that stands in for it."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

from asyncpattern_lint.source import decode, lines_of


def reader(overlay: Mapping[str, bytes]) -> Callable[[str, int], str]:
    """Return a ``read_line`` for files, some of which a text stands in for."""
    if not overlay:
        return read_line
    texts = {path: _split(data) for path, data in overlay.items()}

    def read(path: str, line: int) -> str:
        lines = texts.get(path)
        if lines is None:
            return read_line(path, line)
        return lines[line - 1] if 0 < line <= len(lines) else ""

    return read


def read_line(path: str, line: int) -> str:
    """Return a line of a file without its end, an empty text where there is none.

    Lines count from 1 and end where Python ends them. What cannot be decoded is replaced.
    """
    lines = _lines(path)
    return lines[line - 1] if 0 < line <= len(lines) else ""


@lru_cache(maxsize=8)
def _lines(path: str) -> tuple[str, ...]:
    try:
        data = Path(path).read_bytes()
    except (OSError, ValueError):
        return ()
    return _split(data)


def _split(data: bytes) -> tuple[str, ...]:
    return tuple(lines_of(decode(data)))
