"""APL303: an import that always fails, hidden by a handler."""

from typing import ClassVar

from asyncpattern_lint.findings import (
    Action,
    Finding,
    MissingModule,
    MissingName,
    Observation,
    Remedy,
)
from asyncpattern_lint.remedies import UNSAFE, renamed
from asyncpattern_lint.rule import Rule, hint


class HiddenMissingImport(Rule):
    """Flag a first-party import that always fails and is hidden by a handler.

    ## What it does
    Finds the import of a first-party name or module that does not exist, inside
    `try`/`except ImportError`, `except Exception`, a bare `except` or `suppress`.

    ## Why is this bad?
    The import fails every time and nobody is told: the tests stay green, and the program runs
    without what it was to import.

    ## Example
    ```python
    try:
        from app.db import get_db_session_factory  # was renamed
    except Exception:
        log.debug("no database")
    ```

    Use instead:
    ```python
    from app.db import get_session_factory
    ```

    ## Fix safety
    The import is mended as that of a missing name or module is, but always unsafely: code that has
    never run will run. The handler stays.
    """

    codes: ClassVar = {"APL303": "hidden-missing-import"}
    fixable: ClassVar = {"APL303": UNSAFE}
    observes = (MissingName, MissingModule)
    bad: ClassVar = {
        "APL303": """\
# file: app/__init__.py
# file: app/db.py
def get_session_factory() -> str:
    return "factory"
# file: main.py
def case_import() -> None:
    try:
        from app.db import get_db_session_factory  # BUG: APL303

        get_db_session_factory()
    except Exception:
        print("no database")
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
    try:
        from app.db import get_session_factory

        get_session_factory()
    except Exception:
        print("no database")
""",
    )

    def check(self, observation: Observation) -> Finding | None:
        """Return the finding of an import that a handler hides."""
        if not isinstance(observation, MissingName | MissingModule):
            return None
        handler = observation.handler
        if handler is None or (isinstance(observation, MissingName) and observation.attribute):
            return None
        missing = (
            f"module `{observation.module}` has no name `{observation.name}`"
            if isinstance(observation, MissingName)
            else f"there is no module `{observation.module}`"
        )
        return Finding(
            code="APL303",
            name=self.codes["APL303"],
            message=f"this import always fails, and `{handler.text}` on line {handler.line} "
            f"hides it: {missing}{hint(observation.near, observation.moved_to)}",
            path=observation.path,
            span=observation.span,
            advice=f"{_real(observation)}, or remove the import; as long as `{handler.text}` "
            "stays, it hides the next failure too",
            target=observation.target if isinstance(observation, MissingName) else None,
            evidence=observation.evidence,
            subject=f"{observation.module}.{observation.name}"
            if isinstance(observation, MissingName)
            else observation.module,
            remedy=_remedy(observation),
        )


def _real(missing: MissingName | MissingModule) -> str:
    if isinstance(missing, MissingModule):
        real = (*missing.moved_to, *missing.near)
        return f"import `{real[0]}`" if real else "import the real module"
    if missing.moved_to:
        return f"write `from {missing.moved_to[0]} import {missing.name}`"
    if missing.near:
        return f"write `from {missing.module} import {missing.near[0]}`"
    return "import the real name"


def _remedy(missing: MissingName | MissingModule) -> Remedy | None:
    is_name = isinstance(missing, MissingName)
    if missing.home is not None:
        return Remedy(Action.MOVE if is_name else Action.SOURCE, missing.home.module, UNSAFE)
    if isinstance(missing, MissingName):
        return None if missing.moved_to else renamed(missing.near)
    return renamed(missing.near, Action.MODULE, missing.module)
