"""A fingerprint stays while lines move, and no two findings share one."""

from collections.abc import Callable
from dataclasses import replace

from asyncpattern_lint.findings import Finding, Target
from asyncpattern_lint.reporters.fingerprint import fingerprints
from asyncpattern_lint.reporters.style import Style
from asyncpattern_lint.source import Span

LINE = "    async for session in get_session():"


def marks(style: Style, *findings: Finding) -> list[str]:
    return [mark for _, mark in fingerprints(findings, style)]


def test_it_does_not_depend_on_the_line(finding: Finding, style: Callable[..., Style]) -> None:
    moved = replace(finding, span=Span(90, 22, 90, 35), message="other", evidence=())
    assert marks(style(lines={90: LINE.strip()}), moved) == marks(style(lines={72: LINE}), finding)


def test_it_depends_on_what_is_wrong(finding: Finding, style: Callable[..., Style]) -> None:
    others = [
        replace(finding, code="APL163"),
        replace(finding, path="/project/app/other.py"),
        replace(finding, target=Target("app.deps.other", "/project/app/deps.py", 184)),
        replace(finding, target=None),
        replace(finding, span=Span(71, 1, 71, 6)),
    ]
    assert len(set(marks(style(), finding, *others))) == 6


def test_what_is_alike_is_counted(finding: Finding, style: Callable[..., Style]) -> None:
    first, second = marks(style(), finding, finding)
    assert first != second
    assert marks(style(), finding) == [first]


def test_it_does_not_depend_on_the_folder_of_the_run(
    finding: Finding, style: Callable[..., Style]
) -> None:
    whole = style()
    part = replace(whole, cwd="/project/app", repository="/project")
    assert marks(part, finding) == marks(whole, finding)


def test_it_takes_any_path(finding: Finding, style: Callable[..., Style]) -> None:
    assert marks(style(), replace(finding, path="/project/\udc80.py"))
