"""Whether an object has an attribute, and whether what an attribute holds ever changes.

Sources: https://docs.python.org/3/reference/datamodel.html (attribute access, special method
look-up).
"""

import enum
from typing import TYPE_CHECKING

from asyncpattern_lint.analysis import library
from asyncpattern_lint.analysis.judge import OWN_ATTRIBUTES
from asyncpattern_lint.analysis.values import (
    CallableValue,
    ClassValue,
    FactoryValue,
    FunctionValue,
    InstanceValue,
    LambdaValue,
    ModuleValue,
    Partial,
    Produced,
    Value,
)
from asyncpattern_lint.index.exports import Presence
from asyncpattern_lint.index.model import Scope
from asyncpattern_lint.protocol import OFFERS, PROTOCOL_METHODS, Kind

if TYPE_CHECKING:
    from asyncpattern_lint.analysis.resolver import Resolver

_FUNCTIONS = (FunctionValue, FactoryValue, LambdaValue, Partial)

#: What the abstract class of coroutines promises; an annotation may mean any of its subclasses.
_COROUTINE = frozenset({"__await__", "send", "throw", "close"})

#: The objects of contextlib are instances of Python classes, to which code may add.
_ADDABLE = frozenset({Kind.ASYNC_CONTEXT_MANAGER, Kind.CONTEXT_MANAGER})

#: Methods that run before anyone else has the object.
_MAKERS = frozenset({"__init__", "__new__", "__post_init__", "__attrs_post_init__"})


class Has(enum.Enum):
    """Whether an object has an attribute.

    ``VARIES``: some objects of the kind do. ``SET``: its methods set it at some time.
    ``UNSURE``: it does or does not, which is not known.
    """

    YES = enum.auto()
    NO = enum.auto()
    VARIES = enum.auto()
    SET = enum.auto()
    UNSURE = enum.auto()


class Members:
    """Answers questions about the attributes of objects."""

    def __init__(self, resolver: "Resolver") -> None:
        self.resolver = resolver

    def has(self, value: Value, name: str) -> Has:
        """Tell whether an object has an attribute; ``Unknown`` is for the caller."""
        match value:
            case Produced():
                return self._of_work(value, name)
            case InstanceValue(of=None, class_name=class_name):
                found = library.builtin_class(class_name)
                if found is None:
                    return Has.UNSURE
                # Not ``hasattr``: of a class that also finds what its own class has.
                return Has.YES if any(name in vars(base) for base in found.__mro__) else Has.NO
            case InstanceValue():
                return self._of_instance(value, name)
            case CallableValue():
                return Has.YES if name == "__call__" else Has.VARIES
            case ClassValue() if name == "__call__":
                return Has.YES
            case ModuleValue(location=location):
                if name == "__call__":
                    return Has.NO
                presence = self.resolver.exports.has(location, name)
                return {Presence.PRESENT: Has.YES, Presence.ABSENT: Has.NO}.get(
                    presence, Has.UNSURE
                )
            case _ if isinstance(value, _FUNCTIONS):
                if name == "__call__":
                    return Has.YES
                return Has.NO if name in PROTOCOL_METHODS else Has.UNSURE
            case _:
                return Has.UNSURE

    def lacks(self, value: Value, name: str) -> bool:
        """Tell whether no instance of a class, or of one known to derive from it, has an attribute."""
        if not isinstance(value, InstanceValue) or value.of is None:
            return False
        has = self._of_instance(value, name)
        cls = self.resolver.classes.class_of(value)
        return has is Has.NO or (
            has is Has.VARIES
            and cls is not None
            and not self.resolver.attributes.overriders(cls, name)
        )

    def _of_work(self, value: Produced, name: str) -> Has:
        if value.protocols != OFFERS[value.kind]:
            return Has.UNSURE
        if value.kind is Kind.COROUTINE and value.maker is None:
            return Has.YES if name in _COROUTINE else Has.UNSURE
        if name in OWN_ATTRIBUTES[value.kind]:
            return Has.YES
        added = value.kind in _ADDABLE and not name.startswith("__")
        return Has.UNSURE if added else Has.NO

    def _of_instance(self, value: InstanceValue, name: str) -> Has:
        classes = self.resolver.classes
        cls = classes.class_of(value)
        if cls is None or value.doubtful or _may_be_mangled(name):
            return Has.UNSURE
        lineage = classes.lineage(cls)
        known = [(a, classes.scope_of(a)) for a in lineage if a is not None]
        if any(self._binds(scope, name) for _, scope in known):
            return Has.YES
        names = {bound for _, scope in known for bound in scope.bindings}
        if len(known) < len(lineage) or not names.isdisjoint({"__getattr__", "__getattribute__"}):
            return Has.UNSURE
        if any(name in scope.attributes_set or name in scope.declared for _, scope in known):
            return Has.SET
        changes = self.resolver.attributes.changes
        if (
            changes.is_filled(cls)
            or changes.is_assigned(cls, name)
            or (value.is_open and not value.structural)
            # Of what a class has beside its protocols, stubs leave out a lot.
            or (name not in PROTOCOL_METHODS and any(a.path.endswith(".pyi") for a, _ in known))
        ):
            return Has.UNSURE
        return Has.NO if cls.exact else Has.VARIES

    def _binds(self, scope: Scope, name: str) -> bool:
        entry = scope.bindings.get(name)
        return entry is not None and bool(entry.live) and not (entry.deleted or entry.partial)

    def is_settled(self, value: Value, name: str) -> bool:
        """Tell whether an attribute holds the same from the time when the object is made."""
        if not isinstance(value, InstanceValue) or value.of is None:
            return False
        classes = self.resolver.classes
        cls = classes.class_of(value)
        project = self.resolver.project
        if cls is None or self.resolver.attributes.changes.is_assigned(cls, name):
            return False
        found = False
        for ancestor in classes.lineage(cls):
            if ancestor is None:
                return False
            scope = classes.scope_of(ancestor)
            scopes = self.resolver.module(ancestor.path).scopes
            given = scope.attributes_set.get(name, ())
            if (
                scope.sets_computed
                or name in scope.bindings
                or any(scopes[item.scope].name not in _MAKERS for item in given)
            ):
                return False
            found = found or bool(given) or name in scope.declared
        own = classes.scope_of(cls)
        return found and (cls.exact or not project.overriders(own.name, name))


def _may_be_mangled(name: str) -> bool:
    """Whether a name may be what a class calls ``__name``.

    See https://docs.python.org/3/reference/expressions.html#private-name-mangling.
    """
    return name[:1] == "_" and name[1:2] != "_" and "__" in name[1:]
