"""Python in documents is checked where it stands; Python itself decides what fails."""

import ast
import asyncio
import builtins
import inspect
import json
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from asyncpattern_lint.cli import main
from asyncpattern_lint.index.blocks import blocks_of_module, blocks_of_text

DB = '''\
from contextlib import asynccontextmanager


@asynccontextmanager
async def get_session():
    yield "session"


async def get_rows():
    yield 1


async def count():
    return 1


class Store:
    """Hold rows."""
'''

IMPORT = "from app.db import Store, count, get_rows, get_session\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    package = tmp_path / "app"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "db.py").write_text(DB)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "app"\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in [name for name in sys.modules if name.split(".")[0] == "app"]:
        monkeypatch.delitem(sys.modules, name)
    return tmp_path


def found(*arguments: str) -> list[tuple[str, int, str]]:
    command = ["check", "--docs", "--output-format", "json", *arguments]
    result = CliRunner().invoke(main, command, catch_exceptions=False)
    findings = json.loads(result.stdout)["findings"]
    return [(finding["path"], finding["line"], finding["code"]) for finding in findings]


def failing_line(path: Path, text: str) -> int | None:
    """Run the blocks of a document one after the other; return the line that fails."""
    names: dict[str, Any] = {}
    for block in blocks_of_text(str(path), text):
        code = "\n" * (block.line - 1) + "\n".join(block.lines) + "\n"
        compiled = compile(code, str(path), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        try:
            result = builtins.eval(compiled, names)
            if inspect.iscoroutine(result):
                asyncio.run(result)
        except (TypeError, AttributeError, ImportError) as error:
            trace = error.__traceback__
            lines = []
            while trace is not None:
                if trace.tb_frame.f_code.co_filename == str(path):
                    lines.append(trace.tb_lineno)
                trace = trace.tb_next
            return lines[0]
    return None


def fence(code: str, info: str = "python") -> str:
    return f"```{info}\n{code}```\n"


WRONG = IMPORT + "async for session in get_session():\n    print(session)\n"
RIGHT = IMPORT + "async with get_session() as session:\n    print(session)\n"

BUGS = {
    "a fence": ("README.md", "# App\n\n" + fence(WRONG), 5, "APL112"),
    "a fence in a list": (
        "docs/guide.md",
        "1. so:\n\n" + textwrap.indent(fence(WRONG, "py"), "   "),
        5,
        "APL112",
    ),
    "what an earlier block imports": (
        "README.md",
        fence(RIGHT) + "\nor\n\n" + fence("await get_rows()\n"),
        10,
        "APL131",
    ),
    "a name that moved": ("README.md", fence("from app.db import get_store\n"), 2, "APL301"),
    "an attribute": ("README.md", fence("from app import db\n\ndb.get_store()\n"), 4, "APL305"),
    "a console in a fence": (
        "README.md",
        fence(">>> from app.db import count\n>>> print(count().real)\n1\n", "pycon"),
        3,
        "APL163",
    ),
    "a code block of reStructuredText": (
        "docs/guide.rst",
        "App\n===\n\n.. code-block:: python\n   :linenos:\n\n" + textwrap.indent(WRONG, "   "),
        8,
        "APL112",
    ),
    "a doctest of reStructuredText": (
        "guide.rst",
        f"Use it:\n\n>>> {IMPORT}>>> with get_session() as session:\n...     print(session)\n",
        4,
        "APL152",
    ),
    "a string that names a function": (
        "README.md",
        fence('from unittest.mock import patch\n\nwith patch("app.db.get_row"):\n    pass\n'),
        4,
        "APL306",
    ),
    "a class that is no context manager": (
        "README.md",
        fence(IMPORT + "with Store() as store:\n    print(store)\n"),
        3,
        "APL156",
    ),
}

TRAPS = {
    "what is right": ("README.md", fence(RIGHT)),
    "other languages": ("README.md", fence("async for {\n", "js") + fence("x = \n", "")),
    "what is not to be checked": ("README.md", fence(RIGHT) + fence("pass\n", "python no-check")),
    "what stands for something": (
        "README.md",
        fence(IMPORT + "def load():\n    ...\n\n\nrows = [*get_rows.__name__]\nload()\n"),
    ),
    "names of the reader's": (
        "README.md",
        fence("try:\n    from shop.models import User\nexcept ImportError:\n    User = object\n"),
    ),
    "a definition of its own": (
        "README.md",
        fence("async def get_session():\n    yield 1\n\n\nasync for s in get_session():\n    s\n"),
    ),
    "the other way in another block": (
        "README.md",
        fence(RIGHT) + fence("async def get_session():\n    yield 1\n") + fence(RIGHT),
    ),
    "a console that is right": (
        "guide.rst",
        (
            ">>> from app.db import get_session\n>>> manager = get_session()\n>>> hasattr(manager, 'x')\n"
            "False\n"
        ),
    ),
}


@pytest.mark.parametrize(("name", "text", "line", "code"), BUGS.values(), ids=BUGS.keys())
def test_bugs_are_told_where_they_fail(
    project: Path, name: str, text: str, line: int, code: str
) -> None:
    path = project / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    assert failing_line(path, text) == line
    assert found() == [(name, line, code)]
    assert found("--no-candidates") == [(name, line, code)]


@pytest.mark.parametrize(("name", "text"), TRAPS.values(), ids=TRAPS.keys())
def test_what_runs_is_left_alone(project: Path, name: str, text: str) -> None:
    (project / name).write_text(text)
    assert failing_line(project / name, text) is None
    assert found() == []


OPENED = """\
from contextlib import asynccontextmanager


@asynccontextmanager
async def opened():
    return "session"


async with opened() as session:
    print(session)
"""


def test_a_definition_that_cannot_work_is_told_where_it_stands(project: Path) -> None:
    (project / "README.md").write_text(fence(OPENED))
    assert failing_line(project / "README.md", fence(OPENED)) == 10
    assert found() == found("--no-candidates") == [("README.md", 5, "APL201")]


def test_a_generator_that_is_left_is_told(project: Path) -> None:
    held = "HELD = []\n\n\nasync def held():\n    try:\n        yield 1\n    finally:\n        HELD.clear()\n"
    (project / "app" / "db.py").write_text(f"{DB}\n\n{held}")
    text = "from app.db import held\n\nasync for row in held():\n    break\n"
    (project / "README.md").write_text(fence(text))
    assert found() == [("README.md", 4, "APL501")]


@pytest.mark.parametrize("mark", ["    ...\n", "    # ... and so on\n", "    # and so on \u2026\n"])
def test_of_a_definition_that_is_not_whole_nothing_is_told(project: Path, mark: str) -> None:
    text = OPENED.replace('    return "session"\n', f'{mark}    return "session"\n')
    (project / "README.md").write_text(fence(text), encoding="utf-8")
    assert found() == []


@pytest.mark.parametrize(
    "text",
    [
        fence("# wrong\n" + WRONG),
        fence(WRONG.replace("():", "():  # BROKEN")),
        fence(WRONG, "python no-check"),
        fence(f">>> {IMPORT}>>> list(get_rows())\nTraceback (most recent call last):\n", "pycon"),
        fence(f"{WRONG}this does not parse\n"),
        fence("from .db import gone\n\nawait gone()\n"),
        fence("from app.plugins.tables import Table\n"),
        fence('import uvicorn\n\nuvicorn.run("app.db:application")\n'),
    ],
)
def test_what_is_marked_as_wrong_or_the_readers_is_left_alone(project: Path, text: str) -> None:
    (project / "README.md").write_text(text)
    assert found() == []


def test_columns_are_those_of_the_document(project: Path) -> None:
    (project / "README.md").write_text("- so:\n\n" + textwrap.indent(fence(WRONG), "  "))
    result = CliRunner().invoke(main, ["check", "--docs", "--output-format", "json"])
    (finding,) = json.loads(result.stdout)["findings"]
    line = (project / "README.md").read_text().splitlines()[finding["line"] - 1]
    assert line[finding["column"] - 1 : finding["end_column"] - 1] == "get_session()"
    assert finding["evidence"][0]["path"] == "README.md"
    assert finding["fix"] is None


DOCSTRINGS = '''

def use():
    """Use a session.

    >>> async def main():
    ...     async for session in get_session():
    ...         print(session)

    ```python
    with get_session() as session:
        print(session)
    ```

    .. code-block:: python

        for row in get_rows():
            print(row)
    """
'''


def test_docstrings_know_the_names_of_their_module(project: Path) -> None:
    (project / "app" / "db.py").write_text(DB + DOCSTRINGS)
    lines = (DB + DOCSTRINGS).splitlines()
    expected = [
        ("app/db.py", lines.index(text) + 1, code)
        for text, code in (
            ("    ...     async for session in get_session():", "APL112"),
            ("    with get_session() as session:", "APL152"),
            ("        for row in get_rows():", "APL141"),
        )
    ]
    assert found() == expected
    assert found("app/db.py") == expected


def test_without_the_flag_nothing_is_read(project: Path) -> None:
    (project / "README.md").write_text(fence(WRONG))
    result = CliRunner().invoke(main, ["check", "--output-format", "json"])
    assert json.loads(result.stdout)["findings"] == []


def test_the_configuration_says_which_documents(project: Path) -> None:
    (project / "README.md").write_text(fence(WRONG))
    (project / "docs").mkdir()
    (project / "docs" / "a.md").write_text(fence(WRONG))
    table = '[tool.asyncpattern-lint]\ndocs = ["docs/**/*.md"]\n'
    (project / "pyproject.toml").write_text(table)
    result = CliRunner().invoke(main, ["check", "--output-format", "json"])
    findings = json.loads(result.stdout)["findings"]
    assert [finding["path"] for finding in findings] == ["docs/a.md"]


def test_what_tells_of_earlier_versions_is_left_alone(project: Path) -> None:
    for name in ("CHANGELOG.md", "docs/migrating.md"):
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(fence(WRONG))
    assert found() == []
    assert found("CHANGELOG.md") == [("CHANGELOG.md", 3, "APL112")]


def test_comments_suppress(project: Path) -> None:
    (project / "README.md").write_text("<!-- # apl: ignore-file -->\n" + fence(WRONG))
    assert found() == []


def test_blocks_that_do_not_parse_are_counted(project: Path) -> None:
    (project / "README.md").write_text(fence(RIGHT) + fence("x = \n"))
    result = CliRunner().invoke(main, ["check", "--docs"])
    assert "skipped 1 block in documents that cannot be parsed; checked 1" in result.stderr


def test_markdown_without_its_parser_is_an_error(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "README.md").write_text(fence(RIGHT))
    monkeypatch.setitem(sys.modules, "markdown_it", None)
    result = CliRunner().invoke(main, ["check", "--docs"])
    assert result.exit_code == 2
    assert 'install "asyncpattern-lint[docs]"' in result.stderr


def test_blocks_of_a_docstring_lie_where_they_stand() -> None:
    source = 'def f():\n    """>>> 1\n    1\n\n    >>> 2\n    """\n'
    ((block,),) = blocks_of_module(ast.parse(source), source)
    assert (block.line, block.column) == (2, 11)
    assert [text for text in block.lines if text] == ["1", "2"]
