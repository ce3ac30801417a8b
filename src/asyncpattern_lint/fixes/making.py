"""Remedies to fixes: edits at the places of findings, or none where they do not fit."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

import libcst as cst

from asyncpattern_lint.findings import Action, Edit, Finding, Fix, Remedy
from asyncpattern_lint.fixes import names
from asyncpattern_lint.fixes.awaits import add_await, remove_await
from asyncpattern_lint.fixes.decorators import exchange_decorator, remove_beside, remove_decorator
from asyncpattern_lint.fixes.heads import change_head, places_awaited
from asyncpattern_lint.fixes.mocks import exchange_mock
from asyncpattern_lint.fixes.text import Piece, Text, UnfixableError
from asyncpattern_lint.fixes.tree import Tree, Trees
from asyncpattern_lint.index.builder import parse
from asyncpattern_lint.index.project import bytes_of
from asyncpattern_lint.parallel import map_chunks, shares_memory
from asyncpattern_lint.source import Span

#: Below this many files, starting processes costs more than it saves.
_PARALLEL_THRESHOLD = 100

_ON_IMPORTS: dict[Action, Callable[[Tree, cst.ImportAlias, Remedy], list[Piece] | None]] = {
    Action.RENAME: names.rename_import,
    Action.MODULE: names.rename_module,
    Action.SOURCE: names.change_source,
    Action.MOVE: names.move_import,
}


def mended(
    files: Sequence[Sequence[Finding]], overlay: Mapping[str, bytes], jobs: int
) -> Iterator[list[Finding]]:
    """Yield the findings of several files with their fixes, in their order.

    ``overlay`` is the text that stands in for files.
    """
    # Other processes than copies of this one might not let calls nest as deeply.
    workers = jobs if len(files) >= _PARALLEL_THRESHOLD and shares_memory() else 1
    mend = partial(_mended, overlay)
    for chunk in map_chunks(mend, files, jobs=workers, threshold=_PARALLEL_THRESHOLD):
        yield from chunk


def _mended(
    overlay: Mapping[str, bytes], files: Sequence[Sequence[Finding]]
) -> list[list[Finding]]:
    return [list(with_fixes(findings, partial(bytes_of, overlay))) for findings in files]


def with_fixes(findings: Iterable[Finding], read: Callable[[str], bytes]) -> Iterator[Finding]:
    """Yield the findings, each with its fix if there is one; ``read`` gives a file's bytes."""
    by_path: dict[str, list[Finding]] = {}
    for finding in findings:
        by_path.setdefault(finding.path, []).append(finding)
    for path, here in by_path.items():
        if not any(finding.remedy for finding in here):
            yield from here
            continue
        try:
            source = read(path)
            text = Text(source)
            yield from list(_with_fixes(here, text, Trees(text, parse(source, path))))
        except (OSError, SyntaxError, ValueError, RecursionError, MemoryError, UnfixableError):
            yield from here


def _with_fixes(findings: list[Finding], text: Text, trees: Trees) -> Iterator[Finding]:
    remedies = {finding.span: finding.remedy for finding in findings if finding.remedy}
    for finding in findings:
        remedy = finding.remedy
        tree = trees.around(finding.span.line) if remedy else None
        if remedy is None or tree is None:
            yield finding
            continue
        try:
            pieces = _pieces(tree, finding.span, remedy, remedies, trees)
        except RecursionError:
            pieces = None
        if not pieces:
            yield finding
            continue
        edits = tuple(Edit(text.span(piece), piece.content) for piece in sorted(pieces))
        yield replace(finding, fix=Fix(remedy.applicability, _message(remedy), edits))


def _pieces(
    tree: Tree, span: Span, remedy: Remedy, remedies: Mapping[Span, Remedy], trees: Trees
) -> list[Piece] | None:
    node = tree.target_at(span)
    if node is None:
        return None
    if isinstance(node, cst.ImportAlias):
        return _ON_IMPORTS[remedy.action](tree, node, remedy)
    match remedy.action:
        case Action.HEAD:
            return change_head(tree, node, remedy, remedies)
        case Action.AWAIT:
            return add_await(tree, node, places_awaited(remedies, remedy.applicability))
        case Action.UNAWAIT:
            return remove_await(tree, node)
        case Action.RENAME if isinstance(node, cst.Attribute):
            return names.rename_attribute(tree, node, remedy)
        case Action.RENAME if isinstance(node, cst.SimpleString):
            return names.rename_string(tree, node, remedy)
        case Action.REMOVE if isinstance(node, cst.SimpleString):
            return names.remove_export(tree, node)
        case Action.EXCHANGE:
            return exchange_decorator(tree, node, remedy, trees)
        case Action.UNDECORATE if remedy.text:
            return remove_beside(tree, node, remedy)
        case Action.UNDECORATE:
            return remove_decorator(tree, node)
        case Action.MOCK:
            return exchange_mock(tree, node, remedy, trees)
    return None


def _message(remedy: Remedy) -> str:
    """Return what the fix does, as an order."""
    text = remedy.text
    match remedy.action:
        case Action.HEAD if remedy.awaited:
            return f"Await it, under `{text}`"
        case Action.HEAD:
            return f"Write `{text}`"
        case Action.AWAIT:
            return "Add `await`"
        case Action.UNAWAIT:
            return "Remove `await`"
        case Action.RENAME:
            return f"Rename to `{text}`"
        case Action.REMOVE:
            return "Remove it from `__all__`"
        case Action.MODULE | Action.SOURCE:
            return f"Import from `{text}`"
        case Action.MOVE:
            return f"Import it from `{text}`"
        case Action.EXCHANGE:
            return f"Decorate it with `@{text}`"
        case Action.UNDECORATE:
            return f"Remove `@{text}`" if text else "Remove the decorator"
        case Action.MOCK:
            return f"Make it of `{text}`"
