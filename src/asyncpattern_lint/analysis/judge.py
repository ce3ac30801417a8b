"""Ask the protocol table about the values that a use may get."""

import contextlib
import types
from dataclasses import dataclass

from asyncpattern_lint.analysis.values import (
    FactoryValue,
    FunctionValue,
    InstanceValue,
    LambdaValue,
    Produced,
    Unknown,
    Value,
    Values,
    without_none,
)
from asyncpattern_lint.findings import Step, Target
from asyncpattern_lint.protocol import RESULT_USES, Kind, Protocol, Use, is_misuse, kind_of

#: What the objects really have; the managers' own attributes are set in their constructor.
OWN_ATTRIBUTES: dict[Kind, frozenset[str]] = {
    Kind.ASYNC_GENERATOR: frozenset(dir(types.AsyncGeneratorType)),
    Kind.COROUTINE: frozenset(dir(types.CoroutineType)),
    Kind.GENERATOR: frozenset(dir(types.GeneratorType)),
    Kind.ASYNC_CONTEXT_MANAGER: frozenset(
        dir(contextlib._AsyncGeneratorContextManager)
    )  # the only way to name the class
    | {"gen", "func", "args", "kwds", "__wrapped__"},
    Kind.CONTEXT_MANAGER: frozenset(dir(contextlib._GeneratorContextManager))
    | {"gen", "func", "args", "kwds", "__wrapped__"},
}


_ASYNC_USES = frozenset({Use.ASYNC_FOR, Use.ASYNC_WITH, Use.AWAIT})


@dataclass(frozen=True, slots=True)
class Verdict:
    """A use that fails with every value that it may get.

    ``description`` says what the object is where its kind alone does not.
    """

    kind: Kind
    description: str
    target: Target | None
    steps: tuple[Step, ...]


def judge(use: Use, values: Values) -> Verdict | None:
    """Return why a use cannot work, or None if it can or may work.

    Alternatives that fail in different ways give None: which one to mend is not known.
    """
    if not values:
        return None
    values = _relevant(use, values)
    verdicts = [_judge_one(use, value) for value in values]
    first = verdicts[0]
    if first is None or any(v is None or v.kind is not first.kind for v in verdicts):
        return None
    return first


def may_fail(use: Use, values: Values) -> bool:
    """Tell whether a use fails with any of these values, or with one that was given up."""
    return any(_fails(use, value) for value in _relevant(use, values))


def always_fails(use: Use, values: Values) -> bool:
    """Tell whether a use fails with each of these values, in whatever way."""
    return bool(values) and all(_fails(use, value) for value in _relevant(use, values))


def offered(values: Values) -> Protocol | None:
    """Return the protocols that all of the values support, None if one is not known."""
    protocols = ~Protocol.NONE
    for value in values:
        match value:
            case (
                Produced(protocols=own)
                | InstanceValue(is_open=False, doubtful=False, protocols=own)
            ):
                protocols &= own
            case _:
                return None
    return protocols if values else None


def _relevant(use: Use, values: Values) -> Values:
    """Leave out ``None`` beside something else, where it is for the code to rule it out.

    A test for truth may be about nothing else, and what may be ``None`` may be dropped.
    """
    return values if use in {Use.TRUTH, Use.DISCARDED} else without_none(values)


def _fails(use: Use, value: Value) -> bool:
    if isinstance(value, Unknown):
        return value.overflow
    return _judge_one(use, value) is not None


def _judge_one(use: Use, value: Value) -> Verdict | None:
    match value:
        case Produced(kind=kind, protocols=protocols, target=target, steps=steps):
            if not is_misuse(use, protocols) or (use is Use.DISCARDED and value.done):
                return None
            return Verdict(kind, "", target, steps)
        case InstanceValue(doubtful=True) if use in _ASYNC_USES:
            return None
        case InstanceValue(is_open=False, protocols=protocols, target=target, steps=steps):
            if use in RESULT_USES or not is_misuse(use, protocols):
                return None
            return Verdict(kind_of(protocols), _described(value.class_name), target, steps)
        case FunctionValue(steps=steps) | LambdaValue(steps=steps) | FactoryValue(steps=steps):
            if use in RESULT_USES or not is_misuse(use, Protocol.NONE):
                return None
            return Verdict(Kind.OTHER, "a function that is not called", None, steps)
        case _:
            return None


def _described(class_name: str) -> str:
    return "None" if class_name == "NoneType" else f"an instance of `{class_name}`"
