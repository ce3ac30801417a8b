"""The flags that say what configuration files may say too, and which files those are."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

_FLAGS = (
    click.option(
        "--extend-select",
        multiple=True,
        metavar="CODES",
        help="Codes to report besides those that are selected.",
    ),
    click.option(
        "--per-file-ignores",
        multiple=True,
        metavar="PATTERN:CODE",
        help="Codes not to report in files that a pattern matches.",
    ),
    click.option(
        "--exclude",
        multiple=True,
        metavar="PATTERNS",
        help="Files and folders to leave out, instead of the default ones.",
    ),
    click.option(
        "--extend-exclude",
        multiple=True,
        metavar="PATTERNS",
        help="Files and folders to leave out too.",
    ),
    click.option(
        "--force-exclude/--no-force-exclude",
        default=None,
        help="Leave out what is excluded even if it is named on the command line.",
    ),
    click.option(
        "--respect-gitignore/--no-respect-gitignore",
        default=None,
        help="Leave out what .gitignore names; on by default.",
    ),
    click.option(
        "--src",
        multiple=True,
        metavar="PATHS",
        help="Folders that the project's own modules are imported from.",
    ),
    click.option(
        "--target-version",
        metavar="VERSION",
        help="The lowest version of Python that the code runs on, such as py311.",
    ),
    click.option(
        "--unsafe-fixes/--no-unsafe-fixes",
        default=None,
        help="Also apply, or show, fixes that may not be what was meant.",
    ),
    click.option("--fixable", multiple=True, metavar="CODES", help="Codes to fix; all by default."),
    click.option("--unfixable", multiple=True, metavar="CODES", help="Codes not to fix."),
    click.option("--cache-dir", metavar="FOLDER", help="The folder of the cache."),
    click.option(
        "--config",
        multiple=True,
        metavar="CONFIG",
        help="A configuration file to use instead of those found, or a pair 'key = value'.",
    ),
    click.option("--isolated", is_flag=True, help="Ignore all configuration files."),
)


def settings_flags(command: Command) -> Command:
    """Add the flags to a command, in their order."""
    for flag in reversed(_FLAGS):
        command = flag(command)
    return command
