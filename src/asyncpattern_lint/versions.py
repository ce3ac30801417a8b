"""Versions of Python: the one that the code is checked for."""

import re

#: Such as ``(3, 11)``.
Version = tuple[int, int]

_TARGET = re.compile(r"py(\d)(\d{1,2})")
_PLAIN = re.compile(r"(\d)\.(\d{1,2})")

#: A clause of a version specifier (https://packaging.python.org/specifications/version-specifiers).
_CLAUSE = re.compile(r"\s*(===|==|~=|!=|<=|>=|<|>)\s*v?(\d+)(?:\.(\d+))?(\.[\w.*+-]+|\.\*)?\s*")

#: The versions that can be named, as ruff's.
RANGE: tuple[Version, Version] = ((3, 7), (3, 15))


def target(text: str) -> Version | None:
    """Return the version that ``py311`` or ``3.11`` stands for, None if it is none."""
    match = _TARGET.fullmatch(text) or _PLAIN.fullmatch(text)
    version = (int(match[1]), int(match[2])) if match else (0, 0)
    return version if RANGE[0] <= version <= RANGE[1] else None


def lowest(specifier: str) -> Version | None:
    """Return the lowest version that ``requires-python`` allows, as far as it can be named.

    None if it is no specifier, or sets no lower bound.
    """
    bounds = []
    for clause in specifier.split(","):
        match = _CLAUSE.fullmatch(clause)
        if match is None:
            return None
        sign, major, minor, _ = match.groups()
        if sign in {">=", "==", "~=", "===", ">"} and major == "3":
            bounds.append((3, int(minor or 0)))
    return min(max(*bounds, RANGE[0]), RANGE[1]) if bounds else None
