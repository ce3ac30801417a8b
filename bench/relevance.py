"""Which diagnostics of a tool speak of this linter's subject.

The subject is an async or sync iterable, context manager, generator or awaitable in a place where
another is needed, and a module or a name of a module that does not exist. A diagnostic that says
so counts as a find on a marked line and as an alarm on another line.

In doubt a table decides for the tool: what only contradicts an annotation or is a hint to look
again counts as a find on a marked line, and as nothing on another one. So does what speaks of the
subject in the type of a function only, and a contradiction to what a method overrides. Nothing
counts that says the same of good and bad code alike (missing annotations, unused variables, style).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from tools import OURS


class Weight(Enum):
    """What a diagnostic counts as.

    ``MISSING`` is a module that was not found: an alarm only if the project has a module or
    folder of that name, because of an absent package the tool is right.
    """

    BOTH = "find or alarm"
    FIND = "find only"
    MISSING = "find, or alarm if it exists"


@dataclass(frozen=True, slots=True)
class Row:
    """Codes, separated by spaces, of which messages count that match a pattern."""

    codes: str
    says: str
    weight: Weight = Weight.BOTH


_ANY = ""
_SUBJECT = (
    r"Coroutine|coroutine|[Aa]wait|Generator|generator|Iterator|[Ii]terable"
    r"|ContextManager|context manager|__a?(iter|next|enter|exit)__"
)

#: An argument that is iterable, with items of another type; an argument of a manager's exit.
_ARGUMENT = (
    r"^(?=(?s:.*)Iterable)(?s:.*)[\"`](list|dict|set|tuple)\["
    r"(?![^\"`]*(Coroutine|Generator|AsyncItera|None))"
    r"|__a?exit__(`|\"( of|$|\n))"
)

#: The type of a function names what a call would give; the diagnostic is about the function.
_FUNCTION_TYPE = re.compile(
    r'"(overloaded function|(type\[)?Callable\[|def )[^"]*"|`def [^`]*`|\((\([^()]*\)|\.\.\.) -> [^"`]*'
    r'|"[^"]*\) -> [^"]*"|`[^`]*\) -> [^`]*`'
)

#: The annotation promises an iterator, the object is a generator: closing it works.
_CLOSING = re.compile(
    r"\b(Async)?Itera(tor|ble)\b(?s:.*)[\"'`](aclose|asend|athrow|close|send|throw|[ag][gi]_\w+)[\"'`]"
    r"|[\"'`](aclose|asend|athrow|close|send|throw|[ag][gi]_\w+)[\"'`](?s:.*)\b(Async)?Itera(tor|ble)\b"
    r"|_SupportsA?[Cc]lose"
)

_TABLES: Mapping[str, tuple[Row, ...]] = {
    OURS: (Row("*", _ANY),),
    "mypy": (
        Row("unused-coroutine unused-awaitable", _ANY),
        Row("import-not-found", _ANY, Weight.MISSING),
        Row("attr-defined", r"does not explicitly export", Weight.FIND),
        Row("attr-defined union-attr", r"^Module\b.* has no attribute"),
        Row("attr-defined union-attr", _SUBJECT),
        Row("misc", r"^The return type of an? (async )?generator", Weight.FIND),
        Row("misc", r"^Incompatible types in \"(await|yield from|async)"),
        Row("misc", r"is not iterable|can't be applied to|^Expected iterable"),
        Row("misc", r"incompatible item type(?s:.*)(Coroutine|Generator)"),
        Row("arg-type", _ARGUMENT, Weight.FIND),
        Row("arg-type index operator comparison-overlap str-format", _SUBJECT),
        Row("call-overload", r"\"__setitem__\"", Weight.FIND),
        Row("call-overload", _SUBJECT),
        Row("truthy-bool truthy-iterable", _SUBJECT),
        Row("assignment return-value type-var empty-body var-annotated", _SUBJECT, Weight.FIND),
        Row("func-returns-value truthy-function name-defined", _ANY, Weight.FIND),
        Row("override", _ANY, Weight.FIND),
    ),
    "pyright": (
        Row("reportUnusedCoroutine", _ANY),
        Row("reportMissingImports reportMissingModuleSource", _ANY, Weight.MISSING),
        Row("reportAttributeAccessIssue", r"is unknown import symbol|attribute of module"),
        Row("reportAttributeAccessIssue", r"^Cannot (assign|delete)", Weight.FIND),
        Row("reportUnsupportedDunderAll", r"is not present in module"),
        Row("reportArgumentType", _ARGUMENT, Weight.FIND),
        Row(
            "reportGeneralTypeIssues reportAttributeAccessIssue reportArgumentType"
            " reportCallIssue reportIndexIssue reportOperatorIssue reportUnnecessaryComparison"
            " reportOptionalIterable reportOptionalContextManager reportOptionalMemberAccess",
            _SUBJECT + r"|cannot be used with",
        ),
        Row("reportReturnType reportAssignmentType", _SUBJECT, Weight.FIND),
        Row("reportCallIssue", r"^No overloads for", Weight.FIND),
        Row("reportUndefinedVariable reportIncompatibleMethodOverride", _ANY, Weight.FIND),
        Row("reportInvalidTypeForm", r"^Return type of (async )?generator", Weight.FIND),
    ),
    "ty": (
        Row("invalid-await not-iterable invalid-context-manager unused-awaitable", _ANY),
        Row("import-not-found missing-attribute", r"^Module .* has no member"),
        Row("import-not-found", _ANY, Weight.MISSING),
        Row("possibly-missing-submodule", _ANY),
        Row("missing-attribute", r"^Unresolved attribute", Weight.FIND),
        Row("invalid-argument-type", r"does not satisfy upper bound", Weight.FIND),
        Row("invalid-argument-type", _ARGUMENT, Weight.FIND),
        Row("redundant-condition", r"^Function", Weight.FIND),
        Row(
            "missing-attribute missing-union-attribute invalid-argument-type no-matching-overload"
            " not-subscriptable unsupported-operator not-callable redundant-condition",
            _SUBJECT,
        ),
        Row(
            "invalid-assignment invalid-explicit-return invalid-parameter-default"
            " invalid-implicit-return-in-function-with-stub-body",
            _SUBJECT,
            Weight.FIND,
        ),
        Row("no-matching-overload unresolved-reference", _ANY, Weight.FIND),
        Row("incompatible-method-override invalid-generator-return-type", _ANY, Weight.FIND),
    ),
    "pyrefly": (
        Row("not-async not-iterable bad-context-manager unused-coroutine", _ANY),
        Row("missing-module-attribute bad-dunder-all", _ANY),
        Row("missing-import", _ANY, Weight.MISSING),
        Row("missing-attribute", r"^No attribute .* in module"),
        Row("invalid-yield", r"must be iterable"),
        Row("unsupported-operation", r"^Cannot set item", Weight.FIND),
        Row("bad-argument-type", _ARGUMENT, Weight.FIND),
        Row(
            "missing-attribute bad-argument-type bad-index no-matching-overload not-callable"
            " unsupported-operation redundant-condition",
            _SUBJECT,
        ),
        Row("bad-assignment bad-return bad-specialization invalid-yield", _SUBJECT, Weight.FIND),
        Row("no-matching-overload unknown-name bad-override", _ANY, Weight.FIND),
    ),
    "pylint": (
        Row("not-an-iterable not-async-context-manager not-context-manager", _ANY),
        Row("async-context-manager-with-regular-with", _ANY),
        Row("unsubscriptable-object unsupported-membership-test unpacking-non-sequence", _ANY),
        Row("no-name-in-module undefined-all-variable", _ANY),
        Row("import-error", _ANY, Weight.MISSING),
        Row("no-member", r"^Module"),
        Row("no-member", _SUBJECT),
        Row("no-member invalid-unary-operand-type bad-reversed-sequence", _ANY, Weight.FIND),
        Row("missing-parentheses-for-call-in-test invalid-overridden-method", _ANY, Weight.FIND),
        Row("contextmanager-generator-missing-cleanup looping-through-iterator", _ANY, Weight.FIND),
    ),
}


def codes(tool: str) -> list[str]:
    """Return the codes that a tool's table names, in order."""
    return sorted({code for row in _TABLES[tool] for code in row.codes.split()})


def weight(tool: str, code: str, message: str) -> Weight | None:
    """Return what a diagnostic counts as, None for nothing."""
    text = _without_functions(message)
    rows = [row for row in _TABLES[tool] if row.codes == "*" or code in row.codes.split()]
    for row in rows:
        if re.search(row.says, text):
            return Weight.FIND if _CLOSING.search(text) and tool != OURS else row.weight
    return Weight.FIND if any(re.search(row.says, message) for row in rows) else None


def _without_functions(message: str) -> str:
    """Return a message without the types of functions, and without the details about them."""
    text = _FUNCTION_TYPE.sub("", message)
    first = message.partition("\n")[0]
    return text if text.startswith(first) else text.partition("\n")[0]
