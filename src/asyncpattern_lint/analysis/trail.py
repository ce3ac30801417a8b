"""Tell at which step the trail of an expression is lost.

The resolver says what an expression may stand for; here it is asked again, part by part, for
the innermost part that is unknown while what it is made of is known.
"""

from collections.abc import Iterable
from dataclasses import replace

from asyncpattern_lint.analysis.reasons import (
    NOT_FOLLOWED,
    Reason,
    at,
    placed,
    says_nothing,
    written,
)
from asyncpattern_lint.analysis.resolver import Resolver
from asyncpattern_lint.analysis.trail_of_calls import TrailOfCalls
from asyncpattern_lint.analysis.trail_of_members import TrailOfMembers
from asyncpattern_lint.analysis.types import makes_variable
from asyncpattern_lint.analysis.values import (
    ClassValue,
    Decided,
    External,
    Frame,
    InstanceValue,
    ModuleValue,
    Produced,
    SuperValue,
    TypeVariable,
    Unknown,
    Value,
    Values,
    having,
    without_none,
)
from asyncpattern_lint.index.exports import Presence
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
    Defined,
    Element,
    Entered,
    Expr,
    Fallback,
    Import,
    Imported,
    Item,
    ModuleIndex,
    Name,
    Narrowed,
    Opaque,
    Parameter,
    ScopeKind,
    Subscript,
    dotted,
)

#: Trails longer than this are not worth telling.
_MAX_STEPS = 30


def is_lost(resolver: Resolver, values: Values) -> bool:
    """Tell whether some of the values that a use may get, or all of them, are not known."""
    return not values or any(_is_lost(resolver, value) for value in values)


def _is_lost(resolver: Resolver, value: Value) -> bool:
    if isinstance(value, External):
        return any(
            isinstance(found, Unknown | TypeVariable | External)
            for found in resolver.force(value.name)
        )
    return isinstance(value, Unknown | TypeVariable)


class Trail:
    """Follows expressions to where nothing more is known of them."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.calls = TrailOfCalls(self)
        self.members = TrailOfMembers(self)
        self._asked: set[tuple[str, int, Expr] | tuple[str, str]] = set()

    def reason(self, expr: Expr, frame: Frame) -> Reason:
        """Return why an expression is not known in a frame."""
        self._asked.clear()
        return self.lost(expr, frame) or NOT_FOLLOWED

    def is_lost(self, values: Values) -> bool:
        """Tell whether something is missing among values."""
        return is_lost(self.resolver, values)

    # --- expressions ---------------------------------------------------------------------

    def lost(self, expr: Expr, frame: Frame) -> Reason | None:
        """Return why an expression is not known, None if it is or if nothing can be told."""
        key = (frame.path, frame.number, expr)
        if key in self._asked or len(self._asked) > _MAX_STEPS:
            return None
        if isinstance(expr, Opaque) or not self.is_lost(self.resolver.evaluate(expr, frame)):
            return None
        self._asked.add(key)
        match expr:
            case Name():
                return self._name(expr.id, frame)
            case Attribute():
                return self._attribute(expr, frame)
            case Call():
                return self.calls.call(expr, frame)
            case Choice(options=options):
                return self.first(options, frame)
            case Fallback(value=value, otherwise=otherwise):
                return self.first((otherwise, value), frame)
            case Narrowed(value=value, condition=condition):
                return self.lost(value, frame) or decided(condition.name)
            case Await(value=value):
                return self._result(expr, value, frame, "awaiting")
            case Entered(value=value):
                return self._result(expr, value, frame, "entering")
            case Element(value=value):
                return self._result(expr, value, frame, "iterating over")
            case Item(value=value) | Subscript(value=value):
                return self._result(expr, value, frame, "an item of")
            case _:
                return None

    def first(self, exprs: Iterable[Expr], frame: Frame) -> Reason | None:
        """Return why the first of several expressions that is not known is so."""
        return next((reason for e in exprs if (reason := self.lost(e, frame))), None)

    def _result(self, expr: Expr, value: Expr, frame: Frame, how: str) -> Reason | None:
        """Explain what an object gives that is known itself, or else that object."""
        values = self.resolver.evaluate(value, frame)
        if self.is_lost(values):
            return self.lost(value, frame)
        for held in without_none(values):
            reason = self.calls.given(held, expr)
            if reason is not None:
                return reason
        return Reason(f"what {how} `{written(value)}` gives is not known")

    def _attribute(self, expr: Attribute, frame: Frame) -> Reason | None:
        values = having(self.resolver.evaluate(expr.value, frame), expr.name)
        if self.is_lost(values):
            return self.lost(expr.value, frame)
        name = dotted(expr)
        if frame.local is not None and name is not None and name in frame.local:
            if _is_decided(frame.local[name]):
                return decided(name)
            self._asked.discard((frame.path, frame.number, expr))
            rest = {held: v for held, v in frame.local.items() if held != name}
            reason = self.lost(expr, replace(frame, local=rest))
            return reason or Reason(f"what `{name}` holds here is not followed")
        reason = next((r for v in values if (r := self.attribute_of(v, expr.name))), None)
        return reason or Reason(f"attribute `{expr.name}` of `{written(expr.value)}` is not known")

    def attribute_of(self, value: Value, name: str) -> Reason | None:
        """Return why an attribute of a known value is not known, None if it is."""
        if not self.is_lost(self.resolver.attribute_of(value, name)):
            return None
        match value:
            case ModuleValue(location=location):
                return self._member(location, name)
            case External():
                return self.external(f"{value.name}.{name}")
            case InstanceValue() | ClassValue() | SuperValue():
                return self.members.attribute(value, name)
            case Produced():
                instance = self.resolver.results.as_instance(value)
                return None if instance is None else self.members.attribute(instance, name)
            case _:
                return None

    # --- names ---------------------------------------------------------------------------

    def _name(self, name: str, frame: Frame) -> Reason | None:
        if frame.local is not None and _is_decided(frame.local.get(name, ())):
            return decided(name)
        if any(shadow == name for shadow, _ in frame.shadows):
            return Reason(f"what is passed for `{name}` is not known")
        module = self.resolver.module(frame.path)
        for number, scope in module.enclosing(frame.number):
            if name in scope.outer or number == 0:
                break
            if name in scope.type_parameters:
                return at(f"`{name}` is a type parameter", frame.path, scope.line)
            entry = scope.bindings.get(name)
            if entry is not None:
                return self._local(name, entry, Frame(frame.path, number), frame)
        entry = module.scopes[0].bindings.get(name)
        if frame.local is not None and frame.number == 0 and entry is not None:
            return self._local(name, entry, Frame(frame.path, 0), frame)
        if name in module.nonlocals:
            return at(f"`{name}` is bound again by a nested function", frame.path, 1)
        return self._global(frame.path, name, self._earlier(name, frame))

    def _local(self, name: str, entry: Bindings, here: Frame, asked: Frame) -> Reason | None:
        module = self.resolver.module(here.path)
        if module.scopes[here.number].kind is ScopeKind.FUNCTION:
            here = replace(here, everything=True)
        reason = self.bindings(name, entry, here, self._earlier(name, asked))
        if reason is not None:
            return reason
        if asked.local is not None:
            # What is known wherever it may come from is not, by what holds at this place.
            rest = {held: v for held, v in asked.local.items() if held != name}
            values = [binding.value for binding in entry.every if isinstance(binding, Assigned)]
            reason = self.first(values, replace(asked, local=rest))
            if reason is not None:
                return reason
        line = entry.every[0].line
        if name in module.nonlocals:
            return at(f"`{name}` is bound again by a nested function", here.path, line)
        return at(f"what `{name}` holds here is not followed", here.path, line)

    def _earlier(self, name: str, frame: Frame) -> int | None:
        """Return how many bindings count where a name is evaluated for one of its own."""
        if frame.rebinding is not None and frame.rebinding[0] == name:
            return frame.rebinding[1]
        return None

    def bindings(
        self, name: str, entry: Bindings, here: Frame, count: int | None = None
    ) -> Reason | None:
        """Explain the first binding that is not known; placeholders come last."""
        positions = [
            position
            for position, binding in enumerate(entry.every[:count])
            if self.is_lost(self.resolver.bound_by(name, position, binding, here))
        ]
        positions.sort(key=lambda position: is_placeholder(entry.every[position]))
        for position in positions:
            reason = self._binding(name, position, entry.every[position], here)
            if reason is not None:
                return reason
        return None

    def _binding(self, name: str, position: int, binding: Binding, here: Frame) -> Reason | None:
        path, line = here.path, binding.line
        match binding:
            case Parameter():
                return self._parameter(binding, here)
            case Imported(index=index):
                return self._import(path, self.resolver.module(path).imports[index])
            case Defined(scope=number):
                return self.calls.definition(path, number, here)
            case Assigned(annotation=annotation) if not (
                annotation is None or says_nothing(annotation)
            ):
                return self.members.annotation(annotation, here, f"`{name}`", line)
            case _ if is_placeholder(binding):
                return at(f"`{name}` is `None` until something else replaces it", path, line)
            case Assigned(value=value) if makes_variable(value, self.resolver.module(path).aliases):
                return at(f"`{name}` is a type variable", path, line)
            case Assigned(value=value):
                inner = replace(here, rebinding=(name, position)) if position else here
                reason = self.lost(value, inner)
                return placed(reason, path, line) or at(
                    f"what `{name}` is bound to is not followed", path, line
                )

    def _parameter(self, parameter: Parameter, here: Frame) -> Reason | None:
        name = f"{parameter.variadic}{parameter.name}"
        label = f"parameter `{name}`"
        if parameter.annotation is None:
            module = self.resolver.module(here.path)
            parent = module.scopes[here.number].parent
            if parameter.position == 0 and module.scopes[parent].kind is ScopeKind.CLASS:
                label = f"what `{name}` is hangs on the decorators of its method"
                return at(label, here.path, parameter.line)
            return at(f"{label} has no annotation", here.path, parameter.line)
        meant = self.resolver.types.frame_of(here.path, here.number)
        return self.members.annotation(parameter.annotation, meant, label, parameter.line)

    # --- modules -------------------------------------------------------------------------

    def _global(self, path: str, name: str, count: int | None = None) -> Reason | None:
        key = (path, name)
        if key in self._asked:
            return None
        self._asked.add(key)
        module = self.resolver.module(path)
        entry = module.scopes[0].bindings.get(name)
        reason = None if entry is None else self.bindings(name, entry, Frame(path, 0), count)
        if reason is not None:
            return reason
        dotted_name = self.resolver.project.module_name(path)
        line = 1 if entry is None else entry.every[0].line
        if entry is not None and entry.deleted:
            return at(f"`{name}` is deleted again", path, line)
        if not self.resolver.is_foreign(path) and self.resolver.exports.is_open(path):
            return at(f"module `{dotted_name}` may bind names that its text hides", path, line)
        if self.resolver.project.is_written(dotted_name, name):
            return at(f"`{name}` is set from outside its module", path, line)
        return self._star(path, module, name) or (
            at(f"module `{dotted_name}` binds no `{name}`", path, line) if entry is None else None
        )

    def _star(self, path: str, module: ModuleIndex, name: str) -> Reason | None:
        exports = self.resolver.exports
        for position in module.stars:
            star = module.imports[position]
            for source in exports.sources(path, star):
                if source is None:
                    return at(f"`{star.text}` may bind `{name}`", path, star.line)
                if exports.binds(source.path, name) is not Presence.ABSENT:
                    reason = self._member(source, name)
                    if reason is not None:
                        return placed(reason, path, star.line)
        return None

    def _member(self, location: Location, name: str) -> Reason | None:
        """Explain ``location.name``."""
        project = self.resolver.project
        module = None if location.is_namespace else project.module(location.path)
        if module is None:
            return Reason(f"module `{location.name}` has no source that can be read")
        presence = self.resolver.exports.binds(location.path, name)
        if presence is Presence.ABSENT:
            source = project.source_of(location)
            if source is not None and source != location:
                return self._member(source, name)
        return self._global(location.path, name)

    def _import(self, path: str, item: Import) -> Reason | None:
        resolver = self.resolver
        for value in resolver.modules.imported(path, item):
            if isinstance(value, External) and _is_lost(resolver, value):
                return placed(self.external(value.name), path, item.line)
        lookup = resolver.exports.lookup_module(path, item)
        if lookup.partial or not lookup.found:
            module = f"{'.' * item.level}{item.module}"
            return at(f"module `{module}` is not found", path, item.line)
        if item.name is None:
            return None
        reasons = (self._member(location, item.name) for location in lookup.found)
        return placed(next(filter(None, reasons), None), path, item.line)

    def external(self, name: str) -> Reason | None:
        """Explain a dotted name of the environment."""
        top, *rest = name.split(".")
        location = self.resolver.project.environment.top(top)
        if location is None:
            return Reason(f"module `{top}` is not installed in the environment")
        values: Values = (ModuleValue(location),)
        for part in rest:
            for value in values:
                if isinstance(value, External) and _is_lost(self.resolver, value):
                    return self._again(value.name)
                reason = self.attribute_of(value, part)
                if reason is not None:
                    return reason
            values = tuple(v for held in values for v in self.resolver.attribute_of(held, part))
        for value in values:
            if isinstance(value, External) and value.name != name:
                return self._again(value.name)
        return Reason(f"`{name}` of the environment is not known")

    def _again(self, name: str) -> Reason | None:
        key = ("", name)
        if key in self._asked:
            return None
        self._asked.add(key)
        return self.external(name)


def _is_decided(values: Values) -> bool:
    return any(isinstance(value, Decided) for value in values)


def decided(name: str) -> Reason:
    """Return the reason of a name whose values the code around it rules on."""
    return Reason(f"a test, or code around it, decides what `{name}` is")


def is_placeholder(binding: Binding) -> bool:
    """Tell whether a binding puts ``None`` where something else is to come."""
    return (
        isinstance(binding, Assigned)
        and binding.value == Builtin("NoneType")
        and binding.annotation is None
    )
