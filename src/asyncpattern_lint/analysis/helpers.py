"""Which helpers that a test asks can say nothing of what an object is.

One that is declared to take objects of the very class that is known already tells something else
of them: what an attribute of theirs is, its subclasses decide, and these are known elsewhere.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import libcst as cst

from asyncpattern_lint.analysis.classes import class_key
from asyncpattern_lint.analysis.syntax import dotted_name
from asyncpattern_lint.analysis.values import (
    Frame,
    FunctionValue,
    InstanceValue,
    Value,
    Values,
    without_none,
)
from asyncpattern_lint.index.conditions import referred
from asyncpattern_lint.index.model import Name, Parameter, Scope

if TYPE_CHECKING:
    from asyncpattern_lint.analysis.resolver import Resolver


class Helpers:
    """Answers for calls in tests."""

    def __init__(self, resolver: "Resolver") -> None:
        self.resolver = resolver

    def say_nothing(self, name: str, calls: Iterable[cst.Call], frame: Frame) -> bool:
        """Tell whether no call that a name is passed to can tell what it stands for."""
        values = without_none(self.resolver.evaluate(referred(name), frame))
        return (
            bool(values)
            and all(map(_is_told, values))
            and all(self._takes(call, name, values, frame) for call in calls)
        )

    def _takes(self, call: cst.Call, name: str, values: Values, frame: Frame) -> bool:
        """Whether what a call asks is declared to take objects of the class of these."""
        asked = dotted_name(call.func)
        functions = self.resolver.evaluate(referred(asked), frame) if asked else ()
        return bool(functions) and all(
            isinstance(function, FunctionValue)
            and not self.resolver.is_foreign(function.path)
            and all(
                self._is_declared(function, argument, at, values)
                for at, argument in enumerate(call.args)
                if name in _names(argument)
            )
            for function in functions
        )

    def _is_declared(
        self, function: FunctionValue, argument: cst.Arg, at: int, values: Values
    ) -> bool:
        scope = self.resolver.scope_of(function)
        if argument.star or dotted_name(argument.value) == "" or not _answers_plainly(scope):
            return False
        keyword = argument.keyword.value if argument.keyword is not None else ""
        position = at + (function.receiver is not None)
        for name, entry in scope.bindings.items():
            parameter = entry.every[0]
            if (
                isinstance(parameter, Parameter)
                and parameter.annotation is not None
                and not parameter.variadic
                and (name == keyword if keyword else parameter.position == position)
            ):
                told = self.resolver.parameter(parameter, Frame(function.path, function.number))
                return self._cover(without_none(told), values)
        return False

    def _cover(self, told: Values, values: Values) -> bool:
        """Whether all values are known to be of one class, or of subclasses of it."""
        if len(told) != 1 or not _is_told(told[0]):
            return False
        assert isinstance(told[0], InstanceValue)  # it is told
        key = class_key(told[0].of)
        lineage = self.resolver.classes.lineage
        return all(
            isinstance(value, InstanceValue)
            and value.of is not None
            and key in [class_key(ancestor) for ancestor in lineage(value.of)]
            for value in values
        )


def _names(argument: cst.Arg) -> tuple[str, ...]:
    node = argument.value
    while isinstance(node, cst.Subscript):
        node = node.value
    return (dotted_name(node),)


def _is_told(value: Value) -> bool:
    """Whether it is known for certain of which class an object is."""
    return (
        isinstance(value, InstanceValue)
        and value.of is not None
        and not (value.structural or value.doubtful or value.is_open)
    )


def _answers_plainly(scope: Scope) -> bool:
    """Whether a function does not say by its annotation that it tells types apart."""
    return scope.annotation is None or scope.annotation == Name("bool")
