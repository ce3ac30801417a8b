"""What fixes would change, as a unified diff."""

from collections.abc import Iterator
from difflib import unified_diff

from asyncpattern_lint.cli.output import publish_text
from asyncpattern_lint.cli.shell import complain
from asyncpattern_lint.config import Settings
from asyncpattern_lint.findings import Change, Report
from asyncpattern_lint.reporters.style import Style, count
from asyncpattern_lint.source import decode

#: https://www.gnu.org/software/diffutils/manual/html_node/Incomplete-Lines.html
_INCOMPLETE = "\\ No newline at end of file\n"


def publish_patch(report: Report, settings: Settings) -> None:
    """Write the changes where the report would go, and say to stderr how much they fix."""
    style = Style(False, str(settings.cwd), lambda _path, _line: "")
    text = "".join(line for change in report.changes for line in _patch(change, style))
    publish_text(text, settings)
    if report.fixed:
        complain(f"would fix {count(report.fixed, 'problem')}")


def _patch(change: Change, style: Style) -> Iterator[str]:
    path = style.relative(change.path)
    lines = unified_diff(_lines(decode(change.before)), _lines(decode(change.after)), path, path)
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n{_INCOMPLETE}"


def _lines(text: str) -> list[str]:
    """Split a text as tools that apply patches do: at newlines only."""
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])
