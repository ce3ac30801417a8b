"""Find modules outside the project: the standard library's stubs and installed packages.

Nothing of the environment is imported or run. Sources: PEP 420 (namespace packages), PEP 561
(stub packages), https://docs.python.org/3/library/site.html (``.pth`` files),
https://docs.python.org/3/library/venv.html (``pyvenv.cfg``), typeshed's ``stdlib/VERSIONS``,
setuptools' ``command/editable_wheel.py``. Paths are plain strings here, as in ``finder``.
"""

# ruff: noqa: PTH100, PTH112, PTH113, PTH114, PTH115, PTH117, PTH118, PTH119, PTH120, PTH206

import os
import re
import site
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from asyncpattern_lint.index.disk import Disk
from asyncpattern_lint.index.finder import Location
from asyncpattern_lint.versions import Version

#: Larger files are no ``.pth`` file, finder or configuration that a tool wrote.
_MAX_BYTES = 1_000_000

#: How many links are followed from an interpreter's name to its environment.
_MAX_LINKS = 40

#: What a compiled module is called; with a tag before it, such as ``.cpython-311-darwin.so``.
_COMPILED = (".so", ".pyd", ".pyc")

#: The folder ``pythonX.Y`` of a library, ``t`` where it is free-threaded.
_LIBRARY = re.compile(r"(?:python|pypy)(\d+)\.(\d+)t?")

#: The folders of installed packages; the second is Debian's.
_KINDS = ("site-packages", "dist-packages")

_INTERPRETER = re.compile(r"(?:python|pypy)w?(?:(\d+)\.(\d+)t?|\d*)(?:\.exe)?", re.IGNORECASE)
_VERSION = re.compile(r"(\d+)\.(\d+)")

#: The line that installs the finder of an editable package.
_EDITABLE = re.compile(r"import\s+(__editable___\w+)")

#: A line of typeshed's ``VERSIONS``, such as ``distutils: 3.0-3.11``.
_LIFETIME = re.compile(r"([\w.]+)\s*:\s*(\d+)\.(\d+)\s*-\s*(?:(\d+)\.(\d+))?\s*(?:#|$)")

_STUBS = "-stubs"


class EnvironmentNotFound(Exception):  # noqa: N818  # says what happened, as FileNotFoundError does
    """The path that the user gave is neither an interpreter nor an environment."""


class _Listing(NamedTuple):
    """The names in a folder, and the modules in it that are there in compiled form."""

    names: frozenset[str]
    compiled: frozenset[str]


class _Found(NamedTuple):
    """What a name means along a path; settled by a regular package or module, also a compiled."""

    places: tuple[Location, ...] = ()
    is_settled: bool = False


class _Places(NamedTuple):
    """Where a module is: in stub packages, and in what is really imported.

    ``is_compiled`` tells that the real one is there without a source.
    """

    stubs: tuple[Location, ...] = ()
    real: tuple[Location, ...] = ()
    is_compiled: bool = False

    @property
    def every(self) -> tuple[Location, ...]:
        """All places, in the order in which submodules are looked for in them."""
        return self.stubs + self.real

    @property
    def answer(self) -> Location | None:
        """The place that describes the module best; a regular package before a namespace."""
        regular = (place for place in self.every if not place.is_namespace)
        return next(regular, next(iter(self.every), None))


class Environment:
    """What can be imported besides the project's own modules.

    ``search_paths`` are the folders that Python adds as ``site`` does, such as a virtual
    environment's ``site-packages``; ``version`` is its interpreter's; ``assumed`` tells that it is
    the linter's own, since none was found that the code runs in. ``project`` is the folder
    whose files are not part of the environment, although an editable install may lead to them;
    empty for none. Folders are read when they are asked for, and once; what cannot be read is
    empty. A location that is a stub is never open, except in a stub package that calls itself
    partial: a stub says all that there is.
    """

    def __init__(
        self,
        search_paths: Iterable[str],
        *,
        version: Version,
        project: str = "",
        assumed: bool = False,
        disk: Disk | None = None,
    ) -> None:
        self.version = version
        self._disk = disk or Disk()
        self.assumed = assumed
        self.project = project
        self._sites = tuple(dict.fromkeys(map(os.path.abspath, search_paths)))
        self._listings: dict[str, _Listing] = {}
        self._known: dict[str, _Places] = {}

    # --- modules -----------------------------------------------------------------------

    def top(self, name: str) -> Location | None:
        """Return the top-level module or package of a name, None if there is no source of it.

        A stub package comes first, then typeshed's stub of a standard module, then what is
        installed, ``.pyi`` before ``.py``.
        """
        return self._places(name).answer if name.isidentifier() else None

    def submodule(self, package: Location, name: str) -> Location | None:
        """Return a package's submodule, None if it has no source of that name.

        What a stub package lacks is looked for in the real package, whether the stubs call
        themselves partial or not: it can be imported.
        """
        if not name.isidentifier():
            return None
        dotted = f"{package.name}.{name}"
        if self._holds(package):
            return self._places(dotted).answer
        if package.folder is None:
            return None
        return _Places(real=self._step((package.folder,), name, dotted).places).answer

    def source_of(self, location: Location) -> Location | None:
        """Return the ``.py`` that a ``.pyi`` describes, None if there is none.

        It lies beside the stub, or in the real package where the stub is in a stub package.
        None too for a location that is no stub.
        """
        if not location.path.endswith(".pyi"):
            return None
        places = [location]
        if self._holds(location):
            places += self._places(location.name).real
        for place in places:
            folder, base = os.path.split(place.path)
            stem = base.partition(".")[0]
            path = os.path.join(folder, f"{stem}.py")
            if not place.is_namespace and self._is_file(folder, f"{stem}.py"):
                return place._replace(path=path, is_open=stem in self._listing(folder).compiled)
        return None

    def relative(self, level: int, name: str, importer: str) -> Location | None:
        """Resolve ``from ..name import`` in a file of the environment.

        ``level`` counts the dots; ``name`` may be empty or dotted. None if the import leads to
        no source, or out of the importer's top-level package.
        """
        parts = self.module_name(importer).split(".")
        above = level - (os.path.basename(importer).partition(".")[0] == "__init__")
        if len(parts) <= above:
            return None
        folder = os.path.dirname(importer)
        for _ in range(level - 1):
            folder = os.path.dirname(folder)
        place: Location | None = self._package_at(folder, ".".join(parts[: len(parts) - above]))
        for part in name.split(".") if name else ():
            place = place and self.submodule(place, part)
        return place

    def is_installed(self, name: str) -> bool:
        """Whether a top-level name can be imported from outside the project.

        So that of a package without any source, which ``top`` does not find.
        """
        if not name.isidentifier():
            return False
        places = self._places(name)
        return places.is_compiled or any(
            self.contains(place.path) and self._disk.kind(place.path) for place in places.every
        )

    # --- files -------------------------------------------------------------------------

    def contains(self, path: str) -> bool:
        """Whether a file is inside this environment: installed, or a stub of typeshed.

        Of a folder in the other, the inner one counts: a ``.venv`` in the project is of the
        environment, and the project's ``src`` is not, although a ``.pth`` file leads to it.
        """
        everywhere, inner = self._prefixes
        if not path.startswith(everywhere):
            return False
        return not self._is_own(path) or path.startswith(inner)

    def module_name(self, path: str) -> str:
        """Return the dotted name of a file of the environment; empty for any other file.

        A file of a stub package has the name of what it describes.
        """
        for prefix, name in self._bases:
            if path.startswith(prefix):
                parts = name.split(".") if name else []
                if prefix.endswith(os.sep):
                    parts += path[len(prefix) :].split(os.sep)
                    stem = parts.pop().partition(".")[0]
                    if stem != "__init__":
                        parts.append(stem)
                if parts:
                    parts[0] = parts[0].removesuffix(_STUBS)
                return ".".join(parts)
        return ""

    def _is_own(self, path: str) -> bool:
        return bool(self.project) and path.startswith(self.project + os.sep)

    @cached_property
    def _prefixes(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What the paths of the environment's files begin with; of these, what the project holds."""
        shipped = [folder + os.sep for folder in (*self._sites, self.typeshed) if folder]
        added = [prefix for prefix, _ in self._bases if not self._is_own(prefix)]
        own = self.project + os.sep
        inner = tuple(prefix for prefix in shipped if self._is_own(prefix) and prefix != own)
        return tuple(dict.fromkeys([*shipped, *added])), inner

    @cached_property
    def _bases(self) -> list[tuple[str, str]]:
        """The beginnings of paths, the longest first, with the package that begins there."""
        folders = [*self.search_paths, self.typeshed]
        bases = {folder.rstrip(os.sep) + os.sep: "" for folder in folders if folder}
        for name, path in self._editables.mapping.items():
            bases.setdefault(path + os.sep, name)
            bases.setdefault(f"{path}.", name)
        for name, paths in self._editables.namespaces.items():
            for path in paths:
                bases.setdefault(path + os.sep, name)
        return sorted(bases.items(), key=lambda base: -len(base[0]))

    # --- places ------------------------------------------------------------------------

    def _holds(self, location: Location) -> bool:
        """Whether this is the environment's module of that name, and not one from elsewhere."""
        return any(place.path == location.path for place in self._places(location.name).every)

    def _places(self, dotted: str) -> _Places:
        places = self._known.get(dotted)
        if places is None:
            name, *rest = dotted.split(".")
            places = self._known.get(name)
            if places is None:
                places = self._known[name] = self._top(name)
            for part in rest:
                name = f"{name}.{part}"
                known = self._known.get(name)
                if known is None:
                    known = self._known[name] = self._below(places, part, name)
                places = known
        return places

    def _top(self, name: str) -> _Places:
        stubs = self._installed(self.search_paths, name + _STUBS, name + _STUBS)
        found = _Found()
        if self.typeshed and self._is_current(name):
            found = self._step((self.typeshed,), name, name)
        if not found.places:
            found = self._installed(self.search_paths, name, name)
        return _Places(
            tuple(self._stub_package(place, name) for place in stubs.places if place.folder),
            found.places,
            found.is_settled and not found.places,
        )

    def _stub_package(self, place: Location, name: str) -> Location:
        folder = place.folder or ""
        is_partial = "py.typed" in self._listing(folder).names and (
            "partial" in self._text(os.path.join(folder, "py.typed")).split()
        )
        return place._replace(name=name, is_open=place.is_open or is_partial)

    def _below(self, parent: _Places, name: str, dotted: str) -> _Places:
        stubs = self._step(_folders(parent.stubs), name, dotted)
        folders = _folders(parent.real)
        if self.typeshed and any(_is_below(folder, self.typeshed) for folder in folders):
            found = self._step(folders, name, dotted) if self._is_current(dotted) else _Found()
        else:
            found = self._installed(folders, name, dotted)
        return _Places(stubs.places, found.places, found.is_settled and not found.places)

    def _installed(self, folders: tuple[str, ...], name: str, dotted: str) -> _Found:
        """Find a name in folders, then where editable installs say that it is."""
        found = self._step(folders, name, dotted)
        if found.is_settled:
            return found
        portions = found.places
        mapped = self._editables.mapping.get(dotted)
        if mapped is not None:
            folder, base = os.path.split(mapped)
            found = self._step((folder,), base, dotted)
            if found.is_settled:
                return found
            portions += found.places
        namespaces = self._editables.namespaces.get(dotted, ())
        return _Found(portions + tuple(Location(path, dotted, path, True) for path in namespaces))

    def _step(self, folders: tuple[str, ...], name: str, dotted: str) -> _Found:
        """Find a name in folders as Python would: a namespace only where nothing else is."""
        portions = []
        for folder in folders:
            names, compiled = self._listing(folder)
            inner = os.path.join(folder, name)
            is_folder = name in names and self._disk.is_folder(inner)
            if is_folder:
                init = self._source(inner, "__init__")
                if init:
                    return _Found((init._replace(name=dotted, folder=inner),), True)
                if "__init__" in self._listing(inner).compiled:
                    return _Found((), True)
            module = self._source(folder, name)
            if module:
                return _Found((module._replace(name=dotted),), True)
            if name in compiled:
                return _Found((), True)
            if is_folder:
                portions.append(Location(inner, dotted, inner, True))
        return _Found(tuple(portions))

    def _source(self, folder: str, stem: str) -> Location | None:
        for suffix in (".pyi", ".py"):
            if self._is_file(folder, stem + suffix):
                is_open = suffix == ".py" and stem in self._listing(folder).compiled
                return Location(os.path.join(folder, stem + suffix), stem, None, is_open)
        return None

    def _package_at(self, folder: str, name: str) -> Location:
        """Return the package that a folder is, as others would import it where they can."""
        places = self._places(name)
        if places.answer and any(place.folder == folder for place in places.every):
            return places.answer
        init = self._source(folder, "__init__")
        if init:
            return init._replace(name=name, folder=folder)
        return Location(folder, name, folder, True)

    def _listing(self, folder: str) -> _Listing:
        known = self._listings.get(folder)
        if known is None:
            names = self._disk.names(folder)
            stems = (name.partition(".")[0] for name in names if name.endswith(_COMPILED))
            known = self._listings[folder] = _Listing(names, frozenset(stems))
        return known

    def _is_file(self, folder: str, name: str) -> bool:
        return name in self._listing(folder).names and self._disk.is_file(
            os.path.join(folder, name)
        )

    def _text(self, path: str) -> str:
        return _text(path, self._disk)

    # --- typeshed ----------------------------------------------------------------------

    @cached_property
    def typeshed(self) -> str:
        """The folder of the standard library's stubs; empty if they are not installed."""
        from importlib.util import find_spec

        try:
            spec = find_spec("typeshed_client")
        except (ImportError, ValueError):
            return ""
        for folder in (spec and spec.submodule_search_locations) or ():
            stubs = os.path.join(folder, "typeshed")
            if self._disk.is_folder(stubs):
                return stubs
        return ""

    @cached_property
    def _lifetimes(self) -> dict[str, tuple[Version, Version | None]]:
        """The first and the last version of Python that has a standard module."""
        lifetimes: dict[str, tuple[Version, Version | None]] = {}
        for line in self._text(os.path.join(self.typeshed, "VERSIONS")).splitlines():
            match = _LIFETIME.match(line)
            if match:
                name, *numbers = match.groups()
                first = (int(numbers[0]), int(numbers[1]))
                last = (int(numbers[2]), int(numbers[3])) if numbers[2] else None
                lifetimes[name] = (first, last)
        return lifetimes

    def _is_current(self, name: str) -> bool:
        """Whether the interpreter has a standard module; one that is not listed is its parent's."""
        first, last = self._lifetimes.get(name, (self.version, None))
        return first <= self.version and (last is None or self.version <= last)

    # --- search paths ------------------------------------------------------------------

    def on(self, disk: Disk) -> "Environment":
        """Return the same environment, to be read from a disk."""
        return Environment(
            self._sites,
            version=self.version,
            project=self.project,
            assumed=self.assumed,
            disk=disk,
        )

    @property
    def identity(self) -> tuple[object, ...]:
        """What tells environments apart, besides what is installed in them."""
        return self._sites, self.version, self.project, self.typeshed

    @property
    def search_paths(self) -> tuple[str, ...]:
        """The folders that modules are looked for in, each followed by what its ``.pth`` files add."""
        return self._paths[0]

    @cached_property
    def _paths(self) -> "tuple[tuple[str, ...], tuple[str, ...]]":
        """The search paths, and the finders of editable packages that ``.pth`` files install."""
        paths: dict[str, None] = {}
        finders: dict[str, None] = {}
        for folder in self._sites:
            paths[folder] = None
            for name in sorted(self._listing(folder).names):
                if name.endswith(".pth") and not name.startswith("."):
                    for line in self._text(os.path.join(folder, name)).splitlines():
                        if line.startswith(("import ", "import\t")):
                            match = _EDITABLE.match(line)
                            if match:
                                finders[os.path.join(folder, f"{match[1]}.py")] = None
                        elif line.strip() and not line.startswith("#"):
                            path = os.path.abspath(os.path.join(folder, line.rstrip()))
                            if path not in paths and self._disk.is_folder(path):
                                paths[path] = None
        return tuple(paths), tuple(finders)

    @cached_property
    def _editables(self) -> "_Editables":
        return _editables((path, self._text(path)) for path in self._paths[1])


class _Editables(NamedTuple):
    """Where the packages of editable installs are.

    ``mapping`` leads from a dotted name to a package's folder or to a module's file without its
    suffix; ``namespaces`` leads from that of a namespace package to its folders.
    """

    mapping: dict[str, str]
    namespaces: dict[str, tuple[str, ...]]


def _editables(finders: Iterable[tuple[str, str]]) -> _Editables:
    """Read what setuptools writes into the finders of editable packages; the first one wins."""
    editables = _Editables({}, {})
    for path, text in finders:
        values = _constants(text)
        for name, target in _items(values.get("MAPPING")):
            if isinstance(target, str) and os.path.isabs(target):
                stem = os.path.normpath(target).removesuffix(".pyi").removesuffix(".py")
                editables.mapping.setdefault(name, stem)
        # No folder may be left for a namespace whose packages lie apart: one that is not there
        # stands for it, as in the finder itself.
        nowhere = (f"{path.removesuffix('.py')}.__path_hook__",)
        for name, targets in _items(values.get("NAMESPACES")):
            listed = targets if isinstance(targets, list) else []
            folders = tuple(os.path.normpath(t) for t in listed if isinstance(t, str) and t)
            before = editables.namespaces.get(name, ())
            editables.namespaces[name] = before + (folders or nowhere)
    return editables


def _constants(text: str) -> dict[str, Any]:
    """Return the literal values of a module's ``MAPPING`` and ``NAMESPACES``."""
    import ast

    failures = (SyntaxError, ValueError, TypeError, MemoryError, RecursionError)
    values = {}
    try:
        body = ast.parse(text).body
    except failures:
        return {}
    for node in body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target: ast.expr = node.targets[0]
        elif isinstance(node, ast.AnnAssign):
            target = node.target
        else:
            continue
        if isinstance(target, ast.Name) and target.id in {"MAPPING", "NAMESPACES"} and node.value:
            try:
                values[target.id] = ast.literal_eval(node.value)
            except failures:
                continue
    return values


def _items(value: object) -> "Iterator[tuple[str, object]]":
    if isinstance(value, dict):
        yield from ((key, item) for key, item in value.items() if isinstance(key, str))


def _folders(places: Iterable[Location]) -> tuple[str, ...]:
    return tuple(place.folder for place in places if place.folder is not None)


def _is_below(path: str, folder: str) -> bool:
    return path.startswith(folder + os.sep)


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208  # names only, and quick
    except (OSError, ValueError):
        return []


def _text(path: str, disk: Disk | None = None) -> str:
    """Return a small regular file's text; empty if it is none or cannot be read."""
    data = (disk or Disk()).text(path, _MAX_BYTES + 1)
    return "" if len(data) > _MAX_BYTES else data.decode("utf-8-sig", "surrogateescape")


# --- which environment ---------------------------------------------------------------------


def locate(
    project: str,
    *,
    python: str | None = None,
    variables: Mapping[str, str] = os.environ,
    target: Version | None = None,
) -> Environment:
    """Return the environment of a project.

    It is that of ``python``, the path of an interpreter or of an environment's folder, if one is
    given; else that of ``VIRTUAL_ENV`` in ``variables``, unless pre-commit set it for this program;
    else ``.venv`` or ``venv`` in the project's folder; else the one that runs this program. Raises ``EnvironmentNotFound`` where
    ``python`` is neither; the others are passed over where they hold no environment.

    ``target`` is the version that the code is to run on, if that is not the environment's own.
    """
    found = _located(os.path.abspath(project), python, variables)
    found.version = target or found.version
    return found


def _located(project: str, python: str | None, variables: Mapping[str, str]) -> Environment:
    if python is not None:
        return _given(python, project)
    for folder in (
        _active(variables),
        os.path.join(project, ".venv"),
        os.path.join(project, "venv"),
    ):
        if folder and (prefix := _prefix(folder)).sites:
            return _environment(prefix, project)
    return Environment(_own_sites(), version=sys.version_info[:2], project=project, assumed=True)


def _active(variables: Mapping[str, str]) -> str:
    """Return the environment that is active, empty for none.

    A hook of pre-commit runs in an environment that holds the hook's own packages only.
    """
    active = variables.get("VIRTUAL_ENV", "")
    is_hooks = "PRE_COMMIT" in variables and os.path.realpath(active) == os.path.realpath(
        sys.prefix
    )
    return "" if is_hooks else active


class _Prefix(NamedTuple):
    """A folder that Python is installed in, or a virtual environment.

    ``sites`` are its folders of installed packages; ``settings`` is its ``pyvenv.cfg``, empty
    where it has none.
    """

    sites: tuple[str, ...]
    version: Version | None
    settings: Mapping[str, str]


def _given(python: str, project: str) -> Environment:
    path = os.path.abspath(python)
    for folder, wanted in _candidates(path):
        prefix = _prefix(folder, wanted)
        if prefix.sites or prefix.settings:
            return _environment(prefix, project)
    raise EnvironmentNotFound(
        f"{python} is neither a Python interpreter nor the folder of an environment."
    )


def _candidates(path: str) -> "Iterator[tuple[str, Version | None]]":
    """Yield the folders that may be an interpreter's prefix, with the version that its name says.

    A virtual environment's interpreter is a link to another one, so its own place comes first.
    """
    if os.path.isdir(path):
        yield path, None
        return
    if not os.path.isfile(path) or not _INTERPRETER.fullmatch(os.path.basename(path)):
        return
    chain = [path]
    while os.path.islink(chain[-1]) and len(chain) < _MAX_LINKS:
        folder = os.path.dirname(chain[-1])
        chain.append(os.path.normpath(os.path.join(folder, os.readlink(chain[-1]))))
    matches = [_INTERPRETER.fullmatch(os.path.basename(link)) for link in chain]
    versions = [(int(match[1]), int(match[2])) for match in matches if match and match[1]]
    wanted = versions[0] if versions else None
    for link in chain:
        folder = os.path.dirname(link)
        if os.path.basename(folder).lower() in {"bin", "scripts"}:
            yield os.path.dirname(folder), wanted
        elif link.lower().endswith(".exe"):
            yield folder, wanted


def _environment(prefix: _Prefix, project: str) -> Environment:
    version = prefix.version or sys.version_info[:2]
    assumed = prefix.version is None
    sites = [*prefix.sites]
    settings = prefix.settings
    home = settings.get("home", "")
    if settings.get("include-system-site-packages", "").lower() == "true" and home:
        for folder in (os.path.dirname(home.rstrip("/\\")), home):
            sites += _prefix(folder, version).sites
    return Environment(sites, version=version, project=project, assumed=assumed)


def _prefix(folder: str, wanted: Version | None = None) -> _Prefix:
    """Return what is installed below a folder, for the wanted version where it has several."""
    folder = os.path.abspath(folder)
    names = _names(folder)
    settings = _settings(os.path.join(folder, "pyvenv.cfg")) if "pyvenv.cfg" in names else {}
    stated = _VERSION.match(settings.get("version") or settings.get("version_info") or "")
    if stated:
        wanted = (int(stated[1]), int(stated[2]))
    # In an environment, lib64 is a link to lib.
    libraries = [
        os.path.join(folder, name)
        for name in ("lib64", "lib", "Lib")
        if name in names and not (name == "lib64" and os.path.islink(os.path.join(folder, name)))
    ]
    version = _choose([v for library in libraries for v in _versions(library)], wanted)
    # Debian keeps what it ships in lib/python3, and what is added to that in local/lib.
    number = ".".join(map(str, version or ()))
    places = [os.path.join(folder, "local", "lib", f"python{number}", "dist-packages")]
    for library in libraries:
        for name in _versions(library).get(version or (0, 0), ()):
            places += [os.path.join(library, name, kind) for kind in _KINDS]
        places.append(os.path.join(library, "python3", "dist-packages"))
        places.append(os.path.join(library, "site-packages"))
    sites = tuple(filter(os.path.isdir, places))
    return _Prefix(sites, version or wanted, settings)


def _versions(library: str) -> "dict[Version, list[str]]":
    """Return the versions that a library has a folder for, with its folders' names."""
    versions: dict[Version, list[str]] = {}
    for name in sorted(_names(library)):
        match = _LIBRARY.fullmatch(name)
        if match:
            versions.setdefault((int(match[1]), int(match[2])), []).append(name)
    return versions


def _choose(versions: "Iterable[Version]", wanted: Version | None) -> Version | None:
    found = set(versions)
    return wanted if wanted in found else max(found, default=None)


def _settings(path: str) -> dict[str, str]:
    """Return the keys and values of a ``pyvenv.cfg``, the keys in lower case."""
    pairs = (line.partition("=") for line in _text(path).splitlines())
    return {key.strip().lower(): value.strip() for key, equals, value in pairs if equals}


def _own_sites() -> list[str]:
    """Return the folders of packages that are installed where this program is."""
    folders = [*site.getsitepackages()]
    if site.ENABLE_USER_SITE:
        folders.append(site.getusersitepackages())
    folders += [path for path in sys.path if path.endswith(_KINDS)]
    return [folder for folder in folders if os.path.isdir(folder)]
