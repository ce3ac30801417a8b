"""APL302: a first-party module that does not exist."""

from typing import ClassVar

from asyncpattern_lint.findings import (
    Action,
    Applicability,
    Finding,
    MissingModule,
    Observation,
    Remedy,
)
from asyncpattern_lint.remedies import SAFE, renamed
from asyncpattern_lint.rule import Rule, hint


class MissingModuleRule(Rule):
    """Flag the import of a first-party module that does not exist.

    ## What it does
    Finds an import whose package is part of the project and holds no such module.

    ## Why is this bad?
    It raises `ModuleNotFoundError` when it runs. It is what a refactoring leaves behind that
    moved or removed the file.

    ## Example
    ```python
    from app.database import open_session  # the file is now app/db.py
    ```

    Use instead:
    ```python
    from app.db import open_session
    ```

    ## Fix safety
    The names are imported from the one module of the project that defines all of them. This is
    safe, unless importing that module may lead back to this one. Else the one module with a name
    near to the missing one is taken; the fix is then unsafe.
    """

    codes: ClassVar = {"APL302": "missing-module"}
    fixable: ClassVar = {"APL302": SAFE}
    observes = (MissingModule,)
    bad: ClassVar = {
        "APL302": """\
# file: app/__init__.py
# file: app/db.py
def open_session() -> str:
    return "session"
# file: main.py
def case_import() -> None:
    from app.database import open_session  # BUG: APL302

    open_session()
"""
    }
    good = (
        """\
# file: app/__init__.py
# file: app/db.py
def open_session() -> str:
    return "session"
# file: main.py
def case_import() -> None:
    from app.db import open_session

    open_session()
""",
    )

    def check(self, observation: Observation) -> Finding | None:
        """Return the finding of an import that nothing hides."""
        if not isinstance(observation, MissingModule) or observation.handler is not None:
            return None
        module, package = observation.module, observation.package
        where = f"package `{package}` has no" if package else "there is no"
        return Finding(
            code="APL302",
            name=self.codes["APL302"],
            message=f"{where} module `{module}`" + hint(observation.near, observation.moved_to),
            path=observation.path,
            span=observation.span,
            advice=_advice(observation),
            evidence=observation.evidence,
            subject=module,
            remedy=_remedy(observation),
        )


def _advice(missing: MissingModule) -> str:
    real = (*missing.moved_to, *missing.near)
    if real:
        return f"import `{real[0]}`"
    return f"add the module `{missing.module}`, or remove the import"


def _remedy(missing: MissingModule) -> Remedy | None:
    home = missing.home
    if home is not None:
        certainty = Applicability.UNSAFE if home.cyclic else Applicability.SAFE
        return Remedy(Action.SOURCE, home.module, certainty)
    return renamed(missing.near, Action.MODULE, missing.module)
