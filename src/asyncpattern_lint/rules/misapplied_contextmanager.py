"""APL202: ``@contextmanager`` on what is not a generator function."""

from typing import ClassVar

from asyncpattern_lint.remedies import SAFE
from asyncpattern_lint.rule import ManagerRule


class MisappliedContextManager(ManagerRule):
    """Flag `@contextmanager` on what is not a generator function.

    ## What it does
    Finds `contextlib.contextmanager` on an async generator function, on a coroutine function, and
    on a plain function that returns something else than an iterator. A plain function that
    returns a generator is right, and so is a function that only raises.

    ## Why is this bad?
    The decorated function can be called, but what it gives cannot be entered: `with` raises
    `TypeError`.

    ## Example
    ```python
    @contextmanager
    async def open_session():
        yield Session()
    ```

    Use instead:
    ```python
    @asynccontextmanager
    async def open_session():
        yield Session()
    ```

    ## Fix safety
    On an async generator function the decorator becomes `@asynccontextmanager`, and it is removed
    where a plain function returns a context manager already; both are safe. From a coroutine
    function it is removed unsafely: `yield` may be what was forgotten. Where a call then fails,
    the fix is not applied.
    """

    codes: ClassVar = {"APL202": "misapplied-contextmanager"}
    fixable: ClassVar = {"APL202": SAFE}
    is_async = False
    bad: ClassVar = {
        "APL202": """\
from collections.abc import AsyncIterator
from contextlib import contextmanager


@contextmanager  # BUG: APL202 (breaks: case_enter)
async def open_session() -> AsyncIterator[str]:
    yield "session"


async def case_enter() -> None:
    async with open_session() as session:
        print(session)
"""
    }
    good = (
        """\
from collections.abc import Iterator
from contextlib import contextmanager


def sessions() -> Iterator[str]:
    yield "session"


@contextmanager
def open_session() -> Iterator[str]:
    yield "session"


@contextmanager
def open_other() -> Iterator[str]:
    return sessions()


def case_enter() -> None:
    with open_session() as one, open_other() as other:
        print(one, other)
""",
    )
