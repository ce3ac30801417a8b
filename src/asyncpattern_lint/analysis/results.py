"""What ``await``, ``with``, ``for`` and unpacking get out of an object."""

from typing import TYPE_CHECKING

from asyncpattern_lint.analysis.values import (
    ANYTHING,
    External,
    Frame,
    FunctionValue,
    InstanceValue,
    Produced,
    Value,
    Values,
    is_known,
    union,
    without_steps,
)
from asyncpattern_lint.index.model import Subscript, dotted
from asyncpattern_lint.protocol import Kind

if TYPE_CHECKING:
    from asyncpattern_lint.analysis.resolver import Resolver

#: The classes that describe work not yet done, and where their results stand in their arguments.
_DESCRIBED: dict[Kind, tuple[str, int, int]] = {
    Kind.COROUTINE: ("typing.Coroutine", 2, 3),
    Kind.ASYNC_GENERATOR: ("typing.AsyncGenerator", 0, 2),
    Kind.GENERATOR: ("typing.Generator", 0, 3),
    Kind.ASYNC_CONTEXT_MANAGER: ("contextlib._AsyncGeneratorContextManager", 0, 1),
    Kind.CONTEXT_MANAGER: ("contextlib._GeneratorContextManager", 0, 1),
}

#: What generator functions are annotated with, where it says what may be sent.
_SENT_TO = frozenset(
    f"{module}.{name}"
    for module in ("typing", "typing_extensions", "collections.abc")
    for name in ("AsyncGenerator", "Generator")
)

_NAMED_TUPLE = frozenset({"typing.NamedTuple"})

#: Builtin containers, and which of their arguments a subscript gives.
_CONTAINERS = {
    "list": 0, "tuple": 0, "dict": 1, "collections.deque": 0, "collections.defaultdict": 1,
    "collections.OrderedDict": 1, "typing.Sequence": 0, "typing.MutableSequence": 0,
    "typing.Mapping": 1, "typing.MutableMapping": 1,
}  # fmt: skip


class Results:
    """Follows an object to what it gives."""

    def __init__(self, resolver: "Resolver") -> None:
        self.resolver = resolver

    def sent(self, frame: Frame) -> Values:
        """Return what ``yield`` gives in a function, going by what it says may be sent.

        Sources: https://typing.python.org/en/latest/spec/generators.html,
        https://docs.python.org/3/library/typing.html#typing.AsyncGenerator.
        """
        resolver = self.resolver
        annotation = resolver.module(frame.path).scopes[frame.number].annotation
        if not isinstance(annotation, Subscript) or len(annotation.args) < 2:
            return ANYTHING
        at = resolver.types.frame_of(frame.path, frame.number)
        heads = resolver.evaluate(annotation.value, at)
        if not heads or {getattr(head, "name", "") for head in heads} - _SENT_TO:
            return ANYTHING
        values = resolver.told(resolver.types.annotated(annotation.args[1], at))
        # Who never sends, or anything, says nothing of what comes.
        told = [v for v in values if not (isinstance(v, InstanceValue) and v.is_none)]
        plain = any(isinstance(v, InstanceValue) and v.class_name == "object" for v in told)
        return values if told and not plain and is_known(values) else ANYTHING

    def as_instance(self, value: Value) -> InstanceValue | None:
        """Return an instance that describes a value, None if it is not known."""
        if isinstance(value, InstanceValue):
            return value
        if isinstance(value, External):
            forced = self.resolver.force(value.name)
            only = forced[0] if len(forced) == 1 else None
            return only if isinstance(only, InstanceValue) else None
        described = _DESCRIBED.get(value.kind) if isinstance(value, Produced) else None
        if described is None or not isinstance(value, Produced):
            return None
        name, position, count = described
        result = tuple(map(without_steps, self.result_of(value)))
        arguments = tuple(result if at == position else ANYTHING for at in range(count))
        made = self.resolver.classes.named(name, arguments)
        return made[0] if made and isinstance(made[0], InstanceValue) else None

    def result_of(self, value: Produced) -> Values:
        """Return what awaiting, entering or iterating work not yet done gives."""
        if value.result is not None:
            return value.result
        if not isinstance(value.maker, FunctionValue):
            return ANYTHING
        if value.kind is Kind.COROUTINE:
            return self.resolver.calls.result(value.maker, ())
        return self.yielded(value.maker)

    def yielded(self, function: FunctionValue) -> Values:
        """Return what the ``yield`` expressions of a function hand out."""
        resolver = self.resolver

        def values() -> Values:
            scope = resolver.scope_of(function)
            frame = resolver.calls.frame_of(function, ())
            found = union(resolver.evaluate(item.value, frame) for item in scope.yields)
            if not is_known(found):
                return self._promised(function) or ANYTHING
            return resolver.closer(found, lambda: self._promised(function))

        if function.overridden:
            return self._promised(function) or ANYTHING
        if resolver.is_foreign(function.path):
            promised = self._promised(function)
            if promised:
                return promised
        return resolver.memo.once(("yielded", function), values)

    def _promised(self, function: FunctionValue) -> Values:
        """Return the first argument of ``-> Iterator[T]`` and the like."""
        annotation = self.resolver.scope_of(function).annotation
        if not isinstance(annotation, Subscript) or not annotation.args:
            return ()
        name = (dotted(annotation.value) or "").rpartition(".")[2]
        if not name.endswith(("Iterator", "Iterable", "Generator")):
            return ()
        types = self.resolver.types
        frame = types.frame_of(function.path, function.number)
        values = types.annotated(annotation.args[0], frame, types.solution_for(function))
        return values if is_known(values) else ()

    # --- await ---------------------------------------------------------------------------

    def awaited(self, value: Value) -> Values:
        """Return what awaiting a value gives."""
        if isinstance(value, Produced):
            if value.kind is Kind.ASYNC_GENERATOR:
                return ()
            return self.result_of(value) if value.kind is Kind.COROUTINE else ANYTHING
        instance = self.as_instance(value)
        if instance is None:
            return ANYTHING
        return union(
            self._returned_by(generator)
            for generator in self.resolver.attributes.call_method(instance, "__await__")
        )

    def _returned_by(self, generator: Value) -> Values:
        """Return what ``yield from`` a generator gives."""
        if isinstance(generator, Produced) and isinstance(generator.maker, FunctionValue):
            return self.resolver.calls.result(generator.maker, ())
        if isinstance(generator, InstanceValue) and generator.of is not None:
            name = self.resolver.canonical(generator.of.path, generator.of.number)
            if name == "typing.Generator" and len(generator.arguments) == 3:
                return generator.arguments[2]
        return ANYTHING

    # --- with ----------------------------------------------------------------------------

    def entered(self, value: Value, is_async: bool) -> Values:
        """Return what ``with value as x`` binds to ``x``."""
        if isinstance(value, Produced):
            wanted = Kind.ASYNC_CONTEXT_MANAGER if is_async else Kind.CONTEXT_MANAGER
            return self.result_of(value) if value.kind is wanted else ANYTHING
        instance = self.as_instance(value)
        if instance is None:
            return ANYTHING
        if not is_async:
            return self.resolver.attributes.call_method(instance, "__enter__")
        entered = self.resolver.attributes.call_method(instance, "__aenter__")
        return union(self.awaited(result) for result in entered)

    # --- for -----------------------------------------------------------------------------

    def element(self, value: Value, is_async: bool) -> Values:
        """Return what ``for x in value`` binds to ``x``."""
        if isinstance(value, Produced):
            wanted = Kind.ASYNC_GENERATOR if is_async else Kind.GENERATOR
            return self.result_of(value) if value.kind is wanted else ANYTHING
        instance = self.as_instance(value)
        if instance is None:
            return ANYTHING
        attributes = self.resolver.attributes
        if instance.items is not None and not is_async:
            return union(instance.items)
        found: list[Values] = []
        for iterator in attributes.call_method(instance, "__aiter__" if is_async else "__iter__"):
            if isinstance(iterator, Produced):
                found.append(self.element(iterator, is_async))
            elif isinstance(iterator, InstanceValue):
                name = "__anext__" if is_async else "__next__"
                following = attributes.call_method(iterator, name)
                if is_async:
                    following = union(self.awaited(result) for result in following)
                found.append(following)
            else:
                found.append(ANYTHING)
        return union(found) or ANYTHING

    # --- unpacking and subscripts --------------------------------------------------------

    def item(self, value: Value, position: int, unpacked: bool) -> Values:
        """Return what unpacking, or a subscript that is a number, gives."""
        instance = self.as_instance(value)
        if instance is None:
            return ANYTHING
        if instance.items is not None:
            items = instance.items
            return items[position] if position < len(items) else ANYTHING
        classes = self.resolver.classes
        if instance.of is not None and classes.derives_from(instance.of, _NAMED_TUPLE):
            fields = [*classes.scope_of(instance.of).declared]
            return (
                self.resolver.attributes.of_instance(instance, fields[position])
                if position < len(fields)
                else ANYTHING
            )
        if unpacked:
            return self.element(instance, is_async=False)
        return self.subscript(instance)

    def subscript(self, value: Value) -> Values:
        """Return what ``value[key]`` gives."""
        instance = self.as_instance(value)
        if instance is None:
            return ANYTHING
        if instance.items is not None:
            return union(instance.items)
        name = instance.class_name
        if instance.of is not None:
            name = self.resolver.canonical(instance.of.path, instance.of.number) or name
        at = _CONTAINERS.get(name.removeprefix("builtins."))
        if at is not None:
            arguments = instance.arguments
            return arguments[at] if at < len(arguments) else ANYTHING
        methods = self.resolver.attributes.of_instance(instance, "__getitem__")
        if self.resolver.is_foreign_instance(instance) and any(
            not isinstance(method, FunctionValue)
            or self.resolver.calls.overloads.is_overload(method)
            or self.resolver.calls.overloads.siblings(method)
            for method in methods
        ):
            # The key would be needed, which tells overloads for slices apart.
            return ANYTHING
        return union(self.resolver.calls.call_all(methods, (ANYTHING,), {}))
