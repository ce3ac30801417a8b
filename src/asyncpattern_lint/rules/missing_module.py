"""APL302: a first-party module that does not exist."""

from typing import ClassVar

from asyncpattern_lint.findings import Finding, MissingModule, Observation
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
    """

    codes: ClassVar = {"APL302": "missing-module"}
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
        )


def _advice(missing: MissingModule) -> str:
    real = (*missing.moved_to, *missing.near)
    if real:
        return f"import `{real[0]}`"
    return f"add the module `{missing.module}`, or remove the import"
