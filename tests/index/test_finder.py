"""First-party modules are found where Python would find them."""

import os
from pathlib import Path

import pytest
from outlines import plant

from asyncpattern_lint.index.finder import UNKNOWN, Finder, Location, Lookup


def finder(root: Path, *paths: str, given: tuple[str, ...] = ()) -> Finder:
    """Return the finder of a project that holds empty files, and folders that end in a slash."""
    plant(root, dict.fromkeys(paths, ""))
    return Finder(str(root), [str(root / name) for name in given])


def found(root: Path, lookup: Lookup) -> list[str]:
    """Return the paths that were found, relative to the root."""
    return [os.path.relpath(place.path, root).replace(os.sep, "/") for place in lookup.found]


def absolute(root: Path, name: str, importer: str, *paths: str) -> Lookup:
    return finder(root, importer, *paths).absolute(name, str(root / importer))


def relative(root: Path, level: int, name: str, importer: str, *paths: str) -> Lookup:
    return finder(root, importer, *paths).relative(level, name, str(root / importer))


# --- what a name means in a folder -------------------------------------------------------


@pytest.mark.parametrize(
    ("paths", "path", "is_open"),
    [
        (["barn.py"], "barn.py", False),
        (["barn/__init__.py"], "barn/__init__.py", False),
        (["barn/__init__.py", "barn.py"], "barn/__init__.py", False),
        (["barn/x.txt", "barn.py"], "barn.py", False),
        (["barn/x.txt"], "barn", True),
        (["barn.pyi"], "barn.pyi", True),
        (["barn.py", "barn.pyi"], "barn.py", True),
        (["barn.py", "barn.cpython-311-x86_64-linux-gnu.so"], "barn.py", True),
        (["barn.py", "barn.pyx"], "barn.py", True),
        (["barn/__init__.pyi"], "barn/__init__.pyi", False),
        (["barn/__init__.py", "barn/__init__.c"], "barn/__init__.py", True),
    ],
)
def test_packages_win_over_modules_and_these_over_namespaces(
    tmp_path: Path, paths: list[str], path: str, is_open: bool
) -> None:
    place = finder(tmp_path, *paths).entry(str(tmp_path), "barn")
    assert place is not None
    assert (os.path.relpath(place.path, tmp_path), place.is_open) == (path, is_open)
    assert place.is_namespace == (path == "barn")
    assert (place.folder is None) == ("/" not in path and path != "barn")


@pytest.mark.parametrize("paths", [[], ["barn.so"], ["barns.py"], ["Barn.py"], ["barn.txt"]])
def test_what_is_no_module(tmp_path: Path, paths: list[str]) -> None:
    assert finder(tmp_path, *paths).entry(str(tmp_path), "barn") is None


def test_a_folder_that_cannot_be_read_is_empty(tmp_path: Path) -> None:
    assert finder(tmp_path).listing(str(tmp_path / "absent")) == frozenset()


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a/b/c.py", "a.b.c"),
        ("a/b/__init__.py", "a.b"),
        ("a/__init__.py", "a"),
        ("c.py", "c"),
        ("plain/c.py", "c"),
        ("plain/__init__.pyi", "plain"),
    ],
)
def test_names_count_from_the_outermost_package(tmp_path: Path, path: str, name: str) -> None:
    there = finder(tmp_path, "a/__init__.py", "a/b/__init__.py", path)
    location = there.location_of(str(tmp_path / path))
    assert there.module_name(str(tmp_path / path)) == location.name == name
    is_package = "__init__" in path
    assert location.folder == (str((tmp_path / path).parent) if is_package else None)


def test_the_hidden_module_beside_a_package_is_itself(tmp_path: Path) -> None:
    """Its text is checked although nothing imports it."""
    there = finder(tmp_path, "barn.py", "barn/__init__.py")
    path = str(tmp_path / "barn.py")
    assert there.location_of(path) == Location(path, "barn", None, False)


def test_submodules_by_name(tmp_path: Path) -> None:
    names = ("__init__.py", "__main__.py", "a.py", "b.pyi", "c/__init__.py", "d/x.py", "e.txt")
    there = finder(tmp_path, *(f"barn/{name}" for name in names))
    barn = there.entry(str(tmp_path), "barn")
    assert barn is not None
    assert there.submodule_names(barn) == ["a", "b", "c"]
    below = there.submodule(barn, "c")
    assert below is not None
    assert (below.name, below.is_namespace) == ("barn.c", False)
    module = there.submodule(barn, "a")
    assert module is not None
    assert there.submodule(module, "c") is None
    assert there.submodule_names(module) == []


# --- absolute imports --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "importer", "paths", "expected"),
    [
        # The project's folder, and what lies beside the importing script.
        ("barn", "farm.py", ["barn.py"], ["barn.py"]),
        ("barn.red", "farm.py", ["barn/__init__.py", "barn/red.py"], ["barn/red.py"]),
        ("barn", "scripts/run.py", ["barn.py"], ["barn.py"]),
        ("barn", "scripts/run.py", ["scripts/barn.py"], ["scripts/barn.py"]),
        # A package's inside is not on sys.path.
        ("barn", "farm/use.py", ["farm/__init__.py", "farm/barn.py"], []),
        ("farm.barn", "farm/use.py", ["farm/__init__.py", "farm/barn.py"], ["farm/barn.py"]),
        # The src layout.
        ("barn", "tests/test.py", ["src/barn/__init__.py"], ["src/barn/__init__.py"]),
        # Distributions inside the project see one another.
        ("barn", "use.py", ["tools/x/pyproject.toml", "tools/x/barn.py"], ["tools/x/barn.py"]),
        (
            "barn",
            "use.py",
            ["tools/x/setup.py", "tools/x/src/barn/__init__.py"],
            ["tools/x/src/barn/__init__.py"],
        ),
        ("barn", "use.py", ["tools/x/requirements.txt", "tools/x/barn.py"], []),
        ("barn", "use.py", ["a/b/c/d/pyproject.toml", "a/b/c/d/barn.py"], []),
        ("barn", "use.py", ["venv/x/pyproject.toml", "venv/x/barn.py"], []),
        # Namespace packages (PEP 420); a regular package anywhere wins.
        ("barn.red", "use.py", ["barn/red.py"], ["barn/red.py"]),
        ("barn.red", "use.py", ["barn/red.py", "src/barn/blue.py"], ["barn/red.py"]),
        ("barn", "use.py", ["barn/red.py", "src/barn/__init__.py"], ["src/barn/__init__.py"]),
        # Nothing of that name.
        ("barn", "use.py", [], []),
    ],
)
def test_where_absolute_imports_lead(
    tmp_path: Path, name: str, importer: str, paths: list[str], expected: list[str]
) -> None:
    lookup = absolute(tmp_path, name, importer, *paths)
    assert found(tmp_path, lookup) == expected
    assert lookup.package is None


def test_both_of_two_places_may_be_meant(tmp_path: Path) -> None:
    lookup = absolute(tmp_path, "barn", "scripts/run.py", "scripts/barn.py", "barn.py")
    assert found(tmp_path, lookup) == ["scripts/barn.py", "barn.py"]


def test_folders_that_the_user_named_are_roots(tmp_path: Path) -> None:
    there = finder(tmp_path, "use.py", "lib/barn.py", "lib/farm/use.py", given=("lib",))
    inside = there.absolute("barn", str(tmp_path / "lib/farm/use.py"))
    assert (found(tmp_path, inside), inside.partial) == (["lib/barn.py"], False)
    assert there.absolute("barn", str(tmp_path / "use.py")) == UNKNOWN


def test_nothing_above_the_project_is_searched(tmp_path: Path) -> None:
    plant(tmp_path, {"barn.py": "", "project/use.py": ""})
    there = Finder(str(tmp_path / "project"))
    assert there.absolute("barn", str(tmp_path / "project/use.py")) == UNKNOWN


def test_a_name_of_the_standard_library_may_mean_that(tmp_path: Path) -> None:
    lookup = absolute(tmp_path, "queue", "use.py", "queue.py")
    assert found(tmp_path, lookup) == ["queue.py"]
    assert lookup.partial
    assert not absolute(tmp_path, "barn", "use.py", "barn.py").partial


def test_the_standard_library_is_not_looked_for_in_other_distributions(tmp_path: Path) -> None:
    assert absolute(tmp_path, "queue", "use.py", "x/pyproject.toml", "x/queue.py") == UNKNOWN


def test_a_missing_submodule_of_a_regular_package_is_certain(tmp_path: Path) -> None:
    lookup = absolute(tmp_path, "barn.red.x", "use.py", "barn/__init__.py")
    assert lookup.found == ()
    assert lookup.package is not None
    assert (lookup.package.name, lookup.missing, lookup.partial) == ("barn", "barn.red", False)


@pytest.mark.parametrize(
    "paths",
    [
        ["barn/blue.py"],  # a namespace package has other portions elsewhere
        ["barn/__init__.py", "barn/red.so"],
        ["barn/__init__.py", "barn/red.pyx"],
        ["barn/__init__.py", "barn/__init__.c"],
    ],
)
def test_where_a_submodule_may_be_elsewhere(tmp_path: Path, paths: list[str]) -> None:
    assert absolute(tmp_path, "barn.red", "use.py", *paths) == UNKNOWN


def test_generated_and_ignored_modules_may_be_elsewhere(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    plant(tmp_path, {".gitignore": "barn/version.py\n"})
    there = finder(tmp_path, "use.py", "barn/__init__.py")
    for name in ("rows_pb2", "rows_pb2_grpc", "version"):
        assert there.absolute(f"barn.{name}", str(tmp_path / "use.py")) == UNKNOWN
    assert there.absolute("barn.red", str(tmp_path / "use.py")).package is not None


def test_an_installed_package_wins_over_a_folder_without_init(tmp_path: Path) -> None:
    plant(tmp_path, {"requirements.txt": "barn\n", ".venv/lib/python3/site-packages/x": ""})
    assert absolute(tmp_path, "barn.red", "use.py", "barn/red.py").partial


# --- relative imports --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "name", "importer", "expected"),
    [
        (1, "", "a/b/use.py", "a/b/__init__.py"),
        (1, "red", "a/b/use.py", "a/b/red.py"),
        (1, "red", "a/b/__init__.py", "a/b/red.py"),
        (2, "", "a/b/use.py", "a/__init__.py"),
        (2, "b.red", "a/b/use.py", "a/b/red.py"),
    ],
)
def test_where_relative_imports_lead(
    tmp_path: Path, level: int, name: str, importer: str, expected: str
) -> None:
    files = ("a/__init__.py", "a/b/__init__.py", "a/b/red.py")
    lookup = relative(tmp_path, level, name, importer, *files)
    assert (found(tmp_path, lookup), lookup.partial) == ([expected], False)


def test_a_missing_relative_module_is_certain(tmp_path: Path) -> None:
    lookup = relative(tmp_path, 1, "red", "a/use.py", "a/__init__.py")
    assert lookup.package is not None
    assert (lookup.package.name, lookup.missing) == ("a", "a.red")


def test_relative_imports_in_a_namespace_package_are_not_certain(tmp_path: Path) -> None:
    assert relative(tmp_path, 1, "red", "a/use.py") == UNKNOWN
    here = relative(tmp_path, 1, "", "a/use.py")
    assert (found(tmp_path, here), here.partial) == (["a"], True)


def test_dots_beyond_the_root_of_the_file_system_lead_nowhere(tmp_path: Path) -> None:
    assert relative(tmp_path, 99, "nowhere_at_all", "a/use.py") == UNKNOWN


# --- costs -------------------------------------------------------------------------------


def test_an_answer_is_looked_up_once(tmp_path: Path) -> None:
    there = finder(tmp_path, "use.py", "barn.py")
    first = there.absolute("barn", str(tmp_path / "use.py"))
    (tmp_path / "barn.py").unlink()
    assert there.absolute("barn", str(tmp_path / "use.py")) is first
