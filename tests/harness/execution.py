"""What Python does with fixtures: runs them in isolated interpreters and reads the outcome."""

import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

SECONDS = 60.0
BATCH = 16

_SCRIPT = Path(__file__).with_name("run_case.py")


class Raised(msgspec.Struct, frozen=True):
    """An exception that passed a line of the fixture.

    ``types`` names its class and all bases; ``innermost`` tells whether no other line of the
    fixture was nearer to its origin.
    """

    path: str
    line: int
    types: tuple[str, ...]
    message: str
    innermost: bool


class Case(msgspec.Struct, frozen=True):
    """The run of one case function.

    ``error`` is the traceback of the exception that ended it and ``ended`` the places which that
    and the exceptions behind it passed; ``lines`` are the places executed, ``ran`` the names of the functions
    of which a line was executed, ``warnings`` the texts of the warnings issued.
    """

    name: str
    error: str | None
    ended: tuple[tuple[str, int], ...]
    lines: frozenset[tuple[str, int]]
    ran: frozenset[str]
    raised: tuple[Raised, ...]
    warnings: tuple[str, ...]


class Execution(msgspec.Struct, frozen=True):
    """The runs of all case functions of a fixture.

    ``unbound`` maps each importable module file that has an ``__all__`` to the names in it which
    a star import fails on; ``failure`` says why the fixture could not be run at all.
    """

    fixture: str
    cases: tuple[Case, ...] = ()
    unbound: dict[str, tuple[str, ...]] = {}
    failure: str | None = None


def execute(fixture: Path, python: str = sys.executable) -> Execution:
    """Run every case function of one fixture."""
    fixture = fixture.resolve()
    done, stderr = _spawn([fixture], python)
    return done.get(fixture, Execution(str(fixture), failure=f"it did not finish:\n{stderr}"))


def execute_all(fixtures: Iterable[Path], python: str = sys.executable) -> dict[Path, Execution]:
    """Run many fixtures, several to an interpreter and as many interpreters as there are cores."""
    pending = list(fixtures)
    batches = [pending[start : start + BATCH] for start in range(0, len(pending), BATCH)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        parts = pool.map(lambda batch: _batch(batch, python), batches)
        return {fixture: execution for part in parts for fixture, execution in part.items()}


def _batch(fixtures: Sequence[Path], python: str) -> dict[Path, Execution]:
    done, _ = _spawn([fixture.resolve() for fixture in fixtures], python)
    return {
        fixture: done.get(fixture.resolve()) or execute(fixture, python) for fixture in fixtures
    }


def _spawn(fixtures: Sequence[Path], python: str) -> tuple[dict[Path, Execution], str]:
    process = subprocess.run(
        [python, "-I", "-B", str(_SCRIPT), str(SECONDS)],
        input="\n".join(map(str, fixtures)),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=SECONDS * (len(fixtures) + 1),
    )
    read = [msgspec.json.decode(line, type=Execution) for line in process.stdout.splitlines()]
    return {Path(execution.fixture): execution for execution in read}, process.stderr
