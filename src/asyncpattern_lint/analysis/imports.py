"""Check a module's imports and ``__all__`` against what the modules really export."""

import difflib
from collections.abc import Iterator

from asyncpattern_lint.analysis.homes import Homes
from asyncpattern_lint.analysis.positions import Positions
from asyncpattern_lint.findings import (
    Handler,
    Home,
    MissingModule,
    MissingName,
    Observation,
    Step,
    Target,
    UnboundExport,
)
from asyncpattern_lint.index.exports import Exports, Presence, stands
from asyncpattern_lint.index.finder import Location, Lookup
from asyncpattern_lint.index.model import Caught, Import, Leaving, ModuleIndex
from asyncpattern_lint.source import Span

_NEAREST = 3


class ImportChecker:
    """Checks the imports of the modules of a project."""

    def __init__(self, exports: Exports) -> None:
        self.exports = exports
        self.project = exports.project
        self.homes = Homes(exports)

    def check(self, path: str, module: ModuleIndex, positions: Positions) -> Iterator[Observation]:
        """Yield what is wrong with the imports and the ``__all__`` of a module."""
        reported: set[tuple[str, int, int]] = set()
        for item in module.imports:
            if item.dead or item.type_only:
                continue
            lookup = self.exports.lookup_module(path, item)
            if lookup.package is not None:
                key = (item.module, item.level, item.statement)
                if key not in reported:
                    reported.add(key)
                    yield from self._missing_module(path, module, item, lookup, positions)
            elif item.name not in (None, "*") and not lookup.partial and lookup.found:
                yield from self._check_name(path, item, lookup, positions)
        yield from self._check_exports(path, module, positions)

    def _check_name(
        self, path: str, item: Import, lookup: Lookup, positions: Positions
    ) -> Iterator[Observation]:
        name = item.name or ""
        if any(
            self.exports.has(location, name) is not Presence.ABSENT
            or (
                location.path == path
                and not item.conditional
                and self._is_ever_bound(location, name)
            )
            for location in lookup.found
        ):
            return
        handler, deliberate = _hidden_by(item, missing_module=False)
        if deliberate or (not lookup.certain and any(map(self._is_empty, lookup.found))):
            return
        yield self.missing_name(
            name,
            lookup.found[0],
            path,
            positions.span(item.line, item.column, item.end_line, item.end_column),
            handler=handler,
        )

    def _is_ever_bound(self, location: Location, name: str) -> bool:
        """Whether a module binds a name at all, so that it may take it from itself in time."""
        module = self.project.module(location.path)
        return module is not None and name in module.scopes[0].bindings

    def missing_name(
        self,
        name: str,
        location: Location,
        path: str,
        span: Span,
        *,
        attribute: bool = False,
        handler: Handler | None = None,
        evidence: tuple[Step, ...] = (),
    ) -> MissingName:
        """Return the observation of a name that a module lacks, with what is known of it."""
        steps = [*evidence, _here(location)]
        module = self.project.module(location.path)
        entry = module.scopes[0].bindings.get(name) if module is not None else None
        if entry is not None:
            lines = [entry.every[p].line for p in entry.type_only]
            reason = "only for type checkers, under `TYPE_CHECKING`"
            if not lines:
                lines = [b.line for b in entry.every]
                reason = "but deleted again" if entry.deleted else "but that code does not run"
            steps += [
                Step(location.path, line, f"`{name}` is bound here, {reason}") for line in lines[:1]
            ]
        return MissingName(
            name=name,
            module=location.name,
            attribute=attribute,
            path=path,
            span=span,
            target=Target(location.name, location.path, 1),
            near=_nearest(name, self.exports.names(location)),
            moved_to=self.homes.modules(name, location.path),
            handler=handler,
            evidence=tuple(steps),
            home=None if attribute else self.homes.home([name], path, location.path),
        )

    def _missing_module(
        self, path: str, module: ModuleIndex, item: Import, lookup: Lookup, positions: Positions
    ) -> Iterator[Observation]:
        package = lookup.package
        assert package is not None  # the caller has looked
        handler, deliberate = _hidden_by(item, missing_module=True)
        if deliberate or self._is_open(package, lookup.missing):
            return
        missing = lookup.missing.rpartition(".")[2]
        yield MissingModule(
            module=lookup.missing,
            package=package.name,
            path=path,
            span=positions.span(item.line, item.column, item.end_line, item.end_column),
            near=tuple(
                f"{package.name}.{name}"
                for name in _nearest(missing, self.project.finder.submodule_names(package))
            ),
            moved_to=(),
            handler=handler,
            evidence=(_here(package),),
            home=self._home_of_all(path, module, item),
        )

    def _home_of_all(self, path: str, module: ModuleIndex, item: Import) -> Home | None:
        """Return the module that defines everything which a statement imports."""
        names = [
            other.name
            for other in module.imports
            if (other.module, other.level, other.statement)
            == (item.module, item.level, item.statement)
        ]
        if any(name in (None, "*") for name in names):
            return None
        return self.homes.home([name or "" for name in names], path, "")

    def _is_empty(self, location: Location) -> bool:
        """Whether a package's ``__init__`` says nothing: it may not be what is meant."""
        module = self.project.module(location.path)
        return location.folder is not None and module is not None and not module.scopes[0].bindings

    def _is_open(self, package: Location, missing: str) -> bool:
        """Whether a package finds modules elsewhere, or gets them put into place."""
        module = self.project.module(package.path)
        return (
            module is None
            or "__name__" in module.sys_modules
            or module.has_open_path
            # A module's __getattr__ may give it a __path__ (PEP 562).
            or stands(module.scopes[0].bindings.get("__getattr__"))
            or self.project.is_in_sys_modules(missing)
        )

    def _check_exports(
        self, path: str, module: ModuleIndex, positions: Positions
    ) -> Iterator[Observation]:
        if not module.exports:
            return
        location = self.project.finder.location_of(path)
        listed = {export.name for export in module.exports}
        for export in module.exports:
            if self.exports.has(location, export.name) is Presence.ABSENT:
                near = _nearest(export.name, self.exports.names(location))
                yield UnboundExport(
                    export.name,
                    location.name,
                    path,
                    positions.span(export.line, export.column, export.end_line, export.end_column),
                    near,
                    tuple(n for n in near if n not in listed and not n.startswith("_")),
                )


def _here(location: Location) -> Step:
    what = "module" if location.folder is None else "package"
    return Step(location.path, 1, f"`{location.name}` is this {what}")


def _nearest(name: str, names: list[str]) -> tuple[str, ...]:
    return tuple(difflib.get_close_matches(name, names, _NEAREST, 0.7))


def _hidden_by(item: Import, *, missing_module: bool) -> tuple[Handler | None, bool]:
    """Return the handler that hides a failing import, and whether it does so deliberately.

    It does where the name is bound in another way, and where a handler for just a missing
    module does something about it: sets a flag, or gives up with a message of its own.
    """
    needed = Caught.MODULE_NOT_FOUND if missing_module else Caught.IMPORT_ERROR
    guard = next((guard for guard in item.guards if guard.caught >= needed), None)
    if guard is None:
        return None, False
    if item.fallback or item.bound in guard.binds or guard.leaving is Leaving.EXPECTS:
        return None, True
    if (
        missing_module
        and guard.caught is not Caught.EVERYTHING
        and (guard.binds or guard.leaving is Leaving.DECIDES or item.name == "*")
    ):
        return None, True
    if guard.leaving:
        return None, False
    return Handler(guard.text, guard.line), False
