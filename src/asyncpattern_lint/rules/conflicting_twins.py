"""APL207: public functions of one name and different kinds."""

from typing import ClassVar

from asyncpattern_lint.findings import ConflictingTwin, Finding, Observation, Step
from asyncpattern_lint.rule import Rule, describe


class ConflictingTwins(Rule):
    """Flag a public function that has the name of one of another kind in the same project.

    ## What it does
    Finds public functions at the top of modules, async or generator functions or decorated with
    one of contextlib's decorators, whose name another module of the project uses for one of
    another kind; of two, it is the second in the order of their paths. Plain functions and tests
    are left out. `--statistics` counts what there is.

    It is off by default: each of them may be right where it is.

    ## Why is this bad?
    Which of the two a call means, only its import tells. Code that is copied, or moved to the
    other module, goes on to read right and fails.

    ## Example
    ```python
    # db/session.py
    @asynccontextmanager
    async def get_session(): ...


    # api/dependencies.py
    async def get_session(): ...  # to be awaited
    ```

    Use instead:
    ```python
    # db/session.py
    @asynccontextmanager
    async def open_session(): ...


    # api/dependencies.py
    async def get_session(): ...
    ```
    """

    codes: ClassVar = {"APL207": "conflicting-twins"}
    observes = (ConflictingTwin,)
    default = False
    bad: ClassVar = {
        "APL207": """\
# file: api.py
from collections.abc import AsyncIterator


async def get_session() -> AsyncIterator[str]:
    yield "session"
# file: main.py
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import api


@asynccontextmanager
async def get_session() -> AsyncIterator[str]:  # BUG: APL207 (breaks: case_moved)
    yield "session"


async def case_moved() -> None:
    for make in (get_session, api.get_session):
        async with make() as session:
            print(session)
"""
    }
    good = (
        """\
# file: api.py
from collections.abc import AsyncIterator


async def stream_sessions() -> AsyncIterator[str]:
    yield "session"
# file: main.py
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import api


@asynccontextmanager
async def get_session() -> AsyncIterator[str]:
    yield "session"


async def case_both() -> None:
    async with get_session() as session:
        print(session)
    async for session in api.stream_sessions():
        print(session)
""",
    )

    def check(self, observation: Observation) -> Finding | None:
        """Return the finding of a function with a namesake of another kind."""
        if not isinstance(observation, ConflictingTwin):
            return None
        (first, kind), *_ = observation.others
        return Finding(
            code="APL207",
            name=self.codes["APL207"],
            message=f"`{observation.function}` gives {describe(observation.kind)} here, and "
            f"`{first.name}` gives {describe(kind)}",
            path=observation.path,
            span=observation.span,
            advice="name one of them after what it gives",
            target=observation.target,
            evidence=tuple(
                Step(target.path, target.line, f"`{target.name}` gives {describe(other)}")
                for target, other in observation.others
            ),
            subject=observation.target.name,
        )
