"""The base of every rule, and the registry that fills itself.

A rule is a class in a module of its own under ``rules``; nothing else has to name it.
"""

import importlib
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from typing import ClassVar
from warnings import catch_warnings

from asyncpattern_lint.findings import (
    Applicability,
    BrokenManager,
    Finding,
    Misuse,
    Observation,
    Remedy,
)
from asyncpattern_lint.protocol import Kind, Use, code_of
from asyncpattern_lint.remedies import is_uncalled, of_decorator

#: What every rule's docstring holds, in this order.
SECTIONS = ("## What it does", "## Why is this bad?", "## Example", "Use instead:")

#: The start of a line that begins a further file in an example of several files.
FILE_MARK = "# file: "

#: References longer than this many characters are cut in messages.
REFERENCE_WIDTH = 60

#: How to take the items of what is iterable, as advice.
LOOPS = {
    Kind.ASYNC_GENERATOR: "write `async for ... in {reference}`",
    Kind.GENERATOR: "write `for ... in {reference}`",
}


class Rule(ABC):
    """Turns the observations of some types into findings.

    ``codes`` maps each code to its name, ``observes`` holds the types of observation that
    ``check`` is asked about, ``default`` says whether the codes are on unless deselected.
    ``fixable`` maps each code that can be fixed to how far the best of its fixes can be trusted.

    Examples are executable projects: one file ``main.py``, or several files, each begun by a
    line ``# file: path``. Functions named ``case_*`` in ``main.py`` are the entry points. ``bad``
    maps each code to an example whose wrong line carries ``# BUG: CODE``; ``good`` holds
    examples without a finding.
    """

    codes: ClassVar[Mapping[str, str]]
    observes: ClassVar[tuple[type, ...]]
    default: ClassVar[bool] = True
    fixable: ClassVar[Mapping[str, Applicability]] = {}
    good: ClassVar[tuple[str, ...]]
    bad: ClassVar[Mapping[str, str]]

    @abstractmethod
    def check(self, observation: Observation) -> Finding | None:
        """Return the finding that the observation amounts to, or None."""


class TableRule(Rule):
    """A row of the protocol table; ``advice`` names the cells of the row by their kinds.

    ``naming`` spells the rule name of a cell from ``{kind}``; ``wording`` spells its message
    from ``{reference}``, ``{what}`` (the kind with its article), ``{construct}``, ``{needs}``
    and ``{lack}``; ``refined`` replaces ``needs`` for constructs by their last name; the texts of
    ``advice`` may use ``{reference}``, ``{callee}`` (the same, fit to be called) and
    ``{construct}``.
    ``remedies`` names what mends the cells of the row by their kinds.
    ``sample`` is the wrong use in an example, with ``{call}`` and ``{mark}``.
    """

    use: ClassVar[Use]
    naming: ClassVar[str]
    wording: ClassVar[str] = "`{reference}` is {what}: {construct} needs {needs}"
    needs: ClassVar[str] = ""
    refined: ClassVar[Mapping[str, str]] = {}
    advice: ClassVar[Mapping[Kind, str]]
    lacks: ClassVar[Mapping[Kind, str]] = {}
    remedies: ClassVar[Mapping[Kind, Remedy]] = {}
    sample: ClassVar[str]
    silent: ClassVar[bool] = False
    observes = (Misuse,)

    def __init_subclass__(cls) -> None:
        """Derive the codes and the bad examples from the row's cells."""
        cls.codes = {code_of(cls.use, k): cls.naming.format(kind=k.slug) for k in cls.advice}
        cls.bad = {code_of(cls.use, kind): cls._bad(kind) for kind in cls.advice}

    @classmethod
    def _bad(cls, kind: Kind) -> str:
        definition, function = DEFINITIONS[kind]
        mark = f"  # BUG: {code_of(cls.use, kind)}"
        if cls.silent:
            mark += f" (never runs: {function})"
        return f"{definition}\n\n{cls.sample.format(call=f'{function}()', mark=mark)}"

    def check(self, observation: Observation) -> Finding | None:
        """Return the finding if the misuse is one of the row's cells."""
        if not isinstance(observation, Misuse) or observation.use is not self.use:
            return None
        kind = observation.kind
        if kind not in self.advice:
            return None
        code = code_of(self.use, kind)
        reference = shorten(observation.reference)
        words = {
            "reference": reference,
            "callee": f"({reference})" if reference.startswith("lambda") else reference,
            "what": observation.description or describe(kind),
            "construct": quote(observation.construct),
            "needs": self.refined.get(observation.construct.rpartition(".")[2], self.needs),
            "lack": self.lacks.get(kind, ""),
        }
        return Finding(
            code=code,
            name=self.codes[code],
            message=self.wording.format_map(words),
            path=observation.path,
            span=observation.span,
            advice=self.advise(observation).format_map(words),
            use=self.use.name.lower().replace("_", " "),
            kind=kind.phrase,
            target=observation.target,
            evidence=observation.evidence,
            subject=observation.target.name
            if observation.target
            else one_line(observation.reference),
            remedy=self.remedy(observation),
        )

    def advise(self, misuse: Misuse) -> str:
        """Return the text of the advice for the misuse; a rule may refine it."""
        if is_uncalled(misuse):
            return "call it: `{callee}()`"
        return self.advice[misuse.kind]

    def remedy(self, misuse: Misuse) -> Remedy | None:
        """Return what mends the misuse, None where that is not known; a rule may refine it."""
        return self.remedies.get(misuse.kind)


class ManagerRule(Rule):
    """One of contextlib's two decorators on what it cannot drive; ``is_async`` says which."""

    is_async: ClassVar[bool]
    observes = (BrokenManager,)

    def check(self, observation: Observation) -> Finding | None:
        """Return the finding of a decorator that cannot work."""
        if not isinstance(observation, BrokenManager) or observation.is_async is not self.is_async:
            return None
        ((code, name),) = self.codes.items()
        given = observation.description or observation.kind.article
        wants = "an async generator" if self.is_async else "a generator"
        function = f"`{observation.function}`"
        return Finding(
            code=code,
            name=name,
            message=f"`@{observation.decorator}` on {function}, which gives {given}: "
            f"it needs {wants} function",
            path=observation.path,
            span=observation.span,
            advice=self._advise(observation),
            target=observation.target,
            evidence=observation.evidence,
            subject=observation.target.name,
            remedy=of_decorator(observation),
        )

    def _advise(self, broken: BrokenManager) -> str:
        other = "contextmanager" if self.is_async else "asynccontextmanager"
        if broken.managed:
            return "remove the decorator: what the function returns is a context manager already"
        match broken.kind:
            case Kind.GENERATOR if self.is_async and not broken.plain:
                return f"write `async def {broken.function}`, or decorate it with `@{other}`"
            case Kind.ASYNC_GENERATOR:
                return f"decorate it with `@{other}`, and enter it with `async with`"
            case _:
                return "let it `yield` what the `with` block gets, or remove the decorator"


#: For each kind the definition of a sample function, and the function's name.
DEFINITIONS: dict[Kind, tuple[str, str]] = {
    Kind.ASYNC_GENERATOR: (
        """\
from collections.abc import AsyncIterator


async def get_rows() -> AsyncIterator[int]:
    yield 1
""",
        "get_rows",
    ),
    Kind.ASYNC_CONTEXT_MANAGER: (
        """\
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def get_session() -> AsyncIterator[str]:
    yield "session"
""",
        "get_session",
    ),
    Kind.COROUTINE: ('async def get_user() -> str:\n    return "user"\n', "get_user"),
    Kind.GENERATOR: (
        """\
from collections.abc import Iterator


def get_lines() -> Iterator[str]:
    yield "line"
""",
        "get_lines",
    ),
    Kind.CONTEXT_MANAGER: (
        """\
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def get_lock() -> Iterator[str]:
    yield "lock"
""",
        "get_lock",
    ),
    Kind.OTHER: ("def get_count() -> int:\n    return 1\n", "get_count"),
}


def example(kind: Kind, uses: str) -> str:
    """Return an example: the sample definition of the kind, then the uses of it."""
    return f"{DEFINITIONS[kind][0]}\n\n{uses}"


def files_of(text: str) -> dict[str, str]:
    """Return the files of an example: relative path to text."""
    files: dict[str, str] = {}
    path = "main.py"
    for line in text.splitlines(keepends=True):
        if line.startswith(FILE_MARK):
            path = line.removeprefix(FILE_MARK).strip()
            files[path] = ""
        else:
            files[path] = files.get(path, "") + line
    return files


def describe(kind: Kind) -> str:
    """Return the kind with its article, as a message says it."""
    return "a plain object" if kind is Kind.OTHER else kind.article


_UNPARSABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


def one_line(reference: str) -> str:
    """Return a reference on one line, without its comments."""
    line = " ".join(reference.split())
    if "\n" in reference:
        import ast

        with catch_warnings(action="ignore"), suppress(*_UNPARSABLE):
            line = ast.unparse(ast.parse(f"({reference}\n)", mode="eval"))
    return line


def shorten(reference: str) -> str:
    """Return a reference on one line, cut to a readable length."""
    line = one_line(reference)
    return line if len(line) <= REFERENCE_WIDTH else f"{line[: REFERENCE_WIDTH - 3]}..."


#: How constructs that are no code themselves are called in a sentence.
_PHRASES = {
    "argument": "the argument",
    "async comprehension": "an async comprehension",
    "attribute": "the attribute",
    "call": "a call",
    "comparison": "the comparison",
    "comprehension": "a comprehension",
    "f-string": "an f-string",
    "formatting": "formatting",
    "operator": "the operator",
    "return": "the annotated `return`",
    "subscript": "a subscript",
    "unpacking": "unpacking",
}


def quote(construct: str) -> str:
    """Return a construct as a sentence names it, for example ``the attribute `.rows` ``."""
    if construct in _PHRASES:
        return _PHRASES[construct]
    noun, _, code = construct.partition(" ")
    return f"{_PHRASES[noun]} `{code}`" if noun in _PHRASES else f"`{construct}`"


def hint(near: tuple[str, ...], moved_to: tuple[str, ...]) -> str:
    """Return where a missing name went or what may have been meant, as the end of a message."""
    if moved_to:
        return f"; it is now in {_either(moved_to)}"
    return f"; did you mean {_either(near)}?" if near else ""


def _either(names: tuple[str, ...]) -> str:
    shown = [f"`{name}`" for name in names[:3]]
    return " or ".join([", ".join(shown[:-1]), shown[-1]] if shown[1:] else shown)


@cache
def rules() -> tuple[Rule, ...]:
    """Return one instance of every rule in the package ``rules``, in the order of their codes."""
    package = importlib.import_module("asyncpattern_lint.rules")
    modules = [
        importlib.import_module(f"{package.__name__}.{info.name}")
        for info in pkgutil.iter_modules(package.__path__)
    ]
    found = [
        value()
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, Rule)
        and value.__module__ == module.__name__
    ]
    return tuple(sorted(found, key=lambda rule: min(rule.codes)))


@cache
def known_codes() -> Mapping[str, bool]:
    """Return every code with whether it is on by default, in order."""
    return dict(sorted((code, rule.default) for rule in rules() for code in rule.codes))


@cache
def _dispatch() -> dict[type, tuple[Rule, ...]]:
    types = {observed for rule in rules() for observed in rule.observes}
    return {
        observed: tuple(rule for rule in rules() if observed in rule.observes) for observed in types
    }


def findings_of(observation: Observation, enabled: frozenset[str]) -> Iterator[Finding]:
    """Yield the findings that the rules make of an observation, those of enabled codes only."""
    for rule in _dispatch().get(type(observation), ()):
        finding = rule.check(observation)
        if finding is not None and finding.code in enabled:
            yield finding
