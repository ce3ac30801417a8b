"""One run: paths, outlines, candidates, visitor, findings, what of them is told, fixes."""

import gc
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from asyncpattern_lint.analysis.checker import Checker
from asyncpattern_lint.baseline import Baseline, read_baseline
from asyncpattern_lint.cache.place import NAME as CACHE
from asyncpattern_lint.cache.shelf import open_shelf
from asyncpattern_lint.config import Settings, UsageError
from asyncpattern_lint.discovery import (
    Discovery,
    DiscoveryError,
    discover,
    is_project,
    project_root,
)
from asyncpattern_lint.files import Stamps, stamp
from asyncpattern_lint.findings import Annotations, Finding, Report, Tally, Unreadable, Unresolved
from asyncpattern_lint.index.environment import EnvironmentNotFound, locate
from asyncpattern_lint.index.finder import Finder
from asyncpattern_lint.index.project import Project
from asyncpattern_lint.rule import findings_of, known_codes
from asyncpattern_lint.sieve import Sieve

if TYPE_CHECKING:
    from asyncpattern_lint.fixes.repair import Repair

#: Deep enough for code that people write, and not too deep for LibCST's native stack.
_RECURSION_LIMIT = 5_000


class Session:
    """Checks files under one set of settings; every front door goes through it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def check(
        self,
        progress: Callable[[int, int], None] | None = None,
        stamps: Stamps | None = None,
    ) -> Report:
        """Check the paths of the settings.

        ``progress`` is told how many files of how many are done; ``stamps`` gets those of the
        files from before they were read. Raises ``UsageError`` for a path that cannot be checked,
        or a file that cannot be fixed.
        """
        start = time.perf_counter()
        with at_full_speed():
            return self._check(progress, start, stamps)

    def open(self) -> "Opened":
        """Open the project around the paths, to be asked about single files.

        Raises ``UsageError`` as ``check`` does.
        """
        settings = self.settings
        with at_full_speed():
            baseline = baseline_of(settings)
            files = discovered(settings).files
            return Opened(settings, open_project(settings, files, None), files, baseline)

    def _check(
        self,
        progress: Callable[[int, int], None] | None,
        start: float,
        stamps: Stamps | None,
    ) -> Report:
        settings = self.settings
        baseline = baseline_of(settings)
        found = discovered(settings)
        if stamps is None and settings.fix:
            stamps = {}
        if stamps is not None:
            stamps.update((path, stamp(path)) for path in found.files)
        run = _Run(settings, found.files, baseline)
        project = open_project(settings, found.files, progress)
        first = run.look(project)
        repaired = self._repair(run, project, first, stamps) if settings.is_fixing else None
        last = first if repaired is None else repaired.look
        tally, unresolved = self.census(last.checker, found.files)
        project.save()
        return Report(
            findings=last.told,
            files=len(found.files),
            candidates=first.checker.walked,
            notices=(
                *found.notices,
                *remarks(len(found.files), last.unreadable, last.remark),
                *(() if repaired is None else repaired.notices),
            ),
            seconds=time.perf_counter() - start,
            tally=tally,
            unresolved=unresolved,
            suppressed=last.suppressed,
            baselined=last.baselined,
            fixed=len(first.told) - len(last.told),
            changes=() if repaired is None else repaired.changes,
            unsafe_fixes=settings.unsafe_fixes,
        )

    def _repair(
        self, run: "_Run", project: Project, first: "_Told", stamps: Stamps | None
    ) -> "Repair[_Told]":
        """Fix what is told, in the files or in memory only.

        Text that stands in for a file is fixed in memory, as everything is for a diff.
        """
        from asyncpattern_lint.fixes.repair import repair
        from asyncpattern_lint.fixes.writing import UnwritableError

        settings = self.settings
        in_memory = settings.diff or settings.overlay

        def look(overlay: Mapping[str, bytes]) -> _Told:
            revised = project.revised({**settings.overlay, **overlay})
            for _ in revised.load(run.files, settings.jobs):
                pass
            return run.look(revised)

        fixable = frozenset(known_codes()) if settings.fixable is None else settings.fixable
        try:
            return repair(
                first,
                look,
                project.read,
                fixable - settings.unfixable,
                [project.finder.project, *map(str, settings.paths)],
                unsafe=settings.unsafe_fixes,
                stamps=None if in_memory else stamps,
            )
        except UnwritableError as error:
            raise UsageError(str(error)) from error

    def add_noqa(self, progress: Callable[[int, int], None] | None = None) -> Annotations:
        """Put comments into the files that suppress what ``check`` finds.

        A file whose findings no comment can suppress, or that cannot be written, is left as it
        is and said so. Raises ``UsageError`` as ``check`` does.
        """
        from asyncpattern_lint.noqa import AnnotationError, annotate_file

        stamps: Stamps = {}
        report = self.check(progress, stamps)
        # A file may be reached by several names.
        real = {path: os.path.realpath(path) for path in stamps}
        stamps = {real[path]: stamped for path, stamped in stamps.items()}
        wanted: dict[str, list[tuple[int, str]]] = {}
        failed: list[tuple[str, str]] = []
        for finding in report.findings:
            if finding.code == "APL901":
                failed.append((finding.path, finding.message))
            else:
                here = wanted.setdefault(real.get(finding.path, finding.path), [])
                here.append((finding.span.line, finding.code))
        files = comments = 0
        for path, places in wanted.items():
            try:
                added = annotate_file(path, places, stamps.get(path, ()))
            except AnnotationError as error:
                failed.append((path, str(error)))
            else:
                comments += added
                files += added > 0
        return Annotations(comments, files, tuple(failed), report.notices)

    def census(
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


class Opened:
    """An open project: what is found in each of its files, as often as one asks.

    ``files`` are those below the paths of the session. Others are looked at in the same project,
    unless they are installed, or left out by force.
    """

    def __init__(
        self, settings: Settings, project: Project, files: Sequence[str], baseline: Baseline
    ) -> None:
        self.project = project
        self.files = files
        self._settings = settings
        self._baseline = baseline
        self._checker = Checker(project, candidates=settings.candidates)

    def findings_in(self, path: str) -> tuple[Finding, ...]:
        """Return what is to be told of one file, in order."""
        settings = self._settings
        local = settings.local
        if self.project.is_foreign(path) or (
            settings.force_exclude and local is not None and local.is_excluded(path)
        ):
            return ()
        with at_full_speed():
            look = look_at(settings, self.project, (path,), self._checker)
            sieve = Sieve(self.project, settings, look.unchecked)
            told, _ = sieve.without_suppressed(look.findings, (path,))
            told, _ = sieve.without_baselined(told, self._baseline, (path,))
        return tuple(sorted(told, key=lambda finding: finding.sort_key))


@contextmanager
def at_full_speed() -> Iterator[None]:
    """Put off the collector, and let calls nest deeply, for the time of a run."""
    collecting, depth = gc.isenabled(), sys.getrecursionlimit()
    # Outlines and trees hold no cycles: looking for some would take half of the time.
    gc.disable()
    sys.setrecursionlimit(max(depth, _RECURSION_LIMIT))
    try:
        yield
    finally:
        sys.setrecursionlimit(depth)
        if collecting:
            gc.enable()


class Look(NamedTuple):
    """What a look at files found.

    ``every`` holds the findings of every code where something may be fixed, ``findings`` those
    of the codes that are on. ``unreadable`` counts the files that cannot be read or parsed where
    APL901 is off; ``unchecked`` are those of which nothing else is known.
    """

    every: set[Finding]
    findings: set[Finding]
    checker: Checker
    unreadable: int
    unchecked: frozenset[str]


def look_at(
    settings: Settings, project: Project, files: Iterable[str], checker: Checker | None = None
) -> Look:
    """Find what is wrong in the files of a project, whatever is kept back of it."""
    checker = checker or Checker(project, candidates=settings.candidates)
    # A fix must not bring a finding, even one that nobody asked for.
    known = frozenset(known_codes()) if settings.is_fixing else None
    every: set[Finding] = set()
    findings: set[Finding] = set()
    unreadable = 0
    unchecked: set[str] = set()
    for path in files:
        enabled = settings.enabled_in(path)
        for observation in checker.check(path):
            if isinstance(observation, Unreadable):
                unchecked.add(path)
                unreadable += "APL901" not in enabled
            for finding in findings_of(observation, known or enabled):
                every.add(finding)
                if finding.code in enabled:
                    findings.add(finding)
    return Look(every, findings, checker, unreadable, frozenset(unchecked))


@dataclass(frozen=True, slots=True)
class _Told:
    """What is told of a project; ``unreadable`` counts files of which nothing is told.

    ``every`` holds the findings of every code, where something may be fixed, as they are before
    anything is kept back; ``told`` those that the user is told, with their fixes.
    """

    every: frozenset[Finding]
    told: tuple[Finding, ...]
    suppressed: int
    baselined: int
    unreadable: int
    remark: str
    checker: Checker = field(compare=False)


@dataclass(frozen=True, slots=True)
class _Run:
    """The way from a project to what is told of these files."""

    settings: Settings
    files: tuple[str, ...]
    baseline: Baseline

    def look(self, project: Project) -> _Told:
        """Find what is wrong, keep back what comments suppress and the baseline lists."""
        settings = self.settings
        look = look_at(settings, project, self.files)
        sieve = Sieve(project, settings, look.unchecked)
        unsuppressed, suppressed = sieve.without_suppressed(look.findings, self.files)
        told, remark = sieve.without_baselined(unsuppressed, self.baseline, self.files)
        return _Told(
            every=frozenset(look.every),
            told=with_fixes_of(told, project),
            suppressed=suppressed,
            baselined=len(unsuppressed) - len(told),
            unreadable=look.unreadable,
            remark=remark,
            checker=look.checker,
        )


def with_fixes_of(findings: Iterable[Finding], project: Project) -> tuple[Finding, ...]:
    """Return the findings in order, with their fixes.

    What is kept back needs none, and has no say in what the others get.
    """
    ordered = sorted(findings, key=lambda finding: finding.sort_key)
    if any(finding.remedy for finding in ordered):
        from asyncpattern_lint.fixes.making import with_fixes

        ordered = sorted(with_fixes(ordered, project.read), key=lambda finding: finding.sort_key)
    return tuple(ordered)


def open_project(
    settings: Settings, files: Iterable[str], progress: Callable[[int, int], None] | None
) -> Project:
    """Return the project around the paths, with the outlines of the files."""
    root, given = _roots(settings.paths, settings.cwd)
    finder = Finder(root, given, map(str, settings.src))
    try:
        environment = locate(
            root,
            python=str(settings.python) if settings.python else None,
            target=settings.target_version,
        )
    except EnvironmentNotFound as error:
        raise UsageError(f"{settings.python_place()}: {error}") from error
    shelf = open_shelf(cache_root(settings)) if settings.cache else None
    project = Project(finder, settings.overlay, environment, shelf)
    load(project, tuple(files), settings.jobs, progress)
    project.save()
    return project


def cache_root(settings: Settings) -> str:
    """Return the folder of the cache: the one that is named, else in the project."""
    if settings.cache_dir is not None:
        return str(settings.cache_dir)
    return os.path.join(_roots(settings.paths, settings.cwd)[0], CACHE)  # noqa: PTH118


def load(
    project: Project,
    files: Sequence[str],
    jobs: int,
    progress: Callable[[int, int], None] | None,
) -> None:
    """Make the outlines of files that a project does not know yet."""
    for done in project.load(files, jobs):
        if progress is not None:
            progress(done, len(files))


def discovered(settings: Settings) -> Discovery:
    """Return the files to check; text that stands in for a file is taken as it is."""
    local = settings.local
    refuses = local.is_excluded if local is not None and settings.force_exclude else None
    if settings.overlay:
        files = (path for path in settings.overlay if refuses is None or not refuses(path))
        return Discovery(tuple(files), ())
    try:
        return discover(
            settings.paths,
            excludes_of=None if local is None else local.excludes,
            respect_gitignore=settings.respect_gitignore,
            refuses=refuses,
        )
    except DiscoveryError as error:
        raise UsageError(str(error)) from error


def baseline_of(settings: Settings) -> Baseline:
    """Return the baseline to go by; a file that is yet to be written holds nothing."""
    path = settings.baseline
    if path is None or (settings.write_baseline and not path.exists()):
        return Baseline()
    return read_baseline(path)


def remarks(files: int, unreadable: int, remark: str) -> Iterator[str]:
    """Yield what the user would otherwise not learn from the findings.

    ``unreadable`` counts the files that cannot be read or parsed where APL901 is off.
    """
    if not files:
        yield "no Python files found under the given paths"
    if unreadable:
        yield f"{unreadable} files could not be read or parsed; select APL901 to see them"
    if remark:
        yield remark


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
