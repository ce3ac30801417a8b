"""Execute fixtures and print what happened: one JSON document per fixture and line.

Runs as a script in an isolated interpreter (``python -I -B run_case.py SECONDS < paths``) and
needs nothing but the standard library. Standard input holds one absolute fixture directory per
line. The documents have the shape of ``harness.execution.Execution``.

Every case function runs in a fresh state: the modules of the fixture are imported anew. A fixture
that takes longer than SECONDS ends the whole process with the stacks on standard error.
"""

import ast
import asyncio
import contextlib
import faulthandler
import gc
import importlib
import importlib.util
import inspect
import io
import json
import os
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator
from importlib.machinery import BuiltinImporter, FrozenImporter
from pathlib import Path
from types import FrameType, ModuleType, TracebackType
from typing import Any

TELLING = (TypeError, AttributeError, ImportError, ValueError, RuntimeError)


class Recorder:
    """A trace function that notes lines, functions and exceptions of the files under a root."""

    def __init__(self, root: Path) -> None:
        self.prefix = f"{root}{os.sep}"
        self.lines: set[tuple[str, int]] = set()
        self.ran: set[str] = set()
        self.raised: list[dict[str, Any]] = []

    def enter(self, frame: FrameType, _event: str, _arg: object) -> Any:
        return self.watch if frame.f_code.co_filename.startswith(self.prefix) else None

    def watch(self, frame: FrameType, event: str, arg: Any) -> Any:
        if event == "line":
            self.lines.add(self.place(frame.f_code.co_filename, frame.f_lineno))
            self.ran.add(frame.f_code.co_name)
        elif event == "exception" and issubclass(arg[0], TELLING):
            here = self.place(frame.f_code.co_filename, frame.f_lineno)
            entry = {
                "path": here[0],
                "line": here[1],
                "types": [base.__name__ for base in arg[0].__mro__],
                "message": str(arg[1]),
                "innermost": self.passed(arg[2])[-1:] == [here],
            }
            self.raised.append(entry)
        return self.watch

    def place(self, filename: str, line: int) -> tuple[str, int]:
        return filename.removeprefix(self.prefix).replace(os.sep, "/"), line

    def passed(self, trace: TracebackType | None) -> list[tuple[str, int]]:
        """Return the places of the fixture that a traceback passes through, innermost last."""
        places = []
        while trace is not None:
            filename = trace.tb_frame.f_code.co_filename
            if filename.startswith(self.prefix):
                places.append(self.place(filename, trace.tb_lineno))
            trace = trace.tb_next
        return places


def roots_of(fixture: Path) -> list[Path]:
    declared = fixture / ".roots"
    if not declared.exists():
        return [fixture]
    return [(fixture / line).resolve() for line in declared.read_text().split()]


def shadowed(roots: list[Path]) -> set[str]:
    """Return the loaded modules that a fresh interpreter would find in the roots instead."""
    names = {path.stem for root in roots for path in root.glob("*.py")}
    names |= {path.parent.name for root in roots for path in root.glob("*/__init__.py")}
    return {
        name
        for name in names & sys.modules.keys()
        if not BuiltinImporter.find_spec(name) and not FrozenImporter.find_spec(name)
    }


def belongs(module: object, fixture: Path) -> bool:
    origin = getattr(getattr(module, "__spec__", None), "origin", None)
    return origin is None or Path(origin).is_relative_to(fixture)


@contextlib.contextmanager
def fresh(fixture: Path, roots: list[Path]) -> Iterator[None]:
    """Put the roots on the path; afterwards leave modules, path and streams as they were."""
    modules, path = dict(sys.modules), list(sys.path)
    hidden = shadowed(roots)
    for name in hidden:
        del sys.modules[name]
    sys.path[:0] = map(str, roots)
    importlib.invalidate_caches()
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        for name in sys.modules.keys() - modules.keys():
            if hidden or belongs(sys.modules[name], fixture):
                del sys.modules[name]
        sys.modules.update(modules)
        sys.path[:] = path


def main_file(fixture: Path, roots: list[Path]) -> Path:
    return next(
        (root / "main.py" for root in [*roots, fixture] if (root / "main.py").exists()),
        fixture / "main.py",
    )


def load(path: Path) -> ModuleType:
    """Import ``main`` from its file, so that it need not be on the path itself."""
    spec = importlib.util.spec_from_file_location("main", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"no loader for {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules["main"] = module
    spec.loader.exec_module(module)
    return sys.modules["main"]


def case_names(path: Path) -> list[str]:
    return [
        node.name
        for node in ast.parse(path.read_bytes()).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("case_")
    ]


def call(main: Path, name: str) -> None:
    case = getattr(load(main), name)
    if inspect.iscoroutinefunction(case):
        asyncio.run(case())
    else:
        case()


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception and those that it was raised from or while handling."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def run(fixture: Path, main: Path, roots: list[Path], name: str) -> dict[str, Any]:
    recorder = Recorder(fixture)
    error: BaseException | None = None
    with warnings.catch_warnings(record=True) as caught, fresh(fixture, roots):
        warnings.simplefilter("always")
        threading.settrace(recorder.enter)
        sys.settrace(recorder.enter)
        try:
            call(main, name)
        except BaseException as raised:  # a case may end with SystemExit too
            error = raised
        finally:
            sys.settrace(None)
            threading.settrace(None)
        ended = [place for link in chain(error) for place in recorder.passed(link.__traceback__)]
        text = None if error is None else "".join(traceback.format_exception(error))
        error = None
        gc.collect()
    return {
        "name": name,
        "error": text,
        "ended": ended,
        "lines": sorted(recorder.lines),
        "ran": sorted(recorder.ran),
        "raised": recorder.raised,
        "warnings": [str(warning.message) for warning in caught],
    }


def module_name(path: Path, roots: list[Path]) -> str | None:
    """Return the dotted name under which the deepest root makes a file importable."""
    home = max((root for root in roots if path.is_relative_to(root)), default=None, key=str)
    if home is None:
        return None
    parts = path.relative_to(home).with_suffix("").parts
    if parts[-1] == "__init__":
        parts = parts[:-1]
    return ".".join(parts) if parts and all(part.isidentifier() for part in parts) else None


def unbound(module: str) -> list[str]:
    """Return the names in a module's ``__all__`` that a star import fails on."""
    loaded = importlib.import_module(module)
    failing = []
    for name in list(getattr(loaded, "__all__", ())):
        loaded.__all__ = [name]  # type: ignore[attr-defined]
        try:
            exec(f"from {module} import *", {})
        except AttributeError as error:
            if repr(name) in str(error):
                failing.append(name)
    return failing


def unbound_exports(fixture: Path, roots: list[Path]) -> dict[str, list[str]]:
    """Return the failing names of every module that has an ``__all__`` and can be imported."""
    found = {}
    for path in sorted(fixture.rglob("*.py")):
        name = module_name(path, roots)
        if name is None or name == "main" or "__all__" not in path.read_text("utf-8"):
            continue
        quiet = warnings.catch_warnings(record=True)
        with quiet, fresh(fixture, roots), contextlib.suppress(Exception):
            found[path.relative_to(fixture).as_posix()] = unbound(name)
    return found


def report(fixture: Path) -> dict[str, Any]:
    roots = roots_of(fixture)
    main = main_file(fixture, roots)
    return {
        "fixture": str(fixture),
        "cases": [run(fixture, main, roots, name) for name in case_names(main)],
        "unbound": unbound_exports(fixture, roots),
    }


def run_all(seconds: float) -> None:
    gc.collect()
    gc.freeze()  # what is loaded by now need not be looked at after each case
    out = sys.stdout
    for line in sys.stdin.read().splitlines():
        faulthandler.dump_traceback_later(seconds, exit=True)
        try:
            document = report(Path(line))
        except Exception:
            document = {"fixture": line, "cases": [], "failure": traceback.format_exc()}
        faulthandler.cancel_dump_traceback_later()
        print(json.dumps(document), file=out, flush=True)


if __name__ == "__main__":
    run_all(float(sys.argv[1]))
