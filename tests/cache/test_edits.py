"""Whatever is done to a project: a run with a cache says what one without would say.

The projects are those of ``test_properties``; each step edits, adds, removes or renames files,
and checks the project in one of several ways, with one cache for all of them.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from caching import cold, lay, run, told
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from test_properties import HEADER, Project, projects

from asyncpattern_lint import recall as recall_module
from asyncpattern_lint.analysis import workers as workers_module
from asyncpattern_lint.cache import ledger as ledger_module
from asyncpattern_lint.index import project as project_module

#: What is put into the bodies of functions: others see some of it, and of some nothing.
BODIES = (
    "    # a comment",
    "    local = 1",
    "    local = keep(takes)",
    "    takes('', 1)",
    "    if takes:\n        return None",
    "    def inner(): ...",
    "    global flag",
    "    takes.number = 1",
    "    self = takes",
    "    yield 1",
)

#: What is put at the top of a module.
TOPS = (
    "",
    "\n\n# a comment\n",
    "flag = True",
    "import app.front",
    "from app.front import *",
    "import app.first as other\nother.make0 = None",
    "class Further:\n    async def __aenter__(self): ...",
    "async def make0():\n    yield 1",
    "def make1(): ...",
    "__all__ = ['make0']",
    "import sys\nsys.modules['app.second'] = None",
    "def __getattr__(name): ...",
    "x = (",
)

#: Runs that see a project in different ways.
WAYS: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"paths": ("app/user0.py",)},
    {"paths": ("app",)},
    {"candidates": False},
    {"select": ("ALL",), "target_version": "py312"},
)


@dataclass(frozen=True)
class Step:
    """The files that a step writes, None for those that it removes, and how it then checks."""

    files: tuple[tuple[str, str | None], ...]
    way: int


@st.composite
def histories(draw: st.DrawFn) -> tuple[dict[str, str], list[Step]]:
    project = draw(projects())
    first = files = project.files()
    steps: list[Step] = []
    for _ in range(draw(st.integers(1, 5))):
        after = _edited(draw, project, files)
        names = sorted(files.keys() | after.keys())
        changed = tuple((n, after.get(n)) for n in names if files.get(n) != after.get(n))
        steps.append(Step(changed, draw(st.integers(0, len(WAYS) - 1))))
        files = after
    return first, steps


def _edited(draw: st.DrawFn, project: Project, files: dict[str, str]) -> dict[str, str]:
    after = dict(files)
    name = draw(st.sampled_from(sorted(files)))
    how = draw(
        st.sampled_from(("body", "body", "top", "first", "kind", "gone", "moved", "new", "old"))
    )
    text = files[name]
    if how == "body":
        after[name] = _with_line(draw, text)
    elif how == "top":
        after[name] = f"{text}\n{draw(st.sampled_from(TOPS))}\n"
    elif how == "first":
        after[name] = f"{draw(st.sampled_from(TOPS))}\n{text}"
    elif how == "kind":
        old, new = draw(
            st.sampled_from(
                (("async def", "def"), ("yield 1", "return 1"), ("return 1", "yield 1"),
                 ("@asynccontextmanager\n", ""), ("return", "await"), ("make0", "make1"))
            )
        )  # fmt: skip
        after[name] = text.replace(old, new, 1)
    elif how == "gone":
        del after[name]
    elif how == "moved":
        del after[name]
        after[name.replace(".py", "_moved.py")] = text
    elif how == "new":
        fresh = draw(
            st.sampled_from(("app/second.py", "app/late.py", "late.py", "app/front/__init__.py"))
        )
        after[fresh] = f"{HEADER}\nfrom app.first import *\n"
    else:
        after.update(project.files())
    return after or files


def _with_line(draw: st.DrawFn, text: str) -> str:
    lines = text.split("\n")
    heads = [n for n, line in enumerate(lines) if line.startswith(("def ", "async def "))]
    heads = [n for n in heads if lines[n].endswith(":")]
    if not heads:
        return text
    at = draw(st.sampled_from(heads)) + 1
    return "\n".join([*lines[:at], draw(st.sampled_from(BODIES)), *lines[at:]])


@contextmanager
def planted(files: dict[str, str]) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        lay(root, {"pyproject.toml": "", **files})
        yield root


def examples(count: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return settings(
        max_examples=int(os.environ.get("EDIT_EXAMPLES", count)),
        deadline=None,
        derandomize="CI" in os.environ,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


@pytest.fixture(autouse=True)
def caching(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASYNCPATTERN_LINT_NO_CACHE")
    # Files that were written just now are then known by their stamps, too.
    monkeypatch.setattr(ledger_module, "_GRACE_NS", 0)


@given(histories(), st.sampled_from((1, 3, 1_000)))
@examples(20)
def test_a_warm_run_says_what_a_cold_one_says(
    history: tuple[dict[str, str], list[Step]], most_later: int
) -> None:
    files, steps = history
    with planted(files) as root, pytest.MonkeyPatch.context() as patch:
        # So many files are checked before all traces are written anew.
        patch.setattr(recall_module, "_MOST_LATER", most_later)
        note("\n".join(f"--- {name}\n{text}" for name, text in files.items()))
        run(root)
        for step in steps:
            note(f"step: {step}")
            lay(root, dict(step.files))
            way = dict(WAYS[step.way])
            paths = tuple(p for p in way.pop("paths", ()) if (root / p).exists())
            for _ in range(2):
                assert told(run(root, *paths, **way)) == told(cold(root, *paths, **way))


@given(projects(), st.data())
@examples(5)
def test_workers_and_the_order_of_paths_change_nothing(
    monkeypatch: pytest.MonkeyPatch, project: Project, data: st.DataObject
) -> None:
    files = project.files()
    order = data.draw(st.permutations([*files]))
    changed = data.draw(st.sampled_from(sorted(files)))
    with planted(files) as root, monkeypatch.context() as patch:
        patch.setattr(project_module, "_PARALLEL_THRESHOLD", 1)
        patch.setattr(workers_module, "_PARALLEL_THRESHOLD", 1)
        run(root, *files, jobs=2)
        lay(root, {changed: _with_line_at_random(data, files[changed])})
        warm = run(root, *order, jobs=2)
        alone = run(root, *files)
        assert told(warm) == told(alone) == told(cold(root, *files))


def _with_line_at_random(data: st.DataObject, text: str) -> str:
    return f"{text}\n{data.draw(st.sampled_from(TOPS))}\n"


@given(projects(), st.randoms(use_true_random=False))
@examples(10)
def test_a_damaged_cache_changes_nothing(project: Project, chance: Any) -> None:
    from test_packs import damaged

    with planted(project.files()) as root:
        run(root)
        kept = sorted(path for path in root.rglob(".asyncpattern_cache/**/*") if path.is_file())
        for path in chance.sample(kept, chance.randrange(1, len(kept) + 1)):
            if chance.randrange(8):
                path.write_bytes(damaged(path.read_bytes(), chance))
            else:
                path.unlink()
        for _ in range(2):
            assert told(run(root)) == told(cold(root))
        assert replace(run(root), seconds=0) == replace(cold(root), seconds=0)


@given(projects(), projects())
@examples(3)
def test_a_cache_of_another_project_changes_nothing(one: Project, other: Project) -> None:
    with planted(one.files()) as root, planted(other.files()) as foreign:
        run(foreign)
        shutil.copytree(foreign / ".asyncpattern_cache", root / ".asyncpattern_cache")
        assert told(run(root)) == told(cold(root))
        (kept,) = root.glob(".asyncpattern_cache/v-*")
        for record in kept.glob("findings-*"):
            for name in sorted(foreign.glob(".asyncpattern_cache/v-*/findings-*")):
                record.write_bytes(name.read_bytes())
        assert told(run(root)) == told(cold(root))
