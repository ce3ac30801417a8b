"""Scripts and entry points are looked up where the project's files name them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from asyncpattern_lint.cli import main

SCRIPTS = """\
[project]
name = "shop"

[project.scripts]
shop = "shop.cli:main"
old = "shop.cli:start"

[project.gui-scripts]
window = "shop.windows:main"

[project.entry-points."shop.plugins"]
there = "shop.cli:Command.run"
gone = "shop.cli:Command.stop"
elsewhere = "another.package:main"

[tool.poetry.scripts]
poetic = { reference = "shop.cli:begin [color]", type = "console" }
"""

SETUP = """\
[metadata]
name = shop

[options.entry_points]
console_scripts =
    shop = shop.cli:main
    old = shop.cli:start
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    package = tmp_path / "src" / "shop"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "cli.py").write_text(
        "def main():\n    print(1)\n\n\nclass Command:\n    def run(self):\n        print(self)\n"
    )
    (tmp_path / "pyproject.toml").write_text(SCRIPTS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(*arguments: str) -> list[tuple[str, int, str]]:
    result = CliRunner().invoke(
        main, ["check", "--output-format", "json", *arguments], catch_exceptions=False
    )
    findings = json.loads(result.stdout)["findings"]
    assert all(finding["code"] == "APL306" for finding in findings)
    return [
        (finding["path"], finding["line"], finding["message"].split("`")[3]) for finding in findings
    ]


MISSING = [
    ("pyproject.toml", 6, "shop.cli:start"),
    ("pyproject.toml", 9, "shop.windows:main"),
    ("pyproject.toml", 13, "shop.cli:Command.stop"),
    ("pyproject.toml", 17, "shop.cli:begin"),
]


def test_each_table_is_read(project: Path) -> None:
    assert found() == MISSING
    assert found("src") == MISSING


def test_candidates_off_changes_nothing(project: Path) -> None:
    assert found("--no-candidates") == MISSING


def test_places_are_those_of_the_references(project: Path) -> None:
    result = CliRunner().invoke(main, ["check", "--output-format", "json"])
    first = json.loads(result.stdout)["findings"][0]
    line = SCRIPTS.splitlines()[first["line"] - 1]
    assert line[first["column"] - 1 : first["end_column"] - 1] == "shop.cli:start"


def test_setup_cfg_is_read(project: Path) -> None:
    (project / "pyproject.toml").unlink()
    (project / "setup.cfg").write_text(SETUP)
    assert found() == [("setup.cfg", 7, "shop.cli:start")]


def test_a_single_file_does_not_answer_for_the_project(project: Path) -> None:
    assert found("src/shop/cli.py") == []


def test_codes_can_be_ignored(project: Path) -> None:
    assert found("--ignore", "APL306") == []


def test_comments_suppress(project: Path) -> None:
    text = SCRIPTS.replace('"shop.cli:start"', '"shop.cli:start"  # noqa: APL306')
    (project / "pyproject.toml").write_text(text)
    assert found() == MISSING[1:]


def test_baselines_hold_them(project: Path) -> None:
    runner = CliRunner()
    runner.invoke(main, ["check", "--baseline", "known.json", "--write-baseline"])
    assert found("--baseline", "known.json") == []


@pytest.mark.parametrize(
    "text",
    [
        "[project.scripts]\nshop = 3\n",
        "[project]\nscripts = []\n",
        "[project.scripts]\nshop = 'no reference'\n",
        "[project.scripts]\nshop = 'shop.cli:'\n",
        "[project.scripts]\nthis is no table\n",
        "[tool.poetry.scripts]\nshop = { type = 'file' }\n",
    ],
)
def test_what_is_no_entry_point_is_left_alone(project: Path, text: str) -> None:
    (project / "pyproject.toml").write_text(text)
    assert found() == []


def test_a_module_that_a_build_makes_is_left_alone(project: Path) -> None:
    (project / "src" / "shop" / "fast.pyx").touch()
    (project / "pyproject.toml").write_text('[project.scripts]\nshop = "shop.fast:main"\n')
    assert found() == []
