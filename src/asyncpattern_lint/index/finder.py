"""Find first-party modules as Python would find them, without running anything.

Sources: https://docs.python.org/3/reference/import.html, PEP 420 (namespace packages).
Paths are plain strings here: ``pathlib`` would be most of the time of a look-up.
"""

# ruff: noqa: PTH118, PTH119, PTH120

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from asyncpattern_lint.discovery import DEFAULT_EXCLUDES, GitIgnore
from asyncpattern_lint.index.dependencies import Dependencies
from asyncpattern_lint.index.disk import Disk
from asyncpattern_lint.index.extensions import Extensions

#: Files that mark a folder as the root of a program or distribution of its own.
ROOT_MARKERS = ("pyproject.toml", "setup.py", "setup.cfg")

#: Files that hint that a program is started in a folder.
_PROGRAM_MARKERS = (*ROOT_MARKERS, "requirements.txt", "Dockerfile", "Pipfile", "manage.py")

_EXTENSIONS = (".so", ".pyd", ".pyx", ".c", ".cpp", ".rs", ".pyc")

#: How deep below the project's root other distributions are looked for.
_DISTRIBUTION_DEPTH = 3


class Location(NamedTuple):
    """Where a module is.

    ``path`` is its source file, or its folder for a namespace package. ``name`` is its dotted
    name. ``folder`` is where its submodules are, None for a plain module. ``is_open`` tells
    that it may hold more than its source shows: a namespace package (PEP 420), or a module
    with a compiled twin.
    """

    path: str
    name: str
    folder: str | None
    is_open: bool

    @property
    def is_namespace(self) -> bool:
        """Whether this is a folder without ``__init__``."""
        return self.path == self.folder


class Root(NamedTuple):
    """A folder that may be on ``sys.path``; ``certain`` where a marker or the user says so."""

    path: str
    certain: bool


@dataclass(frozen=True, slots=True)
class Lookup:
    """The answer to an import.

    ``found`` holds every module that it may mean; ``partial`` tells that it may also mean
    something outside the project. ``certain`` is False where a folder that nothing marks as a
    root was taken for one. Where nothing is found, ``package`` is the innermost package
    that does exist, with ``missing`` the dotted name that it lacks - only where it is certain
    that no other place provides it.
    """

    found: tuple[Location, ...] = ()
    partial: bool = False
    certain: bool = True
    package: Location | None = None
    missing: str = ""


UNKNOWN = Lookup(partial=True)


class Finder:
    """Resolves module names from the place of the importing file.

    ``project`` is the folder above which nothing is searched; ``given`` are further folders
    to take as roots, such as those that the user named; ``sources`` are roots for every file,
    wherever it lies. ``disk`` tells which files and folders there are.
    """

    def __init__(
        self,
        project: str,
        given: Iterable[str] = (),
        sources: Iterable[str] = (),
        disk: Disk | None = None,
    ) -> None:
        self.project = project
        self.sources = tuple(sources)
        self.given = frozenset((*given, *self.sources))
        self.disk = disk or Disk()
        self._listings: dict[str, frozenset[str]] = {}
        self._entries: dict[tuple[str, str], Location | None] = {}
        self._lookups: dict[tuple[str, str], Lookup] = {}
        self._relatives: dict[tuple[str, int, str], Lookup] = {}
        self._folders: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._roots: dict[tuple[str, str], tuple[Root, ...]] = {}
        self._ignored: GitIgnore | None = None
        self._distributions: list[Root] | None = None
        self._dependencies = Dependencies(project, self.disk)
        self._extensions = Extensions(project, self.disk)

    def on(self, disk: Disk) -> "Finder":
        """Return a finder for the same project on another disk."""
        return Finder(self.project, self.given, self.sources, disk)

    def ignore_files(self) -> Iterator[str]:
        """Yield the paths that decided, so far, what git ignores."""
        if self._ignored is not None:
            yield from self._ignored.sources()

    # --- folders -----------------------------------------------------------------------

    def listing(self, folder: str) -> frozenset[str]:
        """Return the names in a folder; empty if it cannot be read."""
        known = self._listings.get(folder)
        if known is None:
            known = self._listings[folder] = self.disk.names(folder)
        return known

    def is_package(self, folder: str) -> bool:
        """Whether a folder is a regular package."""
        names = self.listing(folder)
        return "__init__.py" in names or "__init__.pyi" in names

    def package_folders(self, path: str) -> list[str]:
        """Return the regular packages that a file lies in, outermost first."""
        folders = []
        folder = os.path.dirname(path)
        while self.is_package(folder):
            folders.append(folder)
            parent = os.path.dirname(folder)
            if parent == folder:
                break
            folder = parent
        return folders[::-1]

    def module_name(self, path: str) -> str:
        """Return the dotted name of a file, counted from its outermost regular package."""
        known = self._names.get(path)
        if known is None:
            known = self._names[path] = self._module_name(path)
        return known

    def _module_name(self, path: str) -> str:
        folders = self.package_folders(path)
        parts = [os.path.basename(folder) for folder in folders]
        stem = os.path.basename(path).partition(".")[0]
        if stem != "__init__" or not parts:
            parts.append(stem)
        return ".".join(parts)

    def location_of(self, path: str) -> Location:
        """Return the location of a source file."""
        folder = os.path.dirname(path)
        stem = os.path.basename(path).partition(".")[0]
        name = self.module_name(path)
        if stem == "__init__":
            return Location(path, name, folder, _has_twin(self.listing(folder), stem))
        known = self.entry(folder, stem)
        if known is not None and known.path == path:
            return known._replace(name=name)
        return Location(path, name, None, False)

    # --- one step ----------------------------------------------------------------------

    def entry(self, folder: str, name: str, prefix: str = "") -> Location | None:
        """Return what ``name`` means in a folder: a package wins over a module (PEP 420)."""
        key = (folder, name)
        if key in self._entries:
            known = self._entries[key]
        else:
            known = self._entries[key] = self._entry(folder, name)
        if known is None or not prefix:
            return known
        return known._replace(name=f"{prefix}.{name}")

    def _entry(self, folder: str, name: str) -> Location | None:
        names = self.listing(folder)
        inner = os.path.join(folder, name)
        if name in names:
            inside = self.listing(inner)
            for init in ("__init__.py", "__init__.pyi"):
                if init in inside:
                    compiled = _has_twin(inside, "__init__")
                    return Location(os.path.join(inner, init), name, inner, compiled)
        for suffix in (".py", ".pyi"):
            if name + suffix in names:
                path = os.path.join(folder, name + suffix)
                twin = f"{name}.pyi" in names or _has_twin(names, name)
                return Location(path, name, None, twin)
        if name in names and self.disk.is_folder(inner):
            return Location(inner, name, inner, True)
        return None

    def is_elsewhere(self, folder: str, name: str) -> bool:
        """Whether a module that has no source here is generated, compiled or ignored by git."""
        names = self.listing(folder)
        if _has_twin(names, name) or name.endswith(("_pb2", "_pb2_grpc")):
            return True
        if self._extensions.may_build(folder, name):
            return True
        if self._ignored is None:
            self._ignored = GitIgnore()
        return any(
            self._ignored.is_ignored(os.path.join(folder, tail))
            for tail in (f"{name}.py", os.path.join(name, "__init__.py"))
        )

    # --- names -------------------------------------------------------------------------

    def relative(self, level: int, name: str, importer: str) -> Lookup:
        """Resolve ``from ..name import`` in a file; ``level`` counts the dots."""
        key = (self._folder(importer), level, name)
        known = self._relatives.get(key)
        if known is None:
            known = self._relatives[key] = self._relative(*key)
        return known

    def _folder(self, path: str) -> str:
        known = self._folders.get(path)
        if known is None:
            known = self._folders[path] = os.path.dirname(path)
        return known

    def _relative(self, folder: str, level: int, name: str) -> Lookup:
        for _ in range(level - 1):
            folder = os.path.dirname(folder)
        base = self._package_at(folder)
        if not name:
            return Lookup((base,), partial=base.is_open)
        return self._descend((base,), name.split("."), partial=False)

    def _package_at(self, folder: str) -> Location:
        name = ".".join(map(os.path.basename, [*self.package_folders(folder), folder]))
        for init in ("__init__.py", "__init__.pyi"):
            if init in self.listing(folder):
                return Location(os.path.join(folder, init), name, folder, False)
        return Location(folder, os.path.basename(folder), folder, True)

    def absolute(self, name: str, importer: str) -> Lookup:
        """Resolve ``import name`` in a file."""
        key = (self._folder(importer), name)
        known = self._lookups.get(key)
        if known is None:
            known = self._lookups[key] = self._absolute(name, importer)
        return known

    def _absolute(self, name: str, importer: str) -> Lookup:
        top, *rest = name.split(".")
        roots = self.roots(importer, top)
        bases = self._tops(roots, top)
        if not bases and top not in sys.stdlib_module_names:
            bases = self._tops(self.distributions(), top)
        if not bases:
            return UNKNOWN
        certain = self._tops([root for root in roots if root.certain], top)
        own = [
            base for base in certain if base.folder and importer.startswith(base.folder + os.sep)
        ]
        bases = own or bases
        regular = [base for base in bases if not base.is_namespace]
        # A folder named like a standard module is found first only where it comes first on
        # sys.path, which the source does not tell; an installed package wins over a folder
        # without __init__ (PEP 420).
        partial = top in sys.stdlib_module_names or (
            not (regular and certain)
            and self._dependencies.may_be_installed(top, importer, loosely=not certain)
        )
        lookup = self._descend(tuple(regular or bases), rest, partial=partial)
        return lookup if certain else replace(lookup, certain=False)

    def _tops(self, roots: "Iterable[Root]", top: str) -> list[Location]:
        entries = (self.entry(root.path, top) for root in roots)
        return [location for location in entries if location is not None]

    def _descend(
        self, bases: tuple[Location, ...], names: Iterable[str], *, partial: bool
    ) -> Lookup:
        current = bases
        for name in names:
            below = [self.submodule(base, name) for base in current]
            found = tuple(location for location in below if location is not None)
            if not found:
                stuck = current[0]
                certain = not partial and not any(
                    base.is_open or self._may_grow(base, name) for base in current
                )
                if not certain:
                    return UNKNOWN
                return Lookup((), package=stuck, missing=f"{stuck.name}.{name}")
            partial = partial or len(found) < len(current)
            current = found
        return Lookup(current, partial)

    def _may_grow(self, base: Location, name: str) -> bool:
        return base.folder is not None and self.is_elsewhere(base.folder, name)

    def submodule(self, package: Location, name: str) -> Location | None:
        """Return a package's submodule, None if it has none of that name."""
        if package.folder is None:
            return None
        return self.entry(package.folder, name, package.name)

    def submodule_names(self, package: Location) -> list[str]:
        """Return the names of a package's submodules, sorted."""
        if package.folder is None:
            return []
        names = {
            name.partition(".")[0]
            for name in self.listing(package.folder)
            if name.endswith((".py", ".pyi")) or self.is_package(f"{package.folder}/{name}")
        }
        return sorted(names - {"__init__", "__main__"})

    # --- roots -------------------------------------------------------------------------

    def roots(self, importer: str, top: str) -> "tuple[Root, ...]":
        """Return the folders that may be on ``sys.path`` when a file imports ``top``."""
        key = (self._folder(importer), top)
        known = self._roots.get(key)
        if known is None:
            sources = (Root(source, True) for source in self.sources)
            known = self._roots[key] = tuple(dict.fromkeys((*self._find_roots(*key), *sources)))
        return known

    def _find_roots(self, folder: str, top: str) -> "Iterator[Root]":
        ancestors = list(self._ancestors(folder))
        marked = [self._is_marked(ancestor) for ancestor in ancestors]
        # Nothing below a regular package or a distribution's src is on sys.path, unless it is
        # marked as a root itself.
        outer = [False] * len(ancestors)
        for position in reversed(range(len(ancestors) - 1)):
            above = ancestors[position + 1]
            outer[position] = not marked[position] and (
                outer[position + 1]
                or (not marked[position + 1] and self.is_package(above))
                or self._is_source_folder(above)
            )
        for position, ancestor in enumerate(ancestors):
            names = self.listing(ancestor)
            if marked[position]:
                yield Root(ancestor, True)
                yield Root(os.path.join(ancestor, "src"), True)
            elif not outer[position] and not self.is_package(ancestor):
                below = ancestors[position - 1] if position else ""
                if (
                    # A script's own folder; the folder that holds the importer's package.
                    ancestor == folder
                    or self.is_package(below)
                    # The importer lies in what it names; a program is started here.
                    or os.path.join(ancestor, top) in ancestors[:position]
                    or any(marker in names for marker in _PROGRAM_MARKERS)
                    or any(name.endswith(".py") for name in names)
                ):
                    yield Root(ancestor, False)

    def _is_source_folder(self, folder: str) -> bool:
        return os.path.basename(folder) == "src" and self._is_marked(os.path.dirname(folder))

    def _is_marked(self, folder: str) -> bool:
        names = self.listing(folder)
        # A module named setup.py inside a package says nothing.
        markers = ROOT_MARKERS if "__init__.py" not in names else ("pyproject.toml", "setup.cfg")
        return (
            folder == self.project
            or folder in self.given
            or any(marker in names for marker in markers)
        )

    def distributions(self) -> "list[Root]":
        """Return the roots of the project's distributions, wherever they lie in it."""
        if self._distributions is None:
            self._distributions = list(self._find_distributions(self.project, 0))
        return self._distributions

    def _find_distributions(self, folder: str, depth: int) -> "Iterator[Root]":
        names = self.listing(folder)
        if depth and any(marker in names for marker in ROOT_MARKERS):
            yield Root(os.path.join(folder, "src"), True)
            yield Root(folder, True)
        if depth < _DISTRIBUTION_DEPTH and "__init__.py" not in names:
            for name in sorted(names):
                if "." not in name and name not in DEFAULT_EXCLUDES:
                    yield from self._find_distributions(os.path.join(folder, name), depth + 1)

    def _ancestors(self, folder: str) -> Iterator[str]:
        while True:
            yield folder
            parent = os.path.dirname(folder)
            if folder == self.project or parent == folder:
                return
            folder = parent


def _has_twin(names: frozenset[str], stem: str) -> bool:
    """Tell whether a module is also there as something other than Python source."""
    if any(stem + extension in names for extension in _EXTENSIONS):
        return True
    tagged = f"{stem}."
    return any(name.startswith(tagged) and name.endswith((".so", ".pyd", ".pyx")) for name in names)
