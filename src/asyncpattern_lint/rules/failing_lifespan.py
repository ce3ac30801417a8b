"""APL404: a lifespan that an application cannot enter."""

from typing import ClassVar

from asyncpattern_lint.findings import Finding, Handover, Observation, Taker
from asyncpattern_lint.protocol import Kind
from asyncpattern_lint.rule import Rule, shorten


class FailingLifespan(Rule):
    """Flag a lifespan that an application cannot enter.

    ## What it does
    Finds `lifespan=` of FastAPI's and Starlette's applications and routers, and of their plain
    subclasses, where it is given a coroutine function or a context manager that is not async.

    ## Why is this bad?
    The application enters what the function gives with `async with` when it starts, and dies with
    `object does not support the asynchronous context manager protocol`. Generator functions that
    nobody decorated still start (up to Starlette 1.10, with a deprecation warning), so they are
    left alone.

    ## Example
    ```python
    async def lifespan(app):
        await connect()


    app = FastAPI(lifespan=lifespan)
    ```

    Use instead:
    ```python
    @asynccontextmanager
    async def lifespan(app):
        await connect()
        yield
    app = FastAPI(lifespan=lifespan)
    ```

    There is no fix: where the start-up ends, and with it the place of the `yield`, only its author
    knows, and others may enter a context manager that is not async.
    """

    codes: ClassVar = {"APL404": "failing-lifespan"}
    observes = (Handover,)
    bad: ClassVar = {
        "APL404": """\
from starlette.applications import Starlette
from starlette.testclient import TestClient


async def lifespan(app: Starlette) -> None:
    app.state.ready = True


app = Starlette(lifespan=lifespan)  # BUG: APL404 (shows: case_start)


def case_start() -> None:
    try:
        with TestClient(app):
            pass
    except TypeError as error:
        assert "asynchronous context manager" in str(error)
    else:
        raise AssertionError("the application started")
"""
    }
    good = (
        """\
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.testclient import TestClient


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    app.state.ready = True
    yield


app = Starlette(lifespan=lifespan)


def case_start() -> None:
    with TestClient(app):
        assert app.state.ready
""",
    )

    def check(self, observation: Observation) -> Finding | None:
        """Return the finding of a lifespan that cannot be entered."""
        if not isinstance(observation, Handover) or observation.taker is not Taker.LIFESPAN:
            return None
        reference = shorten(observation.reference)
        is_coroutine = observation.kind is Kind.COROUTINE
        advice = (
            f"decorate `{reference}` with `@asynccontextmanager`, and let it `yield` between"
            " start-up and shutdown"
            if is_coroutine
            else f"make `{reference}` an `async def` under `@asynccontextmanager`"
        )
        return Finding(
            code="APL404",
            name=self.codes["APL404"],
            message=f"`{reference}` gives {observation.kind.article}: `{observation.construct}`"
            " enters its lifespan with `async with`",
            path=observation.path,
            span=observation.span,
            advice=advice,
            kind=observation.kind.phrase,
            target=observation.target,
            evidence=observation.evidence,
            subject=observation.target.name if observation.target else reference,
        )
