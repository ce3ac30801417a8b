"""Lower ``ast`` expressions to the model's, noting the uses on the way."""

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from asyncpattern_lint.index import noting
from asyncpattern_lint.index.conditions import (
    MAX_PARTS,
    Elements,
    asked,
    bound_in,
    disturbed,
    is_question,
    joined,
    lasting,
    narrowed,
    outcome,
    parts_of,
    reference,
    split,
    tells,
    without,
)
from asyncpattern_lint.index.drives import of_step
from asyncpattern_lint.index.handlers import asked_about, asked_items, opposite
from asyncpattern_lint.index.lowering import (
    annotation,
    display,
    fallbacks,
    items_of,
    lowered_subscript,
    lowered_union,
)
from asyncpattern_lint.index.model import (
    OPAQUE,
    PROTOCOL_USES,
    Attribute,
    Await,
    Builtin,
    Call,
    Choice,
    Collection,
    Element,
    Expr,
    GeneratorExpression,
    Guard,
    Lambda,
    Name,
    Noted,
    Opaque,
    Place,
    Sent,
    Starred,
    Subscript,
    Told,
    TupleDisplay,
    Union,
    dotted,
    head,
)
from asyncpattern_lint.index.texts import texts_of, whole_or_any
from asyncpattern_lint.protocol import Use

_MAX_OPERANDS = 1_000

#: Calls with ``__name__`` by which a module gets hold of itself.
_SELF_IMPORTS = frozenset({"importlib.import_module", "import_module", "__import__"})


_RESULT = 1 << Use.RESULT
_TRUTH = 1 << Use.TRUTH
_FOR = 1 << Use.FOR
_AWAIT = 1 << Use.AWAIT
_ASYNC_FOR = 1 << Use.ASYNC_FOR

#: Builtin displays over which ``for`` is always right.
_ITERABLE_DISPLAYS = frozenset({"list", "tuple", "dict", "set", "str", "bytes"})


_DISPLAYS = frozenset({TupleDisplay, Collection})


class ExpressionVisitor:
    """Walks expressions once: lowers them and notes what is used how.

    Subclasses say where names are bound (``bind``) and keep the current ``line``.
    """

    def __init__(self) -> None:
        self.uses: dict[Expr, int] = {}
        self.name_uses: dict[str, int] = {}
        self.loads: dict[str, int] = {}
        self.calls: dict[Call, None] = {}
        self.attributes: dict[Expr, None] = {}
        self.yields_at = 0
        self.awaits = 0
        self.comprehensions = 0
        self.lambdas = 0
        self.at_module_level = True
        self.missing: frozenset[tuple[str, str]] = frozenset()
        self.is_open = False
        self.mentions: list[ast.expr] = []
        self.unbound: set[tuple[str, str]] = set()
        self.self_name = ""
        self.class_name = ""
        self.has_open_path = False
        self.written: set[tuple[str, str, bool]] = set()
        self.patched: set[str] = set()
        self.sys_modules: set[str] = set()
        self.called_at: list[int] = []
        self.registered: set[str] = set()
        self.noted: dict[Place, Noted] = {}
        self.entered: set[tuple[int, str]] = set()
        self.spared: set[tuple[int, str]] = set()
        self.number = -1
        self.around: tuple[ast.AST, ...] = ()
        self.dead = False
        self.probed = False
        self.guards: tuple[Guard, ...] = ()
        self.tried = False
        self.aliases: Mapping[str, str] = {}
        self.elements: dict[str, Expr] = {}
        """What the targets of comprehensions, and what tests tell about, stand for at a place."""
        self._methods: dict[type, Callable[[Any], Expr]] = {
            ast.Name: self._name,
            ast.Attribute: self._attribute,
            ast.Call: self._call,
            ast.Constant: self._constant,
            ast.Await: self._await,
            ast.BinOp: self._binary,
            ast.BoolOp: self._boolean,
            ast.UnaryOp: self._unary,
            ast.Compare: self._compare,
            ast.IfExp: self._conditional,
            ast.NamedExpr: self._walrus,
            ast.Lambda: self._lambda,
            ast.List: self._display,
            ast.Tuple: self._display,
            ast.Set: self._display,
            ast.Dict: self._dict,
            ast.ListComp: self._comprehension,
            ast.SetComp: self._comprehension,
            ast.DictComp: self._comprehension,
            ast.GeneratorExp: self._comprehension,
            ast.JoinedStr: self._joined,
            ast.FormattedValue: self._formatted,
            ast.Subscript: self._subscript,
            ast.Starred: self._starred,
            ast.Slice: self._slice,
            ast.Yield: self._yield,
            ast.YieldFrom: self._yield_from,
        }

    def bind(self, name: str, value: Expr, line: int) -> None:
        """Note that a name is bound to a value."""
        raise NotImplementedError

    def spelled(self, name: str) -> str:
        """Return the own name of what an import brought in under another."""
        return name

    def note_attribute(self, base: Expr, name: str, value: Expr, line: int) -> None:
        """Note that an attribute of an object is set."""

    def note_step(self, made: ast.Call, value: Expr) -> None:
        """Note that the next item of what a call gives is taken."""

    def note_asked_item(self, name: str) -> None:
        """Note that a test asks what an item of a name is."""

    def note_item(self, name: str, key: str) -> None:
        """Note that an item of what a name stands for is set: ``*`` for a computed key."""

    def visit(self, node: ast.expr) -> Expr:
        """Lower an expression and note the uses inside it."""
        method = self._methods.get(type(node))
        if method is None:
            return self._other(node)
        return method(node)

    def use(self, value: Expr, uses: int) -> None:
        """Note that a value is used."""
        kind = type(value)
        if kind is Lambda and not uses & PROTOCOL_USES:
            return
        if kind is Name:
            name = value.id  # type: ignore[union-attr]  # narrowed by its exact type
            self.name_uses[name] = self.name_uses.get(name, 0) | uses
        elif (
            kind is Opaque
            or kind is Union
            or (kind is Subscript and not uses & PROTOCOL_USES)
            or (kind in _DISPLAYS and not uses & ~_FOR & PROTOCOL_USES)
            or (
                kind is Builtin
                and (
                    uses & ~_FOR & PROTOCOL_USES == 0
                    and (not uses & _FOR or value.name in _ITERABLE_DISPLAYS)  # type: ignore[union-attr]  # narrowed by its exact type
                )
            )
        ):
            return
        else:
            self.uses[value] = self.uses.get(value, 0) | uses

    def truth(self, node: ast.expr) -> None:
        """Note that an expression is tested for truth."""
        if isinstance(node, ast.BoolOp):
            self._in_turn(node, self.truth)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            self.truth(node.operand)
        else:
            self.use(self.visit(node), _TRUTH)

    # --- what tests tell ---------------------------------------------------------------

    def _in_turn(self, node: ast.BoolOp, visit: Callable[[ast.expr], object]) -> None:
        """Visit operands, each of which is reached only if those before it turned out so."""
        elements = self.elements
        joint = isinstance(node.op, ast.And)
        count = 0
        for operand in node.values:
            visit(operand)
            if operand is not node.values[-1]:
                count += sum(1 for _ in parts_of(operand, split))
                self.elements = (
                    self._where(operand, joint) if count <= MAX_PARTS else dict(elements)
                )
        self.elements = elements

    def _under(self, test: ast.expr, holds: bool, node: ast.expr) -> Expr:
        """Lower an expression that is reached only where a test turned out so."""
        elements = self.elements
        if sum(1 for _ in parts_of(test, split)) <= MAX_PARTS:
            self.elements = self._where(test, holds)
        value = self.visit(node)
        self.elements = elements
        return value

    def _where(self, test: ast.expr, holds: bool) -> dict[str, Expr]:
        """Return what references stand for where a test turned out so."""
        if not self.elements and not any(
            tells(asked(part, self.aliases)) for part in parts_of(test, split)
        ):
            return self.elements
        start: Elements = self.elements
        told: Elements = outcome(test, holds, start, split, self._told, joined)
        return dict(told)

    def _told(self, elements: Elements, part: ast.expr, holds: bool) -> Elements:
        condition = asked(part, self.aliases)
        bound = bound_in(part)
        if bound:
            elements = without(elements, bound)
        if condition is None:
            # What another helper says of a value is not known here.
            doubted = asked_about(part) & elements.keys()
            elements = {**elements, **dict.fromkeys(doubted, OPAQUE)}
            calls = any(isinstance(inner, ast.Call) for inner in ast.walk(part))
            return disturbed(elements) if calls else elements
        return narrowed(elements, condition if holds else opposite(condition))

    def bind_target(self, target: ast.expr, value: Expr) -> None:
        """Bind what an assignment, loop or ``with`` binds."""
        if isinstance(target, ast.Name):
            self.bind(target.id, value, target.lineno)
        elif isinstance(target, ast.Tuple | ast.List):
            for element, part in zip(target.elts, items_of(target.elts, value), strict=True):
                self.bind_target(element, part)
        elif isinstance(target, ast.Starred):
            self.bind_target(target.value, Builtin("list"))
        elif isinstance(target, ast.Attribute):
            base = self.visit(target.value)
            self.use(base, _RESULT)
            self._note_write(base, target.attr)
            self.note_attribute(base, target.attr, value, target.lineno)
        elif isinstance(target, ast.Subscript):
            base = self.visit(target.value)
            self.use(base, _RESULT)
            key = self.visit(target.slice)
            self._note_item_write(base, target.slice)
            if isinstance(base, Attribute) and base.name == noting.OVERRIDES:
                told = (Told(value, "", None, noting.place_of(target)),)
                self._note(target, Call(base, (key, value), ()), told)

    def visit_pairs(self, target: ast.expr, node: ast.expr) -> list[tuple[ast.expr, Expr]]:
        """Pair the targets of one assignment with their values; unpacking is a use."""
        if (
            isinstance(target, ast.Tuple | ast.List)
            and isinstance(node, ast.Tuple | ast.List)
            and len(target.elts) == len(node.elts)
            and not any(isinstance(e, ast.Starred) for e in (*target.elts, *node.elts))
        ):
            pairs: list[tuple[ast.expr, Expr]] = []
            for part, value in zip(target.elts, node.elts, strict=True):
                pairs.extend(self.visit_pairs(part, value))
            return pairs
        lowered = self.visit(node)
        if isinstance(target, ast.Tuple | ast.List):
            self.use(lowered, _FOR)
        return [(target, lowered)]

    # --- one method a node type --------------------------------------------------------

    def _name(self, node: ast.Name) -> Expr:
        name = node.id
        self.loads[name] = node.lineno
        if name == "__path__":
            self.has_open_path = True
        return self.elements.get(name) or Name(name)

    def _attribute(self, node: ast.Attribute) -> Expr:
        value = self.visit(node.value)
        self.use(value, _RESULT)
        if self.elements:
            told = self.elements.get(reference(node))
            if told is not None:
                return told
        lowered = Attribute(value, node.attr)
        if node.attr == "register":
            self.registered.add((dotted(value) or "").rpartition(".")[2])
        kind = type(value)
        if kind is Name:
            self.attributes[lowered] = None
            if node.attr == "modules" and value.id == "sys":  # type: ignore[union-attr]  # narrowed by its exact type
                self.mentions.append(node)
        elif kind is Attribute and value in self.attributes:
            del self.attributes[value]
            self.attributes[lowered] = None
        return lowered

    def _constant(self, node: ast.Constant) -> Expr:
        value = node.value
        return Builtin(type(value).__name__, value if isinstance(value, bool) else None)

    def _call(self, node: ast.Call) -> Expr:
        func = self.visit(node.func)
        self.use(func, _RESULT)
        if self.at_module_level:
            self.called_at.append(node.lineno)
        args = tuple([self._argument(arg) for arg in node.args])
        if len(args) == 2 and (dotted(func) or "").rpartition(".")[2] == "cast":
            args = (annotation(node.args[0]) or OPAQUE, args[1])
        keywords = tuple([(k.arg or "**", self.visit(k.value)) for k in node.keywords])
        if (dotted(func) or "").rpartition(".")[2] == "TypeVar":
            keywords = tuple(
                [(k.arg or "**", annotation(k.value) or OPAQUE) for k in node.keywords]
            )
        call = Call(func, args, keywords)
        if args or keywords:
            self.calls[call] = None
        made = of_step(node)
        if made is not None:
            self.note_step(made, func.value if type(func) is Attribute else args[0])
        for name in asked_items(node):
            self.note_asked_item(name)
        if args == (Name("__name__"),) and dotted(func) in _SELF_IMPORTS:
            self.is_open = True
        if self.class_name and func != Name("property"):
            handed = (func, *args, *(value for _, value in keywords))
            self.unbound.update((self.class_name, v.id) for v in handed if type(v) is Name)
        name = ""
        if type(func) is Name:
            name = self.spelled(func.id)
            self._note_dynamic(name, node)
        elif type(func) is Attribute:
            name = func.name
            self._note_mock(func, node)
            if args and type(func.value) is Name and args[0] != Name(self.self_name):
                self.unbound.add((func.value.id, name))
            if name in noting.SPARING and type(func.value) is Name:
                self.spared.add((self.number, func.value.id))
            if name in noting.ENTERING and args and type(args[0]) is Name:
                self.entered.add((self.number, args[0].id))
        if (args or keywords) and noting.is_noted(name, node) and not self.lambdas:
            self._note(node, call, noting.told_of(node, call))
        if self.elements and not is_question(node, self.aliases):
            self.elements = dict(disturbed(self.elements))
        return call

    def _note(self, node: ast.expr, call: Call, told: tuple[Told, ...], **facts: Any) -> None:
        place = noting.place_of(node)
        dead, guarded = self.dead or self.probed, bool(self.guards) or self.tried
        facts.setdefault("scope", self.number)
        self.noted[place] = Noted(
            call=call, told=told, place=place, dead=dead, guarded=guarded, **facts
        )

    def note_annotation(self, node: ast.expr | None, scope: int, name: str) -> None:
        """Note the calls in the annotation of a name; ``scope`` is where it is evaluated."""
        for inner, beside in noting.calls_in(node):
            call = noting.lowered(inner)
            if noting.is_noted((dotted(call.func) or "").rpartition(".")[2], inner):
                self._note(
                    inner,
                    call,
                    noting.told_of(inner, call),
                    scope=scope,
                    annotated=annotation(beside),
                    owner=(self.number, name),
                )

    def _argument(self, node: ast.expr) -> Expr:
        if isinstance(node, ast.Starred):
            value = self.visit(node.value)
            self.use(value, _FOR)
            return Starred(value)
        return self.visit(node)

    def _note_dynamic(self, name: str, node: ast.Call) -> None:
        if name in {"globals", "exec"}:
            self.mentions.append(node)
        elif name in {"vars", "locals"}:
            if not node.args and self.at_module_level:
                self.is_open = True
        elif name == "setattr" and len(node.args) == 3:
            self._note_strings(node)
            attribute = node.args[1]
            owner = self.visit(node.args[0])
            if (ast.unparse(node.args[0]), ast.unparse(attribute)) in self.missing:
                return
            given = node.args[2]
            value = self.visit(given) if isinstance(given, ast.Constant) else OPAQUE
            if isinstance(given, ast.Name):
                value = Name(given.id)
            for text in texts_of(attribute, self.around):
                self._note_write(owner, whole_or_any(text))
                self.note_attribute(owner, text, value, node.lineno)
        elif name in {"hasattr", "getattr", "delattr", "patch"}:
            self._note_strings(node)

    def _note_mock(self, func: Attribute, node: ast.Call) -> None:
        if func.name == "__setattr__" and len(node.args) == 3:
            owner = self.visit(node.args[0])
            for text in texts_of(node.args[1], self.around):
                self.note_attribute(owner, text, OPAQUE, node.lineno)
        if func.name == "update":
            given = self.visit(node.args[0]) if len(node.args) == 1 else OPAQUE
            self._note_item_write(func.value, ast.Name("*"), given)
        if func.name in {
            "setattr",
            "object",
            "patch",
            "multiple",
            "delattr",
            "setitem",
            "spy",
            "stub",
        }:
            self._note_strings(node)

    def _note_write(self, base: Expr, name: str) -> None:
        """Note ``base.name = ...``: on a module it makes or replaces a global."""
        start = head(base)
        if isinstance(start, Name):
            self.written.add((start.id, name, start == base))

    def _note_item_write(self, base: Expr, key: ast.expr, given: Expr = OPAQUE) -> None:
        """Note ``sys.modules[...] = ...``, ``vars(x)[...] = ...`` and ``vars(x).update(given)``."""
        text = str(key.value) if isinstance(key, ast.Constant) else "*"
        if isinstance(key, ast.Name) and key.id == "__name__":
            text = key.id
        match base:
            case Attribute(value=Name(id="sys"), name="modules") | Name(id="modules"):
                self.sys_modules.add(text)
                self.is_open = self.is_open or text == "__name__"
            case (
                Call(func=Name(id="vars"), args=(owner,)) | Attribute(value=owner, name="__dict__")
            ):
                self._note_write(owner, text)
                self.note_attribute(owner, text, given, 0)
                self.patched.add(text)
            case Name(id=name):
                self.note_item(name, text)
            case _:
                pass

    def _note_strings(self, node: ast.Call) -> None:
        for arg in node.args:
            if isinstance(arg, ast.Constant) and isinstance(arg.value, str):
                self.patched.add(arg.value.rpartition(".")[2])
        self.patched.update(k.arg for k in node.keywords if k.arg)

    def _await(self, node: ast.Await) -> Expr:
        self.awaits += 1
        value = self.visit(node.value)
        self.use(value, _AWAIT)
        return Await(value)

    def _binary(self, node: ast.BinOp) -> Expr:
        left = self.visit(node.left)
        right = self.visit(node.right)
        self.use(left, _RESULT)
        self.use(right, _RESULT)
        types = lowered_union(node)
        if types is not OPAQUE:
            return types
        if isinstance(node.op, ast.Mod) and left == Builtin("str"):
            if isinstance(node.right, ast.Tuple):
                for element in node.right.elts:
                    self.use(self.visit(element), _RESULT)
            return left
        return OPAQUE

    def _boolean(self, node: ast.BoolOp) -> Expr:
        _limit(node.values)
        options: list[Expr] = []

        def visit(operand: ast.expr) -> None:
            value = self.visit(operand)
            if operand is not node.values[-1]:
                self.use(value, _TRUTH)
            options.append(value)

        self._in_turn(node, visit)
        if isinstance(node.op, ast.Or):
            return fallbacks(options)
        return Choice(tuple(options))

    def _unary(self, node: ast.UnaryOp) -> Expr:
        if isinstance(node.op, ast.Not):
            self.truth(node.operand)
            return Builtin("bool")
        value = self.visit(node.operand)
        self.use(value, _RESULT)
        return value if isinstance(value, Builtin) else OPAQUE

    def _compare(self, node: ast.Compare) -> Expr:
        _limit(node.comparators)
        operands = [self.visit(node.left), *map(self.visit, node.comparators)]
        for position, operator in enumerate(node.ops):
            if not isinstance(operator, ast.Is | ast.IsNot):
                self.use(operands[position], _RESULT)
                self.use(operands[position + 1], _RESULT)
        # A rich comparison may return anything (numpy, SQLAlchemy); identity and `in` do not.
        plain = all(isinstance(op, ast.Is | ast.IsNot | ast.In | ast.NotIn) for op in node.ops)
        return Builtin("bool") if plain else OPAQUE

    def _conditional(self, node: ast.IfExp) -> Expr:
        self.truth(node.test)
        return Choice(
            (
                self._under(node.test, True, node.body),
                self._under(node.test, False, node.orelse),
            )
        )

    def _walrus(self, node: ast.NamedExpr) -> Expr:
        value = self.visit(node.value)
        if self.elements:
            self.elements = without(self.elements, frozenset({node.target.id}))
        if self.lambdas:
            return value
        self.bind(node.target.id, value, node.lineno)
        return value

    def _lambda(self, node: ast.Lambda) -> Expr:
        arguments = node.args
        for default in (*arguments.defaults, *arguments.kw_defaults):
            if default is not None:
                self.visit(default)
        yields_at, self.yields_at = self.yields_at, 0
        self.lambdas += 1
        elements = self.elements
        if elements:
            own = frozenset(a.arg for a in ast.walk(arguments) if isinstance(a, ast.arg))
            self.elements = without(lasting(elements), own)
        body = self.visit(node.body)
        self.elements = elements
        self.lambdas -= 1
        is_generator = self.yields_at > 0
        self.yields_at = yields_at
        names = [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
        names += [a.arg for a in (arguments.vararg, arguments.kwarg) if a]
        if self.comprehensions:
            return OPAQUE
        return Lambda(tuple(names), body, is_generator, node.lineno)

    def _display(self, node: ast.List | ast.Tuple | ast.Set) -> Expr:
        elements = [self.visit(element) for element in node.elts]
        starred = any(isinstance(element, ast.Starred) for element in node.elts)
        return display(type(node).__name__.lower(), elements, starred)

    def _dict(self, node: ast.Dict) -> Expr:
        for key in node.keys:
            if key is not None:
                self.visit(key)
        for value in node.values:
            self.visit(value)
        return Builtin("dict")

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
    ) -> Expr:
        is_async = False
        awaits = self.awaits
        self.comprehensions += 1
        elements = self.elements
        for position, generator in enumerate(node.generators):
            iterable = self.visit(generator.iter)
            if position == 0:
                awaits = self.awaits
            self.use(iterable, _ASYNC_FOR if generator.is_async else _FOR)
            is_async = is_async or bool(generator.is_async)
            self._shadow(generator.target, Element(iterable, bool(generator.is_async)))
            for condition in generator.ifs:
                self.truth(condition)
                self.elements = self._where(condition, True)
        if isinstance(node, ast.DictComp):
            self.visit(node.key)
            element = self.visit(node.value)
        else:
            element = self.visit(node.elt)
        self.comprehensions -= 1
        self.elements = elements
        # https://docs.python.org/3/reference/expressions.html#generator-expressions
        is_async = is_async or self.awaits > awaits
        if isinstance(node, ast.GeneratorExp):
            # What it awaits is awaited by who drives it.
            self.awaits = awaits
            return GeneratorExpression(is_async, node.lineno, element)
        self.awaits += is_async
        name = type(node).__name__[:-4].lower()
        return Builtin(name) if isinstance(node, ast.DictComp) else display(name, [element], False)

    def _shadow(self, target: ast.expr, value: Expr) -> None:
        """Note what a comprehension's targets, which are its own, stand for inside it."""
        if isinstance(target, ast.Name):
            self.elements = {**without(self.elements, frozenset({target.id})), target.id: value}
        elif isinstance(target, ast.Tuple | ast.List):
            for element, part in zip(target.elts, items_of(target.elts, value), strict=True):
                self._shadow(element, part)
        elif isinstance(target, ast.Starred):
            self._shadow(target.value, Builtin("list"))
        elif isinstance(target, ast.Attribute | ast.Subscript):
            self.bind_target(target, OPAQUE)

    def _joined(self, node: ast.JoinedStr) -> Expr:
        for value in node.values:
            self.visit(value)
        return Builtin("str")

    def _formatted(self, node: ast.FormattedValue) -> Expr:
        self.use(self.visit(node.value), _RESULT)
        if node.format_spec is not None:
            self.visit(node.format_spec)
        return OPAQUE

    def _subscript(self, node: ast.Subscript) -> Expr:
        value = self.visit(node.value)
        self.use(value, _RESULT)
        self.visit(node.slice)
        return lowered_subscript(node, value)

    def _starred(self, node: ast.Starred) -> Expr:
        self.use(self.visit(node.value), _FOR)
        return OPAQUE

    def _slice(self, node: ast.Slice) -> Expr:
        for part in (node.lower, node.upper, node.step):
            if part is not None:
                self.visit(part)
        return OPAQUE

    def _yield(self, node: ast.Yield) -> Expr:
        self.yields_at = self.yields_at or node.lineno
        value = Builtin("NoneType") if node.value is None else self.visit(node.value)
        if not self.lambdas:
            self.note_yield(value, node.lineno)
            return Sent()
        return OPAQUE

    def note_yield(self, value: Expr, line: int) -> None:
        """Note what a ``yield`` hands out."""

    def _yield_from(self, node: ast.YieldFrom) -> Expr:
        self.yields_at = self.yields_at or node.lineno
        value = self.visit(node.value)
        self.use(value, _FOR)
        if not self.lambdas:
            self.note_yield(Element(value, False), node.lineno)
        return OPAQUE

    def _other(self, node: ast.expr) -> Expr:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.visit(child)
        return OPAQUE


def _limit(operands: Sequence[ast.expr]) -> None:
    """Refuse chains that are flat here and nested, operand in operand, in LibCST's tree."""
    if len(operands) > _MAX_OPERANDS:
        raise RecursionError
