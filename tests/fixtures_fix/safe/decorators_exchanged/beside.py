"""Both decorators are needed here; the other one gets another name."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager as acm
from contextlib import contextmanager as cm


@acm
async def other() -> AsyncIterator[str]:
    yield "other"


@cm  # BUG: APL202 (breaks: case_elsewhere)
async def third() -> AsyncIterator[str]:
    yield "third"


@cm
def plain() -> Iterator[str]:
    yield "plain"
