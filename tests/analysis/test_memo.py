"""Questions about values are answered once, whatever their cycles and their order."""

import itertools
import os
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncpattern_lint.analysis import memo as memo_module
from asyncpattern_lint.analysis.memo import DEPTH_LIMIT, Memo
from asyncpattern_lint.analysis.values import ANYTHING, OVERFLOW, External, Values, union
from asyncpattern_lint.index.trace import EVERYTHING, UNSETTLED, Trace

Graph = dict[int, tuple[int, ...]]


class Questions:
    """Questions whose answers are a value of their own and the answers to other questions."""

    def __init__(self, graph: Graph, trace: Trace | None = None) -> None:
        self.graph = graph
        self.trace = trace
        self.memo = Memo(trace)
        self.asked: list[int] = []

    def ask(self, number: int) -> Values:
        def answer() -> Values:
            self.asked.append(number)
            if self.trace is not None:
                self.trace.read(str(number))
            own: Values = (External(str(number)),)
            return union([own, *(self.ask(other) for other in self.graph[number])])

        return self.memo.once(number, answer)

    def ask_through(self, number: int) -> Values:
        """Ask the same with a kept answer in between."""

        def answer() -> Values:
            own: Values = (External(str(number)),)
            return union(
                [
                    own,
                    *(
                        self.memo.kept(("kept", other), partial(self.ask_through, other))
                        for other in self.graph[number]
                    ),
                ]
            )

        return self.memo.once(number, answer)

    def reachable(self, number: int) -> set[External]:
        """Return the least fixed point: what is reached from a question."""
        seen: set[int] = set()
        stack = [number]
        while stack:
            current = stack.pop()
            if current not in seen:
                seen.add(current)
                stack.extend(self.graph[current])
        return {External(str(current)) for current in seen}


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    numbers = range(draw(st.integers(1, 9)))
    other = st.lists(st.sampled_from(numbers), max_size=1)
    return {number: tuple(draw(other)) for number in numbers}


@given(graphs(), st.data())
@settings(deadline=None, derandomize="CI" in os.environ)
def test_cycles_settle_whatever_the_order_of_questions(graph: Graph, data: st.DataObject) -> None:
    order = data.draw(st.permutations(sorted(graph)))
    questions = Questions(graph)
    for number in order:
        assert set(questions.ask(number)) == questions.reachable(number)
    for number in order:
        assert set(questions.ask(number)) == questions.reachable(number)


@given(graphs(), st.data())
@settings(deadline=None, derandomize="CI" in os.environ)
def test_an_answer_hangs_on_all_that_it_is_made_of(graph: Graph, data: st.DataObject) -> None:
    """Whoever asked first, and within whatever cycle."""
    order = data.draw(st.permutations(sorted(graph)))
    trace = Trace([str(number) for number in sorted(graph)])
    questions = Questions(graph, trace)
    for number in (*order, *order):
        depth = trace.open()
        questions.ask(number)
        found = set(trace.close(depth))
        assert {trace.paths[value.name] for value in questions.reachable(number)} <= found
        assert found.isdisjoint({UNSETTLED, EVERYTHING})


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
@pytest.mark.parametrize(
    "graph",
    [
        {0: (1,), 1: (2,), 2: (0, 3), 3: ()},
        {0: (0, 1), 1: (2, 3), 2: (1,), 3: (3,)},
        {0: (1, 2, 3), 1: (3,), 2: (3,), 3: ()},
        {0: (1,), 1: (0, 2), 2: (3,), 3: (2,)},
        dict.fromkeys(range(4), (0, 1, 2, 3)),
    ],
)
def test_shapes_of_cycles(graph: Graph, order: tuple[int, ...]) -> None:
    questions = Questions(graph)
    assert [set(questions.ask(n)) for n in order] == [questions.reachable(n) for n in order]


def test_an_answer_is_computed_once() -> None:
    questions = Questions({0: (1, 2), 1: (2,), 2: ()})
    first = questions.ask(0)
    assert questions.ask(0) == first
    assert questions.asked == [0, 1, 2]


def test_the_questions_of_a_cycle_are_answered_once_a_round() -> None:
    size = 12
    questions = Questions({n: tuple(range(size)) for n in range(size)})
    questions.ask(0)
    assert len(questions.asked) <= 3 * size


def test_a_question_that_is_its_own_answer_has_none() -> None:
    memo = Memo()
    assert memo.once("x", lambda: memo.once("x", tuple)) == ()


@pytest.mark.parametrize("values", [(), ANYTHING, (External("a"), External("b"))])
def test_answers_come_back_as_they_are(values: Values) -> None:
    memo = Memo()
    assert memo.once("x", lambda: values) == values
    assert memo.once("x", lambda: OVERFLOW) == values


def test_what_lies_deeper_than_the_limit_is_given_up() -> None:
    depth = DEPTH_LIMIT + 5
    questions = Questions({n: (n + 1,) if n < depth else () for n in range(depth + 1)})
    memo = questions.memo

    def last(number: int) -> Values:
        return memo.once(number, lambda: last(number + 1) if number < depth else ANYTHING)

    assert last(0) == OVERFLOW
    assert last(DEPTH_LIMIT) == ANYTHING


@given(graphs(), st.data())
@settings(deadline=None, derandomize="CI" in os.environ)
def test_what_is_kept_hangs_on_no_open_question(graph: Graph, data: st.DataObject) -> None:
    order = data.draw(st.permutations(sorted(graph)))
    questions = Questions(graph)
    for number in [*order, *order]:
        assert set(questions.ask_through(number)) == questions.reachable(number)


def test_what_was_given_up_on_the_way_is_not_kept() -> None:
    memo = Memo()

    def nested(number: int) -> Values:
        if number:
            return memo.once(number, lambda: nested(number - 1))
        return memo.kept("kept", lambda: memo.once("inner", lambda: ANYTHING))

    assert nested(DEPTH_LIMIT) == OVERFLOW
    assert memo.kept("kept", lambda: memo.once("inner", lambda: ANYTHING)) == ANYTHING


def test_forgotten_answers_are_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    memo = Memo()
    old, new = (External("old"),), (External("new"),)
    for question in "abc":
        memo.once(question, lambda: old)
    memo.forget(["a"])
    assert memo.known("a") is None
    assert [memo.once(question, lambda: new) for question in "ab"] == [new, old]
    memo.make_room()
    assert memo.known("c") == old
    monkeypatch.setattr(memo_module, "_MOST_ANSWERS", 2)
    memo.make_room()
    assert memo.known("c") is None


def test_what_lies_within_the_limit_is_not() -> None:
    memo = Memo()

    def last(number: int) -> Values:
        return memo.once(number, lambda: last(number + 1) if number < DEPTH_LIMIT - 1 else ANYTHING)

    assert last(0) == ANYTHING


def test_an_answer_that_never_stays_is_given_up() -> None:
    memo = Memo()

    def growing() -> Values:
        known = memo.once("x", growing)
        return (External(str(len(known))), *known)

    assert memo.once("x", growing) == OVERFLOW


def test_an_error_leaves_no_question_open() -> None:
    memo = Memo()

    def fail() -> Values:
        raise LookupError

    with pytest.raises(LookupError):
        memo.once("x", lambda: memo.once("y", fail))
    assert memo.once("y", lambda: ANYTHING) == ANYTHING
    assert memo.once("x", lambda: ANYTHING) == ANYTHING
