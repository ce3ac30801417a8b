"""The global names of a module, which tell a trace who asked for those that it does not have."""

import builtins
from collections.abc import ItemsView, Iterator, KeysView, ValuesView
from typing import Any

from asyncpattern_lint.index.model import Bindings
from asyncpattern_lint.index.trace import Trace

#: Nearly all code asks its module for these in vain.
_BUILTINS = frozenset(dir(builtins))


class Watched(dict[str, Bindings]):
    """The bindings of a module that may come to have more of them."""

    def __init__(self, bindings: dict[str, Bindings], trace: Trace, path: str) -> None:
        super().__init__(bindings)
        self._trace = trace
        self._path = path

    def get(self, name: str, default: Any = None) -> Any:
        """Return the bindings of a name."""
        known = super().get(name)
        if known is None:
            self._trace.ask_for(absence_of(name))
            return default
        return known

    def __contains__(self, name: object) -> bool:
        known = super().__contains__(name)
        if not known:
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
        self._trace.ask_for(names_of(self._path))


def absence_of(name: str) -> str:
    """Return what traces call that a module has no global of a name."""
    return "no builtin" if name in _BUILTINS else f"no {name}"


def names_of(path: str) -> str:
    """Return what traces call all global names of a module."""
    return f"names {path}"
