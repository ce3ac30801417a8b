"""A coroutine whose result is needed is awaited, with parentheses where these are needed."""

import json
from dataclasses import dataclass


@dataclass
class User:
    name: str
    age: int = 7


async def get_user(name: str = "Ada") -> User:
    return User(name)


async def get_names() -> list[str]:
    return ["Ada", "Bob"]


async def get_count() -> int:
    return 2


async def is_allowed(name: str) -> bool:
    return name == "Ada"


async def get_function():
    return len


class Store:
    async def get(self, key: str) -> dict[str, int]:
        return {key: 1}


async def case_attribute() -> None:
    assert get_user().name == "Ada"  # BUG: APL163


async def case_attribute_of_what_has_parentheses() -> None:
    assert (get_user()).name == "Ada"  # BUG: APL163


async def case_subscript() -> None:
    assert Store().get("a")["a"] == 1  # BUG: APL163


async def case_call() -> None:
    assert get_function()("abc") == 3  # BUG: APL163


async def case_operators() -> None:
    assert get_count() ** 2 == 4  # BUG: APL163


async def case_unary_operator() -> None:
    assert -get_count() == -2  # BUG: APL163


async def case_ordering() -> None:
    assert not 5 < get_count()  # BUG: APL163


async def case_membership() -> None:
    assert "Ada" in get_names()  # BUG: APL163


async def case_text() -> None:
    assert f"{get_count()} users" == "2 users"  # BUG: APL163 (never runs: get_count)


async def case_json() -> None:
    assert json.dumps(get_names()) == '["Ada", "Bob"]'  # BUG: APL163


async def case_over_lines() -> None:
    name = (
        get_user(  # BUG: APL163
            "Bob",
        )
        .name
    )
    assert name == "Bob"


async def case_in_a_comprehension() -> None:
    assert [get_user(name).age for name in ("a", "b")] == [7, 7]  # BUG: APL163


async def case_items() -> None:
    found = []
    for name in get_names():  # BUG: APL143
        found.append(name)
    assert found == ["Ada", "Bob"]


async def case_items_in_a_comprehension() -> None:
    assert [name for name in get_names()] == ["Ada", "Bob"]  # BUG: APL143


async def case_items_of_a_generator_expression() -> None:
    assert list(name for name in get_names()) == ["Ada", "Bob"]  # BUG: APL143


async def case_items_unpacked() -> None:
    first, second = get_names()  # BUG: APL143
    assert (first, second) == ("Ada", "Bob")


async def case_items_sorted() -> None:
    assert sorted(get_names(), reverse=True) == ["Bob", "Ada"]  # BUG: APL143


async def case_async_items() -> None:
    found = []
    async for name in get_names():  # BUG: APL113
        found.append(name)
    assert found == ["Ada", "Bob"]


async def denied() -> bool:
    if is_allowed("Eve"):  # BUG: APL183 (never runs: is_allowed)
        return False
    return True


async def case_truth() -> None:
    print(await denied())


async def describe(brief: bool) -> str:
    user = get_user("Bob")
    if brief:
        return user.name  # BUG: APL163
    return f"{user.name}, {user.age}"  # BUG: APL163, APL163


async def case_name_bound_before() -> None:
    assert await describe(True) == "Bob"


async def case_name_used_again() -> None:
    assert await describe(False) == "Bob, 7"


async def case_items_of_a_name_bound_before() -> None:
    names = get_names()
    found = []
    for name in names:  # BUG: APL143
        found.append(name)
    assert found == ["Ada", "Bob"]


class Shelf:
    async def __aenter__(self) -> str:
        return "shelf"

    async def __aexit__(self, *_: object) -> None: ...


async def open_shelf() -> Shelf:
    return Shelf()


async def case_entered() -> None:
    async with open_shelf() as shelf:  # BUG: APL123
        assert shelf == "shelf"


async def case_entered_plainly() -> None:
    with open_shelf() as shelf:  # BUG: APL153
        assert shelf == "shelf"
