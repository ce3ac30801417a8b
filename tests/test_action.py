"""The action for GitHub: its script runs as a runner would run it, and runs nothing else."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
(STEP,) = ACTION["runs"]["steps"]

WRONG = "async def rows():\n    yield 1\n\n\nasync def main():\n    await rows()\n"


def test_it_is_a_composite_action_with_documented_inputs() -> None:
    assert ACTION["runs"]["using"] == "composite"
    assert STEP["shell"] == "bash"
    assert set(ACTION["inputs"]) == {"args", "version", "working-directory"}
    for given in ACTION["inputs"].values():
        assert given["description"]
        assert isinstance(given["default"], str)


def test_no_input_gets_into_the_text_of_the_script() -> None:
    assert "${{" not in STEP["run"]
    passed = {f"${{{{ inputs.{name} }}}}" for name in ACTION["inputs"]}
    assert set(STEP["env"].values()) == passed
    for name in STEP["env"]:
        assert name in STEP["run"]


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a ``python3`` whose virtual environments know this one's packages.

    So the script runs as it is, and needs no package index: its pip only says what it is told.
    """
    folder = tmp_path_factory.mktemp("bin")
    shim = folder / "python3"
    known = "\n".join(
        f"import site; site.addsitedir({path!r})"
        for path in sys.path
        if path.endswith("site-packages")
    )
    shim.write_text(
        f"""#!{sys.executable}
import pathlib, subprocess, sys
making = sys.argv[1:4] == ["-I", "-m", "venv"]
extra = ["--without-pip"] if making else []
status = subprocess.run([{sys.executable!r}, *sys.argv[1:], *extra]).returncode
if making:
    site, = pathlib.Path(sys.argv[4]).glob("[Ll]ib/**/site-packages")
    site.joinpath("known.pth").write_text({known!r})
    pip = site / "pip" / "__main__.py"
    pip.parent.mkdir()
    pip.with_name("__init__.py").touch()
    pip.write_text("import sys; print('pip', *sys.argv[1:], file=sys.stderr)\\n")
sys.exit(status)
""",
        encoding="utf-8",
    )
    shim.chmod(0o755)
    return folder


def run(
    workspace: Path, shims: Path | None = None, **given: str
) -> subprocess.CompletedProcess[str]:
    """Run the script in a workspace with the environment that a runner sets."""
    inputs = {name: value["default"] for name, value in ACTION["inputs"].items()}
    inputs |= {name.replace("_", "-"): value for name, value in given.items()}
    passed = {
        name: inputs[value.removeprefix("${{ inputs.").removesuffix(" }}")]
        for name, value in STEP["env"].items()
    }
    temporary = workspace.parent / "temporary"
    temporary.mkdir(exist_ok=True)
    path = os.environ["PATH"] if shims is None else f"{shims}{os.pathsep}{os.environ['PATH']}"
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in {"VIRTUAL_ENV", "FORCE_COLOR", "PYTHONPATH"}
    }
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEP["run"]],
        cwd=workspace,
        env={
            **inherited,
            **passed,
            "PATH": path,
            "RUNNER_TEMP": str(temporary),
            "GITHUB_ACTION_PATH": str(ROOT),
        },
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "work space"
    (folder / "app").mkdir(parents=True)
    (folder / "app" / "main.py").write_text(WRONG, encoding="utf-8")
    return folder


def test_findings_become_annotations(workspace: Path, python: Path) -> None:
    result = run(workspace, python)
    assert result.returncode == 1, result.stderr
    assert result.stdout.startswith("::error title=asyncpattern-lint (APL131),file=")
    assert f"pip --quiet --disable-pip-version-check install -- {ROOT}\n" in result.stderr


def test_inputs_are_heeded(workspace: Path, python: Path) -> None:
    result = run(
        workspace, python,
        args="main.py --select 'APL1, APL3' --exit-zero --output-format 'sarif:out put.sarif'",
        version="0.1.0", working_directory="app",
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert "install -- asyncpattern-lint==0.1.0\n" in result.stderr
    assert f"{workspace}/app/main.py".replace(",", "%2C") in result.stdout
    assert (workspace / "app" / "out put.sarif").is_file()


@pytest.mark.parametrize("name", ["args", "version", "working_directory"])
def test_an_input_is_never_run(name: str, workspace: Path, python: Path) -> None:
    run(workspace, python, **{name: "$(touch owned) `touch owned`; touch owned\ntouch owned"})
    assert not [path for path in workspace.rglob("*") if path.name == "owned"]


def test_nothing_of_the_checked_folder_is_run(workspace: Path, python: Path) -> None:
    for name in ("venv", "pip", "shlex", "sitecustomize", "click", "asyncpattern_lint"):
        text = f"import pathlib\npathlib.Path({str(workspace / 'owned')!r}).touch()\n"
        (workspace / f"{name}.py").write_text(text, encoding="utf-8")
    result = run(workspace, python)
    assert result.returncode == 1, result.stderr
    assert not (workspace / "owned").exists()


def test_a_failed_installation_is_no_clean_run(workspace: Path, tmp_path: Path) -> None:
    shims = tmp_path / "bin"
    shims.mkdir()
    (shims / "python3").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    (shims / "python3").chmod(0o755)
    assert run(workspace, shims).returncode == 1


def test_it_installs_from_its_own_folder(workspace: Path) -> None:
    """The one test that asks a package index, as the runner does."""
    result = run(workspace)
    if "No matching distribution" in result.stderr or "ConnectionError" in result.stderr:
        pytest.skip("needs a package index")
    assert result.returncode == 1, result.stderr
    assert result.stdout.startswith("::error title=asyncpattern-lint (APL131),file=")
