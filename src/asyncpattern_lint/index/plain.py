"""What functions leave alone: namespaces, classes and attributes, as far as their text tells."""

import ast
from collections.abc import Collection, Iterator

from asyncpattern_lint.index.making import makes_plainly
from asyncpattern_lint.index.model import Call, Defined, ModuleIndex, Name, Scope, ScopeKind
from asyncpattern_lint.index.openness import asked_by
from asyncpattern_lint.index.passing_on import handled_by


def note(scope: Scope, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    """Note in the outline of a function, which is complete otherwise, what it leaves alone."""
    if node.decorator_list or isinstance(node, ast.AsyncFunctionDef):
        return
    if not scope.parent:
        scope.only_asked = asked_by(node)
    elif node.name == "__new__":
        scope.makes_plainly = makes_plainly(node)
    elif node.name == "__getattribute__":
        scope.handled = handled_by(node, scope)


def note_unbound(index: ModuleIndex, called: Collection[tuple[str, str]]) -> None:
    """Note which functions of classes get something else than ``self``.

    They are called through the class, as ``called`` tells by the names of what is asked for a
    function and of that; or the body of the class hands them on, or decorates with them.
    """
    for scope in index.scopes:
        if scope.kind is ScopeKind.CLASS:
            names = {name for owner, name in called if owner == scope.name}
            for name in names.union(_decorating(index, scope)) & scope.bindings.keys():
                for binding in scope.bindings[name].every:
                    if isinstance(binding, Defined):
                        function = index.scopes[binding.scope]
                        function.is_unbound = not function.decorators


def _decorating(index: ModuleIndex, scope: Scope) -> Iterator[str]:
    """Yield the names of what the functions of a class are decorated with."""
    for entry in scope.bindings.values():
        for binding in entry.every:
            if isinstance(binding, Defined):
                for decorator in index.scopes[binding.scope].decorators:
                    made = decorator.value
                    func = made.func if isinstance(made, Call) else made
                    if isinstance(func, Name):
                        yield func.id
