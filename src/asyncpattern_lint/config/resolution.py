"""From options as typed, and configuration files, to settings as resolved."""

import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from asyncpattern_lint import versions
from asyncpattern_lint.config.codes import ALL, Selection, decide, matching
from asyncpattern_lint.config.files import Files
from asyncpattern_lint.config.layers import Layer, flags, pair
from asyncpattern_lint.config.local import Local, Locals, codes_of
from asyncpattern_lint.config.options import (
    BASELINE,
    Contract,
    Options,
    OutputFormat,
    Settings,
    UsageError,
    format_named,
)
from asyncpattern_lint.config.paths import (
    absolute,
    configured,
    existing,
    literal,
    named_file,
    present,
    writable,
)
from asyncpattern_lint.config.table import KEYS
from asyncpattern_lint.globs import GlobError, Globs
from asyncpattern_lint.parallel import usable_processors
from asyncpattern_lint.versions import Version

#: The documents to check where nothing says which.
_DOCUMENTS = ("*.md", "*.markdown", "*.rst")

#: What stands for standard input where it has no name, and asks for it as a path.
STDIN = "-"

#: The environment variables that name the folder of the cache, and that turn it off.
CACHE_DIR = "ASYNCPATTERN_LINT_CACHE_DIR"
NO_CACHE = "ASYNCPATTERN_LINT_NO_CACHE"


class Run:
    """The layers of a run, and what they say together.

    ``layers`` are those of the settings that hold for the whole run, the weakest first.
    """

    def __init__(self, options: Options, codes: Mapping[str, bool], cwd: Path) -> None:
        if options.jobs is not None and options.jobs < 1:
            raise UsageError(f"--jobs must be at least 1, not {options.jobs}")
        _refuse_contradictions(options)
        self.options = options
        self.codes = codes
        self.cwd = cwd
        files = Files(str(cwd))
        named, pairs = _configurations(options, files, str(cwd))
        stronger = (*pairs, flags(options, str(cwd)))
        if options.isolated or named is not None:
            self.local = Locals(lambda _folder, _may: named, stronger, codes, str(cwd))
        else:
            self.local = Locals(
                lambda folder, may: files.nearest(folder, may_configure=may),
                stronger,
                codes,
                str(cwd),
            )
        self.paths = self._paths()
        home = self._run_wide(stronger)
        self.layers = home.layers
        self.enabled = home.enabled

    def _paths(self) -> tuple[Path, ...]:
        options = self.options
        if options.stdin is not None:
            if options.paths not in {(), (STDIN,)}:
                raise UsageError("standard input is checked alone, without other paths")
            return (named_file(options.stdin_filename or STDIN, self.cwd),)
        return tuple(dict.fromkeys(existing(path, self.cwd) for path in options.paths or (".",)))

    def settings(self) -> Settings:
        """Return what it all amounts to. Raises UsageError."""
        options = self.options
        fixable = self.fixable()
        file = options.output_file
        return Settings(
            cwd=self.cwd,
            paths=self.paths,
            enabled=self.enabled,
            output_format=self.output_format(),
            output_file=None if file is None else writable(file, self.cwd),
            exit_zero=options.exit_zero,
            statistics=options.statistics,
            show_unresolved=options.show_unresolved,
            candidates=options.candidates,
            jobs=options.jobs or usable_processors(),
            python=self.python(),
            python_place=partial(self.place, "python"),
            src=self.src(),
            docs=self.docs(),
            target_version=self.target_version()[0],
            ignore_noqa=options.ignore_noqa,
            baseline=self.baseline_to_use(),
            write_baseline=options.write_baseline is not None,
            never_baseline=matching(self.selectors("never-baseline"), self.codes),
            fixable=fixable,
            unfixable=frozenset(self.codes) - fixable,
            unsafe_fixes=self.switch("unsafe-fixes"),
            respect_gitignore=self.switch("respect-gitignore", default=True),
            force_exclude=self.switch("force-exclude"),
            overlay={} if options.stdin is None else {str(self.paths[0]): options.stdin},
            local=self.local,
            noqa=options.noqa,
            fix=options.fix,
            diff=options.diff,
            exit_non_zero_on_fix=options.exit_non_zero_on_fix,
            cache=not options.no_cache and not os.environ.get(NO_CACHE),
            cache_dir=self.cache_dir(),
            contracts=self.contracts(),
        )

    def value(self, key: str) -> tuple[Any, Layer | None]:
        """Return what a key of the whole run is set to, and the layer that sets it."""
        for layer in reversed(self.layers):
            value = getattr(layer.table, KEYS[key])
            if value is not None:
                return value, layer
        return None, None

    def place(self, key: str) -> str:
        """Return where a key of the whole run is set, empty if it is not."""
        _, layer = self.value(key)
        return "" if layer is None else layer.place(key)

    def switch(self, key: str, *, default: bool = False) -> bool:
        """Return whether a key of the whole run is on."""
        value, _ = self.value(key)
        return default if value is None else bool(value)

    def selectors(self, key: str) -> tuple[str, ...]:
        """Return the selectors that a key of the whole run holds."""
        written, layer = self.value(key)
        return () if layer is None else codes_of(layer, key, written, self.codes)

    def fixable(self) -> frozenset[str]:
        """Return the codes that may be fixed: of the selectors, the longest decides."""
        wanted = (ALL,) if self.value("fixable")[1] is None else self.selectors("fixable")
        decided = decide([Selection(wanted, (), self.selectors("unfixable"))], self.codes)
        return frozenset(code for code, decision in decided.items() if decision.is_on)

    def output_format(self) -> OutputFormat:
        """Return the format of the report. Raises UsageError for an unknown one."""
        written, layer = self.value("output-format")
        if layer is None:
            return OutputFormat.FULL
        try:
            return format_named(written)
        except UsageError as error:
            raise layer.error(f"{literal(str(error))}, in {{}}", "output-format") from None

    def target_version(self) -> tuple[Version | None, str]:
        """Return the version of Python that the code is checked for, and where that is said.

        Without the key it is the lowest that ``requires-python`` allows; None if that is not known
        either. Raises UsageError for an unknown version.
        """
        written, layer = self.value("target-version")
        if layer is not None:
            found = versions.target(written)
            if found is None:
                oldest, newest = (f"py{major}{minor}" for major, minor in versions.RANGE)
                problem = (
                    f"unknown version {literal(written)} in {{}}; known are {oldest} to {newest}"
                )
                raise layer.error(problem, "target-version")
            return found, layer.place("target-version")
        for layer in self.layers:
            if layer.requires_python:
                return versions.lowest(layer.requires_python), layer.place_of_requirement
        return None, ""

    def python(self) -> Path | None:
        """Return the interpreter, or the folder, of the environment; None to look for it.

        The interpreter of a virtual environment is a link to one elsewhere.
        """
        written, layer = self.value("python")
        if layer is None:
            return None
        return present(layer, "python", written, folder=False)

    def src(self) -> tuple[Path, ...]:
        """Return the folders that first-party modules are imported from, as far as named."""
        written, layer = self.value("src")
        if layer is None:
            return ()
        return tuple(present(layer, "src", item, folder=True) for item in written)

    def docs(self) -> tuple[tuple[str, str], ...]:
        """Return the patterns of the documents to check, with the folders that they count from."""
        written, layer = self.value("docs")
        if layer is None:
            return tuple((str(self.cwd), name) for name in _DOCUMENTS if self.options.docs)
        patterns = tuple((layer.base, item) for item in written)
        try:
            Globs.compile(patterns)
        except GlobError as error:
            raise layer.error(f"a pattern in {{}} cannot be used: {error}", "docs") from None
        return patterns

    def contracts(self) -> tuple[Contract, ...]:
        """Return the contracts about the order of calls. Raises UsageError for what is no name."""
        written, layer = self.value("order")
        if layer is None:
            return ()
        for item in written:
            for key in ("first", "then", "within"):
                name = getattr(item, key)
                if name is not None and not all(part.isidentifier() for part in name.split(".")):
                    problem = f"`{key}` in {{}} is no dotted name: {literal(name)}"
                    raise layer.error(problem, "order")
        file = layer.name if layer.text else "pyproject.toml"
        path = str(absolute(file, self.cwd))
        lines = layer.lines_of_tables("order", len(written))
        return tuple(
            Contract(item.first, item.then, item.within or "", path, line)
            for item, line in zip(written, lines, strict=True)
        )

    def cache_dir(self) -> Path | None:
        """Return the folder of the cache as far as named, which need not be there."""
        written, layer = self.value("cache-dir")
        named = os.environ.get(CACHE_DIR)
        if named and (layer is None or layer.name):
            return absolute(named, self.cwd)
        if layer is None:
            return None
        return configured(layer, "cache-dir", written, through_links=True)

    def baseline(self) -> Path | None:
        """Return the file of the baseline, which need not be there."""
        written, layer = self.value("baseline")
        if layer is None:
            return None
        return configured(layer, "baseline", written, through_links=True)

    def baseline_to_use(self) -> Path | None:
        """Return the baseline to read, or, with ``--write-baseline``, to write."""
        options = self.options
        if options.write_baseline is None:
            return None if options.no_baseline else self.baseline()
        if options.write_baseline:
            return writable(options.write_baseline, self.cwd)
        return writable(str(self.baseline() or BASELINE), self.cwd)

    def _run_wide(self, stronger: tuple[Layer, ...]) -> Local:
        """Return what holds where the run is at home.

        That is the working directory if it holds all paths and a configuration governs it, else
        the folder that the paths have in common.
        """
        common = common_folder(self.paths)
        here = str(self.cwd)
        if Path(common).is_relative_to(here):
            local = self.local.of(here)
            if len(local.layers) > len(stronger):
                return local
        return self.local.of(common)


def _refuse_contradictions(options: Options) -> None:
    """Raise UsageError where two things are asked for of which a run does one."""
    fixing = (("--fix", options.fix), ("--diff", options.diff))
    stdin = ("standard input", options.stdin is not None)
    writing = (
        ("--add-noqa", options.add_noqa),
        ("--write-baseline", options.write_baseline is not None),
    )
    pairs = [(writing[0], writing[1])]
    pairs += [(one, other) for one in writing for other in (*fixing, stdin)]
    pairs.append((writing[1], ("--no-baseline", options.no_baseline)))
    for (one, is_asked), (other, is_too) in pairs:
        if is_asked and is_too:
            raise UsageError(f"{one} and {other} contradict each other")


def common_folder(paths: Sequence[Path]) -> str:
    """Return the innermost folder that holds all of the paths, or the first one's."""
    parents = [str(path if path.is_dir() else path.parent) for path in paths]
    try:
        return os.path.commonpath(parents)
    except ValueError:
        return parents[0]


def _configurations(
    options: Options, files: Files, cwd: str
) -> tuple[Layer | None, tuple[Layer, ...]]:
    """Return the layers of the file and of the pairs that ``--config`` names."""
    named = [typed for typed in options.config if _is_file(typed, cwd)]
    if len(named) > 1:
        raise UsageError(f"--config takes one file, not both {named[0]} and {named[1]}")
    if named and options.isolated:
        raise UsageError(f"--config {named[0]} and --isolated contradict each other")
    pairs = tuple(pair(typed, cwd) for typed in options.config if typed not in named)
    return (files.read(named[0]) if named else None), pairs


def _is_file(typed: str, cwd: str) -> bool:
    """Tell whether ``--config`` names a file, and is no pair."""
    return typed.endswith(".toml") or "=" not in typed or (Path(cwd) / typed).exists()
