"""A use is judged by the protocol table, and only where every value fails in one way."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from asyncpattern_lint.analysis.judge import (
    OWN_ATTRIBUTES,
    always_fails,
    judge,
    may_fail,
)
from asyncpattern_lint.analysis.values import (
    ANYTHING,
    OVERFLOW,
    ClassValue,
    External,
    FactoryValue,
    FunctionValue,
    Identity,
    InstanceValue,
    Partial,
    Produced,
    Value,
)
from asyncpattern_lint.findings import Step, Target
from asyncpattern_lint.protocol import NEEDS, OFFERS, RESULT_USES, Kind, Protocol, Use, cells

FUNCTION = FunctionValue("a.py", 1, None)
STEPS = (Step("a.py", 1, "defined here"),)
TARGET = Target("a.f", "a.py", 1)


def produced(kind: Kind) -> Produced:
    return Produced(kind, OFFERS[kind], FUNCTION, TARGET, STEPS)


AGEN, CORO = produced(Kind.ASYNC_GENERATOR), produced(Kind.COROUTINE)
INT = InstanceValue("int", Protocol.NONE)
NOTHING = InstanceValue("NoneType", Protocol.NONE)
BOTH = Produced(Kind.COROUTINE, Protocol.AWAITABLE | Protocol.ASYNC_CONTEXT_MANAGER, FUNCTION)


@pytest.mark.parametrize("kind", list(Kind)[:-1])
@pytest.mark.parametrize("use", Use)
def test_the_table_decides(use: Use, kind: Kind) -> None:
    verdict = judge(use, (produced(kind),))
    assert (verdict is not None) == ((use, kind) in set(cells()))
    if verdict is not None:
        assert (verdict.kind, verdict.target, verdict.steps) == (kind, TARGET, STEPS)
        assert verdict.description == ""


@pytest.mark.parametrize("values", [(), ANYTHING, OVERFLOW, (*ANYTHING, AGEN), (AGEN, *OVERFLOW)])
def test_what_is_not_known_is_no_misuse(values: tuple[Value, ...]) -> None:
    assert judge(Use.AWAIT, values) is None


@pytest.mark.parametrize(
    "value", [External("a.b"), ClassValue("a.py", 1), Partial(FUNCTION), Identity()]
)
@pytest.mark.parametrize("use", Use)
def test_what_is_not_made_yet_is_no_misuse(use: Use, value: Value) -> None:
    assert judge(use, (value,)) is None
    assert not may_fail(use, (value,))


def test_alternatives_must_fail_alike() -> None:
    acm = produced(Kind.ASYNC_CONTEXT_MANAGER)
    assert judge(Use.AWAIT, (AGEN, acm)) is None
    assert always_fails(Use.AWAIT, (AGEN, acm))
    again = Produced(Kind.ASYNC_GENERATOR, OFFERS[Kind.ASYNC_GENERATOR], None)
    assert judge(Use.AWAIT, (AGEN, again)) == judge(Use.AWAIT, (AGEN,))


def test_one_alternative_that_works_is_enough() -> None:
    assert judge(Use.AWAIT, (AGEN, CORO)) is None
    assert may_fail(Use.AWAIT, (AGEN, CORO))
    assert not always_fails(Use.AWAIT, (AGEN, CORO))


def test_objects_with_several_protocols_serve_each() -> None:
    assert judge(Use.AWAIT, (BOTH,)) is None
    assert judge(Use.ASYNC_WITH, (BOTH,)) is None
    verdict = judge(Use.FOR, (BOTH,))
    assert verdict is not None
    assert verdict.kind is Kind.COROUTINE


def test_instances_are_described() -> None:
    verdict = judge(Use.AWAIT, (INT,))
    assert verdict is not None
    assert (verdict.kind, verdict.description) == (Kind.OTHER, "an instance of `int`")
    none = judge(Use.FOR, (NOTHING,))
    assert none is not None
    assert none.description == "None"


def test_an_instance_is_of_the_first_kind_that_it_offers() -> None:
    reader = InstanceValue("Reader", Protocol.ITERABLE | Protocol.CONTEXT_MANAGER)
    verdict = judge(Use.AWAIT, (reader,))
    assert verdict is not None
    assert verdict.kind is Kind.GENERATOR


@pytest.mark.parametrize("use", sorted(RESULT_USES))
def test_instances_and_functions_are_results(use: Use) -> None:
    assert judge(use, (INT,)) is None
    assert judge(use, (FUNCTION,)) is None


def test_an_instance_of_a_subclass_does_what_its_class_does() -> None:
    """What known subclasses add is among its protocols already."""
    verdict = judge(Use.AWAIT, (InstanceValue("Base", Protocol.NONE, exact=False),))
    assert verdict is not None
    assert (verdict.kind, verdict.description) == (Kind.OTHER, "an instance of `Base`")
    assert judge(Use.AWAIT, (InstanceValue("Base", Protocol.AWAITABLE, exact=False),)) is None


@pytest.mark.parametrize("use", Use)
def test_what_may_support_more_is_no_misuse(use: Use) -> None:
    opened = InstanceValue("Base", Protocol.NONE, is_open=True)
    assert judge(use, (opened,)) is None
    assert judge(use, (opened, INT)) is None
    assert not may_fail(use, (opened,))
    assert not always_fails(use, (INT, opened))


@pytest.mark.parametrize("use", NEEDS)
def test_an_annotation_that_may_be_out_of_date_says_nothing_of_async_uses(use: Use) -> None:
    doubtful = InstanceValue("Client", Protocol.NONE, doubtful=True)
    is_async = use in {Use.ASYNC_FOR, Use.ASYNC_WITH, Use.AWAIT}
    assert (judge(use, (doubtful,)) is None) is is_async
    assert may_fail(use, (doubtful,)) is not is_async


def test_structural_types_are_judged_by_what_they_ask_for() -> None:
    """Those that may do more are open, too."""
    awaitable = InstanceValue("Awaitable", Protocol.AWAITABLE, structural=True)
    assert judge(Use.AWAIT, (awaitable,)) is None
    verdict = judge(Use.FOR, (awaitable,))
    assert verdict is not None
    assert verdict.kind is Kind.COROUTINE


# --- None --------------------------------------------------------------------------------


@pytest.mark.parametrize("use", [*NEEDS, Use.RESULT])
def test_none_beside_something_else_is_for_the_code_to_rule_out(use: Use) -> None:
    for value in (AGEN, CORO, INT):
        assert judge(use, (NOTHING, value)) == judge(use, (value,))
        assert may_fail(use, (value, NOTHING)) == may_fail(use, (value,))
        assert always_fails(use, (value, NOTHING)) == always_fails(use, (value,))


@pytest.mark.parametrize("use", [Use.TRUTH, Use.DISCARDED])
def test_what_may_be_none_may_be_tested_and_dropped(use: Use) -> None:
    assert judge(use, (CORO,)) is not None
    assert judge(use, (CORO, NOTHING)) is None
    assert not always_fails(use, (CORO, NOTHING))


def test_none_alone_is_judged() -> None:
    assert judge(Use.AWAIT, (NOTHING,)) is not None
    assert judge(Use.AWAIT, (NOTHING, NOTHING)) is not None
    assert judge(Use.AWAIT, (NOTHING, *ANYTHING)) is None


# --- work that is done -------------------------------------------------------------------


@pytest.mark.parametrize("use", Use)
def test_work_that_may_be_done_may_be_dropped(use: Use) -> None:
    done = replace(CORO, done=True)
    expected = None if use is Use.DISCARDED else judge(use, (CORO,))
    assert judge(use, (done,)) == expected


@pytest.mark.parametrize("value", [FUNCTION, FactoryValue(FUNCTION, Protocol.CONTEXT_MANAGER)])
def test_functions_that_are_not_called(value: Value) -> None:
    verdict = judge(Use.ASYNC_WITH, (value,))
    assert verdict is not None
    assert (verdict.kind, verdict.description) == (Kind.OTHER, "a function that is not called")


def test_what_was_given_up_may_fail() -> None:
    """Candidates must not lose it; the visitor starts nearer to it and may know more."""
    assert always_fails(Use.AWAIT, (AGEN, *OVERFLOW))
    assert not always_fails(Use.AWAIT, (AGEN, *ANYTHING))
    assert may_fail(Use.AWAIT, OVERFLOW)
    assert not may_fail(Use.AWAIT, ANYTHING)
    assert not may_fail(Use.AWAIT, ())
    assert not always_fails(Use.AWAIT, ())


def test_own_attributes_are_those_of_real_objects() -> None:
    async def rows() -> AsyncIterator[int]:
        yield 1

    def lines() -> Iterator[int]:
        yield 1

    async def fetch() -> int:
        return 1

    coroutine = fetch()
    objects = {
        Kind.ASYNC_GENERATOR: rows(),
        Kind.ASYNC_CONTEXT_MANAGER: contextlib.asynccontextmanager(rows)(),
        Kind.COROUTINE: coroutine,
        Kind.GENERATOR: lines(),
        Kind.CONTEXT_MANAGER: contextlib.contextmanager(lines)(),
    }
    for kind, made in objects.items():
        assert set(dir(made)) <= OWN_ATTRIBUTES[kind]
    asyncio.run(coroutine)
