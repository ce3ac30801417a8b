"""On which modules an answer hangs, although most of it was found out for someone else.

What is read, and every answer that was kept, adds to the trace of the question at hand; when it
is answered, its trace goes to whoever asked. A trace holds a number for each module, and for each
name of a member that was asked for in subclasses.
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar

Key = TypeVar("Key")
Answer = TypeVar("Answer")

#: Numbers in the order of their size.
Numbers = tuple[int, ...]

#: The number of what hangs on more than its trace tells.
EVERYTHING = 0

#: The number of what hangs on a question that is not settled yet.
UNSETTLED = 1

_FIRST = 2


class Trace:
    """The traces of the questions at hand; ``members`` are names that have a number already."""

    def __init__(self, paths: Iterable[str], members: Iterable[str] = ()) -> None:
        self.paths = {path: number for number, path in enumerate(paths, _FIRST)}
        self.members: dict[str, int] = {}
        self.current: set[int] = set()
        self._outer: list[tuple[object, set[int]]] = []
        self._same: dict[Numbers, Numbers] = {}
        for name in members:
            self._member(name)

    def read(self, path: str) -> None:
        """Note that a module was read; those that have no number do not matter."""
        number = self.paths.get(path)
        if number is not None:
            self.current.add(number)

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

    def translated(self, numbers: Numbers, members: Sequence[str]) -> Numbers:
        """Return a trace of another process, which numbered members in this order."""
        first = _FIRST + len(self.paths)
        own = {n if n < first else self._member(members[n - first]) for n in numbers}
        return self._kept(own)

    def open(self, question: object = None) -> int:
        """Begin with a question; what is returned closes it."""
        self._outer.append((question, self.current))
        self.current = set()
        return len(self._outer) - 1

    def close(self, depth: int) -> Numbers:
        """Return the trace of a question, once it and all that was begun after it is answered."""
        inner = self.current
        while len(self._outer) > depth + 1:
            inner |= self._outer.pop()[1]
        if len(self._outer) > depth:
            self.current = self._outer.pop()[1]
            self.current |= inner
        return self._kept(inner)

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

    def _kept(self, numbers: set[int]) -> Numbers:
        key = tuple(sorted(numbers))
        return self._same.setdefault(key, key)


class Answers(dict[Key, Answer]):
    """Answers by their questions; ``get`` begins with one, setting its answer ends it."""

    def __init__(self, trace: Trace) -> None:
        super().__init__()
        self.trace = trace
        self.traces: dict[Key, Numbers] = {}

    def get(self, key: Key, default: Answer | None = None) -> Answer | None:  # type: ignore[override]
        """Return the answer to a question, None if that has to be found out now."""
        known = super().get(key)
        if known is None:
            self.trace.open((id(self), key))
            return default
        self.trace.current.update(self.traces[key])
        return known

    def __setitem__(self, key: Key, answer: Answer) -> None:
        numbers = self.trace.close_question((id(self), key))
        if UNSETTLED in numbers:
            numbers = (EVERYTHING, *(n for n in numbers if n > UNSETTLED))
        self.traces[key] = numbers
        super().__setitem__(key, answer)

    def assume(self, key: Key, answer: Answer) -> None:
        """Tell whoever asks meanwhile this."""
        self.traces[key] = (EVERYTHING,)
        super().__setitem__(key, answer)


class Plain(dict[Key, Answer]):
    """Answers by their questions, where nobody wants to know what they hang on."""

    def assume(self, key: Key, answer: Answer) -> None:
        """Tell whoever asks meanwhile this."""
        self[key] = answer


Table = Answers[Key, Answer] | Plain[Key, Answer]


def table(trace: Trace | None) -> "Table[Key, Answer]":
    """Return an empty table of answers."""
    return Plain() if trace is None else Answers(trace)
