"""Where the trail of an attribute, of a class, or of a type is lost."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from asyncpattern_lint.analysis import library
from asyncpattern_lint.analysis.reasons import Reason, at, because, says_nothing, written
from asyncpattern_lint.analysis.types import special_form
from asyncpattern_lint.analysis.values import (
    AliasValue,
    ClassValue,
    External,
    Frame,
    FunctionValue,
    InstanceValue,
    PropertyValue,
    SuperValue,
    TypeVariable,
    Values,
    is_known,
)
from asyncpattern_lint.index.entry import shape_of
from asyncpattern_lint.index.facts import Subclass
from asyncpattern_lint.index.model import (
    Attribute,
    AttributeSet,
    Builtin,
    Choice,
    Defined,
    Expr,
    Name,
    Scope,
    Subscript,
    Union,
)

if TYPE_CHECKING:
    from asyncpattern_lint.analysis.trail import Trail


class TrailOfMembers:
    """Explains what classes hold and what annotations say."""

    def __init__(self, trail: "Trail") -> None:
        self.trail = trail
        self.resolver = trail.resolver
        self.classes = trail.resolver.classes

    # --- attributes ----------------------------------------------------------------------

    def attribute(
        self, receiver: InstanceValue | ClassValue | SuperValue, name: str
    ) -> Reason | None:
        """Explain an attribute of an instance, a class or ``super()``."""
        if isinstance(receiver, SuperValue):
            text = f"what `super().{name}` is hangs on the subclasses of `{self._name(receiver.start)}`"
            return at(text, receiver.start.path, self.classes.scope_of(receiver.start).line)
        cls = receiver if isinstance(receiver, ClassValue) else self.classes.class_of(receiver)
        if cls is None:
            return None
        for ancestor in self.classes.lineage(cls):
            if ancestor is None:
                return self.base(cls)
            scope = self.classes.scope_of(ancestor)
            if "__getattribute__" in scope.bindings and isinstance(receiver, InstanceValue):
                text = f"`{self._name(ancestor)}` has a `__getattribute__` of its own"
                return at(text, ancestor.path, scope.line)
            sets = scope.attributes_set.get(name, ())
            if name in scope.declared or name in scope.bindings or sets:
                return self._member(cls, ancestor, scope, name, sets)
        return self._absent(cls, name)

    def _absent(self, cls: ClassValue, name: str) -> Reason:
        for ancestor in self.classes.lineage(cls):
            scope = None if ancestor is None else self.classes.scope_of(ancestor)
            if ancestor is not None and scope is not None and "__getattr__" in scope.bindings:
                text = f"`{self._name(ancestor)}` makes attributes with `__getattr__`"
                return at(text, ancestor.path, scope.bindings["__getattr__"].every[0].line)
        scope = self.classes.scope_of(cls)
        shown = f"class `{self._name(cls)}` does not show what its attribute `{name}` is"
        return at(shown, cls.path, scope.line)

    def _member(
        self,
        cls: ClassValue,
        owner: ClassValue,
        scope: Scope,
        name: str,
        sets: Sequence[AttributeSet],
    ) -> Reason | None:
        annotation = scope.declared.get(name) or next(
            (item.annotation for item in sets if item.annotation is not None), None
        )
        entry = scope.bindings.get(name)
        lines = [binding.line for binding in entry.every] if entry else [s.line for s in sets]
        line = min(lines, default=scope.line)
        label = f"attribute `{name}` of `{self._name(owner)}`"
        if annotation is not None and not says_nothing(annotation):
            frame = Frame(owner.path, owner.number)
            return self._descriptor(annotation, frame, label, line) or self.annotation(
                annotation, frame, label, line
            )
        reason = self._set(cls, owner, name, sets, label)
        if reason is not None:
            return reason
        if entry is not None:
            reason = self._bound(cls, owner, scope, name, label)
            if reason is not None:
                return reason
        return self._opened(cls, owner, name, label, line)

    def _descriptor(self, annotation: Expr, frame: Frame, label: str, line: int) -> Reason | None:
        """Explain why what a known type describes may give something else when it is read."""
        values = self.resolver.types.annotated(annotation, frame)
        if self.trail.is_lost(values):
            return None
        for value in values:
            if isinstance(value, InstanceValue) and value.of is not None and value.is_open:
                unknown = None in self.classes.lineage(value.of)
                cause = self.base(value.of) if unknown else None
                text = f"{label}, an instance of `{value.class_name}`, may be a descriptor"
                return because(text, cause, frame.path, line)
        return None

    def _set(
        self,
        cls: ClassValue,
        owner: ClassValue,
        name: str,
        sets: Sequence[AttributeSet],
        label: str,
    ) -> Reason | None:
        """Explain the first value that methods set and that is not known."""
        values = [item for item in sets if item.value is not None]
        is_none = values and all(item.value == Builtin("NoneType") for item in values)
        if is_none and self._overrider(cls, owner, name) is None:
            return at(f"{label} is only ever set to `None`", owner.path, values[0].line)
        for item in values:
            frame = Frame(owner.path, item.scope, everything=True)
            if item.value is None or not self.trail.is_lost(
                self.resolver.evaluate(item.value, frame)
            ):
                continue
            cause = self.trail.lost(item.value, frame)
            return because(f"{label} is not known", cause, owner.path, item.line)
        return None

    def _bound(
        self, cls: ClassValue, owner: ClassValue, scope: Scope, name: str, label: str
    ) -> Reason | None:
        """Explain what the body of a class binds."""
        values = self.resolver.bound_in(owner.path, owner.number, name)
        entry = scope.bindings[name]
        line = entry.every[0].line
        if self.trail.is_lost(values):
            inner = Frame(owner.path, owner.number)
            reason = self.trail.bindings(name, entry, inner)
            return because(f"{label} is not known", reason, owner.path, line)
        for value in values:
            if isinstance(value, PropertyValue) and isinstance(value.getter, FunctionValue):
                return self.trail.calls.returned(value.getter)
        other = self._overrider(cls, owner, name)
        if other is not None and isinstance(entry.every[0], Defined):
            module = self.resolver.module(owner.path)
            kind = (
                "with another kind " if other.facts.members[name] != shape_of(module, entry) else ""
            )
            there = self.resolver.module(other.path).scopes[other.facts.number]
            at_line = there.bindings[name].every[0].line if name in there.bindings else there.line
            return at(
                f"`{self._name(owner)}.{name}` is overridden {kind}in `{other.facts.name}`",
                other.path,
                at_line,
            )
        return None

    def _overrider(self, cls: ClassValue, owner: ClassValue, name: str) -> Subclass | None:
        """Return a subclass that may make a member something else, the most different first."""
        others = self.resolver.attributes.overriders(cls, name)
        entry = self.classes.scope_of(owner).bindings.get(name)
        shape = "=" if entry is None else shape_of(self.resolver.module(owner.path), entry)
        others.sort(key=lambda other: (other.facts.members[name] == shape, other.path))
        return others[0] if others else None

    def _opened(
        self, cls: ClassValue, owner: ClassValue, name: str, label: str, line: int
    ) -> Reason | None:
        """Explain what may put something else into an attribute."""
        if None in self.classes.lineage(cls):
            return self.base(cls)
        if self.resolver.attributes.changes.is_assigned(cls, name):
            return at(f"{label} is set from outside", owner.path, line)
        for ancestor in self.classes.lineage(cls):
            if ancestor is not None and self.classes.scope_of(ancestor).sets_computed:
                text = f"`{self._name(ancestor)}` sets attributes under computed names"
                return at(text, ancestor.path, self.classes.scope_of(ancestor).line)
        other = self._overrider(cls, owner, name)
        if other is not None:
            there = self.resolver.module(other.path).scopes[other.facts.number]
            return at(f"{label} is set again in `{other.facts.name}`", other.path, there.line)
        return at(f"{label} is never set where its value is known", owner.path, line)

    # --- classes -------------------------------------------------------------------------

    def base(self, cls: ClassValue) -> Reason | None:
        """Explain which base of a class, or of one of its ancestors, is not known."""
        for ancestor in self.classes.lineage(cls):
            if ancestor is None:
                continue
            scope = self.classes.scope_of(ancestor)
            frame = Frame(ancestor.path, scope.parent)
            for base in scope.bases:
                plain = base.value if isinstance(base, Subscript) else base
                text = f"class `{self._name(ancestor)}` has an unknown base `{written(plain)}`"
                values = self.resolver.evaluate(plain, frame)
                if any(special_form(value) in library.OPAQUE_FORMS for value in values):
                    if special_form(values[0]) in {"Generic", "Protocol"}:
                        continue
                    return at(text, ancestor.path, scope.line)
                if self.trail.is_lost(values):
                    cause = self.trail.lost(plain, frame)
                    return because(text, cause, ancestor.path, scope.line)
                forced = self.resolver.forced(values)
                if len(forced) != 1 or not isinstance(
                    forced[0], ClassValue | External | AliasValue
                ):
                    return at(text, ancestor.path, scope.line)
            if scope.metaclass is not None and None in self.classes.lineage(ancestor)[:2]:
                text = f"a metaclass may remake class `{self._name(ancestor)}`"
                return at(text, ancestor.path, scope.line)
        scope = self.classes.scope_of(cls)
        return at(f"the bases of class `{self._name(cls)}` are not known", cls.path, scope.line)

    def instance(self, cls: ClassValue) -> Reason | None:
        """Explain why calling a class may give something else than an instance."""
        for ancestor in self.classes.lineage(cls):
            if ancestor is None:
                continue
            scope = self.classes.scope_of(ancestor)
            if "__new__" in scope.bindings:
                text = f"`{self._name(ancestor)}.__new__` may give something else than an instance"
                return at(text, ancestor.path, scope.bindings["__new__"].every[0].line)
            if scope.metaclass is not None:
                text = f"the metaclass of `{self._name(ancestor)}` decides what calling it gives"
                return at(text, ancestor.path, scope.line)
        return Reason(f"an instance of `{self._name(cls)}` may be anything")

    def _name(self, cls: ClassValue) -> str:
        return self.resolver.module(cls.path).qualified_name(cls.number)

    # --- types ---------------------------------------------------------------------------

    def annotation(self, annotation: Expr, frame: Frame, label: str, line: int) -> Reason:
        """Explain why the annotation of something does not say what it is."""
        cause = self.type(annotation, frame)
        text = f"the annotation of {label} does not tell what it is"
        return because(text, cause, frame.path, line)

    def type(self, annotation: Expr, frame: Frame) -> Reason | None:
        """Explain why a type does not say what its objects are, None if it does."""
        values = self.resolver.types.annotated(annotation, frame)
        if not self.trail.is_lost(values):
            return None
        text = f"`{written(annotation)}` may be anything"
        match annotation:
            case Union(options=options) | Choice(options=options):
                return self._first(options, frame)
            case Subscript(value=value, args=args):
                heads = self.resolver.evaluate(value, frame)
                if any(special_form(head) in _TRANSPARENT for head in heads):
                    return self._first(args, frame) or Reason(text)
                if self._is_named(heads):
                    return Reason(text)
                return self.type(value, frame) or Reason(text)
            case Name() | Attribute():
                return self._named(annotation, frame, text)
            case _:
                return Reason(text)

    def _first(self, options: Sequence[Expr], frame: Frame) -> Reason | None:
        return next((reason for o in options if (reason := self.type(o, frame))), None)

    def _is_named(self, values: Values) -> bool:
        return any(special_form(value) for value in values)

    def _named(self, annotation: Expr, frame: Frame, text: str) -> Reason | None:
        values = self.resolver.evaluate(annotation, frame)
        for value in values:
            match value:
                case External() if special_form(value):
                    return Reason(text)
                case TypeVariable():
                    return Reason(f"type variable `{value.name}` may stand for anything")
                case ClassValue() if not is_known(self.classes.instances(value)):
                    return Reason(text)
                case AliasValue(expression=expression, frame=meant):
                    reason = self.type(expression, meant)
                    if reason is not None:
                        return reason
                case _:
                    pass
        return self.trail.lost(annotation, frame) or Reason(text)


#: Forms that pass on what their arguments say.
_TRANSPARENT = frozenset(
    {"Annotated", "ClassVar", "Final", "Optional", "Required", "NotRequired", "Union"}
)
