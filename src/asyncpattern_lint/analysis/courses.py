"""Follow every way through the statements of one function, and note which calls come too early.

What a call does to a way is for the ``Effects`` to say, which know the project.
"""

import ast
from collections.abc import Callable, Sequence, Set
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from asyncpattern_lint.analysis.ways import (
    Called,
    Test,
    Tests,
    Told,
    Way,
    Ways,
    all_doubted,
    doubted,
    has_grown,
    joined,
)
from asyncpattern_lint.findings import Step
from asyncpattern_lint.index.bodies import Body, own_nodes
from asyncpattern_lint.index.conditions import reference
from asyncpattern_lint.index.handlers import truth_of
from asyncpattern_lint.index.yield_places import FunctionNode

if TYPE_CHECKING:
    from collections.abc import Iterator

NOWHERE: Ways = frozenset()

#: What raises exceptions by itself.
_FAILING = (
    ast.Call, ast.Attribute, ast.Subscript, ast.BinOp, ast.Await, ast.Import, ast.ImportFrom,
    ast.For, ast.AsyncFor, ast.With, ast.AsyncWith, ast.Yield, ast.YieldFrom,
)  # fmt: skip

#: Questions that change nothing, and whose answers hang on nothing but what they are asked about.
_PLAIN_QUESTIONS = frozenset(
    {"all", "any", "bool", "callable", "getattr", "hasattr", "isinstance", "issubclass", "len"}
)


class Driving:
    """What is done with what a call gives, as far as that makes it run."""

    NOTHING = ""
    AWAIT = "await"
    ENTER = "with"
    LOOP = "for"


class Effect(NamedTuple):
    """What a call does on a way on which the first function was not called.

    ``called`` are the ways in which it may end, none for a call that does not return. ``chain``
    are the steps from the call to one of the second function before the first, None where there
    is none, empty where the call is that itself. ``touched`` are the names of what it may change.
    """

    called: frozenset[Called] = frozenset({Called.NOT})
    chain: tuple[Step, ...] | None = None
    touched: frozenset[str] = frozenset()

    @property
    def may_call(self) -> bool:
        """Whether the first function may be called."""
        return any(self.called)


UNSURE = Effect(frozenset({Called.PERHAPS}))
NOTHING = Effect()


class Effects(Protocol):
    """Who knows what calls do."""

    def of_call(self, node: ast.Call, driving: str) -> Effect:
        """Return what a call does, if what it gives is driven so."""

    def of_attribute(self, node: ast.Attribute) -> Effect:
        """Return what taking an attribute does."""

    def of_manager(self, node: ast.expr, *, leaving: bool) -> Effect:
        """Return what entering or leaving a context manager does."""

    def of_iterable(self, node: ast.expr) -> Effect:
        """Return what iterating over something does."""

    def driven_by(self, node: ast.Call, driving: str) -> str:
        """Return what a call does with what its arguments give."""


class Early:
    """A call that reaches the second function on a way on which the first was not called.

    ``followed`` tells that the first is called afterwards, ``is_late`` that on other ways it was
    called before.
    """

    def __init__(self, node: ast.Call, steps: tuple[Step, ...]) -> None:
        self.node = node
        self.steps = steps
        self.followed = False
        self.is_late = False
        self.is_reached = False


class Course:
    """The ways through a body: ``left`` are those to its ends, ``at_yields`` those to yields."""

    def __init__(
        self, body: Body, effects: Effects, constants: dict[str, bool], told: Told
    ) -> None:
        self.effects = effects
        self.constants = constants
        self.tests = Tests(body.statements)
        self.early: list[Early] = []
        self.firsts: list[ast.Call] = []
        self.touched: set[str] = set()
        self.touched_for_others = set(touched_by(body.statements))
        self.at_yields: Ways = NOWHERE
        self.may_call = False
        self._body = body
        self._numbers: dict[ast.Call, int] = {}
        self._breaks: Ways = NOWHERE
        self._continues: Ways = NOWHERE
        self._returns: Ways = NOWHERE
        self._raises: Ways = NOWHERE
        self._lower(body.statements)
        start = frozenset({Way(told=self.tests.knowing(told))})
        left = self._block(body.statements, start) | self._returns
        self.touched |= self.touched_for_others
        self.left = frozenset(
            doubted(way) if self.tests.may_know(way, self.touched) else way for way in left
        )

    def _lower(self, statements: Sequence[ast.stmt]) -> None:
        """Lower each expression as a whole, since its parts mean what they mean in it."""
        waiting: list[ast.AST] = list(statements)
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.expr):
                self._body.lowering.visit(node)
            elif isinstance(node, FunctionNode | ast.ClassDef):
                waiting += node.decorator_list
            else:
                waiting += ast.iter_child_nodes(node)

    # --- statements --------------------------------------------------------------------

    def _block(self, statements: Sequence[ast.stmt], ways: Ways) -> Ways:
        for statement in statements:
            if not ways:
                break
            visit = _STATEMENTS.get(type(statement))
            if visit is not None:
                ways = visit(self, statement, ways)
            elif isinstance(statement, FunctionNode | ast.ClassDef):
                ways = self._every(statement.decorator_list, ways)
            else:
                ways = self._children(statement, ways)
        return ways

    def _children(self, node: ast.AST, ways: Ways) -> Ways:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr | ast.keyword):
                ways = self._value(child, ways)
        return ways

    def _every(self, nodes: Sequence[ast.expr], ways: Ways) -> Ways:
        for node in nodes:
            ways = self._value(node, ways)
        return ways

    def _if(self, node: ast.If, ways: Ways) -> Ways:
        def otherwise(inside: Ways) -> Ways:
            if not node.orelse and self.tests.is_last_of_several(node.test, inside):
                # As a rule, the cases that are there are all that there are.
                return all_doubted(inside)
            return self._block(node.orelse, inside)

        return self._choice(
            node.test, ways, lambda inside: self._block(node.body, inside), otherwise
        )

    def _choice(
        self,
        test: ast.expr,
        ways: Ways,
        body: Callable[[Ways], Ways],
        otherwise: Callable[[Ways], Ways],
    ) -> Ways:
        holding, failing = self._test(test, ways)
        known, self._returns = self._returns, NOWHERE
        with self._touching() as by_body:
            after_body = body(holding)
        with self._touching() as by_otherwise:
            after_otherwise = otherwise(failing)
        # A function that asks another whether to go on may ask whether it has done so before.
        asks = _may_know(test, frozenset())
        self._returns = known | (all_doubted(self._returns) if asks else self._returns)
        if has_grown(holding, after_body) and _may_know(test, by_body):
            after_otherwise = all_doubted(after_otherwise)
        if has_grown(failing, after_otherwise) and _may_know(test, by_otherwise):
            after_body = all_doubted(after_body)
        return joined(after_body | after_otherwise)

    @contextmanager
    def _touching(self) -> "Iterator[set[str]]":
        """Give what is touched meanwhile."""
        outer, self.touched = self.touched, set()
        inner = self.touched
        yield inner
        self.touched = outer | inner

    def _test(self, test: ast.expr, ways: Ways) -> tuple[Ways, Ways]:
        """Return the ways on which a test holds, and those on which it does not."""
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            holding, failing = self._test(test.operand, ways)
            return failing, holding
        if isinstance(test, ast.BoolOp):
            stops_at = isinstance(test.op, ast.Or)
            stopped: Ways = NOWHERE
            for value in test.values:
                holding, failing = self._test(value, ways)
                here, ways = (holding, failing) if stops_at else (failing, holding)
                stopped = joined(stopped | here)
            return (stopped, ways) if stops_at else (ways, stopped)
        known = truth_of(test, self.constants)
        if known is not None:
            return (ways, NOWHERE) if known else (NOWHERE, ways)
        ways = self._value(test, ways)
        return self.tests.split(ways, self.tests.of(test))

    def _while(self, node: ast.While, ways: Ways) -> Ways:
        inside, outside = self._test(node.test, ways)
        with self._loop() as breaks:
            after = self._block(node.body, inside) | self._continues
            left = breaks()
        if has_grown(inside, after | left):
            # Where there is nothing to do, it may be that it was done before.
            outside = all_doubted(outside)
        _, ended = self._test(node.test, after)
        return joined(self._block(node.orelse, outside | ended) | left)

    def _for(self, node: ast.For | ast.AsyncFor, ways: Ways) -> Ways:
        ways = self._driven(node.iter, ways, Driving.LOOP)
        ways = self._apply(self.effects.of_iterable(node.iter), ways)
        inside, outside = self.tests.split(ways, self.tests.of_iterable(node.iter))
        inside = self.tests.assigned(inside, node.target, None)
        with self._loop() as breaks:
            after = self._block(node.body, inside) | self._continues
            left = breaks()
        # There may be nothing to loop over, but then there is nothing to do either.
        if has_grown(inside, after | left):
            outside = all_doubted(outside)
        return joined(self._block(node.orelse, outside | after) | left)

    @contextmanager
    def _loop(self) -> "Iterator[Callable[[], Ways]]":
        outer = self._breaks, self._continues
        self._breaks = self._continues = NOWHERE
        yield lambda: self._breaks
        self._breaks, self._continues = outer

    def _with(self, node: ast.With | ast.AsyncWith, ways: Ways) -> Ways:
        for item in node.items:
            ways = self._driven(item.context_expr, ways, Driving.ENTER)
            ways = self._apply(self.effects.of_manager(item.context_expr, leaving=False), ways)
            if item.optional_vars is not None:
                ways = self.tests.assigned(ways, item.optional_vars, None)
        ways = self._block(node.body, ways)
        for item in reversed(node.items):
            ways = self._apply(self.effects.of_manager(item.context_expr, leaving=True), ways)
        return ways

    def _try(self, node: ast.Try | Any, ways: Ways) -> Ways:
        outer = self._breaks, self._continues, self._returns, self._raises
        self._breaks = self._continues = self._returns = self._raises = NOWHERE
        after = self._block(node.body, ways)
        raised = self._raises
        # Where it failed is not known: before the call, in it, or after it.
        grown = has_grown(ways, after | raised | self._breaks | self._continues | self._returns)
        entering = all_doubted(ways) if grown or not _may_fail(node.body) else ways
        failed = joined(entering | raised)
        self._raises = NOWHERE
        after = self._block(node.orelse, after)
        for handler in node.handlers:
            if handler.type is not None:
                self._value(handler.type, failed)
            caught = raised if not grown or _catches_all(handler) else all_doubted(raised)
            after |= self._block(handler.body, joined(entering | caught))
        if not node.handlers:
            self._raises |= raised
        left = self._breaks, self._continues, self._returns, self._raises
        self._breaks, self._continues, self._returns, self._raises = outer
        if node.finalbody:
            self._block(node.finalbody, failed)
            after = self._block(node.finalbody, joined(after))
            breaks, continues, returns, raises = (
                self._block(node.finalbody, joined(some)) for some in left
            )
            left = breaks, continues, returns, raises
        self._breaks |= left[0]
        self._continues |= left[1]
        self._returns |= left[2]
        self._raises |= left[3]
        return joined(after)

    def _match(self, node: ast.Match, ways: Ways) -> Ways:
        ways = self._value(node.subject, ways)
        after: Ways = NOWHERE
        doubtful = False
        for case in node.cases:
            test: Test = self.tests.of_case(node, case)
            if _takes_all(case):
                inside, ways = ways, NOWHERE
            else:
                inside, ways = self.tests.split(ways, test)
            if case.guard is not None:
                self._value(case.guard, inside)
            with self._touching() as touched:
                ended = self._block(case.body, inside)
            doubtful = doubtful or (has_grown(inside, ended) and _may_know(node.subject, touched))
            after |= ended
        # As a rule, the cases that are there are all that there are.
        after |= all_doubted(ways)
        return all_doubted(after) if doubtful else joined(after)

    def _return(self, node: ast.Return, ways: Ways) -> Ways:
        if node.value is not None:
            ways = self._value(node.value, ways)
        self._returns = joined(self._returns | ways)
        return NOWHERE

    def _raise(self, node: ast.Raise, ways: Ways) -> Ways:
        ways = self._children(node, ways)
        self._raises = joined(self._raises | ways)
        return NOWHERE

    def _break(self, _: ast.Break, ways: Ways) -> Ways:
        self._breaks = joined(self._breaks | ways)
        return NOWHERE

    def _continue(self, _: ast.Continue, ways: Ways) -> Ways:
        self._continues = joined(self._continues | ways)
        return NOWHERE

    def _assert(self, node: ast.Assert, ways: Ways) -> Ways:
        holding, failing = self._test(node.test, ways)
        self._raises = joined(self._raises | failing)
        return holding

    def _assign(self, node: ast.Assign | ast.AnnAssign | ast.AugAssign, ways: Ways) -> Ways:
        if node.value is None:
            return ways
        ways = self._value(node.value, ways)
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            ways = self._children(target, ways)
            plain = node.value if not isinstance(node, ast.AugAssign) else None
            ways = self.tests.assigned(ways, target, plain)
            self.touched.update(_touched(target))
        return ways

    # --- expressions -------------------------------------------------------------------

    def _value(self, node: ast.AST, ways: Ways) -> Ways:
        visit = _EXPRESSIONS.get(type(node))
        return self._children(node, ways) if visit is None else visit(self, node, ways)

    def _driven(self, node: ast.expr, ways: Ways, driving: str) -> Ways:
        """Return the ways after an expression of which the value is driven at once."""
        if isinstance(node, ast.Call):
            return self._called(node, ways, driving)
        return self._value(node, ways)

    def _call(self, node: ast.Call, ways: Ways) -> Ways:
        return self._called(node, ways, Driving.NOTHING)

    def _await(self, node: ast.Await, ways: Ways) -> Ways:
        return self._driven(node.value, ways, Driving.AWAIT)

    def _called(self, node: ast.Call, ways: Ways, driving: str) -> Ways:
        if isinstance(node.func, ast.Attribute):
            ways = self._attribute(node.func, ways)
        elif not isinstance(node.func, ast.Name):
            ways = self._value(node.func, ways)
        inner = self.effects.driven_by(node, driving)
        for argument in node.args:
            ways = self._driven(argument, ways, inner)
        for keyword in node.keywords:
            ways = self._driven(keyword.value, ways, inner)
        effect = self.effects.of_call(node, driving)
        if isinstance(node.func, ast.Attribute):
            self.touched.update(_last_name(node.func.value))
        return self._apply(effect, ways, node)

    def _apply(self, effect: Effect, ways: Ways, node: ast.Call | None = None) -> Ways:
        self.touched |= effect.touched
        self.touched_for_others |= effect.touched
        self.may_call = self.may_call or (bool(ways) and effect.may_call)
        number = -1
        if node is not None and effect.chain is not None:
            number = self._number(node, effect.chain)
        surely = effect.called == {Called.SURELY}
        if surely and node is not None and node not in self.firsts:
            self.firsts.append(node)
        after: set[Way] = set()
        for way in ways:
            early = way.early
            if number >= 0 and way.called is Called.NOT and not early:
                self.early[number].is_reached = True
                early |= {number}
            elif number >= 0 and way.called is Called.SURELY:
                self.early[number].is_late = True
            if surely:
                for one in way.early:
                    self.early[one].followed = True
            after.update(Way(max(way.called, called), way.told, early) for called in effect.called)
        return joined(after)

    def _number(self, node: ast.Call, steps: tuple[Step, ...]) -> int:
        number = self._numbers.get(node)
        if number is None:
            number = self._numbers[node] = len(self.early)
            self.early.append(Early(node, steps))
        return number

    def _boolean(self, node: ast.BoolOp, ways: Ways) -> Ways:
        holding, failing = self._test(node, ways)
        return joined(holding | failing)

    def _conditional(self, node: ast.IfExp, ways: Ways) -> Ways:
        return self._choice(
            node.test,
            ways,
            lambda inside: self._value(node.body, inside),
            lambda inside: self._value(node.orelse, inside),
        )

    def _walrus(self, node: ast.NamedExpr, ways: Ways) -> Ways:
        return self.tests.assigned(self._value(node.value, ways), node.target, node.value)

    def _attribute(self, node: ast.Attribute, ways: Ways) -> Ways:
        ways = self._value(node.value, ways)
        return self._apply(self.effects.of_attribute(node), ways)

    def _yield(self, node: ast.Yield | ast.YieldFrom, ways: Ways) -> Ways:
        ways = self._children(node, ways)
        self.at_yields |= ways
        return ways

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp, ways: Ways) -> Ways:
        inside = ways
        for number, generator in enumerate(node.generators):
            inside = self._driven(generator.iter, inside, Driving.LOOP)
            inside = self._apply(self.effects.of_iterable(generator.iter), inside)
            if number == 0:
                ways = inside
            inside, _ = self.tests.split(inside, self.tests.of_iterable(generator.iter))
            for condition in generator.ifs:
                inside, _ = self._test(condition, inside)
        elements = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        after = self._every(elements, inside)
        return joined(after | (all_doubted(ways) if has_grown(ways, after) else ways))

    def _generator(self, node: ast.GeneratorExp, ways: Ways) -> Ways:
        """Take what a generator expression does for possible from now on: it does it later."""
        ways = self._value(node.generators[0].iter, ways)
        known = len(self.early)
        after = self._every([node.elt], ways)
        for early in self.early[known:]:
            early.is_reached = False
        return all_doubted(ways) if has_grown(ways, after) else ways


#: How each kind of statement is followed. Held here, since what refers to itself lives on.
_STATEMENTS: dict[type, Callable[[Course, Any, Ways], Ways]] = {
    ast.If: Course._if,
    ast.While: Course._while,
    ast.For: Course._for,
    ast.AsyncFor: Course._for,
    ast.With: Course._with,
    ast.AsyncWith: Course._with,
    ast.Try: Course._try,
    ast.TryStar: Course._try,
    ast.Match: Course._match,
    ast.Return: Course._return,
    ast.Raise: Course._raise,
    ast.Break: Course._break,
    ast.Continue: Course._continue,
    ast.Assert: Course._assert,
    ast.Assign: Course._assign,
    ast.AnnAssign: Course._assign,
    ast.AugAssign: Course._assign,
}

_EXPRESSIONS: dict[type, Callable[[Course, Any, Ways], Ways]] = {
    ast.Call: Course._call,
    ast.Await: Course._await,
    ast.BoolOp: Course._boolean,
    ast.IfExp: Course._conditional,
    ast.NamedExpr: Course._walrus,
    ast.Lambda: lambda _, __, ways: ways,
    ast.Attribute: Course._attribute,
    ast.Yield: Course._yield,
    ast.YieldFrom: Course._yield,
    ast.ListComp: Course._comprehension,
    ast.SetComp: Course._comprehension,
    ast.DictComp: Course._comprehension,
    ast.GeneratorExp: Course._generator,
}


def _may_know(test: ast.expr, touched: Set[str]) -> bool:
    """Whether a test may ask whether something has been called.

    It may where it asks a function, or what is changed where that is called.
    """
    names: set[str] = set()
    for node in ast.walk(test):
        if isinstance(node, ast.Call) and reference(node.func) not in _PLAIN_QUESTIONS:
            return True
        if isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.Attribute):
            names.add(node.attr)
    return not names.isdisjoint(touched)


def _touched(target: ast.expr) -> "Iterator[str]":
    for node in ast.walk(target):
        yield from _last_name(node)


def _last_name(node: ast.AST) -> tuple[str, ...]:
    """Return the name by which an object is known; an instance itself is known everywhere."""
    if isinstance(node, ast.Attribute):
        return (node.attr,)
    return (node.id,) if isinstance(node, ast.Name) and node.id not in {"self", "cls"} else ()


def _may_fail(statements: Sequence[ast.stmt]) -> bool:
    """Whether something in statements may raise an exception, beside ``raise``."""
    return any(isinstance(node, _FAILING) for node in own_nodes(list(statements)))


def _catches_all(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or reference(handler.type) in {"Exception", "BaseException"}


def _takes_all(case: ast.match_case) -> bool:
    return (
        case.guard is None
        and isinstance(case.pattern, ast.MatchAs)
        and case.pattern.pattern is None
    )


def touched_by(statements: list[ast.stmt]) -> frozenset[str]:
    """Return the names of what a function changes that others may see."""
    shared = {
        name
        for node in own_nodes(statements)
        if isinstance(node, ast.Global | ast.Nonlocal)
        for name in node.names
    }
    found: set[str] = set()
    for node in own_nodes(statements):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign | ast.Delete):
            targets = node.targets
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            targets = [node.target]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            found.update(_last_name(node.func.value))
        for target in targets:
            for inner in ast.walk(target):
                if isinstance(inner, ast.Attribute):
                    found.add(inner.attr)
                elif isinstance(inner, ast.Name) and (
                    inner.id in shared or isinstance(target, ast.Subscript)
                ):
                    found.add(inner.id)
    return frozenset(found)
