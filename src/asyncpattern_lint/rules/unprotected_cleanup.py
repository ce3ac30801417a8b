"""APL205: clean-up that an exception of the ``with`` block passes by."""

from typing import ClassVar

from asyncpattern_lint.findings import Finding, Observation, UnprotectedCleanup
from asyncpattern_lint.rule import Rule


class UnprotectedCleanupRule(Rule):
    """Flag clean-up after `yield` without `try`/`finally` in a context manager function.

    ## What it does
    Finds, in a function decorated with `contextlib.contextmanager` or `asynccontextmanager`, a
    `yield` outside of `try`, and behind it a call that releases something (`close`, `release`,
    `stop` and the like), or an assignment that puts back what the function kept.

    It is off by default: what is to happen only if the block succeeds looks the same, and which
    calls are clean-up is told by their names.

    ## Why is this bad?
    An exception in the `with` block comes out of the `yield`, and passes the clean-up by.

    ## Example
    ```python
    @contextmanager
    def open_session():
        session = connect()
        yield session
        session.close()
    ```

    Use instead:
    ```python
    @contextmanager
    def open_session():
        session = connect()
        try:
            yield session
        finally:
            session.close()
    ```
    """

    codes: ClassVar = {"APL205": "unprotected-cleanup"}
    observes = (UnprotectedCleanup,)
    default = False
    bad: ClassVar = {
        "APL205": """\
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import StringIO


@contextmanager
def open_file(file: StringIO) -> Iterator[StringIO]:
    yield file  # BUG: APL205 (breaks: case_error)
    file.close()


def case_error() -> None:
    file = StringIO()
    with suppress(KeyError), open_file(file):
        raise KeyError
    assert file.closed
"""
    }
    good = (
        """\
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import StringIO


@contextmanager
def open_file(file: StringIO) -> Iterator[StringIO]:
    try:
        yield file
    finally:
        file.close()


def case_error() -> None:
    file = StringIO()
    with suppress(KeyError), open_file(file):
        raise KeyError
    assert file.closed
""",
    )

    def check(self, observation: Observation) -> Finding | None:
        """Return the finding of clean-up that may not run."""
        if not isinstance(observation, UnprotectedCleanup):
            return None
        block = "`async with`" if observation.is_async else "`with`"
        return Finding(
            code="APL205",
            name=self.codes["APL205"],
            message=f"an exception in the {block} block of `{observation.function}` leaves it at "
            f"this `yield`, and `{observation.cleanup}` in line {observation.line} does not run",
            path=observation.path,
            span=observation.span,
            advice="put the `yield` into a `try` and the clean-up into its `finally`",
            target=observation.target,
            subject=observation.target.name,
        )
