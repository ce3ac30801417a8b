"""APL204: a context manager function that yields a second time."""

from typing import ClassVar

from asyncpattern_lint.findings import Finding, Observation, SecondYield
from asyncpattern_lint.rule import Rule


class SecondYieldRule(Rule):
    """Flag a second `yield` on one path through a context manager function.

    ## What it does
    Finds a `yield` in a function decorated with `contextlib.contextmanager` or
    `asynccontextmanager` that some path reaches after another `yield`: one after the other, in a
    loop that goes on, or in an `except` clause that gets what the `with` block raises. Where two
    conditions decide, which may exclude each other, it is silent; so it is about a loop over
    another generator, which may run once.

    ## Why is this bad?
    Leaving the `with` block raises `RuntimeError`: the generator did not stop. Behind an
    `except` clause it takes the place of the block's own exception.

    ## Example
    ```python
    @contextmanager
    def open_session():
        try:
            yield connect()
        except ConnectionError:  # also one that the with block raises
            yield Offline()
    ```

    Use instead:
    ```python
    @contextmanager
    def open_session():
        try:
            session = connect()
        except ConnectionError:
            session = Offline()
        yield session
    ```
    """

    codes: ClassVar = {"APL204": "second-yield"}
    observes = (SecondYield,)
    bad: ClassVar = {
        "APL204": """\
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def open_session() -> Iterator[str]:
    try:
        yield "session"
    except ConnectionError:
        yield "offline"  # BUG: APL204 (breaks: case_lost)


def case_lost() -> None:
    try:
        with open_session():
            raise ConnectionError
    except ConnectionError:
        print("the connection was lost")
"""
    }
    good = (
        """\
from collections.abc import Iterator
from contextlib import contextmanager


def connect() -> str:
    raise ConnectionError


@contextmanager
def open_session() -> Iterator[str]:
    try:
        session = connect()
    except ConnectionError:
        session = "offline"
    yield session


def case_enter() -> None:
    with open_session() as session:
        print(session)
""",
    )

    def check(self, observation: Observation) -> Finding | None:
        """Return the finding of a second yield."""
        if not isinstance(observation, SecondYield):
            return None
        line = observation.first
        block = "`async with`" if observation.is_async else "`with`"
        if observation.thrown:
            where = f"what the {block} block raises at the `yield` in line {line} leads to "
            where += "this one" if observation.span.line != line else "it once more"
            advice = "move the `yield` out of the `try`, so that it is behind what may fail before"
        elif observation.span.line == line:
            where = "the loop comes back to this `yield`"
            advice = "leave the loop behind the `yield`, with `break` or `return`"
        else:
            where = f"this `yield` follows that in line {line}"
            advice = "yield once on each path"
        return Finding(
            code="APL204",
            name=self.codes["APL204"],
            message=f"`{observation.function}` is a context manager, and {where}: "
            f"leaving the {block} block raises `RuntimeError`",
            path=observation.path,
            span=observation.span,
            advice=advice,
            target=observation.target,
            subject=observation.target.name,
        )
