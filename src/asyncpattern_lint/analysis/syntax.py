"""Plain questions about LibCST expressions: names, targets, literals, their form in the outline."""

import ast
from functools import lru_cache
from string import Formatter

import libcst as cst

from asyncpattern_lint.index.lowering import lowered_subscript, lowered_union
from asyncpattern_lint.index.model import OPAQUE, Expr


@lru_cache(maxsize=512)
def parsed(node: cst.BaseExpression) -> ast.expr | None:
    """Return an expression as ``ast`` has it, None if it is too new for this Python.

    Several questions are asked of each test, one after the other.
    """
    try:
        return ast.parse(f"({cst.Module([]).code_for_node(node)})", mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        return None


def as_outlined(node: cst.Subscript | cst.BinaryOperation, value: Expr) -> Expr:
    """Lower a subscript of a lowered value, or ``A | B``, as the outline does."""
    expression = parsed(node)
    if isinstance(expression, ast.Subscript):
        return lowered_subscript(expression, value)
    if isinstance(expression, ast.BinOp):
        return lowered_union(expression)
    return OPAQUE


def target_names(target: cst.BaseExpression) -> frozenset[str]:
    """Return the names that an assignment target binds."""
    if isinstance(target, cst.Name):
        return frozenset({target.value})
    if isinstance(target, cst.Tuple | cst.List):
        return frozenset().union(*(target_names(e.value) for e in target.elements))
    return frozenset()


def yields(node: cst.CSTNode) -> bool:
    """Whether a lambda's body yields, not counting the scopes inside it."""
    if isinstance(node, cst.Yield):
        return True
    if isinstance(node, cst.Lambda):
        return False
    return any(yields(child) for child in node.children)


def formats_plainly(func: cst.BaseExpression, key: int | str) -> bool:
    """Tell whether ``"...".format`` turns an argument into text with ``str``.

    It does not where the text shows the argument's ``repr``, takes an attribute of it, or does
    not use it at all. See https://docs.python.org/3/library/string.html#formatstrings.
    """
    if not isinstance(func, cst.Attribute) or not isinstance(func.value, cst.SimpleString):
        return False
    text = func.value.evaluated_value
    if not isinstance(text, str):
        return False
    try:
        fields = list(Formatter().parse(text))
    except ValueError:
        return False
    automatic = 0
    for _, name, _, conversion in fields:
        if name is None:
            continue
        wanted = name or str(automatic)
        automatic += not name
        if wanted == str(key):
            return conversion in (None, "s")
    return False


def is_literal(node: cst.BaseExpression) -> bool:
    """Whether an expression is made of literals only."""
    if isinstance(node, cst.List | cst.Tuple | cst.Set):
        return all(
            isinstance(element, cst.Element) and is_literal(element.value)
            for element in node.elements
        )
    return isinstance(node, cst.SimpleString | cst.Integer | cst.Float)


def last_name(node: cst.BaseExpression) -> str:
    """Return the last component of a name, attribute or callee, else an empty string."""
    if isinstance(node, cst.Call):
        return last_name(node.func)
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""


def dotted_name(node: cst.BaseExpression) -> str:
    """Return ``a.b.c`` for a name or a chain of plain attributes, else an empty string."""
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    if not isinstance(node, cst.Name):
        return ""
    return ".".join((node.value, *reversed(parts)))


def names_in(node: cst.CSTNode) -> frozenset[str]:
    """Return every name in a piece of code, in whatever role."""
    names: set[str] = set()
    stack: list[cst.CSTNode] = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, cst.Name):
            names.add(current.value)
        stack.extend(current.children)
    return frozenset(names)
