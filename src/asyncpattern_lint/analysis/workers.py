"""Check many files, in several processes where that pays.

The workers are copies of this process, so that they start with every outline and send back
nothing but observations.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from asyncpattern_lint.analysis.checker import Checker
from asyncpattern_lint.findings import Observation
from asyncpattern_lint.parallel import map_chunks, shares_memory

#: Below this many files, starting processes costs more than it saves.
_PARALLEL_THRESHOLD = 150


class Checked(NamedTuple):
    """What is wrong in one file."""

    path: str
    observations: list[Observation]


class _Chunk(NamedTuple):
    """What a worker found, how many files it walked, and whether the project grew meanwhile."""

    checked: list[Checked]
    walked: int
    grew: bool


#: What this process checks with, for the workers that become copies of it.
_shared: list[Checker] = []


def check_all(checker: Checker, paths: Sequence[str], jobs: int) -> Iterator[Checked]:
    """Yield what is wrong in each of several files, in their order, however many processes.

    Files of the project that were not to be loaded, and are found on the way, have a say in what
    is wrong in those after them. So they are checked in this process from there on.
    """
    if jobs < 2 or len(paths) < _PARALLEL_THRESHOLD or not shares_memory():
        for path in paths:
            yield Checked(path, list(checker.check(path)))
        return
    done = 0
    _shared.append(checker)
    try:
        for chunk in map_chunks(_check, paths, jobs=jobs, threshold=_PARALLEL_THRESHOLD):
            if chunk.grew:
                break
            yield from chunk.checked
            checker.walked += chunk.walked
            done += len(chunk.checked)
    finally:
        _shared.remove(checker)
    for path in paths[done:]:
        yield Checked(path, list(checker.check(path)))


def _check(paths: list[str]) -> _Chunk:
    checker = _shared[-1]
    walked, size = checker.walked, checker.project.strays
    checked = [Checked(path, list(checker.check(path))) for path in paths]
    return _Chunk(checked, checker.walked - walked, checker.project.strays > size)
