"""``asyncpattern-lint check``."""

import os
import sys
from pathlib import Path

import click

from asyncpattern_lint.cli.shell import FINDINGS, complain
from asyncpattern_lint.config import Options, OutputFormat, Settings, UsageError, resolve


@click.command(short_help="Check files and directories.")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "--output-format",
    type=click.Choice([form.value for form in OutputFormat]),
    default=OutputFormat.FULL.value,
    show_default=True,
    help="How findings are written.",
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
@click.option("--fix", is_flag=True, help="Fix what can be fixed safely.")
@click.option(
    "--unsafe-fixes",
    is_flag=True,
    help="Also apply, or show, fixes that may not be what was meant.",
)
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option(
    "--exit-non-zero-on-fix", is_flag=True, help="Exit with 1 if anything was fixed, too."
)
@click.option("--fixable", multiple=True, metavar="CODES", help="Codes to fix; all by default.")
@click.option("--unfixable", multiple=True, metavar="CODES", help="Codes not to fix.")
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
    output_format: str,
    output_file: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    exit_zero: bool,
    statistics: bool,
    show_unresolved: bool,
    candidates: bool,
    jobs: int | None,
    python: str | None,
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    exit_non_zero_on_fix: bool,
    fixable: tuple[str, ...],
    unfixable: tuple[str, ...],
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
        output_format=output_format,
        output_file=output_file,
        exit_zero=exit_zero,
        statistics=statistics,
        show_unresolved=show_unresolved,
        candidates=candidates,
        jobs=jobs,
        python=python,
        fix=fix,
        unsafe_fixes=unsafe_fixes,
        diff=diff,
        exit_non_zero_on_fix=exit_non_zero_on_fix,
        fixable=fixable,
        unfixable=unfixable,
    )
    ctx.exit(run(resolve(options, known_codes(), _cwd())))


def run(settings: Settings) -> int:
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
    if settings.diff:
        from asyncpattern_lint.cli.patch import publish_patch

        publish_patch(report, settings)
        failed = bool(report.changes)
    else:
        publish(report, settings)
        failed = bool(report.findings or (report.fixed and settings.exit_non_zero_on_fix))
    return FINDINGS if failed and not settings.exit_zero else 0


def _shows_progress() -> bool:
    stream = sys.stderr
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"


def _cwd() -> Path:
    try:
        return Path.cwd()
    except OSError:
        raise UsageError("the working directory does not exist") from None
