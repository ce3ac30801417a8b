"""What the body of a generator says about its yields: what holds them, what follows them."""

import ast
import enum
from collections.abc import Sequence

from asyncpattern_lint.index.handlers import first_name, last_name
from asyncpattern_lint.index.second_yield import second_yield
from asyncpattern_lint.index.yield_places import FunctionNode, places, yields_in


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

_WITHS = (ast.With, ast.AsyncWith)
_TRIES = (ast.Try, ast.TryStar)


def yielding(node: FunctionNode) -> Yielding:
    """Return what an outline keeps of a generator function."""
    found = Yielding.NONE
    around = [outer for _, outer in places(node.body, ())]
    if around and all(any(map(_releases, outer)) for outer in around):
        found |= Yielding.HOLDS
    if len(around) == 1 and all(map(_always_runs, around[0])):
        found |= Yielding.ONCE
    if node.decorator_list:
        # It may be a context manager's.
        if second_yield(node) is not None:
            found |= Yielding.AGAIN
        if bare_yield(node) is not None:
            found |= Yielding.BARE
    return found


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
        found = next((y for y in yields_in(statement) if isinstance(y, ast.Yield)), None)
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
                    for place, around in places(statement.body, ())
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
