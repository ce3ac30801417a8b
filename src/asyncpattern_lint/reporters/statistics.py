"""Counts per code in place of the findings."""

from collections import Counter
from collections.abc import Iterator

from asyncpattern_lint.findings import Report
from asyncpattern_lint.reporters.listing import unresolved
from asyncpattern_lint.reporters.style import Colour, Style, count, fixable, share, summary


def render(report: Report, style: Style) -> Iterator[str]:
    """Yield a line per code, the most frequent first, then what the run went through."""
    counts = Counter((finding.code, finding.name) for finding in report.findings)
    margin = len(str(max(counts.values(), default=0)))
    for (code, name), number in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        yield f"{number:>{margin}}  {style.paint(code, Colour.RED)}  {name}"
    if counts:
        yield ""
    yield from unresolved(report, style)
    yield summary(report, style)
    yield from fixable(report, style)
    yield (
        f"{count(report.files, 'file')} checked, {count(report.candidates, 'candidate')} walked, "
        f"{report.seconds:.2f} s."
    )
    if report.suppressed:
        yield f"{count(report.suppressed, 'finding')} suppressed by comments."
    if report.baselined:
        yield f"{count(report.baselined, 'finding')} kept back by the baseline."
    if report.twins:
        yield (
            f"{count(report.twins, 'function')} with a namesake of another kind; select APL207 to "
            "see them."
        )
    if report.tally is not None:
        yield share(report.tally)
