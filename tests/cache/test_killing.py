"""A run that is ended while it writes leaves a cache that the next one can do with."""

import contextlib
import os
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from caching import FILES, cold, lay, run, told
from killing import main

from asyncpattern_lint.cache import place as place_module


@pytest.mark.skipif(sys.platform == "win32", reason="kills groups of processes")
def test_runs_that_are_killed_do_no_harm() -> None:
    assert main(int(os.environ.get("KILLS", "5")), seed=5) == 0


class Killed(BaseException):
    """Stands for the end of the process."""


@pytest.mark.parametrize("at", range(12))
def test_any_write_may_be_the_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """Every write is cut off once: before it, half way, and before its rename."""
    monkeypatch.delenv("ASYNCPATTERN_LINT_NO_CACHE")
    lay(tmp_path, FILES)
    run(tmp_path)
    lay(
        tmp_path, {"app/store.py": "def rows():\n    yield 1\n", "app/new.py": "import app.store\n"}
    )
    real = place_module._put
    count = 0

    def put(path: str, parts: Iterable[bytes]) -> None:
        nonlocal count
        number, how = divmod(at, 3)
        count += 1
        if count <= number:
            real(path, parts)
            return
        data = b"".join(parts)
        if how:
            Path(f"{path}.1.tmp").write_bytes(data if how == 2 else data[: len(data) // 2])
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(place_module, "_put", put)
        with contextlib.suppress(Killed):
            run(tmp_path)
    for _ in range(2):
        assert told(run(tmp_path)) == told(cold(tmp_path))
