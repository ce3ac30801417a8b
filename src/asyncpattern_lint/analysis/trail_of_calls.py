"""Where the trail of a call, of a decorator, or of what an object gives is lost."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from asyncpattern_lint.analysis import library
from asyncpattern_lint.analysis.reasons import Reason, at, because, written
from asyncpattern_lint.analysis.values import (
    ANYTHING,
    AliasValue,
    CallableValue,
    ClassValue,
    External,
    Frame,
    FunctionValue,
    Identity,
    InstanceValue,
    LambdaValue,
    Partial,
    Produced,
    Value,
    Values,
    replace,
)
from asyncpattern_lint.index.model import (
    Await,
    Call,
    Element,
    Entered,
    Expr,
    Item,
    Return,
    Scope,
    ScopeKind,
    Starred,
    Subscript,
    before_stars,
)
from asyncpattern_lint.protocol import Kind

if TYPE_CHECKING:
    from asyncpattern_lint.analysis.trail import Trail


class TrailOfCalls:
    """Explains what functions and classes give."""

    def __init__(self, trail: "Trail") -> None:
        self.trail = trail
        self.resolver = trail.resolver

    # --- calls ---------------------------------------------------------------------------

    def call(self, expr: Call, frame: Frame) -> Reason | None:
        """Explain a call that is not known: what is called, or else what that gives."""
        functions = self.resolver.evaluate(expr.func, frame)
        if self.trail.is_lost(functions):
            return self.trail.lost(expr.func, frame)
        if functions == (External("builtins.super"),):
            return Reason("which class comes next for `super()` is not known")
        if functions == (External("typing.cast"),) and len(expr.args) == 2:
            line = self.resolver.module(frame.path).scopes[frame.number].line
            return self.trail.members.annotation(expr.args[0], frame, "a `cast`", line)
        arguments = tuple(
            self.resolver.evaluate(argument, frame) for argument in before_stars(expr.args)
        )
        keywords = {name: self.resolver.evaluate(value, frame) for name, value in expr.keywords}
        if any(isinstance(argument, Starred) for argument in expr.args):
            keywords["*"] = ANYTHING
        for function in (f for f in functions if not _is_none(f)):
            if self.trail.is_lost(self.resolver.calls.call(function, arguments, keywords)):
                reason = self.made_by(function)
                if reason is None or reason.root.startswith("type variable"):
                    # The arguments would have told.
                    given = (*expr.args, *(value for _, value in expr.keywords))
                    passed = (argument for argument in given if not isinstance(argument, Starred))
                    reason = self.trail.first(passed, frame) or reason
                if reason is not None:
                    return reason
        if any(map(_is_none, functions)):
            return Reason(f"`{written(expr.func)}` may be `None`")
        return Reason(f"what `{written(expr)}` gives is not known")

    def made_by(self, function: Value) -> Reason | None:
        """Explain what calling a known value gives."""
        match function:
            case FunctionValue():
                return self.returned(function)
            case LambdaValue(expression=expression, closure=closure):
                unknown = tuple((name, ()) for name in expression.parameters)
                inner = replace(closure, shadows=(*closure.shadows, *unknown))
                return self.trail.lost(expression.body, inner)
            case ClassValue():
                return self.trail.members.instance(function)
            case InstanceValue():
                return self.trail.attribute_of(function, "__call__") or self.by_method(
                    function, "__call__"
                )
            case Partial(function=inner_function):
                return self.made_by(inner_function)
            case CallableValue(result=result, frame=frame):
                cause = self.trail.members.type(result, frame)
                text = "what a `Callable` gives is not known"
                return because(text, cause)
            case AliasValue(expression=expression):
                return Reason(f"calling the type `{written(expression)}` is not followed")
            case External(name=name):
                return self._external(name)
            case Identity() | _:
                return None

    def _external(self, name: str) -> Reason | None:
        if name in library.UNPREDICTABLE:
            return Reason(f"what `{name}` gives is not followed")
        for value in self.resolver.force(name):
            reason = None if isinstance(value, External) else self.made_by(value)
            if reason is not None:
                return reason
        return Reason(f"what `{name.removeprefix('builtins.')}()` gives is not known")

    def by_method(self, receiver: InstanceValue, name: str) -> Reason | None:
        """Explain what a known method of a known instance gives."""
        for method in self.resolver.attributes.of_instance(receiver, name):
            if isinstance(method, FunctionValue):
                scope = self.resolver.scope_of(method)
                if not scope.is_async and not scope.is_generator:
                    return self.returned(method)
        return None

    # --- functions -----------------------------------------------------------------------

    def returned(self, function: FunctionValue) -> Reason:
        """Explain what a function returns, or why that does not say what a call gives."""
        scope = self.resolver.scope_of(function)
        name = self._name(function)
        has_body = not scope.is_stub or function.path.endswith(".pyi")
        if not has_body and self._is_method(function, scope):
            text = f"{name} has no body, and what it gives instead is not known"
            return at(text, function.path, scope.line)
        return because(
            f"the return of {name} is not known",
            self._cause(function, scope, scope.returns),
            function.path,
            scope.line,
        )

    def _cause(
        self, function: FunctionValue, scope: Scope, items: Iterable[Return]
    ) -> Reason | None:
        foreign = self.resolver.is_foreign(function.path)
        if foreign or function.path.endswith(".pyi"):
            if scope.annotation is None:
                return at("it has no return annotation", function.path, scope.line)
        else:
            frame = self.resolver.calls.frame_of(function, ())
            cause = self.trail.first((item.value for item in items), frame)
            if cause is not None or scope.annotation is None:
                return cause
        meant = self.resolver.types.frame_of(function.path, function.number)
        return self.trail.members.type(scope.annotation, meant)

    def _name(self, function: FunctionValue) -> str:
        module = self.resolver.module(function.path)
        return f"`{module.qualified_name(function.number)}()`"

    def _is_method(self, function: FunctionValue, scope: Scope) -> bool:
        module = self.resolver.module(function.path)
        return module.scopes[scope.parent].kind is ScopeKind.CLASS

    # --- what objects give ---------------------------------------------------------------

    def given(self, value: Value, expr: Expr) -> Reason | None:
        """Explain what awaiting, entering or iterating a known object gives."""
        match value:
            case Produced(maker=FunctionValue() as maker, kind=kind):
                scope = self.resolver.scope_of(maker)
                if kind is Kind.COROUTINE:
                    return self._coroutine(maker, scope) if isinstance(expr, Await) else None
                return because(
                    f"what {self._name(maker)} yields is not known",
                    self._cause(maker, scope, scope.yields),
                    maker.path,
                    scope.line,
                )
            case InstanceValue():
                return self._by_protocol(value, expr)
            case External(name=name):
                found = (self.given(known, expr) for known in self.resolver.force(name))
                return next(filter(None, found), None)
            case _:
                return None

    def _coroutine(self, maker: FunctionValue, scope: Scope) -> Reason | None:
        if not self.trail.is_lost(self.resolver.calls.result(maker, ())):
            return None
        return because(
            f"the return of {self._name(maker)} is not known",
            self._cause(maker, scope, scope.returns),
            maker.path,
            scope.line,
        )

    def _by_protocol(self, value: InstanceValue, expr: Expr) -> Reason | None:
        match expr:
            case Await():
                name = "__await__"
            case Entered(is_async=is_async):
                name = "__aenter__" if is_async else "__enter__"
            case Element(is_async=is_async):
                name = "__aiter__" if is_async else "__iter__"
            case _:
                name = "__getitem__"
        if value.of is None:
            if name not in {"__iter__", "__getitem__"}:
                return None
            held = written(expr.value) if isinstance(expr, Element | Item | Subscript) else "..."
            return Reason(f"what `{held}`, a `{value.class_name}`, holds is not known")
        reason = self.trail.attribute_of(value, name)
        if reason is not None:
            return reason
        for method in self.resolver.attributes.call_method(value, name):
            if isinstance(method, Produced) and isinstance(method.maker, FunctionValue):
                return self.given(method, Await(expr) if name == "__aenter__" else expr)
        return self.by_method(value, name)

    # --- decorators ----------------------------------------------------------------------

    def definition(self, path: str, number: int, frame: Frame) -> Reason | None:
        """Explain what decorators make of a function or class."""
        scope = self.resolver.module(path).scopes[number]
        around = self.resolver.module(path).scopes[frame.number]
        if around.kind is not ScopeKind.FUNCTION and not frame.everything:
            frame = replace(frame, rebinding=None, before=scope.line)
        value: Value = (
            ClassValue(path, number)
            if scope.kind is ScopeKind.CLASS
            else FunctionValue(path, number, None)
        )
        values: Values = (value,)
        for decorator in reversed(scope.decorators):
            values = self.resolver.calls.decorators.decorate(decorator, values, frame)
            if not self.trail.is_lost(values):
                continue
            expr = decorator.value
            text = f"decorator `@{written(expr)}` is not known"
            by = self.resolver.evaluate(expr, frame)
            if self.trail.is_lost(by):
                cause = self.trail.lost(expr, frame)
            else:
                cause = next(filter(None, map(self.made_by, by)), None)
            shown = because(text, cause, path, decorator.line)
            return at(shown.text, path, decorator.line)
        return None


def _is_none(value: Value) -> bool:
    return isinstance(value, InstanceValue) and value.is_none
