"""References resolve to their definitions, with evidence, and every search comes to an end."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from projects import plant

from asyncpattern_lint.analysis.values import FactoryValue, InstanceValue, Produced
from asyncpattern_lint.findings import Misuse


@contextmanager
def quickly(seconds: float = 10) -> Iterator[None]:
    """Fail if the block takes much longer than a search that visits each question once."""
    start = time.perf_counter()
    yield
    assert time.perf_counter() - start < seconds


# --- evidence ----------------------------------------------------------------------------

DEPS = """\
from contextlib import asynccontextmanager


@asynccontextmanager
async def get_session():
    yield 1
"""

USE = """\
from app import get_session


async def main():
    async for row in get_session():
        print(row)
"""


def test_evidence_leads_from_the_use_to_what_decides(tmp_path: Path) -> None:
    there = plant(
        tmp_path,
        {
            "app/__init__.py": "\nfrom .front import get_session\n",
            "app/front.py": "\n\nfrom app.deps import *\n",
            "app/deps.py": DEPS,
            "use.py": USE,
        },
    )
    (misuse,) = there.observe("use.py")
    assert isinstance(misuse, Misuse)
    assert list(there.steps(misuse)) == [
        ("use.py", 1, "imported here: `from app import get_session`"),
        ("app/__init__.py", 2, "imported here: `from .front import get_session`"),
        ("app/front.py", 3, "imported here: `from app.deps import *`"),
        ("app/deps.py", 5, "defined here: `async def get_session` and `yield` in line 6"),
        ("app/deps.py", 4, "decorated with `@asynccontextmanager` here"),
    ]
    assert misuse.target is not None
    target = misuse.target
    assert (target.name, target.line) == ("app.deps.get_session", 5)
    assert target.path == there.path("app/deps.py")
    assert (misuse.reference, misuse.construct) == ("get_session()", "async for")
    assert misuse.span == (5, 22, 5, 35)


def test_assignments_and_returns_are_evidence_too(tmp_path: Path) -> None:
    there = plant(
        tmp_path,
        {
            "a.py": """\
                from kinds import agen
                rows = agen
                def make():
                    return rows()
                async def f():
                    await make()
            """
        },
    )
    (misuse,) = there.observe("a.py")
    assert isinstance(misuse, Misuse)
    assert list(there.steps(misuse)) == [
        ("a.py", 3, "`make` returns it: a plain function"),
        ("a.py", 4, "returned here"),
        ("a.py", 2, "`rows` is assigned here"),
        ("a.py", 1, "imported here: `from kinds import agen`"),
        ("kinds.py", 2, "defined here: `async def agen` and `yield` in line 3"),
    ]


@pytest.mark.parametrize(
    "route",
    [
        "from app.deps import get_session as x",
        "import app.deps as d\nx = d.get_session",
        "import app.deps\nx = app.deps.get_session",
        "from app import deps\nx = deps.get_session",
        "from functools import partial\nfrom app.deps import get_session\nx = partial(get_session)",
        "from app.deps import *\nx = get_session",
        "try:\n    from app.deps import get_session as x\nexcept ImportError:\n    raise",
        "if TYPE_CHECKING:\n    y = 1\nelse:\n    from app.deps import get_session as x",
        "from app.deps import get_session\n(x := get_session)",
        "x, y = None, 1\nfrom app.deps import get_session as x",
    ],
)
def test_every_route_leads_to_the_definition(tmp_path: Path, route: str) -> None:
    files = {
        "app/__init__.py": "",
        "app/deps.py": DEPS,
        "use.py": f"{route}\nasync def f():\n    await x()\n",
    }
    assert plant(tmp_path, files).misuses("use.py") == [(route.count("\n") + 3, "APL132")]


def test_a_decorated_function_is_a_factory(tmp_path: Path) -> None:
    (value,) = plant(tmp_path, {}).values("kinds.py", "acm")
    assert isinstance(value, FactoryValue)


# --- every search ends -------------------------------------------------------------------


def test_long_chains_of_re_exports_are_given_up_in_silence(tmp_path: Path) -> None:
    chain = {f"m{n}.py": f"from m{n + 1} import agen\n" for n in range(1000)}
    files = {
        **chain,
        "m1000.py": "from kinds import agen\n",
        "far.py": "from m0 import agen\nasync def f():\n    await agen()\n",
        "near.py": "from m950 import agen\nasync def f():\n    await agen()\n",
    }
    there = plant(tmp_path, files)
    with quickly():
        assert there.observe("far.py") == []
        assert there.misuses("near.py") == [(3, "APL131")]


def test_long_chains_of_stars_are_followed(tmp_path: Path) -> None:
    chain = {f"m{n}.py": f"from m{n + 1} import *\n" for n in range(300)}
    files = {
        **chain,
        "m300.py": "from kinds import *\n",
        "use.py": "from m0 import agen, gone\n",
    }
    there = plant(tmp_path, files)
    with quickly():
        (missing,) = there.observe("use.py")
    assert getattr(missing, "name", None) == "gone"


def test_long_chains_inside_a_module(tmp_path: Path) -> None:
    texts = {
        "assigned.py": [f"x{n} = x{n - 1}\n" for n in range(1, 1000)],
        "returned.py": [f"def x{n}():\n    return x{n - 1}()\n" for n in range(1, 1000)],
        "decorated.py": [f"@x{n - 1}\ndef x{n}(f):\n    return f\n" for n in range(1, 1000)],
    }
    use = "async def f():\n    await x999()\n    x999().gone\n"
    for name, lines in texts.items():
        there = plant(tmp_path, {name: f"from kinds import agen as x0\n{''.join(lines)}{use}"})
        with quickly():
            assert there.observe(name) == []


SILENT = {
    "a cycle of imports": {
        "a.py": "from b import x\nasync def f():\n    await x()\n    for y in x(): pass\n",
        "b.py": "from c import x\n",
        "c.py": "from a import x\n",
    },
    "a cycle of stars": {
        "a.py": "from b import *\nasync def f():\n    await x()\n",
        "b.py": "from a import *\nfrom b import *\n",
    },
    "a module that imports itself": {
        "a.py": "import a\nfrom a import x\nasync def f():\n    await a.x()\n    await a.a.x()\n",
    },
    "a cycle of assignments": {
        "a.py": "def f():\n    global x, y\n    x = y\n    y = x\nfor z in x: pass\nx()\n",
    },
    "functions that return themselves": {
        "a.py": """\
            def f(x):
                return f(x)
            def g(x):
                return h(x)
            def h(x):
                return g(x) or h(g)
            async def use():
                await f(f)
                for x in g(h): pass
                h(h)(h)(h)
        """
    },
    "functions called with themselves": {
        "a.py": """\
            def twice(x):
                return x(x)
            def grow(x):
                return grow(lambda: x) or x()
            y = lambda f: f(f)
            async def use():
                await twice(twice)
                await grow(grow)
                await y(y)
        """
    },
    "decorators that decorate each other": {
        "a.py": """\
            @b
            def a(f):
                return f
            @a
            def b(f):
                return a(f)
            @c
            def c(f):
                return c(f)
            @a
            @b
            @c
            async def x():
                yield 1
            async def use():
                await x()
        """
    },
    "classes that refer to themselves": {
        "a.py": """\
            class A(A):
                x = A
                def f(self) -> "A":
                    return A().f()
            class B(C): ...
            class C(B, A, B.C): ...
            def f(x: "A | C") -> "B":
                return f(C())
            def use():
                for x in f(A()).f(): pass
                A.x.x.x.x()
        """
    },
    "a long product of alternatives": {
        "a.py": "from kinds import *\n"
        + "".join(f"x{n} = agen if p else coro if q else x{n - 1 if n else 0}\n" for n in range(60))
        + "async def f():\n    await x59()\n",
    },
}


@pytest.mark.parametrize("files", SILENT.values(), ids=SILENT.keys())
def test_searches_that_come_back_end_in_silence(tmp_path: Path, files: dict[str, str]) -> None:
    there = plant(tmp_path, files)
    with quickly():
        for name in files:
            assert there.misuses(name) == []
            assert there.misuses(name, candidates=False) == []


def test_a_recursive_function_gives_what_its_other_returns_give(tmp_path: Path) -> None:
    there = plant(
        tmp_path,
        {
            "a.py": """\
                from kinds import agen
                def f(n):
                    return f(n - 1) if n else g(n)
                def g(n):
                    return agen() if n else f(n)
                x = f(1)
                y = g(1)
            """
        },
    )
    for name in "xy":
        (value,) = there.values("a.py", name)
        assert isinstance(value, Produced)
        assert value.kind.phrase == "async generator"


def test_an_instance_knows_its_class(tmp_path: Path) -> None:
    there = plant(tmp_path, {"a.py": "class A:\n    class B: ...\nx = A()\n"})
    (value,) = there.values("a.py", "x")
    assert isinstance(value, InstanceValue)
    assert (value.class_name, value.exact) == ("A", True)
    assert value.target is not None
    assert (value.target.name, value.target.line) == ("a.A", 1)
