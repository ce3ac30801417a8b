"""Where a report goes: the terminal, a pipe, or a file that is never half written."""

import importlib
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from asyncpattern_lint.cli.destinations import Destination
from asyncpattern_lint.cli.shell import silence_stdout
from asyncpattern_lint.config import OutputFormat, Settings, UsageError
from asyncpattern_lint.files import replace_file
from asyncpattern_lint.findings import Report

#: The formats for people, in whose place ``--statistics`` shows counts.
_PROSE = {OutputFormat.FULL, OutputFormat.CONCISE}


def publish(report: Report, settings: Settings, places: Iterable[Destination]) -> None:
    """Write the report to each of the places, stdout last.

    A reader that closes the pipe early is no error. What cannot be written does not stop the
    rest; then raises UsageError.
    """
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
        colour = wants_colour(sys.stdout is not None and sys.stdout.isatty())
        show(_render(report, settings, name, colour), colour)
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
    style = Style(colour, cwd, reader(settings.overlay), repository(settings.cwd))
    lines: Iterator[str] = reporter.render(report, style)
    return lines


def repository(folder: Path) -> str:
    """Return the root of the repository that holds the folder, or the folder itself.

    GitLab says in CI_PROJECT_DIR what its paths are relative to.
    """
    named = os.environ.get("CI_PROJECT_DIR")
    if named and folder.is_relative_to(named):
        return str(Path(named))
    above = (place for place in (folder, *folder.parents) if (place / ".git").exists())
    return str(next(above, folder))


def show(lines: Iterable[str], colour: bool = False) -> None:
    """Write lines to stdout; a reader that closes the pipe early is no error."""
    text = "\n".join(lines)
    if not text:
        return
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
    try:
        click.echo(text, color=colour)
    except BrokenPipeError:
        silence_stdout()
    except OSError as error:
        silence_stdout()
        raise UsageError(f"cannot write the report: {error.strerror or error}") from error
