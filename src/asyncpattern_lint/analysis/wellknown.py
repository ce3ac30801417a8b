"""Which expressions stand for well-known things of installed packages.

A name decides nothing: what it resolves to does. Where the environment lacks a package, the
dotted name that an import gives is enough.
"""

from asyncpattern_lint.analysis.resolver import Resolver
from asyncpattern_lint.analysis.values import (
    ClassValue,
    External,
    FactoryValue,
    Frame,
    FunctionValue,
    InstanceValue,
    Value,
)
from asyncpattern_lint.index.model import Expr, ModuleIndex, ScopeKind


def frame_at(path: str, module: ModuleIndex, number: int, line: int) -> Frame:
    """Return the frame in which the names at a line of a scope are looked up."""
    runs_later = module.scopes[number].kind is ScopeKind.FUNCTION
    return Frame(path, number, before=0 if runs_later else line)


def is_one_of(resolver: Resolver, expr: Expr, frame: Frame, names: frozenset[str]) -> bool:
    """Tell whether an expression stands for one of some well-known things."""
    values = resolver.evaluate(expr, frame)
    return bool(values) and all(_is_named(resolver, value, names) for value in values)


def _is_named(resolver: Resolver, value: Value, names: frozenset[str]) -> bool:
    match value:
        case External(name=name):
            if name in names:
                return True
            known = resolver.force(name)
            return all(not isinstance(v, External) and _is_named(resolver, v, names) for v in known)
        case FactoryValue(function=function):
            return _is_named(resolver, function, names)
        case FunctionValue(path=path, number=number) | ClassValue(path=path, number=number):
            return resolver.canonical(path, number) in names
        case _:
            return False


def makes_one_of(resolver: Resolver, expr: Expr, frame: Frame, names: frozenset[str]) -> bool:
    """Tell whether an expression is one of some classes, or of their plain subclasses.

    Those with a constructor of their own may do something else with what they are given.
    """
    values = resolver.evaluate(expr, frame)
    return bool(values) and all(_makes(resolver, value, names) for value in values)


def _makes(resolver: Resolver, value: Value, names: frozenset[str]) -> bool:
    if isinstance(value, External):
        known = resolver.force(value.name)
        return value.name in names or (
            bool(known)
            and all(not isinstance(v, External) and _makes(resolver, v, names) for v in known)
        )
    if not isinstance(value, ClassValue):
        return False
    for ancestor in resolver.classes.lineage(value):
        if ancestor is None:
            return False
        if resolver.canonical(ancestor.path, ancestor.number) in names:
            return True
        if "__init__" in resolver.classes.scope_of(ancestor).bindings:
            return False
    return False


def is_instance_of(resolver: Resolver, expr: Expr, frame: Frame, names: frozenset[str]) -> bool:
    """Tell whether an expression is an instance of one of some classes, or of their subclasses."""
    values = resolver.judged(expr, frame)
    return bool(values) and all(
        isinstance(value, InstanceValue)
        and value.of is not None
        and any(
            ancestor is not None and resolver.canonical(ancestor.path, ancestor.number) in names
            for ancestor in resolver.classes.lineage(value.of)
        )
        for value in values
    )
