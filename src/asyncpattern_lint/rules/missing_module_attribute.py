"""APL305: an attribute that an imported first-party module does not have."""

from typing import ClassVar

from asyncpattern_lint.findings import Finding, MissingName, Observation
from asyncpattern_lint.remedies import UNSAFE, renamed
from asyncpattern_lint.rule import Rule, hint


class MissingModuleAttribute(Rule):
    """Flag an attribute of an imported first-party module that does not exist.

    ## What it does
    Finds `module.name` where the module is part of the project, binds no such name and has no
    such submodule.

    ## Why is this bad?
    It raises `AttributeError` when it runs, often in a function that no test calls.

    ## Example
    ```python
    from app import deps

    deps.get_database()  # was renamed
    ```

    Use instead:
    ```python
    from app import deps

    deps.get_db()
    ```

    ## Fix safety
    The attribute gets the one near name. Whether that is meant is not certain: the fix is unsafe.
    """

    codes: ClassVar = {"APL305": "missing-module-attribute"}
    fixable: ClassVar = {"APL305": UNSAFE}
    observes = (MissingName,)
    bad: ClassVar = {
        "APL305": """\
# file: app/__init__.py
# file: app/deps.py
def get_db() -> str:
    return "db"
# file: main.py
from app import deps


def case_attribute() -> None:
    print(deps.get_database())  # BUG: APL305
"""
    }
    good = (
        """\
# file: app/__init__.py
# file: app/deps.py
def get_db() -> str:
    return "db"
# file: main.py
from app import deps


def case_attribute() -> None:
    print(deps.get_db())
""",
    )

    def check(self, observation: Observation) -> Finding | None:
        """Return the finding of an attribute that the module lacks."""
        if not isinstance(observation, MissingName) or not observation.attribute:
            return None
        name, module, handler = observation.name, observation.module, observation.handler
        hidden = f", and `{handler.text}` on line {handler.line} hides it" if handler else ""
        return Finding(
            code="APL305",
            name=self.codes["APL305"],
            message=f"module `{module}` has no attribute `{name}`{hidden}"
            + hint(observation.near, observation.moved_to),
            path=observation.path,
            span=observation.span,
            advice=_advice(observation),
            target=observation.target,
            evidence=observation.evidence,
            subject=f"{module}.{name}",
            remedy=None if observation.moved_to else renamed(observation.near),
        )


def _advice(missing: MissingName) -> str:
    if missing.moved_to:
        return f"import `{missing.moved_to[0]}` and write `{missing.moved_to[0]}.{missing.name}`"
    if missing.near:
        return f"write `{missing.near[0]}` in place of `{missing.name}`"
    return f"define `{missing.name}` in `{missing.module}`, or remove what uses it"
