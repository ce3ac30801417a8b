"""One run over a change: what is wrong in the files, and what the change broke elsewhere."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from asyncpattern_lint.config import Settings
from asyncpattern_lint.discovery import SUFFIXES
from asyncpattern_lint.findings import Finding, Report
from asyncpattern_lint.index.interface import are_alike
from asyncpattern_lint.index.project import Project, outline_of
from asyncpattern_lint.session import (
    Session,
    at_full_speed,
    baseline_of,
    confirmed,
    discovered,
    load,
    look_at,
    open_project,
    remarks,
    with_fixes_of,
)
from asyncpattern_lint.sieve import Sieve
from asyncpattern_lint.suppression import UNUSED


class ChangeSession:
    """Checks files, and what a change brought into files that it left alone.

    ``before`` maps the absolute path of everything that changed to the text that was there,
    None where there was no file. Checked are the ``named`` paths; where there are none, the
    files that changed, of those below the paths of the settings. The rest of these is asked
    what is wrong in it now and was not before.
    """

    def __init__(
        self,
        settings: Settings,
        before: Mapping[str, bytes | None],
        named: Sequence[Path] = (),
    ) -> None:
        self.settings = settings
        self.before = before
        self.named = tuple(named)

    def check(self, progress: Callable[[int, int], None] | None = None) -> Report:
        """Check the change; ``progress`` and errors are those of ``Session.check``."""
        start = time.perf_counter()
        with at_full_speed():
            return self._check(progress, start)

    def _check(self, progress: Callable[[int, int], None] | None, start: float) -> Report:
        baseline = baseline_of(self.settings)
        found = discovered(self.settings)
        if self.named:
            files = discovered(replace(self.settings, paths=self.named)).files
        else:
            files = tuple(path for path in found.files if path in self.before)
        project = open_project(self.settings, files, progress)
        others: tuple[str, ...] = ()
        if self._is_seen(project):
            left = {*files, *self.before}
            others = tuple(path for path in found.files if path not in left)
            load(project, found.files, self.settings.jobs, progress)
        look = look_at(self.settings, project, files)
        elsewhere = look_at(self.settings, project, others, checker=look.checker)
        if not others:
            project, look = confirmed(self.settings, project, look, look.findings)
        brought = elsewhere.findings - self._there_before(project, elsewhere.findings)
        sieve = Sieve(project, self.settings, look.unchecked | elsewhere.unchecked)
        here, suppressed = sieve.without_suppressed(look.findings, files)
        there, suppressed_there = sieve.without_suppressed(brought, ())
        old, _ = sieve.without_suppressed(elsewhere.findings - brought, ())
        # What the baseline lists is rather the old finding than one like it.
        told, remark = sieve.without_baselined([*here, *there, *old], baseline, files)
        open_findings = {*here, *(f for f in there if f.code != UNUSED)}
        kept = [finding for finding in told if finding in open_findings]
        tally, unresolved = Session(self.settings).census(project, files, look.checker)
        project.save()
        return Report(
            findings=with_fixes_of(kept, project, self.settings.jobs),
            files=len(files) + len(others),
            candidates=look.candidates + elsewhere.candidates,
            notices=(*found.notices, *remarks(len(found.files), look.unreadable, remark)),
            seconds=time.perf_counter() - start,
            tally=tally,
            unresolved=unresolved,
            suppressed=suppressed + suppressed_there,
            baselined=len(open_findings) - len(kept),
            unsafe_fixes=self.settings.unsafe_fixes,
        )

    def _is_seen(self, project: Project) -> bool:
        """Tell whether other modules can see the change."""
        for path, text in self.before.items():
            if path.endswith(SUFFIXES):
                if text is None or not Path(path).exists():
                    return True
                now = outline_of(path, version=project.version)
                if not are_alike(now, outline_of(path, text, project.version)):
                    return True
        return False

    def _there_before(self, project: Project, findings: set[Finding]) -> set[Finding]:
        """Return those of the findings whose like was there before the change."""
        if not findings:
            return set()
        past = project.before(self.before, filter(self._was_loaded, self.before))
        files = sorted({finding.path for finding in findings})
        known = look_at(self.settings, past, files).findings
        places = {(finding.path, finding.span, finding.code) for finding in known}
        return {f for f in findings if (f.path, f.span, f.code) in places}

    def _was_loaded(self, path: str) -> bool:
        """Tell whether a file that changed was one of the project's before, and is gone."""
        local = self.settings.local
        return (
            path.endswith(SUFFIXES)
            and self.before[path] is not None
            and not Path(path).exists()
            and any(Path(path).is_relative_to(folder) for folder in self.settings.paths)
            and not (local is not None and local.is_excluded(path))
        )
