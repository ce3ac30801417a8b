"""A generator that is entered is iterated over: the body may then run more than once."""

from collections.abc import AsyncIterator, Iterator


async def sessions() -> AsyncIterator[str]:
    yield "session"


def locks() -> Iterator[tuple[int, int]]:
    yield 1, 2


async def case_async_with() -> None:
    async with sessions() as session:  # BUG: APL121
        assert session == "session"


async def case_with() -> None:
    with sessions() as session:  # BUG: APL151
        assert session == "session"


async def case_async_with_on_a_generator() -> None:
    async with locks() as (one, two):  # BUG: APL124
        assert one < two


def case_with_on_a_generator() -> None:
    with locks() as (one, two):  # BUG: APL154
        assert one < two
