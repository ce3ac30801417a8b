"""Drop from an outline the uses that no resolution can turn into a finding."""

from asyncpattern_lint.index.model import (
    PROTOCOL_USES,
    Assigned,
    Attribute,
    Await,
    Bindings,
    Builtin,
    Call,
    Choice,
    Collection,
    Defined,
    Element,
    Entered,
    Expr,
    Fallback,
    GeneratorExpression,
    Imported,
    Item,
    ModuleIndex,
    Name,
    Narrowed,
    Opaque,
    Parameter,
    Scope,
    ScopeKind,
    Sent,
    Starred,
    Subscript,
    TupleDisplay,
    UseSite,
    head,
)
from asyncpattern_lint.protocol import Use

#: What may give work that is not done yet.
_PRODUCING = (
    Attribute, Await, Call, Choice, Collection, Element, Entered, Fallback, GeneratorExpression, Item,
    Narrowed, Sent, Starred, Subscript,
)  # fmt: skip

_DISCARDED = 1 << Use.DISCARDED

#: Methods that may make something else of a class.
_MAKERS = frozenset({"__init__", "__init_subclass__", "__new__"})


class Pruner:
    """Judges uses by how the names in them are bound in the same module."""

    def __init__(self, index: ModuleIndex) -> None:
        self.index = index

    def prune(self, number: int, name_uses: dict[str, int], loads: dict[str, int]) -> None:
        """Add the uses of a scope's names and drop what cannot become a finding.

        ``loads`` holds the last line in which each name is read.
        """
        scope = self.index.scopes[number]
        scope.uses = [
            site
            for site in scope.uses
            if not isinstance(site.value, Attribute) or self._may_matter(number, site)
        ]
        for name, uses in name_uses.items():
            kept = uses & self._possible_uses(number, name)
            if kept:
                scope.uses.append(UseSite(Name(name), kept))
        if scope.kind is ScopeKind.FUNCTION:
            self._keep_discarded(scope, loads)
        own = self._made_over(number)
        scope.calls = [
            call
            for call in scope.calls
            if any(self._may_be_produced(number, a) for a in call.args)
            or (own and any(isinstance(a, Name) and a.id in own for a in call.args))
            or any(self._may_be_produced(number, v) for _, v in call.keywords)
        ]
        scope.attributes = [
            chain for chain in scope.attributes if self._is_in_module(number, chain)
        ]

    def _made_over(self, number: int) -> frozenset[str]:
        """Return the parameters that a function may change for others: decorators, metaclasses."""
        scope = self.index.scopes[number]
        if scope.kind is not ScopeKind.FUNCTION:
            return frozenset()
        names = {item.value.id for item in scope.returns if isinstance(item.value, Name)}
        if scope.name in _MAKERS and self.index.scopes[scope.parent].kind is ScopeKind.CLASS:
            names.update(n for n in scope.bindings if n != "self")
        return frozenset(
            name
            for name in names
            if name in scope.bindings and isinstance(scope.bindings[name].every[0], Parameter)
        )

    def _lookup(self, number: int, name: str) -> Bindings | None:
        for position, scope in self.index.enclosing(number):
            if name in scope.outer:
                return self.index.scopes[0].bindings.get(name)
            entry = scope.bindings.get(name)
            if entry is not None:
                return entry
            if position == 0:
                break
        return None

    def _possible_uses(self, number: int, name: str) -> int:
        """Return which uses of a name could be a misuse, going by how it is bound."""
        if any(c.name.partition(".")[0] == name for c in self.index.scopes[number].guards):
            # What a test tells of it is not in its bindings.
            return -1
        entry = self._lookup(number, name)
        if entry is None:
            # It may come from a star import, or be a builtin.
            return -1 if self.index.stars else PROTOCOL_USES
        uses = 0
        for binding in entry.every:
            match binding:
                case Parameter(annotation=annotation):
                    if annotation is not None:
                        return -1
                    if binding.default is not None or (
                        binding.position == 0 and self._is_in_class(number, name)
                    ):
                        uses |= PROTOCOL_USES
                case Assigned(value=Opaque(), annotation=None):
                    pass
                case Assigned(value=Builtin() | TupleDisplay() | Collection(), annotation=None):
                    uses |= PROTOCOL_USES
                case Defined(scope=scope) if not self.index.scopes[scope].decorators:
                    uses |= PROTOCOL_USES
                case _:
                    return -1
        return uses

    def _is_in_class(self, number: int, name: str) -> bool:
        """Whether a name belongs to a function of a class, whose first parameter is known."""
        for _, scope in self.index.enclosing(number):
            if name in scope.bindings:
                return self.index.scopes[scope.parent].kind is ScopeKind.CLASS
        return False

    def _may_be_produced(self, number: int, value: Expr) -> bool:
        if isinstance(value, Name):
            return self._possible_uses(number, value.id) != 0
        return isinstance(value, _PRODUCING)

    def _may_matter(self, number: int, site: UseSite) -> bool:
        """Whether the head of a chain of attributes may be known."""
        start = head(site.value)
        if not isinstance(start, Name):
            return True
        return self._possible_uses(number, start.id) != 0

    def _is_in_module(self, number: int, chain: Expr) -> bool:
        start = head(chain)
        return isinstance(start, Name) and self.may_be_module(number, start.id)

    def may_be_module(self, number: int, name: str) -> bool:
        """Tell whether a name, seen from a scope, may stand for a module."""
        entry = self._lookup(number, name)
        if entry is None:
            return bool(self.index.stars)
        return any(
            isinstance(b, Imported)
            or (isinstance(b, Assigned) and isinstance(b.value, Name | Attribute | Choice))
            for b in entry.every
        )

    def _keep_discarded(self, scope: Scope, loads: dict[str, int]) -> None:
        for name, entry in scope.bindings.items():
            last = loads.get(name, 0)
            assigned = [
                b
                for b in entry.every
                if isinstance(b, Assigned) and isinstance(b.value, Call | Await | Choice | Fallback)
            ]
            if assigned and (
                len(entry.every) > 1 or any(last <= binding.line for binding in assigned)
            ):
                scope.uses.extend(UseSite(b.value, _DISCARDED) for b in assigned)
