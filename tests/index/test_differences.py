"""A change of a module is told by the parts of it that others may have asked for."""

import pytest

from asyncpattern_lint.index.differences import Difference, difference
from asyncpattern_lint.index.project import outline_of

TEXT = """\
import os
from app import store

LIMIT = 3


class Store:
    rows = None

    def __init__(self, path):
        self.path = path

    async def lines(self):
        yield os.sep


def find(name):
    def inner():
        return store.lines()

    return inner
"""


def change(old: str, new: str, text: str = TEXT) -> Difference:
    assert old in text
    before, after = (
        outline_of("a.py", source.encode()) for source in (text, text.replace(old, new))
    )
    return difference(before, after)


def parts(*names: str) -> frozenset[str]:
    return frozenset(names)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import os\n", "# a comment\n\nimport os\n"),
        ("def find", "\n\ndef find"),
        ("LIMIT = 3\n", "LIMIT   =  3\n"),
    ],
)
def test_places_are_no_change(old: str, new: str) -> None:
    assert change(old, new) == Difference(False)


def test_nor_is_the_place_where_a_loop_is_left() -> None:
    text = "async def f(rows):\n    async for row in rows():\n        break\n"
    assert change("async def f", "\nasync def f", text) == Difference(False)


def test_what_a_function_does_is_a_change_of_its_body() -> None:
    found = change("        return store", "        os.remove(name)\n        return store")
    assert found == Difference(False, bodies=parts(".find", "bodies"))
    assert not found.is_seen


def test_what_a_function_gives_is_seen() -> None:
    found = change("return store.lines()", "return store.rows()")
    assert found.parts == parts(".find", "scopes")
    assert not found.rest
    assert not found.added
    assert found.is_seen


@pytest.mark.parametrize("new", ["def lines(self)", "async def lines(self, more=1)"])
def test_a_method_is_a_part_of_its_own(new: str) -> None:
    found = change("async def lines(self)", new)
    assert found.parts == parts(".Store.lines", "scopes")
    assert found.bodies == parts(".Store.lines", "bodies")
    assert not found.rest


def test_what_a_class_binds_belongs_to_the_class() -> None:
    found = change("    rows = None\n", "    rows = 1\n")
    assert found.parts == parts(".Store", "scopes")
    found = change("self.path = path", "self.way = path")
    assert found.parts == parts(".Store", "scopes")
    found = change("    rows = None\n", "")
    assert found.parts == parts(".Store", "scopes")


def test_a_new_method_changes_its_class_and_what_stands_right_below_it() -> None:
    found = change("    async def lines", "    def more(self): ...\n\n    async def lines")
    assert found.parts <= parts(".Store", ".Store.lines", "scopes")
    assert found.parts >= parts(".Store", "scopes")
    assert not found.rest


def test_what_a_name_is_bound_to_is_a_part() -> None:
    found = change("LIMIT = 3", "LIMIT = 'many'")
    assert found == Difference(False, parts(".LIMIT", "names"), frozenset())


def test_a_name_that_is_gone() -> None:
    found = change("LIMIT = 3\n", "")
    assert found == Difference(False, parts(".LIMIT", "names"))
    found = change("def find(", "def look(")
    assert found.parts == parts(".find", "names", "scopes")
    assert found.added == {"look"}
    assert found.bodies == parts(".find", "bodies")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("LIMIT = 3\n", "LIMIT = 3\n\n\ndef more():\n    return store\n"),
        ("LIMIT = 3\n", "LIMIT = 3\n\n\nclass more(store.Base):\n    async def rows(self): ...\n"),
        ("import os\n", "import os\nmore = os.sep\n"),
        ("import os\n", "import more\nimport os\n"),
        ("def find", "async def more():\n    yield 1\n\n\ndef find"),
    ],
)
def test_what_is_new_changes_nothing_else(old: str, new: str) -> None:
    found = change(old, new)
    assert not found.rest
    assert found.added == {"more"}
    assert found.parts <= parts("names", "scopes", "imports")
    assert found.bodies <= parts("bodies", "")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("LIMIT = 3\n", "LIMIT = 3\n__all__ = ['Store']\n"),
        ("import os\n", "import os\nfrom typing import *\n"),
        ("    return inner", "    global LIMIT\n    LIMIT = store\n    return inner"),
        ("import os\nfrom app import store\n", "from app import store\nimport os\n"),
        ("LIMIT = 3\n", "LIMIT = 3\nstore.rows = 1\n"),
        ("LIMIT = 3\n", "LIMIT = 3\nglobals().update(os.environ)\n"),
    ],
)
def test_what_concerns_whoever_asks(old: str, new: str) -> None:
    found = change(old, new)
    assert found.rest or ".LIMIT" in found.parts
    assert found.is_seen


def test_an_import_that_gives_a_name_that_was_used_before_concerns_whoever_asks() -> None:
    text = "T = V('T')\n"
    assert change("T =", "from typing import TypeVar as V\nT =", text).rest
    assert not change("T =", "from typing import TypeVar as W\nT =", text).rest


def test_decorators_see_what_stands_above_them() -> None:
    text = "def a(f): ...\n\n\n@b\ndef c(): ...\n\n\ndef b(f): ...\n"
    moved = "def a(f): ...\n\n\ndef b(f): ...\n\n\n@b\ndef c(): ...\n"
    before, after = (outline_of("a.py", source.encode()) for source in (text, moved))
    assert difference(before, after).rest


def test_namesakes_share_a_part() -> None:
    text = "if x:\n    def f(): ...\nelse:\n    async def f(): ...\n"
    found = change("    async def f(): ...", "    def f(): ...", text)
    assert found.parts == parts(".f", "scopes")


def test_what_cannot_be_parsed() -> None:
    broken = outline_of("a.py", b"def f(:\n")
    whole = outline_of("a.py", TEXT.encode())
    assert difference(broken, outline_of("a.py", b"x = (\n")) == Difference(False)
    assert difference(broken, whole) == Difference(True)
    found = difference(whole, broken)
    assert found.rest
    assert found.bodies == parts("", ".Store", ".Store.__init__", ".Store.lines", ".find", "bodies")
