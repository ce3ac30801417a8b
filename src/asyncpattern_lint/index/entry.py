"""What of an outline is kept beside it: what the module does to others, and what they ask often."""

import zlib
from collections.abc import Iterator
from typing import TypeVar

import msgspec

from asyncpattern_lint.index.callers import callers_in
from asyncpattern_lint.index.model import (
    Bindings,
    Defined,
    Expr,
    Failure,
    Imported,
    ModuleIndex,
    Parameter,
    ScopeKind,
    Struct,
    Subscript,
    dotted,
)

#: Parts of the names of modules that hold the asynchronous twins of classes.
ASYNC_MODULES = frozenset({"aio", "asyncio"})


T = TypeVar("T")

#: The quickest, which leaves a quarter.
_LEVEL = 1

#: No outline is larger: a cache that came with a repository may pretend to hold one.
_MOST_BYTES = 1 << 28


class ClassFacts(Struct, frozen=True):
    """What others need to know of a class: its bases' last names, and its members' shapes."""

    number: int
    name: str
    bases: list[str]
    members: dict[str, str]


class Entry(msgspec.Struct, array_like=True, gc=False):
    """An outline as it is kept: ``index`` is its ``encoded`` form, the rest what it does to others.

    ``callers`` tells of classes, by the numbers of their scopes, which of their methods use what
    others give, by the names of these.
    """

    index: bytes
    written: list[str] = []
    sys_modules: list[str] = []
    written_modules: list[str] = []
    assigned: list[str] = []
    classes: list[ClassFacts] = []
    twins: list[str] = []
    setters: list[str] = []
    handed: list[tuple[str, str]] = []
    renamed: list[tuple[str, str]] = []
    registered: list[str] = []
    functions: dict[str, str] = {}
    entered: list[str] = []
    requested: list[str] = []
    callers: dict[int, dict[str, list[str]]] = {}
    failure: Failure | None = None


def encoded(outline: ModuleIndex) -> bytes:
    """Return an outline as bytes."""
    return zlib.compress(msgspec.msgpack.encode(outline), _LEVEL)


def decoded(index: bytes | None, decoder: msgspec.msgpack.Decoder[T]) -> T | None:
    """Return what a decoder makes of an encoded outline, None if that is damaged."""
    unpacking = zlib.decompressobj()
    try:
        data = unpacking.decompress(index or b"", _MOST_BYTES)
        return decoder.decode(data) if unpacking.eof else None
    except (zlib.error, msgspec.DecodeError, RecursionError):
        return None


def entry_of(outline: ModuleIndex | Failure) -> Entry:
    """Return what is kept of an outline."""
    if isinstance(outline, Failure):
        return Entry(b"", failure=outline)
    return Entry(
        encoded(outline),
        outline.written,
        outline.sys_modules,
        outline.written_modules,
        sorted({write.name for write in outline.assigned}),
        list(classes_of(outline)),
        sorted(set(_twins(outline))),
        outline.setters,
        outline.handed,
        outline.renamed,
        outline.registered,
        dict(functions_of(outline)),
        sorted({name for _, name in outline.entered}),
        sorted(set(_requested(outline))),
        dict(callers_in(outline)),
    )


def functions_of(outline: ModuleIndex) -> Iterator[tuple[str, str]]:
    """Yield the public functions that a module gives to others, each with its shape."""
    for name, entry in outline.scopes[0].bindings.items():
        binding = entry.every[0]
        if not name.startswith("_") and isinstance(binding, Defined) and len(entry.every) == 1:
            scope = outline.scopes[binding.scope]
            if scope.kind is ScopeKind.FUNCTION and (scope.is_async or scope.is_generator):
                yield name, shape_of(outline, entry)


def _twins(outline: ModuleIndex) -> Iterator[str]:
    """Yield the names of classes of which a module imports an asynchronous twin."""
    for item in outline.imports:
        if item.name is not None:
            if item.name.startswith("Async"):
                yield item.name.removeprefix("Async")
            if not ASYNC_MODULES.isdisjoint(item.module.split(".")):
                yield item.name


def _requested(outline: ModuleIndex) -> Iterator[str]:
    """Yield the parameters of tests and fixtures, by which they ask for fixtures."""
    for scope in outline.scopes:
        if scope.kind is ScopeKind.FUNCTION and (
            scope.name.startswith("test")
            or any(_called(d.value).endswith("fixture") for d in scope.decorators)
        ):
            yield from (n for n, e in scope.bindings.items() if isinstance(e.every[0], Parameter))


def _called(decorator: Expr) -> str:
    return dotted(getattr(decorator, "func", decorator)) or ""


def slim(outline: ModuleIndex) -> None:
    """Drop from the outline of a module that is not checked what only checking needs."""
    outline.noted = []
    for scope in outline.scopes:
        scope.uses = []
        scope.calls = []
        scope.attributes = []
        scope.drives = []


def classes_of(outline: ModuleIndex) -> Iterator[ClassFacts]:
    """Yield what others need to know of the classes of a module."""
    for number, scope in enumerate(outline.scopes):
        if scope.kind is ScopeKind.CLASS:
            bases = [_original_name(outline, base) for base in scope.bases]
            members = dict.fromkeys(scope.attributes_set, "=")
            members.update(
                (name, shape_of(outline, entry)) for name, entry in scope.bindings.items()
            )
            yield ClassFacts(number, scope.name, [base for base in bases if base], members)


def _last_name(base: Expr) -> str:
    plain = base.value if isinstance(base, Subscript) else base
    return (dotted(plain) or "").rpartition(".")[2]


def _original_name(outline: ModuleIndex, base: Expr) -> str:
    """Return the last part of a base's name, as the module that defines it would write it."""
    name = _last_name(base)
    entry = outline.scopes[0].bindings.get(name)
    for binding in entry.every if entry is not None else ():
        if isinstance(binding, Imported):
            return outline.imports[binding.index].name or name
    return name


def shape_of(outline: ModuleIndex, entry: Bindings) -> str:
    """Return what the text of a member says about its kind, to be compared with others."""
    shapes = []
    for position in entry.live or entry.type_only:
        binding = entry.every[position]
        scope = outline.scopes[binding.scope] if isinstance(binding, Defined) else None
        if scope is None or scope.kind is not ScopeKind.FUNCTION:
            shapes.append("=")
            continue
        decorators = [_last_name(getattr(d.value, "func", d.value)) for d in scope.decorators]
        words = ["async"] * scope.is_async + ["yield"] * scope.is_generator + decorators
        shapes.append(" ".join(w for w in words if w not in _SHAPELESS))
    return "|".join(shapes)


#: Decorators that say nothing about the kind of a method.
_SHAPELESS = frozenset({"override", "final", "abstractmethod", "overload"})


def is_test(path: str) -> bool:
    """Tell whether a file looks like a test, whose objects are other than the program's."""
    parts = path.replace("\\", "/").split("/")
    name = parts[-1]
    return (
        name.startswith(("test_", "conftest"))
        or name.endswith("_test.py")
        or "tests" in parts[:-1]
        or "test" in parts[:-1]
    )
