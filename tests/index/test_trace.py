"""A trace tells what answers hang on, whoever asked first."""

from asyncpattern_lint.index.trace import (
    EVERYTHING,
    UNSETTLED,
    Answers,
    Numbers,
    Plain,
    Trace,
    body_of,
    hanging,
    packed,
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


def test_what_was_answered_by_an_assumption_hangs_on_all_that_decides_it() -> None:
    trace = Trace(["a", "b", "c"])
    answers: Answers[str, int] = Answers(trace)
    around = trace.open()
    for name in "xyz":
        trace.read({"x": "a", "y": "b", "z": "c"}[name])
        assert answers.get(name) is None
        if name != "z":
            answers.assume(name, 0)
    assert (answers.get("x"), answers.get("y")) == (0, 0)
    for name in "zyx":
        answers[name] = 1
    trace.close(around)
    assert answers.numbers("x") == answers.numbers("z") == numbers(trace, "b", "c")
    assert answers.numbers("y") == numbers(trace, "b", "c")


def test_what_hangs_on_an_assumption_that_nobody_decides_hangs_on_everything() -> None:
    trace = Trace(["a"])
    answers: Answers[str, int] = Answers(trace)
    assert answers.get("x") is None
    answers.assume("x", 0)
    part = trace.open()
    trace.read("a")
    assert answers.get("x") == 0
    assert trace.nodes[trace.close_part(part)] == (EVERYTHING, *numbers(trace, "a"))


def test_long_traces_share_nodes() -> None:
    paths = [f"m{number}" for number in range(60)]
    trace = Trace(paths)
    inner = trace.open()
    for path in paths[:30]:
        trace.read(path)
    node = trace.close(inner)
    assert len(node) == 1
    outer = trace.open()
    trace.current.update(node)
    for path in paths[30:59]:
        trace.read(path)
    part = trace.close_part(outer)
    other = trace.open()
    trace.read("m59")
    apart = trace.close_part(other)
    for path in paths:
        found = hanging(trace.nodes, numbers(trace, path))
        assert (part in found, apart in found) == (path != "m59", path == "m59")
    made, renumbered = packed(trace.nodes, [part])
    nodes = [*made]
    assert len(nodes) == 3
    assert renumbered[part] in hanging(nodes, numbers(trace, "m0"))


def test_nodes_of_another_process_become_own_ones() -> None:
    here, there = Trace(["a", "b"]), Trace(["a", "b"])
    for trace in (here, there):
        part = trace.open()
        trace.read("a")
        trace.close_part(part)
        trace.shared = len(trace.nodes)
    here.ask_for("own")
    parts = []
    for number in range(3):
        part = there.open()
        for name in range(20 + number):
            there.ask_for(f"name{name}")
        parts.append(there.close_part(part))
    made, renumbered = packed(there.nodes, parts, there.shared)
    nodes = [*made]
    own = here.translated(nodes, list(there.members))
    last = own[renumbered[parts[2]] - here.shared]
    assert last in hanging(here.nodes, {here.members["name21"]})
    assert own[renumbered[parts[1]] - here.shared] not in hanging(
        here.nodes, {here.members["name21"]}
    )


def test_what_was_not_settled_is_not_relied_on() -> None:
    trace = Trace(["a"])
    answers: Answers[str, int] = Answers(trace)
    assert answers.get("x") is None
    trace.current.add(UNSETTLED)
    answers["x"] = 1
    assert answers.numbers("x") == (EVERYTHING,)


def test_without_a_trace_tables_are_plain() -> None:
    answers: Answers[str, int] | Plain[str, int] = table(None)
    answers.assume("x", 0)
    assert answers.get("x") == 0
    answers["x"] = 1
    assert answers.get("x") == 1
    assert answers.get("y") is None


def test_parts_facts_and_bodies_do_not_meet() -> None:
    trace = Trace(["a", "b"], ["x"])
    parts = {trace.part(path, f"name{n}") for path in "ab" for n in range(50)}
    bodies = {body_of(part) for part in parts}
    facts = {trace.fact(f"written name{n}") for n in range(50)}
    other = {*trace.paths.values(), *trace.members.values(), EVERYTHING, UNSETTLED}
    assert not parts & bodies
    assert not (parts | bodies) & (facts | other)
    assert not facts & other
    assert trace.part("a", "f") in {*trace.all_of("a")}
    assert trace.part("a", "f") not in {*trace.all_of("b")}
    assert trace.paths["a"] in trace.all_of("a")


def test_numbers_of_parts_fit_in_32_bits_however_many_files() -> None:
    trace = Trace(str(number) for number in range(200_000))
    last = trace.part("199999", "f")
    assert trace.part("199998", "f") < last < body_of(last) < 1 << 31


def test_bodies_that_nodes_hold_are_known() -> None:
    trace = Trace(["a", "b"])
    part = trace.open()
    trace.current.add(body_of(trace.part("a", "f")))
    trace.close_part(part)
    assert trace.bodies == {body_of(trace.part("a", "f"))}
