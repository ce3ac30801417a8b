"""What functions leave alone: namespaces, classes and attributes, as far as their text tells."""

import ast
from collections.abc import Collection

from asyncpattern_lint.index.making import makes_plainly
from asyncpattern_lint.index.model import Defined, ModuleIndex, Scope, ScopeKind
from asyncpattern_lint.index.openness import asked_by
from asyncpattern_lint.index.passing_on import handled_by


def note(scope: Scope, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    """Note in the outline of a function what it leaves alone."""
    if node.decorator_list or isinstance(node, ast.AsyncFunctionDef):
        return
    if not scope.parent:
        scope.only_asked = asked_by(node)
    elif node.name == "__new__":
        scope.makes_plainly = makes_plainly(node)
    elif node.name == "__getattribute__":
        scope.handled = handled_by(node)


def note_unbound(index: ModuleIndex, called: Collection[tuple[str, str]]) -> None:
    """Note which functions of classes are called through the class with something else than ``self``.

    ``called`` are the names of what is asked for a function, and of that.
    """
    for scope in index.scopes:
        if scope.kind is ScopeKind.CLASS:
            for name, entry in scope.bindings.items():
                if (scope.name, name) in called:
                    for binding in entry.every:
                        if isinstance(binding, Defined):
                            function = index.scopes[binding.scope]
                            function.is_unbound = not function.decorators
