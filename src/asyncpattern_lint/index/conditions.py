"""What tests ask of the names in them, and what follows where they turn out one way or the other.

The builder splits ``ast`` tests, the visitor those of LibCST; what follows is the same.
"""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from asyncpattern_lint.index.handlers import QUESTIONS, last_name, opposite
from asyncpattern_lint.index.lowering import annotation
from asyncpattern_lint.index.model import (
    OPAQUE,
    Ask,
    Attribute,
    Builtin,
    Choice,
    Condition,
    Expr,
    Name,
    Narrowed,
    Union,
)

Test = TypeVar("Test")
State = TypeVar("State")

#: Tests of more parts are tables, not questions.
MAX_PARTS = 8

Elements = Mapping[str, Expr]


def split(test: ast.expr) -> tuple[bool | None, Sequence[ast.expr]]:
    """Take a test apart: True for ``and``, False for ``or``, None for ``not``.

    One that cannot be taken apart is its own only part, after True.
    """
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return None, (operand,)
        case ast.BoolOp(op=op, values=values):
            return isinstance(op, ast.And), values
        case _:
            return True, (test,)


def outcome(
    test: Test,
    holds: bool,
    state: State,
    split: Callable[[Test], tuple[bool | None, Sequence[Test]]],
    apply: Callable[[State, Test, bool], State],
    join: Callable[[list[State]], State],
) -> State:
    """Return what is known where a test turned out as ``holds`` says.

    ``apply`` says what one part of it makes of a state, ``join`` what several ways have in
    common.
    """
    joint, parts = split(test)
    if joint is None:
        return outcome(parts[0], not holds, state, split, apply, join)
    if len(parts) == 1:
        return apply(state, parts[0], holds)
    if joint is holds:
        for part in parts:
            state = outcome(part, holds, state, split, apply, join)
        return state
    # One of the parts decides; those before it turned out the other way.
    ends: list[State] = []
    for part in parts:
        ends.append(outcome(part, holds, state, split, apply, join))
        state = outcome(part, not holds, state, split, apply, join)
    return join(ends)


def parts_of(
    test: Test, split: Callable[[Test], tuple[bool | None, Sequence[Test]]]
) -> Iterator[Test]:
    """Yield the parts of a test that cannot be taken apart."""
    _, parts = split(test)
    if len(parts) == 1 and parts[0] is test:
        yield test
        return
    for part in parts:
        yield from parts_of(part, split)


# --- one part ----------------------------------------------------------------------------


def asked(test: ast.expr, aliases: Mapping[str, str]) -> Condition | None:
    """Return what a part of a test asks of a reference, None if it asks something else."""
    match test:
        case ast.Name() | ast.NamedExpr():
            return _about(test, Ask.TRUE)
        case ast.Compare(left=left, ops=[ast.Is() | ast.Eq()], comparators=[right]):
            return _compared(left, right)
        case ast.Compare(left=left, ops=[ast.IsNot() | ast.NotEq()], comparators=[right]):
            condition = _compared(left, right)
            return None if condition is None else opposite(condition)
        case ast.Compare(
            left=left,
            ops=[ast.In() | ast.NotIn() as sign],
            comparators=[ast.Tuple() | ast.List() | ast.Set() as right],
        ):
            condition = _class_compared(left, right)
            if condition is not None and isinstance(sign, ast.NotIn):
                return opposite(condition)
            return condition
        case ast.Call(func=func, args=[subject, *rest], keywords=[]):
            name = last_name(func)
            if aliases.get(name, name) in QUESTIONS:
                return _answered(func, subject, rest)
    return None


def _about(
    node: ast.expr, ask: Ask, about: Expr = OPAQUE, second: Expr = OPAQUE, text: str = ""
) -> Condition | None:
    name = reference(node)
    return Condition(name, ask, True, about, second, text) if name else None


def reference(node: ast.expr) -> str:
    """Return ``a.b.c`` for a name, walrus or chain of plain attributes, else an empty string."""
    match node:
        case ast.Name(id=name) | ast.NamedExpr(target=ast.Name(id=name)):
            return name
        case ast.Attribute(value=value, attr=name):
            start = "" if isinstance(value, ast.NamedExpr) else reference(value)
            return f"{start}.{name}" if start else ""
        case _:
            return ""


def referred(name: str) -> Expr:
    """Return the expression of a reference."""
    first, *rest = name.split(".")
    expr: Expr = Name(first)
    for part in rest:
        expr = Attribute(expr, part)
    return expr


def _compared(left: ast.expr, right: ast.expr) -> Condition | None:
    if isinstance(right, ast.Constant) and right.value is None:
        # What an attribute holds is tested for None everywhere, and set behind one's back.
        return _about(left, Ask.NONE) if isinstance(left, ast.Name | ast.NamedExpr) else None
    return _class_compared(left, right)


def _class_compared(left: ast.expr, right: ast.expr) -> Condition | None:
    match left:
        case (
            ast.Call(func=ast.Name(id="type"), args=[subject], keywords=[])
            | ast.Attribute(value=subject, attr="__class__")
        ):
            return _about(subject, Ask.CLASS, classes(right))
        case _:
            return None


def _answered(func: ast.expr, subject: ast.expr, rest: list[ast.expr]) -> Condition | None:
    second: Expr = OPAQUE
    text = ""
    for argument in rest[:1]:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            text = argument.value
        else:
            second = classes(argument)
    if len(rest) > 1 and not (
        last_name(func) == "getattr"
        and len(rest) == 2
        and isinstance(rest[1], ast.Constant)
        and not rest[1].value
    ):
        return None
    return _about(subject, Ask.ANSWER, annotation(func) or OPAQUE, second, text)


def classes(node: ast.expr) -> Expr:
    """Lower what stands for a class, or several, in a test."""
    match node:
        case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
            return Union(tuple(map(classes, elements)))
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return Union((classes(left), classes(right)))
        case ast.Call(func=ast.Name(id="type"), args=[ast.Constant(value=None)]):
            return Builtin("NoneType")
        case ast.Name() | ast.Attribute() | ast.Constant(value=None):
            return annotation(node) or OPAQUE
        case _:
            return OPAQUE


def matched(subject: ast.expr, pattern: ast.pattern) -> Iterator[Condition]:
    """Yield what the class patterns in a pattern ask of the subject itself."""
    match pattern:
        case ast.MatchClass(cls=cls):
            condition = _about(subject, Ask.INSTANCE, classes(cls))
            if condition is not None:
                yield condition
        case ast.MatchOr(patterns=patterns):
            for option in patterns:
                yield from matched(subject, option)
        case ast.MatchAs(pattern=inner) if inner is not None:
            yield from matched(subject, inner)
        case _:
            pass


def captured(pattern: ast.pattern, subject: Expr) -> Expr:
    """Return what the name stands for that a pattern as a whole binds."""
    match pattern:
        case ast.MatchAs(pattern=None):
            return subject
        case ast.MatchAs(pattern=ast.MatchClass(cls=cls)):
            return Narrowed(subject, Condition("", Ask.INSTANCE, True, classes(cls)))
        case _:
            return OPAQUE


# --- inside expressions ------------------------------------------------------------------


def bound_in(part: ast.expr) -> frozenset[str]:
    """Return the names that an expression binds by ``:=``."""
    return frozenset(node.target.id for node in ast.walk(part) if isinstance(node, ast.NamedExpr))


def tells(condition: Condition | None) -> bool:
    """Whether a condition says more of an object than that it is there."""
    return condition is not None and condition.ask not in {Ask.NONE, Ask.TRUE}


def is_question(node: ast.Call, aliases: Mapping[str, str]) -> bool:
    """Whether a call looks as if it asked something and changed nothing."""
    name = last_name(node.func)
    return aliases.get(name, name) in QUESTIONS


def narrowed(elements: Elements, condition: Condition) -> Elements:
    """Return what references stand for where a condition holds."""
    if not tells(condition):
        return elements
    known = elements.get(condition.name) or referred(condition.name)
    return {**elements, condition.name: Narrowed(known, condition)}


def disturbed(elements: Elements) -> Elements:
    """Return what references stand for after something was called: attributes may be others."""
    if not any("." in name for name in elements):
        return elements
    return {
        name: Choice((expr, referred(name))) if "." in name and not _is_open(expr) else expr
        for name, expr in elements.items()
    }


def _is_open(expr: Expr) -> bool:
    return isinstance(expr, Choice) and isinstance(expr.options[-1], Attribute)


def joined(states: list[Elements]) -> Elements:
    """Return what references stand for whichever of several ways was taken."""
    first, *others = states
    found: dict[str, Expr] = {}
    for name, expr in first.items():
        options = dict.fromkeys([expr, *(state[name] for state in others if name in state)])
        if all(name in state for state in others):
            found[name] = expr if len(options) == 1 else Choice(tuple(options))
    return found


def without(elements: Elements, names: frozenset[str]) -> dict[str, Expr]:
    """Drop what is known of some names and of their attributes."""
    return {n: e for n, e in elements.items() if n.partition(".")[0] not in names}


def lasting(elements: Elements) -> dict[str, Expr]:
    """Keep what holds later too, as a lambda needs it: what is bound, not what was tested."""
    found = {name: _untested(expr) for name, expr in elements.items() if "." not in name}
    return {name: expr for name, expr in found.items() if expr != Name(name)}


def _untested(expr: Expr) -> Expr:
    while isinstance(expr, Narrowed | Choice):
        expr = expr.value if isinstance(expr, Narrowed) else expr.options[0]
    return expr
