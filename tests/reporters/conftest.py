"""A report with one finding, and a style without colours."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from asyncpattern_lint.findings import Finding, Report, Step, Tally, Target, Unresolved
from asyncpattern_lint.reporters.style import Style
from asyncpattern_lint.source import Span

SOURCE = {
    71: "async def handle() -> None:",
    72: "    async for session in get_session():",
}


@pytest.fixture
def finding() -> Finding:
    return Finding(
        code="APL112",
        name="async-for-over-async-context-manager",
        message="`get_session()` is an async context manager",
        path="/project/app/handler.py",
        span=Span(72, 26, 72, 39),
        advice="write `async with get_session() as ...:`",
        use="async for",
        kind="async context manager",
        target=Target("app.deps.get_session", "/project/app/deps.py", 184),
        evidence=(
            Step("/project/app/handler.py", 22, "imported here"),
            Step("/project/app/deps.py", 183, "decorated with contextlib.asynccontextmanager"),
        ),
    )


@pytest.fixture
def report(finding: Finding) -> Report:
    return Report((finding,), files=812, candidates=3, notices=(), seconds=0.84)


@pytest.fixture
def unresolved() -> Unresolved:
    return Unresolved(
        construct="await",
        reference="self.pool.acquire(\n    1\n)",
        path="/project/app/service.py",
        span=Span(7, 15, 9, 2),
        reason="parameter `pool` has no annotation",
        reason_path="/project/app/deps.py",
        reason_line=12,
    )


@pytest.fixture
def counted_report(report: Report, unresolved: Unresolved) -> Report:
    return replace(report, tally=Tally(uses=16, unresolved=1), unresolved=(unresolved,))


@pytest.fixture
def clean_report() -> Report:
    return Report((), files=1, candidates=0, notices=(), seconds=0.04)


@pytest.fixture
def style() -> Callable[..., Style]:
    """Make a style over the given lines of source."""

    def make(colour: bool = False, lines: dict[int, str] = SOURCE) -> Style:
        return Style(colour, "/project", lambda _, line: lines.get(line, ""))

    return make
