"""APL301: a name that the module does not export."""

from typing import ClassVar

from asyncpattern_lint.findings import (
    Action,
    Applicability,
    Finding,
    MissingName,
    Observation,
    Remedy,
)
from asyncpattern_lint.remedies import SAFE, renamed
from asyncpattern_lint.rule import Rule, hint


class MissingNameRule(Rule):
    """Flag the import of a name that the first-party module does not bind.

    ## What it does
    Finds `from module import name` where the module is part of the project and binds no such
    name, on any path, and has no such submodule.

    ## Why is this bad?
    It raises `ImportError` when it runs: at start-up, or, in a function, on the first call.
    It is what a refactoring leaves behind that moved or renamed the definition.

    ## Example
    ```python
    from app.db import get_db_session_factory  # was renamed
    ```

    Use instead:
    ```python
    from app.db import get_session_factory
    ```

    ## Fix safety
    The name is imported from the one module of the project that defines it. This is safe, unless
    importing that module may lead back to this one. Else it is imported under the one near name;
    whether that is meant is not certain, so that the fix is unsafe. What the import binds is called
    as before.
    """

    codes: ClassVar = {"APL301": "missing-name"}
    fixable: ClassVar = {"APL301": SAFE}
    observes = (MissingName,)
    bad: ClassVar = {
        "APL301": """\
# file: app/__init__.py
# file: app/db.py
def get_session_factory() -> str:
    return "factory"
# file: main.py
def case_import() -> None:
    from app.db import get_db_session_factory  # BUG: APL301

    get_db_session_factory()
"""
    }
    good = (
        """\
# file: app/__init__.py
# file: app/db.py
def get_session_factory() -> str:
    return "factory"
# file: main.py
def case_import() -> None:
    from app.db import get_session_factory

    get_session_factory()
""",
    )

    def check(self, observation: Observation) -> Finding | None:
        """Return the finding of an import that nothing hides."""
        if not isinstance(observation, MissingName) or observation.attribute:
            return None
        if observation.handler is not None:
            return None
        name, module = observation.name, observation.module
        return Finding(
            code="APL301",
            name=self.codes["APL301"],
            message=f"module `{module}` has no name `{name}`"
            + hint(observation.near, observation.moved_to),
            path=observation.path,
            span=observation.span,
            advice=_advice(observation),
            target=observation.target,
            evidence=observation.evidence,
            subject=f"{module}.{name}",
            remedy=_remedy(observation),
        )


def _advice(missing: MissingName) -> str:
    if missing.moved_to:
        return f"write `from {missing.moved_to[0]} import {missing.name}`"
    if missing.near:
        return f"write `from {missing.module} import {missing.near[0]}`"
    return f"define `{missing.name}` in `{missing.module}`, or remove the import"


def _remedy(missing: MissingName) -> Remedy | None:
    home = missing.home
    if home is not None:
        certainty = Applicability.UNSAFE if home.cyclic else Applicability.SAFE
        return Remedy(Action.MOVE, home.module, certainty)
    return None if missing.moved_to else renamed(missing.near)
