"""Check return annotations against what functions give.

Sources: https://typing.python.org/en/latest/spec/generators.html and
https://mypy.readthedocs.io/en/stable/more_types.html#asynchronous-iterators.
"""

from collections.abc import Iterator

from asyncpattern_lint.analysis.calls import kind_of_function
from asyncpattern_lint.analysis.places import Places
from asyncpattern_lint.analysis.resolver import Resolver
from asyncpattern_lint.analysis.values import (
    ClassValue,
    FactoryValue,
    Frame,
    FunctionValue,
    InstanceValue,
    Value,
)
from asyncpattern_lint.findings import BrokenPromise, Step, Target
from asyncpattern_lint.index.entry import shape_of
from asyncpattern_lint.index.facts import Subclass
from asyncpattern_lint.index.model import Defined, ModuleIndex, Scope, ScopeKind, Subscript, dotted
from asyncpattern_lint.protocol import OFFERS, Kind, Protocol, kind_of

#: What annotations call what an async generator gives.
_ASYNC_ITERABLES = frozenset({"AsyncGenerator", "AsyncIterable", "AsyncIterator"})

#: What a context manager function may be said to give: what it is without its decorator, too.
_BESIDE = {
    Protocol.ASYNC_CONTEXT_MANAGER: Protocol.ASYNC_ITERABLE,
    Protocol.CONTEXT_MANAGER: Protocol.ITERABLE,
}

_MANAGERS = Protocol.ASYNC_CONTEXT_MANAGER | Protocol.CONTEXT_MANAGER


class PromiseChecker:
    """Checks the return annotations of the functions of a project."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver

    def check(
        self, path: str, module: ModuleIndex, number: int, places: Places
    ) -> Iterator[BrokenPromise]:
        """Yield how the annotation of a function contradicts what it gives."""
        scope = module.scopes[number]
        if scope.annotation is None:
            return
        if scope.is_generator:
            yield from self._check_generator(path, module, number, places)
        elif scope.is_async and scope.is_stub:
            yield from self._check_stub(path, module, number, places)

    def _check_generator(
        self, path: str, module: ModuleIndex, number: int, places: Places
    ) -> Iterator[BrokenPromise]:
        scope = module.scopes[number]
        assert scope.annotation is not None
        frame = self.resolver.types.frame_of(path, number)
        promised = self.resolver.types.annotated(scope.annotation, frame)
        if not promised or not all(isinstance(value, InstanceValue) for value in promised):
            return
        around = module.scopes[scope.parent]
        before = 0 if around.kind is ScopeKind.FUNCTION else scope.line
        made = self.resolver.defined(path, number, Frame(path, scope.parent, before=before))
        given = _given(made[0], path, number, scope) if len(made) == 1 else None
        if given is None or any(_may_be(value, given) for value in promised):
            return
        bare = isinstance(made[0], FunctionValue)
        kind = kind_of_function(scope) if bare else kind_of(given & _MANAGERS)
        how = "async def" if scope.is_async else "def"
        told = f"`{how} {scope.name}` and `yield` in line {scope.yields_at}"
        step = Step(path, scope.line, f"defined here: {told}")
        yield self._broken(path, module, number, places, kind, (step,))

    def _check_stub(
        self, path: str, module: ModuleIndex, number: int, places: Places
    ) -> Iterator[BrokenPromise]:
        """Check a method without a body, of which each override is an async generator."""
        scope = module.scopes[number]
        owner = module.scopes[scope.parent]
        entry = owner.bindings.get(scope.name)
        annotation = scope.annotation
        plain = annotation.value if isinstance(annotation, Subscript) else annotation
        if (
            owner.kind is not ScopeKind.CLASS
            or entry is None
            or [b.scope for b in entry.every if isinstance(b, Defined)] != [number]
            or shape_of(module, entry) != "async"
            or plain is None
            or (dotted(plain) or "").rpartition(".")[2] not in _ASYNC_ITERABLES
        ):
            return
        overriding = [
            other
            for other in self.resolver.project.overriders(owner.name, scope.name)
            if self._derives(other, ClassValue(path, scope.parent))
        ]
        if not overriding or any(o.facts.members[scope.name] != "async yield" for o in overriding):
            return
        first = overriding[0]
        step = Step(
            first.path, self._line(first, scope.name), f"`{first.facts.name}` overrides it with one"
        )
        yield self._broken(path, module, number, places, Kind.ASYNC_GENERATOR, (step,))

    def _derives(self, subclass: Subclass, base: ClassValue) -> bool:
        lineage = self.resolver.classes.lineage(ClassValue(subclass.path, subclass.facts.number))
        return any(ancestor is not None and ancestor.plain == base for ancestor in lineage[1:])

    def _line(self, subclass: Subclass, name: str) -> int:
        module = self.resolver.module(subclass.path)
        return module.scopes[subclass.facts.number].bindings[name].every[-1].line

    def _broken(
        self,
        path: str,
        module: ModuleIndex,
        number: int,
        places: Places,
        kind: Kind,
        steps: tuple[Step, ...],
    ) -> BrokenPromise:
        scope = module.scopes[number]
        node = places.function(scope).returns
        assert node is not None
        span = places.span(node)
        name = self.resolver.dotted_name(path, module.qualified_name(number))
        return BrokenPromise(
            function=scope.name,
            annotation=places.text(span),
            kind=kind,
            overridden=not scope.is_generator,
            path=path,
            span=span,
            target=Target(name, path, scope.line),
            evidence=steps,
        )


def _given(made: Value, path: str, number: int, scope: Scope) -> Protocol | None:
    """Return what calling a generator function offers, None if decorators changed too much."""
    match made:
        case FunctionValue(path=own, number=found) if (own, found) == (path, number):
            return OFFERS[kind_of_function(scope)]
        case FactoryValue(protocols=protocols, function=function) if protocols in _BESIDE:
            same = (function.path, function.number) == (path, number)
            return protocols | _BESIDE[protocols] if same else None
        case _:
            return None


def _may_be(value: Value, given: Protocol) -> bool:
    """Whether what is given may be what an annotation speaks of."""
    return (
        not isinstance(value, InstanceValue)
        or value.is_open
        or value.doubtful
        or bool(value.protocols & given)
    )
