"""What the instances of a first-party class support."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from asyncpattern_lint.analysis import library
from asyncpattern_lint.analysis.values import ClassValue, External, Frame, Value
from asyncpattern_lint.index.model import Assigned, Builtin, Defined, Scope, Subscript
from asyncpattern_lint.protocol import ITERATION_METHODS, METHODS, PROTOCOL_METHODS, Protocol

if TYPE_CHECKING:
    from asyncpattern_lint.analysis.resolver import Resolver

_MAX_BASES = 200


def protocols_of(resolver: "Resolver", value: ClassValue) -> Protocol | None:
    """Return what instances of a class support, None if that cannot be known.

    It can be where every base is known and nothing interferes with making the instance:
    a metaclass, ``__new__``, or a method that is not a plain ``def``.
    """
    found = Protocol.NONE
    names: set[str] = set()
    for base in _ancestors(resolver, value):
        if isinstance(base, ClassValue):
            scope = resolver.module(base.path).scopes[base.number]
            if not _is_plain(resolver, base, scope):
                return None
            names.update(scope.bindings)
        elif isinstance(base, External) and base.name.startswith("builtins."):
            builtin = library.builtin_class(base.name.removeprefix("builtins."))
            if builtin is None or builtin is type:
                return None
            found |= library.protocols_of_class(builtin)
        elif not (isinstance(base, External) and base.name in library.NEUTRAL_BASES):
            return None
    for protocol, methods in METHODS.items():
        if all(method in names for method in methods):
            found |= protocol
    if not names.isdisjoint(ITERATION_METHODS):
        found |= Protocol.ITERABLE
    return found


def is_abstract(resolver: "Resolver", value: ClassValue) -> bool:
    """Tell whether a class is made to be subclassed: a ``Protocol`` or an ABC."""
    for base in _ancestors(resolver, value):
        if isinstance(base, ClassValue):
            scope = resolver.module(base.path).scopes[base.number]
            if scope.has_keywords:
                return True
        elif isinstance(base, External) and base.name.rpartition(".")[2] in {"ABC", "Protocol"}:
            return True
    return False


def _ancestors(resolver: "Resolver", value: ClassValue) -> Iterator[Value]:
    seen: set[Value] = set()
    queue: list[Value] = [value]
    while queue and len(seen) < _MAX_BASES:
        current = queue.pop(0)
        if current in seen:
            continue
        seen.add(current)
        if len(seen) == _MAX_BASES:
            # More than anyone writes: what follows stays unknown.
            yield External("")
        yield current
        if isinstance(current, ClassValue):
            scope = resolver.module(current.path).scopes[current.number]
            frame = Frame(current.path, scope.parent)
            if not scope.parent:
                # A base that is bound again later, perhaps to this class, is the earlier one.
                frame = Frame(current.path, 0, before=scope.line)
            for base in scope.bases:
                plain = base.value if isinstance(base, Subscript) else base
                bases = resolver.evaluate(plain, frame)
                if len(bases) != 1:
                    yield External("")
                queue.extend(bases)


def _is_plain(resolver: "Resolver", value: ClassValue, scope: Scope) -> bool:
    """Whether a class is just what its body says, protocol methods and all."""
    module = resolver.module(value.path)
    if (
        scope.has_keywords
        or module.is_open
        or "__new__" in scope.bindings
        or "__init_subclass__" in scope.bindings
        or resolver.project.is_rewritten(scope.name)
    ):
        return False
    for name in PROTOCOL_METHODS:
        entry = scope.bindings.get(name)
        for binding in entry.every if entry is not None else ():
            if isinstance(binding, Assigned) and binding.value == Builtin("NoneType"):
                return False
            if not isinstance(binding, Defined | Assigned):
                return False
    return True
