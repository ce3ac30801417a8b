"""Every rule is whole: its codes, names, documentation, examples and place in the table."""

import inspect
import re
from pathlib import Path

import pytest

import asyncpattern_lint.rules
from asyncpattern_lint.protocol import cells, code_of
from asyncpattern_lint.rule import SECTIONS, Rule, TableRule, known_codes, rules

MODULES = sorted(
    path.stem
    for path in Path(asyncpattern_lint.rules.__path__[0]).glob("*.py")
    if path.stem != "__init__"
)


def _module(rule: Rule) -> str:
    return type(rule).__module__.rpartition(".")[2]


def _ids(rule: Rule) -> str:
    return _module(rule)


every_rule = pytest.mark.parametrize("rule", rules(), ids=_ids)


def test_every_module_holds_one_rule() -> None:
    assert sorted(map(_module, rules())) == MODULES


def test_the_table_rules_own_each_cell_once() -> None:
    owned = [
        (rule.use, kind) for rule in rules() if isinstance(rule, TableRule) for kind in rule.advice
    ]
    assert sorted(owned) == sorted(cells())


def test_codes_are_unique() -> None:
    codes = [code for rule in rules() for code in rule.codes]
    assert len(codes) == len(set(codes))
    assert list(known_codes()) == sorted(codes)
    assert {code_of(use, kind) for use, kind in cells()} < set(codes)


def test_names_are_unique() -> None:
    names = [name for rule in rules() for name in rule.codes.values()]
    assert len(names) == len(set(names))


@every_rule
def test_names_name_the_bad_pattern(rule: Rule) -> None:
    for code, name in rule.codes.items():
        assert re.fullmatch(r"APL\d{3}", code)
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
        assert not re.match(r"(no|avoid|use|prefer|disallow|check|invalid)-", name)


@every_rule
def test_the_module_has_the_name_of_the_rule(rule: Rule) -> None:
    words = _module(rule).strip("_").replace("_", "-")
    if isinstance(rule, TableRule):
        assert all(words in name for name in rule.codes.values())
    else:
        assert list(rule.codes.values()) == [words]


@every_rule
def test_the_documentation_has_every_section_in_order(rule: Rule) -> None:
    text = inspect.getdoc(type(rule)) or ""
    places = [text.find(f"\n{section}\n") for section in SECTIONS]
    assert -1 not in places
    assert places == sorted(places)
    assert text.count("```python") == 2
    assert text.startswith("Flag ")


@every_rule
def test_every_code_has_examples(rule: Rule) -> None:
    assert set(rule.bad) == set(rule.codes)
    assert rule.good
    for code, example in rule.bad.items():
        assert re.findall(r"# BUG: (\w+)", example) == [code]
    assert not any("# BUG" in example for example in rule.good)
