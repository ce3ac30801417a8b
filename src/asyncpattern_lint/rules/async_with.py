"""APL12x: ``async with`` on what is no async context manager."""

from typing import ClassVar

from asyncpattern_lint.findings import Misuse
from asyncpattern_lint.protocol import Kind, Use
from asyncpattern_lint.rule import LOOPS, TableRule, example


class AsyncWith(TableRule):
    """Flag `async with` on an object that is no async context manager.

    ## What it does
    Finds `async with` and `AsyncExitStack.enter_async_context` on an object without
    `__aenter__` and `__aexit__`.

    ## Why is this bad?
    It raises `TypeError` when it runs. A bare async generator that yields one resource looks
    like a context manager, but only `@asynccontextmanager` makes it one.

    ## Example
    ```python
    async with get_rows() as rows:  # an async generator
        ...
    ```

    Use instead:
    ```python
    async for row in get_rows():
        ...
    ```
    """

    use = Use.ASYNC_WITH
    naming = "async-with-on-{kind}"
    needs = "an async context manager (`__aenter__`, `__aexit__`)"
    advice: ClassVar = {
        Kind.ASYNC_GENERATOR: f"{LOOPS[Kind.ASYNC_GENERATOR]}, "
        "or decorate the definition with `contextlib.asynccontextmanager`",
        Kind.COROUTINE: "await it first: `async with await {reference} as ...:`",
        Kind.GENERATOR: f"{LOOPS[Kind.GENERATOR]}, "
        "or make the definition `async def` under `contextlib.asynccontextmanager`",
        Kind.CONTEXT_MANAGER: "write `with {reference} as ...:`",
        Kind.OTHER: "use it without {construct}, or give the object `__aenter__` and `__aexit__`",
    }
    sample = """\
async def case_enter() -> None:
    async with {call} as value:{mark}
        print(value)
"""
    good = (example(Kind.ASYNC_CONTEXT_MANAGER, sample.format(call="get_session()", mark="")),)

    def advise(self, misuse: Misuse) -> str:
        """Return the advice: no decorator makes a context manager of a class."""
        loop = LOOPS.get(misuse.kind, "")
        if not misuse.description or not loop:
            return super().advise(misuse)
        return f"{loop}, or give the object `__aenter__` and `__aexit__`" if misuse.target else loop
