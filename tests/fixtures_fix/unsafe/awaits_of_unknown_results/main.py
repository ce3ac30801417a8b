"""What is awaited may have been meant for a task, or be something else than it seems."""

from collections.abc import Callable


async def load(function: Callable[..., object]):
    return function()


DONE: list[str] = []


async def notify() -> None:
    DONE.append("notified")


async def count() -> int:
    return 2


async def double(number: int) -> int:
    return number * 2


async def answer() -> int:
    return count()  # BUG: APL163 (never runs: count)


async def case_statement() -> None:
    notify()  # BUG: APL173 (never runs: notify)


async def case_unused() -> None:
    done = notify()  # BUG: APL173 (never runs: notify)


async def case_unknown_items() -> None:
    for item in load(list):  # BUG: APL143
        print(item)


async def case_passed() -> None:
    assert await double(count()) == 4  # BUG: APL163


async def case_returned() -> None:
    print(await answer())
