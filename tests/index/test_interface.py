"""Outlines are alike if other modules cannot tell them apart."""

import pytest

from asyncpattern_lint.index.interface import are_alike
from asyncpattern_lint.index.project import outline_of

TEXT = """\
import os
from app import store


class Store:
    def __init__(self, path):
        self.path = path

    async def rows(self):
        yield 1


def find():
    return store.rows()
"""


def alike(one: str, other: str) -> bool:
    return are_alike(outline_of("a.py", one.encode()), outline_of("a.py", other.encode()))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import os\n", "# a comment\n\nimport os\n"),
        ("        yield 1\n", "        print(os.name)\n        yield 1\n"),
        ("        yield 1\n", "        os.walk().asend(None)\n        yield 1\n"),
        ("import os\n", "import   os\n"),
        ("    return store", "    os.remove('x')\n    return store"),
    ],
)
def test_places_and_uses_are_a_modules_own_matter(old: str, new: str) -> None:
    assert old in TEXT
    assert alike(TEXT, TEXT.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import os\n", ""),
        ("import os\n", "import os\nx = 1\n"),
        ("from app import store", "from app import shop as store"),
        ("async def rows", "def rows"),
        ("        yield 1\n", "        return 1\n"),
        ("        yield 1\n", "        with os.open():\n            yield 1\n"),
        ("    async def rows", "    @wrapped\n    async def rows"),
        ("def find", "def look"),
        ("store.rows()", "store.lines()"),
        ("class Store:", "class Store(Base):"),
        ("self.path = path", "self.way = path"),
        ("def find():", "def find() -> int:"),
        ("import os\n", "import os\n__all__ = ['Store']\n"),
        ("import os\n", "import os(\n"),
    ],
)
def test_what_others_can_ask_for_is_seen(old: str, new: str) -> None:
    assert old in TEXT
    assert not alike(TEXT, TEXT.replace(old, new))


def test_files_that_cannot_be_parsed_are_alike() -> None:
    assert alike("def f(:\n", "x = (\n")
