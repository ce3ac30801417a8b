"""Rounds of fixing: apply what is apart, check the project as it then is, keep what proves good.

A fix proves good if its findings are gone and no finding is there that was not before: neither
one that is told, nor one of a code that nobody asked for, or that is kept back.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from asyncpattern_lint.findings import Applicability, Edit, Finding
from asyncpattern_lint.fixes.applying import apart, applied

#: Rounds until the fixes of nested findings have all had their turn.
MAX_ROUNDS = 20

#: Checks of the project that one run may spend on finding out which fixes are no good.
MAX_CHECKS = 100

Overlay = Mapping[str, bytes]

_LINE = re.compile(r"\bline \d+")


class Look(Protocol):
    """What a look at a project finds."""

    @property
    def every(self) -> Iterable[Finding]:
        """The findings of every code, whether they are told or not."""

    @property
    def told(self) -> Sequence[Finding]:
        """The findings that the user is told, with their fixes."""


L = TypeVar("L", bound=Look)


@dataclass(slots=True)
class Fixed(Generic[L]):
    """What became of a project: the last look at it, and new bytes by path."""

    look: L
    overlay: dict[str, bytes] = field(default_factory=dict)


class Fixer(Generic[L]):
    """Fixes the findings of a project that are told, in memory.

    ``look`` gives the findings of the project under an overlay; ``read`` a file's bytes without
    one; ``codes`` may be fixed, in the files ``paths``.
    """

    def __init__(
        self,
        look: Callable[[Overlay], L],
        read: Callable[[str], bytes],
        codes: frozenset[str],
        *,
        unsafe: bool,
        paths: frozenset[str],
    ) -> None:
        self._look = look
        self._read = read
        self._codes = codes
        self._unsafe = unsafe
        self._paths = paths
        self._checks = 0
        self._refused: set[tuple[str, str, tuple[Edit, ...]]] = set()

    def run(self, first: L) -> Fixed[L]:
        """Return the project with everything fixed that can be."""
        state = Fixed(first)
        for _ in range(MAX_ROUNDS):
            wanted = apart(finding for finding in state.look.told if self._is_wanted(finding))
            if not wanted:
                break
            self._accept(state, wanted)
        return state

    def _is_wanted(self, finding: Finding) -> bool:
        fix = finding.fix
        return (
            fix is not None
            and finding.code in self._codes
            and finding.path in self._paths
            and (self._unsafe or fix.applicability is Applicability.SAFE)
            and (finding.path, finding.code, fix.edits) not in self._refused
        )

    def _accept(self, state: Fixed[L], wanted: list[Finding]) -> None:
        """Apply all fixes, or each half of them alone until those that are no good stand alone.

        What has been accepted before moves the places of other fixes in the same file, so that
        these wait for the next round.
        """
        groups = _groups(wanted)
        if self._try(state, wanted):
            return
        if len(groups) == 1:
            self._refuse(wanted)
            return
        half = len(groups) // 2
        first = [finding for group in groups[:half] for finding in group]
        touched = set(state.overlay.items())
        self._accept(state, first)
        changed = {path for path, _ in set(state.overlay.items()) ^ touched}
        rest = [f for group in groups[half:] for f in group if f.path not in changed]
        if rest:
            self._accept(state, rest)

    def _refuse(self, wanted: list[Finding]) -> None:
        for finding in wanted:
            if finding.fix is not None:
                self._refused.add((finding.path, finding.code, finding.fix.edits))

    def _try(self, state: Fixed[L], wanted: list[Finding]) -> bool:
        """Apply fixes if they prove good together."""

        def read(path: str) -> bytes:
            known = state.overlay.get(path)
            return self._read(path) if known is None else known

        changed = applied(wanted, read)
        if changed is None or self._checks >= MAX_CHECKS:
            return False
        self._checks += 1
        overlay = {**state.overlay, **changed}
        before, after = state.look, self._look(overlay)
        gone = _counted(wanted)
        if _counted(after.every) - (_counted(before.every) - gone):
            return False
        # What was kept back may not come to be told.
        if _counted(after.told) - (_counted(before.told) - gone):
            return False
        state.look, state.overlay = after, overlay
        return True


def _groups(wanted: list[Finding]) -> list[list[Finding]]:
    """Return the findings with those of the very same edits together."""
    groups: dict[tuple[str, tuple[Edit, ...]], list[Finding]] = {}
    for finding in wanted:
        assert finding.fix is not None  # the caller has looked
        groups.setdefault((finding.path, finding.fix.edits), []).append(finding)
    return list(groups.values())


def _counted(findings: Iterable[Finding]) -> Counter[tuple[str, str, str]]:
    """Count findings by what they say: their lines move while others are fixed."""
    return Counter((f.path, f.code, _LINE.sub("line", f.message)) for f in findings)
