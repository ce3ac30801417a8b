"""What functions leave alone: namespaces, classes and attributes, as far as their text tells."""

import ast

from asyncpattern_lint.index.making import makes_plainly
from asyncpattern_lint.index.model import Scope
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
