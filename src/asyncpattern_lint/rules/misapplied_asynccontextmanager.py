"""APL201: ``@asynccontextmanager`` on what is not an async generator function."""

from typing import ClassVar

from asyncpattern_lint.remedies import SAFE
from asyncpattern_lint.rule import ManagerRule


class MisappliedAsyncContextManager(ManagerRule):
    """Flag `@asynccontextmanager` on what is not an async generator function.

    ## What it does
    Finds `contextlib.asynccontextmanager` on a coroutine function, on a generator function, and on
    a plain function that returns something else than an async generator. A plain function that
    returns an async generator is right, and so is a function that only raises.

    ## Why is this bad?
    The decorated function can be called, but what it gives can be neither entered nor awaited:
    `async with` raises `TypeError`.

    ## Example
    ```python
    @asynccontextmanager
    async def open_session():
        return Session()
    ```

    Use instead:
    ```python
    @asynccontextmanager
    async def open_session():
        yield Session()
    ```

    ## Fix safety
    The decorator is removed where a plain function returns an async context manager already,
    which is safe. Unsafely it is removed from a coroutine function, and exchanged for
    `@contextmanager` on a generator function: `yield` or `async` may be what was forgotten. Where
    a call then fails, the fix is not applied.
    """

    codes: ClassVar = {"APL201": "misapplied-asynccontextmanager"}
    fixable: ClassVar = {"APL201": SAFE}
    is_async = True
    bad: ClassVar = {
        "APL201": """\
from contextlib import asynccontextmanager


@asynccontextmanager  # BUG: APL201 (breaks: case_enter)
async def open_session() -> str:
    return "session"


async def case_enter() -> None:
    async with open_session() as session:
        print(session)
"""
    }
    good = (
        """\
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


async def sessions() -> AsyncIterator[str]:
    yield "session"


@asynccontextmanager
async def open_session() -> AsyncIterator[str]:
    yield "session"


@asynccontextmanager
def open_other() -> AsyncIterator[str]:
    return sessions()


async def case_enter() -> None:
    async with open_session() as one, open_other() as other:
        print(one, other)
""",
    )
