"""Decorators of contextlib exchanged for each other, or removed."""

import ast

import libcst as cst

from asyncpattern_lint.findings import Remedy
from asyncpattern_lint.fixes.text import Piece, Text
from asyncpattern_lint.fixes.tree import Tree, Trees

_MODULE = "contextlib"


def remove_decorator(tree: Tree, node: cst.BaseExpression) -> list[Piece] | None:
    """Return the piece that takes a decorator away, a comment behind it excepted."""
    decorator = tree.parent(node)
    if not isinstance(decorator, cst.Decorator):
        return None
    text = tree.text.text
    start, end = tree.start(decorator), tree.outer(node)[1]
    line = tree.text.line_at(end)
    following = tree.text.line_start(line + 1)
    rest = text[end:following].strip()
    if rest.startswith("#"):
        return [Piece(start, text.index("#", end), "")]
    return [Piece(tree.text.line_start(tree.text.line_at(start)), following, "")]


def exchange_decorator(
    tree: Tree, node: cst.BaseExpression, remedy: Remedy, trees: Trees
) -> list[Piece] | None:
    """Return the pieces that write the other decorator, and import it where need be."""
    if not isinstance(tree.parent(node), cst.Decorator):
        return None
    if isinstance(node, cst.Attribute):
        return [Piece(tree.start(node.attr), tree.end(node.attr), remedy.text)]
    if not isinstance(node, cst.Name):
        return None
    written = Piece(tree.start(node), tree.end(node), remedy.text)
    for statement in trees.module.body:
        if not isinstance(statement, ast.ImportFrom) or statement.module != _MODULE:
            continue
        for alias in statement.names:
            if alias.name == remedy.text:
                return [written._replace(content=alias.asname or alias.name)]
    if any(_binds(node, remedy.text) for node in ast.walk(trees.module)):
        return None
    for statement in trees.module.body:
        if isinstance(statement, ast.ImportFrom) and statement.module == _MODULE:
            for alias in statement.names:
                if (alias.asname or alias.name) == node.value:
                    return [_imported(trees, alias, remedy.text), written]
    return None


def _imported(trees: Trees, alias: ast.alias, other: str) -> Piece:
    """Return the piece that imports the other decorator beside the one, or in its place."""
    bound = alias.asname or alias.name
    start = _offset(trees.text, alias.lineno, alias.col_offset)
    end = _offset(trees.text, alias.end_lineno or alias.lineno, alias.end_col_offset or 0)
    loads = [n for n in ast.walk(trees.module) if isinstance(n, ast.Name) and n.id == bound]
    if len(loads) == 1:
        return Piece(start, end, other)
    written = trees.text.text[start:end]
    return Piece(start, end, ", ".join(sorted([written, other])))


def _offset(text: Text, line: int, column: int) -> int:
    """Return the offset of a place as the parser gives it: its columns count bytes."""
    start = text.line_start(line)
    before = text.text[start : text.line_start(line + 1)].encode("utf-8", "surrogatepass")[:column]
    return start + len(before.decode("utf-8", "surrogatepass"))


def _binds(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Name(id=bound) | ast.FunctionDef(name=bound) | ast.AsyncFunctionDef(name=bound):
            return bound == name
        case ast.ClassDef(name=bound) | ast.arg(arg=bound):
            return bound == name
        case ast.alias():
            return (node.asname or node.name) == name
        case _:
            return False
