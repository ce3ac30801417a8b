"""APL18x: an object tested for truth, which is always true."""

from typing import ClassVar

from asyncpattern_lint.protocol import Kind, Use
from asyncpattern_lint.remedies import AWAIT, SAFE
from asyncpattern_lint.rule import TableRule, example


class TruthTest(TableRule):
    """Flag a truth test of an object that is always true.

    ## What it does
    Finds a coroutine, generator or context manager as the condition of `if`, `while`, `assert`,
    `not`, `and`, `or`, a conditional expression or a comprehension, or in `bool`.

    ## Why is this bad?
    The object is true whatever its result would be, so that one branch never runs: a check of
    permissions that was forgotten to await lets everybody in.

    ## Example
    ```python
    if is_allowed(user):  # a coroutine
        ...
    ```

    Use instead:
    ```python
    if await is_allowed(user):
        ...
    ```

    ## Fix safety
    Inside `async def` a coroutine is awaited, which is safe: a coroutine is always true, so that
    nothing but its result can be meant.
    """

    use = Use.TRUTH
    fixable: ClassVar = {"APL183": SAFE}
    naming = "truth-test-of-{kind}"
    wording = "`{reference}` is {what}: it is always true, whatever {lack}"
    lacks: ClassVar = {
        Kind.ASYNC_GENERATOR: "it would yield",
        Kind.ASYNC_CONTEXT_MANAGER: "entering it would give",
        Kind.COROUTINE: "its result would be",
        Kind.GENERATOR: "it would yield",
        Kind.CONTEXT_MANAGER: "entering it would give",
    }
    advice: ClassVar = {
        Kind.ASYNC_GENERATOR: "take its items first: `[... async for ... in {reference}]`",
        Kind.ASYNC_CONTEXT_MANAGER: "test what `async with {reference} as ...:` binds",
        Kind.COROUTINE: "write `await {reference}`",
        Kind.GENERATOR: "take its items first: `list({reference})`, or `any({reference})`",
        Kind.CONTEXT_MANAGER: "test what `with {reference} as ...:` binds",
    }
    remedies: ClassVar = {Kind.COROUTINE: AWAIT}
    sample = """\
async def case_test() -> None:
    if {call}:{mark}
        print("always")
"""
    silent = True
    good = (
        example(
            Kind.COROUTINE,
            'async def case_test() -> None:\n    if await get_user():\n        print("known")\n',
        ),
    )
