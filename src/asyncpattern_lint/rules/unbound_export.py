"""APL304: a name in ``__all__`` that the module does not bind."""

from typing import ClassVar

from asyncpattern_lint.findings import Action, Finding, Observation, Remedy, UnboundExport
from asyncpattern_lint.remedies import UNSAFE, renamed
from asyncpattern_lint.rule import Rule, hint


class UnboundExportRule(Rule):
    """Flag a name in `__all__` that the module does not bind.

    ## What it does
    Finds a string in `__all__` without a binding or submodule of that name.

    ## Why is this bad?
    `from module import *` raises `AttributeError`, and readers take the list for the module's
    interface.

    ## Example
    ```python
    __all__ = ["open_session", "close_session"]  # close_session was removed


    def open_session(): ...
    ```

    Use instead:
    ```python
    __all__ = ["open_session"]


    def open_session(): ...
    ```

    ## Fix safety
    The string gets the one near name that `__all__` does not list yet, else it is removed. Both are
    unsafe: a definition may be what is missing.
    """

    codes: ClassVar = {"APL304": "unbound-export"}
    fixable: ClassVar = {"APL304": UNSAFE}
    observes = (UnboundExport,)
    bad: ClassVar = {
        "APL304": """\
# file: db.py
__all__ = ["close_session", "open_session"]  # BUG: APL304


def open_session() -> str:
    return "session"
# file: everything.py
from db import *
# file: main.py
def case_star() -> None:
    import everything

    everything.open_session()
"""
    }
    good = (
        """\
# file: db.py
__all__ = ["open_session"]


def open_session() -> str:
    return "session"
# file: everything.py
from db import *
# file: main.py
def case_star() -> None:
    import everything

    everything.open_session()
""",
    )

    def check(self, observation: Observation) -> Finding | None:
        """Return the finding of an export without a binding."""
        if not isinstance(observation, UnboundExport):
            return None
        name, module = observation.name, observation.module
        return Finding(
            code="APL304",
            name=self.codes["APL304"],
            message=f"`__all__` of module `{module}` lists `{name}`, which it does not bind"
            + hint(observation.near, ()),
            path=observation.path,
            span=observation.span,
            advice=f"define or import `{name}`, or remove it from `__all__`",
            subject=f"{module}.{name}",
            remedy=renamed(observation.unlisted) or Remedy(Action.REMOVE, applicability=UNSAFE),
        )
