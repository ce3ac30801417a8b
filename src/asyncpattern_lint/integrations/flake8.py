"""The plugin for flake8: what a session finds, handed out file by file.

flake8 asks about each file alone, in workers that it forks after ``parse_options``. So the whole
check is made there, once, and the workers inherit what it found. Where workers are not forked,
each of them parses the options too, and makes a check of its own.
"""

# ruff: noqa: PTH100, PTH110

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar, Optional

if TYPE_CHECKING:
    import ast
    from argparse import Namespace

    from flake8.options.manager import OptionManager

    from asyncpattern_lint.findings import Finding
    from asyncpattern_lint.session import Opened, Session

#: What flake8 calls standard input.
_STDIN = "-"

#: What the options are called that flake8 has too, there with ``apl-`` before the name.
_OPTIONS = ("baseline", "config", "isolated", "python", "src", "target-version")


class Plugin:
    """What flake8 makes for each file; ``lines`` are its text, ``filename`` is as it was typed."""

    _checks: ClassVar[Optional["Checks"]] = None

    def __init__(self, tree: "ast.AST", filename: str, lines: Sequence[str]) -> None:  # noqa: ARG002
        self._path = os.path.abspath(filename)
        self._text = "".join(lines)

    @staticmethod
    def add_options(manager: "OptionManager") -> None:
        """Register what can be set in flake8's command line and in its configuration."""
        for name, metavar, text in (
            ("config", "FILE", "Configuration file of asyncpattern-lint, instead of those found."),
            ("python", "PATH", "Interpreter or folder of the environment that the code runs in."),
            ("baseline", "FILE", "Do not report what this baseline of asyncpattern-lint lists."),
        ):
            manager.add_option(
                f"--apl-{name}",
                metavar=metavar,
                parse_from_config=True,
                normalize_paths=True,
                help=text,
            )
        manager.add_option(
            "--apl-isolated",
            action="store_true",
            default=False,
            parse_from_config=True,
            help="Ignore the configuration files of asyncpattern-lint.",
        )
        manager.add_option(
            "--apl-src",
            metavar="PATHS",
            default=[],
            parse_from_config=True,
            comma_separated_list=True,
            normalize_paths=True,
            help="Folders that the project's own modules are imported from.",
        )
        manager.add_option(
            "--apl-target-version",
            metavar="VERSION",
            parse_from_config=True,
            help="The lowest version of Python that the code runs on, such as py311.",
        )

    @classmethod
    def parse_options(cls, options: "Namespace") -> None:
        """Check what flake8 is about to ask for."""
        if not options.bug_report:
            with _told_by_flake8():
                cls._checks = Checks(options)

    def run(self) -> Iterator[tuple[int, int, str, type]]:
        """Yield line, column from 0, code with message, and this type, for each finding."""
        from asyncpattern_lint.reporters.style import printable

        assert self._checks is not None  # flake8 parses its options first
        with _told_by_flake8():
            findings = self._checks.findings(self._path, self._text)
        for finding in findings:
            place = finding.span
            text = f"{finding.code} {printable(finding.message)}"
            yield place.line, place.column - 1, text, type(self)


class Checks:
    """What one process of flake8 knows of the files that flake8 was given, and of others."""

    def __init__(self, options: "Namespace") -> None:
        self._options = options
        self._opened: Opened | None = None
        self._found: dict[str, tuple[Finding, ...]] = {}
        typed = options.filenames or [os.curdir]
        paths = [path for path in typed if path != _STDIN and os.path.exists(path)]
        if paths:
            self._opened = self._session(*paths).open()
            for path in self._opened.files:
                self._found[path] = self._opened.findings_in(path)
            self._opened.project.save()

    def findings(self, path: str, text: str) -> "tuple[Finding, ...]":
        """Return the findings in a file, given its text, which need not be that on the disk."""
        if self._opened is None or not _holds(self._opened, path, text):
            data = _encoded(text)
            return self._session(stdin=data, stdin_filename=path).check().findings
        if path not in self._found:
            self._found[path] = self._opened.findings_in(path)
        return self._found[path]

    def _session(
        self, *paths: str, stdin: bytes | None = None, stdin_filename: str | None = None
    ) -> "Session":
        from asyncpattern_lint.config import Options, resolve, working_directory
        from asyncpattern_lint.rule import known_codes
        from asyncpattern_lint.session import Session

        options = self._options
        typed = Options(
            paths=paths,
            extend_select=_wanted(options),
            jobs=max(options.jobs.n_jobs, 1) if not options.jobs.is_auto else None,
            config=(options.apl_config,) if options.apl_config else (),
            isolated=options.apl_isolated,
            python=options.apl_python,
            baseline=options.apl_baseline,
            src=tuple(options.apl_src),
            target_version=options.apl_target_version,
            noqa=False,
            stdin=stdin,
            stdin_filename=stdin_filename,
        )
        return Session(resolve(typed, known_codes(), working_directory()))


def _wanted(options: "Namespace") -> tuple[str, ...]:
    """Return the codes that are off by default and that flake8 is told to select.

    What it is not told to select it leaves out of what the plugin yields.
    """
    from asyncpattern_lint.config.codes import matching
    from asyncpattern_lint.rule import known_codes

    typed = (*(options.select or ()), *(options.extend_select or ()))
    off = [code for code, is_on in known_codes().items() if not is_on]
    return tuple(sorted(matching(typed, off)))


def _holds(opened: "Opened", path: str, text: str) -> bool:
    """Tell whether a file that is open has this text, as flake8 reads it."""
    from asyncpattern_lint.source import decode, lines_of

    try:
        there = decode(opened.project.read(path))
    except OSError:
        return False
    return lines_of(there.removeprefix("\ufeff")) == lines_of(text.removeprefix("\ufeff"))


def _encoded(text: str) -> bytes:
    """Return the bytes of a text whose encoding line is as it was in the file."""
    from asyncpattern_lint.source import encoding_of

    data = text.encode("utf-8", "replace")
    try:
        return text.encode(encoding_of(data))
    except (SyntaxError, LookupError, ValueError):
        return data


@contextmanager
def _told_by_flake8() -> Iterator[None]:
    """Let flake8 say, without a traceback, what cannot be done and why."""
    from asyncpattern_lint.config import UsageError

    try:
        yield
    except UsageError as error:
        from flake8.exceptions import ExecutionError

        text = re.sub(rf"--(?={'|'.join(_OPTIONS)})", "--apl-", str(error))
        raise ExecutionError(f"asyncpattern-lint: {text}") from error
