"""Run the LibCST visitor over the scopes of a module that may hold a misuse."""

from collections.abc import Iterator

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from asyncpattern_lint.analysis.discards import discarded_targets
from asyncpattern_lint.analysis.fragments import Fragment, fragments, whole_file
from asyncpattern_lint.analysis.imports import ImportChecker
from asyncpattern_lint.analysis.positions import decode
from asyncpattern_lint.analysis.resolver import Resolver
from asyncpattern_lint.analysis.values import ModuleValue
from asyncpattern_lint.analysis.visitor import AttributeHit, Hit
from asyncpattern_lint.analysis.walker import ScopeWalker
from asyncpattern_lint.findings import Misuse, Observation, Unreadable
from asyncpattern_lint.index.model import ModuleIndex
from asyncpattern_lint.source import Span

Definition = cst.FunctionDef | cst.ClassDef

#: Statements that may hold a definition somewhere below them.
_COMPOUND = (cst.BaseCompoundStatement, cst.BaseSuite, cst.Else, cst.Finally, cst.ExceptHandler,
             cst.ExceptStarHandler, cst.MatchCase)  # fmt: skip


class UseChecker:
    """Checks the uses in the modules of a project."""

    def __init__(self, resolver: Resolver, imports: ImportChecker) -> None:
        self.resolver = resolver
        self.imports = imports

    def can_parse(self, source: bytes) -> bool:
        """Tell whether LibCST, which knows the syntax of every Python, parses a source."""
        return _parse(decode(source)) is not None

    def check(
        self, path: str, source: bytes, module: ModuleIndex, scopes: frozenset[int]
    ) -> Iterator[Observation]:
        """Yield the misuses in the given scopes of a module."""
        text = decode(source)
        for fragment in fragments(text, module, scopes):
            yield from self._check_fragment(path, text, module, fragment, scopes)

    def _check_fragment(
        self,
        path: str,
        text: str,
        module: ModuleIndex,
        fragment: Fragment,
        scopes: frozenset[int],
    ) -> Iterator[Observation]:
        tree = _parse(fragment.text)
        definitions = list(_definitions(tree)) if tree is not None else []
        if tree is None or len(definitions) != len(fragment.numbers):
            if fragment.line > 1:
                # It does not stand alone: it is indented, or not what the outline saw.
                whole = whole_file(text, module)
                wanted = scopes.intersection(fragment.numbers)
                yield from self._check_fragment(path, text, module, whole, wanted)
            else:
                reason = "LibCST cannot parse it, or it was changed during the check"
                yield Unreadable(reason, path, Span(1, 1, 1, 2))
            return
        numbers = {id(d): n for d, n in zip(definitions, fragment.numbers, strict=True)}
        bodies: dict[int, cst.Module | Definition] = {numbers[id(d)]: d for d in definitions}
        if fragment.line == 1:
            bodies[0] = tree
        hits: list[Hit] = []
        attribute_hits: list[AttributeHit] = []
        for number in sorted(scopes & bodies.keys()):
            body = bodies[number]
            walker = ScopeWalker(self.resolver, path, module, number, numbers)
            if isinstance(body, cst.FunctionDef):
                walker.is_discarded = discarded_targets(body.body)
            walker.walk(body.body if isinstance(body, cst.Module) else body.body.body)
            hits += walker.hits
            attribute_hits += walker.attribute_hits
        if hits or attribute_hits:
            yield from self._observations(path, tree, fragment.line - 1, hits, attribute_hits)

    def _observations(
        self,
        path: str,
        tree: cst.Module,
        above: int,
        hits: list[Hit],
        attribute_hits: list[AttributeHit],
    ) -> Iterator[Observation]:
        ranges = MetadataWrapper(tree, unsafe_skip_copy=True).resolve(PositionProvider)

        def span(node: cst.CSTNode) -> Span:
            start, end = ranges[node].start, ranges[node].end
            return Span(start.line + above, start.column + 1, end.line + above, end.column + 1)

        for hit in hits:
            verdict = hit.verdict
            yield Misuse(
                use=hit.use,
                kind=verdict.kind,
                construct=hit.construct,
                reference=tree.code_for_node(hit.node).strip(),
                description=verdict.description,
                path=path,
                span=span(hit.node),
                target=verdict.target,
                evidence=verdict.steps,
            )
        for attribute in attribute_hits:
            value = attribute.values[0]
            assert isinstance(value, ModuleValue)  # the visitor notes no others
            yield self.imports.missing_name(
                attribute.node.attr.value,
                value.location,
                path,
                span(attribute.node),
                attribute=True,
                evidence=value.steps,
            )


def _parse(text: str) -> cst.Module | None:
    try:
        return cst.parse_module(text)
    except Exception:  # its errors have no common base but this one
        return None


def _definitions(node: cst.CSTNode) -> Iterator[Definition]:
    """Yield the definitions in a tree, in the order of the text."""
    for child in node.children:
        if isinstance(child, cst.FunctionDef | cst.ClassDef):
            yield child
            yield from _definitions(child.body)
        elif isinstance(child, _COMPOUND):
            yield from _definitions(child)
