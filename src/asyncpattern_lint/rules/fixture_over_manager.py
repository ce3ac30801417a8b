"""APL402: a pytest fixture stacked on a context manager."""

from typing import ClassVar

from asyncpattern_lint.findings import Action, Finding, Handover, Observation, Remedy, Taker
from asyncpattern_lint.protocol import Kind
from asyncpattern_lint.remedies import UNSAFE
from asyncpattern_lint.rule import Rule


class FixtureOverManager(Rule):
    """Flag a pytest fixture that is stacked on a context manager.

    ## What it does
    Finds `@pytest.fixture` or `@pytest_asyncio.fixture` on a function that `@contextmanager` or
    `@asynccontextmanager` decorates. It is left alone if a `with` anywhere in the project enters
    something of the fixture's name, and if no known test asks for it. The decorators the other way
    round are found where pytest 8.4 or later is installed.

    ## Why is this bad?
    pytest runs the set-up and clean-up of a generator function by itself. One that is decorated
    already is called like any function: tests get the context manager in place of what it yields,
    and neither set-up nor clean-up runs. Under the other order, pytest 8.4 and later do not find
    the fixture at all (earlier versions still did).

    ## Example
    ```python
    @pytest.fixture
    @contextmanager
    def database():
        connection = connect()
        yield connection
        connection.close()
    ```

    Use instead:
    ```python
    @pytest.fixture
    def database():
        connection = connect()
        yield connection
        connection.close()
    ```

    ## Fix safety
    The decorator of a plain function goes. This is unsafe: set-up and clean-up, which never ran,
    will run. An async function has no fix, because plain pytest does not drive it without the
    decorator either, and the settings of its plugin decide who does.
    """

    codes: ClassVar = {"APL402": "fixture-over-manager"}
    fixable: ClassVar = {"APL402": UNSAFE}
    observes = (Handover,)
    bad: ClassVar = {
        "APL402": """\
# file: test_rows.py
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@pytest.fixture  # BUG: APL402 (breaks: case_run)
@contextmanager
def rows() -> Iterator[list[int]]:
    yield [1]


def test_rows(rows: list[int]) -> None:
    assert rows == [1]
# file: main.py
from pathlib import Path

import pytest


def case_run() -> None:
    test = str(Path(__file__).with_name("test_rows.py"))
    assert pytest.main(["-q", "-p", "no:cacheprovider", test]) == 0
"""
    }
    good = (
        """\
# file: test_rows.py
from collections.abc import Iterator

import pytest


@pytest.fixture
def rows() -> Iterator[list[int]]:
    yield [1]


def test_rows(rows: list[int]) -> None:
    assert rows == [1]
# file: main.py
from pathlib import Path

import pytest


def case_run() -> None:
    test = str(Path(__file__).with_name("test_rows.py"))
    assert pytest.main(["-q", "-p", "no:cacheprovider", test]) == 0
""",
    )

    def check(self, observation: Observation) -> Finding | None:
        """Return the finding of a fixture that is a context manager."""
        if not isinstance(observation, Handover) or observation.taker is not Taker.FIXTURE:
            return None
        name, manager = observation.reference, observation.construct
        message = f"`{name}` is {observation.kind.article}: tests get it and not what it yields"
        if observation.hidden:
            message = f"`@{manager}` hides the fixture `{name}`: pytest does not find it"
        is_async = observation.kind is Kind.ASYNC_CONTEXT_MANAGER
        runner = "pytest_asyncio" if is_async else "pytest"
        return Finding(
            code="APL402",
            name=self.codes["APL402"],
            message=message,
            path=observation.path,
            span=observation.span,
            advice=f"remove `@{manager}`: {runner} runs a bare generator function to its `yield`,"
            " and what follows after the test",
            kind=observation.kind.phrase,
            target=observation.target,
            evidence=observation.evidence,
            subject=observation.target.name if observation.target else name,
            remedy=None if is_async else Remedy(Action.UNDECORATE, manager, UNSAFE),
        )
