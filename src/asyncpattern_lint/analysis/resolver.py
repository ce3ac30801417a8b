"""The one place where an expression is resolved to what it may stand for."""

from typing import TYPE_CHECKING

from asyncpattern_lint.analysis import proxies
from asyncpattern_lint.analysis.attributes import Attributes
from asyncpattern_lint.analysis.calls import Calls
from asyncpattern_lint.analysis.classes import Classes, class_key
from asyncpattern_lint.analysis.memo import Memo
from asyncpattern_lint.analysis.modules import Modules
from asyncpattern_lint.analysis.narrowing import Narrowing
from asyncpattern_lint.analysis.results import Results
from asyncpattern_lint.analysis.types import NOTHING_SOLVED, Types, makes_variable
from asyncpattern_lint.analysis.values import (
    ANNOTATED,
    ANYTHING,
    DECIDED,
    MAX_ALTERNATIVES,
    OVERFLOW,
    SELF,
    AliasValue,
    ClassValue,
    Constant,
    External,
    Frame,
    FunctionValue,
    InstanceValue,
    LambdaValue,
    ModuleValue,
    Produced,
    PropertyValue,
    Solution,
    SuperValue,
    TypeVariable,
    Unknown,
    Value,
    Values,
    contradicted,
    external,
    forget_values,
    having,
    is_known,
    replace,
    union,
    with_step,
    without_contents,
    without_none,
    without_plain_contents,
    without_steps,
    without_truth,
)
from asyncpattern_lint.findings import Step
from asyncpattern_lint.index.entry import ASYNC_MODULES
from asyncpattern_lint.index.exports import Exports
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
    Collection,
    Defined,
    Element,
    Entered,
    Expr,
    Fallback,
    GeneratorExpression,
    Imported,
    Item,
    Lambda,
    ModuleIndex,
    Name,
    Narrowed,
    Parameter,
    Scope,
    ScopeKind,
    Sent,
    Subscript,
    TupleDisplay,
    Union,
    dotted,
)
from asyncpattern_lint.index.project import Project
from asyncpattern_lint.index.trace import Table, table
from asyncpattern_lint.protocol import OFFERS, Kind

if TYPE_CHECKING:
    from collections.abc import Callable


class Resolver:
    """Evaluates expressions against the outlines of a project and its environment."""

    def __init__(self, project: Project) -> None:
        forget_values()
        self.project = project
        self.exports = Exports(project)
        self.memo = Memo(project.trace)
        self.flags: Table[tuple[str, str, int], bool] = table(project.trace)
        self.modules = Modules(self)
        self.calls = Calls(self)
        self.classes = Classes(self)
        self.attributes = Attributes(self)
        self.results = Results(self)
        self.types = Types(self)
        self.narrowing = Narrowing(self)
        self._canonical: Table[tuple[str, int], str] = table(project.trace)
        self._scanned: Frame | None = None
        self._scan: dict[Expr, Values] = {}
        self._passing: list[tuple[Frame, str]] = []
        self._methods: dict[type, Callable[..., Values]] = {
            Name: self._name,
            Attribute: self._attribute,
            Call: self.calls.evaluate,
            Await: self._await,
            Builtin: self._builtin,
            Choice: self._choice,
            Fallback: self._fallback,
            GeneratorExpression: self._generator_expression,
            Lambda: self._lambda,
            Entered: self._entered,
            Element: self._element,
            Item: self._item,
            Subscript: self._subscript,
            TupleDisplay: self._tuple,
            Collection: self._collection,
            Union: self._union,
            Narrowed: self._narrowed,
            Sent: lambda _, frame: self.results.sent(frame),
        }

    def module(self, path: str) -> ModuleIndex:
        """Return the outline of a module that is known to have one."""
        module = self.project.module(path)
        assert module is not None  # frames are made for outlined modules only
        return module

    def scope_of(self, function: FunctionValue) -> Scope:
        """Return the scope of a function."""
        return self.module(function.path).scopes[function.number]

    def is_foreign(self, path: str) -> bool:
        """Whether a file belongs to the environment, not to the project."""
        return self.project.is_foreign(path)

    def is_foreign_instance(self, instance: InstanceValue) -> bool:
        """Whether an instance is of a class of the environment."""
        return instance.of is None or self.is_foreign(instance.of.path)

    def canonical(self, path: str, number: int) -> str | None:
        """Return the dotted name of a definition of the environment, None for the project's."""
        if not self.is_foreign(path):
            return None
        key = (path, number)
        known = self._canonical.get(key)
        if known is None:
            name = self.module(path).qualified_name(number)
            known = self._canonical[key] = f"{self.project.module_name(path)}.{name}"
        return known

    # --- outside the project -------------------------------------------------------------

    def force(self, name: str) -> Values:
        """Return what a dotted name of the environment stands for."""
        return self.memo.once(("external", name), lambda: self._force(name))

    def _force(self, name: str) -> Values:
        top, *rest = name.split(".")
        location = self.project.environment.top(top)
        if location is None:
            return ANYTHING
        values = self._reached(location, rest)
        return union(
            self.force(value.name)
            if isinstance(value, External) and value.name != name
            else ANYTHING
            if isinstance(value, External)
            else (value,)
            for value in values
        )

    def _reached(self, location: Location, names: list[str]) -> Values:
        """Return what a chain of names leads to from a package of the environment.

        An import passes through submodules, an attribute through what a package binds; where
        the two differ, the name alone does not tell which was meant.
        """
        values: Values = (ModuleValue(location),)
        for position, name in enumerate(names):
            inside = union(self.attribute_of(value, name) for value in values)
            below = None
            if position < len(names) - 1 and values == (ModuleValue(location),):
                below = self.project.submodule(location, name)
            if below is None:
                values = inside
            elif inside == (ModuleValue(below),):
                values, location = inside, below
            else:
                rest = names[position + 1 :]
                imported = self._reached(below, rest)
                for part in rest:
                    inside = union(self.attribute_of(value, part) for value in inside)
                found = [group for group in (imported, inside) if is_known(group)]
                return union(found) if found else ANYTHING
        return values

    def forced(self, values: Values) -> Values:
        """Replace what lies outside the project by what it is there, where that is known."""
        for value in values:
            if type(value) is External:
                break
        else:
            return values
        groups: list[Values] = []
        for value in values:
            found: Values = (value,)
            if isinstance(value, External):
                known = self.force(value.name)
                found = known if is_known(known) else found
            groups.append(found)
        return union(groups)

    def judged(self, expr: Expr, frame: Frame) -> Values:
        """Return what a use of an expression has to cope with."""
        return self.forced(self.evaluate(expr, frame))

    # --- expressions ---------------------------------------------------------------------

    def evaluate(self, expr: Expr, frame: Frame) -> Values:
        """Return what an expression may stand for in a frame."""
        method = self._methods.get(type(expr))
        if method is None:
            return ANYTHING
        if frame is not self._scanned or self.memo.is_busy:
            return method(expr, frame)
        known = self._scan.get(expr)
        if known is None:
            known = self._scan[expr] = method(expr, frame)
        return known

    def scan(self, frame: Frame) -> None:
        """Prepare for many questions in one frame: the parts of its expressions are repeated."""
        self._scanned = frame
        self._scan = {}
        self.memo.forget(self._passing)
        self._passing.clear()
        self.memo.make_room()

    def _builtin(self, expr: Builtin, _: Frame) -> Values:
        values = self.classes.builtin(expr.name)
        if expr.truth is None:
            return values
        return tuple(
            replace(v, truth=expr.truth) if isinstance(v, InstanceValue) else v for v in values
        )

    def _choice(self, expr: Choice, frame: Frame) -> Values:
        return union(self.evaluate(option, frame) for option in expr.options)

    def _fallback(self, expr: Fallback, frame: Frame) -> Values:
        """Read ``value or otherwise``: a false value is never what comes out of it."""
        first = self.evaluate(expr.value, frame)
        # What callers pass for a default of None does as the default does, where it matters.
        told = frame.local is not None or frame.everything
        first = tuple(
            v
            for v in first
            if not (isinstance(v, InstanceValue) and v.is_none)
            and not (told and isinstance(v, Unknown) and v.is_default)
        )
        return union((first, self.evaluate(expr.otherwise, frame)))

    def _generator_expression(self, expr: GeneratorExpression, frame: Frame) -> Values:
        kind = Kind.ASYNC_GENERATOR if expr.is_async else Kind.GENERATOR
        # The visitor lowers without lines: there the expression is in the user's sight.
        step = Step(frame.path, expr.line, f"this expression is {kind.article}")
        result = None
        if expr.element is not None:
            result = tuple(map(without_steps, self.evaluate(expr.element, frame)))
        steps = (step,) if expr.line else ()
        return (Produced(kind, OFFERS[kind], None, steps=steps, result=result),)

    def _lambda(self, expr: Lambda, frame: Frame) -> Values:
        return (LambdaValue(expr, replace(frame.lasting, before=0, rebinding=None)),)

    def _entered(self, expr: Entered, frame: Frame) -> Values:
        return union(
            self.results.entered(value, expr.is_async) for value in self.evaluate(expr.value, frame)
        )

    def _element(self, expr: Element, frame: Frame) -> Values:
        return union(
            self.results.element(value, expr.is_async)
            for value in without_none(self.evaluate(expr.value, frame))
        )

    def _item(self, expr: Item, frame: Frame) -> Values:
        if not expr.unpacked and self._is_asked_item(expr.value, frame):
            return ANYTHING
        return union(
            self.results.item(value, expr.position, expr.unpacked)
            for value in without_none(self.evaluate(expr.value, frame))
        )

    def _is_asked_item(self, value: Expr, frame: Frame) -> bool:
        """Whether a test asks what an item of a name is, so that its type does not tell all."""
        scope = self.module(frame.path).scopes[frame.number]
        return isinstance(value, Name) and value.id in scope.asked_items

    def _subscript(self, expr: Subscript, frame: Frame) -> Values:
        if self._is_asked_item(expr.value, frame):
            return ANYTHING
        groups: list[Values] = []
        for value in without_none(self.evaluate(expr.value, frame)):
            if isinstance(value, ClassValue) and self.classes.is_enumeration(value):
                groups.append(self.classes.instances(value))
            elif isinstance(value, ClassValue):
                solved = tuple(
                    tuple(map(without_steps, self.types.annotated(argument, frame)))
                    for argument in expr.args
                )
                groups.append((replace(value, arguments=solved),))
            elif isinstance(value, External | AliasValue) and expr.args:
                instance = self.results.as_instance(value)
                if instance is not None:
                    groups.append(self.results.subscript(instance))
                else:
                    groups.append((AliasValue(expr, frame.lasting),))
            else:
                groups.append(self.results.subscript(value))
        return union(groups)

    def _tuple(self, expr: TupleDisplay, frame: Frame) -> Values:
        return self.classes.tuple_of(
            tuple(self.evaluate(element, frame) for element in expr.elements)
        )

    def _collection(self, expr: Collection, frame: Frame) -> Values:
        held = union(self.evaluate(element, frame) for element in expr.elements)
        return self.classes.builtin(expr.name, (held,))

    def _union(self, expr: Union, frame: Frame) -> Values:
        return (AliasValue(expr, frame.lasting),)

    def _narrowed(self, expr: Narrowed, frame: Frame) -> Values:
        values = self.evaluate(expr.value, frame)
        left = self.narrowing.narrow(values, expr.condition, frame)
        return DECIDED if left is None else left

    def _await(self, expr: Await, frame: Frame) -> Values:
        return union(self.awaited(value) for value in self.evaluate(expr.value, frame))

    def awaited(self, value: Value) -> Values:
        """Return what awaiting a value may give."""
        return self.results.awaited(value)

    def _attribute(self, expr: Attribute, frame: Frame) -> Values:
        if frame.local is not None or frame.shadows:
            name = dotted(expr)
            for shadow, values in reversed(frame.shadows):
                if shadow == name:
                    return values
            if frame.local is not None and name is not None and name in frame.local:
                return frame.local[name]
        values = having(self.evaluate(expr.value, frame), expr.name)
        if len(values) == 1:
            return self.attribute_of(values[0], expr.name)
        found = [(value, self.attribute_of(value, expr.name)) for value in values]
        known = [group for _, group in found if is_known(group)]
        if not known or len(known) == len(found):
            return union(group for _, group in found)
        # What raises ``AttributeError`` is not what is meant.
        lost = [v for v, group in found if not is_known(group)]
        meant = all(self.narrowing.members.lacks(value, expr.name) for value in lost)
        return union(known if meant else (group for _, group in found))

    def attribute_of(self, value: Value, name: str) -> Values:
        """Return what an attribute of a value may be."""
        match value:
            case ModuleValue(location=location):
                return self.modules.member(location, name)
            case External():
                return external(f"{value.name}.{name}")
            case InstanceValue(class_name="str", of=None) if name in {"join", "format"}:
                return (External(f"builtins.str().{name}"),)
            case InstanceValue():
                return self.attributes.of_instance(value, name)
            case ClassValue():
                return self.attributes.of_class(value, name)
            case SuperValue():
                return self.attributes.of_super(value, name)
            case PropertyValue() if name in {"setter", "getter", "deleter"}:
                return (Constant((value,)),)
            case Produced():
                instance = self.results.as_instance(value)
                return ANYTHING if instance is None else self.attributes.of_instance(instance, name)
            case _:
                return ANYTHING

    # --- names -------------------------------------------------------------------------

    def _name(self, expr: Name, frame: Frame) -> Values:
        name = expr.id
        if frame.shadows:
            for shadow, values in reversed(frame.shadows):
                if shadow == name:
                    return values
        if frame.local is not None and name in frame.local:
            return frame.local[name]
        module = self.module(frame.path)
        if name in module.nonlocals:
            return ANYTHING
        at: Frame | None = frame
        scopes = module.scopes
        following = frame.number
        while following >= 0:
            number, scope = following, scopes[following]
            following = scope.parent
            if scope.kind is ScopeKind.CLASS and number != frame.number:
                # https://docs.python.org/3/reference/executionmodel.html#resolution-of-names
                continue
            if name in scope.outer or (
                number == 0 and not (frame.everything and frame.number == 0)
            ):
                break
            entry = scope.bindings.get(name)
            while at is not None and at.number != number and at.parent is not None:
                at = at.parent
            if name in scope.type_parameters:
                return (TypeVariable(frame.path, number, name),)
            if entry is not None:
                if frame.local is not None and number == frame.number:
                    return ANYTHING
                if scope.kind is ScopeKind.CLASS and frame.before and not frame.everything:
                    # A class body runs from top to bottom and sees what stands above.
                    above = [p for p, b in enumerate(entry.every) if b.line < frame.before]
                    if above:
                        return self.bound(name, entry, above[-1:], frame)
                    continue
                here = at if at is not None and at.number == number else Frame(frame.path, number)
                return self._local(name, entry, here, scope, number)
        if frame.number == 0 and (frame.rebinding is not None or frame.before):
            earlier = self._earlier(name, frame, module)
            if earlier is not None:
                return earlier
        entry = module.scopes[0].bindings.get(name)
        runs_later = frame.number or (frame.local is None and not frame.before)
        if runs_later and entry is not None and entry.called_between:
            # It may have been called before the name was bound again.
            return self.memo.once(
                (frame.path, name, "ever"), lambda: self._ever(frame.path, name, entry)
            )
        return self.modules.global_name(frame.path, name)

    def _ever(self, path: str, name: str, entry: Bindings) -> Values:
        """Return what a global name is ever bound to."""
        positions = [p for p in range(len(entry.every)) if p not in entry.type_only]
        bound = self.bound(name, entry, positions, Frame(path, 0))
        return union((self.modules.global_name(path, name), bound))

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
        return self.memo.once(key, lambda: self.bound(name, entry, positions, frame))

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
            return self.bound(name, entry, positions, frame)

        if frame.is_plain:
            return self.memo.once((frame.path, frame.number, name), values)
        if frame.local is not None:
            return values()
        if frame.everything:
            # Only questions in the scope that is being scanned have such frames.
            self._passing.append((frame, name))
        return self.memo.once((frame, name), values)

    def bound(self, name: str, entry: Bindings, positions: list[int], frame: Frame) -> Values:
        """Return what some of the bindings of a name may bind it to."""
        if len(positions) > MAX_ALTERNATIVES:
            return OVERFLOW
        if len(positions) == 1:
            return self.bound_by(name, positions[0], entry.every[positions[0]], frame)
        groups = [
            self.bound_by(name, position, entry.every[position], frame)
            for position in positions
            if not _is_placeholder(entry.every[position])
        ]
        if groups and len(groups) < len(positions):
            # Beside what replaces it, a placeholder is no more than itself.
            groups.append(self.classes.builtin("NoneType"))
        return union(groups) if groups or not positions else ANYTHING

    def bound_by(self, name: str, position: int, binding: Binding, frame: Frame) -> Values:
        """Return what one binding of a name may bind it to."""
        match binding:
            case Defined(scope=number):
                return self.defined(frame.path, number, frame)
            case Imported(index=index):
                return self.modules.imported(frame.path, self.module(frame.path).imports[index])
            case Assigned(value=value) if makes_variable(value, self.module(frame.path).aliases):
                return (TypeVariable(frame.path, frame.number, name),)
            case Assigned(value=Builtin(name="NoneType"), annotation=None) if (
                self.module(frame.path).scopes[frame.number].kind is not ScopeKind.CLASS
            ):
                # A placeholder, until something that the flow may not show replaces it.
                return ANYTHING
            case Assigned(annotation=annotation) if annotation is not None:
                return self._declared(name, binding, annotation, frame)
            case Assigned(line=line, value=value, scope=within):
                inner = frame
                in_function = self.module(frame.path).scopes[frame.number].kind is (
                    ScopeKind.FUNCTION
                )
                before = 0 if in_function or frame.everything else line
                if position or before:
                    inner = replace(
                        frame, rebinding=(name, position) if position else None, before=before
                    )
                if within:
                    # Whoever calls the function decides when: its own names count there.
                    inner = Frame(frame.path, within, everything=True)
                step = Step(frame.path, line, f"`{name}` is assigned here")
                values = self.evaluate(value, inner)
                if not in_function:
                    values = without_truth(values)
                if frame.everything:
                    pass
                elif isinstance(value, Collection):
                    values = without_contents(values)
                elif not in_function:
                    values = without_plain_contents(values)
                if not is_known(values):
                    values = self.promised_for(name, frame) or values
                return with_step(values, step)
            case Parameter():
                given = dict(frame.parameters).get(name)
                return self.parameter(binding, frame) if given is None else given

    def _declared(self, name: str, binding: Assigned, annotation: Expr, frame: Frame) -> Values:
        """Return what an annotated name holds: its value if that is known, else its type."""
        at = replace(frame, rebinding=None, before=0, local=None)
        if binding.value != Builtin("NoneType"):
            found = without_truth(self.evaluate(binding.value, at))
            values = self.declared(found, annotation, at)
            return with_step(values, Step(frame.path, binding.line, f"`{name}` is assigned here"))
        step = Step(frame.path, binding.line, f"{ANNOTATED} `{name}` says so")
        return with_step(contradicted(self.told(self.types.annotated(annotation, at))), step)

    def promised_for(self, name: str, frame: Frame) -> Values:
        """Return what the one annotation of a name says of all that it is bound to, if it does.

        Source: https://typing.python.org/en/latest/spec/annotations.html (a declared type).
        """
        scope = self.module(frame.path).scopes[frame.number]
        entry = scope.bindings.get(name)
        bindings = [b for b in entry.every if isinstance(b, Assigned)] if entry is not None else []
        told = {b.annotation for b in bindings if b.annotation is not None}
        if len(told) != 1:
            return ()
        at = replace(frame, rebinding=None, before=0, local=None)
        values = self.told(self.types.annotated(told.pop(), at))
        none = Builtin("NoneType")
        if any(b.annotation is not None and b.value == none for b in bindings):
            values = contradicted(values)
        return values if is_known(values) else ()

    def declared(self, values: Values, annotation: Expr, frame: Frame) -> Values:
        """Return what an annotated name holds: its values, or its type where that says more."""
        precise = not isinstance(annotation, Subscript | Union)
        values = proxies.behind(self, values, annotation, frame)
        vague = any(map(self.is_vague, values))
        if is_known(values) and not vague and (precise or not any(map(_is_container, values))):
            return values
        promised = self.told(self.types.annotated(annotation, frame))
        if vague and precise and is_known(values):
            return promised if self.is_closer(promised, values) else values
        return promised if is_known(promised) or not is_known(values) else values

    def is_vague(self, value: Value) -> bool:
        """Whether a value may be of a subclass of the class that it is known to be of."""
        return isinstance(value, InstanceValue) and value.of is not None and not value.exact

    def closer(self, values: Values, promise: "Callable[[], Values]") -> Values:
        """Return what is promised of values where that says more than they do, else themselves."""
        if not any(map(self.is_vague, values)):
            return values
        promised = self.told(promise())
        return promised if promised and self.is_closer(promised, values) else values

    def is_closer(self, promised: Values, values: Values) -> bool:
        """Tell whether a type says more of the classes that the values are known to be of.

        It names subclasses of them, or what they hold where that was not known.
        """
        told, held = without_none(promised), without_none(values)
        if not is_known(told) or not all(map(self.is_vague, (*told, *held))):
            return False
        return all(any(self._is_closer(new, old) for new in told) for old in held) and all(
            any(self._is_closer(new, old) for old in held) for new in told
        )

    def _is_closer(self, new: Value, old: Value) -> bool:
        assert isinstance(new, InstanceValue)  # it is vague
        assert isinstance(old, InstanceValue)
        assert new.of is not None
        key = class_key(old.of)
        if class_key(new.of) != key:
            return key in map(class_key, self.classes.lineage(new.of))
        return (
            bool(new.arguments)
            and all(map(is_known, new.arguments))
            and not (old.arguments and all(map(is_known, old.arguments)))
        )

    def parameter(
        self, binding: Parameter, frame: Frame, solved: Solution = NOTHING_SOLVED
    ) -> Values:
        """Return what a parameter may be, going by its annotation or as ``self``."""
        module = self.module(frame.path)
        scope = module.scopes[frame.number]
        if binding.annotation is not None:
            at = self.types.frame_of(frame.path, frame.number)
            values = self.types.annotated(binding.annotation, at, solved)
            if not is_known(values):
                values = self._of_self(binding.annotation, frame.path, scope) or values
            values = self.told(values)
            if binding.default == Builtin("NoneType"):
                values = contradicted(values)
            if binding.variadic == "*":
                values = self.classes.builtin("tuple", (values,))
            elif binding.variadic == "**":
                values = self.classes.builtin("dict", (self.classes.builtin("str"), values))
            step = Step(frame.path, binding.line, f"{ANNOTATED} `{binding.name}` says so")
            return with_step(values, step)
        if binding.default == Builtin("NoneType"):
            return (Unknown(is_default=True),)
        owner = module.scopes[scope.parent] if scope.parent >= 0 else None
        if (
            scope.is_unbound
            or binding.position != 0
            or owner is None
            or owner.kind is not ScopeKind.CLASS
        ):
            return ANYTHING
        return self._receiver(binding, frame.path, scope)

    def _of_self(self, annotation: Expr, path: str, scope: Scope) -> Values:
        """Return what ``Self`` in the annotation of a method's parameter makes of it."""
        owner = self.module(path).scopes[scope.parent]
        if owner.kind is not ScopeKind.CLASS:
            return ()
        at = Frame(path, scope.parent)
        if SELF not in self.types.variables(annotation, at):
            return ()
        solved = {SELF: self.classes.self_of(path, scope.parent, is_class=False)}
        return self.types.annotated(annotation, at, solved)

    def told(self, values: Values) -> Values:
        """Doubt what an annotation says where an asynchronous twin of the class is in use."""
        return tuple(
            replace(value, doubtful=True)
            if isinstance(value, InstanceValue) and self._has_async_twin(value)
            else value
            for value in values
        )

    def _has_async_twin(self, value: InstanceValue) -> bool:
        if value.of is None or not self.project.has_async_twin(value.class_name):
            return False
        name = self.canonical(value.of.path, value.of.number)
        return name is not None and ASYNC_MODULES.isdisjoint(name.split("."))

    def _receiver(self, binding: Parameter, path: str, scope: Scope) -> Values:
        """Return what the first parameter of a method is: its instance, its class, or neither."""
        if scope.name in {"__new__", "__init_subclass__", "__class_getitem__"}:
            return self.classes.self_of(path, scope.parent, is_class=True)
        known = True
        for decorator in scope.decorators:
            by = self.evaluate(decorator.value, Frame(path, scope.parent))
            names = {v.name for v in by if isinstance(v, External)}
            if "builtins.staticmethod" in names:
                return ANYTHING
            if "builtins.classmethod" in names:
                return self.classes.self_of(path, scope.parent, is_class=True)
            known = known and all(isinstance(v, External) for v in by)
        if binding.name != "self" and (not known or binding.name in {"cls", "mcs", "mcls"}):
            return ANYTHING
        return self.classes.self_of(path, scope.parent, is_class=False)

    def bound_in(self, path: str, number: int, name: str) -> Values:
        """Return what a class body leaves a name bound to."""
        entry = self.module(path).scopes[number].bindings.get(name)
        if entry is None:
            return ()
        positions = self.with_overloads(path, entry, entry.live or entry.type_only)
        frame = Frame(path, number)
        key = (path, number, name)
        return self.memo.once(key, lambda: self.bound(name, entry, positions, frame))

    def with_overloads(self, path: str, entry: Bindings, positions: list[int]) -> list[int]:
        """Add to the last overload of a function those before it."""
        if len(entry.every) == 1:
            return positions

        def is_overload(position: int) -> bool:
            binding = entry.every[position]
            return isinstance(binding, Defined) and self.calls.overloads.is_overload(
                FunctionValue(path, binding.scope, None)
            )

        if not any(is_overload(position) for position in positions):
            return positions
        return [position for position in range(len(entry.every)) if is_overload(position)]

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
        around = self.module(path).scopes[frame.number]
        if around.kind is not ScopeKind.FUNCTION and not frame.everything:
            frame = replace(frame, rebinding=None, before=scope.line)
        if scope.kind is ScopeKind.CLASS and path.endswith(".pyi"):
            # Decorators of classes in stubs speak to type checkers only.
            return values
        for decorator in reversed(scope.decorators):
            values = self.calls.decorators.decorate(decorator, values, frame)
        return values

    def dotted_name(self, path: str, qualified: str) -> str:
        """Return the full dotted name of a definition."""
        return f"{self.project.module_name(path)}.{qualified}".rstrip(".")


def _is_container(value: Value) -> bool:
    """Whether an annotation may tell better what an object holds."""
    return isinstance(value, InstanceValue) and (
        value.class_name in {"list", "dict", "set", "tuple"} or value.of is not None
    )


def _is_placeholder(binding: Binding) -> bool:
    return (
        isinstance(binding, Assigned)
        and binding.value == Builtin("NoneType")
        and binding.annotation is None
    )
