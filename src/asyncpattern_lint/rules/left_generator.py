"""APL501: a loop that is left before its async generator has released what it holds."""

from typing import ClassVar

from asyncpattern_lint.findings import Driven, Finding, Observation
from asyncpattern_lint.rule import Rule, shorten


class LeftGenerator(Rule):
    """Flag an early end of `async for` over an async generator that holds a resource.

    ## What it does
    Finds `break`, `return` and `raise` out of `async for` over the call of an async generator
    function of the project, all of whose yields stand in `async with`, `with` or
    `try`/`finally`. `raise` counts where nothing in the loop may catch it. A loop over what
    `contextlib.aclosing` gives is right. A generator in a variable counts where the variable gets
    what one call gives and is read by the loop only; others may be closed elsewhere.

    ## Why is this bad?
    Leaving the loop does not close the generator: the connection, lock or transaction behind its
    `yield` stays open. Once the generator is collected, the event loop closes it in a task of its
    own, some time later, in another context, or never.

    ## Example
    ```python
    async for row in stream_rows():  # async with connect() as connection: ... yield row
        if row.matches:
            return row
    ```

    Use instead:
    ```python
    async with aclosing(stream_rows()) as rows:
        async for row in rows:
            if row.matches:
                return row
    ```
    """

    codes: ClassVar = {"APL501": "left-generator"}
    observes = (Driven,)
    bad: ClassVar = {
        "APL501": """\
from collections.abc import AsyncIterator

OPEN: list[str] = []


async def stream_rows() -> AsyncIterator[int]:
    OPEN.append("connection")
    try:
        yield 1
        yield 2
    finally:
        OPEN.remove("connection")


async def first_row() -> int:
    async for row in stream_rows():  # BUG: APL501 (breaks: case_first)
        return row
    return 0


async def case_first() -> None:
    assert await first_row() == 1
    assert not OPEN
"""
    }
    good = (
        """\
from collections.abc import AsyncIterator
from contextlib import aclosing

OPEN: list[str] = []


async def stream_rows() -> AsyncIterator[int]:
    OPEN.append("connection")
    try:
        yield 1
        yield 2
    finally:
        OPEN.remove("connection")


async def first_row() -> int:
    async with aclosing(stream_rows()) as rows:
        async for row in rows:
            return row
    return 0


async def case_first() -> None:
    assert await first_row() == 1
    assert not OPEN
""",
    )

    def check(self, observation: Observation) -> Finding | None:
        """Return the finding of a loop that is left."""
        if not isinstance(observation, Driven) or observation.step or not observation.leaving:
            return None
        reference = shorten(observation.reference)
        return Finding(
            code="APL501",
            name=self.codes["APL501"],
            message=f"`{observation.leaving}` in line {observation.line} leaves the loop and does "
            f"not close `{reference}`: what it holds is released later, or never",
            path=observation.path,
            span=observation.span,
            advice=f"write `async with aclosing({reference}) as ...:`, and loop over that",
            target=observation.target,
            evidence=observation.evidence,
            subject=observation.target.name,
        )
