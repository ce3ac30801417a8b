"""Run a tool that is a Python program over many fixtures in one process; a part of ``checkers``.

``python drive.py TOOL SCRATCH < jobs`` under the interpreter that the tool is installed with. A
job is a JSON document a line: ``folder``, ``roots`` and ``files`` of a case, ``arguments`` for
the tool. The answer is a document a line: the diagnostics as lists of path, line, code and
message, or ``failure``. It knows nothing but the standard library and the tool.
"""

import contextlib
import functools
import gc
import importlib
import io
import json
import multiprocessing
import os
import shutil
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Job = dict[str, Any]
Row = tuple[str, int, str, str]


def mypy(job: Job, scratch: Path) -> Iterator[Row]:
    """Yield what mypy says; modules of one name are checked one file after the other."""
    from mypy.api import run

    seed, cache = scratch / "seed", scratch / "cache"
    if not seed.exists():
        os.environ["MYPYPATH"] = ""
        program = "; ".join(f"import {name}" for name in (*_LIBRARY, *_INSTALLED))
        run([*job["arguments"], f"--cache-dir={seed}", "-c", program])
    # What mypy keeps of one case is wrong for another with a module of the same text.
    shutil.rmtree(cache, ignore_errors=True)
    shutil.copytree(seed, cache)
    os.environ["MYPYPATH"] = os.pathsep.join(job["roots"])
    output, errors, code = run([*job["arguments"], f"--cache-dir={cache}", *job["files"]])
    if code == 2 and len(job["files"]) > 1:
        for file in job["files"]:
            yield from mypy({**job, "files": [file]}, scratch)
        return
    if errors.strip():
        raise RuntimeError(errors)
    for line in output.splitlines():
        if line.startswith("{"):
            entry = json.loads(line)
            if entry["severity"] == "error":
                message = "\n".join(filter(None, (entry["message"], entry["hint"])))
                yield entry["file"], entry["line"], entry["code"] or "", message


def pylint(job: Job, _scratch: Path) -> Iterator[Row]:
    """Yield what pylint says."""
    cache = _load("astroid").MANAGER.astroid_cache
    sys.path[:0] = job["roots"]
    own = {path.stem for root in job["roots"] for path in Path(root).iterdir()}
    for name in list(cache):
        if name.partition(".")[0] in own:  # the case has a module like the standard library's
            del cache[name]
    reporter = _load("pylint.reporters").CollectingReporter()
    _load("pylint.lint").Run([*job["arguments"], *job["files"]], reporter=reporter, exit=False)
    for message in reporter.messages:
        yield message.abspath, message.line, message.symbol, message.msg


def asyncpattern_lint(job: Job, scratch: Path) -> Iterator[Row]:
    """Yield what this linter says."""
    from asyncpattern_lint.cli import main

    report = scratch / "report.json"
    arguments = [*job["arguments"], "--output-format=json", f"--output-file={report}", "."]
    main(["check", "--exit-zero", "--jobs=1", "--no-cache", *arguments], standalone_mode=False)
    for entry in json.loads(report.read_text("utf-8"))["findings"]:
        yield entry["path"], entry["line"], entry["code"], entry["message"]


#: What many cases import, of the standard library and of what may be installed.
_LIBRARY = ("asyncio", "collections.abc", "contextlib", "functools", "typing", "unittest.mock")
_INSTALLED = ("aiohttp", "anyio", "attrs", "fastapi", "httpx", "pydantic", "sqlalchemy.ext.asyncio")


def warm(tool: str) -> None:
    """Load what most jobs need, where each job begins in a copy of this process."""
    if tool == "pylint":
        _load("pylint.lint")
        for name in _LIBRARY:
            _load("astroid").MANAGER.ast_from_module_name(name)


def _load(name: str) -> Any:
    """Import a module that is only there under the tool's own interpreter."""
    return importlib.import_module(name)


TOOLS: dict[str, Callable[[Job, Path], Iterator[Row]]] = {
    "asyncpattern-lint": asyncpattern_lint,
    "mypy": mypy,
    "pylint": pylint,
}


def answer(tool: str, scratch: str, line: str) -> str:
    """Return the answer to one job; what goes wrong is part of it."""
    job = json.loads(line)
    os.chdir(job["folder"])
    noise = io.StringIO()
    try:
        with contextlib.redirect_stdout(noise), contextlib.redirect_stderr(noise):
            rows = list(TOOLS[tool](job, Path(scratch)))
    except (Exception, SystemExit):
        return json.dumps({"failure": noise.getvalue() + traceback.format_exc()})
    return json.dumps({"diagnostics": rows})


def main(tool: str, scratch: str) -> None:
    """Answer the jobs on standard input; pylint gets a fresh copy of this process for each."""
    warm(tool)
    gc.freeze()
    fork = multiprocessing.get_context("fork")
    with fork.Pool(1, maxtasksperchild=1 if tool == "pylint" else None) as pool:
        for line in pool.imap(functools.partial(answer, tool, scratch), sys.stdin):
            print(line, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
