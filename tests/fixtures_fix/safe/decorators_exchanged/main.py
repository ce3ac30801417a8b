"""`@contextmanager` on async generator functions becomes `@asynccontextmanager`, imported if need be."""

import contextlib
from collections.abc import AsyncIterator
from contextlib import contextmanager


@contextmanager  # BUG: APL202 (breaks: case_name)
async def session() -> AsyncIterator[str]:
    yield "session"


class Store:
    @contextlib.contextmanager  # BUG: APL202 (breaks: case_attribute)
    async def open(self) -> AsyncIterator[str]:
        yield "store"


async def case_name() -> None:
    async with session() as found:
        assert found == "session"


async def case_attribute() -> None:
    async with Store().open() as found:
        assert found == "store"


async def case_elsewhere() -> None:
    import beside

    async with beside.other() as found, beside.third() as third:
        assert (found, third) == ("other", "third")
    with beside.plain() as found:
        assert found == "plain"
