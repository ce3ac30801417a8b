"""What decorators make of what they decorate."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from asyncpattern_lint.analysis.values import (
    ANYTHING,
    CallableValue,
    ClassValue,
    FactoryValue,
    Frame,
    FunctionValue,
    InstanceValue,
    LambdaValue,
    Partial,
    Value,
    Values,
    union,
    with_step,
    without_steps,
)
from asyncpattern_lint.findings import Step
from asyncpattern_lint.index.model import Decorator, Opaque, ScopeKind, dotted
from asyncpattern_lint.protocol import PROTOCOL_METHODS

if TYPE_CHECKING:
    from asyncpattern_lint.analysis.resolver import Resolver


#: What an annotation may say that a wrapper is.
_PROMISING = (FunctionValue, FactoryValue, LambdaValue, ClassValue, Partial, CallableValue)


class Decorators:
    """Follows decorators, which are calls, and what they promise."""

    def __init__(self, resolver: "Resolver") -> None:
        self.resolver = resolver

    def decorate(self, decorator: Decorator, values: Values, frame: Frame) -> Values:
        """Return what a decorator makes of what it decorates."""
        by = self.resolver.evaluate(decorator.value, frame)
        if isinstance(values[0] if values else None, ClassValue):
            if any(self._rewrites(d, values) for d in by):
                return ANYTHING
            made = union(self.resolver.calls.call_all(by, (values,), {}))
            plain = tuple(v.plain for v in values if isinstance(v, ClassValue))
            kept = bool(made) and all(isinstance(m, ClassValue) and m.plain in plain for m in made)
            return values if kept else ANYTHING
        name = dotted(decorator.value) or dotted(getattr(decorator.value, "func", Opaque()))
        step = Step(frame.path, decorator.line, f"decorated with `@{name or '...'}` here")
        decorated = self._with_promise(
            union(self.resolver.calls.call_all(by, (values,), {})), by, values
        )
        if decorated == values or _only_rebinds(decorated, values):
            return decorated
        return with_step(decorated, step)

    def _with_promise(self, made: Values, by: Values, values: Values) -> Values:
        """Note what decorators say that they make, for wrappers whose bodies do not tell."""
        if not any(isinstance(v, FunctionValue) and v not in values for v in made):
            return made
        promised = union(
            self.resolver.calls.promised(decorator, (values,), {})
            for decorator in by
            if isinstance(decorator, FunctionValue)
        )
        if not promised or not all(isinstance(v, _PROMISING) for v in promised):
            return made
        promise = tuple(map(without_steps, promised))
        return tuple(
            replace(v, promise=promise) if isinstance(v, FunctionValue) and v not in values else v
            for v in made
        )

    def as_promised(
        self,
        function: FunctionValue,
        arguments: tuple[Values, ...],
        keywords: Mapping[str, Values],
    ) -> Values:
        """Return the objects that a wrapper gives going by its decorator, empty if unknown.

        Such annotations mostly say that what is decorated stays as it is, even where its work
        is put off or waited for. So they tell what an object has, but not what it lacks.
        """
        given = self.resolver.calls.with_receiver(function, arguments)
        values = union(self.resolver.calls.call_all(function.promise, given, keywords))
        plain = bool(values) and all(isinstance(value, InstanceValue) for value in values)
        return (
            tuple(replace(v, is_open=True) for v in values if isinstance(v, InstanceValue))
            if plain
            else ()
        )

    def _rewrites(self, decorator: Value, classes: Values) -> bool:
        """Whether a function sets attributes that decide what a class supports or does."""
        if not isinstance(decorator, FunctionValue):
            return False
        module = self.resolver.module(decorator.path)
        outer = module.scopes[decorator.number]
        while outer.parent and module.scopes[outer.parent].kind is ScopeKind.FUNCTION:
            outer = module.scopes[outer.parent]
        written = {
            name
            for scope in module.scopes
            if outer.line <= scope.line <= outer.end_line
            for name in scope.writes
        }
        own = [
            self.resolver.classes.scope_of(c).bindings for c in classes if isinstance(c, ClassValue)
        ]
        return any(
            name == "*" or name in PROTOCOL_METHODS or any(name in names for names in own)
            for name in written
        )


def _only_rebinds(decorated: Values, values: Values) -> bool:
    """Whether a decorator only decides what the first argument is."""
    return len(decorated) == len(values) and all(
        isinstance(d, FunctionValue)
        and isinstance(v, FunctionValue)
        and replace(d, binds=v.binds) == v
        for d, v in zip(decorated, values, strict=True)
    )
