"""Which objects ``isinstance`` takes for instances of a class.

Mostly it goes by inheritance; but an abstract class may know instances by their methods, others
may be registered with it, and a metaclass may say anything
(https://docs.python.org/3/reference/datamodel.html#customizing-instance-and-subclass-checks).
"""

import builtins
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from asyncpattern_lint.analysis import library
from asyncpattern_lint.analysis.types import special_form
from asyncpattern_lint.analysis.values import (
    DECIDED,
    AliasValue,
    CallableValue,
    ClassValue,
    External,
    FactoryValue,
    Frame,
    FunctionValue,
    InstanceValue,
    LambdaValue,
    Partial,
    Produced,
    TypeVariable,
    Unknown,
    Value,
    Values,
)
from asyncpattern_lint.index.model import (
    Attribute,
    Binding,
    Builtin,
    Call,
    Choice,
    Defined,
    Expr,
    Name,
    Union,
    dotted,
)
from asyncpattern_lint.protocol import Kind

if TYPE_CHECKING:
    from asyncpattern_lint.analysis.resolver import Resolver

Parted = tuple[Values, Values]

UNSURE: Parted = (DECIDED, DECIDED)

_FUNCTIONS = (FunctionValue, FactoryValue, LambdaValue, Partial)

#: Classes of the standard library that know their instances by these methods alone.
_METHODS = {
    "contextlib.AbstractAsyncContextManager": ("__aenter__", "__aexit__"),
    "contextlib.AbstractContextManager": ("__enter__", "__exit__"),
    "typing.AsyncGenerator": ("__aiter__", "__anext__", "asend", "athrow", "aclose"),
    "typing.AsyncIterable": ("__aiter__",),
    "typing.AsyncIterator": ("__aiter__", "__anext__"),
    "typing.Awaitable": ("__await__",),
    "typing.Callable": ("__call__",),
    "typing.Collection": ("__contains__", "__iter__", "__len__"),
    "typing.Container": ("__contains__",),
    "typing.Coroutine": ("__await__", "send", "throw", "close"),
    "typing.Generator": ("__iter__", "__next__", "send", "throw", "close"),
    "typing.Iterable": ("__iter__",),
    "typing.Iterator": ("__iter__", "__next__"),
    "typing.Sized": ("__len__",),
}

#: Classes of work that is not done yet.
_KINDS = {
    "types.AsyncGeneratorType": Kind.ASYNC_GENERATOR,
    "types.CoroutineType": Kind.COROUTINE,
    "types.GeneratorType": Kind.GENERATOR,
}

#: Annotations with which people also mean other builtin classes (PEP 484, the numeric tower).
_WIDER = {"float": ("int",), "complex": ("int", "float"), "bytes": ("bytearray", "memoryview")}

#: More classes than anyone names in one test.
_MAX_CLASSES = 40


class Instances:
    """Answers which objects are instances of which classes."""

    def __init__(self, resolver: "Resolver") -> None:
        self.resolver = resolver

    # --- the classes of a test -------------------------------------------------------------

    def classes(self, wanted: Expr, frame: Frame) -> list[ClassValue] | None:
        """Return the classes that a test names, None if one of them is not known."""
        found: list[ClassValue] = []
        if not self._collect(wanted, frame, found) or len(found) > _MAX_CLASSES:
            return None
        return found

    def _collect(self, wanted: Expr, frame: Frame, found: list[ClassValue]) -> bool:
        match wanted:
            case Union(options=options):
                return all(self._collect(option, frame, found) for option in options)
            case Builtin(name="NoneType"):
                return self._add(External("types.NoneType"), found)
            case Name() | Attribute():
                values = self.resolver.evaluate(wanted, frame)
                return len(values) == 1 and self._add(values[0], found)
            case _:
                return False

    def _add(self, value: Value, found: list[ClassValue]) -> bool:
        match value:
            case ClassValue():
                if not self._goes_by_rules(value):
                    return False
                found.append(value)
                return True
            case External():
                name = value.name
                if special_form(value) in library.BUILTIN_ALIASES:
                    name = f"builtins.{library.BUILTIN_ALIASES[special_form(value)]}"
                elif special_form(value) == "Callable":
                    found.append(_CALLABLE)
                    return True
                elif special_form(value) in library.SPECIAL_FORMS:
                    return False
                forced = self.resolver.force(name)
                return (
                    len(forced) == 1
                    and not isinstance(forced[0], External)
                    and self._add(forced[0], found)
                )
            case InstanceValue(class_name="tuple", of=None, items=items) if items is not None:
                return all(len(item) == 1 and self._add(item[0], found) for item in items)
            case AliasValue(expression=Union() as expression, frame=frame):
                return self._collect(expression, frame, found)
            case _:
                return False

    def _goes_by_rules(self, cls: ClassValue) -> bool:
        """Whether no metaclass takes other objects for instances than inheritance does."""
        classes = self.resolver.classes
        for ancestor in classes.lineage(cls):
            if ancestor is None:
                continue
            scope = classes.scope_of(ancestor)
            if scope.metaclass is None:
                continue
            frame = Frame(ancestor.path, scope.parent)
            for metaclass in self.resolver.forced(self.resolver.evaluate(scope.metaclass, frame)):
                if not isinstance(metaclass, ClassValue):
                    return False
                for owner in classes.lineage(metaclass):
                    if owner is None:
                        return False
                    name = self.resolver.canonical(owner.path, owner.number)
                    if name in {"builtins.type", "abc.ABCMeta"}:
                        continue
                    entry = classes.scope_of(owner).bindings.get("__instancecheck__")
                    if entry is not None and not self._only_restricts(owner, entry.every):
                        return False
        return True

    def _only_restricts(self, owner: ClassValue, bindings: list[Binding]) -> bool:
        """Whether an ``__instancecheck__`` takes nothing that ``type`` does not take."""
        scopes = self.resolver.module(owner.path).scopes
        for binding in bindings:
            if not isinstance(binding, Defined):
                return False
            for item in scopes[binding.scope].returns:
                value = item.value.options[-1] if isinstance(item.value, Choice) else item.value
                match value:
                    case Call(func=Attribute(value=Call(func=Name(id="super")), name=name)) if (
                        name == "__instancecheck__"
                    ):
                        continue
                    case _:
                        return False
        return True

    def methods_of(self, cls: ClassValue) -> tuple[str, ...] | None:
        """Return the methods by which a class knows its instances, None if it does not so."""
        if cls is _CALLABLE:
            return _METHODS["typing.Callable"]
        return _METHODS.get(self._name(cls))

    def kind_of(self, cls: ClassValue) -> Kind | None:
        """Return the kind of the work that a class of the interpreter stands for."""
        return _KINDS.get("" if cls is _CALLABLE else self._name(cls))

    def _name(self, cls: ClassValue) -> str:
        return self.resolver.canonical(cls.path, cls.number) or ""

    # --- instances -------------------------------------------------------------------------

    def test(self, name: str) -> Callable[[Value], Parted] | None:
        """Return the test for a class of the environment."""
        found: list[ClassValue] = []
        return self.class_test(found[0], exact=False) if self._add(External(name), found) else None

    def class_test(self, cls: ClassValue, *, exact: bool) -> Callable[[Value], Parted]:
        """Return the test whether an object is an instance of a class, or of no subclass."""
        return lambda value: self._part(value, cls, exact=exact)

    def _part(self, value: Value, cls: ClassValue, *, exact: bool) -> Parted:
        canonical = self._name(cls)
        if not cls.exact:
            # Which of its subclasses is asked about is not known.
            held, _ = self._part(value, replace(cls, exact=True), exact=False)
            return held, DECIDED if held == (value,) else (value,)
        if canonical == "builtins.object" and not exact:
            return (value,), ()
        if canonical == "builtins.type":
            return self._part_type(value)
        match value:
            case Unknown() | TypeVariable():
                return self._made(value, cls, exact=exact), (value,)
            case InstanceValue(is_none=True):
                is_none = canonical == "types.NoneType"
                return ((value,), ()) if is_none else ((), (value,))
            case InstanceValue():
                return self._part_instance(value, cls, canonical, exact=exact)
            case CallableValue():
                return self._made(value, cls, exact=exact), (value,)
            case Produced() | ClassValue() if self._is_plain(cls, canonical):
                return (), (value,)
            case _ if isinstance(value, _FUNCTIONS) and self._is_plain(cls, canonical):
                return (), (value,)
            case _:
                return UNSURE

    def _is_plain(self, cls: ClassValue, canonical: str) -> bool:
        """Whether a class cannot be that of functions, classes or work that is not done yet."""
        if not canonical:
            return not self._may_pose(cls)
        head, _, name = canonical.partition("builtins.")
        return not head and library.is_concrete(name) and name != "function"

    def _part_type(self, value: Value) -> Parted:
        """Ask whether something is a class."""
        match value:
            case Unknown() | TypeVariable():
                return (value,), (value,)
            case ClassValue():
                return (value,), ()
            case InstanceValue(of=None) | Produced():
                return (), (value,)
            case InstanceValue(of=ClassValue() as of, is_open=False):
                classes = self.resolver.classes
                if classes.derives_from(of, frozenset({"builtins.type"})):
                    return (value,), ()
                return (), (value,)
            case _ if isinstance(value, _FUNCTIONS):
                return (), (value,)
            case _:
                return UNSURE

    def _part_instance(
        self, value: InstanceValue, cls: ClassValue, canonical: str, *, exact: bool
    ) -> Parted:
        resolver = self.resolver
        of = resolver.classes.class_of(value)
        made = self._made(value, cls, exact=exact)
        if of is None:
            return made, DECIDED
        lineage = resolver.classes.lineage(of)
        is_same = _key(of) == _key(cls)
        # Annotations name builtin classes that have subclasses.
        varies = not value.exact or value.of is None
        if exact:
            if is_same:
                held = (replace(value, exact=True),)
                return held, () if value.exact and value.of is not None else (value,)
        elif any(a is not None and _key(a) == _key(cls) for a in lineage):
            return (value,), DECIDED if value.doubtful else ()
        if varies and any(a and _key(a) == _key(of) for a in resolver.classes.lineage(cls)):
            return made, (value,)
        if value.doubtful:
            return made, (value,)
        if value.of is None:
            return self._part_builtin(value, cls, canonical, made)
        if exact and not value.structural and None not in resolver.classes.lineage(cls):
            return (), (value,)
        unknown_base = None in lineage or value.is_open
        if value.structural or (varies and not unknown_base and not self._may_pose(cls)):
            return _open(made), (value,)
        if not exact and self._may_pose(cls, of):
            return UNSURE
        if unknown_base or self._is_told(of, cls):
            return _open(made), DECIDED
        return (_open(made), (value,)) if varies else ((), (value,))

    def _part_builtin(
        self, value: InstanceValue, cls: ClassValue, canonical: str, made: Values
    ) -> Parted:
        head, _, name = canonical.partition("builtins.")
        if not head and name in _WIDER.get(value.class_name, ()):
            return made, (value,)
        if not head and isinstance(getattr(builtins, name, None), type):
            return (), (value,)
        # Others are registered with the abstract classes of the standard library.
        return UNSURE if canonical or self._may_pose(cls) else ((), (value,))

    def _made(self, value: Value, cls: ClassValue, *, exact: bool) -> Values:
        """Return an object that a test has found to be an instance of a class."""
        if self._takes_others(cls):
            return (value,) if isinstance(value, Unknown | TypeVariable) else DECIDED
        classes = self.resolver.classes
        (made,) = classes.instances(replace(cls, exact=False))
        if not isinstance(made, InstanceValue):
            return (value,) if isinstance(value, Unknown) else (made,)
        if made.of is None:
            added = classes.added_by_subclasses(made.class_name)
            arguments = made.arguments or self._carried(value, made.class_name)
            return (replace(made, protocols=made.protocols | added, arguments=arguments),)
        made = replace(made, exact=exact)
        return (replace(made, is_open=True),) if self._may_pose(cls) else (made,)

    def _carried(self, value: Value, name: str) -> tuple[Values, ...]:
        """Return what a container holds that was known to hold it under another name."""
        arguments = value.arguments if isinstance(value, InstanceValue) else ()
        wanted = {"list": 1, "set": 1, "frozenset": 1, "tuple": 1, "dict": 2}.get(name)
        return arguments if len(arguments) == wanted else ()

    def is_abstract(self, value: InstanceValue) -> bool:
        """Whether an object is only known as one of the abstract classes of ``typing``."""
        return (
            value.of is not None
            and self.resolver.canonical(value.of.path, value.of.number) in _METHODS
        )

    # --- classes that know their instances by other things than inheritance ------------------

    def _takes_others(self, cls: ClassValue) -> bool:
        """Whether a class is a protocol, has a hook of its own, or others are registered."""
        classes = self.resolver.classes
        lineage = classes.lineage(cls)
        name = classes.scope_of(cls).name
        if classes.is_structural(cls) or self.resolver.project.is_registered(name):
            return True
        return any(
            ancestor is not None
            and "__subclasshook__" in classes.scope_of(ancestor).bindings
            and self.resolver.canonical(ancestor.path, ancestor.number) != "builtins.object"
            for ancestor in lineage
        )

    def _may_pose(self, cls: ClassValue, of: ClassValue | None = None) -> bool:
        """Whether an object of another class, of ``of`` if that is given, may pass for one's own.

        What the environment registers there are classes of its own.
        """
        resolver = self.resolver
        classes = resolver.classes
        if None in classes.lineage(cls) or self._takes_others(cls):
            return True
        scope = classes.scope_of(cls)
        if not resolver.is_foreign(cls.path):
            return False
        if of is not None and not any(
            a is not None and resolver.is_foreign(a.path) for a in classes.lineage(of)
        ):
            return False
        names = {(dotted(base) or "").rpartition(".")[2] for base in scope.bases}
        meta = (dotted(scope.metaclass) or "") if scope.metaclass is not None else ""
        if "ABC" in names or meta.endswith("ABCMeta"):
            return True
        scopes = resolver.module(cls.path).scopes
        return any(
            (dotted(decorator.value) or "").endswith("abstractmethod")
            for inner in scopes
            if inner.parent == cls.number
            for decorator in inner.decorators
        )

    def _is_told(self, of: ClassValue, cls: ClassValue) -> bool:
        """Whether a stub alone says that one class does not derive from the other."""
        resolver = self.resolver
        if not resolver.is_foreign(cls.path):
            return False
        paths = [
            ancestor.path
            for ancestor in resolver.classes.lineage(of)
            if ancestor is not None and resolver.is_foreign(ancestor.path)
        ]
        return any(path.endswith(".pyi") for path in (*paths, cls.path)) and bool(paths)


#: Stands for ``typing.Callable``, which is no class in the stubs.
_CALLABLE = ClassValue("", -1)


def _open(values: Values) -> Values:
    return tuple(replace(v, is_open=True) if isinstance(v, InstanceValue) else v for v in values)


def _key(value: ClassValue) -> tuple[str, int]:
    return value.path, value.number
