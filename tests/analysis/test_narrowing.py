"""A test leaves what can be there where it holds, and what can be there where it fails."""

from pathlib import Path

import pytest
from answers import answer, proven, resolver_of
from projects import deep_stack

from asyncpattern_lint.analysis.values import Frame, InstanceValue
from asyncpattern_lint.index.model import Attribute, Name

PROLOGUE = """\
import abc, asyncio, collections.abc, functools, inspect, json, types, typing
from os import environ
class A:
    def go(self): return 1
class B(A):
    async def stay(self): return 1
class C:
    async def __aenter__(self): return self
    async def __aexit__(self, *_): pass
class D(dict): ...
class Hooked(abc.ABC):
    @classmethod
    def __subclasshook__(cls, other): return NotImplemented
class Taken(abc.ABC): ...
Taken.register(A)
@typing.runtime_checkable
class Goes(typing.Protocol):
    def go(self): ...
class Meta(type):
    def __instancecheck__(cls, value): return True
class Odd(metaclass=Meta): ...
class Careful(type):
    def __instancecheck__(cls, value): return bool(cls) and super().__instancecheck__(value)
class Fine(metaclass=Careful): ...
AB = (A, C)
async def fetch(): return 1
async def stream(): yield 1
def numbers(): yield 1
def plain(): return 1
@functools.lru_cache
async def cached(): return 1
makers = {"A": A}
some = bool(environ)
a: A = makers["A"]()
c, d, exact = C(), {}, A()
either = a if some else c
work = fetch() if some else stream()
call = fetch if some else numbers
items: list[int] = []
unknown = json.loads("1")
none = None if some else c
"""

CASES = {
    # what is asked: what is left where it holds, and where it fails
    "isinstance(either, A)": ("A", "C"),
    "isinstance(either, B)": ("B", "A | C"),
    "isinstance(either, AB)": ("A | C", "unknown"),
    "isinstance(either, A | C)": ("A | C", "unknown"),
    "isinstance(either, (A, int))": ("A", "C"),
    "isinstance(a, C)": ("open C", "A"),
    "isinstance(exact, C)": ("unknown", "A"),
    "isinstance(unknown, A)": ("A", "unknown"),
    "isinstance(unknown, (A, C))": ("A | C", "unknown"),
    "isinstance(unknown, object)": ("unknown", "unknown"),
    "isinstance(unknown, dict)": ("dict", "unknown"),
    "isinstance(d, D)": ("D", "dict"),
    "isinstance(d, list)": ("unknown", "dict"),
    "isinstance(unknown, type)": ("unknown", "unknown"),
    "isinstance(unknown, Goes)": ("unknown", "unknown"),
    "isinstance(a, Goes)": ("unknown", "unknown"),
    "isinstance(c, Hooked)": ("unknown", "unknown"),
    "isinstance(exact, Taken)": ("unknown", "unknown"),
    "isinstance(unknown, Taken)": ("unknown", "unknown"),
    "isinstance(exact, Odd)": ("unknown", "unknown"),
    "isinstance(exact, Fine)": ("unknown", "A"),
    "isinstance(work, collections.abc.Awaitable)": ("coroutine", "async generator"),
    "isinstance(work, collections.abc.AsyncIterator)": ("async generator", "coroutine"),
    "isinstance(work, types.CoroutineType)": ("coroutine", "async generator"),
    "isinstance(call, collections.abc.Callable)": (
        "function fetch | function numbers",
        "unknown",
    ),
    "isinstance(none, type(None))": ("NoneType", "C"),
    "type(either) is C": ("C", "A"),
    "type(a) is A": ("A", "A"),
    "type(exact) is not A": ("unknown", "A"),
    "either.__class__ is C": ("C", "A"),
    "type(either) in (C, D)": ("C", "A"),
    "inspect.isawaitable(work)": ("coroutine", "async generator"),
    "inspect.isawaitable(exact)": ("unknown", "A"),
    "inspect.isawaitable(a)": ("open A", "A"),
    "inspect.isawaitable(unknown)": ("unknown", "unknown"),
    "inspect.iscoroutine(work)": ("coroutine", "async generator"),
    "asyncio.iscoroutine(work)": ("coroutine", "async generator"),
    "inspect.isasyncgen(work)": ("async generator", "coroutine"),
    "inspect.iscoroutinefunction(call)": ("function fetch", "function numbers"),
    "inspect.isgeneratorfunction(call)": ("function numbers", "function fetch"),
    "inspect.iscoroutinefunction(cached)": ("unknown", "unknown"),
    "inspect.iscoroutinefunction(unknown)": ("unknown", "unknown"),
    "callable(either)": ("open A", "A | C"),
    "callable(items)": ("unknown", "list[int]"),
    "hasattr(either, '__aenter__')": ("C | open A", "A"),
    "hasattr(exact, 'go')": ("A", "unknown"),
    "hasattr(exact, 'gone')": ("unknown", "A"),
    "hasattr(work, '__aiter__')": ("async generator", "coroutine"),
    "inspect.isclass(either)": ("unknown", "A | C"),
    "len(items)": ("list[int]", "list[int]"),
}


@pytest.mark.parametrize("test", CASES)
def test_what_is_left(test: str, tmp_path: Path) -> None:
    name = test.partition("(")[2].partition(",")[0].rstrip(")").partition(")")[0]
    if test.startswith("either"):
        name = "either"
    held, failed = CASES[test]
    assert _without_mark(proven(tmp_path, f"{PROLOGUE}x = {name} if {test} else b''\n")) == held
    assert answer(tmp_path, f"{PROLOGUE}x = b'' if {test} else {name}\n") in {
        f"{failed} | bytes",
        f"bytes | {failed}",
        _sorted(failed, "bytes"),
    }


def _without_mark(described: str) -> str:
    return " | ".join(part for part in described.split(" | ") if part != "bytes")


def _sorted(described: str, mark: str) -> str:
    return " | ".join(sorted([*described.split(" | "), mark]))


@pytest.mark.parametrize(
    ("expression", "expected"),
    {
        "isinstance(either, A) and either": "A | bool",
        "not isinstance(either, A) or either": "A | bool",
        "[w for w in [either, c] if isinstance(w, C)][0]": "C | open C",
        "[w for w in [either] if not isinstance(w, C) if w][0]": "A",
        "either if isinstance(either, A) or isinstance(either, D) else 1": "A | int | unknown",
        "(lambda: either)() if isinstance(either, A) else 1": "A | C | int",
        "(w if isinstance(w := either, A) else 1)": "A | int",
    }.items(),
)
def test_inside_expressions(expression: str, expected: str, tmp_path: Path) -> None:
    assert proven(tmp_path, f"{PROLOGUE}x = {expression}\n") == expected


def test_tests_of_many_parts_tell_nothing(tmp_path: Path) -> None:
    test = " or ".join(["isinstance(either, A)"] * 20)
    assert answer(tmp_path, f"{PROLOGUE}x = either if {test} else 1\n") == "A | C | int"


def test_an_attribute_that_only_a_constructor_sets_is_settled(tmp_path: Path) -> None:
    text = """\
    class Service:
        def __init__(self, store):
            self.store = self.other = self.outside = store
        def change(self):
            self.other = 1
    service = Service(1)
    def set(thing):
        thing.outside = 2
    """
    resolver = resolver_of(tmp_path, {"main.py": text})
    frame = Frame(str(tmp_path / "main.py"), 0)
    with deep_stack():
        (service,) = resolver.evaluate(Name("service"), frame)
        assert isinstance(service, InstanceValue)
        resolver.evaluate(Attribute(Name("service"), "store"), frame)
        settled = resolver.narrowing.members.is_settled
        assert settled(service, "store")
        assert not settled(service, "other")
        assert not settled(service, "outside")
        assert not settled(service, "missing")
