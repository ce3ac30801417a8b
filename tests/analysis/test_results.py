"""What ``await``, ``with``, ``for``, unpacking and subscripts get out of an object."""

from pathlib import Path

import pytest
from answers import answer, described, proven, resolver_of, stubs, values_of

from asyncpattern_lint.analysis.values import (
    ANYTHING,
    External,
    FunctionValue,
    InstanceValue,
    Produced,
    Value,
)
from asyncpattern_lint.protocol import OFFERS, Kind

HEADER = """\
import asyncio, contextlib, io, os, re, subprocess, tempfile, threading
from collections import OrderedDict, defaultdict, deque
from typing import Iterator, NamedTuple, Sequence, TypedDict
def hide(value): return eval("value")
class A: ...
async def agen(): yield A()
@contextlib.asynccontextmanager
async def acm(): yield A()
async def coro(): return A()
def gen(): yield A()
@contextlib.contextmanager
def cm(): yield A()
"""


# --- await -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = await coro()", "A"),
        ("x = await asyncio.sleep(0, A())", "A"),
        ("x = await asyncio.sleep(0)", "NoneType"),
        ("x = await asyncio.create_task(coro())", "A"),
        ("x = await asyncio.ensure_future(coro())", "A"),
        ("x = await asyncio.shield(coro())", "A"),
        ("x = await asyncio.wait_for(coro(), 1)", "A"),
        ("x = await asyncio.wait_for(asyncio.create_task(coro()), 1)", "A"),
        ("x = await asyncio.wait_for(asyncio.shield(coro()), timeout=1)", "A"),
        ("x, y = await asyncio.gather(coro(), asyncio.sleep(0, 1))", "A"),
        ("y, x = await asyncio.gather(coro(), asyncio.sleep(0, 1))", "int"),
        ("(x,) = await asyncio.gather(coro())", "A"),
        ("x = (await asyncio.gather(coro(), coro()))[1]", "A"),
        ("x, y = await asyncio.gather(coro(), coro(), return_exceptions=True)",
         "A | BaseException"),
        ("q: asyncio.Queue[A] = asyncio.Queue()\nq.put_nowait(A())\nx = await q.get()", "A"),
        ("q: 'asyncio.Queue[A]' = asyncio.Queue()\nq.put_nowait(A())\nx = q.get_nowait()", "A"),
        ("q = asyncio.Queue()\nq.put_nowait(A())\nx = await q.get()", "unknown"),
        ("f: asyncio.Future[A] = asyncio.Future()\nf.set_result(A())\nx = await f", "A"),
        ("t = asyncio.create_task(coro())\nawait t\nx = t.result()", "A"),
        ("d, p = await asyncio.wait([asyncio.create_task(coro())])\nx = d", "set[Task[A]]"),
        ("x = await asyncio.Lock().acquire()", "unknown"),
        ("async with asyncio.TaskGroup() as g:\n    y = g.create_task(coro())\nx = await y", "A"),
        ("async with asyncio.TaskGroup() as g:\n    y = g.create_task(coro())\nx = y.result()", "A"),
        ("class C:\n    def __await__(self):\n        yield\n        return A()\nx = await C()", "A"),
        ("class C:\n    def __await__(self): return coro().__await__()\nx = await C()", "A"),
        ("async def f(): return coro()\nx = await (await f())", "A"),
        ("x = await anext(agen())", "A"),
        ("x = await agen().__anext__()", "A"),
        ("x = await agen().asend(None)", "A"),
        ("async with asyncio.timeout(1): x = await coro()", "A"),
        ("async with contextlib.AsyncExitStack() as s:\n    x = await s.enter_async_context(acm())", "A"),
        (("async with contextlib.AsyncExitStack() as s:\n"
         "    x = await s.enter_async_context(contextlib.nullcontext(A()))"), "A"),
        ("x = await hide(coro())", "unknown"),
    ],
)  # fmt: skip
def test_awaited(tmp_path: Path, text: str, expected: str) -> None:
    assert proven(tmp_path, f"{HEADER}{text}\n") == expected


@pytest.mark.parametrize("value", ["acm()", "gen()", "cm()", "A()", "1", "coro"])
def test_awaiting_what_cannot_be_awaited_gives_nothing_known(tmp_path: Path, value: str) -> None:
    assert answer(tmp_path, f"{HEADER}x = await {value}\n") == "unknown"


def test_awaiting_an_async_generator_gives_nothing(tmp_path: Path) -> None:
    assert answer(tmp_path, f"{HEADER}x = await agen()\n") == "nothing"


# --- with --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("with cm() as x: ...", "A"),
        ("async with acm() as x: ...", "A"),
        (("class C:\n    def __enter__(self): return self\n    def __exit__(self, *a): ...\n"
         "with C() as x: ..."), "C"),
        (("class C:\n    def __enter__(self): return self\n    def __exit__(self, *a): ...\n"
         "class D(C): ...\nwith D() as x: ..."), "D"),
        ("class C:\n    def __enter__(self): return\n    def __exit__(self, *a): ...\nwith C() as x: ...",
         "NoneType"),
        (("class C:\n    async def __aenter__(self): return A()\n"
         "    async def __aexit__(self, *a): ...\nasync with C() as x: ..."), "A"),
        (("class C:\n    def __aenter__(self): return coro()\n"
         "    async def __aexit__(self, *a): ...\nasync with C() as x: ..."), "A"),
        ("with open('/dev/null') as x: ...", "TextIOWrapper"),
        ("with io.StringIO() as x: ...", "StringIO"),
        ("with threading.Lock() as x: ...", "bool"),
        ("with threading.Condition() as x: ...", "bool"),
        ("with contextlib.suppress(ValueError) as x: ...", "NoneType"),
        ("with contextlib.closing(gen()) as x: ...", "generator"),
        ("with contextlib.nullcontext(A()) as x: ...", "A"),
        ("with contextlib.ExitStack() as x: ...", "ExitStack"),
        ("with contextlib.ExitStack() as s:\n    x = s.enter_context(cm())", "A"),
        ("with contextlib.ExitStack() as s:\n    x = s.enter_context(open('/dev/null'))",
         "TextIOWrapper"),
        ("with contextlib.ExitStack() as s:\n    x = s.enter_context(io.StringIO())", "StringIO"),
        ("async with contextlib.AsyncExitStack() as x: ...", "AsyncExitStack"),
        ("async with contextlib.aclosing(agen()) as x: ...", "async generator"),
        ("async with contextlib.nullcontext(A()) as x: ...", "A"),
        ("async with asyncio.Lock() as x: ...", "NoneType"),
        ("async with asyncio.timeout(1) as x: ...", "Timeout"),
        ("async with asyncio.TaskGroup() as x: ...", "TaskGroup"),
        ("with subprocess.Popen(['true']) as x: ...", "Popen[bytes]"),
        ("with cm() as x, cm() as y: ...", "A"),
    ],
)  # fmt: skip
def test_entered(tmp_path: Path, text: str, expected: str) -> None:
    assert proven(tmp_path, f"{HEADER}{text}\n") == expected


@pytest.mark.parametrize(
    "text",
    [
        "with acm() as x: ...",
        "async with cm() as x: ...",
        "with coro() as x: ...",
        "with A() as x: ...",
        "with hide(1) as x: ...",
    ],
)
def test_entering_what_cannot_be_entered_gives_nothing_known(tmp_path: Path, text: str) -> None:
    assert answer(tmp_path, f"{HEADER}{text}\n") == "unknown"


# --- for ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("for x in gen(): ...", "A"),
        ("async for x in agen(): ...", "A"),
        ("for x in [A()]: ...", "A"),
        ("def f():\n    for y in [A()]: return y\nx = f()", "A | NoneType"),
        ("y: list[A] = hide([A()])\nfor x in y: ...", "A"),
        ("y: dict[A, int] = hide({A(): 1})\nfor x in y: ...", "A"),
        ("y: dict[int, A] = hide({1: A()})\nfor x in y.values(): ...", "A"),
        ("y: dict[int, A] = hide({1: A()})\nfor _, x in y.items(): ...", "A"),
        ("for x in (A(), 1): ...", "A | int"),
        ("for x in range(1): ...", "int"),
        ("for x in b'a': ...", "int"),
        ("class C:\n    def __iter__(self): yield A()\nfor x in C(): ...", "A"),
        (("class C:\n    def __iter__(self): return self\n    def __next__(self): return A()\n"
         "for x in C(): break"), "A"),
        ("class C:\n    def __iter__(self): return gen()\nfor x in C(): ...", "A"),
        ("class C:\n    def __iter__(self) -> Iterator[A]: return hide(gen())\nfor x in C(): ...", "A"),
        ("class C:\n    def __aiter__(self): return agen()\nasync for x in C(): ...", "A"),
        ("class C:\n    async def __aiter__(self): yield A()\nasync for x in C(): ...", "A"),
        (("class C:\n    def __aiter__(self): return self\n    async def __anext__(self): return A()\n"
         "async for x in C(): break"), "A"),
        ("class C(list[A]): ...\nfor x in C([A()]): ...", "A"),
        ("for x in enumerate(gen()): ...", "tuple[int, A]"),
        ("for _, x in enumerate(gen()): ...", "A"),
        ("def f():\n    yield from gen()\nfor x in f(): ...", "A"),
        ("def f() -> Iterator[A]:\n    yield hide(A())\nfor x in f(): ...", "A"),
        ("for x in io.StringIO('a'): ...", "str"),
        ("for x in re.finditer('a', 'a'): ...", "Match[str]"),
        ("for x in iter(gen()): ...", "A"),
        ("x = next(gen())", "A"),
        ("x = next(gen(), None)", "A | NoneType"),
        ("x = [y for y in gen()]", "list"),
        ("def f(): return [y for y in gen()]\nx = f()[0]", "A"),
        ("for x in hide([A()]): ...", "unknown"),
        ("for x in None or gen(): ...", "A"),
    ],
)  # fmt: skip
def test_elements(tmp_path: Path, text: str, expected: str) -> None:
    found = proven(tmp_path, f"{HEADER}{text}\n")
    if expected.startswith("Match"):
        assert expected in found
    else:
        assert found == expected


@pytest.mark.parametrize(
    "text",
    [
        "for x in agen(): ...",
        "async for x in gen(): ...",
        "for x in A(): ...",
        "async for x in [1]: ...",
        "for x in 1: ...",
        "class C:\n    def __iter__(self): return 1\nfor x in C(): ...",
    ],
)
def test_iterating_over_what_is_no_iterable_gives_nothing_known(tmp_path: Path, text: str) -> None:
    assert answer(tmp_path, f"{HEADER}{text}\n") == "unknown"


# --- unpacking and subscripts ------------------------------------------------------------

POINT = "class P(NamedTuple):\n    a: A\n    b: int = 1\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x, y = A(), 1", "A"),
        ("t = A(), 1\nx, y = t", "A"),
        ("t = A(), 1\ny, x = t", "int"),
        ("t = A(), 1\nx = t[1]", "int"),
        ("t = A(), 1\nx = t[-1]", "A | int"),
        ("t = A(), (1, '')\n_, (_, x) = t", "str"),
        ("t = A(), 1, 2\nx, *y = t", "A"),
        ("t = A(), 1, 2\ny, *x = t", "list"),
        ("t = 1, 2, A()\n*y, x = t", "unknown"),
        ("t: tuple[A, int] = hide((A(), 1))\nx = t[0]", "A"),
        ("t: tuple[A, ...] = hide((A(), A()))\nx = t[1]", "A"),
        ("t: tuple[A, ...] = hide((A(), A()))\nx, y = t", "A"),
        ("def f(): return A(), 1\nx, y = f()", "A"),
        ("def f(): return A(), 1\nx = f()[1]", "int"),
        ("async def f(): return A(), 1\nx, y = await f()", "A"),
        ("for x, y in [(A(), 1)]: ...", "A"),
        (f"{POINT}x, y = P(A())", "A"),
        (f"{POINT}y, x = P(A())", "int"),
        (f"{POINT}x = P(A())[0]", "A"),
        (f"{POINT}x = P(A())[1]", "int"),
        (f"{POINT}x = P(A()).a", "A"),
        ("x = {'a': A()}['a']", "unknown"),
        ("y: dict[str, A] = hide({'a': A()})\nx = y['a']", "A"),
        ("y: list[A] = hide([A()])\nx = y[0]", "A"),
        ("y: list[A] = hide([A()])\nx = y[hide(0)]", "A"),
        ("y: list[list[A]] = hide([[A()]])\nx = y[0][0]", "A"),
        ("y: Sequence[A] = hide([A()])\nx = y[0]", "A"),
        ("y: deque[A] = hide(deque([A()]))\nx = y[0]", "A"),
        ("y: OrderedDict[str, A] = hide(OrderedDict(a=A()))\nx = y['a']", "A"),
        ("y: defaultdict[str, A] = hide(defaultdict(A))\nx = y['a']", "A"),
        ("y: list[A] = hide([A()])\nx = y[0:1]", "unknown"),
        ("y: list[A] = hide([A()])\n[x] = y", "A"),
        ("class C:\n    def __getitem__(self, key): return A()\nx = C()['a']", "A"),
        ("class C:\n    def __getitem__(self, key): return A()\nx = C()[0]", "A"),
        ("class C:\n    def __iter__(self): yield A()\nx, = C()", "A"),
        ("x = 'a'[0]", "unknown"),
        ("x = b'a'[0]", "unknown"),
        ("class D(TypedDict):\n    a: A\nx = D(a=A())['a']", "unknown"),
        ("x, = gen()", "A"),
        ("x = hide([1])[0]", "unknown"),
        ("x = (None or (A(), 1))[0]", "A"),
    ],
)
def test_items(tmp_path: Path, text: str, expected: str) -> None:
    assert proven(tmp_path, f"{HEADER}{text}\n") == expected


@pytest.mark.parametrize("text", ["t = A(), 1\nx = t[2]", f"{POINT}x = P(A())[2]"])
def test_items_that_are_not_there_are_nothing_known(tmp_path: Path, text: str) -> None:
    assert answer(tmp_path, f"{HEADER}{text}\n") == "unknown"


# --- the parts ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (Kind.COROUTINE, "Coroutine"),
        (Kind.ASYNC_GENERATOR, "AsyncGenerator"),
        (Kind.GENERATOR, "Generator"),
        (Kind.ASYNC_CONTEXT_MANAGER, "_AsyncGeneratorContextManager"),
        (Kind.CONTEXT_MANAGER, "_GeneratorContextManager"),
    ],
)
def test_work_not_yet_done_is_an_instance_of_what_typeshed_calls_it(
    tmp_path: Path, kind: Kind, name: str
) -> None:
    resolver = stubs(tmp_path)
    value = Produced(kind, OFFERS[kind], None, result=resolver.classes.builtin("int"))
    instance = resolver.results.as_instance(value)
    assert instance is not None
    assert instance.class_name == name
    assert OFFERS[kind] in instance.protocols
    assert described(instance.arguments[2 if kind is Kind.COROUTINE else 0]) == "int"


def test_what_an_instance_describes(tmp_path: Path) -> None:
    resolver = stubs(tmp_path)
    results = resolver.results
    (instance,) = resolver.classes.builtin("int")
    assert isinstance(instance, InstanceValue)
    assert results.as_instance(instance) is instance
    assert results.as_instance(External("os.environ")) is not None
    assert results.as_instance(External("asyncio.Queue")) is None
    assert results.as_instance(External("gone.x")) is None
    assert results.as_instance(ANYTHING[0]) is None
    assert results.as_instance(FunctionValue("a.py", 1, None)) is None


@pytest.mark.parametrize("value", [ANYTHING[0], External("gone.x"), FunctionValue("a.py", 1, None)])
def test_what_is_not_known_gives_nothing_known(tmp_path: Path, value: Value) -> None:
    results = stubs(tmp_path).results
    for is_async in (False, True):
        assert results.entered(value, is_async) == ANYTHING
        assert results.element(value, is_async) == ANYTHING
        assert results.item(value, 0, is_async) == ANYTHING
    assert results.awaited(value) == ANYTHING
    assert results.subscript(value) == ANYTHING


def test_what_a_generator_hands_out(tmp_path: Path) -> None:
    text = (
        f"{HEADER}def f() -> Iterator[int]:\n    yield hide(1)\n    yield 1\nx = gen()\ny = f()\n"
    )
    resolver = resolver_of(tmp_path, {"main.py": text})
    found = {}
    for name in "xy":
        (made,) = values_of(tmp_path, text, name)
        assert isinstance(made, Produced)
        assert isinstance(made.maker, FunctionValue)
        found[name] = described(resolver.results.yielded(made.maker))
        assert described(resolver.results.result_of(made)) == found[name]
    assert found == {"x": "A", "y": "int"}


def test_a_generator_expression_hands_out_nothing_known(tmp_path: Path) -> None:
    (made,) = values_of(tmp_path, "x = (y for y in [1])\n")
    assert isinstance(made, Produced)
    assert resolver_of(tmp_path, {"main.py": ""}).results.result_of(made) == ANYTHING
