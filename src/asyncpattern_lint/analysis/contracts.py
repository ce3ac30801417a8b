"""What the contracts of the configuration name: functions, methods, classes and modules."""

from typing import NamedTuple

from asyncpattern_lint.analysis.resolver import Resolver
from asyncpattern_lint.analysis.values import (
    ClassValue,
    FactoryValue,
    Frame,
    FunctionValue,
    InstanceValue,
    ModuleValue,
    Value,
)
from asyncpattern_lint.index.finder import Location
from asyncpattern_lint.index.model import (
    Assigned,
    Attribute,
    Binding,
    Bindings,
    Call,
    Defined,
    Expr,
    Import,
    Imported,
    Name,
    ScopeKind,
)

#: The file of a definition and the number of its scope.
Key = tuple[str, int]

#: Imports that lead from one to the next, no more.
_MAX_IMPORTS = 50


class Named(NamedTuple):
    """What a dotted name stands for; ``owner`` is the class that a method was named through."""

    name: str
    key: Key
    owner: ClassValue | None = None


class Names:
    """Finds definitions by dotted names, and by references to them in code.

    Decorators do not matter here: it is the definition that is named.
    """

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.project = resolver.project

    def find(self, dotted: str, importer: str) -> Named | None:
        """Return what a dotted name stands for, seen from a file; None where it is not known."""
        top, *rest = dotted.split(".")
        lookup = self.project.finder.absolute(top, importer)
        if len(lookup.found) != 1:
            return None
        location, rest = self.project.descend(lookup.found[0], rest)
        if not rest:
            return Named(dotted, (location.path, 0)) if self._is_module(location) else None
        key = self._in_module(location, rest.pop(0))
        owner: ClassValue | None = None
        for name in rest:
            if key is None or not self._is_class(key):
                return None
            owner = ClassValue(*key)
            key = self._in_class(owner, name)
        return None if key is None else Named(dotted, key, owner)

    def _is_module(self, location: Location) -> bool:
        return not location.is_namespace and self.project.module(location.path) is not None

    def _is_class(self, key: Key) -> bool:
        return self.resolver.module(key[0]).scopes[key[1]].kind is ScopeKind.CLASS

    def _in_module(self, location: Location, name: str) -> Key | None:
        for _ in range(_MAX_IMPORTS):
            module = None if location.is_namespace else self.project.module(location.path)
            entry = None if module is None else module.scopes[0].bindings.get(name)
            found = _only(entry, name)
            if isinstance(found, Defined):
                return location.path, found.scope
            if module is None or not isinstance(found, Imported):
                return None
            source = self._source(location.path, module.imports[found.index])
            if source is None:
                return None
            location, name = source
        return None

    def _source(self, path: str, item: Import) -> tuple[Location, str] | None:
        """Return the module that an import in a file takes a name from, and the name there."""
        lookup = self.resolver.exports.lookup_module(path, item)
        if item.name is None or len(lookup.found) != 1 or lookup.partial:
            return None
        return lookup.found[0], item.name

    def _in_class(self, owner: ClassValue, name: str) -> Key | None:
        for ancestor in self.resolver.classes.lineage(owner):
            if ancestor is None:
                return None
            entry = self.resolver.classes.scope_of(ancestor).bindings.get(name)
            if entry is not None:
                found = _only(entry, name)
                return (ancestor.path, found.scope) if isinstance(found, Defined) else None
        return None

    def is_meant(self, named: Named, reference: Expr, frame: Frame) -> bool | None:
        """Tell whether a reference is to what is named; None where that may or may not be."""
        owner, name = named.owner, named.name.rpartition(".")[2]
        if owner is not None and isinstance(reference, Attribute):
            if reference.name != name:
                return self._is_same(named.key, reference, frame)
            answers = {
                self._is_method(named, value)
                for value in self.resolver.evaluate(reference.value, frame)
            }
            return answers.pop() if len(answers) == 1 else None
        found = self.referred(reference, frame)
        if found is not None:
            return found == named.key
        return self._is_same(named.key, reference, frame)

    def _is_method(self, named: Named, receiver: Value) -> bool | None:
        """Tell whether the method that is named is the receiver's of this name."""
        assert named.owner is not None  # callers have seen to it
        cls = receiver.of if isinstance(receiver, InstanceValue) else receiver
        if not isinstance(cls, ClassValue):
            known = isinstance(receiver, ModuleValue | InstanceValue)
            return False if known else None
        lineage = [a and a.plain for a in self.resolver.classes.lineage(cls)]
        if named.owner.plain not in lineage:
            if None in lineage:
                return None
            # What is known as its base may be it.
            above = self.resolver.classes.lineage(named.owner)
            return None if cls.plain in [a and a.plain for a in above] else False
        found = self._in_class(cls, named.name.rpartition(".")[2])
        return True if found == named.key else None

    def _is_same(self, key: Key, reference: Expr, frame: Frame) -> bool | None:
        answers = {
            key_of(value) == key if key_of(value) else None
            for value in self.resolver.evaluate(reference, frame)
        }
        return answers.pop() if len(answers) == 1 else None

    def referred(self, reference: Expr, frame: Frame) -> Key | None:
        """Return the definition that a name, or an attribute of a module, leads to."""
        match reference:
            case Name(id=name):
                module = self.resolver.module(frame.path)
                for _, scope in module.enclosing(frame.number):
                    entry = scope.bindings.get(name)
                    if entry is None or name in scope.outer:
                        continue
                    found = _only(entry, name)
                    if isinstance(found, Defined):
                        return frame.path, found.scope
                    if isinstance(found, Imported):
                        source = self._source(frame.path, module.imports[found.index])
                        return None if source is None else self._in_module(*source)
                    return None
                return None
            case Attribute(value=value, name=name):
                owners = self.resolver.evaluate(value, frame)
                if len(owners) == 1 and isinstance(owners[0], ModuleValue):
                    return self._in_module(owners[0].location, name)
                return None
            case _:
                return None


def _only(entry: Bindings | None, name: str) -> object:
    """Return the one binding of a name, None where there are others.

    A definition that is wrapped afterwards, ``f = wrap(f)``, is still the one that is named.
    """
    if entry is None or entry.deleted:
        return None
    found = [
        binding
        for position, binding in enumerate(entry.every)
        if position not in entry.type_only and not _wraps(binding, name)
    ]
    return found[0] if len(found) == 1 else None


def _wraps(binding: Binding, name: str) -> bool:
    return (
        isinstance(binding, Assigned)
        and isinstance(binding.value, Call)
        and Name(name) in binding.value.args
    )


def key_of(value: Value) -> Key | None:
    """Return the definition that a value comes from."""
    match value:
        case FunctionValue(path=path, number=number) | ClassValue(path=path, number=number):
            return path, number
        case FactoryValue(function=function):
            return function.path, function.number
        case _:
            return None
