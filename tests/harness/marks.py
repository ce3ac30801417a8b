"""What a fixture claims: the marks at the ends of its lines.

A fixture is a directory ``tests/fixtures/<topic>/<case>/``: a tiny project that really runs, with
a ``main.py`` whose functions ``case_*`` are its entry points. It is on ``sys.path`` itself, or the
directories that its file ``.roots`` names are, one a line. The first line of its documentation
says what it shows.

- ``# BUG: APL112`` ends a line that Python fails at and that the linter must flag with this code;
  ``# BUG: APL112, APL163`` is two findings. The line is the one where the misused expression
  begins; for imports that of the name, for APL304 that of the string in ``__all__``.
- ``# BUG: APL173 (never runs: notify)`` marks a bug that is silent: no line of ``notify`` is
  executed by a case function that executes the marked line.
- ``# BUG: APL201 (breaks: case_enter)`` marks a cause that shows elsewhere: the case functions named
  end with an exception, which may be an assertion of theirs about what should have happened.
- ``# BUG: APL401 (shows: case_request)`` marks a bug whose effect comes later or elsewhere: the
  case function executes the marked line, asserts the effect, and runs to its end.
- A fixture without marks is a trap: correct code that looks wrong. It must run without an
  exception and leave no coroutine behind.

Each bug that raises needs a case function of its own, because the exception ends it.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FIXTURES = Path(__file__).parent.parent / "fixtures"

_BEFORE = re.compile(r"_before_(\d+)_(\d+)$")
_MARK = re.compile(r"#\s*BUG:(?P<claims>.*)$")
_CLAIM = re.compile(
    r"\s*(?P<code>APL\d{3})(?:\s*\(never runs: (?P<idle>\w+(?:, \w+)*)\))?"
    r"(?:\s*\(breaks: (?P<broken>case_\w+(?:, case_\w+)*)\))?"
    r"(?:\s*\(shows: (?P<shown>\w+)\))?\s*(?:,|$)"
)


@dataclass(frozen=True, slots=True)
class Mark:
    """One finding that a line must get.

    ``path`` is relative to the fixture, with slashes; ``line`` counts from 1; ``idle`` names the
    functions whose bodies must not run, where the bug is silent; ``broken`` the case functions
    that it makes fail, where it does so from afar; ``shown`` the case function that asserts what
    the bug leads to.
    """

    path: str
    line: int
    code: str
    idle: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    shown: str = ""


def fixtures() -> list[Path]:
    """Return the directories of the fixtures that this Python can prove, in order.

    One whose name ends with ``_before_3_13`` shows what holds for earlier versions only.
    """
    return sorted(
        path
        for path in FIXTURES.glob("*/*")
        if any(path.rglob("main.py"))
        and (
            (limit := _BEFORE.search(path.name)) is None
            or sys.version_info[:2] < (int(limit[1]), int(limit[2]))
        )
    )


def label(fixture: Path) -> str:
    """Return a fixture's name in messages and test ids: ``topic/case``."""
    return f"{fixture.parent.name}/{fixture.name}"


def marks(fixture: Path) -> dict[tuple[str, int], list[Mark]]:
    """Return the marks of a fixture by place.

    A mark that does not have the agreed form raises ``AssertionError``.
    """
    found: dict[tuple[str, int], list[Mark]] = defaultdict(list)
    for path in sorted(fixture.rglob("*.py")):
        name = path.relative_to(fixture).as_posix()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            if match := _MARK.search(line):
                found[name, number] = list(_claims(match["claims"], name, number, fixture))
    return dict(found)


def _claims(text: str, path: str, line: int, fixture: Path) -> Iterator[Mark]:
    position = 0
    while position < len(text):
        claim = _CLAIM.match(text, position)
        assert claim is not None, (
            f"{label(fixture)}: {path}:{line}: malformed mark {text.strip()!r}"
        )
        idle, broken = (
            tuple(re.findall(r"\w+", claim[group] or "")) for group in ("idle", "broken")
        )
        yield Mark(path, line, claim["code"], idle, broken, claim["shown"] or "")
        position = claim.end()
    assert position, f"{label(fixture)}: {path}:{line}: a mark without a code"
