"""Where a report goes: the terminal, a pipe, or a file that is never half written."""

import importlib
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from asyncpattern_lint.cli.destinations import Destination
from asyncpattern_lint.cli.shell import silence_stderr, silence_stdout
from asyncpattern_lint.config import OutputFormat, Settings, UsageError
from asyncpattern_lint.files import replace_file
from asyncpattern_lint.findings import Report

#: The formats for people, in whose place ``--statistics`` shows counts.
_PROSE = {OutputFormat.FULL, OutputFormat.CONCISE}


def publish(report: Report, settings: Settings, places: Iterable[Destination]) -> None:
    """Write the report to each of the places, stdout last.

    Where text from standard input was to be fixed, that goes to stdout, and the report to stderr.
    A reader that closes the pipe early is no error. What cannot be written does not stop the
    rest; then raises UsageError.
    """
    if settings.fix:
        for text in _in_memory(report, settings).values():
            _echo(text)
    failed: list[UsageError] = []
    for place in sorted(places, key=lambda place: place.path is None):
        try:
            _publish(report, settings, place)
        except UsageError as error:
            failed.append(error)
    if failed:
        raise failed[0]


def _publish(report: Report, settings: Settings, place: Destination) -> None:
    name = place.form.value
    if settings.statistics and place.form in _PROSE:
        name = "statistics"
    if place.path is None:
        aside = bool(settings.fix and settings.overlay)
        stream = sys.stderr if aside else sys.stdout
        colour = wants_colour(stream is not None and stream.isatty())
        show(_render(report, settings, name, colour), colour, aside=aside)
    else:
        lines = _render(report, settings, name, False)
        write_whole(place.path, "".join(f"{line}\n" for line in lines))


def wants_colour(terminal: bool) -> bool:
    """Tell whether to write colours, given whether the output is a terminal.

    NO_COLOR comes first, then FORCE_COLOR, then TERM=dumb, as in Python's own tools.
    """
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return terminal and os.environ.get("TERM") != "dumb"


def write_whole(path: Path, text: str) -> None:
    """Write a text to a file so that it holds the old text or the whole new one, never a part.

    A symbolic link stays one. What is no regular file, such as a device or a pipe, is written
    to directly. Raises UsageError if the file cannot be written.
    """
    data = text.encode("utf-8", errors="backslashreplace")
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(data)
        else:
            replace_file(path, data)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from error


def _render(report: Report, settings: Settings, name: str, colour: bool) -> Iterator[str]:
    from asyncpattern_lint.cli.lines import reader
    from asyncpattern_lint.reporters.style import Style

    reporter = importlib.import_module(f"asyncpattern_lint.reporters.{name}")
    cwd = str(settings.cwd)
    texts = _in_memory(report, settings)
    style = Style(colour, cwd, reader(texts), repository(settings.cwd))
    lines: Iterator[str] = reporter.render(report, style)
    return lines


def _in_memory(report: Report, settings: Settings) -> dict[str, bytes]:
    """Return the texts that stand in for files, as the findings of the report see them."""
    fixed = {change.path: change.after for change in report.changes}
    return {path: fixed.get(path, text) for path, text in settings.overlay.items()}


def repository(folder: Path) -> str:
    """Return the root of the repository that holds the folder, or the folder itself.

    GitLab says in CI_PROJECT_DIR what its paths are relative to.
    """
    named = os.environ.get("CI_PROJECT_DIR")
    if named and folder.is_relative_to(named):
        return str(Path(named))
    above = (place for place in (folder, *folder.parents) if (place / ".git").exists())
    return str(next(above, folder))


def publish_text(text: str, settings: Settings) -> None:
    """Write a text that is no report where a report would go, just as it is."""
    if settings.output_file is None:
        _echo(text)
    else:
        write_whole(settings.output_file, text)


def show(lines: Iterable[str], colour: bool = False, *, aside: bool = False) -> None:
    """Write lines to stdout, or ``aside`` to stderr.

    A reader that closes the pipe early is no error.
    """
    text = "\n".join(lines)
    if text:
        _echo(f"{text}\n", colour, aside=aside)


def _echo(text: str | bytes, colour: bool = False, *, aside: bool = False) -> None:
    stream, silence = (sys.stderr, silence_stderr) if aside else (sys.stdout, silence_stdout)
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
    try:
        click.echo(text, nl=False, err=aside, color=colour)
    except BrokenPipeError:
        silence()
    except OSError as error:
        silence()
        raise UsageError(f"cannot write the report: {error.strerror or error}") from error
