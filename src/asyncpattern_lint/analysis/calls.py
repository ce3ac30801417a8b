"""What calling something gives."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from asyncpattern_lint.analysis.arguments import Arguments, GivenByName, GivenByPlace, may_hold
from asyncpattern_lint.analysis.decorators import Decorators
from asyncpattern_lint.analysis.library_calls import LibraryCalls
from asyncpattern_lint.analysis.overloads import NUMBERS, Overloads
from asyncpattern_lint.analysis.types import NOTHING_SOLVED, special_form
from asyncpattern_lint.analysis.values import (
    ANYTHING,
    OVERFLOW,
    SELF,
    AliasValue,
    Binds,
    CallableValue,
    ClassValue,
    Constant,
    External,
    FactoryValue,
    Frame,
    FunctionValue,
    Identity,
    InstanceValue,
    LambdaValue,
    Partial,
    Produced,
    Solution,
    SuperValue,
    Unknown,
    Value,
    Values,
    doubted,
    having,
    is_known,
    replace,
    union,
    with_step,
    with_steps,
    without_steps,
)
from asyncpattern_lint.findings import Step, Target
from asyncpattern_lint.index.model import (
    Builtin,
    Call,
    Choice,
    Collection,
    Element,
    Expr,
    Name,
    Parameter,
    Scope,
    ScopeKind,
    Starred,
    Subscript,
    TupleDisplay,
    Union,
    before_stars,
    dotted,
)
from asyncpattern_lint.protocol import OFFERS, Kind, Protocol, kind_of

if TYPE_CHECKING:
    from asyncpattern_lint.analysis.resolver import Resolver

#: Annotations of a body-less function that say nothing about its kind: an override may be an
#: async generator (https://mypy.readthedocs.io/en/stable/more_types.html#asynchronous-iterators).
_OPEN_ANNOTATIONS = frozenset({"AsyncIterator", "AsyncGenerator", "AsyncIterable", "Any"})

#: Callables of which the definition is known.
_DEFINED = (FunctionValue, FactoryValue, LambdaValue)

#: Parameters of lambdas inside lambdas.
_MAX_SHADOWS = 30

#: Calls whose result hangs on their arguments are followed this deep.
_MAX_CALLS = 6


class Calls:
    """Follows calls, and decorators, which are calls too."""

    def __init__(self, resolver: "Resolver") -> None:
        self.resolver = resolver
        self.overloads = Overloads(resolver)
        self.decorators = Decorators(resolver)
        self.library_calls = LibraryCalls(resolver)
        self.arguments = Arguments(resolver)
        self._depth = 0

    # --- expressions ---------------------------------------------------------------------

    def evaluate(self, expr: Call, frame: Frame) -> Values:
        """Return what a call expression may give."""
        resolver = self.resolver
        functions = having(resolver.evaluate(expr.func, frame), "__call__")
        if all(isinstance(function, Unknown) for function in functions):
            return ANYTHING if functions else ()
        if functions == (External("builtins.super"),) and not expr.keywords:
            return self._super(expr, frame)
        if functions == (External("typing.cast"),) and len(expr.args) == 2:
            return self._cast(expr, frame)
        if any(isinstance(argument, Starred) for argument in expr.args):
            # Where those after the first star go is not known.
            keywords = {name: resolver.evaluate(value, frame) for name, value in expr.keywords}
            keywords["*"] = union(self._spread(argument, frame) for argument in expr.args)
            given = GivenByPlace(resolver, before_stars(expr.args), frame)
            return union(self.call_all(functions, given, keywords))
        arguments = GivenByPlace(resolver, expr.args, frame)
        return union(self.call_all(functions, arguments, GivenByName(resolver, expr, frame)))

    def _spread(self, argument: Expr, frame: Frame) -> Values:
        if not isinstance(argument, Starred):
            return self.resolver.evaluate(argument, frame)
        return self.resolver.evaluate(Element(argument.value, False), frame)

    def _cast(self, expr: Call, frame: Frame) -> Values:
        """Read ``cast``: the type where it is known, else the value.

        Of a function, the function itself tells more than the type of a callable.
        """
        promised = self.resolver.types.annotated(expr.args[0], frame)
        if is_known(promised) and not any(isinstance(v, CallableValue) for v in promised):
            return promised
        values = self.resolver.evaluate(expr.args[1], frame)
        told = bool(values) and all(isinstance(value, _DEFINED) for value in values)
        return values if told or not is_known(promised) else promised

    def _super(self, expr: Call, frame: Frame) -> Values:
        resolver = self.resolver
        module = resolver.module(frame.path)
        number = frame.number
        while number > 0:
            scope = module.scopes[number]
            if (
                scope.kind is ScopeKind.FUNCTION
                and module.scopes[scope.parent].kind is ScopeKind.CLASS
            ):
                break
            number = scope.parent
        else:
            return ANYTHING
        if expr.args:
            starts = resolver.evaluate(expr.args[0], frame)
            if len(expr.args) != 2 or len(starts) != 1 or not isinstance(starts[0], ClassValue):
                return ANYTHING
            start = starts[0].plain
            receivers = resolver.evaluate(expr.args[1], frame)
        else:
            start = ClassValue(frame.path, module.scopes[number].parent)
            first = _first_parameter(module.scopes[number])
            if first is None:
                return ANYTHING
            receivers = resolver.evaluate(Name(first.name), frame)
        return tuple(
            SuperValue(start, without_steps(receiver))
            if isinstance(receiver, InstanceValue | ClassValue)
            else Unknown()
            for receiver in receivers
        )

    # --- calls ---------------------------------------------------------------------------

    def call_all(
        self, functions: Values, arguments: Sequence[Values], keywords: Mapping[str, Values]
    ) -> Iterator[Values]:
        """Yield what calling each of several alternatives gives; overloads are told apart."""
        overloads = (
            []
            if len(functions) == 1
            else [
                function
                for function in functions
                if isinstance(function, FunctionValue) and self.overloads.is_overload(function)
            ]
        )
        if len(overloads) > 1:
            accepted = self.overloads.accepting(overloads, arguments, keywords)
            functions = tuple(f for f in functions if f not in overloads or f in accepted)
        for function in functions:
            yield self.call(function, arguments, keywords)

    def call(
        self, function: Value, arguments: Sequence[Values], keywords: Mapping[str, Values]
    ) -> Values:
        """Return what calling a value may give."""
        match function:
            case FunctionValue(receiver=InstanceValue(doubtful=True)):
                return doubted(self.call_function(function, arguments, keywords))
            case FunctionValue():
                return self.call_function(function, arguments, keywords)
            case FactoryValue():
                return (self._produced(function, arguments, keywords),)
            case LambdaValue():
                return self._call_lambda(function, arguments)
            case ClassValue():
                return self.resolver.classes.instantiate(function, arguments, keywords)
            case InstanceValue():
                return self.resolver.attributes.call_method(
                    function, "__call__", arguments, keywords
                )
            case Partial():
                merged = {**dict(function.keywords), **keywords}
                return self.call(function.function, (*function.arguments, *arguments), merged)
            case CallableValue():
                return self.resolver.types.call(function, arguments)
            case Constant(result=result):
                return result
            case AliasValue():
                return self._call_alias(function, arguments, keywords)
            case Identity():
                return arguments[0] if len(arguments) == 1 else ANYTHING
            case External():
                return self.library_calls.call(function.name, arguments, keywords)
            case _:
                return ANYTHING

    def _call_alias(
        self, alias: AliasValue, arguments: Sequence[Values], keywords: Mapping[str, Values]
    ) -> Values:
        expression = alias.expression
        if not isinstance(expression, Subscript):
            return ANYTHING
        heads = self.resolver.evaluate(expression.value, alias.frame)
        if any(special_form(head) for head in heads):
            return ANYTHING
        return union(self.call_all(heads, arguments, keywords))

    # --- functions -----------------------------------------------------------------------

    def call_function(
        self,
        function: FunctionValue,
        arguments: Sequence[Values],
        keywords: Mapping[str, Values],
    ) -> Values:
        """Return what calling a function that ``def`` made may give."""
        resolver = self.resolver
        scope = resolver.scope_of(function)
        if scope.is_async or scope.is_generator:
            produced = self._produced(function, arguments, keywords)
            if scope.is_async and not scope.is_generator and self.is_ambiguous(function):
                return (produced, self._as_generator(produced))
            return (produced,)
        if function.overridden:
            promised = self.promised(function, arguments, keywords)
            # What returns nothing says little of what its overrides return.
            told = not all(isinstance(v, InstanceValue) and v.is_none for v in promised)
            return promised if promised and told else ANYTHING
        if resolver.is_foreign(function.path):
            promised = self._declared(function, arguments, keywords)
            promised = promised or self.promised(function, arguments, keywords)
            if promised or function.path.endswith(".pyi"):
                doubtful = not promised or self._breaks_word(scope, promised)
                doubtful = doubtful or self._gives_work_too(function, scope, promised)
                return ANYTHING if doubtful else promised
            if scope.annotation is not None:
                return ANYTHING
        if scope.is_stub and resolver.module(function.path).scopes[scope.parent].kind is (
            ScopeKind.CLASS
        ):
            return self._call_stub(function, arguments, keywords)
        values = self.returned(function, ())
        # Which override of a method is called may tell one option from the other.
        decided = len(values) > 1 and (
            function.receiver is not None or any(item.when for item in scope.returns)
        )
        passed: tuple[tuple[str, Values], ...] = ()
        if decided or any(map(self._may_depend_on_arguments, values)):
            passed = self.arguments.passed(function, scope, arguments, keywords)
        if passed:
            frame = self.frame_of(function, passed)
            if self._depth >= _MAX_CALLS or frame.depth > _MAX_CALLS:
                return OVERFLOW
            self._depth += 1
            try:
                values = self.returned(function, passed)
            finally:
                self._depth -= 1
        if len(values) > 1 or not is_known(values):
            declared = self._declared(function, arguments, keywords)
            if declared:
                return declared
        if not is_known(values):
            promised = self.decorators.as_promised(function, arguments, keywords)
            promised = promised or self.promised(function, arguments, keywords)
            if promised:
                return promised
        if scope.annotation is not None and any(
            self.resolver.is_vague(v) or _is_open(v) for v in values
        ):
            promised = self.promised(function, arguments, keywords)
            if self.resolver.is_closer(promised, values) or (
                len(promised) == len(values) == 1 and _is_open_kind_of(values[0], promised[0])
            ):
                return promised
        if any(isinstance(value, Produced) for value in values):
            passed = passed or self.arguments.passed(function, scope, arguments, keywords)
        return self._given(function, scope, values, passed)

    def _declared(
        self,
        function: FunctionValue,
        arguments: Sequence[Values],
        keywords: Mapping[str, Values],
    ) -> Values:
        """Return what the overloads of a function that a call may mean promise."""
        siblings = self.overloads.siblings(function)
        if not siblings:
            return ()
        accepted = self.overloads.accepting(siblings, arguments, keywords)
        promised = [self.promised(overload, arguments, keywords) for overload in accepted]
        return union(promised) if all(promised) else ()

    def _given(
        self,
        function: FunctionValue,
        scope: Scope,
        values: Values,
        passed: tuple[tuple[str, Values], ...],
    ) -> Values:
        """Add to what a plain function returns that it does."""
        module = self.resolver.module(function.path)
        step = Step(
            function.path,
            scope.line,
            f"`{module.qualified_name(function.number)}` returns it: a plain function",
        )
        many = len(scope.returns) > 1 or scope.falls_through
        given: list[Value] = []
        # What came in is in other hands too.
        foreign = {value for _, held in passed for value in held}
        for value in values:
            if isinstance(value, Produced):
                steps = (step, *value.steps)
                done = value.done or many or without_steps(value) in foreign
                given.append(replace(value, steps=steps, done=done))
            elif isinstance(value, InstanceValue):
                given.append(replace(value, steps=(step, *value.steps)))
            else:
                given.append(value)
        return with_steps(tuple(given), function.steps)

    def _call_stub(
        self,
        function: FunctionValue,
        arguments: Sequence[Values],
        keywords: Mapping[str, Values],
    ) -> Values:
        """Read a method without a body: only an annotation says what its overrides give.

        One that promises a plain object may be overridden by a coroutine function.
        """
        promised = self.promised(function, arguments, keywords)
        active = all(
            isinstance(v, Produced)
            or (isinstance(v, InstanceValue) and v.of is not None and v.protocols)
            for v in promised
        )
        return promised if promised and active else ANYTHING

    def promised(
        self,
        function: FunctionValue,
        arguments: Sequence[Values],
        keywords: Mapping[str, Values],
    ) -> Values:
        """Return what the return annotation of a plain function promises, empty if nothing."""
        types = self.resolver.types
        scope = self.resolver.scope_of(function)
        if scope.annotation is None:
            return ()
        solution = types.solution_for(function)
        if self._is_generic(function, scope):
            given = self.with_receiver(function, arguments)
            solution = {**self._made_by_new(scope, given), **solution}
            solution = types.solve(function, given, keywords, solution)
            values = types.produced(types.promised(function, solution))
        else:
            values = self.resolver.memo.once(
                ("promised", function),
                lambda: types.produced(types.promised(function, types.solution_for(function))),
            )
        if solution:
            # Work that was passed in is also in other hands.
            values = tuple(replace(v, done=True) if isinstance(v, Produced) else v for v in values)
        step = Step(function.path, scope.line, "its return annotation says so")
        return with_steps(with_step(values, step), function.steps)

    def _made_by_new(self, scope: Scope, given: Sequence[Values]) -> Solution:
        """Return what ``Self`` means in ``__new__``, whose first argument is the class.

        See https://docs.python.org/3/reference/datamodel.html#object.__new__.
        """
        if scope.name != "__new__" or not given:
            return NOTHING_SOLVED
        classes = self.resolver.classes
        return {
            SELF: union(
                (classes.instance(value, exact=value.exact),)
                if isinstance(value, ClassValue)
                else ANYTHING
                for value in given[0]
            )
        }

    def _is_generic(self, function: FunctionValue, scope: Scope) -> bool:
        types = self.resolver.types
        annotation = scope.annotation
        assert annotation is not None  # the callers have looked
        frame = types.frame_of(function.path, function.number)
        key = ("generic", function.path, function.number)
        found = self.resolver.flags.get(key)
        if found is None:
            found = self.resolver.flags[key] = bool(types.variables(annotation, frame)) or (
                self._names_alias(annotation, frame)
            )
        return found

    def _names_alias(self, annotation: Expr, frame: Frame) -> bool:
        plain = annotation.value if isinstance(annotation, Subscript) else annotation
        return dotted(plain) is not None and any(
            isinstance(value, AliasValue) for value in self.resolver.evaluate(plain, frame)
        )

    def with_receiver(
        self, function: FunctionValue, arguments: Sequence[Values]
    ) -> Sequence[Values]:
        """Return the arguments of a call with what a bound method passes first."""
        if function.receiver is None:
            return arguments
        return ((function.receiver,), *arguments)

    def _may_depend_on_arguments(self, value: Value) -> bool:
        """Whether another call of the same function may give something else than this."""
        if isinstance(value, FactoryValue):
            value = value.function
        if isinstance(value, FunctionValue):
            return self.resolver.scope_of(value).parent != 0
        if isinstance(value, InstanceValue | ClassValue):
            return not value.exact
        return isinstance(value, Unknown | LambdaValue | Partial | CallableValue | Constant)

    def is_ambiguous(self, function: FunctionValue) -> bool:
        """Whether a body-less ``async def`` may stand for an async generator."""
        scope = self.resolver.scope_of(function)
        if function.path.endswith(".pyi") and not scope.is_stub:
            return True
        parent = self.resolver.module(function.path).scopes[scope.parent]
        entry = parent.bindings.get(scope.name)
        stands_for_another = (
            parent.kind is ScopeKind.CLASS
            or function.path.endswith(".pyi")
            or (entry is not None and bool(entry.type_only))
        )
        if not scope.is_stub or not stands_for_another:
            return False
        return scope.annotation is not None and _is_open_annotation(scope.annotation)

    def frame_of(self, function: FunctionValue, passed: tuple[tuple[str, Values], ...]) -> Frame:
        """Return the frame of a call."""
        return Frame(function.path, function.number, passed, function.closure)

    def returned(self, function: FunctionValue, passed: tuple[tuple[str, Values], ...]) -> Values:
        """Return what the ``return`` statements of a function may give."""
        resolver = self.resolver
        own = replace(
            function, receiver=None, steps=(), binds=Binds.INSTANCE, overridden=False, promise=()
        )

        def values() -> Values:
            scope = resolver.scope_of(own)
            frame = self.frame_of(own, passed)
            groups = [
                with_step(
                    resolver.evaluate(item.value, frame),
                    Step(own.path, item.line, "returned here"),
                )
                for item in scope.returns
                if not passed or all(may_hold(c, dict(passed)) for c in item.when)
            ]
            if scope.falls_through and not own.path.endswith(".pyi"):
                groups.append(resolver.classes.builtin("NoneType"))
            return union(groups)

        return resolver.memo.once(("returned", own, passed), values)

    def result(self, function: FunctionValue, passed: tuple[tuple[str, Values], ...]) -> Values:
        """Return what a coroutine, or ``yield from`` a generator, gives in the end."""
        types = self.resolver.types
        scope = self.resolver.scope_of(function)

        def promised() -> Values:
            if scope.annotation is None:
                return ()
            if _speaks_of_itself(scope.annotation) and not all(
                isinstance(value, InstanceValue | Produced) and value.protocols & Protocol.AWAITABLE
                for value in self.returned(function, passed) or ANYTHING
            ):
                return ()
            return types.produced(types.promised(function, types.solution_for(function)))

        declared = scope.annotation is not None and not scope.is_generator
        if function.overridden:
            return (promised() if declared else ()) or ANYTHING
        if declared and (self.resolver.is_foreign(function.path) or scope.is_stub):
            values = promised()
            return ANYTHING if not values or self._breaks_word(scope, values) else values
        values = self.returned(function, passed)
        receiver = self.receiver_of(function, scope)
        if receiver and any(self._may_depend_on_arguments(value) for value in values):
            values = self.returned(function, (*passed, *receiver))
        if declared and not is_known(values):
            return promised() or values
        return self.resolver.closer(values, promised) if declared else values

    def _breaks_word(self, scope: Scope, promised: Values) -> bool:
        """Whether what a function plainly returns is not what its annotation promises."""
        names = {v.class_name for v in promised if isinstance(v, InstanceValue) and v.of is None}
        if not names or len(names) < len(promised):
            return False
        for item in scope.returns:
            match item.value:
                case TupleDisplay():
                    given = "tuple"
                case Builtin(name=given) | Collection(name=given):
                    pass
                case _:
                    continue
            if given not in names and not (given in NUMBERS and names & NUMBERS):
                return True
        return False

    def _gives_work_too(self, function: FunctionValue, scope: Scope, promised: Values) -> bool:
        """Whether a plain function also returns work that its annotation does not speak of.

        Some libraries run a coroutine at once or hand it out, whether a loop runs or not.
        """
        several = len(scope.returns) > 1 or any(isinstance(r.value, Choice) for r in scope.returns)
        if not several or function.path.endswith(".pyi"):
            return False
        offered = Protocol.NONE
        for value in promised:
            if not isinstance(value, InstanceValue):
                return False
            offered |= value.protocols
        if not any(other.is_async for other in self.resolver.module(function.path).scopes):
            return False
        return any(
            isinstance(value, Produced) and not value.protocols & offered
            for value in self.returned(function, ())
        )

    def receiver_of(self, function: FunctionValue, scope: Scope) -> tuple[tuple[str, Values], ...]:
        """Return what a method's first parameter is bound to, if that is more than it knows."""
        receiver, first = function.receiver, _first_parameter(scope)
        if receiver is None or first is None:
            return ()
        owner = ClassValue(function.path, scope.parent)
        of = receiver.of if isinstance(receiver, InstanceValue) else receiver
        exact = isinstance(receiver, InstanceValue | ClassValue) and receiver.exact
        if isinstance(of, ClassValue) and of.plain == owner and not exact:
            return ()
        return ((first.name, (without_steps(receiver),)),)

    # --- lambdas -------------------------------------------------------------------------

    def _call_lambda(self, function: LambdaValue, arguments: Sequence[Values]) -> Values:
        expression = function.expression
        if expression.is_generator:
            return (self._produced(function, (), {}),)
        if function.receiver is not None:
            arguments = ((function.receiver,), *arguments)
        closure = function.closure
        parameters = dict.fromkeys(expression.parameters, ANYTHING)
        parameters.update(zip(expression.parameters, arguments, strict=False))
        shadows = (*closure.shadows, *parameters.items())
        frame = replace(closure, shadows=shadows)
        if frame.depth > _MAX_CALLS or len(shadows) > _MAX_SHADOWS:
            return OVERFLOW
        resolver = self.resolver
        return resolver.memo.once(
            (expression, frame), lambda: resolver.evaluate(expression.body, frame)
        )

    # --- results -------------------------------------------------------------------------

    def _as_generator(self, produced: Produced) -> Produced:
        """Return what a body-less function gives where it stands for an async generator."""
        results = self.resolver.results
        promised = results.result_of(produced)
        given = union(results.element(value, True) for value in promised)
        return replace(
            produced,
            kind=Kind.ASYNC_GENERATOR,
            protocols=OFFERS[Kind.ASYNC_GENERATOR],
            result=given if is_known(given) else ANYTHING,
        )

    def _produced(
        self,
        value: FunctionValue | FactoryValue | LambdaValue,
        arguments: Sequence[Values],
        keywords: Mapping[str, Values],
    ) -> Produced:
        """Return what calling an async, generator or context manager function gives."""
        if isinstance(value, LambdaValue):
            step = Step(value.closure.path, value.expression.line, "this `lambda` yields")
            steps = (*value.steps, step) if value.expression.line else value.steps
            return Produced(Kind.GENERATOR, Protocol.ITERABLE, value, steps=steps)
        function = value.function if isinstance(value, FactoryValue) else value
        resolver = self.resolver
        scope = resolver.scope_of(function)
        name = resolver.module(function.path).qualified_name(function.number)
        how = "async def" if scope.is_async else "def"
        told = f" and `yield` in line {scope.yields_at}" if scope.is_generator else ""
        if scope.is_async and not scope.is_generator and not function.path.endswith(".pyi"):
            told = " without `yield`"
        step = Step(function.path, scope.line, f"defined here: `{how} {scope.name}`{told}")
        target = Target(resolver.dotted_name(function.path, name), function.path, scope.line)
        if isinstance(value, FactoryValue):
            protocols = value.protocols
        else:
            protocols = OFFERS[kind_of_function(scope)]
        decorators = [s for s in value.steps if s.message.startswith("decorated")]
        others = [s for s in value.steps if not s.message.startswith("decorated")]
        steps = (*others, step, *decorators)
        result = self._solved_result(function, scope, arguments, keywords)
        if result is None and scope.is_async and not scope.is_generator:
            result = self._declared_result(function, arguments, keywords)
        maker = replace(function, steps=())
        return Produced(
            kind_of(protocols),
            protocols,
            maker,
            target=target,
            steps=steps,
            # Of a body-less method an override may do the work at once.
            done=scope.is_stub and not function.path.endswith(".pyi") and scope.parent > 0,
            result=result,
        )

    def _declared_result(
        self,
        function: FunctionValue,
        arguments: Sequence[Values],
        keywords: Mapping[str, Values],
    ) -> Values | None:
        """Return what the overloads of a coroutine function say that it gives in the end."""
        siblings = self.overloads.siblings(function)
        if not siblings:
            return None
        done = self.result(function, ())
        if len(done) == 1 and is_known(done):
            return None
        accepted = self.overloads.accepting(siblings, arguments, keywords)
        promised = [self.promised(overload, arguments, keywords) for overload in accepted]
        known = all(promised) and all(self.resolver.scope_of(f).is_async for f in accepted)
        return tuple(map(without_steps, union(promised))) if known else None

    def _solved_result(
        self,
        function: FunctionValue,
        scope: Scope,
        arguments: Sequence[Values],
        keywords: Mapping[str, Values],
    ) -> Values | None:
        """Return the result of generic work, which hangs on what the call was given."""
        if scope.annotation is None or not self._is_generic(function, scope):
            return None
        types = self.resolver.types
        given = self.with_receiver(function, arguments)
        solution = types.solve(function, given, keywords, types.solution_for(function))
        annotation = scope.annotation
        if scope.is_generator or not scope.is_async:
            if not isinstance(annotation, Subscript) or not annotation.args:
                return None
            annotation = annotation.args[0]
        frame = types.frame_of(function.path, function.number)
        values = types.annotated(annotation, frame, solution)
        return tuple(map(without_steps, values)) if is_known(values) else None


def _is_open_annotation(annotation: Expr) -> bool:
    """Whether an annotation, or one of the options it gives, may be that of an async generator."""
    if isinstance(annotation, Union):
        return any(map(_is_open_annotation, annotation.options))
    if isinstance(annotation, Subscript):
        annotation = annotation.value
    if isinstance(annotation, Builtin):
        return False
    name = dotted(annotation)
    return name is None or name.rpartition(".")[2] in _OPEN_ANNOTATIONS


def _is_open(value: Value) -> bool:
    return isinstance(value, InstanceValue) and value.is_open


def _is_open_kind_of(value: Value, other: Value) -> bool:
    """Whether two values are instances of one class, of which only the first may do more."""
    return (
        isinstance(value, InstanceValue)
        and isinstance(other, InstanceValue)
        and value.is_open > other.is_open
        and without_steps(replace(value, is_open=False)) == without_steps(other)
    )


def _speaks_of_itself(annotation: Expr) -> bool:
    """Whether the annotation of an ``async def`` may mean the coroutine that calling it gives.

    Then it does not tell what awaiting that gives.
    """
    plain = annotation.value if isinstance(annotation, Subscript) else annotation
    return (dotted(plain) or "").rpartition(".")[2] in {"Awaitable", "Coroutine"}


def _first_parameter(scope: Scope) -> Parameter | None:
    for entry in scope.bindings.values():
        parameter = entry.every[0]
        if isinstance(parameter, Parameter) and parameter.position == 0:
            return parameter if len(entry.every) == 1 else None
    return None


def kind_of_function(scope: Scope) -> Kind:
    """Return the kind of what an async or generator function gives."""
    if scope.is_async:
        return Kind.ASYNC_GENERATOR if scope.is_generator else Kind.COROUTINE
    return Kind.GENERATOR
