"""What methods do with what calling others of the same object gives."""

from collections.abc import Iterator, Mapping

from asyncpattern_lint.index.model import (
    Assigned,
    Attribute,
    Call,
    Defined,
    Expr,
    ModuleIndex,
    Name,
    Parameter,
    Scope,
)
from asyncpattern_lint.protocol import Use

#: The uses that an outline tells exactly.
_EXACT = (Use.ASYNC_FOR, Use.ASYNC_WITH, Use.AWAIT, Use.FOR, Use.WITH, Use.DISCARDED, Use.TRUTH)


def callers_in(module: ModuleIndex, scope: Scope) -> dict[str, list[str]]:
    """Return the methods of a class that use what others give, by the names of these."""
    found: dict[str, list[str]] = {}
    for name, method in _methods(module, scope):
        for used in uses_of(method):
            found.setdefault(used, []).append(name)
    return found


def _methods(module: ModuleIndex, scope: Scope) -> Iterator[tuple[str, Scope]]:
    for name, entry in scope.bindings.items():
        last = entry.every[-1]
        if isinstance(last, Defined):
            yield name, module.scopes[last.scope]


def uses_of(scope: Scope) -> Mapping[str, list[Use]]:
    """Return the uses that a method makes of what calling other methods of ``self`` gives.

    One that asks what it got, or what the method is, is left alone.
    """
    found: dict[str, list[Use]] = {}
    first = next(iter(scope.bindings.items()), None)
    if first is None or scope.expects_errors:
        return found
    receiver, entry = first
    parameter = entry.every[0]
    if not isinstance(parameter, Parameter) or parameter.position != 0 or len(entry.every) > 1:
        return found
    asked = {condition.name for condition in scope.guards}
    kept: set[Expr] | None = None
    for site in scope.uses:
        match site.value:
            case Call(func=Attribute(value=Name(id=name), name=method)) if name == receiver:
                uses = [use for use in _EXACT if site.uses & 1 << use]
                if kept is None:
                    bound = (b for e in scope.bindings.values() for b in e.every)
                    kept = {b.value for b in bound if isinstance(b, Assigned)}
                if uses and site.value not in kept and f"{receiver}.{method}" not in asked:
                    found.setdefault(method, []).extend(uses)
    return found
