"""The parts of the check of a file, each of which can be done again without the others.

They are numbered: reading the file, on which all of it hangs; one for each look at its outline;
the walk through its candidate scopes; and for each scope whether it is a candidate.
"""

from typing import NamedTuple

#: The part that gives the file its outline. Where that changes, all is done again but for scopes
#: that read as they did before.
READING = 0

#: The looks at the outline.
LOOKS = range(1, 8)

#: The walk through the candidate scopes.
WALK = LOOKS.stop

_SCOPES = WALK + 1


class Again(NamedTuple):
    """The parts of a file's check to do again, and those of its scopes that were candidates."""

    parts: frozenset[int]
    candidates: tuple[int, ...]


def part_of_scope(number: int) -> int:
    """Return the part that tells whether a scope is a candidate."""
    return _SCOPES + number
