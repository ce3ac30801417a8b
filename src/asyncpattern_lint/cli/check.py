"""``asyncpattern-lint check``."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from asyncpattern_lint.cli.destinations import Destination, destinations
from asyncpattern_lint.cli.shell import FINDINGS, complain
from asyncpattern_lint.config import Options, OutputFormat, Settings, UsageError, resolve


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
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if there are findings.")
@click.option("--statistics", is_flag=True, help="Show counts per code, not the findings.")
@click.option(
    "--show-unresolved",
    is_flag=True,
    help="Also list the asynchronous uses that could not be resolved, and why.",
)
@click.option("--no-candidates", "candidates", flag_value=False, default=True, hidden=True)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Worker processes; one per processor by default.",
)
@click.option(
    "--python",
    metavar="PATH",
    help="Interpreter or folder of the environment that the code runs in.",
)
@click.pass_context
def check(
    ctx: click.Context,
    paths: tuple[str, ...],
    output_formats: tuple[str, ...],
    output_file: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    exit_zero: bool,
    statistics: bool,
    show_unresolved: bool,
    candidates: bool,
    jobs: int | None,
    python: str | None,
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
        python=python,
    )
    settings = resolve(options, known_codes(), _cwd())
    ctx.exit(run(settings, destinations(output_formats, settings)))


def run(settings: Settings, places: Iterable[Destination]) -> int:
    """Check what the settings say, publish the report, and return the exit code."""
    from asyncpattern_lint.cli.output import publish
    from asyncpattern_lint.session import Session

    session = Session(settings)
    if _shows_progress():
        from asyncpattern_lint.cli.progress import Progress

        progress = Progress(sys.stderr)
        try:
            report = session.check(progress)
        finally:
            progress.close()
    else:
        report = session.check(None)
    for notice in report.notices:
        complain(notice)
    publish(report, settings, places)
    return FINDINGS if report.findings and not settings.exit_zero else 0


def _shows_progress() -> bool:
    stream = sys.stderr
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"


def _cwd() -> Path:
    try:
        return Path.cwd()
    except OSError:
        raise UsageError("the working directory does not exist") from None
