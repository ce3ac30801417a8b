"""Descriptors: what functions, properties and other objects of a class give when they are read.

Source: https://docs.python.org/3/howto/descriptor.html.
"""

from typing import TYPE_CHECKING

from asyncpattern_lint.analysis.values import (
    ANYTHING,
    Binds,
    ClassValue,
    External,
    FactoryValue,
    FunctionValue,
    Identity,
    InstanceValue,
    LambdaValue,
    ModuleValue,
    PropertyValue,
    TypeVariable,
    Unknown,
    Value,
    Values,
    is_known,
    replace,
    union,
    with_steps,
)
from asyncpattern_lint.index.model import Builtin

if TYPE_CHECKING:
    from asyncpattern_lint.analysis.resolver import Resolver


#: What a class holds that binds to what it is taken from.
FUNCTIONS = (FunctionValue, FactoryValue, LambdaValue, PropertyValue)


class Descriptors:
    """Binds what a class holds to the instance or class that it is taken from."""

    def __init__(self, resolver: "Resolver") -> None:
        self.resolver = resolver
        self.classes = resolver.classes

    def bound(self, value: Value, receiver: Value) -> Values:
        """Return what a function or property of a class gives when it is taken from there."""
        match value:
            case FunctionValue(binds=Binds.NOTHING):
                return (value,)
            case FunctionValue(binds=Binds.CLASS):
                cls = receiver
                if isinstance(receiver, InstanceValue):
                    cls = self.classes.class_of(receiver) or Unknown()
                return (replace(value, receiver=cls),)
            case FunctionValue() | LambdaValue():
                if isinstance(receiver, ClassValue):
                    return (value,)
                return (replace(value, receiver=receiver),)
            case FactoryValue(function=function):
                (bound,) = self.bound(function, receiver)
                assert isinstance(bound, FunctionValue)  # binding keeps its type
                return (replace(value, function=bound),)
            case PropertyValue(getter=getter):
                if isinstance(receiver, ClassValue):
                    return ANYTHING
                getters = self.bound(getter, receiver)
                return with_steps(union(self.resolver.calls.call_all(getters, (), {})), value.steps)
            case _:
                return ANYTHING

    def bound_data(self, values: Values, receiver: Value) -> Values:
        """Return what a class gives that holds functions and other objects under one name."""
        groups = []
        for value in values:
            if isinstance(value, FUNCTIONS):
                groups.append(self.bound(value, receiver))
            elif isinstance(value, Identity | ModuleValue | TypeVariable):
                groups.append(ANYTHING)
            else:
                groups.append(self.through(value, receiver))
        return union(groups)

    def through(self, value: Value, receiver: Value) -> Values:
        """Return what an object in a class gives: what its ``__get__`` gives if it has one."""
        if isinstance(value, External):
            forced = self.resolver.force(value.name)
            if not is_known(forced) or any(isinstance(v, External) for v in forced):
                return ANYTHING
            return union(
                self.bound(v, receiver) if isinstance(v, FUNCTIONS) else self.through(v, receiver)
                for v in forced
            )
        if not isinstance(value, InstanceValue) or value.of is None:
            return (value,)
        if value.is_open:
            return ANYTHING if self._may_be_descriptor(value) else (value,)
        if not self._binds_name(value, "__get__"):
            return (value,)
        if isinstance(receiver, ClassValue):
            return ANYTHING
        getters = self.resolver.attributes.of_instance(value, "__get__")
        functions = [g for g in getters if isinstance(g, FunctionValue)]
        if len(functions) != len(getters):
            return ANYTHING
        # Of the overloads, those for access through the class take None for the instance.
        wanted = [f for f in functions if not self._takes_none(f)]
        arguments: tuple[Values, ...] = ((receiver,), ANYTHING)
        return union(self.resolver.calls.call(f, arguments, {}) for f in wanted) or ANYTHING

    def _takes_none(self, function: FunctionValue) -> bool:
        scope = self.resolver.scope_of(function)
        return any(
            getattr(entry.every[0], "position", None) == 1
            and getattr(entry.every[0], "annotation", None) == Builtin("NoneType")
            for entry in scope.bindings.values()
        )

    def _binds_name(self, value: InstanceValue, name: str) -> bool:
        return value.of is not None and any(
            ancestor is not None and name in self.classes.scope_of(ancestor).bindings
            for ancestor in self.classes.lineage(value.of)
        )

    def _may_be_descriptor(self, value: InstanceValue) -> bool:
        return self._binds_name(value, "__get__") or (
            value.of is not None and None in self.classes.lineage(value.of)
        )

    # --- enumerations --------------------------------------------------------------------

    def enumerated(self, values: Values, receiver: Value) -> Values:
        """Return what a value in the body of an enumeration is for its users: a member."""
        assert isinstance(receiver, ClassValue)  # the caller has looked
        if any(isinstance(value, InstanceValue) for value in values):
            return (self.classes.instance(receiver, exact=True),)
        return ANYTHING
