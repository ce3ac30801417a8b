"""Which parts of a module that others may ask for have changed with its text."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import NamedTuple

from asyncpattern_lint.index.interface import (
    FACTS,
    OWN,
    Sight,
    names_in,
    names_that_lead_out,
)
from asyncpattern_lint.index.model import Bindings, Failure, ModuleIndex
from asyncpattern_lint.index.project import Outline
from asyncpattern_lint.index.watched import (
    BODIES,
    IMPORTS,
    NAMES,
    SCOPES,
    part_names,
    part_of_name,
)

#: What others see of a module but for what it does with what is theirs.
_SEEN = OWN | FACTS

#: Fields that no other module reads, or that say where in its line something stands.
_UNSEEN = frozenset({"column", "end_column", "entered", "noted", "spared"})

#: Those fields of a module that are parts, and those of which some names are.
_IN_PARTS = frozenset({"aliases", "constants", "imports", "scopes", "stars"})


class Difference(NamedTuple):
    """What others may see of a change.

    ``parts`` are those of the module that have changed or are gone, ``bodies`` those that do
    something else, ``added`` the global names that it has come to have. ``rest`` tells that more
    has changed, on which all hangs that asked the module for anything.
    """

    rest: bool
    parts: frozenset[str] = frozenset()
    bodies: frozenset[str] = frozenset()
    added: frozenset[str] = frozenset()

    @property
    def is_seen(self) -> bool:
        """Whether others see more of it than what functions do."""
        return bool(self.rest or self.parts or self.added)


def difference(before: Outline, after: Outline) -> Difference:
    """Return what others may see of the change from one outline to the other."""
    if isinstance(before, Failure) or isinstance(after, Failure):
        return Difference(type(before) is not type(after), bodies=_every_body(before))
    try:
        return _difference(before, after)
    except RecursionError:
        return Difference(True, bodies=_every_body(before))


def _difference(before: ModuleIndex, after: ModuleIndex) -> Difference:
    old_names, new_names = (set(module.scopes[0].bindings) for module in (before, after))
    common = frozenset(old_names & new_names)
    old, new = _View(before, common), _View(after, common)
    names = _unlike(old.names(), new.names(), NAMES)
    scopes = _unlike(old.parts(), new.parts(), SCOPES)
    imports = {IMPORTS} if old.imports() != new.imports() else set[str]()
    return Difference(
        old.rest() != new.rest() or old.may_mean(new) or new.may_mean(old),
        frozenset(names | scopes | imports),
        frozenset(_unlike(old.bodies(), new.bodies(), BODIES)),
        frozenset(new_names - old_names),
    )


def scopes_that_stand(before: Outline, after: Outline, change: Difference) -> dict[int, int]:
    """Return the scopes of which nothing has changed, with the numbers that they had before.

    That is nothing of the part that they belong to, seen by others or not. Whether a scope is a
    candidate must not hang on more of its module than that and what a trace tells.
    """
    if change.rest or isinstance(before, Failure) or isinstance(after, Failure):
        return {}
    numbers = {found: number for number, found in enumerate(_ids(before))}
    return {
        number: numbers[found]
        for number, found in enumerate(_ids(after))
        if found in numbers and found[0] not in change.bodies
    }


def _ids(module: ModuleIndex) -> list[tuple[str, int]]:
    """Return for each scope the name of its part, and its position in that."""
    seen: Counter[str] = Counter()
    found: list[tuple[str, int]] = []
    for part in part_names(module.scopes):
        found.append((part, seen[part]))
        seen[part] += 1
    return found


def _unlike(old: dict[str, object], new: dict[str, object], every: str) -> set[str]:
    """Return the parts that are not the same, and the one for all of them if there are any."""
    found = {part for part in old if part not in new or old[part] != new[part]}
    return {*found, every} if found or old.keys() != new.keys() else found


def _every_body(outline: Outline) -> frozenset[str]:
    if isinstance(outline, Failure):
        return frozenset()
    return frozenset({BODIES, *part_names(outline.scopes)})


class _Marks:
    """The lines on which names are bound, so that others can be told by what stands above."""

    def __init__(self, bindings: Iterable[tuple[str, Bindings]]) -> None:
        found = sorted(
            (binding.line, name, position)
            for name, entry in bindings
            for position, binding in enumerate(entry.every)
        )
        self._lines = [line for line, *_ in found]
        self.order = [(name, position) for _, name, position in found]

    def above(self, line: int) -> tuple[str, int] | None:
        """Return the binding that stands on a line or is the last one before it."""
        place = bisect_right(self._lines, line)
        return self.order[place - 1] if place else None


class _View:
    """What others see of the parts of a module, compared with another that has ``common`` names.

    A line is told by the global name that is bound before it, and by its order in its part; a
    scope by its part, and by its order in that.
    """

    def __init__(self, module: ModuleIndex, common: frozenset[str]) -> None:
        self.module = module
        self.common = common
        self.top = module.scopes[0]
        self._kept = names_that_lead_out(module)
        self._groups: dict[str, list[int]] = {}
        self._ids = _ids(module)
        for number, (part, _) in enumerate(self._ids):
            self._groups.setdefault(part, []).append(number)
        self._marks = _Marks((n, e) for n, e in self.top.bindings.items() if n in common)

    def names(self) -> dict[str, object]:
        """Return what the global names are bound to."""
        return {
            part_of_name(name): self._seen(partial(self._binding, name), _SEEN)
            for name in self.top.bindings
        }

    def _binding(self, name: str, sight: Sight) -> object:
        return sight.of((self.top.bindings[name], self.top.declared.get(name)))

    def parts(self) -> dict[str, object]:
        """Return the outlines of functions and classes."""

        def outline(sight: Sight, number: int) -> object:
            scope = self.module.scopes[number]
            return sight.of_scope(scope, self._kept[number])

        return {part: self._of_group(part, outline, _SEEN) for part in self._groups if part}

    def bodies(self) -> dict[str, object]:
        """Return what functions do, classes have in them, and the module does."""

        def body(sight: Sight, number: int) -> object:
            return sight.of_fields(self.module.scopes[number])

        return {part: self._of_group(part, body, _UNSEEN) for part in self._groups}

    def imports(self) -> object:
        """Return the imports."""
        return self._seen(lambda sight: sight.of(self.module.imports), _SEEN)

    def rest(self) -> object:
        """Return what is in no part."""
        module, own = self.module, self._own()
        named = [
            [(name, value) for name, value in held.items() if name.partition(".")[0] not in own]
            for held in (module.aliases, module.constants)
        ]
        declared = [(n, v) for n, v in self.top.declared.items() if n not in self.top.bindings]

        def rest(sight: Sight) -> object:
            return (
                sight.of_fields(module, but=_IN_PARTS),
                sight.of_fields(self.top, but={"declared"}),
                sight.of(declared),
                [sight.of(module.imports[star]) for star in module.stars],
            )

        return named, self._marks.order, self._seen(rest, _SEEN)

    def may_mean(self, other: "_View") -> bool:
        """Whether this module speaks of well-known things that are names in the other one only."""
        held = (*other.module.aliases, *other.module.constants)
        names = {name.partition(".")[0] for name in held} & other._own()
        return bool(names) and not names.isdisjoint(names_in(self.module))

    def _own(self) -> set[str]:
        """Return the global names that the other module does not have."""
        return {*self.top.bindings} - self.common

    def _of_group(
        self, part: str, seen: Callable[[Sight, int], object], left_out: frozenset[str]
    ) -> object:
        numbers = self._groups[part]

        def group(sight: Sight) -> object:
            return [seen(sight, number) for number in numbers]

        return self._seen(group, left_out, [*self._around(numbers[0])])

    def _around(self, number: int) -> Iterator[_Marks]:
        """Yield the lines of the classes around a part."""
        number = self.module.scopes[number].parent
        while number > 0:
            yield _Marks(self.module.scopes[number].bindings.items())
            number = self.module.scopes[number].parent

    def _seen(
        self,
        seen: Callable[[Sight], object],
        left_out: frozenset[str],
        around: Iterable[_Marks] = (),
    ) -> object:
        marks = (self._marks, *around)
        lines: set[int] = {0}

        def note(line: int) -> None:
            lines.add(line)

        seen(self._sight(left_out, note))
        ranks = {line: rank for rank, line in enumerate(sorted(lines))}

        def place(line: int) -> object:
            return ranks[line], [found.above(line) for found in marks] if line else None

        return seen(self._sight(left_out, place))

    def _sight(self, left_out: frozenset[str], place: Callable[[int], object]) -> Sight:
        sight = Sight(
            left_out, place, self._scope, lambda index: sight.of(self.module.imports[index])
        )
        return sight

    def _scope(self, number: int) -> object:
        return self._ids[number] if number >= 0 else None
