"""The command ``clean`` removes the cache of a project."""

from pathlib import Path

import pytest
from caching import FILES, lay
from click.testing import CliRunner

from asyncpattern_lint.cli import main


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("ASYNCPATTERN_LINT_NO_CACHE")
    monkeypatch.chdir(tmp_path)
    lay(tmp_path, FILES)
    return tmp_path


def invoke(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, arguments)
    return result.exit_code, result.stderr


@pytest.mark.parametrize("options", [(), ("--cache-dir", "elsewhere")])
def test_it_removes_what_check_made(root: Path, options: tuple[str, ...]) -> None:
    invoke("check", *options)
    name = options[1] if options else ".asyncpattern_cache"
    assert (root / name).is_dir()
    assert invoke("clean", *options) == (0, f"asyncpattern-lint: removed {name}\n")
    assert not (root / name).exists()
    assert invoke("clean", *options) == (0, f"asyncpattern-lint: no cache at {name}\n")


def test_it_finds_the_project_of_a_path(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    invoke("check")
    monkeypatch.chdir(root / "app")
    assert invoke("clean", "use.py")[0] == 0
    assert not (root / ".asyncpattern_cache").exists()


def test_it_says_what_it_cannot_remove(root: Path) -> None:
    invoke("check")
    (root / ".asyncpattern_cache" / "mine.txt").write_text("")
    code, said = invoke("clean")
    assert code == 2
    assert "cannot remove" in said
    assert (root / ".asyncpattern_cache" / "mine.txt").exists()
