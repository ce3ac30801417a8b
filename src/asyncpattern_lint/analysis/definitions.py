"""Check what definitions make of functions: decorators that cannot work with them."""

import ast
from collections.abc import Callable, Iterator
from functools import partial

from asyncpattern_lint.analysis import library
from asyncpattern_lint.analysis.judge import judge, offered
from asyncpattern_lint.analysis.places import Places
from asyncpattern_lint.analysis.positions import Positions
from asyncpattern_lint.analysis.promises import PromiseChecker
from asyncpattern_lint.analysis.resolver import Resolver
from asyncpattern_lint.analysis.twins import TwinChecker
from asyncpattern_lint.analysis.values import (
    ANY_ARGUMENTS,
    External,
    Frame,
    FunctionValue,
    Values,
    is_known,
)
from asyncpattern_lint.analysis.wellknown import frame_at
from asyncpattern_lint.findings import (
    BrokenManager,
    Observation,
    SecondYield,
    Step,
    Target,
    UnprotectedCleanup,
)
from asyncpattern_lint.index.model import (
    Attribute,
    Decorator,
    Defined,
    ModuleIndex,
    Name,
    ScopeKind,
)
from asyncpattern_lint.index.second_yield import second_yield
from asyncpattern_lint.index.yields import Yielding, bare_yield
from asyncpattern_lint.protocol import Protocol, Use
from asyncpattern_lint.source import Span

#: What contextlib's decorators take the next value of.
_DRIVES = {
    Protocol.ASYNC_CONTEXT_MANAGER: Use.ASYNC_FOR,
    Protocol.CONTEXT_MANAGER: Use.FOR,
}


class DefinitionChecker:
    """Checks the functions of the modules of a project."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.promises = PromiseChecker(resolver)
        self.twins = TwinChecker(resolver)

    def check(self, path: str, module: ModuleIndex, positions: Positions) -> Iterator[Observation]:
        """Yield what is wrong with the definitions of a module."""
        places = Places(path, positions)
        for number, scope in enumerate(module.scopes):
            if scope.kind is ScopeKind.FUNCTION:
                yield from self._check_decorators(path, module, number, places)
                yield from self.promises.check(path, module, number, places)
        yield from self.twins.check(path, module, places)

    def _check_decorators(
        self, path: str, module: ModuleIndex, number: int, places: Places
    ) -> Iterator[Observation]:
        """Check the innermost of contextlib's decorators of a function, if it has one."""
        scope = module.scopes[number]
        if not any(map(_is_plain, scope.decorators)):
            return
        frame = frame_at(path, module, scope.parent, scope.line)
        below: list[Decorator] = []
        for decorator in reversed(scope.decorators):
            protocols = self._manager(decorator, frame)
            if protocols is not None:
                break
            below.append(decorator)
        else:
            return
        if not self._is_live(module, number):
            return
        values: Values = (FunctionValue(path, number, None),)
        for decorator in below:
            values = self.resolver.calls.decorators.decorate(decorator, values, frame)
        position = len(scope.decorators) - len(below) - 1
        place = partial(places.decorator, scope, position)
        yield from self._check_yields(path, module, number, protocols, values, places)
        yield from self._broken(path, module, number, protocols, values, place)

    def _manager(self, decorator: Decorator, frame: Frame) -> Protocol | None:
        """Return what one of contextlib's decorators makes, None for any other."""
        if not _is_plain(decorator):
            return None
        by = self.resolver.evaluate(decorator.value, frame)
        if len(by) != 1 or not isinstance(by[0], External):
            return None
        return library.MANAGER_DECORATORS.get(by[0].name)

    def _broken(
        self,
        path: str,
        module: ModuleIndex,
        number: int,
        protocols: Protocol,
        values: Values,
        place: Callable[[], tuple[Span, str]],
    ) -> Iterator[BrokenManager]:
        """Yield how a decorator of contextlib cannot work with a function, nothing if it may."""
        scope = module.scopes[number]
        if len(values) != 1 or not isinstance(values[0], FunctionValue) or scope.is_stub:
            return
        function = values[0]
        if (function.path, function.number) != (path, number):
            return
        if not scope.is_generator and not scope.returns and not scope.falls_through:
            # It only raises, as what is not implemented or not supported does.
            return
        given = self.resolver.calls.call_function(function, (), ANY_ARGUMENTS)
        verdict = judge(_DRIVES[protocols], given) if is_known(given) else None
        if verdict is None:
            return
        name = self.resolver.dotted_name(path, module.qualified_name(number))
        is_plain = not scope.is_async and not scope.is_generator
        how = "async def" if scope.is_async else "def"
        told = f"and `yield` in line {scope.yields_at}" if scope.is_generator else "without `yield`"
        step = Step(path, scope.line, f"defined here: `{how} {scope.name}` {told}")
        others = [s for s in verdict.steps if s != step] if is_plain else []
        span, text = place()
        yield BrokenManager(
            is_async=protocols is Protocol.ASYNC_CONTEXT_MANAGER,
            function=scope.name,
            kind=verdict.kind,
            plain=is_plain,
            description=verdict.description,
            managed=is_plain and protocols in (offered(given) or Protocol.NONE),
            decorator=text,
            path=path,
            span=span,
            target=Target(name, path, scope.line),
            evidence=(step, *others),
        )

    def _check_yields(
        self,
        path: str,
        module: ModuleIndex,
        number: int,
        protocols: Protocol,
        values: Values,
        places: Places,
    ) -> Iterator[SecondYield | UnprotectedCleanup]:
        """Yield what is wrong with the yields of a function that is a context manager's."""
        scope = module.scopes[number]
        is_async = protocols is Protocol.ASYNC_CONTEXT_MANAGER
        if (
            not scope.yielding & (Yielding.AGAIN | Yielding.BARE)
            or scope.is_async is not is_async
            or values != (FunctionValue(path, number, None),)
        ):
            return
        node = places.function(scope)
        name = self.resolver.dotted_name(path, module.qualified_name(number))
        target = Target(name, path, scope.line)
        second = second_yield(node)
        if second is not None:
            span = places.span(second.node)
            yield SecondYield(is_async, scope.name, second.line, second.thrown, path, span, target)
        bare = bare_yield(node)
        if bare is not None:
            held, cleanup = bare
            text = ast.unparse(cleanup).partition("\n")[0]
            span = places.span(held)
            yield UnprotectedCleanup(is_async, scope.name, text, cleanup.lineno, path, span, target)

    def _is_live(self, module: ModuleIndex, number: int) -> bool:
        """Whether a definition is what its name is bound to, and not for type checkers only."""
        scope = module.scopes[number]
        entry = module.scopes[scope.parent].bindings.get(scope.name)
        return entry is not None and any(
            isinstance(binding, Defined) and binding.scope == number
            for position, binding in enumerate(entry.every)
            if position not in entry.type_only
        )


def _is_plain(decorator: Decorator) -> bool:
    return isinstance(decorator.value, Name | Attribute)
