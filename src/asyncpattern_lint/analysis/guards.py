"""Which names a test asks something about, so that what they hold hangs on its answer."""

from collections.abc import Iterator, Mapping, Sequence

import libcst as cst

from asyncpattern_lint.analysis.syntax import dotted_name, last_name, parsed
from asyncpattern_lint.index.conditions import asked, classes
from asyncpattern_lint.index.handlers import GUARD_PREFIXES, GUARDS, QUESTIONS, condition_of
from asyncpattern_lint.index.model import Ask, Condition


def condition_in(test: cst.BaseExpression) -> Condition | None:
    """Return what a test asks of one name, None if it asks something else."""
    expression = parsed(test)
    return None if expression is None else condition_of(expression)


def split(test: cst.BaseExpression) -> tuple[bool | None, Sequence[cst.BaseExpression]]:
    """Take a test apart, as ``index.conditions.split`` does."""
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        return None, (test.expression,)
    if isinstance(test, cst.BooleanOperation):
        return isinstance(test.operator, cst.And), (test.left, test.right)
    return True, (test,)


def asked_in(part: cst.BaseExpression, aliases: Mapping[str, str]) -> Condition | None:
    """Return what a part of a test asks of a reference, None if it asks something else."""
    if isinstance(part, cst.Call):
        name = last_name(part.func)
        if aliases.get(name, name) not in QUESTIONS:
            return None
    elif not isinstance(part, cst.Name | cst.NamedExpr | cst.Comparison):
        return None
    expression = parsed(part)
    return None if expression is None else asked(expression, aliases)


def class_in(subject: str, pattern: cst.MatchClass) -> Condition | None:
    """Return what a class pattern asks of its subject."""
    expression = parsed(pattern.cls)
    if expression is None or not subject:
        return None
    return Condition(subject, Ask.INSTANCE, True, classes(expression))


def captures(pattern: cst.MatchPattern) -> frozenset[str]:
    """Return the names that a pattern binds."""
    names: set[str] = set()
    stack: list[cst.CSTNode] = [pattern]
    while stack:
        current = stack.pop()
        name = getattr(current, "name", None)
        if isinstance(current, cst.MatchMapping):
            name = current.rest
        if isinstance(current, cst.MatchAs | cst.MatchStar | cst.MatchMapping) and name:
            names.add(name.value)
        stack.extend(current.children)
    return frozenset(names)


def bound_in(node: cst.CSTNode) -> frozenset[str]:
    """Return the names that an expression binds by ``:=``."""
    names: frozenset[str] = frozenset()
    if isinstance(node, cst.NamedExpr) and isinstance(node.target, cst.Name):
        names = frozenset({node.target.value})
    return names.union(*map(bound_in, node.children))


def calls_in(node: cst.CSTNode) -> bool:
    """Tell whether evaluating an expression calls something."""
    return isinstance(node, cst.Call) or any(map(calls_in, node.children))


def guarded_names(node: cst.CSTNode) -> frozenset[str]:
    """Return what a test asks something about, such as ``isawaitable(x)`` or ``fits(self.x)``.

    Attributes are given as dotted names.
    """
    return frozenset(guarding_calls(node))


def asked_names(node: cst.CSTNode) -> frozenset[str]:
    """Return what well-known questions such as ``isawaitable(x)`` are about, anywhere inside."""
    return frozenset(asking_calls(node))


def guarding_calls(node: cst.CSTNode) -> dict[str, list[cst.Call]]:
    """Return the calls in a test that ask something, by what they ask it about."""
    found = asking_calls(node)
    for call in _deciding_calls(node):
        for name in _asked_about(call):
            found.setdefault(name, []).append(call)
    return found


def asking_calls(node: cst.CSTNode) -> dict[str, list[cst.Call]]:
    """Return well-known questions anywhere in an expression, by what they are about."""
    found: dict[str, list[cst.Call]] = {}
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
                for name in about:
                    found.setdefault(name, []).append(current)
        stack.extend(current.children)
    return found


#: Functions that say something of an object's contents rather than of its kind.
_PLAIN_TESTS = frozenset({"all", "any", "bool", "int", "len", "str", "next", "max", "min", "sum"})


def _deciding_calls(node: cst.CSTNode) -> Iterator[cst.Call]:
    """Yield the calls whose answers decide a test by themselves."""
    if isinstance(node, cst.BooleanOperation):
        yield from _deciding_calls(node.left)
        yield from _deciding_calls(node.right)
    elif isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not):
        yield from _deciding_calls(node.expression)
    elif isinstance(node, cst.Call) and last_name(node.func) not in _PLAIN_TESTS:
        yield node


def _text_of(node: cst.Call) -> str:
    """Return the text that is a call's second argument, if it is one."""
    value = node.args[1].value if len(node.args) > 1 else None
    text = value.evaluated_value if isinstance(value, cst.SimpleString) else ""
    return text if isinstance(text, str) else ""


def _asked_about(node: cst.Call) -> Iterator[str]:
    for argument in node.args:
        value = argument.value
        while isinstance(value, cst.Subscript):
            value = value.value
        name = dotted_name(value)
        if name:
            yield name
