"""The parts of the check of a file, each of which can be done again without the others.

They are numbered: reading the file, on which all of it hangs; one for each look at its outline;
the walk through its candidate scopes; and for each scope whether it is a candidate.
"""

from typing import NamedTuple

#: The part that gives the file its outline. Where that changes, so may all else.
READING = 0


class Again(NamedTuple):
    """The parts of a file's check to do again, and its candidate scopes as they were."""

    parts: frozenset[int]
    candidates: tuple[int, ...]
