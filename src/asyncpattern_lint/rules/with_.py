"""APL15x: ``with`` on what is no context manager."""

from typing import ClassVar

from asyncpattern_lint.findings import Misuse
from asyncpattern_lint.protocol import Kind, Use
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
    """

    use = Use.WITH
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
    sample = """\
def case_enter() -> None:
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
