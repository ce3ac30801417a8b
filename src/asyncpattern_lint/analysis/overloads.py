"""Overloaded functions: which of the declared forms a call may mean.

Source: https://typing.python.org/en/latest/spec/overload.html, of which only what arguments of
builtin types and their number tell is followed.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from asyncpattern_lint.analysis.types import special_form
from asyncpattern_lint.analysis.values import (
    ClassValue,
    Frame,
    FunctionValue,
    InstanceValue,
    Values,
    is_known,
)
from asyncpattern_lint.index.handlers import spelled_name
from asyncpattern_lint.index.model import (
    Builtin,
    Defined,
    Expr,
    Parameter,
    Subscript,
    Union,
    dotted,
)

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
        aliases = self.resolver.module(function.path).aliases
        return any(
            spelled_name(dotted(decorator.value), aliases).rpartition(".")[2] == "overload"
            for decorator in self.resolver.scope_of(function).decorators
        )

    def siblings(self, function: FunctionValue) -> list[FunctionValue]:
        """Return the overloads that stand before the function that does what they say."""
        module = self.resolver.module(function.path)
        scope = module.scopes[function.number]
        entry = module.scopes[scope.parent].bindings.get(scope.name)
        if entry is None or len(entry.every) == 1:
            return []
        numbers = [b.scope for b in entry.every if isinstance(b, Defined)]
        if len(numbers) < len(entry.every) or numbers[-1] != function.number:
            return []
        found = [replace(function, number=number, steps=()) for number in numbers[:-1]]
        return found if all(map(self.is_overload, found)) else []

    def accepting(
        self,
        functions: list[FunctionValue],
        arguments: tuple[Values, ...],
        keywords: Mapping[str, Values],
    ) -> list[FunctionValue]:
        """Return the overloads that can take such arguments; all of them if none can."""
        if "**" in keywords:
            return functions
        if "*" in keywords:
            # As many as there may be go to one that takes any number.
            return [f for f in functions if self._takes_rest(f) and self._has(f, keywords)] or (
                functions
            )
        accepted = self._first(functions, arguments, keywords)
        # Those that name each argument come before one that takes any number of them.
        exact = [f for f in accepted if not self._takes_rest(f)]
        return exact or accepted or functions

    def _takes_rest(self, function: FunctionValue) -> bool:
        return any(
            isinstance(entry.every[0], Parameter) and entry.every[0].variadic == "*"
            for entry in self.resolver.scope_of(function).bindings.values()
        )

    def _first(
        self,
        functions: list[FunctionValue],
        arguments: tuple[Values, ...],
        keywords: Mapping[str, Values],
    ) -> list[FunctionValue]:
        """Return the overloads that may be meant: up to the first that certainly fits."""
        found = []
        for function in functions:
            if self._accepts(function, arguments, keywords):
                found.append(function)
                if self._fits(function, arguments, keywords):
                    break
        return found

    def _fits(
        self,
        function: FunctionValue,
        arguments: tuple[Values, ...],
        keywords: Mapping[str, Values],
    ) -> bool:
        """Whether each argument certainly is of the class that its parameter names."""
        given = self.resolver.calls.with_receiver(function, arguments)
        first = len(given) - len(arguments)
        for entry in self.resolver.scope_of(function).bindings.values():
            parameter = entry.every[0]
            if not isinstance(parameter, Parameter):
                continue
            at = parameter.position
            if parameter.variadic:
                if at is not None and at < len(given):
                    return False
            elif parameter.name in keywords:
                if not self._is(parameter, keywords[parameter.name], function):
                    return False
            elif at is not None and at < len(given):
                is_receiver = at < first and parameter.annotation is None
                if not is_receiver and not self._is(parameter, given[at], function):
                    return False
        return True

    def _is(self, parameter: Parameter, values: Values, function: FunctionValue) -> bool:
        if parameter.annotation is None or not is_known(values):
            return False
        types, classes = self.resolver.types, self.resolver.classes
        frame = types.frame_of(function.path, function.number)
        truths = {v.truth if isinstance(v, InstanceValue) else None for v in values}
        if truths <= self._named_truths(parameter.annotation, frame):
            return True
        wanted = {
            of.plain
            for promise in types.annotated(parameter.annotation, frame)
            if isinstance(promise, InstanceValue) and (of := classes.class_of(promise)) is not None
        }
        for value in values:
            of = classes.class_of(value) if isinstance(value, InstanceValue) else None
            if of is None or not any(
                ancestor is not None and ancestor.plain in wanted
                for ancestor in classes.lineage(of)
            ):
                return False
        return True

    def _has(self, function: FunctionValue, keywords: Mapping[str, Values]) -> bool:
        """Whether what can be given by keyword only is given, or need not be."""
        return all(
            parameter.position is not None
            or parameter.variadic
            or parameter.default is not None
            or parameter.name in keywords
            for entry in self.resolver.scope_of(function).bindings.values()
            if isinstance(parameter := entry.every[0], Parameter)
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
        if parameter.annotation == Builtin("NoneType"):
            return any(isinstance(v, InstanceValue) and v.is_none for v in values)
        if all(isinstance(v, InstanceValue) and v.truth is not None for v in values):
            return self._may_be_true(parameter.annotation, values, function)
        types = self.resolver.types
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
                and (v.is_none or p.is_none or not {v.class_name, p.class_name} <= NUMBERS)
                for v in values
            )
            for p in promised
        )

    def _may_be_true(self, annotation: Expr, values: Values, function: FunctionValue) -> bool:
        """Whether ``True`` or ``False`` may be of a type, which may name them."""
        if isinstance(annotation, Union):
            return any(self._may_be_true(option, values, function) for option in annotation.options)
        types, classes = self.resolver.types, self.resolver.classes
        frame = types.frame_of(function.path, function.number)
        if isinstance(annotation, Subscript):
            heads = self.resolver.evaluate(annotation.value, frame)
            forms = {special_form(head) for head in heads}
            if forms == {"Optional"}:
                return any(self._may_be_true(a, values, function) for a in annotation.args)
            if forms == {"Literal"}:
                named = self._named_truths(annotation, frame)
                return any(isinstance(v, InstanceValue) and v.truth in named for v in values)
        promised = types.annotated(annotation, frame)
        bool_class = next((c for c in self.resolver.force("builtins.bool")), None)
        if not is_known(promised) or not isinstance(bool_class, ClassValue):
            return True
        ancestors = {a.plain for a in classes.lineage(bool_class) if a is not None}
        return any(
            not isinstance(p, InstanceValue)
            or p.structural
            or p.is_open
            or p.class_name in NUMBERS
            or (p.of is not None and p.of.plain in ancestors)
            for p in promised
        )

    def _named_truths(self, annotation: Expr, frame: Frame) -> set[bool | None]:
        """Return those of ``True`` and ``False`` that a type names by ``Literal``."""
        if isinstance(annotation, Union):
            return set().union(*(self._named_truths(o, frame) for o in annotation.options))
        if not isinstance(annotation, Subscript):
            return set()
        heads = self.resolver.evaluate(annotation.value, frame)
        if {special_form(head) for head in heads} != {"Literal"}:
            return set()
        return {a.truth for a in annotation.args if isinstance(a, Builtin) and a.truth is not None}
