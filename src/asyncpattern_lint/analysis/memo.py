"""Evaluate each question once, whatever the cycles among the questions."""

from collections.abc import Callable, Hashable, Iterable
from typing import Any

from asyncpattern_lint.analysis.values import OVERFLOW, Values, union
from asyncpattern_lint.index.trace import UNSETTLED, Held, Trace

#: Deeper chains of questions are given up: real code needs a fraction of this.
DEPTH_LIMIT = 120

#: Rounds until a cycle of questions must have settled.
_MAX_ROUNDS = 4

#: So many answers take about 125 MB; those of them that matter come back within seconds.
_MOST_ANSWERS = 250_000

_NEVER = 1 << 30


class Memo:
    """Answers questions from a table and settles cycles by a least fixed point.

    A question inside itself gets what is known of its answer so far, at first nothing, and the
    outermost question of the cycle is asked again until its answer stays. Answers that hang on
    an unsettled question are used within the round and kept once it has settled, so that each
    question of a cycle is answered once a round.

    Where there is a ``trace``, the answer to a question adds to it what the answer hangs on.
    """

    def __init__(self, trace: Trace | None = None) -> None:
        self._trace = trace
        # Values; where there is a trace, they are held with theirs.
        self._answers: dict[Hashable, Any] = {}
        self._active: dict[Hashable, int] = {}
        self._assumed: dict[Hashable, Values] = {}
        self._provisional: dict[Hashable, tuple[Values, int]] = {}
        self._traces: dict[Hashable, Held] = {}
        self._order: list[Hashable] = []
        self._kept: list[Hashable] = []
        self._lowest = _NEVER
        self._grew = False
        self._given_up = 0

    @property
    def is_busy(self) -> bool:
        """Whether a question is being answered, so that answers may still change."""
        return bool(self._active)

    def known(self, question: Hashable) -> Values | None:
        """Return the settled answer to a question, None if there is none."""
        known = self._answers.get(question)
        if known is not None and self._trace is not None:
            known, numbers = known
            self._trace.current.update(numbers)
        values: Values | None = known
        return values

    def make_room(self) -> None:
        """Drop all answers where there are too many of them; no question may be open."""
        if len(self._answers) > _MOST_ANSWERS:
            self._answers.clear()

    def forget(self, questions: Iterable[Hashable]) -> None:
        """Drop the answers to questions that nobody asks again."""
        for question in questions:
            self._answers.pop(question, None)

    def once(self, question: Hashable, answer: Callable[[], Values]) -> Values:
        """Return the answer to a question, computing it as rarely as its cycles allow."""
        known = self._answers.get(question)
        trace = self._trace
        if known is not None:
            if trace is not None:
                known, numbers = known
                trace.current.update(numbers)
            values: Values = known
            return values
        active = self._active.get(question)
        if active is not None:
            self._lowest = min(self._lowest, active)
            if trace is not None:
                trace.current.add(UNSETTLED)
            return self._assumed.get(question, ())
        provisional = self._provisional.get(question)
        if provisional is not None:
            self._lowest = min(self._lowest, provisional[1])
            if trace is not None:
                trace.current.update(self._traces[question][1])
                trace.current.add(UNSETTLED)
            return provisional[0]
        if len(self._active) >= DEPTH_LIMIT:
            self._given_up += 1
            return OVERFLOW
        if trace is None:
            return self._settle(question, answer)
        depth = trace.open()
        values = self._settle(question, answer)
        is_settled = question in self._answers
        if is_settled:
            # What was not settled meanwhile was a part of it, and hangs on all that it does.
            trace.settle(depth)
        numbers = trace.close(depth)
        if is_settled:
            for inner in (question, *self._kept):
                trace.keep(self._answers[inner], numbers)
        else:
            held = self._traces[question] = [values, ()]
            trace.keep(held, numbers)
        return values

    def kept(self, question: Hashable, answer: Callable[[], Values]) -> Values:
        """Return the answer to a question that is never part of itself.

        It is kept where it hangs on no question that is open, and costs no depth.
        """
        known = self.known(question)
        if known is not None:
            return known
        trace = self._trace
        depth = 0 if trace is None else trace.open()
        outer, self._lowest = self._lowest, _NEVER
        given_up = self._given_up
        values = answer()
        numbers = () if trace is None else trace.close(depth)
        if self._lowest == _NEVER and self._given_up == given_up:
            self._put(question, values)
            if trace is not None:
                trace.keep(self._answers[question], numbers)
        self._lowest = min(self._lowest, outer)
        return values

    def _settle(self, question: Hashable, answer: Callable[[], Values]) -> Values:
        position = len(self._active)
        mark = len(self._order)
        grew, self._grew = self._grew, False
        for _ in range(_MAX_ROUNDS):
            values, lowest = self._ask(question, position, answer)
            if lowest > position and not self._grew:
                # It hangs on no question that is open: nearly all are so.
                break
            assumed = self._assumed.get(question, ())
            stays = set(values) <= set(assumed)
            if lowest < position:
                # An outer question of the cycle will settle this one too.
                self._lowest = min(self._lowest, lowest)
                if not stays:
                    self._assumed[question] = union((assumed, values))
                    self._grew = True
                self._grew = self._grew or grew
                for inner in self._order[mark:]:
                    self._provisional[inner] = (self._provisional[inner][0], lowest)
                self._provisional[question] = (values, lowest)
                self._order.append(question)
                return values
            if (lowest > position or stays) and not self._grew:
                break
            self._assumed[question] = union((assumed, values))
            self._grew = False
            self._drop(mark)
        else:
            values = OVERFLOW
        self._keep(mark)
        self._grew = grew
        self._assumed.pop(question, None)
        self._put(question, values)
        return values

    def _put(self, question: Hashable, values: Values) -> None:
        self._answers[question] = values if self._trace is None else [values, ()]

    def _ask(
        self, question: Hashable, position: int, answer: Callable[[], Values]
    ) -> tuple[Values, int]:
        """Return an answer and the position of the outermost question that it hangs on."""
        outer, self._lowest = self._lowest, _NEVER
        self._active[question] = position
        try:
            values = answer()
        finally:
            del self._active[question]
            lowest, self._lowest = self._lowest, outer
        return values, lowest

    def _keep(self, mark: int) -> None:
        self._kept = self._order[mark:]
        for inner in self._kept:
            self._put(inner, self._provisional.pop(inner)[0])
            self._traces.pop(inner, None)
            self._assumed.pop(inner, None)
        del self._order[mark:]

    def _drop(self, mark: int) -> None:
        for inner in self._order[mark:]:
            del self._provisional[inner]
            self._traces.pop(inner, None)
        del self._order[mark:]
