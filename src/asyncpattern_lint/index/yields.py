"""What the body of a generator says about its yields: what holds them, what follows them.

A context manager function yields once: what contextlib does with a second yield is documented
under https://docs.python.org/3/library/contextlib.html#contextlib.contextmanager.
"""

import ast
import enum
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from asyncpattern_lint.index.handlers import first_name, last_name

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


class Yielding(enum.IntFlag):
    """What an outline keeps of the yields of a generator function."""

    NONE = 0
    HOLDS = 1
    """Something is released behind each ``yield``, by ``finally`` or a context manager."""
    ONCE = 2
    """There is one ``yield``, and neither a loop nor a condition around it."""
    AGAIN = 4
    """A path leads from one ``yield`` to another."""
    BARE = 8
    """Clean-up follows a ``yield``, and an exception passes it by."""


#: Context managers that release nothing.
_NEUTRAL = frozenset({"nullcontext", "suppress", "catch_warnings"})

#: Methods of loggers and the like: calling them releases nothing.
_TELLING = frozenset({"critical", "debug", "error", "exception", "info", "log", "print", "warning"})

#: Methods and functions that release, undo or remove.
_RELEASING = frozenset(
    {
        "aclose", "cancel", "cleanup", "close", "close_all", "dispose", "disconnect", "drop_all",
        "kill", "release", "remove", "rmtree", "shutdown", "stop", "tear_down", "teardown",
        "terminate", "unlink", "unlock", "unregister", "unsubscribe",
    }
)  # fmt: skip

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_WITHS = (ast.With, ast.AsyncWith)
_TRIES = (ast.Try, ast.TryStar)
_CONDITIONAL = (ast.IfExp, ast.BoolOp, ast.Compare)


def yielding(node: FunctionNode) -> Yielding:
    """Return what an outline keeps of a generator function."""
    found = Yielding.NONE
    places = list(_places(node.body, ()))
    if places and all(any(map(_releases, around)) for _, around in places):
        found |= Yielding.HOLDS
    if len(places) == 1 and all(map(_always_runs, places[0][1])):
        found |= Yielding.ONCE
    if node.decorator_list:
        # It may be a context manager's.
        if second_yield(node) is not None:
            found |= Yielding.AGAIN
        if bare_yield(node) is not None:
            found |= Yielding.BARE
    return found


# --- where yields stand ----------------------------------------------------------------------

Around = tuple[tuple[ast.stmt, str], ...]
"""The statements around a place, the outermost first, each with the field that leads there."""


def _places(statements: Sequence[ast.stmt], around: Around) -> Iterator[tuple[ast.expr, Around]]:
    """Yield each ``yield`` and ``yield from`` of a body with what is around it."""
    for statement in statements:
        if isinstance(statement, _SCOPES):
            continue
        for field, value in ast.iter_fields(statement):
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                yield from _places(value, (*around, (statement, field)))
            elif isinstance(value, list) and value and isinstance(value[0], _CLAUSES):
                for clause in value:
                    yield from _places(clause.body, (*around, (statement, field)))
        for found in _yields_in(statement):
            yield found, around


_CLAUSES = (ast.ExceptHandler, ast.match_case)


def _yields_in(statement: ast.stmt) -> Iterator[ast.Yield | ast.YieldFrom]:
    """Yield the yields in the expressions of a statement, not in the statements inside it."""
    stack: list[ast.AST] = [
        child for child in ast.iter_child_nodes(statement) if not _is_block(child)
    ]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            yield node
        if not isinstance(node, _SCOPES):
            stack.extend(child for child in ast.iter_child_nodes(node) if not _is_block(child))


def _is_block(node: ast.AST) -> bool:
    return isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case)


def _always_runs(place: tuple[ast.stmt, str]) -> bool:
    """Whether what a statement holds runs once wherever the statement does."""
    statement, field = place
    return isinstance(statement, _WITHS) or (
        isinstance(statement, _TRIES) and field in {"body", "finalbody"}
    )


def _releases(place: tuple[ast.stmt, str]) -> bool:
    """Whether a statement around a ``yield`` releases something behind it."""
    statement, field = place
    if isinstance(statement, _TRIES):
        return field != "finalbody" and not all(map(_only_tells, statement.finalbody))
    return isinstance(statement, _WITHS) and not all(
        last_name(item.context_expr) in _NEUTRAL for item in statement.items
    )


def _only_tells(statement: ast.stmt) -> bool:
    """Whether a statement does nothing but log."""
    if isinstance(statement, ast.Pass):
        return True
    if not isinstance(statement, ast.Expr):
        return False
    value = statement.value.value if isinstance(statement.value, ast.Await) else statement.value
    return isinstance(value, ast.Constant) or (
        isinstance(value, ast.Call) and last_name(value.func) in _TELLING
    )


# --- clean-up that may be passed by ----------------------------------------------------------


def bare_yield(node: FunctionNode) -> tuple[ast.Yield, ast.stmt] | None:
    """Return a ``yield`` whose exception passes clean-up by, and the statement that cleans up."""
    return _bare(node.body, _targets(node), frozenset())


def _bare(
    statements: Sequence[ast.stmt], kept: frozenset[str], entered: frozenset[str]
) -> tuple[ast.Yield, ast.stmt] | None:
    for position, statement in enumerate(statements):
        found = next((y for y in _yields_in(statement) if isinstance(y, ast.Yield)), None)
        if isinstance(statement, _WITHS) and _has_stack(statement):
            continue
        if found is None and isinstance(statement, _WITHS):
            # An exception leaves it as it leaves the block around it; what it bound, it releases.
            inner = _bare(statement.body, kept, entered | _bound(statement))
            if inner is not None:
                return inner
            found = next(
                (
                    place
                    for place, around in _places(statement.body, ())
                    if isinstance(place, ast.Yield)
                    and all(isinstance(outer, _WITHS) for outer, _ in around)
                ),
                None,
            )
        elif found is None and isinstance(statement, ast.If | ast.Try | ast.TryStar):
            for block in (statement.body, statement.orelse):
                protected = bool(getattr(statement, "finalbody", None))
                inner = None if protected else _bare(block, kept, entered)
                if inner is not None:
                    return inner
        if found is not None:
            for following in statements[position + 1 :]:
                if _cleans_up(following, kept, entered):
                    return found, following
    return None


def _has_stack(statement: ast.With | ast.AsyncWith) -> bool:
    """Whether a ``with`` enters a stack, on which any clean-up may be."""
    return any(last_name(i.context_expr).endswith("ExitStack") for i in statement.items)


def _targets(node: FunctionNode) -> frozenset[str]:
    """Return the attributes and items of which a function keeps what they were."""
    return frozenset(
        ast.unparse(statement.value)
        for statement in ast.walk(node)
        if isinstance(statement, ast.Assign)
        and isinstance(statement.value, ast.Attribute | ast.Subscript)
    )


def _bound(statement: ast.With | ast.AsyncWith) -> frozenset[str]:
    return frozenset(
        item.optional_vars.id
        for item in statement.items
        if isinstance(item.optional_vars, ast.Name)
    )


def _cleans_up(statement: ast.stmt, kept: frozenset[str], entered: frozenset[str]) -> bool:
    """Whether a statement releases something, or puts back what was there before.

    ``entered`` are the names that the ``with`` statements around it bind.
    """
    if isinstance(statement, ast.Assign):
        return isinstance(statement.value, ast.Name) and any(
            isinstance(target, ast.Attribute | ast.Subscript) and ast.unparse(target) in kept
            for target in statement.targets
        )
    if not isinstance(statement, ast.Expr):
        return False
    value = statement.value.value if isinstance(statement.value, ast.Await) else statement.value
    return (
        isinstance(value, ast.Call)
        and last_name(value.func) in _RELEASING
        and first_name(value.func) not in entered
    )


# --- a second yield --------------------------------------------------------------------------


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
        found = sorted(_yields_in(statement), key=lambda y: (y.lineno, y.col_offset))
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
        entered = state if _repeats(statement) else _inside(state)
        end = _joined([self.block(statement.body, entered), *self.continues])
        if _repeats(statement) and end.level in {_Level.YES, _Level.MAYBE}:
            self.continues = []
            self.block(statement.body, end)
        left = _NEVER if _is_endless(statement) else _joined([end, state])
        after = self.block(statement.orelse, left)
        after = _joined([after, *self.breaks])
        self.breaks, self.continues = breaks, continues
        return after

    def attempt(self, statement: ast.Try | ast.TryStar, state: _State) -> _State:
        end = self.block(statement.body, state)
        held = [y for y, _ in _places(statement.body, ()) if isinstance(y, ast.Yield)]
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


def _repeats(statement: ast.For | ast.AsyncFor | ast.While) -> bool:
    """Whether the body of a loop is meant to run more than once.

    A loop over another generator may run once: that is how one hands a single value on.
    """
    if isinstance(statement, ast.While):
        return _is_endless(statement)
    match statement.iter:
        case ast.Call(func=func):
            return last_name(func) in {"range", "count"}
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            return len(elements) > 1
        case _:
            return False
