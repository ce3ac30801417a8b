"""What hangs on a number is found from the nodes that hold it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncpattern_lint.index.holders import Encoded, Holders
from asyncpattern_lint.index.trace import hanging

#: Nodes of small numbers, which hold nodes before them.
NODES = st.lists(
    st.tuples(
        st.frozensets(st.integers(0, 5), max_size=3), st.frozensets(st.integers(0, 20), max_size=3)
    ),
    max_size=12,
).map(
    lambda made: [
        tuple(sorted({*plain, *(-1 - other for other in nodes if other < number)}))
        for number, (plain, nodes) in enumerate(made)
    ]
)


def read(encoded: Encoded) -> Holders:
    held, ends, holders = encoded
    return Holders.decoded(held, ends, lambda start, end: holders[start:end], len(holders))


@given(NODES, st.frozensets(st.integers(0, 6)))
def test_the_same_hangs_on_a_number_whether_one_asks_nodes_or_holders(
    nodes: list[tuple[int, ...]], on: frozenset[int]
) -> None:
    kept = Holders.of(nodes)
    again = read(kept.encoded())
    for held in (kept, again):
        assert held.hanging(on) == hanging(nodes, on)
        assert [tuple(node) for node in held.nodes(len(nodes))] == nodes


def test_numbers_may_have_31_bits() -> None:
    most = (1 << 31) - 1
    assert read(Holders.of([(), (most,)]).encoded()).hanging({most}) == {1}


@pytest.mark.parametrize(
    "encoded", [(b"1", b"", b""), (b"", b"", b"1234"), (b"12341234", b"\1\0\0\0", b"1234")]
)
def test_what_are_no_holders_is_told(encoded: tuple[bytes, bytes, bytes]) -> None:
    held, ends, holders = encoded
    with pytest.raises(ValueError, match="these are no"):
        read((memoryview(held), memoryview(ends), memoryview(holders)))
