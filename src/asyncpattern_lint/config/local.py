"""What holds for single files: the codes that are on, and what is left out."""

# ruff: noqa: PTH120

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from asyncpattern_lint.config.codes import Decision, Selection, decide, matching, selectors, unknown
from asyncpattern_lint.config.paths import literal
from asyncpattern_lint.discovery import DEFAULT_EXCLUDES
from asyncpattern_lint.globs import GlobError, Globs

if TYPE_CHECKING:
    from asyncpattern_lint.config.layers import Layer


class Ignored(NamedTuple):
    """One of the ``per-file-ignores``: the codes that are off in the files that it is for."""

    pattern: str
    globs: Globs
    is_negated: bool
    codes: frozenset[str]
    layer: "Layer"

    def holds(self, path: str) -> bool:
        """Tell whether it is for a file."""
        return self.globs.match(os.path.basename(path), path) != self.is_negated  # noqa: PTH119


@dataclass(frozen=True, slots=True)
class Local:
    """What holds for the files that one configuration governs.

    ``layers`` are those that it was made of, the weakest first; ``folder`` is that of the
    configuration, or the working directory.
    """

    layers: "tuple[Layer, ...]"
    folder: str
    decided: Mapping[str, Decision]
    enabled: frozenset[str]
    excludes: Globs
    ignored: tuple[Ignored, ...]

    def enabled_in(self, path: str) -> frozenset[str]:
        """Return the codes that are on for a file."""
        off: frozenset[str] = frozenset()
        for ignored in self.ignored:
            if ignored.holds(path):
                off |= ignored.codes
        return self.enabled - off if off else self.enabled


class Locals:
    """What holds for each file of a run.

    ``nearest`` gives the layer that governs a folder, None for none; ``stronger`` are the
    layers that win over it, the weakest first.
    """

    def __init__(
        self,
        nearest: "Callable[[str, bool], Layer | None]",
        stronger: "tuple[Layer, ...]",
        codes: Mapping[str, bool],
        cwd: str,
    ) -> None:
        self._nearest = nearest
        self._stronger = stronger
        self._codes = codes
        self._cwd = cwd
        self._known: dict[int, Local] = {}
        self._by_folder: dict[str, Local] = {}

    def of(self, folder: str, *, may_configure: bool = True) -> Local:
        """Return what holds in an absolute folder. Raises UsageError."""
        known = self._by_folder.get(folder)
        if known is None:
            layer = self._nearest(folder, may_configure)
            known = self._known.get(id(layer))
            if known is None:
                known = self._known[id(layer)] = self._local(layer)
            self._by_folder[folder] = known
        return known

    def enabled_in(self, path: str) -> frozenset[str]:
        """Return the codes that are on for a file."""
        return self.of(os.path.dirname(path)).enabled_in(path)

    def excludes(self, folder: str, may_configure: bool) -> Globs:
        """Return what is left out of an absolute folder."""
        return self.of(folder, may_configure=may_configure).excludes

    def is_excluded(self, path: str) -> bool:
        """Tell whether an absolute path, or a folder of the project that it is in, is left out."""
        inner = path
        while True:
            folder, name = os.path.split(inner)
            local = self.of(folder)
            if inner == folder or inner == local.folder:
                return False
            if local.excludes.match(name, inner):
                return True
            inner = folder

    def _local(self, layer: "Layer | None") -> Local:
        layers = self._stronger if layer is None else (layer, *self._stronger)
        decided = decide([_selection(layer, self._codes) for layer in layers], self._codes)
        return Local(
            layers,
            self._cwd if layer is None else layer.base,
            decided,
            frozenset(code for code, decision in decided.items() if decision.is_on),
            _excludes(layers),
            _ignored(layers, self._codes),
        )


def _selection(layer: "Layer", codes: Mapping[str, bool]) -> Selection:
    table = layer.table
    select = None if table.select is None else codes_of(layer, "select", table.select, codes)
    ignore = codes_of(layer, "ignore", table.ignore or (), codes)
    return Selection(
        select,
        codes_of(layer, "extend-select", table.extend_select or (), codes),
        ignore + codes_of(layer, "extend-ignore", table.extend_ignore or (), codes),
    )


def codes_of(
    layer: "Layer", key: str, written: Sequence[str], codes: Mapping[str, bool], *below: str
) -> tuple[str, ...]:
    """Return the selectors that a key holds. Raises UsageError if one matches no code."""
    found = selectors(written)
    if len(found) < len(set(written)) and not all(item.strip() for item in written):
        raise layer.error("{} holds an empty code", key, *below)
    problem = unknown(found, codes)
    if problem:
        raise layer.error(problem, key, *below)
    return found


def _excludes(layers: "Sequence[Layer]") -> Globs:
    patterns = [("", name) for name in DEFAULT_EXCLUDES]
    for layer in layers:
        if layer.table.exclude is not None:
            patterns = _patterns(layer, "exclude", layer.table.exclude)
    for layer in layers:
        patterns += _patterns(layer, "extend-exclude", layer.table.extend_exclude or ())
    return Globs.compile(patterns)


def _patterns(layer: "Layer", key: str, written: Sequence[str]) -> list[tuple[str, str]]:
    for pattern in written:
        _compiled(layer, pattern, key)
    return [(layer.base, pattern) for pattern in written]


def _compiled(layer: "Layer", pattern: str, *path: str) -> Globs:
    try:
        return Globs.compile([(layer.base, pattern)])
    except GlobError as error:
        problem = f"{literal(pattern)} is no pattern: {literal(str(error))}"
        raise layer.error(f"{problem}, in {{}}", *path) from None


def _ignored(layers: "Sequence[Layer]", codes: Mapping[str, bool]) -> tuple[Ignored, ...]:
    """Return the ignores of the strongest layer that has any."""
    key = "per-file-ignores"
    for layer in reversed(layers):
        written = layer.table.per_file_ignores
        if written is not None:
            return tuple(
                Ignored(
                    pattern,
                    _compiled(layer, pattern.removeprefix("!"), key, pattern),
                    pattern.startswith("!"),
                    matching(codes_of(layer, key, listed, codes, pattern), codes),
                    layer,
                )
                for pattern, listed in written.items()
            )
    return ()
