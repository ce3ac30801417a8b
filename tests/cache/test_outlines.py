"""Outlines come back from the cache as they were made, or are made again."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from caching import FILES, codes, cold, lay, run, told

from asyncpattern_lint.index import project as project_module


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("ASYNCPATTERN_LINT_NO_CACHE")
    lay(tmp_path, FILES)
    age(tmp_path)
    return tmp_path


def age(root: Path) -> None:
    """Make files look as if they had been there for a while."""
    stamp = time.time() - 3_600
    for path in root.rglob("*.py"):
        os.utime(path, (stamp, stamp))


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the files that outlines are made of."""
    names: list[str] = []
    real = project_module.outline_of

    def recorded(path: str, *rest: object) -> object:
        names.append(Path(path).name)
        return real(path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(project_module, "outline_of", recorded)
    return names


def kept(root: Path) -> list[Path]:
    return sorted(root.glob(".asyncpattern_cache/v-*/outlines-*"))


def test_an_outline_is_made_once(root: Path, made: list[str]) -> None:
    assert codes(run(root).findings) == ["APL141"]
    assert {"store.py", "use.py"} <= set(made)
    made.clear()
    assert codes(run(root, ignore=("APL901",)).findings) == ["APL141"]
    assert made == []


def test_a_changed_file_is_read_again(root: Path, made: list[str]) -> None:
    run(root)
    made.clear()
    lay(root, {"app/store.py": "def rows():\n    yield 1\n"})
    assert codes(run(root).findings) == []
    assert made == ["store.py"]


def test_a_file_of_the_same_size_and_time_is_read_again(root: Path) -> None:
    path = root / "app" / "store.py"
    before = path.stat()
    run(root)
    text = path.read_text()
    path.write_text("      def rows():\n    yield 1\n".lstrip().ljust(len(text), "#"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert codes(run(root).findings) == []


def test_a_copy_of_the_project_uses_what_its_cache_knows(
    root: Path, tmp_path_factory: pytest.TempPathFactory, made: list[str]
) -> None:
    import shutil

    run(root)
    made.clear()
    copy = tmp_path_factory.mktemp("elsewhere") / "project"
    shutil.copytree(root, copy)
    assert told(run(copy)) == told(cold(copy))
    assert "use.py" in made  # the cold run made it
    made.clear()
    run(copy)
    assert made == []


@pytest.mark.parametrize("overlaid", ["app/use.py", "app/store.py"])
def test_text_that_stands_in_for_a_file_is_not_kept(root: Path, overlaid: str) -> None:
    before = told(run(root))
    text = (root / overlaid).read_bytes() + b"\nimport app.nothing\n"
    options = {"stdin": text, "stdin_filename": str(root / overlaid)}
    assert told(run(root, "-", **options)) == told(cold(root, "-", **options))
    assert told(run(root)) == before


def test_a_file_that_cannot_be_parsed_is_told_each_time(root: Path, made: list[str]) -> None:
    lay(root, {"app/bad.py": "def f(:\n"})
    first = told(run(root))
    assert first == told(run(root)) == told(cold(root))
    lay(root, {"app/bad.py": "def f(): ...\n"})
    assert codes(run(root).findings) == ["APL141"]


def test_stubs_hang_on_the_version_of_python(root: Path) -> None:
    stub = "import sys\nif sys.version_info >= (3, 12):\n    async def f(): ...\nelse:\n    def f() -> int: ...\n"
    lay(
        root,
        {
            "app/made.pyi": stub,
            "app/waits.py": "from app.made import f\nasync def g():\n    await f()\n",
        },
    )
    for version in ("py311", "py313", "py311"):
        asked = {"target_version": version}
        assert told(run(root, **asked)) == told(cold(root, **asked))


@pytest.mark.parametrize("options", [{"no_cache": True}, {"stdin": b"x = 1\n"}])
def test_nothing_is_written_where_it_is_not_wanted(root: Path, options: dict[str, object]) -> None:
    if "stdin" in options:
        os.environ["ASYNCPATTERN_LINT_NO_CACHE"] = "1"
        try:
            run(root, "-", **options)
        finally:
            del os.environ["ASYNCPATTERN_LINT_NO_CACHE"]
    else:
        run(root, **options)
    assert not (root / ".asyncpattern_cache").exists()


def test_the_folder_can_be_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(root, cache_dir="one")
    monkeypatch.setenv("ASYNCPATTERN_LINT_CACHE_DIR", "two")
    run(root)
    run(root, cache_dir="three")
    monkeypatch.delenv("ASYNCPATTERN_LINT_CACHE_DIR")
    lay(root, {"pyproject.toml": "[tool.asyncpattern-lint]\ncache-dir = 'four'\n"})
    run(root)
    there = sorted(path.parent.name for path in root.glob("*/CACHEDIR.TAG"))
    assert there == ["four", "one", "three", "two"]


def test_runs_at_the_same_time_do_not_disturb_each_other(root: Path) -> None:
    for number in range(40):
        lay(root, {f"app/m{number}.py": f"from app.store import rows\nx{number} = rows()\n"})
    command = [sys.executable, "-m", "asyncpattern_lint", "check", "--output-format=concise", "."]
    for _ in range(2):
        runs = [
            subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            for _ in range(4)
        ]
        shown = {process.communicate(timeout=60)[0].splitlines()[0] for process in runs}
        assert len(shown) == 1
        assert b"APL141" in shown.pop()


def test_damaged_packs_are_made_anew(root: Path, made: list[str]) -> None:
    run(root)
    for path in kept(root):
        data = path.read_bytes()
        path.write_bytes(data[:-40])
    made.clear()
    assert told(run(root, ignore=("APL901",))) == told(cold(root))
    assert made
