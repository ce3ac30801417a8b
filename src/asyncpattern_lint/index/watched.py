"""The outline of a module, which tells a trace what of it was asked for.

A module has these parts: for each global name its bindings; each function that is in no other
one, with all in it; each class, without its methods; what its imports are; and the rest. What
functions do, which others mostly do not see, are parts of their own.
"""

import builtins
from collections.abc import ItemsView, Iterator, KeysView, Sequence, ValuesView
from typing import Any, SupportsIndex, overload

from asyncpattern_lint.index.model import Bindings, Import, ModuleIndex, Scope, ScopeKind
from asyncpattern_lint.index.trace import Trace, body_of

#: Nearly all code asks its module for these in vain.
_BUILTINS = frozenset(dir(builtins))

#: The parts for whoever goes through all names, all functions and classes, or all imports.
NAMES, SCOPES, IMPORTS = "names", "scopes", "imports"

#: The part for whoever looks at what all functions of a module do.
BODIES = "bodies"


def part_of_name(name: str) -> str:
    """Return what a part with the bindings of a global name is called.

    It is as that of the function or class which the name is mostly bound to, so that there is one
    number less to keep: who asks for the name looks at that next.
    """
    return f".{name}"


def absence_of(name: str) -> str:
    """Return what traces call that a module has no global of a name."""
    return "no builtin" if name in _BUILTINS else f"no {name}"


def roots(scopes: Sequence[Scope]) -> list[int]:
    """Return for each scope the one whose part it belongs to: the outermost function or itself."""
    found: list[int] = []
    for number, scope in enumerate(scopes):
        root = found[scope.parent] if number else 0
        is_inside = number > 0 and scopes[root].kind is ScopeKind.FUNCTION
        found.append(root if is_inside else number)
    return found


def part_names(scopes: Sequence[Scope]) -> list[str]:
    """Return the dotted name of the part of each scope; namesakes share theirs."""
    names: list[str] = []
    for (number, scope), root in zip(enumerate(scopes), roots(scopes), strict=True):
        if root != number:
            names.append(names[root])
        else:
            names.append(f"{names[scope.parent]}.{scope.name}" if number else "")
    return names


def watch(module: ModuleIndex, trace: Trace, path: str) -> None:
    """Let a trace know what of a module is asked for."""
    top = module.scopes[0]
    top.bindings = _Names(top.bindings, trace, path)
    module.imports = _Imports(module.imports, trace, path)
    module.scopes = Scopes(module.scopes, trace, path)


class _Names(dict[str, Bindings]):
    """The bindings of the global names of a module."""

    def __init__(self, bindings: dict[str, Bindings], trace: Trace, path: str) -> None:
        super().__init__(bindings)
        self._trace = trace
        self._path = path
        self._parts: dict[str, int] = {}

    def _note(self, name: str) -> None:
        part = self._parts.get(name)
        if part is None:
            part = self._parts[name] = self._trace.part(self._path, part_of_name(name))
        self._trace.current.add(part)

    def get(self, name: str, default: Any = None) -> Any:
        """Return the bindings of a name."""
        known = dict.get(self, name)
        if known is None:
            self._trace.ask_for(absence_of(name))
            return default
        self._note(name)
        return known

    def __getitem__(self, name: str) -> Bindings:
        known = super().__getitem__(name)
        self._note(name)
        return known

    def __contains__(self, name: object) -> bool:
        known = super().__contains__(name)
        if known:
            self._note(str(name))
        else:
            self._trace.ask_for(absence_of(str(name)))
        return known

    def __iter__(self) -> Iterator[str]:
        self._all()
        return super().__iter__()

    def __len__(self) -> int:
        self._all()
        return super().__len__()

    def keys(self) -> KeysView[str]:  # type: ignore[override]
        """Return the names."""
        self._all()
        return dict(super().items()).keys()

    def values(self) -> ValuesView[Bindings]:  # type: ignore[override]
        """Return the bindings."""
        self._all()
        return dict(super().items()).values()

    def items(self) -> ItemsView[str, Bindings]:  # type: ignore[override]
        """Return the names with their bindings."""
        self._all()
        return dict(super().items()).items()

    def _all(self) -> None:
        self._trace.read_part(self._path, NAMES)


class _Imports(list[Import]):
    """The imports of a module; who asks for one of them was told its number by a binding."""

    def __init__(self, imports: list[Import], trace: Trace, path: str) -> None:
        super().__init__(imports)
        self._trace = trace
        self._path = path

    def __iter__(self) -> Iterator[Import]:
        self._trace.read_part(self._path, IMPORTS)
        return super().__iter__()


class Scopes(list[Scope]):
    """The scopes of a module. The first one is no part: what it has are names and the rest."""

    def __init__(self, scopes: list[Scope], trace: Trace, path: str) -> None:
        super().__init__(scopes)
        self._trace = trace
        self._path = path
        self._parts: list[int] = []

    @overload
    def __getitem__(self, number: SupportsIndex) -> Scope: ...
    @overload
    def __getitem__(self, number: slice) -> list[Scope]: ...
    def __getitem__(self, number: Any) -> Any:
        if number:
            self._trace.current.add((self._parts or self._numbered())[number])
        return list.__getitem__(self, number)

    def __iter__(self) -> Iterator[Scope]:
        self._trace.read_part(self._path, SCOPES)
        return super().__iter__()

    def note_body(self, number: int) -> None:
        """Note that it matters what the function around a scope does, or the module itself."""
        self._trace.current.add(body_of((self._parts or self._numbered())[number]))

    def note_bodies(self) -> None:
        """Note that it matters what all functions do."""
        self._trace.current.add(body_of(self._trace.part(self._path, BODIES)))

    def _numbered(self) -> list[int]:
        names = part_names([*super().__iter__()])
        self._parts = [self._trace.part(self._path, name) for name in names]
        return self._parts
