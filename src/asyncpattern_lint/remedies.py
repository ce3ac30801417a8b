"""What mends findings, as far as rules share it."""

from collections.abc import Mapping

from asyncpattern_lint.findings import Action, Applicability, BrokenManager, Misuse, Remedy
from asyncpattern_lint.protocol import Kind, Protocol

SAFE = Applicability.SAFE
UNSAFE = Applicability.UNSAFE

#: The constructs that are statements or clauses, whose keywords can be exchanged.
LOOPS = frozenset({"async for", "async comprehension", "for", "comprehension"})

#: What each of these keywords needs of what stands behind them.
_NEEDS: Mapping[str, Protocol] = {
    "for": Protocol.ITERABLE,
    "async for": Protocol.ASYNC_ITERABLE,
    "with": Protocol.CONTEXT_MANAGER,
    "async with": Protocol.ASYNC_CONTEXT_MANAGER,
}

AWAIT = Remedy(Action.AWAIT)
UNAWAIT = Remedy(Action.UNAWAIT)


def head(text: str, applicability: Applicability = Applicability.SAFE) -> Remedy:
    """Return the remedy that exchanges the keywords before a target."""
    return Remedy(Action.HEAD, text, applicability)


def of_result(misuse: Misuse, *heads: str) -> Remedy | None:
    """Return the remedy that awaits a coroutine first, under the first head that suits its result.

    None where its result is not known, or suits none of them.
    """
    if misuse.result is not None:
        for text in heads:
            if _NEEDS[text] in misuse.result:
                return Remedy(Action.HEAD, text, awaited=True)
    return None


def is_itself(misuse: Misuse) -> bool:
    """Tell whether the object is an instance, not what a generator function or manager gave.

    An instance may offer a protocol besides, without being meant to be used by it.
    """
    return bool(misuse.description)


def is_uncalled(misuse: Misuse) -> bool:
    """Tell whether the object is a function that should have been called."""
    return misuse.kind is Kind.OTHER and misuse.description.startswith("a function")


def renamed(near: tuple[str, ...], action: Action = Action.RENAME, old: str = "") -> Remedy | None:
    """Return the remedy that takes the one near name; with several near, none is certain."""
    return Remedy(action, near[0], UNSAFE, old=old) if len(near) == 1 else None


def of_decorator(broken: BrokenManager) -> Remedy | None:
    """Return the remedy that makes a decorator of contextlib fit its function, or takes it away.

    What a coroutine function without it gives may not be what was meant, and a generator may
    have been meant to be an async one.
    """
    if broken.managed:
        return Remedy(Action.UNDECORATE)
    match broken.kind:
        case Kind.ASYNC_GENERATOR:
            return Remedy(Action.EXCHANGE, "asynccontextmanager")
        case Kind.GENERATOR if broken.is_async:
            return Remedy(Action.EXCHANGE, "contextmanager", UNSAFE)
        case Kind.COROUTINE if not broken.plain:
            return Remedy(Action.UNDECORATE, applicability=UNSAFE)
        case _:
            return None
