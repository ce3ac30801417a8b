"""Statements and comprehensions get, or lose, their async where that is all they need."""

import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

ENTERED: list[str] = []


async def rows() -> AsyncIterator[int]:
    for number in (1, 2):
        yield number


def lines() -> Iterator[str]:
    yield "a"
    yield "b"


@asynccontextmanager
async def session() -> AsyncIterator[str]:
    yield "session"


@contextmanager
def lock() -> Iterator[str]:
    yield "lock"


async def case_for() -> None:
    found = []
    for row in rows():  # BUG: APL141
        if row == 2:
            break
        found.append(row)
    else:
        raise AssertionError
    assert found == [1]


async def case_list() -> None:
    assert [row for row in rows()] == [1, 2]  # BUG: APL141


async def case_set() -> None:
    assert {row for row in rows() if row > 1} == {2}  # BUG: APL141


async def case_dict() -> None:
    assert {row: line for line in "x" for row in rows()} == {1: "x", 2: "x"}  # BUG: APL141


async def case_inside_what_is_iterated_over_first() -> None:
    doubled = (row * 2 for row in [row for row in rows()])  # BUG: APL141
    assert list(doubled) == [2, 4]


async def case_async_for() -> None:
    found = []
    async for line in lines():  # BUG: APL114
        found.append(line)
    else:
        found.append("end")
    assert found == ["a", "b", "end"]


async def case_async_list() -> None:
    assert [line async for line in lines()] == ["a", "b"]  # BUG: APL114


async def case_async_list_over_lines() -> None:
    assert [
        line  # quickly
        async   for line in lines()  # BUG: APL114
    ] == ["a", "b"]


async def case_with() -> None:
    with session() as found:  # BUG: APL152
        assert found == "session"


async def case_with_without_a_name() -> None:
    with (
        session()  # BUG: APL152
    ):
        ENTERED.append("session")
    assert ENTERED == ["session"]


async def case_with_two() -> None:
    with session() as one, session() as two:  # BUG: APL152, APL152
        assert one == two


async def case_async_with() -> None:
    async with lock() as found:  # BUG: APL125
        assert found == "lock"


async def case_async_with_an_instance() -> None:
    async	with threading.Lock():  # BUG: APL125
        pass
