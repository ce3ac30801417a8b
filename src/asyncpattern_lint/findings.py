"""What the analysis observes and what the user is told."""

import enum
from dataclasses import dataclass

from msgspec import Struct

from asyncpattern_lint.protocol import Kind, Protocol, Use
from asyncpattern_lint.source import Span


@dataclass(frozen=True, slots=True)
class Step:
    """One link of the evidence from a use to its definition.

    ``path`` is absolute, ``line`` counts from 1; ``message`` is a short clause such as
    ``imported here`` or ``decorated with contextlib.asynccontextmanager``.
    """

    path: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Target:
    """The definition that a use resolves to: dotted name, absolute path, line from 1."""

    name: str
    path: str
    line: int


class Misuse(Struct, frozen=True):
    """An object used in a way that it cannot serve.

    ``construct`` is the use as written (``async for``, ``asyncio.run``, ``attribute .rows``);
    ``reference`` is the target as written (``get_session()``); ``description`` says what the
    object is where the kind alone does not (``an instance of int``), else it is empty.
    ``result`` is what awaiting a coroutine, or iterating over a generator, gives by its protocols,
    None if it is not known.
    """

    use: Use
    kind: Kind
    construct: str
    reference: str
    description: str
    path: str
    span: Span
    target: Target | None
    evidence: tuple[Step, ...]
    result: Protocol | None = None


class Home(Struct, frozen=True):
    """The only first-party module that defines what an import misses, by its dotted name.

    ``cyclic`` tells that importing it may lead back to the importing module.
    """

    module: str
    cyclic: bool


class Handler(Struct, frozen=True):
    """The ``except`` clause or ``suppress`` call that hides a failing import."""

    text: str
    line: int


class MissingName(Struct, frozen=True):
    """A name that is taken from a first-party module which does not bind it.

    ``module`` is the dotted name of the module; ``attribute`` tells ``module.name`` from
    ``from module import name``; ``near`` holds the nearest real names, best first;
    ``moved_to`` the dotted names of first-party modules that export the name now.
    """

    name: str
    module: str
    attribute: bool
    path: str
    span: Span
    target: Target
    near: tuple[str, ...]
    moved_to: tuple[str, ...]
    handler: Handler | None
    evidence: tuple[Step, ...] = ()
    home: Home | None = None


class MissingModule(Struct, frozen=True):
    """An import of a first-party module that does not exist.

    ``package`` is the innermost package that does exist.
    """

    module: str
    package: str
    path: str
    span: Span
    near: tuple[str, ...]
    moved_to: tuple[str, ...]
    handler: Handler | None
    evidence: tuple[Step, ...] = ()
    home: Home | None = None


class UnboundExport(Struct, frozen=True):
    """A name in a module's ``__all__`` that the module does not bind.

    ``unlisted`` holds those of the near names that are public and not in ``__all__``.
    """

    name: str
    module: str
    path: str
    span: Span
    near: tuple[str, ...]
    unlisted: tuple[str, ...] = ()


class Taker(enum.Enum):
    """What calls a function that it is given, and does something with the result."""

    DEPENDENCY = "dependency"
    FIXTURE = "fixture"
    LIFESPAN = "lifespan"


class Handover(Struct, frozen=True):
    """A function given to a framework that cannot use what the function gives.

    ``construct`` is what takes it, ``reference`` the function, both as written; ``hidden`` tells
    that the framework does not even find it.
    """

    taker: Taker
    kind: Kind
    construct: str
    reference: str
    path: str
    span: Span
    target: Target | None
    evidence: tuple[Step, ...] = ()
    hidden: bool = False


class WrongFake(Struct, frozen=True):
    """A fake whose calls give what cannot stand for what the replaced function gives.

    ``replaced`` is the function and ``kind`` what it gives; ``offered`` says what the fake is,
    ``construct`` what puts it there, as written.
    """

    replaced: str
    kind: Kind
    offered: str
    construct: str
    path: str
    span: Span
    target: Target | None
    evidence: tuple[Step, ...] = ()


class MissingTarget(Struct, frozen=True):
    """A string that names code of the project which does not exist.

    ``text`` is the whole name; ``name`` the first part of it that is missing, in ``owner``, which
    is a module, a package or a class as ``what`` says. ``construct`` is what takes the string.
    """

    text: str
    name: str
    what: str
    owner: str
    construct: str
    path: str
    span: Span
    target: Target
    near: tuple[str, ...]
    moved_to: tuple[str, ...]
    evidence: tuple[Step, ...] = ()


class Unreadable(Struct, frozen=True):
    """A file that cannot be read or parsed; ``reason`` is one clear sentence."""

    reason: str
    path: str
    span: Span


class UnusedSuppression(Struct, frozen=True):
    """A comment that is to suppress findings where there are none.

    ``text`` is the comment as written. Of the codes that it names, ``codes`` suppress nothing
    and ``unknown`` do not exist; both are empty where it names none.
    """

    text: str
    codes: tuple[str, ...]
    unknown: tuple[str, ...]
    path: str
    span: Span


class BrokenManager(Struct, frozen=True):
    """A decorator of contextlib on a function that it cannot work with.

    ``is_async`` tells ``asynccontextmanager`` from ``contextmanager``; ``decorator`` is the
    decorator as written. ``kind`` is that of what calling the function gives; ``plain`` tells
    that a plain function returns it, ``description`` what it is where the kind does not say it,
    ``managed`` that it is such a context manager already.
    """

    is_async: bool
    decorator: str
    function: str
    kind: Kind
    plain: bool
    description: str
    managed: bool
    path: str
    span: Span
    target: Target
    evidence: tuple[Step, ...]


class SecondYield(Struct, frozen=True):
    """A yield of a context manager function that a path reaches after another, in line ``first``.

    ``thrown`` tells that what the ``with`` block raises leads there; ``span`` is the yield's.
    """

    is_async: bool
    function: str
    first: int
    thrown: bool
    path: str
    span: Span
    target: Target


class UnprotectedCleanup(Struct, frozen=True):
    """A yield of a context manager function whose exception passes clean-up by.

    ``cleanup`` is the first line of the statement that cleans up, ``line`` its number.
    """

    is_async: bool
    function: str
    cleanup: str
    line: int
    path: str
    span: Span
    target: Target


class BrokenPromise(Struct, frozen=True):
    """A return annotation that contradicts what calling the function gives.

    ``annotation`` is it as written, ``kind`` that of what is given; ``overridden`` tells that
    the function has no body, and that those which override it give that.
    """

    function: str
    annotation: str
    kind: Kind
    overridden: bool
    path: str
    span: Span
    target: Target
    evidence: tuple[Step, ...]


class BrokenOverride(Struct, frozen=True):
    """An override that gives what an inherited method cannot use.

    ``kind`` is that of what it gives, ``description`` what it is where the kind does not say it;
    ``use`` is what ``caller``, the inherited method, makes of it.
    """

    function: str
    kind: Kind
    description: str
    use: Use
    caller: str
    path: str
    span: Span
    target: Target
    evidence: tuple[Step, ...]


class ConflictingTwin(Struct, frozen=True):
    """A public function of the project that has a namesake of another kind.

    ``others`` are namesakes in other modules with their kinds.
    """

    function: str
    kind: Kind
    others: tuple[tuple[Target, Kind], ...]
    path: str
    span: Span
    target: Target


class Driven(Struct, frozen=True):
    """A call of an async generator function of the project, driven where it stands.

    What it gives releases something behind its yields. ``leaving`` and ``line`` say how the loop
    over it ends early, if it does; ``step`` tells that only its next item is taken, ``once`` that
    it yields exactly once. ``reference`` is the call as written.
    """

    reference: str
    leaving: str
    line: int
    step: bool
    once: bool
    path: str
    span: Span
    target: Target
    evidence: tuple[Step, ...]


class BrokenOrder(Struct, frozen=True):
    """A call of a function, or of what leads to it, that comes before that of another.

    ``first`` and ``then`` are the dotted names of a contract; ``function`` is where it is broken,
    empty for a module. ``is_followed`` tells that ``first`` is called afterwards. ``reference`` is
    what is called, as written.
    """

    reference: str
    first: str
    then: str
    function: str
    is_followed: bool
    path: str
    span: Span
    target: Target
    evidence: tuple[Step, ...]


Observation = (
    Misuse
    | MissingName
    | MissingModule
    | UnboundExport
    | BrokenManager
    | SecondYield
    | UnprotectedCleanup
    | BrokenPromise
    | BrokenOverride
    | ConflictingTwin
    | Driven
    | Handover
    | WrongFake
    | MissingTarget
    | BrokenOrder
    | Unreadable
    | UnusedSuppression
)


class Applicability(enum.StrEnum):
    """How far a fix can be trusted: whether the program then does what was meant."""

    SAFE = "safe"
    UNSAFE = "unsafe"


class Action(enum.Enum):
    """What a remedy changes at the place of a finding."""

    HEAD = enum.auto()
    """The keywords of the statement or clause that takes the target, such as ``async with``."""
    AWAIT = enum.auto()
    """The target is awaited."""
    UNAWAIT = enum.auto()
    """The target is not awaited any more."""
    RENAME = enum.auto()
    """A name in an import, the name of an attribute, a string in ``__all__``, or a part of one."""
    REMOVE = enum.auto()
    """A string in ``__all__`` goes."""
    MODULE = enum.auto()
    """A module that an import names."""
    SOURCE = enum.auto()
    """The module that a whole ``from`` statement takes its names from."""
    MOVE = enum.auto()
    """The module that one name of a ``from`` statement is taken from."""
    EXCHANGE = enum.auto()
    """A decorator of contextlib becomes the other one."""
    UNDECORATE = enum.auto()
    """A decorator goes, or the one of a given name beside it."""
    MOCK = enum.auto()
    """A mock is made of another class."""


class Remedy(Struct, frozen=True):
    """What mends a finding, as its rule knows it; ``fixes`` makes edits of it.

    ``text`` is the new head, name, module or class; ``old`` the module that ``MODULE`` replaces, or
    the part of a string that ``RENAME`` does; ``awaited`` tells that the target of a new head is
    awaited as well.
    """

    action: Action
    text: str = ""
    applicability: Applicability = Applicability.SAFE
    awaited: bool = False
    old: str = ""


class Edit(Struct, frozen=True):
    """Replace the text of a span by ``content``."""

    span: Span
    content: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that mend a finding."""

    applicability: Applicability
    message: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One reported problem. ``path`` is absolute; reporters make it relative.

    ``advice`` says what to write instead; ``fix`` holds the edits that ``remedy`` amounts to.
    ``subject`` is what the finding is about, as a dotted name that stays when the code around it
    changes: that of the target, of what is missing, or the reference as written.
    """

    code: str
    name: str
    message: str
    path: str
    span: Span
    advice: str = ""
    use: str | None = None
    kind: str | None = None
    target: Target | None = None
    evidence: tuple[Step, ...] = ()
    fix: Fix | None = None
    subject: str = ""
    remedy: Remedy | None = None

    @property
    def sort_key(self) -> tuple[str, Span, str, str]:
        """Order findings by place, then by code, so that every run reports alike."""
        return (self.path, self.span, self.code, self.message)


@dataclass(frozen=True, slots=True)
class Unresolved:
    """An asynchronous use that may get something of which nothing is known.

    ``construct`` and ``reference`` are as in ``Misuse``; ``reason`` is a clause that says at
    which step the trail was lost, ``reason_path`` (absolute) and ``reason_line`` (from 1) the
    place that it speaks of, None where there is none.
    """

    construct: str
    reference: str
    path: str
    span: Span
    reason: str
    reason_path: str | None
    reason_line: int | None

    @property
    def sort_key(self) -> tuple[str, Span, str]:
        """Order uses by place."""
        return (self.path, self.span, self.construct)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many asynchronous uses there are, and how many of them are unresolved."""

    uses: int
    unresolved: int

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.uses + other.uses, self.unresolved + other.unresolved)


@dataclass(frozen=True, slots=True)
class Annotations:
    """What a run wrote into the files: how many comments, into how many files.

    ``failed`` pairs each file that should have got some and did not with the reason.
    """

    comments: int
    files: int
    failed: tuple[tuple[str, str], ...]
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """The bytes of a file (an absolute path) before and after its fixes."""

    path: str
    before: bytes
    after: bytes


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of one run.

    ``files`` counts the checked files, ``candidates`` those that may hold a misuse;
    ``notices`` are one-line remarks about what was skipped and why; ``seconds`` is wall time.
    ``tally`` and ``unresolved`` are None where they were not asked for. ``suppressed`` counts
    the findings that comments keep back, ``baselined`` those that the baseline does, ``fixed``
    those that are gone, or would be, through ``changes``; ``unsafe_fixes`` tells that unsafe fixes
    are asked for too. ``twins`` counts the functions with a namesake of another kind.
    """

    findings: tuple[Finding, ...]
    files: int
    candidates: int
    notices: tuple[str, ...]
    seconds: float
    tally: Tally | None = None
    unresolved: tuple[Unresolved, ...] | None = None
    suppressed: int = 0
    baselined: int = 0
    fixed: int = 0
    changes: tuple[Change, ...] = ()
    unsafe_fixes: bool = False
    twins: int = 0
