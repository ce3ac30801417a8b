"""A fix is kept only if its finding goes and none comes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import pytest

from asyncpattern_lint.findings import Applicability, Edit, Finding, Fix
from asyncpattern_lint.fixes.applying import apart, applied
from asyncpattern_lint.fixes.rounds import Fixed, Fixer
from asyncpattern_lint.source import Span

FILES = {"/a.py": b"one\ntwo\nthree\n", "/b.py": b"one\n"}


def finding(path: str, line: int, content: str, message: str = "", width: int = 1) -> Finding:
    span = Span(line, 1, line, 1 + width)
    fix = Fix(Applicability.SAFE, "", (Edit(span, content),))
    return Finding("APL112", "a-name", message or f"wrong {path} {line}", path, span, fix=fix)


def wrong(overlay: Mapping[str, bytes]) -> list[Finding]:
    """Find each line that does not begin with a capital; the first one's fix is what it says."""
    found = []
    for path, text in {**FILES, **overlay}.items():
        for number, line in enumerate(text.decode().splitlines(), start=1):
            if not line[0].isupper():
                found.append(finding(path, number, line[0].upper()))
    return found


class Seen(NamedTuple):
    every: Sequence[Finding]
    told: Sequence[Finding]


def everything(finding: Finding) -> bool:
    return True


def fix(
    check: Callable[[Mapping[str, bytes]], Sequence[Finding]],
    is_told: Callable[[Finding], bool] = everything,
) -> Fixed[Seen]:
    def look(overlay: Mapping[str, bytes]) -> Seen:
        found = check(overlay)
        return Seen(found, [f for f in found if is_told(f)])

    paths = frozenset(FILES)
    fixer = Fixer(look, FILES.__getitem__, frozenset({"APL112"}), unsafe=False, paths=paths)
    return fixer.run(look({}))


def test_everything_is_fixed_in_one_go() -> None:
    asked: list[Mapping[str, bytes]] = []

    def check(overlay: Mapping[str, bytes]) -> list[Finding]:
        asked.append(overlay)
        return wrong(overlay)

    fixed = fix(check)
    assert fixed.look == ([], [])
    assert fixed.overlay == {"/a.py": b"One\nTwo\nThree\n", "/b.py": b"One\n"}
    assert len(asked) == 2


def test_a_fix_that_leaves_its_finding_is_left_out() -> None:
    def check(overlay: Mapping[str, bytes]) -> list[Finding]:
        found = wrong(overlay)
        if not any(f.path == "/b.py" for f in found):
            found.append(finding("/b.py", 1, "O"))
        return found

    fixed = fix(check)
    assert fixed.overlay == {"/a.py": b"One\nTwo\nThree\n"}
    assert [f.path for f in fixed.look.told] == ["/b.py"]


def test_so_is_one_that_brings_another_finding() -> None:
    def check(overlay: Mapping[str, bytes]) -> list[Finding]:
        found = wrong(overlay)
        if b"Two" in overlay.get("/a.py", b""):
            found.append(finding("/b.py", 1, "X", "new"))
        return found

    fixed = fix(check)
    assert fixed.overlay == {"/a.py": b"One\ntwo\nThree\n", "/b.py": b"One\n"}
    assert len(fixed.look.told) == 1


def test_what_is_not_told_is_not_fixed() -> None:
    fixed = fix(wrong, lambda finding: finding.path == "/a.py")
    assert fixed.overlay == {"/a.py": b"One\nTwo\nThree\n"}
    assert [f.path for f in fixed.look.every] == ["/b.py"]


def test_a_fix_that_brings_to_light_what_was_kept_back_is_left_out() -> None:
    """As one would that takes a line away from the comment behind it."""
    hidden = finding("/b.py", 1, "", "hidden")
    overlays: list[Mapping[str, bytes]] = []

    def check(overlay: Mapping[str, bytes]) -> list[Finding]:
        overlays.append(overlay)
        return [*(f for f in wrong(overlay) if f.path == "/a.py"), replace(hidden, fix=None)]

    def is_told(finding: Finding) -> bool:
        return finding.message != "hidden" or b"Two" in overlays[-1].get("/a.py", b"")

    fixed = fix(check, is_told)
    assert fixed.overlay == {"/a.py": b"One\ntwo\nThree\n"}


def test_so_is_one_that_does_not_parse() -> None:
    def check(overlay: Mapping[str, bytes]) -> list[Finding]:
        return [
            f if f.span.line != 3 else finding(f.path, 3, "Th(", f.message) for f in wrong(overlay)
        ]

    assert fix(check).overlay == {"/a.py": b"One\nTwo\nthree\n", "/b.py": b"One\n"}


def test_a_line_number_in_a_message_may_change() -> None:
    def check(overlay: Mapping[str, bytes]) -> list[Finding]:
        hidden = f"hidden on line {1 + len(overlay)}"
        return [*wrong(overlay), replace(finding("/a.py", 9, ""), message=hidden, fix=None)]

    fixed = fix(check)
    assert len(fixed.look.told) == 1


@pytest.mark.parametrize(
    ("spans", "kept"),
    [
        ([Span(1, 1, 1, 4), Span(1, 4, 1, 6)], 1),
        ([Span(1, 1, 1, 4), Span(1, 5, 1, 6)], 2),
        ([Span(1, 1, 3, 4), Span(2, 9, 2, 9)], 1),
        ([Span(1, 1, 1, 1), Span(1, 1, 1, 1)], 2),
        ([Span(2, 1, 2, 3), Span(1, 1, 1, 9)], 2),
    ],
    ids=["touching", "apart", "nested", "the same", "in another order"],
)
def test_overlapping_edits_wait_for_the_next_round(spans: list[Span], kept: int) -> None:
    findings = [
        Finding(
            "APL112",
            "",
            str(number),
            "/a.py",
            span,
            fix=Fix(Applicability.SAFE, "", (Edit(span, "x"),)),
        )
        for number, span in enumerate(spans)
    ]
    assert len(apart(findings)) == kept


def test_the_same_edits_are_applied_once() -> None:
    both = [finding("/b.py", 1, "N", "first"), finding("/b.py", 1, "N", "second")]
    assert applied(both, FILES.__getitem__) == {"/b.py": b"Nne\n"}
