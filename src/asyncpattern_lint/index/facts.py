"""What the modules of a project do to objects that they do not define.

No module tells of that: whoever asks hangs on the answer, which has a name in traces.
"""

from bisect import insort
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec.msgpack import Decoder

from asyncpattern_lint.index.entry import ClassFacts, Entry

T = TypeVar("T")

#: What is known of names alone.
_SETS = (
    "written", "sys_modules", "written_modules", "twins", "registered", "entered", "requested",
)  # fmt: skip

#: What is known of names that something is done to, and where.
_FILES = ("writers", "writing_tests")


class Subclass(NamedTuple):
    """A class and the file that it is in."""

    path: str
    facts: ClassFacts


class _Unread(dict[str, list[T]]):
    """Lists by their names, decoded when they are asked for: a run asks for few of them.

    What somebody else encoded there is an empty one.
    """

    def __init__(self, lists: Mapping[str, Any], decoder: Decoder[list[T]]) -> None:
        super().__init__(lists)
        self._decoder = decoder

    def __getitem__(self, name: str) -> list[T]:
        found = super().__getitem__(name)
        if isinstance(found, msgspec.Raw):
            try:
                found = self._decoder.decode(found)
            except (msgspec.DecodeError, RecursionError):
                found = []
            self[name] = found
        return found

    def get(self, name: str, default: Any = None) -> Any:
        """Return the list of a name, or the default if it has none."""
        if name not in self:
            return default
        return self[name]

    def setdefault(self, name: str, default: Any = None) -> list[T]:
        """Return the list of a name, which is the default from now on if it had none."""
        if name not in self:
            self[name] = default
        return self[name]


#: How many modules say something of a name.
Counts = dict[str, int]


@dataclass(slots=True)
class Facts:
    """What the outlines known so far do; each field maps names.

    ``subclasses`` are found by the last part of the names of their bases; ``functions`` are the
    files with public functions of a name, by the shapes of these.
    """

    written: Counts = field(default_factory=dict)
    sys_modules: Counts = field(default_factory=dict)
    written_modules: Counts = field(default_factory=dict)
    writers: dict[str, list[str]] = field(default_factory=dict)
    writing_tests: dict[str, list[str]] = field(default_factory=dict)
    subclasses: dict[str, list[Subclass]] = field(default_factory=dict)
    twins: Counts = field(default_factory=dict)
    setters: Counts = field(default_factory=dict)
    handed: dict[str, Counts] = field(default_factory=dict)
    renamed: dict[str, Counts] = field(default_factory=dict)
    registered: Counts = field(default_factory=dict)
    functions: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    classes: dict[str, list[ClassFacts]] = field(default_factory=dict)
    entered: Counts = field(default_factory=dict)
    requested: Counts = field(default_factory=dict)

    @classmethod
    def of(cls, path: str, entry: Entry, *, in_test: bool) -> "Facts":
        """Return what one module does."""
        facts = cls()
        facts.add(path, entry, in_test=in_test)
        return facts

    def add(
        self, path: str, entry: Entry, *, in_test: bool, places: Mapping[str, int] | None = None
    ) -> None:
        """Take in what one module does.

        ``places`` tell the order of the modules, where this one does not come after the others.
        """
        for counts, names in self._counted(entry):
            for name in names:
                counts[name] = counts.get(name, 0) + 1
        for paired, place, name in self._paired(entry):
            counts = paired.setdefault(place, {})
            counts[name] = counts.get(name, 0) + 1
        for known, key in self._files(entry, in_test=in_test):
            _put(known.setdefault(key, []), path, None if places is None else places.__getitem__)
        for facts in entry.classes:
            self.classes.setdefault(facts.name, []).append(facts)
            for base in facts.bases:
                below = self.subclasses.setdefault(base, [])
                place_of = None if places is None else lambda cls: places[cls.path]
                _put(below, Subclass(path, facts), place_of)

    def drop(self, path: str, entry: Entry, *, in_test: bool) -> None:
        """Forget what one module does. Raises ``LookupError`` or ``ValueError`` if it does not."""
        for counts, names in self._counted(entry):
            for name in names:
                _count_down(counts, name)
        for paired, place, name in self._paired(entry):
            _count_down(paired[place], name)
            if not paired[place]:
                del paired[place]
        for known, key in self._files(entry, in_test=in_test):
            _take(known, key, path)
        for name in entry.functions:
            if not self.functions.get(name, True):
                del self.functions[name]
        for facts in entry.classes:
            _take(self.classes, facts.name, facts)
            for base in facts.bases:
                _take(self.subclasses, base, Subclass(path, facts))

    def _counted(self, entry: Entry) -> Iterator[tuple[Counts, Iterable[str]]]:
        for kind in (*_SETS, "setters"):
            yield getattr(self, kind), getattr(entry, kind)

    def _paired(self, entry: Entry) -> Iterator[tuple[dict[str, Counts], str, str]]:
        """Yield where names are counted under a key, the keys and names that an entry has there."""
        yield from ((self.handed, place, name) for place, name in entry.handed)
        yield from ((self.renamed, original, name) for name, original in entry.renamed)

    def _files(self, entry: Entry, *, in_test: bool) -> Iterator[tuple[dict[str, list[str]], str]]:
        """Yield where files are listed under a name, and the names that an entry has there."""
        for name in entry.assigned:
            yield (self.writing_tests if in_test else self.writers), name
        if not in_test:
            for name, shape in entry.functions.items():
                yield self.functions.setdefault(name, {}), shape

    def given_away(self) -> frozenset[str]:
        """Return the names of what is given to functions that change what they are given."""
        places = {*self.setters}
        waiting = [*places]
        while waiting:
            function, _, key = waiting.pop().rpartition(":")
            others = {f"{name}:{key}" for name in self.renamed.get(function, ())} - places
            places |= others
            waiting += others
        return frozenset().union(*(self.handed[place] for place in places & self.handed.keys()))


def _put(items: list[T], item: T, place_of: Callable[[T], int] | None) -> None:
    if place_of is None:
        items.append(item)
    else:
        insort(items, item, key=place_of)


def _take(known: dict[str, list[T]], key: str, item: T) -> None:
    known[key].remove(item)
    if not known[key]:
        del known[key]


def _count_down(counts: Counts, name: str) -> None:
    if counts[name] == 1:
        del counts[name]
    else:
        counts[name] -= 1


_KEPT = Decoder(tuple[Facts, dict[str, msgspec.Raw], dict[str, msgspec.Raw]])
_SUBCLASSES = Decoder(list[Subclass])
_CLASSES = Decoder(list[ClassFacts])


def encoded(facts: Facts) -> bytes:
    """Return facts as bytes."""
    rest = replace(facts, subclasses={}, classes={})
    return msgspec.msgpack.encode((rest, facts.subclasses, facts.classes))


def decoded(data: bytes) -> Facts:
    """Return facts that were encoded. Raises ``msgspec.DecodeError`` for others."""
    rest, subclasses, classes = _KEPT.decode(data)
    return replace(
        rest, subclasses=_Unread(subclasses, _SUBCLASSES), classes=_Unread(classes, _CLASSES)
    )


def fact(kind: str, name: str) -> str:
    """Return what traces call what is known of a name, by a field of the facts."""
    return f"{kind} {name}"


def unlike(old: Facts, new: Facts, among: Facts | None = None) -> Iterator[str]:
    """Yield the facts, as ``fact`` names them, that differ.

    ``among`` holds all names of which there may be others. Members of classes and namesakes of
    functions are told of by ``Project.changed_between``.
    """
    wanted = (old, new) if among is None else (among,)

    def names_in(kind: str) -> set[str]:
        return {name for facts in wanted for name in getattr(facts, kind)}

    for kind in _SETS:
        before, after = getattr(old, kind), getattr(new, kind)
        for name in names_in(kind):
            if (name in before) != (name in after):
                # Who asks for an attribute asks for it in all modules.
                yield fact(kind, name.rpartition(".")[2] if kind == "written" else name)
    for name in old.given_away() ^ new.given_away():
        yield fact("given_away", name)
    for kind in _FILES:
        before, after = getattr(old, kind), getattr(new, kind)
        for name in names_in(kind):
            if before.get(name) != after.get(name):
                yield fact(kind, name)
    for name in names_in("classes"):
        if sorted(_bases(old, name)) != sorted(_bases(new, name)):
            yield fact("classes", name)
    changed = {name: _below(old, name) ^ _below(new, name) for name in names_in("subclasses")}
    every = {name for name, below in changed.items() if below}
    # What nothing derives from brings no members but its own, which traces know by name.
    lineages = {
        name
        for name, below in changed.items()
        if any(cls in old.subclasses or cls in new.subclasses for _, cls, _ in below)
    }
    joined = {n for n, below in changed.items() if any(len(bases) > 1 for *_, bases in below)}
    for kind, names in (("subclasses", every), ("lineages", lineages), ("joined", joined)):
        # Whoever asks what derives from a class asks for all that does so, however far.
        queue = [*names]
        while queue:
            name = queue.pop()
            yield fact(kind, name)
            for bases in (*_bases(old, name), *_bases(new, name)):
                queue += {*bases} - names
                names.update(bases)


def _bases(facts: Facts, name: str) -> list[list[str]]:
    return [cls.bases for cls in facts.classes.get(name, ())]


def _below(facts: Facts, name: str) -> set[tuple[str, str, tuple[str, ...]]]:
    found = facts.subclasses.get(name, ())
    return {(path, cls.name, tuple(cls.bases)) for path, cls in found}
