"""What an expression may stand for.

An expression evaluates to a tuple of alternatives without repeats. ``UNKNOWN`` among them means
that something else is possible too; an empty tuple means that no value gets there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from asyncpattern_lint.findings import Step, Target
from asyncpattern_lint.index.finder import Location
from asyncpattern_lint.index.model import Lambda
from asyncpattern_lint.protocol import Kind, Protocol


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value of which nothing is known.

    ``overflow`` tells that following it further was given up, so that a search which starts
    nearer to it may know more.
    """

    overflow: bool = False


@dataclass(frozen=True, slots=True)
class ModuleValue:
    """A first-party module."""

    location: Location
    steps: tuple[Step, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class External:
    """Something outside the project, by the dotted name under which it was reached.

    The result of calling ``a.b`` is ``a.b()``, an attribute of that ``a.b().c``.
    """

    name: str


@dataclass(frozen=True, slots=True)
class FunctionValue:
    """A function as ``def`` makes it: file, number of its scope, and where it was defined."""

    path: str
    number: int
    closure: "Frame | None"
    steps: tuple[Step, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class LambdaValue:
    """A lambda and where it was defined."""

    expression: Lambda
    closure: "Frame"
    steps: tuple[Step, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class FactoryValue:
    """A function whose calls a decorator turns into objects with these protocols."""

    function: FunctionValue
    protocols: Protocol
    steps: tuple[Step, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class ClassValue:
    """A first-party class: file and number of its scope."""

    path: str
    number: int
    steps: tuple[Step, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Partial:
    """A callable with some of its arguments already given (``functools.partial``)."""

    function: "Value"
    steps: tuple[Step, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Identity:
    """A decorator that gives back what it gets, or a wrapper of the same kind."""


@dataclass(frozen=True, slots=True)
class Produced:
    """What calling an async, generator or context manager function gives: work not yet done.

    ``maker`` is what was called, None for a generator expression. ``done`` tells that a plain
    function gave it among other things, so that some of the work may have been done.
    """

    kind: Kind
    protocols: Protocol
    maker: "FunctionValue | LambdaValue | None"
    target: Target | None = field(default=None, compare=False)
    steps: tuple[Step, ...] = field(default=(), compare=False)
    done: bool = False


@dataclass(frozen=True, slots=True)
class InstanceValue:
    """An instance of a known class. ``exact`` is False where it may be of a subclass."""

    class_name: str
    protocols: Protocol
    exact: bool = True
    target: Target | None = field(default=None, compare=False)
    steps: tuple[Step, ...] = field(default=(), compare=False)


Value = (
    Unknown
    | ModuleValue
    | External
    | FunctionValue
    | LambdaValue
    | FactoryValue
    | ClassValue
    | Partial
    | Identity
    | Produced
    | InstanceValue
)
Values = tuple[Value, ...]

UNKNOWN = Unknown()
ANYTHING: Values = (UNKNOWN,)
OVERFLOW: Values = (Unknown(overflow=True),)

#: More alternatives than this are not worth following.
MAX_ALTERNATIVES = 16


@dataclass(frozen=True, slots=True)
class Frame:
    """Where an expression is evaluated.

    ``parameters`` are what a call passed, where that is known; ``parent`` is the frame of the
    enclosing function; ``rebinding`` is a name with the position of the binding that is being
    evaluated, so that the name in it means an earlier one; ``shadows`` are the parameters of
    lambdas; ``before`` is the line of the module-level statement that is being evaluated, so
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


def union(groups: Iterable[Values]) -> Values:
    """Join alternatives, keeping the order and dropping repeats; too many are ``OVERFLOW``."""
    joined = dict.fromkeys(value for group in groups for value in group)
    return OVERFLOW if len(joined) > MAX_ALTERNATIVES else tuple(joined)


def without_steps(value: Value) -> Value:
    """Return a value without its evidence."""
    if isinstance(value, Unknown | External | Identity) or not value.steps:
        return value
    return replace(value, steps=())


def with_step(values: Values, step: Step) -> Values:
    """Put a step in front of the evidence of each value that carries evidence."""
    return tuple(
        value
        if isinstance(value, Unknown | External | Identity)
        else replace(value, steps=(step, *value.steps))
        for value in values
    )
