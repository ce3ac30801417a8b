"""The outline of a module: small, serialisable, without any syntax tree.

Expressions are reduced to what decides their kind. The builder lowers ``ast`` nodes to them,
the visitor lowers LibCST nodes to them, and the resolver evaluates them: one evaluator for both.

Lines count from 1. Columns are ``ast``'s: bytes of UTF-8, from 0.
"""

import enum
from collections.abc import Iterator, Sequence
from itertools import takewhile

import msgspec

from asyncpattern_lint.protocol import NEEDS


class Struct(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An immutable value that msgspec reads and writes as an array."""


# --- expressions -------------------------------------------------------------------------


class Name(Struct, frozen=True, tag=0):
    """A plain name, as written."""

    id: str


class Attribute(Struct, frozen=True, tag=1):
    """``value.name``."""

    value: "Expr"
    name: str


class Call(Struct, frozen=True, tag=2):
    """``func(args, keywords)``."""

    func: "Expr"
    args: tuple["Expr", ...]
    keywords: tuple[tuple[str, "Expr"], ...]


class Await(Struct, frozen=True, tag=3):
    """``await value``."""

    value: "Expr"


class Builtin(Struct, frozen=True, tag=4):
    """A value whose builtin type the syntax alone tells, for example a literal's.

    ``truth`` is the value itself where that is ``True`` or ``False``.
    """

    name: str
    truth: bool | None = None


class Choice(Struct, frozen=True, tag=5):
    """One of several values: a conditional expression, ``or``, ``and``."""

    options: tuple["Expr", ...]


class GeneratorExpression(Struct, frozen=True, tag=6):
    """``(x for x in y)``, which gives ``element``; asynchronous where PEP 530 says so."""

    is_async: bool
    line: int
    element: "Expr | None" = None


class Lambda(Struct, frozen=True, tag=7):
    """``lambda parameters: body``; a generator function where the body yields."""

    parameters: tuple[str, ...]
    body: "Expr"
    is_generator: bool
    line: int


class Subscript(Struct, frozen=True, tag=8):
    """``value[args]``, which matters in annotations."""

    value: "Expr"
    args: tuple["Expr", ...]


class Entered(Struct, frozen=True, tag=9):
    """What ``with value as x`` binds to ``x``."""

    value: "Expr"
    is_async: bool


class Element(Struct, frozen=True, tag=10):
    """What ``for x in value`` binds to ``x``."""

    value: "Expr"
    is_async: bool


class Opaque(Struct, frozen=True, tag=11):
    """A value that nothing here can know."""


class TupleDisplay(Struct, frozen=True, tag=12):
    """``(a, b)``, without stars."""

    elements: tuple["Expr", ...]


class Item(Struct, frozen=True, tag=13):
    """What ``a, b = value`` binds to one of its targets, or ``value[2]``.

    ``position`` counts from 0; ``unpacked`` tells the two apart.
    """

    value: "Expr"
    position: int
    unpacked: bool


class Union(Struct, frozen=True, tag=14):
    """``A | B`` and the strings in annotations that say so: a type, not a value."""

    options: tuple["Expr", ...]


class Collection(Struct, frozen=True, tag=16):
    """A list or set by its display or comprehension; ``elements`` are what it may hold."""

    name: str
    elements: tuple["Expr", ...]


class Fallback(Struct, frozen=True, tag=15):
    """``value or otherwise``."""

    value: "Expr"
    otherwise: "Expr"


class Starred(Struct, frozen=True, tag=17):
    """``*value`` among the arguments of a call."""

    value: "Expr"


class Narrowed(Struct, frozen=True, tag=18):
    """A value where a test of it turned out as the condition says."""

    value: "Expr"
    condition: "Condition"


class Sent(Struct, frozen=True, tag=19):
    """What ``yield`` gives to its own function: what the caller sends."""


Expr = (
    Name
    | Attribute
    | Call
    | Await
    | Builtin
    | Choice
    | GeneratorExpression
    | Lambda
    | Subscript
    | Entered
    | Element
    | Opaque
    | TupleDisplay
    | Item
    | Union
    | Fallback
    | Collection
    | Starred
    | Narrowed
    | Sent
)

OPAQUE = Opaque()


def before_stars(arguments: Sequence[Expr]) -> tuple[Expr, ...]:
    """Return the arguments of which the place is known: those before the first starred one."""
    return tuple(takewhile(lambda argument: not isinstance(argument, Starred), arguments))


def dotted(expr: Expr) -> str | None:
    """Return ``a.b.c`` for a chain of plain attributes, else None."""
    parts: list[str] = []
    while isinstance(expr, Attribute):
        parts.append(expr.name)
        expr = expr.value
    if not isinstance(expr, Name):
        return None
    parts.append(expr.id)
    return ".".join(reversed(parts))


def head(expr: Expr) -> Expr:
    """Return what a chain of attributes starts from: ``a`` of ``a.b.c``."""
    while isinstance(expr, Attribute):
        expr = expr.value
    return expr


# --- bindings ----------------------------------------------------------------------------


class Defined(Struct, frozen=True, tag=0):
    """Bound by ``def`` or ``class``; ``scope`` is the number of the scope that it opens."""

    line: int
    scope: int


class Imported(Struct, frozen=True, tag=1):
    """Bound by an import; ``index`` counts into ``ModuleIndex.imports``."""

    line: int
    index: int


class Assigned(Struct, frozen=True, tag=2):
    """Bound to a value; ``scope`` is the function in which ``global`` says so, 0 for none."""

    line: int
    value: Expr
    annotation: Expr | None = None
    scope: int = 0


class Parameter(Struct, frozen=True, tag=3):
    """Bound by the caller.

    ``position`` is None where no single positional argument can reach it; ``variadic`` is
    ``*`` or ``**`` for a parameter that takes what is left over, else empty. ``default`` is
    None for a parameter that has to be given.
    """

    line: int
    name: str
    position: int | None
    annotation: Expr | None
    variadic: str
    default: Expr | None = None


Binding = Defined | Imported | Assigned | Parameter


class Bindings(msgspec.Struct, array_like=True, gc=False):
    """Every binding of one name in one scope.

    ``live`` holds the positions in ``every`` that may stand when the scope has run to its end.
    ``called_between`` tells that the module calls something between its bindings of the name, so
    that functions may have seen an earlier one.
    ``type_only`` holds those under ``if TYPE_CHECKING``, which do not run. ``deleted`` tells
    that the name may have been deleted at the end, ``partial`` that some path binds it nowhere.
    """

    every: list[Binding]
    live: list[int]
    type_only: list[int]
    deleted: bool = False
    partial: bool = False
    called_between: bool = False


# --- imports -----------------------------------------------------------------------------


class Caught(enum.IntEnum):
    """How much of a failing import a handler catches.

    A missing module raises ``ModuleNotFoundError``, a missing name its base ``ImportError``.
    """

    MODULE_NOT_FOUND = 0
    IMPORT_ERROR = 1
    EVERYTHING = 2


class Leaving(enum.IntEnum):
    """How a handler gives up: not at all, with the same error, or in a way of its own.

    One that asserts something of the error expects it.
    """

    STAYS = 0
    RERAISES = 1
    DECIDES = 2
    EXPECTS = 3


class Guard(Struct, frozen=True):
    """A handler around an import; ``binds`` are the names that the handler binds."""

    caught: Caught
    text: str
    line: int
    binds: tuple[str, ...]
    leaving: Leaving


class Import(Struct, frozen=True):
    """One name of one import statement.

    ``import a.b`` has ``module="a.b"`` and no ``name``; ``from ..x import y`` has
    ``module="x"``, ``level=2``, ``name="y"``; a star import has ``name="*"``.
    ``dead`` marks an import that cannot run, or only where something was asked first;
    ``fallback`` one whose name the same scope also binds in another way; ``conditional`` one
    that is not a top-level statement of its module. ``statement`` is the line of the statement,
    ``line`` that of the name.
    """

    module: str
    level: int
    name: str | None
    asname: str | None
    line: int
    column: int
    end_line: int
    end_column: int
    guards: tuple[Guard, ...]
    type_only: bool
    dead: bool
    fallback: bool
    conditional: bool
    statement: int

    @property
    def bound(self) -> str:
        """The name that the import binds in its scope."""
        return self.asname or self.name or self.module.partition(".")[0]

    @property
    def text(self) -> str:
        """The import as one would write it alone."""
        renamed = f" as {self.asname}" if self.asname else ""
        if self.name is None:
            return f"import {self.module}{renamed}"
        return f"from {'.' * self.level}{self.module} import {self.name}{renamed}"


class Export(Struct, frozen=True):
    """One string in ``__all__``."""

    name: str
    line: int
    column: int
    end_line: int
    end_column: int


# --- calls that name code ----------------------------------------------------------------


class Place(Struct, frozen=True):
    """Where an expression stands."""

    line: int
    column: int
    end_line: int
    end_column: int


class Told(Struct, frozen=True):
    """An argument of a noted call: its keyword if any, the string that it is if any."""

    value: Expr
    keyword: str
    text: str | None
    place: Place


class Noted(Struct, frozen=True):
    """A call that hands code to a framework, or names code in a string.

    ``scope`` is where its names are looked up. In an annotation, ``annotated`` is the type that
    it stands beside, and ``owner`` the scope and name of the parameter. ``dead`` tells that it
    does not run, or only where something was asked first; ``guarded`` that a handler or
    ``raises`` around it takes what fails.
    """

    scope: int
    call: Call
    told: tuple[Told, ...]
    place: Place
    annotated: Expr | None = None
    owner: tuple[int, str] | None = None
    dead: bool = False
    guarded: bool = False


# --- scopes ------------------------------------------------------------------------------


class ScopeKind(enum.IntEnum):
    """What opens a scope. Lambdas and comprehensions are expressions here."""

    MODULE = 0
    FUNCTION = 1
    CLASS = 2


class Decorator(Struct, frozen=True):
    """A decorator as written."""

    value: Expr
    line: int


class Ask(enum.IntEnum):
    """What a test asks of a name or a dotted chain.

    Whether it is None, true, or callable; what a function such as ``isinstance`` says of it;
    whether its class is one of some; whether it is an instance of one of them.
    """

    NONE = 0
    TRUE = 1
    CALLABLE = 2
    ANSWER = 3
    CLASS = 4
    INSTANCE = 5


class Condition(Struct, frozen=True):
    """A test of a name or a dotted chain, and how it has to turn out.

    ``about`` is the function that is asked, or the classes; ``second`` the classes that are
    passed to the function, ``text`` the string that is.
    """

    name: str
    ask: Ask
    holds: bool
    about: Expr = OPAQUE
    second: Expr = OPAQUE
    text: str = ""


class Return(Struct, frozen=True):
    """A ``return`` or ``yield`` with its value, and what must hold for it to be reached."""

    value: Expr
    line: int
    when: tuple[Condition, ...] = ()


#: The bits of the uses that need a protocol, as ``UseSite.uses`` holds them.
PROTOCOL_USES = sum(1 << use for use in NEEDS)


class UseSite(Struct, frozen=True):
    """A value and the uses made of it somewhere in a scope: bit ``1 << Use`` for each."""

    value: Expr
    uses: int


class AttributeSet(Struct, frozen=True):
    """``self.name = value`` in a method: the scope that does so, and the annotation if any.

    ``value`` is None where there is only an annotation.
    """

    line: int
    scope: int
    value: Expr | None
    annotation: Expr | None


class Drive(Struct, frozen=True):
    """A call of which a scope takes items without keeping what it gives for anything else.

    ``leaving`` is the statement, in ``leaving_line``, that leaves the loop before its end, empty
    where there is none; it is ``step`` where only the next item is taken.
    """

    value: Expr
    line: int
    column: int
    end_line: int
    end_column: int
    leaving: str = ""
    leaving_line: int = 0


class Scope(msgspec.Struct, array_like=True, gc=False):
    """A module, function or class and what happens in it.

    ``parent`` is the number of the enclosing scope (-1 for the module). ``calls`` are calls
    with arguments that may be misused by being passed; ``attributes`` are dotted chains that
    may lead into a module. ``outer`` are the names declared ``global``. ``is_stub`` marks a
    body of ``...``, ``pass`` or ``raise NotImplementedError`` only; ``falls_through`` one whose
    end can be reached. ``yields_at`` is the line of the first ``yield``, 0 without one.
    ``has_keywords`` marks a class with keywords such as ``metaclass=``; ``expects_errors`` a
    function that says by ``raises`` or ``assertRaises`` that something in it fails.
    ``declared`` are the annotations of names; ``yields`` what ``yield`` hands out;
    ``type_parameters`` are those of PEP 695. Of a class, ``attributes_set`` are the attributes
    that its methods set on ``self`` or ``cls``, ``sets_computed`` tells that they also set some
    under computed names, and ``metaclass`` is the keyword of that name. ``writes`` are the
    attributes that the scope sets on other objects than ``self``; ``asked_items`` the names of
    whose items a test asks what they are; ``guards`` what its statements
    ask before they go on. ``yielding`` holds the bits of ``yields.Yielding`` of a generator,
    ``drives`` the calls whose items are taken with ``async for`` or ``anext``. ``only_asked``
    are the parameters of a plain function of which it only asks what a namespace holds;
    ``makes_plainly`` marks a ``__new__`` of a metaclass that makes what the class's body says.
    ``handled`` are the names for which a ``__getattribute__`` does more than pass them on, None
    where that is not told. ``is_unbound`` marks a plain function of a class of which the class is
    asked, and which is then called with anything.
    """

    kind: ScopeKind
    name: str
    parent: int
    line: int
    end_line: int
    bindings: dict[str, Bindings] = msgspec.field(default_factory=dict)
    outer: list[str] = msgspec.field(default_factory=list)
    is_async: bool = False
    is_generator: bool = False
    is_stub: bool = False
    falls_through: bool = False
    decorators: list[Decorator] = msgspec.field(default_factory=list)
    returns: list[Return] = msgspec.field(default_factory=list)
    annotation: Expr | None = None
    yields_at: int = 0
    bases: list[Expr] = msgspec.field(default_factory=list)
    has_keywords: bool = False
    expects_errors: bool = False
    uses: list[UseSite] = msgspec.field(default_factory=list)
    calls: list[Call] = msgspec.field(default_factory=list)
    attributes: list[Expr] = msgspec.field(default_factory=list)
    declared: dict[str, Expr] = msgspec.field(default_factory=dict)
    yields: list[Return] = msgspec.field(default_factory=list)
    type_parameters: list[str] = msgspec.field(default_factory=list)
    attributes_set: dict[str, list[AttributeSet]] = msgspec.field(default_factory=dict)
    sets_computed: bool = False
    metaclass: Expr | None = None
    writes: list[str] = msgspec.field(default_factory=list)
    guards: list[Condition] = msgspec.field(default_factory=list)
    asked_items: list[str] = msgspec.field(default_factory=list)
    yielding: int = 0
    drives: list[Drive] = msgspec.field(default_factory=list)
    only_asked: list[str] = msgspec.field(default_factory=list)
    makes_plainly: bool = False
    handled: list[str] | None = None
    is_unbound: bool = False


class Switch(Struct, frozen=True):
    """An ``if`` outside functions that decides which functions there are.

    ``names`` are what its test reads, ``by_version`` tells that it asks for a version by itself.
    """

    line: int
    end_line: int
    names: tuple[str, ...]
    by_version: bool


class Write(Struct, frozen=True):
    """An attribute set on what ``base`` stands for in a scope; ``*`` for a computed name.

    ``value`` is None where it does not matter, or is not known.
    """

    scope: int
    base: Expr
    name: str
    value: Expr | None = None


class Lent(Struct, frozen=True):
    """A function that a module hands its own namespace to, and under which argument.

    ``function`` is a dotted name as the module has it, ``place`` the position of the argument from
    0, or its keyword. ``partial`` is what ``functools.partial`` is called there, if it hands it on.
    """

    function: str
    place: str
    partial: str = ""


class ModuleIndex(msgspec.Struct, array_like=True, gc=False):
    """The outline of one module: a pure function of its bytes.

    ``scopes[0]`` is the module itself. ``exports`` is None where there is no ``__all__``;
    ``export_sources`` are modules whose ``__all__`` is taken over; ``exports_open`` tells that
    the rest of ``__all__`` is computed. ``is_open`` tells that the module may bind names that
    its text does not show: certainly if ``lent`` is empty, else unless all functions in it only ask
    the namespace that they are handed. ``has_open_path`` tells that its submodules may lie
    elsewhere.
    ``written`` are names that the module assigns as attributes of what it imports, ``patched``
    those that it replaces through a mocking call. ``nonlocals`` are names that nested
    functions rebind. ``sys_modules`` are the names of modules that it puts into
    ``sys.modules``, ``*`` for computed ones, ``__name__`` for itself. ``written_modules`` are the last
    names of imported modules that get attributes under computed names. ``constants`` are global
    names that are bound once, to ``True`` or ``False``. ``assigned`` are the attributes
    that it sets on other objects than ``self``. ``aliases`` maps names under which well-known things
    are imported to their own names. ``setters`` are the arguments on which functions set
    protocol methods, bases or computed attributes, as ``function:position``; ``handed`` tells of
    arguments, named in this way, which classes or modules they are, or are instances of; ``renamed`` are global names of
    functions, with the names of what they stand for. ``registered`` are the names of classes of which ``register`` is
    taken, so that others may pass for theirs. ``noted`` are the calls that name code;
    ``entered`` the names that ``with`` is used on, with their scopes; ``spared`` those of fakes
    of which a test says that they were not called. ``versions`` are global names that hang on the
    version of something, ``switches`` the tests on which it hangs which functions there are.
    """

    scopes: list[Scope]
    imports: list[Import] = msgspec.field(default_factory=list)
    stars: list[int] = msgspec.field(default_factory=list)
    exports: list[Export] | None = None
    export_sources: list[Expr] = msgspec.field(default_factory=list)
    exports_open: bool = False
    is_open: bool = False
    lent: list[Lent] = msgspec.field(default_factory=list)
    has_open_path: bool = False
    written: list[str] = msgspec.field(default_factory=list)
    patched: list[str] = msgspec.field(default_factory=list)
    nonlocals: list[str] = msgspec.field(default_factory=list)
    sys_modules: list[str] = msgspec.field(default_factory=list)
    written_modules: list[str] = msgspec.field(default_factory=list)
    constants: dict[str, bool] = msgspec.field(default_factory=dict)
    assigned: list[Write] = msgspec.field(default_factory=list)
    aliases: dict[str, str] = msgspec.field(default_factory=dict)
    setters: list[str] = msgspec.field(default_factory=list)
    handed: list[tuple[str, str]] = msgspec.field(default_factory=list)
    renamed: list[tuple[str, str]] = msgspec.field(default_factory=list)
    registered: list[str] = msgspec.field(default_factory=list)
    noted: list[Noted] = msgspec.field(default_factory=list)
    entered: list[tuple[int, str]] = msgspec.field(default_factory=list)
    spared: list[tuple[int, str]] = msgspec.field(default_factory=list)
    versions: list[str] = msgspec.field(default_factory=list)
    switches: list[Switch] = msgspec.field(default_factory=list)

    def enclosing(self, number: int) -> Iterator[tuple[int, Scope]]:
        """Yield the scope and those in which its names are looked up, innermost first.

        A class body is seen from itself only
        (https://docs.python.org/3/reference/executionmodel.html#resolution-of-names).
        """
        first = True
        while number >= 0:
            scope = self.scopes[number]
            if first or scope.kind is not ScopeKind.CLASS:
                yield number, scope
            first = False
            number = scope.parent

    def inside(self, number: int) -> Iterator[tuple[int, Scope]]:
        """Yield a scope and all that are in it, which have the numbers after its own."""
        yield number, self.scopes[number]
        for inner in range(number + 1, len(self.scopes)):
            scope = self.scopes[inner]
            if scope.parent < number:
                break
            yield inner, scope

    def qualified_name(self, number: int) -> str:
        """Return the dotted name of a scope inside its module, for example ``Store.open``."""
        parts: list[str] = []
        while number > 0:
            parts.append(self.scopes[number].name)
            number = self.scopes[number].parent
        return ".".join(reversed(parts))

    def name_around(self, line: int) -> str:
        """Return the dotted name of the innermost function or class that a line belongs to.

        Decorators belong to what is around the definition.
        """
        around = [
            n for n, scope in enumerate(self.scopes) if n and scope.line <= line <= scope.end_line
        ]
        return self.qualified_name(max(around, key=lambda n: self.scopes[n].line, default=0))


class Failure(Struct, frozen=True):
    """Why a file has no outline: one clear sentence and the place (1-based, characters)."""

    reason: str
    line: int = 1
    column: int = 1
    is_syntax: bool = False
