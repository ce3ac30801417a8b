import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import active_children
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncpattern_lint import parallel
from asyncpattern_lint.parallel import map_chunks, usable_processors

PARENT = os.getpid()


def double(chunk: list[int]) -> list[int]:
    return [number * 2 for number in chunk]


def whereabouts(chunk: list[int]) -> int:
    return os.getpid()


def slow_start(chunk: list[int]) -> list[int]:
    time.sleep(0.2 if 0 in chunk else 0)
    return chunk


def die_away_from_home(chunk: list[int]) -> list[int]:
    if os.getpid() != PARENT and 50 in chunk:
        os._exit(1)
    return double(chunk)


def refuse(chunk: list[int]) -> list[int]:
    if 50 in chunk:
        raise LookupError("50")
    return chunk


def sleep(chunk: list[int]) -> list[int]:
    time.sleep(5)
    return chunk


def flat(chunks: Iterator[list[int]]) -> list[int]:
    return [number for chunk in chunks for number in chunk]


@pytest.mark.parametrize("jobs", [None, 1, 2, 3])
@pytest.mark.parametrize("count", [0, 1, 2, 99, 1000])
def test_every_item_once_and_in_order(jobs: int | None, count: int) -> None:
    results = map_chunks(double, range(count), jobs=jobs, threshold=2)
    assert flat(results) == [number * 2 for number in range(count)]


def test_order_is_kept_when_the_first_chunk_comes_last() -> None:
    assert flat(map_chunks(slow_start, range(64), jobs=2, threshold=1)) == list(range(64))


@given(st.integers(0, 500), st.integers(1, 100))
def test_chunks_are_even_and_consecutive(items: int, count: int) -> None:
    chunks = parallel._split(range(items), count)
    sizes = [len(chunk) for chunk in chunks]
    assert flat(iter(chunks)) == list(range(items))
    assert len(chunks) == min(items, count)
    assert not sizes or (min(sizes) > 0 and max(sizes) - min(sizes) <= 1)


def test_work_is_spread_over_processes_from_the_threshold_on() -> None:
    assert set(map_chunks(whereabouts, range(9), jobs=2, threshold=10)) == {os.getpid()}
    assert set(map_chunks(whereabouts, range(99), jobs=1, threshold=10)) == {os.getpid()}
    away = set(map_chunks(whereabouts, range(10), jobs=2, threshold=10))
    assert away
    assert os.getpid() not in away


def test_there_are_many_more_chunks_than_workers() -> None:
    assert len(list(map_chunks(double, range(1000), jobs=2, threshold=1))) >= 16


def test_all_usable_processors_are_counted() -> None:
    assert 1 <= usable_processors() <= (os.cpu_count() or 1)


def test_an_executor_can_be_passed_in_and_stays_open() -> None:
    with ThreadPoolExecutor(2) as executor:
        results = map_chunks(double, range(99), jobs=2, threshold=1, executor=executor)
        assert flat(results) == double(list(range(99)))
        assert executor.submit(double, [1]).result() == [2]


def test_a_worker_that_dies_costs_no_result() -> None:
    results = map_chunks(die_away_from_home, range(100), jobs=2, threshold=1)
    assert flat(results) == double(list(range(100)))


def test_an_executor_that_is_broken_from_the_start_costs_no_result() -> None:
    with ProcessPoolExecutor(1) as executor:
        assert executor.submit(die_away_from_home, [50]).exception() is not None
        results = map_chunks(double, range(100), jobs=2, threshold=1, executor=executor)
        assert flat(results) == double(list(range(100)))


@pytest.mark.parametrize("jobs", [1, 2])
def test_errors_of_the_function_are_raised(jobs: int) -> None:
    with pytest.raises(LookupError, match="50"):
        list(map_chunks(refuse, range(100), jobs=jobs, threshold=1))


def test_a_caller_that_stops_early_ends_the_processes() -> None:
    before = set(active_children())
    results = map_chunks(whereabouts, range(100), jobs=2, threshold=1)
    next(results)
    results.close()  # type: ignore[attr-defined]
    deadline = time.monotonic() + 60
    while set(active_children()) - before:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_caller_that_stops_early_cancels_what_was_not_begun() -> None:
    class Waiting(Executor):
        futures: list[Future[Any]] = []  # noqa: RUF012 - one test, one list

        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            future: Future[Any] = Future()
            if not self.futures:
                future.set_result(fn(*args, **kwargs))
            self.futures.append(future)
            return future

    results = map_chunks(double, range(100), jobs=2, threshold=1, executor=Waiting())
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert all(future.cancelled() for future in Waiting.futures[1:])


@pytest.mark.skipif(sys.platform == "win32", reason="signals are different there")
@pytest.mark.parametrize("seconds", [0.0, 0.02, 0.05, 0.1, 0.5])
def test_an_interrupt_ends_everything_at_once_and_without_noise(
    tmp_path: Path, seconds: float
) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent(
            """
            import signal, sys
            from asyncpattern_lint.parallel import map_chunks
            from test_parallel import sleep
            if __name__ == "__main__":
                # Whoever runs the tests in the background may have had interrupts ignored.
                signal.signal(signal.SIGINT, signal.default_int_handler)
                try:
                    print("ready", flush=True)
                    list(map_chunks(sleep, range(100), jobs=2, threshold=1))
                except KeyboardInterrupt:
                    sys.exit(130)
            """
        )
    )
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    process = subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path},
        start_new_session=True,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGINT)
    _, noise = process.communicate(timeout=60)
    assert (process.returncode, noise) == (130, "")


def test_other_threads_are_no_danger() -> None:
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            away = list(map_chunks(double, range(10), jobs=2, threshold=1))
    finally:
        stop.set()
        thread.join()
    assert flat(iter(away)) == double(list(range(10)))


def test_nothing_of_it_is_imported_for_small_work() -> None:
    script = (
        "import sys; from asyncpattern_lint.parallel import map_chunks;"
        "assert list(map_chunks(sum, [1, 2], jobs=None, threshold=3)) == [3];"
        "print({'multiprocessing', 'concurrent.futures'} & set(sys.modules))"
    )
    assert subprocess.check_output([sys.executable, "-c", script], text=True) == "set()\n"


def test_a_daemon_works_alone() -> None:
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else None)
    with context.Pool(1) as pool:
        assert pool.apply(spread) == {True}


def spread() -> set[bool]:
    return {pid == os.getpid() for pid in map_chunks(whereabouts, range(99), jobs=2, threshold=1)}
