"""What calling something of the environment gives, where its stub alone does not say it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from asyncpattern_lint.analysis import library
from asyncpattern_lint.analysis.arguments import CALLABLES
from asyncpattern_lint.analysis.decorators import rebound
from asyncpattern_lint.analysis.values import (
    ANYTHING,
    ClassValue,
    External,
    Identity,
    InstanceValue,
    Partial,
    PropertyValue,
    Unknown,
    Values,
    contradicted,
    union,
    without_none,
    without_steps,
)
from asyncpattern_lint.protocol import Protocol

if TYPE_CHECKING:
    from asyncpattern_lint.analysis.resolver import Resolver


class LibraryCalls:
    """Calls what is reached by a dotted name outside the project."""

    def __init__(self, resolver: "Resolver") -> None:
        self.resolver = resolver

    def call(
        self, name: str, arguments: Sequence[Values], keywords: Mapping[str, Values]
    ) -> Values:
        """Return what calling something by its dotted name gives."""
        protocols = library.MANAGER_DECORATORS.get(name)
        if protocols is not None or name == library.COROUTINE_DECORATOR:
            if len(arguments) != 1:
                return ANYTHING
            wanted = protocols or Protocol.AWAITABLE | Protocol.ITERABLE
            return union(
                self.resolver.calls.decorators.factories(value, wanted)
                for value in self.resolver.forced(arguments[0])
            )
        if name in {"functools.partial", "types.MethodType"} and arguments:
            given = tuple(sorted((k, _stripped(v)) for k, v in keywords.items()))
            rest = tuple(map(_stripped, arguments[1:]))
            return tuple(
                Partial(value, rest, given) if isinstance(value, CALLABLES) else Unknown()
                for value in self.resolver.forced(arguments[0])
            )
        if name in library.BINDING_DECORATORS and len(arguments) == 1:
            return tuple(rebound(v, library.BINDING_DECORATORS[name]) for v in arguments[0])
        if name in library.PROPERTIES and arguments:
            return tuple(
                PropertyValue(value) if isinstance(value, CALLABLES) else Unknown()
                for value in arguments[0]
            )
        if name in library.KEEPING and arguments:
            known = any(isinstance(v, (*CALLABLES, PropertyValue)) for v in arguments[0])
            if known or name not in library.KEEPING_FACTORIES:
                return arguments[0]
        if name in library.KEEPING_FACTORIES:
            return (Identity(),)
        if name in library.NEUTRAL_CLASS_DECORATORS:
            if not arguments:
                return (Identity(),)
            is_class = all(isinstance(v, ClassValue) for v in arguments[0])
            return arguments[0] if is_class else ANYTHING
        if name in library.FIELD_MAKERS:
            return self._field(keywords)
        if name in library.UNPREDICTABLE:
            return ANYTHING
        head, _, builtin = name.partition("builtins.")
        if not head:
            result = library.BUILTIN_RESULTS.get(builtin)
            if result:
                return self.resolver.classes.builtin(result)
            if result is None and library.is_plain(builtin):
                return self.resolver.classes.builtin(builtin)
            if builtin == "type" and len(arguments) == 1 and not keywords:
                return union(map(self.resolver.classes.type_of, arguments[0]))
            if builtin == "filter" and len(arguments) == 2:
                return self._filtered(*arguments)
            if builtin == "reversed" and len(arguments) == 1:
                return self._reversed(arguments[0])
            if builtin in library.ITERATOR_STEPS and arguments and "*" not in keywords:
                return self._builtin_step(builtin, arguments)
        forced = self.resolver.force(name)
        known_forms = tuple(v for v in forced if not isinstance(v, External))
        if not known_forms or len(known_forms) != len(forced):
            return ANYTHING
        return union(self.resolver.calls.call_all(known_forms, arguments, keywords))

    def _field(self, keywords: Mapping[str, Values]) -> Values:
        """Read what a field of a class holds, as its maker is told."""
        for name in ("factory", "default_factory"):
            # A constructor may be given something else.
            if name in keywords and "init" in keywords:
                return union(self.resolver.calls.call_all(keywords[name], (), {}))
        types = keywords.get("type", ())
        found = union(
            self.resolver.classes.instances(v) for v in types if isinstance(v, ClassValue)
        )
        return found or ANYTHING

    def _filtered(self, wanted: Values, values: Values) -> Values:
        """Read ``filter``: a predicate may ask for more than the types tell."""
        held = without_none(union(self.resolver.results.element(value, False) for value in values))
        plain = all(isinstance(v, InstanceValue) and v.is_none for v in wanted)
        return self.resolver.classes.builtin("filter", (held if plain else contradicted(held),))

    def _reversed(self, values: Values) -> Values:
        """Read ``reversed``, which gives the elements of a builtin container."""
        if not all(isinstance(v, InstanceValue) and v.of is None for v in values):
            return ANYTHING
        found = union(self.resolver.results.element(value, False) for value in values)
        return self.resolver.classes.named("typing.Iterator", (found,))

    def _builtin_step(self, name: str, arguments: Sequence[Values]) -> Values:
        """Read ``iter``, ``next`` and the like, which typeshed describes by its own protocols."""
        results = self.resolver.results
        is_async = name in {"anext", "aiter"}
        found = union(results.element(value, is_async) for value in arguments[0])
        if name in {"iter", "aiter"}:
            if len(arguments) > 1:
                return ANYTHING
            kind = "typing.AsyncIterator" if is_async else "typing.Iterator"
            return self.resolver.classes.named(kind, (found,))
        if not is_async:
            return found if len(arguments) == 1 else union((found, arguments[1]))
        return self.resolver.classes.named("typing.Awaitable", (found,))


def _stripped(values: Values) -> Values:
    return tuple(map(without_steps, values))
