"""What may be put into the place of a class's attributes, other than by its own text.

Sources: https://docs.python.org/3/reference/datamodel.html (customizing class creation) and
https://docs.python.org/3/howto/descriptor.html (what an instance's own attributes hide).
"""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from asyncpattern_lint.analysis.classes import class_key
from asyncpattern_lint.analysis.values import (
    ANYTHING,
    SCALARS,
    ClassValue,
    Frame,
    FunctionValue,
    InstanceValue,
    SuperValue,
    TypeVariable,
    Unknown,
    Value,
    Values,
    union,
    without_contents,
    without_steps,
    without_truth,
)
from asyncpattern_lint.index.handing import DECISIVE
from asyncpattern_lint.index.kept import Decided
from asyncpattern_lint.index.model import (
    Attribute,
    Call,
    Defined,
    Expr,
    Name,
    Scope,
    ScopeKind,
    Write,
    head,
)
from asyncpattern_lint.index.texts import is_among
from asyncpattern_lint.index.trace import Answers, Table, table

if TYPE_CHECKING:
    from asyncpattern_lint.analysis.resolver import Resolver

#: The methods of a metaclass that run when it makes a class.
_MAKING = ("__new__", "__init__", "__prepare__")

#: Attributes that decide the class of an object.
_RECLASSING = frozenset({"__class__", "__bases__", "__dict__"})

#: The classes on which attributes are set, by their names, and whether on an instance. Behind ``*``
#: stands the name of the builtin class of what is set, if it is a plain value.
_Decisive = dict[str, tuple[tuple[ClassValue, bool], ...]]


class Changes:
    """Knows which attributes of classes something sets: ``*`` for computed names."""

    def __init__(self, resolver: "Resolver") -> None:
        self.resolver = resolver
        trace = resolver.project.trace
        self._known: Table[ClassValue, frozenset[str]] = table(trace)
        self._decided: Table[str, _Decisive] = table(trace)
        self._filled: Table[ClassValue, Values] = table(trace)
        self._is_preliminary = False

    def may_hide(self, cls: ClassValue, name: str, *, on_instance: bool) -> bool:
        """Whether an instance may have something else, or its class be given, than its method.

        What cannot be called is not meant to be there.
        """
        hidden = self.hiding(cls, name, on_instance=on_instance)
        return any(isinstance(value, Unknown) for value in hidden)

    def hiding(self, cls: ClassValue, name: str, *, on_instance: bool) -> Values:
        """Return what an instance may have, or its class may be given, under a name."""
        if self.on_class(cls, name):
            return ANYTHING
        # Python takes special methods from the class.
        return self._filling(cls) if on_instance and not _is_special(name) else ()

    def on_class(self, cls: ClassValue, name: str) -> bool:
        """Whether what makes a class may set an attribute of this name on it."""
        key = cls.plain
        known = self._known.get(key)
        if known is None:
            # Whoever asks meanwhile is told of nothing: what is set decides no names here.
            self._known.assume(key, frozenset())
            known = self._known[key] = self._made_on(key)
        return name in known or (not _is_special(name) and is_among(name, known))

    def on_protocols(self, cls: ClassValue, names: frozenset[str]) -> bool:
        """Whether what makes a class may set one of these special methods."""
        self.on_class(cls, "")
        known = self._known[cls.plain]
        return any(is_among(name, known) for name in names) or self.is_remade(cls)

    def is_filled(self, cls: ClassValue) -> bool:
        """Whether something sets attributes under computed names on instances of a class."""
        return bool(self._filling(cls))

    def _filling(self, cls: ClassValue) -> Values:
        """Return what instances of a class may have under computed names."""
        if self._is_preliminary:
            return ANYTHING
        known = self._filled.get(cls.plain)
        if known is None:
            known = self._filled_with(cls)
            if not self.resolver.classes.is_searching:
                self._filled[cls.plain] = known
        return known

    def _filled_with(self, cls: ClassValue) -> Values:
        if any(
            scope.sets_computed or self.resolver.project.is_given_away(scope.name)
            for _, scope in self._own(cls)
        ):
            return ANYTHING
        classes = self.resolver.classes
        groups: list[Values] = []
        for name, found in self._decisive().items():
            start, is_computed, plain = name.partition("*")
            if (is_computed or start == "__dict__") and any(
                classes.is_related(cls, other) for other, _ in found
            ):
                if not plain:
                    return ANYTHING
                groups.append(classes.builtin(plain))
        return union(groups)

    def is_remade(self, cls: ClassValue) -> bool:
        """Whether something from outside may change what the instances of a class support."""
        if self._is_preliminary:
            return True
        if self.resolver.project.is_given_away(self.resolver.classes.scope_of(cls).name):
            return True
        return any(
            (not on_instance or name in _RECLASSING)
            and self.resolver.classes.is_related(cls, other)
            for name, found in self._decisive().items()
            for other, on_instance in found
        )

    def _decisive(self) -> _Decisive:
        """Return the classes on which attributes are set that decide what they are.

        What they are must not hang on who asks first, so that it is found apart from all else,
        where each of them may be anything.
        """
        known = self._decided.get("")
        if known is None:
            from asyncpattern_lint.analysis.resolver import Resolver

            changes = Resolver(self.resolver.project).attributes.changes
            changes._is_preliminary = True
            found: _Decisive = {}
            for name in sorted(DECISIVE):
                decided: dict[str, dict[tuple[ClassValue, bool], None]] = {}
                for in_tests in (False, True):
                    for path, write, bases in changes._writes(name, in_tests):
                        for own in filter(None, map(self._own_class, bases)):
                            plain = changes._plain(write, path) if name == "*" and own[1] else [""]
                            for kind in plain:
                                decided.setdefault(f"{name}{kind}", {})[own] = None
                found.update((key, tuple(classes)) for key, classes in decided.items())
            known = self._decided[""] = found
        return known

    def _plain(self, write: Write, path: str) -> list[str]:
        """Return the names of the classes of what is set, an empty one if it is no plain value."""
        names = [
            value.class_name
            if isinstance(value, InstanceValue)
            and value.of is None
            and (value.is_none or value.class_name in SCALARS)
            else ""
            for value in self._value(write, path)
        ]
        return [""] if "" in names else names

    def _own_class(self, value: Value) -> tuple[ClassValue, bool] | None:
        """Return a class of the project, and whether the value is an instance of it.

        What takes an object of an installed base class may be given any.
        """
        on_instance = isinstance(value, InstanceValue)
        of = value.of if isinstance(value, InstanceValue) else value
        if not isinstance(of, ClassValue) or self.resolver.is_foreign(of.path):
            return None
        return of.plain, on_instance

    @property
    def decided(self) -> Decided | None:
        """What is known by now of that which decides what objects are, for later runs."""
        if not isinstance(self._decided, Answers):
            return None
        kept = self._decided.kept("")
        if kept is None:
            return None
        found, node = kept
        return Decided(
            {
                name: [(cls.path, cls.number, on_instance) for cls, on_instance in classes]
                for name, classes in found.items()
            },
            node,
        )

    def remember(self, decided: Decided) -> None:
        """Take over what an earlier run found."""
        if isinstance(self._decided, Answers):
            found = {
                name: tuple((ClassValue(path, number), flag) for path, number, flag in classes)
                for name, classes in decided.classes.items()
            }
            self._decided.remember("", found, decided.node)

    def is_assigned(self, cls: ClassValue, name: str) -> bool:
        """Whether code outside of a class sets an attribute of this name on its objects.

        Where it is not known on what it is set, it is so for all classes. What tests set counts
        for tests only.
        """
        return any(
            self._is_among(cls, values) or any(map(_is_open, values))
            for values in self._written_for(cls, name)
        )

    def assigned(self, cls: ClassValue, name: str) -> Values:
        """Return what code outside of a class sets as an attribute of its objects."""
        memo = self.resolver.memo
        groups: list[Values] = []
        for in_tests in self._sides(cls):
            written = self._written(name, in_tests=in_tests)
            if any(map(_is_open, written)):
                # The same for every class, of which there are many.
                openly = partial(self._set_openly, name, in_tests)
                groups.append(memo.once(("assigned", name, in_tests), openly))
            if self._is_among(cls, written):
                here = partial(self._set_on, cls, name, in_tests)
                groups.append(memo.once(("assigned", cls.plain, name, in_tests), here))
        return union(groups)

    def replacements(self, cls: ClassValue, name: str) -> tuple[Values, Values]:
        """Return what code outside of a class sets in the place of its method.

        First what it sets on instances, which is not bound to them, then what on classes.
        """
        on_instances: list[Values] = []
        on_classes: list[Values] = []
        for in_tests in self._sides(cls):
            for path, write, bases in self._writes(name, in_tests):
                related = [value for value in bases if self._is_related(cls, value)]
                given = self._value(write, path) if related or any(map(_is_open, bases)) else ()
                if any(isinstance(value, ClassValue) for value in related):
                    on_classes.append(given)
                else:
                    on_instances.append(given)
        return union(on_instances), union(on_classes)

    def _set_openly(self, name: str, in_tests: bool) -> Values:
        return union(
            self._value(write, path)
            for path, write, bases in self._writes(name, in_tests)
            if any(map(_is_open, bases))
        )

    def _set_on(self, cls: ClassValue, name: str, in_tests: bool) -> Values:
        return union(
            self._value(write, path)
            for path, write, bases in self._writes(name, in_tests)
            if self._is_among(cls, bases)
        )

    def _value(self, write: Write, path: str) -> Values:
        if write.value is None:
            return ANYTHING
        frame = Frame(path, write.scope, everything=True)
        values = without_contents(without_truth(self.resolver.evaluate(write.value, frame)))
        return tuple(map(without_steps, values)) or ANYTHING

    def is_replaced(self, cls: ClassValue, name: str, *, on_class: bool = False) -> bool:
        """Whether code outside of a class sets something else in the place of its method.

        Objects of which nothing is known are taken for others, unless they are global.
        ``on_class`` tells that what instances have does not count.
        """
        return any(
            self._is_among(
                cls, tuple(v for v in values if not (on_class and isinstance(v, InstanceValue)))
            )
            for values in self._written_for(cls, name)
        ) or any(map(_is_open, self._written(name, in_tests=False, globally=True)))

    def _written_for(self, cls: ClassValue, name: str) -> Iterator[Values]:
        for in_tests in self._sides(cls):
            yield self._written(name, in_tests=in_tests)

    def _sides(self, cls: ClassValue) -> tuple[bool, ...]:
        """Return where to look, as ``in_tests``: what tests set counts for tests only."""
        return (False, True) if self.resolver.project.is_test(cls.path) else (False,)

    def _written(self, name: str, *, in_tests: bool, globally: bool = False) -> Values:
        """Return the objects on which an attribute of this name is set."""
        if not self.resolver.project.writers(name, in_tests=in_tests):
            return ()
        return self.resolver.memo.once(
            ("written", name, in_tests, globally),
            lambda: union(self._bases_of(name, in_tests, globally)),
        )

    def _bases_of(self, name: str, in_tests: bool, globally: bool) -> Iterator[Values]:
        for path, write, bases in self._writes(name, in_tests):
            names = self.resolver.module(path).scopes[0].bindings
            start = head(write.base)
            if not globally or (isinstance(start, Name) and start.id in names):
                yield bases

    def _writes(self, name: str, in_tests: bool) -> Iterator[tuple[str, Write, Values]]:
        """Yield where an attribute of this name is set, and on what objects."""
        for path in self.resolver.project.writers(name, in_tests=in_tests):
            for write in self.resolver.module(path).assigned:
                if write.name == name:
                    self.resolver.project.read_body(path, write.scope)
                    frame = Frame(path, write.scope, everything=True)
                    bases = self.resolver.evaluate(write.base, frame)
                    changed = self._without_copies(bases, write, frame)
                    yield path, write, tuple(map(without_steps, changed))

    def _without_copies(self, bases: Values, write: Write, frame: Frame) -> Values:
        """Leave out objects that get the attributes of another one of their class."""
        source = _copied(write.value)
        if source is None:
            return bases
        classes = self.resolver.classes
        given = {
            class_key(classes.class_of(value))
            for value in self.resolver.evaluate(source, frame)
            if isinstance(value, InstanceValue)
        } - {None}
        return tuple(
            value
            for value in bases
            if not isinstance(value, InstanceValue)
            or class_key(classes.class_of(value)) not in given
        )

    def _is_among(self, cls: ClassValue, values: Values) -> bool:
        """Whether some of the values may be a class, an instance of it, or a relative's."""
        return any(self._is_related(cls, value) for value in values)

    def _is_related(self, cls: ClassValue, value: Value) -> bool:
        classes = self.resolver.classes
        other = classes.class_of(value) if isinstance(value, InstanceValue) else value
        return isinstance(other, ClassValue) and classes.is_related(cls, other)

    def _own(self, cls: ClassValue) -> list[tuple[ClassValue, Scope]]:
        """Return those of a class and its ancestors that the project defines."""
        classes = self.resolver.classes
        return [
            (ancestor, classes.scope_of(ancestor))
            for ancestor in classes.lineage(cls)
            if ancestor is not None and not self.resolver.is_foreign(ancestor.path)
        ]

    def _made_on(self, cls: ClassValue) -> frozenset[str]:
        found: set[str] = set()
        for ancestor, scope in self._own(cls):
            if ancestor.plain != cls:
                found |= self._set_in(ancestor, scope, ("__init_subclass__",))
            else:
                found |= self._decorated(ancestor, scope)
            if scope.metaclass is not None:
                frame = Frame(ancestor.path, scope.parent)
                for metaclass in self.resolver.evaluate(scope.metaclass, frame):
                    if isinstance(metaclass, ClassValue):
                        found |= self._set_by(metaclass)
        return frozenset(found)

    def _set_by(self, metaclass: ClassValue) -> set[str]:
        found: set[str] = set()
        for ancestor, scope in self._own(metaclass):
            found |= self._set_in(ancestor, scope, _MAKING)
            if not self.resolver.classes.makes_plainly(ancestor):
                found.add("*")
        return found

    def _set_in(self, owner: ClassValue, scope: Scope, methods: tuple[str, ...]) -> set[str]:
        """Return what methods that get a class set on it."""
        numbers = self._methods(scope, methods)
        if not numbers:
            return set()
        found = {
            name
            for name, sets in scope.attributes_set.items()
            if any(item.scope in numbers for item in sets)
        }
        if scope.sets_computed:
            found.add("*")
        for number in numbers:
            method = FunctionValue(owner.path, number, None)
            found |= self.resolver.calls.decorators.written_by(method)
        return found

    def _methods(self, scope: Scope, names: tuple[str, ...]) -> set[int]:
        return {
            binding.scope
            for name in names
            if name in scope.bindings
            for binding in scope.bindings[name].every
            if isinstance(binding, Defined)
        }

    def _decorated(self, cls: ClassValue, scope: Scope) -> frozenset[str]:
        found: set[str] = set()
        module = self.resolver.module(cls.path)
        if module.scopes[scope.parent].kind is ScopeKind.FUNCTION:
            return frozenset()
        for decorator in scope.decorators:
            frame = Frame(cls.path, scope.parent)
            for by in self.resolver.evaluate(decorator.value, frame):
                if isinstance(by, FunctionValue):
                    found |= self.resolver.calls.decorators.written_by(by)
        return frozenset(found)


def _is_open(value: Value) -> bool:
    """Whether nothing is known of a value, or only what any class may have."""
    match value:
        case InstanceValue(of=of, structural=structural):
            return structural and of is not None
        case Unknown() | TypeVariable() | SuperValue():
            return True
        case _:
            return False


def _copied(value: Expr | None) -> Expr | None:
    """Return the object of which this is the ``__dict__``, or a copy of it."""
    match value:
        case Attribute(value=source, name="__dict__") | Call(func=Name(id="vars"), args=(source,)):
            return source
        case (
            Call(func=Attribute(value=inner, name="copy"), args=())
            | Call(func=Name(id="dict"), args=(inner,), keywords=())
        ):
            return _copied(inner)
        case _:
            return None


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")
