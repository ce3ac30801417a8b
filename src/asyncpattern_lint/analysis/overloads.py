"""Overloaded functions: which of the declared forms a call may mean.

Source: https://typing.python.org/en/latest/spec/overload.html, of which only what arguments of
builtin types and their number tell is followed.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from asyncpattern_lint.analysis.values import (
    FunctionValue,
    InstanceValue,
    Values,
    is_known,
    union,
)
from asyncpattern_lint.index.model import Builtin, Defined, Parameter, dotted

if TYPE_CHECKING:
    from asyncpattern_lint.analysis.resolver import Resolver

#: An ``int`` is taken where a ``float`` is wanted, a ``bool`` where an ``int`` is.
NUMBERS = frozenset({"int", "float", "complex", "bool"})


class Overloads:
    """Chooses among overloads."""

    def __init__(self, resolver: "Resolver") -> None:
        self.resolver = resolver

    def is_overload(self, function: FunctionValue) -> bool:
        """Tell whether a function is decorated with ``typing.overload``."""
        return any(
            (dotted(decorator.value) or "").rpartition(".")[2] == "overload"
            for decorator in self.resolver.scope_of(function).decorators
        )

    def promised(
        self,
        function: FunctionValue,
        arguments: tuple[Values, ...],
        keywords: Mapping[str, Values],
    ) -> Values:
        """Return what the overloads of an implementation promise, empty if they tell nothing."""
        module = self.resolver.module(function.path)
        scope = module.scopes[function.number]
        entry = module.scopes[scope.parent].bindings.get(scope.name)
        declared = [
            replace(function, number=binding.scope)
            for binding in (entry.every if entry is not None else ())
            if isinstance(binding, Defined) and binding.scope != function.number
        ]
        declared = [overload for overload in declared if self.is_overload(overload)]
        if not declared:
            return ()
        calls = self.resolver.calls
        groups = [
            calls.promised(overload, arguments, keywords)
            for overload in self.accepting(declared, arguments, keywords)
        ]
        values = union(groups)
        return values if all(groups) and is_known(values) else ()

    def accepting(
        self,
        functions: list[FunctionValue],
        arguments: tuple[Values, ...],
        keywords: Mapping[str, Values],
    ) -> list[FunctionValue]:
        """Return the overloads that can take such arguments; all of them if none can."""
        if "*" in keywords or "**" in keywords:
            return functions
        accepted = [f for f in functions if self._accepts(f, arguments, keywords)]
        # Those that name each argument come before one that takes any number of them.
        exact = [f for f in accepted if not self._takes_rest(f)]
        return exact or accepted or functions

    def _takes_rest(self, function: FunctionValue) -> bool:
        return any(
            isinstance(entry.every[0], Parameter) and entry.every[0].variadic == "*"
            for entry in self.resolver.scope_of(function).bindings.values()
        )

    def _accepts(
        self,
        function: FunctionValue,
        arguments: tuple[Values, ...],
        keywords: Mapping[str, Values],
    ) -> bool:
        given = self.resolver.calls.with_receiver(function, arguments)
        scope = self.resolver.scope_of(function)
        names: set[str] = set()
        places = 0
        takes_rest = takes_others = False
        for entry in scope.bindings.values():
            parameter = entry.every[0]
            if not isinstance(parameter, Parameter):
                continue
            if parameter.variadic == "*":
                takes_rest = True
            elif parameter.variadic == "**":
                takes_others = True
            else:
                names.add(parameter.name)
                at = parameter.position
                places += at is not None
                is_given = (at is not None and at < len(given)) or parameter.name in keywords
                if parameter.default is None and not is_given:
                    return False
                if is_given and at is not None and at < len(given):
                    if not self._may_be(parameter, given[at], function):
                        return False
                elif is_given and not self._may_be(parameter, keywords[parameter.name], function):
                    return False
        return (takes_rest or len(given) <= places) and (takes_others or names.issuperset(keywords))

    def _may_be(self, parameter: Parameter, values: Values, function: FunctionValue) -> bool:
        """Whether an argument may be of the type of a parameter, as far as builtins tell."""
        if parameter.annotation is None or not is_known(values):
            return True
        types = self.resolver.types
        if parameter.annotation == Builtin("NoneType"):
            return any(isinstance(v, InstanceValue) and v.is_none for v in values)
        promised = types.annotated(
            parameter.annotation, types.frame_of(function.path, function.number)
        )
        if not is_known(promised):
            return True
        return not all(
            isinstance(p, InstanceValue)
            and p.of is None
            and all(
                isinstance(v, InstanceValue)
                and v.of is None
                and v.class_name != p.class_name
                and (v.is_none or p.is_none or {v.class_name, p.class_name}.isdisjoint(NUMBERS))
                for v in values
            )
            for p in promised
        )
