"""Check one module: its imports from the outline, its uses with LibCST where need be."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from asyncpattern_lint.analysis.candidates import is_candidate
from asyncpattern_lint.analysis.definitions import DefinitionChecker
from asyncpattern_lint.analysis.entry_points import check_entry_points
from asyncpattern_lint.analysis.frameworks import FrameworkChecker
from asyncpattern_lint.analysis.imports import ImportChecker
from asyncpattern_lint.analysis.lifetimes import LifetimeChecker
from asyncpattern_lint.analysis.overrides import OverrideChecker
from asyncpattern_lint.analysis.positions import Positions
from asyncpattern_lint.analysis.replacements import ReplacementChecker
from asyncpattern_lint.analysis.resolver import Resolver
from asyncpattern_lint.analysis.strings import StringChecker
from asyncpattern_lint.config.options import Contract
from asyncpattern_lint.findings import Observation, Tally, Unreadable, Unresolved
from asyncpattern_lint.index.kept import Decided
from asyncpattern_lint.index.model import Failure, ModuleIndex
from asyncpattern_lint.index.parts import LOOKS, READING, WALK, Again, part_of_scope
from asyncpattern_lint.index.project import Project
from asyncpattern_lint.index.trace import EVERYTHING
from asyncpattern_lint.source import Span

if TYPE_CHECKING:
    from asyncpattern_lint.analysis.order import OrderChecker
    from asyncpattern_lint.analysis.uses import UseChecker

Answer = TypeVar("Answer")

#: What looks for something wrong in the outline of a module.
Look = Callable[[str, ModuleIndex, Positions], Iterator[Observation]]


class Examined(NamedTuple):
    """What the parts of a file's check saw, its candidate scopes, and what the parts hang on.

    What was not done again is left out; ``traces`` are the numbers of nodes.
    """

    path: str
    seen: dict[int, list[Observation]]
    candidates: tuple[int, ...]
    traces: dict[int, int]

    @property
    def observations(self) -> Iterator[Observation]:
        """All that was seen."""
        for seen in self.seen.values():
            yield from seen


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
        self._contracts = contracts
        self._order: OrderChecker | None = None
        self._looks: tuple[Look, ...] = (
            self.imports.check,
            DefinitionChecker(self.resolver).check,
            OverrideChecker(self.resolver).check,
            LifetimeChecker(self.resolver).check,
            FrameworkChecker(self.resolver).check,
            ReplacementChecker(self.resolver, self.strings).check,
            self._ordered,
        )
        self._uses: UseChecker | None = None

    @property
    def decided(self) -> Decided | None:
        """What is known by now of all of the project, for later runs."""
        return self.resolver.attributes.changes.decided

    def remember(self, decided: Decided) -> None:
        """Take over what an earlier run found out about all of the project."""
        self.resolver.attributes.changes.remember(decided)

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

    def _ordered(
        self, path: str, module: ModuleIndex, positions: Positions
    ) -> Iterator[Observation]:
        if self._contracts:
            yield from self.order.check(path, module, positions)

    def check(self, path: str) -> Iterator[Observation]:
        """Yield what is wrong in one file."""
        yield from self.examine(path).observations

    def examine(self, path: str, again: Again | None = None) -> Examined:
        """Check one file, or only some parts of that ``again``."""
        trace = self.project.trace
        examined = Examined(path, {}, (), {})
        depth = 0 if trace is None else trace.open()
        try:
            return self._examined(examined, again)
        except RecursionError:
            failure = Failure("the code is nested too deeply to be checked")
        except OSError as error:
            examined.seen.clear()
            failure = Failure(f"the file vanished: {error.strerror}")
        finally:
            numbers = () if trace is None else trace.close(depth)
        seen = [*examined.observations, self._unreadable(path, failure)]
        traces = {} if trace is None else {READING: trace.node((EVERYTHING, *numbers))}
        return Examined(path, {READING: seen}, (), traces)

    def _examined(self, examined: Examined, again: Again | None) -> Examined:
        """Do the parts of a check. Raises ``RecursionError``, and ``OSError`` for lost files."""
        path, seen, _, traces = examined
        outline = self._part(READING, examined, partial(self.project.outline, path))
        if isinstance(outline, Failure):
            seen[READING] = [self._unreadable(path, outline)]
            return examined
        if path.endswith(".pyi"):
            return examined
        if again is not None and READING not in again.parts:
            # It was read as it was before.
            del traces[READING]
        candidates = tuple(self._candidates(examined, outline, again))
        positions = Positions(partial(self.project.read, path))
        for part, look in zip(LOOKS, self._looks, strict=True):
            if again is None or part in again.parts:
                every = partial(_every, look, path, outline, positions)
                seen[part] = self._part(part, examined, every)
        if again is None or WALK in again.parts or candidates != again.candidates:
            walk = partial(self._walked, path, outline, candidates)
            seen[WALK] = self._part(WALK, examined, walk)
        return examined._replace(candidates=candidates)

    def _part(self, part: int, examined: Examined, work: Callable[[], Answer]) -> Answer:
        """Do a part of a check, and note what it hangs on."""
        trace = self.project.trace
        if trace is None:
            return work()
        depth = trace.open()
        answer = work()
        # Only what tells of a scope may stand although its file has changed.
        own = examined.path if part <= WALK else None
        examined.traces[part] = trace.close_part(depth, own)
        return answer

    def _candidates(
        self, examined: Examined, module: ModuleIndex, again: Again | None
    ) -> Iterator[int]:
        """Yield the scopes of a module that the visitor has to walk."""
        if not self.candidates:
            yield from range(len(module.scopes))
            return
        for number in range(len(module.scopes)):
            part = part_of_scope(number)
            if again is not None and part not in again.parts:
                if number in again.candidates:
                    yield number
                continue
            ask = partial(is_candidate, self.resolver, examined.path, module, number)
            if self._part(part, examined, ask):
                yield number

    def _walked(self, path: str, module: ModuleIndex, scopes: Sequence[int]) -> list[Observation]:
        if not scopes:
            return []
        return list(self.uses.check(path, self.project.read(path), module, frozenset(scopes)))

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


def _every(look: Look, path: str, module: ModuleIndex, positions: Positions) -> list[Observation]:
    return list(look(path, module, positions))
