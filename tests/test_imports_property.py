"""The import rules report what the interpreter cannot import, and nothing else."""

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, note, settings
from import_trees import Block, Import, Interpreter, Module, Place, Tree, trees


@pytest.fixture(scope="module")
def interpreter() -> Iterator[Interpreter]:
    with Interpreter() as running:
        yield running


def linter_missing(root: Path) -> set[Place]:
    """Return the lines below ``root`` where the linter reports a missing name or module."""
    from asyncpattern_lint.cli import main

    select = "--select=APL301,APL302,APL303"
    result = CliRunner().invoke(main, ["check", str(root), "--output-format=json", select])
    assert result.exit_code in {0, 1}, result.output
    return {
        (os.path.relpath(finding["path"], root).replace(os.sep, "/"), finding["line"])
        for finding in json.loads(result.stdout)["findings"]
    }


def listing(tree: Tree) -> str:
    """Return the tree as failures show it: every file with the numbers of its lines."""
    return "\n".join(
        f"--- {path}\n"
        + "\n".join(f"{number:3} {line}" for number, line in enumerate(text.splitlines(), 1))
        for path, text in tree.texts().items()
    )


@given(trees())
@settings(
    max_examples=200,
    deadline=None,
    # The same examples every time: the search for new ones is a developer's, not a user's.
    derandomize="ASYNCPATTERN_EXPLORE" not in os.environ,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_the_linter_and_the_interpreter_agree(interpreter: Interpreter, tree: Tree) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        interpreter.settle(tree, root)
        verdicts = interpreter.judge(tree, root)
        note(listing(tree))
        reported = linter_missing(root)
    certain = {
        place
        for place, _, statement in tree.imports()
        if place in verdicts.missing and not tree.may_hide(statement)
    }
    assert not reported - verdicts.missing - verdicts.depends, "false alarms"
    assert not certain - reported, "missed alarms"


def judged(interpreter: Interpreter, root: Path, **sources: str) -> dict[str, str]:
    """Judge the function-level imports of modules; the answer has the statements as keys.

    A module is named ``a__b`` for ``a.b``; a line ``? statement`` is a function with it.
    """
    tree = Tree({}, {})
    for name, source in sources.items():
        path = name.replace("__", "/")
        is_package = any(other.startswith(f"{name}__") for other in sources)
        module = Module(
            name.replace("__", "."), f"{path}/__init__.py" if is_package else f"{path}.py"
        )
        for line in source.splitlines():
            statement = line.removeprefix("? ")
            asked = (Import(1, statement, "barn"),) if statement != line else ()
            text = f"def use():\n    {statement}" if asked else line
            module.blocks.append(Block(text, asked))
        tree.modules[module.name] = module
    interpreter.settle(tree, root)
    verdicts = interpreter.judge(tree, root)
    answers = {}
    for place, _, question in tree.imports():
        for answer in ("missing", "present", "depends"):
            if place in getattr(verdicts, answer):
                answers[question.statement] = answer
    return answers


def test_the_interpreter_tells_missing_names_and_modules(
    interpreter: Interpreter, tmp_path: Path
) -> None:
    answers = judged(
        interpreter,
        tmp_path,
        barn="alpha = beta = 1\ndel beta\n__all__ = ['red']",
        barn__red="gamma: int\n? from . import alpha\n? from . import beta\n? from .red import gamma",
        farm="? from barn import red\n? import barn.blue\n? from barn.red import alpha as local",
    )
    assert answers == {
        "from . import alpha": "present",
        "from . import beta": "missing",
        "from .red import gamma": "missing",
        "from barn import red": "present",
        "import barn.blue": "missing",
        "from barn.red import alpha as local": "missing",
    }


def test_a_star_brings_submodules_that_are_exported(
    interpreter: Interpreter, tmp_path: Path
) -> None:
    answers = judged(
        interpreter,
        tmp_path,
        barn="alpha = 1\n__all__ = ['red']",
        barn__red="",
        farm="from barn import *\n? from farm import red\n? from farm import alpha",
    )
    assert answers == {"from farm import red": "present", "from farm import alpha": "missing"}


def test_what_depends_on_the_order_of_imports_is_not_judged(
    interpreter: Interpreter, tmp_path: Path
) -> None:
    answers = judged(
        interpreter,
        tmp_path,
        barn="",
        barn__red="",
        farm="from barn import *\n? from farm import red",
    )
    assert answers == {"from farm import red": "depends"}


def test_settling_drops_what_raises_and_nothing_else(
    interpreter: Interpreter, tmp_path: Path
) -> None:
    tree = Tree(
        {
            "barn": Module("barn", "barn.py", [Block("import farm"), Block("alpha = 1")]),
            "farm": Module(
                "farm",
                "farm.py",
                [Block("from barn import gone"), Block("beta = (\n    nothing\n)"), Block("x = 1")],
            ),
        },
        {},
    )
    interpreter.settle(tree, tmp_path)
    assert tree.texts() == {"barn.py": "import farm\nalpha = 1\n", "farm.py": "x = 1\n"}
