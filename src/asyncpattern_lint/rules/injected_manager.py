"""APL401: a FastAPI dependency that is a context manager."""

from typing import ClassVar

from asyncpattern_lint.findings import Finding, Handover, Observation, Taker
from asyncpattern_lint.protocol import Kind
from asyncpattern_lint.rule import Rule, shorten


class InjectedManager(Rule):
    """Flag a FastAPI dependency that is decorated as a context manager.

    ## What it does
    Finds a function under `@asynccontextmanager` or `@contextmanager` that FastAPI's own `Depends`
    or `Security` is given: as a parameter's default, in `Annotated`, in `dependencies=[...]` of an
    application, router or route; or that is put into `dependency_overrides`. Functions of the same
    names in other libraries are left alone, and so is a parameter that is entered with `async with`
    or annotated as a context manager.

    ## Why is this bad?
    FastAPI makes a context manager of a generator function by itself. One that is decorated
    already is called like any function: up to FastAPI 0.123.4 the endpoint gets the context
    manager in place of the session, and its set-up and clean-up never run; from 0.123.5 on, every
    request fails with `object is not an async iterator`.

    ## Example
    ```python
    @asynccontextmanager
    async def get_session():
        async with Session() as session:
            yield session


    @app.get("/users")
    async def users(session: Annotated[Session, Depends(get_session)]): ...
    ```

    Use instead:
    ```python
    async def get_session():
        async with Session() as session:
            yield session


    open_session = asynccontextmanager(get_session)  # for everybody else


    @app.get("/users")
    async def users(session: Annotated[Session, Depends(get_session)]): ...
    ```

    There is no fix: whoever enters the function would fail without its decorator, and may be in a
    file that is not under check.
    """

    codes: ClassVar = {"APL401": "injected-manager"}
    observes = (Handover,)
    bad: ClassVar = {
        "APL401": """\
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient

app = FastAPI()


@asynccontextmanager
async def get_session() -> AsyncIterator[str]:
    yield "session"


@app.get("/")
def show(session: Annotated[str, Depends(get_session)]) -> str:  # BUG: APL401 (shows: case_request)
    return session


def case_request() -> None:
    try:
        TestClient(app).get("/")
    except TypeError as error:
        assert "not an async iterator" in str(error)
    else:
        raise AssertionError("the request worked")
"""
    }
    good = (
        """\
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient

app = FastAPI()


async def get_session() -> AsyncIterator[str]:
    yield "session"


open_session = asynccontextmanager(get_session)


@app.get("/")
def show(session: Annotated[str, Depends(get_session)]) -> str:
    return session


def case_request() -> None:
    assert TestClient(app).get("/").json() == "session"


async def case_elsewhere() -> None:
    async with open_session() as session:
        assert session == "session"
""",
    )

    def check(self, observation: Observation) -> Finding | None:
        """Return the finding of a dependency that is a context manager."""
        if not isinstance(observation, Handover) or observation.taker is not Taker.DEPENDENCY:
            return None
        decorator = (
            "asynccontextmanager"
            if observation.kind is Kind.ASYNC_CONTEXT_MANAGER
            else "contextmanager"
        )
        reference = shorten(observation.reference)
        return Finding(
            code="APL401",
            name=self.codes["APL401"],
            message=f"`{reference}` is decorated with `@{decorator}`: `{observation.construct}`"
            " does not enter what it gives",
            path=observation.path,
            span=observation.span,
            advice=f"remove `@{decorator}` from the dependency: FastAPI runs a bare generator"
            " function as a context manager; who enters it by hand can decorate it for himself",
            kind=observation.kind.phrase,
            target=observation.target,
            evidence=observation.evidence,
            subject=observation.target.name if observation.target else reference,
        )
