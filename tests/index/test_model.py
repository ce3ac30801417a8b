"""What can be asked of an outline."""

import pytest

from asyncpattern_lint.index.builder import build, parse

SOURCE = b"""\
import os

@decorated
async def f(
    a,
):
    def g():
        return 1
    return g

class A:
    x = 1

    async def f(self):
        pass
y = 2
"""


@pytest.mark.parametrize(
    ("line", "name"),
    [(1, ""), (3, ""), (4, "f"), (6, "f"), (8, "f.g"), (9, "f"), (12, "A"), (15, "A.f"), (16, "")],
)
def test_the_name_around_a_line(line: int, name: str) -> None:
    assert build(parse(SOURCE, "a.py")).name_around(line) == name
