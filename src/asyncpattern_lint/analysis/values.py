"""What an expression may stand for.

An expression evaluates to a tuple of alternatives without repeats. ``UNKNOWN`` among them means
that something else is possible too; an empty tuple means that no value gets there.
"""

import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from itertools import chain
from operator import attrgetter
from typing import Any, Final, TypeVar, dataclass_transform

from asyncpattern_lint.findings import Step, Target
from asyncpattern_lint.index.finder import Location
from asyncpattern_lint.index.model import Expr, Lambda
from asyncpattern_lint.protocol import Kind, Protocol


def _cached_hash(self: Any) -> int:
    """Hash a value once: many are made of many others, and asked for often."""
    known: int = self._hash
    if not known:
        compared = _COMPARED.get(type(self))
        if compared is None:
            names = [f.name for f in fields(self) if f.compare]
            compared = _COMPARED[type(self)] = attrgetter(*names)
        known = self._hash = hash(compared(self)) or 1
    return known


_COMPARED: "dict[type, attrgetter[Any]]" = {}

Made = TypeVar("Made")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value_class(cls: type[Made]) -> type[Made]:
    """Make a dataclass that the type checker takes for frozen.

    Really frozen ones take three times as long to make, and millions are made.
    """
    return dataclass(slots=True, unsafe_hash="__hash__" not in cls.__dict__)(cls)


def replace(value: Made, /, **changes: Any) -> Made:
    """Do what ``dataclasses.replace`` does, for the classes here and many times as fast."""
    kind = type(value)
    known = _GIVEN.get(kind)
    if known is None:
        names = [f.name for f in fields(kind) if f.init]  # type: ignore[arg-type]  # all are dataclasses
        places = {name: place for place, name in enumerate(names)}
        known = _GIVEN[kind] = (places, attrgetter(*names))
    places, given = known
    arguments = list(given(value))
    for name, change in changes.items():
        arguments[places[name]] = change
    return kind(*arguments)


_GIVEN: "dict[type, tuple[dict[str, int], attrgetter[Any]]]" = {}


@value_class
class Unknown:
    """A value of which nothing is known.

    ``overflow`` tells that following it further was given up, so that a search which starts
    nearer to it may know more. ``is_default`` marks a parameter that nobody annotated and whose
    default is None.
    """

    overflow: bool = False
    is_default: bool = False


@value_class
class Decided(Unknown):
    """A value that the code asks about, so that a place may know more of it than is known here."""


@value_class
class ModuleValue:
    """A module whose file is known."""

    location: Location
    steps: tuple[Step, ...] = field(default=(), compare=False)


@value_class
class External:
    """Something outside the project, by the dotted name under which it was reached.

    ``Resolver.force`` tells what it is, if the environment has it.
    """

    name: str


class Binds(enum.IntEnum):
    """What a function gets as its first argument when it is taken from a class or instance."""

    INSTANCE = 0
    CLASS = 1
    NOTHING = 2


@value_class
class FunctionValue:
    """A function as ``def`` makes it: file, number of its scope, and where it was defined.

    ``receiver`` is what a bound method passes as the first argument; ``overridden`` tells that
    another function of the same kind may be in its place, so that its body says nothing.
    ``promise`` is what the annotation of the decorator that made it says it is.
    """

    path: str
    number: int
    closure: "Frame | None"
    binds: Binds = Binds.INSTANCE
    receiver: "Value | None" = None
    overridden: bool = False
    promise: "Values" = ()
    steps: tuple[Step, ...] = field(default=(), compare=False)
    _weight: int = field(default=0, init=False, repr=False, compare=False)
    _hash: int = field(default=0, init=False, repr=False, compare=False)

    __hash__ = _cached_hash


@value_class
class LambdaValue:
    """A lambda and where it was defined."""

    expression: Lambda
    closure: "Frame"
    receiver: "Value | None" = None
    steps: tuple[Step, ...] = field(default=(), compare=False)
    _hash: int = field(default=0, init=False, repr=False, compare=False)

    __hash__ = _cached_hash


@value_class
class FactoryValue:
    """A function whose calls a decorator turns into objects with these protocols."""

    function: FunctionValue
    protocols: Protocol
    steps: tuple[Step, ...] = field(default=(), compare=False)
    _hash: int = field(default=0, init=False, repr=False, compare=False)

    __hash__ = _cached_hash


@value_class
class PropertyValue:
    """A property as its class holds it: reading it calls ``getter``."""

    getter: "Value"
    steps: tuple[Step, ...] = field(default=(), compare=False)
    _hash: int = field(default=0, init=False, repr=False, compare=False)

    __hash__ = _cached_hash


@value_class
class ClassValue:
    """A class: file and number of its scope.

    ``arguments`` are what its type parameters stand for, if that is known; ``exact`` is False
    where it may be a subclass.
    """

    path: str
    number: int
    arguments: "tuple[Values, ...]" = ()
    exact: bool = True
    steps: tuple[Step, ...] = field(default=(), compare=False)
    _weight: int = field(default=0, init=False, repr=False, compare=False)
    _hash: int = field(default=0, init=False, repr=False, compare=False)

    @property
    def plain(self) -> "ClassValue":
        """The class itself, without what a place knows about it."""
        return ClassValue(self.path, self.number)

    __hash__ = _cached_hash


@value_class
class SuperValue:
    """``super()``: what follows a class in the order of resolution of a receiver's class."""

    start: ClassValue
    receiver: "Value"


@value_class
class Partial:
    """A callable with some of its arguments already given (``functools.partial``)."""

    function: "Value"
    arguments: "tuple[Values, ...]" = ()
    keywords: "tuple[tuple[str, Values], ...]" = ()
    steps: tuple[Step, ...] = field(default=(), compare=False)
    _hash: int = field(default=0, init=False, repr=False, compare=False)

    __hash__ = _cached_hash


@value_class
class CallableValue:
    """A callable that only a type describes: ``Callable[parameters, result]``.

    The expressions are meant in the frame; ``solution`` holds the type variables known so far.
    """

    parameters: Expr
    result: Expr
    frame: "Frame"
    solution: "tuple[tuple[TypeVariable, Values], ...]" = ()
    _weight: int = field(default=0, init=False, repr=False, compare=False)
    _hash: int = field(default=0, init=False, repr=False, compare=False)

    __hash__ = _cached_hash


@value_class
class Constant:
    """A callable that gives the same whenever it is called."""

    result: "Values"


@value_class
class Identity:
    """A decorator that gives back what it gets, or a wrapper of the same kind."""


@value_class
class TypeVariable:
    """A type variable, by the scope that it belongs to and its name."""

    path: str
    number: int
    name: str


@value_class
class AliasValue:
    """A type that is not a plain class, such as ``Optional[A]``, and the frame it is meant in."""

    expression: Expr
    frame: "Frame"
    arguments: "tuple[Values, ...]" = ()
    _weight: int = field(default=0, init=False, repr=False, compare=False)
    _hash: int = field(default=0, init=False, repr=False, compare=False)

    __hash__ = _cached_hash


@value_class
class Produced:
    """What calling an async, generator or context manager function gives: work not yet done.

    ``maker`` is what was called, None for a generator expression. ``done`` tells that a plain
    function gave it among other things, so that some of the work may have been done.
    ``result`` is what awaiting, entering or iterating gives, where that is known already.
    """

    kind: Kind
    protocols: Protocol
    maker: "FunctionValue | LambdaValue | None"
    target: Target | None = field(default=None, compare=False)
    steps: tuple[Step, ...] = field(default=(), compare=False)
    done: bool = False
    result: "Values | None" = None
    _weight: int = field(default=0, init=False, repr=False, compare=False)
    _hash: int = field(default=0, init=False, repr=False, compare=False)

    __hash__ = _cached_hash


@value_class
class InstanceValue:
    """An instance of a known class.

    ``exact`` is False where it may be of a subclass. ``of`` is the class, None for a builtin
    one known by its name; ``arguments`` are what its type parameters stand for; ``items`` what
    a tuple of known length holds. ``is_open`` tells that it may support more than
    ``protocols``, ``structural`` that its class is a ``Protocol``, which other objects meet too,
    ``doubtful`` that only an annotation speaks of it, where the project also uses an
    asynchronous class of that name: such annotations are easily left behind. ``truth`` is the
    value itself where that is known to be ``True`` or ``False``.
    """

    class_name: str
    protocols: Protocol
    exact: bool = True
    of: ClassValue | None = None
    arguments: "tuple[Values, ...]" = ()
    items: "tuple[Values, ...] | None" = None
    is_open: bool = False
    structural: bool = False
    doubtful: bool = False
    truth: bool | None = None
    target: Target | None = field(default=None, compare=False)
    steps: tuple[Step, ...] = field(default=(), compare=False)
    _weight: int = field(default=0, init=False, repr=False, compare=False)
    _hash: int = field(default=0, init=False, repr=False, compare=False)

    @property
    def is_none(self) -> bool:
        """Whether this is ``None``."""
        return self.class_name == "NoneType" and self.of is None

    __hash__ = _cached_hash


Value = (
    Unknown
    | ModuleValue
    | External
    | FunctionValue
    | LambdaValue
    | FactoryValue
    | PropertyValue
    | ClassValue
    | SuperValue
    | Partial
    | CallableValue
    | Constant
    | Identity
    | TypeVariable
    | AliasValue
    | Produced
    | InstanceValue
)
Values = tuple[Value, ...]

UNKNOWN = Unknown()
ANYTHING: Values = (UNKNOWN,)
#: The keywords of a call of which nothing is known.
ANY_ARGUMENTS: Final[Mapping[str, Values]] = {"*": ANYTHING, "**": ANYTHING}

OVERFLOW: Values = (Unknown(overflow=True),)

#: What is there where a test says more than is known here, or something else.
DECIDED: Values = (Decided(),)

#: More alternatives than this are as good as unknown.
MAX_ALTERNATIVES = 200

#: Aliases inside aliases are followed this deep.
MAX_NESTING = 4

#: Types that are made of more others, as recursive ones come to be, are as good as unknown.
MAX_WEIGHT = 150

#: What ``typing.Self`` stands for.
SELF: Final = TypeVariable("", 0, "Self")

Solution = Mapping[TypeVariable, Values]


@value_class
class Frame:
    """Where an expression is evaluated: file, scope number, and what is known of parameters.

    ``parent`` is the frame of the enclosing call. ``rebinding`` is the name, and the position
    of its binding, whose value is being evaluated: in it the name still has its earlier
    meaning. ``shadows`` are names that a lambda or type parameter puts in front of everything.
    ``before`` is the line of the module-level statement whose value is being evaluated, so
    that a name which is bound again after it means what it was bound to by then;
    ``everything`` makes the names of the scope itself mean all that they are ever bound to in
    it, wherever that is. ``local`` holds the values that are live at a place that the visitor
    walks; no frame that outlives the place has it.
    """

    path: str
    number: int
    parameters: tuple[tuple[str, Values], ...] = ()
    parent: "Frame | None" = None
    rebinding: tuple[str, int] | None = None
    shadows: tuple[tuple[str, Values], ...] = ()
    before: int = 0
    everything: bool = False
    local: Mapping[str, Values] | None = field(default=None, compare=False)
    _hash: int = field(default=0, init=False, repr=False, compare=False)

    @property
    def is_plain(self) -> bool:
        """Whether the place alone decides what names mean here."""
        return (
            self.local is None
            and not self.parameters
            and self.parent is None
            and self.rebinding is None
            and not self.shadows
            and not self.before
            and not self.everything
        )

    @property
    def depth(self) -> int:
        """How many frames lie inside each other here, through parents and parameters."""
        held = (values for _, values in (*self.parameters, *self.shadows))
        inner = [depth_of(value) for values in held for value in values]
        if self.parent is not None:
            inner.append(self.parent.depth)
        return 1 + max(inner, default=0)

    @property
    def lasting(self) -> "Frame":
        """The frame without what is live only at the moment."""
        return self if self.local is None else replace(self, local=None)

    __hash__ = _cached_hash


def depth_of(value: Value) -> int:
    """Return how many frames a value holds inside each other."""
    match value:
        case FunctionValue(closure=Frame() as closure) | LambdaValue(closure=closure):
            return closure.depth
        case FactoryValue(function=function) | Partial(function=function):
            return depth_of(function)
        case Produced(maker=FunctionValue() | LambdaValue() as maker):
            return depth_of(maker)
        case _:
            return 0


def weight(value: Value) -> int:
    """Return how many values a value is made of, counting too deep a nesting as too many."""
    if not isinstance(value, _WEIGHTY):
        return 1
    if not value._weight:
        object.__setattr__(value, "_weight", 1 + sum(map(weight, _inside(value))))
    return value._weight


def _inside(value: Value) -> Iterator[Value]:
    match value:
        case InstanceValue(arguments=arguments, items=items):
            groups = (*arguments, *(items or ()))
        case ClassValue(arguments=arguments) | AliasValue(arguments=arguments):
            groups = arguments
        case Produced(result=result):
            groups = (result or (),)
        case CallableValue(solution=solution):
            groups = tuple(known for _, known in solution)
        case FunctionValue(receiver=receiver) if receiver is not None:
            groups = ((receiver,),)
        case _:
            return
    for group in groups:
        yield from group


def bounded(values: Values) -> Values:
    """Return values, or anything if they are made of too much to be worth following."""
    return values if sum(map(weight, values)) <= MAX_WEIGHT else ANYTHING


def union(groups: Iterable[Values]) -> Values:
    """Join alternatives, keeping the order and dropping repeats; too many are ``OVERFLOW``."""
    filled = [group for group in groups if group]
    if not filled:
        return ()
    first = filled[0]
    if len(filled) == 1:
        if len(first) == 1:
            return first
        joined = dict.fromkeys(first)
    else:
        joined = dict.fromkeys(chain.from_iterable(filled))
    return OVERFLOW if len(joined) > MAX_ALTERNATIVES else tuple(joined)


def is_known(values: Values) -> bool:
    """Tell whether there are values and all of them are known."""
    return bool(values) and not any(isinstance(value, Unknown) for value in values)


def overridden(value: Value) -> Value:
    """Mark a function, or that behind a property, as one that may be another."""
    match value:
        case FunctionValue():
            return replace(value, overridden=True)
        case FactoryValue(function=function):
            return replace(value, function=replace(function, overridden=True))
        case PropertyValue(getter=getter):
            return replace(value, getter=overridden(getter))
        case _:
            return value


def without_contents(values: Values) -> Values:
    """Forget what containers hold: it may have been exchanged since."""
    return tuple(
        replace(value, arguments=())
        if isinstance(value, InstanceValue) and value.arguments and _is_container(value)
        else value
        for value in values
    )


def without_plain_contents(values: Values) -> Values:
    """Forget builtin data that a factory puts into containers: others put work there."""
    return tuple(
        replace(value, arguments=tuple(ANYTHING if _is_plain(a) else a for a in value.arguments))
        if isinstance(value, InstanceValue) and value.arguments and value.class_name in _CONTAINERS
        else value
        for value in values
    )


def _is_container(value: InstanceValue) -> bool:
    return value.of is None or value.class_name in _CONTAINERS


def _is_plain(values: Values) -> bool:
    return all(
        isinstance(value, InstanceValue)
        and value.of is None
        and all(map(_is_plain, (*value.arguments, *(value.items or ()))))
        for value in values
    )


def without_truth(values: Values) -> Values:
    """Forget whether something is ``True`` or ``False``: others may have set it since."""
    return tuple(
        replace(value, truth=None)
        if isinstance(value, InstanceValue) and value.truth is not None
        else value
        for value in values
    )


def lasting(values: Values) -> Values:
    """Disregard ``None`` as the first thing that an object holds: another will follow."""
    is_none = all(isinstance(value, InstanceValue) and value.is_none for value in values)
    return ANYTHING if values and is_none else values


def without_none(values: Values) -> Values:
    """Drop ``None`` where there is something else."""
    if len(values) < 2:
        return values
    rest = tuple(v for v in values if not (isinstance(v, InstanceValue) and v.is_none))
    return rest or values


def having(values: Values, name: str) -> Values:
    """Drop ``None``, texts and numbers without an attribute where there is something else."""
    if len(values) < 2:
        return values
    rest = tuple(v for v in values if not _lacks(v, name))
    return rest or values


def _lacks(value: Value, name: str) -> bool:
    if not isinstance(value, InstanceValue) or value.of is not None:
        return False
    scalar = SCALARS.get(value.class_name)
    # Of ``__call__`` the class has one that makes instances.
    return value.is_none or (scalar is not None and not hasattr(scalar(), name))


def doubted(values: Values) -> Values:
    """Mark instances as doubtful."""
    return tuple(
        replace(value, doubtful=True) if isinstance(value, InstanceValue) else value
        for value in values
    )


def contradicted(values: Values) -> Values:
    """Read a type that leaves no room for the ``None`` that it is given: it tells too little."""
    if any(isinstance(value, InstanceValue) and value.is_none for value in values):
        return values
    return tuple(
        replace(value, is_open=True) if isinstance(value, InstanceValue) else value
        for value in values
    )


#: How steps begin that take an annotation at its word.
ANNOTATED: Final = "the annotation of"

#: Builtin classes of which an object is a plain value.
SCALARS: Final[Mapping[str, type]] = {
    cls.__name__: cls for cls in (bool, bytes, complex, float, int, str)
}

#: Classes of the standard library whose objects hold what others put into them.
_CONTAINERS = frozenset({"ChainMap", "OrderedDict", "UserDict", "UserList", "defaultdict", "deque"})

_WEIGHTY = (InstanceValue, ClassValue, AliasValue, Produced, CallableValue, FunctionValue)

_STEPLESS = frozenset(
    {
        Unknown,
        Decided,
        External,
        Identity,
        SuperValue,
        CallableValue,
        Constant,
        TypeVariable,
        AliasValue,
    }
)


def without_steps(value: Value) -> Value:
    """Return a value without its evidence, always the same object for equal values.

    What values are made of goes through here, so that comparing them stays cheap however deep
    they are.
    """
    if type(value) not in _STEPLESS and value.steps:  # type: ignore[union-attr]  # narrowed by its exact type
        value = replace(value, steps=())
    return _SAME.setdefault(value, value)


_SAME: dict[Value, Value] = {}


def forget_values() -> None:
    """Drop what ``without_steps`` remembers: another project makes other values."""
    _SAME.clear()


def with_step(values: Values, step: Step) -> Values:
    """Put a step in front of the evidence of each value that carries evidence."""
    return with_steps(values, (step,))


def with_steps(values: Values, steps: tuple[Step, ...]) -> Values:
    """Put steps in front of the evidence of each value that carries evidence."""
    if not steps:
        return values
    if len(values) == 1:
        return (_with_steps(values[0], steps),)
    return tuple([_with_steps(value, steps) for value in values])


def _with_steps(value: Value, steps: tuple[Step, ...]) -> Value:
    if type(value) in _STEPLESS:
        return value
    known: tuple[Step, ...] = value.steps  # type: ignore[union-attr]  # narrowed by its exact type
    return replace(value, steps=_joined(steps, known) if known else steps)


def _joined(first: tuple[Step, ...], rest: tuple[Step, ...]) -> tuple[Step, ...]:
    return (*first, *[step for step in rest if step not in first]) if rest else first


#: Longer chains of attributes outside the project say nothing that is known here.
_MAX_EXTERNAL = 120


def external(name: str) -> Values:
    """Return what a dotted name outside the project stands for until something asks."""
    return (External(name),) if len(name) <= _MAX_EXTERNAL else OVERFLOW
