"""What of a module others can see: its outline without places, and without what it uses.

Lines count by their order only: what stands before what matters, on which line it stands does
not. Of the names that a function binds for itself, those matter that lead to what it gives.
"""

from collections.abc import Callable, Collection, Iterator

import msgspec

from asyncpattern_lint.index.model import (
    Assigned,
    Bindings,
    Condition,
    Failure,
    ModuleIndex,
    Name,
    Parameter,
    Scope,
    ScopeKind,
    Starred,
)
from asyncpattern_lint.index.project import Outline
from asyncpattern_lint.index.watched import roots

#: Fields of an outline that say where something stands, or what a module does with others.
OWN = frozenset(
    {
        "attributes", "bindings", "calls", "column", "drives", "end_column", "entered", "noted",
        "spared", "switches", "uses",
    }
)  # fmt: skip

#: Fields that others see only by what the whole project does, as ``facts.Facts`` tells it.
FACTS = frozenset(
    {
        "handed", "patched", "registered", "renamed", "setters", "sys_modules", "written",
        "written_modules",
    }
)  # fmt: skip

#: Fields that hold the number of a scope.
_SCOPES = frozenset({"parent", "scope"})

#: Fields that hold lines; 0 stands for none.
_LINES = frozenset({"end_line", "leaving_line", "line", "statement", "yields_at"})


def are_alike(one: Outline, other: Outline) -> bool:
    """Tell whether two outlines look the same to other modules; in doubt they do not.

    What the functions of a module call counts, as others follow decorators and metaclasses; so
    does what it does to others' objects.
    """
    try:
        return _interface(one) == _interface(other)
    except RecursionError:
        return False


def _interface(outline: Outline) -> object:
    if isinstance(outline, Failure):
        return Failure
    names = names_that_lead_out(outline)
    lines: set[int] = {0}

    def note(line: int) -> None:
        lines.add(line)

    Sight(OWN, note).of_module(outline, names)
    order = {line: number for number, line in enumerate(sorted(lines))}
    return Sight(OWN, order.__getitem__).of_module(outline, names)


class Sight:
    """Makes plain values of an outline without the fields that are ``left_out``.

    ``place`` is what a line becomes, ``scope`` what the number of a scope does, ``item`` what
    that of an import does.
    """

    def __init__(
        self,
        left_out: frozenset[str],
        place: Callable[[int], object],
        scope: Callable[[int], object] = int,
        item: Callable[[int], object] = int,
    ) -> None:
        self.left_out = left_out
        self.place = place
        self.scope = scope
        self.item = item

    def of_module(self, module: ModuleIndex, names: list[frozenset[str]]) -> object:
        """Return what others see of a module, with these names of each of its scopes."""
        scopes = zip(module.scopes, names, strict=True)
        seen = [(self.of_scope(scope, kept), self.of(_followed(scope))) for scope, kept in scopes]
        return seen, self.of_fields(module, but={"scopes"})

    def of_scope(self, scope: Scope, names: frozenset[str]) -> object:
        """Return what others see of a scope, with these of its names, but for what it calls."""
        return self.of_fields(scope), self.of(_bindings(scope, names))

    def of_fields(self, value: msgspec.Struct, but: Collection[str] = ()) -> object:
        """Return what others see of the fields of a value."""
        # That of the module begins with the file and ends with it.
        is_module = isinstance(value, Scope) and value.parent < 0
        lines = _nowhere if is_module else self.place
        left_out = {*self.left_out, *but, *(("bindings",) if is_module else ())}
        return [
            lines(getattr(value, name))
            if name in _LINES
            else self.scope(getattr(value, name))
            if name in _SCOPES
            else self.item(getattr(value, name))
            if name == "index"
            else self.of(getattr(value, name))
            for name in value.__struct_fields__
            if name not in left_out
        ]

    def of(self, value: object) -> object:
        """Return what others see of a value."""
        if isinstance(value, msgspec.Struct):
            return type(value), self.of_fields(value)
        if isinstance(value, list | tuple):
            return [self.of(item) for item in value]
        if isinstance(value, dict):
            return [(key, self.of(item)) for key, item in value.items()]
        return value


def _nowhere(_line: int) -> None:
    return None


def _bindings(scope: Scope, kept: frozenset[str]) -> dict[str, Bindings]:
    if scope.kind is ScopeKind.CLASS:
        return scope.bindings
    return {name: entry for name, entry in scope.bindings.items() if name in kept}


def _followed(scope: Scope) -> list[object]:
    """Return the functions that a scope calls with what may be a class of someone else's."""
    return [
        call.func for call in scope.calls if any(isinstance(a, Name | Starred) for a in call.args)
    ]


def names_that_lead_out(module: ModuleIndex) -> list[frozenset[str]]:
    """Return for each scope the names in it that what it gives to others may hang on.

    In functions that lie in each other a name counts in all of them.
    """
    groups: dict[int, list[int]] = {}
    for number, root in enumerate(roots(module.scopes)):
        groups.setdefault(root, []).append(number)
    set_by: dict[int, list[object]] = {}
    for entry in module.scopes[0].bindings.values() if module.scopes else ():
        for binding in entry.every:
            if isinstance(binding, Assigned) and binding.scope:
                set_by.setdefault(binding.scope, []).append(binding.value)
    for scope in module.scopes:
        for sets in scope.attributes_set.values():
            for item in sets:
                set_by.setdefault(item.scope, []).extend((item.value, item.annotation))
    kept = [frozenset[str]()] * len(module.scopes)
    kept[0] = frozenset(module.scopes[0].bindings)
    for top, numbers in groups.items():
        if module.scopes[top].kind is ScopeKind.FUNCTION:
            names = _reached([module.scopes[n] for n in numbers], [set_by.get(n) for n in numbers])
            for number in numbers:
                kept[number] = names
    return kept


def _reached(scopes: list[Scope], given: list[object]) -> frozenset[str]:
    names = set(names_in(given))
    for scope in scopes:
        fields = (name for name in scope.__struct_fields__ if name not in OWN)
        names.update(
            names_in([getattr(scope, name) for name in fields]), names_in(_followed(scope))
        )
        for name, entry in scope.bindings.items():
            if any(isinstance(binding, Parameter) for binding in entry.every):
                names.add(name)
    waiting = set(names)
    while waiting:
        found: set[str] = set()
        for scope in scopes:
            for name in waiting & scope.bindings.keys():
                found.update(names_in(scope.bindings[name]))
        waiting = found - names
        names |= found
    return frozenset(names)


def names_in(value: object) -> Iterator[str]:
    """Yield the names that a value speaks of, with some words that are none."""
    if isinstance(value, Name):
        yield value.id
    elif isinstance(value, msgspec.Struct):
        if isinstance(value, Condition):
            yield value.name.partition(".")[0]
        for field in value.__struct_fields__:
            yield from names_in(getattr(value, field))
    elif isinstance(value, dict):
        yield from value
        yield from names_in([*value.values()])
    elif isinstance(value, list | tuple):
        for item in value:
            yield from names_in(item)
    elif isinstance(value, str):
        yield value
