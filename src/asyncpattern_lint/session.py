"""One run: paths, outlines, candidates, visitor, findings."""

import gc
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from asyncpattern_lint.analysis.checker import Checker
from asyncpattern_lint.config import Settings, UsageError
from asyncpattern_lint.discovery import DiscoveryError, discover, is_project, project_root
from asyncpattern_lint.findings import Finding, Report, Tally, Unreadable, Unresolved
from asyncpattern_lint.fixes.repair import Repair, repair
from asyncpattern_lint.fixes.writing import UnwritableError
from asyncpattern_lint.index.environment import EnvironmentNotFound, locate
from asyncpattern_lint.index.finder import Finder
from asyncpattern_lint.index.project import Project
from asyncpattern_lint.rule import findings_of, known_codes

#: Deep enough for code that people write, and not too deep for LibCST's native stack.
_RECURSION_LIMIT = 5_000


class Session:
    """Checks files under one set of settings; every front door goes through it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def check(self, progress: Callable[[int, int], None] | None = None) -> Report:
        """Check the paths of the settings.

        ``progress`` is told how many files of how many are done. Raises ``UsageError`` for a
        path that cannot be checked.
        """
        start = time.perf_counter()
        collecting, depth = gc.isenabled(), sys.getrecursionlimit()
        # Outlines and trees hold no cycles: looking for some would take half of the time.
        gc.disable()
        sys.setrecursionlimit(max(depth, _RECURSION_LIMIT))
        try:
            return self._check(progress, start)
        finally:
            sys.setrecursionlimit(depth)
            if collecting:
                gc.enable()

    def _check(self, progress: Callable[[int, int], None] | None, start: float) -> Report:
        settings = self.settings
        try:
            found = discover(settings.paths)
        except DiscoveryError as error:
            raise UsageError(str(error)) from error
        root, given = _roots(settings.paths, settings.cwd)
        finder = Finder(root, given)
        try:
            environment = locate(root, python=str(settings.python) if settings.python else None)
        except EnvironmentNotFound as error:
            raise UsageError(str(error)) from error
        project = Project(finder, environment=environment)
        total = len(found.files)
        for done in project.load(found.files, settings.jobs):
            if progress is not None:
                progress(done, total)
        # A fix must not bring a finding, even one that nobody asked for.
        codes = frozenset(known_codes()) if settings.fix or settings.diff else settings.enabled
        look = self._look(project, found.files, codes)
        fixed = self._fix(project, found.files, look.findings, codes)
        if fixed.overlay:
            project = project.revised(fixed.overlay)
            for _ in project.load(found.files, settings.jobs):
                pass
            look = look._replace(checker=Checker(project), findings=fixed.findings)
        tally, unresolved = self._census(look.checker, found.files)
        return Report(
            findings=tuple(f for f in look.findings if f.code in settings.enabled),
            files=total,
            candidates=look.walked,
            notices=(
                *found.notices,
                *_remarks(total, look.unreadable, settings),
                *fixed.notices,
            ),
            seconds=time.perf_counter() - start,
            tally=tally,
            unresolved=unresolved,
            fixed=fixed.count,
            changes=fixed.changes,
            unsafe_fixes=settings.unsafe_fixes,
        )

    def _look(self, project: Project, files: Iterable[str], codes: frozenset[str]) -> "_Look":
        """Find what is wrong in the files of a project, and what would mend it."""
        checker = Checker(project, candidates=self.settings.candidates)
        findings: set[Finding] = set()
        unreadable = 0
        for path in files:
            for observation in checker.check(path):
                unreadable += isinstance(observation, Unreadable)
                findings.update(findings_of(observation, codes))
        told: Iterable[Finding] = findings
        if any(finding.remedy for finding in findings):
            from asyncpattern_lint.fixes.making import with_fixes

            told = with_fixes(findings, project.read)
        ordered = tuple(sorted(told, key=lambda finding: finding.sort_key))
        return _Look(ordered, checker, checker.walked, unreadable)

    def _fix(
        self,
        project: Project,
        files: Sequence[str],
        findings: tuple[Finding, ...],
        codes: frozenset[str],
    ) -> Repair:
        """Fix what the settings ask for, in the files or, for a diff, in memory only."""
        settings = self.settings
        if not settings.fix and not settings.diff:
            return Repair(findings)

        def check(overlay: Mapping[str, bytes]) -> tuple[Finding, ...]:
            revised = project.revised(overlay)
            for _ in revised.load(files, settings.jobs):
                pass
            return self._look(revised, files, codes).findings

        fixable = codes if settings.fixable is None else settings.fixable
        roots = [project.finder.project, *map(str, settings.paths)]
        try:
            return repair(
                findings,
                check,
                (fixable & settings.enabled) - settings.unfixable,
                roots,
                unsafe=settings.unsafe_fixes,
                write_files=not settings.diff,
            )
        except UnwritableError as error:
            raise UsageError(str(error)) from error

    def _census(
        self, checker: Checker, files: Iterable[str]
    ) -> tuple[Tally | None, tuple[Unresolved, ...] | None]:
        """Count the asynchronous uses, and list the unresolved ones, as far as asked for.

        It comes after the findings, so that they cannot hang on it.
        """
        explain = self.settings.show_unresolved
        if not explain and not self.settings.statistics:
            return None, None
        tally = Tally(0, 0)
        listed: list[Unresolved] = []
        for path in files:
            counted, unresolved = checker.census(path, explain=explain)
            tally += counted
            listed += unresolved
        return tally, tuple(sorted(listed, key=lambda use: use.sort_key)) if explain else None


class _Look(NamedTuple):
    """What a look at a project found; ``walked`` and ``unreadable`` count files."""

    findings: tuple[Finding, ...]
    checker: Checker
    walked: int
    unreadable: int


def _remarks(files: int, unreadable: int, settings: Settings) -> Iterator[str]:
    """Yield what the user would otherwise not learn from the findings."""
    if not files:
        yield "no Python files found under the given paths"
    if unreadable and "APL901" not in settings.enabled:
        yield f"{unreadable} files could not be read or parsed; select APL901 to see them"


def _roots(paths: Iterable[Path], cwd: Path) -> tuple[str, list[str]]:
    """Return the folder of the whole project, and the folders that the user named.

    Without a marker of a project above the paths, it is the working directory if that holds
    them, else the folder above their outermost package.
    """
    given = [str(path) for path in paths if path.is_dir()]
    parents = [str(path if path.is_dir() else path.parent) for path in paths]
    try:
        common = os.path.commonpath(parents)
    except ValueError:
        common = parents[0]
    start = Path(common)
    root = project_root(start)
    if root == start:
        while (root / "__init__.py").exists() and root.parent != root:
            root = root.parent
        if root.is_relative_to(cwd) and not is_project(start):
            root = cwd
    return str(root), given
