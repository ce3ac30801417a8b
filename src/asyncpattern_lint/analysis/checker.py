"""Check one module: its imports from the outline, its uses with LibCST where need be."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from asyncpattern_lint.analysis.candidates import candidate_scopes
from asyncpattern_lint.analysis.definitions import DefinitionChecker
from asyncpattern_lint.analysis.entry_points import check_entry_points
from asyncpattern_lint.analysis.frameworks import FrameworkChecker
from asyncpattern_lint.analysis.imports import ImportChecker
from asyncpattern_lint.analysis.lifetimes import LifetimeChecker
from asyncpattern_lint.analysis.positions import Positions
from asyncpattern_lint.analysis.replacements import ReplacementChecker
from asyncpattern_lint.analysis.resolver import Resolver
from asyncpattern_lint.analysis.strings import StringChecker
from asyncpattern_lint.config.options import Contract
from asyncpattern_lint.findings import Observation, Tally, Unreadable, Unresolved
from asyncpattern_lint.index.model import Failure, ModuleIndex
from asyncpattern_lint.index.project import Project
from asyncpattern_lint.source import Span

if TYPE_CHECKING:
    from asyncpattern_lint.analysis.order import OrderChecker
    from asyncpattern_lint.analysis.uses import UseChecker


class Checker:
    """Checks modules of a project.

    ``candidates=False`` walks every scope of every module; ``contracts`` are about the order of
    calls.
    """

    def __init__(
        self, project: Project, *, candidates: bool = True, contracts: Sequence[Contract] = ()
    ) -> None:
        self.project = project
        self.candidates = candidates
        self.resolver = Resolver(project)
        self.imports = ImportChecker(self.resolver.exports)
        self.strings = StringChecker(self.resolver, self.imports.homes)
        self._of_outlines = (
            self.imports,
            DefinitionChecker(self.resolver),
            LifetimeChecker(self.resolver),
            FrameworkChecker(self.resolver),
            ReplacementChecker(self.resolver, self.strings),
        )
        self._contracts = contracts
        self._order: OrderChecker | None = None
        self.walked = 0
        self._uses: UseChecker | None = None

    @property
    def uses(self) -> "UseChecker":
        """What needs LibCST: imported once there is something for it to do."""
        if self._uses is None:
            from asyncpattern_lint.analysis.uses import UseChecker

            self._uses = UseChecker(self.resolver, self.imports)
        return self._uses

    @property
    def order(self) -> "OrderChecker":
        """What few projects ask for."""
        if self._order is None:
            from asyncpattern_lint.analysis.order import OrderChecker

            self._order = OrderChecker(self.resolver, self._contracts)
        return self._order

    def check(self, path: str) -> Iterator[Observation]:
        """Yield what is wrong in one file."""
        outline = self.project.outline(path)
        if isinstance(outline, Failure):
            yield self._unreadable(path, outline)
        elif not path.endswith(".pyi"):
            try:
                yield from self._check_module(path, outline)
            except RecursionError:
                yield self._unreadable(path, Failure("the code is nested too deeply to be checked"))

    def check_project(self, folder: str) -> Iterator[Observation]:
        """Yield what is wrong in the files that describe the project in a folder."""
        yield from check_entry_points(self.strings, folder)
        if self._contracts:
            from asyncpattern_lint.analysis.order import check_contracts

            yield from check_contracts(self.strings, self._contracts)

    def census(self, path: str, *, explain: bool) -> tuple[Tally, list[Unresolved]]:
        """Count the asynchronous uses in one file, and list the unresolved ones to explain.

        Files that cannot be read or parsed count as files without any.
        """
        outline = self.project.outline(path)
        if not isinstance(outline, Failure) and not path.endswith(".pyi"):
            try:
                source = self.project.read(path)
                if b"async" in source or b"await" in source:
                    return self.uses.census(path, source, outline, explain=explain)
            except (OSError, RecursionError):
                # The check itself has reported it.
                pass
        return Tally(0, 0), []

    def _check_module(self, path: str, module: ModuleIndex) -> Iterator[Observation]:
        scopes: Iterable[int]
        if self.candidates:
            scopes = candidate_scopes(self.resolver, path, module)
        else:
            scopes = range(len(module.scopes))
        positions = Positions(partial(self.project.read, path))
        try:
            found: list[Observation] = []
            for checker in self._of_outlines:
                found += checker.check(path, module, positions)
            if self._contracts:
                found += self.order.check(path, module, positions)
            source = self.project.read(path) if scopes else b""
        except OSError as error:
            yield self._unreadable(path, Failure(f"the file vanished: {error.strerror}"))
            return
        yield from found
        if scopes:
            self.walked += 1
            yield from self.uses.check(path, source, module, frozenset(scopes))

    def _is_newer_syntax(self, path: str) -> bool:
        try:
            return self.uses.can_parse(self.project.read(path))
        except OSError:
            return False

    def _unreadable(self, path: str, failure: Failure) -> Unreadable:
        reason = failure.reason
        if failure.is_syntax and self._is_newer_syntax(path):
            from platform import python_version

            reason = (
                f"its syntax is too new for Python {python_version()}, which runs the linter"
                f" ({failure.reason})"
            )
        span = Span(failure.line, failure.column, failure.line, failure.column + 1)
        return Unreadable(reason, path, span)
