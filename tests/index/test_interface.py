"""Outlines are alike if other modules cannot tell them apart."""

import pytest

from asyncpattern_lint.index.differences import Difference, difference
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
        (
            "    return store",
            "    path = os.sep\n    for name in path:\n        path = name\n    return store",
        ),
        (
            "    return store",
            "    with store.open() as file:\n        file.read()\n    return store",
        ),
        ("def find", "\n\ndef find"),
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
        ("    return store", "    store = os\n    return store"),
        ("    return store", "    global store\n    return store"),
        ("    return store.rows()", "    found = store.rows()\n    return found"),
        ("        self.path = path", "        path = os.sep\n        self.path = path"),
        ("    return store", "    os.register(store)\n    return store"),
        ("    return store", "    store.rows = 1\n    return store"),
        ("    return store", "    def inner():\n        return 1\n    return store"),
        ("    return store", "    if os.sep:\n        return None\n    return store"),
        ("import os\nfrom app import store\n", "from app import store\nimport os\n"),
    ],
)
def test_what_others_can_ask_for_is_seen(old: str, new: str) -> None:
    assert old in TEXT
    assert not alike(TEXT, TEXT.replace(old, new))


def test_what_a_function_calls_and_does_to_others_counts() -> None:
    old = outline_of("a.py", TEXT.encode())
    text = TEXT.replace("    return store", "    os.register(store)\n    return store")
    new = outline_of("a.py", text.encode())
    assert not are_alike(old, new)
    # Whoever asks for parts looks at that apart.
    assert difference(old, new) == Difference(False, bodies=frozenset({".find", "bodies"}))


CHAIN = """\
import os


def outer(given):
    first = {first}
    second = first
    local = {local}
    print(local)

    def inner():
        third = second
        return third

    return inner
"""


def test_the_names_that_lead_to_what_is_given_are_followed() -> None:
    text = CHAIN.format(first="given()", local="given()")
    assert alike(text, CHAIN.format(first="given()", local="os.sep"))
    assert not alike(text, CHAIN.format(first="os.sep", local="given()"))


def test_the_order_of_statements_is_seen() -> None:
    one = "from a import *\nfrom b import *\nx = 1\n"
    assert not alike(one, "x = 1\nfrom a import *\nfrom b import *\n")
    assert alike(one, "from a import *\n\n\nfrom b import *\n\nx = 1\n")


def test_files_that_cannot_be_parsed_are_alike() -> None:
    assert alike("def f(:\n", "x = (\n")
