"""A part of a project is checked as if all of it were: what others do to it counts."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from asyncpattern_lint.change import ChangeSession
from asyncpattern_lint.cli import main
from asyncpattern_lint.config import Options, resolve
from asyncpattern_lint.rule import known_codes
from asyncpattern_lint.session import Session

BASE = """\
class Base:
    def fetch(self):
        return 1

    async def go(self):
        return await self.fetch()
"""

DERIVED = """\
from app.base import Base


class Derived(Base):
    async def fetch(self):
        return 2
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a class whose method a subclass in another file makes asynchronous."""
    package = tmp_path / "app"
    package.mkdir()
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'app'\n")
    (package / "__init__.py").write_text("")
    (package / "base.py").write_text(BASE)
    (package / "derived.py").write_text(DERIVED)
    return tmp_path


def check(folder: Path, *paths: str, cache: bool = False) -> list[str]:
    """Return the codes found in some paths of a project."""
    options = Options(paths=tuple(str(folder / path) for path in paths), no_cache=not cache)
    report = Session(resolve(options, known_codes(), folder)).check()
    return [finding.code for finding in report.findings]


@pytest.mark.parametrize("cache", [False, True])
def test_a_subclass_elsewhere_counts(project: Path, cache: bool) -> None:
    for _ in range(2):
        assert check(project, "app/base.py", cache=cache) == []
        assert check(project, ".", cache=cache) == []


@pytest.mark.parametrize("cache", [False, True])
def test_what_is_wrong_stays_wrong(project: Path, cache: bool) -> None:
    (project / "app/derived.py").write_text(DERIVED.replace("fetch", "other"))
    for _ in range(2):
        assert check(project, "app/base.py", cache=cache) == ["APL136"]


def test_the_change_of_a_neighbour_counts(project: Path) -> None:
    assert check(project, "app/base.py", cache=True) == []
    (project / "app/derived.py").write_text("")
    assert check(project, "app/base.py", cache=True) == ["APL136"]
    (project / "app/derived.py").write_text(DERIVED)
    assert check(project, "app/base.py", cache=True) == []


def test_a_part_that_is_a_folder(project: Path) -> None:
    (project / "plugins").mkdir()
    (project / "app/derived.py").rename(project / "plugins/derived.py")
    assert check(project, "app") == []


def test_fakes_count_beside_tests_only(project: Path) -> None:
    (project / "tests").mkdir()
    (project / "app/derived.py").rename(project / "tests/test_base.py")
    assert check(project, "app/base.py") == ["APL136"]
    (project / "tests/base.py").write_text(BASE)
    (project / "tests/test_base.py").write_text(DERIVED.replace("app.base", "tests.base"))
    assert check(project, "tests/base.py") == []


def test_without_a_marker_the_package_counts(project: Path) -> None:
    (project / "pyproject.toml").unlink()
    assert check(project, "app/base.py") == []


def test_without_a_package_the_modules_beside_it_count(tmp_path: Path) -> None:
    (tmp_path / "base.py").write_text(BASE)
    assert check(tmp_path, "base.py") == ["APL136"]
    (tmp_path / "derived.py").write_text(DERIVED.replace("app.base", "base"))
    assert check(tmp_path, "base.py") == []


def test_nothing_is_fixed_that_is_right(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    for command in (["check", "--fix", "--unsafe-fixes"], ["check", "--diff"]):
        result = CliRunner().invoke(main, [*command, "app/base.py"])
        assert result.exit_code == 0, result.output
    assert (project / "app/base.py").read_text() == BASE


def test_text_that_stands_in_for_a_file(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    arguments = ["check", "--stdin-filename", "app/base.py", "-"]
    assert CliRunner().invoke(main, arguments, input=BASE).exit_code == 0
    (project / "app/derived.py").unlink()
    assert CliRunner().invoke(main, arguments, input=BASE).exit_code == 1


def test_a_change_that_nobody_else_can_see(project: Path) -> None:
    path = project / "app/base.py"
    options = Options(paths=(str(project),), no_cache=True)
    settings = resolve(options, known_codes(), project)
    session = ChangeSession(settings, {str(path): f"# before\n{BASE}".encode()})
    assert session.check().findings == ()
    (project / "app/derived.py").unlink()
    assert [finding.code for finding in session.check().findings] == ["APL136"]


def test_flake8(project: Path) -> None:
    def found() -> str:
        return subprocess.run(
            [sys.executable, "-m", "flake8", "--select", "APL", "app/base.py"],
            cwd=project,
            capture_output=True,
            text=True,
            check=False,
        ).stdout

    assert found() == ""
    (project / "app/derived.py").unlink()
    assert "APL136" in found()


def test_files_that_an_open_project_was_not_opened_for(project: Path) -> None:
    (project / "app/other.py").write_text("")
    options = Options(paths=(str(project / "app/other.py"),), no_cache=True)
    opened = Session(resolve(options, known_codes(), project)).open()
    assert opened.findings_in(str(project / "app/base.py")) == ()
