"""Run one command to its end and print what it cost; a helper of ``measure``.

It is a process of its own, and a small one: the system counts the children of a process as a
whole, and a child's peak memory is never less than that of the process it was forked from.

Prints exit code, CPU seconds, wall seconds and peak memory in bytes, separated by spaces.
"""

import os
import sys
import time
from resource import RUSAGE_CHILDREN, getrusage


def main(command: list[str]) -> None:
    """Run the command, its output thrown away, and print the four numbers."""
    streams = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in range(3)]
    start = time.perf_counter()
    process = os.posix_spawnp(command[0], command, os.environ, file_actions=streams)
    _, status, own = os.wait4(process, 0)
    wall = time.perf_counter() - start
    # The processes that the command itself started and waited for are part of both.
    every = getrusage(RUSAGE_CHILDREN)
    unit = 1 if sys.platform == "darwin" else 1024
    code = os.waitstatus_to_exitcode(status)
    print(code, every.ru_utime + every.ru_stime, wall, own.ru_maxrss * unit)


if __name__ == "__main__":
    main(sys.argv[1:])
