"""Decide from the outlines alone which scopes may hold a misuse.

Every name stands here for all that it is ever bound to in its scope, so nothing is lost: what
the visitor finds live at a place is what one or more of its bindings give.
"""

from collections.abc import Iterator
from dataclasses import replace

from asyncpattern_lint.analysis.judge import always_fails, may_fail
from asyncpattern_lint.analysis.passing import demands_on_arguments, excludes
from asyncpattern_lint.analysis.resolver import Resolver
from asyncpattern_lint.analysis.values import (
    ANYTHING,
    Frame,
    ModuleValue,
    Values,
    union,
    without_none,
)
from asyncpattern_lint.index.conditions import referred
from asyncpattern_lint.index.exports import Presence
from asyncpattern_lint.index.handlers import opposite
from asyncpattern_lint.index.model import (
    Attribute,
    Await,
    Call,
    Choice,
    Collection,
    Condition,
    Element,
    Entered,
    Expr,
    Fallback,
    Item,
    ModuleIndex,
    Name,
    Narrowed,
    Scope,
    ScopeKind,
    Starred,
    TupleDisplay,
)
from asyncpattern_lint.protocol import Use

#: Tests after tests until they tell nothing new.
_MAX_ROUNDS = 3

_EVERY_USE = sum(1 << use for use in Use)

#: The uses of every combination of their bits.
_USES = [tuple(use for use in Use if bits & 1 << use) for bits in range(_EVERY_USE + 1)]


def is_candidate(resolver: Resolver, path: str, module: ModuleIndex, number: int) -> bool:
    """Tell whether the visitor has to walk a scope."""
    frame = Frame(path, number, everything=True)
    return _Scope(resolver, frame, module.scopes[number]).is_candidate()


class _Scope:
    """A scope with all that its names may stand for; what it asks of them adds to that."""

    def __init__(self, resolver: Resolver, frame: Frame, scope: Scope) -> None:
        self.resolver = resolver
        self.frame = frame
        self.scope = scope
        told = tuple(self._told()) if scope.guards else ()
        self.is_guarded = bool(told)
        if told:
            self.frame = replace(frame, shadows=told)

    def _told(self) -> Iterator[tuple[str, Values]]:
        """Yield what references may stand for after the scope's tests of them."""
        guards: dict[str, list[Condition]] = {}
        for condition in self.scope.guards:
            guards.setdefault(condition.name, []).append(condition)
        for name, conditions in guards.items():
            values = before = self.resolver.evaluate(referred(name), self.frame)
            for _ in range(_MAX_ROUNDS):
                found = union((values, *self._left(values, conditions)))
                if found == values:
                    break
                values = found
            # What a test only rules out matters too.
            if values != before or len(without_none(values)) > 1:
                yield name, values

    def _left(self, values: Values, conditions: list[Condition]) -> Iterator[Values]:
        narrowing = self.resolver.narrowing
        for value in values:
            for condition in conditions:
                for asked in (condition, opposite(condition)):
                    yield narrowing.narrow((value,), asked, self.frame) or ()

    def is_candidate(self) -> bool:
        self.resolver.scan(self.frame)
        return (
            any(self._is_misused(site.value, site.uses) for site in self.scope.uses)
            or any(
                self._may_fail(demand.value, demand.use, self._values(demand.value))
                for call in self.scope.calls
                for demand in demands_on_arguments(self.resolver, call, self.frame)
            )
            or any(self._may_lack(chain) for chain in self.scope.attributes)
            or self._may_break_annotation()
        )

    def _values(self, expr: Expr) -> Values:
        return self.resolver.judged(expr, self.frame)

    def _is_misused(self, expr: Expr, uses: int) -> bool:
        values = self._values(expr)
        if values == ANYTHING:
            return False
        return any(self._may_fail(expr, use, values) for use in _USES[uses & _EVERY_USE])

    def _may_fail(self, expr: Expr, use: Use, values: Values) -> bool:
        """Whether a use may fail with all that is live at some place."""
        if not may_fail(use, values):
            return False
        if self.is_guarded or always_fails(use, values):
            return True
        if isinstance(expr, Name):
            entry = self.scope.bindings.get(expr.id)
            return entry is not None and any(
                always_fails(use, self.resolver.bound_by(expr.id, position, binding, self.frame))
                for position, binding in enumerate(entry.every)
            )
        return self._depends_on_flow(expr)

    def _depends_on_flow(self, expr: Expr) -> bool:
        """Whether an expression holds a name that this scope itself binds."""
        match expr:
            case Name(id=name):
                return name in self.scope.bindings
            case Attribute(value=value) | Await(value=value) | Starred(value=value):
                return self._depends_on_flow(value)
            case Call(func=func, args=args, keywords=keywords):
                parts = (func, *args, *(value for _, value in keywords))
                return any(self._depends_on_flow(part) for part in parts)
            case (
                Choice(options=options)
                | TupleDisplay(elements=options)
                | Collection(elements=options)
            ):
                return any(self._depends_on_flow(option) for option in options)
            case Fallback(value=value, otherwise=otherwise):
                return self._depends_on_flow(value) or self._depends_on_flow(otherwise)
            case (
                Item(value=value)
                | Element(value=value)
                | Entered(value=value)
                | Narrowed(value=value)
            ):
                return self._depends_on_flow(value)
            case _:
                return True

    def _may_lack(self, chain: Expr) -> bool:
        """Whether some part of a dotted chain may be missing from a first-party module."""
        while isinstance(chain, Attribute):
            for value in self._values(chain.value):
                if (
                    isinstance(value, ModuleValue)
                    and self.resolver.exports.has(value.location, chain.name) is Presence.ABSENT
                ):
                    return True
            chain = chain.value
        return False

    def _may_break_annotation(self) -> bool:
        """Whether a function may return something that its annotation leaves no room for."""
        scope = self.scope
        if scope.kind is not ScopeKind.FUNCTION or scope.annotation is None:
            return False
        returned = [
            (item.value, values)
            for item in scope.returns
            if may_fail(Use.RESULT, values := self._values(item.value))
        ]
        if not returned:
            return False
        outer = Frame(self.frame.path, scope.parent)
        promised = self.resolver.types.annotated(scope.annotation, outer)
        return any(
            excludes(promised, values) or self._depends_on_flow(value) for value, values in returned
        )
