"""Run a function over many items, in several processes where that pays."""

import itertools
import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future
    from multiprocessing.context import BaseContext

Item = TypeVar("Item")
Result = TypeVar("Result")

#: Chunks per worker. Costly items lie side by side (one folder of generated code), so work
#: spreads evenly only if each stretch of neighbours is short against a worker's share.
_CHUNKS_PER_WORKER = 16

#: Milliseconds for threads to be gone.
_PATIENCE = 100

#: Windows cannot wait for more processes at once.
_MOST_WORKERS = 60


def map_chunks(
    function: Callable[[list[Item]], Result],
    items: Sequence[Item],
    *,
    jobs: int | None,
    threshold: int,
    executor: "Executor | None" = None,
) -> Iterator[Result]:
    """Yield ``function(chunk)`` for consecutive chunks of ``items``, in their order.

    From ``threshold`` items on, the chunks are handled by ``jobs`` processes (None: one per
    usable processor), or by ``executor``, which is left open; ``function`` and its results must
    then be picklable. Below it, and with one job, they are handled in this process. A chunk whose
    worker died is handled again in this process. What ``function`` raises is raised here. Where
    the caller stops early, or is interrupted, no further chunk is begun and the processes end.
    """
    workers = jobs if jobs is not None else usable_processors()
    alone = len(items) < threshold or (executor is None and workers < 2)
    chunks = _split(items, 1 if alone else workers * _CHUNKS_PER_WORKER)
    if alone:
        yield from map(function, chunks)
    elif executor is not None:
        futures = _submit(function, chunks, executor)
        try:
            yield from _results(function, chunks, futures)
        finally:
            for future in futures:
                future.cancel()
    else:
        yield from _in_processes(function, chunks, min(workers, len(chunks), _MOST_WORKERS))


def usable_processors() -> int:
    """Return how many processors this process may use, at least 1."""
    if sys.version_info >= (3, 13):
        return os.process_cpu_count() or 1
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def shares_memory() -> bool:
    """Tell whether processes can be started here as copies of this one, with all that it holds."""
    from multiprocessing import current_process

    return sys.platform == "linux" and _threads() == 1 and not current_process().daemon


def _split(items: Sequence[Item], count: int) -> list[list[Item]]:
    """Split items into at most ``count`` consecutive chunks whose sizes differ by at most 1."""
    count = min(count, len(items))
    bounds = [len(items) * number // count for number in range(count + 1)] if count else []
    return [list(items[start:end]) for start, end in itertools.pairwise(bounds)]


def _in_processes(
    function: Callable[[list[Item]], Result], chunks: list[list[Item]], workers: int
) -> Iterator[Result]:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import active_children, current_process

    if current_process().daemon:  # as flake8's workers are: they may not have children
        yield from map(function, chunks)
        return
    others, threads = set(active_children()), _threads()
    executor = ProcessPoolExecutor(workers, mp_context=_context(), initializer=_prepare_worker)
    finished = False
    try:
        yield from _results(function, chunks, _submit(function, chunks, executor))
        finished = True
    finally:
        # Workers that end before their futures are cancelled end without a traceback.
        if not finished:
            for process in set(active_children()) - others:
                process.terminate()
        executor.shutdown(wait=finished)
        if finished:
            _await_threads(threads)


def _submit(
    function: Callable[[list[Item]], Result], chunks: list[list[Item]], executor: "Executor"
) -> "deque[Future[Result]]":
    """Return a future for each chunk; where the executor is broken, for the first ones only."""
    from concurrent.futures import BrokenExecutor

    futures: deque[Future[Result]] = deque()
    with _uninterrupted(), suppress(BrokenExecutor):
        for chunk in chunks:
            futures.append(executor.submit(function, chunk))
    return futures


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold back interrupts while processes are started.

    What runs around a fork would swallow them, as it does all errors
    (https://docs.python.org/3/library/os.html#os.register_at_fork).
    """
    import signal

    if sys.platform == "win32":
        yield
        return
    held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)


def _results(
    function: Callable[[list[Item]], Result],
    chunks: list[list[Item]],
    futures: "deque[Future[Result]]",
) -> Iterator[Result]:
    """Yield the results in order, emptying ``futures``; do here what no worker did."""
    from concurrent.futures import BrokenExecutor

    for chunk in chunks:
        try:
            result = futures.popleft().result() if futures else function(chunk)
        except BrokenExecutor:
            result = function(chunk)
        yield result


def _context() -> "BaseContext":
    """Return the quickest way to start a process that is safe here.

    ``fork`` gives workers everything that is imported already, but copies locked locks where
    other threads run; then the platform's own way is taken, and never its ``fork``.
    """
    import multiprocessing

    if sys.platform == "linux":
        return multiprocessing.get_context("fork" if _threads() == 1 else "forkserver")
    return multiprocessing.get_context()


def _threads() -> int:
    """Return how many threads this process has, those that Python did not start included."""
    try:
        return len(os.listdir("/proc/self/task"))  # noqa: PTH208 - names are all that is needed
    except OSError:
        return 0


def _await_threads(most: int) -> None:
    """Give threads that have ended the moment that the system needs to let go of them."""
    for _ in range(_PATIENCE):
        if _threads() <= most:
            break
        time.sleep(0.001)


def _prepare_worker() -> None:
    import gc
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # this process ends the workers, without noise
    gc.freeze()  # the collector would otherwise copy the pages that are shared with the parent
