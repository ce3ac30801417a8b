"""Random functions are run on all their ways: what is told of their order must be true."""

import itertools
import json
import random
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from asyncpattern_lint.cli import main

CONDITIONS = ("a", "b", "c")
FUNCTIONS = 150

#: So many of them are called by the others.
HELPERS = 15

#: Of the first calls that may fail, each is made to.
RISKS = 6

HEAD = """\
EVENTS = []
RISKS = []
FAILING = [0, None]


def first():
    EVENTS.append("first")


def then():
    EVENTS.append("then")


def fail():
    raise ValueError("as it happens")


def risk():
    RISKS.append(1)
    if len(RISKS) == FAILING[0]:
        raise FAILING[1]("as it happens")


"""


class Writer:
    """Writes a random function of three conditions; ``helpers`` are functions that it may call."""

    def __init__(self, chance: random.Random, helpers: int) -> None:
        self.chance = chance
        self.helpers = helpers

    def block(self, depth: int, indent: str, *, in_loop: str = "") -> Iterator[str]:
        for _ in range(self.chance.randint(1, 3)):
            yield from self.statement(depth, indent, in_loop)

    def statement(self, depth: int, indent: str, in_loop: str) -> Iterator[str]:
        pick = self.chance.choice
        kind = pick(
            ["call"] * 5 + ["if"] * 4 + ["for", "while", "try", "match", "set", "leave", "with"]
        )
        if depth == 0 and kind in {"if", "for", "while", "try", "match", "with"}:
            kind = "call"
        inner = f"{indent}    "
        if kind == "call":
            yield f"{indent}{self.call()}"
        elif kind == "if":
            yield f"{indent}if {self.test()}:"
            yield from self.block(depth - 1, inner, in_loop=in_loop)
            if self.chance.random() < 0.5:
                yield f"{indent}else:"
                yield from self.block(depth - 1, inner, in_loop=in_loop)
        elif kind == "for":
            yield f"{indent}for _ in range({pick(['2', 'int(a)', 'int(b)'])}):"
            yield from self.block(depth - 1, inner, in_loop="for")
        elif kind == "while":
            yield f"{indent}while {pick(['True', *CONDITIONS])}:"
            yield from self.block(depth - 1, inner, in_loop="while")
            yield f"{inner}break"
        elif kind == "with":
            yield f"{indent}with suppress({pick(['ValueError', 'KeyError'])}):"
            yield from self.block(depth - 1, inner, in_loop=in_loop)
        elif kind == "try":
            yield f"{indent}try:"
            yield f"{inner}risk()"
            yield from self.block(depth - 1, inner, in_loop=in_loop)
            end = pick(["except ValueError", "except KeyError", "except Exception", "finally"])
            yield f"{indent}{end}:"
            yield from self.block(depth - 1, inner, in_loop=in_loop)
        elif kind == "match":
            yield f"{indent}match {pick(CONDITIONS)}:"
            yield f"{inner}case True:"
            yield from self.block(depth - 1, f"{inner}    ", in_loop=in_loop)
            yield f"{inner}case {pick(['False', '_'])}:"
            yield from self.block(depth - 1, f"{inner}    ", in_loop=in_loop)
        elif kind == "set":
            one, other = self.chance.sample(CONDITIONS, k=2)
            yield f"{indent}{one} = {pick(['True', 'False', other, f'not {other}'])}"
        else:
            leave = pick(["return", "raise ValueError", "raise KeyError", "fail()"])
            if in_loop:
                # Nothing ends a ``while`` whose rounds are cut short.
                leave = pick([leave, "break", "continue" if in_loop == "for" else "break"])
            yield f"{indent}if {self.test()}:"
            yield f"{inner}{leave}"

    def test(self) -> str:
        one, other = self.chance.sample(CONDITIONS, k=2)
        forms = (
            one,
            f"not {one}",
            f"{one} and {other}",
            f"{one} or not {other}",
            f"{one} is {other}",
        )
        return self.chance.choice(forms)

    def call(self) -> str:
        plain = ["first()", "then()", "risk()", "a or first()", "first() if b else None"]
        if self.helpers:
            number = self.chance.randrange(self.helpers)
            plain += [
                f"f{number}({', '.join(self.chance.choices([*CONDITIONS, 'True', 'False'], k=3))})"
            ] * 2
        return self.chance.choice(plain)


def program(seed: int) -> str:
    """Return a module of random functions, from ``f0`` on."""
    chance = random.Random(seed)
    lines = []
    for number in range(FUNCTIONS):
        lines.append(f"def f{number}(a, b, c):")
        lines += Writer(chance, HELPERS if number >= HELPERS else 0).block(3, "    ")
        lines += ["", ""]
    return "from contextlib import suppress\n\n" + HEAD + "\n".join(lines)


def breaks_order(namespace: dict[str, Any], name: str) -> bool:
    """Run a function on all its ways; tell whether ``then`` ever comes before ``first``."""
    events: list[str] = namespace["EVENTS"]
    conditions = itertools.product((False, True), repeat=len(CONDITIONS))
    failures = [(0, None), *itertools.product(range(1, RISKS), (ValueError, KeyError))]
    for values, failure in itertools.product(conditions, failures):
        events.clear()
        namespace["RISKS"].clear()
        namespace["FAILING"][:] = failure
        with suppress(ValueError, KeyError):
            namespace[name](*values)
        if events[:1] == ["then"]:
            return True
    return False


@pytest.mark.parametrize("seed", range(2))
def test_what_is_told_is_true(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = program(seed)
    names = [f"f{number}" for number in range(FUNCTIONS)]
    (tmp_path / "steps.py").write_text(text, encoding="utf-8")
    contracts = (
        f'[[order]]\nfirst = "steps.first"\nthen = "steps.then"\nwithin = "steps.{name}"\n'
        for name in names
    )
    (tmp_path / ".asyncpattern-lint.toml").write_text("".join(contracts), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(
        main, ["check", "--select", "APL601", "--output-format", "json"], catch_exceptions=False
    )
    told = {
        finding["message"].partition(" in `")[2].partition("`")[0]
        for finding in json.loads(result.stdout)["findings"]
    }
    namespace: dict[str, Any] = {}
    exec(compile(text, "steps.py", "exec"), namespace)  # this test wrote it
    true = {name for name in names if breaks_order(namespace, name)}
    capsys.readouterr()
    assert told <= true
    # What is certain is told, too.
    assert len(told) > len(true) / 4
