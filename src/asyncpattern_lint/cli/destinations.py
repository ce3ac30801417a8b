"""Which reports a run writes, and where each of them goes."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from asyncpattern_lint.config import OutputFormat, Settings, UsageError, format_named, writable


@dataclass(frozen=True, slots=True)
class Destination:
    """A report in one format: to a file, or to stdout where ``path`` is None."""

    form: OutputFormat
    path: Path | None


def destinations(typed: Iterable[str], settings: Settings) -> tuple[Destination, ...]:
    """Return where the reports go, in the order typed.

    Each of ``typed`` is ``FORMAT`` or ``FORMAT:FILE``; without any, the format of the settings
    goes to their output file or to stdout. Raises UsageError for an unknown format, for what
    cannot be written, for two reports in one place, and for files where a diff is shown instead.
    """
    found = [_parse(text, settings.cwd) for text in typed]
    if settings.diff and any(one.path is not None for one in found):
        raise UsageError("--diff shows a patch and writes no report: it takes no FORMAT:FILE")
    if not found:
        return (Destination(settings.output_format, settings.output_file),)
    if settings.output_file is not None:
        (first, *more) = found
        if more or first.path is not None:
            raise UsageError("--output-file goes with one --output-format, which names no file")
        return (Destination(first.form, settings.output_file),)
    if sum(one.path is None for one in found) > 1:
        raise UsageError("only one format can go to stdout; write --output-format FORMAT:FILE")
    files = [one.path.resolve() for one in found if one.path is not None]
    for path in files:
        if files.count(path) > 1:
            raise UsageError(f"two formats cannot go to one file: {path}")
    return tuple(found)


def _parse(text: str, cwd: Path) -> Destination:
    name, colon, file = text.partition(":")
    form = format_named(name)
    if colon and not file:
        raise UsageError(f"no file follows the colon in --output-format {text}")
    return Destination(form, writable(file, cwd) if colon else None)
