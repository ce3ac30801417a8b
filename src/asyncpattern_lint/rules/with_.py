"""APL15x: ``with`` on what is no context manager."""

from typing import ClassVar

from asyncpattern_lint.findings import Misuse, Remedy
from asyncpattern_lint.protocol import Kind, Use
from asyncpattern_lint.remedies import SAFE, UNSAFE, head, is_itself, of_result
from asyncpattern_lint.rule import LOOPS, TableRule, example


class With(TableRule):
    """Flag `with` on an object that is no context manager.

    ## What it does
    Finds `with` and `ExitStack.enter_context` on an object without `__enter__` and `__exit__`.

    ## Why is this bad?
    It raises `TypeError` when it runs. An async context manager is entered with `async with`
    only; a generator becomes a context manager only under `@contextmanager`.

    ## Example
    ```python
    with get_session() as session:  # an async context manager
        ...
    ```

    Use instead:
    ```python
    async with get_session() as session:
        ...
    ```

    ## Fix safety
    Only inside `async def`: `with` on an async context manager becomes `async with`, and a coroutine
    is awaited first where it is known what it results in. These fixes are safe. Unsafe are
    `async for` and `for` in place of `with`: the body then runs once for each item.
    """

    use = Use.WITH
    fixable: ClassVar = {"APL151": UNSAFE, "APL152": SAFE, "APL153": SAFE, "APL154": UNSAFE}
    naming = "with-on-{kind}"
    needs = "a context manager (`__enter__`, `__exit__`)"
    advice: ClassVar = {
        Kind.ASYNC_GENERATOR: f"{LOOPS[Kind.ASYNC_GENERATOR]}, or decorate the definition "
        "with `contextlib.asynccontextmanager` and write `async with`",
        Kind.ASYNC_CONTEXT_MANAGER: "write `async with {reference} as ...:`",
        Kind.COROUTINE: "await it first: `with await {reference} as ...:`",
        Kind.GENERATOR: f"{LOOPS[Kind.GENERATOR]}, "
        "or decorate the definition with `contextlib.contextmanager`",
        Kind.OTHER: "use it without {construct}, or give the object `__enter__` and `__exit__`",
    }
    remedies: ClassVar = {
        Kind.ASYNC_GENERATOR: head("async for", UNSAFE),
        Kind.ASYNC_CONTEXT_MANAGER: head("async with"),
        Kind.GENERATOR: head("for", UNSAFE),
    }
    sample = """\
async def case_enter() -> None:
    with {call} as value:{mark}
        print(value)
"""
    good = (example(Kind.CONTEXT_MANAGER, sample.format(call="get_lock()", mark="")),)

    def advise(self, misuse: Misuse) -> str:
        """Return the advice: no decorator makes a context manager of a class."""
        loop = LOOPS.get(misuse.kind, "")
        if not misuse.description or not loop:
            return super().advise(misuse)
        return f"{loop}, or give the object `__enter__` and `__exit__`" if misuse.target else loop

    def remedy(self, misuse: Misuse) -> Remedy | None:
        """Return the remedy: an instance that is iterable may be meant otherwise."""
        if misuse.construct != "with":
            return None
        if misuse.kind is Kind.COROUTINE:
            return of_result(misuse, "with", "async with")
        if misuse.kind is not Kind.ASYNC_CONTEXT_MANAGER and is_itself(misuse):
            return None
        return super().remedy(misuse)
