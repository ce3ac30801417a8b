"""Check many files, in several processes where that pays.

The workers are copies of this process, so that they start with every outline, and with what the
first files have told of the rest, and send back nothing but observations.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from asyncpattern_lint.analysis.checker import Checker
from asyncpattern_lint.findings import Observation
from asyncpattern_lint.index.project import Learned
from asyncpattern_lint.index.trace import EVERYTHING, Numbers
from asyncpattern_lint.parallel import map_chunks, shares_memory

#: Below this many files, starting processes costs more than it saves.
_PARALLEL_THRESHOLD = 150


class Checked(NamedTuple):
    """What is wrong in one file, whether its scopes were walked, and what that hangs on."""

    path: str
    observations: list[Observation]
    is_walked: bool
    trace: Numbers


class _Chunk(NamedTuple):
    """What a worker found, how many files it walked, and whether the project grew meanwhile.

    ``members`` have numbers in the traces that only the worker knows; ``learned`` is what it
    looked up.
    """

    checked: list[Checked]
    walked: int
    grew: bool
    members: list[str]
    learned: Learned


_NOTHING = Learned({}, {}, set(), [], [])

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
        done = len(first.checked)
        if not first.grew:
            for chunk in _in_workers(checker, paths[done:], jobs):
                if chunk.grew:
                    break
                checker.project.learn(chunk.learned)
                yield from _numbered(checker, chunk)
                checker.walked += chunk.walked
                done += len(chunk.checked)
    for path in paths[done:]:
        yield _checked(checker, path)


def _in_workers(checker: Checker, paths: Sequence[str], jobs: int) -> Iterator[_Chunk]:
    _shared.append(checker)
    try:
        yield from map_chunks(_check, paths, jobs=jobs, threshold=1)
    finally:
        _shared.remove(checker)


def _check(paths: list[str]) -> _Chunk:
    checker = _shared[-1]
    learning = checker.project.begin_learning()
    chunk = _here(checker, paths)
    trace = checker.project.trace
    members = [] if trace is None else list(trace.members)
    return chunk._replace(members=members, learned=checker.project.learned(learning))


def _here(checker: Checker, paths: Sequence[str]) -> _Chunk:
    """Check files in this process."""
    walked, strays = checker.walked, checker.project.strays
    checked = [_checked(checker, path) for path in paths]
    grew = checker.project.strays > strays
    return _Chunk(checked, checker.walked - walked, grew, [], _NOTHING)


def _checked(checker: Checker, path: str) -> Checked:
    walked, trace = checker.walked, checker.project.trace
    depth = 0 if trace is None else trace.open()
    observations = list(checker.check(path))
    numbers = (EVERYTHING,) if trace is None else trace.close(depth)
    return Checked(path, observations, checker.walked > walked, numbers)


def _numbered(checker: Checker, chunk: _Chunk) -> Iterator[Checked]:
    """Yield what a worker found, with the numbers that this process has for members."""
    trace = checker.project.trace
    for checked in chunk.checked:
        if trace is None:
            yield checked
        else:
            yield checked._replace(trace=trace.translated(checked.trace, chunk.members))
