"""File patterns, read as ruff reads them: those of the Rust crate ``globset``.

``*``, ``?`` and ``[...]`` also match a slash; ``**`` between slashes matches any number of folders,
none included; ``{a,b}`` matches either; a backslash takes the next character as it is.
"""

# ruff: noqa: PTH118

import itertools
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_MAGIC = re.compile(r"[*?\[\]{}\\]" if os.sep == "/" else r"[*?\[\]{}]")
_LONGEST = 2_000
_MOST_BRACES = 5
_MOST_WILDCARDS = 5


class GlobError(ValueError):
    """A pattern that is none; the message is a clause that says why."""


@dataclass(frozen=True, slots=True)
class Globs:
    """Patterns for files and folders.

    A pattern matches the whole path, counted from a base folder where it is relative; one without
    a slash also matches the name alone.
    """

    names: frozenset[str]
    name_globs: re.Pattern[str] | None
    path_globs: re.Pattern[str] | None

    @classmethod
    def compile(cls, patterns: Iterable[tuple[str, str]]) -> "Globs":
        """Compile pairs of a base folder and a pattern. Raises GlobError."""
        names, name_globs, path_globs = set(), [], []
        for base, typed in patterns:
            if len(typed) > _LONGEST:
                raise GlobError(f"it is longer than {_LONGEST:,} characters")
            pattern = _slashed(typed)
            if not _MAGIC.search(pattern) and "/" not in pattern:
                # What the name matches, the whole path would match too.
                names.add(pattern)
                continue
            if "/" not in pattern:
                name_globs.append(_translated(pattern))
            path_globs.append(_anchored(pattern, base))
        return cls(frozenset(names) - {"", "."}, _either(name_globs), _either(path_globs))

    def match(self, name: str, path: str) -> bool:
        """Tell whether an entry of this name, at this absolute path, is meant."""
        return (
            name in self.names
            or (self.name_globs is not None and self.name_globs.fullmatch(name) is not None)
            or (
                self.path_globs is not None
                and self.path_globs.fullmatch(_slashed(path)) is not None
            )
        )


def _slashed(path: str) -> str:
    return path if os.sep == "/" else path.replace(os.sep, "/")


def _either(expressions: Sequence[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(expressions), re.DOTALL) if expressions else None


def _anchored(pattern: str, base: str) -> str:
    """Return the expression for whole paths; what the base is called is never a pattern."""
    if os.path.isabs(pattern):  # noqa: PTH117
        return _translated(os.path.normpath(pattern).replace(os.sep, "/"))
    parts = os.path.normpath(pattern).replace(os.sep, "/").split("/")
    above = next((number for number, part in enumerate(parts) if part != ".."), len(parts))
    for _ in range(above):
        base = os.path.dirname(base)  # noqa: PTH120
    rest = "/".join(parts[above:])
    return re.escape(_slashed(os.path.join(base, ""))) + _translated(rest)


def _translated(pattern: str) -> str:
    """Return the regular expression that matches the whole of what a pattern matches.

    A star followed by another one takes as little as it can, once and for all: what is left is
    the most that the next can want. So no pattern makes matching slow.
    """
    tokens = list(_tokens(pattern))
    stars = [number for number, token in enumerate(tokens) if token in _STARS]
    bounds = [*stars, len(tokens)]
    expression = "".join(tokens[: bounds[0]])
    for start, end in itertools.pairwise(bounds):
        star, fixed = _STARS[tokens[start]], "".join(tokens[start + 1 : end])
        expression += f"(?>{star}{fixed})" if end < len(tokens) else f"{star}{fixed}"
    return f"(?:{expression})"


#: What stands for any text, and for any number of whole folders; as the shortest that will do.
_ANY, _FOLDERS = "*", "**/"
_STARS = {_ANY: ".*?", _FOLDERS: "(?:.*?/)??"}


def _tokens(pattern: str) -> Iterator[str]:
    """Yield stars, and regular expressions for what is between them."""
    position = 0
    while position < len(pattern):
        character = pattern[position]
        if character == "*":
            start = position
            while pattern[position : position + 1] == "*":
                position += 1
            is_component = position - start == 2 and pattern[start - 1 : start] in {"/", ""}
            if is_component and pattern[position : position + 1] == "/":
                position += 1
                yield _FOLDERS
            else:
                if is_component and start and position == len(pattern):
                    yield "."
                yield _ANY
        elif character == "{":
            alternatives, position = _alternatives(pattern, position + 1)
            yield f"(?:{'|'.join(alternatives)})"
        else:
            expression, position = _one(pattern, position)
            yield expression


def _alternatives(pattern: str, position: int) -> tuple[list[str], int]:
    """Return the expressions between braces, and the position after the closing one."""
    alternatives, current, depth = [], "", 1
    wildcards = 0
    while depth:
        character = pattern[position : position + 1]
        if not character:
            raise GlobError("a { lacks its }")
        if character in "*{},":
            position += 1
        if character == "{":
            depth += 1
            current += "(?:"
        elif character == "}":
            depth -= 1
            current += ")" if depth else ""
        elif character == ",":
            if depth == 1:
                alternatives.append(current)
            current = "" if depth == 1 else f"{current}|"
        elif character == "*":
            wildcards += 1
            current += ".*"
        else:
            expression, position = _one(pattern, position)
            current += expression
        if depth > _MOST_BRACES or wildcards > _MOST_WILDCARDS:
            raise GlobError("there is too much between its braces")
    return [*alternatives, current], position


def _one(pattern: str, position: int) -> tuple[str, int]:
    """Return the expression for the one character that is meant here, and where it ends."""
    character = pattern[position]
    if character == "?":
        return ".", position + 1
    if character == "[":
        return _class(pattern, position + 1)
    if character == "}":
        raise GlobError("a } lacks its {")
    if character == "\\" and os.sep == "/":
        position += 1
        if position == len(pattern):
            raise GlobError("it ends with a backslash")
    return re.escape(pattern[position]), position + 1


def _class(pattern: str, start: int) -> tuple[str, int]:
    """Return the expression for the class of characters that begins here, and where it ends."""
    position = start
    negated = pattern[position : position + 1] in {"!", "^"}
    position += negated
    end = pattern.find("]", position + 1)
    if end < 0:
        raise GlobError("a [ lacks its ]")
    ranges = []
    while position < end:
        low = pattern[position]
        if pattern[position + 1 : position + 2] == "-" and position + 2 < end:
            high = pattern[position + 2]
            if high < low:
                raise GlobError(f"the range {low}-{high} is empty")
            ranges.append(f"{re.escape(low)}-{re.escape(high)}")
            position += 3
        else:
            ranges.append(re.escape(low))
            position += 1
    return f"[{'^' * negated}{''.join(ranges)}]", end + 1
