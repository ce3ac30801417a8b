"""What of the findings is told: not what a comment suppresses."""

from collections.abc import Iterable, Iterator

from asyncpattern_lint.config import Settings
from asyncpattern_lint.findings import Finding, UnusedSuppression
from asyncpattern_lint.index.project import Project
from asyncpattern_lint.rule import findings_of, known_codes
from asyncpattern_lint.suppression import UNUSED, Suppressions, may_suppress


class Sieve:
    """Sifts the findings of one run."""

    def __init__(self, project: Project, settings: Settings) -> None:
        self.project = project
        self.settings = settings

    def without_suppressed(
        self, findings: Iterable[Finding], files: Iterable[str]
    ) -> tuple[list[Finding], int]:
        """Return the findings that no comment suppresses, and how many others there are.

        ``files`` are the files that were checked: a comment in them that suppresses nothing is
        a finding too, if that is asked for.
        """
        if self.settings.ignore_noqa:
            return list(findings), 0
        by_path: dict[str, list[Finding]] = {}
        for finding in findings:
            by_path.setdefault(finding.path, []).append(finding)
        if UNUSED in self.settings.enabled:
            for path in files:
                by_path.setdefault(path, [])
        kept: list[Finding] = []
        suppressed = 0
        for path, here in by_path.items():
            told = list(self._unsuppressed(path, here))
            suppressed += len(here) - sum(finding.code != UNUSED for finding in told)
            kept += told
        return kept, suppressed

    def _unsuppressed(self, path: str, findings: list[Finding]) -> Iterator[Finding]:
        try:
            source = self.project.read(path)
        except OSError:
            yield from findings
            return
        if not may_suppress(source):
            yield from findings
            return
        readable = self.project.module(path) is not None
        suppressions = Suppressions(source, readable=readable)
        for finding in findings:
            if not suppressions.suppresses(finding.span.line, finding.code):
                yield finding
        if readable and UNUSED in self.settings.enabled:
            yield from self._unused(path, suppressions)

    def _unused(self, path: str, suppressions: Suppressions) -> Iterator[Finding]:
        enabled = self.settings.enabled
        for unused in list(suppressions.unused(known_codes(), enabled)):
            here = unused.suppression
            observation = UnusedSuppression(
                here.text, unused.codes, unused.unknown, path, here.span
            )
            for finding in findings_of(observation, enabled):
                if not suppressions.suppresses(here.span.line, finding.code, about=here):
                    yield finding
