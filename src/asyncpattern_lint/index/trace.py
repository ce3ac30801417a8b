"""On which modules an answer hangs, although most of it was found out for someone else.

What is read, and every answer that was kept, adds to the trace of the question at hand; when it
is answered, its trace goes to whoever asked. A trace holds a number for each module, for each part
of one that was asked for, for each name of a member that was asked for in subclasses, and for each
fact about the whole project. What many traces share is a node, which has a number below zero in
them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar
from zlib import crc32

Key = TypeVar("Key")
Answer = TypeVar("Answer")

#: Numbers in the order of their size.
Numbers = tuple[int, ...]

#: An answer and its trace, which may still grow.
Held = list[Any]

#: The number of what hangs on more than its trace tells.
EVERYTHING = 0

#: The number of what hangs on a question that is not settled yet.
UNSETTLED = 1

_FIRST = 2

#: From here on numbers stand for parts of modules, at most so many for each; parts may share theirs.
_PARTS = 1 << 30
_PARTS_OF_EACH = 1 << 13

#: From so many before those on they stand for facts, which may share theirs, too.
_FACTS = 1 << 22

#: From here on they stand for what functions do. All that nodes hold has 32 bits.
_BODIES = _PARTS + (1 << 29)

#: From here on numbers stand for questions that were answered by an assumption meanwhile.
_ASSUMED = 1 << 40

#: So many traces are remembered to be shared by the answers that have them.
_MOST_SAME = 50_000

#: Longer traces become nodes.
_LONG = 16


class Trace:
    """The traces of the questions at hand.

    ``members`` are names that have a number already, ``nodes`` those of an earlier run. A node
    holds numbers of nodes before it only. Those from ``shared`` on other processes do not know.
    ``bodies`` are the numbers of what functions do that nodes hold.
    """

    def __init__(
        self,
        paths: Iterable[str],
        members: Iterable[str] = (),
        nodes: Iterable[Sequence[int]] = (),
    ) -> None:
        self.paths = {path: number for number, path in enumerate(paths, _FIRST)}
        self.members: dict[str, int] = {}
        self.current: set[int] = set()
        self.nodes: list[Numbers] = [tuple(node) for node in nodes]
        self.bodies: set[int] = set()
        self.shared = 0
        self._outer: list[tuple[object, set[int]]] = []
        self._same: dict[Numbers, Numbers] = {}
        self._numbers = {node: number for number, node in enumerate(self.nodes)}
        self._numbers_here: dict[int, int] = {}
        self._parts_of_each = min(_PARTS_OF_EACH, (_BODIES - _PARTS) // max(1, len(self.paths)))
        self._assumptions = 0
        self._assuming: dict[int, list[Held]] = {}
        first = _FIRST + len(self.paths)
        self.members.update((name, number) for number, name in enumerate(members, first))

    def read(self, path: str) -> None:
        """Note that a module was read; those that have no number do not matter."""
        number = self.paths.get(path)
        if number is not None:
            self.current.add(number)

    def part(self, path: str, part: str) -> int:
        """Return the number of a part of a module that has one."""
        digest = crc32(part.encode("utf-8", "surrogatepass"))
        return self._first_part(path) + digest % self._parts_of_each

    def all_of(self, path: str) -> Iterable[int]:
        """Return all numbers of a module and its parts, but for what its functions do."""
        first = self._first_part(path)
        return (self.paths[path], *range(first, first + self._parts_of_each))

    def _first_part(self, path: str) -> int:
        return _PARTS + (self.paths[path] - _FIRST) * self._parts_of_each

    def read_part(self, path: str, part: str) -> None:
        """Note that a part of a module was asked for."""
        self.current.add(self.part(path, part))

    def fact(self, name: str) -> int:
        """Return the number of a fact about the whole project."""
        return _PARTS - _FACTS + crc32(name.encode("utf-8", "surrogatepass")) % _FACTS

    def ask_for_fact(self, name: str) -> None:
        """Note that a fact about the whole project was asked for."""
        self.current.add(self.fact(name))

    def ask_for(self, member: str) -> None:
        """Note that a member of this name was asked for in subclasses."""
        self.current.add(self._member(member))

    def doubt(self) -> None:
        """Note that the answer hangs on more than can be told."""
        self.current.add(EVERYTHING)

    def _member(self, name: str) -> int:
        known = self.members.get(name)
        if known is None:
            known = self.members[name] = _FIRST + len(self.paths) + len(self.members)
        return known

    def node(self, numbers: Numbers) -> int:
        """Return the number of the node that holds these numbers."""
        known = self._numbers.get(numbers)
        if known is None:
            known = self._numbers[numbers] = len(self.nodes)
            self.nodes.append(numbers)
            if numbers and numbers[-1] >= _BODIES:
                self.bodies.update(n for n in numbers if n >= _BODIES)
        return known

    def translated(self, nodes: Sequence[Numbers], members: Sequence[str]) -> list[int]:
        """Return the numbers here of nodes that another process has from ``shared`` on.

        That process numbered members in this order.
        """
        first = _FIRST + len(self.paths)
        own: list[int] = []
        for node in nodes:
            numbers = set[int]()
            for n in node:
                if n < -self.shared:
                    numbers.add(-1 - own[-1 - n - self.shared])
                elif first <= n < _PARTS - _FACTS:
                    numbers.add(self._member(members[n - first]))
                else:
                    numbers.add(self._numbers_here.setdefault(n, n))
            own.append(self.node(tuple(sorted(numbers))))
        return own

    def open(self, question: object = None) -> int:
        """Begin with a question; what is returned closes it."""
        self._outer.append((question, self.current))
        self.current = set()
        return len(self._outer) - 1

    def close(self, depth: int, own: str | None = None) -> Numbers:
        """Return the trace of a question, once it and all that was begun after it is answered.

        What was asked of the module ``own`` is left out.
        """
        inner = self.current
        while len(self._outer) > depth + 1:
            inner |= self._outer.pop()[1]
        if own is not None:
            inner = self._without(inner, own)
        numbers = self._kept(inner)
        if len(self._outer) > depth:
            self.current = self._outer.pop()[1]
            self.current.update(numbers)
        return numbers

    def _without(self, numbers: set[int], path: str) -> set[int]:
        """Return the numbers that do not stand for something in a module."""
        number = self.paths.get(path)
        if number is None:
            return numbers
        first = self._first_part(path)
        past, body = first + self._parts_of_each, body_of(first)
        past_body = body_of(past)
        return {
            n
            for n in numbers
            if n != number and not first <= n < past and not body <= n < past_body
        }

    def close_part(self, depth: int, path: str | None = None) -> int:
        """Return the number of a node with the trace of what is open no more and depends on none.

        It is that of a part of the check of a file. Where the part is done again whenever that
        file changes, which is ``path`` then, what was asked of it does not matter.
        """
        numbers = self.close(depth, path)
        if UNSETTLED in numbers or (numbers and numbers[-1] >= _ASSUMED):
            numbers = (*(n for n in numbers if n < 0), EVERYTHING, *filter(_is_plain, numbers))
        return self.node(numbers)

    def settle(self, depth: int) -> None:
        """Note that nothing is open any more of what a question and those after it asked."""
        self.current.discard(UNSETTLED)
        for _, numbers in self._outer[depth + 1 :]:
            numbers.discard(UNSETTLED)

    def close_question(self, question: object) -> Numbers:
        """Close the youngest question of this name; where there is none, it is the one at hand."""
        for depth in range(len(self._outer) - 1, -1, -1):
            if self._outer[depth][0] == question:
                return self.close(depth)
        return self._kept(self.current)

    def assume(self) -> int:
        """Return the number of a question that is answered by an assumption for now."""
        self._assumptions += 1
        return _ASSUMED + self._assumptions

    def keep(self, held: Held, numbers: Numbers) -> None:
        """Put a trace beside its answer; it grows by those of what was assumed for it."""
        held[1] = numbers
        if numbers and numbers[-1] >= _ASSUMED:
            for number in numbers:
                if number >= _ASSUMED:
                    self._assuming.setdefault(number, []).append(held)

    def decide(self, assumed: int, numbers: Numbers) -> Numbers:
        """Return the trace of a question for which something was assumed meanwhile.

        All that was answered by that hangs on what the question hangs on.
        """
        if assumed not in numbers:
            return numbers
        self.current.discard(assumed)
        numbers = tuple(number for number in numbers if number != assumed)
        for held in self._assuming.pop(assumed, ()):
            self.keep(held, self._kept({*held[1], *numbers} - {assumed}))
        return numbers

    def _kept(self, numbers: set[int]) -> Numbers:
        key = tuple(sorted(numbers))
        if len(key) > _LONG:
            if key[-1] < _ASSUMED and numbers.isdisjoint((EVERYTHING, UNSETTLED)):
                key = (-1 - self.node(key),)
            else:
                # What will not stay in the trace is no part of a node.
                node = self.node(tuple(n for n in key if n < 0 or _is_plain(n)))
                key = (-1 - node, *(n for n in key if n >= 0 and not _is_plain(n)))
        if len(self._same) > _MOST_SAME:
            self._same.clear()
        return self._same.setdefault(key, key)


def body_of(part: int) -> int:
    """Return the number of what a part of a module does."""
    return part + _BODIES - _PARTS


def _is_plain(number: int) -> bool:
    """Tell whether a number stands for a module, a part of one, or a member."""
    return _FIRST <= number < _ASSUMED


class Packed:
    """Nodes with other numbers, made one by one: all of them take much room."""

    def __init__(
        self, nodes: Sequence[Sequence[int]], numbers: Mapping[int, int], first: int
    ) -> None:
        self._nodes = nodes
        self._numbers = numbers
        self._first = -first

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[Numbers]:
        numbers, first = self._numbers, self._first
        for number in numbers:
            yield tuple([-1 - numbers[-1 - n] if n < first else n for n in self._nodes[number]])


def packed(
    nodes: Sequence[Sequence[int]], wanted: Iterable[int], first: int = 0
) -> tuple[Packed, dict[int, int]]:
    """Return the nodes from ``first`` on that some of them need, and their numbers among these."""
    found: set[int] = set()
    queue = [number for number in wanted if number >= first]
    while queue:
        number = queue.pop()
        if number not in found:
            found.add(number)
            queue += [-1 - n for n in nodes[number] if n < -first]
    numbers = {number: new for new, number in enumerate(sorted(found), first)}
    return Packed(nodes, numbers, first), numbers


def hanging(nodes: Iterable[Sequence[int]], on: Iterable[int]) -> frozenset[int]:
    """Return the numbers of the nodes that hang on some of these."""
    seen = set(on)
    found: set[int] = set()
    for number, node in enumerate(nodes):
        if not seen.isdisjoint(node):
            found.add(number)
            seen.add(-1 - number)
    return frozenset(found)


class Answers(Generic[Key, Answer]):
    """Answers by their questions; ``get`` begins with one, setting its answer ends it."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self._held: dict[Key, Held] = {}
        self._assumed: dict[Key, int] = {}

    def get(self, key: Key) -> Answer | None:
        """Return the answer to a question, None if that has to be found out now."""
        held = self._held.get(key)
        if held is None:
            self.trace.open((id(self), key))
            return None
        self.trace.current.update(held[1])
        answer: Answer = held[0]
        return answer

    def __getitem__(self, key: Key) -> Answer:
        answer: Answer = self._held[key][0]
        return answer

    def __setitem__(self, key: Key, answer: Answer) -> None:
        numbers = self.trace.close_question((id(self), key))
        if UNSETTLED in numbers:
            numbers = tuple(sorted({EVERYTHING, *numbers} - {UNSETTLED}))
        if key in self._assumed:
            numbers = self.trace.decide(self._assumed.pop(key), numbers)
        held = self._held[key] = [answer, numbers]
        self.trace.keep(held, numbers)

    def assume(self, key: Key, answer: Answer) -> None:
        """Tell whoever asks meanwhile this."""
        self._assumed[key] = self.trace.assume()
        self._held[key] = [answer, (self._assumed[key],)]

    def numbers(self, key: Key) -> Numbers:
        """Return the trace of a question that is answered. Raises ``KeyError``."""
        numbers: Numbers = self._held[key][1]
        return numbers

    def kept(self, key: Key) -> tuple[Answer, int] | None:
        """Return a settled answer for later runs, with the number of a node that has its trace."""
        held = self._held.get(key)
        if held is None:
            return None
        answer, numbers = held
        if not all(n <= EVERYTHING or _is_plain(n) for n in numbers):
            return None
        is_node = len(numbers) == 1 and numbers[0] < 0
        return answer, -1 - numbers[0] if is_node else self.trace.node(numbers)

    def remember(self, key: Key, answer: Answer, node: int) -> None:
        """Take over an answer that an earlier run kept."""
        self._held[key] = [answer, (-1 - node,)]


class Plain(dict[Key, Answer]):
    """Answers by their questions, where nobody wants to know what they hang on."""

    def assume(self, key: Key, answer: Answer) -> None:
        """Tell whoever asks meanwhile this."""
        self[key] = answer


Table = Answers[Key, Answer] | Plain[Key, Answer]


def table(trace: Trace | None) -> "Table[Key, Answer]":
    """Return an empty table of answers."""
    return Plain() if trace is None else Answers(trace)
