"""APL601: a call that the configuration wants after another comes before it."""

from typing import ClassVar

from asyncpattern_lint.findings import BrokenOrder as Observed
from asyncpattern_lint.findings import Finding, Observation
from asyncpattern_lint.rule import Rule, shorten


class BrokenOrder(Rule):
    """Flag calls in another order than a contract in the configuration asks for.

    ## What it does
    Takes contracts from the configuration: dotted names of functions, methods or classes, of
    which the `first` has to be called before the `then`:

    ```toml
    [[tool.asyncpattern-lint.order]]
    first = "app.handlers.register_handlers"
    then = "app.monitor.check_handlers"
    within = "app.main.start"
    ```

    On every way through the function or module `within` that comes to `then`, `first` has to be
    called before, in the function itself or in functions of the project that it calls. A coroutine
    counts where it is awaited, a context manager where it is entered. Without `within`, the
    contract holds for each function that calls one of both by name and leads to the other: there,
    `first` must not come after `then`, and where it is called on some ways to `then`, it has to be
    on all. The rule is silent behind calls that it cannot resolve, and where a test may ask
    whether `first` has been called already. A name in a contract that does not exist is APL306.

    ## Why is this bad?
    Nothing fails at the call: what it needs is not there yet, and shows later, or never. A monitor
    that starts before the handlers are registered finds none, and reports that all is well.

    There is no fix: the right place of a call may need what is made in between.

    ## Example
    ```python
    async def start() -> None:
        await check_handlers()
        register_handlers()
    ```

    Use instead:
    ```python
    async def start() -> None:
        register_handlers()
        await check_handlers()
    ```
    """

    codes: ClassVar = {"APL601": "broken-order"}
    observes = (Observed,)
    bad: ClassVar = {
        "APL601": """\
# file: pyproject.toml
[[tool.asyncpattern-lint.order]]
first = "main.register_handlers"
then = "main.check_handlers"
within = "main.start"
# file: main.py
HANDLERS: list[str] = []


def register_handlers() -> None:
    HANDLERS.append("on_message")


async def check_handlers() -> int:
    return len(HANDLERS)


async def start() -> int:
    count = await check_handlers()  # BUG: APL601 (breaks: case_start)
    register_handlers()
    return count


async def case_start() -> None:
    assert await start() == 1
"""
    }
    good = (
        """\
# file: pyproject.toml
[[tool.asyncpattern-lint.order]]
first = "main.register_handlers"
then = "main.check_handlers"
within = "main.start"
# file: main.py
HANDLERS: list[str] = []


def register_handlers() -> None:
    HANDLERS.append("on_message")


async def check_handlers() -> int:
    return len(HANDLERS)


async def start() -> int:
    register_handlers()
    return await check_handlers()


async def case_start() -> None:
    assert await start() == 1
""",
    )

    def check(self, observation: Observation) -> Finding | None:
        """Return the finding of a call that comes too early."""
        if not isinstance(observation, Observed):
            return None
        first = observation.first.rpartition(".")[2]
        reference = shorten(observation.reference)
        where = f"in `{observation.function}`" if observation.function else "in this module"
        way = "before" if observation.is_followed else "on a way without"
        leads = (
            ""
            if reference.rpartition(".")[2] == observation.then.rpartition(".")[2]
            else (f", which leads to `{observation.then}`,")
        )
        return Finding(
            code="APL601",
            name=self.codes["APL601"],
            message=f"`{reference}`{leads} is called {way} `{observation.first}` {where}: the "
            "configuration wants that first",
            path=observation.path,
            span=observation.span,
            advice=f"call `{first}` before it, on every way that leads here",
            target=observation.target,
            evidence=observation.evidence,
            subject=f"{observation.first} before {observation.then} {where}",
        )
