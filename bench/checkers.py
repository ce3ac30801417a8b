"""Run each tool over the cases and bring what it says into one form."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cases import Case
from tools import OURS, Tool, environment

#: How many processes of tools run at a time.
PROCESSES = 2

_DRIVER = str(Path(__file__).with_name("drive.py"))


class CheckerError(Exception):
    """A tool that did not do its work; the message holds what it said."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What a tool says of a line: ``path`` is relative to the case, ``line`` counts from 1."""

    path: str
    line: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool says of a case, or how it failed there."""

    diagnostics: tuple[Diagnostic, ...] = ()
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a tool needs besides the cases.

    ``python`` is the interpreter of the environment with the packages that the cases import;
    ``scratch`` is a folder that is made for the tool's caches and configurations.
    """

    python: Path
    scratch: Path


def check(
    tool: Tool, cases: Sequence[Case], setting: Setting, codes: Sequence[str]
) -> list[Answer]:
    """Return what a tool says of each case. Raises ``CheckerError`` if it cannot do any.

    ``codes`` are what pylint is asked for; the others say all that they say by default.
    """
    setting.scratch.mkdir()
    if tool.name == "pyright":
        return _pyright(tool, cases, setting)
    if tool.name in ("ty", "pyrefly"):
        one = _ty if tool.name == "ty" else _pyrefly
        with ThreadPoolExecutor(PROCESSES) as pool:
            return list(pool.map(lambda case: _alone(one, tool, case, setting), cases))
    arguments = {
        "mypy": _mypy_arguments(setting),
        "pylint": ["--rcfile=", "--disable=all", f"--enable={','.join(codes)}", *_PYLINT],
        OURS: [],
    }[tool.name]
    return _driven(tool, cases, setting, arguments)


_PYLINT = ("--clear-cache-post-run=y", "--persistent=n", "--score=n")


def _mypy_arguments(setting: Setting) -> list[str]:
    return [
        "--strict",
        "--config-file=",
        "--output=json",
        "--explicit-package-bases",
        f"--python-executable={setting.python}",
    ]


def _driven(
    tool: Tool, cases: Sequence[Case], setting: Setting, arguments: Sequence[str]
) -> list[Answer]:
    """Check with a Python program that stays loaded; each process takes its share of the cases."""
    python = sys.executable if tool.name == OURS else str(Path(tool.executable).with_name("python"))

    def share(number: int) -> list[Answer]:
        own = cases[number::PROCESSES]
        folder = setting.scratch / str(number)
        folder.mkdir()
        jobs = [
            {
                "folder": str(case.folder),
                "roots": [str(root) for root in case.roots],
                "files": case.files,
                "arguments": arguments,
            }
            for case in own
        ]
        command = [python, _DRIVER, tool.name, str(folder)]
        text = "\n".join(map(json.dumps, jobs))
        answers = _run(command, setting, given=text).splitlines()
        if len(answers) != len(own):
            raise CheckerError(f"{tool.name} ended after {len(answers)} of {len(own)} fixtures")
        return [_answered(case, line) for case, line in zip(own, answers, strict=True)]

    with ThreadPoolExecutor(PROCESSES) as pool:
        shares = list(pool.map(share, range(PROCESSES)))
    return [shares[n % PROCESSES][n // PROCESSES] for n in range(len(cases))]


def _answered(case: Case, line: str) -> Answer:
    answer = json.loads(line)
    diagnostics = answer.get("diagnostics", ())
    return Answer(
        tuple(Diagnostic(_relative(path, case), *rest) for path, *rest in diagnostics),
        answer.get("failure", ""),
    )


def _alone(
    one: Callable[[Tool, Case, Setting], Iterator[Diagnostic]],
    tool: Tool,
    case: Case,
    setting: Setting,
) -> Answer:
    """Check with a process for this case."""
    try:
        return Answer(tuple(one(tool, case, setting)))
    except CheckerError as error:
        return Answer(failure=str(error))


def _pyright(tool: Tool, cases: Sequence[Case], setting: Setting) -> list[Answer]:
    """Check all cases in one process; each root is an execution environment of its own."""
    top = cases[0].folder.parent.parent
    environments = [
        {
            "root": root.relative_to(top).as_posix(),
            "extraPaths": [other.relative_to(top).as_posix() for other in case.roots],
        }
        for case in cases
        for root in _deepest_first(case)
    ]
    configuration = top / "pyrightconfig.json"  # its paths must be relative
    configuration.write_text(
        json.dumps(
            {
                "include": [case.label for case in cases],
                "exclude": [],
                "executionEnvironments": environments,
            }
        ),
        encoding="utf-8",
    )
    command = [tool.executable, "--outputjson", f"--project={configuration}"]
    output = _json(_run([*command, f"--pythonpath={setting.python}"], setting))
    found: dict[str, list[Diagnostic]] = {case.label: [] for case in cases}
    folders = {str(case.folder): case for case in cases}
    for entry in output["generalDiagnostics"]:
        path = Path(entry["file"])
        case = next(folders[str(above)] for above in path.parents if str(above) in folders)
        line = entry["range"]["start"]["line"] + 1
        found[case.label].append(
            Diagnostic(
                _relative(str(path), case), line, entry.get("rule", "error"), entry["message"]
            )
        )
    return [Answer(tuple(diagnostics)) for diagnostics in found.values()]


def _deepest_first(case: Case) -> list[Path]:
    """Return the roots, and the case's folder, so that the first above a file is the deepest."""
    return sorted({*case.roots, case.folder}, key=lambda root: len(root.parts), reverse=True)


def _ty(tool: Tool, case: Case, setting: Setting) -> Iterator[Diagnostic]:
    empty = setting.scratch / "ty.toml"
    empty.touch()
    command = [
        *(tool.executable, "check", "--output-format=gitlab", "--exit-zero"),
        *(f"--config-file={empty}", f"--python={setting.python}"),
        *("--config", f"environment.root={[str(root) for root in case.roots]}"),
    ]
    for entry in _json(_run([*command, *case.files], setting, case.folder)):
        place = entry["location"]
        line = place["positions"]["begin"]["line"]
        message = entry["description"].removeprefix(f"{entry['check_name']}: ")
        yield Diagnostic(_relative(place["path"], case), line, entry["check_name"], message)


def _pyrefly(tool: Tool, case: Case, setting: Setting) -> Iterator[Diagnostic]:
    empty = setting.scratch / "pyrefly.toml"
    empty.touch()
    command = [
        *(tool.executable, "check", "--output-format=json", "--summary=none", "--threads=1"),
        *(f"--config={empty}", "--preset=default", *_environment(setting.python)),
        *(f"--search-path={root}" for root in case.roots),
    ]
    for entry in _json(_run([*command, *case.files], setting, case.folder))["errors"]:
        path = _relative(entry["path"], case)
        yield Diagnostic(path, entry["line"], entry["name"], entry["description"])


@cache
def _environment(python: Path) -> tuple[str, ...]:
    """Return the options with which pyrefly need not ask the interpreter in each run."""
    code = "import sys, sysconfig; print(sysconfig.get_path('purelib'), *sys.version_info[:2])"
    answer = subprocess.run([python, "-c", code], capture_output=True, check=True, text=True)
    folder, major, minor = answer.stdout.rsplit(maxsplit=2)
    return (
        "--skip-interpreter-query",
        f"--python-version={major}.{minor}",
        f"--site-package-path={folder}",
    )


def _relative(path: str, case: Case) -> str:
    return Path(os.path.relpath(case.folder / path, case.folder)).as_posix()


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise CheckerError(f"no JSON, but: {text[:1000]}") from None


def _run(command: Sequence[str], setting: Setting, cwd: Path | None = None, given: str = "") -> str:
    """Return what a tool prints; it finds the environment's packages as an activated one's."""
    outcome = subprocess.run(
        command,
        cwd=cwd or setting.scratch,
        input=given,
        capture_output=True,
        encoding="utf-8",
        env={**environment(), "VIRTUAL_ENV": str(setting.python.parent.parent)},
        check=False,
    )
    if outcome.returncode not in (0, 1):
        raise CheckerError(f"{command[0]} ended with {outcome.returncode}: {outcome.stderr}")
    return outcome.stdout
