"""Where the names that an import misses are defined now."""

# ruff: noqa: PTH118

import os
from collections.abc import Iterable, Iterator

from asyncpattern_lint.findings import Home
from asyncpattern_lint.index.entry import is_test
from asyncpattern_lint.index.exports import Exports, Presence, stands
from asyncpattern_lint.index.model import Defined, Imported

_NEAREST = 3


class Homes:
    """Knows which first-party modules bind a name themselves."""

    def __init__(self, exports: Exports) -> None:
        self.exports = exports
        self.project = exports.project
        self._known: dict[str, dict[str, bool]] | None = None
        self._reached: dict[tuple[str, str], bool] = {}

    def modules(self, name: str, path: str) -> tuple[str, ...]:
        """Return the dotted names of the modules, other than ``path``, that define a name."""
        places = [place for place, defined in self._places(name).items() if defined]
        finder = self.project.finder
        return tuple(finder.module_name(p) for p in [p for p in places if p != path][:_NEAREST])

    def home(self, names: Iterable[str], importer: str, missing: str) -> Home | None:
        """Return the module to take all these names from, None if there is not exactly one.

        ``missing`` is the path of the module that lacks them. What tests define, tests take.
        """
        wanted = list(names)
        known = [self._places(name) for name in wanted]
        testing = self._is_test(importer)
        places = {
            place
            for found in known
            for place in found
            if place not in (importer, missing) and (testing or not self._is_test(place))
        }
        place = next(iter(places), "")
        if len(places) != 1 or not all(found.get(place) for found in known):
            return None
        module = self.project.finder.module_name(place)
        lookup = self.project.finder.absolute(module, importer)
        if [location.path for location in lookup.found] != [place]:
            return None
        if lookup.partial or not lookup.certain or place.endswith(".pyi"):
            return None
        if any(self.exports.has(lookup.found[0], n) is not Presence.PRESENT for n in wanted):
            return None
        return Home(module, self._leads_back(place, importer))

    def _is_test(self, path: str) -> bool:
        return is_test(path.removeprefix(self.project.finder.project))

    def _places(self, name: str) -> dict[str, bool]:
        """Return the files that bind a name at their top, and whether by ``def`` or ``class``."""
        if self.project.trace is not None:
            # Any module may come to bind it.
            self.project.trace.doubt()
        if self._known is None:
            self._known = {}
            for path in self.project.loaded():
                for bound, entry in self.project.top_names(path).items():
                    if not stands(entry):
                        continue
                    last = entry.every[entry.live[-1]]
                    if not isinstance(last, Imported):
                        self._known.setdefault(bound, {})[path] = isinstance(last, Defined)
        return self._known.get(name, {})

    def _leads_back(self, start: str, goal: str) -> bool:
        """Whether importing one file may lead to the import of another, in whatever order.

        The packages around ``goal`` are imported before it, so that they count only where
        something names them.
        """
        key = (start, goal)
        known = self._reached.get(key)
        if known is None:
            around = {os.path.join(f, "__init__.py") for f in self._packages(goal)}
            known = self._reached[key] = self._reaches(start, goal, around)
        return known

    def _reaches(self, start: str, goal: str, around: set[str]) -> bool:
        queue, seen = [start], {start}
        while queue:
            path = queue.pop()
            for further in (*self._imported(path), *(self._above(path) - around)):
                if further == goal:
                    return True
                if further not in seen:
                    seen.add(further)
                    queue.append(further)
        return False

    def _packages(self, path: str) -> list[str]:
        return self.project.finder.package_folders(path)

    def _above(self, path: str) -> set[str]:
        return {os.path.join(folder, "__init__.py") for folder in self._packages(path)}

    def _imported(self, path: str) -> Iterator[str]:
        module = self.project.module(path)
        for item in module.imports if module is not None else ():
            if item.type_only:
                continue
            for location in self.exports.lookup_module(path, item).found:
                yield location.path
                inner = self.project.submodule(location, item.name or "")
                if inner is not None:
                    yield inner.path
