"""APL503: ``async for`` over a generator that only hands out one resource."""

from typing import ClassVar

from asyncpattern_lint.findings import Driven, Finding, Observation
from asyncpattern_lint.rule import Rule, shorten


class LoopOverSingleResource(Rule):
    """Flag `async for` over an async generator that yields exactly one resource.

    ## What it does
    Finds `async for` over the call of an async generator function of the project that has one
    `yield`, under no loop or condition, inside `async with`, `with` or `try`/`finally`.

    It is off by default: such a loop works as long as nothing leaves it early.

    ## Why is this bad?
    A loop that runs once reads as one over many things. `break` and `return` leave the resource
    open, and an exception in the body does not reach the generator, so that it cannot roll back.

    ## Example
    ```python
    async for session in get_session():
        await session.execute(query)
    ```

    Use instead:
    ```python
    async with get_session() as session:  # decorated with @asynccontextmanager
        await session.execute(query)
    ```
    """

    codes: ClassVar = {"APL503": "loop-over-single-resource"}
    observes = (Driven,)
    default = False
    bad: ClassVar = {
        "APL503": """\
from collections.abc import AsyncIterator
from contextlib import suppress

DONE: list[str] = []


async def get_session() -> AsyncIterator[str]:
    try:
        yield "session"
    except KeyError:
        DONE.append("rollback")
        raise
    finally:
        DONE.append("closed")


async def case_rollback() -> None:
    with suppress(KeyError):
        async for session in get_session():  # BUG: APL503 (breaks: case_rollback)
            print({}[session])
    assert DONE == ["rollback", "closed"]
"""
    }
    good = (
        """\
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

DONE: list[str] = []


@asynccontextmanager
async def get_session() -> AsyncIterator[str]:
    try:
        yield "session"
    except KeyError:
        DONE.append("rollback")
        raise
    finally:
        DONE.append("closed")


async def case_rollback() -> None:
    with suppress(KeyError):
        async with get_session() as session:
            print({}[session])
    assert DONE == ["rollback", "closed"]
""",
    )

    def check(self, observation: Observation) -> Finding | None:
        """Return the finding of a loop that runs once."""
        if not isinstance(observation, Driven) or observation.step or not observation.once:
            return None
        reference = shorten(observation.reference)
        return Finding(
            code="APL503",
            name=self.codes["APL503"],
            message=f"`{reference}` yields exactly one thing and then releases it: the loop is no "
            "loop, and an exception in it does not reach the generator",
            path=observation.path,
            span=observation.span,
            advice="decorate the function with `@asynccontextmanager` and use `async with`",
            target=observation.target,
            evidence=observation.evidence,
            subject=observation.target.name,
        )
