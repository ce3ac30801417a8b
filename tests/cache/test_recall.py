"""What was found stands as long as nothing that it hangs on has changed, and no longer."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from caching import FILES, codes, cold, lay, lay_for_runs, run, told

from asyncpattern_lint import recall as recall_module
from asyncpattern_lint import session as session_module
from asyncpattern_lint.analysis import candidates as candidates_module
from asyncpattern_lint.analysis import checker as checker_module
from asyncpattern_lint.analysis import workers as workers_module
from asyncpattern_lint.analysis.resolver import Resolver
from asyncpattern_lint.index.model import ModuleIndex
from asyncpattern_lint.index.parts import Again
from asyncpattern_lint.index.project import Project


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    lay_for_runs(tmp_path, FILES, monkeypatch)
    return tmp_path


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the files that are checked."""
    names: list[str] = []
    real = checker_module.Checker.examine

    def recorded(
        self: checker_module.Checker, path: str, again: Again | None = None
    ) -> checker_module.Examined:
        names.append(Path(path).name)
        return real(self, path, again)

    monkeypatch.setattr(checker_module.Checker, "examine", recorded)
    return names


#: A project in which files see each other in several ways.
WIDE = FILES | {
    "app/front.py": "from app.store import rows as lines\n",
    "app/other.py": "from app.front import lines\n\n\nasync def f():\n    await lines()\n",
    "app/alone.py": "import os\n\n\ndef f():\n    return os.sep\n",
}


def test_nothing_is_checked_where_nothing_has_changed(root: Path, checked: list[str]) -> None:
    lay(root, WIDE)
    first = run(root)
    assert codes(first.findings) == ["APL131", "APL141"]
    checked.clear()
    assert told(run(root)) == told(first)
    assert checked == []


def test_codes_that_were_off_are_known_too(root: Path, checked: list[str]) -> None:
    lay(root, WIDE)
    assert codes(run(root, select=("APL131",)).findings) == ["APL131"]
    checked.clear()
    assert codes(run(root, ignore=("APL131",)).findings) == ["APL141"]
    lay(root, {".asyncpattern-lint.toml": "per-file-ignores = {'app/use.py' = ['APL1']}\n"})
    assert codes(run(root).findings) == ["APL131"]
    lay(root, {"app/use.py": FILES["app/use.py"].replace("in rows():", "in rows():  # noqa")})
    assert codes(run(root, isolated=True).findings) == ["APL131"]
    assert set(checked) == {"use.py"}


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("app/alone.py", "os.sep", "os.sep  # a comment"),
        ("app/alone.py", "    return", "    local = os.name\n    print(local)\n    return"),
        ("app/store.py", "    yield 1", "    count = 1\n    count += 1\n    yield 1"),
        ("app/alone.py", "import os\n", "import os\n\n\n\n"),
    ],
)
def test_a_changed_body_is_checked_alone(
    root: Path, checked: list[str], name: str, old: str, new: str
) -> None:
    lay(root, WIDE)
    run(root)
    checked.clear()
    lay(root, {name: WIDE[name].replace(old, new)})
    warm = run(root)
    again = set(checked)
    assert told(warm) == told(cold(root))
    # Findings that point to the file are told anew, with its lines of now.
    pointing = {"use.py", "other.py"} if "store" in name else set()
    assert again == {Path(name).name} | pointing
    checked.clear()
    assert told(run(root)) == told(warm)
    assert checked == []


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the scopes of which is asked whether they are candidates."""
    names: list[str] = []
    real = candidates_module.is_candidate

    def recorded(resolver: Resolver, path: str, module: ModuleIndex, number: int) -> bool:
        names.append(module.qualified_name(number) or Path(path).name)
        return real(resolver, path, module, number)

    monkeypatch.setattr(checker_module, "is_candidate", recorded)
    return names


def test_only_what_points_into_a_changed_file_is_looked_for_again(
    root: Path, asked: list[str]
) -> None:
    lay(root, WIDE)
    run(root)
    asked.clear()
    lay(root, {"app/store.py": "\n\n" + WIDE["app/store.py"]})
    warm = run(root)
    # What is a candidate stays one, also in the changed file.
    assert asked == []
    assert told(warm) == told(cold(root))


#: Scopes of one file that hang on each other in several ways.
INSIDE = """\
from app.store import rows

LIMIT = 3


def found():
    return rows()


async def good():
    async for row in found():
        print(row)


async def bad():
    for row in found():
        print(row)


class Held:
    def __init__(self, given):
        self.given = given
        self.kept = rows()

    async def own(self):
        async for row in self.kept:
            print(row)

    async def alone(self):
        count = LIMIT
        print(count)
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("LIMIT = 3\n", "# a comment\n\nLIMIT = 3\n", set()),
        ("    for row", "    count = 1\n    for row", {"bad"}),
        ("print(count)", "print(count + 1)", set()),  # no use of a value
        ("count = LIMIT", "count = await rows()", {"Held.alone"}),
        ("    return rows()", "    return [rows()]", {"found", "good", "bad"}),
        ("self.kept = rows()", "self.kept = [rows()]", {"Held.__init__", "Held", "Held.own"}),
        ("async def bad", "async def more():\n    await rows()\n\n\nasync def bad", {"more"}),
        ("async def good():\n    async for row in found():\n        print(row)\n", "", set()),
        ("async def good", "async def fine", {"fine"}),
        ("from app.store import rows", "from app.store import rows as found", {"found"}),
    ],
)
def test_what_reads_as_before_in_a_changed_file_stands(
    root: Path, asked: list[str], old: str, new: str, expected: set[str]
) -> None:
    lay(root, FILES | {"app/inside.py": INSIDE})
    run(root)
    asked.clear()
    assert old in INSIDE
    lay(root, {"app/inside.py": INSIDE.replace(old, new)})
    warm = run(root)
    assert expected <= set(asked)
    told_of = set(asked)
    asked.clear()
    assert told(warm) == told(cold(root))
    assert told_of < set(asked)
    asked.clear()
    # What has stood once may stand again, and hangs on what it did.
    lay(root, {"app/inside.py": "\n" + INSIDE.replace(old, new)})
    run(root)
    assert asked == []
    lay(root, {"app/store.py": "async def rows():\n    return [1]\n"})
    assert told(run(root)) == told(cold(root))


@pytest.mark.parametrize("is_written", [True, False])
def test_a_new_edition_after_all_files_have_changed(
    root: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch, *, is_written: bool
) -> None:
    files = FILES | {"app/inside.py": INSIDE}
    lay(root, files)
    run(root)
    monkeypatch.setattr(recall_module, "_MOST_LATER", len(files) - 1)
    if not is_written:
        monkeypatch.setattr(recall_module, "write_edition", lambda *_: None)
    for count in (1, 2):
        asked.clear()
        lay(root, {name: "#\n" * count + text for name, text in files.items() if ".py" in name})
        run(root)
        assert asked == []
    lay(root, {"app/store.py": "async def rows():\n    return [1]\n"})
    warm = run(root)
    assert {"good", "bad", "Held.own"} <= set(asked)
    assert told(warm) == told(cold(root))


def test_what_stood_has_its_place_in_a_new_edition(
    root: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(root, FILES | {"app/inside.py": INSIDE})
    run(root)
    monkeypatch.setattr(recall_module, "_MOST_LATER", 1)
    for count in (1, 2):
        lay(
            root,
            {"app/inside.py": INSIDE.replace("async def bad", "#\n" * count + "async def bad")},
        )
        asked.clear()
        run(root)
        assert asked == []
    lay(root, {"app/store.py": "async def rows():\n    return [1]\n"})
    warm = run(root)
    assert {"good", "bad", "Held.own"} <= set(asked)
    assert "Held.alone" not in asked
    assert told(warm) == told(cold(root))


@pytest.mark.parametrize(
    ("change", "again"),
    [
        ({"app/store.py": "async def rows():\n    return 1\n"}, {"store", "use", "front", "other"}),
        ({"app/front.py": "from app.alone import f as lines\n"}, {"front", "other"}),
        ({"app/alone.py": "def f(x): ...\n"}, {"alone"}),
        (
            {"app/store.py": "async def rows():\n    yield 1\n\n\ndef more(): ...\n"},
            {"store", "use", "other"},  # two with findings that point into it
        ),
    ],
)
def test_what_hangs_on_an_interface_is_checked_again(
    root: Path, checked: list[str], change: dict[str, str], again: set[str]
) -> None:
    lay(root, WIDE)
    run(root)
    checked.clear()
    lay(root, change)
    warm = run(root)
    assert {name.removesuffix(".py") for name in checked} <= again
    assert told(warm) == told(cold(root))
    checked.clear()
    assert told(run(root)) == told(warm)
    assert checked == []


def test_what_a_changed_file_does_to_others_is_told_without_reading_these(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(root, WIDE)
    run(root)
    text = "\n\nclass Rows:\n    def f(self, other):\n        other.name = with_ = 1\n"
    for change in ({"app/alone.py": WIDE["app/alone.py"] + text}, WIDE):
        lay(root, change)
        with monkeypatch.context() as patched:
            patched.setattr(session_module, "load", None)
            warm = run(root)
        assert told(warm) == told(cold(root))


#: A module in which others miss names, in several ways.
MISSED = {
    "pyproject.toml": "",
    "app/__init__.py": "",
    "app/store.py": "class Rows:\n    async def get(self): ...\n",
    "app/named.py": "from app.store import more\n",
    "app/chained.py": "import app.store\n\n\ndef f():\n    return app.store.more\n",
    "app/starred.py": "from app.store import *\n\n\nasync def f():\n    await more()\n",
    "app/listed.py": "from app.store import *\n\n__all__ = ['more']\n",
    "app/shadowed.py": "from app.store import *\n\n\nasync def f():\n    await print()\n",
    "app/apart.py": "from app.store import Rows\n\n\nasync def f():\n    await Rows().get()\n",
}


@pytest.mark.parametrize("name", ["more", "print", "other"])
@pytest.mark.parametrize(
    "text",
    [
        "async def {}():\n    yield 1\n\n\n{}",
        "{1}\n\ndef {0}():\n    return 1\n",
        "{1}\n\nclass {0}:\n    pass\n",
        "import {}\n{}",
        "{1}\n{0} = Rows()\n",
    ],
)
def test_a_new_name_concerns_those_who_missed_it(
    root: Path, checked: list[str], name: str, text: str
) -> None:
    lay(root, MISSED)
    before = told(run(root))
    checked.clear()
    lay(root, {"app/store.py": text.format(name, MISSED["app/store.py"])})
    warm = run(root)
    assert "apart.py" not in checked
    assert told(warm) == told(cold(root))
    lay(root, {"app/store.py": MISSED["app/store.py"]})
    assert told(run(root)) == before


METHODS = {
    "pyproject.toml": "",
    "app/__init__.py": "",
    "app/base.py": "class Base:\n    async def rows(self): ...\n    def lines(self): ...\n",
    "app/below.py": "from app.base import Base\n\n\nclass Below(Base):\n    def more(self): ...\n",
    "app/reads.py": (
        "from app.base import Base\n\n\nasync def f(base: Base):\n    await base.rows()\n"
    ),
    "app/skims.py": (
        "from app.base import Base\n\n\nasync def f(base: Base):\n    await base.lines()\n"
    ),
}


def test_an_override_concerns_those_who_asked_for_its_name(root: Path, checked: list[str]) -> None:
    lay(root, METHODS)
    run(root)
    for method, again in (("rows", "reads"), ("lines", "skims"), ("more", "")):
        checked.clear()
        text = METHODS["app/below.py"].replace("def more(self)", f"async def {method}(self)")
        lay(root, {"app/below.py": text})
        warm = run(root)
        assert set(checked) <= {"below.py", f"{again}.py"}
        assert told(warm) == told(cold(root))
        lay(root, {"app/below.py": METHODS["app/below.py"]})
        assert told(run(root)) == told(cold(root))


def test_facts_are_lent_however_often_a_file_changes_what_it_does(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(root, INHERITED)
    run(root)
    lent: list[list[str] | None] = []
    real = Project.lend_facts

    def recorded(
        self: Project, data: bytes, changed: Mapping[str, bytes], files: Sequence[str]
    ) -> list[str] | None:
        lent.append(real(self, data, changed, files))
        return lent[-1]

    monkeypatch.setattr(Project, "lend_facts", recorded)
    for count in range(1, 4):
        # The number of its class is one more each time, of which no trace tells.
        text = "def f(): ...\n\n\n" * count + INHERITED["app/base.py"]
        lay(root, {"app/base.py": text})
        assert told(run(root)) == told(cold(root))
    assert lent == [[], [], []]


#: A method that inherited ones may come to use, and its override of another kind.
INHERITED = FILES | {
    "app/base.py": (
        "class Base:\n    def rows(self):\n        return [1]\n\n"
        "    def use(self):\n        print(self)\n\n    def other(self):\n        print(1)\n"
    ),
    "app/below.py": (
        "from app.base import Base\n\n\n"
        "class Below(Base):\n    async def rows(self):\n        yield 1\n"
    ),
}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("other(self)", "other(self, more=None)", {"base.py"}),
        ("print(1)", "print(self.rows())", {"base.py"}),
        ("print(self)", "for row in self.rows():\n            print(row)", {"base.py", "below.py"}),
    ],
)
def test_overrides_hang_on_methods_that_use_them_only(
    root: Path, checked: list[str], old: str, new: str, expected: set[str]
) -> None:
    lay(root, INHERITED)
    before = run(root)
    checked.clear()
    lay(root, {"app/base.py": INHERITED["app/base.py"].replace(old, new)})
    warm = run(root)
    again = set(checked)
    assert told(warm) == told(cold(root))
    assert again == expected
    assert ("APL206" in codes(warm.findings)) == ("below.py" in expected)
    lay(root, INHERITED)
    assert told(run(root)) == told(before)


def test_an_edition_of_traces_that_is_lost_is_no_loss(root: Path) -> None:
    lay(root, WIDE)
    run(root)
    for path in root.glob(".asyncpattern_cache/v-*/traces-*"):
        path.write_bytes(path.read_bytes()[:-3])
    lay(root, {"app/store.py": "async def rows():\n    return 1\n"})
    assert told(run(root)) == told(cold(root))


@pytest.mark.parametrize(
    "change",
    [
        {"app/store.py": "def rows():\n    yield 1\n"},
        {"app/store.py": "async def rows():\n    return 1\n"},
        {"app/store.py": "from app.kept import wrap\n\n\n@wrap\nasync def rows():\n    yield 1\n"},
        {"app/front.py": "from app.alone import f as lines\n"},
        {"app/front.py": "lines = 1\n"},
        {"app/store.py": None},
        {"app/front.py": None},
        {"app/lines.py": "import app.store\napp.store.rows = None\n"},
        {"app/store/__init__.py": ""},
        {"app/store.pyi": "def rows() -> list[int]: ...\n"},
        {"app/__init__.py": "import sys\nsys.modules['app.store'] = None\n"},
        {
            "app/front.py": "from app.alone import f as lines\n",
            "app/alone.py": "async def f(): ...\n",
        },
        {"setup.py": "import app\n"},
        {".gitignore": "app/front.py\n"},
        {"app/use.py": "def f(:\n"},
        {"app/store.py": "def f(:\n"},
    ],
)
def test_what_others_see_is_seen(root: Path, change: dict[str, str | None]) -> None:
    lay(root, WIDE)
    before = told(run(root))
    lay(root, change)
    assert told(run(root)) == told(cold(root))
    lay(root, {name: WIDE.get(name) for name in change})
    assert told(run(root)) == told(cold(root)) == before


def test_a_module_that_comes_is_found(root: Path) -> None:
    lay(root, {"app/late.py": "from app.missing import f\n\n\nasync def g():\n    await f()\n"})
    assert "APL302" in codes(run(root).findings)
    lay(root, {"app/missing.py": "def f():\n    return 1\n"})
    assert codes(run(root).findings) == codes(cold(root).findings) == ["APL136", "APL141"]
    lay(root, {"app/missing.py": None})
    assert "APL302" in codes(run(root).findings)


def test_dependencies_and_build_files_are_looked_at(root: Path) -> None:
    lay(root, {"app/late.py": "import app.built\n"})
    assert "APL302" in codes(run(root).findings)
    lay(root, {"setup.py": "from setuptools import Extension\nx = Extension('app.built', [])\n"})
    assert told(run(root)) == told(cold(root))
    assert "APL302" not in codes(run(root).findings)
    lay(root, {"setup.py": None})
    assert "APL302" in codes(run(root).findings)


def test_the_environment_is_looked_at(root: Path) -> None:
    site = ".venv/lib/python3.12/site-packages"
    use = "from lib import f\n\n\nasync def g():\n    await f()\n"
    lay(
        root, {".venv/pyvenv.cfg": "version = 3.12.1\n", f"{site}/other.py": "", "app/late.py": use}
    )
    for text in ("def f() -> int: ...\n", "async def f() -> int: ...\n", None, "f = 1\n"):
        lay(root, {f"{site}/lib.py": text} if text or (root / site / "lib.py").exists() else {})
        assert told(run(root)) == told(cold(root))
    lay(root, {f"{site}/lib.pyi": "def f() -> int: ...\n"})
    assert "APL136" in codes(run(root).findings)
    lay(root, {".venv/pyvenv.cfg": None, f"{site}/lib.pyi": None, f"{site}/lib.py": None})
    assert told(run(root)) == told(cold(root))


def test_modules_that_are_read_without_being_checked_are_looked_at(root: Path) -> None:
    lay(root, WIDE)
    for text in (WIDE["app/store.py"], "def rows():\n    yield 1\n", "rows = 1\n"):
        lay(root, {"app/store.py": text})
        for names in (["app/use.py"], ["app/use.py", "app/other.py"], ["app/alone.py"]):
            assert told(run(root, *names)) == told(cold(root, *names))
            assert told(run(root, *names)) == told(cold(root, *names))


def test_workers_tell_what_they_looked_up(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers_module, "_PARALLEL_THRESHOLD", 1)
    site = ".venv/lib/python3.12/site-packages"
    lay(root, WIDE | METHODS)
    lay(
        root,
        {
            ".venv/pyvenv.cfg": "version = 3.12.1\n",
            f"{site}/lib.py": "async def f(): ...\n",
            "app/late.py": "from lib import f\n\n\nasync def g():\n    await f()\n",
            "app/lost.py": "import app.absent\n",
        },
    )
    first = run(root, jobs=2)
    assert told(first) == told(cold(root))
    changes: list[dict[str, str | None]] = [
        {f"{site}/lib.py": "def f() -> int: ...\n"},
        {"app/absent.py": ""},
        {"app/store.py": "async def rows():\n    return 1\n"},
        {"app/below.py": METHODS["app/below.py"].replace("def more", "async def lines")},
        {"app/alone.py": "import os\n\n\ndef f():\n    return os.name\n"},
    ]
    for change in changes:
        lay(root, change)
        assert told(run(root, jobs=2)) == told(cold(root))


def test_a_decorator_is_followed_into_what_it_calls(root: Path) -> None:
    lay(
        root,
        {
            "app/deco.py": "def ready(cls):\n    return cls\n\n\ndef make(cls):\n    ready(cls)\n    return cls\n",
            "app/thing.py": (
                "from app.deco import make\n\n\n@make\nclass Thing:\n    pass\n\n\n"
                "async def f():\n    async with Thing():\n        pass\n"
            ),
        },
    )
    assert "APL126" in codes(run(root).findings)
    text = (
        "def ready(cls):\n    cls.__aenter__ = cls.__aexit__ = None\n\n\n"
        "def make(cls):\n    {}\n    return cls\n"
    )
    for call in ("ready(cls)", "print()", "ready(cls)"):
        lay(root, {"app/deco.py": text.format(call)})
        assert told(run(root)) == told(cold(root))


def test_the_version_of_python_and_the_place_count(root: Path) -> None:
    lay(root, WIDE)
    for options in ({}, {"target_version": "py311"}, {"src": ("app",)}, {"candidates": False}):
        assert told(run(root, **options)) == told(cold(root, **options))
        assert told(run(root, "app", **options)) == told(cold(root, "app", **options))


def test_statistics_and_fixes_do_with_what_is_remembered(root: Path) -> None:
    lay(root, WIDE)
    run(root)
    warm, first = run(root, statistics=True), cold(root, statistics=True)
    assert (warm.tally, told(warm)) == (first.tally, told(first))
    assert run(root, diff=True).changes == cold(root, diff=True).changes
    run(root, fix=True)
    assert told(run(root)) == told(cold(root))


def test_comments_and_baselines_are_read_each_time(root: Path) -> None:
    lay(root, WIDE)
    run(root)
    run(root, write_baseline="base.json")
    assert told(run(root, baseline="base.json")) == told(cold(root, baseline="base.json"))
    assert run(root, baseline="base.json").baselined == 2
    text = WIDE["app/use.py"].replace("in rows():", "in rows():  # apl: ignore")
    lay(root, {"app/use.py": text})
    assert told(run(root, select=("ALL",))) == told(cold(root, select=("ALL",)))


def test_a_clean_run_over_what_is_known_loads_little(root: Path) -> None:
    lay(root, {"app/use.py": "x = 1\n"})
    script = (
        "import sys\n"
        "from asyncpattern_lint.cli import main\n"
        "main(['check'], standalone_mode=False)\n"
        "names = ('asyncpattern_lint.analysis', 'asyncpattern_lint.index.builder', 'libcst')\n"
        "print([name for name in names if name in sys.modules])\n"
    )
    for _ in range(2):
        process = subprocess.run(
            [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True
        )
    assert process.stdout.splitlines()[-1] == "[]"


def test_few_sorts_of_runs_are_remembered(root: Path) -> None:
    for number in range(20):
        lay(root, {f"m{number}.py": "x = 1\n"})
        run(root, f"m{number}.py")
    assert len([*root.glob(".asyncpattern_cache/v-*/findings-*")]) <= 16


def _without_checksum(data: bytes) -> bytes:
    return data[4:]


@pytest.mark.parametrize(
    "spoil", [_without_checksum, lambda data: data[:-1], lambda _: b"", lambda data: data + b"x"]
)
def test_a_damaged_record_is_not_believed(root: Path, spoil: Callable[[bytes], bytes]) -> None:
    before = told(run(root))
    for path in root.glob(".asyncpattern_cache/v-*/f*"):
        path.write_bytes(spoil(path.read_bytes()))
    assert told(run(root)) == before


def test_a_folder_that_cannot_be_written_is_no_error(root: Path) -> None:
    (root / "file").write_text("")
    asked = {"cache_dir": os.fspath(root / "file" / "inner")}
    assert told(run(root, **asked)) == told(run(root, **asked)) == told(cold(root))


def scripts(reference: str) -> dict[str, str | None]:
    """Return the description of a project with one script."""
    text = f"[project]\nname = 'app'\n\n[project.scripts]\napp = '{reference}'\n"
    return {"pyproject.toml": text}


def test_what_describes_the_project_is_looked_at_again_where_it_may_be_wrong(root: Path) -> None:
    """Entry points are no part of any module."""
    lay(root, {"app/use.py": "def main():\n    pass\n", **scripts("app.use:main")})
    assert codes(run(root).findings) == []
    assert codes(run(root).findings) == []
    for files in (
        {"app/use.py": "def other():\n    pass\n"},
        {"app/use.py": "def other():\n    return 1\n"},
        {"app/use.py": "def main():\n    pass\n"},
        scripts("app.use:gone"),
        scripts("app.gone:main"),
        {"app/gone.py": "from app.use import main\n"},
    ):
        lay(root, files)
        expected = told(cold(root))
        assert told(run(root)) == expected
        assert told(run(root)) == expected


def test_a_single_file_is_no_whole_project(root: Path) -> None:
    lay(root, scripts("app.use:gone"))
    assert codes(run(root, str(root / "app" / "store.py")).findings) == []
    assert "APL306" in codes(run(root).findings)
    assert "APL306" in codes(run(root).findings)


def test_documents_are_checked_with_what_stands(root: Path) -> None:
    lay(root, {"guide.md": "```python\nfrom app.store import gone\n```\n"})
    expected = told(cold(root, docs=True))
    assert "APL301" in codes(expected[0])  # type: ignore[arg-type]  # findings come first
    assert told(run(root, docs=True)) == expected
    assert told(run(root, docs=True)) == expected
    lay(root, {"app/store.py": FILES["app/store.py"] + "gone = 1\n"})
    assert "APL301" not in codes(run(root, docs=True).findings)
