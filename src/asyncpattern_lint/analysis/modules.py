"""Names of modules: what they bind, what they take from others, and what imports give."""

import builtins
from collections.abc import Iterator
from typing import TYPE_CHECKING

from asyncpattern_lint.analysis import library, proxies
from asyncpattern_lint.analysis.values import (
    ANYTHING,
    External,
    Frame,
    ModuleValue,
    Values,
    external,
    is_known,
    union,
    with_step,
    with_steps,
)
from asyncpattern_lint.findings import Step
from asyncpattern_lint.index.exports import Presence
from asyncpattern_lint.index.finder import Location
from asyncpattern_lint.index.model import Bindings, Defined, Import, Imported, ModuleIndex

if TYPE_CHECKING:
    from asyncpattern_lint.analysis.resolver import Resolver


class Modules:
    """Resolves names at the top level of modules, and imports."""

    def __init__(self, resolver: "Resolver") -> None:
        self.resolver = resolver
        self.project = resolver.project
        self.exports = resolver.exports

    def _is_typing(self, path: str) -> bool:
        return path.endswith(
            ("/typing.pyi", "/typing_extensions.pyi")
        ) and self.resolver.is_foreign(path)

    def _builtins_path(self) -> str:
        location = self.project.environment.top("builtins")
        return "" if location is None else location.path

    def global_name(self, path: str, name: str) -> Values:
        """Return what a name may mean at the top level of a module that has run."""
        question = (path, 0, name)
        known = self.resolver.memo.known(question)
        if known is not None:
            return known
        return self.resolver.memo.once(question, lambda: self._global_name(path, name))

    def _global_name(self, path: str, name: str) -> Values:
        module = self.resolver.module(path)
        if name in library.SPECIAL_FORMS and self._is_typing(path):
            return (External(f"typing.{name}"),)
        entry = module.scopes[0].bindings.get(name)
        # Someone may have put something else in its place.
        is_own = not self.resolver.is_foreign(path)
        dotted_name = self.project.module_name(path)
        is_open = is_own and self.exports.is_open(path)
        replaced = (
            is_open
            or self.project.is_written(dotted_name, name)
            or (is_own and self.project.is_written_into(dotted_name))
        )
        groups: list[Values] = [ANYTHING] if replaced else []
        own: tuple[int, Values, bool] | None = None
        if entry is not None:
            positions = self.resolver.with_overloads(path, entry, entry.live or entry.type_only)
            line = max((entry.every[p].line for p in entry.live), default=0)
            values = self.resolver.bound(name, entry, positions, Frame(path, 0))
            annotation = module.scopes[0].declared.get(name)
            if annotation is not None:
                values = proxies.behind(self.resolver, values, annotation, Frame(path, 0))
            own = (line, values, not entry.partial)
            if entry.deleted and not entry.live:
                own = (line, ANYTHING, False)
        providers = [*self._starred(path, module, name, own is not None)]
        if own is not None:
            providers.append(own)
        certain = False
        for _, values, binds in sorted(providers, key=lambda p: p[0], reverse=True):
            groups.append(values)
            # In a cycle of imports a star may give back just what the module bound before.
            certain = binds and bool(values)
            if certain:
                break
        if not certain and not is_open:
            if path == self._builtins_path():
                return union(groups) or ANYTHING
            if hasattr(builtins, name):
                groups.append((External(f"builtins.{name}"),))
            elif not providers:
                return ANYTHING
        return union(groups)

    def _starred(
        self, path: str, module: ModuleIndex, name: str, bound: bool
    ) -> Iterator[tuple[int, Values, bool]]:
        """Yield what star imports may bind a name to: line, values, and whether they do."""
        found = list(self._given_by_stars(path, module, name, bound))
        if self.resolver.is_foreign(path) and any(is_known(values) for _, values, _ in found):
            # What the environment computes hardly shadows a name that its text shows.
            found = [provider for provider in found if provider[1] != ANYTHING]
        yield from found

    def _given_by_stars(
        self, path: str, module: ModuleIndex, name: str, bound: bool
    ) -> Iterator[tuple[int, Values, bool]]:
        for position in module.stars:
            star = module.imports[position]
            steps: tuple[Step, ...] = (Step(path, star.line, f"imported here: `{star.text}`"),)
            if self.resolver.is_foreign(path):
                steps = ()
            sources = list(self.exports.sources(path, star))
            for source in sources:
                alone = source is None and len(sources) == 1
                if alone and (outside := self._star_outside(star, name)) is not None:
                    values, binds = outside
                    if values:
                        yield star.line, with_steps(values, steps), binds
                    continue
                if source is None:
                    # What is outside the project may export anything, but hardly shadows a
                    # name that the module binds by itself.
                    if not bound:
                        yield star.line, ANYTHING, False
                    continue
                listed = self.exports.is_listed(source, name, set())
                if listed is Presence.ABSENT:
                    continue
                presence = self.exports.binds(source.path, name)
                certain = (
                    presence is Presence.PRESENT
                    and listed is Presence.PRESENT
                    and not star.conditional
                    and len(sources) == 1
                )
                if presence is Presence.PRESENT:
                    yield star.line, with_steps(self.member(source, name), steps), certain
                elif presence is Presence.UNSURE and not (bound and self.resolver.is_foreign(path)):
                    yield star.line, ANYTHING, False

    def _star_outside(self, star: Import, name: str) -> tuple[Values, bool] | None:
        """Return what a star import of the environment gives for a name, and if it surely does.

        Nothing is given where a stub of the standard library does not export the name; None
        tells that it is not known.
        """
        if star.level:
            return None
        found = self.resolver.force(star.module)
        location = found[0].location if isinstance(found[0], ModuleValue) else None
        if len(found) != 1 or location is None or location.is_namespace:
            return None
        listed = self.exports.is_listed(location, name, set())
        presence = self.exports.binds(location.path, name)
        module = self.project.module(location.path)
        entry = module.scopes[0].bindings.get(name) if module is not None else None
        if module is None or (
            # A stub imports more than its module does, or less.
            module.exports is None
            and any(isinstance(b, Imported) for b in (entry.every if entry is not None else ()))
        ):
            return None
        if listed is Presence.PRESENT and presence is Presence.PRESENT:
            return external(f"{star.module}.{name}"), not star.conditional
        is_standard = location.path.startswith(self.project.environment.typeshed)
        return ((), False) if listed is Presence.ABSENT and is_standard else None

    def member(self, location: Location, name: str) -> Values:
        """Return what ``location.name`` may be."""
        submodule = self.project.submodule(location, name)
        below: Values = () if submodule is None else (ModuleValue(submodule),)
        module = None if location.is_namespace else self.project.module(location.path)
        if module is None:
            return below or ANYTHING
        entry = module.scopes[0].bindings.get(name)
        if entry is not None and entry.live:
            values = self.global_name(location.path, name)
            if (
                submodule is None
                or self._comes_from(location, module, entry, submodule)
                or self._is_loaded_above(location, module, entry, submodule)
            ):
                return values
            return union((values, below))
        if below:
            return below
        presence = self.exports.binds(location.path, name)
        if presence is Presence.PRESENT or (entry is not None and entry.type_only):
            # What type checkers see stands for what a module's ``__getattr__`` gives.
            return self.global_name(location.path, name)
        source = self.project.source_of(location)
        return ANYTHING if source is None else self.member(source, name)

    def _comes_from(
        self, package: Location, module: ModuleIndex, entry: Bindings, submodule: Location
    ) -> bool:
        """Whether a package takes a name out of its own submodule of the same name.

        Importing the submodule sets the attribute before the import statement rebinds it.
        """
        for position in entry.live:
            binding = entry.every[position]
            if not isinstance(binding, Imported):
                return False
            item = module.imports[binding.index]
            if (
                item.name is None
                or submodule not in self.exports.lookup_module(package.path, item).found
            ):
                return False
        return True

    def _is_loaded_above(
        self, package: Location, module: ModuleIndex, entry: Bindings, submodule: Location
    ) -> bool:
        """Whether a package imports a submodule before it defines something of its name.

        Only the first import of a submodule sets the attribute of its package
        (https://docs.python.org/3/reference/import.html#submodules).
        """
        live = [entry.every[position] for position in entry.live]
        first = min(binding.line for binding in live)
        return all(isinstance(binding, Defined) for binding in live) and any(
            item.statement < first
            and not (item.conditional or item.type_only or item.dead)
            and submodule in self.exports.lookup_module(package.path, item).found
            for item in module.imports
        )

    def imported(self, path: str, item: Import) -> Values:
        """Return what an import may bind."""
        if not item.level and self.resolver.is_foreign(path) and not self._is_own(path, item):
            name = item.module if item.name is None else f"{item.module}.{item.name}"
            if item.name is None and item.asname is None:
                name = name.partition(".")[0]
            return (External(name),)
        lookup = self.exports.lookup_module(path, item)
        outside: Values = ()
        if lookup.partial or not lookup.found:
            name = item.module if item.name is None else f"{item.module}.{item.name}"
            if item.name is None and item.asname is None:
                name = name.partition(".")[0]
            outside = ANYTHING if item.level or lookup.package else (External(name),)
        if item.name is None:
            found = lookup.found
            if item.asname is None and "." in item.module:
                top = item.module.partition(".")[0]
                found = self.project.finder.absolute(top, path).found
            values: Values = tuple(ModuleValue(location) for location in found)
        else:
            values = union(self.member(location, item.name) for location in lookup.found)
        if not self.resolver.is_foreign(path):
            values = with_step(values, Step(path, item.line, f"imported here: `{item.text}`"))
        return union((values, outside))

    def _is_own(self, path: str, item: Import) -> bool:
        """Whether a module imports from its own package by its full name."""
        package = self.project.module_name(path).partition(".")[0]
        return item.name is not None and item.module.partition(".")[0] == package
