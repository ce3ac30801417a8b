"""Find public functions of one name and different kinds in the modules of a project."""

from collections.abc import Iterator

from asyncpattern_lint.analysis.calls import kind_of_function
from asyncpattern_lint.analysis.places import Places
from asyncpattern_lint.analysis.resolver import Resolver
from asyncpattern_lint.analysis.values import FactoryValue, Frame, FunctionValue
from asyncpattern_lint.findings import ConflictingTwin, Target
from asyncpattern_lint.index.model import Defined, ModuleIndex
from asyncpattern_lint.protocol import Kind, kind_of

#: So many namesakes of one shape are looked at, and so many are told.
_MOST = 3


class TwinChecker:
    """Compares the functions of a module with their namesakes elsewhere."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver

    def check(self, path: str, module: ModuleIndex, places: Places) -> Iterator[ConflictingTwin]:
        """Yield the functions of a module that have a namesake of another kind.

        Of two it is the second in the order of their paths.
        """
        for name, entry in module.scopes[0].bindings.items():
            if not isinstance(entry.every[0], Defined):
                continue
            namesakes = self.resolver.project.namesakes(name)
            if len(namesakes) < 2 or not any(path in paths for paths in namesakes.values()):
                continue
            own = self._kind(path, name)
            if own is None:
                continue
            target, kind = own
            others = [
                other
                for paths in namesakes.values()
                if path not in paths
                for place in sorted(p for p in paths if p < path)[:_MOST]
                if (other := self._kind(place, name)) is not None and other[1] is not kind
            ]
            if others:
                binding = entry.every[0]
                assert isinstance(binding, Defined)
                span = places.name(module.scopes[binding.scope])
                others.sort(key=lambda other: (other[0].path, other[0].line))
                yield ConflictingTwin(name, kind, tuple(others[:_MOST]), path, span, target)

    def _kind(self, path: str, name: str) -> tuple[Target, Kind] | None:
        """Return a function of a module and what calling it gives, None if that is not known."""
        module = self.resolver.module(path)
        entry = module.scopes[0].bindings.get(name)
        binding = None if entry is None else entry.every[0]
        if not isinstance(binding, Defined):
            return None
        scope = module.scopes[binding.scope]
        target = Target(self.resolver.dotted_name(path, name), path, scope.line)
        match self.resolver.defined(path, binding.scope, Frame(path, 0, before=scope.line)):
            case (FunctionValue(path=own, number=number),) if (own, number) == (
                path,
                binding.scope,
            ):
                return target, kind_of_function(scope)
            case (FactoryValue(protocols=protocols),):
                return target, kind_of(protocols)
            case _:
                return None
