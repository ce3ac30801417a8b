"""A use is judged by the protocol table, and only where every value fails in one way."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator

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
from asyncpattern_lint.protocol import OFFERS, RESULT_USES, Kind, Protocol, Use, cells

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


def test_an_instance_of_a_subclass_may_do_more() -> None:
    assert judge(Use.AWAIT, (InstanceValue("Base", Protocol.NONE, exact=False),)) is None


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
