"""Check the Python in documents and docstrings against the code that they speak of."""

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from asyncpattern_lint.analysis.checker import Checker
from asyncpattern_lint.config import Settings, UsageError
from asyncpattern_lint.findings import (
    Finding,
    MissingModule,
    MissingName,
    MissingTarget,
    Misuse,
    Observation,
    Step,
)
from asyncpattern_lint.index.blocks import MARKDOWN, Block, blocks_of_module, blocks_of_text
from asyncpattern_lint.index.entry import is_test
from asyncpattern_lint.index.project import Project
from asyncpattern_lint.protocol import Kind
from asyncpattern_lint.rule import findings_of
from asyncpattern_lint.source import Span, decode

#: The codes that speak of examples, which are not whole programs.
_TOLD = (
    "APL11", "APL12", "APL13", "APL14", "APL15", "APL16",
    "APL301", "APL302", "APL305", "APL306", "APL4", "APL5",
)  # fmt: skip

#: The codes that speak of whole definitions, where an example shows them whole.
_OF_DEFINITIONS = ("APL201", "APL202", "APL203", "APL204", "APL205", "APL206")

#: What an example leaves something out with.
_ELISIONS = ("...", "\N{HORIZONTAL ELLIPSIS}")

#: Longer texts are data.
_LONGEST = 1_000_000

#: Between the path of a document and the line of a block in it.
_MARK = "\n"


@dataclass(frozen=True, slots=True)
class Documented:
    """What was found in documents: ``checked`` and ``skipped`` count blocks."""

    findings: frozenset[Finding] = frozenset()
    checked: int = 0
    skipped: int = 0

    @property
    def notices(self) -> tuple[str, ...]:
        """What the user would not learn from the findings."""
        if not self.skipped:
            return ()
        what = "1 block" if self.skipped == 1 else f"{self.skipped} blocks"
        return (f"skipped {what} in documents that cannot be parsed; checked {self.checked}",)


def check_documents(
    settings: Settings, project: Project, modules: Iterable[str], documents: Iterable[str]
) -> Documented:
    """Check the blocks in documents, and in the docstrings of modules."""
    found: list[tuple[str, Block, str]] = []
    skipped = 0
    for path, blocks, opening in _blocks(project, modules, documents):
        imports: list[tuple[int, str]] = []
        for block in blocks:
            tree = block.tree
            if tree is None:
                skipped += 1
                continue
            found.append((path, block, _module_of(block, tree, opening, imports)))
            imports += _imports(block, tree)
    overlay = {f"{path}{_MARK}{block.line}": text.encode() for path, block, text in found}
    revised = project.revised({**settings.overlay, **overlay})
    checker = Checker(revised, candidates=settings.candidates)
    findings = {
        _moved(finding, path, block)
        for path, block, _ in found
        for observation in checker.check(f"{path}{_MARK}{block.line}")
        if not _is_example(observation)
        for finding in findings_of(observation, settings.enabled_in(path))
        if _is_told(finding.code, block) and block.line <= finding.span.line <= block.last
    }
    return Documented(frozenset(findings), len(found), skipped)


def _is_told(code: str, block: Block) -> bool:
    """Tell whether a code speaks of what a block shows."""
    if code.startswith(_OF_DEFINITIONS):
        return not any(mark in line for line in block.lines for mark in _ELISIONS)
    return code.startswith(_TOLD)


def _is_example(observation: Observation) -> bool:
    """Tell whether something is wrong only because an example is no whole program.

    ``...`` stands for anything, a function without a real body may return something, tests are
    the reader's, and what a package lacks may come from elsewhere.
    """
    match observation:
        case Misuse(kind=Kind.OTHER, description=description):
            return description in {"None", "an instance of `ellipsis`"}
        case MissingName(target=target):
            return is_test(target.path)
        case MissingTarget(target=target, near=near, moved_to=moved_to):
            return is_test(target.path) or not (near or moved_to)
        case MissingModule(near=near):
            return not near
        case _:
            return False


def _blocks(
    project: Project, modules: Iterable[str], documents: Iterable[str]
) -> Iterator[tuple[str, Sequence[Block], str]]:
    """Yield the blocks that belong together, and the line that they are opened with."""
    for path in documents:
        try:
            text = decode(project.read(path))
            if len(text) > _LONGEST:
                continue
            yield path, list(blocks_of_text(path, text)), ""
        except OSError:
            continue
        except ImportError:
            raise UsageError(
                f"documents in Markdown ({', '.join(MARKDOWN)}) need markdown-it-py:"
                ' install "asyncpattern-lint[docs]"'
            ) from None
    for path in modules:
        try:
            source = project.read(path)
        except OSError:
            continue
        if b">>>" not in source and b"```" not in source and b"code" not in source:
            continue
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        name = project.module_name(path)
        opening = f"from {name} import *" if all(map(str.isidentifier, name.split("."))) else ""
        for blocks in blocks_of_module(tree, decode(source)):
            yield path, blocks, opening


def _module_of(
    block: Block, tree: ast.Module, opening: str, imports: Iterable[tuple[int, str]]
) -> str:
    """Return the text of a module that holds just a block, each line where it stands.

    What earlier blocks import is there, too.
    """
    code = list(block.lines)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            # Relative to a module of the reader's.
            first, last = node.lineno - 1, node.end_lineno or node.lineno
            code[first:last] = ["pass".rjust(node.col_offset + 4), *[""] * (last - first - 1)]
    lines = [""] * (block.line - 1)
    if lines:
        lines[0] = opening
    for line, text in imports:
        if line < block.line:
            lines[line - 1] = text
    return "\n".join([*lines, *code, ""])


def _imports(block: Block, tree: ast.Module) -> Iterator[tuple[int, str]]:
    for statement in tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom) and not getattr(
            statement, "level", 0
        ):
            yield block.line + statement.lineno - 1, ast.unparse(statement)


def _moved(finding: Finding, path: str, block: Block) -> Finding:
    """Return a finding in a block as one in the document, which nothing fixes."""
    span = finding.span
    here = f"{path}{_MARK}{block.line}"
    return replace(
        finding,
        path=path,
        span=Span(
            span.line, span.column + block.column, span.end_line, span.end_column + block.column
        ),
        evidence=tuple(
            Step(path, step.line, step.message) if step.path == here else step
            for step in finding.evidence
        ),
        target=replace(finding.target, path=path)
        if finding.target is not None and finding.target.path == here
        else finding.target,
        remedy=None,
    )
