"""What a plain function returns is the context manager that is wanted: the decorator goes."""

import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager


@contextmanager
def lock(name: str) -> Iterator[str]:
    yield name


@asynccontextmanager
async def session(name: str) -> AsyncIterator[str]:
    yield name


@contextmanager  # BUG: APL202 (breaks: case_lock)
def main_lock():
    return lock("main")


@asynccontextmanager  # BUG: APL201 (breaks: case_session)
def main_session():
    return session("main")


class Store:
    @classmethod
    # The lock of all stores.
    @contextmanager  # BUG: APL202 (breaks: case_class)
    def locked(cls):
        return threading.Lock()


def case_lock() -> None:
    with main_lock() as name:
        assert name == "main"


async def case_session() -> None:
    async with main_session() as name:
        assert name == "main"


def case_class() -> None:
    with Store.locked() as got:
        assert got is True
