"""APL14x: iteration over what is not iterable."""

from typing import ClassVar

from asyncpattern_lint.findings import Action, Misuse, Remedy
from asyncpattern_lint.protocol import Kind, Protocol, Use
from asyncpattern_lint.remedies import AWAIT, LOOPS, SAFE, UNSAFE, head, is_itself, of_result
from asyncpattern_lint.rule import TableRule, example


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

    ## Fix safety
    Only inside `async def`: `for` becomes `async for`, or `async with` or `with` for what a context
    manager function gives, unless `break`, `continue` or `else` would mean something else. A
    coroutine is awaited. These fixes are safe, but for a coroutine of which nothing is known that
    it results in: there the fix is unsafe.
    """

    use = Use.FOR
    fixable: ClassVar = {"APL141": SAFE, "APL142": SAFE, "APL143": SAFE, "APL145": SAFE}
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
    remedies: ClassVar = {
        Kind.ASYNC_GENERATOR: head("async for"),
        Kind.ASYNC_CONTEXT_MANAGER: head("async with"),
        Kind.CONTEXT_MANAGER: head("with"),
    }
    sample = """\
async def case_iterate() -> None:
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
            if misuse.construct in LOOPS:
                return "write `async for ... in {reference}`"
        if misuse.kind is Kind.COROUTINE and misuse.construct in LOOPS:
            return "write `for ... in await {reference}`"
        return super().advise(misuse)

    def remedy(self, misuse: Misuse) -> Remedy | None:
        """Return the remedy: a coroutine is awaited wherever its items are taken."""
        loop = misuse.construct in LOOPS
        if misuse.kind is Kind.COROUTINE:
            return self._awaited(misuse, loop)
        if not loop or (misuse.kind is not Kind.ASYNC_GENERATOR and is_itself(misuse)):
            return None
        return super().remedy(misuse)

    def _awaited(self, misuse: Misuse, loop: bool) -> Remedy | None:
        if misuse.construct == "next":
            return None
        if misuse.result is None:
            return Remedy(Action.AWAIT, applicability=UNSAFE)
        if loop:
            return of_result(misuse, "for", "async for")
        return AWAIT if Protocol.ITERABLE in misuse.result else None
