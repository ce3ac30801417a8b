"""What may be put into the place of a class's attributes, other than by its own text.

Sources: https://docs.python.org/3/reference/datamodel.html (customizing class creation) and
https://docs.python.org/3/howto/descriptor.html (what an instance's own attributes hide).
"""

from typing import TYPE_CHECKING

from asyncpattern_lint.analysis.values import ClassValue, Frame, FunctionValue
from asyncpattern_lint.index.model import Defined, Scope, ScopeKind
from asyncpattern_lint.index.trace import Table, table

if TYPE_CHECKING:
    from asyncpattern_lint.analysis.resolver import Resolver

#: The methods of a metaclass that run when it makes a class.
_MAKING = ("__new__", "__init__", "__prepare__")


class Changes:
    """Knows which attributes of classes something sets: ``*`` for computed names."""

    def __init__(self, resolver: "Resolver") -> None:
        self.resolver = resolver
        self._known: Table[ClassValue, frozenset[str]] = table(resolver.project.trace)
        self._on_instances: Table[ClassValue, bool] = table(resolver.project.trace)

    def may_hide(self, cls: ClassValue, name: str, *, on_instance: bool) -> bool:
        """Whether an instance may have, or its class may be given, another attribute of a name."""
        if self.on_class(cls, name):
            return True
        # Python takes special methods from the class.
        return on_instance and not _is_special(name) and self._sets_computed(cls)

    def on_class(self, cls: ClassValue, name: str) -> bool:
        """Whether what makes a class may set an attribute of this name on it."""
        key = cls.plain
        known = self._known.get(key)
        if known is None:
            # Whoever asks meanwhile is told of nothing: what is set decides no names here.
            self._known.assume(key, frozenset())
            known = self._known[key] = self._made_on(key)
        return name in known or ("*" in known and not _is_special(name))

    def on_protocols(self, cls: ClassValue, names: frozenset[str]) -> bool:
        """Whether what makes a class may set one of these special methods."""
        self.on_class(cls, "")
        known = self._known[cls.plain]
        return "*" in known or not names.isdisjoint(known)

    def _sets_computed(self, cls: ClassValue) -> bool:
        key = cls.plain
        known = self._on_instances.get(key)
        if known is None:
            project = self.resolver.project
            scopes = [scope for _, scope in self._own(key)]
            names = {scope.name for scope in scopes}
            if scopes:
                names.update(s.facts.name for s in project.subclasses(scopes[0].name))
            known = self._on_instances[key] = any(scope.sets_computed for scope in scopes) or any(
                map(project.is_rewritten, names)
            )
        return known

    def _own(self, cls: ClassValue) -> list[tuple[ClassValue, Scope]]:
        """Return those of a class and its ancestors that the project defines."""
        classes = self.resolver.classes
        return [
            (ancestor, classes.scope_of(ancestor))
            for ancestor in classes.lineage(cls)
            if ancestor is not None and not self.resolver.is_foreign(ancestor.path)
        ]

    def _made_on(self, cls: ClassValue) -> frozenset[str]:
        found: set[str] = set()
        for ancestor, scope in self._own(cls):
            if ancestor.plain != cls:
                found |= self._set_in(ancestor, scope, ("__init_subclass__",))
            else:
                found |= self._decorated(ancestor, scope)
            if scope.metaclass is not None:
                frame = Frame(ancestor.path, scope.parent)
                for metaclass in self.resolver.evaluate(scope.metaclass, frame):
                    if isinstance(metaclass, ClassValue):
                        found |= self._set_by(metaclass)
        return frozenset(found)

    def _set_by(self, metaclass: ClassValue) -> set[str]:
        found: set[str] = set()
        for ancestor, scope in self._own(metaclass):
            found |= self._set_in(ancestor, scope, _MAKING)
        return found

    def _set_in(self, owner: ClassValue, scope: Scope, methods: tuple[str, ...]) -> set[str]:
        """Return what methods that get a class set on it."""
        numbers = self._methods(scope, methods)
        if not numbers:
            return set()
        found = {
            name
            for name, sets in scope.attributes_set.items()
            if any(item.scope in numbers for item in sets)
        }
        if scope.sets_computed:
            found.add("*")
        for number in numbers:
            method = FunctionValue(owner.path, number, None)
            found |= self.resolver.calls.decorators.written_by(method)
        return found

    def _methods(self, scope: Scope, names: tuple[str, ...]) -> set[int]:
        return {
            binding.scope
            for name in names
            if name in scope.bindings
            for binding in scope.bindings[name].every
            if isinstance(binding, Defined)
        }

    def _decorated(self, cls: ClassValue, scope: Scope) -> frozenset[str]:
        found: set[str] = set()
        module = self.resolver.module(cls.path)
        if module.scopes[scope.parent].kind is ScopeKind.FUNCTION:
            return frozenset()
        for decorator in scope.decorators:
            frame = Frame(cls.path, scope.parent)
            for by in self.resolver.evaluate(decorator.value, frame):
                if isinstance(by, FunctionValue):
                    found |= self.resolver.calls.decorators.written_by(by)
        return frozenset(found)


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")
