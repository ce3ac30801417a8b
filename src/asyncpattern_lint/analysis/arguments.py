"""Which arguments of a call decide what it gives, and which of a function's ends they reach."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, overload

from asyncpattern_lint.analysis.values import (
    CallableValue,
    ClassValue,
    FactoryValue,
    Frame,
    FunctionValue,
    InstanceValue,
    LambdaValue,
    Partial,
    Produced,
    Value,
    Values,
    is_known,
    without_steps,
)
from asyncpattern_lint.index.model import Ask, Builtin, Call, Condition, Expr, Parameter, Scope

if TYPE_CHECKING:
    from asyncpattern_lint.analysis.resolver import Resolver


class GivenByPlace(Sequence[Values]):
    """The arguments of a call by position, each evaluated when something hangs on it."""

    def __init__(self, resolver: "Resolver", exprs: tuple[Expr, ...], frame: Frame) -> None:
        self._resolver = resolver
        self._exprs = exprs
        self._frame = frame
        self._known: dict[int, Values] = {}

    def __len__(self) -> int:
        return len(self._exprs)

    @overload
    def __getitem__(self, at: int) -> Values: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Values]: ...
    def __getitem__(self, at: int | slice) -> Values | Sequence[Values]:
        if isinstance(at, slice):
            return tuple(self[place] for place in range(*at.indices(len(self._exprs))))
        known = self._known.get(at)
        if known is None:
            known = self._known[at] = self._resolver.evaluate(self._exprs[at], self._frame)
        return known


class GivenByName(Mapping[str, Values]):
    """The arguments of a call by keyword, each evaluated when something hangs on it."""

    def __init__(self, resolver: "Resolver", call: Call, frame: Frame) -> None:
        self._resolver = resolver
        self._exprs = dict(call.keywords)
        self._frame = frame
        self._known: dict[str, Values] = {}

    def __len__(self) -> int:
        return len(self._exprs)

    def __iter__(self) -> Iterator[str]:
        return iter(self._exprs)

    def __contains__(self, name: object) -> bool:
        return name in self._exprs

    def __getitem__(self, name: str) -> Values:
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = self._resolver.evaluate(self._exprs[name], self._frame)
        return known


#: What can be called.
CALLABLES = (FunctionValue, FactoryValue, LambdaValue, ClassValue, Partial, CallableValue)

#: What is never false.
_TRUE = (FunctionValue, FactoryValue, LambdaValue, Partial)

#: Arguments that can decide what a function gives back.
_PASSED = (*CALLABLES, Produced)


class Arguments:
    """Picks the arguments that matter to what a call gives."""

    def __init__(self, resolver: "Resolver") -> None:
        self.resolver = resolver

    def passed(
        self,
        function: FunctionValue,
        scope: Scope,
        arguments: Sequence[Values],
        keywords: Mapping[str, Values],
    ) -> tuple[tuple[str, Values], ...]:
        """Return what a call passes, by parameter, as far as its result may hang on that."""
        given = self.resolver.calls.with_receiver(function, arguments)
        if not given and not keywords and not any(item.when for item in scope.returns):
            return ()
        passed = []
        asked = {condition.name for item in scope.returns for condition in item.when}
        for name, entry in scope.bindings.items():
            parameter = entry.every[0]
            if not isinstance(parameter, Parameter) or parameter.variadic:
                continue
            values = keywords.get(name)
            at = parameter.position
            if values is None and at is not None and at < len(given):
                values = given[at]
            if (
                name in asked
                and len(entry.every) == 1
                and "*" not in keywords
                and "**" not in keywords
            ):
                default = parameter.default
                if values is None and isinstance(default, Builtin):
                    values = self.resolver.evaluate(default, Frame(function.path, 0))
                if values is not None:
                    passed.append((name, tuple(map(without_steps, values))))
                continue
            if values is None:
                continue
            is_receiver = at == 0 and function.receiver is not None
            if is_receiver or any(isinstance(v, _PASSED) for v in values) or _is_object(values):
                # Two calls of the same kind are one question: their evidence stays out of it.
                passed.append((name, tuple(map(without_steps, values))))
        return tuple(passed)


def may_hold(condition: Condition, passed: Mapping[str, Values]) -> bool:
    """Tell whether a test of a parameter may turn out as a ``return`` under it needs."""
    values = passed.get(condition.name)
    if values is None or not is_known(values):
        return True
    if condition.ask is Ask.CALLABLE:
        truths = {isinstance(v, CALLABLES) for v in values if _is_told(v)}
    else:
        truths = {isinstance(v, InstanceValue) and v.is_none for v in values}
        if condition.ask is Ask.TRUE:
            truths = {truth for value in values for truth in _truths(value)}
    return condition.holds in truths or not all(map(_is_told, values))


def _truths(value: Value) -> tuple[bool, ...]:
    """Return how a test of a value for truth may turn out."""
    if isinstance(value, _TRUE):
        return (True,)
    if isinstance(value, InstanceValue):
        if value.is_none:
            return (False,)
        if value.truth is not None:
            return (value.truth,)
    return (True, False)


def _is_told(value: Value) -> bool:
    """Whether a value is known to be callable, or not to be."""
    return isinstance(value, CALLABLES) or (isinstance(value, InstanceValue) and value.of is None)


def _is_object(values: Values) -> bool:
    """Whether an argument is an object of a class that matters: not a number or a text."""
    return bool(values) and all(isinstance(v, InstanceValue) and v.of is not None for v in values)
