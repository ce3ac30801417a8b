"""What must not matter does not: equalities between runs over projects made up at random.

A project defines objects of all kinds in the modules of a package, passes them on, and uses each
in ways right and wrong. It need not run: the linter is compared with itself only.
"""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from asyncpattern_lint.analysis import workers
from asyncpattern_lint.config import Options, resolve
from asyncpattern_lint.findings import Finding, Report
from asyncpattern_lint.index import project as project_module
from asyncpattern_lint.rule import known_codes
from asyncpattern_lint.session import Session

# --- the generator -----------------------------------------------------------------------

MODULES = ("first", "second")

HEADER = """\
import asyncio
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from functools import partial, wraps


def keep(function):
    @wraps(function)
    def inner(*args):
        return function(*args)
    return inner


def takes(text: str, number: int): ...
"""

#: Definitions that stand alone; ``{0}`` is the name.
LEAVES = (
    "async def {0}():\n    yield 1",
    "@asynccontextmanager\nasync def {0}():\n    yield 1",
    "async def {0}():\n    return 1",
    "def {0}():\n    yield 1",
    "@contextmanager\ndef {0}():\n    yield 1",
    "def {0}():\n    return 1",
    "def {0}():\n    return (item async for item in source)",
    "@keep\nasync def {0}():\n    yield 1",
    "@unknown\nasync def {0}():\n    yield 1",
    "class {0}:\n    async def __aenter__(self): ...\n    async def __aexit__(self, *_): ...",
    "class {0}:\n    def __iter__(self): ...\n    def __await__(self): ...",
    "class {0}(Unknown):\n    pass",
    "{0} = lambda: (yield)",
    "if flag:\n    async def {0}(): ...\nelse:\n    def {0}():\n        yield 1",
    "try:\n    from absent import {0}\nexcept ImportError:\n    async def {0}(): ...",
    "async def {0}(): ...\n\n\n@{0}.register\ndef _(): ...",
)

#: Definitions made of earlier ones, ``{1}`` and ``{2}``.
LINKS = (
    "{0} = {1}",
    "{0} = {1}\n{0} = keep({0})",
    "{0} = partial({1})",
    "{0} = contextmanager({1})",
    "{0} = asynccontextmanager({1})",
    "{0} = {1} if flag else {2}",
    "def {0}():\n    return {1}()",
    "async def {0}():\n    return {1}()",
    "def {0}():\n    if flag:\n        return {1}()\n    return {0}()",
    "def {0}():\n    made = {1}()\n    return made",
    "class {0}({1}):\n    pass",
)

#: How a module gets hold of a definition, and what it then writes.
ROUTES = (
    ("from app.{module} import {name}", "{name}"),
    ("from app.{module} import {name} as alias{n}", "alias{n}"),
    ("from .{module} import {name} as alias{n}", "alias{n}"),
    ("import app.{module}", "app.{module}.{name}"),
    ("import app.{module} as alias{n}", "alias{n}.{name}"),
    ("from . import {module} as alias{n}", "alias{n}.{name}"),
    ("from app import {name} as alias{n}", "alias{n}"),
    ("from app.front import {name}", "{name}"),
    ("from app.front import *", "{name}"),
    ("import app as alias{n}", "alias{n}.{name}"),
    ("from app.{module} import {name}_gone as alias{n}", "alias{n}"),
    ("from app.absent import {name} as alias{n}", "alias{n}"),
)

#: What is done in an async function with ``{a}`` and ``{b}``; ``{v}`` is a local variable.
USES = (
    "async for {v} in {a}:\n    print({v})",
    "async with {a} as {v}:\n    print({v})",
    "await {a}",
    "for {v} in {a}:\n    print({v})",
    "with {a} as {v}:\n    print({v})",
    "print({a}.rows)",
    "print({a}[0], {a} + 1, f'{{{a}}}')",
    "{a}",
    "if {a}:\n    {b}",
    "{v} = {a}",
    "{v} = {a}\nasync with {v}:\n    pass",
    "{v} = {a}\nawait {v}",
    "{v} = await {a}\nprint({v}.rows)\nfor item in {v}:\n    pass",
    "{v} = {a}\nif flag:\n    {v} = {b}\nfor item in {v}:\n    pass",
    "for item in flag:\n    {v} = {a}\n    list({v})\n    {v} = {b}",
    "try:\n    {v} = {a}\nexcept ValueError:\n    {v} = {b}\nprint(len({v}))",
    "while flag:\n    {v} = {a}\n    if {v}:\n        break\nawait {v}",
    "asyncio.run({a})",
    "await asyncio.gather({a}, {b})",
    "async with AsyncExitStack() as stack:\n    await stack.enter_async_context({a})",
    "{v} = lambda: {a}\nfor item in {v}():\n    pass",
    "def inner():\n    return {v}\n{v} = {a}\nawait inner()",
    "if ({v} := {a}) is not None:\n    await {v}",
    "print([{v} async for {v} in {a}], [item for item in {b}])",
    "{v} = {a} or {b}\nasync for item in {v}:\n    pass",
    "if hasattr({a}, 'rows'):\n    print({a}.rows)",
    "{v}, item = {a}, {b}\nasync with item:\n    await {v}",
    "first, second = {a}",
    "match {a}:\n    case {v}:\n        await {v}",
    "global shared\nshared = {a}\nawait shared",
    "def inner():\n    nonlocal {v}\n    {v} = {b}\n{v} = {a}\ninner()\nawait {v}",
    "takes({a}, number={b})",
    "try:\n    return {a}\nfinally:\n    await {b}",
    "async for item in ({v} for {v} in {a}):\n    pass",
    "print(*{a}, **{b})",
    "if flag:\n    {v} = {a}\nelse:\n    {v} = keep({b})\nawait {v}",
    "{v} = {a}\n{v} = {v}\nwith {v}:\n    pass",
    "{v} = {a}\ndel {v}\nawait {v}",
    "with {a} as first, {b} as second:\n    second.rows = first",
    "return {a}",
)

#: What is done at the top of a module.
STATEMENTS = (
    "asyncio.run({a})",
    "for item in {a}:\n    print(item)",
    "shared = {a}",
    "with {a}:\n    shared = {b}",
    "shared = [item for item in {a}] if {b} else list({a})",
    "class Held:\n    rows = {a}\n    for item in rows:\n        pass",
)

SHELLS = (
    "async def use{n}(flag):\n{body}",
    "async def use{n}(flag) -> int:\n{body}",
    "class Use{n}:\n    async def use(self, flag):\n    {body}",
)


@dataclass(frozen=True)
class Definition:
    """A definition, the module that holds it, and the earlier definitions that it names."""

    name: str
    module: str
    text: str
    needs: tuple["Definition", ...] = ()

    def statements(self) -> Iterator[str]:
        for needed in self.needs:
            if needed.module != self.module:
                yield f"from app.{needed.module} import {needed.name}"
        yield self.text


@dataclass(frozen=True)
class Project:
    """Definitions in their order, what the package itself exports, and files that use them."""

    definitions: tuple[Definition, ...]
    exports: str
    users: tuple[tuple[str, str], ...]

    def files(self) -> dict[str, str]:
        parts = {module: [HEADER] for module in sorted({d.module for d in self.definitions})}
        for definition in self.definitions:
            parts[definition.module] += definition.statements()
        files = {f"app/{module}.py": "\n\n".join(texts) for module, texts in parts.items()}
        stars = "".join(f"from app.{module} import *\n" for module in parts)
        return {"app/__init__.py": self.exports, "app/front.py": stars} | files | dict(self.users)

    def moved(self, name: str) -> "Project":
        """Return the project with a definition in a module of its own, and passed on."""
        definitions: list[Definition] = []
        for definition in self.definitions:
            if definition.name == name:
                moved = replace(definition, module="moved")
                passed_on = f"from app.moved import {name}"
                definitions += [moved, replace(definition, text=passed_on)]
            else:
                definitions.append(definition)
        return replace(self, definitions=tuple(definitions))


@st.composite
def projects(draw: st.DrawFn) -> Project:
    definitions: list[Definition] = []
    for number in range(draw(st.integers(2, 6))):
        definitions.append(_definition(draw, f"make{number}", definitions))
    exported = draw(st.lists(st.sampled_from(definitions), unique=True))
    exports = "".join(f"from .{d.module} import {d.name}\n" for d in exported)
    users = tuple(
        (f"app/user{number}.py", _user(draw, definitions))
        for number in range(draw(st.integers(1, 2)))
    )
    return Project(tuple(definitions), exports, users)


def _definition(draw: st.DrawFn, name: str, earlier: list[Definition]) -> Definition:
    module = draw(st.sampled_from(MODULES))
    if not earlier or draw(st.booleans()):
        return Definition(name, module, draw(st.sampled_from(LEAVES)).format(name))
    needs = (draw(st.sampled_from(earlier)), draw(st.sampled_from(earlier)))
    text = draw(st.sampled_from(LINKS)).format(name, *(needed.name for needed in needs))
    return Definition(name, module, text, tuple(dict.fromkeys(needs)))


def _user(draw: st.DrawFn, definitions: list[Definition]) -> str:
    """Write a module that uses definitions, imported at its top or where they are used."""
    top: list[str] = [HEADER]
    functions: list[str] = []
    for number in range(draw(st.integers(1, 4))):
        body: list[str] = []
        values = []
        for part in range(2):
            definition = draw(st.sampled_from(definitions))
            statement, reference = (
                form.format(module=definition.module, name=definition.name, n=f"{number}{part}")
                for form in draw(st.sampled_from(ROUTES))
            )
            if "*" in statement or draw(st.booleans()):
                top.append(statement)
            elif draw(st.booleans()):
                body.append(statement)
            else:
                body.append(f"try:\n    {statement}\nexcept Exception:\n    pass")
            called = "." in reference or draw(st.integers(0, 3)) > 0
            values.append(f"{reference}()" if called else reference)
        if not body:
            top.append(draw(st.sampled_from(STATEMENTS)).format(a=values[0], b=values[1]))
        done = draw(st.lists(st.sampled_from(USES), min_size=1, max_size=3))
        body += [use.format(a=values[0], b=values[1], v=f"held{number}") for use in done]
        shell = draw(st.sampled_from(SHELLS))
        deep = "    " if shell.startswith("class") else ""
        text = indent(indent("\n".join(body), "    "), deep).removeprefix(deep)
        functions.append(shell.format(n=number, body=text))
    return "\n".join([*top, "", *functions, ""])


# --- running -----------------------------------------------------------------------------


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@contextmanager
def planted(files: dict[str, str]) -> Iterator[Path]:
    """Write a project into a folder that lives as long as the block."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        write(root, {"pyproject.toml": "", **files})
        note("\n".join(f"--- {name}\n{text}" for name, text in files.items()))
        yield root


def check(root: Path, *paths: str, **options: Any) -> Report:
    typed = Options(paths=paths or (".",), **{"jobs": 1, **options})
    return Session(resolve(typed, known_codes(), root)).check()


def texts(report: Report) -> list[str]:
    """Return the findings with all that they say but their evidence."""
    return [repr(replace(finding, evidence=())) for finding in report.findings]


def told(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings without what tells where a definition is."""
    placeless = [replace(finding, evidence=(), target=None, subject="") for finding in findings]
    # A missing name is reported, and mended, with the place where it is now.
    return [
        f if f.use else replace(f, message="", advice="", remedy=None, fix=None) for f in placeless
    ]


def examples(count: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return settings(
        max_examples=count,
        deadline=None,
        derandomize="CI" in os.environ,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


@given(projects())
@examples(80)
def test_candidates_change_nothing(project: Project) -> None:
    with planted(project.files()) as root:
        on, off = check(root), check(root, candidates=False)
    assert texts(on) == texts(off)
    assert on.candidates <= off.candidates == on.files


@given(projects())
@examples(15)
def test_the_number_of_workers_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, project: Project
) -> None:
    with planted(project.files()) as root:
        alone = check(root)
        with monkeypatch.context() as patch:
            patch.setattr(project_module, "_PARALLEL_THRESHOLD", 1)
            patch.setattr(workers, "_PARALLEL_THRESHOLD", 1)
            together = check(root, jobs=2)
    assert texts(alone) == texts(together)
    assert replace(alone, seconds=0) == replace(together, seconds=0)


@given(projects(), st.data())
@examples(40)
def test_the_order_of_paths_changes_nothing(project: Project, data: st.DataObject) -> None:
    files = project.files()
    order = data.draw(st.permutations([*files, *list(files)[:2]]))
    with planted(files) as root:
        assert texts(check(root, *order)) == texts(check(root, *files))


UNRELATED = """\
import asyncio


async def rows():
    yield 1


class Rows:
    async def each(self):
        async for row in rows():
            print(row)


asyncio.run(Rows().each())
"""


@given(projects(), st.sampled_from(("unrelated.py", "app/unrelated.py", "unrelated/__init__.py")))
@examples(40)
def test_an_unrelated_module_changes_nothing(project: Project, name: str) -> None:
    with planted(project.files()) as root:
        before = check(root)
        write(root, {name: UNRELATED})
        after = check(root)
    assert texts(before) == texts(after)
    assert before.files + 1 == after.files


@given(projects())
@examples(50)
def test_the_names_of_locals_and_aliases_change_nothing(project: Project) -> None:
    def renamed(text: str) -> str:
        return text.replace("held", "kept").replace("alias", "label")

    with planted(project.files()) as root:
        before = check(root, "app")
        users = tuple((name, renamed(text)) for name, text in project.users)
        write(root, dict(users))
        after = check(root, "app")
        where = str(root)
    assert [renamed(text.replace(where, "")) for text in texts(before)] == [
        text.replace(where, "") for text in texts(after)
    ]


@given(projects(), st.data())
@examples(60)
def test_where_a_definition_is_changes_the_evidence_only(
    project: Project, data: st.DataObject
) -> None:
    leaves = [d.name for d in project.definitions if not d.needs]
    moved = project.moved(data.draw(st.sampled_from(leaves)))
    users = [name for name, _ in project.users]
    with planted(project.files()) as root:
        before = check(root, *users)
        write(root, moved.files())
        after = check(root, *users)
    assert told(before.findings) == told(after.findings)


@given(projects())
@examples(30)
def test_fixing_twice_is_fixing_once(project: Project) -> None:
    """And what is fixed parses, and lacks the findings."""
    with planted(project.files()) as root:
        before = check(root)
        once = check(root, fix=True, unsafe_fixes=True)
        files = {path: path.read_bytes() for path in root.rglob("*.py")}
        twice = check(root, fix=True, unsafe_fixes=True)
        assert {path: path.read_bytes() for path in root.rglob("*.py")} == files
    for path, text in files.items():
        compile(text, path, "exec", dont_inherit=True)
    assert once.fixed == len(before.findings) - len(once.findings)
    assert texts(twice) == texts(once)
    assert twice.fixed == 0


def test_the_projects_hold_findings_of_many_codes() -> None:
    """Equalities between runs that find nothing would be worth nothing."""
    codes: set[str] = set()

    @given(projects())
    @settings(max_examples=60, deadline=None, derandomize=True)
    def collect(project: Project) -> None:
        with planted(project.files()) as root:
            codes.update(finding.code for finding in check(root).findings)

    collect()
    assert len(codes) > 15
