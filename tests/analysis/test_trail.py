"""An unresolved use is listed with the step at which its trail is lost, and each use once."""

import os
from pathlib import Path

import pytest
from projects import Planted, deep_stack, plant

from asyncpattern_lint.analysis.checker import Checker
from asyncpattern_lint.analysis.reasons import Reason, because, written
from asyncpattern_lint.findings import Tally, Unresolved
from asyncpattern_lint.index.model import OPAQUE, Attribute, Await, Builtin, Call, Name, Subscript


def census(planted: Planted, file: str = "main.py") -> tuple[Tally, list[Unresolved]]:
    with deep_stack():
        return Checker(planted.project).census(planted.path(file), explain=True)


def _shown(use: Unresolved, root: Path) -> str:
    if use.reason_path is None:
        return use.reason
    path = os.path.relpath(use.reason_path, root).replace(os.sep, "/")
    return f"{use.reason} ({path}:{use.reason_line})" if ".." not in path else use.reason


REASONS = {
    "a parameter without annotation": (
        """\
        async def main(db):
            await db.fetch()
        """,
        "parameter `db` has no annotation (main.py:1)",
    ),
    "a parameter behind local names": (
        """\
        async def main(db):
            session = db.session()
            rows = session
            async for row in rows:
                pass
        """,
        "parameter `db` has no annotation (main.py:1)",
    ),
    "the rest of the arguments": (
        """\
        async def main(*jobs):
            for job in jobs:
                await job
        """,
        "parameter `*jobs` has no annotation (main.py:1)",
    ),
    "an annotation that leaves the type to the value": (
        """\
        from typing import Final
        async def main(other):
            held: Final = other
            await held.fetch()
        """,
        "parameter `other` has no annotation (main.py:2)",
    ),
    "an annotation that says nothing": (
        """\
        from typing import Any
        async def main(db: Any):
            await db.fetch()
        """,
        "the annotation of parameter `db` does not tell what it is: `Any` may be anything (main.py:2)",
    ),
    "an annotation out of a missing module": (
        """\
        import foo
        async def main(db: foo.Client | None):
            await db.fetch()
        """,
        "the annotation of parameter `db` does not tell what it is: module `foo` is not installed in the environment (main.py:1)",
    ),
    "a module that is not installed": (
        """\
        from foo.bar import connect
        async def main():
            async with connect() as connection:
                pass
        """,
        "module `foo` is not installed in the environment (main.py:1)",
    ),
    "a name that an installed module does not have": (
        """\
        import shlex
        async def main():
            await shlex.nonsense()
        """,
        "module `shlex` binds no `nonsense`",
    ),
    "a function that returns the unknown": (
        """\
        from helpers import make
        async def main():
            await make().run()
        """,
        "the return of `make()` is not known: parameter `of` has no annotation (helpers.py:4)",
    ),
    "a decorator": (
        """\
        from helpers import retry
        @retry
        async def job(): ...
        async def main():
            await job()
        """,
        "decorator `@retry` is not known: module `tenacity` is not installed in the environment (main.py:2)",
    ),
    "an unknown base": (
        """\
        from foo import Base
        class Service(Base):
            pass
        async def main():
            await Service().run()
        """,
        "class `Service` has an unknown base `Base`: module `foo` is not installed in the environment (main.py:1)",
    ),
    "an attribute that is only ever None": (
        """\
        class Service:
            def __init__(self):
                self.pool = None
            async def run(self):
                await self.pool.acquire()
        """,
        "attribute `pool` of `Service` is only ever set to `None` (main.py:3)",
    ),
    "an attribute set to the unknown": (
        """\
        class Service:
            def __init__(self, pool):
                self.pool = pool
            async def run(self):
                await self.pool.acquire()
        """,
        "attribute `pool` of `Service` is not known: parameter `pool` has no annotation (main.py:2)",
    ),
    "an attribute that others set too": (
        """\
        class Pool:
            async def acquire(self): ...
        class Service:
            def __init__(self):
                self.lake = Pool()
            async def run(self):
                await self.lake.acquire()
        """,
        "attribute `lake` of `Service` is set from outside (main.py:5)",
    ),
    "an attribute that a subclass sets too": (
        """\
        class Service:
            def __init__(self):
                self.job = run()
            async def main(self):
                await self.job
        class Other(Service):
            def __init__(self, job):
                self.job = job
        async def run(): ...
        """,
        "attribute `job` of `Service` is set again in `Other` (main.py:6)",
    ),
    "a type that may be a descriptor": (
        """\
        from foo import Base
        class Pool(Base): ...
        class Service:
            pool: Pool
            async def run(self):
                await self.pool.acquire()
        """,
        "attribute `pool` of `Service`, an instance of `Pool`, may be a descriptor: module `foo` is not installed in the environment (main.py:1)",
    ),
    "no such attribute": (
        """\
        class Service:
            pass
        async def main():
            await Service().run()
        """,
        "class `Service` does not show what its attribute `run` is (main.py:1)",
    ),
    "attributes that are made": (
        """\
        class Service:
            def __getattr__(self, name): ...
        async def main():
            await Service().run()
        """,
        "`Service` makes attributes with `__getattr__` (main.py:2)",
    ),
    "an override of another kind": (
        """\
        class Service:
            async def run(self): ...
        class Other(Service):
            def __init__(self, run):
                self.run = run
        async def main(service: Service):
            await service.run()
        """,
        "`Service.run` is overridden with another kind in `Other` (main.py:3)",
    ),
    "a class that makes something else": (
        """\
        class Service:
            def __new__(cls):
                return object()
        async def main():
            await Service()
        """,
        "`Service.__new__` may give something else than an instance (main.py:2)",
    ),
    "a metaclass": (
        """\
        class Meta(type):
            def __call__(cls): ...
        class Service(metaclass=Meta):
            pass
        async def main():
            await Service()
        """,
        "the metaclass of `Service` decides what calling it gives (main.py:3)",
    ),
    "getattr": (
        """\
        class Service: ...
        async def main(name: str):
            await getattr(Service(), name)()
        """,
        "the return of `getattr()` is not known: `Any` may be anything",
    ),
    "the values of a dict": (
        """\
        async def main(jobs: dict, name: str):
            await jobs[name]
        """,
        "what `jobs`, a `dict`, holds is not known",
    ),
    "the result of a coroutine": (
        """\
        async def connect(url):
            return url.open()
        async def main():
            connection = await connect("")
            await connection.close()
        """,
        "the return of `connect()` is not known: parameter `url` has no annotation (main.py:1)",
    ),
    "what a context manager yields": (
        """\
        from contextlib import asynccontextmanager
        @asynccontextmanager
        async def session(pool):
            yield pool
        async def main():
            async with session(1) as connection:
                await connection.close()
        """,
        "what `session()` yields is not known: parameter `pool` has no annotation (main.py:3)",
    ),
    "a Callable of anything": (
        """\
        from collections.abc import Callable
        from typing import Any
        async def main(job: Callable[..., Any]):
            await job()
        """,
        "what a `Callable` gives is not known: `Any` may be anything",
    ),
    "a test": (
        """\
        import inspect
        def job(): ...
        async def main():
            found = job()
            if inspect.isawaitable(found):
                await found
        """,
        "a test, or code around it, decides what `found` is",
    ),
    "a placeholder": (
        """\
        pool = None
        async def main():
            await pool.acquire()
        """,
        "`pool` is `None` until something else replaces it (main.py:1)",
    ),
    "a star import": (
        """\
        from foo import *
        async def main():
            await run()
        """,
        "`from foo import *` may bind `run` (main.py:1)",
    ),
    "no binding at all": (
        """\
        async def main():
            await run()
        """,
        "module `main` binds no `run` (main.py:1)",
    ),
    "an expression that is not followed": (
        """\
        async def main(left, right):
            await (left @ right)
        """,
        "not followed",
    ),
    "a target that is not followed": (
        """\
        async def main(jobs):
            for job in jobs[1:]:
                await job
        """,
        "what `job` is bound to is not followed (main.py:2)",
    ),
}

HELPERS = """\
from tenacity import retry


def make(of):
    return of


def set_lake(service, lake):
    service.lake = lake
"""


@pytest.mark.parametrize(("text", "reason"), REASONS.values(), ids=REASONS.keys())
def test_the_reason(tmp_path: Path, text: str, reason: str) -> None:
    planted = plant(tmp_path, {"helpers.py": HELPERS, "main.py": text})
    planted.module("helpers.py")
    _, listed = census(planted)
    assert [_shown(use, tmp_path) for use in listed] == [reason]


EVERY = """\
async def rows():
    yield 1
async def job():
    return 1
class Resource:
    async def __aenter__(self): ...
    async def __aexit__(self, *error): ...
async def main(unknown):
    async for row in rows():
        await job()
    async with Resource() as one, unknown as two:
        pass
    for turn in range(3):
        for other in range(3):
            await unknown
    return [await job() async for row in unknown]
"""


def test_each_use_counts_once(tmp_path: Path) -> None:
    tally, listed = census(plant(tmp_path, {"main.py": EVERY}))
    assert tally == Tally(uses=7, unresolved=3)
    assert [(use.construct, use.reference, use.span) for use in listed] == [
        ("async with", "unknown", (11, 35, 11, 42)),
        ("await", "unknown", (15, 19, 15, 26)),
        ("async comprehension", "unknown", (16, 42, 16, 49)),
    ]


def test_counting_needs_no_reasons(tmp_path: Path) -> None:
    planted = plant(tmp_path, {"main.py": EVERY})
    with deep_stack():
        tally, listed = Checker(planted.project).census(planted.path("main.py"), explain=False)
    assert tally == Tally(uses=7, unresolved=3)
    assert listed == []


MUTED = """\
import pytest
async def main(unknown):
    with pytest.raises(TypeError):
        await unknown
    return 1
    await unknown
"""


def test_code_that_is_not_judged_does_not_count(tmp_path: Path) -> None:
    assert census(plant(tmp_path, {"main.py": MUTED})) == (Tally(0, 0), [])


def test_every_scope_with_a_use_counts(tmp_path: Path) -> None:
    text = """\
    class Outer:
        async def method(self, unknown):
            await unknown
            async def inner(): await unknown
            await inner()
    later = (part async for part in source)
    def plain(unknown): return (part async for part in unknown)
    """
    tally, listed = census(plant(tmp_path, {"main.py": text}))
    assert tally == Tally(uses=5, unresolved=4)
    assert [use.span.line for use in sorted(listed, key=lambda use: use.sort_key)] == [3, 4, 6, 7]


@pytest.mark.parametrize("file", ["gone.py", "broken.py", "stub.pyi"])
def test_what_cannot_be_read_has_no_uses(tmp_path: Path, file: str) -> None:
    planted = plant(tmp_path, {"broken.py": "async def (", "stub.pyi": "async def f(): ..."})
    assert census(planted, file) == (Tally(0, 0), [])


def test_a_reason_goes_no_further_than_the_root() -> None:
    deep = because("a", because("b", Reason("c", "/x.py", 3), "/y.py", 1), "/z.py", 1)
    assert deep == Reason("a: c", "/x.py", 3)
    assert because("a", Reason("c"), "/z.py", 1) == Reason("a: c", "/z.py", 1)
    assert because("a", None, "/z.py", 1) == Reason("a", "/z.py", 1)


def test_expressions_are_shown_as_written() -> None:
    call = Call(Attribute(Await(Name("a")), "b"), (OPAQUE,), ())
    assert written(call) == "(await a).b(...)"
    assert written(Subscript(Name("a"), (Builtin("NoneType"),))) == "a[None]"
    assert len(written(Name("x" * 100))) == 60


GUARDED = """\
import inspect
class Store:
    async def load(self): return 1
async def main(unknown, other):
    if isinstance(unknown, Store):
        await unknown.load()
    else:
        await unknown
    found = Store().load() if other else 1
    if inspect.isawaitable(found):
        await found
    await (other if other is None else other.load())
    [await each.load() for each in unknown if isinstance(each, Store)]
"""


def test_what_a_test_tells_is_known(tmp_path: Path) -> None:
    tally, listed = census(plant(tmp_path, {"main.py": GUARDED}))
    assert tally == Tally(uses=5, unresolved=2)
    assert [(use.span.line, _shown(use, tmp_path)) for use in listed] == [
        (8, "parameter `unknown` has no annotation (main.py:4)"),
        (12, "parameter `other` has no annotation (main.py:4)"),
    ]
