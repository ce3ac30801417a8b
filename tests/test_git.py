"""git is asked what differs from a revision, whatever kind of thing it is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from asyncpattern_lint.git import GitError, differences, fork_point


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    root = tmp_path / "repository"
    root.mkdir()
    git(root, "init", "--quiet", "--initial-branch=main")
    return root


def git(root: Path, *arguments: str) -> str:
    settings = [
        "user.name=a",
        "user.email=a@b.c",
        "commit.gpgsign=false",
        "protocol.file.allow=always",
    ]
    options = [part for setting in settings for part in ("-c", setting)]
    return subprocess.run(
        ["git", *options, *arguments], cwd=root, capture_output=True, encoding="utf-8", check=True
    ).stdout


def commit(root: Path) -> None:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message=x")


def differing(root: Path, since: str | None = None) -> dict[str, bytes | None]:
    return {os.path.relpath(path, root): text for path, text in differences(root, since).items()}


def test_the_old_text_is_that_of_the_revision(root: Path) -> None:
    (root / "a.py").write_bytes(b"x = 1\r\n")
    (root / "b.py").write_bytes(b"")
    (root / "c.pyi").write_bytes(b"\xef\xbb\xbfx: int")
    (root / "d.txt").write_bytes(b"text")
    (root / "same.py").write_bytes(b"")
    commit(root)
    for path in root.glob("[a-d].*"):
        path.write_bytes(b"y = 2\n")
    expected = {"a.py": b"x = 1\r\n", "b.py": b"", "c.pyi": b"\xef\xbb\xbfx: int", "d.txt": b""}
    assert differing(root) == expected
    (root / "e.py").write_bytes(b"")
    assert differing(root) == {**expected, "e.py": None}
    commit(root)
    assert differing(root) == {}
    assert differing(root, "HEAD~1") == {**expected, "e.py": None}


def test_files_that_left_the_index_and_stayed_on_the_disk_had_their_text(root: Path) -> None:
    (root / "a.py").write_bytes(b"x = 1\n")
    commit(root)
    git(root, "rm", "--quiet", "--cached", "a.py")
    assert differing(root) == {"a.py": b"x = 1\n"}


def test_a_rename_is_one_file_gone_and_another_that_is_new(root: Path) -> None:
    (root / "a.py").write_bytes(b"x = 1\n")
    commit(root)
    git(root, "mv", "a.py", "b.py")
    assert differing(root) == {"a.py": b"x = 1\n", "b.py": None}


def test_other_repositories_are_no_files_of_this_one(root: Path, tmp_path: Path) -> None:
    inner = root / "inner"
    inner.mkdir()
    git(inner, "init", "--quiet")
    (inner / "a.py").write_bytes(b"x = 1\n")
    assert differing(root) == {}
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "--quiet")
    (other / "a.py").write_bytes(b"x = 1\n")
    commit(other)
    git(root, "submodule", "--quiet", "add", str(other), "module")
    (root / "module" / "a.py").write_bytes(b"x = 2\n")
    assert set(differing(root)) <= {".gitmodules", "module"}
    assert not any(path.endswith(".py") for path in differing(root))


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_link_is_not_taken_for_its_text(root: Path) -> None:
    (root / "a.py").write_bytes(b"x = 1\n")
    (root / "link.py").symlink_to("a.py")
    commit(root)
    (root / "link.py").unlink()
    assert differing(root) == {}


def test_an_unmerged_file_differs(root: Path) -> None:
    (root / "a.py").write_bytes(b"x = 1\n")
    commit(root)
    for branch in ("one", "two"):
        git(root, "checkout", "--quiet", "-b", branch, "main")
        (root / "a.py").write_text(f"{branch} = 1\n")
        commit(root)
    with pytest.raises(subprocess.CalledProcessError):
        git(root, "merge", "one")
    assert differing(root) == {"a.py": b"two = 1\n"}


def test_nothing_is_written(root: Path) -> None:
    (root / "a.py").write_bytes(b"x = 1\n")
    commit(root)
    (root / "a.py").touch()
    index = (root / ".git" / "index").read_bytes()
    assert differing(root) == {}
    assert (root / ".git" / "index").read_bytes() == index


def test_branches_part_at_a_revision_if_at_all(root: Path) -> None:
    (root / "a.py").write_bytes(b"x = 1\n")
    commit(root)
    base = git(root, "rev-parse", "HEAD").strip()
    git(root, "checkout", "--quiet", "-b", "topic")
    (root / "a.py").write_bytes(b"x = 2\n")
    commit(root)
    assert fork_point(root, "main", "topic") == base
    git(root, "checkout", "--quiet", "--orphan", "alone")
    commit(root)
    assert fork_point(root, "main", "alone") == "main"
    with pytest.raises(GitError, match="there is no revision nowhere"):
        fork_point(root, "nowhere", "main")


def test_a_repository_without_files_has_none_that_differ(tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    git(bare, "init", "--quiet", "--bare")
    with pytest.raises(GitError, match="must be run in a work tree"):
        differences(bare)
