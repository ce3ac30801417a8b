"""Walk the statements of one scope and keep track of what its names hold."""

import ast
from collections.abc import Callable, Iterable
from typing import Any

import libcst as cst

from asyncpattern_lint.analysis.guards import asked_names, asking_calls
from asyncpattern_lint.analysis.library import UNHELPFUL
from asyncpattern_lint.analysis.passing import excludes
from asyncpattern_lint.analysis.resolver import Resolver
from asyncpattern_lint.analysis.states import State, StateKeeper
from asyncpattern_lint.analysis.syntax import dotted_name, last_name, names_in, parsed, target_names
from asyncpattern_lint.analysis.values import (
    ANYTHING,
    Frame,
    FunctionValue,
    InstanceValue,
    Value,
    Values,
    contradicted,
    is_known,
    union,
    without_contents,
)
from asyncpattern_lint.analysis.visitor import (
    MANAGERS,
)
from asyncpattern_lint.index.exports import Presence
from asyncpattern_lint.index.handlers import (
    ENDING_CALLS,
    RAISING_CONTEXTS,
    spelled,
    spelled_name,
    truth_in_stub,
    truth_of,
)
from asyncpattern_lint.index.lowering import annotation, items
from asyncpattern_lint.index.model import (
    OPAQUE,
    Attribute,
    Await,
    Builtin,
    Call,
    Choice,
    Element,
    Entered,
    Expr,
    Fallback,
    Imported,
    ModuleIndex,
    Name,
    Parameter,
    ScopeKind,
    dotted,
)
from asyncpattern_lint.protocol import Kind, Use
from asyncpattern_lint.versions import Version

#: A handler of these expects a misuse, so the code around it knows about it; so may one of a
#: constant that holds exceptions.
_EXPECTED_ERRORS = frozenset({"TypeError", "AttributeError"})

#: Walks of a loop's body until what it leaves is what it starts from.
_MAX_ROUNDS = 3

#: Loops nested deeper than this are not followed: their names may hold anything.
_MAX_LOOPS = 4


class ScopeWalker(StateKeeper):
    """Walks one scope; nested functions and classes are walked by themselves.

    ``numbers`` maps the nodes of definitions to their scopes in the outline.
    """

    def __init__(
        self,
        resolver: Resolver,
        path: str,
        module: ModuleIndex,
        number: int,
        numbers: dict[int, int],
    ) -> None:
        super().__init__(resolver, path, module, number)
        self.numbers = numbers
        self.broke = False
        self.loops = 0
        self.imports = self._imports_by_name()
        in_class = module.scopes[self.scope.parent].kind is ScopeKind.CLASS
        self.own_names = frozenset([*self.scope.bindings][:in_class])
        # What a test defines and then calls under `raises` fails on purpose.
        self.muted = any(
            scope.expects_errors for at, scope in module.enclosing(number) if at and at != number
        )
        self.switched = number > 0 and self.switches.around(self.scope.line)
        self._statements: dict[type, Callable[[Any], None]] = {
            cst.SimpleStatementLine: self._line,
            cst.SimpleStatementSuite: self._line,
            cst.IndentedBlock: self._indented,
            cst.FunctionDef: self._function,
            cst.ClassDef: self._class,
            cst.If: self._if,
            cst.While: self._while,
            cst.For: self._for,
            cst.With: self._with,
            cst.Try: self._try,
            cst.TryStar: self._try,
            cst.Match: self._match,
            cst.Expr: self._expression,
            cst.Assign: self._assign,
            cst.AnnAssign: self._annotated,
            cst.AugAssign: self._augmented,
            cst.Return: self._return,
            cst.Raise: self._raise,
            cst.Assert: self._assert,
            cst.Del: self._delete,
            cst.Break: self._break,
            cst.Continue: self._stop,
            cst.Import: self._import,
            cst.ImportFrom: self._import,
        }

    def walk(self, body: Iterable[cst.CSTNode]) -> None:
        """Walk the scope's statements."""
        if self.scope.kind is ScopeKind.FUNCTION:
            at = Frame(self.path, self.number)
            for name, entry in self.scope.bindings.items():
                first = entry.every[0]
                if isinstance(first, Parameter):
                    super().bind(name, self.resolver.bound_by(name, 0, first, at))
        self._block(body)

    def _block(self, statements: Iterable[cst.CSTNode]) -> None:
        for statement in statements:
            if self.dead:
                return
            method = self._statements.get(type(statement))
            if method is not None:
                method(statement)
                self.take_effect()

    def _indented(self, node: cst.IndentedBlock) -> None:
        self._block(node.body)

    def _line(self, node: cst.SimpleStatementLine | cst.SimpleStatementSuite) -> None:
        self._block(node.body)

    # --- branches ----------------------------------------------------------------------

    def _if(self, node: cst.If) -> None:
        test = node.test
        self.truth(test)
        start = self._state()
        ends: list[State] = []
        chosen = self._constant(test)
        held, failed = self._outcome(test, True), self._outcome(test, False)
        self.ran = False
        is_switch = chosen is None and self.switches.decide(parsed(test))
        self.switched += is_switch
        if chosen is not False:
            self._branch(lambda: self._visit_body(node.body), held, ends)
        if chosen is not True:
            self._branch(lambda: self._visit_else(node.orelse), failed, ends)
        if not _returns(node.body):
            # Where it does, what follows is for the other versions.
            self.switched -= is_switch
        self._merge(ends, start)

    def _visit_else(self, node: cst.If | cst.Else | None) -> None:
        if isinstance(node, cst.If):
            self._if(node)
        elif node is not None:
            self._visit_body(node.body)

    def _visit_body(self, body: cst.BaseSuite) -> None:
        self._block(body.body)

    def _match(self, node: cst.Match) -> None:
        self.visit(node.subject)
        subject = dotted_name(node.subject)
        if not subject:
            self._forget(names_in(node.subject))
        start: State | None = self._state()
        ends: list[State] = []
        for case in node.cases:
            if start is None:
                break
            self.env = dict(start)
            held, failed = self._matched(self.env, subject, case.pattern)

            def run(case: cst.MatchCase = case) -> None:
                self._visit_body(case.body)

            if case.guard is not None:
                self.env = held
                self.truth(case.guard)
                left = self._outcome(case.guard, False)
                failed = left if failed is None else self._join([failed, left])
                held = self._outcome(case.guard, True)
                if self._constant(case.guard) is False:
                    start = failed
                    continue
            self._branch(run, held, ends)
            start = failed
        if start is not None:
            ends.append(start)
        self._merge(ends, self._state())

    # --- loops -------------------------------------------------------------------------

    def _loop(self, run: Callable[[], None], bound: Iterable[str]) -> State:
        """Walk a loop's body from every state in which a round may start; return that state."""
        start = self._state()
        broke = self.broke
        self.loops += 1
        start = self._refreshed(start)
        if self.loops > _MAX_LOOPS:
            self._forget(bound)
            start = self._state()
        else:
            start = self._settle(run, start)
        self.broke = False
        self.env = dict(start)
        self.dead = False
        run()
        self.loops -= 1
        left, self.broke = self.broke, broke
        if not self.dead:
            start = self._join([start, self._state()])
        self.dead = False
        self.env = dict(start)
        self.left = left
        return start

    left = False

    def _settle(self, run: Callable[[], None], start: State) -> State:
        self.muted += 1
        for _ in range(_MAX_ROUNDS):
            recorder: State = {}
            self.recorders.append(recorder)
            self.env = dict(start)
            self.dead = False
            run()
            self.recorders.pop()
            joined = self._join([start, recorder])
            if joined == start:
                break
            start = joined
        else:
            start = {**start, **dict.fromkeys(recorder, ANYTHING)}
        self.muted -= 1
        for name, values in start.items():
            if self.recorders:
                for outer in self.recorders:
                    outer[name] = union((outer.get(name, ()), values))
        return start

    def _for(self, node: cst.For) -> None:
        value = self.visit(node.iter)
        if node.asynchronous is not None:
            self.use(node.iter, value, Use.ASYNC_FOR, "async for")
        else:
            self.use(node.iter, value, Use.FOR, "for")

        element = Element(value, node.asynchronous is not None)

        def run() -> None:
            self._bind_target(node.target, element)
            self._visit_body(node.body)

        start = self._loop(run, names_in(node))
        if node.orelse is not None:
            self._visit_body(node.orelse.body)
            if self.left:
                self.env = self._join([start, self._state()])
                self.dead = False

    def _while(self, node: cst.While) -> None:
        endless = self._constant(node.test) is True

        def run() -> None:
            self.truth(node.test)
            self.env = self._outcome(node.test, True)
            self.ran = False
            self._visit_body(node.body)

        if self._constant(node.test) is False:
            if node.orelse is not None:
                self._visit_body(node.orelse.body)
            return
        start = self._loop(run, names_in(node))
        left = self.left
        if endless and not left:
            self.dead = True
        elif not endless:
            self.env = self._outcome(node.test, False)
        if node.orelse is not None and not endless:
            self._visit_body(node.orelse.body)
        if left and not endless:
            self.env = self._join([start, self._state()])
            self.dead = False

    def _break(self, _: cst.Break) -> None:
        self.broke = True
        self.dead = True

    def _stop(self, _: cst.CSTNode) -> None:
        self.dead = True

    # --- with and try ------------------------------------------------------------------

    def _with(self, node: cst.With) -> None:
        is_async = node.asynchronous is not None
        expects = False
        for item in node.items:
            value = self.visit(item.item)
            if is_async:
                self.use(item.item, value, Use.ASYNC_WITH, "async with")
            else:
                self.use(item.item, value, Use.WITH, "with")
            expects = expects or self._expects_error(item.item, value)
            self.disturb()
            if item.asname is not None:
                self._bind_target(item.asname.name, Entered(value, is_async))
            self.take_effect()
        before = self._state()
        recorder: State = {}
        self.recorders.append(recorder)
        self.muted += expects
        self._visit_body(node.body)
        self.muted -= expects
        self.recorders.pop()
        # The context manager may have swallowed an exception.
        if self.dead or expects:
            self.env = self._refreshed(self._join([before, recorder]))
            self.dead = False
        else:
            self.env = self._join([before, self._state()])

    def _expects_error(self, node: cst.BaseExpression, value: Expr) -> bool:
        """Whether a context manager says that an error is expected, by itself or as a helper."""
        name = last_name(node)
        if self.module.aliases.get(name, name) in RAISING_CONTEXTS:
            return True
        if not isinstance(value, Call):
            return False
        return any(
            isinstance(function, FunctionValue)
            and any(
                isinstance(item.value, Call)
                and isinstance(item.value.func, Name | Attribute)
                and (dotted(item.value.func) or "").rpartition(".")[2] in RAISING_CONTEXTS
                for item in self.resolver.scope_of(function).returns
            )
            for function in self.values(value.func)
        )

    def _try(self, node: cst.Try | cst.TryStar) -> None:
        before = self._state()
        expects = any(
            name in _EXPECTED_ERRORS or name.isupper()
            for handler in node.handlers
            for name in _caught_names(handler.type)
        )
        recorder: State = {}
        self.recorders.append(recorder)
        self.muted += expects
        self._visit_body(node.body)
        self.muted -= expects
        ends: list[State] = []
        during = self._refreshed(self._join([before, recorder]))
        if not self.dead:
            if node.orelse is not None:
                self._visit_body(node.orelse.body)
            if not self.dead:
                ends.append(self._state())
        for handler in node.handlers:

            def run(handler: cst.ExceptHandler | cst.ExceptStarHandler = handler) -> None:
                if handler.type is not None:
                    self.visit(handler.type)
                if handler.name is not None:
                    self._forget(target_names(handler.name.name))
                self._visit_body(handler.body)
                if handler.name is not None:
                    self._forget(target_names(handler.name.name))

            self._branch(run, during, ends)
        self.recorders.pop()
        if node.finalbody is None:
            self._merge(ends, during)
            return
        # An exception may also pass through; what follows runs only without one.
        changed: State = {}
        self.recorders.append(changed)
        self.dead = False
        self.env = self._join([during, *ends])
        self._visit_body(node.finalbody.body)
        self.recorders.pop()
        after = self._state()
        self.dead = self.dead or not ends
        if ends:
            self.env = {
                **self._join(ends),
                **{name: after[name] for name in changed if name in after},
            }

    # --- definitions -------------------------------------------------------------------

    def _function(self, node: cst.FunctionDef) -> None:
        for decorator in node.decorators:
            self.visit(decorator.decorator)
        self._defaults(node.params)
        number = self.numbers[id(node)]
        self.bind(node.name.value, self.resolver.defined(self.path, number, self.frame))

    def _defaults(self, parameters: cst.Parameters) -> None:
        for group in (parameters.posonly_params, parameters.params, parameters.kwonly_params):
            for parameter in group:
                if parameter.default is not None:
                    self.visit(parameter.default)

    def _class(self, node: cst.ClassDef) -> None:
        for decorator in node.decorators:
            self.visit(decorator.decorator)
        for argument in (*node.bases, *node.keywords):
            lowered = self.visit(argument.value)
            if argument.star == "*":
                self.use(argument.value, lowered, Use.FOR, "unpacking")
        number = self.numbers[id(node)]
        self.bind(node.name.value, self.resolver.defined(self.path, number, self.frame))

    def _imports_by_name(self) -> dict[str, list[Values]]:
        """Return what the scope's imports bind, in the order of the text."""
        found: dict[str, list[Values]] = {}
        for name, entry in self.scope.bindings.items():
            for binding in entry.every:
                if isinstance(binding, Imported):
                    item = self.module.imports[binding.index]
                    found.setdefault(name, []).append(
                        self.resolver.modules.imported(self.path, item)
                    )
        return found

    def _may_be_starred(self, name: str) -> bool:
        exports = self.resolver.exports
        return any(
            source is not None
            and exports.is_listed(source, name, set()) is not Presence.ABSENT
            and exports.binds(source.path, name) is not Presence.ABSENT
            for star in self.module.stars
            for source in exports.sources(self.path, self.module.imports[star])
        )

    def _import(self, node: cst.Import | cst.ImportFrom) -> None:
        if isinstance(node.names, cst.ImportStar):
            self._forget(name for name in self._state() if self._may_be_starred(name))
            return
        for alias in node.names:
            if alias.asname is not None:
                names = target_names(alias.asname.name)
            else:
                head: cst.BaseExpression = alias.name
                while isinstance(head, cst.Attribute):
                    head = head.value
                names = target_names(head)
            for name in names:
                self.bind(name, union(self.imports.get(name, [ANYTHING])))

    # --- simple statements -------------------------------------------------------------

    def _expression(self, node: cst.Expr) -> None:
        value = self.visit(node.value)
        self.use(node.value, value, Use.DISCARDED, "expression statement")
        if not isinstance(value, Call):
            return
        if spelled_name(dotted(value.func), self.module.aliases) in ENDING_CALLS:
            self.dead = True
        elif isinstance(value.func, Attribute) and isinstance(value.func.value, Name):
            self._note_change(value.func.value.id)

    def _note_change(self, name: str) -> None:
        """Note that a container may hold something else from here on."""
        held = (self.env or {}).get(name)
        if held is not None and (plain := without_contents(held)) != held:
            self.bind(name, plain)

    def _assign(self, node: cst.Assign) -> None:
        targets = [target.target for target in node.targets]
        if len(targets) == 1:
            self._assign_one(targets[0], node.value)
            return
        value = self.visit(node.value)
        for target in targets:
            self._unpack(target, node.value, value)
            self._bind_target(target, value)

    def _assign_one(self, target: cst.BaseExpression, node: cst.BaseExpression) -> None:
        if isinstance(node, cst.Call):
            self._forget(self.decided(asking_calls(node), self.frame))
        elif isinstance(node, cst.Attribute):
            # Of which class its own object is, a method asks for a text.
            self._forget(asked_names(node) - self.own_names)
        pairs = _pairs(target, node)
        lowered = [(part, source, self.visit(source)) for part, source in pairs]
        bound: list[tuple[cst.BaseExpression, Expr, Values | None]] = [
            (part, value, self.values(value) if isinstance(part, cst.Name) else None)
            for part, _, value in lowered
        ]
        for part, source, value in lowered:
            self._unpack(part, source, value)
        for (part, value, values), (_, source, _) in zip(bound, lowered, strict=True):
            self._bind_target(part, value, values)
            self._check_discarded(part, source, value)

    def _promised(self, target: cst.Name) -> Values:
        """Return what the annotation of a name says of whatever is assigned to it."""
        number = 0 if target.value in self.scope.outer else self.number
        return self.resolver.promised_for(target.value, Frame(self.path, number))

    def _unpack(self, target: cst.BaseExpression, source: cst.BaseExpression, value: Expr) -> None:
        if isinstance(target, cst.Tuple | cst.List):
            self.use(source, value, Use.FOR, "unpacking")

    def _bind_target(
        self, target: cst.BaseExpression, value: Expr, values: Values | None = None
    ) -> None:
        if isinstance(target, cst.Name):
            if value == Builtin("NoneType") and values is None:
                # A placeholder, until something that the flow may not show replaces it.
                self.bind(target.value, ANYTHING)
            else:
                given = self.values(value) if values is None else values
                if not is_known(given):
                    given = self._promised(target) or given
                self.bind(target.value, given)
        elif isinstance(target, cst.Tuple | cst.List):
            starred = [isinstance(e, cst.StarredElement) for e in target.elements]
            parts = [
                (element.value, part)
                for element, part in zip(target.elements, items(starred, value), strict=True)
            ]
            # All of them are taken before the first is bound.
            held = [self.values(part) for _, part in parts]
            for (element, part), known in zip(parts, held, strict=True):
                self._bind_target(element, part, known)
        elif isinstance(target, cst.Attribute):
            base = self.visit(target.value)
            name = target.attr.value
            self.set_attributes.add(name)
            self.forget_attribute(name)
            self._use_result(
                target.value,
                base,
                f"attribute .{name}",
                lambda kind: kind in MANAGERS or name in {"__name__", "__qualname__"},
            )
        elif isinstance(target, cst.Subscript):
            self.visit(target)
            if isinstance(target.value, cst.Name):
                self._note_change(target.value.value)

    def _check_discarded(
        self, target: cst.BaseExpression, source: cst.BaseExpression, value: Expr
    ) -> None:
        if (
            self.scope.kind is ScopeKind.FUNCTION
            and isinstance(target, cst.Name)
            and isinstance(value, Call | Await | Choice | Fallback)
            and target.value not in self.scope.outer
            and target.value not in self.module.nonlocals
            and self.is_discarded is not None
            and self.is_discarded(target)
        ):
            self.use(source, value, Use.DISCARDED, f"unused name {target.value}")

    is_discarded: Callable[[cst.Name], bool] | None = None

    def _annotated(self, node: cst.AnnAssign) -> None:
        declared = annotation(parsed(node.annotation.annotation))
        if node.value is not None:
            value = self.visit(node.value)
            held = self.values(value) if isinstance(node.target, cst.Name) else None
            if held is not None and value == Builtin("NoneType"):
                held = contradicted(self._declared(declared))
            elif held is not None and declared is not None:
                at = Frame(self.path, self.number)
                held = self.resolver.declared(held, declared, at)
            self._bind_target(node.target, value, held)
            self._check_discarded(node.target, node.value, value)
        elif isinstance(node.target, cst.Name):
            self.bind(node.target.value, self._declared(declared))

    def _declared(self, annotation: Expr | None) -> Values:
        """Return what an annotated local name may hold."""
        if annotation is None:
            return ANYTHING
        at = Frame(self.path, self.number)
        return self.resolver.told(self.resolver.types.annotated(annotation, at))

    def _augmented(self, node: cst.AugAssign) -> None:
        value = self.visit(node.value)
        construct = f"operator {cst.Module([]).code_for_node(node.operator).strip()}"
        if isinstance(node.target, cst.Name):
            target = self.visit(node.target)
            if self.is_unhelpful(target) and not self._extends(target):
                self._use_result(node.value, value, construct)
            if self.is_unhelpful(value):
                self._use_result(node.target, target, construct)
            held = self.values(target)
            if held and all(map(_keeps_type, held)):
                return
        self._bind_target(node.target, OPAQUE)

    def _extends(self, target: Expr) -> bool:
        """Whether ``+=`` on the target takes any iterable."""
        return any(
            isinstance(value, InstanceValue) and value.class_name in {"list", "set", "dict"}
            for value in self.values(target)
        )

    def _return(self, node: cst.Return) -> None:
        if node.value is not None:
            value = self.visit(node.value)
            if self.scope.annotation is not None and not (self.muted or self.switched):
                self._check_returned(node.value, value)
        self.dead = True

    def _check_returned(self, node: cst.BaseExpression, value: Expr) -> None:
        scope = self.scope
        assert scope.annotation is not None  # the caller has looked
        if scope.is_generator or (not scope.is_async and len(scope.returns) > 1):
            # Some functions return an awaitable where they are asked to.
            return
        bound = self.resolver.defined(self.path, self.number, Frame(self.path, scope.parent))
        if not all(isinstance(v, FunctionValue) and v.number == self.number for v in bound):
            # A decorator may do something with what the function returns.
            return
        promised = self.resolver.types.annotated(scope.annotation, Frame(self.path, scope.parent))
        if excludes(promised, self.judged(value)):
            # Of a plain function many write what awaiting that which it gives does give.
            plain = not scope.is_async
            self._use_result(node, value, "return", lambda kind: plain and kind is Kind.COROUTINE)

    def _constant(self, node: cst.BaseExpression) -> bool | None:
        return _constant_test(node, self.module, self.resolver.project.version)

    def _raise(self, node: cst.Raise) -> None:
        if node.exc is not None:
            self.visit(node.exc)
        if node.cause is not None:
            self.visit(node.cause.item)
        self.dead = True

    def _assert(self, node: cst.Assert) -> None:
        self.truth(node.test)
        held = self._outcome(node.test, True)
        if node.msg is not None:
            self.visit(node.msg)
        self.env = held
        self.ran = False
        if self._constant(node.test) is False:
            self.dead = True

    def _delete(self, node: cst.Del) -> None:
        stack: list[cst.BaseExpression] = [node.target]
        while stack:
            target = stack.pop()
            if isinstance(target, cst.Name):
                self.bind(target.value, ANYTHING)
            elif isinstance(target, cst.Tuple | cst.List):
                stack.extend(element.value for element in target.elements)
            elif isinstance(target, cst.Subscript):
                self.visit(target)
            elif isinstance(target, cst.Attribute):
                self.visit(target.value)
                self.forget_attribute(target.attr.value)


def _returns(body: cst.BaseSuite) -> bool:
    """Whether the last statement of a block is a ``return``."""
    last = body.body[-1] if body.body else None
    if isinstance(last, cst.SimpleStatementLine):
        last = last.body[-1]
    return isinstance(last, cst.Return)


def _keeps_type(value: Value) -> bool:
    """Whether an augmented assignment leaves an object of the same class."""
    return isinstance(value, InstanceValue) and value.of is None and value.class_name in UNHELPFUL


def _constant_test(node: cst.BaseExpression, module: ModuleIndex, version: Version) -> bool | None:
    """Return whether a test always holds, None if it depends."""
    expression = parsed(node)
    if expression is None:
        return None
    test = spelled(expression, module.aliases)
    truth = truth_of(test, module.constants)
    return truth_in_stub(test, version) if truth is None and not _asks_for_types(test) else truth


def _asks_for_types(test: ast.expr) -> bool:
    return any(
        getattr(node, "id", getattr(node, "attr", "")) == "TYPE_CHECKING" for node in ast.walk(test)
    )


def _caught_names(node: cst.BaseExpression | None) -> frozenset[str]:
    if isinstance(node, cst.Tuple):
        return frozenset(last_name(element.value) for element in node.elements)
    return frozenset() if node is None else frozenset({last_name(node)})


def _pairs(
    target: cst.BaseExpression, node: cst.BaseExpression
) -> list[tuple[cst.BaseExpression, cst.BaseExpression]]:
    """Pair the parts of ``a, b = f(), g()``; anything else is one pair."""
    if (
        isinstance(target, cst.Tuple | cst.List)
        and isinstance(node, cst.Tuple | cst.List)
        and len(target.elements) == len(node.elements)
        and not any(
            isinstance(element, cst.StarredElement)
            for element in (*target.elements, *node.elements)
        )
    ):
        pairs = []
        for part, value in zip(target.elements, node.elements, strict=True):
            pairs.extend(_pairs(part.value, value.value))
        return pairs
    return [(target, node)]
