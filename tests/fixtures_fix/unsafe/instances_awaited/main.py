"""An instance that was awaited may be the value itself, or have been meant to be used otherwise."""


class Rows:
    async def __aiter__(self):
        yield 1


class Session:
    async def __aenter__(self) -> "Session":
        return self

    async def __aexit__(self, *_: object) -> None: ...


class Lock:
    def __enter__(self) -> "Lock":
        return self

    def __exit__(self, *_: object) -> None: ...


async def case_rows() -> None:
    rows = await Rows()  # BUG: APL131
    assert [row async for row in rows] == [1]


async def case_session() -> None:
    session = await Session()  # BUG: APL132
    async with session as entered:
        assert entered is session


async def case_lock() -> None:
    lock = await Lock()  # BUG: APL135
    with lock as entered:
        assert entered is lock
