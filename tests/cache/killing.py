"""End runs at random moments while they write the cache; what comes after must be right.

Run as a program, it takes the number of times from its command line, 200 by default.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from caching import FILES, lay

#: So many modules, so that what is written takes a moment.
_MODULES = 60

_COMMAND = (sys.executable, "-m", "asyncpattern_lint", "check", "--output-format=concise", ".")

_MODULE = "from app.store import rows\n\n\ndef f{n}():\n    return rows()\n\n\nasync def g{n}():\n    await f{n}()\n"


def main(times: int, seed: int) -> int:
    """Kill so many runs; return how many of those after them were wrong."""
    chance = random.Random(seed)
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        lay(root, FILES)
        lay(root, {f"app/m{n}.py": _MODULE.format(n=n) for n in range(_MODULES)})
        start = time.perf_counter()
        expected = _checked(root, cached=False)
        seconds = time.perf_counter() - start
        assert len(expected) > _MODULES
        for number in range(times):
            changed = chance.randrange(_MODULES)
            # An edit that changes no finding, so that one expectation serves for all.
            lay(root, {f"app/m{changed}.py": f"{_MODULE.format(n=changed)}x = {number}\n"})
            _killed(root, chance.uniform(0, seconds * 1.3))
            if number % 5 == 0 and _checked(root, cached=True) != expected:
                wrong += 1
        if _checked(root, cached=True) != expected:
            wrong += 1
    return wrong


def _environment(*, cached: bool) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k != "ASYNCPATTERN_LINT_NO_CACHE"}
    return kept if cached else {**kept, "ASYNCPATTERN_LINT_NO_CACHE": "1"}


def _checked(root: Path, *, cached: bool) -> list[str]:
    """Return the findings of a whole run."""
    done = subprocess.run(
        _COMMAND,
        cwd=root,
        env=_environment(cached=cached),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    return [line for line in done.stdout.splitlines() if "APL" in line]


def _killed(root: Path, seconds: float) -> None:
    process = subprocess.Popen(
        _COMMAND,
        cwd=root,
        env=_environment(cached=True),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


if __name__ == "__main__":
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    wrong = main(times, seed=times)
    print(f"{times} runs killed, {wrong} wrong runs afterwards")
    sys.exit(wrong > 0)
