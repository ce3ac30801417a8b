"""One repair of a project: rounds of fixes in memory, then the files, as far as they still fit."""

# ruff: noqa: PTH118

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from asyncpattern_lint.findings import Change, Finding
from asyncpattern_lint.fixes.rounds import Fixed, Fixer, Overlay
from asyncpattern_lint.fixes.text import Text
from asyncpattern_lint.fixes.writing import write


@dataclass(frozen=True, slots=True)
class Repair:
    """The outcome: what remains, how many findings are gone, and what became of the files.

    ``overlay`` maps paths to their new bytes; ``notices`` say what was left as it is, and why.
    """

    findings: tuple[Finding, ...]
    count: int = 0
    overlay: Overlay = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    notices: tuple[str, ...] = ()


def repair(
    findings: Sequence[Finding],
    check: Callable[[Overlay], Sequence[Finding]],
    codes: frozenset[str],
    roots: Iterable[str],
    *,
    unsafe: bool,
    write_files: bool,
) -> Repair:
    """Fix findings; ``check`` returns those of the project under an overlay.

    Files are written if ``write_files`` says so, and only below ``roots``, wherever links to them
    lie. Raises ``UnwritableError`` before any file has changed.
    """
    homes = [os.path.realpath(root) for root in roots]
    read: dict[str, bytes] = {}

    def original(path: str) -> bytes:
        if path not in read:
            read[path] = Path(path).read_bytes()
        return read[path]

    own = {f.path for f in findings if f.fix is not None and _is_below(f.path, homes)}
    fixer = Fixer(check, original, codes, unsafe=unsafe, paths=frozenset(own))
    fixed = fixer.run(findings)
    changed: list[str] = []
    if write_files and fixed.overlay:
        changed = write({path: (read[path], data) for path, data in fixed.overlay.items()})
    outside = sorted({f.path for f in findings if f.fix is not None} - own)
    return Repair(
        findings=_remaining(findings, fixed, changed),
        count=fixed.count - _gone(findings, fixed, changed, codes),
        overlay={path: data for path, data in fixed.overlay.items() if path not in changed},
        changes=tuple(
            Change(path, Text(read[path]).text, Text(data).text)
            for path, data in sorted(fixed.overlay.items())
            if path not in changed
        ),
        notices=(
            *(f"{path}: not fixed, it changed meanwhile" for path in changed),
            *(f"{path}: not fixed, it is a link that leads out of the project" for path in outside),
        ),
    )


def _is_below(path: str, roots: Iterable[str]) -> bool:
    real = os.path.realpath(path)
    return any(real == root or real.startswith(os.path.join(root, "")) for root in roots)


def _remaining(
    before: Sequence[Finding], fixed: Fixed, changed: Sequence[str]
) -> tuple[Finding, ...]:
    """Return what remains, in a file that was left as it is what was there before."""
    remaining = [finding for finding in fixed.findings if finding.path not in changed]
    remaining += [finding for finding in before if finding.path in changed]
    return tuple(sorted(remaining, key=lambda finding: finding.sort_key))


def _gone(
    before: Sequence[Finding], fixed: Fixed, changed: Sequence[str], codes: frozenset[str]
) -> int:
    """Return how many findings of these codes are gone in memory only."""

    def here(findings: Sequence[Finding]) -> int:
        return sum(f.path in changed and f.code in codes for f in findings)

    return here(before) - here(fixed.findings)
