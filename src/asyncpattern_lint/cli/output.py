"""Where a report goes: the terminal, a pipe, or a file that is never half written."""

import contextlib
import importlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from asyncpattern_lint.cli.shell import silence_stdout
from asyncpattern_lint.config import OutputFormat, Settings, UsageError
from asyncpattern_lint.findings import Report


def publish(report: Report, settings: Settings) -> None:
    """Write the report to the settings' output file, or to stdout.

    A reader that closes the pipe early is no error. Raises UsageError if it cannot be written.
    """
    if settings.output_file is None:
        colour = wants_colour(sys.stdout is not None and sys.stdout.isatty())
        _print("\n".join(_render(report, settings, colour)), colour)
    else:
        text = "\n".join(_render(report, settings, False)) + "\n"
        write_whole(settings.output_file, text)


def publish_text(text: str, settings: Settings) -> None:
    """Write a text that is no report where a report would go, just as it is."""
    if settings.output_file is None:
        _print(text, False, end="")
    else:
        write_whole(settings.output_file, text)


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
            _replace(path.resolve(), data)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from error


def _replace(path: Path, data: bytes) -> None:
    import tempfile

    handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        temporary.chmod(path.stat().st_mode & 0o7777 if path.exists() else 0o666 & ~_umask())
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _render(report: Report, settings: Settings, colour: bool) -> Iterator[str]:
    from asyncpattern_lint.cli.lines import read_line
    from asyncpattern_lint.reporters.style import Style

    name = settings.output_format.value
    if settings.statistics and settings.output_format is not OutputFormat.JSON:
        name = "statistics"
    reporter = importlib.import_module(f"asyncpattern_lint.reporters.{name}")
    lines: Iterator[str] = reporter.render(report, Style(colour, str(settings.cwd), read_line))
    return lines


def _print(text: str, colour: bool, end: str = "\n") -> None:
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
    try:
        click.echo(text + end, color=colour, nl=False)
    except BrokenPipeError:
        silence_stdout()
    except OSError as error:
        silence_stdout()
        raise UsageError(f"cannot write the report: {error.strerror or error}") from error
