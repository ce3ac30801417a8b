"""Loops over what an annotation calls one object, although each item is used as that object.

Whoever writes ``rows: Row`` and ``for row in rows: row.size`` has left out ``list[...]``: the loop
works, and the annotation is wrong.
"""

from collections.abc import Iterator

import libcst as cst

from asyncpattern_lint.analysis.members import Has, Members
from asyncpattern_lint.analysis.values import InstanceValue, Values
from asyncpattern_lint.protocol import Protocol


def means_items(members: Members, values: Values, loop: cst.For) -> bool:
    """Tell whether the items of a loop are used as what the values are declared to be."""
    if not isinstance(loop.iter, cst.Name) or not isinstance(loop.target, cst.Name):
        return False
    declared = [
        value
        for value in values
        if isinstance(value, InstanceValue) and not value.exact and value.of is not None
    ]
    wanted = Protocol.ASYNC_ITERABLE if loop.asynchronous is not None else Protocol.ITERABLE
    if not declared or any(value.protocols & wanted for value in declared):
        return False
    names = {*_read(loop.target.value, loop.body)}
    return any(
        members.has(value, name) in {Has.YES, Has.SET} for value in declared for name in names
    )


def _read(name: str, body: cst.CSTNode) -> Iterator[str]:
    """Yield the attributes of a name that a piece of code uses."""
    waiting: list[cst.CSTNode] = [body]
    while waiting:
        node = waiting.pop()
        match node:
            case cst.Attribute(value=cst.Name(value=owner), attr=cst.Name(value=attribute)):
                if owner == name:
                    yield attribute
            case _:
                pass
        waiting += node.children
