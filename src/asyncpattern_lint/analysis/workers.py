"""Check many files, in several processes where that pays.

The workers are copies of this process, so that they start with every outline, and with what the
first files have told of the rest, and send back nothing but observations.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from asyncpattern_lint.analysis.checker import Checker, Examined
from asyncpattern_lint.index.parts import Again
from asyncpattern_lint.index.project import Learned
from asyncpattern_lint.index.trace import Numbers, packed
from asyncpattern_lint.parallel import map_chunks, shares_memory

#: Below this many files, starting processes costs more than it saves.
_PARALLEL_THRESHOLD = 150


class _Chunk(NamedTuple):
    """What a worker found, and whether the project grew meanwhile.

    ``members`` have numbers in the traces that only the worker knows, ``nodes`` are those that it
    made; ``learned`` is what it looked up.
    """

    checked: list[Examined]
    grew: bool
    nodes: list[Numbers]
    members: list[str]
    learned: Learned


_NOTHING = Learned({}, {}, set(), [], [])

#: One file in so many is checked before there are workers, which then know what all files lead
#: to. Mostly the first ones tell, too, whether there are files that were not to be loaded.
_FIRST = 32

#: What this process checks with, for the workers that become copies of it.
_shared: "list[_Task]" = []


class _Task(NamedTuple):
    checker: Checker
    again: Mapping[str, Again]

    def examine(self, paths: Sequence[str]) -> _Chunk:
        """Check files in this process."""
        strays = self.checker.project.strays
        checked = [self.checker.examine(path, self.again.get(path)) for path in paths]
        return _Chunk(checked, self.checker.project.strays > strays, [], [], _NOTHING)


def check_all(
    checker: Checker, paths: Sequence[str], jobs: int, again: Mapping[str, Again] | None = None
) -> Iterator[Examined]:
    """Yield what is wrong in each of several files, in their order, however many processes.

    ``again`` tells of which files only some parts are to be checked.

    Files of the project that were not to be loaded, and are found on the way, have a say in what
    is wrong in those after them. So they are checked in this process from there on.
    """
    task = _Task(checker, again or {})
    done = 0
    if jobs > 1 and len(paths) >= _PARALLEL_THRESHOLD and shares_memory():
        first = task.examine(paths[: -(-len(paths) // _FIRST)])
        yield from first.checked
        done = len(first.checked)
        if not first.grew:
            for chunk in _in_workers(task, paths[done:], jobs):
                if chunk.grew:
                    break
                checker.project.learn(chunk.learned)
                yield from _numbered(checker, chunk)
                done += len(chunk.checked)
    for path in paths[done:]:
        yield from task.examine([path]).checked


def _in_workers(task: _Task, paths: Sequence[str], jobs: int) -> Iterator[_Chunk]:
    trace = task.checker.project.trace
    if trace is not None:
        trace.shared = len(trace.nodes)
    _shared.append(task)
    try:
        yield from map_chunks(_check, paths, jobs=jobs, threshold=1)
    finally:
        _shared.remove(task)


def _check(paths: list[str]) -> _Chunk:
    task = _shared[-1]
    project = task.checker.project
    learning = project.begin_learning()
    chunk = task.examine(paths)
    trace = project.trace
    if trace is not None:
        wanted = {number for examined in chunk.checked for number in examined.traces.values()}
        nodes, numbers = packed(trace.nodes, wanted, trace.shared)
        checked = [_renumbered(examined, numbers) for examined in chunk.checked]
        chunk = chunk._replace(checked=checked, nodes=[*nodes], members=list(trace.members))
    return chunk._replace(learned=project.learned(learning))


def _numbered(checker: Checker, chunk: _Chunk) -> Iterator[Examined]:
    """Yield what a worker found, with the numbers that this process has for nodes and members."""
    trace = checker.project.trace
    if trace is None:
        yield from chunk.checked
        return
    own = dict(enumerate(trace.translated(chunk.nodes, chunk.members), trace.shared))
    for examined in chunk.checked:
        yield _renumbered(examined, own)


def _renumbered(examined: Examined, numbers: Mapping[int, int]) -> Examined:
    """Return the same with other numbers for the nodes that have one here."""
    traces = {part: numbers.get(node, node) for part, node in examined.traces.items()}
    return examined._replace(traces=traces)
