"""What of the findings is told: not what a comment suppresses, or the baseline lists."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from asyncpattern_lint.baseline import Baseline, Entry, relative, write_baseline
from asyncpattern_lint.config import Settings
from asyncpattern_lint.findings import Finding, UnusedSuppression
from asyncpattern_lint.index.project import Project
from asyncpattern_lint.rule import findings_of, known_codes
from asyncpattern_lint.suppression import UNUSED, Suppressions, may_suppress

#: How the names of files end that are no Python, but may have findings.
_PLAIN = (".cfg", ".md", ".rst", ".toml")


class Sieve:
    """Sifts the findings of one run.

    ``unchecked`` are the files of which it is known only that they could not be checked.
    """

    def __init__(
        self, project: Project, settings: Settings, unchecked: frozenset[str] = frozenset()
    ) -> None:
        self.project = project
        self.settings = settings
        self.unchecked = unchecked

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
        for path in files:
            if UNUSED in self.settings.enabled_in(path):
                by_path.setdefault(path, [])
        kept: list[Finding] = []
        suppressed = 0
        for path, here in by_path.items():
            told = list(self._unsuppressed(path, here))
            suppressed += len(here) - sum(finding.code != UNUSED for finding in told)
            kept += told
        return kept, suppressed

    def without_baselined(
        self, findings: Iterable[Finding], baseline: Baseline, files: Iterable[str]
    ) -> tuple[list[Finding], str]:
        """Return the findings that the baseline does not list, and a remark on it if any.

        Where findings are alike, the last ones in the file are those beyond the baseline.
        ``files`` are the files that were checked. Writes the baseline, if that is asked for.
        """
        path = self.settings.baseline
        if path is None:
            return list(findings), ""
        entries = {
            finding: self._entry(finding, path)
            for finding in sorted(findings, key=lambda finding: finding.sort_key)
        }
        listable = [entry for entry in entries.values() if self._may_be_listed(entry.code)]
        looked_for = self._looked_for(path, files)
        if self.settings.write_baseline:
            old, baseline = baseline, baseline.updated(listable, looked_for)
            write_baseline(path, baseline)
            remark = _written(
                path,
                sum(baseline.counts.values()),
                len(entries) - len(listable),
                old.stale(listable, looked_for),
            )
        else:
            stale = baseline.stale(entries.values(), looked_for)
            remark = _stale(path, stale) if stale else ""
        left = Counter(baseline.counts)
        told = []
        for finding, entry in entries.items():
            if left[entry] and self._may_be_listed(entry.code):
                left[entry] -= 1
            else:
                told.append(finding)
        return told, remark

    def _may_be_listed(self, code: str) -> bool:
        return code not in self.settings.never_baseline

    def _entry(self, finding: Finding, baseline: Path) -> Entry:
        module = self.project.module(finding.path)
        function = module.name_around(finding.span.line) if module is not None else ""
        path = relative(finding.path, baseline)
        return Entry(path, finding.code, function, finding.subject)

    def _looked_for(self, baseline: Path, files: Iterable[str]) -> Callable[[Entry], bool]:
        """Return what tells whether this run would have found what an entry stands for."""
        checked = frozenset(files)
        folders = [path for path in self.settings.paths if path.is_dir()]

        def looked_for(entry: Entry) -> bool:
            path = os.path.normpath(baseline.parent / entry.path)
            if entry.code not in self.settings.enabled_in(path):
                return False
            if path in checked:
                return entry.code == "APL901" or path not in self.unchecked
            inside = any(Path(path).is_relative_to(folder) for folder in folders)
            return inside and not os.path.lexists(path)

        return looked_for

    def _unsuppressed(self, path: str, findings: list[Finding]) -> Iterator[Finding]:
        try:
            source = self.project.read(path)
        except OSError:
            yield from findings
            return
        if not may_suppress(source):
            yield from findings
            return
        plain = path.endswith(_PLAIN)
        readable = plain or self.project.module(path) is not None
        suppressions = Suppressions(source, readable=readable, noqa=self.settings.noqa, plain=plain)
        for finding in findings:
            if not suppressions.suppresses(finding.span.line, finding.code):
                yield finding
        if path not in self.unchecked and UNUSED in self.settings.enabled_in(path):
            yield from self._unused(path, suppressions)

    def _unused(self, path: str, suppressions: Suppressions) -> Iterator[Finding]:
        enabled = self.settings.enabled_in(path)
        for unused in list(suppressions.unused(known_codes(), enabled)):
            here = unused.suppression
            observation = UnusedSuppression(
                here.text, unused.codes, unused.unknown, path, here.span
            )
            for finding in findings_of(observation, enabled):
                if not suppressions.suppresses(here.span.line, finding.code, about=here):
                    yield finding


def _written(path: Path, listed: int, barred: int, stale: int) -> str:
    remark = f"{path.name} now lists {listed} {'finding' if listed == 1 else 'findings'}"
    if stale == 1:
        remark += "; 1 entry that no longer applies was removed or lowered"
    elif stale:
        remark += f"; {stale} entries that no longer apply were removed or lowered"
    if barred:
        remark += f"; {barred} of codes that may never be in it were left out"
    return remark


def _stale(path: Path, stale: int) -> str:
    what = "1 entry" if stale == 1 else f"{stale} entries"
    occur = "occurs" if stale == 1 else "occur"
    return f"{what} of the baseline {path.name} no longer {occur}: run --write-baseline"
