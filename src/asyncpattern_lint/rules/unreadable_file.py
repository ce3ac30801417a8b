"""APL901: a file that cannot be read or parsed."""

from typing import ClassVar

from asyncpattern_lint.findings import Finding, Observation, Unreadable
from asyncpattern_lint.rule import Rule


class UnreadableFile(Rule):
    """Flag a file that cannot be read or parsed.

    ## What it does
    Reports a Python file that cannot be opened, decoded or parsed.

    ## Why is this bad?
    Nothing in the file has been checked, and nothing that it defines can be resolved.

    ## Example
    ```python
    def open_session(:
        ...
    ```

    Use instead:
    ```python
    def open_session():
        ...
    ```
    """

    codes: ClassVar = {"APL901": "unreadable-file"}
    observes = (Unreadable,)
    bad: ClassVar = {"APL901": "def case_broken(:  # BUG: APL901\n    pass\n"}
    good = ("def case_whole() -> None:\n    pass\n",)

    def check(self, observation: Observation) -> Finding | None:
        """Return the finding of an unreadable file."""
        if not isinstance(observation, Unreadable):
            return None
        return Finding(
            code="APL901",
            name=self.codes["APL901"],
            message=observation.reason,
            path=observation.path,
            span=observation.span,
            advice="mend the file: until then nothing in it is checked",
        )
