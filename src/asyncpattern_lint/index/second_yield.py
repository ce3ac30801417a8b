"""A second yield on the paths through a generator, for those that may yield only once.

What contextlib does with a second yield is documented under
https://docs.python.org/3/library/contextlib.html#contextlib.contextmanager.
"""

import ast
import enum
from collections.abc import Sequence
from typing import NamedTuple

from asyncpattern_lint.index.handlers import last_name
from asyncpattern_lint.index.yield_places import FunctionNode, places, yields_in

_CONDITIONAL = (ast.IfExp, ast.BoolOp, ast.Compare)


class _Level(enum.IntEnum):
    """How sure it is that the paths to a place have yielded before."""

    NEVER = 0
    """No path leads there."""
    NO = 1
    MAYBE = 2
    """Some have, so that an unconditional yield is a second one."""
    UNSURE = 3
    """Some have, and they may be others than those that go on."""
    YES = 4


class _State(NamedTuple):
    """What paths to a place have done: ``line`` is that of a yield on them, 0 without one."""

    level: _Level
    line: int = 0
    thrown: bool = False


class Second(NamedTuple):
    """A yield that follows another, in ``line``; ``thrown`` tells that an exception leads there."""

    node: ast.Yield
    line: int
    thrown: bool


_NEVER = _State(_Level.NEVER)
_START = _State(_Level.NO)


def second_yield(node: FunctionNode) -> Second | None:
    """Return a yield that a path reaches after another one, None if that is not certain."""
    search = _Search()
    try:
        search.block(node.body, _START)
    except _FoundError as found:
        return found.second
    return None


class _FoundError(Exception):
    def __init__(self, second: Second) -> None:
        super().__init__()
        self.second = second


class _Search:
    """Follows the paths through a function until one of them yields twice.

    Conditions may hang together, so that a conditional yield after a conditional one says
    nothing. Each method returns the state behind what it follows.
    """

    def __init__(self) -> None:
        self.breaks: list[_State] = []
        self.continues: list[_State] = []
        self.counters: set[str] = set()

    def block(self, statements: Sequence[ast.stmt], state: _State) -> _State:
        for statement in statements:
            if state.level is _Level.NEVER:
                break
            state = self.statement(statement, state)
        return state

    def statement(self, statement: ast.stmt, state: _State) -> _State:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return state
            case ast.If():
                state = self.expressions(statement, state)
                counts = any(
                    isinstance(node, ast.Name) and node.id in self.counters
                    for node in ast.walk(statement.test)
                )
                return self.branches(state, [statement.body, statement.orelse], counts)
            case ast.Match():
                state = self.expressions(statement, state)
                return self.branches(state, [*(case.body for case in statement.cases), []], False)
            case ast.With() | ast.AsyncWith():
                state = self.expressions(statement, state)
                return self.block(statement.body, state)
            case ast.For() | ast.AsyncFor() | ast.While():
                return self.loop(statement, self.expressions(statement, state))
            case ast.Try() | ast.TryStar():
                return self.attempt(statement, state)
            case ast.Return() | ast.Raise():
                self.expressions(statement, state)
                return _NEVER
            case ast.Break():
                self.breaks.append(state)
                return _NEVER
            case ast.Continue():
                self.continues.append(state)
                return _NEVER
            case _:
                return self.expressions(statement, state)

    def expressions(self, statement: ast.stmt, state: _State) -> _State:
        """Follow the yields in the expressions of a statement, from left to right."""
        found = sorted(yields_in(statement), key=lambda y: (y.lineno, y.col_offset))
        for node in found:
            if isinstance(node, ast.YieldFrom):
                # It may yield nothing.
                continue
            if _is_conditional(statement, node):
                state = _joined([state, self.meet(node, _inside(state))])
            else:
                state = self.meet(node, state)
        return state

    def meet(self, node: ast.Yield, state: _State) -> _State:
        if state.level in {_Level.YES, _Level.MAYBE}:
            raise _FoundError(Second(node, state.line, state.thrown))
        return _State(_Level.YES, node.lineno)

    def branches(self, state: _State, blocks: Sequence[Sequence[ast.stmt]], counts: bool) -> _State:
        """Follow alternatives; ``counts`` tells that the round of a loop decides between them."""
        ends = [self.block(block, _inside(state)) for block in blocks]
        leaves = any(end.level is _Level.NEVER for end in ends)
        if leaves and state.line and not (counts and state.thrown):
            # Those that have yielded may be the ones that leave.
            state = state._replace(level=_Level.UNSURE)
        if all(end.level is _Level.NEVER for end in ends):
            return _NEVER
        if state.level in {_Level.MAYBE, _Level.UNSURE}:
            return state
        return _joined(ends)

    def loop(self, statement: ast.For | ast.AsyncFor | ast.While, state: _State) -> _State:
        breaks, self.breaks = self.breaks, []
        continues, self.continues = self.continues, []
        if isinstance(statement, ast.For) and isinstance(statement.target, ast.Name):
            self.counters.add(statement.target.id)
        repeats = _repeats(statement)
        entered = state if repeats else _inside(state)
        end = _joined([self.block(statement.body, entered), *self.continues])
        again = repeats or (repeats is None and end.thrown)
        if again and end.level in {_Level.YES, _Level.MAYBE}:
            self.continues = []
            self.block(statement.body, end)
        left = _NEVER if _is_endless(statement) else _joined([end, state])
        after = self.block(statement.orelse, left)
        after = _joined([after, *self.breaks])
        self.breaks, self.continues = breaks, continues
        return after

    def attempt(self, statement: ast.Try | ast.TryStar, state: _State) -> _State:
        end = self.block(statement.body, state)
        held = [y for y, _ in places(statement.body, ()) if isinstance(y, ast.Yield)]
        caught = state
        if held and state.level is _Level.NO:
            caught = _State(_Level.MAYBE, held[0].lineno, thrown=True)
        ends = [self.block(statement.orelse, end) if end.level is not _Level.NEVER else end]
        ends += [
            self.block(handler.body, caught)
            for handler in statement.handlers
            if not _expects_end(handler)
        ]
        after = _joined(ends)
        if statement.finalbody:
            entered = after if after.level is not _Level.NEVER else caught
            end = self.block(statement.finalbody, entered)
            return end if after.level is not _Level.NEVER else _NEVER
        return after


def _inside(state: _State) -> _State:
    """Return the state in which something conditional begins."""
    return state._replace(level=_Level.UNSURE) if state.level is _Level.MAYBE else state


def _joined(states: Sequence[_State]) -> _State:
    """Join what alternative paths have done."""
    reached = [state for state in states if state.level is not _Level.NEVER]
    if not reached:
        return _NEVER
    levels = {state.level for state in reached}
    told = next((state for state in reached if state.line), reached[0])
    if len(levels) == 1:
        return told
    return told._replace(level=_Level.UNSURE if _Level.UNSURE in levels else _Level.MAYBE)


def _is_conditional(statement: ast.stmt, node: ast.AST) -> bool:
    """Whether an expression may be left out where its statement runs."""
    return any(
        isinstance(outer, _CONDITIONAL) and any(inner is node for inner in ast.walk(outer))
        for outer in ast.walk(statement)
    )


def _expects_end(handler: ast.ExceptHandler) -> bool:
    """Whether a handler is for the end of a generator only."""
    return handler.type is not None and last_name(handler.type) in {
        "GeneratorExit",
        "StopAsyncIteration",
        "StopIteration",
    }


def _is_endless(statement: ast.For | ast.AsyncFor | ast.While) -> bool:
    return (
        isinstance(statement, ast.While)
        and isinstance(statement.test, ast.Constant)
        and bool(statement.test.value)
    )


def _repeats(statement: ast.For | ast.AsyncFor | ast.While) -> bool | None:
    """Whether the body of a loop runs more than once, None if it is meant to but may not.

    A loop over another generator may run once: that is how one hands a single value on.
    """
    if isinstance(statement, ast.While):
        return _is_endless(statement)
    match statement.iter:
        case ast.Call(func=func, args=args) if last_name(func) == "range":
            limits = [arg.value if isinstance(arg, ast.Constant) else None for arg in args]
            numbers = [limit for limit in limits if isinstance(limit, int)]
            if len(numbers) < len(limits) or not 0 < len(numbers) < 4 or numbers[2:] == [0]:
                return None
            return len(range(*numbers)) > 1
        case ast.Call(func=func):
            return last_name(func) == "count"
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            return len(elements) > 1
        case _:
            return False
