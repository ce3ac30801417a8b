"""Evaluate each question once, whatever the cycles among the questions."""

from collections.abc import Callable, Hashable

from asyncpattern_lint.analysis.values import ANYTHING, Values

#: Deeper chains of questions are given up: real code needs a fraction of this.
DEPTH_LIMIT = 120

_NEVER = 1 << 30


class Memo:
    """Answers questions from a table; a question inside itself has no answer yet.

    In a cycle the inner question answers with no values, so that a recursive definition gets
    the values that its other paths give. Answers that hang on such a provisional one are not
    kept: the next question gets its own, and the order of questions never shows.
    """

    def __init__(self) -> None:
        self._answers: dict[Hashable, Values] = {}
        self._active: dict[Hashable, int] = {}
        self._lowest = _NEVER

    def once(self, question: Hashable, answer: Callable[[], Values]) -> Values:
        """Return the answer to a question, computing it at most once outside of cycles."""
        known = self._answers.get(question)
        if known is not None:
            return known
        active = self._active.get(question)
        if active is not None:
            self._lowest = min(self._lowest, active)
            return ()
        position = len(self._active)
        if position >= DEPTH_LIMIT:
            self._lowest = -1
            return ANYTHING
        self._active[question] = position
        outer, self._lowest = self._lowest, _NEVER
        try:
            values = answer()
        finally:
            del self._active[question]
            inner, self._lowest = self._lowest, outer
        if inner >= position:
            self._answers[question] = values
        else:
            self._lowest = min(outer, inner)
        return values
