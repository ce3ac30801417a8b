"""The outlines of a project's modules, made on demand."""

import contextlib
import gc
import sys
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from asyncpattern_lint.cache.digest import digest_of
from asyncpattern_lint.cache.ledger import Stamp, stamp_of
from asyncpattern_lint.cache.shelf import Put, Shelf
from asyncpattern_lint.index import facts as known_facts
from asyncpattern_lint.index.callers import callers_in
from asyncpattern_lint.index.disk import FolderStamp, Past, Witness
from asyncpattern_lint.index.entry import (
    Entry,
    classes_of,
    decoded,
    entry_of,
    functions_of,
    is_test,
    slim,
)
from asyncpattern_lint.index.environment import Environment
from asyncpattern_lint.index.facts import Facts, Subclass, fact, unlike
from asyncpattern_lint.index.finder import Finder, Location
from asyncpattern_lint.index.model import Bindings, Failure, ModuleIndex, ScopeKind
from asyncpattern_lint.index.watched import Scopes, watch
from asyncpattern_lint.parallel import map_chunks
from asyncpattern_lint.versions import Version

if TYPE_CHECKING:
    from asyncpattern_lint.index.trace import Trace

#: Larger files are generated data: reading them would cost more than they can tell.
MAX_BYTES = 10_000_000

#: Below this many files, starting processes costs more than it saves.
_PARALLEL_THRESHOLD = 150

#: So many outlines are kept decoded at first, and so many of those that a run comes back to later.
_MAX_DECODED = 80
_MAX_KEPT = 480

Outline = ModuleIndex | Failure


class Learned(NamedTuple):
    """What a copy of a project looked up that the project itself has not."""

    folders: dict[str, tuple[FolderStamp | None, frozenset[str]]]
    kinds: dict[str, str]
    texts: set[str]
    others: list[str]
    puts: list[Put]


class Project:
    """Gives the outline of any file of the project.

    ``overlay`` maps absolute paths to text that stands in for what is on disk. ``strays`` counts
    the files of the project that were not to be loaded, but were asked for. ``facts_stand`` tells
    that its facts are those that were lent to it.
    """

    def __init__(
        self,
        finder: Finder,
        overlay: Mapping[str, bytes] | None = None,
        environment: Environment | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        self.finder = finder
        self.shelf = shelf
        self.environment = environment or Environment((), version=(3, 0))
        self.version = environment.version if environment else sys.version_info[:2]
        self.overlay = overlay or {}
        self._entries: dict[str, Entry] = {}
        self._keys: dict[str, bytes] = {}
        self._learned: set[str] = set()
        self.trace: Trace | None = None
        self._decoded: dict[str, ModuleIndex] = {}
        self._passing: deque[str] = deque()
        self._kept: deque[str] = deque()
        self._dropped: set[str] = set()
        self._facts = Facts()
        self._loaded: set[str] = set()
        self._lent = False
        self.facts_stand = False
        self.strays = 0
        self._foreign: dict[str, bool] = {}
        self._given_away: frozenset[str] | None = None
        self._descendants: dict[str, list[Subclass]] = {}
        self._by_member: dict[str, dict[str, list[Subclass]]] = {}

    def revised(self, overlay: Mapping[str, bytes]) -> "Project":
        """Return the same project under another overlay; outlines that it leaves stand are kept."""
        other = Project(self.finder, overlay, self.environment, self.shelf)
        other._loaded |= self._loaded
        other._keys |= self._keys
        for path, entry in self._entries.items():
            if path not in overlay and path not in self.overlay:
                other._add(path, entry)
        return other

    def read(self, path: str) -> bytes:
        """Return a file's bytes. Raises ``OSError`` if it cannot be read."""
        return bytes_of(self.overlay, path)

    def outline(self, path: str) -> Outline:
        """Return a file's outline, or why it has none."""
        if self.trace is not None:
            self.trace.read(path)
        known = self._decoded.get(path)
        if known is not None:
            return known
        entry = self._entry(path)
        if entry is None:
            outline = self._made(path)
        elif entry.failure is not None:
            return entry.failure
        else:
            outline = self._outline(path, entry)
        if isinstance(outline, ModuleIndex):
            if self.trace is not None and path in self.trace.paths:
                watch(outline, self.trace, path)
            self._decoded[path] = outline
            queue, most = self._passing, _MAX_DECODED
            if path in self._dropped:
                queue, most = self._kept, _MAX_KEPT
            queue.append(path)
            if len(queue) > most:
                dropped = queue.popleft()
                del self._decoded[dropped]
                self._dropped.add(dropped)
        return outline

    def _entry(self, path: str) -> Entry | None:
        entry = self._entries.get(path)
        if entry is None:
            entry = self._taken(path)
            if entry is not None:
                self._add(path, entry)
        return entry

    def top_names(self, path: str) -> Mapping[str, Bindings]:
        """Return what a module binds at its top, without decoding all the rest of its outline."""
        if path not in self._decoded:
            entry = self._entry(path)
            index = None if entry is None else self._encoded(path, entry)
            start = decoded(index, _SCOPES)
            with contextlib.suppress(msgspec.DecodeError, RecursionError):
                if start is not None:
                    return _TOP.decode(start.scopes[0]).bindings if start.scopes else {}
        module = self.module(path)
        return {} if module is None else module.scopes[0].bindings

    def _made(self, path: str) -> Outline:
        """Make the outline of a file that has none so far, or a damaged one."""
        text = self.overlay.get(path)
        foreign = self.is_foreign(path)
        if text is None:
            made, outline = _make(path, self.version, kept=self.shelf is not None, foreign=foreign)
            self._keep(path, made)
            entry = made.entry
        else:
            outline = outline_of(path, text, self.version)
            if isinstance(outline, ModuleIndex) and foreign:
                slim(outline)
            entry = entry_of(outline)
        if path in self._entries:
            self._entries[path] = entry
        else:
            self._add(path, entry)
        return outline

    def _outline(self, path: str, entry: "Entry") -> Outline:
        """Return the outline of an entry, from where it is kept or from the file once more."""
        known = decoded(self._encoded(path, entry), _INDEX)
        return self._made(path) if known is None else known

    def _encoded(self, path: str, entry: "Entry") -> bytes | None:
        key = self._keys.get(path)
        return entry.index or (self.shelf.packs.body(key) if key and self.shelf else None)

    def _taken(self, path: str) -> "Entry | None":
        """Return what is kept of a file, None if there is nothing."""
        if self.shelf is None or path in self.overlay:
            return None
        key = self.shelf.key(path, self._flavour(path))
        head = key and self.shelf.packs.head(key)
        try:
            entry = _HEAD.decode(head or b"")
        except (msgspec.DecodeError, RecursionError):
            return None
        if key is not None:
            self._keys[path] = key
        return entry

    def _keep(self, path: str, made: "_Made") -> None:
        if self.shelf is not None and made.digest:
            head = msgspec.msgpack.encode(msgspec.structs.replace(made.entry, index=b""))
            parts = (head, made.entry.index)
            self.shelf.put(path, self._flavour(path), made.stamp, made.digest, parts)

    def _flavour(self, path: str) -> bytes:
        """Return what the outline of a text hangs on besides the text."""
        version = "{}.{}".format(*self.version) if path.endswith(".pyi") else ""
        return f"{version}{'f' if self.is_foreign(path) else ''}".encode()

    def module(self, path: str) -> ModuleIndex | None:
        """Return a file's outline, None if it has none."""
        trace = self.trace
        if trace is not None:
            number = trace.paths.get(path)
            if number is not None:
                trace.current.add(number)
        known = self._decoded.get(path)
        if known is not None:
            return known
        outline = self.outline(path)
        return outline if isinstance(outline, ModuleIndex) else None

    def is_foreign(self, path: str) -> bool:
        """Whether a file belongs to the environment and not to the project."""
        known = self._foreign.get(path)
        if known is None:
            known = self._foreign[path] = path not in self._loaded and self.environment.contains(
                path
            )
        return known

    def submodule(self, package: Location, name: str) -> Location | None:
        """Return a package's submodule, None if it has none of that name."""
        if self.is_foreign(package.path):
            return self.environment.submodule(package, name)
        return self.finder.submodule(package, name)

    def descend(self, package: Location, names: Sequence[str]) -> tuple[Location, list[str]]:
        """Follow names through submodules; return the last module, and the names left over."""
        for position, name in enumerate(names):
            below = self.submodule(package, name)
            if below is None:
                return package, list(names[position:])
            package = below
        return package, []

    def source_of(self, location: Location) -> Location | None:
        """Return the source that a stub of the environment stands beside."""
        if not location.path.endswith(".pyi") or not self.is_foreign(location.path):
            return None
        return self.environment.source_of(location)

    def module_name(self, path: str) -> str:
        """Return the dotted name of a file."""
        if self.is_foreign(path):
            return self.environment.module_name(path)
        return self.finder.module_name(path)

    def loaded(self) -> list[str]:
        """Return the paths of the files that the run was asked to load, sorted."""
        return sorted(self._loaded)

    def is_written(self, module: str, name: str) -> bool:
        """Whether a module known here assigns this name as an attribute of what it imports.

        What is surely another module than the one of this dotted name does not count.
        """
        self._ask("written", name)
        written = self._facts.written
        return name in written or f"{module.rpartition('.')[2]}.{name}" in written

    def is_written_into(self, module: str) -> bool:
        """Whether a module known here sets computed attributes on one of this dotted name."""
        name = module.rpartition(".")[2]
        self._ask("written_modules", name)
        return name in self._facts.written_modules or self.is_given_away(name)

    def is_given_away(self, name: str) -> bool:
        """Whether a class or module of this name is given to what changes it."""
        self._ask("given_away", name)
        if self._given_away is None:
            self._given_away = self._facts.given_away()
        return name in self._given_away

    def _ask(self, kind: str, name: str) -> None:
        """Note that an answer hangs on what is known of a name."""
        if self.trace is not None:
            self.trace.ask_for_fact(fact(kind, name))

    def _ask_for(self, member: str) -> None:
        if self.trace is not None:
            self.trace.ask_for(member)

    def is_test(self, path: str) -> bool:
        """Whether a file is a test by its place in the project, wherever that lies."""
        return is_test(path.removeprefix(self.finder.project))

    def writers(self, name: str, *, in_tests: bool) -> list[str]:
        """Return the files that set an attribute of this name on other objects than ``self``.

        They are those of tests, or those of all else.
        """
        self._ask("writing_tests" if in_tests else "writers", name)
        facts = self._facts
        return (facts.writing_tests if in_tests else facts.writers).get(name, [])

    def is_registered(self, name: str) -> bool:
        """Whether a module known here takes ``register`` of a class of this name."""
        self._ask("registered", name)
        return name in self._facts.registered

    def is_entered(self, name: str) -> bool:
        """Whether a module known here uses ``with`` on something of this name."""
        self._ask("entered", name)
        return name in self._facts.entered

    def is_requested(self, name: str) -> bool:
        """Whether a test known here has a parameter of this name."""
        self._ask("requested", name)
        return name in self._facts.requested

    def has_async_twin(self, name: str) -> bool:
        """Whether a module known here imports ``Async<name>``, or the name from an async API."""
        self._ask("twins", name)
        return name in self._facts.twins

    def namesakes(self, name: str) -> Mapping[str, Sequence[str]]:
        """Return where public functions of a name are defined, by what their text says of them.

        Plain functions and those of tests are left out.
        """
        self._ask_for(function_of(name))
        return self._facts.functions.get(name, {})

    def subclasses(self, name: str, member: str) -> list[Subclass]:
        """Return the classes known here that derive from one of this name, however far.

        Bases are compared by the last part of their names, so that some may derive from a
        namesake. Who asks hangs on each of them, and on whether they bind ``member``: ``joined``
        and ``overriders`` ask for less.
        """
        self._ask("subclasses", name)
        self._ask_for(member)
        return self._below(name)

    def joined(self, name: str) -> list[Subclass]:
        """Return those of ``subclasses`` that have several bases."""
        self._ask("lineages", name)
        self._ask("joined", name)
        return [subclass for subclass in self._below(name) if len(subclass.facts.bases) > 1]

    def _below(self, name: str) -> list[Subclass]:
        known = self._descendants.get(name)
        if known is None:
            found: dict[tuple[str, int], Subclass] = {}
            queue = [name]
            asked = set(queue)
            while queue:
                for subclass in self._facts.subclasses.get(queue.pop(), ()):
                    found[subclass.path, subclass.facts.number] = subclass
                    if subclass.facts.name not in asked:
                        asked.add(subclass.facts.name)
                        queue.append(subclass.facts.name)
            known = self._descendants[name] = list(found.values())
        return known

    def overriders(self, name: str, member: str) -> list[Subclass]:
        """Return those of ``subclasses`` that bind a member of their own."""
        self._ask("lineages", name)
        self._ask_for(member)
        by_member = self._by_member.get(name)
        if by_member is None:
            by_member = self._by_member[name] = {}
            for subclass in self._below(name):
                for bound in subclass.facts.members:
                    by_member.setdefault(bound, []).append(subclass)
        return by_member.get(member, [])

    def overridden(self, path: str, number: int) -> Mapping[str, set[str]]:
        """Return the shapes of the members that a class may override, by their names.

        They are those of the classes known here that have the names of its ancestors.
        """
        found: dict[str, set[str]] = {}
        for member in self._members_of(path, number):
            self._ask_for(member)
        own = [facts for facts in self._entries[path].classes if facts.number == number]
        queue = [base for facts in own for base in facts.bases]
        asked = set(queue)
        while queue:
            name = queue.pop()
            self._ask("classes", name)
            for facts in self._facts.classes.get(name, ()):
                for member, shape in facts.members.items():
                    found.setdefault(member, set()).add(shape)
                for base in facts.bases:
                    if base not in asked:
                        asked.add(base)
                        queue.append(base)
        return found

    def _members_of(self, path: str, number: int) -> Iterator[str]:
        for facts in self._entries[path].classes:
            if facts.number == number and facts.bases:
                yield from facts.members

    def callers(self, path: str, number: int, names: Iterable[str]) -> frozenset[str]:
        """Return the methods of a class that use what calling methods of these names gives."""
        entry = self._entry(path)
        known = {} if entry is None else entry.callers.get(number, {})
        found: set[str] = set()
        for name in names:
            self._ask_for(use_of(name))
            found.update(known.get(name, ()))
        return frozenset(found)

    def is_in_sys_modules(self, name: str) -> bool:
        """Whether a module known here puts a module of this dotted name into place."""
        names = (name, "*")
        for asked in names:
            self._ask("sys_modules", asked)
        return not self._facts.sys_modules.keys().isdisjoint(names)

    def unlike(self, data: bytes) -> list[str] | None:
        """Return what traces call the facts that are others than those of an earlier run.

        None stands for data that cannot be read. Of members of classes and of namesakes
        ``changed_between`` tells.
        """
        try:
            return [*unlike(known_facts.decoded(data), self._facts)]
        except (msgspec.DecodeError, RecursionError):
            return None

    def lend_facts(
        self, data: bytes, changed: Mapping[str, bytes], files: Sequence[str]
    ) -> list[str] | None:
        """Take facts over from an earlier run over the same files, instead of loading these.

        ``changed`` maps the files that have changed since to the digests of what they held.
        Returns what traces call the facts that are others now, None if nothing can be taken over.
        """
        if self.shelf is None:
            return None
        found: dict[str, Entry] = {}
        try:
            facts, touched = known_facts.decoded(data), Facts()
            places = {path: place for place, path in enumerate(files)}
            for path, digest in changed.items():
                head = self.shelf.packs.head(digest + self._flavour(path))
                before = _HEAD.decode(head or b"")
                entry = self._taken(path)
                if entry is None:
                    made, _ = _make(path, self.version, kept=True)
                    self._keep(path, made)
                    entry = made.entry
                found[path] = entry
                in_test = self.is_test(path)
                old, new = (Facts.of(path, e, in_test=in_test) for e in (before, entry))
                if old != new:
                    facts.drop(path, before, in_test=in_test)
                    facts.add(path, entry, in_test=in_test, places=places)
                    for old_or_new in (before, entry):
                        touched.add(path, old_or_new, in_test=in_test)
            stand = touched == Facts()
            differing = [] if stand else [*unlike(known_facts.decoded(data), facts, touched)]
        except (msgspec.DecodeError, RecursionError, LookupError, ValueError):
            return None
        self._facts = facts
        self._lent = True
        self.facts_stand = stand
        for path, entry in found.items():
            self._add(path, entry)
        return differing

    def facts_to_lend(self) -> bytes:
        """Return the facts in a form that later runs can take over."""
        return known_facts.encoded(self._facts)

    def changed_between(self, before: Outline, after: Outline) -> frozenset[str]:
        """Return the names of members that classes bind in another way, or only before or after.

        Besides, the public functions of which that can be said, as ``function_of`` names them, and
        the methods that other methods come to use, or no longer do, as ``use_of`` does.
        """
        if isinstance(before, Failure) or isinstance(after, Failure):
            return frozenset()
        old, new = (frozenset(_told(outline)) for outline in (before, after))
        return frozenset(name for name, *_ in old ^ new)

    def others(self) -> list[str]:
        """Return the paths of the files that were read and that the run was not asked to load."""
        return [path for path in (*self._entries, *self._learned) if path not in self._loaded]

    def read_body(self, path: str, number: int) -> None:
        """Note that the answer hangs on what the function around a scope does.

        Of that others do not see all otherwise. Of the module's own scope, on what it does.
        """
        scopes = self._watched(path)
        if scopes is not None:
            scopes.note_body(number)

    def read_text(self, path: str) -> None:
        """Note that the answer hangs on the whole text of a module."""
        self._ask_for(text_of(path))

    def read_bodies(self, path: str) -> None:
        """Note the same of all functions of a module, and of those that it may come to have."""
        scopes = self._watched(path)
        if scopes is not None:
            scopes.note_bodies()

    def _watched(self, path: str) -> Scopes | None:
        module = None if self.trace is None else self.module(path)
        return module.scopes if module and isinstance(module.scopes, Scopes) else None

    def begin_learning(self) -> int:
        """Return what ``learned`` needs to tell what was learned since now."""
        return 0 if self.shelf is None else len(self.shelf.fresh)

    def learned(self, start: int) -> Learned:
        """Return what was looked up; for the process that this one is a copy of."""
        disk = self.finder.disk
        if self.shelf is None or not isinstance(disk, Witness):
            return Learned({}, {}, set(), [], [])
        for path in self.finder.ignore_files():
            disk.kind(path)
            disk.texts.add(path)
        return Learned(
            disk.folders, disk.kinds, disk.texts, self.others(), self.shelf.fresh[start:]
        )

    def learn(self, learned: Learned) -> None:
        """Take over what a copy of this project looked up."""
        disk = self.finder.disk
        if self.shelf is None or not isinstance(disk, Witness):
            return
        disk.folders.update(learned.folders)
        disk.kinds.update(learned.kinds)
        disk.texts.update(learned.texts)
        self._learned.update(learned.others)
        for path, flavour, stamp, digest, parts in learned.puts:
            if digest + flavour not in self.shelf.packs:
                self.shelf.put(path, flavour, stamp, digest, parts)

    def outline_before(self, path: str, digest: bytes) -> Outline | None:
        """Return the outline of what a file held before, None if that is not known any more."""
        if self.shelf is None:
            return None
        return decoded(self.shelf.packs.body(digest + self._flavour(path)), _INDEX)

    def expect(self, paths: Iterable[str]) -> None:
        """Take files for those to load, without loading them: nobody will ask what they do."""
        self._loaded.update(paths)

    def _add(self, path: str, entry: Entry) -> None:
        self._entries[path] = entry
        if self.is_foreign(path):
            # What the environment does to itself must not hang on how much of it was read.
            return
        if self._lent and path in self._loaded:
            return
        self.strays += path not in self._loaded
        self._facts.add(path, entry, in_test=self.is_test(path))
        self._given_away = None
        if entry.classes:
            self._descendants.clear()
            self._by_member.clear()

    def load(self, paths: Iterable[str], jobs: int) -> Iterator[int]:
        """Make the outlines of many files; yield how many are done after each chunk."""
        for path in self.overlay:
            self.outline(path)
        asked = list(paths)
        self._loaded.update(asked)
        wanted = [path for path in asked if path not in self._entries]
        found = {path: self._taken(path) for path in wanted}
        missed = [path for path, entry in found.items() if entry is None]
        done = len(wanted) - len(missed)
        if done:
            yield done
        if jobs == 1 or len(missed) < _PARALLEL_THRESHOLD:
            for path in missed:
                made, _ = _make(path, self.version, kept=self.shelf is not None)
                self._keep(path, made)
                found[path] = made.entry
                done += 1
                yield done
        else:
            encoded = partial(_encoded, version=self.version, kept=self.shelf is not None)
            for chunk in map_chunks(encoded, missed, jobs=jobs, threshold=_PARALLEL_THRESHOLD):
                for path, made in _CHUNK.decode(chunk):
                    self._keep(path, made)
                    found[path] = made.entry
                    done += 1
                yield done
        # In the order asked for, wherever they come from.
        for path, entry in found.items():
            if entry is not None:
                self._add(path, entry)

    def save(self) -> None:
        """Keep for later runs what this one made."""
        if self.shelf is not None:
            self.shelf.save()

    def before(self, change: Mapping[str, bytes | None], also: Iterable[str] = ()) -> "Project":
        """Return the project as it was before a change.

        ``change`` maps paths to the texts that they had, None where there was no file; ``also``
        are files among them that were to be loaded and are no longer there. Outlines that the
        change leaves as they are, are taken over.
        """
        texts = {path: text for path, text in change.items() if text is not None}
        past = Project(self.finder.on(Past(change)), texts, self.environment, self.shelf)
        past._keys |= self._keys
        absent = {path for path, text in change.items() if text is None}
        past._loaded = (self._loaded - absent) | set(also)
        for path, entry in self._entries.items():
            if path not in change:
                past._add(path, entry)
        for path in sorted(past._loaded & texts.keys()):
            past.outline(path)
        return past


def _told(outline: ModuleIndex) -> Iterator[tuple[str, *tuple[object, ...]]]:
    """Yield what traces call the members of classes and what else ``changed_between`` tells of.

    Behind each is what it is; classes of one name go by their order.
    """
    namesakes: Counter[str] = Counter()
    callers = dict(callers_in(outline))
    for facts in classes_of(outline):
        namesakes[facts.name] += 1
        cls = facts.name, namesakes[facts.name]
        for name, shape in facts.members.items():
            yield name, cls, shape, tuple(facts.bases)
        for name, methods in callers.get(facts.number, {}).items():
            yield use_of(name), cls, tuple(methods)
    for name, shape in functions_of(outline):
        yield function_of(name), shape


class _Made(msgspec.Struct, array_like=True, gc=False):
    """What was made of a file, and of which bytes if it may be kept.

    ``stamp`` is that of the file from before it was read; ``digest`` is empty for what may not
    be kept.
    """

    entry: Entry
    digest: bytes = b""
    stamp: Stamp | None = None


class _Scopes(msgspec.Struct, array_like=True, gc=False):
    """The first field of an outline."""

    scopes: list[msgspec.Raw]


class _Top(msgspec.Struct, array_like=True, gc=False):
    """The first fields of a scope."""

    kind: ScopeKind
    name: str
    parent: int
    line: int
    end_line: int
    bindings: dict[str, Bindings]


_HEAD = msgspec.msgpack.Decoder(Entry)
_SCOPES = msgspec.msgpack.Decoder(_Scopes)
_TOP = msgspec.msgpack.Decoder(_Top)
_INDEX = msgspec.msgpack.Decoder(ModuleIndex)
_CHUNK = msgspec.msgpack.Decoder(list[tuple[str, _Made]])


def bytes_of(overlay: Mapping[str, bytes], path: str) -> bytes:
    """Return a file's bytes, or what stands in for them. Raises ``OSError``."""
    text = overlay.get(path)
    return Path(path).read_bytes() if text is None else text


def text_of(path: str) -> str:
    """Return what traces call the whole text of a module."""
    return f"text {path}"


def function_of(name: str) -> str:
    """Return what traces call the public functions of a name."""
    return f"def {name}"


def use_of(name: str) -> str:
    """Return what traces call that methods use what one of this name gives."""
    return f"use {name}"


def _encoded(paths: list[str], *, version: Version, kept: bool) -> bytes:
    """Outline files in a worker; what goes back is data that cannot run code."""
    gc.disable()
    return msgspec.msgpack.encode([(path, _make(path, version, kept=kept)[0]) for path in paths])


def _make(
    path: str, version: Version, *, kept: bool = False, foreign: bool = False
) -> tuple[_Made, Outline]:
    """Make the outline of a file; ``kept`` tells that later runs may use it."""
    text, digest = None, b""
    stamp = stamp_of(path) if kept else None
    if stamp is not None and stamp[2] <= MAX_BYTES:
        with contextlib.suppress(OSError):
            text = Path(path).read_bytes()
    outline = outline_of(path, text, version)
    if isinstance(outline, ModuleIndex) and foreign:
        slim(outline)
    if text is not None and (isinstance(outline, ModuleIndex) or outline.is_syntax):
        # What else went wrong may go well another time.
        digest = digest_of(text)
    return _Made(entry_of(outline), digest, stamp), outline


def outline_of(
    path: str, text: bytes | None = None, version: Version = sys.version_info[:2]
) -> Outline:
    """Return the outline of a file, of ``text`` if that is given, or why there is none.

    ``version`` is that of the Python which is to run it; it matters to stubs.
    """
    # Where every outline is kept from before, none is built.
    from asyncpattern_lint.index import builder

    try:
        if text is None:
            if Path(path).stat().st_size > MAX_BYTES:
                return Failure(f"the file is larger than {MAX_BYTES:,} bytes")
            text = Path(path).read_bytes()
        return builder.build(builder.parse(text, path), stub=path.endswith(".pyi"), version=version)
    except OSError as error:
        return Failure(f"the file cannot be read: {error.strerror or error}")
    except SyntaxError as error:
        return _syntax_failure(error)
    except (RecursionError, MemoryError):
        return Failure("the code is nested too deeply to be parsed")
    except ValueError as error:
        # For example "source code string cannot contain null bytes".
        return Failure(f"the file is not Python source: {error}")


#: What is wrong in every version of Python.
_TIMELESS = ("null bytes", "too many nested", "unknown encoding", "codec can't decode")


def _syntax_failure(error: SyntaxError) -> Failure:
    return Failure(
        f"syntax error: {error.msg}",
        max(error.lineno or 1, 1),
        max(error.offset or 1, 1),
        is_syntax=not any(words in str(error.msg) for words in _TIMELESS),
    )
