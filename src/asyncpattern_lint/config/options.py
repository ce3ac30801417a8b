"""What can be asked for: the options as typed, the settings as resolved."""

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from asyncpattern_lint.versions import Version

if TYPE_CHECKING:
    from asyncpattern_lint.config.local import Locals


#: The baseline that is written where none is named.
BASELINE = ".asyncpattern-baseline.json"


class UsageError(Exception):
    """What the user asked for cannot be done; the text is one line that says why."""


class OutputFormat(enum.StrEnum):
    """The formats of a report; each has a module of its name under ``reporters``."""

    FULL = "full"
    CONCISE = "concise"
    JSON = "json"
    JSONL = "jsonl"
    SARIF = "sarif"
    GITHUB = "github"
    GITLAB = "gitlab"
    JUNIT = "junit"


def format_named(name: str) -> OutputFormat:
    """Return the format of that name; raises UsageError if there is none."""
    try:
        return OutputFormat(name)
    except ValueError:
        known = ", ".join(OutputFormat)
        raise UsageError(f"unknown output format {name}; known are {known}") from None


def working_directory() -> Path:
    """Return the working directory. Raises UsageError if it was removed."""
    try:
        return Path.cwd()
    except OSError:
        raise UsageError("the working directory does not exist") from None


class Contract(NamedTuple):
    """A contract about the order of calls: dotted names, and where it stands.

    ``within`` is empty where the contract holds for whatever calls both; ``line`` counts from 1.
    """

    first: str
    then: str
    within: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Options:
    """The options as typed; None, or empty, for those that were not.

    ``select``, ``extend_select`` and ``ignore`` hold comma-separated selectors: codes or their
    beginnings; ``per_file_ignores`` comma-separated pairs ``PATTERN:CODE``; ``exclude`` and
    ``extend_exclude`` comma-separated patterns. ``config`` holds files and pairs
    ``key = value``; ``isolated`` passes over all configuration files. ``jobs`` is the number of
    worker processes, None for one per processor; ``python`` is the interpreter, or the folder,
    of the environment that the checked code runs in. ``stdin`` is text that stands in for the
    file ``stdin_filename``, and is checked instead of ``paths``. ``write_baseline`` is the file to
    write, empty for the one that ``baseline`` names. ``add_noqa`` asks for comments instead of a
    report, ``diff`` for what ``fix`` would change. ``noqa`` is False where another tool sees to the
    ``# noqa`` comments. ``docs`` asks for the Python in documents, too. ``cache_dir`` is the folder of the
    cache, which ``no_cache`` leaves alone.
    """

    paths: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    output_format: str | None = None
    output_file: str | None = None
    exit_zero: bool = False
    statistics: bool = False
    show_unresolved: bool = False
    candidates: bool = True
    jobs: int | None = None
    python: str | None = None
    extend_select: tuple[str, ...] = ()
    per_file_ignores: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    extend_exclude: tuple[str, ...] = ()
    force_exclude: bool | None = None
    respect_gitignore: bool | None = None
    src: tuple[str, ...] = ()
    docs: bool = False
    target_version: str | None = None
    baseline: str | None = None
    ignore_noqa: bool = False
    no_baseline: bool = False
    write_baseline: str | None = None
    config: tuple[str, ...] = ()
    isolated: bool = False
    stdin: bytes | None = None
    stdin_filename: str | None = None
    noqa: bool = True
    add_noqa: bool = False
    fix: bool = False
    unsafe_fixes: bool | None = None
    diff: bool = False
    exit_non_zero_on_fix: bool = False
    fixable: tuple[str, ...] = ()
    unfixable: tuple[str, ...] = ()
    cache_dir: str | None = None
    no_cache: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """The options as resolved: absolute paths that exist, and the enabled codes.

    ``enabled`` holds for the files that no configuration of their own governs; ``enabled_in``
    knows about those too. ``candidates`` says whether the cheap stage may leave files out;
    ``jobs`` is at least 1; ``python_place`` tells where ``python`` is set. ``fixable`` are the
    codes that may be fixed, None for all of them. ``overlay`` maps paths to the text that stands
    in for them. ``ignore_noqa`` says to tell what comments suppress. ``write_baseline`` says to
    make the ``baseline`` of what is found, without the codes in ``never_baseline``. ``noqa`` says
    that ``# noqa`` comments count, and not only this linter's own. ``docs`` are the documents to
    check: patterns with the folders that they are counted from; none checks no docstrings, either.
    ``cache`` tells whether what was found out is kept for later runs, in ``cache_dir`` or, where
    that is None, in the project. ``contracts`` are those about the order of calls.
    """

    cwd: Path
    paths: tuple[Path, ...]
    enabled: frozenset[str]
    output_format: OutputFormat = OutputFormat.FULL
    output_file: Path | None = None
    exit_zero: bool = False
    statistics: bool = False
    show_unresolved: bool = False
    candidates: bool = True
    jobs: int = 1
    python: Path | None = None
    python_place: Callable[[], str] = str
    src: tuple[Path, ...] = ()
    docs: tuple[tuple[str, str], ...] = ()
    target_version: Version | None = None
    ignore_noqa: bool = False
    baseline: Path | None = None
    write_baseline: bool = False
    never_baseline: frozenset[str] = frozenset()
    fixable: frozenset[str] | None = None
    unfixable: frozenset[str] = frozenset()
    unsafe_fixes: bool = False
    respect_gitignore: bool = True
    force_exclude: bool = False
    overlay: Mapping[str, bytes] = field(default_factory=dict)
    local: "Locals | None" = None
    noqa: bool = True
    fix: bool = False
    diff: bool = False
    exit_non_zero_on_fix: bool = False
    cache: bool = False
    cache_dir: Path | None = None
    contracts: tuple[Contract, ...] = ()

    @property
    def is_fixing(self) -> bool:
        """Whether to look for what fixes would make of the files."""
        return self.fix or self.diff

    def enabled_in(self, path: str) -> frozenset[str]:
        """Return the codes that are enabled for a file."""
        return self.enabled if self.local is None else self.local.enabled_in(path)
