"""Check many files, in several processes where that pays.

The workers are copies of this process, so that they start with every outline, and with what the
first files have told of the rest, and send back nothing but observations.
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


#: One file in so many is checked before there are workers, which then know what all files lead
#: to. Mostly the first ones tell, too, whether there are files that were not to be loaded.
_FIRST = 32

#: What this process checks with, for the workers that become copies of it.
_shared: list[Checker] = []


def check_all(checker: Checker, paths: Sequence[str], jobs: int) -> Iterator[Checked]:
    """Yield what is wrong in each of several files, in their order, however many processes.

    Files of the project that were not to be loaded, and are found on the way, have a say in what
    is wrong in those after them. So they are checked in this process from there on.
    """
    done = 0
    if jobs > 1 and len(paths) >= _PARALLEL_THRESHOLD and shares_memory():
        first = _here(checker, paths[: -(-len(paths) // _FIRST)])
        yield from first.checked
        checker.walked += first.walked
        done = len(first.checked)
        if not first.grew:
            for chunk in _in_workers(checker, paths[done:], jobs):
                if chunk.grew:
                    break
                yield from chunk.checked
                checker.walked += chunk.walked
                done += len(chunk.checked)
    for path in paths[done:]:
        yield Checked(path, list(checker.check(path)))


def _in_workers(checker: Checker, paths: Sequence[str], jobs: int) -> Iterator[_Chunk]:
    _shared.append(checker)
    try:
        yield from map_chunks(_check, paths, jobs=jobs, threshold=1)
    finally:
        _shared.remove(checker)


def _check(paths: list[str]) -> _Chunk:
    return _here(_shared[-1], paths)


def _here(checker: Checker, paths: Sequence[str]) -> _Chunk:
    before, strays = checker.walked, checker.project.strays
    checked = [Checked(path, list(checker.check(path))) for path in paths]
    walked, checker.walked = checker.walked - before, before
    return _Chunk(checked, walked, checker.project.strays > strays)
