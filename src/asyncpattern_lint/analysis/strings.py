"""Strings that name code of the project which does not exist."""

import builtins
import difflib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from asyncpattern_lint.analysis import wellknown
from asyncpattern_lint.analysis.homes import Homes
from asyncpattern_lint.analysis.members import Has
from asyncpattern_lint.analysis.positions import Positions
from asyncpattern_lint.analysis.replacing import Replaced, Replacing
from asyncpattern_lint.analysis.resolver import Resolver
from asyncpattern_lint.analysis.values import ClassValue, Frame, InstanceValue, ModuleValue, Values
from asyncpattern_lint.findings import MissingTarget, Observation, Step, Target
from asyncpattern_lint.index.exports import Presence
from asyncpattern_lint.index.finder import Location
from asyncpattern_lint.index.model import Builtin, Noted, Told, dotted
from asyncpattern_lint.source import Span

_NEAREST = 3

#: What starts an application that a string names, and where.
_SERVERS = frozenset({"uvicorn.run", "uvicorn.main.run", "uvicorn.Config", "uvicorn.config.Config"})

#: Options by which a server looks for the application somewhere else.
_ELSEWHERE = frozenset({"app_dir", "**"})


class Missing(NamedTuple):
    """The first part of a dotted name that does not exist, and what should have it.

    ``what`` is "module", "package" or "class"; ``near`` are the nearest names that exist.
    """

    name: str
    what: str
    owner: str
    path: str
    line: int
    near: tuple[str, ...]
    moved_to: tuple[str, ...]


class StringChecker:
    """Checks the strings in modules that name code of the project."""

    def __init__(self, resolver: Resolver, homes: Homes) -> None:
        self.resolver = resolver
        self.project = resolver.project
        self.exports = resolver.exports
        self.homes = homes

    def check_replaced(
        self, replaced: Sequence[Replaced], positions: Positions
    ) -> Iterator[Observation]:
        """Yield what calls in a module replace that does not exist."""
        made = {_last_name(call.replacing) for call in replaced if _makes(call.replacing)}
        for call in replaced:
            if not call.is_idle and _last_name(call.replacing) not in made:
                yield from self._replaced(*call, positions)

    def _replaced(
        self, noted: Noted, frame: Frame, replacing: Replacing, positions: Positions
    ) -> Iterator[Observation]:
        owner, name = replacing.owner, replacing.name
        path = frame.path
        told, text = owner, owner.text
        if text is not None:
            missing = self.missing(text, path)
            if missing is None and name is not None and name.text is not None:
                told, text = name, f"{text}.{name.text}"
                missing = self.missing(text, path)
        elif name is not None and name.text is not None:
            values = self.resolver.judged(owner.value, frame)
            told, text = name, f"{dotted(owner.value) or '...'}.{name.text}"
            missing = self._missing_below(values, [name.text])
        else:
            return
        if missing is None or text is None:
            return
        if replacing.kind in {"patch", "object", "multiple"} and hasattr(builtins, missing.name):
            # ``patch`` makes names of modules that hide those of builtins.
            return
        yield self._observed(missing, text, dotted(noted.call.func) or "", path, told, positions)

    def check_served(
        self, noted: Noted, frame: Frame, positions: Positions
    ) -> Iterator[Observation]:
        """Yield the application that a call is to serve, if it does not exist."""
        if noted.dead or noted.guarded:
            return
        told = next((t for t in noted.told if t.keyword in {"", "app"}), None)
        if told is None or told.text is None or ":" not in told.text:
            return
        if any(t.keyword in _ELSEWHERE for t in noted.told):
            return
        if wellknown.is_one_of(self.resolver, noted.call.func, frame, _SERVERS):
            missing = self.missing_entry(told.text, frame.path)
            if missing is not None:
                construct = dotted(noted.call.func) or ""
                yield self._observed(missing, told.text, construct, frame.path, told, positions)

    def _observed(
        self,
        missing: Missing,
        text: str,
        construct: str,
        path: str,
        told: Told,
        positions: Positions,
    ) -> MissingTarget:
        place = told.place
        span = positions.span(place.line, place.column, place.end_line, place.end_column)
        return observed(missing, text, construct, path, span)

    # --- look-ups ------------------------------------------------------------------------

    def missing_entry(self, text: str, path: str) -> Missing | None:
        """Return what is missing of ``package.module:name``, None if nothing surely is."""
        name, _, attributes = text.partition(":")
        lookup = self.project.finder.absolute(name, path)
        if lookup.package is not None and lookup.certain:
            return self._missing_in(lookup.package, lookup.missing.rpartition(".")[2])
        if len(lookup.found) != 1 or lookup.partial or not lookup.certain:
            return None
        return self._missing_below((ModuleValue(lookup.found[0]),), attributes.split("."))

    def missing(self, text: str, path: str) -> Missing | None:
        """Return what is missing of a dotted name, None if nothing surely is."""
        top, *rest = text.split(".")
        lookup = self.project.finder.absolute(top, path)
        if len(lookup.found) != 1 or lookup.partial or not lookup.certain:
            return None
        location, rest = self.project.descend(lookup.found[0], rest)
        return self._missing_below((ModuleValue(location),), rest)

    def _missing_below(self, values: Values, names: list[str]) -> Missing | None:
        """Return the first of some attributes, each of the one before, that is missing."""
        for name in names:
            if len(values) != 1 or not name.isidentifier():
                return None
            value = values[0]
            match value:
                case ModuleValue(location=location):
                    if self.resolver.is_foreign(location.path):
                        return None
                    presence = self.exports.has(location, name)
                    if presence is Presence.ABSENT:
                        return self._missing_in(location, name)
                    if presence is Presence.UNSURE:
                        return None
                case ClassValue():
                    return self._missing_member(value, name)
                case _:
                    return None
            values = self.resolver.forced(self.resolver.attribute_of(value, name))
        return None

    def _missing_in(self, location: Location, name: str) -> Missing | None:
        if self.project.is_in_sys_modules(f"{location.name}.{name}") or (
            self.exports.has(location, name) is not Presence.ABSENT
        ):
            return None
        near = tuple(difflib.get_close_matches(name, self.exports.names(location), _NEAREST, 0.7))
        moved_to = self.homes.modules(name, location.path)
        what = "module" if location.folder is None else "package"
        return Missing(name, what, location.name, location.path, 1, near, moved_to)

    def _missing_member(self, value: ClassValue, name: str) -> Missing | None:
        resolver = self.resolver
        if resolver.is_foreign(value.path) or resolver.classes.scope_of(value).metaclass:
            return None
        instance = resolver.classes.instance(value, exact=True)
        if (
            not isinstance(instance, InstanceValue)
            or hasattr(object, name)
            or resolver.narrowing.members.has(instance, name) is not Has.NO
        ):
            return None
        scope = resolver.classes.scope_of(value)
        owner = resolver.dotted_name(
            value.path, resolver.module(value.path).qualified_name(value.number)
        )
        known = {bound for a in resolver.classes.lineage(value) if a for bound in self._bound(a)}
        near = tuple(difflib.get_close_matches(name, sorted(known), _NEAREST, 0.7))
        return Missing(name, "class", owner, value.path, scope.line, near, ())

    def _bound(self, value: ClassValue) -> Iterator[str]:
        yield from self.resolver.classes.scope_of(value).bindings


def _last_name(replacing: Replacing) -> str:
    told = replacing.name or replacing.owner
    return (told.text or "").rpartition(".")[2]


def _makes(replacing: Replacing) -> bool:
    """Whether a call is content with what does not exist."""
    if replacing.is_set("create"):
        return True
    raising = replacing.options.get("raising")
    return raising is not None and raising.value != Builtin("bool", truth=True)


def observed(missing: Missing, text: str, construct: str, path: str, span: Span) -> MissingTarget:
    """Return the observation of a string that names what does not exist."""
    return MissingTarget(
        text=text,
        name=missing.name,
        what=missing.what,
        owner=missing.owner,
        construct=construct,
        path=path,
        span=span,
        target=Target(missing.owner, missing.path, missing.line),
        near=missing.near,
        moved_to=missing.moved_to,
        evidence=(Step(missing.path, missing.line, f"`{missing.owner}` is this {missing.what}"),),
    )
