"""Outside of async functions, and where a generator would become another one, nothing is added."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


async def rows() -> AsyncIterator[int]:
    yield 1


async def get_name() -> str:
    return "Ada"


@asynccontextmanager
async def session() -> AsyncIterator[str]:
    yield "session"


def case_for() -> None:
    for row in rows():  # BUG: APL141
        print(row)


def case_with() -> None:
    with session() as found:  # BUG: APL152
        print(found)


def case_attribute() -> None:
    print(get_name().upper())  # BUG: APL163


async def case_lambda() -> None:
    (lambda: get_name().upper())()  # BUG: APL163


async def case_default() -> None:
    def inner(name: str = get_name().upper()) -> None:  # BUG: APL163
        print(name)


async def case_class_body() -> None:
    class Inner:
        name = get_name().upper()  # BUG: APL163


async def case_inner_function() -> None:
    def inner() -> str:
        return get_name().upper()  # BUG: APL163

    inner()


async def case_generator_expression() -> None:
    print(list(get_name().upper() for _ in "ab"))  # BUG: APL163


async def case_nested_comprehensions() -> None:
    print([[row for row in rows()] for _ in "ab"])  # BUG: APL141


async def case_run() -> None:
    asyncio.run(rows())  # BUG: APL131
