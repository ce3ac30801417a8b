"""The real flake8, with the plugin, says what the command says, and obeys its own settings."""

import re
import subprocess
import sys
from importlib.metadata import entry_points
from multiprocessing import get_all_start_methods
from pathlib import Path
from typing import NamedTuple

import pytest

pytest.importorskip("flake8")

ROOT = Path(__file__).parent.parent.parent
PLACE = re.compile(r"^(.+?):(\d+):(\d+): (\w+) ", re.MULTILINE)

DEFINITIONS = "async def rows():\n    yield 1\n\n\nasync def count():\n    return 1\n"
CALLER = """\
from definitions import count, rows


async def main():
    return await rows(), [row for row in rows()]


async def total():
    return count() + 1
"""

Found = list[tuple[str, int, int, str]]


class Ran(NamedTuple):
    code: int
    found: Found
    output: str

    @property
    def codes(self) -> list[str]:
        return [code for *_, code in self.found]


def run(folder: Path, *command: str, text: str | None = None) -> Ran:
    process = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        input=text,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    output = process.stdout + process.stderr
    assert "Traceback" not in output
    found = [
        (path.removeprefix("./"), int(line), int(column), code)
        for path, line, column, code in PLACE.findall(process.stdout)
    ]
    return Ran(process.returncode, sorted(found), output)


def flake8(folder: Path, *arguments: str, text: str | None = None) -> Ran:
    return run(folder, "flake8", *arguments, text=text)


def own(folder: Path, *arguments: str) -> Ran:
    return run(folder, "asyncpattern_lint", "check", "--output-format=concise", *arguments)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "definitions.py").write_text(DEFINITIONS)
    (tmp_path / "caller.py").write_text(CALLER)
    return tmp_path


ALL_THREE = [
    ("caller.py", 5, 18, "APL131"),
    ("caller.py", 5, 42, "APL141"),
    ("caller.py", 9, 12, "APL163"),
]


def test_flake8_finds_the_plugin_where_the_package_is_installed() -> None:
    (plugin,) = entry_points(group="flake8.extension", name="APL")
    assert plugin.value == "asyncpattern_lint.integrations.flake8:Plugin"


# --- the same findings ---------------------------------------------------------------------


def test_it_says_what_the_command_says_with_any_number_of_jobs(root: Path) -> None:
    expected = own(root).found
    assert expected == ALL_THREE
    for jobs in ("1", "2"):
        ran = flake8(root, "--select=APL", "--jobs", jobs, ".")
        assert (ran.code, ran.found) == (1, expected)


@pytest.mark.parametrize("method", get_all_start_methods())
def test_workers_may_be_started_in_any_way(root: Path, method: str) -> None:
    start = f"import multiprocessing as m; m.set_start_method({method!r})\n"
    program = "from flake8.main.cli import main; raise SystemExit(main(['--jobs=2', '.']))"
    process = subprocess.run(
        [sys.executable, "-c", start + program],
        cwd=root,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    places = [(int(line), int(at), code) for _, line, at, code in PLACE.findall(process.stdout)]
    assert places == [place[1:] for place in ALL_THREE]


def test_it_is_on_without_being_asked_for(root: Path) -> None:
    assert flake8(root).found == ALL_THREE


def test_files_that_are_named_are_seen_in_their_project(root: Path) -> None:
    assert flake8(root, "caller.py").found == ALL_THREE
    assert flake8(root, "definitions.py").found == []


def test_columns_count_characters_behind_a_byte_order_mark(root: Path) -> None:
    text = "\ufefffrom definitions import rows; é = [row for row in rows()]\n"
    (root / "caller.py").write_text(text, encoding="utf-8")
    assert flake8(root, "--select=APL").found == own(root).found != []


def test_findings_of_the_examples_are_the_same() -> None:
    ran = flake8(ROOT, "--isolated", "--select=APL", "examples")
    assert ran.found == own(ROOT, "examples").found
    assert len(ran.found) == 3


# --- flake8's own settings -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [
        (["--select=APL1"], ["APL131", "APL141", "APL163"]),
        (["--select=APL13"], ["APL131"]),
        (["--extend-ignore=APL131,APL16"], ["APL141"]),
        (["--ignore=APL"], []),
        (["--per-file-ignores=caller.py:APL141"], ["APL131", "APL163"]),
        (["--exclude=caller.py"], []),
        (["--select=F,E,W"], []),
    ],
)
def test_what_flake8_selects_and_ignores_counts(
    root: Path, arguments: list[str], codes: list[str]
) -> None:
    assert flake8(root, *arguments).codes == codes


def test_noqa_is_left_to_flake8_and_our_own_comments_count(root: Path) -> None:
    text = CALLER.replace("row in rows()]", "row in rows()]  # noqa: APL131")
    text = text.replace("count() + 1", "count() + 1  # apl: ignore[APL163]")
    (root / "caller.py").write_text(text)
    assert flake8(root, "--select=APL").codes == ["APL141"]
    assert flake8(root, "--select=APL", "--disable-noqa").codes == ["APL131", "APL141"]


def test_a_file_that_flake8_skips_is_silent(root: Path) -> None:
    (root / "caller.py").write_text("# flake8: noqa\n" + CALLER)
    assert flake8(root, "--select=APL").codes == []


def test_codes_that_are_off_are_reported_once_they_are_selected(root: Path) -> None:
    (root / "caller.py").write_text("x = 1  # apl: ignore\n")
    assert flake8(root, "--ignore=E,W").codes == []
    assert flake8(root, "--select=APL902").codes == ["APL902"]
    assert flake8(root, "--extend-select=APL902", "--ignore=E").codes == ["APL902"]


# --- text that is not on the disk --------------------------------------------------------------


def test_standard_input_stands_in_for_a_file(root: Path) -> None:
    arguments = ["--select=APL", "--stdin-display-name", "caller.py", "-"]
    assert flake8(root, *arguments, text=CALLER).found == ALL_THREE
    assert flake8(root, *arguments, text=f"\n{CALLER}").found[0][1] == 6
    assert flake8(root, *arguments, text="x = 1\n").found == []


def test_standard_input_needs_no_name(root: Path) -> None:
    assert flake8(root, "--select=APL", "-", text=CALLER).codes == ["APL131", "APL141", "APL163"]


# --- bad input -----------------------------------------------------------------------------


def test_a_broken_file_is_flake8s_to_report_and_disturbs_no_other(root: Path) -> None:
    (root / "broken.py").write_text("async def f(:\n")
    ran = flake8(root, "--select=APL,E9")
    assert ran.codes == ["E999", "APL131", "APL141", "APL163"]
    assert "APL" not in flake8(root, "--select=APL,E9", "broken.py").output


def test_files_that_are_not_there_are_flake8s_to_report(root: Path) -> None:
    assert flake8(root, "nowhere.py").codes == ["E902"]
    assert flake8(root, "--select=APL", "nowhere.py", "caller.py").found == ALL_THREE


@pytest.mark.parametrize(
    ("arguments", "configuration", "message"),
    [
        (["--apl-python=nowhere"], "", "cannot use nowhere in --apl-python: "),
        ([], "selct = []", "unknown key `selct`"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    root: Path, arguments: list[str], configuration: str, message: str
) -> None:
    (root / "pyproject.toml").write_text(f"[tool.asyncpattern-lint]\n{configuration}\n")
    ran = flake8(root, *arguments)
    assert ran.code == 1
    assert message in ran.output
    assert ran.output.count("\n") == 2


# --- our settings ------------------------------------------------------------------------------


def test_our_configuration_counts_too(root: Path) -> None:
    (root / "pyproject.toml").write_text('[tool.asyncpattern-lint]\nignore = ["APL16"]\n')
    assert flake8(root).codes == ["APL131", "APL141"]
    assert flake8(root, "--apl-isolated").codes == ["APL131", "APL141", "APL163"]
    (root / "other.toml").write_text('select = ["APL16"]\n')
    assert flake8(root, "--apl-config=other.toml").codes == ["APL163"]


def test_options_may_stand_in_the_configuration_of_flake8(root: Path) -> None:
    assert own(root, "--write-baseline=known.json", "--select=APL13").code == 0
    (root / ".flake8").write_text("[flake8]\napl-baseline = known.json\napl_src = lib\n")
    (root / "lib").mkdir()
    (root / "lib" / "far.py").write_text("async def far():\n    yield 1\n")
    (root / "near").mkdir()
    (root / "near" / "a.py").write_text("import far\n\nlist(far.far())\n")
    assert flake8(root).codes == ["APL141", "APL163", "APL141"]


def test_files_that_we_leave_out_are_looked_at_if_flake8_asks(root: Path) -> None:
    (root / "pyproject.toml").write_text('[tool.asyncpattern-lint]\nexclude = ["caller.py"]\n')
    assert own(root).found == []
    for jobs in ("1", "2"):
        assert flake8(root, "--jobs", jobs).found == ALL_THREE
    (root / "pyproject.toml").write_text(
        '[tool.asyncpattern-lint]\nexclude = ["caller.py"]\nforce-exclude = true\n'
    )
    assert flake8(root).found == []


def test_installed_packages_are_not_checked(root: Path) -> None:
    site = root / ".venv" / "lib" / "python3.11" / "site-packages"
    site.mkdir(parents=True)
    (root / ".venv" / "pyvenv.cfg").write_text("version = 3.11\n")
    (site / "wrong.py").write_text(DEFINITIONS + "\n\nlist(rows())\n")
    assert flake8(root).found == ALL_THREE


# --- cost ----------------------------------------------------------------------------------


def test_a_version_costs_no_analysis() -> None:
    """Of this package, and of what it rests on, only the plugin's own module is imported."""
    shown = "import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr))\n"
    start = "from flake8.main.cli import main; sys.exit(main(['--version']))"
    process = subprocess.run(
        [sys.executable, "-c", shown + start],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    imported = set(process.stderr.split())
    assert {name for name in imported if name.startswith("asyncpattern_lint")} == {
        "asyncpattern_lint",
        "asyncpattern_lint.integrations",
        "asyncpattern_lint.integrations.flake8",
    }
    assert not imported & {"click", "libcst", "msgspec", "pathspec"}
