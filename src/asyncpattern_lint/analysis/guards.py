"""Which names a test asks something about, so that what they hold hangs on its answer."""

from collections.abc import Iterator

import libcst as cst

from asyncpattern_lint.analysis.syntax import dotted_name, last_name, parsed
from asyncpattern_lint.index.handlers import GUARD_PREFIXES, GUARDS, condition_of
from asyncpattern_lint.index.model import Condition


def condition_in(test: cst.BaseExpression) -> Condition | None:
    """Return what a test asks of one name, None if it asks something else."""
    expression = parsed(test)
    return None if expression is None else condition_of(expression)


def guarded_names(node: cst.CSTNode) -> frozenset[str]:
    """Return what a test asks something about, such as ``isawaitable(x)`` or ``fits(self.x)``.

    Attributes are given as dotted names.
    """
    return asked_names(node) | frozenset(_decided_by_calls(node))


def asked_names(node: cst.CSTNode) -> frozenset[str]:
    """Return what well-known questions such as ``isawaitable(x)`` are about, anywhere inside."""
    names: set[str] = set()
    stack: list[cst.CSTNode] = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, cst.Call):
            asked = last_name(current.func)
            if asked in GUARDS or asked.startswith(GUARD_PREFIXES):
                about = frozenset(_asked_about(current))
                if asked == "hasattr" and "self" in about:
                    # It asks for an attribute; what the object is stays known.
                    about = frozenset({f"self.{_text_of(current)}"})
                names.update(about)
        stack.extend(current.children)
    return frozenset(names)


#: Functions that say something of an object's contents rather than of its kind.
_PLAIN_TESTS = frozenset({"all", "any", "bool", "int", "len", "str", "next", "max", "min", "sum"})


def _decided_by_calls(node: cst.CSTNode) -> Iterator[str]:
    """Yield what is passed to functions whose answers decide a test by themselves."""
    if isinstance(node, cst.BooleanOperation):
        yield from _decided_by_calls(node.left)
        yield from _decided_by_calls(node.right)
    elif isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not):
        yield from _decided_by_calls(node.expression)
    elif isinstance(node, cst.Call) and last_name(node.func) not in _PLAIN_TESTS:
        yield from _asked_about(node)


def _text_of(node: cst.Call) -> str:
    """Return the text that is a call's second argument, if it is one."""
    value = node.args[1].value if len(node.args) > 1 else None
    text = value.evaluated_value if isinstance(value, cst.SimpleString) else ""
    return text if isinstance(text, str) else ""


def _asked_about(node: cst.Call) -> Iterator[str]:
    for argument in node.args:
        name = dotted_name(argument.value)
        if name:
            yield name
