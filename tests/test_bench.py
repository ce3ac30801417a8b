"""The repositories that the measurements generate have the bugs that they say, and no others."""

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from asyncpattern_lint.config import Options, resolve
from asyncpattern_lint.rule import known_codes
from asyncpattern_lint.session import Session

BENCH = Path(__file__).parent.parent / "bench"

pytestmark = pytest.mark.skipif(not BENCH.exists(), reason="bench is not part of the package")


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(BENCH))
    return import_module


@pytest.mark.parametrize("seed", [0, 1])
def test_all_bugs_of_a_generated_repository_are_found(
    bench: Any, tmp_path: Path, seed: int
) -> None:
    generate = bench("generate")
    root = tmp_path / "made"
    made = generate.generate(120, seed)
    assert len(made.files) == 120
    assert made.bugs
    assert made == generate.generate(120, seed)
    generate.write(made, root)
    report = Session(resolve(Options(jobs=1), known_codes(), root)).check()
    found = [
        (Path(f.path).relative_to(root).as_posix(), f.span.line, f.code) for f in report.findings
    ]
    assert sorted(found) == sorted(made.bugs)


def test_every_user_of_a_changed_definition_is_wrong(bench: Any, tmp_path: Path) -> None:
    generate = bench("generate")
    made = generate.generate(60, 0)
    made.files["shop/hub.py"] = generate.HUBS[1]
    generate.write(made, tmp_path / "made")
    report = Session(resolve(Options(jobs=1), known_codes(), tmp_path / "made")).check()
    users = sum("hub.fetch" in text for text in made.files.values())
    assert len(report.findings) == len(made.bugs) + users
    assert sum(finding.code == "APL136" for finding in report.findings) == users


@pytest.mark.skipif(sys.platform == "win32", reason="it forks")
def test_a_generated_package_imports(bench: Any, tmp_path: Path) -> None:
    generate = bench("generate")
    made = generate.generate(30, 0)
    generate.write(made, tmp_path / "made")
    modules = "; ".join(
        f"import {path.removesuffix('.py').replace('/', '.')}" for path in made.files
    )
    subprocess.run([sys.executable, "-c", modules], cwd=tmp_path / "made", check=True)


def test_a_plot_is_a_document(bench: Any) -> None:
    series = {"ours": [(1_000, 2.0), (4_000, 8.0)], "other": [(1_000, 0.5)]}
    drawn = bench("plot").svg({"CPU, s": series, "wall, s": series})
    root = ElementTree.fromstring(drawn)
    assert len(root.findall(".//{*}polyline")) == 4
    assert "4,000" in drawn


def test_a_measured_tool_runs_as_if_installed(
    bench: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    (tmp_path / "imported.py").touch()
    (tmp_path / "script.py").write_text("import imported")
    sample = bench("measure").measure([sys.executable, "script.py"], tmp_path)
    assert sample.code == 0
    assert list(tmp_path.glob("__pycache__/imported.*.pyc"))


def test_pyright_is_told_of_the_tree_as_it_understands_it(bench: Any, tmp_path: Path) -> None:
    tree, scratch = tmp_path / "some/tree", tmp_path / "scratch"
    tree.mkdir(parents=True)
    scratch.mkdir()
    tools = bench("tools")
    line = tools.command(tools.Tool("pyright", "pyright", "1"), tree, scratch)
    [included] = json.loads(Path(line[-1]).read_text("utf-8"))["include"]
    assert not Path(included).is_absolute()  # it ignores those
    assert (scratch / included).resolve() == tree
