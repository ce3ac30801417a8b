"""The statements of functions, with what each expression in them is lowered to.

The outline forgets in which order things happen. Where that matters, the text is parsed again.
"""

import ast
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from asyncpattern_lint.index.expressions import ExpressionVisitor
from asyncpattern_lint.index.model import OPAQUE, Expr, ModuleIndex, Scope, ScopeKind
from asyncpattern_lint.index.yield_places import FunctionNode


class Lowering(ExpressionVisitor):
    """Lowers expressions, and remembers what became of each part of them."""

    def __init__(self, aliases: Mapping[str, str]) -> None:
        super().__init__()
        self.aliases = aliases
        self._lowered: dict[ast.expr, Expr] = {}

    def bind(self, name: str, value: Expr, line: int) -> None:
        """Pass over what is bound: the outline knows it."""

    def visit(self, node: ast.expr) -> Expr:
        """Lower an expression, with all that it is made of."""
        known = self._lowered.get(node)
        if known is None:
            known = self._lowered[node] = super().visit(node)
        return known

    def of(self, node: ast.expr) -> Expr:
        """Return what a part of an expression was lowered to, in its place in the whole."""
        return self._lowered.get(node, OPAQUE)


class Body(NamedTuple):
    """The statements of a function or module, and what their expressions are lowered to."""

    statements: list[ast.stmt]
    lowering: Lowering


class Bodies:
    """The bodies of the functions of one module, by its tree and its outline."""

    def __init__(self, tree: ast.Module, module: ModuleIndex) -> None:
        self._tree = tree
        self._module = module
        self._known: dict[int, Body] = {}

    @cached_property
    def _functions(self) -> dict[tuple[int, str], FunctionNode]:
        return functions_of(self._tree)

    def of(self, number: int) -> Body:
        """Return the body of a scope, which must be a function or the module."""
        known = self._known.get(number)
        if known is None:
            scope = self._module.scopes[number]
            tree = self._tree if scope.kind is ScopeKind.MODULE else self._function(scope)
            known = self._known[number] = Body(tree.body, Lowering(self._module.aliases))
        return known

    def _function(self, scope: Scope) -> FunctionNode:
        return self._functions[scope.line, scope.name]


def functions_of(tree: ast.Module) -> dict[tuple[int, str], FunctionNode]:
    """Return the functions of a module by the lines of their ``def``, and their names."""
    return {
        (node.lineno, node.name): node for node in ast.walk(tree) if isinstance(node, FunctionNode)
    }


def own_nodes(statements: list[ast.stmt]) -> Iterator[ast.AST]:
    """Yield the nodes of statements without what runs later: functions, classes and lambdas."""
    waiting: list[ast.AST] = list(reversed(statements))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, FunctionNode | ast.ClassDef | ast.Lambda):
            waiting.extend(reversed(list(ast.iter_child_nodes(node))))
