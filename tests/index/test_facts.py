"""Facts about the whole project are compared one by one."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncpattern_lint.index.entry import entry_of
from asyncpattern_lint.index.facts import Facts, decoded, encoded, unlike
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


#: Texts that say much of few names.
TEXTS = (
    "",
    BASE,
    "class Base(Other, Child): ...\n\n\nclass Child(Base):\n    x = 1\n\n\nclass Child(Base): ...\n",
    "import app\napp.name = 1\nwith app: ...\n\n\ndef f(thing):\n    thing.name = thing.more = 1\n",
    "import sys\nfrom redis import AsyncRedis\nsys.modules['a.b'] = 1\nBase.register(1)\n",
    "async def public(): ...\n\n\ndef test_it(shop): ...\n\n\ndef g(thing):\n    thing.name = 1\n",
    "async def public():\n    yield 1\n\n\ndef f(cls):\n    cls.__aenter__ = 1\n\n\nf(Base)\nf(Child)\n",
)
ENTRIES = [entry_of(outline_of("", text.encode())) for text in TEXTS]


def in_any_order(known: Facts) -> Facts:
    classes = {name: sorted(known.classes[name], key=repr) for name in known.classes}
    return replace(
        known, classes=classes, subclasses={n: known.subclasses[n] for n in known.subclasses}
    )


@given(st.lists(st.sampled_from(range(len(TEXTS))), min_size=1, max_size=6), st.data())
def test_facts_of_a_changed_module_are_exchanged_for_others(
    numbers: list[int], data: st.DataObject
) -> None:
    """As if they had been gathered anew."""
    tests = {3}
    known = gathered(numbers, tests)
    old = gathered(numbers, tests)
    places = {str(place): place for place in range(len(numbers))}
    among = Facts()
    for _ in range(2):
        changed = data.draw(st.sampled_from(range(len(numbers))))
        now = data.draw(st.sampled_from(range(len(TEXTS))))
        before, after = ENTRIES[numbers[changed]], ENTRIES[now]
        in_test = changed in tests
        known.drop(str(changed), before, in_test=in_test)
        known.add(str(changed), after, in_test=in_test, places=places)
        for entry in (before, after):
            among.add(str(changed), entry, in_test=in_test)
        numbers = [*numbers[:changed], now, *numbers[changed + 1 :]]
        known, old = (
            data.draw(st.sampled_from((kept, decoded(encoded(kept))))) for kept in (known, old)
        )
    fresh = gathered(numbers, tests)
    assert in_any_order(known) == in_any_order(fresh)
    assert {*unlike(old, known, among)} == {*unlike(old, fresh)}


def gathered(numbers: list[int], tests: set[int]) -> Facts:
    known = Facts()
    for place, number in enumerate(numbers):
        known.add(str(place), ENTRIES[number], in_test=place in tests)
    return known


def test_what_a_module_does_not_do_is_not_forgotten() -> None:
    with pytest.raises((LookupError, ValueError)):
        facts("").drop("0.py", ENTRIES[1], in_test=False)


def test_lists_that_are_none_are_empty() -> None:
    """Whoever made the cache."""
    known = facts(BASE)
    known.classes["Base"] = 1  # type: ignore[assignment]  # forged
    assert decoded(encoded(known)).classes["Base"] == []
    assert decoded(encoded(known)).classes["Child"] == known.classes["Child"]
