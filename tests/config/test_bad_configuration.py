"""Whatever a configuration holds: one clear line that names the file, the line and the key."""

import os
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncpattern_lint.config import Options, UsageError, resolve
from asyncpattern_lint.config import files as files_module
from asyncpattern_lint.config.layers import line_of
from asyncpattern_lint.rule import known_codes
from asyncpattern_lint.session import Session

HEAD = "[tool.asyncpattern-lint]\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "project").mkdir()
    return tmp_path / "project"


def error(root: Path, **options: Any) -> str:
    with pytest.raises(UsageError) as caught:
        resolve(Options(**options), known_codes(), root)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("selct = []", "2: unknown key `selct`; the nearest is `select`"),
        ("\n# selct\nselct = [\n]", "4: unknown key `selct`; the nearest is `select`"),
        (
            "per_file_ignores = {}",
            "2: unknown key `per_file_ignores`; the nearest is `per-file-ignores`",
        ),
        ("zzz = 1", "2: unknown key `zzz`"),
        ("lint.select = []", "2: unknown key `lint`"),
        ('select = "APL1"', "2: `select` must be a list of strings, not a string"),
        (
            "src = []\nselect = [\n  1,\n]",
            "3: `select` must be a list of strings; it holds an integer",
        ),
        ("select = [[]]", "2: `select` must be a list of strings; it holds a list"),
        ("python = []", "2: `python` must be a string, not a list"),
        ("python = 2020-01-01", "2: `python` must be a string, not a date"),
        ("unsafe-fixes = 1", "2: `unsafe-fixes` must be true or false, not an integer"),
        ("force-exclude = 'yes'", "2: `force-exclude` must be true or false, not a string"),
        ("order = {}", "2: `order` must be a list of tables, not a table"),
        ("order = [1]", "2: `order` must be a list of tables; it holds an integer"),
        ("[[tool.asyncpattern-lint.order]]\nfirst = 'a'", "2: a table of `order` lacks `then`"),
        (
            "[[tool.asyncpattern-lint.order]]\nfirst = 'a'\nthen = 1",
            "2: `then` in `order` must be a string, not an integer",
        ),
        (
            "[[tool.asyncpattern-lint.order]]\nfirst = 'a'\nthen = 'b'\nbefore = 'c'",
            "2: unknown key `before` in `order`; known are `first`, `then` and `within`",
        ),
        (
            "[[tool.asyncpattern-lint.order]]\nfirst = 'a:b'\nthen = 'b'",
            "2: `first` in `order` is no dotted name: a:b",
        ),
        ("per-file-ignores = []", "2: `per-file-ignores` must be a table, not a list"),
        (
            "[tool.asyncpattern-lint.per-file-ignores]\n'a' = ['APL1']\n'b' = 'APL1'",
            "4: `per-file-ignores` for b must be a list of strings, not a string",
        ),
        (
            "[tool.asyncpattern-lint.per-file-ignores]\n'a' = ['APL1']\n'b' = ['E501']",
            "4: unknown code E501 in `per-file-ignores`",
        ),
        ("select = ['APL119']", "2: unknown code APL119 in `select`; the nearest is APL112"),
        ("extend-ignore = ['{0}']", "2: unknown code {0} in `extend-ignore`"),
        ("ignore = ['']", "2: `ignore` holds an empty code"),
        ("fixable = ['APL119']", "2: unknown code APL119 in `fixable`; the nearest is APL112"),
        ("never-baseline = ['X']", "2: unknown code X in `never-baseline`"),
        ("exclude = ['a', '[b']", "2: [b is no pattern: a [ lacks its ], in `exclude`"),
        ("extend-exclude = ['{b']", "2: {b is no pattern: a { lacks its }, in `extend-exclude`"),
        (
            "per-file-ignores = {'{' = []}",
            "2: { is no pattern: a { lacks its }, in `per-file-ignores`",
        ),
        (
            "target-version = '3'",
            "2: unknown version 3 in `target-version`; known are py37 to py315",
        ),
        ("target-version = 3.11", "2: `target-version` must be a string, not a number"),
        ("python = 'nope'", "2: cannot use nope in `python`: No such file or directory"),
        ("src = ['.', 'nope']", "2: cannot use nope in `src`: No such file or directory"),
        ("src = ['pyproject.toml']", "2: cannot use pyproject.toml in `src`: it is no folder"),
        ("ignore = ['" + "x" * 5_000 + "']", f"2: unknown code {'X' * 100}... in `ignore`"),
        ("python = ''", "2: `python` holds no path"),
        ('python = "a\\u0000"', "2: `python` holds no path"),
    ],
)
def test_what_is_wrong_with_a_table(root: Path, text: str, message: str) -> None:
    (root / "pyproject.toml").write_text(HEAD + text)
    assert error(root) == f"pyproject.toml:{message}"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("select = [", 2),
        ("select = []\nselect = []", 3),
        ("select = []\n]", 3),
        ("select = ['\0']", 2),
        ("select = ['\r']\n", 2),
    ],
)
def test_what_is_no_toml(root: Path, text: str, line: int) -> None:
    (root / "pyproject.toml").write_bytes((HEAD + text).encode())
    message = error(root)
    assert message.startswith(f"pyproject.toml:{line}: not valid TOML: ")
    assert "(at " not in message


def test_an_unknown_format_names_those_that_are_known(root: Path) -> None:
    (root / "pyproject.toml").write_text(HEAD + "output-format = 'xml'")
    assert error(root).startswith("pyproject.toml:2: unknown output format xml; known are full, ")


def test_a_file_of_our_own_needs_no_table(root: Path) -> None:
    (root / ".asyncpattern-lint.toml").write_text("\nselct = []\n")
    message = "unknown key `selct`; the nearest is `select`"
    assert error(root) == f".asyncpattern-lint.toml:2: {message}"
    (root / ".asyncpattern-lint.toml").write_text(HEAD)
    assert error(root) == ".asyncpattern-lint.toml:1: unknown key `tool`"


def test_an_error_in_an_inner_configuration_is_an_error(root: Path) -> None:
    (root / "inner").mkdir()
    (root / "inner" / "pyproject.toml").write_text(HEAD + "selct = []")
    settings = resolve(Options(), known_codes(), root)
    with pytest.raises(UsageError, match=r"^inner.pyproject\.toml:2: unknown key `selct`"):
        settings.enabled_in(str(root / "inner" / "a.py"))
    assert error(root, paths=("inner",)).startswith("inner")


def test_what_is_not_utf_8(root: Path) -> None:
    (root / "pyproject.toml").write_bytes(HEAD.encode() + b"\n\n# \xe9")
    assert error(root) == "pyproject.toml:4: it is not UTF-8"


def test_deep_nesting(root: Path) -> None:
    (root / "pyproject.toml").write_text(f"{HEAD}select = {'[' * 5_000}")
    assert error(root).startswith("pyproject.toml:")


def test_a_table_that_is_none(root: Path) -> None:
    (root / "pyproject.toml").write_text("[tool]\nasyncpattern-lint = 3")
    message = "the configuration must be a table, not an integer"
    assert error(root) == f"pyproject.toml:2: {message}"


@pytest.mark.parametrize("name", ["pyproject.toml", ".asyncpattern-lint.toml"])
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_never_opened(root: Path, name: str) -> None:
    os.mkfifo(root / name)
    assert error(root) == f"cannot read {name}: it is no regular file"


def test_a_large_file_is_not_read(root: Path) -> None:
    with (root / "pyproject.toml").open("wb") as file:
        file.truncate(50_000_000)
    assert error(root) == "cannot read pyproject.toml: it is larger than 1,000,000 bytes"


def test_a_file_that_cannot_be_read(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "pyproject.toml").write_text(HEAD)

    def read_bytes(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    assert error(root) == "cannot read pyproject.toml: Permission denied"


def test_what_is_no_file_says_nothing(root: Path) -> None:
    (root / "pyproject.toml").mkdir()
    (root / ".asyncpattern-lint.toml").symlink_to("nowhere")
    assert resolve(Options(), known_codes(), root).enabled


# --- flags and pairs -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"extend_select": ("X",)}, "unknown code X in --extend-select"),
        ({"select": (",",)}, "--select names no code"),
        ({"exclude": ("[",)}, "[ is no pattern: a [ lacks its ], in --exclude"),
        ({"per_file_ignores": ("a.py",)}, "--per-file-ignores takes pairs PATTERN:CODE, not a.py"),
        ({"per_file_ignores": ("a:X",)}, "unknown code X in --per-file-ignores"),
        (
            {"target_version": "py2"},
            "unknown version py2 in --target-version; known are py37 to py315",
        ),
        ({"src": ("nope",)}, "cannot use nope in --src: No such file or directory"),
        ({"python": "nope"}, "cannot use nope in --python: No such file or directory"),
        ({"config": ("selct = []",)}, "--config: unknown key `selct`; the nearest is `select`"),
        ({"config": ("select = ['X']",)}, "--config: unknown code X in `select`"),
        (
            {"config": ("select = [",)},
            "--config takes a file or a pair `key = value` as in TOML, not select = [",
        ),
        ({"config": ("nope",)}, "cannot read nope: no such file"),
        ({"config": ("nope.toml",)}, "cannot read nope.toml: no such file"),
        ({"config": (".",)}, "cannot read .: no such file"),
        ({"config": ("a.toml", "b.toml")}, "--config takes one file, not both a.toml and b.toml"),
        (
            {"config": ("a.toml",), "isolated": True},
            "--config a.toml and --isolated contradict each other",
        ),
    ],
)
def test_what_is_wrong_with_flags(root: Path, options: dict[str, Any], message: str) -> None:
    assert error(root, **options) == message


def test_a_pyproject_that_is_named_must_speak_to_us(root: Path) -> None:
    (root / "pyproject.toml").write_text("[tool.other]\n")
    message = "pyproject.toml has no table [tool.asyncpattern-lint]"
    assert error(root, config=("pyproject.toml",)) == message


# --- paths that leave the project ----------------------------------------------------------


@pytest.mark.parametrize("key", ["python", "src", "baseline"])
@pytest.mark.parametrize("path", ["..", "../outside", "a/../../outside", "{outside}", "link"])
def test_no_path_leaves_the_project(root: Path, key: str, path: str) -> None:
    outside = root.parent / "outside"
    outside.mkdir()
    (root / "link").symlink_to(outside)
    path = path.format(outside=outside)
    value = f"['{path}']" if key == "src" else f"'{path}'"
    (root / "pyproject.toml").write_text(f"{HEAD}{key} = {value}\n")
    if (key, path) == ("python", "link"):
        assert resolve(Options(), known_codes(), root).python == root / "link"
        return
    message = f"`{key}` leads out of the project, to {path}; only the flag --{key} may do that"
    assert error(root) == f"pyproject.toml:2: {message}"


def test_an_environment_that_is_none_is_named_with_its_place(root: Path) -> None:
    (root / "pyproject.toml").write_text(f"{HEAD}python = '.'\n")
    with pytest.raises(UsageError, match=r"^pyproject\.toml:2: .* is neither a Python interpreter"):
        Session(resolve(Options(), known_codes(), root)).check()


def test_the_project_is_larger_than_the_folder_of_a_file_of_our_own(root: Path) -> None:
    (root / ".git").mkdir()
    (root / ".venv").mkdir()
    (root / "inner").mkdir()
    (root / "inner" / ".asyncpattern-lint.toml").write_text("python = '../.venv'\n")
    assert resolve(Options(), known_codes(), root / "inner").python == root / ".venv"
    (root / "inner" / ".asyncpattern-lint.toml").write_text("python = '../../.venv'\n")
    assert "leads out of the project" in error(root / "inner")


def test_a_flag_may_leave_the_project(root: Path) -> None:
    (root.parent / "outside").mkdir()
    made = resolve(
        Options(python="../outside", src=("../outside",), baseline="../outside/b"),
        known_codes(),
        root,
    )
    assert made.python == root.parent / "outside"
    assert made.src == (root.parent / "outside",)
    assert made.baseline == root.parent / "outside" / "b"


# --- lines ---------------------------------------------------------------------------------


def test_looking_for_a_line_ends(root: Path) -> None:
    noise = "".join(f"# selct {number}\n" for number in range(60_000))
    (root / "pyproject.toml").write_text(f"{HEAD}selct = []\n{noise}")
    start = time.process_time()
    assert "unknown key `selct`" in error(root)
    assert time.process_time() - start < 30


values = st.sampled_from(
    ('"key"', "[\n'key',\n# key\n]", '"""\nkey = 1\n"""', "1 # key", "{ key = 1 }")
)
statements = st.lists(
    st.one_of(
        st.builds("other{} = {}\n".format, st.integers(0, 10**9), values),
        st.sampled_from(("# key = 1\n", "\n")),
    ),
    max_size=6,
).map("".join)


@given(statements, statements, values)
def test_the_line_is_that_of_the_statement(before: str, after: str, value: str) -> None:
    text = f"{before}[table]\nkey = {value}\n{after}"
    import tomllib

    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert line_of(text, ("table", "key")) == before.count("\n") + 2


def test_the_limit_is_far_above_real_files() -> None:
    assert files_module.MAX_BYTES >= 1_000_000
