"""Expressions, targets and annotations are lowered to what can matter in them."""

import pytest
from outlines import outline, scope_of

from asyncpattern_lint.index.model import (
    OPAQUE,
    Assigned,
    Attribute,
    Await,
    Builtin,
    Call,
    Choice,
    Collection,
    Element,
    Entered,
    Expr,
    Fallback,
    GeneratorExpression,
    Item,
    Lambda,
    Name,
    Parameter,
    Sent,
    Starred,
    Subscript,
    TupleDisplay,
    Union,
)

X, Y, Z = Name("x"), Name("y"), Name("z")
INT, STR, NONE = Builtin("int"), Builtin("str"), Builtin("NoneType")


def bound(text: str) -> Expr:
    """Return what a module binds ``v`` to."""
    (assigned,) = outline(text).scopes[0].bindings["v"].every
    assert isinstance(assigned, Assigned)
    return assigned.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", INT),
        ("-1", INT),
        ("...", Builtin("ellipsis")),
        ("f'{x}'", STR),
        ("not x", Builtin("bool")),
        ("x is y", Builtin("bool")),
        ("x in y", Builtin("bool")),
        ("x < y", OPAQUE),
        ("x + y", OPAQUE),
        ("'%s' % x", STR),
        ("await x", Await(X)),
        ("x.y", Attribute(X, "y")),
        ("x(y, *z, a=y, **z)", Call(X, (Y, Starred(Z)), (("a", Y), ("**", Z)))),
        ("x if y else z", Choice((X, Z))),
        ("x and y", Choice((X, Y))),
        ("x or y", Fallback(X, Y)),
        ("x or y or z", Fallback(X, Fallback(Y, Z))),
        ("x or (y and z)", Fallback(X, Choice((Y, Z)))),
        ("(w := x)", X),
        ("lambda: x", Lambda((), X, False, 1)),
        ("(x for x in y)", GeneratorExpression(False, 1, Element(Y, False))),
        ("(x async for x in y)", GeneratorExpression(True, 1, Element(Y, True))),
        ("(await z for x in y)", GeneratorExpression(True, 1, Await(Z))),
        ("(x for x in await y)", GeneratorExpression(False, 1, Element(Await(Y), False))),
        ("()", Builtin("tuple")),
        ("[]", Builtin("list")),
        ("{}", Builtin("dict")),
        ("{1: x}", Builtin("dict")),
        ("(x, 1)", TupleDisplay((X, INT))),
        ("(x, (y, 1))", TupleDisplay((X, TupleDisplay((Y, INT))))),
        ("(x, *y)", Builtin("tuple")),
        ("[x, 1]", Collection("list", (X, INT))),
        ("{x}", Collection("set", (X,))),
        ("[1, 'a']", Builtin("list")),
        ("[*x]", Builtin("list")),
        (f"({'x, ' * 12})", TupleDisplay((X,) * 12)),
        (f"({'x, ' * 13})", Builtin("tuple")),
        (f"[{'x, ' * 13}]", Builtin("list")),
        ("[y for x in z]", Collection("list", (Y,))),
        ("[x for x in y]", Collection("list", (Element(Y, False),))),
        ("{x async for x in y}", Collection("set", (Element(Y, True),))),
        ("[x.z for x in y]", Collection("list", (Attribute(Element(Y, False), "z"),))),
        ("[x for _, x in y]", Collection("list", (Item(Element(Y, False), 1, True),))),
        ("[x for *_, x in y]", Builtin("list")),
        ("[1 for x in y]", Builtin("list")),
        ("[x for x in y for x in x]", Collection("list", (Element(Element(Y, False), False),))),
        ("[lambda: x for x in y]", Builtin("list")),
        ("{x: x for x in y}", Builtin("dict")),
        ("x[0]", Item(X, 0, False)),
        ("x[True]", Subscript(X, ())),
        ("x[-1]", Subscript(X, ())),
        ("x['a']", Subscript(X, ())),
        ("x[1:]", OPAQUE),
        ("x[y]", Subscript(X, (Y,))),
        ("x[y, z]", Subscript(X, (Y, Z))),
        ("x[y.z]", Subscript(X, (Attribute(Y, "z"),))),
        ("x()[y]", Subscript(Call(X, (), ()), ())),
        ("Optional['x']", Subscript(Name("Optional"), (X,))),
        ("t.Union['x', None]", Subscript(Attribute(Name("t"), "Union"), (X, NONE))),
        ("x | y", Union((X, Y))),
        ("x | None", Union((X, NONE))),
        ("x[y] | z", Union((Subscript(X, (Y,)), Z))),
        ("x | y | z", Union((Union((X, Y)), Z))),
        ("x | 1", OPAQUE),
        ("x() | y", OPAQUE),
        ("cast('x | None', y)", Call(Name("cast"), (Union((X, NONE)), Y), ())),
        ("TypeVar('T', bound='x')", Call(Name("TypeVar"), (STR,), (("bound", X),))),
    ],
)
def test_expressions(text: str, expected: Expr) -> None:
    assert bound(f"v = {text}\n") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("v, w = x", Item(X, 0, True)),
        ("w, v = x", Item(X, 1, True)),
        ("w, (u, v) = x", Item(Item(X, 1, True), 1, True)),
        ("[w, v] = x", Item(X, 1, True)),
        ("w, *v = x", Builtin("list")),
        ("*w, v = x", OPAQUE),
        ("w, v = 1, x", X),
        ("v = w = x", X),
        ("w = v, u = x", Item(X, 0, True)),
        ("for v in x: pass", Element(X, False)),
        ("for w, v in x: pass", Item(Element(X, False), 1, True)),
        ("async for v in x: pass", Element(X, True)),
        ("with x as v: pass", Entered(X, False)),
        ("async with x as (v, w): pass", Item(Entered(X, True), 0, True)),
        ("v: 'y' = x", X),
        ("v += x", OPAQUE),
        ("v = yield x", Sent()),
        ("[(v := x) for y in z]", X),
    ],
)
def test_targets(text: str, expected: Expr) -> None:
    assert bound(f"{text}\n") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x", X),
        ("'x'", X),
        ("' x '", X),
        ("x.y", Attribute(X, "y")),
        ("x[y]", Subscript(X, (Y,))),
        ("x['y', z]", Subscript(X, (Y, Z))),
        ("x | None", Union((X, NONE))),
        ("'x | None'", Union((X, NONE))),
        ("None", NONE),
        ("x[[y, z], ...]", Subscript(X, (TupleDisplay((Y, Z)), Builtin("ellipsis")))),
        ("x[()]", Subscript(X, ())),
        ("'('", OPAQUE),
        ("'x y'", OPAQUE),
        ("1", OPAQUE),
        ("x()", OPAQUE),
    ],
)
def test_annotations(text: str, expected: Expr) -> None:
    scope = scope_of(outline(f"def f(a: {text}) -> {text}: v: {text}\n"), "f")
    (parameter,) = scope.bindings["a"].every
    assert isinstance(parameter, Parameter)
    assert (scope.annotation, parameter.annotation) == (expected, expected)
    assert scope.declared == {"v": expected}
