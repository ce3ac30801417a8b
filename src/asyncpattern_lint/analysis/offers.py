"""What calling a fake gives: a mock as it is configured, a function, a ``lambda``, a class."""

from collections.abc import Mapping
from dataclasses import dataclass

from asyncpattern_lint.analysis import wellknown
from asyncpattern_lint.analysis.replacing import Replacing
from asyncpattern_lint.analysis.resolver import Resolver
from asyncpattern_lint.analysis.values import (
    ANY_ARGUMENTS,
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
    union,
)
from asyncpattern_lint.findings import Step
from asyncpattern_lint.index.model import (
    Assigned,
    Builtin,
    Call,
    Expr,
    ModuleIndex,
    Name,
    Told,
    head,
)
from asyncpattern_lint.protocol import Protocol

_MODULES = ("unittest.mock", "mock", "mock.mock")


def _mock(name: str) -> frozenset[str]:
    return frozenset(f"{module}.{name}" for module in _MODULES)


_ASYNC_MOCK, _MAGIC_MOCK, _MOCK = _mock("AsyncMock"), _mock("MagicMock"), _mock("Mock")

#: What ``MagicMock`` supports without being told; it cannot be awaited
#: (https://docs.python.org/3/library/unittest.mock.html#mocking-magic-methods).
_MAGIC = (
    Protocol.ITERABLE
    | Protocol.CONTEXT_MANAGER
    | Protocol.ASYNC_ITERABLE
    | Protocol.ASYNC_CONTEXT_MANAGER
)

#: Options that make a mock like what it replaces, or whatever they say.
DECIDING = frozenset({"spec", "spec_set", "autospec", "wraps", "**", "*"})


@dataclass(frozen=True, slots=True)
class Offer:
    """What calling a fake gives: what that supports, and how to call it in a sentence.

    ``told`` is what decided it; ``settled`` that nothing said later to the mock changes it.
    """

    protocols: Protocol
    what: str
    told: Told
    steps: tuple[Step, ...] = ()
    settled: bool = True


class Offers:
    """Tells what calling fakes gives."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver

    def offer(
        self, replacing: Replacing, replaced: Values, module: ModuleIndex, frame: Frame
    ) -> Offer | None:
        """Return what a call puts into the place of something, None if that is not known."""
        new = replacing.new
        if new is not None:
            return self._given(new, module, frame)
        options = replacing.options
        factory = options.get("new_callable")
        if factory is not None:
            return self._mock(factory.value, options, factory, module, frame)
        if all(self._is_async(value) for value in replaced):
            return None
        if any(self._is_async(v) or self._is_decorated(v) for v in replaced):
            return None
        return self._configured("a `MagicMock`", _MAGIC, options, replacing.owner, module, frame)

    def _is_async(self, value: Value) -> bool:
        """Whether ``patch`` takes a function for a coroutine function."""
        if not isinstance(value, FunctionValue):
            return False
        scope = self.resolver.scope_of(value)
        return scope.is_async and not scope.is_generator

    def _is_decorated(self, value: Value) -> bool:
        """Whether a decorator decides what ``patch`` takes a function for."""
        return isinstance(value, FunctionValue) and bool(self.resolver.scope_of(value).decorators)

    def _given(self, told: Told, module: ModuleIndex, frame: Frame) -> Offer | None:
        """Return what calling a fake that is given gives."""
        expr = told.value
        made = self._made_by(expr, module, frame)
        if isinstance(made, Call):
            options = {name: Told(value, name, None, told.place) for name, value in made.keywords}
            if made.args:
                # The first parameter of a mock is its specification.
                return None
            offer = self._mock(made.func, options, told, module, frame)
            if offer is not None:
                return offer
        values = self.resolver.judged(expr, frame)
        callables = FunctionValue | FactoryValue | LambdaValue | ClassValue | Partial
        if not values or not all(isinstance(value, callables) for value in values):
            return None
        protocols = self._protocols(self.called(values))
        if protocols is None or self._raises(values):
            return None
        return Offer(protocols, _described(values, self.called(values)), told, _steps(values))

    def _made_by(self, expr: Expr, module: ModuleIndex, frame: Frame) -> Expr:
        """Return the call that made what a local name stands for, if nothing is said of it later."""
        if isinstance(expr, Name):
            entry = module.scopes[frame.number].bindings.get(expr.id)
            if entry is not None and len(entry.every) == 1:
                binding = entry.every[0]
                if isinstance(binding, Assigned) and not any(
                    head(write.base) == expr for write in module.assigned
                ):
                    return binding.value
        return expr

    def _mock(
        self,
        factory: Expr,
        options: Mapping[str, Told],
        told: Told,
        module: ModuleIndex,
        frame: Frame,
    ) -> Offer | None:
        """Return what calling a mock gives that a class of ``unittest.mock`` makes."""
        if not DECIDING.isdisjoint(options) or any(_is_special(name) for name in options):
            return None
        if self._is(factory, frame, _ASYNC_MOCK):
            return Offer(Protocol.AWAITABLE, "an `AsyncMock`, whose calls give coroutines", told)
        if self._is(factory, frame, _MAGIC_MOCK):
            return self._configured("a `MagicMock`", _MAGIC, options, told, module, frame)
        if self._is(factory, frame, _MOCK):
            return self._configured("a `Mock`", Protocol.NONE, options, told, module, frame)
        return None

    def _configured(
        self,
        what: str,
        bare: Protocol,
        options: Mapping[str, Told],
        told: Told,
        module: ModuleIndex,
        frame: Frame,
    ) -> Offer | None:
        """Return what calling a mock gives that was told what to return, or nothing."""
        effect, result = options.get("side_effect"), options.get("return_value")
        if effect is not None and effect.value != Builtin("NoneType"):
            return self._effect(what, effect, frame)
        if result is None:
            return Offer(bare, f"{what}, whose calls give another", told, settled=False)
        protocols = self._returned(result.value, module, frame)
        if protocols is None:
            return None
        return Offer(protocols, f"{what} with that `return_value`", result, settled=False)

    def _effect(self, what: str, effect: Told, frame: Frame) -> Offer | None:
        """Return what a mock gives that calls a function; what it raises is always right."""
        values = self.resolver.judged(effect.value, frame)
        if not values or not all(
            isinstance(v, FunctionValue | LambdaValue | FactoryValue) for v in values
        ):
            return None
        protocols = self._protocols(self.called(values))
        if protocols is None or self._raises(values):
            return None
        return Offer(
            protocols,
            f"{what} with that `side_effect`",
            effect,
            _steps(values),
            settled=False,
        )

    def _returned(self, expr: Expr, module: ModuleIndex, frame: Frame) -> Protocol | None:
        """Return what the object supports that a mock is told to return."""
        made = self._made_by(expr, module, frame)
        if isinstance(made, Call):
            for names, protocols in ((_ASYNC_MOCK | _MAGIC_MOCK, _MAGIC), (_MOCK, Protocol.NONE)):
                if self._is(made.func, frame, names):
                    return None if made.args or made.keywords else protocols
        return self._protocols(self.resolver.judged(expr, frame))

    def _protocols(self, values: Values) -> Protocol | None:
        """Return what any of several objects supports, None if one is not known."""
        found = Protocol.NONE
        for value in values:
            match value:
                case Produced(protocols=protocols):
                    found |= protocols
                case InstanceValue(is_open=False, doubtful=False, protocols=protocols):
                    if self._is_mock(value):
                        return None
                    found |= protocols
                case _:
                    return None
        return found if values else None

    def _is_mock(self, value: InstanceValue) -> bool:
        names = {"NonCallableMock", "Mock", "MagicMock", "AsyncMock"}
        return any(
            ancestor is None or self.resolver.classes.scope_of(ancestor).name in names
            for ancestor in (self.resolver.classes.lineage(value.of) if value.of else ())
        )

    def _raises(self, values: Values) -> bool:
        """Whether a fake always raises, which is right in the place of anything."""
        for value in values:
            if isinstance(value, FunctionValue):
                scope = self.resolver.scope_of(value)
                if not (scope.falls_through or scope.returns or scope.is_generator):
                    return True
        return False

    def _is(self, expr: Expr, frame: Frame, names: frozenset[str]) -> bool:
        return wellknown.is_one_of(self.resolver, expr, frame, names)

    def called(self, functions: Values) -> Values:
        """Return what calling functions gives."""
        calls = self.resolver.calls.call_all(functions, (), ANY_ARGUMENTS)
        return self.resolver.forced(union(calls))


def _is_special(name: str) -> bool:
    """Whether a keyword says something of a mock that decides what it supports."""
    return name.startswith("__")


def _steps(values: Values) -> tuple[Step, ...]:
    first = values[0]
    return first.steps if isinstance(first, FunctionValue | FactoryValue | LambdaValue) else ()


def _described(functions: Values, given: Values) -> str:
    """Return what a fake is, by what calling it gives."""
    first, result = functions[0], given[0]
    what = {ClassValue: "a class", LambdaValue: "a `lambda`"}.get(type(first), "a function")
    if isinstance(result, Produced):
        return f"{what} that gives {result.kind.article}"
    if isinstance(result, InstanceValue) and result.is_none:
        return f"{what} that gives None"
    if isinstance(result, InstanceValue) and not isinstance(first, ClassValue):
        return f"{what} that gives an instance of `{result.class_name}`"
    return f"{what} that gives a plain object"
