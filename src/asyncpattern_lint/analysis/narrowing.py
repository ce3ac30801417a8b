"""What a test leaves of the values that a name may stand for.

A test takes a value apart into what it is where the test holds and what it is where it fails.
Where that cannot be told, it may be anything in both; and where nothing is left of what is
known, the code knows better.

Sources: https://docs.python.org/3/library/functions.html#isinstance,
https://docs.python.org/3/library/inspect.html#types-and-members,
https://docs.python.org/3/library/collections.abc.html.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from asyncpattern_lint.analysis.instances import Instances
from asyncpattern_lint.analysis.members import Has, Members
from asyncpattern_lint.analysis.values import (
    DECIDED,
    CallableValue,
    ClassValue,
    External,
    FactoryValue,
    Frame,
    FunctionValue,
    InstanceValue,
    LambdaValue,
    ModuleValue,
    Partial,
    Produced,
    TypeVariable,
    Unknown,
    Value,
    Values,
    is_known,
    union,
)
from asyncpattern_lint.index.model import Ask, Attribute, Call, Condition, Expr, Name
from asyncpattern_lint.protocol import METHODS, OFFERS, Kind, Protocol

if TYPE_CHECKING:
    from asyncpattern_lint.analysis.resolver import Resolver

Parted = tuple[Values, Values]
"""What a value is where a test holds, and where it fails."""

Test = Callable[[Value], Parted]

UNSURE: Parted = (DECIDED, DECIDED)

_MODULES = ("inspect", "asyncio", "asyncio.coroutines")

#: Questions about objects, and the kind that they ask for.
_OBJECTS = {
    "iscoroutine": Kind.COROUTINE,
    "isasyncgen": Kind.ASYNC_GENERATOR,
    "isgenerator": Kind.GENERATOR,
}

#: Questions about functions, and what must hold of their ``def``: ``async``, and ``yield``.
_FUNCTIONS = {
    "iscoroutinefunction": (True, False),
    "isasyncgenfunction": (True, True),
    "isgeneratorfunction": (False, True),
}

#: Decorators that leave a function what its ``def`` says.
_HARMLESS = frozenset(
    {"abstractmethod", "classmethod", "final", "overload", "override", "staticmethod", "wraps"}
)

_UNCALLED = (FunctionValue, FactoryValue, LambdaValue, Partial, ClassValue, ModuleValue)


class Narrowing:
    """Applies tests to values."""

    def __init__(self, resolver: "Resolver") -> None:
        self.resolver = resolver
        self.members = Members(resolver)
        self.instances = Instances(resolver)

    def narrow(self, values: Values, condition: Condition, frame: Frame) -> Values | None:
        """Return what is left where a condition holds, None if it is not understood."""
        if condition.ask in {Ask.NONE, Ask.TRUE}:
            return self._none(values, condition)
        test = self._test(condition, frame)
        if test is None:
            return None
        left = union(self.part(value, test)[not condition.holds] for value in values)
        return left if left or not values else DECIDED

    def understands(self, condition: Condition, frame: Frame) -> bool:
        """Tell whether a condition says something here."""
        return condition.ask in {Ask.NONE, Ask.TRUE} or self._test(condition, frame) is not None

    def part(self, value: Value, test: Test) -> Parted:
        """Apply a test to a value; of what lies outside the project, to what that is."""
        if isinstance(value, External):
            forced = self.resolver.force(value.name)
            if not is_known(forced) or any(isinstance(v, External) for v in forced):
                return UNSURE
            parts = [test(v) for v in forced]
            if all(
                held == (v,) and not failed for v, (held, failed) in zip(forced, parts, strict=True)
            ):
                return (value,), ()
            if all(
                failed == (v,) and not held for v, (held, failed) in zip(forced, parts, strict=True)
            ):
                return (), (value,)
            return union(p[0] for p in parts), union(p[1] for p in parts)
        return test(value)

    def _none(self, values: Values, condition: Condition) -> Values:
        if condition.ask is Ask.TRUE and not condition.holds:
            return values
        wants_none = condition.ask is Ask.NONE and condition.holds
        kept = tuple(
            v for v in values if (isinstance(v, InstanceValue) and v.is_none) is wants_none
        )
        return kept or DECIDED

    def _test(self, condition: Condition, frame: Frame) -> Test | None:
        if condition.ask in {Ask.CLASS, Ask.INSTANCE}:
            return self._class_test(condition, frame, exact=condition.ask is Ask.CLASS)
        asked = self.resolver.evaluate(condition.about, frame)
        if len(asked) != 1 or not isinstance(asked[0], External):
            return None
        module, _, name = asked[0].name.rpartition(".")
        if module == "builtins":
            return self._builtin(name, condition, frame)
        if module not in _MODULES:
            return None
        if name == "isawaitable":
            return self._is_awaitable
        if name == "isclass":
            return self.instances.test("builtins.type")
        if name in _OBJECTS:
            return self._object_test(_OBJECTS[name], module)
        if name in _FUNCTIONS:
            return lambda value: self._is_function(value, *_FUNCTIONS[name])
        return None

    def _builtin(self, name: str, condition: Condition, frame: Frame) -> Test | None:
        if name == "isinstance":
            return self._class_test(_about_second(condition), frame, exact=False)
        if name == "callable":
            return lambda value: self.has(value, "__call__")
        if name in {"hasattr", "getattr"} and condition.text:
            is_own = condition.name in {"self", "cls"}
            return lambda value: self._shows(
                value, condition.text, is_own=is_own, is_value=name == "getattr"
            )
        return None

    def _class_test(self, condition: Condition, frame: Frame, *, exact: bool) -> Test | None:
        wanted = self.instances.classes(condition.about, frame)
        if wanted is None:
            return None
        tests: list[Test] = []
        for cls in wanted:
            methods = self.instances.methods_of(cls)
            kind = self.instances.kind_of(cls)
            if kind is not None:
                tests.append(self._object_test(kind, "inspect"))
            elif methods is not None:
                if exact:
                    return None
                tests.append(self._methods_test(methods))
            else:
                tests.append(self.instances.class_test(cls, exact=exact))
        return lambda value: self._any(value, tests)

    def _methods_test(self, methods: tuple[str, ...]) -> Test:
        return lambda value: self._all(value, methods)

    def _any(self, value: Value, tests: list[Test]) -> Parted:
        """Ask whether one of several tests holds."""
        held: list[Values] = []
        left: Values = (value,)
        for test in tests:
            parts = [self.part(v, test) for v in left]
            held += [part[0] for part in parts]
            left = union(part[1] for part in parts)
        return union(held), left

    # --- attributes ------------------------------------------------------------------------

    def _all(self, value: Value, methods: tuple[str, ...]) -> Parted:
        """Ask whether an object has all of some methods."""
        left: Values = (value,)
        failed: list[Values] = []
        for method in methods:
            parts = [self.has(v, method) for v in left]
            failed += [part[1] for part in parts]
            left = union(part[0] for part in parts)
        return left, union(failed)

    def has(self, value: Value, name: str) -> Parted:
        """Ask whether an object has a method."""
        if isinstance(value, Unknown | TypeVariable):
            return (value,), (value,)
        match self.members.has(value, name):
            case Has.YES:
                return (value,), ()
            case Has.NO:
                return (), (value,)
            case Has.VARIES:
                return (_opened(value, name),), (value,)
            case _:
                return UNSURE

    def _shows(self, value: Value, name: str, *, is_own: bool, is_value: bool) -> Parted:
        """Ask whether an object has an attribute, or one that is true.

        Of its own attributes a method asks to know whether they are set, not what it is.
        """
        held, failed = self.has(value, name)
        if is_own:
            return held if held and held != DECIDED else (value,), (value,)
        if isinstance(value, InstanceValue) and self.members.has(value, name) is Has.SET:
            return (value,), DECIDED
        return held, failed if failed == (value,) or not is_value else DECIDED

    def _is_awaitable(self, value: Value) -> Parted:
        if isinstance(value, Produced):
            is_awaitable = Protocol.AWAITABLE in value.protocols
            return ((value,), ()) if is_awaitable else ((), (value,))
        if isinstance(value, _UNCALLED):
            return (), (value,)
        return self.has(value, "__await__")

    # --- kinds -----------------------------------------------------------------------------

    def _object_test(self, kind: Kind, module: str) -> Test:
        return lambda value: self._is_object(value, kind, module)

    def _is_object(self, value: Value, kind: Kind, module: str) -> Parted:
        """Ask whether an object is a real coroutine, async generator or generator."""
        match value:
            case Unknown() | TypeVariable():
                return (value,), (value,)
            case Produced():
                if value.protocols != OFFERS[value.kind]:
                    return UNSURE
                if kind is Kind.COROUTINE and module != "inspect" and value.kind is Kind.GENERATOR:
                    # Before Python 3.12 asyncio took generators for coroutines.
                    return UNSURE
                if value.kind is not kind:
                    return (), (value,)
                # One that only an annotation speaks of may be any object with its methods.
                told = kind is Kind.COROUTINE and value.maker is None
                return (value,), DECIDED if told else ()
            case InstanceValue(of=None):
                return (), (value,)
            case InstanceValue():
                if self.instances.is_abstract(value):
                    return (value,), (value,)
                unsure = value.is_open or value.doubtful or value.structural
                return UNSURE if unsure or OFFERS[kind] in value.protocols else ((), (value,))
            case _ if isinstance(value, _UNCALLED):
                return (), (value,)
            case _:
                return UNSURE

    def _is_function(self, value: Value, is_async: bool, is_generator: bool) -> Parted:
        """Ask whether something is a function of a kind, going by its ``def``."""
        match value:
            case Unknown() | TypeVariable():
                return (value,), (value,)
            case FunctionValue():
                scope = self.resolver.scope_of(value)
                names = [_last_name(d.value) for d in scope.decorators]
                if not _HARMLESS.issuperset(names) or self.resolver.calls.is_ambiguous(value):
                    return UNSURE
                if not scope.is_async and value.path.endswith(".pyi"):
                    return UNSURE
                same = (scope.is_async, scope.is_generator) == (is_async, is_generator)
                return ((value,), ()) if same else ((), (value,))
            case FactoryValue():
                driven = {Protocol.ASYNC_CONTEXT_MANAGER, Protocol.CONTEXT_MANAGER}
                return ((), (value,)) if value.protocols in driven else UNSURE
            case LambdaValue(expression=expression):
                same = not is_async and expression.is_generator == is_generator
                return ((value,), ()) if same else ((), (value,))
            case Partial(function=function):
                held, failed = self._is_function(function, is_async, is_generator)
                if held == (function,) and not failed:
                    return (value,), ()
                return ((), (value,)) if failed == (function,) and not held else UNSURE
            case CallableValue():
                return self._is_described(value, is_async=is_async, is_generator=is_generator)
            case ClassValue() | ModuleValue() | Produced() | InstanceValue(of=None):
                return (), (value,)
            case InstanceValue(exact=True, is_open=False):
                return (), (value,)
            case _:
                return UNSURE

    def _is_described(self, value: CallableValue, *, is_async: bool, is_generator: bool) -> Parted:
        """Ask the same of what only a type describes: a function of the kind gives its kind."""
        kind = Kind.GENERATOR
        if is_async:
            kind = Kind.ASYNC_GENERATOR if is_generator else Kind.COROUTINE
        given = self.resolver.types.call(value, ())
        offers = [
            isinstance(v, Produced | InstanceValue) and OFFERS[kind] in v.protocols for v in given
        ]
        held = (value,) if offers and all(offers) else DECIDED
        return held, DECIDED if offers and all(offers) else (value,)


def _about_second(condition: Condition) -> Condition:
    """Return the question ``isinstance(x, A)`` as one about ``A``."""
    return Condition(condition.name, Ask.INSTANCE, condition.holds, condition.second)


def _opened(value: Value, name: str) -> Value:
    """Return one of a class of objects that also has a method which not all of them have."""
    if not isinstance(value, InstanceValue):
        return value
    added = Protocol.NONE
    for protocol, methods in METHODS.items():
        if name in methods:
            added |= protocol
    return replace(value, is_open=True, protocols=value.protocols | added)


def _last_name(decorator: Expr) -> str:
    if isinstance(decorator, Call):
        decorator = decorator.func
    if isinstance(decorator, Attribute):
        return decorator.name
    return decorator.id if isinstance(decorator, Name) else ""
