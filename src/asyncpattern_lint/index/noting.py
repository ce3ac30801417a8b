"""Note the calls that hand code to a framework, or name code in strings.

What they are is for the analysis to tell: here their last names decide, which may note too much.
"""

import ast
from collections.abc import Iterator

from asyncpattern_lint.index.lowering import annotation
from asyncpattern_lint.index.model import OPAQUE, Call, Expr, Place, Told

#: Functions that are told of code by an argument.
_TAKERS = frozenset({"Depends", "Security"})

#: Methods whose first arguments say what they replace.
_REPLACERS = frozenset({"delattr", "dict", "multiple", "object", "setattr", "spy"})

#: Methods that enter a context manager.
ENTERING = frozenset({"enter_async_context", "enter_context"})

#: Methods by which a test says that a fake was not called.
SPARING = frozenset({"assert_not_awaited", "assert_not_called"})

#: Keywords by which an application is handed code.
_KEYWORDS = frozenset({"lifespan"})

#: What FastAPI keeps its replaced dependencies in.
OVERRIDES = "dependency_overrides"


def is_noted(name: str, node: ast.Call) -> bool:
    """Tell whether a call of this last name may be one that matters."""
    if name in _TAKERS:
        return bool(node.args or node.keywords)
    if name in _REPLACERS:
        return isinstance(node.func, ast.Attribute) and bool(node.args)
    if name == "patch":
        return _is_string_like(node, ".")
    if name == "run":
        return _is_string_like(node, ":")
    return any(keyword.arg in _KEYWORDS for keyword in node.keywords)


def _is_string_like(node: ast.Call, separator: str) -> bool:
    """Whether the first argument is a string that may name code."""
    if not node.args:
        return any(keyword.arg in {"app", "target"} for keyword in node.keywords)
    text = text_of(node.args[0])
    return text is not None and separator in text and not any(c in text for c in "/ \n")


def text_of(node: ast.expr) -> str | None:
    """Return the string that an expression is, None if it is none."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def place_of(node: ast.expr) -> Place:
    """Return where an expression stands."""
    end_line, end_column = node.end_lineno, node.end_col_offset
    return Place(
        node.lineno,
        node.col_offset,
        node.lineno if end_line is None else end_line,
        node.col_offset + 1 if end_column is None else end_column,
    )


def told_of(node: ast.Call, call: Call) -> tuple[Told, ...]:
    """Return the arguments of a call, with their lowered values."""
    positional = [
        Told(value, "", text_of(argument), place_of(argument))
        for argument, value in zip(node.args, call.args, strict=True)
    ]
    named = [
        Told(value, name, text_of(keyword.value), place_of(keyword.value))
        for keyword, (name, value) in zip(node.keywords, call.keywords, strict=True)
    ]
    return (*positional, *named)


def calls_in(node: ast.expr | None) -> Iterator[tuple[ast.Call, ast.expr]]:
    """Yield the calls in an annotation such as ``Annotated[A, f()]``, with the type beside."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple):
        for element in node.slice.elts:
            if isinstance(element, ast.Call):
                yield element, node.slice.elts[0]
            yield from calls_in(element)
    elif isinstance(node, ast.Subscript):
        yield from calls_in(node.slice)
    elif isinstance(node, ast.BinOp):
        yield from calls_in(node.left)
        yield from calls_in(node.right)


def lowered(node: ast.Call) -> Call:
    """Lower a call in an annotation, of which nothing is used at that place."""
    return Call(
        annotation(node.func) or OPAQUE,
        tuple(_argument(argument) for argument in node.args),
        tuple((keyword.arg or "**", _argument(keyword.value)) for keyword in node.keywords),
    )


def _argument(node: ast.expr) -> Expr:
    return OPAQUE if isinstance(node, ast.Constant) else annotation(node) or OPAQUE
