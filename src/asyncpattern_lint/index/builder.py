"""Make the outline of a module from its text: a pure function of the bytes."""

import ast
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, cast

from asyncpattern_lint.index import drives, dunder_all, handing, handlers, plain, switches, texts
from asyncpattern_lint.index.conditions import asked, captured, matched, parts_of, split, tells
from asyncpattern_lint.index.expressions import ExpressionVisitor
from asyncpattern_lint.index.flow import (
    DELETED,
    NEVER,
    REACHED,
    SWALLOWED,
    UNBOUND,
    Flow,
    Live,
    join,
)
from asyncpattern_lint.index.lowering import annotation
from asyncpattern_lint.index.model import (
    OPAQUE,
    Assigned,
    AttributeSet,
    Binding,
    Bindings,
    Builtin,
    Call,
    Choice,
    Condition,
    Decorator,
    Defined,
    Element,
    Entered,
    Expr,
    Import,
    Imported,
    ModuleIndex,
    Name,
    Parameter,
    Return,
    Scope,
    ScopeKind,
    UseSite,
    Write,
    dotted,
)
from asyncpattern_lint.index.openness import may_bind
from asyncpattern_lint.index.pruning import Pruner
from asyncpattern_lint.index.saved import Saved
from asyncpattern_lint.index.yields import yielding
from asyncpattern_lint.protocol import Use
from asyncpattern_lint.versions import Version

#: More assignments to one attribute say that it may be anything.
_MAX_SETS = 40

_RESULT = 1 << Use.RESULT
_DISCARDED = 1 << Use.DISCARDED

#: Calls in a test that make an import below it conditional on what is there.
_PROBES = frozenset({"hasattr", "find_spec", "is_installed", "exists", "is_file"})


def build(
    tree: ast.Module, *, stub: bool = False, version: Version = sys.version_info[:2]
) -> ModuleIndex:
    """Return the outline of a module.

    ``stub`` tells that it is a ``.pyi``, in which the version of Python and the platform decide
    what is there. Raises ``RecursionError`` for code that is nested too deeply.
    """
    builder = _Builder(stub, version)
    try:
        return builder.module(tree)
    finally:
        # Its methods refer to it: without this it would live until the next collection.
        vars(builder).clear()


def parse(source: bytes, path: str) -> ast.Module:
    """Parse Python source. Raises ``SyntaxError``, ``ValueError`` or ``RecursionError``."""
    with warnings.catch_warnings():
        # An invalid escape in the checked code is not for our user's terminal.
        warnings.simplefilter("ignore")
        return ast.parse(source, path)


class _Builder(ExpressionVisitor):
    def __init__(self, stub: bool, version: Version) -> None:
        super().__init__()
        self.stub = stub
        self.version = version
        self.index = ModuleIndex(scopes=[])
        self.aliases = self.index.aliases
        self.self_class = -1
        self.assigned: dict[Write, None] = {}
        self.conditions: tuple[Condition, ...] = ()
        self.live: Live | None = {}
        self.written_globally: dict[str, list[int]] = {}
        self.pending: list[tuple[int, dict[str, int], dict[str, int]]] = []
        self.type_only = False
        self.broke = False
        self.loop_ends: list[Live] = []
        self.top_level: frozenset[int] = frozenset()
        self.is_top_level = False
        self.imports_of: list[tuple[int, int]] = []
        self.imported: set[str] = set()
        self._statements = {
            ast.FunctionDef: self._function,
            ast.AsyncFunctionDef: self._function,
            ast.ClassDef: self._class,
            ast.Import: self._import,
            ast.ImportFrom: self._import_from,
            ast.Assign: self._assign,
            ast.AugAssign: self._augmented,
            ast.AnnAssign: self._annotated,
            ast.Expr: self._expression,
            ast.Return: self._return,
            ast.Raise: self._raise,
            ast.Assert: self._assert,
            ast.Delete: self._delete,
            ast.Global: self._global,
            ast.Nonlocal: self._global,
            ast.If: self._if,
            ast.While: self._while,
            ast.For: self._for,
            ast.AsyncFor: self._for,
            ast.With: self._with,
            ast.AsyncWith: self._with,
            ast.Try: self._try,
            ast.TryStar: self._try,
            ast.Match: self._match,
            ast.Break: self._break,
            ast.Continue: self._continue,
        }
        if sys.version_info >= (3, 12):
            self._statements[ast.TypeAlias] = self._type_alias

    # --- scopes ------------------------------------------------------------------------

    def module(self, tree: ast.Module) -> ModuleIndex:
        self._open(ScopeKind.MODULE, "", 1, 0)
        self.index.constants = handlers.constants_of(tree)
        self.top_level = frozenset(map(id, tree.body))
        self.around = (tree,)
        self._block(tree.body)
        self._close(0, self.live or {})
        index = self.index
        for name, positions in self.written_globally.items():
            live = index.scopes[0].bindings[name].live
            live.extend(p for p in positions if p not in live)
        self._mark_fallbacks()
        index.assigned = list(self.assigned)
        handing.note(index, self.called_at)
        pruner = Pruner(index)
        for number, name_uses, loads in self.pending:
            pruner.prune(number, name_uses, loads)
        known = (True, []) if self.is_open else may_bind(tree, self.mentions)
        index.is_open, index.lent = known
        index.has_open_path = self.has_open_path
        plain.note_unbound(index, self.unbound)
        handing.note_writes(index, self.written, self.imported)
        index.sys_modules = sorted(self.sys_modules)
        index.patched = sorted(self.patched)
        index.registered = sorted(self.registered - {""})
        index.noted = list(self.noted.values())
        index.entered = sorted(self.entered)
        index.spared = sorted(self.spared)
        index.versions, index.switches = switches.versions_of(tree), switches.switches_of(tree)
        return index

    def _open(self, kind: ScopeKind, name: str, line: int, end_line: int) -> Scope:
        scope = Scope(kind, name, self.number, line, end_line)
        self.number = len(self.index.scopes)
        self.index.scopes.append(scope)
        self.at_module_level = kind is not ScopeKind.FUNCTION
        self.class_name = name if kind is ScopeKind.CLASS else ""
        return scope

    def _close(self, number: int, live: Live | None) -> None:
        scope = self.index.scopes[number]
        for name, entry in scope.bindings.items():
            if live is None:
                entry.live = [i for i in range(len(entry.every)) if i not in entry.type_only]
            else:
                positions = live.get(name, ())
                entry.live = [p for p in positions if p >= 0]
                entry.deleted = DELETED in positions
                entry.partial = UNBOUND in positions
        scope.uses = [UseSite(value, uses) for value, uses in self.uses.items()]
        scope.calls = list(self.calls)
        scope.attributes = list(self.attributes)
        self.pending.append((number, self.name_uses, self.loads))

    def _nested(self, scope_kind: ScopeKind, name: str, node: ast.stmt) -> Saved:
        saved = Saved(self)
        self._open(scope_kind, name, node.lineno, node.end_lineno or node.lineno)
        self.uses, self.name_uses, self.loads = {}, {}, {}
        self.calls, self.attributes = {}, {}
        self.yields_at = 0
        self.live = None if scope_kind is ScopeKind.FUNCTION else {}
        self.broke = False
        self.conditions, self.missing = (), frozenset()
        self.around = texts.within(node, self.around)
        if scope_kind is ScopeKind.FUNCTION:
            self.guards = ()
        return saved

    def bind(self, name: str, value: Expr, line: int, declared: Expr | None = None) -> None:
        within = self.number if name in self.index.scopes[self.number].outer else 0
        self._bind(name, Assigned(line, OPAQUE if self.dead else value, declared, within))

    def note_attribute(
        self, base: Expr, name: str, value: Expr | None, line: int, declared: Expr | None = None
    ) -> None:
        pattern, name = name, texts.whole_or_any(name)
        if not isinstance(base, Name) or base.id != self.self_name:
            if value is not None:
                told = None if value == OPAQUE else value
                self.assigned[Write(self.number, base, name, told)] = None
                self.index.scopes[self.number].writes.append(pattern)
            return
        owner = self.index.scopes[self.self_class]
        if name == "*" and self.index.scopes[self.number].name == "__setstate__":
            # Pickling puts back what was there before.
            return
        if name in handing.DECISIVE:
            self.assigned[Write(self.number, base, name)] = None
        if name == "*":
            owner.sets_computed = True
            return
        known = owner.attributes_set.setdefault(name, [])
        if len(known) < _MAX_SETS:
            known.append(AttributeSet(line, self.number, value, declared))

    def note_asked_item(self, name: str) -> None:
        known = self.index.scopes[self.number].asked_items
        if name not in known:
            known.append(name)

    def note_item(self, name: str, key: str) -> None:
        scope = self.index.scopes[self.number]
        if scope.name in {"__new__", "__init__"} and name in scope.bindings and name != "self":
            # What a metaclass puts into a namespace becomes an attribute of the class.
            scope.writes.append(key)

    def spelled(self, name: str) -> str:
        return self.index.aliases.get(name, name)

    def note_yield(self, value: Expr, line: int) -> None:
        scope = self.index.scopes[self.number]
        if not self.dead and not self.comprehensions:
            scope.yields.append(Return(value, line))

    def note_step(self, made: ast.Call, value: Expr) -> None:
        if not self.dead and not self.lambdas:
            self.index.scopes[self.number].drives.append(drives.step(made, value))

    def _bind(self, name: str, binding: Binding) -> None:
        number = self.number
        scope = self.index.scopes[number]
        is_global = name in scope.outer
        if is_global:
            scope = self.index.scopes[0]
        entry = scope.bindings.get(name)
        if entry is None:
            entry = scope.bindings[name] = Bindings([], [], [])
        position = len(entry.every)
        entry.every.append(binding)
        self.missing = frozenset(pair for pair in self.missing if name not in pair)
        if self.type_only:
            entry.type_only.append(position)
        elif is_global and number:
            self.written_globally.setdefault(name, []).append(position)
        elif self.live is not None and not self.dead:
            self.live[name] = (position,)

    # --- control flow ------------------------------------------------------------------

    def _block(self, statements: Sequence[ast.stmt]) -> Flow:
        flow = REACHED
        dead, conditions, missing = self.dead, self.conditions, self.missing
        for statement in statements:
            self.is_top_level = id(statement) in self.top_level
            method = self._statements.get(type(statement))
            result = REACHED if method is None else method(statement)  # type: ignore[operator]  # each method takes the type it is filed under
            if result is not None and result < flow:
                flow = cast("Flow", result)
                if flow == NEVER:
                    self.dead = True
        self.dead, self.conditions, self.missing = dead, conditions, missing
        return flow

    left_first = False

    def _branches(self, *blocks: Sequence[ast.stmt], condition: Condition | None = None) -> Flow:
        """Run alternative blocks from the same state and join what they leave.

        ``condition`` is what the first of two needs. ``left_first`` tells afterwards that its
        end is not reached.
        """
        before = self.live
        ends: list[Live] = []
        flow = NEVER
        outer = self.conditions
        left_first = False
        for position, block in enumerate(blocks):
            self.live = None if before is None else dict(before)
            if condition is not None:
                held = handlers.opposite(condition) if position else condition
                self.conditions = (*outer, held)
            result = self._block(block)
            left_first = left_first or (not position and result == NEVER)
            flow = max(flow, result)
            if self.live is not None and result != NEVER:
                ends.append(self.live)
        self.live = before if before is None or not ends else join(ends)
        self.conditions = outer
        self.left_first = left_first
        return flow

    def _note_guards(self, test: ast.expr) -> None:
        self._note_conditions(asked(part, self.aliases) for part in parts_of(test, split))

    def _note_conditions(self, conditions: Iterable[Condition | None]) -> None:
        guards = self.index.scopes[self.number].guards
        guards += [c for c in conditions if c is not None and tells(c) and c not in guards]

    def _if(self, node: ast.If) -> Flow:
        self.truth(node.test)
        self._note_guards(node.test)
        test = handlers.spelled(node.test, self.index.aliases)
        negated = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
        inner = cast("ast.UnaryOp", test).operand if negated else test
        truth = handlers.truth_of(test, self.index.constants)
        if self.stub and (truth is None or handlers.last_name(inner) == "TYPE_CHECKING"):
            truth = handlers.truth_in_stub(test, self.version)
        if truth is not None:
            run, dead = (node.body, node.orelse) if truth else (node.orelse, node.body)
            if handlers.last_name(inner) == "TYPE_CHECKING" and not self.stub:
                self._for_types(dead)
            elif self.stub:
                pass
            else:
                self._unreached(dead)
            if self.stub and self.is_top_level:
                # What a stub decides for a version or platform is there without conditions.
                self.top_level |= frozenset(map(id, run))
            return self._block(run)
        probed = self.probed
        self.probed = probed or any(
            isinstance(part, ast.Call) and handlers.last_name(part.func) in _PROBES
            for part in ast.walk(test)
        )
        outer = self.conditions
        condition = handlers.condition_of(test)
        flow = self._branches(node.body, node.orelse, condition=condition)
        self.probed = probed
        self.conditions = outer
        if condition is not None and self.left_first:
            # What follows runs only where the test failed.
            self.conditions = (*outer, handlers.opposite(condition))
        return flow

    def _for_types(self, statements: Sequence[ast.stmt]) -> None:
        type_only, self.type_only = self.type_only, True
        self._block(statements)
        self.type_only = type_only

    def _unreached(self, statements: Sequence[ast.stmt]) -> None:
        dead, self.dead = self.dead, True
        self._block(statements)
        self.dead = dead

    def _loop(self, node: ast.While | ast.For | ast.AsyncFor, endless: bool) -> Flow:
        broke, self.broke = self.broke, False
        ends, self.loop_ends = self.loop_ends, []
        self._branches(node.body, [])
        if self.live is not None:
            self.live = join([self.live, *self.loop_ends])
        self.loop_ends = ends
        left = self.broke
        self.broke = broke
        flow = self._branches(node.orelse, []) if left else self._block(node.orelse)
        return REACHED if left else NEVER if endless else flow

    def _while(self, node: ast.While) -> Flow:
        self.truth(node.test)
        self._note_guards(node.test)
        constant = isinstance(node.test, ast.Constant)
        if constant and not cast("ast.Constant", node.test).value:
            self._unreached(node.body)
            return self._block(node.orelse)
        return self._loop(node, endless=constant)

    def _for(self, node: ast.For | ast.AsyncFor) -> Flow:
        is_async = isinstance(node, ast.AsyncFor)
        value = self.visit(node.iter)
        if isinstance(node, ast.AsyncFor) and not self.dead:
            self.index.scopes[self.number].drives += drives.of_loop(node, value)
        self.use(value, 1 << (Use.ASYNC_FOR if is_async else Use.FOR))
        before = None if self.live is None else dict(self.live)
        self.bind_target(node.target, Element(value, is_async))
        flow = self._loop(node, endless=False)
        if before is not None and self.live is not None:
            self.live = join([before, self.live])
        return flow

    def _break(self, _: ast.Break) -> Flow:
        self.broke = self.broke or not self.dead
        return self._leave_round()

    def _continue(self, _: ast.Continue) -> Flow:
        return self._leave_round()

    def _leave_round(self) -> Flow:
        if self.live is not None and not self.dead:
            self.loop_ends.append(dict(self.live))
        return NEVER

    def _with(self, node: ast.With | ast.AsyncWith) -> Flow:
        is_async = isinstance(node, ast.AsyncWith)
        probed = self.probed
        for item in node.items:
            value = self.visit(item.context_expr)
            self.use(value, 1 << (Use.ASYNC_WITH if is_async else Use.WITH))
            if isinstance(value, Name):
                self.entered.add((self.number, value.id))
            if item.optional_vars is not None:
                self.bind_target(item.optional_vars, Entered(value, is_async))
            name = handlers.last_name(handlers.spelled(item.context_expr, self.index.aliases))
            self.probed = self.probed or name in handlers.RAISING_CONTEXTS
        guards = self.guards
        managers = [handlers.spelled(item.context_expr, self.index.aliases) for item in node.items]
        self.guards = handlers.guard_of_with(managers) + guards
        expects = any(
            handlers.last_name(manager) in handlers.EXPECTING_CONTEXTS for manager in managers
        )
        self.probed = probed or expects
        if expects:
            self.index.scopes[self.number].expects_errors = True
        before = None if self.live is None else dict(self.live)
        flow = self._block(node.body)
        if before is not None and self.live is not None:
            # The context manager may swallow an exception on the way.
            self.live = join([before, self.live])
        self.guards = guards
        self.probed = probed
        return max(flow, SWALLOWED)

    def _try(self, node: ast.Try | ast.TryStar) -> Flow:
        before = None if self.live is None else dict(self.live)
        guards = self.guards
        tried = self.tried
        self.guards = handlers.guards_of_try(node) + guards
        self.tried = tried or bool(node.handlers)
        flow = self._block(node.body)
        self.guards, self.tried = guards, tried
        during = self.live
        if flow != NEVER:
            flow = self._block(node.orelse)
        else:
            self._unreached(node.orelse)
        ends = [self.live] if self.live is not None and flow != NEVER else []
        for handler in node.handlers:
            if before is not None and during is not None:
                self.live = join([before, during])
            if handler.type is not None:
                self.visit(handler.type)
            if handler.name:
                self.bind(handler.name, OPAQUE, handler.lineno)
            result = self._block(handler.body)
            if handler.name and self.live is not None:
                # https://docs.python.org/3/reference/compound_stmts.html#except-clause
                self.live[handler.name] = (DELETED,)
            flow = max(flow, result)
            if self.live is not None and result != NEVER:
                ends.append(self.live)
        if ends:
            self.live = join(ends)
        self.missing |= handlers.missing_after(node)
        return min(self._block(node.finalbody), flow) if node.finalbody else flow

    def _match(self, node: ast.Match) -> Flow:
        subject = self.visit(node.subject)
        before = self.live
        ends: list[Live] = []
        flow, exhaustive = NEVER, False
        for case in node.cases:
            self.live = None if before is None else dict(before)
            self._pattern(case.pattern, subject)
            self._note_conditions(matched(node.subject, case.pattern))
            if case.guard is not None:
                self.truth(case.guard)
                self._note_guards(case.guard)
            elif isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None:
                exhaustive = True
            result = self._block(case.body)
            flow = max(flow, result)
            if self.live is not None and result != NEVER:
                ends.append(self.live)
        if before is not None and not exhaustive:
            ends.append(before)
        self.live = join(ends) if before is not None and ends else before
        return flow if exhaustive else REACHED

    def _pattern(self, pattern: ast.pattern, subject: Expr) -> None:
        for node in ast.walk(pattern):
            if isinstance(node, ast.MatchAs | ast.MatchStar) and node.name:
                whole = captured(pattern, subject) if node is pattern else OPAQUE
                self.bind(node.name, whole, node.lineno)
            elif isinstance(node, ast.MatchMapping) and node.rest:
                self.bind(node.rest, OPAQUE, node.lineno)
            elif isinstance(node, ast.MatchValue):
                self.visit(node.value)
            elif isinstance(node, ast.MatchClass):
                self.visit(node.cls)

    # --- definitions -------------------------------------------------------------------

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        decorators = [Decorator(self.visit(d), d.lineno) for d in node.decorator_list]
        arguments = node.args
        defaults = self._defaults(arguments)
        number = len(self.index.scopes)
        self._bind(node.name, Defined(node.lineno, number))
        saved = self._nested(ScopeKind.FUNCTION, node.name, node)
        scope = self.index.scopes[number]
        scope.decorators = decorators
        scope.is_async = isinstance(node, ast.AsyncFunctionDef)
        scope.type_parameters = handlers.type_parameters(node)
        scope.annotation = annotation(node.returns)
        scope.is_stub = handlers.is_stub(node.body)
        self._parameters(arguments, defaults)
        self._note_self(arguments, decorators)
        scope.falls_through = self._block(node.body) == REACHED
        plain.note(scope, node)
        scope.drives = drives.settled(node, scope.bindings, scope.drives)
        scope.yields_at = self.yields_at
        scope.is_generator = self.yields_at > 0
        scope.yielding = int(yielding(node)) if scope.is_generator else 0
        self._close(number, None)
        saved.restore(self)

    def _defaults(self, arguments: ast.arguments) -> dict[str, Expr]:
        """Return the parameters' defaults by name."""
        positional = [*arguments.posonlyargs, *arguments.args]
        given = positional[len(positional) - len(arguments.defaults) :]
        pairs = [
            *zip(given, arguments.defaults, strict=True),
            *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
        ]
        return {arg.arg: self.visit(default) for arg, default in pairs if default is not None}

    def _parameters(self, arguments: ast.arguments, defaults: dict[str, Expr]) -> None:
        positional = (*arguments.posonlyargs, *arguments.args)
        for position, arg in enumerate(positional):
            self._parameter(arg, position, "", defaults.get(arg.arg))
        for arg in arguments.kwonlyargs:
            self._parameter(arg, None, "", defaults.get(arg.arg))
        if arguments.vararg is not None:
            self._parameter(arguments.vararg, len(positional), "*", None)
        if arguments.kwarg is not None:
            self._parameter(arguments.kwarg, None, "**", None)

    def _parameter(
        self, arg: ast.arg, position: int | None, variadic: str, default: Expr | None
    ) -> None:
        self.note_annotation(arg.annotation, self.index.scopes[self.number].parent, arg.arg)
        self._bind(
            arg.arg,
            Parameter(arg.lineno, arg.arg, position, annotation(arg.annotation), variadic, default),
        )

    def _note_self(self, arguments: ast.arguments, decorators: list[Decorator]) -> None:
        """Note which name stands for the instance, or the class, inside a method."""
        positional = (*arguments.posonlyargs, *arguments.args)
        names = {arg.arg for arg in (*positional, *arguments.kwonlyargs)}
        parent = self.index.scopes[self.number].parent
        if self.index.scopes[parent].kind is ScopeKind.CLASS:
            is_static = any(d.value == Name("staticmethod") for d in decorators)
            self.self_name = positional[0].arg if positional and not is_static else ""
            self.self_class = parent
        elif self.self_name in names:
            self.self_name = ""

    def _class(self, node: ast.ClassDef) -> None:
        decorators = [Decorator(self.visit(d), d.lineno) for d in node.decorator_list]
        bases = [
            self.visit(base) if not isinstance(base, ast.Subscript) else annotation(base) or OPAQUE
            for base in node.bases
        ]
        if any(handlers.last_name(decorator) == "global_enum" for decorator in node.decorator_list):
            # https://docs.python.org/3/library/enum.html#enum.global_enum
            self.is_open = True
        keywords = {keyword.arg: self.visit(keyword.value) for keyword in node.keywords}
        number = len(self.index.scopes)
        saved = self._nested(ScopeKind.CLASS, node.name, node)
        scope = self.index.scopes[number]
        scope.decorators = decorators
        scope.bases = bases
        scope.metaclass = keywords.pop("metaclass", None)
        scope.has_keywords = bool(keywords) or any(
            isinstance(base, ast.Starred) for base in node.bases
        )
        scope.type_parameters = handlers.type_parameters(node)
        self._block(node.body)
        self._close(number, self.live)
        saved.restore(self)
        self._bind(node.name, Defined(node.lineno, number))

    # --- imports -----------------------------------------------------------------------

    def _import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._note_import(alias, alias.name, 0, None, node.lineno)

    def _import_from(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            self._note_import(alias, node.module or "", node.level, alias.name, node.lineno)

    def _note_import(
        self, alias: ast.alias, module: str, level: int, name: str | None, statement: int
    ) -> None:
        index = len(self.index.imports)
        self.index.imports.append(
            Import(
                module,
                level,
                name,
                alias.asname,
                alias.lineno,
                alias.col_offset,
                alias.end_lineno or alias.lineno,
                alias.end_col_offset or alias.col_offset + 1,
                self.guards,
                self.type_only,
                self.dead or self.probed,
                False,
                not self.is_top_level,
                statement,
            )
        )
        if name == "*":
            if not self.dead:
                self.index.stars.append(index)
            return
        self.imports_of.append((self.number, index))
        bound = self.index.imports[index].bound
        original = name or module
        if alias.asname and original in handlers.WATCHED:
            self.index.aliases[bound] = original
        self.imported.add(bound)
        self._bind(bound, Imported(alias.lineno, index))

    def _mark_fallbacks(self) -> None:
        """Mark the guarded imports whose name the scope binds otherwise: that is their fallback."""
        imports = self.index.imports
        for number, position in self.imports_of:
            item = imports[position]
            entry = self.index.scopes[number].bindings.get(item.bound)
            if item.guards and entry is not None and len(entry.every) > 1:
                fields = {f: getattr(item, f) for f in item.__struct_fields__}
                imports[position] = Import(**{**fields, "fallback": True})

    # --- simple statements -------------------------------------------------------------

    def _assign(self, node: ast.Assign) -> None:
        if any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets):
            self._note_exports(dunder_all.note_assignment, node.value)
        if len(node.targets) == 1:
            for target, value in self.visit_pairs(node.targets[0], node.value):
                self.bind_target(target, value)
            return
        value = self.visit(node.value)
        for target in node.targets:
            if isinstance(target, ast.Tuple | ast.List):
                self.use(value, 1 << Use.FOR)
            self.bind_target(target, value)

    def _note_exports(self, note: Callable[..., None], value: ast.expr) -> None:
        if self.number == 0 and not self.dead and not self.type_only:
            note(self.index, value, unconditional=self.is_top_level)

    def _type_alias(self, node: Any) -> None:
        self.bind(node.name.id, annotation(node.value) or OPAQUE, node.lineno)

    def _augmented(self, node: ast.AugAssign) -> None:
        value = self.visit(node.value)
        self.use(value, _RESULT)
        target = node.target
        if isinstance(target, ast.Name):
            if target.id == "__all__":
                self._note_exports(dunder_all.note_extension, node.value)
            self.loads[target.id] = target.lineno
            self.use(Name(target.id), _RESULT)
            self.bind(target.id, OPAQUE, target.lineno)
        else:
            self.bind_target(target, OPAQUE)

    def _annotated(self, node: ast.AnnAssign) -> None:
        declared = annotation(node.annotation)
        target = node.target
        if isinstance(target, ast.Name):
            self.note_annotation(node.annotation, self.number, target.id)
        value = None if node.value is None else self.visit(node.value)
        if isinstance(target, ast.Name):
            if target.id == "__all__" and node.value is not None:
                self._note_exports(dunder_all.note_assignment, node.value)
            scope = self.index.scopes[self.number]
            if declared is not None:
                scope.declared[target.id] = declared
            if value is not None:
                self.bind(target.id, value, target.lineno, declared)
            elif scope.kind is ScopeKind.FUNCTION or (self.stub and scope.kind is ScopeKind.MODULE):
                self.bind(target.id, OPAQUE, node.lineno, declared)
            return
        if isinstance(target, ast.Attribute):
            base = self.visit(target.value)
            self.use(base, _RESULT)
            if value is not None:
                self._note_write(base, target.attr)
            self.note_attribute(base, target.attr, value, target.lineno, declared)
        else:
            self.bind_target(target, OPAQUE)

    def _expression(self, node: ast.Expr) -> Flow:
        if isinstance(node.value, ast.Constant):
            return REACHED
        value = self.visit(node.value)
        self.use(value, _DISCARDED)
        if isinstance(node.value, ast.Call):
            self._note_exports(dunder_all.note_call, node.value)
            called = dotted(value.func) if isinstance(value, Call) else None
            if handlers.spelled_name(called, self.index.aliases) in handlers.ENDING_CALLS:
                return NEVER
        return REACHED

    def _return(self, node: ast.Return) -> Flow:
        scope = self.index.scopes[self.number]
        value: Expr = Builtin("NoneType")
        if node.value is not None:
            value = self.visit(node.value)
        if not self.dead:
            scope.returns += self._returned(node.value, value, node.lineno, self.conditions)
        return NEVER

    def _returned(
        self, node: ast.expr | None, value: Expr, line: int, conditions: tuple[Condition, ...]
    ) -> Iterator[Return]:
        """Yield the ends that ``return`` has: two where it asks something of a parameter."""
        condition = handlers.condition_of(node.test) if isinstance(node, ast.IfExp) else None
        if isinstance(node, ast.IfExp) and isinstance(value, Choice) and condition is not None:
            bound = self.index.scopes[self.number].bindings.get(condition.name)
            if bound is not None and isinstance(bound.every[0], Parameter):
                first, second = value.options
                other = handlers.opposite(condition)
                yield from self._returned(node.body, first, line, (*conditions, condition))
                yield from self._returned(node.orelse, second, line, (*conditions, other))
                return
        yield Return(value, line, conditions)

    def _raise(self, node: ast.Raise) -> Flow:
        for part in (node.exc, node.cause):
            if part is not None:
                self.visit(part)
        return NEVER

    def _assert(self, node: ast.Assert) -> Flow:
        self.truth(node.test)
        self._note_guards(node.test)
        if node.msg is not None:
            self.visit(node.msg)
        always_fails = isinstance(node.test, ast.Constant) and not node.test.value
        return SWALLOWED if always_fails else REACHED

    def _delete(self, node: ast.Delete) -> None:
        stack = list(node.targets)
        while stack:
            target = stack.pop()
            if isinstance(target, ast.Name):
                self.loads[target.id] = target.lineno
                if self.live is not None:
                    self.live[target.id] = (DELETED,)
            elif isinstance(target, ast.Tuple | ast.List):
                stack.extend(target.elts)
            else:
                self.bind_target(target, OPAQUE)

    def _global(self, node: ast.Global | ast.Nonlocal) -> None:
        for name in node.names:
            self.loads[name] = node.lineno
        if isinstance(node, ast.Global):
            self.index.scopes[self.number].outer.extend(node.names)
        else:
            self.index.nonlocals.extend(n for n in node.names if n not in self.index.nonlocals)
