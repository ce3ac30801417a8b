import inspect
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asyncpattern_lint import discovery
from asyncpattern_lint.discovery import (
    DEFAULT_EXCLUDES,
    DiscoveryError,
    GitIgnore,
    discover,
    project_root,
)
from asyncpattern_lint.globs import Globs


def plant(root: Path, *paths: str) -> None:
    for path in paths:
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.endswith("/"):
            target.mkdir(exist_ok=True)
        else:
            target.write_text("")


def ignore(folder: Path, *lines: str, name: str = ".gitignore") -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("".join(f"{line}\n" for line in lines))


def found(root: Path, *paths: str, exclude: Iterable[str] = DEFAULT_EXCLUDES) -> list[str]:
    globs = Globs.compile((str(root), pattern) for pattern in exclude)
    paths_given = [root / path for path in paths or [""]]
    files = discover(paths_given, excludes_of=lambda _folder, _may_configure: globs).files
    return [os.path.relpath(file, root).replace(os.sep, "/") for file in files]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    return tmp_path


class TestWalk:
    def test_python_files_and_stubs_sorted_and_absolute(self, tmp_path: Path) -> None:
        plant(tmp_path, "b.py", "a/z.pyi", "a/b.py", "a/data.json", "README", "c.pyc")
        assert found(tmp_path) == ["a/b.py", "a/z.pyi", "b.py"]
        assert all(Path(file).is_absolute() for file in discover([tmp_path]).files)

    def test_a_file_is_reported_once(self, tmp_path: Path) -> None:
        plant(tmp_path, "a/b.py")
        assert found(tmp_path, "a", "a/b.py", "", "a/../a/b.py") == ["a/b.py"]

    def test_relative_paths_start_at_the_working_directory(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plant(tmp_path, "a/b.py")
        monkeypatch.chdir(tmp_path / "a")
        assert discover([Path(), Path("b.py")]).files == (str(tmp_path / "a/b.py"),)

    @pytest.mark.parametrize("name", DEFAULT_EXCLUDES)
    def test_default_excludes_apply_at_any_depth(self, tmp_path: Path, name: str) -> None:
        plant(tmp_path, f"{name}/x.py", f"deep/{name}/x.py", "x.py")
        assert found(tmp_path) == ["x.py"]

    def test_excludes_do_not_apply_to_the_given_path_and_its_ancestors(
        self, tmp_path: Path
    ) -> None:
        plant(tmp_path, "venv/build/x.py", "venv/build/dist/y.py")
        assert found(tmp_path / "venv" / "build") == ["x.py"]

    def test_a_given_file_is_always_checked(self, repository: Path) -> None:
        ignore(repository, "*.py")
        plant(repository, "build/x.py", "script", "y.py")
        assert found(repository, "build/x.py", "script", "y.py") == ["build/x.py", "script", "y.py"]

    def test_excludes_are_globs_for_names_and_paths(self, tmp_path: Path) -> None:
        plant(tmp_path, "a/x_pb2.py", "a/gen/x.py", "b/gen/x.py", "c/d/x.py", "plain.py", "k.py")
        exclude = ("*_pb2.py", "a/gen/", str(tmp_path / "c/*"), "plain.py")
        assert found(tmp_path, exclude=exclude) == ["b/gen/x.py", "k.py"]

    def test_a_folder_named_like_a_file_is_a_folder(self, tmp_path: Path) -> None:
        plant(tmp_path, "odd.py/x.py")
        assert found(tmp_path) == ["odd.py/x.py"]

    @pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
    def test_odd_bytes_and_newlines_in_names(self, repository: Path) -> None:
        ignore(repository, "ign?ored.py", "below/")
        odd = os.fsdecode(b"caf\xe9.py")
        plant(repository, odd, "new\nline/x.py", "ign\nored.py", "new\nline/below/x.py")
        assert sorted(Path(file).name for file in discover([repository]).files) == sorted(
            [odd, "x.py"]
        )

    def test_deep_trees(self, tmp_path: Path) -> None:
        deep = f"{'d/' * 300}x.py"
        plant(tmp_path, deep)
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(len(inspect.stack()) + 100)
        try:
            result = discover([tmp_path, (tmp_path / deep).parent])
        finally:
            sys.setrecursionlimit(limit)
        assert result.files == (f"{tmp_path}/{deep}",)

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
    def test_pipes_are_never_opened(self, repository: Path) -> None:
        plant(repository, "x.py")
        os.mkfifo(repository / "pipe.py")
        os.mkfifo(repository / ".gitignore")
        assert found(repository) == ["x.py"]
        with pytest.raises(DiscoveryError, match=r"pipe.py: neither a file nor a folder$"):
            discover([repository / "pipe.py"])

    def test_pathspec_is_imported_only_where_an_ignore_file_is(self, tmp_path: Path) -> None:
        (tmp_path / ".git").mkdir()
        script = (
            "import sys; from pathlib import Path; from asyncpattern_lint.discovery import discover;"
            f"discover([Path({str(tmp_path)!r})]); print('pathspec' in sys.modules)"
        )
        assert subprocess.check_output([sys.executable, "-c", script], text=True) == "False\n"


class TestLinks:
    def test_links_to_files_are_followed_and_links_to_folders_are_not(self, tmp_path: Path) -> None:
        plant(tmp_path, "a/x.py", "b/")
        (tmp_path / "b/link.py").symlink_to("../a/x.py")
        (tmp_path / "b/folder").symlink_to("../a")
        (tmp_path / "b/folder.py").symlink_to("../a")
        assert found(tmp_path) == ["a/x.py", "b/link.py"]
        assert discover([tmp_path]).notices == ()

    def test_a_given_link_to_a_folder_is_walked(self, tmp_path: Path) -> None:
        plant(tmp_path, "a/x.py")
        (tmp_path / "link").symlink_to("a")
        assert found(tmp_path, "link") == ["link/x.py"]

    def test_loops_and_dead_links_give_a_notice(self, tmp_path: Path) -> None:
        plant(tmp_path, "a/x.py", "ab/x.py")
        (tmp_path / "a/up").symlink_to("..")
        (tmp_path / "ab/sibling").symlink_to("../a")
        (tmp_path / "a/self.py").symlink_to("self.py")
        (tmp_path / "a/dead.py").symlink_to("nowhere.py")
        (tmp_path / "a/dead.txt").symlink_to("nowhere.txt")
        result = discover([tmp_path])
        assert [Path(file).name for file in result.files] == ["x.py", "x.py"]
        assert result.notices == (
            f"{tmp_path}/a/dead.py: skipped, a link that leads nowhere",
            f"{tmp_path}/a/self.py: skipped, a link that leads to itself",
            f"{tmp_path}/a/up: skipped, a link to a folder above it",
        )

    def test_a_given_loop_is_an_error(self, tmp_path: Path) -> None:
        (tmp_path / "loop").symlink_to("loop")
        with pytest.raises(DiscoveryError, match=r"loop: too many levels of symbolic links$"):
            discover([tmp_path / "loop"])


class TestErrors:
    def test_a_path_that_does_not_exist(self) -> None:
        with pytest.raises(DiscoveryError, match=r"^gone\.py: no such file or directory$"):
            discover([Path("gone.py")])

    def test_the_message_is_one_line_whatever_the_name(self) -> None:
        with pytest.raises(DiscoveryError, match=r"^go\\nne: no such file or directory$"):
            discover([Path("go\nne")])

    def test_a_path_with_a_null_byte(self) -> None:
        with pytest.raises(DiscoveryError, match="not a path"):
            discover([Path("nu\0l.py")])

    @pytest.mark.parametrize("where", ["", "below"])
    def test_an_unreadable_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
    ) -> None:
        plant(tmp_path, "x.py", "below/y.py")
        refuse(monkeypatch, tmp_path / where, PermissionError(13, "Permission denied"))
        with pytest.raises(DiscoveryError) as caught:
            discover([tmp_path])
        assert str(caught.value) == f"{tmp_path / where}: permission denied"

    def test_an_unreadable_folder_that_is_excluded_does_not_matter(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plant(tmp_path, "x.py", "venv/y.py")
        refuse(monkeypatch, tmp_path / "venv", PermissionError(13, "Permission denied"))
        assert found(tmp_path) == ["x.py"]

    def test_a_folder_that_vanishes_meanwhile_gives_a_notice(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plant(tmp_path, "x.py", "below/y.py")
        refuse(monkeypatch, tmp_path / "below", FileNotFoundError(2, "No such file or directory"))
        result = discover([tmp_path])
        assert result.files == (str(tmp_path / "x.py"),)
        assert result.notices == (f"{tmp_path}/below: skipped, no such file or directory",)


def refuse(monkeypatch: pytest.MonkeyPatch, folder: Path, error: OSError) -> None:
    real = os.scandir

    def scandir(path: str) -> "os._ScandirIterator[str]":
        if Path(path) == folder:
            raise error
        return real(path)

    monkeypatch.setattr(discovery.os, "scandir", scandir)  # type: ignore[attr-defined]


class TestGitIgnore:
    def test_nested_files_and_negation(self, repository: Path) -> None:
        ignore(repository, "*_pb2.py", "/gen/", "cache")
        ignore(repository / "a", "!keep_pb2.py", "local.py")
        plant(repository, "x_pb2.py", "a/x_pb2.py", "a/keep_pb2.py", "a/local.py", "local.py")
        plant(repository, "gen/x.py", "a/gen/x.py", "a/b/cache/x.py", "a/b/x.py")
        assert found(repository) == ["a/b/x.py", "a/gen/x.py", "a/keep_pb2.py", "local.py"]

    def test_files_above_the_given_folder_count_up_to_the_root(self, tmp_path: Path) -> None:
        (tmp_path / "outer/.git").mkdir(parents=True)
        ignore(tmp_path, "*.py")
        ignore(tmp_path / "outer", "b*.py")
        plant(tmp_path, "outer/a/b/bad.py", "outer/a/b/good.py")
        assert found(tmp_path, "outer/a/b") == ["outer/a/b/good.py"]

    def test_the_exclude_file_of_the_repository(self, repository: Path) -> None:
        ignore(repository / ".git", "private.py", "other.py", name="info/exclude")
        ignore(repository, "!other.py")
        plant(repository, "private.py", "other.py")
        assert found(repository) == ["other.py"]

    def test_the_exclude_file_in_a_linked_work_tree(self, tmp_path: Path) -> None:
        ignore(tmp_path / "main/.git", "private.py", name="info/exclude")
        ignore(tmp_path / "main/.git/worktrees/tree", "../..", name="commondir")
        ignore(tmp_path / "tree", "gitdir: ../main/.git/worktrees/tree", name=".git")
        plant(tmp_path, "tree/private.py", "tree/x.py")
        assert found(tmp_path / "tree") == ["x.py"]

    def test_outside_a_repository_nothing_is_ignored(self, tmp_path: Path) -> None:
        ignore(tmp_path, "*.py")
        plant(tmp_path, "x.py")
        assert found(tmp_path) == ["x.py"]
        assert not GitIgnore().is_ignored(tmp_path / "x.py")

    def test_a_repository_in_a_repository_starts_anew(self, repository: Path) -> None:
        ignore(repository, "x.py")
        plant(repository, "inner/.git/", "inner/x.py", "x.py")
        assert found(repository) == ["inner/x.py"]

    def test_a_given_folder_is_walked_even_if_it_is_ignored(self, repository: Path) -> None:
        ignore(repository, "gen/", "*_pb2.py")
        ignore(repository / "gen/deep", "local.py")
        plant(repository, "gen/x.py", "gen/x_pb2.py", "gen/deep/y.py", "gen/deep/local.py")
        assert found(repository, "gen") == ["gen/deep/y.py", "gen/x.py"]
        assert found(repository, "gen/deep") == ["gen/deep/y.py"]

    def test_lines_that_are_no_patterns_are_dropped(self, repository: Path) -> None:
        (repository / ".gitignore").write_bytes(
            b"\xef\xbb\xbfbom.py\r\n# comment\n\n!\n//\n[\n***\\\nlatin\xe9.py\n  \nlast.py"
        )
        plant(repository, "bom.py", "last.py", "x.py", os.fsdecode(b"latin\xe9.py"))
        assert found(repository) == ["x.py"]

    def test_questions_about_single_paths(self, repository: Path) -> None:
        ignore(repository, "generated/", "*_pb2.py")
        ask = GitIgnore()
        assert ask.is_ignored(repository / "generated/deep/missing.py")
        assert ask.is_ignored(str(repository / "proto/missing_pb2.py"))
        assert not ask.is_ignored(repository / "proto/missing.py")
        assert not ask.is_ignored(repository / "generated"), "a file that does not exist"
        plant(repository, "generated/x.py")
        assert ask.is_ignored(repository / "generated")


NAMES = ("a", "b", "ab", "a.py", "b.py")
PIECES = (*NAMES, "*", "**", "*.py", "a*", "?", "[ab]", "[!a].py", "[ab]*", "b?.py", "?*", "\\a")
patterns = st.builds(
    lambda sign, start, parts, end: f"{sign}{start}{'/'.join(parts)}{end}",
    st.sampled_from(("", "", "!")),
    st.sampled_from(("", "/", "**/")),
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=3),
    st.sampled_from(("", "", "/", "/**", "  ")),
)
ignore_files = st.dictionaries(
    st.sampled_from(("", "a", "b", "a/b", "a/a")), st.lists(patterns, max_size=5), max_size=3
)
trees = st.sets(
    st.lists(st.sampled_from(("a", "b", "ab")), max_size=3).flatmap(
        lambda folders: st.sampled_from(("a.py", "b.py", "ab.py")).map(
            lambda name: "/".join((*folders, name))
        )
    ),
    min_size=1,
    max_size=10,
)


@given(ignore_files, trees)
@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_git_and_the_walk_agree(
    tmp_path_factory: pytest.TempPathFactory, ignores: dict[str, list[str]], tree: set[str]
) -> None:
    root = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "--quiet", root], check=True)
    plant(root, *tree)
    for folder, lines in ignores.items():
        ignore(root / folder, *lines)
    listed = subprocess.check_output(
        ["git", "ls-files", "--others", "--exclude-standard", "-z", "*.py"], cwd=root, text=True
    )
    expected = sorted(name for name in listed.split("\0") if name)
    assert found(root) == expected
    ask = GitIgnore()
    assert sorted(name for name in tree if not ask.is_ignored(root / name)) == expected


class TestProjectRoot:
    @pytest.mark.parametrize("marker", ["pyproject.toml", "setup.py", "setup.cfg", ".git", ".hg"])
    def test_the_nearest_folder_with_a_marker(self, tmp_path: Path, marker: str) -> None:
        plant(tmp_path, "pyproject.toml", f"inner/{marker}", "inner/a/b/x.py")
        for start in ("inner", "inner/a/b", "inner/a/b/x.py", "inner/a/b/missing.py"):
            assert project_root(tmp_path / start) == tmp_path / "inner"

    def test_without_a_marker_it_is_the_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plant(tmp_path, "a/x.py")
        monkeypatch.setattr(discovery, "_ROOT_MARKERS", ("no-such-marker",))
        assert project_root(tmp_path / "a") == tmp_path / "a"
        assert project_root(tmp_path / "a/x.py") == tmp_path / "a"
