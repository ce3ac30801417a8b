"""Taken from coroutine functions, and exchanged on generator functions, as the calls ask for."""

from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager


@asynccontextmanager  # BUG: APL201 (breaks: case_awaited)
async def user() -> str:
    return "user"


@contextmanager  # BUG: APL202 (breaks: case_awaited_too)
async def group() -> str:
    return "group"


@asynccontextmanager  # BUG: APL201 (breaks: case_entered)
def lock() -> Iterator[str]:
    yield "lock"


async def case_awaited() -> None:
    assert await user() == "user"


async def case_awaited_too() -> None:
    assert await group() == "group"


def case_entered() -> None:
    with lock() as found:
        assert found == "lock"
