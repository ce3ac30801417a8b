"""Where break, continue or else would mean something else, the loop stays."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def session() -> AsyncIterator[str]:
    yield "session"


async def rows() -> AsyncIterator[int]:
    yield 1


async def case_break() -> None:
    async for found in session():  # BUG: APL112
        if found:
            break


async def case_continue_in_the_else_of_an_inner_loop() -> None:
    async for found in session():  # BUG: APL112
        for _ in found:
            break
        else:
            continue


async def case_else() -> None:
    async for _ in session():  # BUG: APL112
        pass
    else:
        print("done")


async def case_break_out_of_a_loop_around_it() -> None:
    while True:
        async with rows() as row:  # BUG: APL121
            print(row)
            break


async def case_comprehension() -> None:
    print([found async for found in session()])  # BUG: APL112


async def case_nothing_bound() -> None:
    async with rows():  # BUG: APL121
        print("entered")


async def case_two_of_which_one_is_right() -> None:
    async with session(), rows() as row:  # BUG: APL121
        print(row)
