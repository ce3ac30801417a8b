"""What of a module others can see: its outline without places, and without what it uses.

Lines count by their order only: what stands before what matters, on which line it stands does
not. Of the names that a function binds for itself, those matter that lead to what it gives.
"""

from collections.abc import Callable, Iterator

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

#: Fields of an outline that say where something stands, or what a module does with others.
_OWN = frozenset(
    {
        "attributes", "bindings", "calls", "column", "drives", "end_column", "entered", "noted",
        "spared", "uses",
    }
)  # fmt: skip

#: Fields that others see only by what the whole project does, as ``Project.facts`` tells it.
_FACTS = frozenset(
    {
        "handed", "patched", "registered", "setters", "sys_modules", "written", "written_modules",
    }
)  # fmt: skip

#: Fields that say where in its line something stands.
_PLACES = frozenset({"column", "end_column"})

#: Fields that hold lines; 0 stands for none.
_LINES = frozenset({"end_line", "line", "statement", "yields_at"})


def are_alike(one: Outline, other: Outline, *, calls: bool = True, facts: bool = True) -> bool:
    """Tell whether two outlines look the same to other modules; in doubt they do not.

    ``calls`` tells that others follow what the functions of the module call, as they do with
    decorators and metaclasses; ``facts`` that what it does to others' objects counts.
    """
    left_out = _OWN if facts else _OWN | _FACTS
    try:
        return _interface(one, left_out, calls) == _interface(other, left_out, calls)
    except RecursionError:
        return False


def have_one_body(one: Outline, other: Outline) -> bool:
    """Tell whether two outlines are the same but for the places of what they tell of."""
    try:
        return _interface(one, _PLACES, True) == _interface(other, _PLACES, True)
    except RecursionError:
        return False


def _interface(outline: Outline, left_out: frozenset[str], calls: bool) -> object:
    if isinstance(outline, Failure):
        return Failure
    kept = _names_that_lead_out(outline)
    lines: set[int] = {0}

    def note(line: int) -> None:
        lines.add(line)

    _Sight(kept, left_out, calls, note).of(outline)
    order = {line: number for number, line in enumerate(sorted(lines))}
    return _Sight(kept, left_out, calls, order.__getitem__).of(outline)


class _Sight:
    """Makes plain values of an outline; ``place`` is what a line becomes."""

    def __init__(
        self,
        kept: list[frozenset[str]],
        left_out: frozenset[str],
        calls: bool,
        place: Callable[[int], object],
    ) -> None:
        self.kept = kept
        self.left_out = left_out
        self.calls = calls
        self.place = place
        self.number = -1

    def of(self, value: object) -> object:
        """Return what others see of a value."""
        if isinstance(value, msgspec.Struct):
            # That of the module begins with the file and ends with it.
            lines = self.place if not isinstance(value, Scope) or value.parent >= 0 else _nowhere
            fields = [
                lines(getattr(value, name)) if name in _LINES else self.of(getattr(value, name))
                for name in value.__struct_fields__
                if name not in self.left_out
            ]
            if isinstance(value, Scope):
                self.number += 1
                fields.append(self.of(_bindings(value, self.kept[self.number])))
                fields.append(self.of(_followed(value)) if self.calls else None)
            return (type(value), *fields)
        if isinstance(value, list | tuple):
            return [self.of(item) for item in value]
        if isinstance(value, dict):
            return [(key, self.of(item)) for key, item in value.items()]
        return value


def _nowhere(_line: int) -> None:
    return None


def _bindings(scope: Scope, kept: frozenset[str]) -> dict[str, Bindings]:
    if scope.kind is not ScopeKind.FUNCTION:
        return scope.bindings
    return {name: entry for name, entry in scope.bindings.items() if name in kept}


def _followed(scope: Scope) -> list[object]:
    """Return the functions that a scope calls with what may be a class of someone else's."""
    return [
        call.func for call in scope.calls if any(isinstance(a, Name | Starred) for a in call.args)
    ]


def _names_that_lead_out(module: ModuleIndex) -> list[frozenset[str]]:
    """Return for each scope the names in it that what it gives to others may hang on.

    In functions that lie in each other a name counts in all of them.
    """
    groups: dict[int, list[int]] = {}
    outermost: list[int] = []
    for number, scope in enumerate(module.scopes):
        is_inside = number > 0 and module.scopes[outermost[scope.parent]].kind is ScopeKind.FUNCTION
        outermost.append(outermost[scope.parent] if is_inside else number)
        groups.setdefault(outermost[number], []).append(number)
    set_by: dict[int, list[object]] = {}
    for entry in module.scopes[0].bindings.values() if module.scopes else ():
        for binding in entry.every:
            if isinstance(binding, Assigned) and binding.scope:
                set_by.setdefault(binding.scope, []).append(binding.value)
    for scope in module.scopes:
        for sets in scope.attributes_set.values():
            for item in sets:
                set_by.setdefault(item.scope, []).extend((item.value, item.annotation))
    kept: list[frozenset[str]] = [frozenset()] * len(module.scopes)
    for top, numbers in groups.items():
        if module.scopes[top].kind is ScopeKind.FUNCTION:
            names = _reached([module.scopes[n] for n in numbers], [set_by.get(n) for n in numbers])
            for number in numbers:
                kept[number] = names
    return kept


def _reached(scopes: list[Scope], given: list[object]) -> frozenset[str]:
    names = set(_names(given))
    for scope in scopes:
        fields = (name for name in scope.__struct_fields__ if name not in _OWN)
        names.update(_names([getattr(scope, name) for name in fields]), _names(_followed(scope)))
        for name, entry in scope.bindings.items():
            if any(isinstance(binding, Parameter) for binding in entry.every):
                names.add(name)
    waiting = set(names)
    while waiting:
        found: set[str] = set()
        for scope in scopes:
            for name in waiting & scope.bindings.keys():
                found.update(_names(scope.bindings[name]))
        waiting = found - names
        names |= found
    return frozenset(names)


def _names(value: object) -> Iterator[str]:
    """Yield the names that a value speaks of, with some words that are none."""
    if isinstance(value, Name):
        yield value.id
    elif isinstance(value, msgspec.Struct):
        if isinstance(value, Condition):
            yield value.name.partition(".")[0]
        for field in value.__struct_fields__:
            yield from _names(getattr(value, field))
    elif isinstance(value, dict):
        yield from value
        yield from _names([*value.values()])
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _names(item)
    elif isinstance(value, str):
        yield value
