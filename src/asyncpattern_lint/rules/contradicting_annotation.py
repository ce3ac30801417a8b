"""APL203: a return annotation that contradicts what the function gives."""

from typing import ClassVar

from asyncpattern_lint.findings import BrokenPromise, Finding, Observation
from asyncpattern_lint.protocol import Kind
from asyncpattern_lint.rule import Rule, shorten


class ContradictingAnnotation(Rule):
    """Flag a return annotation that contradicts what the body and the decorators give.

    ## What it does
    Finds generator functions, async or not, whose annotation names a class that no generator is:
    the yielded value, a context manager, a coroutine. Decorated with one of contextlib's
    decorators they may be annotated as either. It also finds a method without a body,
    `async def f(self) -> AsyncIterator[...]`, that async generators override: without a `yield`
    it says that `f()` has to be awaited first.

    Annotations that are not known to the end, `Any`, `object` and protocols of the project are
    left alone.

    ## Why is this bad?
    Who reads the annotation uses the function wrongly: `async with` over what is an async
    generator, or `await` before it, raises `TypeError`.

    ## Example
    ```python
    async def get_session() -> Session:
        async with connect() as session:
            yield session
    ```

    Use instead:
    ```python
    async def get_session() -> AsyncIterator[Session]:
        async with connect() as session:
            yield session
    ```
    """

    codes: ClassVar = {"APL203": "contradicting-annotation"}
    observes = (BrokenPromise,)
    bad: ClassVar = {
        "APL203": """\
from contextlib import AbstractAsyncContextManager


async def get_session() -> AbstractAsyncContextManager[str]:  # BUG: APL203 (breaks: case_enter)
    yield "session"


async def enter(session: AbstractAsyncContextManager[str]) -> None:
    async with session as found:
        print(found)


async def case_enter() -> None:
    await enter(get_session())
"""
    }
    good = (
        """\
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager


@asynccontextmanager
async def get_session() -> AsyncIterator[str]:
    yield "session"


async def enter(session: AbstractAsyncContextManager[str]) -> None:
    async with session as found:
        print(found)


async def case_enter() -> None:
    await enter(get_session())
""",
    )

    def check(self, observation: Observation) -> Finding | None:
        """Return the finding of an annotation that is not so."""
        if not isinstance(observation, BrokenPromise):
            return None
        annotation = shorten(observation.annotation)
        function = f"`{observation.function}`"
        if observation.overridden:
            message = (
                f"`async def` without `yield` and annotated as `{annotation}`: {function} would "
                "have to be awaited first, and async generators override it"
            )
            advice = f"write `def {observation.function}(...) -> {annotation}`, without `async`"
        else:
            message = (
                f"{function} is annotated as `{annotation}` and gives {observation.kind.article}"
            )
            advice = _ADVICE[observation.kind]
        return Finding(
            code="APL203",
            name=self.codes["APL203"],
            message=message,
            path=observation.path,
            span=observation.span,
            advice=advice,
            target=observation.target,
            evidence=observation.evidence,
            subject=observation.target.name,
        )


_ADVICE = {
    Kind.ASYNC_GENERATOR: "annotate it as `AsyncIterator[...]`; to be entered with `async with` it "
    "has to be decorated with `@asynccontextmanager` as well",
    Kind.GENERATOR: "annotate it as `Iterator[...]`; to be entered with `with` it has to be "
    "decorated with `@contextmanager` as well",
    Kind.ASYNC_CONTEXT_MANAGER: "annotate it as `AsyncIterator[...]`",
    Kind.CONTEXT_MANAGER: "annotate it as `Iterator[...]`",
}
