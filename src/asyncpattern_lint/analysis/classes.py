"""Classes: what they derive from, and what their instances support.

Sources: https://docs.python.org/3/reference/datamodel.html (creating a class) and
https://docs.python.org/3/howto/mro.html.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from asyncpattern_lint.analysis import library
from asyncpattern_lint.analysis.types import special_form
from asyncpattern_lint.analysis.values import (
    ANYTHING,
    AliasValue,
    ClassValue,
    External,
    Frame,
    FunctionValue,
    InstanceValue,
    TypeVariable,
    Unknown,
    Value,
    Values,
    is_known,
    lasting,
    replace,
    union,
    with_steps,
    without_steps,
)
from asyncpattern_lint.findings import Step, Target
from asyncpattern_lint.index.model import (
    Assigned,
    Builtin,
    Defined,
    Expr,
    Scope,
    Subscript,
)
from asyncpattern_lint.index.trace import Table, table
from asyncpattern_lint.protocol import ITERATION_METHODS, METHODS, PROTOCOL_METHODS, Protocol

if TYPE_CHECKING:
    from asyncpattern_lint.analysis.resolver import Resolver

#: More ancestors than anyone writes: what follows stays unknown.
_MAX_LINEAGE = 200

Lineage = tuple[ClassValue | None, ...]
"""A class and its ancestors in the order of resolution; None where one is not known."""

#: Bases that add nothing to what objects support here.
_PLAIN_BASES = frozenset({"Generic", "Hashable", "Protocol", "Sized"})


#: Protocol methods that may only raise: a sequence or an iterator may end before its first item,
#: and what leaves a block may have another error to raise.
_MAY_RAISE = frozenset({"__getitem__", "__next__", "__anext__", "__exit__", "__aexit__"})


class Classes:
    """Answers questions about classes and their instances."""

    def __init__(self, resolver: "Resolver") -> None:
        self.resolver = resolver
        trace = resolver.project.trace
        self._lineages: Table[ClassValue, Lineage] = table(trace)
        self._ancestors: Table[ClassValue, frozenset[ClassValue]] = table(trace)
        self._protocols: Table[ClassValue, tuple[Protocol, bool]] = table(trace)
        self._added: Table[str, Protocol] = table(trace)
        self._instances: Table[tuple[ClassValue, bool], Value] = table(trace)
        self._builtins: Table[str, Values] = table(trace)
        self._searching = 0

    # --- instances -----------------------------------------------------------------------

    def builtin(self, name: str, arguments: tuple[Values, ...] = ()) -> Values:
        """Return an instance of a builtin class, or anything if there is no such class."""
        if not arguments:
            known = self._builtins.get(name)
            if known is None:
                known = self._builtins[name] = self._builtin(name, ())
            return known
        return self._builtin(name, arguments)

    def _builtin(self, name: str, arguments: tuple[Values, ...]) -> Values:
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
        return (self.instance(value, exact=False),)

    def instance(self, value: ClassValue, *, exact: bool) -> Value:
        """Return an object of a class; ``exact`` tells that it is of no subclass."""
        made = self._instances.get((value, exact))
        if made is None:
            made = self._made(replace(value, steps=()) if value.steps else value, exact=exact)
            if not self._searching:
                # Meanwhile, what a class supports may not be known in full.
                self._instances[value, exact] = made
        return with_steps((made,), value.steps)[0]

    def _made(self, value: ClassValue, *, exact: bool) -> Value:
        resolver = self.resolver
        module = resolver.module(value.path)
        scope = module.scopes[value.number]
        canonical = resolver.canonical(value.path, value.number)
        if canonical is not None:
            if canonical in library.VAGUE_CLASSES:
                return Unknown()
            head, _, builtin = canonical.partition("builtins.")
            if not head and library.is_concrete(builtin):
                return self.builtin(builtin, value.arguments)[0]
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
            steps=(step,),
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

    def type_of(self, value: Value) -> Values:
        """Return the class of a value, as ``type`` and ``__class__`` give it."""
        if not isinstance(value, InstanceValue) or value.structural or value.doubtful:
            return ANYTHING
        cls = self.class_of(value)
        return ANYTHING if cls is None else (cls,)

    def self_of(self, path: str, number: int, *, is_class: bool) -> Values:
        """Return what the first parameter of a method of a class is."""
        value = ClassValue(path, number, exact=False)
        if is_class:
            return (value,)
        return (without_steps(self.instance(value, exact=False)),)

    def instantiate(
        self, value: ClassValue, arguments: Sequence[Values], keywords: Mapping[str, Values]
    ) -> Values:
        """Return what calling a class gives."""
        lineage = self.lineage(value)
        known = [ancestor for ancestor in lineage if ancestor is not None]
        if not all(self.is_neutral_metaclass(a, self.scope_of(a)) for a in known):
            return ANYTHING
        if self.derives_from(value, frozenset({"enum.Enum"})) and (
            not self.is_enumeration(value) or len(arguments) != 1 or keywords
        ):
            # https://docs.python.org/3/howto/enum.html#functional-api
            return ANYTHING
        maker = next((a for a in known if "__new__" in self.scope_of(a).bindings), None)
        if maker is not None and not self._gives_instance(maker, self.scope_of(maker)):
            makers = self.raw(maker, "__new__")
            given = ((value,), *arguments)
            told = all(
                isinstance(m, FunctionValue)
                and (self._is_declared(m) or not self.resolver.is_foreign(m.path))
                for m in makers
            )
            made = union(self.resolver.calls.call_all(makers, given, keywords))
            return made if told and is_known(made) else ANYTHING
        if value.exact and self._only_raises(lineage, "__init__"):
            return ()
        if not value.arguments:
            solved = self._solved_arguments(value, lineage, arguments, keywords)
            value = replace(value, arguments=solved)
        return (self.instance(value, exact=value.exact),)

    def _only_raises(self, lineage: Lineage, name: str) -> bool:
        """Whether the first method of a name along an order of resolution never returns."""
        for ancestor in lineage:
            if ancestor is None or ancestor.path.endswith(".pyi"):
                return False
            if name in self.scope_of(ancestor).bindings:
                scopes = self.methods(ancestor, name)
                return scopes is not None and not any(
                    scope.returns or scope.falls_through or scope.is_generator or scope.decorators
                    for scope in scopes
                )
        return False

    def methods(self, owner: ClassValue, name: str) -> list[Scope] | None:
        """Return the functions that a class binds to a name, None if it binds anything else."""
        module = self.resolver.module(owner.path)
        bindings = module.scopes[owner.number].bindings[name].every
        scopes = [module.scopes[b.scope] for b in bindings if isinstance(b, Defined)]
        return scopes if len(scopes) == len(bindings) else None

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

    def is_neutral_metaclass(self, value: ClassValue, scope: Scope) -> bool:
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
                    if "__call__" in names or "mro" in names or not self.makes_plainly(ancestor):
                        return True
        return False

    def makes_plainly(self, metaclass: ClassValue) -> bool:
        """Tell whether what a metaclass defines leaves the body of a class to say what is in it.

        What it sets on the class, or puts into its namespace, is told elsewhere.
        """
        names = self.scope_of(metaclass).bindings
        making = names.get("__new__")
        scopes = self.resolver.module(metaclass.path).scopes
        return "__prepare__" not in names and (
            making is None
            or all(isinstance(b, Defined) and scopes[b.scope].makes_plainly for b in making.every)
        )

    def _solved_arguments(
        self,
        value: ClassValue,
        lineage: Lineage,
        arguments: Sequence[Values],
        keywords: Mapping[str, Values],
    ) -> tuple[Values, ...]:
        types = self.resolver.types
        wanted = types.parameters_of(value)
        if not wanted:
            return ()
        for ancestor in lineage:
            if ancestor is None or (ancestor.path, ancestor.number) != (value.path, value.number):
                break
            for name in ("__init__", "__new__"):
                makers = self.raw(ancestor, name)
                functions = [m for m in makers if isinstance(m, FunctionValue)]
                if not functions:
                    continue
                given = (ANYTHING, *arguments)
                overloads = self.resolver.calls.overloads
                declared = [o for f in functions for o in overloads.siblings(f) or (f,)]
                functions = overloads.accepting(declared, given, keywords)
                if not (arguments or keywords) and len(functions) > 1:
                    return ()
                solutions = [self._solved_by(f, value, wanted, given, keywords) for f in functions]
                solved = tuple(
                    lasting(union(s[variable] for s in solutions if variable in s))
                    for variable in wanted
                )
                return solved if any(map(is_known, solved)) else ()
        return ()

    def raw(self, owner: ClassValue, name: str) -> Values:
        """Return what a class body binds a name to, before descriptors have their say."""
        return self.resolver.bound_in(owner.path, owner.number, name)

    def _solved_by(
        self,
        maker: FunctionValue,
        value: ClassValue,
        wanted: tuple[TypeVariable, ...],
        arguments: Sequence[Values],
        keywords: Mapping[str, Values],
    ) -> dict[TypeVariable, Values]:
        """Return what one maker says of type parameters: in ``self``, or in what it returns.

        Source: https://typing.python.org/en/latest/spec/constructors.html.
        """
        types = self.resolver.types
        solution = types.solve(maker, arguments, keywords)
        scope = self.resolver.scope_of(maker)
        first = next(iter(scope.bindings.values())).every[0]
        told = scope.annotation if scope.name == "__new__" else getattr(first, "annotation", None)
        if isinstance(told, Subscript):
            frame = types.frame_of(maker.path, maker.number)
            for made in types.annotated(told, frame, solution):
                of = self.class_of(made) if isinstance(made, InstanceValue) else None
                if isinstance(made, InstanceValue) and of is not None and of.plain == value.plain:
                    held = zip(wanted, made.arguments, strict=False)
                    solution.update(
                        (variable, known) for variable, known in held if is_known(known)
                    )
        return solution

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
            self._lineages.assume(key, (key, None))
            self._searching += 1
            known = self._lineages[key] = self._linearised(key)
            self._searching -= 1
        return known

    @property
    def is_searching(self) -> bool:
        """Whether ancestors or protocols are being looked for, so that some are only assumed."""
        return self._searching > 0

    def ancestors(self, value: ClassValue) -> frozenset[ClassValue]:
        """Return a class and those of its ancestors that are known, all of them plain."""
        key = value.plain
        known = self._ancestors.get(key)
        if known is None:
            known = frozenset(cls.plain for cls in self.lineage(key) if cls is not None)
            if not self._searching:
                self._ancestors[key] = known
        return known

    def is_related(self, one: ClassValue, another: ClassValue) -> bool:
        """Whether one of two classes is the other, or derives from it."""
        return one.plain in self.ancestors(another) or another.plain in self.ancestors(one)

    def _linearised(self, value: ClassValue) -> Lineage:
        bases = list(self._bases(value))
        sequences: list[list[ClassValue | None]] = [
            [None] if base is None else list(self.lineage(base)) for base in bases
        ]
        sequences.append(bases)
        merged: list[ClassValue | None] = [value]
        while sequences := [sequence for sequence in sequences if sequence]:
            tails = {class_key(c) for sequence in sequences for c in sequence[1:] if c is not None}
            heads = [sequence[0] for sequence in sequences]
            chosen = next((h for h in heads if h is None or class_key(h) not in tails), value)
            if chosen is value or len(merged) > _MAX_LINEAGE:
                return (value, None)
            merged.append(chosen)
            for sequence in sequences:
                if class_key(sequence[0]) == class_key(chosen):
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
            if ancestor is not None and class_key(ancestor) == class_key(target):
                return ancestor.arguments
        how = library.STRUCTURAL.get(self.resolver.canonical(target.path, target.number) or "")
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

    def is_enumeration(self, value: ClassValue) -> bool:
        """Tell whether a class holds the members of an enumeration."""
        own = self.resolver.canonical(value.path, value.number) or ""
        return not own.startswith("enum.") and self.derives_from(value, frozenset({"enum.Enum"}))

    # --- protocols -----------------------------------------------------------------------

    def protocols_of(self, value: ClassValue) -> tuple[Protocol, bool]:
        """Return what instances of a class support, and whether they may support more."""
        key = value.plain
        known = self._protocols.get(key)
        if known is None:
            # Whoever asks meanwhile gets no answer that could be wrong.
            self._protocols.assume(key, (Protocol.NONE, True))
            self._searching += 1
            known = self._protocols[key] = self._find_protocols(key)
            self._searching -= 1
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
        if name not in PROTOCOL_METHODS or name in _MAY_RAISE:
            return True
        scopes = self.methods(value, name)
        return scopes is None or any(
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
        if not resolver.is_foreign(value.path) and (
            scope.has_keywords
            or resolver.exports.is_open(value.path)
            or "__init_subclass__" in scope.bindings
            or resolver.attributes.changes.on_protocols(value, PROTOCOL_METHODS)
        ):
            return False
        if not self.is_neutral_metaclass(value, scope):
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


def class_key(value: ClassValue | None) -> tuple[str, int] | None:
    """Return what tells one class from another, whatever is known of its parameters."""
    return None if value is None else (value.path, value.number)
