"""Ways through a function: what was called on them, and how tests of the same thing turned out.

Two tests of one thing go together: who passes by the first does not come into the second. So a
way remembers how its tests turned out, as long as nothing changes what they ask about.
"""

import ast
import enum
from collections import Counter
from collections.abc import Iterable, Iterator, Set
from typing import NamedTuple

from asyncpattern_lint.index.bodies import own_nodes
from asyncpattern_lint.index.conditions import reference

Told = frozenset[tuple[str, bool]]
"""Tests by their texts, and how they turned out."""


class Called(enum.IntEnum):
    """Whether a function was called on a way."""

    NOT = 0
    PERHAPS = 1
    SURELY = 2


class Way(NamedTuple):
    """One way to a place, or several that do not differ.

    ``told`` are the tests that turned out so, ``early`` the numbers of the calls that came first.
    """

    called: Called = Called.NOT
    told: Told = frozenset()
    early: frozenset[int] = frozenset()


Ways = frozenset[Way]

#: More ways than this are taken together, and then nothing is said of them.
_MAX_WAYS = 64

_TESTS = (ast.If, ast.While, ast.IfExp, ast.Assert)


class Test(NamedTuple):
    """A test without ``and``, ``or`` and ``not``: what it asks, whether it has to hold, of what.

    ``subject`` is what is compared with something in particular, if that is all that is asked.
    """

    text: str
    holds: bool
    chains: frozenset[str]
    subject: str = ""


class Tests:
    """The tests of a function, and which of them have to do with each other."""

    def __init__(self, statements: list[ast.stmt]) -> None:
        self._chains: dict[str, frozenset[str]] = {}
        self._subjects: dict[str, str] = {}
        self._sources: dict[str, set[str]] = {}
        self._asked: Counter[str] = Counter()
        asked: list[frozenset[str]] = []
        for node in own_nodes(statements):
            if isinstance(node, _TESTS):
                asked += [self.of(part).chains for part in parts(node.test)]
            elif isinstance(node, ast.BoolOp):
                asked += [self.of(part).chains for part in parts(node)]
            elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
                asked.append(self.of_iterable(node.iter).chains)
            elif isinstance(node, ast.Match):
                asked += [self.of_case(node, case).chains for case in node.cases]
            elif isinstance(node, ast.Assign):
                names = frozenset(filter(None, map(reference, node.targets)))
                if isinstance(node.value, ast.Constant):
                    asked.append(names)
                for name in names:
                    self._sources.setdefault(name, set()).update(_chains(node.value))
            if isinstance(node, ast.comprehension):
                asked += [self.of(part).chains for test in node.ifs for part in parts(test)]
        for chains in asked:
            self._asked.update(self._behind(chains))

    def of(self, node: ast.expr) -> Test:
        """Return what a test without ``and``, ``or`` and ``not`` asks."""
        match node:
            case ast.Compare(
                left=left,
                ops=[ast.Is() | ast.IsNot() as op],
                comparators=[ast.Constant(value=None)],
            ):
                text, holds = _is_none(ast.unparse(left)), isinstance(op, ast.Is)
            case ast.Compare(
                left=left,
                ops=[ast.NotEq() | ast.NotIn() | ast.IsNot() as op],
                comparators=[right],
            ):
                sign = {ast.NotEq: "==", ast.NotIn: "in", ast.IsNot: "is"}[type(op)]
                text, holds = f"{ast.unparse(left)} {sign} {ast.unparse(right)}", False
            case _:
                text, holds = ast.unparse(node), True
        subject = _compared(node)
        if subject is None:
            return self._test(text, holds, frozenset(_chains(node)), "")
        return self._test(text, holds, frozenset(_chains(subject)), f"{ast.unparse(subject)} ==")

    def is_last_of_several(self, node: ast.expr, ways: Ways) -> bool:
        """Tell whether a test compares what other tests have compared with something else."""
        subject = self.of(node).subject
        return bool(subject) and any(
            self._subjects.get(text) == subject and text != self.of(node).text
            for way in ways
            for text, _ in way.told
        )

    def of_case(self, node: ast.Match, case: ast.match_case) -> Test:
        """Return what a ``case`` asks."""
        guard = "" if case.guard is None else f" if {ast.unparse(case.guard)}"
        text = f"{ast.unparse(node.subject)} as {ast.unparse(case.pattern)}{guard}"
        subject = f"{ast.unparse(node.subject)} as"
        return self._test(text, True, frozenset(_chains(node.subject)), subject)

    def of_iterable(self, node: ast.expr) -> Test:
        """Return what a loop asks: whether there is something to loop over."""
        if reference(node):
            return self.of(node)
        chains = set(_chains(node))
        for inner in ast.walk(node):
            if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute):
                chains.update(_chains(inner.func.value))
        return self._test(f"over {ast.unparse(node)}", True, frozenset(chains), "")

    def _test(self, text: str, holds: bool, chains: frozenset[str], subject: str) -> Test:
        self._chains[text] = chains
        self._subjects[text] = subject
        return Test(text, holds, chains, subject)

    def split(self, ways: Ways, test: Test) -> tuple[Ways, Ways]:
        """Return the ways on which a test holds, and those on which it does not."""
        holding: set[Way] = set()
        failing: set[Way] = set()
        for way in ways:
            known = self._known(way, test.text)
            if known is not None:
                (holding if known else failing).add(way)
                continue
            # Where it may be another way to ask the same, what it rules out is not known.
            after = doubted(way) if self._is_related(way, test) else way
            if any(self._asked[name] > 1 for name in self._behind(test.chains)):
                holding.add(after._replace(told=way.told | {(test.text, True)}))
                failing.add(after._replace(told=way.told | {(test.text, False)}))
            else:
                holding.add(after)
                failing.add(after)
        if not test.holds:
            holding, failing = failing, holding
        return joined(holding), joined(failing)

    def _known(self, way: Way, text: str) -> bool | None:
        if (text, True) in way.told:
            return True
        if (text, False) in way.told:
            return False
        # What is None is not true, and what is true is not None.
        bare = text.removesuffix(_IS_NONE)
        other = bare if bare != text else _is_none(text)
        if (other, True) in way.told:
            return False
        # What is one thing is no other.
        subject = self._subjects.get(text, "")
        is_another = subject.endswith("==") and any(
            outcome and self._subjects.get(told) == subject for told, outcome in way.told
        )
        return False if is_another else None

    def _is_related(self, way: Way, test: Test) -> bool:
        return any(
            text != test.text
            and not (test.subject and test.subject == self._subjects.get(text))
            and any(
                asked == name or (text.startswith(_UNDECIDED) and asked.startswith(f"{name}."))
                for name in self._behind(self._chains.get(text, frozenset()))
                for asked in self._behind(test.chains)
            )
            for text, _ in way.told
        )

    def _behind(self, chains: frozenset[str]) -> frozenset[str]:
        """Return what names may have been made of, too."""
        found = set(chains)
        waiting = list(chains)
        while waiting:
            new = self._sources.get(waiting.pop(), set()) - found
            found |= new
            waiting += new
        return frozenset(found)

    def may_know(self, way: Way, touched: Set[str]) -> bool:
        """Tell whether a way is there because of what is changed elsewhere."""
        return any(
            name.rpartition(".")[2] in touched
            for text, _ in way.told
            for name in self._chains.get(text, ())
        )

    def assigned(self, ways: Ways, target: ast.expr, value: ast.expr | None) -> Ways:
        """Return the ways after something was assigned to a target."""
        names = {name for name in map(reference, _targets(target)) if name}
        if not names:
            return ways
        told: Told = frozenset()
        if isinstance(target, ast.Name | ast.Attribute):
            told = self.knowing(told_of(ast.unparse(target), value))
        return joined(
            way._replace(told=frozenset(self._kept(way.told, names)) | told) for way in ways
        )

    def knowing(self, told: Told) -> Told:
        """Note what is known of names and chains, and return it."""
        for text, _ in told:
            name = text.removesuffix(_IS_NONE).removeprefix(_UNDECIDED)
            self._chains[text] = frozenset({name})
        return told

    def _kept(self, told: Told, names: set[str]) -> Iterator[tuple[str, bool]]:
        for text, outcome in told:
            asked = self._chains.get(text, frozenset())
            if not any(a == n or a.startswith(f"{n}.") for a in asked for n in names):
                yield text, outcome


def _compared(node: ast.expr) -> ast.expr | None:
    """Return what a comparison asks of whether it is one thing or another."""
    match node:
        case ast.Compare(
            left=left,
            ops=[ast.Eq() | ast.NotEq() | ast.Is() | ast.IsNot()],
            comparators=[ast.Constant(value=value)],
        ) if value is not None:
            return left
        case ast.Compare(
            left=left,
            ops=[ast.Eq() | ast.NotEq() | ast.Is() | ast.IsNot()],
            comparators=[ast.Attribute()],
        ):
            # As a rule a member of an enumeration.
            return left
        case _:
            return None


_IS_NONE = " is None"
_UNDECIDED = "undecided "


def _is_none(text: str) -> str:
    return f"{text}{_IS_NONE}"


def told_of(name: str, value: ast.expr | None) -> Told:
    """Return what is known of a name to which a value was assigned."""
    if not isinstance(value, ast.Constant):
        return frozenset()
    return frozenset({(name, bool(value.value)), (_is_none(name), value.value is None)})


def undecided(name: str) -> Told:
    """Return that it is known elsewhere how tests of a name turn out."""
    return frozenset({(_UNDECIDED + name, True)})


def joined(ways: Iterable[Way]) -> Ways:
    """Return ways together; too many become one of which nothing is said."""
    found = frozenset(ways)
    if len(found) <= _MAX_WAYS:
        return found
    return frozenset(doubted(Way(way.called)) for way in found)


def doubted(way: Way) -> Way:
    """Return a way on which the function may have been called after all."""
    return way if way.called else way._replace(called=Called.PERHAPS)


def all_doubted(ways: Ways) -> Ways:
    """Return ways on each of which the function may have been called after all."""
    return frozenset(map(doubted, ways))


def has_grown(before: Ways, after: Ways) -> bool:
    """Tell whether the function is called, or may be, between two places."""
    return any(way.called is Called.NOT for way in before) and any(way.called for way in after)


def parts(test: ast.expr) -> Iterator[ast.expr]:
    """Yield what a test is made of, without ``and``, ``or`` and ``not``."""
    if isinstance(test, ast.BoolOp):
        for value in test.values:
            yield from parts(value)
    elif isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        yield from parts(test.operand)
    else:
        yield test


def _chains(node: ast.AST) -> Iterator[str]:
    whole = reference(node) if isinstance(node, ast.Name | ast.Attribute) else ""
    if whole:
        yield whole
        return
    for child in ast.iter_child_nodes(node):
        yield from _chains(child)


def _targets(target: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, ast.Tuple | ast.List):
        for element in target.elts:
            yield from _targets(element)
    elif isinstance(target, ast.Starred | ast.Subscript):
        yield from _targets(target.value)
    else:
        yield target
