"""Files of blocks give back what was put into them, or say that they cannot."""

import random
from pathlib import Path

import pytest

from asyncpattern_lint.cache import blocks as blocks_module
from asyncpattern_lint.cache.blocks import Blocks, DamageError, write_blocks
from asyncpattern_lint.cache.place import NAME, Place

FILE = "traces-" + "0" * 32
HEAD = b"a head"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(str(tmp_path / NAME), "0" * 32)


def written(place: Place, length: int) -> bytes:
    body = random.Random(length).randbytes(length)
    assert write_blocks(place, FILE, HEAD, memoryview(body))
    return body


def opened(place: Place) -> Blocks:
    blocks = Blocks.open(place, FILE)
    assert blocks is not None
    return blocks


@pytest.mark.parametrize("length", [0, 1, 15, 16, 17, 100])
def test_what_was_put_in_comes_out(
    place: Place, length: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks_module, "_BLOCK", 16)
    body = written(place, length)
    blocks = opened(place)
    assert (blocks.head, blocks.length) == (HEAD, length)
    for start in range(length + 1):
        for end in range(start, length + 1):
            assert bytes(blocks.body(start, end)) == body[start:end]


def test_only_blocks_that_are_asked_for_are_read(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks_module, "_BLOCK", 16)
    body = written(place, 64)
    path = Path(place.path(FILE))
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    blocks = opened(place)
    assert bytes(blocks.body(0, 48)) == body[:48]
    with pytest.raises(DamageError):
        blocks.body(40, 49)


def test_no_damage_is_missed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks_module, "_BLOCK", 16)
    body = written(place, 40)
    path = Path(place.path(FILE))
    data = path.read_bytes()
    changes = [data[:end] for end in range(len(data))]
    changes += [data[:at] + bytes([data[at] ^ 255]) + data[at + 1 :] for at in range(len(data))]
    changes.append(data + b"x")
    for changed in changes:
        path.write_bytes(changed)
        blocks = Blocks.open(place, FILE)
        if blocks is not None:
            with pytest.raises(DamageError):
                assert blocks.body(0, 40) == body
    path.unlink()
    assert Blocks.open(place, FILE) is None
