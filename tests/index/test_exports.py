"""Which names a module really has when the program runs."""

from pathlib import Path

import pytest
from outlines import exports_of

from asyncpattern_lint.index.exports import Exports, Presence


def has(root: Path, name: str, files: dict[str, str], module: str = "barn.py") -> Presence:
    exports = exports_of(root, files)
    return exports.has(exports.project.finder.location_of(str(root / module)), name)


@pytest.mark.parametrize(
    ("text", "presence"),
    [
        ("x = 1", Presence.PRESENT),
        ("def x(): ...", Presence.PRESENT),
        ("import x", Presence.PRESENT),
        ("from a import b as x", Presence.PRESENT),
        ("if a:\n    x = 1", Presence.PRESENT),
        ("def f():\n    global x\n    x = 1", Presence.PRESENT),
        ("", Presence.ABSENT),
        ("x: int", Presence.ABSENT),
        ("x = 1\ndel x", Presence.ABSENT),
        ("def f():\n    x = 1", Presence.ABSENT),
        ("if TYPE_CHECKING:\n    import x", Presence.ABSENT),
        ("if False:\n    x = 1", Presence.ABSENT),
        ("__all__ = ['x']", Presence.ABSENT),
        ("def __getattr__(name): ...", Presence.UNSURE),
        ("globals()[name] = 1", Presence.UNSURE),
        ("from elsewhere import *", Presence.UNSURE),
        ("syntax error", Presence.UNSURE),
    ],
)
def test_a_module_has_what_its_text_binds(tmp_path: Path, text: str, presence: Presence) -> None:
    assert has(tmp_path, "x", {"barn.py": text}) is presence


@pytest.mark.parametrize("name", ["__name__", "__doc__", "__dict__", "__file__", "__spec__"])
def test_every_module_has_what_python_gives_it(tmp_path: Path, name: str) -> None:
    assert has(tmp_path, name, {"barn.py": ""}) is Presence.PRESENT


def test_only_packages_have_a_path(tmp_path: Path) -> None:
    files = {"barn/__init__.py": "", "farm.py": ""}
    assert has(tmp_path, "__path__", files, "barn/__init__.py") is Presence.PRESENT
    assert has(tmp_path, "__path__", files, "farm.py") is Presence.ABSENT


def test_a_package_has_its_submodules(tmp_path: Path) -> None:
    files = {"barn/__init__.py": "", "barn/x.py": "", "barn/y/z.py": "", "barn/w_pb2.txt": ""}
    presences = {name: has(tmp_path, name, files, "barn/__init__.py") for name in ("x", "y", "z")}
    assert presences == {
        "x": Presence.PRESENT,
        "y": Presence.PRESENT,
        "z": Presence.ABSENT,
    }
    assert has(tmp_path, "w_pb2", files, "barn/__init__.py") is Presence.UNSURE


def test_a_package_whose_submodules_lie_elsewhere(tmp_path: Path) -> None:
    files = {"barn/__init__.py": "__path__ = extend_path(__path__, __name__)"}
    assert has(tmp_path, "x", files, "barn/__init__.py") is Presence.UNSURE


def test_a_module_with_a_compiled_twin_may_have_more(tmp_path: Path) -> None:
    assert has(tmp_path, "x", {"barn.py": "", "barn.so": ""}) is Presence.UNSURE
    assert has(tmp_path, "x", {"barn.py": "", "barn.pyi": ""}) is Presence.UNSURE


def test_another_module_may_set_the_name(tmp_path: Path) -> None:
    exports = exports_of(tmp_path, {"barn.py": "", "use.py": "import barn\nbarn.x = 1\n"})
    exports.project.outline(str(tmp_path / "use.py"))
    barn = exports.project.finder.location_of(str(tmp_path / "barn.py"))
    assert exports.has(barn, "x") is Presence.UNSURE
    assert exports.has(barn, "y") is Presence.ABSENT


# --- stars -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "presence"),
    [
        ("x = 1", Presence.PRESENT),
        ("x = 1\n__all__ = ['x']", Presence.PRESENT),
        ("x = 1\n__all__ = ['y']", Presence.ABSENT),
        ("x = 1\n__all__ = make()", Presence.UNSURE),
        ("x = 1\nfrom . import y\n__all__ = y.__all__", Presence.UNSURE),
        ("y = 1", Presence.ABSENT),
        ("__all__ = ['x']", Presence.ABSENT),
        ("def __getattr__(name): ...", Presence.UNSURE),
        ("syntax error", Presence.UNSURE),
    ],
)
def test_a_star_brings_what_its_module_exports(
    tmp_path: Path, source: str, presence: Presence
) -> None:
    files = {"barn.py": "from farm import *", "farm.py": source}
    assert has(tmp_path, "x", files) is presence


def test_a_star_leaves_private_names_behind_unless_they_are_listed(tmp_path: Path) -> None:
    private = {"barn.py": "from farm import *", "farm.py": "_x = 1"}
    assert has(tmp_path, "_x", private) is Presence.ABSENT
    listed = {"barn.py": "from farm import *", "farm.py": "_x = 1\n__all__ = ['_x']"}
    assert has(tmp_path, "_x", listed) is Presence.PRESENT


def test_the_best_of_several_stars_counts(tmp_path: Path) -> None:
    files = {
        "barn.py": "from red import *\nfrom blue import *\nfrom green import *",
        "red.py": "",
        "blue.py": "def __getattr__(name): ...",
        "green.py": "x = 1",
    }
    assert has(tmp_path, "x", files) is Presence.PRESENT
    assert has(tmp_path, "y", files) is Presence.UNSURE


def test_cycles_of_stars_end(tmp_path: Path) -> None:
    files = {
        "barn.py": "from farm import *\nfrom barn import *",
        "farm.py": "from field import *",
        "field.py": "from barn import *\nx = 1",
    }
    assert has(tmp_path, "x", files) is Presence.PRESENT
    assert has(tmp_path, "y", files) is Presence.ABSENT


def test_two_ways_to_one_module(tmp_path: Path) -> None:
    files = {
        "barn.py": "from red import *\nfrom blue import *",
        "red.py": "from green import *\n__all__ = []",
        "blue.py": "from green import *",
        "green.py": "x = 1",
    }
    assert has(tmp_path, "x", files) is Presence.PRESENT


def test_a_star_may_bring_a_submodule_that_something_imports(tmp_path: Path) -> None:
    files = {"use.py": "from barn import *", "barn/__init__.py": "", "barn/x.py": ""}
    assert has(tmp_path, "x", files, "use.py") is Presence.UNSURE


def test_a_star_from_a_namespace_package_is_not_known(tmp_path: Path) -> None:
    files = {"use.py": "from barn import *", "barn/x.py": ""}
    assert has(tmp_path, "y", files, "use.py") is Presence.UNSURE


# --- names for suggestions ---------------------------------------------------------------


def names(exports: Exports, path: Path) -> list[str]:
    return exports.names(exports.project.finder.location_of(str(path)))


def test_names_are_what_is_certain(tmp_path: Path) -> None:
    files = {
        "barn/__init__.py": "b = 1\ndel b\n_a = 1\nfrom farm import *\nfrom elsewhere import *",
        "barn/red.py": "",
        "farm.py": "c = 1\n_d = 1",
    }
    exports = exports_of(tmp_path, files)
    assert names(exports, tmp_path / "barn/__init__.py") == ["_a", "c", "red"]
    assert names(exports, tmp_path / "barn/red.py") == []
