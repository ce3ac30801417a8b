"""Decorators: calls that make something of a function or class.

Source: https://docs.python.org/3/reference/compound_stmts.html#function-definitions.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from asyncpattern_lint.analysis import library
from asyncpattern_lint.analysis.types import special_form
from asyncpattern_lint.analysis.values import (
    ANY_ARGUMENTS,
    ANYTHING,
    Binds,
    CallableValue,
    ClassValue,
    External,
    FactoryValue,
    Frame,
    FunctionValue,
    InstanceValue,
    LambdaValue,
    Partial,
    Produced,
    Value,
    Values,
    replace,
    union,
    with_step,
    without_steps,
)
from asyncpattern_lint.findings import Step
from asyncpattern_lint.index.model import (
    Call,
    Decorator,
    Name,
    Opaque,
    ScopeKind,
    Starred,
    Subscript,
    dotted,
)
from asyncpattern_lint.index.texts import is_among
from asyncpattern_lint.protocol import PROTOCOL_METHODS, Kind, Protocol

if TYPE_CHECKING:
    from asyncpattern_lint.analysis.resolver import Resolver

#: What contextlib's decorators drive.
_DRIVEN = {
    Protocol.ASYNC_CONTEXT_MANAGER: Kind.ASYNC_GENERATOR,
    Protocol.CONTEXT_MANAGER: Kind.GENERATOR,
}

#: What an annotation may say that a wrapper is.
_PROMISING = (FunctionValue, FactoryValue, LambdaValue, ClassValue, Partial, CallableValue)

#: A decorator that calls more functions than this is followed no further.
_MAX_FOLLOWED = 20


class Decorators:
    """Applies decorators."""

    def __init__(self, resolver: "Resolver") -> None:
        self.resolver = resolver

    def decorate(self, decorator: Decorator, values: Values, frame: Frame) -> Values:
        """Return what a decorator makes of what it decorates."""
        by = tuple(map(self._named, self.resolver.evaluate(decorator.value, frame)))
        if isinstance(values[0] if values else None, ClassValue):
            if any(self._rewrites(d, values) for d in by if isinstance(d, FunctionValue)):
                return ANYTHING
            if by and all(self._gives_class(d) for d in self.resolver.forced(by)):
                return values
            if self._makes_dataclass(decorator, frame):
                return values
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
        arguments: Sequence[Values],
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

    def _named(self, decorator: Value) -> Value:
        """Return a decorator by its dotted name where it is a well-known class.

        So it is in the module that defines it: ``classmethod`` in the stub of ``builtins``.
        """
        if isinstance(decorator, ClassValue):
            name = self.resolver.canonical(decorator.path, decorator.number)
            if name in library.BINDING_DECORATORS or name in library.PROPERTIES:
                return External(name)
        return decorator

    def written_by(self, function: FunctionValue) -> frozenset[str]:
        """Return the attributes that a function may set on a class: ``*`` for computed names.

        The functions around it and in it count, and those that it calls.
        """
        found: set[str] = set()
        seen: set[tuple[str, int]] = set()
        queue = [function]
        while queue and len(seen) < _MAX_FOLLOWED:
            function = queue.pop()
            module = self.resolver.module(function.path)
            number = function.number
            while (parent := module.scopes[number].parent) and (
                module.scopes[parent].kind is ScopeKind.FUNCTION
            ):
                number = parent
            if (function.path, number) in seen or self.resolver.is_foreign(function.path):
                continue
            seen.add((function.path, number))
            self.resolver.project.read_body(function.path, number)
            for at, scope in module.inside(number):
                found.update(scope.writes)
                for call in scope.calls:
                    if any(isinstance(argument, Name | Starred) for argument in call.args):
                        closure = function.closure if at == function.number else None
                        frame = Frame(function.path, at, (), closure)
                        called = self.resolver.evaluate(call.func, frame)
                        queue += [f for f in called if isinstance(f, FunctionValue)]
        return frozenset(found)

    def _gives_class(self, decorator: Value) -> bool:
        """Whether an installed decorator declares that it takes a class and gives one back.

        Evaluating it would ask for the class that is just being made.
        """
        if not isinstance(decorator, FunctionValue) or not self.resolver.is_foreign(decorator.path):
            return False
        annotation = self.resolver.scope_of(decorator).annotation
        if not isinstance(annotation, Subscript):
            return False
        heads = self.resolver.evaluate(annotation.value, Frame(decorator.path, 0))
        return bool(heads) and all(
            special_form(head) == "Type" or head == External("builtins.type") for head in heads
        )

    def _makes_dataclass(self, decorator: Decorator, frame: Frame) -> bool:
        """Whether an installed decorator is told to be like that of ``dataclasses``.

        Source: https://typing.python.org/en/latest/spec/dataclasses.html.
        """
        named = decorator.value.func if isinstance(decorator.value, Call) else decorator.value
        found = self.resolver.forced(self.resolver.evaluate(named, frame))
        return bool(found) and all(
            isinstance(value, FunctionValue)
            and self.resolver.is_foreign(value.path)
            and any(
                isinstance(by, External) and by.name in library.DATACLASS_TRANSFORMS
                for own in self.resolver.scope_of(value).decorators
                if isinstance(own.value, Call)
                for by in self.resolver.evaluate(own.value.func, Frame(value.path, 0))
            )
            for value in found
        )

    def _rewrites(self, decorator: FunctionValue, classes: Values) -> bool:
        """Whether a function sets attributes that decide what a class supports or does."""
        written = self.written_by(decorator)
        own = [
            self.resolver.classes.scope_of(c).bindings for c in classes if isinstance(c, ClassValue)
        ]
        return any(is_among(name, written) for names in (PROTOCOL_METHODS, *own) for name in names)

    def factories(self, value: Value, protocols: Protocol) -> Values:
        """Apply one of contextlib's decorators, or ``types.coroutine``, to a function."""
        if isinstance(value, FunctionValue):
            scope = self.resolver.scope_of(value)
            if value.path.endswith(".pyi") and protocols in _DRIVEN and not scope.is_async:
                # A stub has no body that could yield: its annotation promises an iterator.
                return (FactoryValue(value, protocols, value.steps),)
            wanted = _DRIVEN.get(protocols, Kind.GENERATOR)
            if scope.is_generator or not scope.is_async:
                given = self.resolver.calls.call_function(value, (), ANY_ARGUMENTS)
                if given and all(isinstance(v, Produced) and v.kind is wanted for v in given):
                    return (FactoryValue(value, protocols, value.steps),)
        return ANYTHING


def rebound(value: Value, binds: Binds) -> Value:
    """Apply ``classmethod`` or ``staticmethod``."""
    if isinstance(value, FunctionValue):
        return replace(value, binds=binds)
    if isinstance(value, FactoryValue):
        return replace(value, function=replace(value.function, binds=binds))
    return value


def _only_rebinds(decorated: Values, values: Values) -> bool:
    """Whether a decorator only decides what the first argument is."""
    return len(decorated) == len(values) and all(
        isinstance(d, FunctionValue)
        and isinstance(v, FunctionValue)
        and replace(d, binds=v.binds) == v
        for d, v in zip(decorated, values, strict=True)
    )
