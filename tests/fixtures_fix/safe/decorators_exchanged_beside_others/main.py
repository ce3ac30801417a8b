"""The decorator is still needed for other functions, so that both are imported."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress


@contextmanager
def lock() -> Iterator[str]:
    with suppress(KeyError):
        yield "lock"


def rows():
    async def inner() -> AsyncIterator[int]:
        yield 1

    return inner()


@contextmanager  # BUG: APL202 (breaks: case_both)
def first_row():
    return rows()


async def case_both() -> None:
    with lock() as found:
        assert found == "lock"
    async with first_row() as row:
        assert row == 1
