"""Which codes selectors stand for, and which of them are on."""

import itertools
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from asyncpattern_lint.config.options import UsageError
from asyncpattern_lint.config.paths import literal

#: The selector that stands for every code.
ALL = "ALL"


class Selection(NamedTuple):
    """Selectors from one place; ``select`` is None where it makes no new start."""

    select: tuple[str, ...] | None
    extend_select: tuple[str, ...]
    ignore: tuple[str, ...]


class Decision(NamedTuple):
    """Whether a code is on, and why.

    ``position`` is that of the selection that decided, ``key`` and ``selector`` what in it did:
    the selector is empty where a ``select`` does not mention the code. All three are None or
    empty for the default.
    """

    is_on: bool
    position: int | None = None
    key: str = ""
    selector: str = ""


def decide(selections: Iterable[Selection], codes: Mapping[str, bool]) -> dict[str, Decision]:
    """Return what is decided of each code; the weakest selection comes first.

    Inside a selection the longest selector that matches decides, and ``ignore`` wins a tie. One
    with a ``select`` forgets what was decided before; another one changes it where it matches.
    """
    decided = {code: Decision(default) for code, default in codes.items()}
    for position, selection in enumerate(selections):
        for code in codes:
            if selection.select is not None:
                decided[code] = Decision(False, position, "select")
            wanted = [
                (_rank(selector, code), Decision(True, position, key, selector))
                for key, selectors in (
                    ("select", selection.select or ()),
                    ("extend-select", selection.extend_select),
                )
                for selector in selectors
            ]
            unwanted = [
                (_rank(selector, code), Decision(False, position, "ignore", selector))
                for selector in selection.ignore
            ]
            # The first of equals is taken.
            rank, decision = max((*unwanted, *wanted), key=_by_rank, default=(-1, decided[code]))
            if rank >= 0:
                decided[code] = decision
    return decided


def select_codes(
    select: Iterable[str], ignore: Iterable[str], codes: Mapping[str, bool]
) -> frozenset[str]:
    """Return the enabled codes: of the selectors that match a code, the longest decides.

    Without ``select`` the codes that are on by default are selected; of equally long selectors,
    ``ignore`` wins. Raises UsageError for a selector that matches no code.
    """
    selected = typed_selectors("--select", select, codes)
    ignored = typed_selectors("--ignore", ignore, codes)
    decided = decide([Selection(selected or None, (), ignored)], codes)
    return frozenset(code for code, decision in decided.items() if decision.is_on)


def typed_selectors(
    option: str, typed: Iterable[str], codes: Mapping[str, bool]
) -> tuple[str, ...]:
    """Return the selectors in the comma-separated lists given to an option.

    Raises UsageError for a selector that matches no code, and for lists that hold none.
    """
    lists = tuple(typed)
    found = selectors(part for item in lists for part in item.split(","))
    if lists and not found:
        raise UsageError(f"{option} names no code")
    problem = unknown(found, codes)
    if problem:
        raise UsageError(problem.format(option))
    return found


def selectors(written: Iterable[str]) -> tuple[str, ...]:
    """Return selectors as they are compared: in upper case, each once, no empty one."""
    return tuple(dict.fromkeys(part for part in (item.strip().upper() for item in written) if part))


def unknown(found: Iterable[str], codes: Mapping[str, bool]) -> str:
    """Return what is wrong with the first selector that matches no code; empty if all do.

    The text has a place, ``{}``, for what the selector was found in.
    """
    for selector in found:
        if selector != ALL and not any(matches(selector, code) for code in codes):
            return f"unknown code {literal(selector)} in {{}}{nearest_code(selector, codes)}"
    return ""


def matching(found: Iterable[str], codes: Iterable[str]) -> frozenset[str]:
    """Return the codes that one of the selectors matches."""
    wanted = tuple(found)
    return frozenset(code for code in codes if any(_rank(s, code) >= 0 for s in wanted))


def matches(selector: str, code: str) -> bool:
    """Tell whether a selector other than ``ALL`` matches a code."""
    return code.startswith(selector) and selector.startswith(code.rstrip("0123456789"))


def _rank(selector: str, code: str) -> int:
    """Return how closely a selector matches: its length, 0 for ``ALL``, -1 if it does not."""
    if selector == ALL:
        return 0
    return len(selector) if matches(selector, code) else -1


def _by_rank(candidate: tuple[int, Decision]) -> int:
    return candidate[0]


def nearest_code(selector: str, codes: Iterable[str]) -> str:
    """Return the end of the message: the code that shares the longest beginning."""
    near = max(codes, key=lambda code: _common(code, selector), default="")
    return f"; the nearest is {near}" if near[:1] == selector[:1] else ""


def _common(left: str, right: str) -> int:
    pairs = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(left, right, strict=False))
    return len(list(pairs))
