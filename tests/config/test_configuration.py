"""Which file governs which file, which layer wins, and what each setting does to a run."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from asyncpattern_lint.config import Options, Settings, UsageError, resolve
from asyncpattern_lint.findings import Report
from asyncpattern_lint.rule import known_codes
from asyncpattern_lint.session import Session

WRONG = """\
async def rows():
    yield 1


async def main():
    await rows()
    for x in rows():
        pass
"""
AWAIT, FOR = "APL131", "APL141"

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file below the project; a configuration's text without its head."""

    def write(name: str, text: str = WRONG, *, head: str = "[tool.asyncpattern-lint]\n") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(head + text if path.name == "pyproject.toml" else text)
        return path

    (tmp_path / ".git").mkdir()
    return write


def settings(root: Path, *paths: str, cwd: str = "", **options: Any) -> Settings:
    typed = Options(paths=paths, **{"jobs": 1, **options})
    return resolve(typed, known_codes(), root / cwd)


def check(root: Path, *paths: str, cwd: str = "", **options: Any) -> Report:
    return Session(settings(root, *paths, cwd=cwd, **options)).check()


def found(root: Path, *paths: str, cwd: str = "", **options: Any) -> dict[str, list[str]]:
    """Return the codes found in each file that was checked and has a finding."""
    codes: dict[str, list[str]] = {}
    for finding in check(root, *paths, cwd=cwd, **options).findings:
        name = Path(os.path.relpath(finding.path, root)).as_posix()
        codes.setdefault(name, []).append(finding.code)
    return codes


# --- which file governs --------------------------------------------------------------------


def test_without_a_configuration_the_defaults_hold(tmp_path: Path, write: Write) -> None:
    write("a.py")
    assert found(tmp_path) == {"a.py": [AWAIT, FOR]}
    assert settings(tmp_path).enabled == frozenset(code for code, on in known_codes().items() if on)


@pytest.mark.parametrize("name", ["pyproject.toml", ".asyncpattern-lint.toml"])
def test_a_file_is_read(tmp_path: Path, write: Write, name: str) -> None:
    write("a.py")
    write(name, 'select = ["APL13"]\n')
    assert found(tmp_path) == {"a.py": [AWAIT]}


def test_our_own_file_wins_over_a_pyproject_beside_it(tmp_path: Path, write: Write) -> None:
    write("a.py")
    write("pyproject.toml", 'select = ["APL13"]\n')
    write(".asyncpattern-lint.toml", 'select = ["APL14"]\n')
    assert found(tmp_path) == {"a.py": [FOR]}


def test_an_empty_file_of_our_own_is_a_configuration(tmp_path: Path, write: Write) -> None:
    write("pyproject.toml", 'select = ["APL13"]\n')
    write("inner/.asyncpattern-lint.toml", "")
    write("inner/a.py")
    assert found(tmp_path) == {"inner/a.py": [AWAIT, FOR]}


def test_the_nearest_file_governs_and_nothing_is_merged(tmp_path: Path, write: Write) -> None:
    write("pyproject.toml", 'select = ["APL13"]\nignore = ["APL14"]\n')
    write("inner/pyproject.toml", 'extend-select = ["APL14"]\n')
    for name in ("a.py", "inner/b.py", "inner/deep/c.py", "other/d.py"):
        write(name)
    assert found(tmp_path) == {
        "a.py": [AWAIT],
        "inner/b.py": [AWAIT, FOR],
        "inner/deep/c.py": [AWAIT, FOR],
        "other/d.py": [AWAIT],
    }
    assert found(tmp_path, "inner/deep", "a.py") == {
        "a.py": [AWAIT],
        "inner/deep/c.py": [AWAIT, FOR],
    }


def test_a_pyproject_without_our_table_is_passed_over(tmp_path: Path, write: Write) -> None:
    write("pyproject.toml", 'select = ["APL13"]\n')
    write("inner/pyproject.toml", '[project]\nname = "x"\n', head="")
    write("other/pyproject.toml", '[project]\nrequires = "asyncpattern-lint"\n', head="")
    write("broken/pyproject.toml", "[[[\n", head="")
    write("latin/pyproject.toml", "", head="").write_bytes(b"# \xe9\n")
    for folder in ("inner", "other", "broken", "latin"):
        write(f"{folder}/a.py")
    assert set(map(tuple, found(tmp_path).values())) == {(AWAIT,)}


def test_a_file_above_the_working_directory_governs(tmp_path: Path, write: Write) -> None:
    write("pyproject.toml", 'select = ["APL13"]\n')
    write("deep/er/a.py")
    assert found(tmp_path, cwd="deep/er") == {"deep/er/a.py": [AWAIT]}


def test_a_table_may_be_written_in_many_ways(tmp_path: Path, write: Write) -> None:
    write("a.py")
    for text in (
        '[tool]\nasyncpattern-lint = { select = ["APL13"] }\n',
        '[tool]\nasyncpattern-lint.select = ["APL13"]\n',
        '[tool."asyncpattern-lint"]\r\n"select" = [\r\n  "APL13",\r\n]\r\n',
        '\ufeff[tool.asyncpattern-lint]\nselect = ["APL13"]\n',
    ):
        write("pyproject.toml", text, head="")
        assert found(tmp_path) == {"a.py": [AWAIT]}


# --- which layer wins ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "flags", "expected"),
    [
        ('select = ["APL13"]', {}, [AWAIT]),
        ("select = []", {}, []),
        ('ignore = ["APL13"]', {}, [FOR]),
        ('extend-ignore = ["apl13"]', {}, [FOR]),
        ('select = ["APL1"]\nignore = ["APL1"]', {}, []),
        ('select = ["APL131"]\nignore = ["APL1"]', {}, [AWAIT]),
        ('select = ["APL13"]\nextend-select = ["APL14"]', {}, [AWAIT, FOR]),
        ('extend-select = ["APL14"]', {"select": ("APL13",)}, [AWAIT]),
        ('ignore = ["APL131"]', {"select": ("APL13",)}, [AWAIT]),
        ('ignore = ["APL131"]', {"extend_select": ("APL1",)}, [AWAIT, FOR]),
        ('select = ["APL131"]', {"ignore": ("APL",)}, []),
        ('select = ["APL131"]', {"extend_select": ("APL141",)}, [AWAIT, FOR]),
        ('select = ["APL"]', {"config": ('select = ["APL14"]',)}, [FOR]),
        ('select = ["APL"]', {"config": ('ignore = ["APL14"]',)}, [AWAIT]),
        ("", {"config": ('select = ["APL14"]',), "select": ("APL13",)}, [AWAIT]),
        ('select = ["APL13"]', {"isolated": True}, [AWAIT, FOR]),
        ('select = ["APL13"]', {"isolated": True, "config": ("ignore=['APL13']",)}, [FOR]),
        ('per-file-ignores = { "a.py" = ["APL13"] }', {"select": ("APL1",)}, [FOR]),
        (
            'per-file-ignores = { "a.py" = ["APL13"] }',
            {"per_file_ignores": ("b.py:APL1,a.py:APL14",)},
            [AWAIT],
        ),
    ],
)
def test_flags_win_over_pairs_and_pairs_over_files(
    tmp_path: Path, write: Write, file: str, flags: dict[str, Any], expected: list[str]
) -> None:
    write("a.py")
    write("pyproject.toml", file)
    assert found(tmp_path, **flags).get("a.py", []) == expected


def test_a_file_that_is_named_replaces_those_that_are_found(tmp_path: Path, write: Write) -> None:
    write("a.py")
    write("inner/b.py")
    write("pyproject.toml", 'select = ["APL13"]\n')
    write("inner/pyproject.toml", 'select = ["APL13"]\n')
    write("ci/lint.toml", 'select = ["APL14"]\nexclude = ["inner/b.py"]\n')
    assert found(tmp_path, config=("ci/lint.toml",)) == {"a.py": [FOR]}
    other = write("ci/pyproject.toml", 'select = ["APL14"]\n')
    assert found(tmp_path, config=(str(other),)) == {"a.py": [FOR], "inner/b.py": [FOR]}


# --- single files --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "quiet"),
    [
        ("tests/*", {"tests/b.py", "tests/deep/c.py"}),
        ("tests/**/c.py", {"tests/deep/c.py"}),
        ("c.py", {"tests/deep/c.py"}),
        ("tests", set()),
        ("!tests/*", {"a.py"}),
        ("!a.py", {"tests/b.py", "tests/deep/c.py"}),
        ("./a.py", {"a.py"}),
    ],
)
def test_codes_are_ignored_in_files_that_a_pattern_matches(
    tmp_path: Path, write: Write, pattern: str, quiet: set[str]
) -> None:
    names = ("a.py", "tests/b.py", "tests/deep/c.py")
    for name in names:
        write(name)
    write("pyproject.toml", f'[tool.asyncpattern-lint.per-file-ignores]\n"{pattern}" = ["APL13"]\n')
    expected = {name: [FOR] if name in quiet else [AWAIT, FOR] for name in names}
    assert found(tmp_path) == expected
    assert found(tmp_path, "..", cwd="tests") == expected


def checked(root: Path, *paths: str, cwd: str = "", **options: Any) -> set[str]:
    return set(found(root, *paths, cwd=cwd, **options))


def test_excludes_start_at_the_configuration(tmp_path: Path, write: Write) -> None:
    for name in ("gen/a.py", "app/gen/b.py", "app/c.py", "venv/d.py"):
        write(name)
    write("pyproject.toml", 'extend-exclude = ["app/gen"]\n')
    assert checked(tmp_path) == checked(tmp_path, "..", cwd="app") == {"gen/a.py", "app/c.py"}
    write("pyproject.toml", 'exclude = ["gen"]\n')
    assert checked(tmp_path) == {"app/c.py", "venv/d.py"}
    assert checked(tmp_path, extend_exclude=("c.py",)) == {"venv/d.py"}
    assert checked(tmp_path, exclude=("c.py,venv",)) == {"gen/a.py", "app/gen/b.py"}


def test_what_is_named_is_checked_unless_excludes_are_forced(tmp_path: Path, write: Write) -> None:
    write("gen/a.py")
    write("b.py")
    write("pyproject.toml", 'exclude = ["gen"]\n')
    assert checked(tmp_path, "gen/a.py", "b.py") == {"gen/a.py", "b.py"}
    assert checked(tmp_path, "gen/a.py", "b.py", force_exclude=True) == {"b.py"}
    write("pyproject.toml", 'exclude = ["gen"]\nforce-exclude = true\n')
    assert checked(tmp_path, "gen", "b.py") == {"b.py"}
    assert checked(tmp_path, "gen", force_exclude=False) == {"gen/a.py"}


def test_a_folder_above_the_configuration_excludes_nothing(tmp_path: Path, write: Write) -> None:
    write("build/project/a.py")
    write("build/project/pyproject.toml")
    write("build/project/pyproject.toml", "force-exclude = true\n")
    assert checked(tmp_path, "a.py", cwd="build/project") == {"build/project/a.py"}


def test_an_inner_configuration_excludes_what_is_below_it(tmp_path: Path, write: Write) -> None:
    write("inner/pyproject.toml", 'exclude = ["a.py"]\n')
    for name in ("a.py", "inner/a.py", "inner/b.py"):
        write(name)
    assert checked(tmp_path) == {"a.py", "inner/b.py"}


def test_gitignore_can_be_passed_over(tmp_path: Path, write: Write) -> None:
    write("a.py")
    write("deep/a.py")
    write("b.py")
    write(".gitignore", "a.py\n")
    assert checked(tmp_path) == {"b.py"}
    assert checked(tmp_path, respect_gitignore=False) == {"a.py", "b.py", "deep/a.py"}
    write("pyproject.toml", "respect-gitignore = false\n")
    assert checked(tmp_path) == {"a.py", "b.py", "deep/a.py"}


# --- the whole run -------------------------------------------------------------------------


def test_the_run_is_at_home_in_the_working_directory(tmp_path: Path, write: Write) -> None:
    write("inner/a.py")
    write("inner/pyproject.toml", 'output-format = "json"\n')
    assert settings(tmp_path).output_format == "full"
    assert settings(tmp_path, "inner").output_format == "json"
    assert settings(tmp_path, "..", cwd="inner").output_format == "full"
    write("pyproject.toml", 'output-format = "concise"\n')
    assert settings(tmp_path, "inner").output_format == "concise"
    assert settings(tmp_path, cwd="inner").output_format == "json"
    assert settings(tmp_path, output_format="full").output_format == "full"


def test_what_the_run_needs(tmp_path: Path, write: Write) -> None:
    (tmp_path / "lib").mkdir()
    text = """
        python = ".venv"
        src = ["lib", "."]
        target-version = "py312"
        baseline = "ci/baseline.json"
        never-baseline = ["APL3"]
        fixable = ["APL1"]
        unfixable = ["APL13"]
        unsafe-fixes = true
    """
    (tmp_path / ".venv").mkdir()
    write("pyproject.toml", text)
    made = settings(tmp_path)
    assert made.python == tmp_path / ".venv"
    assert made.src == (tmp_path / "lib", tmp_path)
    assert made.target_version == (3, 12)
    assert made.baseline == tmp_path / "ci/baseline.json"
    assert made.never_baseline == {code for code in known_codes() if code.startswith("APL3")}
    assert made.fixable is not None
    assert {"APL112", "APL141"} < made.fixable
    assert not {"APL131", "APL301"} & made.fixable
    assert made.fixable ^ made.unfixable == set(known_codes())
    assert made.unsafe_fixes
    assert settings(tmp_path, target_version="py311").target_version == (3, 11)


@pytest.mark.parametrize("name", ["pyproject.toml", ".asyncpattern-lint.toml"])
def test_the_version_may_be_the_projects_own(tmp_path: Path, write: Write, name: str) -> None:
    project = '[project]\nname = "x"\nrequires-python = ">=3.12,<4"\n'
    write("pyproject.toml", project, head="")
    assert settings(tmp_path).target_version is None
    if name == "pyproject.toml":
        write(name, f"{project}[tool.asyncpattern-lint]\n", head="")
    else:
        write(name, "")
    assert settings(tmp_path).target_version == (3, 12)


VERSIONED = """\
import sys


async def pages():
    yield 1


async def main():
    if sys.version_info >= (3, 13):
        await pages()
    else:
        for page in pages():
            pass
"""

STUB = """\
import sys

if sys.version_info >= (3, 13):
    async def rows() -> list[int]: ...
else:
    def rows() -> list[int]: ...
"""


def test_the_version_decides_what_runs(tmp_path: Path, write: Write) -> None:
    write("a.py", VERSIONED)
    assert found(tmp_path, target_version="py312") == {"a.py": [FOR]}
    assert found(tmp_path, target_version="py313") == {"a.py": [AWAIT]}


def test_the_version_decides_what_a_stub_says(tmp_path: Path, write: Write) -> None:
    write("shape.pyi", STUB)
    write("use.py", "import shape\n\nfor x in shape.rows():\n    pass\n")
    assert found(tmp_path, target_version="py312") == {}
    assert found(tmp_path, target_version="py313") == {"use.py": ["APL143"]}


def test_sources_are_roots_for_every_file(tmp_path: Path, write: Write) -> None:
    write("code/lib/rows.py", "async def rows():\n    yield 1\n")
    write("checks/deep/a.py", "from rows import rows\n\nfor x in rows():\n    pass\n")
    write("checks/deep/__init__.py", "")
    assert found(tmp_path) == {}
    assert found(tmp_path, src=("code/lib",)) == {"checks/deep/a.py": [FOR]}
    write("pyproject.toml", 'src = ["code/lib"]\n')
    assert found(tmp_path) == {"checks/deep/a.py": [FOR]}


# --- standard input ------------------------------------------------------------------------


def test_text_stands_in_for_a_file(tmp_path: Path, write: Write) -> None:
    write("a.py", "async def rows():\n    return []\n")
    use = b"from a import rows\n\nfor x in rows():\n    pass\n"
    assert found(tmp_path, stdin=use, stdin_filename="use.py") == {"use.py": ["APL143"]}
    name = "no/such/use.py"
    assert found(tmp_path, stdin=use, stdin_filename=name) == {name: ["APL143"]}
    assert found(tmp_path, "-", stdin=WRONG.encode()) == {"-": [AWAIT, FOR]}
    assert found(tmp_path, stdin=WRONG.encode(), stdin_filename="a.py") == {"a.py": [AWAIT, FOR]}


def test_the_text_is_governed_as_the_file_is(tmp_path: Path, write: Write) -> None:
    write(
        "pyproject.toml",
        'exclude = ["gen"]\n[tool.asyncpattern-lint.per-file-ignores]\n"t/*" = ["APL13"]',
    )
    text = WRONG.encode()
    assert found(tmp_path, stdin=text, stdin_filename="t/new.py") == {"t/new.py": [FOR]}
    assert checked(tmp_path, stdin=text, stdin_filename="gen/new.py") == {"gen/new.py"}
    forced = check(tmp_path, stdin=text, stdin_filename="gen/new.py", force_exclude=True)
    assert (forced.files, forced.findings) == (0, ())


@pytest.mark.parametrize(
    ("text", "code"), [(b"def", "APL901"), (b"\xff", "APL901"), (b"\0", "APL901"), (b"", None)]
)
def test_text_that_cannot_be_parsed_is_a_finding(
    tmp_path: Path, write: Write, text: bytes, code: str | None
) -> None:
    expected = {} if code is None else {"a.py": [code]}
    assert found(tmp_path, stdin=text, stdin_filename="a.py") == expected


def test_text_is_checked_alone(tmp_path: Path, write: Write) -> None:
    write("a.py")
    with pytest.raises(UsageError, match="alone"):
        settings(tmp_path, "-", "a.py", stdin=b"")
    with pytest.raises(UsageError, match="no name of a file"):
        settings(tmp_path, stdin=b"", stdin_filename=".")


# --- reading -------------------------------------------------------------------------------


def test_each_file_is_read_once(
    tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("pyproject.toml", 'select = ["APL13"]\n')
    write("inner/pyproject.toml", 'select = ["APL14"]\n')
    for number in range(4):
        write(f"inner/d{number}/a.py")
    read: list[str] = []
    real = Path.read_bytes

    def read_bytes(path: Path) -> bytes:
        read.append(str(path))
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    check(tmp_path)
    configurations = [path for path in read if path.endswith(".toml")]
    assert len(configurations) == len(set(configurations)) == 2
