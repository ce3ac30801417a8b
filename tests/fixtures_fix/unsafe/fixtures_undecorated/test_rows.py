import contextlib
from collections.abc import Iterator

import pytest

events: list[str] = []


@pytest.fixture(scope="module")  # BUG: APL402 (breaks: case_tests)
@contextlib.contextmanager  # enters itself
def rows() -> Iterator[list[int]]:
    events.append("set up")
    yield [1]


@contextlib.contextmanager  # hides it
@pytest.fixture  # BUG: APL402 (breaks: case_tests)
def row() -> Iterator[int]:
    yield 1


def test_rows(rows: list[int], row: int) -> None:
    assert rows == [row]
    assert events == ["set up"]
