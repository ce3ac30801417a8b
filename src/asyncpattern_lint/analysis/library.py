"""Facts about the standard library that decide what a call gives or demands.

Each is documented under https://docs.python.org/3/library/.
"""

import builtins
import types
from functools import cache
from typing import NamedTuple

from asyncpattern_lint.analysis.values import Binds
from asyncpattern_lint.protocol import Protocol, Use

#: Decorators that make a context manager function of a generator function.
MANAGER_DECORATORS = {
    "contextlib.contextmanager": Protocol.CONTEXT_MANAGER,
    "contextlib.asynccontextmanager": Protocol.ASYNC_CONTEXT_MANAGER,
}

#: Makes a generator function awaitable; its objects stay iterable.
COROUTINE_DECORATOR = "types.coroutine"

#: Callables that give back their first argument, or a wrapper whose calls give the same kind.
KEEPING = frozenset(
    {
        "abc.abstractmethod", "atexit.register", "functools.cache", "functools.lru_cache", "functools.update_wrapper", "typing.final",
        "typing.no_type_check", "typing.overload", "typing.override",
        "typing_extensions.final", "typing_extensions.overload", "typing_extensions.override", "unittest.expectedFailure",
        "weakref.proxy",
    }
)  # fmt: skip

#: Decorators that decide what a function gets as its first argument.
BINDING_DECORATORS = {"builtins.classmethod": Binds.CLASS, "builtins.staticmethod": Binds.NOTHING}

#: Decorators that make a method be called when it is read as an attribute.
PROPERTIES = frozenset(
    {
        "abc.abstractproperty", "builtins.property", "enum.property", "functools.cached_property",
        "types.DynamicClassAttribute",
    }
)  # fmt: skip

#: Callables that give such a decorator.
KEEPING_FACTORIES = frozenset(
    {
        "functools.lru_cache", "functools.wraps", "typing.dataclass_transform",
        "typing_extensions.deprecated", "unittest.skip", "unittest.skipIf", "unittest.skipUnless",
        "unittest.mock.patch", "unittest.mock.patch.object", "unittest.mock.patch.dict",
        "warnings.deprecated",
    }
)  # fmt: skip

#: Class decorators and base classes that take nothing from what a class supports.
NEUTRAL_CLASS_DECORATORS = frozenset(
    {
        "attr.attrs", "attr.dataclass", "attr.define", "attr.frozen", "attr.mutable", "attr.s",
        "attrs.define", "attrs.frozen", "attrs.mutable", "dataclasses.dataclass", "enum.unique",
        "functools.total_ordering",
        "typing.final", "typing.runtime_checkable", "typing_extensions.final",
        "typing_extensions.runtime_checkable",
    }
)  # fmt: skip

#: What marks decorators that make of a class what those of ``dataclasses`` do.
DATACLASS_TRANSFORMS = frozenset(
    {"typing.dataclass_transform", "typing_extensions.dataclass_transform"}
)

#: Metaclasses that leave calling a class, and what its body says, as it is.
NEUTRAL_METACLASSES = frozenset(
    {"abc.ABCMeta", "builtins.type", "enum.EnumMeta", "enum.EnumType", "typing._ProtocolMeta"}
)

#: Classes of which annotations say that an object is one, and mean anything.
VAGUE_CLASSES = frozenset({"builtins.object", "builtins.type", "builtins.function", "typing.Any"})

#: Protocols of which people say what an object is, not just what they need of it.
PLAIN_PROTOCOLS = frozenset(
    {
        "contextlib.AbstractAsyncContextManager", "contextlib.AbstractContextManager",
        "typing.AsyncContextManager", "typing.AsyncGenerator", "typing.AsyncIterable",
        "typing.AsyncIterator", "typing.Awaitable", "typing.Collection", "typing.Container",
        "typing.ContextManager", "typing.Coroutine", "typing.Generator", "typing.Iterable",
        "typing.Iterator", "typing.Reversible",
    }
)  # fmt: skip

#: Protocols of which an object is one by its methods alone, and what their argument is.
STRUCTURAL = {
    "typing.Iterable": "element", "typing.Iterator": "element", "typing.Collection": "element",
    "typing.AsyncIterable": "async element", "typing.AsyncIterator": "async element",
    "typing.Awaitable": "awaited", "contextlib.AbstractContextManager": "entered",
    "contextlib.AbstractAsyncContextManager": "async entered",
}  # fmt: skip

#: Where typeshed describes the builtin types that have no name of their own in ``builtins``.
STUB_NAMES = {
    "NoneType": "types.NoneType", "ellipsis": "types.EllipsisType", "function": "types.FunctionType",
}  # fmt: skip

#: Modules that hold the special forms of the type system.
TYPING_MODULES = frozenset({"typing", "typing_extensions", "collections.abc", "_typeshed"})

#: Special forms that ``typing`` itself declares as plain names.
SPECIAL_FORMS = frozenset(
    {
        "Annotated", "Any", "Callable", "ClassVar", "Concatenate", "Dict", "Final", "FrozenSet",
        "Generic", "List", "Literal", "LiteralString", "Never", "NoReturn", "NotRequired",
        "Optional", "Protocol", "ReadOnly", "Required", "Self", "Set", "Tuple", "Type",
        "TypeAlias", "TypeGuard", "TypeIs", "TypedDict", "Union", "Unpack",
    }
)  # fmt: skip

#: Special forms that say nothing about what an object supports.
OPAQUE_FORMS = frozenset(
    {
        "Any", "Concatenate", "Generic", "Hashable", "Incomplete", "Literal", "LiteralString",
        "MaybeNone", "Never", "NoReturn", "ParamSpec", "Protocol", "Sentinel", "Sized",
        "TypeAlias", "TypeVar", "Unpack", "Unused",
    }
)  # fmt: skip

#: Functions that describe a field of a class instead of holding its value.
FIELD_MAKERS = frozenset(
    {"attr.attrib", "attr.field", "attr.ib", "attrs.field", "dataclasses.field"}
)

#: Callables of which the kind of what they give hangs on more than their types say.
UNPREDICTABLE = frozenset(
    {
        "enum.member", "enum.nonmember", "functools.singledispatch",
        "functools.singledispatchmethod",
    }
)  # fmt: skip

#: Builtin functions that make an iterator or take its next element.
ITERATOR_STEPS = frozenset({"aiter", "anext", "iter", "next"})


class Demand(NamedTuple):
    """What a callable demands of its arguments.

    ``position`` is the first argument meant, ``rest`` whether those after it are too;
    ``keyword`` is the same argument's name, ``*`` for any; ``single`` restricts to calls with one argument.
    """

    use: Use
    construct: str
    position: int = 0
    keyword: str = ""
    rest: bool = False
    single: bool = False


def _demands() -> dict[str, Demand]:
    demands: dict[str, Demand] = {}
    for name, keyword in (
        ("run", "main"), ("create_task", "coro"), ("ensure_future", "coro_or_future"),
        ("wait_for", "fut"), ("shield", "arg"), ("run_coroutine_threadsafe", "coro"),
    ):  # fmt: skip
        demands[f"asyncio.{name}"] = Demand(Use.AWAIT, f"asyncio.{name}", keyword=keyword)
    demands["asyncio.gather"] = Demand(Use.AWAIT, "asyncio.gather", rest=True)
    # Methods go by the names of their definitions in typeshed.
    for owner, name, keyword in (
        ("taskgroups.TaskGroup", "create_task", "coro"), ("runners.Runner", "run", "coro"),
        ("events.AbstractEventLoop", "create_task", "coro"),
        ("base_events.BaseEventLoop", "create_task", "coro"),
        ("events.AbstractEventLoop", "run_until_complete", "future"),
        ("base_events.BaseEventLoop", "run_until_complete", "future"),
    ):  # fmt: skip
        demands[f"asyncio.{owner}.{name}"] = Demand(Use.AWAIT, name, keyword=keyword)
    demands["contextlib.AsyncExitStack.enter_async_context"] = Demand(
        Use.ASYNC_WITH, "enter_async_context", keyword="cm"
    )
    demands["contextlib._BaseExitStack.enter_context"] = Demand(
        Use.WITH, "enter_context", keyword="cm"
    )
    for name in ("aiter", "anext"):
        demands[f"builtins.{name}"] = Demand(Use.ASYNC_FOR, name)
    for name in ("list", "tuple", "set", "frozenset", "sorted", "sum", "any", "all", "enumerate"):
        demands[f"builtins.{name}"] = Demand(Use.FOR, name)
    for name in ("min", "max", "iter"):
        demands[f"builtins.{name}"] = Demand(Use.FOR, name, single=True)
    demands["builtins.next"] = Demand(Use.FOR, "next")
    demands["builtins.dict"] = Demand(Use.FOR, "dict", single=True)
    demands["builtins.zip"] = Demand(Use.FOR, "zip", rest=True)
    demands["builtins.map"] = Demand(Use.FOR, "map", position=1, rest=True)
    demands["builtins.filter"] = Demand(Use.FOR, "filter", position=1)
    demands["builtins.str().join"] = Demand(Use.FOR, "str.join")
    for name in ("len", "str", "int", "float", "abs", "round", "ord", "chr", "range"):
        demands[f"builtins.{name}"] = Demand(Use.RESULT, name)
    demands["builtins.str().format"] = Demand(Use.RESULT, "str.format", keyword="*", rest=True)
    demands["json.dumps"] = Demand(Use.RESULT, "json.dumps", keyword="obj")
    demands["json.dump"] = Demand(Use.RESULT, "json.dump", keyword="obj")
    demands["builtins.bool"] = Demand(Use.TRUTH, "bool")
    return demands


DEMANDS = _demands()

#: Demands that the protocol alone does not meet: an iterator is not any iterable.
ITERATOR_DEMANDS = frozenset({"builtins.next", "builtins.anext"})

#: Arguments with which ``json.dumps`` takes what it could not take without.
JSON_HOOKS = frozenset({"default", "cls", "**"})

#: Builtin classes that let no other object take part in their operators and comparisons.
UNHELPFUL = frozenset(
    {"bool", "bytes", "complex", "dict", "float", "int", "list", "NoneType", "set", "str", "tuple"}
)

#: What builtin functions return.
BUILTIN_RESULTS = {
    "all": "bool", "any": "bool", "ascii": "str", "bin": "str", "callable": "bool",
    "chr": "str", "delattr": "NoneType", "dir": "list", "divmod": "tuple", "format": "str",
    "hasattr": "bool", "hash": "int", "hex": "str", "id": "int", "input": "str",
    "isinstance": "bool", "issubclass": "bool", "len": "int", "oct": "str", "ord": "int",
    "print": "NoneType", "repr": "str", "setattr": "NoneType", "str().format": "str",
    "str().join": "str",
}  # fmt: skip

#: Special forms of ``typing`` that are builtin classes.
BUILTIN_ALIASES = {
    "Dict": "dict", "FrozenSet": "frozenset", "List": "list", "Set": "set", "Tuple": "tuple",
    "Text": "str",
}  # fmt: skip

_TYPES: dict[str, type] = {
    "NoneType": types.NoneType,
    "ellipsis": types.EllipsisType,
    "function": types.FunctionType,
}

#: Classes that annotations use for "anything", or that are mostly subclassed.
_VAGUE = frozenset({"object", "type", "super", "property", "classmethod", "staticmethod"})


def builtin_class(name: str) -> type | None:
    """Return the builtin class of a name, such as ``int`` or ``NoneType``."""
    found = _TYPES.get(name, getattr(builtins, name, None))
    return found if isinstance(found, type) else None


def is_concrete(name: str) -> bool:
    """Tell whether a builtin class, given as an annotation, says what an object supports."""
    return name not in _VAGUE and builtin_class(name) is not None


def is_plain(name: str) -> bool:
    """Tell whether calling a builtin class gives an instance without type arguments."""
    return name in _PLAIN


_PLAIN = frozenset(
    {"bool", "bytearray", "bytes", "complex", "float", "int", "range", "slice", "str"}
)


@cache
def protocols_of_class(found: type) -> Protocol:
    """Return what instances of a builtin class support."""
    protocols = Protocol.NONE
    if hasattr(found, "__aiter__"):
        protocols |= Protocol.ASYNC_ITERABLE
    if hasattr(found, "__aenter__") and hasattr(found, "__aexit__"):
        protocols |= Protocol.ASYNC_CONTEXT_MANAGER
    if hasattr(found, "__await__"):
        protocols |= Protocol.AWAITABLE
    if hasattr(found, "__iter__") or hasattr(found, "__getitem__"):
        protocols |= Protocol.ITERABLE
    if hasattr(found, "__enter__") and hasattr(found, "__exit__"):
        protocols |= Protocol.CONTEXT_MANAGER
    return protocols
