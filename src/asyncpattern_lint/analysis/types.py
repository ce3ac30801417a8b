"""What types say: annotations, aliases, and type variables solved by arguments.

Sources: https://typing.python.org/en/latest/spec/ (annotations, generics, aliases, callables).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from asyncpattern_lint.analysis import library
from asyncpattern_lint.analysis.values import (
    ANY_ARGUMENTS,
    ANYTHING,
    MAX_NESTING,
    SELF,
    AliasValue,
    CallableValue,
    ClassValue,
    External,
    Frame,
    FunctionValue,
    Identity,
    InstanceValue,
    Produced,
    Solution,
    TypeVariable,
    Unknown,
    Value,
    Values,
    bounded,
    is_known,
    replace,
    union,
    without_steps,
)
from asyncpattern_lint.index.handlers import VARIABLE_MAKERS
from asyncpattern_lint.index.model import (
    Assigned,
    Attribute,
    Builtin,
    Call,
    Choice,
    Expr,
    Name,
    Opaque,
    Parameter,
    ScopeKind,
    Starred,
    Subscript,
    TupleDisplay,
    Union,
    dotted,
)
from asyncpattern_lint.index.trace import Table, table
from asyncpattern_lint.protocol import Kind, Protocol

if TYPE_CHECKING:
    from asyncpattern_lint.analysis.resolver import Resolver

NOTHING_SOLVED: Solution = {}

_BUILTIN_FORMS = frozenset({"builtins.tuple", "builtins.type"})

#: Types that say no more than their first argument.
_TRANSPARENT = frozenset(
    {"Annotated", "ClassVar", "Final", "InitVar", "NotRequired", "ReadOnly", "Required"}
)


def makes_variable(value: Expr, aliases: Mapping[str, str]) -> bool:
    """Tell whether an expression makes a type variable, in a module that renames some names."""
    if not isinstance(value, Call):
        return False
    name = (dotted(value.func) or "").rpartition(".")[2]
    return aliases.get(name, name) in VARIABLE_MAKERS


def special_form(value: Value) -> str:
    """Return the name of a special form of ``typing``, empty for anything else."""
    if not isinstance(value, External):
        return ""
    module, _, name = value.name.rpartition(".")
    if module == "_typeshed" and name not in library.OPAQUE_FORMS:
        # The rest of it are ordinary protocols, aliases and type variables.
        return ""
    return name if module in library.TYPING_MODULES else ""


def _opened(value: Value) -> Value:
    return replace(value, is_open=True) if isinstance(value, InstanceValue) else value


#: What has to be waited for.
_LATER = Protocol.AWAITABLE | Protocol.ASYNC_ITERABLE | Protocol.ASYNC_CONTEXT_MANAGER


class Types:
    """Reads annotations as values: what an object of that type may be."""

    def __init__(self, resolver: "Resolver") -> None:
        self.resolver = resolver
        self._aliases: list[Expr] = []
        self._bounds: list[TypeVariable] = []
        trace = resolver.project.trace
        self._frames: Table[tuple[str, int], Frame] = table(trace)
        self._solutions: Table[FunctionValue, Solution] = table(trace)
        self._parameters: Table[tuple[str, int], tuple[TypeVariable, ...]] = table(trace)
        self._variable_sets: Table[tuple[Expr, Frame], tuple[TypeVariable, ...]] = table(trace)

    # --- annotations -------------------------------------------------------------------

    def annotated(
        self, annotation: Expr, frame: Frame, solved: Solution = NOTHING_SOLVED
    ) -> Values:
        """Return what a value may be, going by its annotation."""
        if (
            solved
            or not isinstance(annotation, Subscript | Union)
            or frame.everything
            or frame.local is not None
            or self._aliases
            or self._bounds
        ):
            return self._annotated(annotation, frame, solved)
        return self.resolver.memo.kept(
            ("annotated", annotation, frame), lambda: self._annotated(annotation, frame, solved)
        )

    def _annotated(self, annotation: Expr, frame: Frame, solved: Solution) -> Values:
        match annotation:
            case Builtin(name=name):
                return self.resolver.classes.builtin(name)
            case Union(options=options) | Choice(options=options):
                return union(self.annotated(option, frame, solved) for option in options)
            case Subscript():
                return bounded(self._subscripted(annotation, frame, solved))
            case Name() | Attribute():
                values = self.resolver.evaluate(annotation, frame)
                if len(values) == 1:
                    return self._of_type(values[0], solved) or ANYTHING
                return union(self._of_type(value, solved) for value in values) or ANYTHING
            case _:
                return ANYTHING

    def _of_type(self, value: Value, solved: Solution) -> Values:
        """Return the objects of a type."""
        match value:
            case ClassValue():
                return self.resolver.classes.instances(value)
            case TypeVariable():
                return solved.get(value) or self._bound_of(value)
            case AliasValue():
                return self._of_alias(value, solved)
            case InstanceValue() if value.is_none:
                return (value,)
            case External(name=name):
                return self._of_external(name, value, solved)
            case _:
                return ANYTHING

    def _of_alias(self, alias: AliasValue, solved: Solution) -> Values:
        expression = alias.expression
        if expression in self._aliases or len(self._aliases) > MAX_NESTING:
            # An alias may name itself, as those of JSON values do.
            return ANYTHING
        inner = dict(solved)
        if alias.arguments:
            inner.update(
                zip(self.variables(expression, alias.frame), alias.arguments, strict=False)
            )
        self._aliases.append(expression)
        try:
            return self.annotated(expression, alias.frame, inner)
        finally:
            self._aliases.pop()

    def _heads(self, expression: Expr, frame: Frame) -> Values:
        """Return what a name in a type stands for; only special forms stay names."""
        values = self.resolver.evaluate(expression, frame)
        if not any(isinstance(value, External) for value in values):
            return values
        return union(
            self.resolver.force(value.name)
            if isinstance(value, External)
            and (not special_form(value) or value.name == "typing.AnyStr")
            and not value.name.startswith("builtins.")
            else (value,)
            for value in values
        )

    def _of_external(self, name: str, value: External, solved: Solution) -> Values:
        form = special_form(value)
        if form == "Self":
            return solved.get(SELF, ANYTHING)
        if form in library.OPAQUE_FORMS or form in _TRANSPARENT:
            return ANYTHING
        if form == "Callable":
            return ANYTHING
        alias = library.BUILTIN_ALIASES.get(form) if form else None
        head, _, builtin = name.partition("builtins.")
        if alias or (not head and library.is_concrete(builtin)):
            return self.resolver.classes.builtin(alias or builtin)
        forced = self.resolver.force(name)
        return union(
            ANYTHING if isinstance(found, External) else self._of_type(found, solved)
            for found in forced
        )

    def _bound_of(self, variable: TypeVariable) -> Values:
        """Return what the bound of an unsolved type variable promises."""
        module = self.resolver.project.module(variable.path)
        if module is None:
            return ANYTHING
        entry = module.scopes[variable.number].bindings.get(variable.name)
        for binding in entry.every if entry is not None else ():
            if isinstance(binding, Assigned) and isinstance(binding.value, Call):
                constraints = binding.value.args[1:]
                if constraints and not any(isinstance(c, Starred) for c in constraints):
                    meant = Frame(variable.path, variable.number)
                    return union(self.annotated(option, meant) for option in constraints)
                bound = dict(binding.value.keywords).get("bound")
                if bound is not None and variable not in self._bounds:
                    self._bounds.append(variable)
                    values = self.annotated(bound, Frame(variable.path, variable.number))
                    self._bounds.pop()
                    # What meets a protocol, or can be called, may do much more.
                    told = (isinstance(v, InstanceValue) and not v.structural for v in values)
                    return values if all(told) else ANYTHING
        return ANYTHING

    def _subscripted(self, annotation: Subscript, frame: Frame, solved: Solution) -> Values:
        heads = self.resolver.evaluate(annotation.value, frame)
        if len(heads) == 1:
            return self._apply(heads[0], annotation.args, frame, solved)
        return union(self._apply(head, annotation.args, frame, solved) for head in heads)

    def _apply(
        self, head: Value, arguments: tuple[Expr, ...], frame: Frame, solved: Solution
    ) -> Values:
        form = special_form(head)
        if not form and isinstance(head, External):
            name = head.name.removeprefix("builtins.")
            form = name if name in {"tuple", "type"} else form
        elif isinstance(head, ClassValue):
            canonical = self.resolver.canonical(head.path, head.number) or ""
            form = canonical.removeprefix("builtins.") if canonical in _BUILTIN_FORMS else ""
        match form:
            case "Optional" | "Union":
                groups = [self.annotated(option, frame, solved) for option in arguments]
                none = self.resolver.classes.builtin("NoneType") if form == "Optional" else ()
                return union((*groups, none))
            case _ if form in _TRANSPARENT:
                return self.annotated(arguments[0], frame, solved) if arguments else ANYTHING
            case "Callable":
                if len(arguments) != 2:
                    return ANYTHING
                known = tuple((v, tuple(map(without_steps, k))) for v, k in solved.items())
                return (CallableValue(arguments[0], arguments[1], frame, known),)
            case "type" | "Type":
                return union(
                    self._class_of(value)
                    for option in arguments[:1]
                    for value in self.annotated(option, frame, solved)
                )
            case "tuple" | "Tuple":
                return self._tuple(arguments, frame, solved)
            case "TypeGuard" | "TypeIs":
                return self.resolver.classes.builtin("bool")
            case _ if form in library.OPAQUE_FORMS:
                return ANYTHING
            case _:
                return self._apply_class(head, arguments, frame, solved)

    def _apply_class(
        self, head: Value, arguments: tuple[Expr, ...], frame: Frame, solved: Solution
    ) -> Values:
        heads: Values = (head,)
        if isinstance(head, External):
            builtin = library.BUILTIN_ALIASES.get(special_form(head))
            name = f"builtins.{builtin}" if builtin else head.name
            heads = self.resolver.force(name)
        found: list[Values] = []
        for value in heads:
            if isinstance(value, ClassValue | AliasValue):
                given = tuple(self.annotated(argument, frame, solved) for argument in arguments)
                stripped = tuple(tuple(map(without_steps, values)) for values in given)
                if isinstance(value, AliasValue):
                    applied: Value = AliasValue(value.expression, value.frame, stripped)
                else:
                    applied = ClassValue(
                        value.path, value.number, stripped, value.exact, value.steps
                    )
                held = self._of_type(applied, solved)
                if isinstance(value, ClassValue) and not self.parameters_of(value):
                    # The namesake of a generic class was meant, or what it takes is its affair.
                    held = tuple(map(_opened, held))
                found.append(held)
            else:
                found.append(ANYTHING)
        return union(found) or ANYTHING

    def _tuple(self, arguments: tuple[Expr, ...], frame: Frame, solved: Solution) -> Values:
        classes = self.resolver.classes
        if len(arguments) == 2 and arguments[1] == Builtin("ellipsis"):
            return classes.builtin("tuple", (self.annotated(arguments[0], frame, solved),))
        return classes.tuple_of(
            tuple(self.annotated(argument, frame, solved) for argument in arguments)
        )

    def _class_of(self, value: Value) -> Values:
        if isinstance(value, InstanceValue) and value.of is not None:
            of = value.of
            return (ClassValue(of.path, of.number, value.arguments, exact=False),)
        return ANYTHING

    # --- type variables ----------------------------------------------------------------

    def variables(self, expression: Expr, frame: Frame) -> tuple[TypeVariable, ...]:
        """Return the type variables of a type, in the order in which they first appear."""
        return tuple(dict.fromkeys(self._variables(expression, frame)))

    def _variables(self, expression: Expr, frame: Frame) -> Iterator[TypeVariable]:
        match expression:
            case Name() | Attribute():
                for value in self._heads(expression, frame):
                    if isinstance(value, TypeVariable):
                        yield value
                    elif special_form(value) == "Self":
                        yield SELF
            case Subscript(args=arguments):
                for argument in arguments:
                    yield from self._variables(argument, frame)
            case Union(options=options) | TupleDisplay(elements=options):
                for option in options:
                    yield from self._variables(option, frame)
            case _:
                pass

    def parameters_of(self, value: ClassValue) -> tuple[TypeVariable, ...]:
        """Return the type parameters of a class, in their order."""
        key = (value.path, value.number)
        known = self._parameters.get(key)
        if known is None:
            known = self._parameters[key] = self._parameters_of(value)
        return known

    def _parameters_of(self, value: ClassValue) -> tuple[TypeVariable, ...]:
        module = self.resolver.module(value.path)
        scope = module.scopes[value.number]
        if scope.type_parameters:
            return tuple(
                TypeVariable(value.path, value.number, name) for name in scope.type_parameters
            )
        frame = Frame(value.path, scope.parent)
        found: dict[TypeVariable, None] = {}
        for base in scope.bases:
            if not isinstance(base, Subscript):
                continue
            variables = [v for v in self.variables(base, frame) if v != SELF]
            heads = self.resolver.evaluate(base.value, frame)
            if heads and all(special_form(head) in {"Generic", "Protocol"} for head in heads):
                return tuple(dict.fromkeys(variables))
            found.update(dict.fromkeys(variables))
        return tuple(found)

    def frame_of(self, path: str, number: int) -> Frame:
        """Return the frame in which the annotations of a function are meant."""
        known = self._frames.get((path, number))
        if known is None:
            known = self._frames[path, number] = self._make_frame(path, number)
        return known

    def _make_frame(self, path: str, number: int) -> Frame:
        module = self.resolver.module(path)
        scope = module.scopes[number]
        shadows = tuple(
            (name, (TypeVariable(path, number, name),)) for name in scope.type_parameters
        )
        return Frame(path, scope.parent, shadows=shadows)

    # --- solving -----------------------------------------------------------------------

    def solve(
        self,
        function: FunctionValue,
        arguments: Sequence[Values],
        keywords: Mapping[str, Values],
        solved: Solution = NOTHING_SOLVED,
    ) -> dict[TypeVariable, Values]:
        """Return what the type variables of a function stand for in a call."""
        scope = self.resolver.scope_of(function)
        frame = self.frame_of(function.path, function.number)
        solution = dict(solved)
        asked: set[TypeVariable] = set()
        parameters = [
            parameter
            for entry in scope.bindings.values()
            if isinstance(parameter := entry.every[0], Parameter)
            and parameter.annotation is not None
        ]
        # What a callable is called with is known from the other arguments.
        for parameter in sorted(parameters, key=lambda p: _is_callable(p.annotation)):
            assert parameter.annotation is not None  # the others are left out
            for values in self._given(parameter, arguments, keywords):
                self.unify(parameter.annotation, values, frame, solution)
                asked.update(self._variables_of(parameter.annotation, frame))
        # What an argument decides is not known by its bound alone.
        return {**dict.fromkeys(asked, ANYTHING), **solution}

    def _variables_of(self, annotation: Expr, frame: Frame) -> tuple[TypeVariable, ...]:
        key = (annotation, frame)
        known = self._variable_sets.get(key)
        if known is None:
            known = self._variable_sets[key] = self.variables(annotation, frame)
        return known

    def _given(
        self, parameter: Parameter, arguments: Sequence[Values], keywords: Mapping[str, Values]
    ) -> Iterator[Values]:
        if parameter.name in keywords:
            yield keywords[parameter.name]
        if parameter.variadic == "*" and "*" in keywords:
            yield keywords["*"]
        at = parameter.position
        if at is None or at >= len(arguments):
            return
        if parameter.variadic == "*":
            yield from arguments[at:]
        else:
            yield arguments[at]

    def unify(
        self,
        annotation: Expr,
        values: Values,
        frame: Frame,
        solution: dict[TypeVariable, Values],
    ) -> None:
        """Note what type variables in an annotation stand for, given the values of that type."""
        match annotation:
            case Name() | Attribute():
                for head in self._heads(annotation, frame):
                    if isinstance(head, TypeVariable):
                        known = solution.get(head, ())
                        stripped = tuple(map(without_steps, values))
                        solution[head] = bounded(union((known, stripped)))
                    elif isinstance(head, AliasValue):
                        self._unify_alias(head, values, solution)
            case Union(options=options):
                for option in options:
                    self.unify(option, values, frame, solution)
            case Subscript(value=value, args=arguments):
                for head in self._heads(value, frame):
                    self._unify_applied(head, arguments, values, frame, solution)
            case _:
                pass

    def _unify_applied(
        self,
        head: Value,
        arguments: tuple[Expr, ...],
        values: Values,
        frame: Frame,
        solution: dict[TypeVariable, Values],
    ) -> None:
        form = special_form(head)
        if isinstance(head, External) and head.name == "builtins.type":
            form = "type"
        if form in {"Optional", "Union"}:
            rest = tuple(v for v in values if not (isinstance(v, InstanceValue) and v.is_none))
            for option in arguments:
                self.unify(option, rest, frame, solution)
        elif form in _TRANSPARENT and arguments:
            self.unify(arguments[0], values, frame, solution)
        elif form == "Callable" and len(arguments) == 2:
            given: tuple[Values, ...] = ()
            keywords: Mapping[str, Values] = ANY_ARGUMENTS
            if isinstance(arguments[0], TupleDisplay) and not any(
                map(_is_unpacked, arguments[0].elements)
            ):
                keywords = {}
                given = tuple(
                    self.annotated(parameter, frame, solution)
                    for parameter in arguments[0].elements
                )
            results = [
                self.resolver.calls.call(value, given, keywords)
                for value in values
                if not (isinstance(value, InstanceValue) and value.is_none)
            ]
            self.unify(arguments[1], union(results), frame, solution)
        elif form in {"type", "Type"} and arguments:
            made = [
                self.resolver.classes.instances(value)
                if isinstance(value, ClassValue)
                else ANYTHING
                for value in self.resolver.forced(values)
            ]
            self.unify(arguments[0], union(made), frame, solution)
        elif isinstance(head, AliasValue):
            inner: dict[TypeVariable, Values] = {}
            self._unify_alias(head, values, inner)
            for variable, argument in zip(
                self.variables(head.expression, head.frame), arguments, strict=False
            ):
                if variable in inner:
                    self.unify(argument, inner[variable], frame, solution)
        else:
            wanted = self.resolver.force(head.name) if isinstance(head, External) else (head,)
            for target in wanted:
                if isinstance(target, ClassValue):
                    self._unify_class(target, arguments, values, frame, solution)
                elif isinstance(target, AliasValue):
                    self._unify_applied(target, arguments, values, frame, solution)

    def _unify_alias(
        self, alias: AliasValue, values: Values, solution: dict[TypeVariable, Values]
    ) -> None:
        if alias.expression in self._aliases or len(self._aliases) > MAX_NESTING:
            return
        self._aliases.append(alias.expression)
        try:
            self.unify(alias.expression, values, alias.frame, solution)
        finally:
            self._aliases.pop()

    def _unify_class(
        self,
        target: ClassValue,
        arguments: tuple[Expr, ...],
        values: Values,
        frame: Frame,
        solution: dict[TypeVariable, Values],
    ) -> None:
        """Match the arguments of a class with those under which the values derive from it."""
        for value in values:
            instance = self.resolver.results.as_instance(value)
            if instance is None:
                continue
            given = self.resolver.classes.arguments_for(instance, target)
            for argument, known in zip(arguments, given, strict=False):
                if known:
                    self.unify(argument, known, frame, solution)

    def call(self, function: CallableValue, arguments: Sequence[Values]) -> Values:
        """Return what calling something of type ``Callable[...]`` gives."""
        solution = dict(function.solution)
        if isinstance(function.parameters, TupleDisplay):
            for parameter, values in zip(function.parameters.elements, arguments, strict=False):
                self.unify(parameter, values, function.frame, solution)
        values = self.produced(self.annotated(function.result, function.frame, solution))
        if self.resolver.is_foreign(function.frame.path):
            return values
        # Many say of an asynchronous function what awaiting it gives.
        return tuple(
            replace(value, is_open=True)
            if isinstance(value, InstanceValue) and not value.protocols & _LATER
            else value
            for value in values
        )

    def produced(self, values: Values) -> Values:
        """Turn the coroutines that a type promises into work that is not done yet."""
        return tuple(map(self._as_produced, values))

    def _as_produced(self, value: Value) -> Value:
        if isinstance(value, InstanceValue) and value.of is not None:
            name = self.resolver.canonical(value.of.path, value.of.number)
            if name == "typing.Coroutine":
                result = value.arguments[2] if len(value.arguments) == 3 else ANYTHING
                return Produced(
                    Kind.COROUTINE, value.protocols, None, value.target, value.steps, result=result
                )
        return value

    def promised(
        self,
        function: FunctionValue,
        solution: Solution = NOTHING_SOLVED,
    ) -> Values:
        """Return what the return annotation of a function promises, empty if nothing."""
        scope = self.resolver.scope_of(function)
        if scope.annotation is None:
            return ()
        frame = self.frame_of(function.path, function.number)
        variables = self._chosen(scope.annotation, frame)
        if any(variable not in solution for variable in variables):
            # A bound says what there is at least, and not what the caller has chosen.
            solution = {**dict.fromkeys(variables, ANYTHING), **solution}
        values = self.annotated(scope.annotation, frame, solution)
        return values if is_known(values) and not _has_variable(values) else ()

    def _chosen(self, annotation: Expr, frame: Frame) -> tuple[TypeVariable, ...]:
        """Return the type variables of a result that its own call has to decide.

        Those of a callable are decided when that is called.
        """
        if isinstance(annotation, Union):
            return tuple(v for option in annotation.options for v in self._chosen(option, frame))
        if isinstance(annotation, Subscript) and any(
            special_form(head) == "Callable"
            for head in self.resolver.evaluate(annotation.value, frame)
        ):
            return ()
        return self._variables_of(annotation, frame)

    def solution_for(self, function: FunctionValue) -> Solution:
        """Return what a method's receiver says about its type variables and ``Self``."""
        receiver = function.receiver
        if receiver is None:
            return NOTHING_SOLVED
        known = self._solutions.get(function)
        if known is None:
            known = self._solutions[function] = self._solution_of(function, receiver)
        return known

    def _solution_of(self, function: FunctionValue, receiver: Value) -> Solution:
        scope = self.resolver.scope_of(function)
        module = self.resolver.module(function.path)
        instance: Values = (receiver,)
        if isinstance(receiver, ClassValue):
            instance = self.resolver.classes.instances(receiver)
        solution: dict[TypeVariable, Values] = {SELF: tuple(map(without_steps, instance))}
        if module.scopes[scope.parent].kind is ScopeKind.CLASS:
            owner = ClassValue(function.path, scope.parent)
            for value in instance:
                if isinstance(value, InstanceValue):
                    given = self.resolver.classes.arguments_for(value, owner)
                    solution.update(zip(self.parameters_of(owner), given, strict=False))
        return {variable: values for variable, values in solution.items() if values}


def _is_unpacked(parameter: Expr) -> bool:
    """Whether a parameter of a callable stands for as many as there are."""
    plain = parameter.value if isinstance(parameter, Subscript) else parameter
    return isinstance(parameter, Opaque) or (dotted(plain) or "").rpartition(".")[2] == "Unpack"


def _is_callable(annotation: Expr | None) -> bool:
    """Whether a type is that of a callable, as it is written, perhaps among others."""
    match annotation:
        case Subscript(value=value):
            return (dotted(value) or "").rpartition(".")[2] == "Callable"
        case Union(options=options):
            return any(map(_is_callable, options))
        case _:
            return False


def _has_variable(values: Values) -> bool:
    return any(isinstance(value, TypeVariable | Unknown | Identity) for value in values)
