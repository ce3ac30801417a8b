"""The LibCST visitor: walks one scope, follows what its names hold, and notes misuses.

It visits the fields that carry meaning only, which is ten times as quick as ``CSTVisitor`` over
every comma and space, and asks for positions only where there is something to report.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import libcst as cst

from asyncpattern_lint.analysis.guards import (
    asked_in,
    asked_names,
    bound_in,
    calls_in,
    condition_in,
    guarded_names,
    guarding_calls,
    split,
)
from asyncpattern_lint.analysis.helpers import Helpers
from asyncpattern_lint.analysis.judge import OWN_ATTRIBUTES, Verdict, judge, offered
from asyncpattern_lint.analysis.library import UNHELPFUL
from asyncpattern_lint.analysis.passing import demands_on_arguments
from asyncpattern_lint.analysis.resolver import Resolver
from asyncpattern_lint.analysis.switches import Switches
from asyncpattern_lint.analysis.syntax import (
    as_outlined,
    dotted_name,
    formats_plainly,
    is_literal,
    last_name,
    parsed,
    yields,
)
from asyncpattern_lint.analysis.values import (
    ANNOTATED,
    ANYTHING,
    Frame,
    InstanceValue,
    ModuleValue,
    Produced,
    Value,
    Values,
)
from asyncpattern_lint.index.conditions import (
    MAX_PARTS,
    Elements,
    disturbed,
    joined,
    lasting,
    narrowed,
    outcome,
    parts_of,
    tells,
    without,
)
from asyncpattern_lint.index.exports import Presence
from asyncpattern_lint.index.handlers import QUESTIONS, opposite
from asyncpattern_lint.index.lowering import annotation, display, items
from asyncpattern_lint.index.model import (
    OPAQUE,
    PROTOCOL_USES,
    Attribute,
    Await,
    Builtin,
    Call,
    Choice,
    Element,
    Expr,
    Fallback,
    GeneratorExpression,
    Lambda,
    ModuleIndex,
    Name,
    Narrowed,
    Opaque,
    Scope,
    Sent,
    Starred,
    dotted,
    head,
)
from asyncpattern_lint.index.pruning import Pruner
from asyncpattern_lint.protocol import Kind, Protocol, Use

_CONSTANTS = {
    "None": Builtin("NoneType"), "True": Builtin("bool", True), "False": Builtin("bool", False)
}  # fmt: skip

#: Objects with a ``__dict__``, which are also decorators and hence callable.
MANAGERS = frozenset({Kind.ASYNC_CONTEXT_MANAGER, Kind.CONTEXT_MANAGER})


#: Comparisons that raise; the others ask whether two objects are the same one.
_ORDERINGS = (cst.LessThan, cst.LessThanEqual, cst.GreaterThan, cst.GreaterThanEqual)

#: ``%r`` and ``%a``, with whatever stands between.
_SHOWS_REPR = re.compile(r"%(\([^)]*\))?[-#0 +]*[\d*]*(\.[\d*]+)?[ra]")


@dataclass(frozen=True, slots=True)
class Hit:
    """A misuse at a node whose position is not known yet; ``result`` as in ``Misuse``."""

    node: cst.CSTNode
    use: Use
    construct: str
    verdict: Verdict
    result: Protocol | None


@dataclass(frozen=True, slots=True)
class AttributeHit:
    """An attribute that the modules it may be taken from do not have."""

    node: cst.Attribute
    values: Values


class ExpressionVisitor:
    """Lowers expressions as ``index.expressions`` does, and judges the uses in them at once.

    ``env`` holds what the scope's names hold at this place; it is None inside a lambda, which
    runs later. ``muted`` is positive where nothing is to be reported: in code that does not
    run, and where an error is expected; ``switched`` where it is for one version of several.
    """

    def __init__(self, resolver: Resolver, path: str, module: ModuleIndex, number: int) -> None:
        self.resolver = resolver
        self.path = path
        self.module = module
        self.number = number
        self.scope: Scope = module.scopes[number]
        self.pruner = Pruner(module)
        # What is awaited or entered elsewhere is shown in a message on purpose.
        self.driven = frozenset(
            site.value.id
            for site in self.scope.uses
            if isinstance(site.value, Name) and site.uses & PROTOCOL_USES
        )
        self.patched = frozenset(module.patched) | frozenset(module.written)
        self.assigned = {
            (start.id if isinstance(start := head(write.base), Name) else "", write.name)
            for write in module.assigned
        }
        self.env: dict[str, Values] | None = {}
        self.shadows: tuple[tuple[str, Values], ...] = ()
        self.elements: dict[str, Expr] = {}
        """What the targets of the comprehensions around a place stand for."""
        self.doubted: frozenset[str] = frozenset()
        """What the rest of a test asks what it is."""
        self.set_attributes: set[str] = set()
        self.switches = Switches(resolver, path, module)
        self.helpers = Helpers(resolver)
        self.muted = 0
        self.switched = 0
        self.comprehensions = 0
        self.awaits = 0
        self.hits: list[Hit] = []
        self.attribute_hits: list[AttributeHit] = []
        self._methods: dict[type, Callable[[Any], Expr]] = {
            cst.Name: self._name,
            cst.Attribute: self._attribute,
            cst.Call: self._call,
            cst.Integer: lambda _: Builtin("int"),
            cst.Float: lambda _: Builtin("float"),
            cst.Imaginary: lambda _: Builtin("complex"),
            cst.Ellipsis: lambda _: Builtin("ellipsis"),
            cst.SimpleString: self._string,
            cst.ConcatenatedString: self._concatenated,
            cst.FormattedString: self._formatted,
            cst.Await: self._await,
            cst.BinaryOperation: self._binary,
            cst.BooleanOperation: self._boolean,
            cst.UnaryOperation: self._unary,
            cst.Comparison: self._comparison,
            cst.IfExp: self._conditional,
            cst.NamedExpr: self._walrus,
            cst.Lambda: self._lambda,
            cst.List: self._display,
            cst.Tuple: self._display,
            cst.Set: self._display,
            cst.Dict: self._dict,
            cst.ListComp: self._comprehension,
            cst.SetComp: self._comprehension,
            cst.DictComp: self._comprehension,
            cst.GeneratorExp: self._comprehension,
            cst.Subscript: self._subscript,
            cst.Yield: self._yield,
        }

    # --- what subclasses and the methods below share -----------------------------------

    @property
    def frame(self) -> Frame:
        """The frame of this place."""
        return Frame(self.path, self.number, shadows=self.shadows, local=self.env)

    def values(self, expr: Expr) -> Values:
        """Return what an expression may stand for here."""
        return self.resolver.evaluate(expr, self.frame)

    def judged(self, expr: Expr) -> Values:
        """Return what a use of an expression has to cope with here."""
        return self.resolver.judged(expr, self.frame)

    def bind(self, name: str, values: Values) -> None:
        """Note that a name holds other values from here on."""
        if self.env is not None and name not in self.scope.outer:
            self.env[name] = values

    def visit(self, node: cst.BaseExpression) -> Expr:
        """Lower an expression and judge the uses inside it."""
        method = self._methods.get(type(node))
        return self._other(node) if method is None else method(node)

    def use(
        self,
        node: cst.CSTNode,
        expr: Expr,
        use: Use,
        construct: str,
        legitimate: Callable[[Kind], bool] = lambda _: False,
    ) -> None:
        """Judge one use; note it if it cannot work and is not ``legitimate`` for the kind."""
        if self.muted or self.switched or isinstance(expr, Opaque):
            return
        verdict = judge(use, self.judged(expr))
        if verdict is None or legitimate(verdict.kind) or self._is_patched(verdict, expr):
            return
        if use is Use.FOR and isinstance(node, cst.Name) and all(map(_is_one, self.judged(expr))):
            # Nobody goes through one object: the annotation lacks a ``list``.
            return
        taken = Await(expr) if verdict.kind is Kind.COROUTINE else Element(expr, False)
        self.hits.append(Hit(node, use, construct, verdict, offered(self.judged(taken))))

    def _use_result(
        self,
        node: cst.CSTNode,
        expr: Expr,
        construct: str,
        legitimate: Callable[[Kind], bool] = lambda _: False,
    ) -> None:
        self.use(node, expr, Use.RESULT, construct, legitimate)

    def _is_patched(self, verdict: Verdict, expr: Expr) -> bool:
        """Whether this file replaces what the expression names, for example in a test."""
        if not self.patched and not self.assigned:
            return False
        names = {verdict.target.name.rpartition(".")[2]} if verdict.target else set()
        while not isinstance(expr, Name):
            match expr:
                case Attribute(value=value, name=name):
                    if self._is_assigned(expr, name):
                        return True
                    names.add(name)
                    expr = value
                case Call(func=func):
                    expr = func
                case Await(value=value) | Narrowed(value=value):
                    expr = value
                case _:
                    break
        if isinstance(expr, Name):
            names.add(expr.id)
        return not names.isdisjoint(self.patched)

    def _is_assigned(self, expr: Expr, name: str) -> bool:
        """Whether this file sets the attribute on the same object, or on one of the module's."""
        start = head(expr)
        own = start.id if isinstance(start, Name) else None
        return any(
            attribute == name and (at == own or at in self.module.scopes[0].bindings)
            for at, attribute in self.assigned
        )

    def truth(self, node: cst.BaseExpression) -> None:
        """Judge an expression that is tested for truth."""
        if isinstance(node, cst.BooleanOperation):
            elements, doubted = self.elements, self.doubted
            # Who asks next what it is does not take what is said of it for granted.
            self.doubted = doubted | asked_names(node.right)
            self.truth(node.left)
            self.doubted = doubted
            self._where(node.left, isinstance(node.operator, cst.And))
            self.truth(node.right)
            self.elements = elements
        elif isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not):
            self.truth(node.expression)
        elif dotted_name(node) in self.doubted:
            self.visit(node)
        else:
            self.use(node, self.visit(node), Use.TRUTH, "truth test")

    # --- one method a node type --------------------------------------------------------

    def _name(self, node: cst.Name) -> Expr:
        constant = _CONSTANTS.get(node.value)
        if constant is not None:
            return constant
        return self.elements.get(node.value) or Name(node.value)

    def _attribute(self, node: cst.Attribute) -> Expr:
        value = self.visit(node.value)
        name = node.attr.value
        self._use_result(
            node.value,
            value,
            f"attribute .{name}",
            # Context managers are ordinary instances: code may have set attributes on them.
            lambda kind: (
                name in OWN_ATTRIBUTES[kind] or (kind in MANAGERS and name in self.set_attributes)
            ),
        )
        if isinstance(value, Name | Attribute):
            self._check_module_attribute(node, value, name)
        told = self.elements.get(dotted_name(node)) if self.elements else None
        return told or Attribute(value, name)

    def _check_module_attribute(self, node: cst.Attribute, value: Expr, name: str) -> None:
        start = head(value)
        if self.muted or self.switched or name in self.patched or not isinstance(start, Name):
            return
        if not self.pruner.may_be_module(self.number, start.id):
            return
        values = self.values(value)
        has = self.resolver.exports.has
        if values and all(
            isinstance(v, ModuleValue) and has(v.location, name) is Presence.ABSENT for v in values
        ):
            self.attribute_hits.append(AttributeHit(node, values))

    def _call(self, node: cst.Call) -> Expr:
        func = self.visit(node.func)
        self._use_result(
            node.func,
            func,
            "call",
            # Many say ``Coroutine`` of a function that gives one.
            lambda kind: kind in MANAGERS or all(map(_is_declared, self.judged(func))),
        )
        args: list[Expr] = []
        keywords: list[tuple[str, Expr]] = []
        nodes: dict[int | str, cst.BaseExpression] = {}
        for arg in node.args:
            lowered = self.visit(arg.value)
            if arg.star == "*":
                self.use(arg.value, lowered, Use.FOR, "unpacking")
                args.append(Starred(lowered))
            elif arg.star == "**":
                keywords.append(("**", lowered))
            elif arg.keyword is not None:
                nodes[arg.keyword.value] = arg.value
                keywords.append((arg.keyword.value, lowered))
            else:
                nodes[len(args)] = arg.value
                args.append(lowered)
        if len(args) == 2 and last_name(node.func) == "cast":
            args[0] = annotation(parsed(node.args[0].value)) or OPAQUE
        call = Call(func, tuple(args), tuple(keywords))
        self._check_arguments(node, call, nodes)
        name_called = last_name(node.func)
        if self.module.aliases.get(name_called, name_called) not in QUESTIONS:
            self.disturb()
        return call

    def _check_arguments(
        self, node: cst.Call, call: Call, nodes: Mapping[int | str, cst.BaseExpression]
    ) -> None:
        if self.muted or self.switched or not nodes:
            return
        for demand in demands_on_arguments(self.resolver, call, self.frame):
            argument = nodes[demand.key]
            if demand.construct == "str.format" and not formats_plainly(node.func, demand.key):
                continue
            self.use(argument, demand.value, demand.use, demand.construct)

    def _string(self, node: cst.SimpleString) -> Expr:
        return Builtin("bytes" if "b" in node.prefix.lower() else "str")

    def _concatenated(self, node: cst.ConcatenatedString) -> Expr:
        self.visit(node.right)
        return self.visit(node.left)

    def _formatted(self, node: cst.FormattedString) -> Expr:
        self._parts(node.parts)
        return Builtin("str")

    def _parts(self, parts: Iterable[cst.BaseFormattedStringContent]) -> None:
        for part in parts:
            if isinstance(part, cst.FormattedStringExpression):
                lowered = self.visit(part.expression)
                driven = isinstance(lowered, Name) and lowered.id in self.driven
                if part.conversion in (None, "s") and part.equal is None and not driven:
                    self._use_result(part.expression, lowered, "f-string")
                self._parts(part.format_spec or ())

    def _await(self, node: cst.Await) -> Expr:
        self.awaits += 1
        value = self.visit(node.expression)
        self.use(node.expression, value, Use.AWAIT, "await")
        self.disturb()
        return Await(value)

    def _binary(self, node: cst.BinaryOperation) -> Expr:
        left = self.visit(node.left)
        if isinstance(node.operator, cst.Modulo) and left == Builtin("str"):
            self._check_percent(node)
            return left
        right = self.visit(node.right)
        if isinstance(node.operator, cst.BitOr):
            types = as_outlined(node, OPAQUE)
            if types != OPAQUE:
                return types
        construct = f"operator {cst.Module([]).code_for_node(node.operator).strip()}"
        if self.is_unhelpful(right):
            self._use_result(node.left, left, construct)
        if self.is_unhelpful(left):
            self._use_result(node.right, right, construct)
        return OPAQUE

    def _check_percent(self, node: cst.BinaryOperation) -> None:
        right = node.right
        if isinstance(right, cst.Tuple):
            operands = [element.value for element in right.elements]
        else:
            operands = [right]
        text = cst.Module([]).code_for_node(node.left)
        for operand in operands:
            lowered = self.visit(operand)
            if isinstance(
                node.left, cst.SimpleString | cst.ConcatenatedString
            ) and not _SHOWS_REPR.search(text):
                self._use_result(operand, lowered, "formatting")

    def is_unhelpful(self, expr: Expr, *, produced: bool = True) -> bool:
        """Whether a value certainly does nothing with the object at an operator's other side.

        ``produced`` says whether objects whose work is not done count as such values.
        """
        if isinstance(expr, Opaque):
            return False
        values = self.judged(expr)
        return bool(values) and all(
            (produced and isinstance(v, Produced))
            or (isinstance(v, InstanceValue) and v.class_name in UNHELPFUL)
            for v in values
        )

    def _boolean(self, node: cst.BooleanOperation) -> Expr:
        left = self.visit(node.left)
        self.use(node.left, left, Use.TRUTH, "truth test")
        before = None if self.env is None else dict(self.env)
        elements = self.elements
        asked = self._where(node.left, isinstance(node.operator, cst.And))
        right = self.visit(node.right)
        self.elements = elements
        if before is not None and self.env is not None:
            self.env = join([before, self.env])
        if asked:
            return OPAQUE
        if isinstance(node.operator, cst.Or):
            return Fallback(left, right)
        return Choice((left, right))

    def _where(self, test: cst.BaseExpression, holds: bool) -> frozenset[str]:
        """Take for granted what a test tells; return what it asks that is not understood."""
        silenced = self._forget_guarded(test)
        parts = list(parts_of(test, split))
        if len(parts) <= MAX_PARTS and (
            self.elements or any(tells(asked_in(part, self.module.aliases)) for part in parts)
        ):
            start: Elements = self.elements
            told: Elements = outcome(test, holds, start, split, self._told, joined)
            self.elements = dict(told)
        return silenced

    def _told(self, elements: Elements, part: cst.BaseExpression, holds: bool) -> Elements:
        condition = asked_in(part, self.module.aliases)
        bound = bound_in(part)
        if bound:
            elements = without(elements, bound)
        if condition is None:
            # What another helper says of a value is not known here.
            doubted = guarded_names(part) & elements.keys()
            elements = {**elements, **dict.fromkeys(doubted, OPAQUE)}
            return disturbed(elements) if calls_in(part) else elements
        return narrowed(elements, condition if holds else opposite(condition))

    def _not_understood(self, test: cst.BaseExpression) -> Iterator[str]:
        """Yield what the parts of a test are about that tell nothing that is understood here."""
        parts = list(parts_of(test, split))
        for part in parts:
            condition = asked_in(part, self.module.aliases)
            if (
                condition is None
                or len(parts) > MAX_PARTS
                or not self.resolver.narrowing.understands(condition, self.frame)
            ):
                yield from self.decided(guarding_calls(part), self.frame)

    def decided(self, calls: dict[str, list[cst.Call]], frame: Frame) -> frozenset[str]:
        """Return what some questions are about, without what they cannot tell apart."""
        return frozenset(
            name
            for name, asking in calls.items()
            if not self.helpers.say_nothing(name, asking, frame)
        )

    def disturb(self) -> None:
        """Note that other code has run, which may have set attributes."""
        if self.elements:
            self.elements = dict(disturbed(self.elements))

    def _forget_guarded(self, test: cst.BaseExpression) -> frozenset[str]:
        """Take the names that a test asks about for anything, in what depends on it."""
        asked = frozenset(self._not_understood(test))
        condition = condition_in(test)
        if condition is not None and self.env is not None:
            held = self.env.get(condition.name, ())
            if held and all(isinstance(v, InstanceValue) and v.is_none for v in held):
                # Where it matters it is something else.
                asked |= {condition.name}
        if self.elements:
            self.elements = {**self.elements, **dict.fromkeys(asked & self.elements.keys(), OPAQUE)}
        if self.env is None:
            self.shadows = (*self.shadows, *((name, ANYTHING) for name in asked))
        else:
            self.env.update(dict.fromkeys(asked, ANYTHING))
        return asked

    def _unary(self, node: cst.UnaryOperation) -> Expr:
        if isinstance(node.operator, cst.Not):
            self.truth(node.expression)
            return Builtin("bool")
        value = self.visit(node.expression)
        construct = f"operator {cst.Module([]).code_for_node(node.operator).strip()}"
        self._use_result(node.expression, value, construct)
        return value if isinstance(value, Builtin) else OPAQUE

    def _comparison(self, node: cst.Comparison) -> Expr:
        nodes = [node.left, *(c.comparator for c in node.comparisons)]
        operands = [self.visit(operand) for operand in nodes]
        plain = True
        for position, comparison in enumerate(node.comparisons):
            operator = comparison.operator
            pair = ((position, position + 1), (position + 1, position))
            if isinstance(operator, cst.Is | cst.IsNot):
                continue
            if isinstance(operator, cst.In | cst.NotIn):
                self._use_result(
                    nodes[position + 1],
                    operands[position + 1],
                    "comparison in",
                    lambda kind: kind is Kind.GENERATOR,
                )
                if is_literal(nodes[position + 1]):
                    self._use_result(nodes[position], operands[position], "comparison in")
                continue
            plain = False
            sign = cst.Module([]).code_for_node(operator).strip()
            for one, other in pair:
                # Comparing with None asks whether there is something, though not as one should.
                if operands[other] != Builtin("NoneType") and self.is_unhelpful(
                    operands[other], produced=isinstance(operator, _ORDERINGS)
                ):
                    self._use_result(nodes[one], operands[one], f"comparison {sign}")
        return Builtin("bool") if plain else OPAQUE

    def _conditional(self, node: cst.IfExp) -> Expr:
        self.truth(node.test)
        elements = self.elements
        asked = self._where(node.test, True)
        is_switch = self.switches.decide(parsed(node.test))
        self.switched += is_switch
        body = self.visit(node.body)
        self.elements = elements
        self._where(node.test, False)
        otherwise = self.visit(node.orelse)
        self.switched -= is_switch
        self.elements = elements
        return OPAQUE if asked else Choice((body, otherwise))

    def _walrus(self, node: cst.NamedExpr) -> Expr:
        value = self.visit(node.value)
        if isinstance(node.target, cst.Name):
            if self.elements:
                self.elements = without(self.elements, frozenset({node.target.value}))
            self.bind(node.target.value, self.values(value))
        return value

    def _lambda(self, node: cst.Lambda) -> Expr:
        parameters = node.params
        names: list[str] = []
        every = (*parameters.posonly_params, *parameters.params, *parameters.kwonly_params)
        for parameter in every:
            names.append(parameter.name.value)
            if parameter.default is not None:
                self.visit(parameter.default)
        stars = (parameters.star_arg, parameters.star_kwarg)
        names += [star.name.value for star in stars if isinstance(star, cst.Param)]
        env, shadows = self.env, self.shadows
        elements = self.elements
        self.elements = without(lasting(elements), frozenset(names)) if elements else elements
        self.env = None
        self.shadows = (*shadows, *((name, ANYTHING) for name in names))
        body = self.visit(node.body)
        self.env, self.shadows, self.elements = env, shadows, elements
        if self.comprehensions:
            return OPAQUE
        ordered = [p.name.value for p in every]
        return Lambda((*ordered, *names[len(ordered) :]), body, yields(node.body), 0)

    def _display(self, node: cst.List | cst.Tuple | cst.Set) -> Expr:
        elements: list[Expr] = []
        for element in node.elements:
            lowered = self.visit(element.value)
            if isinstance(element, cst.StarredElement):
                self.use(element.value, lowered, Use.FOR, "unpacking")
            elements.append(lowered)
        starred = any(isinstance(element, cst.StarredElement) for element in node.elements)
        return display(type(node).__name__.lower(), elements, starred)

    def _dict(self, node: cst.Dict) -> Expr:
        for element in node.elements:
            if isinstance(element, cst.DictElement):
                self.visit(element.key)
            self.visit(element.value)
        return Builtin("dict")

    def _comprehension(
        self, node: cst.ListComp | cst.SetComp | cst.DictComp | cst.GeneratorExp
    ) -> Expr:
        elements, shadows = self.elements, self.shadows
        before = None if self.env is None else dict(self.env)
        self.comprehensions += 1
        is_async = False
        awaits = self.awaits
        clause: cst.CompFor | None = node.for_in
        first = True
        while clause is not None:
            lowered = self.visit(clause.iter)
            if first:
                awaits = self.awaits
                first = False
            if clause.asynchronous is not None:
                is_async = True
                self.use(clause.iter, lowered, Use.ASYNC_FOR, "async comprehension")
            else:
                self.use(clause.iter, lowered, Use.FOR, "comprehension")
            element = Element(lowered, clause.asynchronous is not None)
            bound = _elements(clause.target, element)
            self.elements = {**without(self.elements, frozenset(bound)), **bound}
            for condition in clause.ifs:
                self.truth(condition.test)
                self._where(condition.test, True)
            clause = clause.inner_for_in
        if isinstance(node, cst.DictComp):
            self.visit(node.key)
            held = self.visit(node.value)
        else:
            held = self.visit(node.elt)
        self.comprehensions -= 1
        self._end_guards(before)
        self.elements = elements
        self.shadows = shadows
        # https://docs.python.org/3/reference/expressions.html#generator-expressions
        is_async = is_async or self.awaits > awaits
        if isinstance(node, cst.GeneratorExp):
            # What it awaits is awaited by who drives it.
            self.awaits = awaits
            return GeneratorExpression(is_async, 0, held)
        self.awaits += is_async
        name = type(node).__name__[:-4].lower()
        return Builtin(name) if isinstance(node, cst.DictComp) else display(name, [held], False)

    def _end_guards(self, before: dict[str, Values] | None) -> None:
        """Leave a comprehension: what its conditions asked matters inside it only."""
        if before is None or self.env is None:
            return
        for name, values in before.items():
            if self.env.get(name) == ANYTHING:
                self.env[name] = values

    def _subscript(self, node: cst.Subscript) -> Expr:
        value = self.visit(node.value)
        self._use_result(node.value, value, "subscript")
        for element in node.slice:
            index = element.slice
            if isinstance(index, cst.Index):
                self.visit(index.value)
            elif isinstance(index, cst.Slice):
                for part in (index.lower, index.upper, index.step):
                    if part is not None:
                        self.visit(part)
        return as_outlined(node, value)

    def _yield(self, node: cst.Yield) -> Expr:
        if isinstance(node.value, cst.From):
            lowered = self.visit(node.value.item)
            # PEP 492: a generator that types.coroutine decorates may delegate to coroutines.
            if not any(
                (dotted(d.value) or "").rpartition(".")[2] == "coroutine"
                for d in self.scope.decorators
            ):
                self.use(node.value.item, lowered, Use.FOR, "yield from")
            self.disturb()
            return OPAQUE
        if node.value is not None:
            self.visit(node.value)
        self.disturb()
        return OPAQUE if self.env is None else Sent()

    def _other(self, node: cst.BaseExpression) -> Expr:
        for child in node.children:
            if isinstance(child, cst.BaseExpression):
                self.visit(child)
        return OPAQUE


def _is_declared(value: Value) -> bool:
    """Whether a coroutine is known by an annotation only."""
    return isinstance(value, Produced) and value.maker is None and value.kind is Kind.COROUTINE


def _is_one(value: Value) -> bool:
    """Whether an annotation calls a value one object: its own, or that of what held it.

    Of what is taken out of something there is no evidence.
    """
    return (
        isinstance(value, InstanceValue)
        and not value.protocols
        and all(step.message.startswith(ANNOTATED) for step in value.steps[:1])
    )


def _elements(target: cst.BaseExpression, value: Expr) -> dict[str, Expr]:
    """Return what the targets of a comprehension stand for."""
    if isinstance(target, cst.Name):
        return {target.value: value}
    if not isinstance(target, cst.Tuple | cst.List):
        return {}
    bound: dict[str, Expr] = {}
    starred = [isinstance(e, cst.StarredElement) for e in target.elements]
    for element, part in zip(target.elements, items(starred, value), strict=True):
        bound.update(_elements(element.value, part))
    return bound


def join(states: Sequence[dict[str, Values]]) -> dict[str, Values]:
    """Join what alternative paths leave in names; a name held on one path only is kept."""
    joined = dict(states[0])
    for state in states[1:]:
        for name, values in state.items():
            known = joined.get(name)
            if known is None:
                joined[name] = values
            elif known is not values and known != values:
                joined[name] = tuple(dict.fromkeys(known + values))
    return joined
