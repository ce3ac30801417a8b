"""APL306: a string that names code which does not exist."""

from typing import ClassVar

from asyncpattern_lint.findings import Action, Finding, MissingTarget, Observation, Remedy
from asyncpattern_lint.remedies import UNSAFE, renamed
from asyncpattern_lint.rule import Rule, hint


class MissingTargetRule(Rule):
    """Flag a string that names code of the project which does not exist.

    ## What it does
    Finds strings whose module, class or attribute the project does not have, in
    `unittest.mock.patch`, `patch.object`, `patch.multiple` and `patch.dict`, in pytest's
    `monkeypatch.setattr` and `delattr`, in pytest-mock's `mocker`, in `uvicorn.run`, and in the
    scripts and entry points of `pyproject.toml` and `setup.cfg` of the project. With `create=True`
    or `raising=False` what does not exist is legitimate, and so is a name that `pytest.raises` or
    `try` stands around, or that the module may get when it runs.

    ## Why is this bad?
    No import and no type checker sees the name in the string, so it stays behind when the code
    moves: the test, the command or the server fails with `AttributeError` or `ImportError` when it
    runs, which for an entry point is after the release.

    ## Example
    ```python
    with patch("app.deps.get_database"):  # was renamed
        run()
    ```

    Use instead:
    ```python
    with patch("app.deps.get_db"):
        run()
    ```

    ## Fix safety
    The missing part of the string becomes the one near name; whether that is meant is not certain,
    so that the fix is unsafe. What moved to another module has no fix: a name has to be replaced
    where the code under test looks it up, and not where it is defined. Neither have entry points.
    """

    codes: ClassVar = {"APL306": "missing-target"}
    fixable: ClassVar = {"APL306": UNSAFE}
    observes = (MissingTarget,)
    bad: ClassVar = {
        "APL306": """\
# file: app/__init__.py
# file: app/deps.py
def get_db() -> str:
    return "db"
# file: main.py
from unittest.mock import patch


def case_patch() -> None:
    with patch("app.deps.get_database"):  # BUG: APL306
        print("patched")
"""
    }
    good = (
        """\
# file: app/__init__.py
# file: app/deps.py
def get_db() -> str:
    return "db"
# file: main.py
from unittest.mock import patch

from app import deps


def case_patch() -> None:
    with patch("app.deps.get_db", return_value="fake"):
        assert deps.get_db() == "fake"
    with patch("app.deps.get_cache", create=True):
        print("made for the test")
""",
    )

    def check(self, observation: Observation) -> Finding | None:
        """Return the finding of a string that names what does not exist."""
        if not isinstance(observation, MissingTarget):
            return None
        name, owner, what = observation.name, observation.owner, observation.what
        lacked = "module or attribute" if what == "package" else "attribute"
        return Finding(
            code="APL306",
            name=self.codes["APL306"],
            message=f"`{observation.construct}` names `{observation.text}`, but {what} `{owner}`"
            f" has no {lacked} `{name}`" + hint(observation.near, observation.moved_to),
            path=observation.path,
            span=observation.span,
            advice=_advice(observation),
            target=observation.target,
            evidence=observation.evidence,
            subject=f"{owner}.{name}",
            remedy=_remedy(observation),
        )


def _advice(missing: MissingTarget) -> str:
    if missing.moved_to:
        return (
            f"name it where the code under test looks it up: `{missing.moved_to[0]}.{missing.name}`"
            " if it is read from there"
        )
    if missing.near:
        return f"write `{missing.near[0]}` in place of `{missing.name}`"
    return f"define `{missing.name}` in `{missing.owner}`, or name what there is"


def _remedy(missing: MissingTarget) -> Remedy | None:
    if missing.moved_to or not missing.path.endswith(".py"):
        return None
    return renamed(missing.near, Action.RENAME, missing.name)
