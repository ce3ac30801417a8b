"""What of a module others can see: its outline without places, and without what it uses.

Lines count by their order only: what stands before what matters, on which line it stands does
not. Of the names that a function binds for itself, those matter that lead to what it gives.
"""

from collections.abc import Callable, Iterator, Mapping

import msgspec

from asyncpattern_lint.index.model import (
    Assigned,
    Bindings,
    Condition,
    Defined,
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

#: Fields that tell of scopes by their numbers, and that no other module reads.
_WITH_SCOPES = frozenset({"entered", "noted", "spared"})

#: Fields that hold the number of a scope.
_SCOPES = frozenset({"parent", "scope"})

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


def added(before: Outline, after: Outline) -> frozenset[str]:
    """Return the global names that a module has come to have; none if others see more of a change.

    What defines them is all that others see of it, and only those who asked for one of them.
    """
    if isinstance(before, Failure) or isinstance(after, Failure):
        return frozenset()
    top = after.scopes[0].bindings
    names = frozenset({*top} - {*before.scopes[0].bindings})
    bindings = [binding for name in names for binding in top[name].every]
    if not all(isinstance(binding, Defined) for binding in bindings):
        return frozenset()
    try:
        one = _interface(before, _OWN | _FACTS, False)
        is_all = one == _interface(after, _OWN | _FACTS, False, names)
    except RecursionError:
        is_all = False
    return names if is_all else frozenset()


def have_one_body(one: Outline, other: Outline, added: frozenset[str] = frozenset()) -> bool:
    """Tell whether two outlines are the same but for the places of what they tell of.

    Of the other, what defines the ``added`` names is left out.
    """
    left_out = _PLACES | _WITH_SCOPES if added else _PLACES
    try:
        return _interface(one, left_out, True) == _interface(other, left_out, True, added)
    except RecursionError:
        return False


def _interface(
    outline: Outline, left_out: frozenset[str], calls: bool, without: frozenset[str] = frozenset()
) -> object:
    if isinstance(outline, Failure):
        return Failure
    names = _names_that_lead_out(outline)
    if without:
        names[0] = frozenset(outline.scopes[0].bindings) - without
    kept = {n: names[n] for n in _scopes(outline, without)}
    lines: set[int] = {0}

    def note(line: int) -> None:
        lines.add(line)

    _Sight(kept, left_out, calls, note).of_module(outline)
    order = {line: number for number, line in enumerate(sorted(lines))}
    return _Sight(kept, left_out, calls, order.__getitem__).of_module(outline)


def _scopes(module: ModuleIndex, without: frozenset[str]) -> list[int]:
    """Return the scopes that do not belong to the definition of one of these global names."""
    top = module.scopes[0].bindings
    left_out = {
        binding.scope
        for name in without
        for binding in top[name].every
        if isinstance(binding, Defined)
    }
    kept: list[int] = []
    for number, scope in enumerate(module.scopes):
        if number in left_out or scope.parent in left_out:
            left_out.add(number)
        else:
            kept.append(number)
    return kept


class _Sight:
    """Makes plain values of an outline; ``place`` is what a line becomes.

    ``kept`` are the numbers of the scopes that count, with the names that count in them.
    """

    def __init__(
        self,
        kept: Mapping[int, frozenset[str]],
        left_out: frozenset[str],
        calls: bool,
        place: Callable[[int], object],
    ) -> None:
        self.kept = kept
        self.left_out = left_out
        self.calls = calls
        self.place = place
        self.numbers = {-1: -1, **{number: new for new, number in enumerate(kept)}}

    def of_module(self, module: ModuleIndex) -> object:
        """Return what others see of a module."""
        fields = [
            self.of(getattr(module, name))
            for name in module.__struct_fields__
            if name not in self.left_out and name != "scopes"
        ]
        return [self._of_scope(module.scopes[n], names) for n, names in self.kept.items()], fields

    def _of_scope(self, scope: Scope, names: frozenset[str]) -> object:
        return (
            self._of_fields(scope),
            self.of(_bindings(scope, names)),
            self.of(_followed(scope)) if self.calls else None,
        )

    def _of_fields(self, value: msgspec.Struct) -> object:
        # That of the module begins with the file and ends with it.
        is_module = isinstance(value, Scope) and value.parent < 0
        lines = _nowhere if is_module else self.place
        left_out = self.left_out | {"bindings"} if is_module else self.left_out
        return [
            lines(getattr(value, name))
            if name in _LINES
            else self.numbers.get(getattr(value, name))
            if name in _SCOPES
            else self.of(getattr(value, name))
            for name in value.__struct_fields__
            if name not in left_out
        ]

    def of(self, value: object) -> object:
        """Return what others see of a value."""
        if isinstance(value, msgspec.Struct):
            return type(value), self._of_fields(value)
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
    kept = [frozenset[str]()] * len(module.scopes)
    kept[0] = frozenset(module.scopes[0].bindings)
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
