"""APL14x: iteration over what is not iterable."""

from typing import ClassVar

from asyncpattern_lint.findings import Misuse
from asyncpattern_lint.protocol import Kind, Use
from asyncpattern_lint.rule import TableRule, example

_LOOPS = ("for", "comprehension")


class For(TableRule):
    """Flag iteration over an object that is not iterable.

    ## What it does
    Finds `for`, comprehensions, `iter`, `next`, `list` and the like, `yield from` and unpacking
    on an object without `__iter__`.

    ## Why is this bad?
    It raises `TypeError` when it runs. An async generator is iterated over with `async for`
    only, and a coroutine has to be awaited before its result has items.

    ## Example
    ```python
    for row in get_rows():  # an async generator
        ...
    ```

    Use instead:
    ```python
    async for row in get_rows():
        ...
    ```
    """

    use = Use.FOR
    naming = "for-over-{kind}"
    needs = "an iterable (`__iter__`)"
    refined: ClassVar = {"next": "an iterator (`__next__`)"}
    advice: ClassVar = {
        Kind.ASYNC_GENERATOR: "write `[... async for ... in {reference}]`",
        Kind.ASYNC_CONTEXT_MANAGER: "write `async with {reference} as ...:`",
        Kind.COROUTINE: "await it first: `await {reference}`",
        Kind.CONTEXT_MANAGER: "write `with {reference} as ...:`",
        Kind.OTHER: "iterate over what has items, or give the object `__iter__`",
    }
    sample = """\
def case_iterate() -> None:
    for item in {call}:{mark}
        print(item)
"""
    good = (
        example(Kind.GENERATOR, sample.format(call="get_lines()", mark="")),
        example(
            Kind.ASYNC_GENERATOR,
            "async def case_iterate() -> None:\n"
            "    async for item in get_rows():\n"
            "        print(item)\n",
        ),
    )

    def advise(self, misuse: Misuse) -> str:
        """Return the advice: a loop is mended in its own line, ``next`` by its async twin."""
        if misuse.kind is Kind.ASYNC_GENERATOR:
            if misuse.construct in ("iter", "next"):
                return f"write `a{misuse.construct}({{reference}})`"
            if misuse.construct in _LOOPS:
                return "write `async for ... in {reference}`"
        if misuse.kind is Kind.COROUTINE and misuse.construct in _LOOPS:
            return "write `for ... in await {reference}`"
        return super().advise(misuse)
