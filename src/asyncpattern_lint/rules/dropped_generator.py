"""APL502: a resource taken out of an async generator that nothing keeps."""

from typing import ClassVar

from asyncpattern_lint.findings import Driven, Finding, Observation
from asyncpattern_lint.rule import Rule, shorten


class DroppedGenerator(Rule):
    """Flag `anext` of a fresh async generator that holds a resource.

    ## What it does
    Finds `anext(f())`, `f().__anext__()` and `f().asend(None)` where `f` is an async generator
    function of the project, all of whose yields stand in `async with`, `with` or
    `try`/`finally`.

    ## Why is this bad?
    Nothing keeps the generator, so that nothing can close it. As soon as it is collected, the
    event loop closes it in a task of its own: the resource is released while it is in use, and
    where no loop does so, never.

    ## Example
    ```python
    session = await anext(get_session())
    ```

    Use instead:
    ```python
    async with asynccontextmanager(get_session)() as session:
        ...
    ```
    """

    codes: ClassVar = {"APL502": "dropped-generator"}
    observes = (Driven,)
    bad: ClassVar = {
        "APL502": """\
import asyncio
from collections.abc import AsyncIterator

OPEN: list[str] = []


async def get_session() -> AsyncIterator[str]:
    OPEN.append("session")
    try:
        yield "session"
    finally:
        OPEN.remove("session")


async def case_use() -> None:
    session = await anext(get_session())  # BUG: APL502 (breaks: case_use)
    await asyncio.sleep(0.01)
    assert session in OPEN
"""
    }
    good = (
        """\
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

OPEN: list[str] = []


async def get_session() -> AsyncIterator[str]:
    OPEN.append("session")
    try:
        yield "session"
    finally:
        OPEN.remove("session")


async def case_use() -> None:
    async with asynccontextmanager(get_session)() as session:
        await asyncio.sleep(0.01)
        assert session in OPEN
    assert not OPEN
""",
    )

    def check(self, observation: Observation) -> Finding | None:
        """Return the finding of a generator that is dropped."""
        if not isinstance(observation, Driven) or not observation.step:
            return None
        reference = shorten(observation.reference)
        return Finding(
            code="APL502",
            name=self.codes["APL502"],
            message=f"nothing keeps `{reference}`: what it holds is released while it is in use, "
            "or never",
            path=observation.path,
            span=observation.span,
            advice="decorate the function with `@asynccontextmanager` and use `async with`, or "
            "keep the generator and close it with `aclose()`",
            target=observation.target,
            evidence=observation.evidence,
            subject=observation.target.name,
        )
