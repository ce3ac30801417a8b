"""A wheel is unpacked only if it is the pinned one and stays in its folder."""

import hashlib
import zipfile
from pathlib import Path

import pytest
from packages import CACHE_VARIABLE, DamagedError, Package, fetch, load_packages, unpack, verify


def wheel(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, f"# {name}\n")
    return path


def test_unpack_writes_every_file(tmp_path: Path) -> None:
    unpack(wheel(tmp_path / "a.whl", "a/__init__.py", "a/b/c.py"), tmp_path / "tree")
    files = sorted(path for path in (tmp_path / "tree").rglob("*") if path.is_file())
    assert [path.relative_to(tmp_path / "tree").as_posix() for path in files] == [
        "a/__init__.py",
        "a/b/c.py",
    ]
    assert files[1].read_text() == "# a/b/c.py\n"


@pytest.mark.parametrize(
    "name",
    ["../evil.py", "a/../../evil.py", "/evil.py", "..\\evil.py", "a/..\\..\\evil.py", "a/.."],
)
def test_unpack_refuses_what_leaves_the_folder(tmp_path: Path, name: str) -> None:
    path = wheel(tmp_path / "a.whl", "a/__init__.py", name)
    with pytest.raises(DamagedError, match="would write to"):
        unpack(path, tmp_path / "tree")
    assert list(tmp_path.iterdir()) == [path]


def test_unpack_keeps_to_the_folder_of_the_longer_name(tmp_path: Path) -> None:
    with pytest.raises(DamagedError):
        unpack(wheel(tmp_path / "a.whl", "../tree-2/a.py"), tmp_path / "tree")


def test_verify_tells_another_wheel(tmp_path: Path) -> None:
    path = wheel(tmp_path / "a.whl", "a.py")
    verify(path, hashlib.sha256(path.read_bytes()).hexdigest())
    verify(path, None)
    with pytest.raises(DamagedError, match="pinned is 00"):
        verify(path, "00")


def test_fetch_takes_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    (tmp_path / "no_such_package-1").mkdir()
    assert fetch(Package("no-such-package", "1")) == tmp_path / "no_such_package-1"


def test_names_are_unique() -> None:
    names = [package.name for package in load_packages()]
    assert len(set(names)) == len(names)
