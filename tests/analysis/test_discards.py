"""A binding is discarded if nothing can use it afterwards."""

from textwrap import dedent, indent

import libcst as cst
import pytest

from asyncpattern_lint.analysis.discards import discarded_targets


def discarded(text: str) -> list[int]:
    """Return the numbers of the assignments to ``x`` that are discarded, from 1."""
    tree = cst.parse_module(f"async def f():\n{indent(dedent(text), '    ')}")
    function = tree.body[0]
    assert isinstance(function, cst.FunctionDef)
    is_discarded = discarded_targets(function.body)
    targets: list[cst.Name] = []

    class Collect(cst.CSTVisitor):
        def visit_AssignTarget(self, node: cst.AssignTarget) -> None:  # noqa: N802
            if isinstance(node.target, cst.Name) and node.target.value == "x":
                targets.append(node.target)

    tree.visit(Collect())
    return [number for number, target in enumerate(targets, 1) if is_discarded(target)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = a()\n", [1]),
        ("x = a()\nprint(y)\n", [1]),
        ("x = a()\nprint(x)\n", []),
        ("print(x)\nx = a()\n", [1]),
        ("x = a(x)\n", [1]),
        ("x = a()\nx = b()\n", [1, 2]),
        ("x = a()\nx = b(x)\n", [2]),
        ("x = a()\nx += 1\n", []),
        ("x = a()\ndel x\n", []),
        ("x = a()\nif y:\n    x = b()\nprint(x)\n", []),
        ("if y:\n    x = a()\nelse:\n    x = b()\n", [2]),
        ("if y:\n    x = a()\n    x = b()\nprint(x)\n", [1]),
    ],
)
def test_what_is_not_used_afterwards(text: str, expected: list[int]) -> None:
    assert discarded(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("for y in z:\n    x = a()\n", [1]),
        ("for y in z:\n    print(x)\n    x = a()\n", []),
        ("while y:\n    if x: pass\n    x = a()\n", []),
        ("while x:\n    x = a()\n", []),
        ("for y in z:\n    for w in x: pass\n    while v:\n        x = a()\n", []),
        ("print(x)\nfor y in z:\n    x = a()\n", [1]),
    ],
)
def test_a_loop_comes_round_again(text: str, expected: list[int]) -> None:
    assert discarded(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "def g():\n    return x\nx = a()\n",
        "x = a()\ng = lambda: x\n",
        "class A:\n    y = x\nx = a()\n",
        "g = lambda x: x\nx = a()\n",
        "x = a()\nlocals()\n",
        "eval('x')\nx = a()\n",
    ],
)
def test_who_may_still_read_it(text: str) -> None:
    assert discarded(text) == []


def test_other_targets_are_not_plain_bindings() -> None:
    function = cst.parse_module("def f():\n    x.y = a()\n").body[0]
    assert isinstance(function, cst.FunctionDef)
    assert not discarded_targets(function.body)(cst.Name("x"))
