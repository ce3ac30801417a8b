"""APL16x: an object used as if it were its own result."""

from typing import ClassVar

from asyncpattern_lint.findings import Action, Misuse, Remedy
from asyncpattern_lint.protocol import Kind, Use
from asyncpattern_lint.remedies import AWAIT, SAFE, UNSAFE
from asyncpattern_lint.rule import TableRule, example

#: What follows the object in these constructs.
_BRACKETS = {"subscript": "[...]", "call": "(...)"}


class UsedAsResult(TableRule):
    """Flag a coroutine, generator or context manager used as if it were its own result.

    ## What it does
    Finds an attribute, subscript, call, operator, comparison, `in`, formatting into text or an
    annotated return or argument of an object whose work has not been done yet.

    ## Why is this bad?
    It raises `TypeError` or `AttributeError`, or works silently on the object instead of the
    value: an f-string then holds `<coroutine object get_user at 0x7f...>`.

    ## Example
    ```python
    name = get_user().name  # a coroutine
    ```

    Use instead:
    ```python
    name = (await get_user()).name
    ```

    ## Fix safety
    Inside `async def` a coroutine is awaited: in its place, or where it is bound to a name of which
    every use is such a mistake. The fix is safe, but for what is returned or passed against an
    annotation: somebody else may await that.
    """

    use = Use.RESULT
    fixable: ClassVar = {"APL163": SAFE}
    naming = "{kind}-used-as-result"
    wording = "`{reference}` is {what}, not {lack}, which {construct} needs"
    lacks: ClassVar = {
        Kind.ASYNC_GENERATOR: "its items",
        Kind.ASYNC_CONTEXT_MANAGER: "what entering it gives",
        Kind.COROUTINE: "its result",
        Kind.GENERATOR: "its items",
        Kind.CONTEXT_MANAGER: "what entering it gives",
    }
    advice: ClassVar = {
        Kind.ASYNC_GENERATOR: "take its items: `async for ... in {reference}`",
        Kind.ASYNC_CONTEXT_MANAGER: "use what `async with {reference} as ...:` binds",
        Kind.COROUTINE: "write `await {reference}`",
        Kind.GENERATOR: "take its items: `for ... in {reference}`, or `next({reference})`",
        Kind.CONTEXT_MANAGER: "use what `with {reference} as ...:` binds",
    }
    sample = """\
async def case_use() -> None:
    print({call}.upper()){mark}
"""
    good = (
        example(
            Kind.COROUTINE,
            "async def case_use() -> None:\n    print((await get_user()).upper())\n",
        ),
        example(
            Kind.ASYNC_GENERATOR,
            "async def case_close() -> None:\n"
            "    rows = get_rows()\n"
            "    print(await anext(rows))\n"
            "    await rows.aclose()\n",
        ),
    )

    def advise(self, misuse: Misuse) -> str:
        """Return the advice: ``await`` binds weaker than what follows the call."""
        noun, _, code = misuse.construct.partition(" ")
        if misuse.kind is Kind.COROUTINE and noun == "attribute" and code.startswith("."):
            return f"write `(await {{reference}}){code}`"
        if misuse.kind is Kind.COROUTINE and noun in _BRACKETS:
            return f"write `(await {{reference}}){_BRACKETS[noun]}`"
        return super().advise(misuse)

    def remedy(self, misuse: Misuse) -> Remedy | None:
        """Return the remedy: who gets the object in spite of an annotation may await it."""
        if misuse.kind is not Kind.COROUTINE:
            return None
        handed_on = misuse.construct.partition(" ")[0] in {"argument", "return"}
        return Remedy(Action.AWAIT, applicability=UNSAFE) if handed_on else AWAIT
