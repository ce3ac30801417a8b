"""The one place where an expression is resolved to what it may stand for."""

import builtins
from collections.abc import Callable, Iterator
from dataclasses import replace

from asyncpattern_lint.analysis import classes, library
from asyncpattern_lint.analysis.memo import Memo
from asyncpattern_lint.analysis.values import (
    ANYTHING,
    MAX_ALTERNATIVES,
    OVERFLOW,
    ClassValue,
    External,
    FactoryValue,
    Frame,
    FunctionValue,
    Identity,
    InstanceValue,
    LambdaValue,
    ModuleValue,
    Partial,
    Produced,
    Unknown,
    Value,
    Values,
    union,
    with_step,
    without_steps,
)
from asyncpattern_lint.findings import Step, Target
from asyncpattern_lint.index.exports import Exports, Presence
from asyncpattern_lint.index.finder import Location
from asyncpattern_lint.index.model import (
    Assigned,
    Attribute,
    Await,
    Binding,
    Bindings,
    Builtin,
    Call,
    Choice,
    Decorator,
    Defined,
    Entered,
    Expr,
    GeneratorExpression,
    Import,
    Imported,
    Lambda,
    ModuleIndex,
    Name,
    Opaque,
    Parameter,
    Scope,
    ScopeKind,
    Subscript,
    dotted,
)
from asyncpattern_lint.index.project import Project
from asyncpattern_lint.protocol import OFFERS, Kind, Protocol, kind_of

#: Annotations of a body-less function that say nothing about its kind: an override may be an
#: async generator (https://mypy.readthedocs.io/en/stable/more_types.html#asynchronous-iterators).
_OPEN_ANNOTATIONS = frozenset({"AsyncIterator", "AsyncGenerator", "AsyncIterable", "Any"})

#: Longer chains of calls and attributes outside the project say nothing that is known here.
_MAX_EXTERNAL = 120

#: Parameters of lambdas inside lambdas.
_MAX_SHADOWS = 30

#: Calls whose result hangs on their arguments are followed this deep.
_MAX_CALLS = 6


class Resolver:
    """Evaluates expressions against the outlines of a project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.exports = Exports(project)
        self._memo = Memo()
        self._calls = 0
        self._methods: dict[type, Callable[..., Values]] = {
            Name: self._name,
            Attribute: self._attribute,
            Call: self._call,
            Await: self._await,
            Builtin: self._builtin,
            Choice: self._choice,
            GeneratorExpression: self._generator_expression,
            Lambda: self._lambda,
            Entered: self._entered,
        }

    def module(self, path: str) -> ModuleIndex:
        """Return the outline of a module that is known to have one."""
        module = self.project.module(path)
        assert module is not None  # frames are made for outlined modules only
        return module

    # --- expressions -------------------------------------------------------------------

    def evaluate(self, expr: Expr, frame: Frame) -> Values:
        """Return what an expression may stand for in a frame."""
        method = self._methods.get(type(expr))
        return ANYTHING if method is None else method(expr, frame)

    def _builtin(self, expr: Builtin, _: Frame) -> Values:
        return builtin_instance(expr.name)

    def _choice(self, expr: Choice, frame: Frame) -> Values:
        return union(self.evaluate(option, frame) for option in expr.options)

    def _generator_expression(self, expr: GeneratorExpression, frame: Frame) -> Values:
        kind = Kind.ASYNC_GENERATOR if expr.is_async else Kind.GENERATOR
        # The visitor lowers without lines: there the expression is in the user's sight.
        step = Step(frame.path, expr.line, f"this expression is {kind.article}")
        return (Produced(kind, OFFERS[kind], None, steps=(step,) if expr.line else ()),)

    def _lambda(self, expr: Lambda, frame: Frame) -> Values:
        return (LambdaValue(expr, replace(frame.lasting, before=0, rebinding=None)),)

    def _entered(self, expr: Entered, frame: Frame) -> Values:
        return tuple(
            value
            if isinstance(value, External) and value.name in library.SELF_ENTERING
            else Unknown()
            for value in self.evaluate(expr.value, frame)
        )

    def _await(self, expr: Await, frame: Frame) -> Values:
        return union(self.awaited(value) for value in self.evaluate(expr.value, frame))

    def awaited(self, value: Value) -> Values:
        """Return what awaiting a value may give."""
        if (
            isinstance(value, Produced)
            and value.kind is Kind.COROUTINE
            and isinstance(value.maker, FunctionValue)
        ):
            return self.returned(value.maker, ())
        return ANYTHING

    def _attribute(self, expr: Attribute, frame: Frame) -> Values:
        return union(
            self.attribute_of(value, expr.name) for value in self.evaluate(expr.value, frame)
        )

    def attribute_of(self, value: Value, name: str) -> Values:
        """Return what an attribute of a value may be."""
        if isinstance(value, ModuleValue):
            return self.member(value.location, name)
        if isinstance(value, External):
            return _external(f"{value.name}.{name}")
        if isinstance(value, InstanceValue) and value.class_name == "str":
            return (External(f"builtins.str().{name}"),)
        return ANYTHING

    # --- names -------------------------------------------------------------------------

    def _name(self, expr: Name, frame: Frame) -> Values:
        name = expr.id
        for shadow, values in reversed(frame.shadows):
            if shadow == name:
                return values
        if frame.local is not None and name in frame.local:
            return frame.local[name]
        module = self.module(frame.path)
        if name in module.nonlocals:
            return ANYTHING
        at: Frame | None = frame
        for number, scope in module.enclosing(frame.number):
            if name in scope.outer or (
                number == 0 and not (frame.everything and frame.number == 0)
            ):
                break
            entry = scope.bindings.get(name)
            while at is not None and at.number != number and at.parent is not None:
                at = at.parent
            if entry is not None:
                if frame.local is not None and number == frame.number:
                    return ANYTHING
                here = at if at is not None and at.number == number else Frame(frame.path, number)
                return self._local(name, entry, here, scope, number)
        if frame.number == 0 and (frame.rebinding is not None or frame.before):
            earlier = self._earlier(name, frame, module)
            if earlier is not None:
                return earlier
        return self.global_name(frame.path, name)

    def _earlier(self, name: str, frame: Frame, module: ModuleIndex) -> Values | None:
        """Return what a name meant when a module-level statement ran, if it is bound again."""
        entry = module.scopes[0].bindings.get(name)
        if entry is None:
            return None
        if frame.rebinding is not None and frame.rebinding[0] == name:
            return self._local(name, entry, frame, module.scopes[0], 0)
        if all(binding.line < frame.before for binding in entry.every):
            return None
        positions = [p for p, b in enumerate(entry.every) if b.line < frame.before]
        if not positions:
            # A function that is called before the end of the module may bind it.
            return ANYTHING
        key = (frame.path, name, "before", frame.before)
        return self._memo.once(key, lambda: self._bound(name, entry, positions, frame))

    def _local(self, name: str, entry: Bindings, frame: Frame, scope: Scope, number: int) -> Values:
        if frame.rebinding is not None and frame.rebinding[0] == name:
            positions = list(range(frame.rebinding[1]))
            if not positions:
                return ANYTHING
        elif scope.kind is ScopeKind.FUNCTION or (frame.everything and frame.number == number):
            positions = list(range(len(entry.every)))
        else:
            positions = entry.live

        def values() -> Values:
            return self._bound(name, entry, positions, frame)

        if frame.is_plain:
            return self._memo.once((frame.path, frame.number, name), values)
        return values() if frame.local is not None else self._memo.once((frame, name), values)

    def _bound(self, name: str, entry: Bindings, positions: list[int], frame: Frame) -> Values:
        if len(positions) > MAX_ALTERNATIVES:
            return OVERFLOW
        return union(
            self.bound_by(name, position, entry.every[position], frame) for position in positions
        )

    def bound_by(self, name: str, position: int, binding: Binding, frame: Frame) -> Values:
        """Return what one binding of a name may bind it to."""
        match binding:
            case Defined(scope=number):
                return self.defined(frame.path, number, frame)
            case Imported(index=index):
                return self.imported(frame.path, self.module(frame.path).imports[index])
            case Assigned(value=Builtin(name="NoneType")):
                # A placeholder, until something that the flow may not show replaces it.
                return ANYTHING
            case Assigned(line=line, value=value):
                inner = frame
                before = 0 if frame.number or frame.everything else line
                if position or before:
                    inner = replace(
                        frame, rebinding=(name, position) if position else None, before=before
                    )
                step = Step(frame.path, line, f"`{name}` is assigned here")
                return with_step(self.evaluate(value, inner), step)
            case Parameter():
                return dict(frame.parameters).get(name, ANYTHING)

    def global_name(self, path: str, name: str) -> Values:
        """Return what a name may mean at the top level of a module that has run."""
        return self._memo.once((path, 0, name), lambda: self._global_name(path, name))

    def _global_name(self, path: str, name: str) -> Values:
        module = self.module(path)
        entry = module.scopes[0].bindings.get(name)
        # Someone may have put something else in its place.
        replaced = module.is_open or self.project.is_written(name)
        groups: list[Values] = [ANYTHING] if replaced else []
        own: tuple[int, Values, bool] | None = None
        if entry is not None:
            positions = entry.live or entry.type_only
            line = max((entry.every[p].line for p in entry.live), default=0)
            values = self._bound(name, entry, positions, Frame(path, 0))
            own = (line, values, not entry.partial)
            if entry.deleted and not entry.live:
                own = (line, ANYTHING, False)
        providers = [*self._starred(path, module, name, own is not None)]
        if own is not None:
            providers.append(own)
        certain = False
        for _, values, binds in sorted(providers, key=lambda p: p[0], reverse=True):
            groups.append(values)
            # In a cycle of imports a star may give back just what the module bound before.
            certain = binds and bool(values)
            if certain:
                break
        if not certain and not module.is_open:
            if hasattr(builtins, name):
                groups.append((External(f"builtins.{name}"),))
            elif not providers:
                return ANYTHING
        return union(groups)

    def _starred(
        self, path: str, module: ModuleIndex, name: str, bound: bool
    ) -> Iterator[tuple[int, Values, bool]]:
        """Yield what star imports may bind a name to: line, values, and whether they do."""
        for position in module.stars:
            star = module.imports[position]
            step = Step(path, star.line, f"imported here: `{star.text}`")
            sources = list(self.exports.sources(path, star))
            for source in sources:
                if source is None:
                    # What is outside the project may export anything, but hardly shadows a
                    # name that the module binds by itself.
                    if not bound:
                        yield star.line, ANYTHING, False
                    continue
                listed = self.exports.is_listed(source, name, set())
                if listed is Presence.ABSENT:
                    continue
                presence = self.exports.binds(source.path, name)
                certain = (
                    presence is Presence.PRESENT
                    and listed is Presence.PRESENT
                    and not star.conditional
                    and len(sources) == 1
                )
                if presence is Presence.PRESENT:
                    yield star.line, with_step(self.member(source, name), step), certain
                elif presence is Presence.UNSURE:
                    yield star.line, ANYTHING, False

    def member(self, location: Location, name: str) -> Values:
        """Return what ``location.name`` may be."""
        submodule = self.project.finder.submodule(location, name)
        below: Values = () if submodule is None else (ModuleValue(submodule),)
        module = None if location.is_namespace else self.project.module(location.path)
        if module is None:
            return below or ANYTHING
        entry = module.scopes[0].bindings.get(name)
        if entry is not None and entry.live:
            values = self.global_name(location.path, name)
            if submodule is None or self._comes_from(location, module, entry, submodule):
                return values
            return union((values, below))
        if below:
            return below
        presence = self.exports.binds(location.path, name)
        if presence is Presence.PRESENT:
            return self.global_name(location.path, name)
        return ANYTHING

    def _comes_from(
        self, package: Location, module: ModuleIndex, entry: Bindings, submodule: Location
    ) -> bool:
        """Whether a package takes a name out of its own submodule of the same name.

        Importing the submodule sets the attribute before the import statement rebinds it.
        """
        for position in entry.live:
            binding = entry.every[position]
            if not isinstance(binding, Imported):
                return False
            item = module.imports[binding.index]
            if (
                item.name is None
                or submodule not in self.exports.lookup_module(package.path, item).found
            ):
                return False
        return True

    def imported(self, path: str, item: Import) -> Values:
        """Return what an import may bind."""
        lookup = self.exports.lookup_module(path, item)
        outside: Values = ()
        if lookup.partial or not lookup.found:
            name = item.module if item.name is None else f"{item.module}.{item.name}"
            if item.name is None and item.asname is None:
                name = name.partition(".")[0]
            outside = ANYTHING if item.level or lookup.package else (External(name),)
        if item.name is None:
            found = lookup.found
            if item.asname is None and "." in item.module:
                top = item.module.partition(".")[0]
                found = self.project.finder.absolute(top, path).found
            values: Values = tuple(ModuleValue(location) for location in found)
        else:
            values = union(self.member(location, item.name) for location in lookup.found)
        step = Step(path, item.line, f"imported here: `{item.text}`")
        return union((with_step(values, step), outside))

    # --- definitions -------------------------------------------------------------------

    def defined(self, path: str, number: int, frame: Frame) -> Values:
        """Return what a ``def`` or ``class`` binds, after its decorators."""
        scope = self.module(path).scopes[number]
        value: Value
        if scope.kind is ScopeKind.CLASS:
            value = ClassValue(path, number)
        else:
            plain = not frame.parameters and frame.parent is None and not frame.shadows
            closure = None if plain else replace(frame, rebinding=None, before=0, local=None)
            value = FunctionValue(path, number, closure)
        values: Values = (value,)
        if frame.number == 0 and not frame.everything:
            frame = replace(frame, rebinding=None, before=scope.line)
        for decorator in reversed(scope.decorators):
            values = self._decorate(decorator, values, frame)
        return values

    def _decorate(self, decorator: Decorator, values: Values, frame: Frame) -> Values:
        by = self.evaluate(decorator.value, frame)
        if isinstance(values[0] if values else None, ClassValue):
            neutral = all(
                isinstance(d, External) and d.name in library.NEUTRAL_CLASS_DECORATORS for d in by
            )
            return values if neutral and by else ANYTHING
        name = dotted(decorator.value) or dotted(getattr(decorator.value, "func", Opaque()))
        step = Step(frame.path, decorator.line, f"decorated with `@{name or '...'}` here")
        decorated = union(self.call(value, (values,), {}) for value in by)
        if decorated == values:
            return values
        return tuple(
            value
            if isinstance(value, Unknown | External | Identity)
            else with_step((value,), step)[0]
            for value in decorated
        )

    # --- calls -------------------------------------------------------------------------

    def _call(self, expr: Call, frame: Frame) -> Values:
        functions = self.evaluate(expr.func, frame)
        if all(isinstance(function, Unknown) for function in functions):
            return ANYTHING if functions else ()
        arguments = tuple(self.evaluate(argument, frame) for argument in expr.args)
        if expr.args and any(argument == Name("*") for argument in expr.args):
            arguments = ()
        keywords = {name: self.evaluate(value, frame) for name, value in expr.keywords}
        return union(self.call(function, arguments, keywords) for function in functions)

    def call(
        self, function: Value, arguments: tuple[Values, ...], keywords: dict[str, Values]
    ) -> Values:
        """Return what calling a value may give."""
        match function:
            case FunctionValue():
                return self._call_function(function, arguments, keywords)
            case FactoryValue():
                return (self._produced(function),)
            case LambdaValue():
                return self._call_lambda(function, arguments)
            case ClassValue():
                return self._instance(function)
            case Partial():
                return self.call(function.function, (), {})
            case Identity():
                return arguments[0] if len(arguments) == 1 else ANYTHING
            case External():
                return self._call_external(function.name, arguments)
            case _:
                return ANYTHING

    def _call_external(self, name: str, arguments: tuple[Values, ...]) -> Values:
        protocols = library.MANAGER_DECORATORS.get(name)
        if protocols is not None or name == library.COROUTINE_DECORATOR:
            if len(arguments) != 1:
                return ANYTHING
            wanted = protocols or Protocol.AWAITABLE | Protocol.ITERABLE
            return tuple(self._factory(value, wanted) for value in arguments[0])
        if name == "functools.partial" and arguments:
            return tuple(
                Partial(value) if isinstance(value, _CALLABLES) else Unknown()
                for value in arguments[0]
            )
        if name in {"typing.cast", "typing_extensions.cast"} and len(arguments) == 2:
            return arguments[1]
        if name in library.KEEPING and arguments:
            known = any(isinstance(v, _CALLABLES) for v in arguments[0])
            if known or name not in library.KEEPING_FACTORIES:
                return arguments[0]
        if name in library.KEEPING_FACTORIES:
            return (Identity(),)
        head, _, builtin = name.partition("builtins.")
        if not head:
            result = library.BUILTIN_RESULTS.get(builtin)
            if result:
                return builtin_instance(result)
            if result is None and library.is_concrete(builtin):
                return builtin_instance(builtin)
        return _external(f"{name}()")

    def _factory(self, value: Value, protocols: Protocol) -> Value:
        """Apply one of contextlib's decorators, or ``types.coroutine``, to a function."""
        if isinstance(value, FunctionValue):
            scope = self.scope_of(value)
            wanted = _DRIVEN.get(protocols, Kind.GENERATOR)
            if scope.is_generator or not scope.is_async:
                given = self._call_function(value, (), {})
                if given and all(isinstance(v, Produced) and v.kind is wanted for v in given):
                    return FactoryValue(value, protocols, value.steps)
        return Unknown()

    def scope_of(self, function: FunctionValue) -> Scope:
        """Return the scope of a function."""
        return self.module(function.path).scopes[function.number]

    def _call_function(
        self,
        function: FunctionValue,
        arguments: tuple[Values, ...],
        keywords: dict[str, Values],
    ) -> Values:
        scope = self.scope_of(function)
        if scope.is_async or scope.is_generator:
            if scope.is_async and not scope.is_generator and self._is_ambiguous(function, scope):
                return ANYTHING
            return (self._produced(function),)
        passed = self._passed(scope, arguments, keywords)
        values = self.returned(function, ())
        if passed and any(self._may_depend_on_arguments(value) for value in values):
            frame = Frame(function.path, function.number, passed, function.closure)
            if self._calls >= _MAX_CALLS or frame.depth > _MAX_CALLS:
                return OVERFLOW
            self._calls += 1
            try:
                values = self.returned(function, passed)
            finally:
                self._calls -= 1
        if any(isinstance(value, Unknown) for value in values) or not values:
            promised = self.promised(function)
            if promised:
                return promised
        module = self.module(function.path)
        step = Step(
            function.path,
            scope.line,
            f"`{module.qualified_name(function.number)}` returns it: a plain function",
        )
        many = len(scope.returns) > 1 or scope.falls_through
        given: list[Value] = []
        for value in values:
            if isinstance(value, Produced):
                steps = (step, *value.steps)
                given.append(replace(value, steps=steps, done=value.done or many))
            elif isinstance(value, InstanceValue):
                given.append(replace(value, steps=(step, *value.steps)))
            else:
                given.append(value)
        return tuple(given)

    def _may_depend_on_arguments(self, value: Value) -> bool:
        """Whether another call of the same function may give something else than this."""
        if isinstance(value, FactoryValue):
            value = value.function
        if isinstance(value, FunctionValue):
            return self.scope_of(value).parent != 0
        return isinstance(value, Unknown | LambdaValue | Partial)

    def _is_ambiguous(self, function: FunctionValue, scope: Scope) -> bool:
        """Whether a body-less ``async def`` may stand for an async generator."""
        if function.path.endswith(".pyi") and not scope.is_stub:
            return True
        if not scope.is_stub:
            return False
        annotation = scope.annotation
        if isinstance(annotation, Subscript):
            annotation = annotation.value
        if annotation is None:
            return False
        name = dotted(annotation)
        return name is None or name.rpartition(".")[2] in _OPEN_ANNOTATIONS

    def _passed(
        self, scope: Scope, arguments: tuple[Values, ...], keywords: dict[str, Values]
    ) -> tuple[tuple[str, Values], ...]:
        if not arguments and not keywords:
            return ()
        passed = []
        for name, entry in scope.bindings.items():
            parameter = entry.every[0]
            if not isinstance(parameter, Parameter) or parameter.variadic:
                continue
            values = keywords.get(name)
            at = parameter.position
            if values is None and at is not None and at < len(arguments):
                values = arguments[at]
            if values is not None and any(isinstance(v, _PASSED) for v in values):
                # Two calls of the same kind are one question: their evidence stays out of it.
                passed.append((name, tuple(map(without_steps, values))))
        return tuple(passed)

    def returned(self, function: FunctionValue, passed: tuple[tuple[str, Values], ...]) -> Values:
        """Return what the ``return`` statements of a function may give."""

        def values() -> Values:
            scope = self.scope_of(function)
            frame = Frame(function.path, function.number, passed, function.closure)
            groups = [
                with_step(
                    self.evaluate(item.value, frame),
                    Step(function.path, item.line, "returned here"),
                )
                for item in scope.returns
            ]
            if scope.falls_through and not function.path.endswith(".pyi"):
                groups.append(builtin_instance("NoneType"))
            return union(groups)

        return self._memo.once(("returned", function, passed), values)

    def promised(self, function: FunctionValue) -> Values:
        """Return what the return annotation of a plain function promises, empty if nothing."""
        scope = self.scope_of(function)
        if scope.annotation is None:
            return ()
        frame = Frame(function.path, scope.parent)
        values = self.annotated(scope.annotation, frame)
        if any(isinstance(value, Unknown) for value in values):
            return ()
        step = Step(function.path, scope.line, "its return annotation says so")
        return with_step(values, step)

    def _call_lambda(self, function: LambdaValue, arguments: tuple[Values, ...]) -> Values:
        expression = function.expression
        if expression.is_generator:
            return (self._produced(function),)
        closure = function.closure
        parameters = dict.fromkeys(expression.parameters, ANYTHING)
        parameters.update(zip(expression.parameters, arguments, strict=False))
        shadows = (*closure.shadows, *parameters.items())
        frame = replace(closure, shadows=shadows)
        if frame.depth > _MAX_CALLS or len(shadows) > _MAX_SHADOWS:
            return OVERFLOW
        return self._memo.once((expression, frame), lambda: self.evaluate(expression.body, frame))

    def _instance(self, value: ClassValue) -> Values:
        found = classes.protocols_of(self, value)
        if found is None:
            return ANYTHING
        return (self._instance_of(value, found, exact=True),)

    def _instance_of(self, value: ClassValue, protocols: Protocol, *, exact: bool) -> Value:
        module = self.module(value.path)
        name = module.qualified_name(value.number)
        line = module.scopes[value.number].line
        step = Step(value.path, line, f"`class {name}` is defined here")
        return InstanceValue(
            name,
            protocols,
            exact,
            Target(self.dotted_name(value.path, name), value.path, line),
            (*value.steps, step),
        )

    # --- annotations -------------------------------------------------------------------

    def annotated(self, annotation: Expr, frame: Frame) -> Values:
        """Return what a value may be, going by its annotation."""
        if isinstance(annotation, Builtin):
            return builtin_instance(annotation.name)
        if isinstance(annotation, Choice):
            return union(self.annotated(option, frame) for option in annotation.options)
        if isinstance(annotation, Subscript):
            head = self.evaluate(annotation.value, frame)
            if head == (External("typing.Optional"),) and annotation.args:
                inner = self.annotated(annotation.args[0], frame)
                return union((inner, builtin_instance("NoneType")))
            if head == (External("typing.Union"),):
                return union(self.annotated(option, frame) for option in annotation.args)
            if head == (External("typing.Annotated"),) and annotation.args:
                return self.annotated(annotation.args[0], frame)
            return union(self._annotated_class(value) for value in head)
        return union(self._annotated_class(value) for value in self.evaluate(annotation, frame))

    def _annotated_class(self, value: Value) -> Values:
        if isinstance(value, External):
            head, _, name = value.name.partition("builtins.")
            alias = library.BUILTIN_ALIASES.get(value.name)
            if alias or (not head and library.is_concrete(name)):
                return builtin_instance(alias or name)
        if isinstance(value, ClassValue):
            found = classes.protocols_of(self, value)
            if found is not None and not classes.is_abstract(self, value):
                return (self._instance_of(value, found, exact=False),)
        return ANYTHING

    # --- results -----------------------------------------------------------------------

    def dotted_name(self, path: str, qualified: str) -> str:
        """Return the full dotted name of a definition."""
        return f"{self.project.finder.module_name(path)}.{qualified}".rstrip(".")

    def _produced(self, value: FunctionValue | FactoryValue | LambdaValue) -> Produced:
        """Return what calling an async, generator or context manager function gives."""
        if isinstance(value, LambdaValue):
            step = Step(value.closure.path, value.expression.line, "this `lambda` yields")
            steps = (*value.steps, step) if value.expression.line else value.steps
            return Produced(Kind.GENERATOR, Protocol.ITERABLE, value, steps=steps)
        function = value.function if isinstance(value, FactoryValue) else value
        scope = self.scope_of(function)
        name = self.module(function.path).qualified_name(function.number)
        how = "async def" if scope.is_async else "def"
        told = f" and `yield` in line {scope.yields_at}" if scope.is_generator else ""
        if scope.is_async and not scope.is_generator:
            told = " without `yield`"
        step = Step(function.path, scope.line, f"defined here: `{how} {scope.name}`{told}")
        target = Target(self.dotted_name(function.path, name), function.path, scope.line)
        if isinstance(value, FactoryValue):
            protocols = value.protocols
        else:
            protocols = OFFERS[_kind_of_function(scope)]
        decorators = [s for s in value.steps if s.message.startswith("decorated")]
        others = [s for s in value.steps if not s.message.startswith("decorated")]
        steps = (*others, step, *decorators)
        return Produced(kind_of(protocols), protocols, function, target=target, steps=steps)


#: What contextlib's decorators drive.
_DRIVEN = {
    Protocol.ASYNC_CONTEXT_MANAGER: Kind.ASYNC_GENERATOR,
    Protocol.CONTEXT_MANAGER: Kind.GENERATOR,
}


def _external(name: str) -> Values:
    return (External(name),) if len(name) <= _MAX_EXTERNAL else OVERFLOW


_CALLABLES = (FunctionValue, FactoryValue, LambdaValue, ClassValue, Partial)

#: Arguments that can decide what a function gives back.
_PASSED = (*_CALLABLES, Produced)


def _kind_of_function(scope: Scope) -> Kind:
    if scope.is_async:
        return Kind.ASYNC_GENERATOR if scope.is_generator else Kind.COROUTINE
    return Kind.GENERATOR


def builtin_instance(name: str) -> Values:
    """Return an instance of a builtin class, or anything if there is no such class."""
    found = library.builtin_class(name)
    if found is None:
        return ANYTHING
    return (InstanceValue(name, library.protocols_of_class(found)),)
