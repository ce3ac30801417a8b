"""Facts about the whole project are compared one by one."""

import pytest

from asyncpattern_lint.index.entry import entry_of
from asyncpattern_lint.index.facts import Facts, unlike
from asyncpattern_lint.index.project import outline_of

BASE = """\
class Base:
    def rows(self): ...


class Child(Base):
    def rows(self): ...


class Grandchild(Child): ...
"""


def facts(*texts: str, in_test: bool = False) -> Facts:
    known = Facts()
    for number, text in enumerate(texts):
        path = f"{number}.py"
        known.add(path, entry_of(outline_of(path, text.encode())), in_test=in_test)
    return known


def differing(old: str, new: str) -> set[str]:
    return {*unlike(facts(BASE, old), facts(BASE, new))}


def named(kinds: tuple[str, ...], names: tuple[str, ...]) -> set[str]:
    return {f"{kind} {name}" for kind in kinds for name in names}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import app\napp.name = 1\n", {"written name", "writers name"}),
        ("def f(thing):\n    thing.name = 1\n", {"writers name"}),
        ("import sys\nsys.modules['a.b'] = 1\n", {"sys_modules a.b"}),
        ("from redis import AsyncRedis\n", {"twins Redis"}),
        ("with shop: ...\n", {"entered shop"}),
        ("def test_it(shop): ...\n", {"requested shop"}),
        ("Base.register(1)\n", {"registered Base"}),
        ("def public(): ...\n", set()),
    ],
)
def test_each_fact_has_a_name(text: str, expected: set[str]) -> None:
    assert differing("", text) == expected
    assert differing(text, "") == expected
    assert differing(text, text) == set()


def test_who_sets_attributes_in_tests_is_a_fact_of_its_own() -> None:
    text = "def f(thing):\n    thing.name = 1\n"
    found = {*unlike(facts(text), facts(text, in_test=True))}
    assert found == {"writers name", "writing_tests name"}


def test_a_class_from_which_none_derives_is_known_by_its_members() -> None:
    found = differing("", "class Leaf(Grandchild):\n    def rows(self): ...\n")
    above = named(("subclasses",), ("Grandchild", "Child", "Base"))
    assert found == {"classes Leaf", *above}


def test_a_class_with_several_bases_joins_what_is_above_it() -> None:
    found = differing("", "class Leaf(Grandchild, Other): ...\n")
    assert found == {
        "classes Leaf",
        *named(("subclasses", "joined"), ("Grandchild", "Child", "Base", "Other")),
    }


def test_what_comes_between_changes_all_above_it() -> None:
    old = "class Between(Other): ...\nclass Leaf(Between): ...\n"
    new = "class Between(Grandchild): ...\nclass Leaf(Between): ...\n"
    assert differing(old, new) == {
        "classes Between",
        *named(("subclasses", "lineages"), ("Grandchild", "Child", "Base", "Other")),
    }


def test_a_circle_of_classes_ends() -> None:
    old = "class A(B): ...\nclass B(A): ...\n"
    above = named(("subclasses", "lineages"), ("A", "B"))
    assert differing(old, "class A(B): ...\n") == {"classes B", *above}
