"""Classes: what they derive from, what their instances support, and what their attributes are.

Sources: https://docs.python.org/3/reference/datamodel.html (attribute access, descriptors,
creating a class) and https://docs.python.org/3/howto/mro.html.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from asyncpattern_lint.analysis import library
from asyncpattern_lint.analysis.types import special_form
from asyncpattern_lint.analysis.values import (
    ANYTHING,
    AliasValue,
    Binds,
    ClassValue,
    External,
    FactoryValue,
    Frame,
    FunctionValue,
    Identity,
    InstanceValue,
    LambdaValue,
    ModuleValue,
    PropertyValue,
    SuperValue,
    TypeVariable,
    Unknown,
    Value,
    Values,
    is_known,
    overridden,
    union,
    with_step,
    with_steps,
    without_contents,
    without_steps,
)
from asyncpattern_lint.findings import Step, Target
from asyncpattern_lint.index.model import (
    Assigned,
    AttributeSet,
    Builtin,
    Collection,
    Defined,
    Expr,
    Scope,
    Subscript,
    dotted,
)
from asyncpattern_lint.index.project import Subclass, shape_of
from asyncpattern_lint.protocol import ITERATION_METHODS, METHODS, PROTOCOL_METHODS, Protocol

if TYPE_CHECKING:
    from asyncpattern_lint.analysis.resolver import Resolver

#: More ancestors than anyone writes: what follows stays unknown.
_MAX_LINEAGE = 200

Lineage = tuple[ClassValue | None, ...]
"""A class and its ancestors in the order of resolution; None where one is not known."""

#: Bases that add nothing to what objects support here.
_PLAIN_BASES = frozenset({"Generic", "Hashable", "Protocol", "Sized"})

_FUNCTIONS = (FunctionValue, FactoryValue, LambdaValue, PropertyValue)

#: Protocols of which an object is one by its methods alone, and what their argument is.
_STRUCTURAL = {
    "typing.Iterable": "element", "typing.Iterator": "element", "typing.Collection": "element",
    "typing.AsyncIterable": "async element", "typing.AsyncIterator": "async element",
    "typing.Awaitable": "awaited", "contextlib.AbstractContextManager": "entered",
    "contextlib.AbstractAsyncContextManager": "async entered",
}  # fmt: skip


class Classes:
    """Answers questions about classes and their instances."""

    def __init__(self, resolver: "Resolver") -> None:
        self.resolver = resolver
        self._lineages: dict[ClassValue, Lineage] = {}
        self._protocols: dict[ClassValue, tuple[Protocol, bool]] = {}
        self._added: dict[str, Protocol] = {}

    # --- instances -----------------------------------------------------------------------

    def builtin(self, name: str, arguments: tuple[Values, ...] = ()) -> Values:
        """Return an instance of a builtin class, or anything if there is no such class."""
        found = library.builtin_class(name)
        if found is None:
            return ANYTHING
        stripped = tuple(tuple(map(without_steps, values)) for values in arguments)
        return (InstanceValue(name, library.protocols_of_class(found), arguments=stripped),)

    def tuple_of(self, items: tuple[Values, ...]) -> Values:
        """Return a tuple of known length."""
        stripped = tuple(tuple(map(without_steps, values)) for values in items)
        return (InstanceValue("tuple", library.protocols_of_class(tuple), items=stripped),)

    def named(self, name: str, arguments: tuple[Values, ...] = ()) -> Values:
        """Return an instance of a class of the environment, by its dotted name."""
        found = self.resolver.force(name)
        return union(
            self.instances(replace(value, arguments=arguments, exact=False))
            for value in found
            if isinstance(value, ClassValue)
        )

    def instances(self, value: ClassValue) -> Values:
        """Return an object of a class, or of one of its subclasses if it is not exact."""
        return (self._instance(value, exact=False),)

    def _instance(self, value: ClassValue, *, exact: bool) -> Value:
        resolver = self.resolver
        module = resolver.module(value.path)
        scope = module.scopes[value.number]
        canonical = resolver.canonical(value.path, value.number)
        if canonical is not None:
            if canonical in library.VAGUE_CLASSES:
                return Unknown()
            head, _, builtin = canonical.partition("builtins.")
            if not head and library.is_concrete(builtin):
                return with_steps(self.builtin(builtin, value.arguments), value.steps)[0]
        name = module.qualified_name(value.number)
        protocols, is_open = self.protocols_of(value)
        if not exact:
            protocols |= self.added_by_subclasses(scope.name)
        step = Step(value.path, scope.line, f"`class {name}` is defined here")
        structural = self.is_structural(value)
        return InstanceValue(
            name,
            protocols,
            exact,
            ClassValue(value.path, value.number),
            arguments=value.arguments,
            # What meets a protocol may do more than it asks for.
            is_open=is_open or (structural and canonical not in library.PLAIN_PROTOCOLS),
            structural=structural,
            target=Target(resolver.dotted_name(value.path, name), value.path, scope.line),
            steps=(*value.steps, step),
        )

    def class_of(self, instance: InstanceValue) -> ClassValue | None:
        """Return the class of an instance with what its type parameters stand for."""
        if instance.of is not None:
            return replace(instance.of, arguments=instance.arguments, exact=instance.exact)
        name = library.STUB_NAMES.get(instance.class_name, f"builtins.{instance.class_name}")
        forced = self.resolver.force(name)
        if len(forced) != 1 or not isinstance(forced[0], ClassValue):
            return None
        arguments = instance.arguments
        if instance.items is not None:
            arguments = (union(instance.items),)
        return replace(forced[0], arguments=arguments, steps=())

    def self_of(self, path: str, number: int, *, is_class: bool) -> Values:
        """Return what the first parameter of a method of a class is."""
        value = ClassValue(path, number, exact=False)
        if is_class:
            return (value,)
        return (without_steps(self._instance(value, exact=False)),)

    def instantiate(
        self, value: ClassValue, arguments: tuple[Values, ...], keywords: dict[str, Values]
    ) -> Values:
        """Return what calling a class gives."""
        lineage = self.lineage(value)
        for ancestor in lineage:
            if ancestor is None:
                continue
            scope = self.scope_of(ancestor)
            if not self._is_neutral_metaclass(ancestor, scope):
                return ANYTHING
            entry = scope.bindings.get("__new__")
            if entry is not None and not self._gives_instance(ancestor, scope):
                makers = self._raw(ancestor, "__new__")
                given = ((value,), *arguments)
                told = all(isinstance(m, FunctionValue) and self._is_declared(m) for m in makers)
                made = union(self.resolver.calls.call_all(makers, given, keywords))
                return made if told and is_known(made) else ANYTHING
        if not value.arguments:
            solved = self._solved_arguments(value, lineage, arguments, keywords)
            value = replace(value, arguments=solved)
        return (self._instance(value, exact=value.exact),)

    def _is_declared(self, function: FunctionValue) -> bool:
        return self.resolver.scope_of(function).annotation is not None

    def _gives_instance(self, value: ClassValue, scope: Scope) -> bool:
        """Whether ``__new__`` says that it gives an instance of its class."""
        for binding in scope.bindings["__new__"].every:
            if not isinstance(binding, Defined):
                return False
            annotation = self.resolver.module(value.path).scopes[binding.scope].annotation
            plain = annotation.value if isinstance(annotation, Subscript) else annotation
            if plain is None:
                return False
            for found in self.resolver.evaluate(plain, Frame(value.path, scope.parent)):
                same = isinstance(found, ClassValue) and found.plain == value.plain
                if not same and special_form(found) != "Self":
                    return isinstance(found, TypeVariable)
        return True

    def _is_neutral_metaclass(self, value: ClassValue, scope: Scope) -> bool:
        """Whether calling the class makes an instance, as ``type.__call__`` does."""
        if scope.metaclass is None:
            return True
        found = self.resolver.evaluate(scope.metaclass, Frame(value.path, scope.parent))
        for metaclass in found:
            if isinstance(metaclass, External) and metaclass.name in library.NEUTRAL_METACLASSES:
                continue
            forced = self.resolver.forced((metaclass,))
            if len(forced) != 1 or not isinstance(forced[0], ClassValue):
                return False
            for ancestor in self.lineage(forced[0]):
                if ancestor is None:
                    return False
                name = self.resolver.canonical(ancestor.path, ancestor.number)
                if name in {"builtins.type", "abc.ABCMeta"}:
                    continue
                if name not in library.NEUTRAL_METACLASSES and (
                    "__call__" in self.scope_of(ancestor).bindings
                ):
                    return False
        return bool(found)

    def _remakes(self, value: ClassValue, metaclass: Expr) -> bool:
        """Whether a metaclass of the project may make another class than the body says."""
        scope = self.scope_of(value)
        for found in self.resolver.evaluate(metaclass, Frame(value.path, scope.parent)):
            for ancestor in self.lineage(found) if isinstance(found, ClassValue) else ():
                if ancestor is not None and not self.resolver.is_foreign(ancestor.path):
                    names = self.scope_of(ancestor).bindings
                    if any(name in names for name in ("__new__", "__call__", "mro", "__prepare__")):
                        return True
        return False

    def _solved_arguments(
        self,
        value: ClassValue,
        lineage: Lineage,
        arguments: tuple[Values, ...],
        keywords: dict[str, Values],
    ) -> tuple[Values, ...]:
        types = self.resolver.types
        wanted = types.parameters_of(value)
        if not wanted or not (arguments or keywords):
            return ()
        for ancestor in lineage:
            if ancestor is None or (ancestor.path, ancestor.number) != (value.path, value.number):
                break
            for name in ("__init__", "__new__"):
                makers = self._raw(ancestor, name)
                functions = [m for m in makers if isinstance(m, FunctionValue)]
                if not functions:
                    continue
                given = (ANYTHING, *arguments)
                functions = self.resolver.calls.overloads.accepting(functions, given, keywords)
                solutions = [types.solve(f, given, keywords) for f in functions]
                solved = tuple(
                    _lasting(union(s[variable] for s in solutions if variable in s))
                    for variable in wanted
                )
                return solved if any(solved) else ()
        return ()

    # --- ancestors -----------------------------------------------------------------------

    def scope_of(self, value: ClassValue) -> Scope:
        """Return the scope of a class."""
        return self.resolver.module(value.path).scopes[value.number]

    def lineage(self, value: ClassValue) -> Lineage:
        """Return a class and its ancestors in the order of resolution."""
        key = ClassValue(value.path, value.number, value.arguments)
        known = self._lineages.get(key)
        if known is None:
            # Until it is known, a class that derives from itself derives from the unknown.
            self._lineages[key] = (key, None)
            known = self._lineages[key] = self._linearised(key)
        return known

    def _linearised(self, value: ClassValue) -> Lineage:
        bases = list(self._bases(value))
        sequences: list[list[ClassValue | None]] = [
            [None] if base is None else list(self.lineage(base)) for base in bases
        ]
        sequences.append(bases)
        merged: list[ClassValue | None] = [value]
        while sequences := [sequence for sequence in sequences if sequence]:
            tails = {_key(c) for sequence in sequences for c in sequence[1:] if c is not None}
            heads = [sequence[0] for sequence in sequences]
            chosen = next((h for h in heads if h is None or _key(h) not in tails), value)
            if chosen is value or len(merged) > _MAX_LINEAGE:
                return (value, None)
            merged.append(chosen)
            for sequence in sequences:
                if _key(sequence[0]) == _key(chosen):
                    del sequence[0]
        return tuple(merged)

    def _bases(self, value: ClassValue) -> Iterator[ClassValue | None]:
        resolver = self.resolver
        scope = self.scope_of(value)
        frame = Frame(value.path, scope.parent)
        if not scope.parent and not resolver.is_foreign(value.path):
            # A base that is bound again later, perhaps to this class, is the earlier one.
            frame = Frame(value.path, 0, before=scope.line)
        if scope.metaclass is not None and self._remakes(value, scope.metaclass):
            yield None
        solved = dict(
            zip(resolver.types.parameters_of(value), value.arguments, strict=False)
            if value.arguments
            else ()
        )
        for base in scope.bases:
            plain: Expr = base
            given: tuple[Expr, ...] = ()
            if isinstance(base, Subscript):
                plain, given = base.value, base.args
            found = resolver.evaluate(plain, frame)
            if len(found) == 1 and isinstance(found[0], AliasValue):
                alias = found[0]
                frame_of_alias, inner = alias.frame, alias.expression
                if isinstance(inner, Subscript):
                    plain, given, frame = inner.value, inner.args, frame_of_alias
                    found = resolver.evaluate(plain, frame)
            if len(found) == 1 and special_form(found[0]) in _PLAIN_BASES:
                continue
            if len(found) == 1 and special_form(found[0]) == "TypedDict":
                found = (External("builtins.dict"),)
            if any(special_form(v) in library.OPAQUE_FORMS for v in found):
                yield None
                continue
            if found == (External("builtins.object"),):
                continue
            if len(found) == 1 and isinstance(found[0], External):
                alias_of = library.BUILTIN_ALIASES.get(special_form(found[0]))
                found = resolver.force(f"builtins.{alias_of}" if alias_of else found[0].name)
            if len(found) != 1 or not isinstance(found[0], ClassValue):
                yield None
                continue
            base_class = found[0]
            arguments = tuple(
                tuple(map(without_steps, resolver.types.annotated(argument, frame, solved)))
                for argument in given
            )
            if resolver.canonical(base_class.path, base_class.number) == "builtins.tuple":
                # The class itself has one parameter: what any of its items may be.
                arguments = (union(arguments),) if arguments else ()
            yield ClassValue(base_class.path, base_class.number, arguments or base_class.arguments)

    def arguments_for(self, instance: InstanceValue, target: ClassValue) -> tuple[Values, ...]:
        """Return what the type parameters of a class stand for in one of its instances."""
        cls = self.class_of(instance)
        if cls is None:
            return ()
        for ancestor in self.lineage(cls):
            if ancestor is not None and _key(ancestor) == _key(target):
                return ancestor.arguments
        how = _STRUCTURAL.get(self.resolver.canonical(target.path, target.number) or "")
        results = self.resolver.results
        match how:
            case "element" | "async element":
                return (results.element(instance, how.startswith("async")),)
            case "entered" | "async entered":
                return (results.entered(instance, how.startswith("async")),)
            case "awaited":
                return (results.awaited(instance),)
            case _:
                return ()

    def derives_from(self, value: ClassValue, names: frozenset[str]) -> bool:
        """Tell whether a class derives from one of the environment's with such a dotted name."""
        return any(
            ancestor is not None
            and self.resolver.canonical(ancestor.path, ancestor.number) in names
            for ancestor in self.lineage(value)
        )

    # --- protocols -----------------------------------------------------------------------

    def protocols_of(self, value: ClassValue) -> tuple[Protocol, bool]:
        """Return what instances of a class support, and whether they may support more."""
        key = value.plain
        known = self._protocols.get(key)
        if known is None:
            # Whoever asks meanwhile gets no answer that could be wrong.
            self._protocols[key] = (Protocol.NONE, True)
            known = self._protocols[key] = self._find_protocols(key)
        return known

    def _find_protocols(self, value: ClassValue) -> tuple[Protocol, bool]:
        found = Protocol.NONE
        is_open = False
        names: set[str] = set()
        seen: set[str] = set()
        for ancestor in self.lineage(value):
            if ancestor is None:
                is_open = True
                continue
            scope = self.scope_of(ancestor)
            canonical = self.resolver.canonical(ancestor.path, ancestor.number) or ""
            head, _, name = canonical.partition("builtins.")
            builtin = None if head else library.builtin_class(name)
            if builtin is type:
                is_open = True
            if builtin is not None:
                found |= library.protocols_of_class(builtin)
                continue
            is_open = is_open or not self._is_plain(ancestor, scope)
            names.update(
                name for name in scope.bindings if name not in seen and self._works(ancestor, name)
            )
            seen.update(scope.bindings)
        for protocol, methods in METHODS.items():
            if all(method in names for method in methods):
                found |= protocol
        if not names.isdisjoint(ITERATION_METHODS):
            found |= Protocol.ITERABLE
        return found, is_open

    def _works(self, value: ClassValue, name: str) -> bool:
        """Whether a protocol method does more than raise an error that says so."""
        if name not in PROTOCOL_METHODS:
            return True
        module = self.resolver.module(value.path)
        bindings = module.scopes[value.number].bindings[name].every
        scopes = [module.scopes[b.scope] for b in bindings if isinstance(b, Defined)]
        return len(scopes) < len(bindings) or any(
            scope.returns
            or scope.falls_through
            or scope.is_stub
            or scope.is_generator
            or value.path.endswith(".pyi")
            for scope in scopes
        )

    def _is_plain(self, value: ClassValue, scope: Scope) -> bool:
        """Whether a class is just what its body says, protocol methods and all."""
        resolver = self.resolver
        module = resolver.module(value.path)
        if not resolver.is_foreign(value.path) and (
            scope.has_keywords
            or module.is_open
            or "__init_subclass__" in scope.bindings
            or resolver.project.is_rewritten(scope.name)
        ):
            return False
        if not self._is_neutral_metaclass(value, scope):
            return False
        if scope.decorators and not self._is_kept(value, scope):
            return False
        for name in PROTOCOL_METHODS:
            entry = scope.bindings.get(name)
            for binding in entry.every if entry is not None else ():
                if isinstance(binding, Assigned) and binding.value == Builtin("NoneType"):
                    return False
                if not isinstance(binding, Defined | Assigned):
                    return False
        return True

    def _is_kept(self, value: ClassValue, scope: Scope) -> bool:
        """Whether the decorators of a class give the class back."""
        made = self.resolver.defined(value.path, value.number, Frame(value.path, scope.parent))
        return all(isinstance(v, ClassValue) and v.plain == value.plain for v in made)

    def is_structural(self, value: ClassValue) -> bool:
        """Whether a class is a ``Protocol``."""
        for base in self.scope_of(value).bases:
            plain = base.value if isinstance(base, Subscript) else base
            parent = self.scope_of(value).parent
            found = self.resolver.evaluate(plain, Frame(value.path, parent))
            if any(special_form(v) == "Protocol" for v in found):
                return True
        return False

    def added_by_subclasses(self, name: str) -> Protocol:
        """Return what known subclasses of a class of this name support beside it."""
        known = self._added.get(name)
        if known is None:
            project = self.resolver.project
            added = Protocol.NONE
            for protocol, methods in METHODS.items():
                if any(project.overriders(name, method) for method in methods):
                    added |= protocol
            if any(project.overriders(name, method) for method in ITERATION_METHODS):
                added |= Protocol.ITERABLE
            known = self._added[name] = added
        return known

    # --- attributes ----------------------------------------------------------------------

    def attribute(self, receiver: InstanceValue, name: str) -> Values:
        """Return what an attribute of an instance may be."""
        plain = without_steps(receiver)
        assert isinstance(plain, InstanceValue)  # it keeps its type
        found = self.resolver.memo.once(
            ("attribute", plain, name), lambda: self._attribute(plain, name)
        )
        return with_steps(found, receiver.steps)

    def _attribute(self, receiver: InstanceValue, name: str) -> Values:
        cls = self.class_of(receiver)
        if cls is None:
            return ANYTHING
        lineage = self.lineage(cls)
        if any(a is not None and "__getattribute__" in self.scope_of(a).bindings for a in lineage):
            return ANYTHING
        return self._found(lineage, name, receiver, cls)

    def class_attribute(self, value: ClassValue, name: str) -> Values:
        """Return what an attribute of a class may be."""
        plain = without_steps(value)
        assert isinstance(plain, ClassValue)  # it keeps its type
        found = self.resolver.memo.once(
            ("attribute", plain, name),
            lambda: self._found(self.lineage(plain), name, plain, plain),
        )
        return with_steps(found, value.steps)

    def super_attribute(self, value: SuperValue, name: str) -> Values:
        """Return what an attribute of ``super()`` may be."""
        receiver = value.receiver
        if isinstance(receiver, InstanceValue):
            cls = self.class_of(receiver)
        else:
            cls = receiver if isinstance(receiver, ClassValue) else None
        if cls is None:
            return ANYTHING
        lineage = self.lineage(cls)
        if not cls.exact and any(
            len(subclass.facts.bases) > 1
            for subclass in self.resolver.project.subclasses(self.scope_of(cls).name)
        ):
            # A sibling may come in between (https://docs.python.org/3/howto/mro.html).
            return ANYTHING
        for position, ancestor in enumerate(lineage):
            if ancestor is not None and _key(ancestor) == _key(value.start):
                # What it gives is settled, whatever subclasses define.
                exact = replace(cls, exact=True)
                return self._found(lineage[position + 1 :], name, receiver, exact)
        return ANYTHING

    def call_method(
        self, receiver: InstanceValue, name: str, arguments: tuple[Values, ...] = ()
    ) -> Values:
        """Return what calling a method gives."""
        methods = self.attribute(receiver, name)
        return union(self.resolver.calls.call_all(methods, arguments, {}))

    def _found(
        self, lineage: Sequence[ClassValue | None], name: str, receiver: Value, cls: ClassValue
    ) -> Values:
        sets: list[Values] = []
        for ancestor in lineage:
            if ancestor is None:
                return ANYTHING
            scope = self.scope_of(ancestor)
            given = scope.attributes_set.get(name, ())
            annotation = self._annotation(scope, name, given)
            if annotation is not None and not self._is_bare(annotation):
                declared = self._declared(ancestor, annotation, receiver)
                return declared if is_known(declared) else ANYTHING
            if given:
                sets.append(self._set_values(ancestor, given))
            entry = scope.bindings.get(name)
            if entry is None or not (entry.live or entry.type_only):
                continue
            values = self._raw(ancestor, name)
            if values and all(isinstance(v, _FUNCTIONS) for v in values):
                if self._is_overridden(cls, ancestor, name) or self._is_replaced(ancestor, name):
                    return ANYTHING
                if self._overriders(cls, name):
                    values = tuple(map(overridden, values))
                if any(isinstance(v, PropertyValue) for v in values):
                    bound = union(self._bound(v, receiver) for v in values)
                    return self._data([*sets, bound], cls, name, ancestor)
                bound = union(self._bound(v, receiver) for v in values)
                return union((*sets, bound))
            if isinstance(receiver, ClassValue) and self.is_enumeration(ancestor):
                return self._enumerated(values, receiver)
            return self._data([*sets, self._bound_data(values, receiver)], cls, name, ancestor)
        return self._data(sets, cls, name, None) if sets else ANYTHING

    def _is_replaced(self, owner: ClassValue, name: str) -> bool:
        """Whether some file puts something else in the place of a method."""
        module = self.resolver.module(owner.path)
        names = module.scopes[0].bindings
        return self.resolver.project.is_replaced(name) or any(
            attribute == name and head in names for head, attribute in module.assigned
        )

    def _is_bare(self, annotation: Expr) -> bool:
        """Whether an annotation leaves the type open: ``Final`` or ``ClassVar`` alone."""
        return (dotted(annotation) or "").rpartition(".")[2] in {"Final", "ClassVar"}

    def _annotation(self, scope: Scope, name: str, given: Sequence[AttributeSet]) -> Expr | None:
        declared = scope.declared.get(name)
        if declared is not None:
            return declared
        return next((item.annotation for item in given if item.annotation is not None), None)

    def _declared(self, owner: ClassValue, annotation: Expr, receiver: Value) -> Values:
        types = self.resolver.types
        solved = dict(zip(types.parameters_of(owner), owner.arguments, strict=False))
        values = types.annotated(annotation, Frame(owner.path, owner.number), solved)
        return union(
            self._through_descriptor(value, receiver) for value in self.resolver.told(values)
        )

    def _set_values(self, owner: ClassValue, given: Sequence[AttributeSet]) -> Values:
        resolver = self.resolver
        groups = []
        for item in given:
            if item.value is None:
                continue
            # What a constructor leaves to its defaults counts, as in its own body.
            frame = Frame(owner.path, item.scope, everything=True)
            step = Step(owner.path, item.line, "its attribute is set here")
            values = resolver.evaluate(item.value, frame)
            if isinstance(item.value, Collection):
                values = without_contents(values)
            groups.append(with_step(values, step))
        return union(groups)

    def _raw(self, owner: ClassValue, name: str) -> Values:
        """Return what a class body binds a name to, before descriptors have their say."""
        return self.resolver.bound_in(owner.path, owner.number, name)

    def _data(
        self, groups: list[Values], cls: ClassValue, name: str, owner: ClassValue | None
    ) -> Values:
        """Return what an attribute that nothing declares may hold."""
        values = union(groups)
        if all(isinstance(v, InstanceValue) and v.is_none for v in values):
            return ANYTHING
        resolver = self.resolver
        opened = resolver.project.is_assigned(name, cls.path) or any(
            ancestor is not None
            and (
                self.scope_of(ancestor).sets_computed
                or (
                    owner is not None
                    and not self._is_neutral_metaclass(ancestor, self.scope_of(ancestor))
                )
            )
            for ancestor in self.lineage(cls)
        )
        if opened or self._is_set_by_subclass(cls, name):
            return union((values, ANYTHING))
        return values

    def _is_set_by_subclass(self, cls: ClassValue, name: str) -> bool:
        return bool(self._overriders(cls, name))

    def _is_overridden(self, cls: ClassValue, owner: ClassValue, name: str) -> bool:
        """Whether a known subclass may make a method something of another kind."""
        others = self._overriders(cls, name)
        if not others:
            return False
        module = self.resolver.module(owner.path)
        entry = module.scopes[owner.number].bindings[name]
        shape = shape_of(module, entry)
        if any(other.facts.members[name] != shape for other in others):
            return True
        # Of a plain function, only the body tells what it gives.
        plain = not {"async", "yield"}.intersection(shape.split())
        return plain and not self._is_annotated(owner, name)

    def _overriders(self, cls: ClassValue, name: str) -> list[Subclass]:
        """Return the known subclasses that bind a member in a way of their own."""
        if cls.exact:
            return []
        found = self.resolver.project.overriders(self.scope_of(cls).name, name)
        if not found:
            return []
        own = {_key(ancestor) for ancestor in self.lineage(cls) if ancestor is not None}
        return [other for other in found if (other.path, other.facts.number) not in own]

    def _is_annotated(self, owner: ClassValue, name: str) -> bool:
        module = self.resolver.module(owner.path)
        return all(
            isinstance(binding, Defined) and module.scopes[binding.scope].annotation is not None
            for binding in module.scopes[owner.number].bindings[name].every
        )

    # --- descriptors ---------------------------------------------------------------------

    def _bound(self, value: Value, receiver: Value) -> Values:
        """Return what a function or property of a class gives when it is taken from there."""
        match value:
            case FunctionValue(binds=Binds.NOTHING):
                return (value,)
            case FunctionValue(binds=Binds.CLASS):
                cls = receiver
                if isinstance(receiver, InstanceValue):
                    cls = self.class_of(receiver) or Unknown()
                return (replace(value, receiver=cls),)
            case FunctionValue() | LambdaValue():
                if isinstance(receiver, ClassValue):
                    return (value,)
                return (replace(value, receiver=receiver),)
            case FactoryValue(function=function):
                (bound,) = self._bound(function, receiver)
                assert isinstance(bound, FunctionValue)  # binding keeps its type
                return (replace(value, function=bound),)
            case PropertyValue(getter=getter):
                if isinstance(receiver, ClassValue):
                    return ANYTHING
                getters = self._bound(getter, receiver)
                return with_steps(union(self.resolver.calls.call_all(getters, (), {})), value.steps)
            case _:
                return ANYTHING

    def _bound_data(self, values: Values, receiver: Value) -> Values:
        groups = []
        for value in values:
            if isinstance(value, _FUNCTIONS):
                groups.append(self._bound(value, receiver))
            elif isinstance(value, Identity | ModuleValue | TypeVariable):
                groups.append(ANYTHING)
            else:
                groups.append(self._through_descriptor(value, receiver))
        return union(groups)

    def _through_descriptor(self, value: Value, receiver: Value) -> Values:
        """Return what an object in a class gives: what its ``__get__`` gives if it has one."""
        if isinstance(value, External):
            forced = self.resolver.force(value.name)
            if not is_known(forced) or any(isinstance(v, External) for v in forced):
                return ANYTHING
            return union(
                self._bound(v, receiver)
                if isinstance(v, _FUNCTIONS)
                else self._through_descriptor(v, receiver)
                for v in forced
            )
        if not isinstance(value, InstanceValue) or value.of is None:
            return (value,)
        if value.is_open:
            return ANYTHING if self._may_be_descriptor(value) else (value,)
        if not self._binds_name(value, "__get__"):
            return (value,)
        if isinstance(receiver, ClassValue):
            return ANYTHING
        getters = self.attribute(value, "__get__")
        functions = [g for g in getters if isinstance(g, FunctionValue)]
        if len(functions) != len(getters):
            return ANYTHING
        # Of the overloads, those for access through the class take None for the instance.
        wanted = [f for f in functions if not self._takes_none(f)]
        arguments: tuple[Values, ...] = ((receiver,), ANYTHING)
        return union(self.resolver.calls.call(f, arguments, {}) for f in wanted) or ANYTHING

    def _takes_none(self, function: FunctionValue) -> bool:
        scope = self.resolver.scope_of(function)
        return any(
            getattr(entry.every[0], "position", None) == 1
            and getattr(entry.every[0], "annotation", None) == Builtin("NoneType")
            for entry in scope.bindings.values()
        )

    def _binds_name(self, value: InstanceValue, name: str) -> bool:
        return value.of is not None and any(
            ancestor is not None and name in self.scope_of(ancestor).bindings
            for ancestor in self.lineage(value.of)
        )

    def _may_be_descriptor(self, value: InstanceValue) -> bool:
        return self._binds_name(value, "__get__") or (
            value.of is not None and None in self.lineage(value.of)
        )

    # --- enumerations --------------------------------------------------------------------

    def is_enumeration(self, value: ClassValue) -> bool:
        """Tell whether a class holds the members of an enumeration."""
        own = self.resolver.canonical(value.path, value.number) or ""
        return not own.startswith("enum.") and self.derives_from(value, frozenset({"enum.Enum"}))

    def _enumerated(self, values: Values, receiver: Value) -> Values:
        assert isinstance(receiver, ClassValue)  # the caller has looked
        if any(isinstance(value, InstanceValue) for value in values):
            return (self._instance(receiver, exact=True),)
        return ANYTHING


def _lasting(values: Values) -> Values:
    """Disregard ``None`` as the first thing that an object holds: another will follow."""
    is_none = all(isinstance(value, InstanceValue) and value.is_none for value in values)
    return ANYTHING if values and is_none else values


def _key(value: ClassValue | None) -> tuple[str, int] | None:
    return None if value is None else (value.path, value.number)
