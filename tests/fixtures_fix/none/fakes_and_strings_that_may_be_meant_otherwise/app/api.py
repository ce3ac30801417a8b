from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.store import get_row

get_rows_at, get_rows_of = get_row, get_row


async def fetch() -> str:
    return "row"


async def show() -> str:
    return await fetch()


@asynccontextmanager
async def session() -> AsyncIterator[str]:
    yield "session"


async def save() -> str:
    async with session() as opened:
        return opened
