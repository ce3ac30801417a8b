"""The disk before a change has what was there, and lacks what was not."""

from pathlib import Path

from asyncpattern_lint.index.disk import Disk, Past
from asyncpattern_lint.index.finder import Finder


def past(root: Path, before: dict[str, bytes | None]) -> Past:
    return Past({str(root / name): text for name, text in before.items()})


def plant(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_without_a_change_it_is_the_disk(tmp_path: Path) -> None:
    plant(tmp_path, "a.py", "b/c.py")
    for disk in (Disk(), Past({}), past(tmp_path, {"a.py": b""})):
        assert disk.names(str(tmp_path)) == {"a.py", "b"}
        assert disk.is_folder(str(tmp_path / "b"))
        assert not disk.is_folder(str(tmp_path / "a.py"))
        assert disk.names(str(tmp_path / "nowhere")) == frozenset()


def test_new_files_and_the_folders_made_for_them_were_not_there(tmp_path: Path) -> None:
    plant(tmp_path, "a.py", "b/c/d.py", "b/__pycache__/d.pyc", "e/f.py", "e/g.py")
    disk = past(tmp_path, {"a.py": None, "b/c/d.py": None, "e/f.py": None})
    assert disk.names(str(tmp_path)) == {"e"}
    assert disk.names(str(tmp_path / "e")) == {"g.py"}
    assert not disk.is_folder(str(tmp_path / "b"))
    assert disk.is_folder(str(tmp_path / "e"))


def test_files_and_folders_that_were_removed_were_there(tmp_path: Path) -> None:
    plant(tmp_path, "a.py")
    disk = past(tmp_path, {"b.py": b"", "c/d/e.py": b"", "a.py": b""})
    assert disk.names(str(tmp_path)) == {"a.py", "b.py", "c"}
    assert disk.names(str(tmp_path / "c")) == {"d"}
    assert disk.names(str(tmp_path / "c" / "d")) == {"e.py"}
    assert disk.is_folder(str(tmp_path / "c"))
    assert disk.is_folder(str(tmp_path / "c" / "d"))


def test_a_package_that_took_the_place_of_a_module_is_the_module_again(tmp_path: Path) -> None:
    plant(tmp_path, "setup.cfg", "m/__init__.py", "main.py")
    disk = past(tmp_path, {"m/__init__.py": None, "m.py": b""})
    now, then = Finder(str(tmp_path)), Finder(str(tmp_path)).on(disk)
    importer = str(tmp_path / "main.py")
    assert now.absolute("m", importer).found[0].path == str(tmp_path / "m" / "__init__.py")
    assert then.absolute("m", importer).found[0].path == str(tmp_path / "m.py")
