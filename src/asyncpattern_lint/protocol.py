"""The protocol table: which use demands what, and which kind of object offers it.

Every cell is proven against the interpreter by ``tests/test_protocol.py``.

Sources: the language reference, "Coroutines" and "With statement context managers"
(https://docs.python.org/3/reference/datamodel.html), PEP 492, PEP 525 and PEP 530.
"""

import enum
from collections.abc import Iterator


class Protocol(enum.Flag):
    """What an object supports; an object may support several."""

    NONE = 0
    ASYNC_ITERABLE = enum.auto()
    ASYNC_CONTEXT_MANAGER = enum.auto()
    AWAITABLE = enum.auto()
    ITERABLE = enum.auto()
    CONTEXT_MANAGER = enum.auto()


class Use(enum.IntEnum):
    """A demand that a place in the code makes of a value; the first digit of a cell's code."""

    ASYNC_FOR = 1
    ASYNC_WITH = 2
    AWAIT = 3
    FOR = 4
    WITH = 5
    RESULT = 6
    DISCARDED = 7
    TRUTH = 8


class Kind(enum.IntEnum):
    """What calling (or naming) a definition really gives; the second digit of a cell's code."""

    ASYNC_GENERATOR = 1
    ASYNC_CONTEXT_MANAGER = 2
    COROUTINE = 3
    GENERATOR = 4
    CONTEXT_MANAGER = 5
    OTHER = 6

    @property
    def phrase(self) -> str:
        """The kind as messages name it, for example ``async generator``."""
        return "other object" if self is Kind.OTHER else self.name.lower().replace("_", " ")

    @property
    def slug(self) -> str:
        """The kind as rule names spell it, for example ``async-generator``."""
        return self.phrase.replace(" ", "-")

    @property
    def article(self) -> str:
        """The kind with its article, for example ``an async generator``."""
        return f"{'an' if self.phrase[0] in 'aeiou' else 'a'} {self.phrase}"


#: The protocol that a use needs. The uses that are not here need the object's *result*:
#: no coroutine, generator or context manager can serve them.
NEEDS: dict[Use, Protocol] = {
    Use.ASYNC_FOR: Protocol.ASYNC_ITERABLE,
    Use.ASYNC_WITH: Protocol.ASYNC_CONTEXT_MANAGER,
    Use.AWAIT: Protocol.AWAITABLE,
    Use.FOR: Protocol.ITERABLE,
    Use.WITH: Protocol.CONTEXT_MANAGER,
}

#: The protocol that makes an object one of a kind, in the order in which the kinds are tried.
OFFERS: dict[Kind, Protocol] = {
    Kind.ASYNC_GENERATOR: Protocol.ASYNC_ITERABLE,
    Kind.ASYNC_CONTEXT_MANAGER: Protocol.ASYNC_CONTEXT_MANAGER,
    Kind.COROUTINE: Protocol.AWAITABLE,
    Kind.GENERATOR: Protocol.ITERABLE,
    Kind.CONTEXT_MANAGER: Protocol.CONTEXT_MANAGER,
    Kind.OTHER: Protocol.NONE,
}

#: The methods that make a protocol, all of which must be there
#: (https://docs.python.org/3/reference/datamodel.html).
METHODS: dict[Protocol, tuple[str, ...]] = {
    Protocol.ASYNC_ITERABLE: ("__aiter__",),
    Protocol.ASYNC_CONTEXT_MANAGER: ("__aenter__", "__aexit__"),
    Protocol.AWAITABLE: ("__await__",),
    Protocol.CONTEXT_MANAGER: ("__enter__", "__exit__"),
}

#: Either of these makes an object iterable.
ITERATION_METHODS = ("__iter__", "__getitem__")

#: Every method that decides what an object supports.
PROTOCOL_METHODS = frozenset(ITERATION_METHODS).union(*METHODS.values())

#: Uses that are wrong only for an object whose work has not been done yet.
RESULT_USES = frozenset({Use.RESULT, Use.DISCARDED, Use.TRUTH})


def kind_of(protocols: Protocol) -> Kind:
    """Return the first of the kinds 1 to 5 that the protocols make an object, else ``OTHER``."""
    return next(
        (kind for kind, offer in OFFERS.items() if offer and offer in protocols), Kind.OTHER
    )


def is_misuse(use: Use, protocols: Protocol) -> bool:
    """Tell whether an object with exactly these protocols fails the use.

    For the uses of ``RESULT_USES`` the answer is about an object that a call of an async
    function, generator function or context manager function gave.
    """
    need = NEEDS.get(use)
    if need is None:
        return protocols is not Protocol.NONE
    return need not in protocols


def code_of(use: Use, kind: Kind) -> str:
    """Return the code of a cell: ``APL1`` and the cell's coordinate."""
    return f"APL1{use.value}{kind.value}"


def cells() -> Iterator[tuple[Use, Kind]]:
    """Yield every wrong cell of the table, in the order of their codes."""
    for use in Use:
        for kind in Kind:
            if is_misuse(use, OFFERS[kind]):
                yield use, kind
