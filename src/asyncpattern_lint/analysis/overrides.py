"""Check overrides against what inherited methods do with what they give."""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from asyncpattern_lint.analysis.judge import Verdict, judge
from asyncpattern_lint.analysis.places import Places
from asyncpattern_lint.analysis.positions import Positions
from asyncpattern_lint.analysis.resolver import Resolver
from asyncpattern_lint.analysis.values import (
    ANY_ARGUMENTS,
    ClassValue,
    FactoryValue,
    Frame,
    FunctionValue,
    Value,
    Values,
    is_known,
    union,
)
from asyncpattern_lint.findings import BrokenOverride, Step, Target
from asyncpattern_lint.index.callers import uses_of
from asyncpattern_lint.index.entry import shape_of
from asyncpattern_lint.index.model import Defined, ModuleIndex, Scope, ScopeKind
from asyncpattern_lint.index.trace import Table, table
from asyncpattern_lint.protocol import Use


class OverrideChecker:
    """Checks the methods of the classes of a project.

    An override of another kind is wrong where the methods that the class inherits use what it
    gives as they used what the overridden one gave. Who else calls it may know what it gets.
    """

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self._uses: Table[tuple[str, int], Mapping[str, list[Use]]] = table(resolver.project.trace)

    def check(
        self, path: str, module: ModuleIndex, positions: Positions
    ) -> Iterator[BrokenOverride]:
        """Yield the overrides in a module that an inherited method cannot work with."""
        places = Places(path, positions)
        for number, scope in enumerate(module.scopes):
            if scope.kind is ScopeKind.CLASS:
                yield from self._check(path, module, number, places)

    def _check(
        self, path: str, module: ModuleIndex, number: int, places: Places
    ) -> Iterator[BrokenOverride]:
        scope = module.scopes[number]
        names = dict(self._overrides(path, module, number)) if scope.bases else {}
        if not names or not self._is_plain(path, number, scope):
            return
        value = ClassValue(path, number)
        callers: dict[str, list[_Caller]] = {}
        for caller in self._inherited(value, names):
            for name in caller.uses.keys() & names.keys():
                callers.setdefault(name, []).append(caller)
        for name, defined in names.items():
            broken = self._broken(value, name, callers[name]) if name in callers else None
            if broken is not None:
                yield self._observed(path, module, defined, places, broken)

    def _overrides(self, path: str, module: ModuleIndex, number: int) -> Iterator[tuple[str, int]]:
        """Yield the methods that may override one of another kind, with their scopes."""
        overridden = self.resolver.project.overridden(path, number)
        for name, entry in module.scopes[number].bindings.items():
            shapes = overridden.get(name)
            binding = entry.every[0]
            if shapes and not name.startswith("__") and len(entry.every) == 1:
                shape = shape_of(module, entry)
                # What plain functions give hangs on their bodies.
                if isinstance(binding, Defined) and (not shape or shapes != {shape}):
                    yield name, binding.scope

    def _is_plain(self, path: str, number: int, scope: Scope) -> bool:
        """Whether a class is what its body says."""
        if scope.decorators:
            made = self.resolver.defined(path, number, Frame(path, scope.parent))
            if [getattr(value, "plain", None) for value in made] != [ClassValue(path, number)]:
                return False
        classes = self.resolver.classes
        return all(
            ancestor is None or classes.is_neutral_metaclass(ancestor, classes.scope_of(ancestor))
            for ancestor in classes.lineage(ClassValue(path, number))
        )

    def _inherited(self, value: ClassValue, used: Collection[str]) -> Iterator["_Caller"]:
        """Yield the methods of the project that a class inherits as they are, and use these."""
        classes, project = self.resolver.classes, self.resolver.project
        bound: set[str] = set(classes.scope_of(value).bindings)
        for ancestor in classes.lineage(value)[1:]:
            if ancestor is None:
                # Anything may come in between.
                return
            scope = classes.scope_of(ancestor)
            if not self.resolver.is_foreign(ancestor.path):
                # Only these are read, so that no other one matters.
                callers = project.callers(ancestor.path, ancestor.number, used)
                for name, entry in scope.bindings.items():
                    last = entry.every[-1]
                    if name in callers and name not in bound and isinstance(last, Defined):
                        project.read_body(ancestor.path, last.scope)
                        yield _Caller(ancestor, *self._of_method(ancestor.path, last.scope))
            bound.update(scope.bindings)

    def _of_method(self, path: str, number: int) -> tuple[Scope, Mapping[str, list[Use]]]:
        scope = self.resolver.module(path).scopes[number]
        uses = self._uses.get((path, number))
        if uses is None:
            uses = self._uses[path, number] = uses_of(scope)
        return scope, uses

    def _broken(self, value: ClassValue, name: str, callers: list["_Caller"]) -> "_Broken | None":
        """Return what an override breaks, None if it breaks nothing or not everything."""
        classes = self.resolver.classes
        lineage = classes.lineage(value)
        base = next(
            (a for a in lineage[1:] if a is None or name in classes.scope_of(a).bindings), None
        )
        if base is None or self._is_set(value, name):
            return None
        given = self._given(value, value, name)
        before = self._given(value, base, name)
        if not is_known(given):
            return None
        found = None
        for caller in callers:
            for use in caller.uses[name]:
                verdict = judge(use, given)
                if verdict is None:
                    # There is a caller for each of the kinds that it may be.
                    return None
                if found is None and judge(use, before) is None:
                    found = _Broken(base, caller, use, verdict)
        return found

    def _is_set(self, value: ClassValue, name: str) -> bool:
        """Whether something else may be in the place of a method."""
        changes = self.resolver.attributes.changes
        if changes.is_replaced(value, name) or changes.may_hide(value, name, on_instance=True):
            return True
        classes = self.resolver.classes
        scopes = [None if a is None else classes.scope_of(a) for a in classes.lineage(value)]
        return any(
            scope is None or name in scope.attributes_set or "__getattribute__" in scope.bindings
            for scope in scopes
        )

    def _given(self, value: ClassValue, owner: ClassValue, name: str) -> Values:
        """Return what calling a method of a class gives on an instance of another."""
        methods = self.resolver.classes.raw(owner, name)
        if len(methods) != 1 or not isinstance(methods[0], FunctionValue | FactoryValue):
            return ()
        instance: Value = self.resolver.classes.instance(value, exact=True)
        bound = self.resolver.attributes.descriptors.bound(methods[0], instance)
        return union(self.resolver.calls.call_all(bound, (), ANY_ARGUMENTS))

    def _observed(
        self,
        path: str,
        module: ModuleIndex,
        defined: int,
        places: Places,
        broken: "_Broken",
    ) -> BrokenOverride:
        scope = module.scopes[defined]
        classes = self.resolver.classes
        base, (owner, caller, _), use, verdict = broken
        overridden = classes.scope_of(base).bindings[scope.name].every[-1]
        name = self.resolver.dotted_name(path, module.qualified_name(defined))
        return BrokenOverride(
            function=scope.name,
            kind=verdict.kind,
            description=verdict.description,
            use=use,
            caller=f"{classes.scope_of(owner).name}.{caller.name}",
            path=path,
            span=places.name(scope),
            target=Target(name, path, scope.line),
            evidence=(
                Step(base.path, overridden.line, "this is what it overrides"),
                Step(owner.path, caller.line, "this method is inherited, and uses it"),
                *verdict.steps,
            ),
        )


class _Caller(NamedTuple):
    """A method, the class that defines it, and what it does with what others of ``self`` give."""

    owner: ClassValue
    scope: Scope
    uses: Mapping[str, list[Use]]


class _Broken(NamedTuple):
    """The class of what is overridden, and the use that the override breaks."""

    base: ClassValue
    caller: _Caller
    use: Use
    verdict: Verdict
