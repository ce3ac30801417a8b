"""Check how long generators live that hold a resource: who drives them, and who closes them.

What becomes of an async generator that nobody closes is described under
https://docs.python.org/3/reference/expressions.html#asynchronous-generator-functions.
"""

from collections.abc import Iterator

from asyncpattern_lint.analysis.places import Places
from asyncpattern_lint.analysis.positions import Positions
from asyncpattern_lint.analysis.resolver import Resolver
from asyncpattern_lint.analysis.values import External, Frame, FunctionValue, Produced, Value
from asyncpattern_lint.findings import Driven, Step
from asyncpattern_lint.index.model import Drive, ModuleIndex, Name
from asyncpattern_lint.index.yields import Yielding
from asyncpattern_lint.protocol import Kind


class LifetimeChecker:
    """Checks what the modules of a project do with async generators."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver

    def check(self, path: str, module: ModuleIndex, positions: Positions) -> Iterator[Driven]:
        """Yield the generators with a resource that are driven where they are made."""
        places = Places(path, positions)
        for number, scope in enumerate(module.scopes):
            for drive in scope.drives:
                driven = self._driven(path, number, drive, places)
                if driven is not None:
                    yield driven

    def _driven(self, path: str, number: int, drive: Drive, places: Places) -> Driven | None:
        frame = Frame(path, number)
        is_step = drive.leaving == "step"
        if is_step and self.resolver.evaluate(Name("anext"), frame) != (_ANEXT,):
            return None
        values = self.resolver.evaluate(drive.value, frame)
        if not values or not all(map(self._holds, values)):
            return None
        first = values[0]
        assert isinstance(first, Produced)
        assert first.target is not None
        bits = [self._yielding(value) for value in values]
        span = places.between(drive.line, drive.column, drive.end_line, drive.end_column)
        held = Step(
            first.target.path, self._yield_line(first), "what is behind this `yield` is released"
        )
        return Driven(
            reference=places.text(span),
            leaving="" if is_step else drive.leaving,
            line=drive.leaving_line,
            step=is_step,
            once=all(Yielding.ONCE in found for found in bits),
            path=path,
            span=span,
            target=first.target,
            evidence=(*first.steps, held),
        )

    def _holds(self, value: Value) -> bool:
        """Whether a value is a fresh async generator of the project that releases something."""
        return (
            isinstance(value, Produced)
            and value.kind is Kind.ASYNC_GENERATOR
            and not value.done
            and value.target is not None
            and isinstance(value.maker, FunctionValue)
            and not value.maker.overridden
            and not self.resolver.is_foreign(value.maker.path)
            and Yielding.HOLDS in self._yielding(value)
        )

    def _yielding(self, value: Value) -> Yielding:
        assert isinstance(value, Produced)
        assert isinstance(value.maker, FunctionValue)
        return Yielding(self.resolver.scope_of(value.maker).yielding)

    def _yield_line(self, value: Produced) -> int:
        assert isinstance(value.maker, FunctionValue)
        return self.resolver.scope_of(value.maker).yields_at


_ANEXT = External("builtins.anext")
