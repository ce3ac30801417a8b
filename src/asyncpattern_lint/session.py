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

from asyncpattern_lint.baseline import Baseline, read_baseline
from asyncpattern_lint.cache.place import NAME as CACHE
from asyncpattern_lint.cache.shelf import open_shelf
from asyncpattern_lint.config import Settings, UsageError
from asyncpattern_lint.discovery import (
    SUFFIXES,
    Discovery,
    DiscoveryError,
    discover,
    is_project,
    project_root,
)
from asyncpattern_lint.files import Stamps, stamp
from asyncpattern_lint.findings import (
    Annotations,
    ConflictingTwin,
    Finding,
    Observation,
    Report,
    Tally,
    Unresolved,
)
from asyncpattern_lint.globs import Globs
from asyncpattern_lint.index.disk import Disk, Witness
from asyncpattern_lint.index.environment import EnvironmentNotFound, locate
from asyncpattern_lint.index.finder import Finder
from asyncpattern_lint.index.project import Project
from asyncpattern_lint.recall import Found, Recollection, Share
from asyncpattern_lint.rule import findings_of, known_codes
from asyncpattern_lint.sieve import Sieve
from asyncpattern_lint.surroundings import surroundings

if TYPE_CHECKING:
    from asyncpattern_lint.analysis.checker import Checker
    from asyncpattern_lint.fixes.repair import Repair

#: The code of files that cannot be read or parsed, of which nothing else is told.
UNREADABLE = "APL901"

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
            project, look, recollection = self._first_look(files, None)
            if recollection is not None:
                recollection.save(project)
            project.save()
            if not self._is_all(project):
                project, look = confirmed(settings, project, look, look.findings)
            return Opened(settings, project, files, look, baseline)

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
        files, documents = found.files, tuple[str, ...]()
        if settings.docs:
            files, documents = _with_documents(settings, found.files)
        run = _Run(settings, files, baseline, documents)
        project, look, recollection = self._first_look(files, progress)
        first = run.told(project, look, recollection)
        if recollection is not None:
            recollection.save(project)
        project.save()
        if not self._is_all(project):
            whole, look = confirmed(settings, project, look, first.told)
            if whole is not project:
                project, first = whole, run.told(whole, look)
        repaired = self._repair(run, project, first, stamps) if settings.is_fixing else None
        last = first if repaired is None else repaired.look
        tally, unresolved = self.census(project, files, last.checker)
        project.save()
        return Report(
            findings=last.told,
            files=len(files) + len(documents),
            candidates=look.candidates,
            notices=(
                *found.notices,
                *remarks(len(files) + len(documents), last.unreadable, last.remark),
                *last.notices,
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
            twins=last.twins,
        )

    def _first_look(
        self, files: Sequence[str], progress: Callable[[int, int], None] | None
    ) -> tuple[Project, "Look", Recollection | None]:
        """Look at the files of the project, as far as what was found before does not stand."""
        settings = self.settings
        project, recollection = recalled(settings, files)
        spares_loading = (
            recollection is not None
            and not self._needs_outlines()
            and (not recollection.is_whole or not self._is_whole() or recollection.is_described)
            and (recollection.is_whole or recollection.lend_facts(project))
        )
        if not spares_loading:
            load(project, files, settings.jobs, progress)
        if recollection is None:
            return project, look_at(settings, project, files, whole=self._is_whole()), None
        if not recollection.settle(project):
            project, _ = recalled(settings, files, recollection)
            load(project, files, settings.jobs, progress)
        is_partial = recollection.is_partial
        whole = self._is_whole()
        look = look_at(settings, project, files, recollection, whole=whole)
        if is_partial and project.strays:
            # In a first run the strays would have had a say in what was not asked again.
            project, _ = recalled(settings, files, recollection)
            load(project, files, settings.jobs, progress)
            look = look_at(settings, project, files, recollection, whole=whole)
        return project, look, recollection

    def _is_whole(self) -> bool:
        """Whether a folder is checked, and not only files."""
        return any(path.is_dir() for path in self.settings.paths)

    def _is_all(self, project: Project) -> bool:
        """Whether the folder of the project is checked, and not only a part of it."""
        root = Path(project.finder.project)
        return any(path.is_dir() and root.is_relative_to(path) for path in self.settings.paths)

    def _needs_outlines(self) -> bool:
        settings = self.settings
        return (
            settings.is_fixing
            or settings.statistics
            or settings.show_unresolved
            or bool(settings.docs)
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
            whole = self._is_whole()
            return run.told(revised, look_at(settings, revised, run.files, whole=whole))

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
        self, project: Project, files: Iterable[str], checker: "Checker | None"
    ) -> tuple[Tally | None, tuple[Unresolved, ...] | None]:
        """Count the asynchronous uses, and list the unresolved ones, as far as asked for.

        It comes after the findings, so that they cannot hang on it.
        """
        explain = self.settings.show_unresolved
        if not explain and not self.settings.statistics:
            return None, None
        checker = checker or checker_of(self.settings, project)
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
        self,
        settings: Settings,
        project: Project,
        files: Sequence[str],
        look: "Look",
        baseline: Baseline,
    ) -> None:
        self.project = project
        self.files = files
        self._settings = settings
        self._look = look
        self._baseline = baseline
        self._findings: dict[str, set[Finding]] = {path: set() for path in files}
        for finding in look.findings:
            self._findings.setdefault(finding.path, set()).add(finding)

    def findings_in(self, path: str) -> tuple[Finding, ...]:
        """Return what is to be told of one file, in order."""
        settings = self._settings
        local = settings.local
        if self.project.is_foreign(path) or (
            settings.force_exclude and local is not None and local.is_excluded(path)
        ):
            return ()
        with at_full_speed():
            findings, unchecked = self._findings.get(path), self._look.unchecked
            if findings is None:
                look = look_at(settings, self.project, (path,))
                self.project, look = confirmed(settings, self.project, look, look.findings)
                findings, unchecked = look.findings, look.unchecked
            sieve = Sieve(self.project, settings, unchecked)
            told, _ = sieve.without_suppressed(findings, (path,))
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
            # The collector would go through all that the run made, for nothing: this leaves it to
            # the oldest generation, which is looked at last.
            gc.freeze()
            gc.unfreeze()
            gc.enable()


class Look(NamedTuple):
    """What a look at files found.

    ``every`` holds the findings of every code there is, ``findings`` those of the codes that are
    on. ``candidates`` counts the files with scopes that had to be walked, ``unreadable`` those
    that cannot be read or parsed where APL901 is off; ``unchecked`` are those of which nothing
    else is known. ``twins`` counts the functions with a namesake of another kind. ``checker`` is
    None where there was nothing to check.
    """

    every: set[Finding]
    findings: set[Finding]
    candidates: int
    unreadable: int
    unchecked: frozenset[str]
    checker: "Checker | None"
    twins: int = 0


def look_at(
    settings: Settings,
    project: Project,
    files: Iterable[str],
    recollection: Recollection | None = None,
    checker: "Checker | None" = None,
    *,
    whole: bool = False,
) -> Look:
    """Find what is wrong in the files of a project, whatever is kept back of it.

    A ``checker`` that has answered questions about the project need not answer them again.
    ``whole`` tells that what describes the project is looked at, too.
    """
    known = frozenset(known_codes())
    every: set[Finding] = set()
    findings: set[Finding] = set()
    candidates = unreadable = twins = 0
    unchecked: set[str] = set()
    paths = tuple(files)
    asked = [path for path in paths if recollection is None or recollection.of(path) is None]
    fresh: dict[str, Found] = {}
    if asked:
        from asyncpattern_lint.analysis.workers import check_all

        checker = checker or checker_of(settings, project)
        if recollection is not None and recollection.decided is not None:
            checker.remember(recollection.decided)
        again = None if recollection is None else recollection.again
        for examined in check_all(checker, asked, settings.jobs, again):
            # What is off today may be on tomorrow, and a fix must not bring it.
            shares = {part: _share(seen, known) for part, seen in examined.seen.items() if seen}
            found = Found(shares, examined.candidates, examined.traces)
            if recollection is not None:
                found = recollection.take(examined.path, found)
            fresh[examined.path] = found
        if recollection is not None:
            recollection.decided = checker.decided
    for path in paths:
        known_before = None if recollection is None else recollection.of(path)
        found = fresh[path] if known_before is None else known_before
        candidates += bool(found.candidates)
        if not found.shares:
            continue
        twins += sum(share.twins for share in found.shares.values())
        enabled = settings.enabled_in(path)
        for finding in found.findings:
            every.add(finding)
            if finding.code in enabled:
                findings.add(finding)
            if finding.code == UNREADABLE:
                unchecked.add(path)
                unreadable += UNREADABLE not in enabled
    if whole:
        described = None if recollection is None else recollection.described
        if described is None:
            checker = checker or checker_of(settings, project)
            seen_in_all = checker.check_project(project.finder.project)
            described = tuple(f for seen in seen_in_all for f in findings_of(seen, known))
            if recollection is not None:
                recollection.describe(described)
        every.update(described)
        findings.update(f for f in described if f.code in settings.enabled_in(f.path))
    return Look(every, findings, candidates, unreadable, frozenset(unchecked), checker, twins)


def confirmed(
    settings: Settings, project: Project, look: Look, findings: Iterable[Finding]
) -> tuple[Project, Look]:
    """Look again where findings are, knowing the whole project, if a part of it was checked.

    What other files derive from a class, or put in the place of something, may allow what looks
    wrong without them.
    """
    files = sorted({finding.path for finding in findings if finding.code != UNREADABLE})
    checked = [path for path in files if path.endswith(SUFFIXES)]
    others = surroundings(settings, project, checked) if checked else ()
    if not others:
        return project, look
    whole = open_project(settings, (*project.loaded(), *others), None)
    again = look_at(settings, whole, checked)
    return whole, again._replace(
        every=again.every | {f for f in look.every if f.path not in checked},
        findings=again.findings | {f for f in look.findings if f.path not in checked},
        candidates=look.candidates,
        unreadable=look.unreadable,
        unchecked=look.unchecked,
        twins=look.twins,
    )


def _share(observations: Iterable[Observation], known: frozenset[str]) -> Share:
    """Return the share of a file's findings that a part of its check has."""
    findings: list[Finding] = []
    twins = 0
    for seen in observations:
        findings += findings_of(seen, known)
        twins += isinstance(seen, ConflictingTwin)
    return Share(findings, twins)


def checker_of(settings: Settings, project: Project) -> "Checker":
    """Return what checks the files of a project; it is not needed where nothing has changed."""
    from asyncpattern_lint.analysis.checker import Checker

    return Checker(project, candidates=settings.candidates, contracts=settings.contracts)


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
    checker: "Checker | None" = field(compare=False)
    notices: tuple[str, ...] = ()
    twins: int = 0


@dataclass(frozen=True, slots=True)
class _Run:
    """The way from a project to what is told of these files."""

    settings: Settings
    files: tuple[str, ...]
    baseline: Baseline
    documents: tuple[str, ...] = ()

    def told(self, project: Project, look: Look, recollection: Recollection | None = None) -> _Told:
        """Keep back what comments suppress and the baseline lists."""
        settings = self.settings
        sieve = Sieve(project, settings, look.unchecked)
        findings, notices = look.findings, tuple[str, ...]()
        if settings.docs:
            from asyncpattern_lint.documents import check_documents

            documented = check_documents(settings, project, self.files, self.documents)
            findings, notices = findings | documented.findings, documented.notices
        unsuppressed, suppressed = sieve.without_suppressed(findings, self.files)
        told, remark = sieve.without_baselined(unsuppressed, self.baseline, self.files)
        return _Told(
            every=frozenset(look.every),
            told=with_fixes_of(told, project, settings.jobs, recollection),
            suppressed=suppressed,
            baselined=len(unsuppressed) - len(told),
            unreadable=look.unreadable,
            remark=remark,
            checker=look.checker,
            notices=notices,
            twins=look.twins,
        )


def with_fixes_of(
    findings: Iterable[Finding],
    project: Project,
    jobs: int,
    recollection: Recollection | None = None,
) -> tuple[Finding, ...]:
    """Return the findings in order, with their fixes.

    What is kept back needs none, and has no say in what the others get.
    """
    by_path: dict[str, list[Finding]] = {}
    for finding in sorted(findings, key=lambda finding: finding.sort_key):
        by_path.setdefault(finding.path, []).append(finding)
    told: list[Finding] = []
    unknown: dict[str, list[Finding]] = {}
    for path, here in by_path.items():
        known: Sequence[Finding] | None = here
        if any(finding.remedy for finding in here):
            known = None if recollection is None else recollection.mended(path, here)
        if known is None:
            unknown[path] = here
        else:
            told += known
    if unknown:
        from asyncpattern_lint.fixes.making import mended

        made = mended([*unknown.values()], project.overlay, jobs)
        for (path, here), fixed in zip(unknown.items(), made, strict=True):
            told += fixed
            if recollection is not None:
                recollection.mend(path, here, fixed)
    return tuple(sorted(told, key=lambda finding: finding.sort_key))


def open_project(
    settings: Settings, files: Iterable[str], progress: Callable[[int, int], None] | None
) -> Project:
    """Return the project around the paths, with the outlines of the files."""
    project = _unread(settings, Disk())
    load(project, tuple(files), settings.jobs, progress)
    project.save()
    return project


def recalled(
    settings: Settings, files: Sequence[str], recollection: Recollection | None = None
) -> tuple[Project, Recollection | None]:
    """Return the project around the paths, and what is remembered of the files.

    No outline is there yet. A recollection that is given goes on with the project. Text that
    stands in for a file leaves no memory.
    """
    witness = Witness()
    project = _unread(settings, witness)
    project.expect(files)
    if project.shelf is None or settings.overlay:
        return project, None
    if recollection is not None:
        recollection.witness = witness
        recollection.forget()
        project.trace = recollection.trace()
        return project, recollection
    finder = project.finder
    identity = (
        finder.project,
        sorted(finder.given),
        finder.sources,
        project.environment.identity,
        sys.prefix,
        settings.candidates,
        settings.contracts,
    )
    recollection = Recollection(project.shelf, witness, files, identity)
    if not recollection.is_whole:
        project.trace = recollection.trace()
    return project, recollection


def _unread(settings: Settings, disk: Disk) -> Project:
    root, given = _roots(settings.paths, settings.cwd)
    finder = Finder(root, given, map(str, settings.src), disk)
    try:
        environment = locate(
            root,
            python=str(settings.python) if settings.python else None,
            target=settings.target_version,
        )
    except EnvironmentNotFound as error:
        raise UsageError(f"{settings.python_place()}: {error}") from error
    shelf = open_shelf(cache_root(settings)) if settings.cache else None
    return Project(finder, settings.overlay, environment.on(disk), shelf)


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


def _with_documents(
    settings: Settings, files: Iterable[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the modules among files, and the documents to check.

    What tells of earlier versions is right to name what is gone.
    """
    from asyncpattern_lint.index.blocks import TEXTS, is_history

    local = settings.local
    found = discover(
        settings.paths,
        excludes_of=None if local is None else local.excludes,
        respect_gitignore=settings.respect_gitignore,
        suffixes=TEXTS,
    )
    wanted = Globs.compile(settings.docs)
    given = frozenset(map(str, settings.paths))
    documents = (
        path
        for path in found.files
        if path.endswith(TEXTS)
        and (
            path in given
            or (
                wanted.match(os.path.basename(path), path)  # noqa: PTH119
                and not is_history(path.removeprefix(str(settings.cwd)))
            )
        )
    )
    return tuple(path for path in files if not path.endswith(TEXTS)), tuple(documents)


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
