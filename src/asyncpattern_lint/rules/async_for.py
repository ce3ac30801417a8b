"""APL11x: ``async for`` over what is no async iterable."""

from typing import ClassVar

from asyncpattern_lint.protocol import Kind, Use
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
    """

    use = Use.ASYNC_FOR
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
