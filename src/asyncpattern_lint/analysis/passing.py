"""What a call demands of the arguments that are passed to it."""

from collections.abc import Iterator
from typing import NamedTuple

from asyncpattern_lint.analysis import library
from asyncpattern_lint.analysis.resolver import Resolver
from asyncpattern_lint.analysis.values import (
    External,
    Frame,
    FunctionValue,
    InstanceValue,
    Produced,
    Values,
)
from asyncpattern_lint.index.model import (
    Ask,
    Builtin,
    Call,
    Collection,
    Condition,
    Expr,
    Lambda,
    Opaque,
    Parameter,
    Starred,
    TupleDisplay,
    dotted,
)
from asyncpattern_lint.protocol import Kind, Protocol, Use

#: What is plain by its text, or not known at all.
_NEVER_WORK = (Builtin, Collection, Lambda, Opaque, TupleDisplay)


class ArgumentDemand(NamedTuple):
    """A use that a call makes of one argument, by position or by keyword."""

    key: int | str
    value: Expr
    use: Use
    construct: str


def demands_on_arguments(resolver: Resolver, call: Call, frame: Frame) -> Iterator[ArgumentDemand]:
    """Yield what a call demands of its arguments, where the callee is known.

    Where a frame stands for every place of a scope, each possible callee may be the one.
    """
    functions = resolver.evaluate(call.func, frame)
    if len(functions) != 1 and not frame.everything:
        return
    for function in functions:
        if isinstance(function, External):
            demand = library.DEMANDS.get(function.name)
            if demand is not None:
                yield from _library_demands(resolver, function.name, demand, call, frame)
        elif isinstance(function, FunctionValue):
            name = resolver.canonical(function.path, function.number)
            demand = library.DEMANDS.get(name) if name else None
            if name is not None and demand is not None:
                yield from _library_demands(resolver, name, demand, call, frame)
            else:
                yield from _annotation_demands(resolver, function, call, frame)


def _library_demands(
    resolver: Resolver, name: str, demand: library.Demand, call: Call, frame: Frame
) -> Iterator[ArgumentDemand]:
    if name.startswith("json.") and not library.JSON_HOOKS.isdisjoint(k for k, _ in call.keywords):
        return
    if demand.single and (len(call.args) != 1 or isinstance(call.args[0], Starred)):
        return
    for position, value in enumerate(call.args):
        if isinstance(value, Starred):
            return
        if isinstance(value, Builtin | Lambda):
            continue
        wanted = position >= demand.position if demand.rest else position == demand.position
        if wanted and _is_old_coroutine(resolver, demand, value, frame):
            continue
        if wanted and not _is_other_iterable(resolver, name, value, frame):
            yield ArgumentDemand(position, value, demand.use, demand.construct)
    for keyword, value in call.keywords:
        wanted = keyword == demand.keyword or (demand.keyword == "*" and keyword != "**")
        if wanted and not _is_old_coroutine(resolver, demand, value, frame):
            yield ArgumentDemand(keyword, value, demand.use, demand.construct)


def _is_old_coroutine(
    resolver: Resolver, demand: library.Demand, value: Expr, frame: Frame
) -> bool:
    """Whether ``asyncio`` may take a generator for a coroutine, as it did before Python 3.12.

    It then fails at the first thing that the generator yields, other than None or a future.
    """
    environment = resolver.project.environment
    if demand.use is not Use.AWAIT or (environment.version >= (3, 12) and not environment.assumed):
        return False
    return any(
        isinstance(v, Produced) and v.kind is Kind.GENERATOR and not _yields_plainly(resolver, v)
        for v in resolver.judged(value, frame)
    )


def _yields_plainly(resolver: Resolver, generator: Produced) -> bool:
    return all(
        isinstance(v, InstanceValue)
        and not v.is_open
        and not v.is_none
        and not v.protocols & Protocol.AWAITABLE
        for v in resolver.results.result_of(generator)
    )


def _is_other_iterable(resolver: Resolver, name: str, value: Expr, frame: Frame) -> bool:
    """Whether ``next`` or ``anext`` gets an object whose iterator nature is not known."""
    return name in library.ITERATOR_DEMANDS and not all(
        isinstance(v, Produced) for v in resolver.judged(value, frame)
    )


def _annotation_demands(
    resolver: Resolver, function: FunctionValue, call: Call, frame: Frame
) -> Iterator[ArgumentDemand]:
    passed = [
        (key, value)
        for key, value in _passed(call)
        if not isinstance(value, _NEVER_WORK) and _is_work(resolver.judged(value, frame))
    ]
    if not passed:
        return
    scope = resolver.scope_of(function)
    outer = resolver.types.frame_of(function.path, function.number)
    by_position: dict[int, Parameter] = {}
    by_name: dict[str, Parameter] = {}
    rest = others = None
    for entry in scope.bindings.values():
        parameter = entry.every[0]
        if not isinstance(parameter, Parameter) or len(entry.every) > 1:
            # A parameter that is bound anew takes more than its annotation says.
            continue
        if any(c.name == parameter.name and _asks_for_work(c) for c in scope.guards):
            # So does one that is asked whether it can be awaited.
            continue
        if parameter.variadic == "*":
            rest = parameter
        elif parameter.variadic == "**":
            others = parameter
        else:
            by_name[parameter.name] = parameter
            if parameter.position is not None:
                by_position[parameter.position] = parameter
    first = int(function.receiver is not None)
    for key, value in passed:
        if isinstance(key, int):
            wanted = by_position.get(key + first, rest)
        else:
            wanted = by_name.get(key, others)
        if wanted is None or wanted.annotation is None:
            continue
        promised = resolver.types.annotated(wanted.annotation, outer)
        if excludes(promised, resolver.judged(value, frame)):
            yield ArgumentDemand(key, value, Use.RESULT, f"argument {wanted.name}")


def _passed(call: Call) -> Iterator[tuple[int | str, Expr]]:
    """Yield the arguments of which the place is known."""
    for position, value in enumerate(call.args):
        if isinstance(value, Starred):
            break
        yield position, value
    for name, value in call.keywords:
        if name != "**":
            yield name, value


def _is_work(values: Values) -> bool:
    """Whether an argument is work that has not been done yet, whatever it is else."""
    return bool(values) and all(isinstance(value, Produced) for value in values)


def _asks_for_work(condition: Condition) -> bool:
    """Whether a test asks if something is work that is not done yet, or has some method."""
    name = (dotted(condition.about) or "").rpartition(".")[2]
    return condition.ask is Ask.ANSWER and name not in {"callable", "getattr", "isinstance"}


def excludes(promised: Values, values: Values) -> bool:
    """Tell whether an annotation leaves no room for objects whose work has not been done.

    It does where it names classes only, none of which shares a protocol with the objects: a
    generator that is passed for a list still serves who only iterates.
    """
    return (
        bool(promised)
        and _is_work(values)
        and all(
            isinstance(promise, InstanceValue)
            and not promise.structural
            and not promise.is_open
            and not any(
                isinstance(value, Produced) and value.protocols & promise.protocols
                for value in values
            )
            for promise in promised
        )
    )
