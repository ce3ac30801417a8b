"""``asyncpattern-lint changed``."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from asyncpattern_lint.cli.check import check, tell, with_progress
from asyncpattern_lint.cli.destinations import destinations
from asyncpattern_lint.cli.flags import settings_flags
from asyncpattern_lint.config import Options, UsageError, existing, resolve, working_directory

#: What pre-commit calls the revisions between which it was told to look for changes.
_FROM, _TO = "PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF"


@click.command(short_help="Check what changed in git, and what that broke elsewhere.")
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option(
    "--since", metavar="REV", help="The revision to compare the files with.  [default: HEAD]"
)
@settings_flags
@click.pass_context
def changed(
    ctx: click.Context,
    /,
    files: tuple[str, ...],
    since: str | None,
    output_formats: tuple[str, ...],
    **flags: Any,
) -> None:
    """Check the files that differ from a revision, or those that are named.

    In the other files of the project, those findings are reported that the change brought: at the
    callers of a function that it turned into something else, renamed or removed. Exit codes are
    those of the command `check`.
    """
    from asyncpattern_lint.change import ChangeSession
    from asyncpattern_lint.git import GitError, differences
    from asyncpattern_lint.rule import known_codes

    cwd = working_directory()
    named = tuple(existing(file, cwd) for file in files)
    try:
        before = differences(cwd, since or _since_hook(cwd))
    except GitError as error:
        raise UsageError(str(error)) from error
    options = Options(paths=(str(_project(cwd, named)),), **flags)
    settings = resolve(options, known_codes(), cwd)
    places = destinations(output_formats, settings)
    ctx.exit(tell(with_progress(ChangeSession(settings, before, named).check), settings, places))


# The flags that both commands have, and that `check` declares.
changed.params += [
    parameter
    for parameter in check.params
    if parameter.name
    in {
        "baseline",
        "candidates",
        "exit_zero",
        "ignore",
        "ignore_noqa",
        "jobs",
        "no_baseline",
        "no_cache",
        "output_file",
        "output_formats",
        "python",
        "select",
        "show_unresolved",
        "statistics",
    }
]


def _since_hook(folder: Path) -> str | None:
    """Return where the change begins that pre-commit was told to look at, if it was."""
    from asyncpattern_lint.git import fork_point

    start, end = os.environ.get(_FROM), os.environ.get(_TO)
    return fork_point(folder, start, end) if start and end else None


def _project(cwd: Path, named: Iterable[Path]) -> Path:
    """Return the folder of the project that holds the working directory and what is named."""
    from asyncpattern_lint.discovery import project_root

    folders = [path if path.is_dir() else path.parent for path in named]
    try:
        return project_root(Path(os.path.commonpath([cwd, *folders])))
    except ValueError:
        return project_root(cwd)
