"""A progress bar for runs that take long."""

import time
from typing import TextIO

#: Seconds before the bar appears, and between two drawings of it.
PATIENCE = 2.0
INTERVAL = 0.1

_CELLS = 30


class Progress:
    """A bar on a terminal, drawn once a run has lasted some seconds."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._due = time.monotonic() + PATIENCE
        self._drawn = False

    def __call__(self, done: int, total: int) -> None:
        """Take note that ``done`` of ``total`` files have been worked on."""
        now = time.monotonic()
        if now < self._due or total < 1:
            return
        self._due = now + INTERVAL
        self._drawn = True
        filled = min(_CELLS, _CELLS * done // total)
        bar = "#" * filled + "-" * (_CELLS - filled)
        self._write(f"\r[{bar}] {done}/{total} files")

    def close(self) -> None:
        """Remove the bar."""
        if self._drawn:
            self._write("\r\x1b[K")
            self._drawn = False

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:
            self._due = float("inf")
