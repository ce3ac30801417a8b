"""Attributes: what those of instances, classes and ``super()`` may be.

Sources: https://docs.python.org/3/reference/datamodel.html (attribute access).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from asyncpattern_lint.analysis.changes import Changes
from asyncpattern_lint.analysis.classes import class_key
from asyncpattern_lint.analysis.descriptors import FUNCTIONS, Descriptors
from asyncpattern_lint.analysis.types import special_form
from asyncpattern_lint.analysis.values import (
    ANYTHING,
    ClassValue,
    Frame,
    FunctionValue,
    InstanceValue,
    PropertyValue,
    SuperValue,
    TypeVariable,
    Unknown,
    Value,
    Values,
    contradicted,
    is_known,
    overridden,
    replace,
    union,
    with_step,
    with_steps,
    without_contents,
    without_plain_contents,
    without_steps,
    without_truth,
)
from asyncpattern_lint.findings import Step
from asyncpattern_lint.index.entry import shape_of
from asyncpattern_lint.index.facts import Subclass
from asyncpattern_lint.index.model import (
    Assigned,
    Attribute,
    AttributeSet,
    Builtin,
    Call,
    Collection,
    Defined,
    Expr,
    Name,
    Parameter,
    Scope,
    dotted,
)

if TYPE_CHECKING:
    from asyncpattern_lint.analysis.resolver import Resolver


#: Of more subclasses with a member of their own, nobody asks what each makes of it.
_MAX_OVERRIDERS = 16

#: What a call gives by keyword that gives nothing so.
NO_KEYWORDS: Mapping[str, Values] = {}


class Attributes:
    """Looks up attributes along the order of resolution."""

    def __init__(self, resolver: "Resolver") -> None:
        self.resolver = resolver
        self.classes = resolver.classes
        self.descriptors = Descriptors(resolver)
        self.changes = Changes(resolver)

    def of_instance(self, receiver: InstanceValue, name: str) -> Values:
        """Return what an attribute of an instance may be."""
        plain = without_steps(receiver)
        assert isinstance(plain, InstanceValue)  # it keeps its type
        found = self.resolver.memo.once(
            ("attribute", plain, name), lambda: self._of_instance(plain, name)
        )
        return with_steps(found, receiver.steps)

    def _of_instance(self, receiver: InstanceValue, name: str) -> Values:
        cls = self.classes.class_of(receiver)
        if cls is None:
            return ANYTHING
        if name == "__class__":
            return self.classes.type_of(receiver)
        lineage = self.classes.lineage(cls)
        if any(
            a is not None
            and "__getattribute__" in self.classes.scope_of(a).bindings
            and not self._passes_on(a, name)
            for a in lineage
        ):
            return ANYTHING
        return self._found(lineage, name, receiver, cls)

    def _passes_on(self, owner: ClassValue, name: str) -> bool:
        """Whether ``__getattribute__`` gives what the next one of its kind gives for a name."""
        scopes = self.classes.methods(owner, "__getattribute__")
        return scopes is not None and all(
            scope.handled is not None and name not in scope.handled for scope in scopes
        )

    def of_class(self, value: ClassValue, name: str) -> Values:
        """Return what an attribute of a class may be."""
        plain = without_steps(value)
        assert isinstance(plain, ClassValue)  # it keeps its type
        found = self.resolver.memo.once(
            ("attribute", plain, name),
            lambda: self._found(self.classes.lineage(plain), name, plain, plain),
        )
        return with_steps(found, value.steps)

    def of_super(self, value: SuperValue, name: str) -> Values:
        """Return what an attribute of ``super()`` may be."""
        receiver = value.receiver
        if isinstance(receiver, InstanceValue):
            cls = self.classes.class_of(receiver)
        else:
            cls = receiver if isinstance(receiver, ClassValue) else None
        if cls is None:
            return ANYTHING
        lineage = self.classes.lineage(cls)
        above = self._above(lineage, value.start)
        if above is None:
            return ANYTHING
        crossed: Values = ()
        if not cls.exact:
            crossed = self.resolver.memo.once(
                ("crossed", cls.plain, value.start.plain, name, isinstance(receiver, ClassValue)),
                lambda: union(self._crossing(cls, value.start, above, name, receiver)),
            )
            if crossed and None not in above and self._binder(above, name) is None:
                # It is a mixin, that counts on what stands beside it.
                return crossed
        # What it gives is settled, whatever subclasses define.
        own = self._found(above, name, receiver, replace(cls, exact=True), by_class=True)
        return union((own, crossed))

    def _above(
        self, lineage: Sequence[ClassValue | None], start: ClassValue
    ) -> Sequence[ClassValue | None] | None:
        """Return what follows a class in an order of resolution, None if it is not in there."""
        keys = [class_key(ancestor) for ancestor in lineage]
        own = class_key(start)
        return lineage[keys.index(own) + 1 :] if own in keys else None

    def _crossing(
        self,
        cls: ClassValue,
        start: ClassValue,
        above: Sequence[ClassValue | None],
        name: str,
        receiver: Value,
    ) -> Iterator[Values]:
        """Yield what siblings give that come in between a class and its ancestors.

        They do so in a subclass that has several bases
        (https://docs.python.org/3/howto/mro.html).
        """
        known = {self._binder(above, name)}
        for subclass in self.resolver.project.joined(self.classes.scope_of(cls).name):
            other = ClassValue(subclass.path, subclass.facts.number)
            lineage = self.classes.lineage(other)
            others = self._above(lineage, start)
            if others is None:
                # Either it derives from a namesake, or nobody knows from what.
                if None in lineage:
                    yield ANYTHING
                continue
            binder = self._binder(others, name)
            if binder in known:
                continue
            known.add(binder)
            if binder is None or len(known) > _MAX_OVERRIDERS:
                yield ANYTHING
                return
            made: Value = other
            if isinstance(receiver, InstanceValue):
                made = without_steps(self.classes.instance(other, exact=True))
            yield self._found(others, name, made, other, by_class=True)

    def _binder(self, lineage: Sequence[ClassValue | None], name: str) -> tuple[str, int] | None:
        """Return the first class that has an attribute, None where one before is not known."""
        for ancestor in lineage:
            if ancestor is None:
                return None
            scope = self.classes.scope_of(ancestor)
            if name in scope.bindings or name in scope.attributes_set or name in scope.declared:
                return class_key(ancestor)
        return None

    def call_method(
        self,
        receiver: InstanceValue,
        name: str,
        arguments: Sequence[Values] = (),
        keywords: Mapping[str, Values] = NO_KEYWORDS,
    ) -> Values:
        """Return what calling a method gives."""
        methods = self.of_instance(receiver, name)
        return union(self.resolver.calls.call_all(methods, arguments, keywords))

    def _found(
        self,
        lineage: Sequence[ClassValue | None],
        name: str,
        receiver: Value,
        cls: ClassValue,
        *,
        by_class: bool = False,
    ) -> Values:
        """Look along an order of resolution; ``by_class`` leaves out what instances have."""
        sets: list[Values] = []
        for position, ancestor in enumerate(lineage):
            if ancestor is None:
                return ANYTHING
            scope = self.classes.scope_of(ancestor)
            given = () if by_class else scope.attributes_set.get(name, ())
            annotation = self._annotation(scope, name, given)
            if annotation is not None and not self._is_bare(ancestor, annotation):
                declared = self._declared(ancestor, annotation, receiver)
                # An installed class that sets it later says what it sets.
                is_later = self.resolver.is_foreign(ancestor.path) and bool(given)
                if not is_later and self._is_none_first(scope, name, given):
                    declared = contradicted(declared)
                if sets and self.resolver.is_foreign(ancestor.path):
                    # The project may put something else there.
                    declared = union((*sets, declared))
                return declared if is_known(declared) else ANYTHING
            if given:
                sets.append(self._set_values(ancestor, given))
            entry = scope.bindings.get(name)
            if entry is None or not (entry.live or entry.type_only):
                continue
            values = self.classes.raw(ancestor, name)
            if values and all(isinstance(v, FUNCTIONS) for v in values):
                replaced: Values = ()
                if self.changes.is_replaced(ancestor, name, on_class=by_class):
                    plain, methods = self.changes.replacements(ancestor, name)
                    made = (self.descriptors.bound(v, receiver) for v in methods)
                    replaced = union((plain, *made))
                    if not is_known(replaced):
                        return ANYTHING
                others = self.overriders(cls, name)
                if others and self._is_overridden(ancestor, name, others):
                    sets.append(self._of_overriders(others, name, receiver))
                elif others:
                    values = tuple(map(overridden, values))
                if any(isinstance(v, PropertyValue) for v in values):
                    bound = union(self.descriptors.bound(v, receiver) for v in values)
                    return self._data([*sets, bound], receiver, cls, name, ancestor)
                bound = union(self.descriptors.bound(v, receiver) for v in values)
                if self.changes.may_hide(
                    cls, name, on_instance=isinstance(receiver, InstanceValue)
                ):
                    return union((*sets, bound, ANYTHING))
                above = self._set_above(lineage[position + 1 :], name)
                return union((*sets, bound, replaced, *above))
            if isinstance(receiver, ClassValue) and self.classes.is_enumeration(ancestor):
                return self.descriptors.enumerated(values, receiver)
            return self._data(
                [*sets, self.descriptors.bound_data(values, receiver)],
                receiver,
                cls,
                name,
                ancestor,
            )
        return (
            self._data(sets, receiver, cls, name, None)
            if sets
            else self._made(lineage, name, receiver, cls)
        )

    def _made(
        self,
        lineage: Sequence[ClassValue | None],
        name: str,
        receiver: Value,
        cls: ClassValue,
    ) -> Values:
        """Return what a name gives that no class binds: subclasses may, or ``__getattr__``.

        Special methods are never looked up so
        (https://docs.python.org/3/reference/datamodel.html#special-method-lookup).
        """
        if name == "__new__":
            return self.resolver.force("builtins.object.__new__")
        if name[:2] == "__" == name[-2:]:
            return ANYTHING
        got: Values = ()
        if isinstance(receiver, InstanceValue):
            for ancestor in lineage:
                if (
                    ancestor is not None
                    and "__getattr__" in self.classes.scope_of(ancestor).bindings
                ):
                    got = self._got(ancestor, name, receiver)
                    if self.resolver.is_foreign(ancestor.path):
                        return got
                    break
        groups = [group for group in (got, self._shown_below(cls, name, receiver)) if group]
        return self._data(groups, receiver, cls, name, None) if groups else ANYTHING

    def _got(self, owner: ClassValue, name: str, receiver: InstanceValue) -> Values:
        """Return what ``__getattr__`` of a class gives for a name."""
        getters = self.classes.raw(owner, "__getattr__")
        bound = union(self.descriptors.bound(v, receiver) for v in getters)
        given = union(self._given_by(getter, name, receiver) for getter in bound)
        return given if is_known(given) else ANYTHING

    def _given_by(self, getter: Value, name: str, receiver: InstanceValue) -> Values:
        resolver = self.resolver
        string = resolver.classes.builtin("str")
        if isinstance(getter, FunctionValue) and not resolver.is_foreign(getter.path):
            scope = resolver.scope_of(getter)
            own = _own_parameters(scope)
            if len(own) > 1 and not scope.is_async and not scope.is_generator:
                passed = ((own[0], (without_steps(receiver),)), (own[1], string))
                frame = resolver.calls.frame_of(getter, passed)
                given = [self._handed_on(item.value, own[1], name, frame) for item in scope.returns]
                if any(group is not None for group in given):
                    return union(
                        resolver.evaluate(item.value, frame) if group is None else group
                        for item, group in zip(scope.returns, given, strict=True)
                    )
        return resolver.calls.call(getter, (string,), {})

    def _handed_on(self, value: Expr, parameter: str, name: str, frame: Frame) -> Values | None:
        """Read ``getattr(another, name)``, where it asks another object for the same name."""
        match value:
            case Call(func=Name(id="getattr"), args=(asked, Name(id=asked_for), *_)) if (
                asked_for == parameter
            ):
                return self.resolver.evaluate(Attribute(asked, name), frame)
            case _:
                return None

    def _shown_below(self, cls: ClassValue, name: str, receiver: Value) -> Values:
        """Return what a name is in the known subclasses of a class that does not have it.

        An object that gets to where it is asked for is of one of them.
        """
        plain = isinstance(receiver, ClassValue) or (
            isinstance(receiver, InstanceValue)
            and not (receiver.structural or receiver.doubtful or receiver.is_open)
        )
        if cls.exact or not plain or self.resolver.is_foreign(cls.path):
            return ()
        return union(self._below(cls, name, receiver))

    def _below(self, cls: ClassValue, name: str, receiver: Value) -> Iterator[Values]:
        project = self.resolver.project
        own = self.classes.scope_of(cls).name
        known: set[tuple[str, int] | None] = set()
        is_real = False
        for subclass in project.subclasses(own, name):
            other = ClassValue(subclass.path, subclass.facts.number)
            lineage = self.classes.lineage(other)
            binder = self._binder(lineage, name)
            if class_key(cls) not in map(class_key, lineage):
                if None in lineage and name in subclass.facts.members:
                    yield ANYTHING
                continue
            if binder is None:
                if None in lineage:
                    yield ANYTHING
                continue
            is_real = is_real or self._is_real(subclass, cls)
            if binder in known:
                continue
            known.add(binder)
            if len(known) > _MAX_OVERRIDERS:
                yield ANYTHING
                return
            yield self._in_subclass(other, name, receiver)
        if known and not is_real:
            yield ANYTHING

    def _is_real(self, subclass: Subclass, cls: ClassValue) -> bool:
        """Whether a subclass is more than what a test makes of a class of the program."""
        project = self.resolver.project
        return project.is_test(cls.path) or not project.is_test(subclass.path)

    def _in_subclass(self, other: ClassValue, name: str, receiver: Value) -> Values:
        if isinstance(receiver, ClassValue):
            return self.of_class(other, name)
        made = self.classes.instance(other, exact=True)
        return self.of_instance(made, name) if isinstance(made, InstanceValue) else ANYTHING

    def _set_above(self, lineage: Sequence[ClassValue | None], name: str) -> Iterator[Values]:
        """Yield what the methods of ancestors set on instances, whose own attributes come first."""
        for ancestor in lineage:
            if ancestor is not None and not self.resolver.is_foreign(ancestor.path):
                given = self.classes.scope_of(ancestor).attributes_set.get(name, ())
                yield self._set_values(ancestor, given)

    def _is_none_first(self, scope: Scope, name: str, given: Sequence[AttributeSet]) -> bool:
        """Whether an annotated attribute starts as ``None``."""
        none = Builtin("NoneType")
        entry = scope.bindings.get(name)
        return any(item.value == none for item in given if item.annotation is not None) or any(
            isinstance(binding, Assigned) and binding.value == none
            for binding in (entry.every if entry is not None else ())
        )

    def _is_bare(self, owner: ClassValue, annotation: Expr) -> bool:
        """Whether an annotation leaves the type open: ``Final`` or ``ClassVar`` alone."""
        if dotted(annotation) is None:
            return False
        values = self.resolver.evaluate(annotation, Frame(owner.path, owner.number))
        return len(values) == 1 and special_form(values[0]) in {"Final", "ClassVar"}

    def _annotation(self, scope: Scope, name: str, given: Sequence[AttributeSet]) -> Expr | None:
        declared = scope.declared.get(name)
        if declared is not None:
            return declared
        return next((item.annotation for item in given if item.annotation is not None), None)

    def _solved(self, owner: ClassValue) -> dict[TypeVariable, Values]:
        """Return what the type parameters of a class stand for in one use of it."""
        parameters = self.resolver.types.parameters_of(owner)
        return dict(zip(parameters, owner.arguments, strict=False))

    def _declared(self, owner: ClassValue, annotation: Expr, receiver: Value) -> Values:
        types = self.resolver.types
        values = types.annotated(annotation, Frame(owner.path, owner.number), self._solved(owner))
        # Whoever wraps a plain function in a type of his own may make work of what it gives.
        values = tuple(Unknown() if self._is_plain_function(v) else v for v in values)
        return union(
            self.descriptors.through(value, receiver) for value in self.resolver.told(values)
        )

    def _is_plain_function(self, value: Value) -> bool:
        if not isinstance(value, FunctionValue):
            return False
        scope = self.resolver.scope_of(value)
        return not (scope.is_async or scope.is_generator)

    def _set_values(self, owner: ClassValue, given: Sequence[AttributeSet]) -> Values:
        resolver = self.resolver
        groups = []
        for item in given:
            if item.value is None:
                continue
            # What a constructor leaves to its defaults counts, as in its own body.
            passed = tuple(self._generic_parameters(owner, item.scope))
            frame = Frame(owner.path, item.scope, passed, everything=True)
            step = Step(owner.path, item.line, "its attribute is set here")
            values = without_truth(resolver.evaluate(item.value, frame))
            forget = (
                without_contents if isinstance(item.value, Collection) else without_plain_contents
            )
            values = forget(values)
            groups.append(with_step(values, step))
        return union(groups)

    def _generic_parameters(self, owner: ClassValue, number: int) -> Iterator[tuple[str, Values]]:
        """Yield the parameters of a method that hang on those of its class, where these are known.

        Source: https://typing.python.org/en/latest/spec/generics.html (user-defined generic types).
        """
        if not owner.arguments:
            return
        resolver = self.resolver
        solved = self._solved(owner)
        at = resolver.types.frame_of(owner.path, number)
        for name, entry in resolver.module(owner.path).scopes[number].bindings.items():
            parameter = entry.every[0]
            if isinstance(parameter, Parameter) and parameter.annotation is not None:
                variables = resolver.types.variables(parameter.annotation, at)
                if any(variable in solved for variable in variables):
                    values = resolver.parameter(parameter, Frame(owner.path, number), solved)
                    if is_known(values):
                        yield name, tuple(map(without_steps, values))

    def _data(
        self,
        groups: list[Values],
        receiver: Value,
        cls: ClassValue,
        name: str,
        owner: ClassValue | None,
    ) -> Values:
        """Return what an attribute that nothing declares may hold."""
        values = union((*groups, self.changes.assigned(cls, name)))
        others = self.overriders(cls, name)
        if all(isinstance(v, InstanceValue) and v.is_none for v in values) and not any(
            self._is_real(other, cls) for other in others
        ):
            return ANYTHING
        opened = any(
            # The metaclass of an unknown base may make members of what the body binds.
            owner is not None
            if ancestor is None
            else self.classes.scope_of(ancestor).sets_computed
            or (
                owner is not None
                and not self.classes.is_neutral_metaclass(ancestor, self.classes.scope_of(ancestor))
            )
            for ancestor in self.classes.lineage(cls)
        )
        hidden = ANYTHING if opened else self.changes.hiding(cls, name, on_instance=True)
        if hidden == ANYTHING:
            return union((values, ANYTHING))
        values = union((values, hidden))
        return union((values, self._of_overriders(others, name, receiver))) if others else values

    def _of_overriders(self, others: list[Subclass], name: str, receiver: Value) -> Values:
        """Return what an attribute is in the known subclasses that bind it themselves."""
        if len(others) > _MAX_OVERRIDERS:
            return ANYTHING
        return union(
            self._in_subclass(ClassValue(other.path, other.facts.number), name, receiver)
            for other in others
        )

    def _is_overridden(self, owner: ClassValue, name: str, others: list[Subclass]) -> bool:
        """Whether a known subclass may make a method something of another kind."""
        module = self.resolver.module(owner.path)
        entry = module.scopes[owner.number].bindings[name]
        shape = shape_of(module, entry)
        if any(other.facts.members[name] != shape for other in others):
            return True
        # Of a plain function, only the body tells what it gives.
        plain = not {"async", "yield"}.intersection(shape.split())
        return plain and not self._is_annotated(owner, name)

    def overriders(self, cls: ClassValue, name: str) -> list[Subclass]:
        """Return the known subclasses that bind a member in a way of their own."""
        if cls.exact:
            return []
        found = self.resolver.project.overriders(self.classes.scope_of(cls).name, name)
        if not found:
            return []
        own = {
            class_key(ancestor) for ancestor in self.classes.lineage(cls) if ancestor is not None
        }
        return [
            other
            for other in found
            if (other.path, other.facts.number) not in own
            and (len(found) > _MAX_OVERRIDERS or self._may_derive(other, cls))
        ]

    def _may_derive(self, other: Subclass, cls: ClassValue) -> bool:
        """Whether a class whose bases bear the right names derives from a class."""
        lineage = self.classes.lineage(ClassValue(other.path, other.facts.number))
        return None in lineage or class_key(cls) in map(class_key, lineage)

    def _is_annotated(self, owner: ClassValue, name: str) -> bool:
        module = self.resolver.module(owner.path)
        return all(
            isinstance(binding, Defined) and module.scopes[binding.scope].annotation is not None
            for binding in module.scopes[owner.number].bindings[name].every
        )


def _own_parameters(scope: Scope) -> tuple[str, ...]:
    """Return the first two parameters of a method, if nothing else is bound to their names."""
    own = {
        entry.every[0].position: name
        for name, entry in scope.bindings.items()
        if len(entry.every) == 1 and isinstance(entry.every[0], Parameter)
    }
    return (own[0], own[1]) if 0 in own and 1 in own else ()
