"""The nodes of traces by what they hold, so that what hangs on a change is found at once."""

import sys
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial

#: The numbers that nodes hold, where the holders of each end, and the holders; as bytes.
Encoded = tuple[memoryview, memoryview, memoryview]

#: Returns the holders from one position up to another.
Read = Callable[[int, int], Sequence[int]]


#: The bytes of a number.
_WIDTH = 4


class Holders:
    """For each number that nodes hold, in the order of their size, the numbers of these nodes.

    A node in a node is held as one less than nothing minus its number.
    """

    def __init__(self, held: Sequence[int], ends: Sequence[int], holders: Read) -> None:
        self._held = held
        self._ends = ends
        self._holders = holders

    @classmethod
    def of(cls, nodes: Iterable[Sequence[int]]) -> "Holders":
        """Return what holds what among nodes."""
        found: defaultdict[int, array[int]] = defaultdict(partial(array, "i"))
        for node, numbers in enumerate(nodes):
            for number in numbers:
                found[number].append(node)
        held, ends, holders = array("i", sorted(found)), array("i"), array("i")
        for number in held:
            holders.extend(found.pop(number))
            ends.append(len(holders))
        every = memoryview(holders)
        return cls(held, ends, lambda start, end: every[start:end])

    @classmethod
    def decoded(
        cls,
        held: memoryview,
        ends: memoryview,
        read: Callable[[int, int], memoryview],
        length: int,
    ) -> "Holders":
        """Return what was encoded. Raises ``ValueError`` for what was not.

        The holders, which take so many bytes, are read from one byte up to another when they are
        asked for.
        """
        numbers, past = _numbers(held), _numbers(ends)
        if len(numbers) != len(past) or (past[-1] if past else 0) * _WIDTH != length:
            raise ValueError("these are no holders")
        return cls(numbers, past, lambda start, end: _numbers(read(start * _WIDTH, end * _WIDTH)))

    def encoded(self) -> Encoded:
        """Return the same as bytes, which are alike on all machines."""
        every = self._holders(0, self._ends[-1] if self._ends else 0)
        return _bytes(self._held), _bytes(self._ends), _bytes(every)

    def hanging(self, on: Iterable[int]) -> frozenset[int]:
        """Return the numbers of the nodes that hang on some of these numbers."""
        found: set[int] = set()
        queue = [*on]
        while queue:
            number = queue.pop()
            at = bisect_left(self._held, number)
            if at < len(self._held) and self._held[at] == number:
                new = set(self._of(at)) - found
                found |= new
                queue += [-1 - node for node in new]
        return frozenset(found)

    def nodes(self, count: int) -> list[list[int]]:
        """Return the nodes, of which there are so many."""
        made: list[list[int]] = [[] for _ in range(count)]
        for at, number in enumerate(self._held):
            for node in self._of(at):
                made[node].append(number)
        return made

    def _of(self, at: int) -> Sequence[int]:
        return self._holders(self._ends[at - 1] if at else 0, self._ends[at])


def _numbers(data: memoryview) -> Sequence[int]:
    """Return numbers, in place where that can be done. Raises ``ValueError``."""
    if len(data) % _WIDTH:
        raise ValueError("these are no numbers")
    if sys.byteorder == "little":
        return data.cast("i")
    numbers = array("i", data.tobytes())
    numbers.byteswap()
    return numbers


def _bytes(numbers: Sequence[int]) -> memoryview:
    if sys.byteorder == "little":
        return memoryview(numbers).cast("B")  # type: ignore[arg-type]  # arrays, or views of them
    made = array("i", numbers)
    made.byteswap()
    return memoryview(made).cast("B")
