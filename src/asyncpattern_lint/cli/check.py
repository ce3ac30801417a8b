"""``asyncpattern-lint check``."""

import os
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from asyncpattern_lint.cli.destinations import Destination, destinations
from asyncpattern_lint.cli.flags import settings_flags
from asyncpattern_lint.cli.shell import ERROR, FINDINGS, complain
from asyncpattern_lint.config import (
    BASELINE,
    Options,
    OutputFormat,
    Settings,
    UsageError,
    resolve,
    working_directory,
)

if TYPE_CHECKING:
    from asyncpattern_lint.findings import Report

R = TypeVar("R")


def _complete_format(_ctx: click.Context, _param: click.Parameter, typed: str) -> list[str]:
    return [form.value for form in OutputFormat if form.startswith(typed)]


@click.command(short_help="Check files and directories.")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "--output-format",
    "output_formats",
    multiple=True,
    metavar="FORMAT[:FILE]",
    shell_complete=_complete_format,
    help=f"How findings are written, and to which file if not to stdout; may be repeated. "
    f"Formats: {', '.join(OutputFormat)}.  [default: {OutputFormat.FULL}]",
)
@click.option("--output-file", metavar="FILE", help="Write the report to a file, not to stdout.")
@click.option(
    "--select",
    multiple=True,
    metavar="CODES",
    help="Codes or their beginnings to report, comma-separated (APL1,APL301), or ALL.",
)
@click.option("--ignore", multiple=True, metavar="CODES", help="Codes not to report.")
@click.option(
    "--add-noqa",
    is_flag=True,
    help="Add a # noqa comment wherever there is a finding, and report nothing.",
)
@click.option("--ignore-noqa", is_flag=True, help="Report what comments suppress, too.")
@click.option("--baseline", metavar="FILE", help="Do not report what this file lists.")
@click.option("--no-baseline", is_flag=True, help="Report what the baseline lists, too.")
@click.option(
    "--write-baseline",
    is_flag=False,
    flag_value="",
    metavar="[FILE]",
    help=f"List what is found in the baseline, {BASELINE} if there is no other.",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if there are findings.")
@click.option("--statistics", is_flag=True, help="Show counts per code, not the findings.")
@click.option(
    "--show-unresolved",
    is_flag=True,
    help="Also list the asynchronous uses that could not be resolved, and why.",
)
@click.option("--fix", is_flag=True, help="Fix what can be fixed safely.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option(
    "--exit-non-zero-on-fix", is_flag=True, help="Exit with 1 if anything was fixed, too."
)
@click.option("--no-candidates", "candidates", flag_value=False, default=True, hidden=True)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Worker processes; one per processor by default.",
)
@click.option("--no-cache", is_flag=True, help="Neither read nor write the cache.")
@click.option(
    "--python",
    metavar="PATH",
    help="Interpreter or folder of the environment that the code runs in.",
)
@click.option(
    "--docs",
    is_flag=True,
    help="Check the Python in documents (Markdown, reStructuredText) and docstrings, too.",
)
@settings_flags
@click.option(
    "--stdin-filename",
    metavar="PATH",
    help="The name of the file whose text comes from standard input; PATH is then -.",
)
@click.pass_context
def check(
    ctx: click.Context,
    /,
    paths: tuple[str, ...],
    output_formats: tuple[str, ...],
    output_file: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    add_noqa: bool,
    ignore_noqa: bool,
    baseline: str | None,
    no_baseline: bool,
    write_baseline: str | None,
    exit_zero: bool,
    statistics: bool,
    show_unresolved: bool,
    fix: bool,
    diff: bool,
    exit_non_zero_on_fix: bool,
    candidates: bool,
    jobs: int | None,
    no_cache: bool,
    python: str | None,
    docs: bool,
    stdin_filename: str | None,
    **flags: Any,
) -> None:
    """Check files and directories, the working directory by default.

    Exit codes: 0 without findings, 1 with findings, 2 for a usage, configuration or internal
    error.
    """
    from asyncpattern_lint.rule import known_codes

    options = Options(
        paths=paths,
        select=select,
        ignore=ignore,
        output_file=output_file,
        exit_zero=exit_zero,
        statistics=statistics,
        show_unresolved=show_unresolved,
        candidates=candidates,
        jobs=jobs,
        no_cache=no_cache,
        python=python,
        docs=docs,
        ignore_noqa=ignore_noqa,
        baseline=baseline,
        no_baseline=no_baseline,
        write_baseline=write_baseline,
        add_noqa=add_noqa,
        fix=fix,
        diff=diff,
        exit_non_zero_on_fix=exit_non_zero_on_fix,
        stdin=_stdin() if stdin_filename is not None or "-" in paths else None,
        stdin_filename=stdin_filename,
        **flags,
    )
    settings = resolve(options, known_codes(), working_directory())
    ctx.exit(
        annotate(settings) if add_noqa else run(settings, destinations(output_formats, settings))
    )


def run(settings: Settings, places: Iterable[Destination]) -> int:
    """Check what the settings say, publish the report, and return the exit code."""
    from asyncpattern_lint.session import Session

    return tell(with_progress(Session(settings).check), settings, places)


def tell(report: "Report", settings: Settings, places: Iterable[Destination]) -> int:
    """Publish a report, and return the exit code."""
    from asyncpattern_lint.cli.output import publish

    for notice in report.notices:
        complain(notice)
    if settings.diff:
        from asyncpattern_lint.cli.patch import publish_patch

        publish_patch(report, settings)
        failed = bool(report.changes)
    else:
        publish(report, settings, places)
        failed = bool(report.findings or (report.fixed and settings.exit_non_zero_on_fix))
    return FINDINGS if failed and not settings.exit_zero else 0


def annotate(settings: Settings) -> int:
    """Add comments that suppress what there is to find, and return the exit code."""
    from asyncpattern_lint.reporters.style import count
    from asyncpattern_lint.session import Session

    done = with_progress(Session(settings).add_noqa)
    for notice in done.notices:
        complain(notice)
    for path, reason in done.failed:
        complain(f"error: no comment added to {os.path.relpath(path, settings.cwd)}: {reason}")
    complain(f"added {count(done.comments, 'comment')} to {count(done.files, 'file')}")
    return ERROR if done.failed else 0


def with_progress(work: Callable[[Callable[[int, int], None] | None], R]) -> R:
    """Do some work, which is given what shows its progress where someone looks on."""
    if not _shows_progress():
        return work(None)
    from asyncpattern_lint.cli.progress import Progress

    progress = Progress(sys.stderr)
    try:
        return work(progress)
    finally:
        progress.close()


def _shows_progress() -> bool:
    stream = sys.stderr
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"


def _stdin() -> bytes:
    try:
        return sys.stdin.buffer.read()
    except (OSError, AttributeError):
        raise UsageError("standard input cannot be read") from None
