"""What the house promises of itself: codes in step, small modules, a quick start, no traces."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import asyncpattern_lint
from asyncpattern_lint.rule import known_codes, rules

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "src").rglob("*.py"))

#: A module longer than this holds more than one idea.
LINES = 800


def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def codes_in(text: str) -> set[str]:
    return set(re.findall(r"\bAPL\d{3}\b", text))


@pytest.mark.parametrize("page", ["README.md", "CHANGELOG.md"])
def test_pages_name_every_code_and_no_other(page: str) -> None:
    assert codes_in(text_of(page)) == set(known_codes())


@pytest.mark.parametrize(
    "page", sorted(p.relative_to(ROOT).as_posix() for p in (ROOT / "docs").rglob("*.md"))
)
def test_documents_name_no_code_that_does_not_exist(page: str) -> None:
    assert codes_in(text_of(page)) <= set(known_codes())


def test_sources_name_no_code_that_does_not_exist() -> None:
    for source in SOURCES:
        assert codes_in(source.read_text(encoding="utf-8")) <= set(known_codes()), source


def test_the_readme_says_what_is_on_by_default() -> None:
    off = [code for code, default in known_codes().items() if not default]
    *first, last = off
    listed = f"{', '.join(first)} and {last}" if first else last
    assert f"All codes but {listed} are on by default." in text_of("README.md")


def test_rules_say_their_codes_in_their_first_line() -> None:
    for rule in rules():
        line = (sys.modules[type(rule).__module__].__doc__ or "").splitlines()[0]
        row = {f"{code[:5]}x" for code in rule.codes} if len(rule.codes) > 1 else set(rule.codes)
        assert line.partition(":")[0] in row


def test_the_changelog_knows_the_version() -> None:
    assert asyncpattern_lint.__version__ in text_of("CHANGELOG.md")
    assert f'version = "{asyncpattern_lint.__version__}"' in text_of("pyproject.toml")


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_modules_are_small(source: Path) -> None:
    assert len(source.read_text(encoding="utf-8").splitlines()) <= LINES


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_modules_say_what_they_are(source: Path) -> None:
    assert ast.get_docstring(ast.parse(source.read_bytes()))


def test_the_architecture_page_names_modules_that_exist() -> None:
    package = ROOT / "src" / "asyncpattern_lint"
    named = re.findall(r"`((?:\w+/)*\w+\.py)`", text_of("docs/architecture.md"))
    there = {path.name for path in SOURCES} | {p.name for p in (ROOT / "tests").glob("*.py")}
    assert named
    for name in named:
        if "/" in name:
            assert (package / name).exists() or (ROOT / name).exists(), name
        else:
            assert name in there, name


# --- start-up --------------------------------------------------------------------------------


def imported(*arguments: str) -> set[str]:
    """Return the modules that a Python process with these arguments imports."""
    process = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    lines = re.findall(r"^import time:.*\|\s*([\w.]+)$", process.stderr, re.MULTILINE)
    return {line for line in lines if line != "package"}


@cache
def interpreter() -> set[str]:
    """Return what Python imports for itself, hooks of installed packages included."""
    return imported("-c", "pass")


def heavy(found: set[str], *names: str) -> set[str]:
    """Return those of the modules that lie in one of the packages."""
    return {
        module
        for module in found - interpreter()
        if any(f"{module}.".startswith(f"{name}.") for name in names)
    }


SLOW = ("asyncio", "concurrent.futures", "libcst", "multiprocessing")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["changed", "--help"],
        ["check", "--help"],
        ["config", "--help"],
        ["rule", "--help"],
    ],
)
def test_help_costs_what_python_and_click_cost(arguments: list[str]) -> None:
    found = imported("-m", "asyncpattern_lint", *arguments)
    assert "click" in found
    assert not heavy(found, *SLOW, "msgspec", "pathspec", "asyncpattern_lint.analysis")


def test_rules_are_explained_without_an_analysis() -> None:
    found = imported("-m", "asyncpattern_lint", "rule", "--all")
    assert "asyncpattern_lint.documentation" in found
    assert not heavy(found, *SLOW, "pathspec", "asyncpattern_lint.analysis")


@pytest.mark.parametrize("form", ["sarif", "junit"])
def test_a_format_costs_a_clean_run_no_heavy_module(form: str, tmp_path: Path) -> None:
    (tmp_path / "clean.py").write_text("x = 1\n", encoding="utf-8")
    found = imported("-m", "asyncpattern_lint", "check", str(tmp_path), f"--output-format={form}")
    assert not heavy(found, *SLOW, "xml")


def test_a_clean_run_needs_no_syntax_tree_with_positions(tmp_path: Path) -> None:
    """A file with uses, all of them right, is settled by its outline."""
    file = tmp_path / "clean.py"
    file.write_text(
        "async def rows():\n    yield 1\n\n\nasync def main():\n    async for row in rows():\n"
        "        print(row)\n"
    )
    found = imported("-m", "asyncpattern_lint", "check", str(file))
    assert "msgspec" in found
    assert not heavy(found, *SLOW)


def test_a_run_without_configuration_parses_none(tmp_path: Path) -> None:
    """A pyproject.toml that does not speak to us is looked into, and that is all."""
    (tmp_path / "pyproject.toml").write_text("[tool.other]\n")
    (tmp_path / "a.py").touch()
    assert not heavy(imported("-m", "asyncpattern_lint", "check", str(tmp_path)), "tomllib")
    (tmp_path / "pyproject.toml").write_text("[tool.asyncpattern-lint]\n")
    assert heavy(imported("-m", "asyncpattern_lint", "check", str(tmp_path)), "tomllib")


def test_a_run_that_finds_something_needs_libcst(tmp_path: Path) -> None:
    """So the tests above would notice if they looked in the wrong place."""
    file = tmp_path / "wrong.py"
    file.write_text("async def rows():\n    yield 1\n\n\nasync def main():\n    await rows()\n")
    found = imported("-m", "asyncpattern_lint", "check", str(file), "--exit-zero")
    assert heavy(found, "libcst")


# --- traces ----------------------------------------------------------------------------------

#: Folders and files that are made by tools, or are other people's code.
MADE = {"__pycache__", "build", "dist", "node_modules", "trees", "venv"}

#: The homes and work places of machines, as absolute paths.
TRACE = re.compile(r"(?<![\w./<>~-])/(?:home|root|Users|work|workspace|mnt|opt)/\w")


def own_files(folder: Path = ROOT) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        hidden = path.name.startswith(".") and path.name not in {".ci", ".pre-commit-hooks.yaml"}
        if hidden or path.name in MADE or path.name.endswith(".egg-info"):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from own_files(path)
        elif path.is_file():
            yield path


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    traces = {
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in own_files()
        for match in TRACE.finditer(path.read_bytes().decode("utf-8", "replace"))
    }
    assert not traces


def test_a_trace_would_be_seen() -> None:
    assert TRACE.search("open('/" + "home/me/x')")
    assert not TRACE.search("https://example.org/home/me and app/work/x")
