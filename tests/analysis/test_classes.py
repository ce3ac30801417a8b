"""Classes: their ancestors, what their instances support, and what their attributes are."""

import asyncio
from pathlib import Path

import pytest
from answers import answer, described, protocols_of, proven, resolver_of, run, stubs, values_of
from projects import deep_stack

from asyncpattern_lint.analysis.resolver import Resolver
from asyncpattern_lint.analysis.values import (
    UNKNOWN,
    ClassValue,
    Frame,
    FunctionValue,
    InstanceValue,
    Value,
)
from asyncpattern_lint.index.model import Name
from asyncpattern_lint.protocol import Protocol

HEADER = """\
import abc, enum
from collections import namedtuple
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, NamedTuple, Protocol, TypeVar
T = TypeVar("T")
def hide(value): return eval("value")
"""


def class_in(root: Path, text: str, name: str) -> tuple[Resolver, ClassValue]:
    """Return a class of a module, and what resolves its names."""
    resolver = resolver_of(root, {"main.py": text})
    (found,) = resolver.evaluate(Name(name), Frame(str(root / "main.py"), 0))
    assert isinstance(found, ClassValue)
    return resolver, found


def lineage(root: Path, text: str, name: str) -> list[str]:
    """Return the names of a class and its ancestors; ``?`` for one that is not known."""
    resolver, found = class_in(root, f"{HEADER}{text}", name)
    with deep_stack():
        ancestors = resolver.classes.lineage(found)
    return ["?" if a is None else resolver.classes.scope_of(a).name for a in ancestors]


# --- ancestors ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "bases",
    [
        {"A": "", "B": "A", "C": "B"},
        {"O": "", "A": "O", "B": "O", "C": "A, B"},
        {"O": "", "A": "O", "B": "O", "C": "B, A"},
        {"O": "", "A": "O", "B": "O", "C": "A, B", "D": "C, O"},
        {"O": "", "A": "O", "B": "O", "E": "O", "K": "A, B", "L": "B, E", "C": "K, L"},
        {"X": "", "Y": "", "A": "X, Y", "B": "Y", "C": "A, B"},
        {"A": "Generic[T]", "B": "A[int]", "C": "B, A[int]"},
        {"A": "Generic[T]", "B": "A[T], Generic[T]", "D": "A[T]", "C": "B[int], D[int]"},
        {"A": "OSError", "C": "A"},
        {"A": "OSError", "B": "ValueError", "C": "A, B"},
        {"A": "abc.ABC", "B": "abc.ABC", "C": "A, B"},
    ],
)
def test_ancestors_come_in_the_order_of_the_interpreter(
    tmp_path: Path, bases: dict[str, str]
) -> None:
    text = "".join(f"class {name}({of}): ...\n" for name, of in bases.items())
    made = run(f"{HEADER}{text}x = [c.__name__ for c in C.__mro__]\n")
    assert isinstance(made, list)
    # Neither says anything of what an object supports.
    order = [name for name in made if name not in {"object", "Generic"}]
    assert lineage(tmp_path, text, "C") == order


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("class C(Gone): ...", ["C", "?"]),
        ("class A: ...\nclass C(A, Gone): ...", ["C", "A", "?"]),
        ("class A: ...\nclass C(Gone, A): ...", ["C", "?", "A"]),
        ("class A: ...\nclass C(hide(A)): ...", ["C", "?"]),
        ("class A: ...\nclass B: ...\nclass C(A if hide(1) else B): ...", ["C", "?"]),
        ("class X: ...\nclass Y: ...\nclass A(X, Y): ...\nclass B(Y, X): ...\nclass C(A, B): ...",
         ["C", "?"]),
        ("class C(C): ...", ["C", "?"]),
        ("class A(C): ...\nclass C(A): ...", ["C", "A", "?"]),
        ("C = namedtuple('C', 'a')\nclass C(C): ...", ["C", "?"]),
    ],
)  # fmt: skip
def test_ancestors_that_are_not_known(tmp_path: Path, text: str, expected: list[str]) -> None:
    found = lineage(tmp_path, f"{text}\n", "C")
    # In a cycle, how far one comes is left open; that something is missing is not.
    assert found == expected or (found[0] == "C" and "?" in found and "?" in expected)


def test_a_base_that_is_bound_again_is_the_earlier_one(tmp_path: Path) -> None:
    text = "class A:\n    def f(self): return 1\nclass A(A): ...\nx = A().f()\n"
    assert proven(tmp_path, text) == "int"


@pytest.mark.parametrize("size", [50, 1000])
def test_long_lines_of_descent_come_to_an_end(tmp_path: Path, size: int) -> None:
    text = "class A0:\n    def f(self): return 1\n"
    text += "".join(f"class A{n}(A{n - 1}): ...\n" for n in range(1, size))
    assert answer(tmp_path, f"{text}x = A{size - 1}().f()\n") in {"int", "unknown"}


@pytest.mark.parametrize(
    "text",
    [
        "class A(B):\n    def f(self): return 1\nclass B(A): ...\nx = B().f()\n",
        "class A(A):\n    def f(self): return super().f()\nx = A().f()\n",
        "class A(B): ...\nclass B(C): ...\nclass C(A, B): ...\nx = C().f().f\n",
        "class A(B.C): ...\nclass B(A):\n    class C(A): ...\nx = B.C().f()\n",
        "class A:\n    x = property(lambda self: self.x)\nx = A().x\n",
        "class A:\n    def f(self): return self.f()\nx = A().f()\n",
        "class A:\n    def __init__(self): self.y = self.y\nx = A().y\n",
        "class A:\n    def __getattr__(self, name): return getattr(self, name)\nx = A().y\n",
        "class A:\n    __get__ = A\n    y = A()\nx = A().y\n",
        "class A(metaclass=A): ...\nx = A()\n",
        "class A:\n    def __enter__(self): return A().__enter__()\nwith A() as x: ...\n",
    ],
)
def test_classes_that_lead_back_to_themselves_come_to_an_end(tmp_path: Path, text: str) -> None:
    assert answer(tmp_path, text)


def test_classes_in_a_cycle_of_imports(tmp_path: Path) -> None:
    files = {
        "main.py": "from a import A\nx = A().f()\ny = A().g()\n",
        "a.py": "from b import B\nclass A(B):\n    def f(self): return 1\n",
        "b.py": "import a\nclass B:\n    def g(self) -> 'a.A': return a.A()\n",
    }
    resolver = resolver_of(tmp_path, files)
    frame = Frame(str(tmp_path / "main.py"), 0)
    assert described(resolver.evaluate(Name("x"), frame)) == "int"
    assert described(resolver.evaluate(Name("y"), frame)) == "A"


def test_a_class_behind_a_thousand_modules_is_found_or_nothing_is_said(tmp_path: Path) -> None:
    files = {f"m{n}.py": f"from m{n + 1} import A\n" for n in range(1000)}
    files["m1000.py"] = "class A:\n    def f(self): return 1\n"
    files["main.py"] = "from m0 import A\nclass B(A): ...\nx = B()\ny = B().f()\nz = A()\n"
    resolver = resolver_of(tmp_path, files)
    frame = Frame(str(tmp_path / "main.py"), 0)
    with deep_stack():
        found = {name: described(resolver.evaluate(Name(name), frame)) for name in "xyz"}
    assert found["x"] in {"B", "open B"}
    assert found["y"] in {"int", "unknown"}
    assert found["z"] in {"A", "unknown"}


@pytest.mark.parametrize(
    ("name", "ancestors", "derives"),
    [
        ("asyncio.Task", {"asyncio.futures.Future", "_asyncio.Future"}, True),
        ("asyncio.Queue", {"asyncio.futures.Future"}, False),
        ("collections.OrderedDict", {"builtins.dict"}, True),
        ("collections.OrderedDict", {"typing.MutableMapping"}, True),
        ("enum.IntEnum", {"enum.Enum"}, True),
    ],
)
def test_what_a_class_derives_from(
    tmp_path: Path, name: str, ancestors: set[str], derives: bool
) -> None:
    resolver = stubs(tmp_path)
    (found,) = resolver.force(name)
    assert isinstance(found, ClassValue)
    assert resolver.classes.derives_from(found, frozenset(ancestors)) is derives


@pytest.mark.parametrize(
    ("text", "target", "expected"),
    [
        ("class C(dict[str, int]): ...\nx = C()", "builtins.dict", ["str", "int"]),
        ("class C(dict[str, int]): ...\nx = C()", "typing.Mapping", ["str", "int"]),
        ("class C(dict[str, int]): ...\nx = C()", "typing.Iterable", ["str"]),
        ("class C:\n    def __iter__(self): yield 1\nx = C()", "typing.Iterable", ["int"]),
        ("class C:\n    async def __aiter__(self): yield 1\nx = C()",
         "typing.AsyncIterable", ["int"]),
        ("class C:\n    def __enter__(self): return 1\n    def __exit__(self, *a): ...\nx = C()",
         "contextlib.AbstractContextManager", ["int"]),
        (("class C:\n    async def __aenter__(self): return 1\n"
         "    async def __aexit__(self, *a): ...\nx = C()"),
         "contextlib.AbstractAsyncContextManager", ["int"]),
        ("class C:\n    def __await__(self):\n        yield\n        return 1\nx = C()",
         "typing.Awaitable", ["int"]),
        ("class C: ...\nx = C()", "builtins.dict", []),
    ],
)  # fmt: skip
def test_under_which_arguments_an_object_is_an_instance(
    tmp_path: Path, text: str, target: str, expected: list[str]
) -> None:
    (found,) = values_of(tmp_path, f"{text}\n")
    resolver = resolver_of(tmp_path, {"main.py": f"{text}\n"})
    (wanted,) = resolver.force(target)
    assert isinstance(found, InstanceValue)
    assert isinstance(wanted, ClassValue)
    assert [*map(described, resolver.classes.arguments_for(found, wanted))] == expected


# --- instances ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("class C: ...\nx = C()", "C"),
        ("class C(Gone): ...\nx = C()", "open C"),
        ("class C(Exception): ...\nx = C()", "C"),
        ("class C(abc.ABC): ...\nx = C()", "C"),
        ("class C(metaclass=abc.ABCMeta): ...\nx = C()", "C"),
        ("class M(type): ...\nclass C(metaclass=M): ...\nx = C()", "C"),
        ("class M(type):\n    def __call__(cls): return 1\nclass C(metaclass=M): ...\nx = C()",
         "unknown"),
        (("class M(type):\n    def __call__(cls): return 1\nclass N(M): ...\n"
         "class B(metaclass=N): ...\nclass C(B): ...\nx = C()"), "unknown"),
        ("class C(metaclass=Gone): ...\nx = C()", "unknown"),
        ("class C:\n    def __new__(cls): return 1\nx = C()", "int"),
        ("class C:\n    def __new__(cls): return hide(1)\nx = C()", "unknown"),
        ("class C:\n    def __new__(cls): return object.__new__(cls)\nx = C()", "C"),
        ("class C:\n    def __new__(cls): return super().__new__(cls)\nx = C()", "C"),
        ("class C(str):\n    def __new__(cls): return super().__new__(cls)\nx = C()", "C"),
        ("class B:\n    def __new__(cls): return 1\nclass C(B): ...\nx = C()", "int"),
        ("class B:\n    def __new__(cls): return object.__new__(cls)\nclass C(B): ...\nx = C()",
         "C"),
        ("class C:\n    def __new__(cls) -> 'C': return super().__new__(cls)\nx = C()", "C"),
        ("@dataclass\nclass C:\n    y: int\nx = C(1)", "C"),
        ("@dataclass(frozen=True)\nclass C:\n    y: int\nx = C(1)", "C"),
        ("def d(c): return c\n@d\nclass C: ...\nx = C()", "C"),
        ("def d(c): return 1\n@d\nclass C: ...\nx = C", "unknown"),
        ("def d(c):\n    c.__iter__ = lambda self: iter([])\n    return c\n@d\nclass C: ...\nx = C()",
         "unknown"),
        ("class C(enum.Enum):\n    Y = 1\nx = C.Y", "C"),
        ("class C(enum.Enum):\n    Y = 1\nx = C(1)", "C"),
        ("class C(Protocol):\n    def f(self): ...\ndef f(c: C): return c\nx = f(hide(1))",
         "open C"),
    ],
)  # fmt: skip
def test_what_calling_a_class_gives(tmp_path: Path, text: str, expected: str) -> None:
    if "Gone" in text or "open" in expected:
        assert answer(tmp_path, f"{HEADER}{text}\n") == expected
    else:
        assert proven(tmp_path, f"{HEADER}{text}\n") == expected


def test_an_instance_is_exact_where_it_was_made(tmp_path: Path) -> None:
    text = "class C:\n    def f(self): return self\nx = C()\ndef f(c: C): return c\ny = f(z)\n"
    (made,) = values_of(tmp_path, text)
    (told,) = values_of(tmp_path, text, "y")
    assert isinstance(made, InstanceValue)
    assert isinstance(told, InstanceValue)
    assert (made.exact, told.exact) == (True, False)
    assert made.of == told.of
    assert made.target is not None
    assert (made.target.name, made.target.line) == ("main.C", 1)
    assert [step.message for step in made.steps[-1:]] == ["`class C` is defined here"]


def test_instances_of_builtin_classes(tmp_path: Path) -> None:
    classes = stubs(tmp_path).classes
    assert described(classes.builtin("int")) == "int"
    assert classes.builtin("nothing") == (UNKNOWN,)
    assert described(classes.builtin("list", (classes.builtin("int"),))) == "list[int]"
    assert described(classes.tuple_of((classes.builtin("int"), ()))) == "tuple[int, nothing]"
    assert described(classes.named("asyncio.Queue", (classes.builtin("int"),))) == "Queue[int]"
    assert classes.named("asyncio.Gone") == ()
    assert classes.named("gone.Gone") == ()


@pytest.mark.parametrize("name", ["int", "NoneType", "ellipsis", "function", "list"])
def test_builtin_instances_have_a_class(tmp_path: Path, name: str) -> None:
    resolver = stubs(tmp_path)
    (instance,) = resolver.classes.builtin(name)
    assert isinstance(instance, InstanceValue)
    found = resolver.classes.class_of(instance)
    assert found is not None
    real = {"ellipsis": {"EllipsisType", "ellipsis"}, "function": {"FunctionType", "function"}}
    assert resolver.classes.scope_of(found).name in real.get(name, {name})


def test_a_method_knows_its_receiver(tmp_path: Path) -> None:
    resolver, found = class_in(tmp_path, "class C: ...\n", "C")
    (instance,) = resolver.classes.self_of(found.path, found.number, is_class=False)
    (cls,) = resolver.classes.self_of(found.path, found.number, is_class=True)
    assert isinstance(instance, InstanceValue)
    assert isinstance(cls, ClassValue)
    assert (instance.of, instance.exact, cls.exact) == (found.plain, False, False)
    assert resolver.classes.instances(found) == (instance,)


# --- protocols ---------------------------------------------------------------------------

PROTOCOLS = {
    "nothing": "class C: ...",
    "an iterable": "class C:\n    def __iter__(self): yield 1",
    "items": "class C:\n    def __getitem__(self, n): return 1",
    "an async iterable": "class C:\n    def __aiter__(self): return self",
    "an awaitable": "class C:\n    def __await__(self): yield",
    "half a context manager": "class C:\n    def __enter__(self): ...",
    "a context manager": "class C:\n    def __enter__(self): ...\n    def __exit__(self, *a): ...",
    "an async one": "class C:\n    async def __aenter__(self): ...\n    async def __aexit__(self, *a): ...",
    "halves of two classes": "class A:\n    def __enter__(self): ...\nclass C(A):\n    def __exit__(self, *a): ...",
    "what is inherited": "class A:\n    def __iter__(self): yield 1\nclass B(A): ...\nclass C(B): ...",
    "by assignment": "class C:\n    def f(self): yield 1\n    __iter__ = f",
    "a list": "class C(list): ...",
    "text": "class C(str): ...",
    "a number": "class C(int): ...",
    "a lock's equal": "class C:\n    __aenter__ = __enter__ = lambda self: self\n    __aexit__ = __exit__ = lambda self, *a: None",
    "an abstract class": "import abc\nclass C(abc.ABC):\n    @abc.abstractmethod\n    def __iter__(self): ...",
    "a dataclass": "from dataclasses import dataclass\n@dataclass\nclass C:\n    def __iter__(self): yield 1",
    "a member of an enumeration": "import enum\nclass C(enum.Enum):\n    A = 1",
    "a named tuple": "from typing import NamedTuple\nclass C(NamedTuple):\n    a: int",
    "a mapping": "from collections.abc import Mapping\nclass C(Mapping): ...",
    "an iterator": "from collections.abc import Iterator\nclass C(Iterator):\n    def __next__(self): return 1",
    "a thread": "import threading\nclass C(threading.Thread): ...",
    "a manager": "import contextlib\nclass C(contextlib.AbstractContextManager):\n    def __exit__(self, *a): ...",
    "a decorator too": "import contextlib\nclass C(contextlib.ContextDecorator): ...",
    "a queue": "import asyncio\nclass C(asyncio.Queue): ...",
    "a generic": "from typing import Generic, TypeVar\nT = TypeVar('T')\nclass C(Generic[T]):\n    def __iter__(self): yield 1",
}


@pytest.mark.parametrize("text", PROTOCOLS.values(), ids=PROTOCOLS.keys())
def test_instances_support_what_the_interpreter_says(tmp_path: Path, text: str) -> None:
    resolver, found = class_in(tmp_path, f"{text}\n", "C")
    made = run(f"{text}\nx = C\n")
    assert isinstance(made, type)
    assert resolver.classes.protocols_of(found) == (protocols_of(made), False)


@pytest.mark.parametrize(
    "text",
    [
        "class C(Gone): ...",
        "class C:\n    __iter__ = None",
        "class A:\n    def __iter__(self): yield 1\nclass C(A):\n    __iter__ = None",
        "class C(y=1): ...",
        "class A:\n    def __init_subclass__(cls): cls.__iter__ = f\nclass C(A): ...",
        "class C: ...\nC.__iter__ = lambda self: iter([])",
        "class C: ...\nsetattr(C, '__iter__', lambda self: iter([]))",
        "class C: ...\nsetattr(C, name, f)",
        "def d(c): return gone(c)\n@d\nclass C: ...\nC = C",
        "class C: ...\nglobals()['C'] = 1",
        "class C:\n    from a import __iter__",
        "class M(type):\n    def __new__(m, n, b, d): return type.__new__(m, n, (list,), d)\nclass C(metaclass=M): ...",
        "class C(type): ...",
        "class C(C): ...",
    ],
)  # fmt: skip
def test_what_may_support_more_is_open(tmp_path: Path, text: str) -> None:
    resolver = resolver_of(tmp_path, {"main.py": f"{text}\n"})
    module = resolver.module(str(tmp_path / "main.py"))
    number = max(n for n, scope in enumerate(module.scopes) if scope.name == "C")
    found = ClassValue(str(tmp_path / "main.py"), number)
    assert resolver.classes.protocols_of(found)[1]


def test_a_method_that_only_refuses_supports_nothing(tmp_path: Path) -> None:
    text = "class C:\n    def __await__(self): raise TypeError('forgot the parentheses')\n"
    resolver, found = class_in(tmp_path, text, "C")
    assert resolver.classes.protocols_of(found) == (Protocol.NONE, False)


def test_subclasses_may_support_more(tmp_path: Path) -> None:
    text = "class A: ...\nclass B(A):\n    def __iter__(self): yield 1\n"
    (made,) = values_of(tmp_path, f"{text}x = A()\n")
    (told,) = values_of(tmp_path, f"{text}def f(a: A): return a\nx = f(hide())\n")
    assert isinstance(made, InstanceValue)
    assert isinstance(told, InstanceValue)
    assert (made.protocols, told.protocols) == (Protocol.NONE, Protocol.ITERABLE)


# --- attributes --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("class C:\n    y = 1\nx = C().y", "int"),
        ("class C:\n    y = 1\nx = C.y", "int"),
        ("class C:\n    y: int = hide(1)\nx = C().y", "int"),
        ("class C:\n    def __init__(self): self.y = 1\nx = C().y", "int"),
        ("class C:\n    y = 1\n    def f(self): self.y = 'a'\nx = C().y", "int | str"),
        ("class C:\n    y = None\n    def f(self): self.y = 'a'; return self\nx = C().f().y",
         "NoneType | str"),
        ("class C:\n    y = None\nx = C().y", "unknown"),
        ("class C:\n    def __init__(self, y: int): self.y = y\nx = C(hide(1)).y", "int"),
        ("class C:\n    def __init__(self, y=None): self.y = y or 1\nx = C().y", "int"),
        ("class C:\n    def __init__(self, y): self.y = y\nx = C(1).y", "unknown"),
        ("class C:\n    def __init__(self): setattr(self, 'y', 1)\nx = C().y", "int"),
        ("class C:\n    y = 1\n    def __init__(self, **k): self.__dict__.update(k)\nx = C(y='').y",
         "int | unknown"),
        ("class C:\n    y = 1\n    def __init__(self, n): setattr(self, n, '')\nx = C('y').y",
         "int | unknown"),
        ("class C:\n    y = 1\nc = C()\nc.y = 'a'\nx = c.y", "int | str"),
        ("class C:\n    def __getattr__(self, name): return 1\nx = C().y", "int"),
        ("class C:\n    def __getattr__(self, name): return self\nx = C().y", "C"),
        ("class C:\n    def __getattr__(self, name): return hide(1)\nx = C().y", "unknown"),
        ("class C:\n    def __getattr__(self, name): return getattr(1, name)\nx = C().real", "int"),
        ("class C:\n    def __getattr__(self, name): return getattr('', name.lower())\nx = C().UPPER()",
         "unknown"),
        ("class C:\n    y = 'a'\n    def __getattribute__(self, name): return 1\nx = C().y", "unknown"),
        ("class C:\n    class D: ...\nx = C.D()", "C.D"),
        ("class C:\n    class D: ...\nx = C().D()", "C.D"),
        ("class C:\n    def f(self): ...\nx = C.f", "function C.f"),
        ("class C:\n    def f(self): ...\nx = C().f", "method C.f of C"),
        ("class C:\n    f = lambda self: self\nx = C().f()", "C"),
        ("class C:\n    def f(self): return 1\n    g = f\nx = C().g()", "int"),
        ("class C:\n    f = len\nx = C().f([])", "int"),
        ("class C:\n    def f(self): return 1\nC.f = lambda self: ''\nx = C().f()", "int | str"),
        ("@dataclass\nclass C:\n    y: list[int] = field(default_factory=list)\nx = C().y", "list[int]"),
        ("class C(enum.Enum):\n    Y = 1\nx = C.Y.value", "unknown"),
        ("class C(enum.Enum):\n    Y = 1\n    def f(self): return 1\nx = C.Y.f()", "int"),
        ("C = namedtuple('C', 'a b')\nx = C(1, 2).a", "unknown"),
        ("class C(NamedTuple):\n    a: int\n    b: str = ''\nx = C(1).b", "str"),
        ("x = ValueError('a').args", "tuple[unknown]"),
        ("x = 'a'.gone if hide(0) else 1", "int | unknown"),
        ("class M(type):\n    y = 1\nclass C(metaclass=M): ...\nx = C.y", "unknown"),
        ("import os\nx = os.path", "module"),
    ],
)  # fmt: skip
def test_attributes(tmp_path: Path, text: str, expected: str) -> None:
    if expected == "module":
        assert answer(tmp_path, f"{HEADER}{text}\n") == expected
    else:
        assert proven(tmp_path, f"{HEADER}{text}\n") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("class A:\n    def f(self): return 1\nclass C(A): ...\nx = C().f()", "int"),
        ("class A:\n    def f(self): return 1\nclass C(A):\n    def f(self): return ''\nx = C().f()",
         "str"),
        (("class O:\n    def f(self): return 1\nclass A(O): ...\n"
         "class B(O):\n    def f(self): return ''\nclass C(A, B): ...\nx = C().f()"), "str"),
        ("class A:\n    y = 1\nclass B:\n    y = ''\nclass C(A, B): ...\nx = C().y", "int"),
        ("class A:\n    y = 1\nclass C(A):\n    def __init__(self): self.y = ''\nx = C().y",
         "int | str"),
        ("class C(Gone):\n    y = 1\nx = C().y", "int | unknown"),
        ("class C(Gone):\n    def f(self): return 1\nx = C().f()", "int"),
        ("class C(Gone): ...\nx = C().y", "unknown"),
        ("class A:\n    y = 1\nclass C(Gone, A): ...\nx = C().y", "unknown"),
        ("class A:\n    y = 1\nclass C(A, Gone): ...\nx = C().y", "int | unknown"),
        ("class C(dict[str, int]): ...\nx = C(a=1).get('a', 2)", "int"),
        ("import threading\nclass C(threading.Thread): ...\nx = C().is_alive()", "bool"),
        (("import threading\nclass C(threading.Thread):\n    def is_alive(self): return 1\n"
         "x = C().is_alive()"), "int"),
    ],
)  # fmt: skip
def test_inherited_attributes(tmp_path: Path, text: str, expected: str) -> None:
    if "Gone" in text:
        assert answer(tmp_path, f"{text}\n") == expected
    else:
        assert proven(tmp_path, f"{text}\n") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("class C(A):\n    def f(self): return super().f()\nx = C().f()", "int"),
        ("class C(A):\n    async def f(self): return super().f()\nx = await C().f()", "int"),
        ("class C(A):\n    async def g(self): return await super().g()\nx = await C().g()", "str"),
        ("class C(A):\n    def f(self): return super(C, self).f()\nx = C().f()", "int"),
        ("class C(A):\n    @classmethod\n    def h(cls): return super().h()\nx = C.h()", "C"),
        ("class C(A):\n    @property\n    def p(self): return super().p\nx = C().p", "bytes"),
        ("class B(A): ...\nclass C(B):\n    def f(self): return super(B, self).f()\nx = C().f()",
         "int"),
        (("class B(A):\n    def f(self): return ''\nclass D(A): ...\n"
         "class C(D, B):\n    def f(self): return super().f()\nx = C().f()"), "str"),
        (("class B(A):\n    def f(self): return super().f()\nclass D(A):\n    def f(self): return ''\n"
         "class C(B, D): ...\nx = hide(C()).f()"), "unknown"),
        ("class C(A):\n    def f(self): return super().gone\nx = hide(1)", "unknown"),
        ("class C(A):\n    def f(self): return (lambda: super(C, self).f())()\nx = C().f()", "int"),
    ],
)  # fmt: skip
def test_super_is_what_follows(tmp_path: Path, text: str, expected: str) -> None:
    base = """\
class A:
    def f(self): return 1
    async def g(self): return ''
    @classmethod
    def h(cls): return cls()
    @property
    def p(self): return b''
"""
    assert proven(tmp_path, f"{HEADER}{base}{text}\n") == expected


def test_a_sibling_may_come_in_between(tmp_path: Path) -> None:
    """What ``super()`` means hangs on classes that the method's own class does not know."""
    text = """\
        class A:
            def f(self): return 1
        class B(A):
            def f(self): return super().f()
        class S(A):
            def f(self): return ''
        class C(B, S): ...
        def g(b: B): return b.f()
        x = g(eval('C()'))
    """
    assert proven(tmp_path, text) == "int | str"


# --- overriding --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "override", "expected"),
    [
        ("def f(self): return 1", "async def f(self): return 1", "coroutine | int"),
        ("def f(self): return 1", "def f(self): yield 1", "generator | int"),
        ("def f(self): return 1", "def f(self): return ''", "int | str"),
        ("def f(self): return 1", "f = len", "int"),
        ("def f(self): return 1", "@property\n    def f(self): return len", "int"),
        ("async def f(self): return 1", "async def f(self): return 2", "coroutine"),
        ("async def f(self): return 1", "def f(self): return 1", "coroutine | int"),
        ("async def f(self): yield 1", "async def f(self): yield 2", "async generator"),
        ("async def f(self): yield 1", "async def f(self): return 1", "async generator | coroutine"),
        ("def f(self): yield 1", "def f(self): yield 2", "generator"),
        ("def f(self) -> int: return hide(1)", "def f(self) -> int: return hide(2)", "int"),
        ("def f(self): return 1", "def g(self): return ''", "int"),
    ],
)  # fmt: skip
def test_overriding_methods_of_another_kind(
    tmp_path: Path, base: str, override: str, expected: str
) -> None:
    text = f"class A:\n    {base}\nclass B(A):\n    {override}\ndef f(a: A): return a\n"
    assert answer(tmp_path, f"{HEADER}{text}x = f(hide(B())).f()\n") == expected


def test_an_exact_object_is_of_no_subclass(tmp_path: Path) -> None:
    text = "class A:\n    def f(self): return 1\nclass B(A):\n    async def f(self): ...\n"
    assert proven(tmp_path, f"{text}x = A().f()\n") == "int"
    assert proven(tmp_path, f"{text}x = B().f()\n") == "coroutine"


@pytest.mark.parametrize(
    ("base", "override", "use"),
    [
        ("async def f(self): return 1", "async def f(self): return ''", "await a.f()"),
        ("async def f(self): pass", "async def f(self): return ''", "await a.f()"),
        ("async def f(self): ...", "async def f(self): return ''", "await a.f()"),
        ("def f(self): yield 1", "def f(self): yield ''", "next(iter(a.f()))"),
        ("async def f(self): yield 1", "async def f(self): yield ''", "await anext(a.f())"),
        ("def f(self) -> object: return 1", "def f(self): return ''", "a.f()"),
    ],
)  # fmt: skip
def test_what_an_overriding_method_gives_counts_too(
    tmp_path: Path, base: str, override: str, use: str
) -> None:
    """The same kind of function may give something else in the end."""
    text = f"class A:\n    {base}\nclass B(A):\n    {override}\n"
    text += f"async def g(a: A): return {use}\nx = await g(eval('B()'))\n"
    assert proven(tmp_path, text)


def test_a_method_of_the_receivers_own_class_counts(tmp_path: Path) -> None:
    text = """\
        class A:
            async def run(self): return await self.f()
            async def f(self): return 1
        class B(A):
            async def f(self): return ''
        x = await B().run()
    """
    assert proven(tmp_path, text)


def test_attributes_that_subclasses_set(tmp_path: Path) -> None:
    text = "class A:\n    y = 1\nclass B(A):\n    y = ''\ndef f(a: A): return a.y\n"
    assert proven(tmp_path, f"{text}x = f(eval('B()'))\n") == "int | str"


# --- descriptors -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("class C:\n    @property\n    def y(self): return 1\nx = C().y", "int"),
        ("class C:\n    @property\n    async def y(self): return 1\nx = C().y", "coroutine"),
        (("class C:\n    @property\n    def y(self): return 1\n    @y.setter\n    def y(self, v): ...\n"
         "x = C().y"), "int"),
        ("class C:\n    @cached_property\n    def y(self): return 1\nx = C().y", "int"),
        ("class C:\n    @cached_property\n    async def y(self): return 1\nx = C().y", "coroutine"),
        ("class C:\n    def f(self): return 1\n    y = property(f)\nx = C().y", "int"),
        ("class C:\n    y = property(lambda self: self.f())\n    def f(self): return 1\nx = C().y", "int"),
        ("class C:\n    @property\n    @abc.abstractmethod\n    def y(self): return 1\nx = C.y", "unknown"),
        (("class A:\n    @property\n    def y(self): return self.f()\n    def f(self): return 1\n"
         "class C(A):\n    def f(self): return ''\nx = C().y"), "str"),
        ("class C:\n    @classmethod\n    def f(cls): return cls()\nx = C.f()", "C"),
        ("class C:\n    @classmethod\n    def f(cls): return cls()\nx = C().f()", "C"),
        ("class A:\n    @classmethod\n    def f(cls): return cls()\nclass C(A): ...\nx = C.f()", "C"),
        ("class C:\n    @classmethod\n    async def f(cls): return cls()\nx = await C.f()", "C"),
        ("class C:\n    @staticmethod\n    def f(a): return a()\nx = C.f(C)", "C"),
        ("class C:\n    @staticmethod\n    def f(a): return a()\nx = C().f(C)", "C"),
        ("class C:\n    @staticmethod\n    async def f(): yield 1\nx = C().f()", "async generator"),
        ("class C:\n    def f(): return 1\n    f = staticmethod(f)\nx = C().f()", "int"),
        ("class D:\n    def __get__(self, i, o): return 1\nclass C:\n    y = D()\nx = C().y", "int"),
        ("class D:\n    async def __get__(self, i, o): return 1\nclass C:\n    y = D()\nx = C().y",
         "coroutine"),
        ("class D:\n    def __get__(self, i, o): return i\nclass C:\n    y = D()\nx = C().y", "C"),
        ("class D:\n    def __get__(self, i, o): return 1\nclass C:\n    y = D()\nx = C.y", "unknown"),
        (("class D:\n    def __get__(self, i, o): return 1\nclass C:\n"
         "    def __init__(self): self.y = D()\nx = C().y"), "D"),
        (("class D(Generic[T]):\n    def __init__(self, v: T): self.v = v\n"
         "    def __get__(self, i, o=None) -> T: return hide(self.v)\nclass C:\n    y = D(1)\nx = C().y"),
         "int"),
        (("class D:\n    def __init__(self, f): self.f = f\n    def __get__(self, i, o): return self.f(i)\n"
         "class C:\n    @D\n    def y(self): return 1\nx = C().y"), "unknown"),
        ("class D:\n    def __set__(self, i, v): ...\nclass C:\n    y = D()\nx = C().y", "D"),
    ],
)  # fmt: skip
def test_descriptors(tmp_path: Path, text: str, expected: str) -> None:
    assert proven(tmp_path, f"{HEADER}{text}\n") == expected


def test_a_property_read_through_the_class_is_no_value(tmp_path: Path) -> None:
    assert answer(tmp_path, "class C:\n    @property\n    def y(self): ...\nx = C.y\n") == "unknown"


# --- the parts ---------------------------------------------------------------------------


def test_methods_are_called_by_name(tmp_path: Path) -> None:
    text = "class C:\n    def f(self, a): return a()\nx = C()\n"
    (found,) = values_of(tmp_path, text)
    resolver, cls = class_in(tmp_path, text, "C")
    assert isinstance(found, InstanceValue)
    assert described(resolver.attributes.call_method(found, "f", ((cls,),))) == "C"
    assert described(resolver.attributes.call_method(found, "gone")) == "unknown"
    (method,) = resolver.attributes.of_instance(found, "f")
    (function,) = resolver.attributes.of_class(cls, "f")
    assert isinstance(method, FunctionValue)
    assert isinstance(function, FunctionValue)
    assert isinstance(method.receiver, InstanceValue)
    assert function.receiver is None


def test_calling_a_class_solves_its_parameters(tmp_path: Path) -> None:
    text = "from typing import Generic, TypeVar\nT = TypeVar('T')\nclass C(Generic[T]):\n"
    text += "    def __init__(self, a: T, b: 'T | None' = None): ...\nclass D(C[int]): ...\n"
    resolver, found = class_in(tmp_path, text, "C")
    given = resolver.classes.builtin("int")
    assert described(resolver.classes.instantiate(found, (given,), {})) == "C[int]"
    assert described(resolver.classes.instantiate(found, (), {"a": given})) == "C[int]"
    assert described(resolver.classes.instantiate(found, (), {})) == "C"
    none = resolver.classes.builtin("NoneType")
    assert described(resolver.classes.instantiate(found, (none,), {})) == "C"


def test_typeshed_and_the_interpreter_agree_on_a_task(tmp_path: Path) -> None:
    resolver = stubs(tmp_path)
    (found,) = resolver.force("asyncio.Task")
    value: Value = found
    assert isinstance(value, ClassValue)
    assert resolver.classes.protocols_of(value) == (protocols_of(asyncio.Task), False)
