"""Outlines tell which functions change what they are given, and what that is."""

import pytest
from outlines import outline

SETTER = """\
def fill(target, values):
    for name, value in values.items():
        setattr(target, name, value)
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SETTER, ["fill:0", "fill:target"]),
        ("def f(a, *, b):\n    b.__iter__ = a\n", ["f:b"]),
        ("def f(a):\n    a.__bases__ = ()\n", ["f:0", "f:a"]),
        ("def f(a):\n    a.__dict__.update({})\n", ["f:0", "f:a"]),
        ("def f(a):\n    vars(a).update({})\n", ["f:0", "f:a"]),
        ("def f(a):\n    a.size = 1\n", []),
        ("class C:\n    def f(self, a, k):\n        setattr(a, k, 1)\n", ["f:0", "f:a"]),
        ("class C:\n    def f(self, k):\n        setattr(self, k, 1)\n", []),
        (
            "def f(k):\n    def g(a):\n        setattr(a, k, 1)\n    return g\n",
            ["f:0", "f:a"],
        ),
        ("def f(k):\n    def g(a):\n        setattr(a, k, 1)\n    g(k)\n", []),
        ("def f(k):\n    def g(a):\n        setattr(a, k, 1)\n    g(A())\n", ["g:0"]),
    ],
)
def test_setters(text: str, expected: list[str]) -> None:
    assert outline(text).setters == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("class A: ...\nfill(A, {})\n", [("fill:0", "A")]),
        ("import a.b as m\nx.fill(m)\n", [("fill:0", "b")]),
        ("from a import B\nfill(v=B())\n", [("fill:v", "B")]),
        ("def f(v: A | B):\n    fill(1, v)\n", [("fill:1", "A"), ("fill:1", "B")]),
        ("def f():\n    v = A()\n    fill(v)\n", [("fill:0", "A")]),
        ("def f():\n    v = make()\n    fill(v)\n", []),
        ("class A: ...\nisinstance(v, A)\n", []),
        ("from m import fill as f\ng = f\ng(A())\n", [("fill:0", "A"), ("g:0", "A")]),
        ("def f():\n    g = make(1)\n    g(A())\n", [("g:0", "A"), ("make:0", "A")]),
        (
            "run(m.fill, A(), b=B())\n",
            [("fill:0", "A"), ("fill:b", "B"), ("run:1", "A"), ("run:b", "B")],
        ),
    ],
)
def test_handed(text: str, expected: list[tuple[str, str]]) -> None:
    assert outline(text).handed == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f(): ...\ng()\ndef f(): ...\n", True),
        ("def f(): ...\ndef f(): ...\ng()\n", False),
        ("def f(): ...\ndef g():\n    h()\ndef f(): ...\n", False),
    ],
)
def test_whether_something_is_called_between_two_bindings(text: str, expected: bool) -> None:
    assert outline(text).scopes[0].bindings["f"].called_between is expected


def test_renamed() -> None:
    text = "from m import make\nfill = make(1)\nother = fill\nMade = make(2)\nsize = 1\n"
    assert outline(text).renamed == [("fill", "make"), ("other", "fill"), ("other", "make")]
