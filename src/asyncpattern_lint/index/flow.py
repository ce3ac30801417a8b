"""What names are bound to along the paths through a scope, and which ends are reached."""

#: Stand for a name that was deleted, and for one that a path does not bind.
DELETED = -1
UNBOUND = -2

Live = dict[str, tuple[int, ...]]
"""The bindings of each name that may be live at a place, by their positions."""


class Flow(int):
    """Whether the end of a block is reached: never, only if an error is swallowed, or yes."""


NEVER, SWALLOWED, REACHED = Flow(0), Flow(1), Flow(2)


def join(states: list[Live]) -> Live:
    """Join what alternative paths leave bound; a name bound on one path only may stand."""
    joined = dict(states[0])
    for state in states[1:]:
        for name, positions in state.items():
            known = joined.get(name, (UNBOUND,))
            joined[name] = known if known == positions else tuple(dict.fromkeys(known + positions))
        for name in joined.keys() - state.keys():
            joined[name] = tuple(dict.fromkeys((*joined[name], UNBOUND)))
    return joined
