"""Fakes that tests put into the place of what gives another kind of object."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from asyncpattern_lint.analysis.offers import DECIDING, Offer, Offers
from asyncpattern_lint.analysis.positions import Positions
from asyncpattern_lint.analysis.replacing import Replaced, Replacing
from asyncpattern_lint.analysis.resolver import Resolver
from asyncpattern_lint.analysis.values import (
    ClassValue,
    FactoryValue,
    Frame,
    FunctionValue,
    InstanceValue,
    ModuleValue,
    Produced,
    Value,
    Values,
    external,
    union,
)
from asyncpattern_lint.findings import Observation, Step, Target, WrongFake
from asyncpattern_lint.index.model import (
    Assigned,
    Attribute,
    Await,
    Call,
    Choice,
    Collection,
    Entered,
    Expr,
    ModuleIndex,
    Name,
    Noted,
    Scope,
    TupleDisplay,
    dotted,
)
from asyncpattern_lint.protocol import OFFERS, Kind, Protocol, Use

#: The calls that put something into the place of something.
_COMPARED = frozenset({"patch", "object", "multiple", "setattr"})

#: Functions that run coroutines: a test that replaces one may hand it anything.
_RUNNERS = frozenset(
    {
        "asyncio", "create_task", "ensure_future", "gather", "get_event_loop", "new_event_loop",
        "run", "run_coroutine_threadsafe", "run_until_complete", "shield", "wait_for",
    }
)  # fmt: skip


class Work(NamedTuple):
    """What calling the replaced function gives."""

    kind: Kind
    target: Target | None
    steps: tuple[Step, ...]


class FakeChecker:
    """Compares fakes with what they replace."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.project = resolver.project
        self.offers = Offers(resolver)

    def check(
        self, replaced: Iterable[Replaced], module: ModuleIndex, positions: Positions
    ) -> Iterator[Observation]:
        """Yield the fakes in a module that cannot stand for what they replace."""
        for call in replaced:
            if not call.is_idle and call.replacing.kind in _COMPARED:
                yield from self._compare(*call, module, positions)

    def _compare(
        self,
        noted: Noted,
        frame: Frame,
        replacing: Replacing,
        module: ModuleIndex,
        positions: Positions,
    ) -> Iterator[Observation]:
        if not self._may_differ(replacing):
            return
        replaced = self.replaced(replacing, frame)
        work = self._work(replaced)
        if work is None:
            return
        offer = self.offers.offer(replacing, replaced, module, frame)
        if offer is None or not _differs(work.kind, offer):
            return
        if work.kind is Kind.COROUTINE and not _RUNNERS.isdisjoint(module.patched):
            return
        if not offer.settled and self._may_be_told_later(replacing, noted, module):
            return
        if self._is_spared(replacing, noted, module) or not self._is_used(
            replacing, replaced, work, module, frame
        ):
            return
        place = offer.told.place
        name = f"{_owner_name(replacing)}{replacing.name.text if replacing.name else ''}"
        yield WrongFake(
            replaced=work.target.name if work.target else name,
            kind=work.kind,
            offered=offer.what,
            construct=dotted(noted.call.func) or replacing.kind,
            path=frame.path,
            span=positions.span(place.line, place.column, place.end_line, place.end_column),
            target=work.target,
            evidence=(*work.steps, *offer.steps),
        )

    def _may_differ(self, replacing: Replacing) -> bool:
        if any(replacing.is_set(option) for option in DECIDING):
            return False
        return replacing.new is not None or replacing.kind != "setattr"

    # --- whether it matters ------------------------------------------------------------

    def _is_spared(self, replacing: Replacing, noted: Noted, module: ModuleIndex) -> bool:
        """Whether the test says that nothing calls the fake."""
        names = {
            name
            for name, entry in module.scopes[noted.scope].bindings.items()
            for binding in entry.every
            if isinstance(binding, Assigned) and holds(binding.value, noted.call)
        }
        if replacing.new is not None and isinstance(replacing.new.value, Name):
            names.add(replacing.new.value.id)
        return any((noted.scope, name) in module.spared for name in names)

    def _is_used(
        self,
        replacing: Replacing,
        replaced: Values,
        work: Work,
        module: ModuleIndex,
        frame: Frame,
    ) -> bool:
        """Whether code that is near needs of what is replaced what only its kind supports.

        Others may ask what they get, or hand it to who does.
        """
        text = replacing.name.text if replacing.name is not None else replacing.owner.text
        name = (text or "").rpartition(".")[2]
        paths = dict.fromkeys(self._near(replacing, replaced, module, frame))
        for path in paths:
            self.project.read_bodies(path)
        return any(
            _uses(scope, name, work.kind)
            for path in paths
            if not self.resolver.is_foreign(path)
            for scope in self.resolver.module(path).scopes
        )

    def _near(
        self, replacing: Replacing, replaced: Values, module: ModuleIndex, frame: Frame
    ) -> Iterator[str]:
        """Yield the modules that may use what is replaced: who owns it, and what tests import."""
        owners: Values = ()
        if replacing.owner.text is None:
            owners = self.resolver.judged(replacing.owner.value, frame)
        else:
            name = replacing.owner.text
            while name and not owners:
                found = self.named(name, frame.path)
                owners = tuple(v for v in found if isinstance(v, ModuleValue))
                name = name.rpartition(".")[0]
        for item in module.imports:
            for location in self.resolver.exports.lookup_module(frame.path, item).found:
                yield from self._path_of(ModuleValue(location))
        for value in (*owners, *replaced):
            yield from self._path_of(value)

    def _path_of(self, value: Value) -> Iterator[str]:
        match value:
            case ModuleValue(location=location):
                if not location.is_namespace and self.project.module(location.path) is not None:
                    yield location.path
            case FunctionValue(path=path) | ClassValue(path=path):
                yield path
            case FactoryValue(function=function):
                yield function.path
            case InstanceValue(of=ClassValue(path=path)):
                yield path
            case _:
                pass

    # --- what is replaced --------------------------------------------------------------

    def replaced(self, replacing: Replacing, frame: Frame) -> Values:
        """Return what may stand where a fake is put."""
        resolver = self.resolver
        if replacing.owner.text is not None:
            name = replacing.owner.text
            if replacing.name is not None:
                name = f"{name}.{replacing.name.text}"
            return resolver.forced(self.named(name, frame.path))
        if replacing.name is None or replacing.name.text is None:
            return ()
        owners = resolver.judged(replacing.owner.value, frame)
        name = replacing.name.text
        return resolver.forced(union(resolver.attribute_of(owner, name) for owner in owners))

    def named(self, name: str, path: str) -> Values:
        """Return what a dotted name in a string stands for."""
        top, *rest = name.split(".")
        found = self.project.finder.absolute(top, path)
        if found.partial or not found.found:
            return external(name) if not found.found else ()
        values: Values = tuple(ModuleValue(location) for location in found.found)
        for part in rest:
            values = union(self.resolver.attribute_of(value, part) for value in values)
        return values

    def _work(self, replaced: Values) -> Work | None:
        """Return what calling the replaced function gives, if that is of one kind."""
        if not replaced or not all(isinstance(v, FunctionValue | FactoryValue) for v in replaced):
            return None
        given = self.offers.called(replaced)
        first = given[0] if given else None
        if isinstance(first, Produced):
            alike = first.kind in _PURPOSES and all(
                isinstance(v, Produced)
                and v.kind is first.kind
                and v.protocols == OFFERS[v.kind]
                and not v.done
                for v in given
            )
            return Work(first.kind, first.target, first.steps) if alike else None
        function = replaced[0]
        plain = all(
            isinstance(v, InstanceValue) and not (v.is_none or v.is_open or v.protocols & _ASYNC)
            for v in given
        )
        if not plain or not isinstance(function, FunctionValue) or function.overridden:
            return None
        scope = self.resolver.scope_of(function)
        name = self.resolver.module(function.path).qualified_name(function.number)
        target = Target(self.resolver.dotted_name(function.path, name), function.path, scope.line)
        step = Step(function.path, scope.line, f"defined here: `def {scope.name}`")
        return Work(Kind.OTHER, target, (*function.steps, step))

    # --- what is said of a mock later ----------------------------------------------------

    def _may_be_told_later(self, replacing: Replacing, noted: Noted, module: ModuleIndex) -> bool:
        """Whether someone gets hold of a mock, who may say what it returns."""
        scope = module.scopes[noted.scope]
        if replacing.new is not None and replacing.kind == "setattr":
            return False
        if any(
            holds(binding.value, noted.call)
            for entry in scope.bindings.values()
            for binding in entry.every
            if isinstance(binding, Assigned)
        ):
            return True
        if any(
            item.value is not None and holds(item.value, noted.call)
            for owner in module.scopes
            for items in owner.attributes_set.values()
            for item in items
        ):
            return True
        if any(holds(item.value, noted.call) for item in (*scope.returns, *scope.yields)):
            return True
        return replacing.new is None and any(
            decorator.value == noted.call
            for inner in module.scopes
            for decorator in inner.decorators
        )


_ASYNC = Protocol.AWAITABLE | Protocol.ASYNC_ITERABLE | Protocol.ASYNC_CONTEXT_MANAGER

#: Uses that a coroutine cannot serve.
_RESULTS = sum(1 << use for use in (Use.RESULT, Use.TRUTH, Use.FOR, Use.WITH))

#: What each kind is for, and the functions that do it to an argument.
_PURPOSES = {
    Kind.ASYNC_CONTEXT_MANAGER: (Use.ASYNC_WITH, frozenset({"enter_async_context"})),
    Kind.ASYNC_GENERATOR: (Use.ASYNC_FOR, frozenset({"anext", "aiter"})),
    Kind.CONTEXT_MANAGER: (Use.WITH, frozenset({"enter_context"})),
    Kind.COROUTINE: (Use.AWAIT, _RUNNERS),
    Kind.GENERATOR: (Use.FOR, frozenset({"iter", "list", "next", "sorted", "tuple"})),
}


def _differs(kind: Kind, offer: Offer) -> bool:
    """Tell whether an offer cannot stand for what gives a kind."""
    if kind is Kind.OTHER:
        return offer.protocols == Protocol.AWAITABLE
    return not offer.protocols & OFFERS[kind]


def _uses(scope: Scope, name: str, kind: Kind) -> bool:
    """Tell whether a scope calls something of a name and uses what that gives by its kind."""
    if kind is Kind.OTHER:
        return any(site.uses & _RESULTS and _called_name(site.value) == name for site in scope.uses)
    use, takers = _PURPOSES[kind]
    return any(
        site.uses & 1 << use and _called_name(site.value) == name for site in scope.uses
    ) or any(
        (dotted(call.func) or "").rpartition(".")[2] in takers
        and any(_called_name(argument) == name for argument in call.args)
        for call in scope.calls
    )


def _called_name(expr: Expr) -> str:
    func = expr.func if isinstance(expr, Call) else None
    return func.name if isinstance(func, Attribute) else func.id if isinstance(func, Name) else ""


def holds(expr: Expr, part: Expr) -> bool:
    """Tell whether an expression is made of another, by attributes, calls and displays."""
    if expr == part:
        return True
    match expr:
        case Attribute(value=value) | Await(value=value) | Entered(value=value):
            return holds(value, part)
        case Call(func=func, args=args, keywords=keywords):
            inner = (func, *args, *(value for _, value in keywords))
        case TupleDisplay(elements=inner) | Collection(elements=inner) | Choice(options=inner):
            pass
        case _:
            return False
    return any(holds(value, part) for value in inner)


def _owner_name(replacing: Replacing) -> str:
    owner = replacing.owner.text or dotted(replacing.owner.value) or ""
    return f"{owner}." if replacing.name is not None and owner else owner
