"""What of a module others can see: its outline without places, and without what it uses."""

import msgspec

from asyncpattern_lint.index.model import Failure
from asyncpattern_lint.index.project import Outline

#: Fields of an outline that say where something stands, or what a module does with others.
_OWN = frozenset(
    {
        "attributes",
        "calls",
        "column",
        "drives",
        "end_column",
        "end_line",
        "entered",
        "line",
        "noted",
        "spared",
        "statement",
        "uses",
        "yields_at",
    }
)


def are_alike(one: Outline, other: Outline) -> bool:
    """Tell whether two outlines look the same to other modules; in doubt they do not."""
    try:
        return _seen(one) == _seen(other)
    except RecursionError:
        return False


def _seen(value: object) -> object:
    if isinstance(value, Failure):
        return Failure
    if isinstance(value, msgspec.Struct):
        fields = (name for name in value.__struct_fields__ if name not in _OWN)
        return (type(value), *(_seen(getattr(value, name)) for name in fields))
    if isinstance(value, list | tuple):
        return [_seen(item) for item in value]
    if isinstance(value, dict):
        return {key: _seen(item) for key, item in value.items()}
    return value
