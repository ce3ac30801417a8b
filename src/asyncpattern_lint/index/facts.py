"""What the modules of a project do to objects that they do not define.

No module tells of that: whoever asks hangs on the answer, which has a name in traces.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from asyncpattern_lint.index.entry import ClassFacts, Entry

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


@dataclass(slots=True)
class Facts:
    """What the outlines known so far do; each field but the last ones maps or holds names.

    ``subclasses`` are found by the last part of the names of their bases; ``functions`` are the
    files with public functions of a name, by the shapes of these.
    """

    written: set[str] = field(default_factory=set)
    sys_modules: set[str] = field(default_factory=set)
    written_modules: set[str] = field(default_factory=set)
    writers: dict[str, list[str]] = field(default_factory=dict)
    writing_tests: dict[str, list[str]] = field(default_factory=dict)
    subclasses: dict[str, list[Subclass]] = field(default_factory=dict)
    twins: set[str] = field(default_factory=set)
    setters: set[str] = field(default_factory=set)
    handed: dict[str, set[str]] = field(default_factory=dict)
    registered: set[str] = field(default_factory=set)
    functions: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    classes: dict[str, list[ClassFacts]] = field(default_factory=dict)
    entered: set[str] = field(default_factory=set)
    requested: set[str] = field(default_factory=set)

    def add(self, path: str, entry: Entry, *, in_test: bool) -> None:
        """Take in what one module does."""
        self.written.update(entry.written)
        self.sys_modules.update(entry.sys_modules)
        self.written_modules.update(entry.written_modules)
        writers = self.writing_tests if in_test else self.writers
        for name in entry.assigned:
            writers.setdefault(name, []).append(path)
        self.twins.update(entry.twins)
        self.setters.update(entry.setters)
        for place, name in entry.handed:
            self.handed.setdefault(place, set()).add(name)
        self.registered.update(entry.registered)
        if not in_test:
            for name, shape in entry.functions.items():
                self.functions.setdefault(name, {}).setdefault(shape, []).append(path)
        self.entered.update(entry.entered)
        self.requested.update(entry.requested)
        for facts in entry.classes:
            self.classes.setdefault(facts.name, []).append(facts)
            for base in facts.bases:
                self.subclasses.setdefault(base, []).append(Subclass(path, facts))

    def given_away(self) -> frozenset[str]:
        """Return the names of what is given to functions that change what they are given."""
        found = [self.handed[place] for place in self.setters & self.handed.keys()]
        return frozenset().union(*found)


FACTS = msgspec.msgpack.Decoder(Facts)


def fact(kind: str, name: str) -> str:
    """Return what traces call what is known of a name, by a field of the facts."""
    return f"{kind} {name}"


def unlike(old: Facts, new: Facts) -> Iterator[str]:
    """Yield the facts, as ``fact`` names them, that differ.

    Members of classes and namesakes of functions are told of by ``Project.changed_between``.
    """
    for kind in _SETS:
        for name in getattr(old, kind) ^ getattr(new, kind):
            yield fact(kind, name)
    for name in old.given_away() ^ new.given_away():
        yield fact("given_away", name)
    for kind in _FILES:
        before, after = getattr(old, kind), getattr(new, kind)
        for name in before.keys() | after.keys():
            if before.get(name) != after.get(name):
                yield fact(kind, name)
    for name in old.classes.keys() | new.classes.keys():
        if _bases(old, name) != _bases(new, name):
            yield fact("classes", name)
    changed = {
        name: _below(old, name) ^ _below(new, name)
        for name in old.subclasses.keys() | new.subclasses.keys()
    }
    every = {name for name, below in changed.items() if below}
    further = old.subclasses.keys() | new.subclasses.keys()
    # What nothing derives from brings no members but its own, which traces know by name.
    lineages = {n for n, below in changed.items() if any(c in further for _, c, _ in below)}
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
