"""Lower what needs no context: annotations, displays, subscripts, and what unpacking binds."""

import ast
from collections.abc import Sequence

from asyncpattern_lint.index.model import (
    OPAQUE,
    Attribute,
    Builtin,
    Collection,
    Expr,
    Fallback,
    Item,
    Name,
    Opaque,
    Subscript,
    TupleDisplay,
    Union,
    dotted,
)

#: Longer tuples are data.
MAX_TUPLE = 12


_TYPING_FORMS = frozenset(
    {"Optional", "Union", "Annotated", "Callable", "Coroutine", "List", "Dict", "Type", "Tuple"}
)


def annotation(node: ast.expr | None) -> Expr | None:
    """Lower an annotation; a string is parsed as Python would evaluate it (PEP 563)."""
    match node:
        case None:
            return None
        case ast.Name(id=name):
            return Name(name)
        case ast.Attribute(value=value, attr=name):
            return Attribute(annotation(value) or OPAQUE, name)
        case ast.Constant(value=str(text)):
            try:
                return annotation(ast.parse(text.strip(), mode="eval").body)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                return OPAQUE
        case ast.Constant(value=None):
            return Builtin("NoneType")
        case ast.Constant(value=bool(value)):
            return Builtin("bool", value)
        case ast.Subscript(value=value, slice=ast.Tuple(elts=elements)):
            return Subscript(annotation(value) or OPAQUE, _annotations(elements))
        case ast.Subscript(value=value, slice=element):
            return Subscript(annotation(value) or OPAQUE, _annotations([element]))
        case ast.List(elts=elements):
            return TupleDisplay(_annotations(elements))
        case ast.Constant(value=value) if value is ...:
            return Builtin("ellipsis")
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return Union(_annotations([left, right]))
        case _:
            return OPAQUE


def display(name: str, elements: Sequence[Expr], starred: bool) -> Expr:
    """Lower a display: a tuple of known length, a collection of what matters, or a builtin."""
    if starred or not 0 < len(elements) <= MAX_TUPLE:
        return Builtin(name)
    if name == "tuple":
        return TupleDisplay(tuple(elements))
    if all(isinstance(element, Opaque | Builtin) for element in elements):
        return Builtin(name)
    return Collection(name, tuple(elements))


def lowered_subscript(node: ast.Subscript, value: Expr) -> Expr:
    """Lower a subscript of a lowered value: an item, a type with arguments, or some element."""
    key = node.slice
    if isinstance(key, ast.Slice):
        return OPAQUE
    if isinstance(key, ast.Constant) and type(key.value) is int and key.value >= 0:
        return Item(value, key.value, False)
    if isinstance(value, Name | Attribute) and (_is_type(key) or is_typing(value)):
        return annotation(node) or OPAQUE
    return Subscript(value, ())


def lowered_union(node: ast.BinOp) -> Expr:
    """Lower ``A | B`` where both look like types; anything else is opaque."""
    if isinstance(node.op, ast.BitOr) and _is_type(node.left) and _is_type(node.right):
        return annotation(node) or OPAQUE
    return OPAQUE


def items_of(targets: Sequence[ast.expr], value: Expr) -> list[Expr]:
    """Return what unpacking a value binds to each of several targets."""
    starred = [isinstance(target, ast.Starred) for target in targets]
    return items(starred, value)


def items(starred: Sequence[bool], value: Expr) -> list[Expr]:
    """Return what unpacking gives to targets; behind a starred one, positions are not known."""
    if isinstance(value, Opaque):
        return [OPAQUE] * len(starred)
    plain = starred.index(True) if True in starred else len(starred)
    known: list[Expr] = [Item(value, position, True) for position in range(plain)]
    return known + [OPAQUE] * (len(starred) - plain)


def fallbacks(options: Sequence[Expr]) -> Expr:
    """Return ``a or b or c`` as nested fallbacks."""
    whole = options[-1]
    for option in reversed(options[:-1]):
        whole = Fallback(option, whole)
    return whole


def is_typing(value: Expr) -> bool:
    """Tell whether what is subscripted looks like a special form of ``typing``."""
    return (dotted(value) or "").rpartition(".")[2] in _TYPING_FORMS


def _is_type(node: ast.expr) -> bool:
    """Tell whether an expression may be a type: a name, ``None``, or made of such."""
    match node:
        case ast.Name() | ast.Constant(value=None):
            return True
        case ast.Attribute(value=value) | ast.Subscript(value=value):
            return _is_type(value)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _is_type(left) and _is_type(right)
        case ast.Tuple(elts=elements):
            return all(_is_type(element) for element in elements)
        case _:
            return False


def _annotations(nodes: Sequence[ast.expr]) -> tuple[Expr, ...]:
    return tuple(annotation(node) or OPAQUE for node in nodes)
