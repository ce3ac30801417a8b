"""The traces of the parts of all files, as runs keep them.

They are in an edition, a file of its own that is written rarely. What is checked afterwards is kept
apart, for ``Later``: for each part of a file a node among those that came later, or, as one less
than nothing minus its number, the part that had the same node in the edition.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from asyncpattern_lint.cache.blocks import Blocks, write_blocks
from asyncpattern_lint.cache.digest import SIZE
from asyncpattern_lint.cache.place import Place
from asyncpattern_lint.index.holders import Holders
from asyncpattern_lint.index.parts import LOOKS, READING, WALK, Again, part_of_scope
from asyncpattern_lint.index.trace import EVERYTHING, Packed, hanging, packed

#: For some files, by their position, the nodes of the parts of their checks.
Nodes = Mapping[int, Mapping[int, int]]


class _Head(msgspec.Struct, array_like=True, gc=False):
    """An edition but for the holders: its name, and for each file the nodes of its parts.

    There are so many ``nodes``; ``held`` and ``ends`` are as in ``Holders``.
    """

    name: bytes
    traces: list[list[int]]
    nodes: int
    held: memoryview
    ends: memoryview


_HEAD = msgspec.msgpack.Decoder(_Head)


class Edition(NamedTuple):
    """What was kept of the traces of all files."""

    traces: list[list[int]]
    nodes: int
    holders: Holders

    def joined(self) -> "Known":
        """Return the same with what the nodes hold. Raises ``DamageError``."""
        return [dict(enumerate(parts)) for parts in self.traces], self.holders.nodes(self.nodes)


#: For each file the nodes of its parts, and all nodes.
Known = tuple[list[dict[int, int]], Sequence[Sequence[int]]]


def read_edition(place: Place, file: str, name: bytes, files: int) -> Edition | None:
    """Return the edition of this name, with traces of so many files, None if it is gone."""
    blocks = Blocks.open(place, file)
    if blocks is None:
        return None
    try:
        head = _HEAD.decode(blocks.head)
        holders = Holders.decoded(head.held, head.ends, blocks.body, blocks.length)
    except (msgspec.DecodeError, RecursionError, ValueError):
        return None
    if head.name != name or len(head.traces) != files:
        return None
    return Edition(head.traces, head.nodes, holders)


def write_edition(place: Place, file: str, known: Known) -> bytes | None:
    """Write an edition, and return its name, None if it cannot be written.

    Of a file of which not all parts have a node, nobody knows what they hang on.
    """
    parts, nodes = known
    doubt = {READING: len(nodes)}
    whole = {n: found if _is_whole(found) else doubt for n, found in enumerate(parts)}
    kept, needed = packed_with(whole, [*nodes, (EVERYTHING,)])
    traces = [[node for _, node in sorted(kept[n].items())] for n in range(len(parts))]
    held, ends, holders = Holders.of(needed).encoded()
    name = os.urandom(SIZE)
    head = msgspec.msgpack.encode(_Head(name, traces, len(needed), held, ends))
    return name if write_blocks(place, file, head, holders) else None


def _is_whole(parts: Mapping[int, int]) -> bool:
    return sorted(parts) == [*range(len(parts))] and min(parts.values(), default=0) >= 0


def unknown(files: int) -> Known:
    """Return traces of so many files of which nothing is kept: nobody knows what they hang on."""
    return [{READING: 0} for _ in range(files)], [(EVERYTHING,)]


def joined(known: Known, later: Nodes, nodes: Sequence[Sequence[int]]) -> Known:
    """Return what is known of traces with what was found out later; a lost part has a node below 0."""
    traces, before = known
    first = len(before)
    every = [*before, *(tuple(n if n >= 0 else n - first for n in node) for node in nodes)]
    for position, parts in later.items():
        old = traces[position]
        moved = {
            part: first + node if node >= 0 else old.get(-1 - node, -1)
            for part, node in parts.items()
        }
        traces[position] = overlaid(old, moved)
    return traces, every


def overlaid(before: Mapping[int, int], parts: Mapping[int, int]) -> dict[int, int]:
    """Return the nodes of a file's parts, after some of them or all were checked again."""
    return dict(parts) if READING in parts else {**before, **parts}


def packed_with(
    traces: Nodes, nodes: Sequence[Sequence[int]]
) -> tuple[dict[int, dict[int, int]], Packed]:
    """Return traces with no more nodes than they need."""
    wanted = {node for parts in traces.values() for node in parts.values() if node >= 0}
    kept, numbers = packed(nodes, wanted)
    return {
        position: {part: numbers.get(node, node) for part, node in parts.items()}
        for position, parts in traces.items()
    }, kept


class Later(NamedTuple):
    """The nodes of what was checked after an edition was written, and what these hold."""

    traces: Nodes
    nodes: Sequence[Sequence[int]]


class Standing(NamedTuple):
    """What stands of a file that has changed: the nodes of parts, as they are kept for later."""

    again: Again
    nodes: dict[int, int]


class Hit:
    """The parts of files that hang on some numbers. Making one raises ``DamageError``."""

    def __init__(self, edition: Edition, later: Later, numbers: Iterable[int]) -> None:
        on = frozenset(numbers)
        self._early = edition.holders.hanging(on)
        self._late = hanging(later.nodes, on)
        self._later = later.traces
        self._traces = edition.traces

    def holds(self, node: int) -> bool:
        """Tell whether a node that came later hangs on them."""
        return node in self._late

    def parts(self, position: int) -> frozenset[int]:
        """Return those of a file."""
        nodes = self._traces[position]
        later = self._later.get(position, {})
        parts = {part for part, node in later.items() if self._is_hit(position, node)}
        if READING not in later and not self._early.isdisjoint(nodes):
            stands = (part for part, node in enumerate(nodes) if node in self._early)
            parts.update(part for part in stands if part not in later)
        return frozenset(parts)

    def standing(
        self, position: int, alike: Mapping[int, int], scopes: int, candidates: Sequence[int]
    ) -> Standing:
        """Return what stands of a file that has so many scopes now.

        ``alike`` are those that read as they did, with the numbers that they had, as
        ``candidates`` have them.
        """
        later = self._later.get(position, {})
        again = {READING, *LOOKS, WALK, *map(part_of_scope, range(scopes))}
        nodes: dict[int, int] = {}
        for number, before in alike.items():
            part = part_of_scope(before)
            node = later.get(part, None if READING in later else -1 - part)
            if node is not None and not self._is_hit(position, node):
                nodes[part_of_scope(number)] = node
                again.remove(part_of_scope(number))
        kept = tuple(
            number
            for number, before in alike.items()
            if part_of_scope(number) in nodes and before in candidates
        )
        return Standing(Again(frozenset(again), kept), nodes)

    def _is_hit(self, position: int, node: int) -> bool:
        """Tell whether what is kept for later hangs on the numbers; what is damaged does."""
        if node >= 0:
            return node in self._late
        nodes = self._traces[position]
        return -1 - node >= len(nodes) or nodes[-1 - node] in self._early
