"""What the yields of a generator say, as far as an outline keeps it."""

import ast
from textwrap import dedent, indent

import pytest

from asyncpattern_lint.index.second_yield import second_yield
from asyncpattern_lint.index.yield_places import FunctionNode
from asyncpattern_lint.index.yields import Yielding, yielding


def function(body: str, decorated: bool = True) -> FunctionNode:
    head = "@manager\n" if decorated else ""
    (node,) = ast.parse(f"{head}async def f():\n{indent(dedent(body), '    ')}").body
    assert isinstance(node, FunctionNode)
    return node


@pytest.mark.parametrize(
    ("body", "bits"),
    [
        ("yield 1", Yielding.ONCE),
        ("yield 1\nyield 2", Yielding.AGAIN),
        ("for x in y:\n    yield x", Yielding.NONE),
        ("yield from x", Yielding.ONCE),
        ("async with a() as b:\n    yield b", Yielding.HOLDS | Yielding.ONCE),
        ("with a() as b:\n    for x in b:\n        yield x", Yielding.HOLDS),
        ("with suppress(KeyError):\n    yield 1", Yielding.ONCE),
        ("with nullcontext(), a():\n    yield 1", Yielding.HOLDS | Yielding.ONCE),
        ("try:\n    yield 1\nfinally:\n    a.close()", Yielding.HOLDS | Yielding.ONCE),
        ("try:\n    yield 1\nfinally:\n    log.info('done')", Yielding.ONCE),
        ("try:\n    yield 1\nfinally:\n    await log.info('done')\n    x = 1", 3),
        ("try:\n    yield 1\nexcept E:\n    a.close()", Yielding.ONCE),
        ("try:\n    a()\nfinally:\n    yield 1", Yielding.ONCE),
        ("yield 0\nwith a():\n    yield 1", Yielding.AGAIN),
        ("with a():\n    def g():\n        yield 1\n    yield 2", 3),
        ("x = lambda: (yield 1)\nwith a():\n    yield 2", 3),
        ("a = b()\nyield a\na.close()", Yielding.ONCE | Yielding.BARE),
        ("match x:\n    case 1:\n        with a():\n            yield 1", Yielding.HOLDS),
        ("if x:\n    yield 1", Yielding.NONE),
        ("try:\n    yield 1\nexcept E:\n    pass", Yielding.ONCE),
        ("try:\n    x()\nexcept E:\n    yield 1", Yielding.NONE),
    ],
)
def test_what_holds_a_yield_and_what_follows_it(body: str, bits: int) -> None:
    assert yielding(function(body)) == bits


def test_what_follows_matters_to_decorated_functions_only() -> None:
    assert yielding(function("yield 1\nyield 2", decorated=False)) == Yielding.NONE


@pytest.mark.parametrize(
    ("body", "line", "first", "thrown"),
    [
        ("yield 1\nyield 2", 2, 1, False),
        ("if a:\n    yield 1\nyield 2", 3, 2, False),
        ("try:\n    yield 1\nexcept E:\n    yield 2", 4, 2, True),
        ("while True:\n    yield 1", 2, 2, False),
        (
            "for x in range(n):\n    try:\n        yield x\n        return\n    except E:\n        pass",
            *(3, 3, True),
        ),
        ("for x in range(0, 4, 2):\n    yield x", 2, 2, False),
        (
            "while 1:\n    try:\n        yield 1\n        return\n    except E:\n        pass",
            3,
            3,
            True,
        ),
        ("for x in y:\n    yield x\nyield 2", 3, 2, False),
    ],
)
def test_a_second_yield(body: str, line: int, first: int, thrown: bool) -> None:
    found = second_yield(function(body))
    assert found is not None
    assert (found.node.lineno - 2, found.line - 2, found.thrown) == (line, first, thrown)


@pytest.mark.parametrize(
    "body",
    [
        "if a:\n    yield 1\nif b:\n    yield 2",
        "if a:\n    yield 1\nelse:\n    yield 2",
        "if a:\n    yield 1\n    return\nyield 2",
        "for x in y:\n    yield x",
        "while a:\n    yield 1",
        "for x in range(1):\n    yield x",
        "for x in range(n):\n    yield x",
        "for x in range(0, 3, 0):\n    yield x",
        "for x in [1]:\n    yield x",
        "while True:\n    yield 1\n    if a:\n        break",
        "while True:\n    yield 1\n    break",
        "try:\n    a()\nexcept E:\n    yield 1\nelse:\n    yield 2",
        "try:\n    yield 1\nexcept E:\n    raise\n",
        "try:\n    yield 1\nexcept E:\n    if a:\n        raise\n    yield 2",
        "x = (yield 1) if a else (yield 2)",
        "yield 1\nyield from x",
        "for x in y:\n    if a:\n        yield x\n        break\nelse:\n    yield 2",
    ],
)
def test_no_second_yield_as_far_as_one_can_tell(body: str) -> None:
    assert second_yield(function(body)) is None
