"""What was found out about all of a project stands until what it hangs on changes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from caching import codes, cold, lay, lay_for_runs, run, told

from asyncpattern_lint.analysis.changes import Changes
from asyncpattern_lint.analysis.values import Values
from asyncpattern_lint.index.model import Write

#: Two classes, to one of which another module gives what ``async with`` asks for.
FILES = {
    "pyproject.toml": "[project]\nname = 'app'\n",
    "app/__init__.py": "",
    "app/thing.py": "class Thing:\n    pass\n\n\nclass Other:\n    pass\n",
    "app/patch.py": (
        "from app.thing import Other, Thing\n\n\n"
        "async def enter(self, *_):\n    return self\n\n\n"
        "def patch():\n    Thing.__aenter__ = Thing.__aexit__ = enter\n"
    ),
    "app/use.py": (
        "from app.thing import Other, Thing\n\n\n"
        "async def f():\n    async with Thing():\n        pass\n\n\n"
        "async def g():\n    async with Other():\n        pass\n"
    ),
    "app/more.py": "from app.thing import Thing\n\n\ndef f():\n    return list(Thing())\n",
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    lay_for_runs(tmp_path, FILES, monkeypatch)
    return tmp_path


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of attributes of which it was asked on what objects they are set."""
    names: list[str] = []
    real = Changes._writes

    def recorded(self: Changes, name: str, in_tests: bool) -> Iterator[tuple[str, Write, Values]]:
        if self._is_preliminary:
            names.append(name)
        return real(self, name, in_tests)

    monkeypatch.setattr(Changes, "_writes", recorded)
    return names


@pytest.mark.parametrize(
    "change",
    [
        {"app/use.py": FILES["app/use.py"].replace("pass", "print()")},
        {"app/use.py": FILES["app/use.py"] + "\n\ndef h():\n    list(Other())\n"},
        {"app/more.py": FILES["app/more.py"].replace("list", "tuple")},
    ],
)
def test_what_decides_what_objects_are_is_found_but_once(
    root: Path, asked: list[str], change: dict[str, str]
) -> None:
    first = run(root)
    assert "__aenter__" in asked
    assert "APL126" in codes(first.findings)
    asked.clear()
    for files in (change, FILES, change):
        lay(root, files)
        warm = run(root)
        assert asked == []
        assert told(warm) == told(cold(root))
        asked.clear()


@pytest.mark.parametrize(
    "change",
    [
        {"app/patch.py": FILES["app/patch.py"].replace("    Thing.", "    Other.")},
        {"app/patch.py": FILES["app/patch.py"].replace("Thing.__aexit__", "Other.__aexit__")},
        {"app/patch.py": FILES["app/patch.py"].replace("Other, Thing", "Other as Thing")},
        {"app/patch.py": "async def enter(self, *_): ...\n"},
        {"app/thing.py": "class New:\n    pass\n\n\n" + FILES["app/thing.py"]},
        {"app/thing.py": FILES["app/thing.py"].replace("Other:", "Other(Thing):")},
        {"app/thing.py": "Thing = object\n\n\nclass Other:\n    pass\n"},
        {"app/thing.py": "def f():\n    def g(): ...\n\n\n" + FILES["app/thing.py"]},
        {"app/late.py": "import app.thing\n\n\ndef f(name):\n    app.thing.Other.__aenter__ = 1\n"},
    ],
)
def test_it_is_found_again_once_it_may_be_another(root: Path, change: dict[str, str]) -> None:
    run(root)
    for files in (change, {"app/more.py": FILES["app/more.py"].replace("list", "tuple")}, FILES):
        lay(root, files)
        for _ in range(2):
            assert told(run(root)) == told(cold(root))
