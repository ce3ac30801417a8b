"""Which names a module really has when the program runs."""

import enum
import types
from collections.abc import Iterator

from asyncpattern_lint.index.finder import UNKNOWN, Location, Lookup
from asyncpattern_lint.index.lending import Lending
from asyncpattern_lint.index.model import Bindings, Import
from asyncpattern_lint.index.project import Project
from asyncpattern_lint.index.trace import Table, table

#: https://docs.python.org/3/reference/datamodel.html#module-objects
_MODULE_ATTRIBUTES = frozenset(dir(types.ModuleType)) | {
    "__file__", "__spec__", "__loader__", "__package__", "__cached__", "__builtins__",
    "__annotations__", "__name__", "__doc__",
}  # fmt: skip


class Presence(enum.IntEnum):
    """Whether a module has a name; ``UNSURE`` where its text does not tell."""

    ABSENT = 0
    UNSURE = 1
    PRESENT = 2


class Exports:
    """Answers whether modules have names, through any number of star imports."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._known: Table[tuple[str, str], Presence] = table(project.trace)
        self._lending = Lending(project, self.sources)

    def has(self, location: Location, name: str) -> Presence:
        """Tell whether ``from location import name`` can work."""
        key = (location.path, name)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._has(location, name)
        return known

    def _has(self, location: Location, name: str) -> Presence:
        finder = self.project.finder
        if self.project.submodule(location, name) is not None:
            return Presence.PRESENT
        if location.is_namespace:
            return Presence.UNSURE
        presence = self._bound(location.path, name, set())
        if presence is not Presence.ABSENT:
            return presence
        if name == "__path__" and location.folder is not None:
            return Presence.PRESENT
        project = self.project
        if (
            location.is_open
            or project.is_written(location.name, name)
            or project.is_written_into(location.name)
        ):
            return Presence.UNSURE
        if location.folder is not None:
            module = self.project.module(location.path)
            if module is None or module.has_open_path:
                return Presence.UNSURE
            if finder.is_elsewhere(location.folder, name):
                return Presence.UNSURE
        return Presence.ABSENT

    def is_open(self, path: str) -> bool:
        """Tell whether a module may bind names that neither its text nor its stars show."""
        return self._lending.is_open(path)

    def binds(self, path: str, name: str) -> Presence:
        """Tell whether a module's own text, or a star import in it, binds a name."""
        return self._bound(path, name, set())

    def _bound(self, path: str, name: str, seen: set[str]) -> Presence:
        if path in seen:
            return Presence.ABSENT
        seen.add(path)
        module = self.project.module(path)
        if module is None:
            return Presence.UNSURE
        names = module.scopes[0].bindings
        if name in _MODULE_ATTRIBUTES or stands(names.get(name)):
            return Presence.PRESENT
        at_least = Presence.ABSENT
        if self.is_open(path) or stands(names.get("__getattr__")):
            at_least = Presence.UNSURE
        starred = (self._starred(path, module.imports[star], name, seen) for star in module.stars)
        return max((at_least, *starred))

    def _starred(self, path: str, star: Import, name: str, seen: set[str]) -> Presence:
        best = Presence.ABSENT
        for source in self.sources(path, star):
            if source is None:
                return Presence.UNSURE
            best = max(best, self._given_by_star(source, name, seen))
        return best

    def _given_by_star(self, source: Location, name: str, seen: set[str]) -> Presence:
        listed = self.is_listed(source, name, set())
        if listed is Presence.ABSENT:
            return Presence.ABSENT
        presence = self._bound(source.path, name, seen)
        if presence is Presence.ABSENT and self.project.submodule(source, name):
            # A submodule is an attribute of its package once something has imported it.
            return Presence.UNSURE
        if presence is Presence.ABSENT:
            return Presence.ABSENT
        return min(presence, listed) if listed is Presence.UNSURE else presence

    def is_listed(self, source: Location, name: str, seen: set[str]) -> Presence:
        """Tell whether ``from source import *`` takes a name, going by ``__all__``."""
        if source.is_namespace or source.path in seen:
            return Presence.UNSURE
        seen.add(source.path)
        module = self.project.module(source.path)
        if module is None:
            return Presence.UNSURE
        if module.exports is None:
            # https://docs.python.org/3/reference/simple_stmts.html#import
            return Presence.ABSENT if name.startswith("_") else Presence.PRESENT
        if any(export.name == name for export in module.exports):
            return Presence.PRESENT
        if module.exports_open or module.export_sources or self.is_open(source.path):
            return Presence.UNSURE
        return Presence.ABSENT

    def sources(self, path: str, item: Import) -> Iterator[Location | None]:
        """Yield the modules that an import takes from; None for one outside the project."""
        lookup = self.lookup_module(path, item)
        yield from lookup.found
        if lookup.partial or not lookup.found:
            yield None

    def lookup_module(self, path: str, item: Import) -> Lookup:
        """Look up the module that an import names."""
        finder = self.project.finder
        if self.project.is_foreign(path):
            return self._lookup_foreign(path, item)
        if item.level:
            return finder.relative(item.level, item.module, path)
        return finder.absolute(item.module, path)

    def _lookup_foreign(self, path: str, item: Import) -> Lookup:
        """Look up the module that an import in the environment names."""
        environment = self.project.environment
        if item.level:
            found = environment.relative(item.level, item.module, path)
        else:
            top, *rest = item.module.split(".")
            found = environment.top(top)
            for name in rest:
                found = None if found is None else environment.submodule(found, name)
        return UNKNOWN if found is None else Lookup((found,))

    def names(self, location: Location) -> list[str]:
        """Return the names that a module certainly has, sorted, for suggestions."""
        module = None if location.is_namespace else self.project.module(location.path)
        found = set(self.project.finder.submodule_names(location))
        if module is not None:
            found.update(name for name, entry in module.scopes[0].bindings.items() if stands(entry))
            for star in module.stars:
                for source in self.sources(location.path, module.imports[star]):
                    known = None if source is None else self.project.module(source.path)
                    if known is not None:
                        bound = known.scopes[0].bindings.items()
                        found.update(n for n, entry in bound if n[:1] != "_" and stands(entry))
        return sorted(found)


def stands(entry: Bindings | None) -> bool:
    """Tell whether a name is bound when its module has run."""
    return entry is not None and bool(entry.live)
