"""APL403: a fake that cannot stand for what it replaces."""

from typing import ClassVar

from asyncpattern_lint.findings import Action, Finding, Observation, Remedy, WrongFake
from asyncpattern_lint.protocol import Kind
from asyncpattern_lint.remedies import UNSAFE
from asyncpattern_lint.rule import Rule, describe

#: What to write in the place of what gives each kind.
_ADVICE = {
    Kind.OTHER: "write `Mock(return_value=...)`, or a plain function",
    Kind.COROUTINE: "write `AsyncMock(return_value=...)`, or an `async def`",
    Kind.ASYNC_GENERATOR: "write an `async def` that yields, or a `MagicMock` whose"
    " `return_value.__aiter__.return_value` is the list of items",
    Kind.ASYNC_CONTEXT_MANAGER: "write a function under `@asynccontextmanager`, or a `MagicMock`"
    " whose `return_value.__aenter__.return_value` is what it gives",
    Kind.GENERATOR: "write a function that yields, or `MagicMock(return_value=[...])`",
    Kind.CONTEXT_MANAGER: "write a function under `@contextmanager`, or a `MagicMock` whose"
    " `return_value.__enter__.return_value` is what it gives",
}


class MismatchedFake(Rule):
    """Flag a fake that cannot stand for what it replaces.

    ## What it does
    Compares what calling a fake gives with what calling the replaced function gives, for
    `unittest.mock.patch`, `patch.object` and `patch.multiple`, pytest's `monkeypatch.setattr` and
    pytest-mock's `mocker`. A fake may be a function, a `lambda`, a class, an `AsyncMock`, a
    `MagicMock` or a `Mock`, with its `return_value` or `side_effect`. With `spec`, `autospec` or
    `create_autospec` it is right by construction; one that raises is right, too. `patch` without a
    fake makes an `AsyncMock` of a coroutine function, and a `MagicMock` of anything else: an
    async generator function or an async context manager, too. A `MagicMock` supports everything but
    `await`, until its `return_value` is set.

    ## Why is this bad?
    The test checks code that cannot run: it fails with the fake and works without, or, worse, the
    other way round, so that the code is bent until it works with the fake only.

    ## Example
    ```python
    @asynccontextmanager
    async def get_session(): ...


    with patch("app.db.get_session", AsyncMock()):  # its calls give coroutines
        await save_user()
    ```

    Use instead:
    ```python
    @asynccontextmanager
    async def fake_session():
        yield session


    with patch("app.db.get_session", fake_session):
        await save_user()
    ```

    ## Fix safety
    A `Mock` or `MagicMock` in the place of a coroutine function becomes an `AsyncMock` with the same
    options. This is unsafe: what it gives as its attributes becomes asynchronous, too. Of other
    fakes only their author knows what they are to give.
    """

    codes: ClassVar = {"APL403": "mismatched-fake"}
    fixable: ClassVar = {"APL403": UNSAFE}
    observes = (WrongFake,)
    bad: ClassVar = {
        "APL403": """\
# file: app/__init__.py
# file: app/db.py
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def get_session() -> AsyncIterator[str]:
    yield "session"


async def save_user() -> str:
    async with get_session() as session:
        return session
# file: main.py
from unittest.mock import AsyncMock, patch

from app.db import save_user


async def case_saved() -> None:
    with patch("app.db.get_session", AsyncMock()):  # BUG: APL403 (shows: case_saved)
        try:
            await save_user()
        except TypeError as error:
            assert "'coroutine' object" in str(error)
        else:
            raise AssertionError("the fake works")
"""
    }
    good = (
        """\
# file: app/__init__.py
# file: app/db.py
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def get_session() -> AsyncIterator[str]:
    yield "session"


async def save_user() -> str:
    async with get_session() as session:
        return session
# file: main.py
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from unittest.mock import patch

from app.db import save_user


@asynccontextmanager
async def fake_session() -> AsyncIterator[str]:
    yield "fake"


async def case_saved() -> None:
    with patch("app.db.get_session", fake_session):
        assert await save_user() == "fake"
    with patch("app.db.get_session") as mock:
        mock.return_value.__aenter__.return_value = "mock"
        assert await save_user() == "mock"
""",
    )

    def check(self, observation: Observation) -> Finding | None:
        """Return the finding of a fake of another kind."""
        if not isinstance(observation, WrongFake):
            return None
        return Finding(
            code="APL403",
            name=self.codes["APL403"],
            message=f"`{observation.replaced}` gives {describe(observation.kind)}, and"
            f" `{observation.construct}` replaces it with {observation.offered}",
            path=observation.path,
            span=observation.span,
            advice=_ADVICE[observation.kind],
            kind=observation.kind.phrase,
            target=observation.target,
            evidence=observation.evidence,
            subject=observation.replaced,
            remedy=_remedy(observation),
        )


def _remedy(fake: WrongFake) -> Remedy | None:
    return Remedy(Action.MOCK, "AsyncMock", UNSAFE) if fake.kind is Kind.COROUTINE else None
