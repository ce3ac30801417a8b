"""Whichever decorator there is, some call fails, or nobody can tell what was meant."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager


@contextmanager  # BUG: APL202 (breaks: case_with)
async def session() -> AsyncIterator[str]:
    yield "session"


@asynccontextmanager  # BUG: APL201 (breaks: case_async_with)
def lock() -> Iterator[str]:
    yield "lock"


@asynccontextmanager  # BUG: APL201 (breaks: case_coroutine)
async def user() -> str:
    return "user"


@contextmanager  # BUG: APL202 (breaks: case_nothing)
def nothing() -> None:
    print("nothing")


def case_with() -> None:
    with session() as found:
        print(found)


async def case_async_with() -> None:
    async with lock() as found:
        print(found)


async def case_coroutine() -> None:
    async with user() as found:
        print(found)


def case_nothing() -> None:
    with nothing():
        pass
