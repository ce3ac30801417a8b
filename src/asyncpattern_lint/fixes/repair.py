"""One repair of a project: rounds of fixes in memory, then the files, as far as they still fit."""

# ruff: noqa: PTH118

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic

from asyncpattern_lint.files import Stamps
from asyncpattern_lint.findings import Change
from asyncpattern_lint.fixes.rounds import Fixer, L, Overlay
from asyncpattern_lint.fixes.writing import write


@dataclass(frozen=True, slots=True)
class Repair(Generic[L]):
    """The outcome: the last look at the project, and what became of the files.

    ``notices`` say what was left as it is, and why.
    """

    look: L
    changes: tuple[Change, ...] = ()
    notices: tuple[str, ...] = ()


def repair(
    first: L,
    look: Callable[[Overlay], L],
    read: Callable[[str], bytes],
    codes: frozenset[str],
    roots: Iterable[str],
    *,
    unsafe: bool,
    stamps: Stamps | None,
) -> Repair[L]:
    """Fix what is told; ``look`` gives the findings of the project under an overlay.

    ``read`` gives a file's bytes. Files are written if there are ``stamps``, those from before
    they were read, and only below ``roots``, wherever links to them lie. Raises
    ``UnwritableError`` before any file has changed.
    """
    homes = [os.path.realpath(root) for root in roots]
    originals: dict[str, bytes] = {}

    def original(path: str) -> bytes:
        if path not in originals:
            originals[path] = read(path)
        return originals[path]

    mended = {finding.path for finding in first.told if finding.fix is not None}
    own = {path for path in mended if _is_below(path, homes)}
    fixed = Fixer(look, original, codes, unsafe=unsafe, paths=frozenset(own)).run(first)
    pairs = {path: (originals[path], data) for path, data in sorted(fixed.overlay.items())}
    changed = write(pairs, stamps) if stamps is not None and pairs else []
    if changed:
        # What is told of these files is what was there when they were read.
        fixed.look = look({**fixed.overlay, **{path: originals[path] for path in changed}})
    return Repair(
        look=fixed.look,
        changes=tuple(Change(path, *pair) for path, pair in pairs.items() if path not in changed),
        notices=(
            *(f"{path}: not fixed, it changed meanwhile" for path in changed),
            *(
                f"{path}: not fixed, it is a link that leads out of the project"
                for path in sorted(mended - own)
            ),
        ),
    )


def _is_below(path: str, roots: Iterable[str]) -> bool:
    real = os.path.realpath(path)
    return any(real == root or real.startswith(os.path.join(root, "")) for root in roots)
