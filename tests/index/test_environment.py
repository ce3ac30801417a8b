"""What is installed is found where Python would find it, and nothing of it runs."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from outlines import plant

from asyncpattern_lint.index import environment
from asyncpattern_lint.index.environment import Environment, EnvironmentNotFound, locate
from asyncpattern_lint.index.finder import Location

VERSION = (3, 11)


def environment_of(
    root: Path, files: dict[str, str], *sites: str, version: tuple[int, int] = VERSION
) -> Environment:
    """Return the environment of a folder, or of folders in it, that holds files."""
    plant(root, files)
    folders = [str(root / site) for site in sites or ("",)]
    return Environment(folders, version=version, project=str(root / "project"))


def installed(root: Path, *paths: str) -> Environment:
    """Return the environment of a folder that holds empty files."""
    return environment_of(root, dict.fromkeys(paths, ""))


def place_of(root: Path, place: Location | None) -> str | None:
    """Return a location's path, relative to the root."""
    return place and os.path.relpath(place.path, root).replace(os.sep, "/")


def find(found: Environment, dotted: str) -> Location | None:
    """Return a module by its dotted name."""
    top, *rest = dotted.split(".")
    place = found.top(top)
    for name in rest:
        place = place and found.submodule(place, name)
    return place


def existing(found: Environment, dotted: str) -> Location:
    place = find(found, dotted)
    assert place is not None
    return place


@pytest.fixture
def typeshed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a small typeshed, which is used instead of the installed one."""
    folder = tmp_path / "typeshed"
    plant(
        folder,
        {
            "VERSIONS": """\
                # A comment.

                asyncio: 3.4-
                asyncio.mixins: 3.10-
                asyncio.taskgroups: 3.11-  # a note
                broken line
                distutils: 3.0-3.11
                distutils.command.bdist_msi: 3.0-3.10
                tomllib: 3.11-
            """,
            **dict.fromkeys(
                [
                    "asyncio/__init__.pyi",
                    "asyncio/taskgroups.pyi",
                    "asyncio/tasks.pyi",
                    "distutils/__init__.pyi",
                    "distutils/command/__init__.pyi",
                    "distutils/command/bdist_msi.pyi",
                    "tomllib.pyi",
                ],
                "",
            ),
        },
    )
    monkeypatch.setattr(Environment, "typeshed", str(folder))
    return folder


# --- installed packages ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("paths", "path"),
    [
        (["barn.py"], "barn.py"),
        (["barn.pyi"], "barn.pyi"),
        (["barn.py", "barn.pyi"], "barn.pyi"),
        (["barn/__init__.py", "barn.py"], "barn/__init__.py"),
        (["barn/__init__.py", "barn/__init__.pyi"], "barn/__init__.pyi"),
        (["barn/__init__.py", "barn.pyi"], "barn/__init__.py"),
        (["barn/x.txt", "barn.py"], "barn.py"),
        (["barn/x.py"], "barn"),
        (["barn.cpython-311-darwin.so", "barn.pyi"], "barn.pyi"),
        (["barn.cpython-311-darwin.so", "barn.py"], "barn.py"),
        (["barn-stubs/__init__.pyi"], "barn-stubs/__init__.pyi"),
        (["barn-stubs/__init__.pyi", "barn/__init__.py"], "barn-stubs/__init__.pyi"),
        (["barn-stubs/__init__.pyi", "barn/__init__.so"], "barn-stubs/__init__.pyi"),
        (["barn-stubs/cow.pyi", "barn/__init__.py"], "barn/__init__.py"),
        (["barn-stubs/cow.pyi"], "barn-stubs"),
        (["barn-stubs.py"], None),
        (["barn.so"], None),
        (["barn.cp311-win_amd64.pyd"], None),
        (["barn.pyc"], None),
        (["barn/__init__.abi3.so", "barn/cow.py"], None),
        (["Barn.py", "barns.py", "barn.txt"], None),
        (["barn.py/x.txt"], None),
        ([], None),
    ],
)
def test_what_a_name_means(tmp_path: Path, paths: list[str], path: str | None) -> None:
    place = installed(tmp_path, *paths).top("barn")
    assert place_of(tmp_path, place) == path
    if place:
        assert place.name == "barn"
        assert place.is_namespace == ("." not in str(path))
        assert (place.folder is None) == ("/" not in str(path) and not place.is_namespace)


@pytest.mark.parametrize("name", ["", ".", "..", "a.b", "a-b", "../secret", "a\0b", "barn-stubs"])
def test_what_is_no_name(tmp_path: Path, name: str) -> None:
    found = installed(tmp_path / "site", "barn-stubs/__init__.pyi", "../secret.py", "a/b.py")
    assert found.top(name) is None
    assert found.submodule(existing(found, "a"), name) is None
    assert not found.is_installed(name)


@pytest.mark.parametrize(
    ("paths", "is_open"),
    [
        (["barn.py"], False),
        (["barn.py", "barn.so"], True),
        (["barn.pyi", "barn.so"], False),
        (["barn/cow.py"], True),
        (["barn-stubs/__init__.pyi"], False),
    ],
)
def test_what_may_hold_more_than_it_shows(tmp_path: Path, paths: list[str], is_open: bool) -> None:
    assert existing(installed(tmp_path, *paths), "barn").is_open is is_open


@pytest.mark.parametrize(
    ("paths", "path"),
    [
        (["barn/cow.py"], "barn/cow.py"),
        (["barn/cow.py", "barn/cow.pyi"], "barn/cow.pyi"),
        (["barn/cow/__init__.py", "barn/cow.pyi"], "barn/cow/__init__.py"),
        (["barn/cow/__init__.py", "barn/cow/__init__.pyi"], "barn/cow/__init__.pyi"),
        (["barn/cow/calf.py"], "barn/cow"),
        (["barn/cow.so"], None),
        ([], None),
    ],
)
def test_what_a_submodule_is(tmp_path: Path, paths: list[str], path: str | None) -> None:
    place = find(installed(tmp_path, "barn/__init__.py", *paths), "barn.cow")
    assert place_of(tmp_path, place) == path
    assert place is None or place.name == "barn.cow"


def test_a_module_has_no_submodules(tmp_path: Path) -> None:
    found = installed(tmp_path, "barn.py", "barn/cow.py")
    assert find(found, "barn.cow") is None


def test_a_package_of_the_project_has_submodules_too(tmp_path: Path) -> None:
    found = installed(tmp_path, "site/barn/sheep.py", "project/barn/cow.py")
    folder = str(tmp_path / "project" / "barn")
    own = Location(folder, "barn", folder, True)
    cow = found.submodule(own, "cow")
    assert place_of(tmp_path, cow) == "project/barn/cow.py"
    assert cow is not None
    assert cow.name == "barn.cow"
    assert found.submodule(own, "sheep") is None
    assert found.submodule(Location("barn.py", "barn", None, False), "cow") is None


def test_answers_are_remembered(tmp_path: Path) -> None:
    found = installed(tmp_path, "barn/__init__.py")
    assert found.top("cow") is None
    plant(tmp_path, {"cow.py": ""})
    assert found.top("cow") is None
    assert found.top("barn") is found.top("barn")


# --- several folders ---------------------------------------------------------------------


def test_the_first_regular_package_wins(tmp_path: Path) -> None:
    files = dict.fromkeys(["a/barn/cow.py", "b/barn/__init__.py", "c/barn.py"], "")
    found = environment_of(tmp_path, files, "a", "b", "c")
    assert place_of(tmp_path, found.top("barn")) == "b/barn/__init__.py"
    assert find(found, "barn.cow") is None


def test_a_namespace_is_all_of_its_folders(tmp_path: Path) -> None:
    files = dict.fromkeys(["a/barn/cow.py", "b/barn/sheep/__init__.py", "b/barn/cow.py"], "")
    found = environment_of(tmp_path, files, "a", "b")
    assert existing(found, "barn").is_namespace
    assert place_of(tmp_path, find(found, "barn.cow")) == "a/barn/cow.py"
    assert place_of(tmp_path, find(found, "barn.sheep")) == "b/barn/sheep/__init__.py"


def test_a_compiled_package_hides_those_behind_it(tmp_path: Path) -> None:
    found = environment_of(tmp_path, {"a/barn.so": "", "b/barn.py": ""}, "a", "b")
    assert found.top("barn") is None
    assert found.is_installed("barn")


def test_stubs_may_lie_in_another_folder(tmp_path: Path) -> None:
    files = dict.fromkeys(["a/barn/__init__.py", "b/barn-stubs/__init__.pyi"], "")
    found = environment_of(tmp_path, files, "a", "b")
    stub = existing(found, "barn")
    assert place_of(tmp_path, stub) == "b/barn-stubs/__init__.pyi"
    assert place_of(tmp_path, found.source_of(stub)) == "a/barn/__init__.py"


# --- stub packages -----------------------------------------------------------------------


@pytest.mark.parametrize("marker", [None, "", "partial\n"])
def test_what_stubs_lack_comes_from_the_real_package(tmp_path: Path, marker: str | None) -> None:
    files = dict.fromkeys(
        [
            "barn-stubs/__init__.pyi",
            "barn-stubs/cow.pyi",
            "barn-stubs/pen.pyi",
            "barn/__init__.py",
            "barn/cow.py",
            "barn/hay.py",
            "barn/pen/__init__.py",
            "barn/pen/pig.py",
        ],
        "",
    )
    if marker is not None:
        files["barn-stubs/py.typed"] = marker
    found = environment_of(tmp_path, files)
    assert existing(found, "barn").is_open == (marker == "partial\n")
    assert place_of(tmp_path, find(found, "barn.cow")) == "barn-stubs/cow.pyi"
    assert place_of(tmp_path, find(found, "barn.hay")) == "barn/hay.py"
    assert place_of(tmp_path, find(found, "barn.pen")) == "barn-stubs/pen.pyi"
    assert place_of(tmp_path, find(found, "barn.pen.pig")) == "barn/pen/pig.py"
    assert find(found, "barn.goat") is None


def test_stubs_of_a_namespace(tmp_path: Path) -> None:
    found = installed(
        tmp_path,
        "barn-stubs/cow/__init__.pyi",
        "barn/cow/__init__.py",
        "barn/cow/calf.py",
        "barn/sheep/__init__.py",
    )
    assert existing(found, "barn").is_namespace
    assert place_of(tmp_path, find(found, "barn.cow")) == "barn-stubs/cow/__init__.pyi"
    assert place_of(tmp_path, find(found, "barn.cow.calf")) == "barn/cow/calf.py"
    assert place_of(tmp_path, find(found, "barn.sheep")) == "barn/sheep/__init__.py"


@pytest.mark.parametrize(
    ("name", "paths", "path"),
    [
        ("barn", ["barn.pyi", "barn.py"], "barn.py"),
        ("barn", ["barn.pyi", "barn.so"], None),
        ("barn", ["barn.py"], None),
        ("barn", ["barn/cow.py"], None),
        ("barn", ["barn/__init__.pyi", "barn/__init__.py"], "barn/__init__.py"),
        ("barn", ["barn-stubs/__init__.pyi", "barn/__init__.py"], "barn/__init__.py"),
        ("barn", ["barn-stubs/__init__.pyi", "barn.py"], "barn.py"),
        ("barn", ["barn-stubs/__init__.pyi", "barn.py", "barn.pyi"], "barn.py"),
        ("barn", ["barn-stubs/__init__.pyi"], None),
        ("barn", ["barn-stubs/__init__.pyi", "barn/cow.py"], None),
        (
            "barn.cow",
            ["barn-stubs/__init__.pyi", "barn-stubs/cow.pyi", "barn/__init__.py", "barn/cow.py"],
            "barn/cow.py",
        ),
    ],
)
def test_the_source_of_a_stub(
    tmp_path: Path, name: str, paths: list[str], path: str | None
) -> None:
    found = installed(tmp_path, *paths)
    source = found.source_of(existing(found, name))
    assert place_of(tmp_path, source) == path
    assert source is None or source.name == name


def test_a_source_with_a_compiled_twin_is_open(tmp_path: Path) -> None:
    found = installed(tmp_path, "barn.py", "barn.pyi", "barn.so")
    source = found.source_of(existing(found, "barn"))
    assert source is not None
    assert source.is_open


# --- the standard library ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "version", "path"),
    [
        ("asyncio", (3, 11), "asyncio/__init__.pyi"),
        ("asyncio.tasks", (3, 11), "asyncio/tasks.pyi"),
        ("asyncio.taskgroups", (3, 11), "asyncio/taskgroups.pyi"),
        ("asyncio.taskgroups", (3, 10), None),
        ("asyncio", (3, 3), None),
        ("tomllib", (3, 10), None),
        ("tomllib", (3, 14), "tomllib.pyi"),
        ("distutils", (3, 11), "distutils/__init__.pyi"),
        ("distutils", (3, 12), None),
        ("distutils.command", (3, 11), "distutils/command/__init__.pyi"),
        ("distutils.command.bdist_msi", (3, 10), "distutils/command/bdist_msi.pyi"),
        ("distutils.command.bdist_msi", (3, 11), None),
    ],
)
def test_the_standard_library_is_that_of_the_version(
    tmp_path: Path, typeshed: Path, name: str, version: tuple[int, int], path: str | None
) -> None:
    found = environment_of(tmp_path, {}, "site", version=version)
    assert place_of(typeshed, find(found, name)) == path


@pytest.mark.usefixtures("typeshed")
def test_the_standard_library_wins_over_what_is_installed(tmp_path: Path) -> None:
    files = dict.fromkeys(["asyncio/__init__.py", "asyncio/old.py", "distutils.py"], "")
    found = environment_of(tmp_path / "site", files, version=(3, 12))
    assert place_of(tmp_path, found.top("asyncio")) == "typeshed/asyncio/__init__.pyi"
    assert find(found, "asyncio.old") is None
    assert found.source_of(existing(found, "asyncio")) is None
    assert place_of(tmp_path, found.top("distutils")) == "site/distutils.py"


@pytest.mark.usefixtures("typeshed")
def test_a_stub_package_wins_over_the_standard_library(tmp_path: Path) -> None:
    found = installed(tmp_path / "site", "distutils-stubs/__init__.pyi")
    assert place_of(tmp_path, found.top("distutils")) == "site/distutils-stubs/__init__.pyi"
    command = find(found, "distutils.command")
    assert place_of(tmp_path, command) == "typeshed/distutils/command/__init__.pyi"


def test_without_a_list_of_versions_every_stub_counts(tmp_path: Path, typeshed: Path) -> None:
    (typeshed / "VERSIONS").unlink()
    found = environment_of(tmp_path, {}, "site", version=(3, 2))
    assert found.top("tomllib") is not None


def test_without_typeshed_there_is_only_what_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "typeshed_client", None)
    found = installed(tmp_path, "tomllib.py")
    assert found.typeshed == ""
    assert found.top("asyncio") is None
    assert place_of(tmp_path, found.top("tomllib")) == "tomllib.py"
    assert not found.contains("/")


# --- relative imports --------------------------------------------------------------------

FARM = [
    "site/barn/__init__.py",
    "site/barn/cow.py",
    "site/barn/pen/__init__.py",
    "site/barn/pen/pig.py",
    "site/barn-stubs/__init__.pyi",
    "site/barn-stubs/cow.pyi",
    "site/single.py",
    "later/barn/__init__.py",
    "later/barn/cow.py",
    "later/barn/hay.py",
]


@pytest.mark.parametrize(
    ("importer", "level", "name", "path"),
    [
        ("site/barn/__init__.py", 1, "pen", "site/barn/pen/__init__.py"),
        ("site/barn/__init__.py", 1, "pen.pig", "site/barn/pen/pig.py"),
        ("site/barn/__init__.py", 1, "", "site/barn-stubs/__init__.pyi"),
        ("site/barn/__init__.py", 2, "", None),
        ("site/barn/cow.py", 1, "pen", "site/barn/pen/__init__.py"),
        ("site/barn/pen/pig.py", 1, "", "site/barn/pen/__init__.py"),
        ("site/barn/pen/pig.py", 2, "cow", "site/barn-stubs/cow.pyi"),
        ("site/barn/pen/pig.py", 2, "cow.calf", None),
        ("site/barn/pen/pig.py", 2, "goat.kid", None),
        ("site/barn/pen/pig.py", 3, "cow", None),
        ("site/barn/pen/__init__.py", 2, "cow", "site/barn-stubs/cow.pyi"),
        ("site/barn-stubs/cow.pyi", 1, "pen", "site/barn/pen/__init__.py"),
        ("site/single.py", 1, "barn", None),
        # What is hidden from others still finds its own neighbours.
        ("later/barn/cow.py", 1, "hay", "later/barn/hay.py"),
        ("later/barn/cow.py", 1, "", "later/barn/__init__.py"),
        ("elsewhere/barn/cow.py", 1, "hay", None),
    ],
)
def test_relative_imports(
    tmp_path: Path, importer: str, level: int, name: str, path: str | None
) -> None:
    found = environment_of(tmp_path, dict.fromkeys(FARM, ""), "site", "later")
    place = found.relative(level, name, str(tmp_path / importer))
    assert place_of(tmp_path, place) == path


# --- files -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("site/barn/__init__.py", "barn"),
        ("site/barn/cow.py", "barn.cow"),
        ("site/barn-stubs/cow.pyi", "barn.cow"),
        ("site/barn-stubs/__init__.pyi", "barn"),
        ("site/single.py", "single"),
        ("site/space/deep/x.py", "space.deep.x"),
        ("typeshed/asyncio/tasks.pyi", "asyncio.tasks"),
        ("typeshed/asyncio/__init__.pyi", "asyncio"),
        ("typeshed/contextlib.pyi", "contextlib"),
        ("elsewhere/x.py", ""),
    ],
)
@pytest.mark.usefixtures("typeshed")
def test_the_names_of_files(tmp_path: Path, path: str, name: str) -> None:
    found = environment_of(tmp_path, {}, "site")
    assert found.module_name(str(tmp_path / path)) == name
    assert found.contains(str(tmp_path / path)) == bool(name)


def test_the_inner_folder_decides_what_a_file_belongs_to(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {
            "site/own.pth": f"{tmp_path}/project/src\n{tmp_path}\n",
            "project/src/app.py": "",
            "project/.venv/": "",
            "site/lint/x.py": "",
        },
    )
    sites = [str(tmp_path / "site"), str(tmp_path / "project" / ".venv")]
    found = Environment(sites, version=VERSION, project=str(tmp_path / "project"))
    assert found.contains(str(tmp_path / "project/.venv/barn.py"))
    assert found.contains(str(tmp_path / "other.py"))
    assert not found.contains(str(tmp_path / "project/src/app.py"))
    assert not found.contains(str(tmp_path / "project/x.py"))
    assert place_of(tmp_path, found.top("app")) == "project/src/app.py"
    assert found.module_name(str(tmp_path / "project/src/app.py")) == "app"
    assert not found.is_installed("app")
    within = Environment(sites, version=VERSION, project=str(tmp_path / "site" / "lint"))
    assert not within.contains(str(tmp_path / "site/lint/x.py"))
    assert within.contains(str(tmp_path / "site/linter.py"))


@pytest.mark.parametrize(
    ("paths", "is_installed"),
    [
        (["barn.py"], True),
        (["barn.so"], True),
        (["barn/__init__.so"], True),
        (["barn-stubs/__init__.pyi"], True),
        (["barn/cow.py"], True),
        (["barn-1.0.dist-info/METADATA"], False),
    ],
)
def test_what_is_installed(tmp_path: Path, paths: list[str], is_installed: bool) -> None:
    assert installed(tmp_path, *paths).is_installed("barn") is is_installed


# --- .pth files --------------------------------------------------------------------------


def test_pth_files_add_folders_in_order(tmp_path: Path) -> None:
    found = environment_of(
        tmp_path,
        {
            "site/b.pth": "../late\n",
            "site/a.pth": f"# ../comment\n\n{tmp_path}/first  \r\n../absent\n../first\n../single.py\n",
            "site/.hidden.pth": "../comment\n",
            "site/c.pth.bak": "../comment\n",
            "other/z.pth": "inner\n",
            "comment/": "",
            "first/barn.py": "",
            "first/not_read.pth": "../comment\n",
            "late/barn.py": "",
            "other/inner/": "",
            "single.py": "",
        },
        "site",
        "other",
    )
    names = [Path(folder).relative_to(tmp_path).as_posix() for folder in found.search_paths]
    assert names == ["site", "first", "late", "other", "other/inner"]
    assert place_of(tmp_path, found.top("barn")) == "first/barn.py"
    assert found.contains(str(tmp_path / "late" / "cow.py"))
    assert found.module_name(str(tmp_path / "late" / "barn.py")) == "barn"


def test_import_lines_do_not_run(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    line = f"import os; os.mkdir({str(trace)!r})\n"
    found = environment_of(
        tmp_path,
        {
            "site/evil.pth": f"{line}import\tsys\n../good\n",
            "site/__editable__.evil.pth": "import __editable___evil_finder; 1 / 0\n",
            "site/__editable___evil_finder.py": f"{line}MAPPING = dict({line!r})\n",
            "good/barn.py": "",
        },
        "site",
    )
    assert place_of(tmp_path, found.top("barn")) == "good/barn.py"
    assert found.top("evil") is None
    assert not trace.exists()


def test_odd_pth_files_are_passed_over(tmp_path: Path) -> None:
    site = tmp_path / "site"
    plant(tmp_path, {"good/": "", "site/big.pth": "../good\n" + "# filler\n" * 120_000})
    (site / "bytes.pth").write_bytes(b"\xff\xfe\0\n\xef\xbb\xbf../x\0y\n")
    (site / "folder.pth").mkdir()
    (site / "gone.pth").symlink_to(tmp_path / "absent")
    (site / "loop.pth").symlink_to(site / "loop.pth")
    if hasattr(os, "mkfifo"):
        os.mkfifo(site / "pipe.pth")
    assert Environment([str(site)], version=VERSION).search_paths == (str(site),)
    (site / "mark.pth").write_bytes(b"\xef\xbb\xbf../good\n")
    assert len(Environment([str(site)], version=VERSION).search_paths) == 2


# --- editable installs -------------------------------------------------------------------


def editable(root: Path, mapping: str, namespaces: str = "{}", *paths: str) -> Environment:
    """Return an environment with a package that setuptools has installed as editable."""
    return environment_of(
        root,
        {
            "site/__editable__.farm-1.0.pth": (
                "import __editable___farm_1_0_finder; __editable___farm_1_0_finder.install()"
            ),
            "site/__editable___farm_1_0_finder.py": (
                "from __future__ import annotations\nimport sys\n"
                f"MAPPING: dict[str, str] = {mapping}\n"
                f"NAMESPACES: dict[str, list[str]] = {namespaces}\n"
                "PATH_PLACEHOLDER = '__editable__.farm-1.0.finder' + '.__path_hook__'\n"
            ),
            **dict.fromkeys(paths, ""),
        },
        "site",
    )


def test_editable_packages_and_modules_are_where_they_are_mapped_to(tmp_path: Path) -> None:
    mapping = {
        "barn": f"{tmp_path}/src/barn",
        "renamed": f"{tmp_path}/lib",
        "single": f"{tmp_path}/src/single",
        "full": f"{tmp_path}/src/full.py",
        "gone": f"{tmp_path}/src/gone",
        "typed-stubs": f"{tmp_path}/src/typed-stubs",
    }
    found = editable(
        tmp_path,
        repr(mapping),
        "{}",
        "src/barn/__init__.py",
        "src/barn/cow.py",
        "src/single.py",
        "src/full.py",
        "src/typed-stubs/__init__.pyi",
        "src/hidden.py",
        "lib/__init__.py",
        "lib/x.py",
    )
    assert place_of(tmp_path, found.top("barn")) == "src/barn/__init__.py"
    assert place_of(tmp_path, find(found, "barn.cow")) == "src/barn/cow.py"
    assert place_of(tmp_path, find(found, "renamed.x")) == "lib/x.py"
    assert place_of(tmp_path, found.top("single")) == "src/single.py"
    assert place_of(tmp_path, found.top("full")) == "src/full.py"
    assert place_of(tmp_path, found.top("typed")) == "src/typed-stubs/__init__.pyi"
    assert found.top("gone") is None
    assert found.top("hidden") is None
    for name in ("barn", "barn.cow", "renamed.x", "single", "full", "typed"):
        path = existing(found, name).path
        assert found.module_name(path) == name
        assert found.contains(path)
    assert not found.contains(str(tmp_path / "src" / "hidden.py"))
    cow = str(tmp_path / "lib" / "__init__.py")
    assert place_of(tmp_path, found.relative(1, "x", cow)) == "lib/x.py"


def test_editable_packages_in_a_namespace(tmp_path: Path) -> None:
    found = editable(
        tmp_path,
        repr({"farm.barn": f"{tmp_path}/one/barn", "land.pond": f"{tmp_path}/two"}),
        repr({"farm": [], "land": [f"{tmp_path}/three"]}),
        "one/barn/__init__.py",
        "one/barn/cow.py",
        "two/__init__.py",
        "three/hill.py",
    )
    assert existing(found, "farm").is_namespace
    assert place_of(tmp_path, find(found, "farm.barn.cow")) == "one/barn/cow.py"
    assert find(found, "farm.goat") is None
    assert place_of(tmp_path, find(found, "land.pond")) == "two/__init__.py"
    assert place_of(tmp_path, find(found, "land.hill")) == "three/hill.py"
    for name in ("farm.barn.cow", "land.pond", "land.hill"):
        assert found.module_name(existing(found, name).path) == name


def test_what_is_really_installed_wins_over_a_mapping(tmp_path: Path) -> None:
    mapping = repr({"barn": f"{tmp_path}/src/barn"})
    found = editable(tmp_path, mapping, "{}", "site/barn.py", "src/barn/__init__.py")
    assert place_of(tmp_path, found.top("barn")) == "site/barn.py"


def test_an_editable_install_of_the_project_is_not_the_environment(tmp_path: Path) -> None:
    mapping = repr({"barn": f"{tmp_path}/project/barn", "farm.cow": f"{tmp_path}/project/cow"})
    paths = ("project/barn/__init__.py", "project/cow.py")
    found = editable(tmp_path, mapping, "{'farm': []}", *paths)
    assert place_of(tmp_path, found.top("barn")) == "project/barn/__init__.py"
    assert not found.contains(str(tmp_path / "project/barn/__init__.py"))
    assert not found.is_installed("barn")
    assert not found.is_installed("farm")


@pytest.mark.parametrize(
    "mapping",
    [
        "[]",
        "{1: 2, 'barn': 3, 'cow': None}",
        "{'barn': 'relative/barn'}",
        "{'barn': f()}",
        "{'barn': ",
        "'\\0'",
        "(" * 5_000,
        "-" * 5_000 + "1",
        "{[]: 1}",
    ],
)
def test_odd_mappings_are_passed_over(tmp_path: Path, mapping: str) -> None:
    found = editable(tmp_path, mapping, "{'farm': 3, 'x': [None], 4: []}", "site/cow.py")
    assert found.top("barn") is None
    assert found.top("cow") is not None


def test_a_finder_that_nothing_installs_is_not_read(tmp_path: Path) -> None:
    mapping = repr({"barn": f"{tmp_path}/src/barn"})
    found = editable(tmp_path, mapping, "{}", "src/barn/__init__.py")
    (tmp_path / "site" / "__editable__.farm-1.0.pth").unlink()
    assert found.top("barn") is None


# --- broken folders ----------------------------------------------------------------------


def test_folders_that_cannot_be_read_are_empty(tmp_path: Path) -> None:
    plant(tmp_path, {"file": "", "site/barn.py": ""})
    sites = ["absent", "file", "nul\0", "site"]
    found = Environment([f"{tmp_path}/{name}" for name in sites], version=VERSION)
    assert place_of(tmp_path, found.top("barn")) == "site/barn.py"


def test_loops_of_links_end(tmp_path: Path) -> None:
    found = installed(tmp_path, "barn/__init__.py")
    (tmp_path / "barn" / "loop").symlink_to(tmp_path / "barn")
    (tmp_path / "round.py").symlink_to(tmp_path / "round.py")
    place = find(found, "barn.loop.loop.loop")
    assert place_of(tmp_path, place) == "barn/loop/loop/loop/__init__.py"
    assert found.top("round") is None


def test_deep_names_are_no_trouble(tmp_path: Path) -> None:
    path = str(tmp_path.joinpath(*["a"] * 5_000, "b.py"))
    found = installed(tmp_path, "a/b.py")
    assert found.relative(1, "c", path) is None
    assert found.relative(1, ".".join(["a"] * 5_000), path) is None


# --- which environment -------------------------------------------------------------------

SITE = "lib/python3.12/site-packages"


def virtual(root: Path, settings: str = "version = 3.12.4\n", library: str = SITE) -> str:
    """Write a virtual environment with a module ``barn`` in it, and return its folder."""
    plant(root, {"pyvenv.cfg": settings, f"{library}/barn.py": "", "bin/": ""})
    (root / "bin" / "python").symlink_to(Path(sys.executable).resolve())
    return str(root)


def barn(found: Environment, root: Path) -> str | None:
    return place_of(root, found.top("barn"))


@pytest.mark.parametrize("inner", ["", "bin/python"])
def test_the_environment_that_the_user_names(tmp_path: Path, inner: str) -> None:
    folder = virtual(tmp_path / "env")
    virtual(tmp_path / "project" / ".venv")
    found = locate(
        str(tmp_path / "project"),
        python=str(Path(folder) / inner),
        variables={"VIRTUAL_ENV": str(tmp_path / "project" / ".venv")},
    )
    assert barn(found, tmp_path) == f"env/{SITE}/barn.py"
    assert found.version == (3, 12)


def test_a_relative_path_counts_from_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    virtual(tmp_path / "env")
    monkeypatch.chdir(tmp_path)
    found = locate("project", python="env/bin/python", variables={})
    assert barn(found, tmp_path) == f"env/{SITE}/barn.py"
    assert found.project == str(tmp_path / "project")


def test_a_link_to_an_interpreter_is_followed(tmp_path: Path) -> None:
    plant(tmp_path, {f"base/{SITE}/barn.py": "", "base/bin/python3.12": "", "local/bin/": ""})
    plant(tmp_path, {"base/lib/python3.13/site-packages/barn.py": ""})
    (tmp_path / "base/bin/python3").symlink_to("python3.12")
    (tmp_path / "local/bin/python").symlink_to("../../base/bin/python3")
    for link in ("local/bin/python", "base/bin/python3"):
        found = locate(str(tmp_path), python=str(tmp_path / link), variables={})
        assert barn(found, tmp_path) == f"base/{SITE}/barn.py"
        assert found.version == (3, 12)


def test_of_several_versions_the_stated_one_counts_else_the_latest(tmp_path: Path) -> None:
    folder = virtual(tmp_path / "env", "version_info = 3.9.1.final.0\n", SITE)
    plant(tmp_path, {"env/lib/python3.9/site-packages/": "", "env/lib/python3.10/": ""})
    assert locate("/", python=folder, variables={}).version == (3, 9)
    (tmp_path / "env" / "pyvenv.cfg").unlink()
    assert locate("/", python=folder, variables={}).version == (3, 12)


@pytest.mark.parametrize(
    ("library", "version"),
    [
        ("lib/python3.13t/site-packages", (3, 13)),
        ("lib/pypy3.10/site-packages", (3, 10)),
        ("lib64/python3.12/site-packages", (3, 12)),
        ("lib/python3.12/dist-packages", (3, 12)),
        ("Lib/site-packages", sys.version_info[:2]),
    ],
)
def test_layouts(tmp_path: Path, library: str, version: tuple[int, int]) -> None:
    folder = virtual(tmp_path / "env", "", library)
    found = locate(str(tmp_path), python=folder, variables={})
    assert barn(found, tmp_path) == f"env/{library}/barn.py"
    assert found.version == version


def test_the_layout_of_windows(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {
            "env/pyvenv.cfg": f"home = {tmp_path}/Python39\nversion = 3.9.1\n"
            "Include-System-Site-Packages = TRUE\n",
            "env/Lib/site-packages/barn.py": "",
            "env/Scripts/python.exe": "",
            "Python39/Lib/site-packages/cow.py": "",
            "Python39/python.exe": "",
        },
    )
    found = locate("/", python=str(tmp_path / "env/Scripts/python.exe"), variables={})
    assert barn(found, tmp_path) == "env/Lib/site-packages/barn.py"
    assert place_of(tmp_path, found.top("cow")) == "Python39/Lib/site-packages/cow.py"
    assert found.version == (3, 9)
    base = locate("/", python=str(tmp_path / "Python39/python.exe"), variables={})
    assert place_of(tmp_path, base.top("cow")) == "Python39/Lib/site-packages/cow.py"


def test_the_layout_of_debian(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {
            "usr/bin/python3.11": "",
            "usr/lib/python3.11/os.py": "",
            "usr/lib/python3/dist-packages/barn.py": "",
            "usr/local/lib/python3.11/dist-packages/cow.py": "",
            "usr/local/lib/python3.11/site-packages/": "",
        },
    )
    found = locate("/", python=str(tmp_path / "usr/bin/python3.11"), variables={})
    assert [place_of(tmp_path, found.top(name)) for name in ("barn", "cow")] == [
        "usr/lib/python3/dist-packages/barn.py",
        "usr/local/lib/python3.11/dist-packages/cow.py",
    ]
    assert found.version == (3, 11)
    assert len(found.search_paths) == 2


@pytest.mark.parametrize("includes", ["true", "false"])
def test_the_packages_of_the_base(tmp_path: Path, includes: str) -> None:
    folder = virtual(
        tmp_path / "env",
        f"home = {tmp_path}/base/bin\ninclude-system-site-packages = {includes}\nversion = 3.12.1\n",
    )
    files = ["barn.py", "cow.py"]
    plant(tmp_path, {f"base/{SITE}/{name}": "" for name in files})
    plant(tmp_path, {"base/lib/python3.13/site-packages/goat.py": ""})
    found = locate(str(tmp_path), python=folder, variables={})
    assert barn(found, tmp_path) == f"env/{SITE}/barn.py"
    assert (found.top("cow") is not None) == (includes == "true")
    assert found.top("goat") is None


@pytest.mark.parametrize("name", ["absent", "file", "folder", "env/bin/pip", "bin/python", "x\0"])
def test_what_is_neither_an_interpreter_nor_an_environment(tmp_path: Path, name: str) -> None:
    plant(tmp_path, {"file": "", "folder/": "", "bin/python": "", "env/bin/pip": ""})
    virtual(tmp_path / "env")
    with pytest.raises(EnvironmentNotFound, match=r"is neither .* nor .*\.$"):
        locate(str(tmp_path), python=str(tmp_path / name), variables={})


def test_the_order_of_places(tmp_path: Path) -> None:
    project = str(tmp_path / "project")
    variables = {"VIRTUAL_ENV": virtual(tmp_path / "active")}
    virtual(tmp_path / "project" / "venv")
    assert barn(locate(project, variables=variables), tmp_path) == f"active/{SITE}/barn.py"
    assert barn(locate(project, variables={}), tmp_path) == f"project/venv/{SITE}/barn.py"
    virtual(tmp_path / "project" / ".venv")
    assert barn(locate(project, variables={}), tmp_path) == f"project/.venv/{SITE}/barn.py"
    inner = str(tmp_path / "project" / "inner")
    assert barn(locate(inner, variables={}), tmp_path) is None


def test_the_environment_of_a_hook_says_nothing_of_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pre-commit makes it the active one, and says in another variable that it runs a hook."""
    active = virtual(tmp_path / "active")
    virtual(tmp_path / "project" / ".venv")

    def place(**variables: str) -> str | None:
        found = locate(str(tmp_path / "project"), variables={"VIRTUAL_ENV": active, **variables})
        return barn(found, tmp_path)

    assert place(PRE_COMMIT="1") == f"active/{SITE}/barn.py"
    monkeypatch.setattr(sys, "prefix", active)
    assert place() == f"active/{SITE}/barn.py"
    assert place(PRE_COMMIT="1") == f"project/.venv/{SITE}/barn.py"


@pytest.mark.parametrize("stale", ["absent", "empty", "file", "nul\0", ""])
def test_stale_and_broken_environments_are_passed_over(tmp_path: Path, stale: str) -> None:
    plant(tmp_path, {"empty/lib/python3.12/": "", "file": "", "project/.venv": "/elsewhere\n"})
    variables = {"VIRTUAL_ENV": str(tmp_path / stale) if stale else ""}
    virtual(tmp_path / "project" / "venv")
    found = locate(str(tmp_path / "project"), variables=variables)
    assert barn(found, tmp_path) == f"project/venv/{SITE}/barn.py"


def test_a_link_that_stands_for_the_library_counts_once(tmp_path: Path) -> None:
    folder = virtual(tmp_path / "env")
    (tmp_path / "env" / "lib64").symlink_to("lib")
    assert len(locate("/", python=folder, variables={}).search_paths) == 1


# --- the environment of these tests ------------------------------------------------------


def test_the_running_environment_is_the_last_resort(tmp_path: Path) -> None:
    found = locate(str(tmp_path), variables={})
    assert found.version == sys.version_info[:2]
    assert Path(existing(found, "pytest").path).samefile(pytest.__file__)


@pytest.mark.parametrize("python", [sys.prefix, sys.executable])
def test_the_running_environment_can_be_named(python: str) -> None:
    found = locate("/", python=python, variables={})
    assert found.version == sys.version_info[:2]
    place = existing(found, "pytest")
    assert Path(place.path).samefile(pytest.__file__)
    assert found.contains(place.path)


@pytest.mark.parametrize(
    "name", ["asyncio", "asyncio.tasks", "asyncio.taskgroups", "contextlib", "collections.abc"]
)
def test_the_real_typeshed(name: str) -> None:
    found = locate("/", variables={})
    place = existing(found, name)
    assert place.path.startswith(found.typeshed)
    assert place.name == name == found.module_name(place.path)
    assert found.contains(place.path)
    ast.parse(Path(place.path).read_bytes())


def test_relative_imports_in_the_real_typeshed() -> None:
    found = locate("/", variables={})
    importer = existing(found, "asyncio.tasks").path
    assert found.relative(1, "events", importer) == find(found, "asyncio.events")


def test_looking_costs_little() -> None:
    """An environment is located without heavy imports."""
    code = "import {}, sys; print(*sys.modules)"
    modules = [
        set(
            subprocess.run(
                [sys.executable, "-c", code.format(name)],
                capture_output=True,
                encoding="utf-8",
                timeout=60,
                check=True,
            ).stdout.split()
        )
        for name in ("asyncpattern_lint.index.finder", environment.__name__)
    ]
    assert modules[1] - modules[0] <= {
        environment.__name__,
        "asyncpattern_lint.versions",
        "stat",
    }
    assert "typeshed_client" not in modules[1]
