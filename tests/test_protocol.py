"""Each cell of the protocol table is what the interpreter does.

Runs under pytest, and alone under any Python from 3.11: ``python3.12 tests/test_protocol.py``.
"""

import asyncio
import contextlib
import gc
import inspect
import itertools
import json
import shutil
import subprocess
import sys
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

SOURCES = Path(__file__).parents[1] / "src"
if __name__ == "__main__":
    sys.path.insert(0, str(SOURCES))

from asyncpattern_lint.protocol import (  # noqa: E402 - the path comes first
    NEEDS,
    OFFERS,
    Kind,
    Protocol,
    Use,
    cells,
    code_of,
    is_misuse,
    kind_of,
)

#: What Python raises where a protocol is missing. ``asyncio.run`` raises ValueError up to 3.13;
#: ``TaskGroup`` wraps what its body raises.
FAILURES: tuple[type[Exception], ...] = (TypeError, AttributeError, ValueError, ExceptionGroup)

Construct = Callable[[Any], Any]


class Ran:
    """Notes whether the body of a sample function ran."""

    bodies = 0


async def _async_generator() -> AsyncIterator[int]:
    Ran.bodies += 1
    yield 1


@contextlib.asynccontextmanager
async def _async_context_manager() -> AsyncIterator[int]:
    Ran.bodies += 1
    yield 1


async def _coroutine() -> int:
    Ran.bodies += 1
    return 0


def _generator() -> Iterator[int]:
    Ran.bodies += 1
    yield 1


@contextlib.contextmanager
def _context_manager() -> Iterator[int]:
    Ran.bodies += 1
    yield 1


def _plain() -> object:
    Ran.bodies += 1
    return object()


SAMPLES: dict[Kind, Callable[[], Any]] = {
    Kind.ASYNC_GENERATOR: _async_generator,
    Kind.ASYNC_CONTEXT_MANAGER: _async_context_manager,
    Kind.COROUTINE: _coroutine,
    Kind.GENERATOR: _generator,
    Kind.CONTEXT_MANAGER: _context_manager,
    Kind.OTHER: _plain,
}


async def _async_for(value: Any) -> None:
    async for _ in value:
        pass


async def _async_comprehension(value: Any) -> None:
    [_ async for _ in value]


async def _async_generator_expression(value: Any) -> None:
    async for _ in (item async for item in value):
        pass


async def _aiter(value: Any) -> None:
    aiter(value)


async def _anext(value: Any) -> None:
    await anext(value)


async def _async_with(value: Any) -> None:
    async with value:
        pass


async def _enter_async_context(value: Any) -> None:
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(value)


async def _await(value: Any) -> None:
    await value


def _run(value: Any) -> None:
    asyncio.run(value)


async def _create_task(value: Any) -> None:
    await asyncio.create_task(value)


async def _loop_create_task(value: Any) -> None:
    await asyncio.get_running_loop().create_task(value)


async def _ensure_future(value: Any) -> None:
    await asyncio.ensure_future(value)


async def _gather(value: Any) -> None:
    await asyncio.gather(value)


async def _wait_for(value: Any) -> None:
    await asyncio.wait_for(value, 1)


async def _shield(value: Any) -> None:
    await asyncio.shield(value)


async def _task_group(value: Any) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(value)


def _for(value: Any) -> None:
    for _ in value:
        pass


def _comprehension(value: Any) -> None:
    [(item,) for item in value]


def _yield_from(value: Any) -> None:
    def delegate() -> Iterator[Any]:
        yield from value

    list(delegate())


def _unpacking(value: Any) -> None:
    (_,) = value


def _starred(value: Any) -> None:
    assert [*value]


def _star_argument(value: Any) -> None:
    max(0, *value)


def _with(value: Any) -> None:
    with value:
        pass


def _enter_context(value: Any) -> None:
    with contextlib.ExitStack() as stack:
        stack.enter_context(value)


#: Every construct of the rows 1 to 5.
CONSTRUCTS: dict[Use, tuple[Construct, ...]] = {
    Use.ASYNC_FOR: (
        _async_for,
        _async_comprehension,
        _async_generator_expression,
        _aiter,
        _anext,
    ),
    Use.ASYNC_WITH: (_async_with, _enter_async_context),
    Use.AWAIT: (
        _await,
        _run,
        _create_task,
        _loop_create_task,
        _ensure_future,
        _gather,
        _wait_for,
        _shield,
        _task_group,
    ),
    Use.FOR: (
        _for,
        _comprehension,
        _yield_from,
        _unpacking,
        _starred,
        _star_argument,
        iter,
        next,
        list,
        tuple,
        set,
        sorted,
        sum,
        any,
        enumerate,
        zip,
    ),
    Use.WITH: (_with, _enter_context),
}

#: Up to 3.11 asyncio took a generator for a coroutine of the old style: it starts, and fails at
#: the first value that it yields, with RuntimeError ("Task got bad yield").
OLD_STYLE = frozenset(
    {_run, _create_task, _loop_create_task, _ensure_future, _gather, _wait_for, _shield}
    | {_task_group}
)


class Value:
    """A result: it does all that the uses of row 6 demand, and has no protocol of the table."""

    rows = 1
    __hash__ = None  # type: ignore[assignment]

    def __getitem__(self, key: int) -> int:
        return key

    def __call__(self, *_: object) -> int:
        return 1

    def __add__(self, other: int) -> int:
        return other

    def __lt__(self, other: object) -> bool:
        return True

    def __contains__(self, item: object) -> bool:
        return True

    def __len__(self) -> int:
        return 0

    def __int__(self) -> int:
        return 1

    def __str__(self) -> str:
        return "value"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, int)


#: The uses of a result that raise.
RAISING: dict[str, Construct] = {
    "attribute": lambda value: value.rows,
    "subscript": lambda value: value[0],
    "call": lambda value: value(),
    "operator": lambda value: value + 1,
    "comparison": lambda value: value < 1,
    "in": lambda value: 1 in value,
    "len": len,
    "int": int,
}

#: The uses of a result that work on the object itself and say nothing.
SILENT: dict[str, Construct] = {
    "f-string": lambda value: f"{value}",
    "format": "{}".format,
    "str": str,
}

#: What an object really has is no use of its result: a generator answers to ``in``.
OWN = {(Kind.GENERATOR, "in")}


def _attempt(construct: Construct, value: Any) -> bool:
    """Tell whether the construct fails on the value."""
    loop_style = inspect.iscoroutinefunction(construct)
    failures = FAILURES
    if sys.version_info < (3, 12) and construct in OLD_STYLE and inspect.isgenerator(value):
        failures = (*FAILURES, RuntimeError)
    try:
        asyncio.run(construct(value)) if loop_style else construct(value)
    except failures:
        return True
    finally:
        _close(value)
    return False


def _close(value: Any) -> None:
    if inspect.iscoroutine(value) or inspect.isgenerator(value):
        value.close()


def test_rows_1_to_5_fail_exactly_where_the_table_says() -> None:
    for use, constructs in CONSTRUCTS.items():
        for kind, construct in itertools.product(Kind, constructs):
            failed = _attempt(construct, SAMPLES[kind]())
            expected = is_misuse(use, OFFERS[kind])
            assert failed is expected, f"{code_of(use, kind)}: {construct.__name__}: {failed}"


def test_row_6_fails_on_what_is_not_yet_its_result() -> None:
    for kind, (name, construct) in itertools.product(Kind, RAISING.items()):
        value = Value() if kind is Kind.OTHER else SAMPLES[kind]()
        expected = is_misuse(Use.RESULT, OFFERS[kind]) and (kind, name) not in OWN
        failed = _attempt(construct, value)
        assert failed is expected, f"{code_of(Use.RESULT, kind)}: {name}: {failed}"
    for kind in Kind:
        if kind is not Kind.OTHER:
            assert _attempt(json.dumps, SAMPLES[kind]()), f"json.dumps of {kind.article}"


def test_row_6_shows_the_object_in_place_of_its_result() -> None:
    for kind, (name, construct) in itertools.product(Kind, SILENT.items()):
        value = Value() if kind is Kind.OTHER else SAMPLES[kind]()
        shows_object = " object " in construct(value)
        _close(value)
        assert shows_object is is_misuse(Use.RESULT, OFFERS[kind]), f"{name} of {kind.article}"


def test_row_6_leaves_out_what_the_object_really_has() -> None:
    """Calling a context manager with a function decorates it; ``==`` and ``is`` never raise."""
    assert callable(_context_manager()(_plain))
    assert callable(_async_context_manager()(_coroutine))
    for kind in Kind:
        value = SAMPLES[kind]()
        assert (value == 0) is False
        assert value is not None
        _close(value)


def test_row_7_never_runs_the_body() -> None:
    # What other tests left must not warn in here.
    gc.collect()
    for kind in Kind:
        before = Ran.bodies
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            SAMPLES[kind]()
            gc.collect()
        ran = Ran.bodies > before
        assert ran is not is_misuse(Use.DISCARDED, OFFERS[kind]), kind.article
        warned = any("never awaited" in str(item.message) for item in caught)
        assert warned is (kind is Kind.COROUTINE), kind.article


def test_row_8_is_always_true() -> None:
    for kind in Kind:
        value = Value() if kind is Kind.OTHER else SAMPLES[kind]()
        assert bool(value) is is_misuse(Use.TRUTH, OFFERS[kind]), kind.article
        _close(value)


async def _nothing(self: object, *_: object) -> None:
    return None


async def _end(self: object) -> None:
    raise StopAsyncIteration


def _empty(self: object) -> Iterator[None]:
    return iter(())


#: The methods that make an object offer a protocol.
METHODS: dict[Protocol, dict[str, Callable[..., Any]]] = {
    Protocol.ASYNC_ITERABLE: {"__aiter__": lambda self: self, "__anext__": _end},
    Protocol.ASYNC_CONTEXT_MANAGER: {"__aenter__": _nothing, "__aexit__": _nothing},
    Protocol.AWAITABLE: {"__await__": _empty},
    Protocol.ITERABLE: {"__iter__": _empty},
    Protocol.CONTEXT_MANAGER: {"__enter__": _empty, "__exit__": lambda *_: None},
}

_STATEMENTS: dict[Use, Callable[[Any], Any]] = {
    Use.ASYNC_FOR: _async_for,
    Use.ASYNC_WITH: _async_with,
    Use.AWAIT: _await,
    Use.FOR: _for,
    Use.WITH: _with,
}


def test_objects_of_several_protocols_fail_only_what_they_lack() -> None:
    """An awaitable async context manager serves both ``await`` and ``async with``."""
    for size in range(len(METHODS) + 1):
        for parts in itertools.combinations(METHODS, size):
            offered = Protocol.NONE
            methods: dict[str, Callable[..., Any]] = {}
            for part in parts:
                offered |= part
                methods.update(METHODS[part])
            for use, statement in _STATEMENTS.items():
                failed = _attempt(statement, type("Hybrid", (), methods)())
                assert failed is is_misuse(use, offered), f"{use!r} of {offered!r}"


def test_the_kind_is_the_first_protocol_that_the_object_offers() -> None:
    for kind, offer in OFFERS.items():
        assert kind_of(offer) is kind
    assert kind_of(Protocol.AWAITABLE | Protocol.ASYNC_CONTEXT_MANAGER) is Kind(2)
    assert kind_of(Protocol.ITERABLE | Protocol.CONTEXT_MANAGER) is Kind(4)


def test_every_use_is_run() -> None:
    assert set(CONSTRUCTS) == set(NEEDS)
    assert {use for use, _ in cells()} == set(Use)
    assert len(list(cells())) == 40


def _starts(interpreter: str) -> bool:
    try:
        run = subprocess.run([interpreter, "-c", ""], capture_output=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return run.returncode == 0


def test_other_interpreters_agree() -> None:
    """Runs this file under every other Python on the PATH, from 3.11 to 3.14."""
    for minor in (11, 12, 13, 14):
        interpreter = shutil.which(f"python3.{minor}")
        if interpreter is None or sys.version_info[1] == minor or not _starts(interpreter):
            continue
        run = subprocess.run(
            [interpreter, "-W", "error::SyntaxWarning", __file__],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert run.returncode == 0, f"{interpreter}: {run.stdout}{run.stderr}"


def main() -> None:
    """Run every test of this file that needs no other interpreter."""
    tests = [
        value
        for name, value in globals().items()
        if name.startswith("test_") and value is not test_other_interpreters_agree
    ]
    for test in tests:
        test()
    print(f"{len(tests)} tests passed on Python {sys.version.split()[0]}")


if __name__ == "__main__":
    main()
