"""Names of a module exchanged for others of it, which are imported where need be."""

import ast
from collections.abc import Container, Iterator

import libcst as cst

from asyncpattern_lint.fixes.text import Piece, Text
from asyncpattern_lint.fixes.tree import Tree, Trees


def exchange_name(
    tree: Tree, node: cst.BaseExpression, other: str, modules: Container[str], trees: Trees
) -> list[Piece] | None:
    """Return the pieces that write another name of one of some modules, and import it."""
    if isinstance(node, cst.Attribute):
        return [Piece(tree.start(node.attr), tree.end(node.attr), other)]
    if not isinstance(node, cst.Name):
        return None
    written = Piece(tree.start(node), tree.end(node), other)
    imported = list(_imported_from(trees.module, modules))
    for alias in imported:
        if alias.name == other:
            return [written._replace(content=alias.asname or alias.name)]
    if any(_binds(node, other) for node in ast.walk(trees.module)):
        return None
    for alias in imported:
        if (alias.asname or alias.name) == node.value:
            return [_imported(trees, alias, other), written]
    return None


def _imported_from(module: ast.Module, modules: Container[str]) -> Iterator[ast.alias]:
    """Yield the names that a module imports from some others at its top."""
    for statement in module.body:
        if isinstance(statement, ast.ImportFrom) and statement.module in modules:
            yield from statement.names


def _imported(trees: Trees, alias: ast.alias, other: str) -> Piece:
    """Return the piece that imports the other name beside the one, or in its place."""
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
