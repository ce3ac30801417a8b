"""A context manager that is iterated over is entered instead, whatever the loop looks like."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager


@asynccontextmanager
async def session(name: str = "main") -> AsyncIterator[list[str]]:
    yield [name]


@asynccontextmanager
async def pair() -> AsyncIterator[tuple[int, tuple[int, int]]]:
    yield 1, (2, 3)


@contextmanager
def lock() -> Iterator[str]:
    yield "lock"


class Holder:
    name = ""


async def case_plain() -> None:
    async for found in session():  # BUG: APL112
        assert found == ["main"]


async def case_arguments_over_lines() -> None:
    async for found in session(  # BUG: APL112
        # which one
        "other",
    ):
        assert found == ["other"]


async def case_tuple() -> None:
    async for first, (second, *rest) in pair():  # BUG: APL112
        assert (first, second, rest) == (1, 2, [3])


async def case_tuple_in_parentheses() -> None:
    async for (first, second) in pair():  # BUG: APL112
        assert (first, second) == (1, (2, 3))


async def case_attribute() -> None:
    async for Holder.name in session():  # BUG: APL112
        assert Holder.name == ["main"]


async def case_subscript() -> None:
    kept: dict[str, object] = {}
    async for kept["it"] in (session()):  # BUG: APL112
        assert kept["it"] == ["main"]


async def case_one_line() -> None:
    async for  found  in  session(): assert found  # BUG: APL112


async def case_return_from_the_middle() -> list[str]:
    async for found in session():  # BUG: APL112
        for letter in found[0]:
            if letter == "a":
                continue
            break
        while True:
            break
        return found
    raise AssertionError


async def case_plain_manager_in_async_for() -> None:
    async for name in lock():  # BUG: APL115
        assert name == "lock"


async def case_plain_manager_in_for() -> None:
    for name in lock():  # BUG: APL145
        assert name == "lock"


async def case_async_manager_in_for() -> None:
    for found in session():  # BUG: APL142
        assert found == ["main"]
