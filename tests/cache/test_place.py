"""The folder of the cache is marked, never anyone else's, and goes without a trace."""

import os
import time
from pathlib import Path

import pytest

from asyncpattern_lint.cache.place import NAME, Place, clean, is_cache

VERSION = "0" * 32


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(str(tmp_path / NAME), VERSION)


def test_what_is_written_is_read(place: Place) -> None:
    assert place.read("files") is None
    assert place.write("files", b"a", b"b")
    assert place.read("files") == b"ab"
    assert place.write("files", b"c")
    assert place.read("files") == b"c"
    assert place.names("") == ["files"]


def test_the_folder_says_what_it_is_and_keeps_out_of_git(place: Place) -> None:
    place.write("files", b"")
    root = Path(place.root)
    assert (
        (root / "CACHEDIR.TAG")
        .read_text()
        .startswith("Signature: 8a477f597d28d172789f06886806bc55")
    )
    assert (root / ".gitignore").read_text() == "*\n"
    assert is_cache(place.root)


def test_a_folder_of_something_else_is_left_alone(place: Place) -> None:
    root = Path(place.root)
    root.mkdir()
    (root / "thesis.txt").write_text("mine")
    assert not place.write("files", b"a")
    assert not clean(place.root)
    assert [path.name for path in root.iterdir()] == ["thesis.txt"]


def test_a_cache_that_was_hardly_begun_is_gone_on_with(place: Place) -> None:
    root = Path(place.root)
    root.mkdir()
    (root / "CACHEDIR.TAG.1.tmp").write_text("Sig")
    assert place.write("files", b"a")


def test_links_are_not_followed(place: Place, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    Path(place.root).symlink_to(elsewhere)
    assert not place.write("files", b"a")
    assert not clean(place.root)
    assert not [*elsewhere.iterdir()]


def test_what_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    place = Place(str(tmp_path / "file" / NAME), VERSION)
    assert not place.write("files", b"a")
    assert place.read("files") is None
    assert place.names("") == []
    place.remove("files")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_no_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    try:
        assert not Place(str(tmp_path / NAME), VERSION).write("files", b"a")
    finally:
        tmp_path.chmod(0o755)


def test_clean_removes_what_is_of_the_cache(place: Place) -> None:
    place.write("files", b"a")
    place.write(f"outlines-{'1' * 32}", b"a")
    assert clean(place.root)
    assert not Path(place.root).exists()
    assert not clean(place.root)


def test_clean_leaves_what_someone_else_put_there(place: Place) -> None:
    place.write("files", b"a")
    mine = Path(place.folder) / "mine.txt"
    mine.write_text("")
    with pytest.raises(OSError, match="not empty"):
        clean(place.root)
    assert mine.exists()
    assert not (Path(place.folder) / "files").exists()


def test_few_versions_share_a_folder(tmp_path: Path) -> None:
    root = tmp_path / NAME
    for number in range(8):
        assert Place(str(root), f"{number:032x}").write("files", b"a")
        stamp = time.time() - 1_000 + number
        os.utime(root / f"v-{number:032x}", (stamp, stamp))
    kept = sorted(path.name for path in root.glob("v-*"))
    assert kept == [f"v-{number:032x}" for number in (4, 5, 6, 7)]


def test_what_a_killed_process_left_goes_after_a_while(place: Place) -> None:
    place.write("files", b"a")
    old, young = Path(place.folder, "files.1.tmp"), Path(place.folder, "files.2.tmp")
    for path, age in ((old, 7_200), (young, 10)):
        path.write_text("")
        os.utime(path, (time.time() - age,) * 2)
    place.tidy()
    assert not old.exists()
    assert young.exists()
