"""Tests are taken apart, and what their parts ask is written down."""

import ast

import pytest

from asyncpattern_lint.index.conditions import (
    Elements,
    asked,
    disturbed,
    joined,
    lasting,
    narrowed,
    outcome,
    parts_of,
    referred,
    split,
    without,
)
from asyncpattern_lint.index.handlers import opposite
from asyncpattern_lint.index.model import Ask, Attribute, Choice, Condition, Element, Name, Narrowed


def parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


@pytest.mark.parametrize(
    ("test", "name", "ask", "holds"),
    [
        ("x", "x", Ask.TRUE, True),
        ("(x := f())", "x", Ask.TRUE, True),
        ("x is None", "x", Ask.NONE, True),
        ("x != None", "x", Ask.NONE, False),
        ("isinstance(x, A)", "x", Ask.ANSWER, True),
        ("isinstance(x := f(), A)", "x", Ask.ANSWER, True),
        ("isinstance(self.x.y, (A, B))", "self.x.y", Ask.ANSWER, True),
        ("inspect.isawaitable(x)", "x", Ask.ANSWER, True),
        ("hasattr(x, 'y')", "x", Ask.ANSWER, True),
        ("getattr(x, 'y', None)", "x", Ask.ANSWER, True),
        ("type(x) is A", "x", Ask.CLASS, True),
        ("type(x) is not A", "x", Ask.CLASS, False),
        ("x.__class__ == A", "x", Ask.CLASS, True),
        ("type(x) not in (A, B)", "x", Ask.CLASS, False),
        ("ask(x)", "x", Ask.ANSWER, True),
    ],
)
def test_what_is_asked(test: str, name: str, ask: Ask, holds: bool) -> None:
    condition = asked(parsed(test), {"ask": "isawaitable"})
    assert condition is not None
    assert (condition.name, condition.ask, condition.holds) == (name, ask, holds)


@pytest.mark.parametrize(
    "test",
    [
        "self.x is None", "fits(x)", "isinstance(f(), A)", "isinstance(x[0], A)", "a < b",
        "getattr(x, 'y', True)", "isinstance(x, cls=A)", "type(x) is A is B", "x in (A, B)",
    ],
)  # fmt: skip
def test_what_is_not_understood(test: str) -> None:
    assert asked(parsed(test), {}) is None


def test_ways_through_a_test() -> None:
    def ways(test: str, holds: bool) -> list[str]:
        def apply(state: list[str], part: ast.expr, holds: bool) -> list[str]:
            return [f"{way}{'' if holds else '!'}{ast.unparse(part)}" for way in state]

        def join(states: list[list[str]]) -> list[str]:
            return [way for state in states for way in state]

        return outcome(parsed(test), holds, [""], split, apply, join)

    assert ways("a and b", True) == ["ab"]
    assert ways("a and b", False) == ["!a", "a!b"]
    assert ways("a or not b", True) == ["a", "!a!b"]
    assert ways("not (a or b)", True) == ["!a!b"]
    assert ways("a and (b or c)", False) == ["!a", "a!b!c"]
    assert [ast.unparse(p) for p in parts_of(parsed("a and not (b or c)"), split)] == [*"abc"]


IS_A = Condition("x", Ask.ANSWER, True, Name("isinstance"), Name("A"))
OF_SELF = Condition("self.x", Ask.ANSWER, True, Name("callable"))


def test_what_references_stand_for() -> None:
    told = narrowed({}, IS_A)
    assert told == {"x": Narrowed(Name("x"), IS_A)}
    twice = narrowed(told, opposite(IS_A))
    assert twice == {"x": Narrowed(Narrowed(Name("x"), IS_A), opposite(IS_A))}
    assert narrowed({}, Condition("x", Ask.NONE, True)) == {}
    assert joined([told, {}]) == {}
    assert joined([told, told]) == told
    assert joined([told, twice]) == {"x": Choice((told["x"], twice["x"]))}
    assert without({**told, "x.y": Name("z")}, frozenset({"x"})) == {}


def test_attributes_may_be_set_by_calls() -> None:
    told = narrowed(narrowed({}, IS_A), OF_SELF)
    widened = disturbed(told)
    assert widened["x"] == told["x"]
    assert widened["self.x"] == Choice((told["self.x"], referred("self.x")))
    assert disturbed(widened) == widened


def test_lambdas_see_what_is_bound() -> None:
    each = Element(Name("xs"), False)
    elements: Elements = {"x": each}
    assert lasting(narrowed(elements, IS_A)) == elements
    assert lasting(narrowed(narrowed({}, IS_A), OF_SELF)) == {}


def test_references_are_chains_of_attributes() -> None:
    assert referred("a.b.c") == Attribute(Attribute(Name("a"), "b"), "c")
