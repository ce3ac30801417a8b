"""What a call demands of its arguments, where its callee is known."""

from pathlib import Path

import pytest
from projects import Planted, plant

from asyncpattern_lint.analysis.passing import demands_on_arguments, excludes
from asyncpattern_lint.analysis.resolver import Resolver
from asyncpattern_lint.analysis.values import (
    ANYTHING,
    External,
    Frame,
    InstanceValue,
    Produced,
    Values,
)
from asyncpattern_lint.protocol import OFFERS, Kind, Protocol, Use

HEADER = """\
import asyncio, json
from contextlib import AsyncExitStack, ExitStack
from kinds import *
stack = AsyncExitStack()
def takes(a: int, /, b: "str", *rest: list, c: Unknown = None, d: bool = True, **others: int): ...
"""


def demands(there: Planted) -> list[tuple[int | str, Use, str]]:
    """Return the demands of the last call with arguments in ``a.py``."""
    call = there.module("a.py").scopes[0].calls[-1]
    found = demands_on_arguments(
        Resolver(there.project), call, Frame(there.path("a.py"), 0, everything=True)
    )
    return [(item.key, item.use, item.construct) for item in found]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("asyncio.run(agen())", [(0, Use.AWAIT, "asyncio.run")]),
        ("asyncio.run(main=agen())", [("main", Use.AWAIT, "asyncio.run")]),
        ("asyncio.run(coro(), debug=agen())", [(0, Use.AWAIT, "asyncio.run")]),
        (
            "asyncio.gather(gen(), cm())",
            [(0, Use.AWAIT, "asyncio.gather"), (1, Use.AWAIT, "asyncio.gather")],
        ),
        ("asyncio.gather(gen(), *p, cm())", [(0, Use.AWAIT, "asyncio.gather")]),
        ("stack.enter_context(acm())", [(0, Use.WITH, "enter_context")]),
        ("stack.enter_async_context(cm())", [(0, Use.ASYNC_WITH, "enter_async_context")]),
        ("ExitStack().enter_context(cm=acm())", [("cm", Use.WITH, "enter_context")]),
        ("list(agen())", [(0, Use.FOR, "list")]),
        ("list(*agen())", []),
        ("max(agen())", [(0, Use.FOR, "max")]),
        ("max(agen(), gen())", []),
        ("max(*agen())", []),
        ("map(agen(), gen())", [(1, Use.FOR, "map")]),
        ("zip(gen(), agen())", [(0, Use.FOR, "zip"), (1, Use.FOR, "zip")]),
        ("next(agen(), coro())", [(0, Use.FOR, "next")]),
        ("next(other())", []),
        ("anext(agen())", [(0, Use.ASYNC_FOR, "anext")]),
        ("'{}{a}'.format(coro(), a=gen())", [
            (0, Use.RESULT, "str.format"), ("a", Use.RESULT, "str.format"),
        ]),
        ("json.dumps(coro())", [(0, Use.RESULT, "json.dumps")]),
        ("json.dumps(coro(), default=str)", []),
        ("json.dumps(coro(), **p)", []),
        ("bool(coro())", [(0, Use.TRUTH, "bool")]),
        ("p.run(coro())", []),
        ("print(coro())", []),
    ],
)  # fmt: skip
def test_what_the_library_demands(
    tmp_path: Path, call: str, expected: list[tuple[int | str, Use, str]]
) -> None:
    assert demands(plant(tmp_path, {"a.py": f"{HEADER}{call}\n"})) == expected


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("takes(coro(), coro())", [(0, "argument a"), (1, "argument b")]),
        ("takes(1, b=coro())", [("b", "argument b")]),
        ("takes(1, 2, coro())", [(2, "argument rest")]),
        ("takes(1, 2, gen())", []),
        ("takes(c=coro())", []),
        ("takes(d=coro(), e=coro())", [("d", "argument d"), ("e", "argument others")]),
        ("takes(*p, coro(), d=coro())", [("d", "argument d")]),
        ("takes(other(), Unknown(), **coro())", []),
        ("(takes if p else print)(coro())", [(0, "argument a")]),
    ],
)
def test_what_annotations_demand(
    tmp_path: Path, call: str, expected: list[tuple[int | str, str]]
) -> None:
    found = demands(plant(tmp_path, {"a.py": f"{HEADER}{call}\n"}))
    assert found == [(key, Use.RESULT, construct) for key, construct in expected]


def produced(kind: Kind) -> Produced:
    return Produced(kind, OFFERS[kind], None)


INT = InstanceValue("int", Protocol.NONE)
LIST = InstanceValue("list", Protocol.ITERABLE)
CORO, GEN = produced(Kind.COROUTINE), produced(Kind.GENERATOR)


@pytest.mark.parametrize(
    ("promised", "values", "expected"),
    [
        ((INT,), (CORO,), True),
        ((INT, LIST), (CORO,), True),
        ((LIST,), (GEN,), False),
        ((INT, LIST), (GEN,), False),
        ((INT,), (CORO, GEN), True),
        ((INT,), (CORO, INT), False),
        ((INT,), (CORO, *ANYTHING), False),
        ((INT, *ANYTHING), (CORO,), False),
        ((External("a.B"),), (CORO,), False),
        ((), (CORO,), False),
        ((INT,), (), False),
    ],
)
def test_what_an_annotation_leaves_room_for(
    promised: Values, values: Values, expected: bool
) -> None:
    assert excludes(promised, values) is expected
