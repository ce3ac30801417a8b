"""What hides a failing import: ``except`` clauses and ``contextlib.suppress``."""

import ast
import copy
import operator
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from asyncpattern_lint.index.model import Ask, Caught, Condition, Guard, Leaving
from asyncpattern_lint.versions import Version

_CAUGHT = {
    "ModuleNotFoundError": Caught.MODULE_NOT_FOUND,
    "ImportError": Caught.IMPORT_ERROR,
    "Exception": Caught.EVERYTHING,
    "BaseException": Caught.EVERYTHING,
}

#: Calls that end the program or the test, so that nothing goes on degraded.
_LEAVING_CALLS = frozenset(
    {"exit", "_exit", "quit", "abort", "skip", "skipTest", "fail", "xfail", "importorskip"}
)

#: Context managers under which an error is expected.
RAISING_CONTEXTS = frozenset(
    {
        "raises", "suppress", "assertRaises", "assertRaisesRegex", "RaisesGroup", "warns",
        "assertWarns", "assertWarnsRegex", "deprecated_call", "assert_raises",
    }
)  # fmt: skip

#: The same without those that are meant for a program rather than a test.
EXPECTING_CONTEXTS = RAISING_CONTEXTS - {"suppress"}

#: Calls that do not return.
ENDING_CALLS = frozenset(
    {
        "exit", "quit", "sys.exit", "os._exit", "os.abort", "assert_never", "typing.assert_never",
        "typing_extensions.assert_never",
    }
)  # fmt: skip

#: Functions that ask what an object is, so that what follows depends on the answer.
GUARDS = frozenset({"hasattr", "getattr", "callable", "type", "issubclass"})
GUARD_PREFIXES = ("is", "has", "_is", "_has", "async_is")


#: Functions whose answers say what an object is.
QUESTIONS = frozenset(
    {
        "callable", "getattr", "hasattr", "isasyncgen", "isasyncgenfunction", "isawaitable",
        "isclass", "iscoroutine", "iscoroutinefunction", "isfuture", "isgenerator",
        "isgeneratorfunction", "isinstance",
    }
)  # fmt: skip

#: What makes type variables (https://docs.python.org/3/library/typing.html#typing.TypeVar).
VARIABLE_MAKERS = frozenset({"TypeVar", "ParamSpec", "TypeVarTuple"})

#: Names that mean something by themselves, under whatever name a module imports them.
WATCHED = frozenset(
    {
        *RAISING_CONTEXTS, *GUARDS, *QUESTIONS, *VARIABLE_MAKERS, "Depends", "Security",
        "TYPE_CHECKING", "contextlib", "exit", "os", "overload", "patch", "pytest", "quit", "sys", "typing", "_exit",
        "abort", "assert_never",
    }
)  # fmt: skip


def spelled(node: ast.expr, aliases: Mapping[str, str]) -> ast.expr:
    """Return an expression with the names that imports changed as they were."""
    if not aliases or not any(
        isinstance(part, ast.Name) and part.id in aliases for part in ast.walk(node)
    ):
        return node
    copied = copy.deepcopy(node)
    for part in ast.walk(copied):
        if isinstance(part, ast.Name):
            part.id = aliases.get(part.id, part.id)
    return copied


def spelled_name(name: str | None, aliases: Mapping[str, str]) -> str:
    """Return a dotted name with its first part as it was before an import changed it."""
    start, dot, rest = (name or "").partition(".")
    return f"{aliases.get(start, start)}{dot}{rest}"


def constants_of(tree: ast.Module) -> dict[str, bool]:
    """Return the global names that a module binds just once, to ``True`` or ``False``."""
    found = {
        statement.targets[0].id: statement.value.value
        for statement in tree.body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, bool)
    }
    if found:
        stores = Counter(
            node.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        )
        found = {name: value for name, value in found.items() if stores[name] == 1}
    return found


def truth_of(test: ast.expr, constants: Mapping[str, bool]) -> bool | None:
    """Return what a test amounts to on every Python 3 that runs it, None if it depends.

    ``TYPE_CHECKING`` is false when the program runs; ``constants`` are names that are known.
    """
    match test:
        case ast.Name(id=name) if name in constants:
            return constants[name]
        case ast.Constant(value=value):
            return bool(value)
        case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
            return False
        case ast.Name(id="PY2") | ast.Attribute(attr="PY2"):
            return False
        case ast.Name(id="PY3") | ast.Attribute(attr="PY3"):
            return True
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = truth_of(operand, constants)
            return None if inner is None else not inner
        case ast.BoolOp(op=ast.And(), values=values):
            truths = [truth_of(value, constants) for value in values]
            return False if False in truths else True if None not in truths else None
        case ast.BoolOp(op=ast.Or(), values=values):
            truths = [truth_of(value, constants) for value in values]
            return True if True in truths else False if None not in truths else None
        case ast.Compare(left=left, ops=[sign], comparators=[right]) if _is_version(left):
            return _truth_of_version(ast.unparse(left), sign, ast.unparse(right))
        case _:
            return None


def asked_about(test: ast.expr) -> frozenset[str]:
    """Return the names that a test asks such a question about."""
    return frozenset(
        argument.id
        for node in ast.walk(test)
        if isinstance(node, ast.Call)
        and (last_name(node.func) in GUARDS or last_name(node.func).startswith(GUARD_PREFIXES))
        for argument in map(_without_subscripts, node.args)
        if isinstance(argument, ast.Name)
    )


def asked_items(node: ast.Call) -> Iterator[str]:
    """Yield the names of whose items a call asks what they are."""
    name = last_name(node.func)
    if name in GUARDS or name.startswith(GUARD_PREFIXES):
        for argument in node.args:
            plain = _without_subscripts(argument)
            if plain is not argument and isinstance(plain, ast.Name):
                yield plain.id


def _without_subscripts(node: ast.expr) -> ast.expr:
    while isinstance(node, ast.Subscript):
        node = node.value
    return node


def condition_of(test: ast.expr) -> Condition | None:
    """Return what a test asks of a name, None if it asks something else."""
    match test:
        case ast.Name(id=name):
            return Condition(name, Ask.TRUE, True)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = condition_of(operand)
            return None if inner is None else opposite(inner)
        case ast.NamedExpr(target=ast.Name(id=name)):
            return Condition(name, Ask.TRUE, True)
        case ast.Compare(
            left=ast.Name(id=name) | ast.NamedExpr(target=ast.Name(id=name)),
            ops=[ast.Is() | ast.IsNot() as sign],
            comparators=[ast.Constant(value=None)],
        ):
            return Condition(name, Ask.NONE, isinstance(sign, ast.Is))
        case ast.Call(func=ast.Name(id="callable"), args=[ast.Name(id=name)]):
            return Condition(name, Ask.CALLABLE, True)
        case _:
            return None


def opposite(condition: Condition) -> Condition:
    """Return the condition that holds where another fails."""
    return Condition(
        condition.name,
        condition.ask,
        not condition.holds,
        condition.about,
        condition.second,
        condition.text,
    )


def truth_in_stub(test: ast.expr, version: Version) -> bool | None:
    """Return what a test of a stub amounts to on a version of Python, and on this platform.

    See https://typing.python.org/en/latest/guides/writing_stubs.html; None if it is none of
    the tests that stubs may make.
    """
    match test:
        case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
            return True
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = truth_in_stub(operand, version)
            return None if inner is None else not inner
        case ast.BoolOp(op=joint, values=values):
            truths = [truth_in_stub(value, version) for value in values]
            if None in truths:
                return None
            return all(truths) if isinstance(joint, ast.And) else any(truths)
        case ast.Compare(left=left, ops=[sign], comparators=[right]):
            return _compared(ast.unparse(left), sign, right, version)
        case ast.Call(func=ast.Attribute(value=value, attr="startswith"), args=[prefix]) if (
            ast.unparse(value) == "sys.platform"
        ):
            return isinstance(prefix, ast.Constant) and sys.platform.startswith(str(prefix.value))
        case _:
            return None


_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Eq: operator.eq, ast.NotEq: operator.ne,
}  # fmt: skip


def _compared(left: str, sign: ast.cmpop, right: ast.expr, version: Version) -> bool | None:
    known = {"sys.version_info": version, "sys.platform": sys.platform}
    compare = _COMPARISONS.get(type(sign))
    if left not in known or compare is None:
        return None
    try:
        return compare(known[left], ast.literal_eval(right))
    except (ValueError, TypeError):
        return None


_ASKS_FOR_3: dict[type[ast.cmpop], bool] = {
    ast.Lt: False, ast.GtE: True, ast.Eq: True, ast.NotEq: False,
}  # fmt: skip
_ASKS_FOR_2: dict[type[ast.cmpop], bool] = {
    ast.Eq: False, ast.NotEq: True, ast.Gt: True, ast.LtE: False,
}  # fmt: skip


def _is_version(node: ast.expr) -> bool:
    """Whether an expression may be a version, as writing it out would tell."""
    asked = node.value if isinstance(node, ast.Subscript) else node
    return isinstance(asked, ast.Attribute) and asked.attr in {"version_info", "major"}


def _truth_of_version(left: str, sign: ast.cmpop, right: str) -> bool | None:
    """Decide comparisons that only ask for Python 2 or 3."""
    if left == "sys.version_info" and right in {"(3,)", "(3, 0)"}:
        return {ast.Lt: False, ast.GtE: True}.get(type(sign))
    if left in {"sys.version_info[0]", "sys.version_info.major"}:
        answers = {"3": _ASKS_FOR_3, "2": _ASKS_FOR_2}.get(right, {})
        return answers.get(type(sign))
    return None


def last_name(node: ast.expr) -> str:
    """Return the last component of a name or attribute, else an empty string."""
    if isinstance(node, ast.Call):
        return last_name(node.func)
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def first_name(node: ast.expr) -> str:
    """Return the name that a chain of attributes starts from, else an empty string."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def guards_of_try(node: ast.Try | ast.TryStar) -> tuple[Guard, ...]:
    """Return the guards that a ``try`` puts around its body, in the order of its handlers."""
    guards = []
    bound_after = [name for part in (node.orelse, node.finalbody) for name in _bound(part)]
    for handler in node.handlers:
        caught = _caught(handler.type)
        if caught is not None:
            guards.append(
                Guard(
                    caught,
                    _clause(handler),
                    handler.lineno,
                    (*_bound(handler.body), *bound_after),
                    _leaving(handler.body),
                )
            )
    return tuple(guards)


def guard_of_with(managers: Iterable[ast.expr]) -> tuple[Guard, ...]:
    """Return the guard of a ``with suppress(...)``, if it is one that hides imports."""
    for call in managers:
        if isinstance(call, ast.Call) and last_name(call.func) == "suppress":
            levels = [level for level in map(_level, call.args) if level is not None]
            if levels:
                text = f"suppress({', '.join(map(ast.unparse, call.args))})"
                return (Guard(max(levels), text, call.lineno, (), Leaving.STAYS),)
    return ()


def _level(node: ast.expr) -> Caught | None:
    return _CAUGHT.get(last_name(node))


def _caught(node: ast.expr | None) -> Caught | None:
    if node is None:
        return Caught.EVERYTHING
    levels = [_level(e) for e in (node.elts if isinstance(node, ast.Tuple) else [node])]
    return max((level for level in levels if level is not None), default=None)


def _clause(handler: ast.ExceptHandler) -> str:
    return f"except {ast.unparse(handler.type)}" if handler.type else "except"


def _leaving(statements: Iterable[ast.stmt]) -> Leaving:
    leaving = Leaving.STAYS
    for node in _walk_scope(statements):
        if isinstance(node, ast.Assert):
            return Leaving.EXPECTS
        if isinstance(node, ast.Raise):
            leaving = max(leaving, Leaving.DECIDES if node.exc else Leaving.RERAISES)
        elif isinstance(node, ast.Call) and last_name(node.func) in _LEAVING_CALLS:
            leaving = Leaving.DECIDES
    return leaving


def _bound(statements: Iterable[ast.stmt]) -> Iterator[str]:
    for node in _walk_scope(statements):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name.partition(".")[0]
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name


def _walk_scope(statements: Iterable[ast.stmt]) -> Iterator[ast.AST]:
    """Walk statements without entering the scopes that they open."""
    stack: list[ast.AST] = list(statements)
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            stack.extend(ast.iter_child_nodes(node))


def type_parameters(node: ast.stmt) -> list[str]:
    """Return the names of the type parameters of a definition (PEP 695)."""
    return [parameter.name for parameter in getattr(node, "type_params", ())]


def is_stub(body: Sequence[ast.stmt]) -> bool:
    """Tell whether a body says nothing about what the function does."""
    for statement in body:
        match statement:
            case ast.Pass() | ast.Expr(value=ast.Constant()):
                continue
            case ast.Raise(exc=exception) if (
                exception is not None and last_name(exception) == "NotImplementedError"
            ):
                continue
            case _:
                return False
    return True


def missing_after(node: ast.Try | ast.TryStar) -> frozenset[tuple[str, str]]:
    """Return the object and the name of an attribute that is not there after a statement.

    It is one like ``try: return getattr(object, name)`` with a handler for its absence: what sets
    the attribute then is in nobody's way. Both are as they are written.
    """
    match node:
        case ast.Try(
            body=[
                ast.Return(value=value) | ast.Assign(value=value) | ast.Expr(value=value),
                *rest,
            ],
            handlers=[ast.ExceptHandler(type=ast.Name(id="AttributeError"))],
        ):
            pass
        case _:
            return frozenset()
    leaves = isinstance(node.body[-1], ast.Return) and all(map(_is_plain, rest))
    match value:
        case ast.Call(func=ast.Name(id="getattr"), args=[owner, name]) if leaves:
            return frozenset({(ast.unparse(owner), ast.unparse(name))})
        case _:
            return frozenset()


def _is_plain(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Assign | ast.Expr | ast.Return)
