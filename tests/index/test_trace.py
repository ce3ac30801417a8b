"""A trace tells what answers hang on, whoever asked first."""

from asyncpattern_lint.index.trace import (
    EVERYTHING,
    UNSETTLED,
    Answers,
    Numbers,
    Plain,
    Trace,
    table,
)


def numbers(trace: Trace, *paths: str) -> Numbers:
    return tuple(sorted(trace.paths[path] for path in paths))


def test_what_is_read_inside_goes_to_the_outside() -> None:
    trace = Trace(["a", "b", "c"])
    outer = trace.open()
    trace.read("a")
    inner = trace.open()
    trace.read("b")
    trace.read("elsewhere")
    assert trace.close(inner) == numbers(trace, "b")
    trace.read("c")
    assert trace.close(outer) == numbers(trace, "a", "b", "c")


def test_what_was_not_closed_is_part_of_what_is_around_it() -> None:
    trace = Trace(["a", "b"])
    outer = trace.open()
    trace.open()
    trace.read("a")
    trace.open()
    trace.read("b")
    assert trace.close(outer) == numbers(trace, "a", "b")


def test_members_have_numbers_of_their_own_that_stay() -> None:
    trace = Trace(["a", "b"])
    for name in ("x", "y", "x"):
        trace.ask_for(name)
    again = Trace(["a", "b"], trace.members)
    again.ask_for("y")
    again.ask_for("z")
    assert again.members == {**trace.members, "z": 6}
    every = {*again.paths.values(), *again.members.values(), EVERYTHING, UNSETTLED}
    assert every == set(range(7))


def test_an_answer_hands_on_what_it_hangs_on() -> None:
    trace = Trace(["a", "b"])
    answers: Answers[str, int] = Answers(trace)
    first = trace.open()
    trace.read("a")
    assert answers.get("x") is None
    trace.read("b")
    answers["x"] = 1
    assert trace.close(first) == numbers(trace, "a", "b")
    second = trace.open()
    assert answers.get("x") == 1
    assert trace.close(second) == numbers(trace, "b")


def test_an_answer_to_itself_hangs_on_everything() -> None:
    trace = Trace(["a"])
    answers: Answers[str, int] = Answers(trace)
    assert answers.get("x") is None
    answers.assume("x", 0)
    assert answers.get("x") == 0
    answers["x"] = 1
    assert EVERYTHING in answers.traces["x"]


def test_what_was_not_settled_is_not_relied_on() -> None:
    trace = Trace(["a"])
    answers: Answers[str, int] = Answers(trace)
    assert answers.get("x") is None
    trace.current.add(UNSETTLED)
    answers["x"] = 1
    assert answers.traces["x"] == (EVERYTHING,)


def test_without_a_trace_tables_are_plain() -> None:
    answers: Answers[str, int] | Plain[str, int] = table(None)
    answers.assume("x", 0)
    assert answers.get("x") == 0
    answers["x"] = 1
    assert answers.get("x") == 1
    assert answers.get("y") is None
