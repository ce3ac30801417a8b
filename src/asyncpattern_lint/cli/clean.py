"""``asyncpattern-lint clean``."""

import os

import click

from asyncpattern_lint.cli.shell import complain
from asyncpattern_lint.config import Options, UsageError, resolve, working_directory


@click.command(short_help="Remove the cache.")
@click.argument("path", default=".", metavar="[PATH]")
@click.option("--cache-dir", metavar="FOLDER", help="The folder of the cache.")
def clean(path: str, cache_dir: str | None) -> None:
    """Remove the cache of the project that a file or folder belongs to, and nothing else."""
    from asyncpattern_lint.cache import place
    from asyncpattern_lint.rule import known_codes
    from asyncpattern_lint.session import cache_root

    cwd = working_directory()
    settings = resolve(Options(paths=(path,), cache_dir=cache_dir), known_codes(), cwd)
    root = cache_root(settings)
    try:
        was_there = place.clean(root)
    except OSError as error:
        raise UsageError(f"cannot remove {root}: {error.strerror or error}") from error
    shown = os.path.relpath(root, cwd)
    complain(f"removed {shown}" if was_there else f"no cache at {shown}")
