"""APL17x: an object dropped before its body ran."""

from typing import ClassVar

from asyncpattern_lint.findings import Action, Misuse, Remedy
from asyncpattern_lint.protocol import Kind, Use
from asyncpattern_lint.remedies import UNSAFE
from asyncpattern_lint.rule import TableRule, example


class Discarded(TableRule):
    """Flag a call whose body never runs, because nothing uses the object that it gives.

    ## What it does
    Finds a coroutine, generator or context manager that is called as a bare statement, or bound
    to a local name that nothing uses afterwards.

    ## Why is this bad?
    The body of the function never runs, and nothing fails: Python warns of a coroutine that was
    never awaited when it is collected, and says nothing of the others.

    ## Example
    ```python
    notify(user)  # a coroutine
    ```

    Use instead:
    ```python
    await notify(user)
    ```

    ## Fix safety
    Inside `async def` a coroutine is awaited. The fix is unsafe: what never ran runs then, and it
    may have been meant for a task of its own.
    """

    use = Use.DISCARDED
    fixable: ClassVar = {"APL173": UNSAFE}
    naming = "discarded-{kind}"
    wording = "`{reference}` is {what} that nothing {lack}: its body never runs"
    lacks: ClassVar = {
        Kind.ASYNC_GENERATOR: "iterates over",
        Kind.ASYNC_CONTEXT_MANAGER: "enters",
        Kind.COROUTINE: "awaits",
        Kind.GENERATOR: "iterates over",
        Kind.CONTEXT_MANAGER: "enters",
    }
    advice: ClassVar = {
        Kind.ASYNC_GENERATOR: "iterate over it: `async for ... in {reference}`",
        Kind.ASYNC_CONTEXT_MANAGER: "enter it: `async with {reference}:`",
        Kind.COROUTINE: "await it: `await {reference}`, "
        "or pass it to `asyncio.create_task` and keep the task",
        Kind.GENERATOR: "iterate over it: `for ... in {reference}`",
        Kind.CONTEXT_MANAGER: "enter it: `with {reference}:`",
    }
    remedies: ClassVar = {Kind.COROUTINE: Remedy(Action.AWAIT, applicability=UNSAFE)}
    sample = """\
async def case_drop() -> None:
    {call}{mark}
"""
    silent = True
    good = (
        example(Kind.COROUTINE, "async def case_await() -> None:\n    await get_user()\n"),
        example(
            Kind.CONTEXT_MANAGER,
            "def case_enter() -> None:\n    with get_lock():\n        pass\n",
        ),
    )

    def advise(self, misuse: Misuse) -> str:
        """Return the advice, with the local name that nothing uses."""
        _, bound, name = misuse.construct.partition("unused name ")
        unused = f"nothing uses `{name}`; " if bound else ""
        return unused + super().advise(misuse)
