"""What a command costs: processor time, wall time and peak memory of whole processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tools import environment

_SUPERVISOR = str(Path(__file__).with_name("supervise.py"))
_PROC = Path("/proc")

#: Seconds between two looks at the memory of all processes.
_INTERVAL = 0.05


@dataclass(frozen=True, slots=True)
class Sample:
    """The cost of one run, or the medians of several.

    ``cpu`` and ``wall`` are seconds, ``cpu`` is user and system time of the command and all
    processes below it; ``peak`` is the peak resident memory, in bytes, of the largest of them.
    """

    code: int
    cpu: float
    wall: float
    peak: float


def measure(command: Sequence[str], cwd: Path, patience: float | None = None) -> Sample:
    """Run a command in a folder and return what it cost; its output is thrown away.

    Raises ``subprocess.TimeoutExpired`` after so many seconds of ``patience``.
    """
    line = [sys.executable, "-I", "-S", _SUPERVISOR, *command]
    with subprocess.Popen(
        line,
        cwd=cwd,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, line)
    code, cpu, wall, peak = output.split()
    return Sample(int(code), float(cpu), float(wall), float(peak))


def medians(samples: Sequence[Sample]) -> Sample:
    """Return the median of each number; the exit code is the last one."""
    return Sample(
        samples[-1].code,
        median(sample.cpu for sample in samples),
        median(sample.wall for sample in samples),
        median(sample.peak for sample in samples),
    )


def in_turn(commands: Sequence[Sequence[str]], cwd: Path, runs: int) -> list[Sample]:
    """Return the medians for each command; they run A B C, A B C, so that all meet the same."""
    rounds = []
    for number in range(runs):
        if sys.stderr.isatty():
            print(f"\rround {number + 1} of {runs}", end="", file=sys.stderr, flush=True)
        rounds.append([measure(command, cwd) for command in commands])
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr)
    return [medians(samples) for samples in zip(*rounds, strict=True)]


def memory_of_all(command: Sequence[str], cwd: Path) -> float | None:
    """Run a command once more and return the peak memory of all its processes together.

    In bytes, sampled; a page that processes share counts once (Linux's proportional set size).
    None where the system does not tell.
    """
    if not (_PROC / "self/smaps_rollup").exists():
        return None
    peak = 0
    with subprocess.Popen(
        command,
        cwd=cwd,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        while process.poll() is None:
            peak = max(peak, sum(_proportional(pid) for pid in _family(process.pid)))
            time.sleep(_INTERVAL)
    return float(peak)


def _family(pid: int) -> Iterator[int]:
    """Yield a process and all below it."""
    yield pid
    try:
        for task in os.scandir(_PROC / str(pid) / "task"):
            for child in Path(task.path, "children").read_text().split():
                yield from _family(int(child))
    except OSError:
        return  # it has ended meanwhile


def _proportional(pid: int) -> int:
    try:
        lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0  # it has ended meanwhile
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
