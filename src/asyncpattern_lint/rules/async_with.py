"""APL12x: ``async with`` on what is no async context manager."""

from typing import ClassVar

from asyncpattern_lint.findings import Action, Misuse, Remedy
from asyncpattern_lint.protocol import Kind, Use
from asyncpattern_lint.remedies import SAFE, UNSAFE, head, is_itself, of_result
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

    ## Fix safety
    `async with` on a context manager becomes `with`, and a coroutine is awaited first where its
    result is known: these fixes are safe. Unsafe are `async for` and `for` in place of `async with`:
    the body then runs once for each item, and what the generator does after its last `yield`
    waits for the loop to end. So is to await what results in something unknown.
    """

    use = Use.ASYNC_WITH
    fixable: ClassVar = {"APL121": UNSAFE, "APL123": SAFE, "APL124": UNSAFE, "APL125": SAFE}
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
    remedies: ClassVar = {
        Kind.ASYNC_GENERATOR: head("async for", UNSAFE),
        Kind.GENERATOR: head("for", UNSAFE),
        Kind.CONTEXT_MANAGER: head("with"),
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

    def remedy(self, misuse: Misuse) -> Remedy | None:
        """Return the remedy: an instance that is iterable may be meant otherwise."""
        if misuse.construct != "async with":
            return None
        if misuse.kind is Kind.COROUTINE:
            if misuse.result is None:
                return Remedy(Action.HEAD, "async with", UNSAFE, awaited=True)
            return of_result(misuse, "async with", "with")
        if misuse.kind is not Kind.CONTEXT_MANAGER and is_itself(misuse):
            return None
        return super().remedy(misuse)
