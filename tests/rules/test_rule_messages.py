"""Messages say what is wrong; advice says what to write instead."""

import pytest
from msgspec.structs import replace

from asyncpattern_lint.findings import (
    BrokenManager,
    BrokenOverride,
    BrokenPromise,
    ConflictingTwin,
    Driven,
    Finding,
    Handler,
    Handover,
    MissingModule,
    MissingName,
    MissingTarget,
    Misuse,
    Observation,
    SecondYield,
    Taker,
    Target,
    UnboundExport,
    UnprotectedCleanup,
    Unreadable,
    UnusedSuppression,
    WrongFake,
)
from asyncpattern_lint.protocol import Kind, Use, cells, code_of
from asyncpattern_lint.rule import findings_of, known_codes, quote
from asyncpattern_lint.source import Span

SPAN = Span(3, 5, 3, 9)
TARGET = Target("app.db", "/p/app/db.py", 1)
EVERY = frozenset(known_codes())


def misuse(use: Use, kind: Kind, construct: str, reference: str = "get_x()") -> Misuse:
    return Misuse(use, kind, construct, reference, "", "/p/a.py", SPAN, TARGET, ())


def only(observation: Observation) -> Finding:
    (finding,) = findings_of(observation, EVERY)
    return finding


NAME = MissingName("get_db", "app.db", False, "/p/a.py", SPAN, TARGET, (), (), None)
MODULE = MissingModule("app.old", "app", "/p/a.py", SPAN, (), (), None)
MANAGER = BrokenManager(
    is_async=True,
    decorator="acm",
    function="open",
    kind=Kind.COROUTINE,
    plain=False,
    description="",
    managed=False,
    path="/p/a.py",
    span=SPAN,
    target=TARGET,
    evidence=(),
)
SECOND = SecondYield(False, "open", 2, False, "/p/a.py", SPAN, TARGET)
BARE = UnprotectedCleanup(True, "open", "await x.aclose()", 7, "/p/a.py", SPAN, TARGET)
LEFT = Driven("rows()", "return", 7, False, False, "/p/a.py", SPAN, TARGET, ())
PROMISE = BrokenPromise("rows", "Session", Kind.ASYNC_GENERATOR, False, "/p/a.py", SPAN, TARGET, ())
OVERRIDE = BrokenOverride(
    "stop", Kind.OTHER, "None", Use.AWAIT, "Base.run", "/p/a.py", SPAN, TARGET, ()
)
TWIN = ConflictingTwin(
    "get_db",
    Kind.ASYNC_GENERATOR,
    ((Target("app.api.get_db", "/p/app/api.py", 4), Kind.COROUTINE),),
    "/p/a.py",
    SPAN,
    TARGET,
)
HANDOVER = Handover(
    Taker.DEPENDENCY, Kind.ASYNC_CONTEXT_MANAGER, "Depends", "get_db", "/p/a.py", SPAN, TARGET
)
FAKE = WrongFake(
    "app.db.get_db", Kind.COROUTINE, "a `lambda` that gives None", "patch", "/p/a.py", SPAN, TARGET
)
STRING = MissingTarget(
    "app.db.get_db", "get_db", "module", "app.db", "patch", "/p/a.py", SPAN, TARGET, (), ()
)
HANDLER = Handler("except Exception", 9)


@pytest.mark.parametrize(("use", "kind"), list(cells()))
def test_every_cell_gives_one_whole_finding(use: Use, kind: Kind) -> None:
    finding = only(misuse(use, kind, "the construct"))
    assert finding.code == code_of(use, kind)
    assert "get_x()" in finding.message
    assert finding.advice
    assert "{" not in finding.message + finding.advice
    assert (finding.path, finding.span, finding.target) == ("/p/a.py", SPAN, TARGET)


@pytest.mark.parametrize(
    ("observation", "message", "advice"),
    [
        (
            misuse(Use.ASYNC_FOR, Kind.ASYNC_CONTEXT_MANAGER, "async for", "get_session()"),
            (
                "`get_session()` is an async context manager: "
                "`async for` needs an async iterable (`__aiter__`)"
            ),
            "write `async with get_session() as ...:`",
        ),
        (
            misuse(Use.AWAIT, Kind.ASYNC_GENERATOR, "asyncio.run"),
            "`get_x()` is an async generator: `asyncio.run` needs a coroutine",
            "write `async for ... in get_x()`, or `[... async for ... in get_x()]`",
        ),
        (
            replace(misuse(Use.AWAIT, Kind.OTHER, "await"), description="an instance of `int`"),
            "`get_x()` is an instance of `int`: `await` needs an awaitable (`__await__`)",
            "remove `await`: `get_x()` is the value already",
        ),
        (
            replace(misuse(Use.AWAIT, Kind.OTHER, "await", "fetch"), description="a function"),
            "`fetch` is a function: `await` needs an awaitable (`__await__`)",
            "call it: `fetch()`",
        ),
        (
            misuse(Use.RESULT, Kind.COROUTINE, "attribute .rows"),
            "`get_x()` is a coroutine, not its result, which the attribute `.rows` needs",
            "write `(await get_x()).rows`",
        ),
        (
            misuse(Use.FOR, Kind.ASYNC_GENERATOR, "next"),
            "`get_x()` is an async generator: `next` needs an iterator (`__next__`)",
            "write `anext(get_x())`",
        ),
        (
            misuse(Use.DISCARDED, Kind.COROUTINE, "statement"),
            "`get_x()` is a coroutine that nothing awaits: its body never runs",
            "await it: `await get_x()`, or pass it to `asyncio.create_task` and keep the task",
        ),
        (
            misuse(Use.DISCARDED, Kind.GENERATOR, "unused name rows"),
            "`get_x()` is a generator that nothing iterates over: its body never runs",
            "nothing uses `rows`; iterate over it: `for ... in get_x()`",
        ),
        (
            misuse(Use.RESULT, Kind.COROUTINE, "subscript"),
            "`get_x()` is a coroutine, not its result, which a subscript needs",
            "write `(await get_x())[...]`",
        ),
        (
            misuse(Use.RESULT, Kind.ASYNC_GENERATOR, "argument rows"),
            "`get_x()` is an async generator, not its items, which the argument `rows` needs",
            "take its items: `async for ... in get_x()`",
        ),
        (
            misuse(Use.TRUTH, Kind.CONTEXT_MANAGER, "truth test"),
            ("`get_x()` is a context manager: it is always true, whatever entering it would give"),
            "test what `with get_x() as ...:` binds",
        ),
        (
            replace(
                misuse(Use.ASYNC_WITH, Kind.ASYNC_GENERATOR, "async with", "Rows()"),
                description="an instance of `Rows`",
            ),
            (
                "`Rows()` is an instance of `Rows`: "
                "`async with` needs an async context manager (`__aenter__`, `__aexit__`)"
            ),
            "write `async for ... in Rows()`, or give the object `__aenter__` and `__aexit__`",
        ),
        (
            replace(
                misuse(Use.WITH, Kind.GENERATOR, "with", "names()"),
                description="an instance of `list`",
                target=None,
            ),
            (
                "`names()` is an instance of `list`: "
                "`with` needs a context manager (`__enter__`, `__exit__`)"
            ),
            "write `for ... in names()`",
        ),
        (
            replace(
                misuse(Use.FOR, Kind.OTHER, "comprehension", "lambda: 1"),
                description="a function that is not called",
            ),
            (
                "`lambda: 1` is a function that is not called: "
                "a comprehension needs an iterable (`__iter__`)"
            ),
            "call it: `(lambda: 1)()`",
        ),
        (
            replace(NAME, near=("get_session", "get_x")),
            "module `app.db` has no name `get_db`; did you mean `get_session` or `get_x`?",
            "write `from app.db import get_session`",
        ),
        (
            replace(NAME, near=("get_session",), moved_to=("app.new",)),
            "module `app.db` has no name `get_db`; it is now in `app.new`",
            "write `from app.new import get_db`",
        ),
        (
            replace(NAME, attribute=True, near=("get_d",)),
            "module `app.db` has no attribute `get_db`; did you mean `get_d`?",
            "write `get_d` in place of `get_db`",
        ),
        (
            replace(MODULE, near=("app.olds",)),
            "package `app` has no module `app.old`; did you mean `app.olds`?",
            "import `app.olds`",
        ),
        (
            replace(MODULE, handler=HANDLER),
            (
                "this import always fails, and `except Exception` on line 9 hides it: "
                "there is no module `app.old`"
            ),
            (
                "import the real module, or remove the import; "
                "as long as `except Exception` stays, it hides the next failure too"
            ),
        ),
        (
            replace(NAME, handler=HANDLER, near=("get_session",)),
            (
                "this import always fails, and `except Exception` on line 9 hides it: "
                "module `app.db` has no name `get_db`; did you mean `get_session`?"
            ),
            (
                "write `from app.db import get_session`, or remove the import; "
                "as long as `except Exception` stays, it hides the next failure too"
            ),
        ),
        (
            UnboundExport("gone", "app.db", "/p/a.py", SPAN, ("done",)),
            (
                "`__all__` of module `app.db` lists `gone`, which it does not bind; "
                "did you mean `done`?"
            ),
            "define or import `gone`, or remove it from `__all__`",
        ),
        (
            MANAGER,
            "`@acm` on `open`, which gives a coroutine: it needs an async generator function",
            "let it `yield` what the `with` block gets, or remove the decorator",
        ),
        (
            replace(MANAGER, kind=Kind.GENERATOR),
            "`@acm` on `open`, which gives a generator: it needs an async generator function",
            "write `async def open`, or decorate it with `@contextmanager`",
        ),
        (
            replace(MANAGER, is_async=False, kind=Kind.ASYNC_GENERATOR),
            "`@acm` on `open`, which gives an async generator: it needs a generator function",
            "decorate it with `@asynccontextmanager`, and enter it with `async with`",
        ),
        (
            replace(
                MANAGER,
                is_async=False,
                kind=Kind.CONTEXT_MANAGER,
                plain=True,
                description="an instance of `Lock`",
                managed=True,
            ),
            "`@acm` on `open`, which gives an instance of `Lock`: it needs a generator function",
            "remove the decorator: what the function returns is a context manager already",
        ),
        (
            SECOND,
            (
                "`open` is a context manager, and this `yield` follows that in line 2: leaving the "
                "`with` block raises `RuntimeError`"
            ),
            "yield once on each path",
        ),
        (
            replace(SECOND, first=3),
            (
                "`open` is a context manager, and the loop comes back to this `yield`: leaving the "
                "`with` block raises `RuntimeError`"
            ),
            "leave the loop behind the `yield`, with `break` or `return`",
        ),
        (
            replace(SECOND, thrown=True, is_async=True),
            (
                "`open` is a context manager, and what the `async with` block raises at the `yield` "
                "in line 2 leads to this one: leaving the `async with` block raises `RuntimeError`"
            ),
            "move the `yield` out of the `try`, so that it is behind what may fail before",
        ),
        (
            BARE,
            (
                "an exception in the `async with` block of `open` leaves it at this `yield`, and "
                "`await x.aclose()` in line 7 does not run"
            ),
            "put the `yield` into a `try` and the clean-up into its `finally`",
        ),
        (
            LEFT,
            (
                "`return` in line 7 leaves the loop and does not close `rows()`: what it holds is "
                "released later, or never"
            ),
            "write `async with aclosing(rows()) as ...:`, and loop over that",
        ),
        (
            replace(LEFT, leaving="", line=0, step=True, once=True),
            "nothing keeps `rows()`: what it holds is released while it is in use, or never",
            (
                "decorate the function with `@asynccontextmanager` and use `async with`, or keep "
                "the generator and close it with `aclose()`"
            ),
        ),
        (
            replace(LEFT, leaving="", line=0, once=True),
            (
                "`rows()` yields exactly one thing and then releases it: the loop is no loop, and "
                "an exception in it does not reach the generator"
            ),
            "decorate the function with `@asynccontextmanager` and use `async with`",
        ),
        (
            PROMISE,
            "`rows` is annotated as `Session` and gives an async generator",
            (
                "annotate it as `AsyncIterator[...]`; to be entered with `async with` it has to "
                "be decorated with `@asynccontextmanager` as well"
            ),
        ),
        (
            replace(PROMISE, annotation="None", kind=Kind.CONTEXT_MANAGER),
            "`rows` is annotated as `None` and gives a context manager",
            "annotate it as `Iterator[...]`",
        ),
        (
            replace(PROMISE, annotation="AsyncIterator[int]", overridden=True),
            (
                "`async def` without `yield` and annotated as `AsyncIterator[int]`: `rows` would "
                "have to be awaited first, and async generators override it"
            ),
            "write `def rows(...) -> AsyncIterator[int]`, without `async`",
        ),
        (
            OVERRIDE,
            (
                "`stop` gives None, unlike the method that it overrides: `Base.run`, which this "
                "class inherits, awaits it"
            ),
            "write `async def stop`, without `yield`",
        ),
        (
            replace(OVERRIDE, kind=Kind.COROUTINE, description="", use=Use.DISCARDED),
            (
                "`stop` gives a coroutine, unlike the method that it overrides: `Base.run`, which "
                "this class inherits, calls it as a statement, so that its body never runs"
            ),
            "write `def stop`, or override `Base.run` as well",
        ),
        (
            replace(OVERRIDE, kind=Kind.GENERATOR, description="", use=Use.ASYNC_FOR),
            (
                "`stop` gives a generator, unlike the method that it overrides: `Base.run`, which "
                "this class inherits, uses it in `async for`"
            ),
            "make it what it overrides, or override `Base.run` as well",
        ),
        (
            TWIN,
            "`get_db` gives an async generator here, and `app.api.get_db` gives a coroutine",
            "name one of them after what it gives",
        ),
        (
            HANDOVER,
            (
                "`get_db` is decorated with `@asynccontextmanager`: `Depends` does not enter what it"
                " gives"
            ),
            (
                "remove `@asynccontextmanager` from the dependency: FastAPI runs a bare generator"
                " function as a context manager; who enters it by hand can decorate it for himself"
            ),
        ),
        (
            replace(
                HANDOVER,
                taker=Taker.FIXTURE,
                kind=Kind.CONTEXT_MANAGER,
                construct="contextmanager",
            ),
            "`get_db` is a context manager: tests get it and not what it yields",
            (
                "remove `@contextmanager`: pytest runs a bare generator function to its `yield`, and"
                " what follows after the test"
            ),
        ),
        (
            replace(HANDOVER, taker=Taker.FIXTURE, construct="c.asynccontextmanager", hidden=True),
            "`@c.asynccontextmanager` hides the fixture `get_db`: pytest does not find it",
            (
                "remove `@c.asynccontextmanager`: pytest_asyncio runs a bare generator function to its"
                " `yield`, and what follows after the test"
            ),
        ),
        (
            replace(HANDOVER, taker=Taker.LIFESPAN, kind=Kind.CONTEXT_MANAGER, construct="FastAPI"),
            "`get_db` gives a context manager: `FastAPI` enters its lifespan with `async with`",
            "make `get_db` an `async def` under `@asynccontextmanager`",
        ),
        (
            replace(HANDOVER, taker=Taker.LIFESPAN, kind=Kind.COROUTINE, construct="Starlette"),
            "`get_db` gives a coroutine: `Starlette` enters its lifespan with `async with`",
            (
                "decorate `get_db` with `@asynccontextmanager`, and let it `yield` between start-up"
                " and shutdown"
            ),
        ),
        (
            FAKE,
            (
                "`app.db.get_db` gives a coroutine, and `patch` replaces it with a `lambda` that"
                " gives None"
            ),
            "write `AsyncMock(return_value=...)`, or an `async def`",
        ),
        (
            replace(FAKE, kind=Kind.OTHER, offered="an `AsyncMock`, whose calls give coroutines"),
            (
                "`app.db.get_db` gives a plain object, and `patch` replaces it with an"
                " `AsyncMock`, whose calls give coroutines"
            ),
            "write `Mock(return_value=...)`, or a plain function",
        ),
        (
            STRING,
            "`patch` names `app.db.get_db`, but module `app.db` has no attribute `get_db`",
            "define `get_db` in `app.db`, or name what there is",
        ),
        (
            replace(STRING, near=("get_d",), what="package"),
            (
                "`patch` names `app.db.get_db`, but package `app.db` has no module or attribute"
                " `get_db`; did you mean `get_d`?"
            ),
            "write `get_d` in place of `get_db`",
        ),
        (
            replace(STRING, moved_to=("app.new",)),
            (
                "`patch` names `app.db.get_db`, but module `app.db` has no attribute `get_db`;"
                " it is now in `app.new`"
            ),
            (
                "name it where the code under test looks it up: `app.new.get_db` if it is read"
                " from there"
            ),
        ),
        (
            UnusedSuppression("# apl: ignore", (), (), "/p/a.py", SPAN),
            "`# apl: ignore` suppresses nothing",
            "remove the comment",
        ),
        (
            UnusedSuppression(
                "# noqa: APL112, APL3, APL7", ("APL112", "APL3"), ("APL7",), "/p/a.py", SPAN
            ),
            (
                "`APL112` and `APL3` in `# noqa: APL112, APL3, APL7` suppress nothing, "
                "and `APL7` is no code of this linter"
            ),
            "remove `APL112`, `APL3` and `APL7` from the comment",
        ),
        (
            UnusedSuppression("# noqa: APL77, APL78", (), ("APL77", "APL78"), "/p/a.py", SPAN),
            "`APL77` and `APL78` in `# noqa: APL77, APL78` are no codes of this linter",
            "remove `APL77` and `APL78` from the comment",
        ),
        (
            Unreadable("source code cannot contain null bytes", "/p/a.py", SPAN),
            "source code cannot contain null bytes",
            "mend the file: until then nothing in it is checked",
        ),
    ],
)
def test_wording(observation: Observation, message: str, advice: str) -> None:
    finding = only(observation)
    assert finding.message == message
    assert finding.advice == advice


@pytest.mark.parametrize(
    ("observation", "code"),
    [
        (NAME, "APL301"),
        (MODULE, "APL302"),
        (replace(NAME, handler=HANDLER), "APL303"),
        (replace(MODULE, handler=HANDLER), "APL303"),
        (replace(NAME, attribute=True), "APL305"),
        (replace(NAME, attribute=True, handler=HANDLER), "APL305"),
    ],
)
def test_a_missing_import_is_reported_once(observation: Observation, code: str) -> None:
    assert only(observation).code == code


def test_codes_that_are_not_enabled_are_not_reported() -> None:
    assert not list(findings_of(NAME, EVERY - {"APL301"}))


@pytest.mark.parametrize(
    ("observation", "subject"),
    [
        (misuse(Use.AWAIT, Kind.ASYNC_GENERATOR, "await"), "app.db"),
        (
            replace(misuse(Use.AWAIT, Kind.OTHER, "await", "f(\n    1,  # one\n)"), target=None),
            "f(1)",
        ),
        (NAME, "app.db.get_db"),
        (replace(NAME, attribute=True), "app.db.get_db"),
        (replace(NAME, handler=HANDLER), "app.db.get_db"),
        (MODULE, "app.old"),
        (replace(MODULE, handler=HANDLER), "app.old"),
        (UnboundExport("gone", "app.db", "/p/a.py", SPAN, ()), "app.db.gone"),
        (MANAGER, "app.db"),
        (TWIN, "app.db"),
        (OVERRIDE, "app.db"),
        (PROMISE, "app.db"),
        (LEFT, "app.db"),
        (SECOND, "app.db"),
        (BARE, "app.db"),
        (HANDOVER, "app.db"),
        (STRING, "app.db.get_db"),
        (FAKE, "app.db.get_db"),
        (Unreadable("syntax error", "/p/a.py", SPAN), ""),
        (UnusedSuppression("# noqa: APL1", ("APL1",), (), "/p/a.py", SPAN), "# noqa: APL1"),
    ],
)
def test_subjects_do_not_hang_on_the_place(observation: Observation, subject: str) -> None:
    assert only(observation).subject == subject


def test_what_the_source_says_cannot_break_the_wording() -> None:
    long = "get_x({'a': '{b}'},\n    " + "1, " * 50 + ")"
    finding = only(misuse(Use.AWAIT, Kind.ASYNC_GENERATOR, "await", long))
    assert finding.message.startswith("`get_x({'a': '{b}'}, 1, 1,")
    assert len(finding.message) < 160


def test_comments_are_no_part_of_a_reference() -> None:
    several = "get_x(  # the first\n    1,  # the second\n)"
    finding = only(misuse(Use.AWAIT, Kind.ASYNC_GENERATOR, "await", several))
    assert finding.message.startswith("`get_x(1)` is an async generator")


@pytest.mark.parametrize(
    ("construct", "quoted"),
    [
        ("async for", "`async for`"),
        ("async comprehension", "an async comprehension"),
        ("operator +", "the operator `+`"),
        ("f-string", "an f-string"),
        ("return", "the annotated `return`"),
        ("json.dumps", "`json.dumps`"),
    ],
)
def test_constructs_are_quoted_as_code(construct: str, quoted: str) -> None:
    assert quote(construct) == quoted
