"""What calling something gives: functions, lambdas, decorators, partial objects, overloads."""

import time
from pathlib import Path

import pytest
from answers import answer, described, proven, resolver_of, stubs, values_of

from asyncpattern_lint.analysis.arguments import may_hold
from asyncpattern_lint.analysis.calls import kind_of_function
from asyncpattern_lint.analysis.resolver import Resolver
from asyncpattern_lint.analysis.values import (
    ANYTHING,
    Constant,
    External,
    Frame,
    FunctionValue,
    Identity,
    InstanceValue,
    LambdaValue,
    ModuleValue,
    Partial,
    Produced,
    Value,
    Values,
)
from asyncpattern_lint.index.model import Ask, Condition, Name
from asyncpattern_lint.protocol import Kind, Protocol

HEADER = """\
import functools, types
from contextlib import asynccontextmanager, contextmanager
from typing import overload
def hide(value): return eval("value")
async def agen(): yield 1
@asynccontextmanager
async def acm(): yield 1
async def coro(): return 1
def gen(): yield 1
@contextmanager
def cm(): yield 1
"""


def function_in(root: Path, text: str, name: str) -> tuple[Resolver, FunctionValue]:
    """Return a function of a module, and what resolves its names."""
    resolver = resolver_of(root, {"main.py": text})
    (found,) = resolver.evaluate(Name(name), Frame(str(root / "main.py"), 0))
    assert isinstance(found, FunctionValue)
    return resolver, found


# --- functions ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = agen()", "async generator"),
        ("x = acm()", "async context manager"),
        ("x = coro()", "coroutine"),
        ("x = gen()", "generator"),
        ("x = cm()", "context manager"),
        ("def f(): ...\nx = f()", "NoneType"),
        ("def f(): return\nx = f()", "NoneType"),
        ("def f(): return coro()\nx = f()", "coroutine"),
        ("def f(): return f\nx = f()", "function f"),
        ("async def f(): return coro()\nx = await f()", "coroutine"),
        ("def f(a): return coro() if a else gen()\nx = f(1)", "coroutine | generator"),
        ("def f(a):\n    if a: return 1\nx = f(1)", "NoneType | int"),
        ("def f(a): return a()\nx = f(coro)", "coroutine"),
        ("def f(a, *b): return a(*b)\nx = f(coro)", "coroutine"),
        ("def f(a=coro): return a()\nx = f()", "unknown"),
        ("def f(*, a): return a()\nx = f(a=coro)", "coroutine"),
        ("def f(a): return a\nx = f(coro)()", "coroutine"),
        ("def f(a): return a\nx = f(1)", "unknown"),
        ("def f(*a): return a[0]\nx = f(coro)", "unknown"),
        ("class A: ...\ndef f(a): return a\nx = f(A())", "A"),
        ("def f():\n    async def g(): yield 1\n    return g\nx = f()()", "async generator"),
        ("def f(a):\n    def g(): return a()\n    return g\nx = f(coro)()", "coroutine"),
        ("def f():\n    a = coro\n    def g(): return a()\n    return g()\nx = f()", "coroutine"),
        ("x = gone() if hide(0) else 1", "int | unknown"),
        ("x = hide(coro)()", "unknown"),
        ("x = (coro if hide(1) else agen)()", "async generator | coroutine"),
    ],
)
def test_calling_a_function(tmp_path: Path, text: str, expected: str) -> None:
    assert proven(tmp_path, f"{HEADER}{text}\n") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f(a=None):\n    if a is None: return hide('')\n    return coro()\nx = f()", "unknown"),
        ("def f(a=None):\n    if a is None: return hide('')\n    return coro()\nx = f(gen)", "coroutine"),
        ("def f(a=None):\n    if a is not None: return hide('')\n    return coro()\nx = f()", "coroutine"),
        ("def f(a=None):\n    if not a: return hide('')\n    return coro()\nx = f()", "unknown"),
        ("def f(a):\n    if callable(a): return a()\n    return 1\nx = f(coro)", "coroutine"),
        ("def f(a):\n    if callable(a): return a()\n    return coro()\nx = f(None)", "coroutine"),
        ("def f(a=None):\n    if a is None: return 1\n    return coro()\nx = f(hide(None))",
         "coroutine | int"),
        ("def f(a=None):\n    a = 1\n    if a is None: return 1\n    return coro()\nx = f()",
         "coroutine | int"),
        ("def f(a=None):\n    if a is None: return 1\n    return coro()\nx = f(*hide([]))",
         "coroutine | int"),
        ("def f(a=None):\n    if a is None: return 1\n    return coro()\nx = f(**hide({}))",
         "coroutine | int"),
        (("def f(a=None):\n    def g(b): return b\n    if a is None: return g\n    return coro\n"
         "x = f(coro)"), "function coro"),
    ],
)  # fmt: skip
def test_a_return_counts_where_its_condition_may_hold(
    tmp_path: Path, text: str, expected: str
) -> None:
    assert proven(tmp_path, f"{HEADER}{text}\n") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = (lambda: coro())()", "coroutine"),
        ("x = (lambda a: a())(coro)", "coroutine"),
        ("x = (lambda a, b: b)(1, '')", "str"),
        ("x = (lambda: (yield))()", "generator"),
        ("x = (lambda a: lambda: a())(coro)()", "coroutine"),
        ("x = (lambda *a: a)(1)", "unknown"),
        ("class A:\n    f = lambda self: coro()\nx = A().f()", "coroutine"),
        ("y = 1\nx = (lambda: y)()", "int"),
    ],
)
def test_calling_a_lambda(tmp_path: Path, text: str, expected: str) -> None:
    if text.endswith("a)(1)"):
        assert answer(tmp_path, f"{HEADER}{text}\n") in {expected, "int"}
    else:
        assert proven(tmp_path, f"{HEADER}{text}\n") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = functools.partial(coro)()", "coroutine"),
        ("x = functools.partial(cm)()", "context manager"),
        ("x = functools.partial(functools.partial(coro))()", "coroutine"),
        ("def f(a): return a()\nx = functools.partial(f, coro)()", "coroutine"),
        ("def f(*, a): return a()\nx = functools.partial(f, a=coro)()", "coroutine"),
        ("def f(a, b): return b()\nx = functools.partial(f, gen)(coro)", "coroutine"),
        ("def f(*, a): return a()\nx = functools.partial(f, a=coro)(a=gen)", "generator"),
        ("class A: ...\nx = functools.partial(A)()", "A"),
        ("class A:\n    async def f(self): ...\nx = functools.partial(A().f)()", "coroutine"),
        ("x = functools.partial(hide(coro))()", "unknown"),
        ("class A:\n    async def __call__(self): ...\nx = A()()", "coroutine"),
        ("class A:\n    def __call__(self): return self\nx = A()()()", "A"),
        ("class A:\n    __call__ = coro\nx = hide(1)", "unknown"),
    ],
)
def test_calling_other_things(tmp_path: Path, text: str, expected: str) -> None:
    assert proven(tmp_path, f"{HEADER}{text}\n") == expected


# --- decorators --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("decorators", "function", "expected"),
    [
        ("def d(f): return f", "async def x(): yield 1", "async generator"),
        ("def d(f):\n    def w(*a): return f(*a)\n    return w", "async def x(): ...", "coroutine"),
        ("def d(f):\n    @functools.wraps(f)\n    def w(*a): return f(*a)\n    return w",
         "def x(): yield 1", "generator"),
        ("def d(f):\n    @functools.wraps(f)\n    async def w(*a): return f(*a)\n    return w",
         "def x(): yield 1", "coroutine"),
        ("def d(f):\n    def w(): return [f()]\n    return w", "def x(): yield 1", "list[generator]"),
        ("def d(f): return 1", "def x(): yield 1", "int"),
        ("def d(f): return hide(f)", "def x(): yield 1", "unknown"),
        ("def d(f): return contextmanager(f)", "def x(): yield 1", "context manager"),
        ("d = contextmanager", "def x(): yield 1", "context manager"),
        ("d = asynccontextmanager", "async def x(): yield 1", "async context manager"),
        ("d = types.coroutine", "def x(): yield 1", "coroutine"),
        ("d = functools.cache", "async def x(): yield 1", "async generator"),
        ("d = functools.lru_cache(maxsize=1)", "def x(): return gen()", "generator"),
        ("d = functools.singledispatch", "def x(): return gen()", "unknown"),
        ("class d:\n    def __init__(self, f): self.f = f\n    def __call__(self): return 1",
         "async def x(): ...", "int"),
        ("class d:\n    def __init__(self, f): self.f = f\n    def __call__(self): return self.f()",
         "async def x(): ...", "unknown"),
        ("class d:\n    def __new__(cls, f): return f", "async def x(): ...", "coroutine"),
    ],
)  # fmt: skip
def test_decorated_functions(tmp_path: Path, decorators: str, function: str, expected: str) -> None:
    call = "x = x" if expected == "int" and decorators.startswith("def") else "x = x()"
    if "singledispatch" in decorators:
        call = "x = x if hide(1) else x()"
    text = f"{HEADER}{decorators}\n@d\n{function}\n{call}\n"
    if expected == "coroutine" and "types" in decorators:
        # The interpreter marks the function's code: the object itself stays a generator.
        assert answer(tmp_path, text) == expected
    else:
        assert proven(tmp_path, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def d(n):\n    def w(f): return f\n    return w\n@d(1)\nasync def f(): ...\nx = f()",
         "coroutine"),
        (("def d(f=None):\n    def w(f): return f\n    if f is None: return w\n    return w(f)\n"
         "@d\nasync def f(): ...\nx = f()"), "coroutine"),
        (("def d(f=None):\n    if f is None: return lambda f: f\n    return f\n"
         "@d()\nasync def f(): ...\nx = f()"), "coroutine"),
        ("def d(f): return f\ndef e(f): return contextmanager(f)\n@e\n@d\ndef f(): yield 1\nx = f()",
         "context manager"),
        ("@d\ndef f(): yield 1\nx = f()", "unknown"),
        ("class A:\n    @functools.wraps(gen)\n    async def f(self): ...\nx = A().f()", "coroutine"),
    ],
)  # fmt: skip
def test_decorators_with_arguments(tmp_path: Path, text: str, expected: str) -> None:
    if expected == "unknown":
        assert answer(tmp_path, f"{HEADER}{text}\n") == expected
    else:
        assert proven(tmp_path, f"{HEADER}{text}\n") == expected


# --- overloads ---------------------------------------------------------------------------

OVERLOADS = """\
class C:
    @overload
    def f(self, a: list[int]) -> int: ...
    @overload
    def f(self, a: str, b: int = 1) -> str: ...
    @overload
    def f(self, *, c: bytes) -> bytes: ...
    @overload
    def f(self, a: None, b: int) -> None: ...
    def f(self, a=None, b=None, *, c=None): return hide(c or (1 if a == [] else a))
"""


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("f([])", "int"),
        ("f('')", "str"),
        ("f('', 2)", "str"),
        ("f('', b=2)", "str"),
        ("f(c=b'a')", "bytes"),
        ("f(None, 1)", "NoneType"),
        ("f(hide(''))", "int | str"),
        ("f(hide(''), 1)", "NoneType | str"),
        ("f(*hide(['']))", "NoneType | bytes | int | str"),
        ("f(**hide({'a': ''}))", "NoneType | bytes | int | str"),
        ("f([] if hide(0) else '')", "int | str"),
    ],
)
def test_overloads_that_cannot_take_the_arguments_are_left_out(
    tmp_path: Path, call: str, expected: str
) -> None:
    """Those of a stub tell all; here the body is not followed, as it hides what it gives."""
    stub = OVERLOADS.replace(
        "    def f(self, a=None, b=None, *, c=None): return hide(c or (1 if a == [] else a))\n", ""
    )
    resolver = resolver_of(
        tmp_path,
        {
            "site/over.pyi": f"from typing import overload\n{stub}",
            "main.py": f"{HEADER}from over import C\nx = C().{call}\n",
        },
    )
    found = resolver.judged(Name("x"), Frame(str(tmp_path / "main.py"), 0))
    assert described(found) == expected
    proven(tmp_path, f"{HEADER}{OVERLOADS}x = C().{call}\n")


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("open('/dev/null')", {"TextIOWrapper"}),
        ("sorted([1])", {"list[int]", "list[unknown]"}),
        ("dict(a=1)", {"dict[str, unknown]", "dict[str, int]"}),
        ("sum([1])", {"unknown", "int", "int | unknown"}),
        ("'a'.split()", {"list[str | unknown]", "list[str] | list[unknown]", "list[str]"}),
        ("int('1')", {"int"}),
    ],
)
def test_overloads_of_typeshed(tmp_path: Path, call: str, expected: set[str]) -> None:
    assert proven(tmp_path, f"x = {call}\n") in expected


def test_what_an_overload_is(tmp_path: Path) -> None:
    text = f"{HEADER}import typing\n@overload\ndef f(): ...\n@typing.overload\ndef g(): ...\ndef h(): ...\n"
    resolver = resolver_of(tmp_path, {"main.py": text})
    module = resolver.module(str(tmp_path / "main.py"))
    found = {
        scope.name: resolver.calls.overloads.is_overload(
            FunctionValue(str(tmp_path / "main.py"), number, None)
        )
        for number, scope in enumerate(module.scopes)
        if scope.name in {"f", "g", "h"}
    }
    assert found == {"f": True, "g": True, "h": False}


def test_where_no_overload_fits_all_of_them_count(tmp_path: Path) -> None:
    resolver = stubs(tmp_path)
    functions = [f for f in resolver.force("builtins.sum") if isinstance(f, FunctionValue)]
    assert len(functions) > 1
    overloads = resolver.calls.overloads
    assert overloads.accepting(functions, (), {}) == functions
    assert overloads.accepting(functions, (ANYTHING, ANYTHING), {"gone": ANYTHING}) == functions
    two = overloads.accepting(functions, (ANYTHING, ANYTHING), {})
    assert two
    assert len(two) < len(functions)


# --- calls that come to an end -----------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "def f(): return f()\nx = f()\n",
        "def f(a): return f(lambda: a)\nx = f(1)\n",
        "def f(a): return a(a)\nx = f(f)\n",
        "def f(): return hide('')\ndef g(): return f()\nx = f()\n",
        "def f(n): return [f(n - 1)] if n else 1\nx = f(3)\n",
        "def f(n): return (f(n - 1), f(n - 2)) if n else 1\nx = f(3)\n",
        "x = (lambda f: f(f))(lambda f: f(f))\n",
        "def d(f): return d(f)\n@d\ndef f(): ...\nx = f()\n",
        "import functools\nf = functools.partial(lambda: f())\nx = f()\n",
        "async def f(): return await f()\nx = await f()\n",
        "def f(): yield from f()\nfor x in f(): ...\n",
        "class A:\n    def f(self): return self.g()\n    def g(self): return self.f()\nx = A().f()\n",
        "class A:\n    def f(self, o): return o.f(self)\nx = A().f(A())\n",
        "class A:\n    def __call__(self): return self()()\nx = A()()\n",
    ],
)
def test_calls_that_come_back_end(tmp_path: Path, text: str) -> None:
    start = time.perf_counter()
    answer(tmp_path, text)
    assert time.perf_counter() - start < 5


def test_many_calls_of_many_functions_are_answered_soon(tmp_path: Path) -> None:
    text = "def f0(a, b): return a\n"
    text += "".join(
        f"def f{n}(a, b): return f{n - 1}(a, lambda: b) or f{n - 1}(b, a)\n" for n in range(1, 40)
    )
    start = time.perf_counter()
    answer(tmp_path, f"{text}async def g(): ...\nx = f39(g, f39)\n")
    assert time.perf_counter() - start < 10


# --- the parts ---------------------------------------------------------------------------


def test_what_can_be_called(tmp_path: Path) -> None:
    resolver, function = function_in(tmp_path, "async def f(): return 1\n", "f")
    call = resolver.calls.call
    number: Values = resolver.classes.builtin("int")
    assert call(Constant(number), (), {}) == number
    assert call(Identity(), (number,), {}) == number
    assert call(Identity(), (), {}) == ANYTHING
    assert described(call(Partial(function), (), {})) == "coroutine"
    assert call(ANYTHING[0], (), {}) == ANYTHING
    (location,) = {resolver.project.environment.top("asyncio")}
    assert location is not None
    assert call(ModuleValue(location), (), {}) == ANYTHING
    assert described(call(External("asyncio.Lock"), (), {})) == "Lock"
    assert call(External("gone.f"), (), {}) == ANYTHING


def test_a_bound_method_passes_its_receiver(tmp_path: Path) -> None:
    text = "class A:\n    def f(self): return self\nx = A().f\ny = A.f\n"
    (bound,) = values_of(tmp_path, text)
    (plain,) = values_of(tmp_path, text, "y")
    resolver = resolver_of(tmp_path, {"main.py": text})
    assert isinstance(bound, FunctionValue)
    assert isinstance(plain, FunctionValue)
    calls = resolver.calls
    assert calls.with_receiver(bound, (ANYTHING,)) == ((bound.receiver,), ANYTHING)
    assert calls.with_receiver(plain, (ANYTHING,)) == (ANYTHING,)
    scope = resolver.scope_of(bound)
    assert calls.receiver_of(plain, scope) == ()
    ((name, (receiver,)),) = calls.receiver_of(bound, scope)
    assert name == "self"
    assert isinstance(receiver, InstanceValue)
    assert receiver.exact


def test_returns_and_results(tmp_path: Path) -> None:
    text = "async def f(a):\n    if a: return 1\n    return a\n"
    resolver, function = function_in(tmp_path, text, "f")
    calls = resolver.calls
    assert described(calls.returned(function, ())) == "int | unknown"
    passed: tuple[tuple[str, Values], ...] = (("a", resolver.classes.builtin("str")),)
    assert described(calls.returned(function, passed)) == "int | str"
    assert described(calls.result(function, ())) == "int | unknown"
    frame = calls.frame_of(function, passed)
    assert (frame.path, frame.number, frame.parameters) == (function.path, function.number, passed)


def test_what_comes_out_of_a_plain_function_has_its_evidence(tmp_path: Path) -> None:
    (value,) = values_of(tmp_path, f"{HEADER}def f(): return coro()\nx = f()\n")
    assert isinstance(value, Produced)
    assert value.target is not None
    assert value.target.name == "main.coro"
    messages = [step.message for step in value.steps]
    assert "`f` returns it: a plain function" in messages
    assert "returned here" in messages


@pytest.mark.parametrize(
    ("text", "done"),
    [
        ("def f(): return coro()\nx = f()", False),
        ("def f(a):\n    if a: return 1\n    return coro()\nx = f(1)", True),
        ("def f(a): return a\nx = f(coro())", True),
        ("x = coro()", False),
        ("class A:\n    async def f(self): ...\ndef f(a: A): return a\nx = f(hide(1)).f()", True),
    ],
)
def test_work_that_may_be_in_other_hands(tmp_path: Path, text: str, done: bool) -> None:
    found = values_of(tmp_path, f"{HEADER}{text}\n")
    assert [value.done for value in found if isinstance(value, Produced)] == [done]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("async def f(): ...", Kind.COROUTINE),
        ("async def f(): yield", Kind.ASYNC_GENERATOR),
        ("def f(): yield", Kind.GENERATOR),
    ],
)
def test_the_kind_of_a_function(tmp_path: Path, text: str, kind: Kind) -> None:
    resolver, function = function_in(tmp_path, f"{text}\n", "f")
    assert kind_of_function(resolver.scope_of(function)) is kind


NONE: Value = InstanceValue("NoneType", Protocol.NONE)
INT: Value = InstanceValue("int", Protocol.NONE)
FUNCTION: Value = FunctionValue("a.py", 1, None)


@pytest.mark.parametrize(
    ("ask", "holds", "values", "expected"),
    [
        (Ask.NONE, True, (NONE,), True),
        (Ask.NONE, False, (NONE,), False),
        (Ask.NONE, True, (INT,), False),
        (Ask.NONE, True, (FUNCTION,), False),
        (Ask.NONE, True, (NONE, INT), True),
        (Ask.NONE, False, (NONE, INT), True),
        (Ask.NONE, True, ANYTHING, True),
        (Ask.NONE, True, (), True),
        (Ask.TRUE, True, (NONE,), False),
        (Ask.TRUE, False, (NONE,), True),
        (Ask.TRUE, True, (INT,), True),
        (Ask.TRUE, False, (INT,), True),
        (Ask.CALLABLE, True, (FUNCTION,), True),
        (Ask.CALLABLE, False, (FUNCTION,), False),
        (Ask.CALLABLE, True, (NONE,), False),
        (Ask.CALLABLE, False, (NONE,), True),
        (Ask.CALLABLE, True, (External("a.b"),), True),
        (Ask.CALLABLE, False, (External("a.b"),), True),
    ],
)
def test_whether_a_condition_may_hold(
    ask: Ask, holds: bool, values: Values, expected: bool
) -> None:
    assert may_hold(Condition("a", ask, holds), {"a": values}) is expected
    assert may_hold(Condition("b", ask, holds), {"a": values})


def test_a_lambda_is_a_function_of_its_parameters(tmp_path: Path) -> None:
    (value,) = values_of(tmp_path, "x = lambda a: a\n")
    assert isinstance(value, LambdaValue)
    assert value.expression.parameters == ("a",)
