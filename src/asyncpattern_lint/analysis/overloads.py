"""Overloaded functions: which of the declared forms a call may mean.

Source: https://typing.python.org/en/latest/spec/overload.html, of which only what arguments of
builtin types and their number tell is followed.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from asyncpattern_lint.analysis.types import special_form
from asyncpattern_lint.analysis.values import (
    CallableValue,
    ClassValue,
    FactoryValue,
    Frame,
    FunctionValue,
    InstanceValue,
    Produced,
    TypeVariable,
    Unknown,
    Value,
    Values,
    is_known,
    replace,
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
from asyncpattern_lint.index.trace import Table, table

if TYPE_CHECKING:
    from asyncpattern_lint.analysis.resolver import Resolver

#: Types that no object has.
_NOTHING = frozenset({"Never", "NoReturn"})

#: An ``int`` is taken where a ``float`` is wanted, a ``bool`` where an ``int`` is.
NUMBERS = frozenset({"int", "float", "complex", "bool"})


class Overloads:
    """Chooses among overloads."""

    def __init__(self, resolver: "Resolver") -> None:
        self.resolver = resolver
        self._overloads: Table[tuple[str, int], bool] = table(resolver.project.trace)

    def is_overload(self, function: FunctionValue) -> bool:
        """Tell whether a function is decorated with ``typing.overload``."""
        key = (function.path, function.number)
        known = self._overloads.get(key)
        if known is None:
            known = self._overloads[key] = self._is_overload(function)
        return known

    def _is_overload(self, function: FunctionValue) -> bool:
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
        if entry is None or len(entry.every) == 1 or self.is_overload(function):
            return []
        numbers = [b.scope for b in entry.every if isinstance(b, Defined)]
        if len(numbers) < len(entry.every) or numbers[-1] != function.number:
            return []
        found = [replace(function, number=number, steps=()) for number in numbers[:-1]]
        return found if all(map(self.is_overload, found)) else []

    def accepting(
        self,
        functions: list[FunctionValue],
        arguments: Sequence[Values],
        keywords: Mapping[str, Values],
    ) -> list[FunctionValue]:
        """Return the overloads that can take such arguments; all of them if none can."""
        if "**" in keywords:
            return functions
        if "*" in keywords:
            # As many as there may be go to one that takes any number.
            return [f for f in functions if self._takes_rest(f, {}) and self._has(f, keywords)] or (
                functions
            )
        accepted = self._first(functions, arguments, keywords)
        # Those that name each argument come before one that takes any number of them.
        exact = [f for f in accepted if not self._takes_rest(f, keywords)]
        return exact or accepted or functions

    def _takes_rest(self, function: FunctionValue, keywords: Mapping[str, Values]) -> bool:
        """Whether a function takes arguments that it does not name."""
        parameters = self._parameters(function)
        names = {parameter.name for parameter in parameters}
        return any(p.variadic == "*" for p in parameters) or not names.issuperset(keywords)

    def _parameters(self, function: FunctionValue) -> list[Parameter]:
        first = (entry.every[0] for entry in self.resolver.scope_of(function).bindings.values())
        return [binding for binding in first if isinstance(binding, Parameter)]

    def _first(
        self,
        functions: list[FunctionValue],
        arguments: Sequence[Values],
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
        arguments: Sequence[Values],
        keywords: Mapping[str, Values],
    ) -> bool:
        """Whether each argument certainly is of the class that its parameter names."""
        given = self.resolver.calls.with_receiver(function, arguments)
        first = len(given) - len(arguments)
        for parameter in self._parameters(function):
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
        if not self._leaves_open(parameter.annotation, frame):
            return False
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

    def _leaves_open(self, annotation: Expr, frame: Frame) -> bool:
        """Whether an annotation says no more than a class: its type parameters may be anything."""
        if not isinstance(annotation, Subscript):
            return True
        return all(
            (dotted(argument) or "").rpartition(".")[2] not in _NOTHING
            and all(
                isinstance(value, TypeVariable | Unknown)
                for value in self.resolver.types.annotated(argument, frame)
            )
            for argument in annotation.args
        )

    def _has(self, function: FunctionValue, keywords: Mapping[str, Values]) -> bool:
        """Whether what can be given by keyword only is given, or need not be."""
        return all(
            parameter.position is not None
            or parameter.variadic
            or parameter.default is not None
            or parameter.name in keywords
            for parameter in self._parameters(function)
        )

    def _accepts(
        self,
        function: FunctionValue,
        arguments: Sequence[Values],
        keywords: Mapping[str, Values],
    ) -> bool:
        given = self.resolver.calls.with_receiver(function, arguments)
        names: set[str] = set()
        places = 0
        takes_rest = takes_others = False
        for parameter in self._parameters(function):
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
        if not self._fits_arguments(parameter.annotation, values, function):
            return False
        if not is_known(promised):
            return True
        return any(self._may_serve(p, v) for p in promised for v in values)

    def _may_serve(self, promise: Value, value: Value) -> bool:
        """Whether an object may be given where one of a certain type is wanted."""
        if isinstance(promise, CallableValue):
            return self._may_be_called_for(promise, value)
        if not isinstance(promise, InstanceValue) or not _is_builtin(value):
            return True
        assert isinstance(value, InstanceValue)  # it is of a builtin class
        if promise.of is not None:
            return promise.structural or promise.is_open or self._is_abstract(promise.of)
        if value.class_name == promise.class_name:
            return True
        names = {value.class_name, promise.class_name}
        return not (value.is_none or promise.is_none) and names <= NUMBERS

    def _is_abstract(self, value: ClassValue) -> bool:
        """Whether other classes may be registered as subclasses of a class."""
        classes = self.resolver.classes
        return any(
            ancestor is None or classes.scope_of(ancestor).metaclass is not None
            for ancestor in classes.lineage(value)
        )

    def _fits_arguments(self, annotation: Expr, values: Values, function: FunctionValue) -> bool:
        """Whether what a generic object holds may be what a parameter of its class wants.

        So overloads tell apart what ``self: Task[P, Coroutine[Any, Any, R]]`` stands for.
        """
        if not isinstance(annotation, Subscript):
            return True
        types = self.resolver.types
        frame = types.frame_of(function.path, function.number)
        wanted = [(a, types.annotated(a, frame)) for a in annotation.args]
        return any(
            not isinstance(value, InstanceValue)
            or value.of is None
            or all(
                self._may_hold(argument, promised, held, frame)
                for (argument, promised), held in zip(wanted, value.arguments, strict=False)
            )
            for value in values
        )

    def _may_hold(self, wanted: Expr, promised: Values, held: Values, frame: Frame) -> bool:
        if not is_known(held):
            return True
        if any(special_form(v) in _NOTHING for v in self.resolver.evaluate(wanted, frame)):
            return False
        if not is_known(promised):
            return True
        needed = [p.protocols for p in promised if isinstance(p, InstanceValue | Produced)]
        offered = [
            h.protocols
            for h in held
            if isinstance(h, Produced) or (isinstance(h, InstanceValue) and not h.is_open)
        ]
        if len(needed) < len(promised) or len(offered) < len(held):
            return True
        return any(need in offer for need in needed for offer in offered)

    def _may_be_called_for(self, wanted: CallableValue, value: Value) -> bool:
        """Whether an argument may serve as a callable with a certain result."""
        if not isinstance(value, FunctionValue | FactoryValue):
            return not _is_builtin(value)
        result = self.resolver.types.annotated(wanted.result, wanted.frame, dict(wanted.solution))
        if not is_known(result) or not all(map(_is_builtin, result)):
            return True
        given = self.resolver.calls.call(value, (), {})
        return not given or not all(isinstance(v, Produced) for v in given)

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


def _is_builtin(value: Value) -> bool:
    """Whether an object is of a builtin class or ``None``."""
    return isinstance(value, InstanceValue) and value.of is None and not value.is_open
