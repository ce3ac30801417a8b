"""What a run finds out about all of a project, so that later ones need not."""

from typing import NamedTuple


class Decided(NamedTuple):
    """The classes on which something from outside may change what their instances support.

    ``classes`` are those on which an attribute of a name is set: their files, their scopes, and
    whether it is set on an instance. ``node`` is what that hangs on.
    """

    classes: dict[str, list[tuple[str, int, bool]]]
    node: int
