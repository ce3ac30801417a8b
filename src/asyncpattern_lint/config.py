"""From options as typed to settings as resolved."""

import enum
import itertools
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

#: The selector that stands for every code.
ALL = "ALL"


class UsageError(Exception):
    """What the user asked for cannot be done; the text is one line that says why."""


class OutputFormat(enum.StrEnum):
    """The formats of a report; each has a module of its name under ``reporters``."""

    FULL = "full"
    CONCISE = "concise"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Options:
    """The options as typed.

    ``select`` and ``ignore`` hold comma-separated selectors: codes or their beginnings;
    ``jobs`` is the number of worker processes, None for one per processor; ``python`` is the
    interpreter, or the folder, of the environment that the checked code runs in.
    """

    paths: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    output_format: str = OutputFormat.FULL.value
    output_file: str | None = None
    exit_zero: bool = False
    statistics: bool = False
    show_unresolved: bool = False
    candidates: bool = True
    jobs: int | None = None
    python: str | None = None
    fix: bool = False
    unsafe_fixes: bool = False
    diff: bool = False
    exit_non_zero_on_fix: bool = False
    fixable: tuple[str, ...] = ()
    unfixable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """The options as resolved: absolute paths that exist, and the enabled codes.

    ``candidates`` says whether the cheap stage may leave files out; ``jobs`` is at least 1.
    ``fixable`` are the codes that may be fixed, None for all of them, without ``unfixable``.
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
    fix: bool = False
    unsafe_fixes: bool = False
    diff: bool = False
    exit_non_zero_on_fix: bool = False
    fixable: frozenset[str] | None = None
    unfixable: frozenset[str] = frozenset()


def resolve(options: Options, codes: Mapping[str, bool], cwd: Path) -> Settings:
    """Return the settings that the options amount to.

    ``codes`` maps every known code to whether it is on by default; ``cwd`` is absolute.
    Raises UsageError for a path that does not exist, an unknown code, an output file that
    cannot be written, an unknown format, or less than one job.
    """
    try:
        output_format = OutputFormat(options.output_format)
    except ValueError:
        known = ", ".join(OutputFormat)
        raise UsageError(
            f"unknown output format {options.output_format}; known are {known}"
        ) from None
    if options.jobs is not None and options.jobs < 1:
        raise UsageError(f"--jobs must be at least 1, not {options.jobs}")
    return Settings(
        cwd=cwd,
        paths=tuple(dict.fromkeys(_existing(path, cwd) for path in options.paths or (".",))),
        enabled=select_codes(options.select, options.ignore, codes),
        output_format=output_format,
        output_file=_writable(options.output_file, cwd),
        exit_zero=options.exit_zero,
        statistics=options.statistics,
        show_unresolved=options.show_unresolved,
        candidates=options.candidates,
        jobs=options.jobs or _processors(),
        python=None if options.python is None else _existing(options.python, cwd),
        fix=options.fix,
        unsafe_fixes=options.unsafe_fixes,
        diff=options.diff,
        exit_non_zero_on_fix=options.exit_non_zero_on_fix,
        fixable=select_codes(
            options.fixable or (ALL,), options.unfixable, codes, ("--fixable", "--unfixable")
        ),
    )


def select_codes(
    select: Iterable[str],
    ignore: Iterable[str],
    codes: Mapping[str, bool],
    options: tuple[str, str] = ("--select", "--ignore"),
) -> frozenset[str]:
    """Return the enabled codes: of the selectors that match a code, the longest decides.

    Without ``select`` the codes that are on by default are selected; of equally long selectors,
    ``ignore`` wins. Raises UsageError, by the names of the two options, for a selector that
    matches no code.
    """
    selected = _selectors(options[0], select, codes)
    ignored = _selectors(options[1], ignore, codes)
    enabled = set()
    for code, default in codes.items():
        wanted = _longest(selected, code) if selected else (0 if default else -1)
        if wanted > _longest(ignored, code):
            enabled.add(code)
    return frozenset(enabled)


def _selectors(option: str, typed: Iterable[str], codes: Mapping[str, bool]) -> tuple[str, ...]:
    lists = tuple(typed)
    found = [part.strip().upper() for item in lists for part in item.split(",")]
    selectors = tuple(dict.fromkeys(part for part in found if part))
    if lists and not selectors:
        raise UsageError(f"{option} names no code")
    for selector in selectors:
        if selector != ALL and not any(_matches(selector, code) for code in codes):
            raise UsageError(f"unknown code {selector} in {option}{_nearest(selector, codes)}")
    return selectors


def _matches(selector: str, code: str) -> bool:
    return code.startswith(selector) and selector.startswith(code.rstrip("0123456789"))


def _longest(selectors: Iterable[str], code: str) -> int:
    """Return the length of the longest selector that matches, 0 for ``ALL``, -1 for none."""
    lengths = (0 if s == ALL else len(s) for s in selectors if s == ALL or _matches(s, code))
    return max(lengths, default=-1)


def _nearest(selector: str, codes: Mapping[str, bool]) -> str:
    """Return the end of the message: the code that shares the longest beginning."""
    near = max(codes, key=lambda code: _common(code, selector), default="")
    return f"; the nearest is {near}" if near[:1] == selector[:1] else ""


def _common(left: str, right: str) -> int:
    pairs = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(left, right, strict=False))
    return len(list(pairs))


def _existing(typed: str, cwd: Path) -> Path:
    path = _absolute(typed, cwd)
    try:
        path.stat()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"cannot check {typed}: {reason}") from None
    return path


def _writable(typed: str | None, cwd: Path) -> Path | None:
    if typed is None:
        return None
    try:
        path = _absolute(typed, cwd)
        place = path if path.exists() else path.resolve().parent
        if path.is_dir():
            reason = "it is a directory"
        elif not place.exists():
            reason = "its directory does not exist"
        elif not os.access(place, os.W_OK):
            reason = "permission denied"
        else:
            return path
    except (OSError, ValueError) as error:
        reason = str(error)
    raise UsageError(f"cannot write {typed}: {reason}")


def _absolute(typed: str, cwd: Path) -> Path:
    path = cwd / typed
    return path.resolve() if ".." in path.parts else path.absolute()


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
