"""Functions that are handed to frameworks: FastAPI's dependencies, lifespans, pytest's fixtures."""

from collections.abc import Iterator

from asyncpattern_lint.analysis import library, wellknown
from asyncpattern_lint.analysis.positions import Positions
from asyncpattern_lint.analysis.resolver import Resolver
from asyncpattern_lint.analysis.values import (
    ANY_ARGUMENTS,
    ClassValue,
    FactoryValue,
    Frame,
    FunctionValue,
    Produced,
    Value,
    Values,
    union,
)
from asyncpattern_lint.findings import Handover, Observation, Step, Taker, Target
from asyncpattern_lint.index.model import (
    Attribute,
    Call,
    Expr,
    ModuleIndex,
    Noted,
    Parameter,
    Place,
    Scope,
    ScopeKind,
    Subscript,
    Told,
    dotted,
)
from asyncpattern_lint.index.noting import OVERRIDES
from asyncpattern_lint.protocol import Kind, Protocol, kind_of

_DEPENDS = frozenset(
    f"{module}.{name}"
    for module in ("fastapi", "fastapi.param_functions", "fastapi.params")
    for name in ("Depends", "Security")
)

_APPLICATIONS = frozenset({"fastapi.FastAPI", "fastapi.applications.FastAPI"})

#: What calls ``lifespan``, by the names under which it is imported and defined.
_LIVING = _APPLICATIONS | {
    "fastapi.APIRouter",
    "fastapi.routing.APIRouter",
    "starlette.applications.Starlette",
    "starlette.routing.Router",
}

_FIXTURES = frozenset(
    {
        "_pytest.fixtures.fixture",
        "pytest.fixture",
        "pytest_asyncio.fixture",
        "pytest_asyncio.plugin.fixture",
    }
)

#: Since pytest 8.4 a fixture is an object of this class, which other decorators hide.
_FIXTURE_CLASS = "_pytest.fixtures.FixtureFunctionDefinition"

_MANAGERS = frozenset(library.MANAGER_DECORATORS)


class FrameworkChecker:
    """Checks what the modules of a project hand to frameworks."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.project = resolver.project

    def check(self, path: str, module: ModuleIndex, positions: Positions) -> Iterator[Observation]:
        """Yield the functions in a module that a framework cannot use."""
        for noted in module.noted:
            if noted.dead or noted.guarded:
                continue
            name = (dotted(noted.call.func) or "").rpartition(".")[2]
            frame = wellknown.frame_at(path, module, noted.scope, noted.place.line)
            if name == OVERRIDES:
                yield from self._override(noted, frame, positions)
                continue
            for told in noted.told:
                if told.keyword == "lifespan":
                    yield from self._lifespan(noted, told, frame, positions)
            yield from self._dependency(noted, module, frame, positions)
        for number, scope in enumerate(module.scopes):
            if len(scope.decorators) > 1 and scope.kind is ScopeKind.FUNCTION:
                yield from self._fixture(path, module, number, positions)

    # --- dependencies ------------------------------------------------------------------

    def _dependency(
        self, noted: Noted, module: ModuleIndex, frame: Frame, positions: Positions
    ) -> Iterator[Observation]:
        taken = next((t for t in noted.told if t.keyword in {"", "dependency"}), None)
        if taken is None or not wellknown.is_one_of(
            self.resolver, noted.call.func, frame, _DEPENDS
        ):
            return
        if not self._wants_manager(noted, module):
            construct = (dotted(noted.call.func) or "Depends").rpartition(".")[2]
            yield from self._injected(taken.value, taken.place, construct, frame, positions)

    def _override(self, noted: Noted, frame: Frame, positions: Positions) -> Iterator[Observation]:
        func = noted.call.func
        if isinstance(func, Attribute) and wellknown.is_instance_of(
            self.resolver, func.value, frame, _APPLICATIONS
        ):
            (told,) = noted.told
            yield from self._injected(told.value, told.place, OVERRIDES, frame, positions)

    def _injected(
        self, expr: Expr, place: Place, construct: str, frame: Frame, positions: Positions
    ) -> Iterator[Observation]:
        values = self.resolver.judged(expr, frame)
        managers = [value for value in values if isinstance(value, FactoryValue)]
        if not values or len(managers) < len(values):
            return
        kinds = {kind_of(manager.protocols) for manager in managers}
        if kinds <= {Kind.ASYNC_CONTEXT_MANAGER, Kind.CONTEXT_MANAGER}:
            yield self._handover(
                Taker.DEPENDENCY, managers[0], construct, expr, frame.path, place, positions
            )

    def _wants_manager(self, noted: Noted, module: ModuleIndex) -> bool:
        """Whether what is injected is meant to be a context manager, and is entered."""
        owners = [] if noted.owner is None else [noted.owner]
        annotations = [noted.annotated]
        for number, scope in enumerate(module.scopes):
            for name, entry in scope.bindings.items() if scope.parent == noted.scope else ():
                parameter = entry.every[0]
                if isinstance(parameter, Parameter) and parameter.default == noted.call:
                    owners.append((number, name))
                    annotations.append(parameter.annotation)
        return any(map(_is_manager, annotations)) or any(
            entered == name and any(n == number for n, _ in module.enclosing(inside))
            for number, name in owners
            for inside, entered in module.entered
        )

    # --- lifespans ---------------------------------------------------------------------

    def _lifespan(
        self, noted: Noted, told: Told, frame: Frame, positions: Positions
    ) -> Iterator[Observation]:
        resolver = self.resolver
        values = resolver.judged(told.value, frame)
        if not values or not all(isinstance(v, FunctionValue | FactoryValue) for v in values):
            return
        if not wellknown.makes_one_of(resolver, noted.call.func, frame, _LIVING):
            return
        if all(self._fails_as_lifespan(value) for value in values):
            construct = (dotted(noted.call.func) or "").rpartition(".")[2]
            yield self._handover(
                Taker.LIFESPAN, values[0], construct, told.value, frame.path, told.place, positions
            )

    def _fails_as_lifespan(self, value: Value) -> bool:
        """Whether an application cannot enter what a function gives.

        Generator functions that nobody decorated are taken for context managers.
        """
        if isinstance(value, FunctionValue) and self.resolver.scope_of(value).is_generator:
            return False
        given = self._given_by(value)
        return bool(given) and all(
            isinstance(g, Produced)
            and g.kind in {Kind.COROUTINE, Kind.CONTEXT_MANAGER}
            and not g.protocols & Protocol.ASYNC_CONTEXT_MANAGER
            and not g.done
            for g in given
        )

    def _given_by(self, value: Value) -> Values:
        calls = self.resolver.calls.call_all((value,), (), ANY_ARGUMENTS)
        return self.resolver.forced(union(calls))

    # --- fixtures ----------------------------------------------------------------------

    def _fixture(
        self, path: str, module: ModuleIndex, number: int, positions: Positions
    ) -> Iterator[Observation]:
        scope = module.scopes[number]
        frame = wellknown.frame_at(path, module, scope.parent, scope.line)
        for above, below in zip(scope.decorators, scope.decorators[1:], strict=False):
            upper, lower = _called(above.value), _called(below.value)
            if self._is(upper, frame, _FIXTURES) and self._is(below.value, frame, _MANAGERS):
                fixture, manager, hidden = above, below, False
            elif self._is(above.value, frame, _MANAGERS) and self._is(lower, frame, _FIXTURES):
                fixture, manager, hidden = below, above, True
            else:
                continue
            kind = Kind.ASYNC_CONTEXT_MANAGER if scope.is_async else Kind.CONTEXT_MANAGER
            if not scope.is_generator or not self._reaches_test(scope, fixture.value, hidden):
                return
            name = self.resolver.dotted_name(path, module.qualified_name(number))
            steps = [
                Step(path, decorator.line, f"decorated with `@{dotted(_called(decorator.value))}`")
                for decorator in (above, below)
            ]
            yield Handover(
                Taker.FIXTURE,
                kind,
                dotted(manager.value) or "",
                scope.name,
                path,
                positions.name_at(fixture.line),
                Target(name, path, scope.line),
                tuple(steps),
                hidden,
            )
            return

    def _is(self, expr: Expr, frame: Frame, names: frozenset[str]) -> bool:
        return wellknown.is_one_of(self.resolver, expr, frame, names)

    def _reaches_test(self, scope: Scope, fixture: Expr, hidden: bool) -> bool:
        """Whether a test gets the context manager and does not enter it itself."""
        if hidden:
            found = self.resolver.force(_FIXTURE_CLASS)
            return all(isinstance(value, ClassValue) for value in found)
        keywords = dict(fixture.keywords) if isinstance(fixture, Call) else {}
        if "name" in keywords or "**" in keywords or self.project.is_entered(scope.name):
            return False
        return "autouse" in keywords or self.project.is_requested(scope.name)

    # --- findings ----------------------------------------------------------------------

    def _handover(
        self,
        taker: Taker,
        value: Value,
        construct: str,
        expr: Expr,
        path: str,
        place: Place,
        positions: Positions,
    ) -> Handover:
        given = self._given_by(value)
        work = next(v for v in given if isinstance(v, Produced))
        span = positions.span(place.line, place.column, place.end_line, place.end_column)
        reference = dotted(expr) or positions.text(span)
        return Handover(taker, work.kind, construct, reference, path, span, work.target, work.steps)


def _called(decorator: Expr) -> Expr:
    """Return what a decorator that is called stands for without the call."""
    return decorator.func if isinstance(decorator, Call) else decorator


def _is_manager(annotation: Expr | None) -> bool:
    """Whether an annotation says that something is a context manager."""
    plain = annotation.value if isinstance(annotation, Subscript) else annotation
    return plain is not None and "ContextManager" in (dotted(plain) or "")
