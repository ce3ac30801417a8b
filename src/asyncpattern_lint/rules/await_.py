"""APL13x: ``await`` on what is not awaitable."""

from typing import ClassVar

from asyncpattern_lint.findings import Action, Misuse, Remedy
from asyncpattern_lint.protocol import Kind, Use
from asyncpattern_lint.remedies import SAFE, UNAWAIT, UNSAFE, is_itself, is_uncalled
from asyncpattern_lint.rule import TableRule, example

#: What takes a coroutine only, and no other awaitable.
_COROUTINE_TAKERS = ("run", "create_task", "run_coroutine_threadsafe")


class Await(TableRule):
    """Flag `await` on an object that is not awaitable.

    ## What it does
    Finds `await`, and the functions of asyncio that demand a coroutine or an awaitable
    (`asyncio.run`, `create_task`, `gather`, `wait_for`), on an object without `__await__`.

    ## Why is this bad?
    It raises `TypeError` when it runs. `async def` with a `yield` in its body is an async
    generator, not a coroutine; a function that was made synchronous returns its value at once.

    ## Example
    ```python
    rows = await get_rows()  # an async generator
    ```

    Use instead:
    ```python
    rows = [row async for row in get_rows()]
    ```

    ## Fix safety
    `await` is removed where the value is there already. This is safe, but for an instance that can
    be entered, or iterated over with `async for`: that may be what was meant. What a generator or
    context manager function gives, only its author can use rightly: there is no fix.
    """

    use = Use.AWAIT
    fixable: ClassVar = {
        "APL131": UNSAFE,
        "APL132": UNSAFE,
        "APL134": SAFE,
        "APL135": UNSAFE,
        "APL136": SAFE,
    }
    naming = "await-on-{kind}"
    needs = "an awaitable (`__await__`)"
    refined: ClassVar = dict.fromkeys(_COROUTINE_TAKERS, "a coroutine")
    advice: ClassVar = {
        Kind.ASYNC_GENERATOR: "write `async for ... in {reference}`, "
        "or `[... async for ... in {reference}]`",
        Kind.ASYNC_CONTEXT_MANAGER: "write `async with {reference} as ...:`",
        Kind.GENERATOR: "write `for ... in {reference}` without {construct}",
        Kind.CONTEXT_MANAGER: "write `with {reference} as ...:`",
        Kind.OTHER: "remove {construct}: `{reference}` is the value already",
    }
    sample = """\
async def case_await() -> None:
    print(await {call}){mark}
"""
    good = (
        example(Kind.COROUTINE, sample.format(call="get_user()", mark="")),
        example(Kind.OTHER, "def case_call() -> None:\n    print(get_count())\n"),
    )

    def advise(self, misuse: Misuse) -> str:
        """Return the advice: a plain value that is iterable is still the value."""
        if misuse.kind is Kind.GENERATOR and misuse.description:
            return self.advice[Kind.OTHER]
        return super().advise(misuse)

    def remedy(self, misuse: Misuse) -> Remedy | None:
        """Return the remedy: what a call gave at once needs no ``await``."""
        if misuse.construct != "await" or is_uncalled(misuse):
            return None
        if misuse.kind is Kind.OTHER or (misuse.kind is Kind.GENERATOR and is_itself(misuse)):
            return UNAWAIT
        # Who awaits what can be entered may have meant to enter it.
        return Remedy(Action.UNAWAIT, applicability=UNSAFE) if is_itself(misuse) else None
