"""Run the LibCST visitor over the scopes of a module that may hold a misuse, or any use."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from asyncpattern_lint.analysis.discards import discarded_targets
from asyncpattern_lint.analysis.fragments import Fragment, fragments, whole_file
from asyncpattern_lint.analysis.imports import ImportChecker
from asyncpattern_lint.analysis.reasons import NOT_FOLLOWED, Reason
from asyncpattern_lint.analysis.resolver import Resolver
from asyncpattern_lint.analysis.trail import Trail, is_lost
from asyncpattern_lint.analysis.values import DECIDED, ModuleValue
from asyncpattern_lint.analysis.visitor import AttributeHit, Hit
from asyncpattern_lint.analysis.walker import ScopeWalker
from asyncpattern_lint.findings import Misuse, Observation, Tally, Unreadable, Unresolved
from asyncpattern_lint.index.model import Expr, ModuleIndex
from asyncpattern_lint.protocol import Kind, Use
from asyncpattern_lint.source import Span, decode, lines_of

Definition = cst.FunctionDef | cst.ClassDef

#: Statements that may hold a definition somewhere below them.
_COMPOUND = (cst.BaseCompoundStatement, cst.BaseSuite, cst.Else, cst.Finally, cst.ExceptHandler,
             cst.ExceptStarHandler, cst.MatchCase)  # fmt: skip

#: The constructs that Python itself runs asynchronously.
_CONSTRUCTS = frozenset({"async for", "async comprehension", "async with", "await"})

#: What each of them shows in the text.
_MARK = re.compile(r"\basync\b|\bawait\b")


class Part(NamedTuple):
    """A parsed stretch of a module.

    ``above`` counts the lines above it; ``numbers`` maps the nodes of its definitions to their
    scopes, ``bodies`` the numbers of its scopes to their nodes.
    """

    tree: cst.Module
    above: int
    numbers: dict[int, int]
    bodies: dict[int, cst.Module | Definition]


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
        for part in _parts(decode(source), module, scopes):
            if part is None:
                reason = "LibCST cannot parse it, or it was changed during the check"
                yield Unreadable(reason, path, Span(1, 1, 1, 2))
                continue
            hits: list[Hit] = []
            attribute_hits: list[AttributeHit] = []
            for number in sorted(scopes & part.bodies.keys()):
                walker = ScopeWalker(self.resolver, path, module, number, part.numbers)
                body = part.bodies[number]
                if isinstance(body, cst.FunctionDef):
                    walker.is_discarded = discarded_targets(body.body)
                walker.walk(_statements(body))
                hits += walker.hits
                attribute_hits += walker.attribute_hits
            if hits or attribute_hits:
                yield from self._observations(path, part, hits, attribute_hits)

    def census(
        self, path: str, source: bytes, module: ModuleIndex, *, explain: bool
    ) -> tuple[Tally, list[Unresolved]]:
        """Count the asynchronous uses of a module, and list the unresolved ones to explain."""
        text = decode(source)
        scopes = _asynchronous_scopes(text, module)
        counted = lost = 0
        listed: list[Unresolved] = []
        for part in _parts(text, module, scopes):
            if part is None:
                continue
            uses: dict[cst.CSTNode, Loss | None] = {}
            for number in sorted(scopes & part.bodies.keys()):
                census = Census(self.resolver, path, module, number, part.numbers)
                census.trail = Trail(self.resolver) if explain else None
                census.walk(_statements(part.bodies[number]))
                uses.update(census.uses)
            counted += len(uses)
            losses = {node: loss for node, loss in uses.items() if loss is not None}
            lost += len(losses)
            if explain and losses:
                listed.extend(_listed(path, part, losses))
        return Tally(counted, lost), listed

    def _observations(
        self,
        path: str,
        part: Part,
        hits: list[Hit],
        attribute_hits: list[AttributeHit],
    ) -> Iterator[Observation]:
        span = _spans(part)
        for hit in hits:
            verdict = hit.verdict
            yield Misuse(
                use=hit.use,
                kind=verdict.kind,
                construct=hit.construct,
                reference=part.tree.code_for_node(hit.node).strip(),
                description=verdict.description,
                path=path,
                span=span(hit.node),
                target=verdict.target,
                evidence=verdict.steps,
                result=hit.result,
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


class Loss(NamedTuple):
    """A use whose target is not known, and why."""

    construct: str
    reason: Reason


class Census(ScopeWalker):
    """Walks one scope and counts its asynchronous uses instead of judging any.

    ``uses`` holds each by its node, None if all that it may get is known; ``trail`` says why
    it is not.
    """

    trail: Trail | None = None

    def __init__(
        self,
        resolver: Resolver,
        path: str,
        module: ModuleIndex,
        number: int,
        numbers: dict[int, int],
    ) -> None:
        super().__init__(resolver, path, module, number, numbers)
        self.uses: dict[cst.CSTNode, Loss | None] = {}

    def use(
        self,
        node: cst.CSTNode,
        expr: Expr,
        use: Use,  # noqa: ARG002  # the walker judges by it
        construct: str,
        legitimate: Callable[[Kind], bool] = lambda _: False,  # noqa: ARG002
    ) -> None:
        """Count one use; where a walk comes twice, what is unknown once stays so."""
        if self.muted or construct not in _CONSTRUCTS or self.uses.get(node) is not None:
            return
        if not is_lost(self.resolver, self.judged(expr)):
            self.uses.setdefault(node, None)
            return
        reason = self.trail.reason(expr, self.frame) if self.trail else NOT_FOLLOWED
        self.uses[node] = Loss(construct, reason)

    silent = DECIDED

    def _forget(self, names: Iterable[str]) -> None:
        for name in names:
            self.bind(name, DECIDED)

    def _forget_guarded(self, test: cst.BaseExpression) -> frozenset[str]:
        asked = super()._forget_guarded(test)
        if self.env is not None:
            self.env.update(dict.fromkeys(asked, DECIDED))
        return asked


def _listed(path: str, part: Part, losses: dict[cst.CSTNode, Loss]) -> Iterator[Unresolved]:
    span = _spans(part)
    for node, loss in losses.items():
        yield Unresolved(
            construct=loss.construct,
            reference=part.tree.code_for_node(node).strip(),
            path=path,
            span=span(node),
            reason=loss.reason.text,
            reason_path=loss.reason.path,
            reason_line=loss.reason.line if loss.reason.path is not None else None,
        )


def _asynchronous_scopes(text: str, module: ModuleIndex) -> frozenset[int]:
    """Return the scopes whose own lines may hold an asynchronous use."""
    numbers = sorted(range(1, len(module.scopes)), key=lambda number: module.scopes[number].line)
    starts = [module.scopes[number].line for number in numbers]
    found: set[int] = set()
    for line, content in enumerate(lines_of(text), start=1):
        if not _MARK.search(content):
            continue
        at = bisect_left(starts, line + 1) - 1
        number = numbers[at] if at >= 0 else 0
        # Where several scopes share the line, each of them may be meant.
        while at >= 0 and starts[at] == line:
            found.add(numbers[at])
            at -= 1
        while number and module.scopes[number].end_line < line:
            number = module.scopes[number].parent
        found.add(number)
    return frozenset(found)


def _spans(part: Part) -> Callable[[cst.CSTNode], Span]:
    ranges = MetadataWrapper(part.tree, unsafe_skip_copy=True).resolve(PositionProvider)
    above = part.above

    def span(node: cst.CSTNode) -> Span:
        start, end = ranges[node].start, ranges[node].end
        return Span(start.line + above, start.column + 1, end.line + above, end.column + 1)

    return span


def _statements(body: cst.Module | Definition) -> Iterator[cst.CSTNode]:
    yield from body.body if isinstance(body, cst.Module) else body.body.body


def _parts(text: str, module: ModuleIndex, scopes: frozenset[int]) -> Iterator[Part | None]:
    """Yield what holds the given scopes, parsed; None for what cannot be."""
    for fragment in fragments(text, module, scopes):
        part = _part(fragment)
        if part is None and fragment.line > 1:
            # It does not stand alone: it is indented, or not what the outline saw.
            part = _part(whole_file(text, module))
            if part is not None:
                inside = {n: part.bodies[n] for n in fragment.numbers}
                part = part._replace(bodies=inside)
        yield part


def _part(fragment: Fragment) -> Part | None:
    tree = _parse(fragment.text)
    if tree is None:
        return None
    definitions = list(_definitions(tree))
    if len(definitions) != len(fragment.numbers):
        return None
    numbers = {id(d): n for d, n in zip(definitions, fragment.numbers, strict=True)}
    bodies: dict[int, cst.Module | Definition] = {numbers[id(d)]: d for d in definitions}
    if fragment.line == 1:
        bodies[0] = tree
    return Part(tree, fragment.line - 1, numbers, bodies)


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
