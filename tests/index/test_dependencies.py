"""Names that may mean something which is not part of the project."""

import os
from pathlib import Path

import pytest
from outlines import plant

from asyncpattern_lint.index.dependencies import Dependencies


def may_be_installed(
    root: Path, top: str, importer: str = "use.py", *, loosely: bool = False
) -> bool:
    return Dependencies(str(root)).may_be_installed(top, str(root / importer), loosely=loosely)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", "[project]\ndependencies = ['barn-red>=1']\n"),
        ("pyproject.toml", "[project.optional-dependencies]\nx = ['Barn.Red[extra] ; y']\n"),
        ("pyproject.toml", "[dependency-groups]\nx = ['barn_red', {include-group = 'y'}]\n"),
        ("pyproject.toml", "[tool.poetry.dependencies]\nbarn-red = '^1'\n"),
        ("pyproject.toml", "[tool.poetry.dev-dependencies]\nbarn-red = '^1'\n"),
        ("pyproject.toml", "[tool.poetry.group.x.dependencies]\nbarn-red = '^1'\n"),
        ("requirements.txt", "# notes\nbarn-red==1.0  # pinned\n"),
        ("dev-requirements.txt", "  BARN_RED\n"),
        ("requirements/base.in", "barn-red\n"),
        ("requirements/py311/base.txt", "barn-red\n"),
        ("setup.cfg", "[options]\ninstall_requires =\n    barn-red>=1\n"),
        ("setup.py", "setup(install_requires=['barn-red>=1'])\n"),
        ("Pipfile", "[packages]\nbarn-red = '*'\n"),
    ],
)
def test_declared_names(tmp_path: Path, name: str, text: str) -> None:
    plant(tmp_path, {name: text})
    assert may_be_installed(tmp_path, "barn_red")
    assert not may_be_installed(tmp_path, "barn")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", "[project]\nname = 'barn'\n"),
        ("pyproject.toml", "[project\ndependencies = ['barn']\n"),
        ("pyproject.toml", "project = 1\ntool = []\ndependency-groups = 'barn'\n"),
        ("notes.txt", "barn\n"),
        ("requirements.txt", "-r barn.txt\n# barn\n"),
    ],
)
def test_what_declares_nothing(tmp_path: Path, name: str, text: str) -> None:
    plant(tmp_path, {name: text})
    assert not may_be_installed(tmp_path, "barn")


def test_a_name_may_be_the_beginning_of_the_dependency(tmp_path: Path) -> None:
    plant(tmp_path, {"requirements.txt": "barnyard\n"})
    assert may_be_installed(tmp_path, "barn", loosely=True)
    assert not may_be_installed(tmp_path, "barn")
    assert not may_be_installed(tmp_path, "yard", loosely=True)


def test_declarations_count_for_what_lies_below_them(tmp_path: Path) -> None:
    plant(tmp_path, {"service/requirements.txt": "barn\n"})
    assert may_be_installed(tmp_path, "barn", "service/app/use.py")
    assert not may_be_installed(tmp_path, "barn", "other/use.py")


def test_declarations_above_the_project_do_not_count(tmp_path: Path) -> None:
    plant(tmp_path, {"requirements.txt": "barn\n", "project/use.py": ""})
    assert not may_be_installed(tmp_path / "project", "barn")


@pytest.mark.parametrize("environment", [".venv", "venv"])
@pytest.mark.parametrize("name", ["barn/__init__.py", "barn.py", "barn.cpython-311.so"])
def test_names_in_an_environment_beside_the_project(
    tmp_path: Path, environment: str, name: str
) -> None:
    plant(tmp_path, {f"{environment}/lib/python3.11/site-packages/{name}": ""})
    assert may_be_installed(tmp_path, "barn")
    assert not may_be_installed(tmp_path, "barns")


def test_names_beside_the_linter(tmp_path: Path) -> None:
    assert may_be_installed(tmp_path, "pytest")


def test_what_cannot_be_read_declares_nothing(tmp_path: Path) -> None:
    plant(tmp_path, {"requirements.txt/": "", "pyproject.toml/": ""})
    (tmp_path / "setup.cfg").write_bytes(b"\xff\xfe barn\n")
    assert not may_be_installed(tmp_path, "barn")


def test_what_cannot_be_parsed_declares_nothing(tmp_path: Path) -> None:
    plant(tmp_path, {"pyproject.toml": f"x = {'[' * 100_000}"})
    assert not may_be_installed(tmp_path, "barn_red")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
@pytest.mark.parametrize("name", ["pyproject.toml", "requirements.txt", "setup.py"])
def test_a_pipe_is_never_opened(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    assert not may_be_installed(tmp_path, "barn_red")
