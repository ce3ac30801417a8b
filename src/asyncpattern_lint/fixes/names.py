"""Names in imports, attributes and ``__all__`` exchanged or removed."""

import re
from collections.abc import Sequence

import libcst as cst

from asyncpattern_lint.findings import Remedy
from asyncpattern_lint.fixes.text import Piece
from asyncpattern_lint.fixes.tree import Tree

Display = cst.List | cst.Tuple | cst.Set


def rename_attribute(tree: Tree, node: cst.Attribute, remedy: Remedy) -> list[Piece]:
    """Return the piece that gives an attribute another name."""
    return [Piece(tree.start(node.attr), tree.end(node.attr), remedy.text)]


def rename_import(tree: Tree, alias: cst.ImportAlias, remedy: Remedy) -> list[Piece] | None:
    """Return the piece that imports another name and still binds the same one."""
    if not isinstance(tree.parent(alias), cst.ImportFrom) or not isinstance(alias.name, cst.Name):
        return None
    kept = "" if alias.asname is not None else f" as {alias.name.value}"
    return [Piece(tree.start(alias.name), tree.end(alias.name), f"{remedy.text}{kept}")]


def rename_module(tree: Tree, alias: cst.ImportAlias, remedy: Remedy) -> list[Piece] | None:
    """Return the piece that names another module in a statement that binds what it bound."""
    statement = tree.parent(alias)
    if isinstance(statement, cst.ImportFrom):
        written: cst.BaseExpression | None = statement.module
        relative = bool(statement.relative)
    else:
        # ``import a.b`` binds ``a``, and ``a.b`` is what the rest of the file says.
        written, relative = (alias.name, False) if alias.asname is not None else (None, False)
    if written is None:
        return None
    parts = [tree.start(part) for part in _parts(written)]
    spelled = [part.value for part in _parts(written)]
    old, new = remedy.old.split("."), remedy.text.split(".")
    if relative:
        last = [at for at, part in enumerate(spelled) if part == old[-1]]
        if len(last) != 1 or old[:-1] != new[:-1]:
            return None
        start, length, content = parts[last[0]], len(old[-1]), new[-1]
        return [Piece(start, start + length, content)]
    if spelled[: len(old)] != old:
        return None
    return [Piece(parts[0], parts[len(old) - 1] + len(old[-1]), remedy.text)]


def _parts(node: cst.BaseExpression) -> list[cst.Name]:
    """Return the names of a dotted name, the first one first."""
    found: list[cst.Name] = []
    while isinstance(node, cst.Attribute):
        found.append(node.attr)
        node = node.value
    if isinstance(node, cst.Name):
        found.append(node)
    return found[::-1]


def change_source(tree: Tree, alias: cst.ImportAlias, remedy: Remedy) -> list[Piece] | None:
    """Return the piece that takes all names of a statement from another module."""
    statement = tree.parent(alias)
    if not isinstance(statement, cst.ImportFrom):
        return None
    nodes: list[cst.CSTNode] = [*statement.relative]
    if statement.module is not None:
        nodes.append(statement.module)
    start, end = min(map(tree.start, nodes)), max(map(tree.end, nodes))
    # ``from.old import`` has no space that a name could do without.
    space = "" if tree.text.text[start - 1].isspace() else " "
    behind = "" if tree.text.text[end].isspace() else " "
    return [Piece(start, end, f"{space}{remedy.text}{behind}")]


def move_import(tree: Tree, alias: cst.ImportAlias, remedy: Remedy) -> list[Piece] | None:
    """Return the pieces that take one name of a statement from another module."""
    statement = tree.parent(alias)
    if not isinstance(statement, cst.ImportFrom) or isinstance(statement.names, cst.ImportStar):
        return None
    if len(statement.names) == 1:
        return change_source(tree, alias, remedy)
    removed = _removed(tree, statement.names, alias)
    if removed is None:
        return None
    start = tree.start(statement)
    written = tree.text.text[tree.start(alias) : tree.end(alias)]
    if "\n" in written or "\r" in written or "#" in written:
        return None
    line = tree.parent(statement)
    alone = isinstance(line, cst.SimpleStatementLine) and line.body[0] is statement
    if alone:
        number = tree.span(statement).line
        indent = tree.text.text[tree.text.line_start(number) : start]
        between = f"{tree.text.line_end(number)}{indent}"
    else:
        between = "; "
    moved = f"from {remedy.text} import {written}{between}"
    return [Piece(start, start, moved), removed]


def _removed(tree: Tree, siblings: Sequence[cst.CSTNode], node: cst.CSTNode) -> Piece | None:
    """Return the piece that removes one of several items with a comma, None between comments."""
    position = list(siblings).index(node)
    stretches = []
    if position + 1 < len(siblings):
        stretches.append((tree.start(node), tree.start(siblings[position + 1])))
    if position:
        stretches.append((tree.end(siblings[position - 1]), tree.end(node)))
    text = tree.text.text
    for start, end in stretches:
        gone = text[start : tree.start(node)] + text[tree.end(node) : end]
        if not gone.strip(" \t\r\n\f\\,"):
            return Piece(start, end, "")
    return None


def rename_string(tree: Tree, node: cst.SimpleString, remedy: Remedy) -> list[Piece] | None:
    """Return the piece that puts another name into a string, in the place of the old one."""
    edge = len(node.prefix) + len(node.quote)
    start, end = tree.start(node) + edge, tree.end(node) - len(node.quote)
    if remedy.old:
        named = re.compile(rf"(?<!\w){re.escape(remedy.old)}(?!\w)")
        found = list(named.finditer(tree.text.text, start, end))
        if len(found) != 1:
            return None
        start, end = found[0].span()
    return [Piece(start, end, remedy.text)]


def remove_export(tree: Tree, node: cst.SimpleString) -> list[Piece] | None:
    """Return the piece that takes a string out of a list, tuple or set."""
    element = tree.parent(node)
    display = tree.parent(element)
    if not isinstance(element, cst.Element) or not isinstance(display, Display) or node.lpar:
        return None
    elements = display.elements
    if len(elements) > 1:
        values = [e.value for e in elements]
        if not all(isinstance(value, cst.SimpleString) and not value.lpar for value in values):
            return None
        removed = _removed(tree, values, node)
        if removed is None or not isinstance(display, cst.Tuple) or len(elements) > 2:
            return None if removed is None else [removed]
        # A tuple of one keeps its comma; ``("kept", "gone",)`` has it already.
        kept_first = values[0] is not node
        has_comma = isinstance(elements[-1].comma, cst.Comma)
        if has_comma:
            return [removed]
        return [removed._replace(content=",")] if kept_first else [removed, _comma(tree, values[1])]
    start, end = tree.start(node), tree.end(node)
    if isinstance(display, cst.Set) or (isinstance(display, cst.Tuple) and not display.lpar):
        return None
    comma = elements[0].comma
    if isinstance(comma, cst.Comma):
        end = tree.end(comma)
    if tree.text.text[tree.end(node) : end].strip(" \t\r\n\f,"):
        return None
    return [Piece(start, end, "")]


def _comma(tree: Tree, node: cst.CSTNode) -> Piece:
    return Piece(tree.end(node), tree.end(node), ",")
