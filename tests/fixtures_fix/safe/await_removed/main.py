"""What is there already is not awaited; needless parentheses go, comments stay."""

from dataclasses import dataclass


@dataclass
class User:
    name: str


def get_user(name: str = "Ada") -> User:
    return User(name)


def get_names() -> list[str]:
    return ["Ada", "Bob"]


def get_count() -> int:
    return 2


async def case_value() -> None:
    user = await get_user()  # BUG: APL136
    assert user.name == "Ada"


async def case_attribute() -> None:
    assert (await get_user()).name == "Ada"  # BUG: APL136


async def case_attribute_close_to_a_keyword() -> None:
    assert(await get_user()).name == "Ada"  # BUG: APL136


async def case_parentheses_over_lines() -> None:
    name = (
        await  get_user()  # BUG: APL136
    ).name
    assert name == "Ada"


async def case_comment_behind_it() -> None:
    user = (
        await  # at last
        get_user()  # BUG: APL136
    )
    assert user.name == "Ada"


async def case_list() -> None:
    for name in await get_names():  # BUG: APL134
        assert name in {"Ada", "Bob"}


async def case_statement() -> None:
    await get_count()  # BUG: APL136


async def case_power() -> None:
    assert await get_count() ** 2 == 4  # BUG: APL136


async def case_comprehension() -> None:
    assert [(await get_user(name)).name for name in "ab"] == ["a", "b"]  # BUG: APL136
