"""Which of several ways was meant, nobody can tell."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager


async def rows() -> AsyncIterator[int]:
    yield 1


def lines() -> Iterator[str]:
    yield "line"


@asynccontextmanager
async def session() -> AsyncIterator[str]:
    yield "session"


class Rows:
    """Both can be entered and iterated over, so that a loop need not become a ``with``."""

    async def __aenter__(self) -> "Rows":
        return self

    async def __aexit__(self, *_: object) -> None: ...


async def unknown():
    return getattr(Rows, "make", rows)()


def call() -> int:
    return 1


async def case_generator_awaited() -> None:
    await rows()  # BUG: APL131


async def case_manager_awaited() -> None:
    await session()  # BUG: APL132


async def case_plain_generator_awaited() -> None:
    print(await lines())  # BUG: APL134


async def case_instance() -> None:
    async for row in Rows():  # BUG: APL112
        print(row)


async def case_unknown_result() -> None:
    async for row in unknown():  # BUG: APL113
        print(row)


async def case_function_that_is_not_called() -> None:
    await call  # BUG: APL136


async def case_event_itself() -> None:
    event = asyncio.Event()
    await event  # BUG: APL136


async def case_manager_dropped() -> None:
    session()  # BUG: APL172 (never runs: session)


async def tasks() -> Iterator[object]: ...


def pending() -> Iterator[object]:
    yield asyncio.sleep(0)


async def case_items_to_await() -> None:
    async for item in pending():  # BUG: APL114
        item.close()
