"""APL902: a comment that suppresses nothing."""

from typing import ClassVar

from asyncpattern_lint.findings import Finding, Observation, UnusedSuppression
from asyncpattern_lint.rule import Rule


class UnusedSuppressionRule(Rule):
    """Flag a comment that is to suppress findings where there are none.

    ## What it does
    Finds `# noqa` comments that name codes of this linter, and `# apl: ignore` comments, where
    nothing is found that they could suppress, and those that name codes which do not exist.
    A comment for a code that is not enabled is left alone, and so is a `# noqa` without codes
    or for other tools.

    ## Why is this bad?
    The comment outlives the problem that it was written for, and hides the next one.

    ## Example
    ```python
    rows = await get_rows()  # noqa: APL131
    ```

    Use instead:
    ```python
    rows = await get_rows()
    ```
    """

    codes: ClassVar = {"APL902": "unused-suppression"}
    observes = (UnusedSuppression,)
    default = False
    bad: ClassVar = {
        "APL902": """\
async def get_rows() -> list[int]:
    return [1]


async def case_await() -> None:
    print(await get_rows())  # noqa: APL131  # BUG: APL902
"""
    }
    good = (
        """\
from collections.abc import AsyncIterator


async def get_rows() -> AsyncIterator[int]:
    yield 1


async def case_await() -> None:
    try:
        print(await get_rows())  # noqa: APL131
    except Exception:
        print("no list")
""",
    )

    def check(self, observation: Observation) -> Finding | None:
        """Return the finding of a comment without effect."""
        if not isinstance(observation, UnusedSuppression):
            return None
        return Finding(
            code="APL902",
            name=self.codes["APL902"],
            message=_message(observation),
            path=observation.path,
            span=observation.span,
            advice=_advice(observation),
            subject=observation.text,
        )


def _message(unused: UnusedSuppression) -> str:
    parts = []
    if unused.codes:
        suppress = "suppresses" if len(unused.codes) == 1 else "suppress"
        parts.append(f"{_listed(unused.codes)} in `{unused.text}` {suppress} nothing")
    if unused.unknown:
        exist = "is no code" if len(unused.unknown) == 1 else "are no codes"
        where = "" if unused.codes else f" in `{unused.text}`"
        parts.append(f"{_listed(unused.unknown)}{where} {exist} of this linter")
    return ", and ".join(parts) or f"`{unused.text}` suppresses nothing"


def _advice(unused: UnusedSuppression) -> str:
    named = (*unused.codes, *unused.unknown)
    return f"remove {_listed(named)} from the comment" if named else "remove the comment"


def _listed(codes: tuple[str, ...]) -> str:
    shown = [f"`{code}`" for code in codes]
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if shown[1:] else shown)
