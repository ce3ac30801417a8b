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
    ScopeKind,
)
from asyncpattern_lint.protocol import Use

#: The uses that an outline tells exactly.
_EXACT = (Use.ASYNC_FOR, Use.ASYNC_WITH, Use.AWAIT, Use.FOR, Use.WITH, Use.DISCARDED, Use.TRUTH)


def callers_in(module: ModuleIndex) -> Iterator[tuple[int, dict[str, list[str]]]]:
    """Yield the classes with methods that use what others give: these, by the names of those."""
    for number, scope in enumerate(module.scopes):
        found: dict[str, list[str]] = {}
        for name, entry in scope.bindings.items() if scope.kind is ScopeKind.CLASS else ():
            last = entry.every[-1]
            for used in uses_of(module.scopes[last.scope]) if isinstance(last, Defined) else ():
                found.setdefault(used, []).append(name)
        if found:
            yield number, found


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
