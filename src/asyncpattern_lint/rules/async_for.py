"""APL11x: ``async for`` over what is no async iterable."""

from typing import ClassVar

from asyncpattern_lint.findings import Misuse, Remedy
from asyncpattern_lint.protocol import Kind, Protocol, Use
from asyncpattern_lint.remedies import LOOPS, SAFE, head, is_itself, of_result
from asyncpattern_lint.rule import TableRule, example


class AsyncFor(TableRule):
    """Flag `async for` over an object that is no async iterable.

    ## What it does
    Finds `async for`, async comprehensions, `aiter` and `anext` on an object without
    `__aiter__`.

    ## Why is this bad?
    It raises `TypeError` when it runs. A decorated `@asynccontextmanager` function has the
    same signature as an async generator, so that the mistake cannot be seen at the call.

    ## Example
    ```python
    async for session in get_session():  # an async context manager
        ...
    ```

    Use instead:
    ```python
    async with get_session() as session:
        ...
    ```

    ## Fix safety
    `async for` becomes `for`, or `async with` or `with` for what a context manager function gives.
    The loop stays where its `break`, `continue` or `else` would mean something else. A coroutine is
    awaited where it is known what it results in. All of these fixes are safe.
    """

    use = Use.ASYNC_FOR
    fixable: ClassVar = {"APL112": SAFE, "APL113": SAFE, "APL114": SAFE, "APL115": SAFE}
    naming = "async-for-over-{kind}"
    needs = "an async iterable (`__aiter__`)"
    refined: ClassVar = {"anext": "an async iterator (`__anext__`)"}
    advice: ClassVar = {
        Kind.ASYNC_CONTEXT_MANAGER: "write `async with {reference} as ...:`",
        Kind.COROUTINE: "await it first: `for ... in await {reference}`, "
        "or `async for` if its result is an async iterable",
        Kind.GENERATOR: "write `for ... in {reference}`",
        Kind.CONTEXT_MANAGER: "write `with {reference} as ...:`",
        Kind.OTHER: "iterate over an async iterable, or give the object `__aiter__`",
    }
    remedies: ClassVar = {
        Kind.ASYNC_CONTEXT_MANAGER: head("async with"),
        Kind.GENERATOR: head("for"),
        Kind.CONTEXT_MANAGER: head("with"),
    }
    sample = """\
async def case_iterate() -> None:
    async for item in {call}:{mark}
        print(item)
"""
    good = (
        example(Kind.ASYNC_GENERATOR, sample.format(call="get_rows()", mark="")),
        example(
            Kind.ASYNC_CONTEXT_MANAGER,
            "async def case_enter() -> None:\n"
            "    async with get_session() as session:\n"
            "        print(session)\n",
        ),
    )

    def remedy(self, misuse: Misuse) -> Remedy | None:
        """Return the remedy: an instance that is entered elsewhere may be meant otherwise."""
        if misuse.construct not in LOOPS:
            return None
        if misuse.kind is Kind.COROUTINE:
            return of_result(misuse, "async for", "for")
        if misuse.kind is not Kind.GENERATOR and is_itself(misuse):
            return None
        if misuse.result is not None and Protocol.AWAITABLE in misuse.result:
            # Each item would have to be awaited, as ``async for`` seems to do.
            return None
        return super().remedy(misuse)
