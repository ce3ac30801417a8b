"""What a finding is known by from run to run, while the lines above it come and go."""

from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import blake2b

from asyncpattern_lint.findings import Finding
from asyncpattern_lint.reporters.style import Style


def fingerprints(findings: Iterable[Finding], style: Style) -> Iterator[tuple[Finding, str]]:
    """Yield each finding with its fingerprint, which no other finding of the report has.

    It holds the code, the path in the repository, the definition and the text of the line, not
    its number; of findings that are alike in all of these, it counts.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    for finding in findings:
        key = (
            finding.code,
            style.in_repository(finding.path).replace("\\", "/"),
            finding.target.name if finding.target else "",
            style.read_line(finding.path, finding.span.line).strip(),
        )
        seen[key] += 1
        text = "\0".join((*key, str(seen[key])))
        yield finding, blake2b(text.encode("utf-8", "backslashreplace"), digest_size=16).hexdigest()
