"""Packs give back what was put into them, or nothing."""

import random
from pathlib import Path

import pytest

from asyncpattern_lint.cache.digest import SIZE
from asyncpattern_lint.cache.packs import Packs
from asyncpattern_lint.cache.place import NAME, Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(str(tmp_path / NAME), "0" * 32)


def key(number: int, flavour: bytes = b"") -> bytes:
    return number.to_bytes(SIZE, "big") + flavour


def fill(place: Place, numbers: range, size: int = 10) -> None:
    packs = Packs(place)
    for number in numbers:
        packs.add(key(number), f"head {number}".encode(), f"body {number}".encode() * size)
    packs.save(frozenset(map(key, numbers)))


def files(place: Place) -> list[Path]:
    return [Path(place.path(name)) for name in place.names("outlines-")]


def test_what_was_put_in_comes_out(place: Place) -> None:
    fill(place, range(100))
    packs = Packs(place)
    assert [packs.head(key(n)) for n in range(100)] == [b"head %d" % n for n in range(100)]
    assert [packs.body(key(n)) for n in range(100)] == [b"body %d" % n * 10 for n in range(100)]
    assert key(3) in packs
    assert key(3, b"f") not in packs
    assert packs.head(key(100)) is None
    assert packs.body(key(100)) is None


def test_what_is_not_saved_yet_comes_out_too(place: Place) -> None:
    packs = Packs(place)
    assert packs.is_empty
    packs.add(key(1), b"a", b"b")
    assert (packs.head(key(1)), packs.body(key(1))) == (b"a", b"b")
    packs.save(frozenset({key(1)}))
    assert (packs.head(key(1)), packs.body(key(1))) == (b"a", b"b")
    assert not packs.is_empty


def test_there_are_few_packs_however_many_runs_there_were(place: Place) -> None:
    for number in range(300):
        fill(place, range(number, number + 1))
    assert len(files(place)) < 12
    packs = Packs(place)
    assert all(packs.body(key(n)) == b"body %d" % n * 10 for n in range(300))


def test_a_large_pack_is_not_written_again_for_a_small_one(place: Place) -> None:
    fill(place, range(1_000))
    (large,) = files(place)
    fill(place, range(1_000, 1_002))
    assert large in files(place)
    assert len(files(place)) == 2


def test_what_nothing_needs_any_more_goes(place: Place) -> None:
    for start in range(0, 60, 10):
        fill(place, range(start, start + 10), 100_000)
    # The last run had needed the last ten only.
    assert sum(path.stat().st_size for path in files(place)) < 3 * 16_000_000
    packs = Packs(place)
    assert all(packs.body(key(n)) is not None for n in range(50, 60))
    assert any(packs.body(key(n)) is None for n in range(50))


def test_an_open_pack_can_be_read_although_it_is_removed(place: Place) -> None:
    fill(place, range(10))
    packs = Packs(place)
    for path in files(place):
        path.unlink()
    assert packs.head(key(3)) == b"head 3"
    assert packs.body(key(3)) == b"body 3" * 10


def test_what_cannot_be_written_is_still_there_for_this_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    packs = Packs(Place(str(tmp_path / "file" / NAME), "0" * 32))
    packs.add(key(1), b"a", b"b")
    packs.save(frozenset())
    assert packs.body(key(1)) == b"b"


@pytest.mark.parametrize("seed", range(200))
def test_damage_is_a_miss(place: Place, seed: int) -> None:
    fill(place, range(20))
    (path,) = files(place)
    path.write_bytes(damaged(path.read_bytes(), random.Random(seed)))
    packs = Packs(place)
    for number in range(20):
        assert packs.head(key(number)) in {b"head %d" % number, None}
        assert packs.body(key(number)) in {b"body %d" % number * 10, None}
    fill(place, range(20, 30))
    assert Packs(place).body(key(25)) == b"body 25" * 10


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Return data of which a part is changed, lost, doubled, or replaced by zeros."""
    start, end = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    how = chance.randrange(6)
    if how == 0:
        return data[:start]
    if how == 1:
        return data[:start] + data[end:]
    if how == 2:
        return data[:end] + data[start:]
    if how == 3:
        return data[:start] + bytes(end - start) + data[end:]
    if how == 4:
        return chance.randbytes(len(data))
    changed = bytearray(data)
    for _ in range(chance.randrange(1, 5)):
        changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(changed)
