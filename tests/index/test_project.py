"""Outlines are made on demand, kept encoded, and the same however they were made."""

import gc
import os
from pathlib import Path

import msgspec
import pytest
from outlines import outline, plant, planted

from asyncpattern_lint.index import project as project_module
from asyncpattern_lint.index.entry import is_test, shape_of
from asyncpattern_lint.index.environment import Environment
from asyncpattern_lint.index.finder import Finder
from asyncpattern_lint.index.model import Failure, ModuleIndex
from asyncpattern_lint.index.project import MAX_BYTES, Project, outline_of

SOURCES = sorted(Path(project_module.__file__).parent.parent.rglob("*.py"))


def reason(path: Path) -> str:
    failure = outline_of(str(path))
    assert isinstance(failure, Failure)
    return failure.reason


# --- one outline -------------------------------------------------------------------------


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_outlines_come_back_from_their_encoding_as_they_were(source: Path) -> None:
    made = outline_of(str(source))
    assert isinstance(made, ModuleIndex)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(made), type=ModuleIndex) == made


def test_every_kind_of_expression_comes_back() -> None:
    made = outline("""\
        x = a.b(1, *c, d=e, **f)
        y = (p or q, (i for i in j), lambda k, *l: (yield k), [m async for m in n])
        z = p if q else (i async for i in j)
        with x as w, y() as (v, *u): del w
        for t in x: t.s
        def f(g: "h | None" = lambda: x) -> i[j]:
            try: return await_(g)
            except E as e: raise
        class A(B[C], metaclass=D): o: int = 1
    """)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(made), type=ModuleIndex) == made


def test_what_a_module_binds_is_known_without_the_rest_of_its_outline(tmp_path: Path) -> None:
    project = Project(Finder(str(tmp_path), [str(tmp_path)]))
    paths = [str(source) for source in SOURCES]
    for _ in project.load(paths, 1):
        pass
    names = [project.top_names(path) for path in paths]
    assert not project._decoded
    modules = [project.module(path) for path in paths]
    assert names == [module and module.scopes[0].bindings for module in modules]
    assert names == [project.top_names(path) for path in paths]
    assert project.top_names(str(tmp_path / "absent.py")) == {}


def test_text_stands_in_for_the_file(tmp_path: Path) -> None:
    made = outline_of(str(tmp_path / "absent.py"), b"x = 1\n")
    assert made == outline("x = 1\n")


@pytest.mark.parametrize(
    ("source", "line", "column", "is_syntax"),
    [
        (b"x = 1\ny = = 2\n", 2, 5, True),
        (b"x = (\n", 1, 5, True),
        (b"x = 1\0\n", 1, 1, False),
        (b"# coding: nothing\n", 1, 1, False),
        (b"x = " + b"(" * 300, 1, 205, False),
    ],
)
def test_why_a_text_has_no_outline(
    tmp_path: Path, source: bytes, line: int, column: int, is_syntax: bool
) -> None:
    """Only what another version of Python might accept counts as syntax."""
    failure = outline_of(str(tmp_path / "a.py"), source)
    assert isinstance(failure, Failure)
    assert (failure.line, failure.column, failure.is_syntax) == (line, column, is_syntax)
    assert "\n" not in failure.reason


def test_deep_nesting_has_no_outline_and_no_crash(tmp_path: Path) -> None:
    for text in (b"x = " + b"-" * 100_000 + b"1\n", b"x = " + b"a." * 100_000 + b"b\n"):
        failure = outline_of(str(tmp_path / "a.py"), text)
        assert isinstance(failure, Failure)
        assert "nested too deeply" in failure.reason


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert reason(tmp_path / "absent.py") == "the file cannot be read: No such file or directory"
    assert reason(tmp_path) == "the file cannot be read: Is a directory"
    with (tmp_path / "large.py").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert reason(tmp_path / "large.py") == "the file is larger than 10,000,000 bytes"


def test_a_link_to_itself_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "loop.py").symlink_to("loop.py")
    assert reason(tmp_path / "loop.py").startswith("the file cannot be read: ")


# --- many outlines -----------------------------------------------------------------------


def test_a_decoded_outline_equals_a_fresh_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that are passed by are kept encoded only; what a run comes back to stays decoded."""
    monkeypatch.setattr(project_module, "_MAX_DECODED", 2)
    sources = SOURCES[:6]
    project = Project(Finder(str(tmp_path)))
    fresh = [project.outline(str(source)) for source in sources]
    again = [project.outline(str(source)) for source in sources]
    assert again == fresh
    assert again[0] is not fresh[0]
    assert [project.outline(str(source)) for source in sources[:-2]] == fresh[:-2]
    assert all(project.outline(str(source)) is again[n] for n, source in enumerate(sources[:-2]))
    monkeypatch.setattr(project_module, "_MAX_KEPT", 3)
    others = Project(Finder(str(tmp_path)))
    for _ in range(3):
        assert [others.outline(str(source)) for source in sources] == fresh
    assert len(others._decoded) == 5


def test_what_is_used_again_stays_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project_module, "_MAX_DECODED", 2)
    plant(tmp_path, {"a.py": "", "b.py": "", "c.py": ""})
    project = Project(Finder(str(tmp_path)))
    a, b, c = (str(tmp_path / name) for name in ("a.py", "b.py", "c.py"))
    project.outline(a)
    project.outline(b)
    project.outline(c)
    first = project.outline(a)
    project.outline(b)
    project.outline(c)
    assert project.outline(a) is first


def test_a_file_is_read_once(tmp_path: Path) -> None:
    project = planted(tmp_path, {"a.py": "x = 1"})
    path = str(tmp_path / "a.py")
    first = project.outline(path)
    (tmp_path / "a.py").write_text("y = 1")
    assert project.outline(path) == first


def test_failures_are_kept_too(tmp_path: Path) -> None:
    project = planted(tmp_path, {"a.py": "def"})
    path = str(tmp_path / "a.py")
    first = project.outline(path)
    assert isinstance(first, Failure)
    (tmp_path / "a.py").write_text("")
    assert project.outline(path) == first
    assert project.module(path) is None


def test_an_overlay_is_the_same_as_the_text_on_disk(tmp_path: Path) -> None:
    path = str(tmp_path / "a.py")
    plant(tmp_path, {"a.py": "x = 1"})
    project = Project(Finder(str(tmp_path)), {path: b"y = 1"})
    assert project.read(path) == b"y = 1"
    assert project.outline(path) == outline("y = 1")
    (tmp_path / "a.py").write_text("y = 1")
    assert Project(Finder(str(tmp_path))).outline(path) == project.outline(path)


def test_reading_what_is_not_there_raises(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        planted(tmp_path, {}).read(str(tmp_path / "a.py"))


@pytest.mark.parametrize("jobs", [1, 2])
def test_loading_makes_each_outline_once_and_tells_how_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    monkeypatch.setattr(project_module, "_PARALLEL_THRESHOLD", 2)
    files = {f"m{number}.py": f"x{number} = 1" for number in range(9)} | {"bad.py": "def"}
    project = planted(tmp_path, files)
    paths = [str(tmp_path / name) for name in files]
    project.outline(paths[0])
    told = list(project.load(paths, jobs))
    assert told == sorted(told)
    assert told[-1] == 9
    assert project.loaded() == sorted(paths)
    assert [project.outline(path) for path in paths] == [outline_of(path) for path in paths]
    assert not list(project.load(paths, jobs))


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_modules_do_to_others_is_known_once_they_are_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    monkeypatch.setattr(project_module, "_PARALLEL_THRESHOLD", 2)
    project = planted(
        tmp_path,
        {
            "a.py": "import b\nb.written = 1\n",
            "b.py": "A.__iter__ = f\n",
            "c.py": "import sys\nsys.modules['x.y'] = z\n",
        },
    )
    assert not project.is_written("b", "written")
    list(project.load([str(tmp_path / name) for name in ("a.py", "b.py", "c.py")], jobs))
    assert project.is_written("b", "written")
    assert project.writers("__iter__", in_tests=False) == [str(tmp_path / "b.py")]
    assert project.is_in_sys_modules("x.y")
    assert not project.is_in_sys_modules("x")
    assert not project.is_written("module", "other")
    project.outline(str(tmp_path / "d.py"))
    plant(tmp_path, {"e.py": "import sys\nsys.modules[name()] = z\n"})
    project.outline(str(tmp_path / "e.py"))
    assert project.is_in_sys_modules("x")


# --- what modules say of objects that they do not define ---------------------------------


def told(root: Path, files: dict[str, str]) -> Project:
    """Write a project and load all of it."""
    project = planted(root, files)
    assert list(project.load([str(root / name) for name in files], 1))
    return project


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("app/store.py", True),
        ("app/testing.py", True),
        ("app/contest/store.py", True),
        ("test_store.py", False),
        ("app/conftest.py", False),
        ("app/store_test.py", False),
        ("tests/store.py", False),
        ("app/test/store.py", False),
    ],
)
def test_what_tests_do_to_objects_counts_for_tests_only(
    tmp_path: Path, name: str, counts: bool
) -> None:
    project = told(tmp_path / "p", {name: "def f(store):\n    store.rows = g\n"})
    assert is_test(name) is not counts
    assert bool(project.writers("rows", in_tests=False)) is counts
    assert bool(project.writers("rows", in_tests=True)) is not counts
    assert not project.writers("other", in_tests=True)


CLASSES = {
    "a.py": """\
        class Base:
            def f(self): ...
            async def g(self): ...
        class Other(Base):
            m = 1
            def f(self): ...
    """,
    "b.py": """\
        import a
        class Child(a.Base):
            m = 1
            async def f(self): ...
        class Box(list[int], a.Base[int]):
            m = g = 1
        class Grandchild(Child):
            m = 1
            def __init__(self):
                self.h = 1
            @property
            def f(self): ...
    """,
    "c.py": """\
        from b import Child as Imported
        class Base(Grandchild):
            m = 1
        class Alone:
            m = 1
        class Called(make()):
            m = 1
        class Renamed(Imported):
            m = 1
    """,
}


def below(project: Project, name: str) -> list[str]:
    """Return the names of the classes that derive from one; all of them bind ``m``."""
    return sorted(subclass.facts.name for subclass in project.overriders(name, "m"))


def test_subclasses_are_found_however_far(tmp_path: Path) -> None:
    project = told(tmp_path, CLASSES)
    names = {
        name: below(project, name) for name in ("Base", "Child", "list", "Alone", "make", "nothing")
    }
    # A namesake far down counts too: here it makes a circle.
    everyone = ["Base", "Box", "Child", "Grandchild", "Other", "Renamed"]
    assert names == {
        "Base": everyone,
        "Child": everyone,
        "list": ["Box"],
        "Alone": [],
        "make": [],
        "nothing": [],
    }
    assert [subclass.facts.name for subclass in project.joined("Base")] == ["Box"]


@pytest.mark.parametrize(
    ("name", "member", "expected"),
    [
        ("Base", "f", {"Other": "", "Child": "async", "Grandchild": "property"}),
        ("Base", "g", {"Box": "="}),
        ("Base", "h", {"Grandchild": "="}),
        ("Base", "nothing", {}),
        ("nothing", "f", {}),
    ],
)
def test_overriders_bind_the_member_themselves(
    tmp_path: Path, name: str, member: str, expected: dict[str, str]
) -> None:
    project = told(tmp_path, {**CLASSES, "c.py": ""})
    found = project.overriders(name, member)
    assert {sub.facts.name: sub.facts.members[member] for sub in found} == expected
    for subclass in found:
        file = "a.py" if subclass.facts.name == "Other" else "b.py"
        assert subclass.path == str(tmp_path / file)


def test_what_is_loaded_later_is_asked_again(tmp_path: Path) -> None:
    project = planted(tmp_path, CLASSES)
    project.outline(str(tmp_path / "a.py"))
    assert below(project, "Base") == ["Other"]
    assert project.overriders("Base", "g") == []
    project.outline(str(tmp_path / "b.py"))
    assert "Grandchild" in below(project, "Base")
    assert len(project.overriders("Base", "g")) == 1


@pytest.mark.parametrize(
    ("member", "shape"),
    [
        ("def f(self): ...", ""),
        ("async def f(self): ...", "async"),
        ("def f(self): yield", "yield"),
        ("async def f(self): yield", "async yield"),
        ("f = g", "="),
        ("class f: ...", "="),
        ("@property\n    def f(self): ...", "property"),
        ("@asynccontextmanager\n    async def f(self): yield", "async yield asynccontextmanager"),
        ("@contextlib.contextmanager\n    def f(self): yield", "yield contextmanager"),
        ("@lru_cache(maxsize=1)\n    def f(self): ...", "lru_cache"),
        ("@abstractmethod\n    async def f(self): ...", "async"),
        ("@override\n    @final\n    def f(self): ...", ""),
        ("if a:\n        def f(self): ...\n    else:\n        async def f(self): ...", "|async"),
        ("def f(self): ...\n    async def f(self): ...", "async"),
    ],
)
def test_the_shape_of_a_member_says_what_kind_it_is(member: str, shape: str) -> None:
    module = outline(f"class A:\n    {member}\n")
    assert shape_of(module, module.scopes[1].bindings["f"]) == shape


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("from httpx import AsyncClient", "Client"),
        ("from app.aio import Client", "Client"),
        ("from redis.asyncio import Redis", "Redis"),
        ("from redis.asyncio.client import Redis as R", "Redis"),
        ("def f():\n    from httpx import AsyncClient", "Client"),
    ],
)
def test_classes_of_which_an_asynchronous_twin_is_imported(
    tmp_path: Path, text: str, name: str
) -> None:
    project = told(tmp_path, {"a.py": f"{text}\n"})
    assert project.has_async_twin(name)
    assert not project.has_async_twin("Other")


@pytest.mark.parametrize(
    "text",
    ["import httpx", "from httpx import Client", "from aiofiles import Client", "AsyncClient"],
)
def test_other_imports_are_no_twins(tmp_path: Path, text: str) -> None:
    assert not told(tmp_path, {"a.py": f"{text}\n"}).has_async_twin("Client")


EFFECTS = """\
import app, sys
from redis.asyncio import Redis
other = Other()
app.written = 1
other.assigned = 1
A.__aiter__ = f
sys.modules["x.y"] = z
setattr(app, name, 1)
class B(A):
    m = 1
"""


def facts(project: Project) -> set[str]:
    """Return what ``EFFECTS`` have an effect on, as far as a project knows of them."""
    asked = {
        "written": project.is_written("app", "written"),
        "written into": project.is_written_into("app"),
        "assigned": bool(project.writers("assigned", in_tests=False)),
        "computed": bool(project.writers("*", in_tests=False)),
        "sys.modules": project.is_in_sys_modules("x.y"),
        "twins": project.has_async_twin("Redis"),
        "subclasses": bool(project.overriders("A", "m")),
    }
    return {name for name, answer in asked.items() if answer}


def test_what_a_file_of_the_environment_does_hangs_on_nothing(tmp_path: Path) -> None:
    """It must not matter how much of the environment a run has read so far."""
    plant(tmp_path, {"site/lib.py": EFFECTS, "project/a.py": EFFECTS})
    root = tmp_path / "project"
    environment = Environment([str(tmp_path / "site")], version=(3, 11), project=str(root))
    project = Project(Finder(str(root)), environment=environment)
    foreign = str(tmp_path / "site" / "lib.py")
    assert isinstance(project.outline(foreign), ModuleIndex)
    assert project.is_foreign(foreign)
    assert facts(project) == set()
    project.outline(str(root / "a.py"))
    assert len(facts(project)) == 7


def test_a_file_of_the_environment_that_is_checked_is_the_projects(tmp_path: Path) -> None:
    plant(tmp_path, {"site/lib.py": EFFECTS})
    environment = Environment([str(tmp_path / "site")], version=(3, 11))
    path = str(tmp_path / "site" / "lib.py")
    project = Project(Finder(str(tmp_path)), environment=environment)
    assert list(project.load([path], 1)) == [1]
    assert not project.is_foreign(path)
    assert len(facts(project)) == 7


@pytest.mark.parametrize("jobs", [1, 2])
def test_facts_are_the_same_however_they_were_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    monkeypatch.setattr(project_module, "_PARALLEL_THRESHOLD", 2)
    files = {**CLASSES, "d.py": EFFECTS}
    project = planted(tmp_path / "p", files)
    assert list(project.load([str(tmp_path / "p" / name) for name in files], jobs))
    assert len(facts(project)) == 7
    assert len(below(project, "Base")) == 6


def test_outlines_hold_no_cycles(tmp_path: Path) -> None:
    """A run switches the collector off: what it drops must go at once."""
    outline_of(os.fspath(SOURCES[0]))
    gc.collect()
    gc.disable()
    try:
        for source in SOURCES[:5]:
            outline_of(os.fspath(source))
        assert gc.collect() < 50
    finally:
        gc.enable()
