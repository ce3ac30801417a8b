"""What calls do: which of the two functions of a contract they reach, in the code of the project."""

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from asyncpattern_lint.analysis.contracts import Named, key_of
from asyncpattern_lint.analysis.courses import NOTHING, UNSURE, Driving, Effect
from asyncpattern_lint.analysis.values import (
    ClassValue,
    Constant,
    External,
    FactoryValue,
    Frame,
    FunctionValue,
    Identity,
    InstanceValue,
    LambdaValue,
    Partial,
    Produced,
    PropertyValue,
    Unknown,
    Value,
    Values,
    replace,
    without_none,
)
from asyncpattern_lint.analysis.ways import Called, Told, told_of, undecided
from asyncpattern_lint.index.bodies import Body
from asyncpattern_lint.index.handlers import ENDING_CALLS, spelled_name
from asyncpattern_lint.index.model import (
    Attribute,
    Builtin,
    Call,
    Expr,
    ModuleIndex,
    Name,
    Parameter,
    Scope,
    ScopeKind,
    Subscript,
    Union,
    dotted,
)

if TYPE_CHECKING:
    from asyncpattern_lint.analysis.order import Follower

#: What runs the coroutines that it is given before it gives something back, and whether it has to
#: be awaited for that. Methods go by the names of their definitions in typeshed.
_RUNNING = {
    "asyncio.run": False,
    "asyncio.runners.run": False,
    "asyncio.runners.Runner.run": False,
    "asyncio.base_events.BaseEventLoop.run_until_complete": False,
    "asyncio.events.AbstractEventLoop.run_until_complete": False,
    "asyncio.gather": True,
    "asyncio.tasks.gather": True,
    "asyncio.shield": True,
    "asyncio.tasks.shield": True,
    "asyncio.wait_for": True,
    "asyncio.tasks.wait_for": True,
}

#: What annotations call what a function may be going to call.
_CODE = frozenset({"Awaitable", "Callable", "Coroutine", "Generator", "ParamSpec"})

#: The methods that run when a class is instantiated.
_MAKING = ("__new__", "__init__", "__post_init__")

_ENTERING = ("__aenter__", "__enter__")
_LEAVING = ("__aexit__", "__exit__")
_ITERATING = ("__aiter__", "__anext__", "__iter__", "__next__")


class Summary(NamedTuple):
    """What a function does on a way on which the first function was not called.

    ``at_yields`` is what has been called where it yields; ``is_told`` that a finding in it tells
    of the call that comes too early.
    """

    effect: Effect
    at_yields: frozenset[Called] = frozenset()
    may_call: bool = False
    is_told: bool = False

    @property
    def for_callers(self) -> Effect:
        """The effect, without what a finding tells of already."""
        return self.effect._replace(chain=None) if self.is_told else self.effect


class CallEffects:
    """What the calls in one function do."""

    def __init__(self, follower: "Follower", frame: Frame, body: Body, module: ModuleIndex) -> None:
        self.follower = follower
        self.resolver = follower.resolver
        self.frame = frame
        self._lowering = body.lowering
        self._aliases = module.aliases
        self._known: dict[tuple[ast.Call, str], Effect] = {}

    # --- what the course of a function asks ----------------------------------------------

    def of_call(self, node: ast.Call, driving: str) -> Effect:
        """Return what a call does, if what it gives is driven so."""
        known = self._known.get((node, driving))
        if known is None:
            known = self._known[node, driving] = self._of_call(node, driving)
        return known

    def of_attribute(self, node: ast.Attribute) -> Effect:
        """Return what taking an attribute does: a property is a call."""
        lowered = self._lowering.of(node)
        if not isinstance(lowered, Attribute):
            return NOTHING
        return _all_of(
            [
                self._of_property(value, node.attr)
                for value in self._values(lowered.value)
                if isinstance(value, InstanceValue)
            ]
        )

    def of_manager(self, node: ast.expr, *, leaving: bool) -> Effect:
        """Return what entering or leaving a context manager does, beside what made it."""
        names = _LEAVING if leaving else _ENTERING
        effects = []
        for value in self._values(self._lowering.of(node)):
            if isinstance(value, Produced):
                # Entering a fresh one is what its call was for.
                if leaving or not isinstance(node, ast.Call):
                    effects.append(self._later(value))
            elif isinstance(value, InstanceValue):
                effects.append(self._of_methods(value, names))
            elif isinstance(value, Unknown):
                effects.append(UNSURE)
        return _one_of(effects)

    def of_iterable(self, node: ast.expr) -> Effect:
        """Return what iterating over something does, beside what made it."""
        effects = []
        for value in self._values(self._lowering.of(node)):
            if isinstance(value, Produced):
                effects.append(self._later(value))
            elif isinstance(value, InstanceValue):
                found = self._of_methods(value, _ITERATING)
                effects.append(UNSURE if found.may_call else NOTHING)
        return _one_of(effects)

    def driven_by(self, node: ast.Call, driving: str) -> str:
        """Return what a call does with what its arguments give: it awaits it, or nothing."""
        for value in self._values(self._lowering.of(node.func)):
            name = value.name if isinstance(value, External) else None
            if isinstance(value, FunctionValue):
                name = self.resolver.canonical(value.path, value.number)
            needs_await = _RUNNING.get(name or "")
            if needs_await is None or (needs_await and driving != Driving.AWAIT):
                return Driving.NOTHING
            return Driving.AWAIT
        return Driving.NOTHING

    # --- calls -----------------------------------------------------------------------------

    def _values(self, expr: Expr) -> Values:
        return self.resolver.judged(expr, self.frame)

    def _of_call(self, node: ast.Call, driving: str) -> Effect:
        lowered = self._lowering.of(node)
        if not isinstance(lowered, Call):
            return UNSURE
        if spelled_name(dotted(lowered.func), self._aliases) in ENDING_CALLS:
            return Effect(frozenset())
        for named, effect in self._meant():
            meant = self.follower.names.is_meant(named, lowered.func, self.frame)
            if meant:
                return effect(driving)
            if meant is None and self._is_called_so(lowered.func, named):
                return UNSURE
        # Nothing goes on behind a call of None.
        values = without_none(self._values(lowered.func))
        if not values:
            return UNSURE
        return _one_of([self._of_value(value, node, lowered, driving) for value in values])

    def _meant(self) -> Iterator[tuple[Named, Callable[[str], Effect]]]:
        """Yield the two that the contract names, with what calling them does."""
        yield self.follower.first, self._of_first
        yield self.follower.then, self._of_then

    def _is_called_so(self, func: Expr, named: Named) -> bool:
        name = named.name.rpartition(".")[2]
        return isinstance(func, Attribute) and func.name == name

    def _of_first(self, driving: str) -> Effect:
        path, number = self.follower.first.key
        if self._scope(path, number).kind is ScopeKind.CLASS:
            return Effect(frozenset({Called.SURELY}))
        effect = self.follower.summary(FunctionValue(path, number, None)).effect
        called = frozenset({Called.PERHAPS})
        if self._runs(path, number, driving):
            called = frozenset({Called.SURELY} if effect.called else ())
        return Effect(called, None, effect.touched)

    def _of_then(self, driving: str) -> Effect:
        path, number = self.follower.then.key
        if self._scope(path, number).kind is ScopeKind.CLASS:
            return Effect(chain=())
        summary = self.follower.summary(FunctionValue(path, number, None))
        if summary.may_call:
            # It sees to it by itself, or may do so.
            return UNSURE
        runs = self._runs(path, number, driving)
        return Effect(chain=() if runs else None, touched=summary.effect.touched)

    def _scope(self, path: str, number: int) -> Scope:
        return self.resolver.module(path).scopes[number]

    def _runs(self, path: str, number: int, driving: str) -> bool:
        """Whether the body of a function runs if what calling it gives is driven so."""
        scope = self._scope(path, number)
        if scope.is_generator:
            return bool(driving)
        return not scope.is_async or driving == Driving.AWAIT

    def _of_value(self, value: Value, node: ast.Call, call: Call, driving: str) -> Effect:
        if (key := key_of(value)) is not None:
            for named, effect in self._meant():
                if key == named.key:
                    return effect(driving) if named.owner is None else UNSURE
        match value:
            case FunctionValue():
                return self._of_function(value, node, call, driving)
            case FactoryValue(function=function):
                if self.resolver.is_foreign(function.path):
                    return self._outside(call, value)
                summary = self.follower.summary(function)
                if driving == Driving.ENTER and summary.at_yields:
                    return Effect(summary.at_yields, None, summary.effect.touched)
                return _when(summary.may_call)
            case Partial(function=function):
                return self._of_value(function, node, call, driving)
            case ClassValue():
                return self._of_class(value, node, call)
            case InstanceValue(of=of) if of is not None:
                if self.resolver.is_foreign(of.path):
                    return self._outside(call, value)
                methods = self.resolver.attributes.of_instance(value, "__call__")
                return _one_of([self._of_value(m, node, call, driving) for m in methods])
            case External():
                return self._outside(call, value)
            case Constant() | Identity() | InstanceValue():
                return NOTHING
            case _:
                return UNSURE

    def _of_function(
        self, value: FunctionValue, node: ast.Call, call: Call, driving: str
    ) -> Effect:
        if self.resolver.is_foreign(value.path):
            receiver = value.receiver
            if isinstance(receiver, InstanceValue | ClassValue) and self._is_own(receiver):
                # What is inherited may call what the project overrides.
                return UNSURE
            return self._outside(call, value)
        scope = self.resolver.scope_of(value)
        is_method = self._scope(value.path, scope.parent).kind is ScopeKind.CLASS
        if value.overridden or value.promise or (scope.is_stub and is_method):
            return UNSURE
        summary = self.follower.summary(value, self._told(scope, value, node))
        if scope.is_generator or not self._runs(value.path, value.number, driving):
            return _when(summary.may_call)
        return summary.for_callers

    def _told(self, scope: Scope, function: FunctionValue, node: ast.Call) -> Told:
        """Return what the arguments of a call say of parameters that a function may ask about."""
        keywords = {k.arg: k.value for k in node.keywords}
        is_spread = None in keywords or any(isinstance(a, ast.Starred) for a in node.args)
        shift = int(function.receiver is not None)
        told: Told = frozenset()
        for name, entry in scope.bindings.items():
            parameter = entry.every[0]
            if not isinstance(parameter, Parameter) or (shift and parameter.position == 0):
                continue
            place = -1 if parameter.position is None else parameter.position - shift
            given: ast.expr | None = None
            if name in keywords:
                given = keywords[name]
            elif 0 <= place < len(node.args):
                given = node.args[place]
            elif isinstance(parameter.default, Builtin) and not is_spread:
                default = parameter.default
                if default.name == "NoneType" or default.truth is not None:
                    given = ast.Constant(default.truth)
            known = told_of(name, given)
            # What is not known here the caller knows.
            told |= known if known and not is_spread else undecided(name)
        return told

    def _of_class(self, value: ClassValue, node: ast.Call, call: Call) -> Effect:
        """Return what instantiating a class does."""
        classes = self.resolver.classes
        lineage = classes.lineage(value)
        if ClassValue(*self.follower.first.key) in [a and a.plain for a in lineage]:
            return UNSURE
        effects = []
        for name in _MAKING:
            for ancestor in lineage:
                if ancestor is None or classes.scope_of(ancestor).metaclass is not None:
                    return UNSURE
                if name not in classes.scope_of(ancestor).bindings:
                    continue
                if self.resolver.is_foreign(ancestor.path):
                    effects.append(self._outside(call, ancestor))
                else:
                    made = classes.instance(value, exact=True)
                    effects += [
                        self._of_value(replace(f, receiver=made), node, call, Driving.NOTHING)
                        if isinstance(f, FunctionValue)
                        else UNSURE
                        for f in classes.raw(ancestor, name)
                    ]
                break
        return _all_of(effects)

    def _of_property(self, value: InstanceValue, name: str) -> Effect:
        if value.of is None or self.resolver.is_foreign(value.of.path):
            return NOTHING
        classes = self.resolver.classes
        for ancestor in classes.lineage(value.of):
            if ancestor is None:
                return NOTHING
            if name in classes.scope_of(ancestor).bindings:
                getters = [
                    raw.getter
                    for raw in classes.raw(ancestor, name)
                    if isinstance(raw, PropertyValue)
                ]
                return _one_of([self._of_method(g, value) for g in getters])
        return NOTHING

    def _of_methods(self, value: InstanceValue, names: Iterable[str]) -> Effect:
        """Return what the methods that a class of the project has under some names do."""
        if value.of is None or self.resolver.is_foreign(value.of.path):
            return NOTHING
        effects = []
        for name in names:
            for ancestor in self.resolver.classes.lineage(value.of):
                if ancestor is None:
                    effects.append(UNSURE)
                    break
                if name in self.resolver.classes.scope_of(ancestor).bindings:
                    found = self.resolver.classes.raw(ancestor, name)
                    effects.append(_one_of([self._of_method(f, value) for f in found]))
                    break
        return _all_of(effects)

    def _of_method(self, method: Value, receiver: InstanceValue) -> Effect:
        if not isinstance(method, FunctionValue) or method.overridden:
            return UNSURE
        if self.resolver.is_foreign(method.path):
            return NOTHING
        return self.follower.summary(replace(method, receiver=receiver)).for_callers

    def _later(self, value: Produced) -> Effect:
        """Return what a generator does whenever it goes on."""
        return _when(self._reaches(value))

    # --- outside the project ---------------------------------------------------------------

    def _outside(self, call: Call, value: Value) -> Effect:
        """Return what code outside the project does: it may call what it is given."""
        scope = None
        is_standard = isinstance(value, External) and value.name.startswith("builtins.")
        if isinstance(value, FunctionValue | ClassValue):
            is_standard = value.path.startswith(self.resolver.project.environment.typeshed)
        if isinstance(value, FunctionValue):
            scope = self.resolver.scope_of(value)
        takes_code = not is_standard if scope is None else _takes_code(scope)
        for argument in (*call.args, *(value for _, value in call.keywords)):
            for given in self._values(argument):
                if isinstance(given, Unknown):
                    may = takes_code
                elif isinstance(given, InstanceValue):
                    may = not is_standard and self._is_own(given)
                else:
                    may = self._reaches(given)
                if may:
                    return UNSURE
        return NOTHING

    def _is_own(self, value: InstanceValue | ClassValue) -> bool:
        cls = value.of if isinstance(value, InstanceValue) else value
        return cls is not None and not self.resolver.is_foreign(cls.path)

    def _reaches(self, value: Value) -> bool:
        """Whether the first function may be called by whoever has a value."""
        match value:
            case FunctionValue(path=path):
                if self.resolver.is_foreign(path):
                    return False
                is_first = key_of(value) == self.follower.first.key
                return is_first or value.overridden or self.follower.summary(value).may_call
            case FactoryValue(function=function) | Partial(function=function):
                return self._reaches(function)
            case Produced(maker=maker):
                return maker is None or self._reaches(maker)
            case ClassValue():
                return not self.resolver.is_foreign(value.path) and value.plain == ClassValue(
                    *self.follower.first.key
                )
            case LambdaValue():
                return True
            case _:
                return False


def _takes_code(scope: Scope) -> bool:
    """Whether a function says that it may call what it is given."""
    return any(
        isinstance(binding, Parameter)
        and binding.annotation is not None
        and not _CODE.isdisjoint(_names_in(binding.annotation))
        for entry in scope.bindings.values()
        for binding in entry.every[:1]
    )


def _names_in(annotation: Expr) -> Iterator[str]:
    match annotation:
        case Name(id=name):
            yield name
        case Attribute(name=name):
            yield name
        case Subscript(value=value, args=args):
            yield from _names_in(value)
            for arg in args:
                yield from _names_in(arg)
        case Union(options=options):
            for option in options:
                yield from _names_in(option)
        case _:
            return


def _when(may_call: bool) -> Effect:
    return UNSURE if may_call else NOTHING


def _one_of(effects: list[Effect]) -> Effect:
    """Return the effect of what does one of several things."""
    if not effects:
        return NOTHING
    chains = [effect.chain for effect in effects]
    return Effect(
        frozenset().union(*(effect.called for effect in effects)),
        None if None in chains else chains[0],
        frozenset().union(*(effect.touched for effect in effects)),
    )


def _all_of(effects: list[Effect]) -> Effect:
    """Return the effect of what does several things one after the other."""
    called = {Called.NOT}
    chain = None
    touched: frozenset[str] = frozenset()
    for effect in effects:
        if chain is None and called == {Called.NOT}:
            chain = effect.chain
        called = {max(before, after) for before in called for after in effect.called}
        touched |= effect.touched
    return Effect(frozenset(called), chain, touched)
