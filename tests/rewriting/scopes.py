"""Which names of a module are the same variable, and where they stand in its text."""

import ast
import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from rewriting import parse

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class Occurrence:
    """A name in the text: line from 1, column from 0 in characters.

    Where ``is_import`` is set, another name stands behind it: ``import name as other``.
    """

    line: int
    column: int
    is_import: bool = False


@dataclass(eq=False)
class Scope:
    """A block with names of its own; ``binds`` are those that it binds."""

    node: ast.AST
    parent: "Scope | None"
    binds: set[str] = field(default_factory=set)
    parameters: set[str] = field(default_factory=set)
    #: Names that the text of an import statement binds here.
    imports: set[str] = field(default_factory=set)
    #: Names that cannot be renamed where they are bound, such as the ``a`` of ``import a.b``.
    fixed: set[str] = field(default_factory=set)
    outer: dict[str, str] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)
    places: dict[str, list[Occurrence]] = field(default_factory=lambda: defaultdict(list))

    @property
    def is_class(self) -> bool:
        return isinstance(self.node, ast.ClassDef)

    @property
    def is_comprehension(self) -> bool:
        return isinstance(self.node, _COMPREHENSIONS)

    @property
    def label(self) -> str:
        """The scope's place in the text."""
        return f"{getattr(self.node, 'lineno', 0)}:{getattr(self.node, 'col_offset', 0)}"

    def owner(self, name: str) -> "Scope":
        """Return the scope of the variable that a name means here; the module's for builtins."""
        scope: Scope = self
        if self.outer.get(name) == "global":
            while scope.parent is not None:
                scope = scope.parent
            return scope
        if self.outer.get(name) != "nonlocal" and name in self.binds:
            return self
        while scope.parent is not None:
            scope = scope.parent
            if scope.parent is None or (not scope.is_class and scope.declares(name)):
                break
        return scope.owner(name) if name in scope.outer else scope

    def declares(self, name: str) -> bool:
        return name in self.binds or name in self.outer


@dataclass(frozen=True)
class Variable:
    """A name in the scope that it belongs to."""

    scope: Scope
    name: str
    occurrences: tuple[Occurrence, ...]
    is_imported: bool
    is_parameter: bool

    @property
    def is_global(self) -> bool:
        return self.scope.parent is None

    @property
    def label(self) -> str:
        """The variable in a form that stays the same between runs."""
        return f"{self.scope.label} {self.name}"


class _Builder(ast.NodeVisitor):
    def __init__(self, text: str, tree: ast.Module) -> None:
        self.lines = text.splitlines(keepends=True)
        self.scope = Scope(tree, None)
        self.scopes = [self.scope]
        for statement in tree.body:
            self.visit(statement)

    # --- places --------------------------------------------------------------------------

    def column(self, line: int, offset: int) -> int:
        """Turn an offset in bytes into a column in characters."""
        return len(self.lines[line - 1].encode()[:offset].decode())

    def note(self, name: str, node: ast.expr | ast.arg, *, binds: bool) -> None:
        place = Occurrence(node.lineno, self.column(node.lineno, node.col_offset))
        self._note(name, place, binds=binds)

    def _note(self, name: str, place: Occurrence, *, binds: bool) -> None:
        self.scope.places[name].append(place)
        (self.scope.binds if binds else self.scope.read).add(name)

    def after(self, word: str, name: str, line: int, offset: int) -> None:
        """Note the name that follows a word, looked for from a place onward."""
        start = self.column(line, offset)
        while line <= len(self.lines):
            pattern = re.compile(rf"{word}\s+({re.escape(name)})\b")
            if match := pattern.search(self.lines[line - 1], start):
                self._note(name, Occurrence(line, match.start(1)), binds=True)
                return
            line, start = line + 1, 0
        self.keep(name)

    def keep(self, name: str) -> None:
        self.scope.binds.add(name)
        self.scope.fixed.add(name)

    # --- scopes --------------------------------------------------------------------------

    def inside(
        self, node: ast.AST, parts: Iterable[ast.AST], parameters: Iterable[ast.arg]
    ) -> None:
        self.scope = Scope(node, self.scope)
        self.scopes.append(self.scope)
        for parameter in parameters:
            self.scope.parameters.add(parameter.arg)
            self.note(parameter.arg, parameter, binds=True)
        for part in parts:
            self.visit(part)
        assert self.scope.parent is not None
        self.scope = self.scope.parent

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for part in (*node.decorator_list, *_outside(node.args)):
            self.visit(part)
        if node.returns is not None:
            self.visit(node.returns)
        self.after("def", node.name, node.lineno, node.col_offset)
        if getattr(node, "type_params", None):
            self.keep(node.name)
        self.inside(node, node.body, _parameters(node.args))

    visit_FunctionDef = visit_AsyncFunctionDef = function  # noqa: N815 (ast's names)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        for part in _outside(node.args):
            self.visit(part)
        self.inside(node, [node.body], _parameters(node.args))

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for part in (*node.decorator_list, *node.bases, *node.keywords):
            self.visit(part)
        self.after("class", node.name, node.lineno, node.col_offset)
        self.inside(node, node.body, ())

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> None:
        self._comprehension(node, node.generators, [node.elt])

    visit_ListComp = visit_SetComp = visit_GeneratorExp = comprehension  # noqa: N815

    def visit_DictComp(self, node: ast.DictComp) -> None:
        self._comprehension(node, node.generators, [node.key, node.value])

    def _comprehension(
        self, node: ast.AST, generators: list[ast.comprehension], results: list[ast.expr]
    ) -> None:
        first, *others = generators
        self.visit(first.iter)
        parts: list[ast.AST] = [first.target, *first.ifs]
        for other in others:
            parts += [other.target, other.iter, *other.ifs]
        self.inside(node, [*parts, *results], ())

    # --- names ---------------------------------------------------------------------------

    def visit_Name(self, node: ast.Name) -> None:
        self.note(node.id, node, binds=not isinstance(node.ctx, ast.Load))

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        here = self.scope
        while self.scope.is_comprehension and self.scope.parent is not None:
            self.scope = self.scope.parent
        self.visit(node.target)
        self.scope = here

    def visit_Global(self, node: ast.Global) -> None:
        self._declare(node, "global")

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:
        self._declare(node, "nonlocal")

    def _declare(self, node: ast.Global | ast.Nonlocal, word: str) -> None:
        line = self.lines[node.lineno - 1]
        start = self.column(node.lineno, node.col_offset) + len(word)
        for name in node.names:
            self.scope.outer[name] = word
            match = re.compile(rf"\b{re.escape(name)}\b").search(line, start)
            if match is None:
                self.keep(name)
            else:
                self.scope.places[name].append(Occurrence(node.lineno, match.start()))

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name is not None and node.type is not None:
            self.after("as", node.name, node.type.end_lineno or 0, node.type.end_col_offset or 0)
        self.generic_visit(node)

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        if node.name is not None and node.pattern is None:
            place = Occurrence(node.lineno, self.column(node.lineno, node.col_offset))
            self._note(node.name, place, binds=True)
        elif node.name is not None:
            end = self.column(node.end_lineno, node.end_col_offset)
            self._note(node.name, Occurrence(node.end_lineno, end - len(node.name)), binds=True)
        self.generic_visit(node)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        if node.name is not None:
            self.keep(node.name)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        if node.rest is not None:
            self.keep(node.rest)
        self.generic_visit(node)

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            self.scope.imports.add(name)
            is_future = getattr(node, "module", None) == "__future__"
            if alias.asname is None and (alias.name != name or is_future or name == "*"):
                self.keep(name)
                continue
            assert alias.end_lineno is not None
            assert alias.end_col_offset is not None
            end = self.column(alias.end_lineno, alias.end_col_offset)
            place = Occurrence(alias.end_lineno, end - len(name), is_import=alias.asname is None)
            self._note(name, place, binds=True)

    visit_ImportFrom = visit_Import  # noqa: N815


def _parameters(arguments: ast.arguments) -> Iterator[ast.arg]:
    yield from (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    yield from (extra for extra in (arguments.vararg, arguments.kwarg) if extra is not None)


def _outside(arguments: ast.arguments) -> Iterator[ast.expr]:
    """Yield what stands among parameters and belongs to the scope around them."""
    yield from (value for value in (*arguments.defaults, *arguments.kw_defaults) if value)
    yield from (p.annotation for p in _parameters(arguments) if p.annotation is not None)


@lru_cache(maxsize=1_000)
def variables(text: str) -> tuple[Variable, ...]:
    """Return the variables of a module that can be renamed as far as its own text tells.

    Attributes of classes are none of them, nor what a text may mean that is read as code.
    """
    builder = _Builder(text, parse(text))
    found: dict[tuple[Scope, str], list[Occurrence]] = defaultdict(list)
    kept: set[tuple[Scope, str]] = set()
    vague: set[str] = set()
    for scope in builder.scopes:
        for name, occurrences in scope.places.items():
            found[scope.owner(name), name] += occurrences
        kept.update((scope.owner(name), name) for name in scope.fixed)
        if scope.is_class:
            # What the body of a class reads before it binds the name is the outer variable.
            vague |= scope.binds & scope.read
    imported = {(s.owner(name), name) for s in builder.scopes for name in s.imports}
    return tuple(
        Variable(scope, name, tuple(places), (scope, name) in imported, name in scope.parameters)
        for (scope, name), places in found.items()
        if name in scope.binds | _declared(builder.scopes, scope)
        and not scope.is_class
        and (scope, name) not in kept
        and name not in vague
        and not name.startswith("_")
        and all(_stands(builder.lines, place, name) for place in places)
        and len({(place.line, place.column) for place in places}) == len(places)
    )


def _declared(scopes: Iterable[Scope], module: Scope) -> set[str]:
    """Return the names that functions bind in their module."""
    if module.parent is not None:
        return set()
    return set(
        itertools.chain.from_iterable(
            (name for name, word in scope.outer.items() if word == "global") for scope in scopes
        )
    )


def _stands(lines: list[str], place: Occurrence, name: str) -> bool:
    # Python 3.11 does not know where names are in formatted texts.
    return lines[place.line - 1][place.column :].startswith(name)


def renamed(text: str, names: Iterable[tuple[Variable, str]]) -> str:
    """Give variables other names, wherever they stand."""
    lines = text.splitlines(keepends=True)
    edits = [
        (place.line, place.column, variable.name, other, place.is_import)
        for variable, other in names
        for place in variable.occurrences
    ]
    for line, column, name, other, is_import in sorted(edits, reverse=True):
        before, after = lines[line - 1][:column], lines[line - 1][column + len(name) :]
        lines[line - 1] = f"{before}{f'{name} as {other}' if is_import else other}{after}"
    return "".join(lines)
