"""APL206: an override that gives what an inherited method cannot use."""

from typing import ClassVar

from asyncpattern_lint.findings import BrokenOverride, Finding, Observation
from asyncpattern_lint.protocol import Kind, Use
from asyncpattern_lint.rule import Rule, describe


class BrokenOverrideRule(Rule):
    """Flag an override whose kind differs from the overridden method's, where that breaks a caller.

    ## What it does
    Finds a method that overrides one of another kind (a plain function for a coroutine function,
    a coroutine function for a plain one, and so on), where a method that the class inherits
    cannot work with it: it awaits, iterates over, enters or tests what it gets, or calls it as a
    statement, so that a coroutine never runs.

    Callers elsewhere may know which class they have. So there is a finding only if the class
    itself inherits the call, if that does not ask what it got, and if no other inherited method
    can work with the override.

    ## Why is this bad?
    The inherited method raises `TypeError` for this class only, or skips the override's work in
    silence.

    ## Example
    ```python
    class Worker:
        def run(self):
            self.setup()

        def setup(self): ...


    class Consumer(Worker):
        async def setup(self):  # Worker.run never awaits it
            await self.connect()
    ```

    Use instead:
    ```python
    class Consumer(Worker):
        def setup(self):
            self.connect()
    ```
    """

    codes: ClassVar = {"APL206": "broken-override"}
    observes = (BrokenOverride,)
    bad: ClassVar = {
        "APL206": """\
class Connection:
    async def stop(self) -> None:
        await self.close()

    async def close(self) -> None:
        print("closed")


class Pooled(Connection):
    def close(self) -> None:  # BUG: APL206 (breaks: case_stop)
        print("given back")


async def case_stop() -> None:
    await Pooled().stop()
"""
    }
    good = (
        """\
class Connection:
    async def stop(self) -> None:
        await self.close()

    async def close(self) -> None:
        print("closed")


class Pooled(Connection):
    async def close(self) -> None:
        print("given back")


async def case_stop() -> None:
    await Pooled().stop()
""",
    )

    def check(self, observation: Observation) -> Finding | None:
        """Return the finding of an override that breaks an inherited method."""
        if not isinstance(observation, BrokenOverride):
            return None
        given = observation.description or describe(observation.kind)
        return Finding(
            code="APL206",
            name=self.codes["APL206"],
            message=f"`{observation.function}` gives {given}, unlike the method that it "
            f"overrides: `{observation.caller}`, which this class inherits, "
            f"{_USES[observation.use]}",
            path=observation.path,
            span=observation.span,
            advice=_advice(observation),
            target=observation.target,
            evidence=observation.evidence,
            subject=observation.target.name,
        )


_USES = {
    Use.ASYNC_FOR: "uses it in `async for`",
    Use.ASYNC_WITH: "uses it in `async with`",
    Use.AWAIT: "awaits it",
    Use.FOR: "iterates over it",
    Use.WITH: "uses it in `with`",
    Use.DISCARDED: "calls it as a statement, so that its body never runs",
    Use.TRUTH: "tests it, and it is always true",
}


def _advice(broken: BrokenOverride) -> str:
    if broken.use is Use.AWAIT:
        return f"write `async def {broken.function}`, without `yield`"
    if broken.kind is Kind.COROUTINE:
        return f"write `def {broken.function}`, or override `{broken.caller}` as well"
    return f"make it what it overrides, or override `{broken.caller}` as well"
