"""Where settings come from: configuration files, ``--config`` pairs and flags, each a layer."""

import os
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from asyncpattern_lint.config.options import Options, UsageError
from asyncpattern_lint.config.table import KEYS, Problem, Table, read

#: What a key of a configuration is called where it is a flag with another spelling.
_NEGATED = {"respect-gitignore": "--no-respect-gitignore", "unsafe-fixes": "--no-unsafe-fixes"}


@dataclass(frozen=True, slots=True)
class Layer:
    """Settings from one place.

    Relative paths and patterns in it start at ``base``. ``name`` is what messages call a file,
    as its path; it is ``--config`` for pairs and empty for flags. ``text`` is what a file holds,
    ``table_path`` where in it the table is. ``project`` is the folder that its paths may not
    leave, empty where they are the user's own. ``requires_python`` is the project's, if known.
    """

    table: Table
    base: str
    name: str = ""
    text: str = ""
    table_path: tuple[str, ...] = ()
    project: str = ""
    requires_python: str = ""

    def place(self, *path: str) -> str:
        """Return where a key is set: a file and line, ``--config``, or the flag."""
        if not self.name:
            return (
                _NEGATED.get(path[0], f"--{path[0]}") if self._is_off(path[0]) else f"--{path[0]}"
            )
        if not self.text:
            return self.name
        return f"{self.name}:{line_of(self.text, (*self.table_path, *path))}"

    def lines_of_tables(self, key: str, count: int) -> tuple[int, ...]:
        """Return the lines on which the tables of an array of them begin, 0 without a file."""
        if not self.text:
            return (0,) * count
        head = r"\s*\.\s*".join(map(re.escape, (*self.table_path, key)))
        header = re.compile(rf"\s*\[\[\s*{head}\s*\]\]")
        lines = self.text.split("\n")
        found = tuple(n for n, line in enumerate(lines, 1) if header.match(line))
        if len(found) == count:
            return found
        return (line_of(self.text, (*self.table_path, key)),) * count

    @property
    def place_of_requirement(self) -> str:
        """Where ``requires-python`` is set: in the ``pyproject.toml`` of the same folder."""
        if self.table_path:
            return f"{self.name}:{line_of(self.text, ('project', 'requires-python'))}"
        return os.path.join(os.path.dirname(self.name), "pyproject.toml")  # noqa: PTH118, PTH120

    def _is_off(self, key: str) -> bool:
        return getattr(self.table, KEYS[key]) is False

    def error(self, problem: str, *path: str) -> UsageError:
        """Return the error for a key; a ``{}`` in the text stands for what it is called."""
        if not self.name:
            return UsageError(problem.format(f"--{path[0]}"))
        return UsageError(f"{self.place(*path)}: {problem.format(f'`{path[0]}`')}")


def flags(options: Options, cwd: str) -> Layer:
    """Return the layer of the flags."""
    pairs: dict[str, list[str]] = {}
    for pair in _split("--per-file-ignores", options.per_file_ignores) or ():
        pattern, colon, code = pair.rpartition(":")
        if not (colon and pattern.strip() and code.strip()):
            raise UsageError(f"--per-file-ignores takes pairs PATTERN:CODE, not {pair}")
        pairs.setdefault(pattern.strip(), []).append(code.strip())
    table = Table(
        select=_split("--select", options.select),
        extend_select=_split("--extend-select", options.extend_select),
        ignore=_split("--ignore", options.ignore),
        per_file_ignores=pairs or None,
        exclude=_split("--exclude", options.exclude),
        extend_exclude=_split("--extend-exclude", options.extend_exclude),
        force_exclude=options.force_exclude,
        respect_gitignore=options.respect_gitignore,
        src=_split("--src", options.src),
        python=options.python,
        target_version=options.target_version,
        output_format=options.output_format,
        baseline=options.baseline,
        fixable=_split("--fixable", options.fixable),
        unfixable=_split("--unfixable", options.unfixable),
        unsafe_fixes=options.unsafe_fixes,
        cache_dir=options.cache_dir,
    )
    return Layer(table, cwd)


def pair(text: str, cwd: str) -> Layer:
    """Return the layer of one ``--config "key = value"``. Raises UsageError."""
    import tomllib

    try:
        written = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        raise UsageError(
            f"--config takes a file or a pair `key = value` as in TOML, not {text}"
        ) from None
    table = read(written)
    if isinstance(table, Problem):
        raise UsageError(f"--config: {table.text}")
    return Layer(table, cwd, "--config")


#: So many characters are parsed in search of a line, then the search is given up.
_MOST_PARSED = 5_000_000


@lru_cache(maxsize=256)
def line_of(text: str, path: tuple[str, ...]) -> int:
    """Return the line, from 1, on which the statement begins that sets a key of a TOML text.

    It follows the longest beginning of the text that can be parsed and lacks the key. Only lines
    that name the key are tried, all of them where none does.
    """
    lines = text.split("\n")
    parsed = 0
    for name in (path[-1], ""):
        for number in range(len(lines), 0, -1):
            if name in lines[number - 1]:
                above = "\n".join(lines[: number - 1])
                parsed += len(above)
                if _lacks(above, path) or parsed > _MOST_PARSED:
                    return number
    return 1


def _lacks(text: str, path: tuple[str, ...]) -> bool:
    import tomllib

    try:
        value: Any = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    for name in path:
        if not isinstance(value, dict) or name not in value:
            return True
        value = value[name]
    return False


def _split(option: str, lists: tuple[str, ...]) -> list[str] | None:
    """Return what the comma-separated lists given to an option hold, None where none was."""
    if not lists:
        return None
    parts = [part.strip() for item in lists for part in item.split(",") if part.strip()]
    if not parts:
        raise UsageError(f"{option} names no {_NOUNS.get(option, 'path')}")
    return parts


_NOUNS = dict.fromkeys(
    ("--select", "--extend-select", "--ignore", "--fixable", "--unfixable"), "code"
)
