"""What a run is asked to do: flags, configuration files, defaults, and what they amount to."""

from collections.abc import Mapping
from pathlib import Path

from asyncpattern_lint.config.codes import nearest_code, select_codes
from asyncpattern_lint.config.options import (
    BASELINE,
    Options,
    OutputFormat,
    Settings,
    UsageError,
    format_named,
    working_directory,
)
from asyncpattern_lint.config.paths import existing, writable

__all__ = [
    "BASELINE",
    "Options",
    "OutputFormat",
    "Settings",
    "UsageError",
    "existing",
    "format_named",
    "nearest_code",
    "resolve",
    "select_codes",
    "working_directory",
    "writable",
]


def resolve(options: Options, codes: Mapping[str, bool], cwd: Path) -> Settings:
    """Return the settings that the options and the configuration files amount to.

    ``codes`` maps every known code to whether it is on by default; ``cwd`` is absolute.
    Raises UsageError for whatever cannot be done: an unknown code, key, format or version, a
    value of the wrong type, a path that does not exist or may not be used.
    """
    # msgspec is not needed to say what the options are.
    from asyncpattern_lint.config.resolution import Run

    return Run(options, codes, cwd).settings()
