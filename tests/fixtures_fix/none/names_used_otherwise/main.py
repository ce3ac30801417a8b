"""A coroutine in a variable is awaited where it is bound, but only if every use needs its result."""


async def get_name() -> str:
    return "Ada"


class Response:
    def json(self):
        return {}


async def fetch() -> Response:
    return Response()


async def case_awaited_elsewhere() -> None:
    name = get_name()
    assert await name == "Ada"
    print(name.upper())  # BUG: APL163


async def case_bound_twice() -> None:
    name = get_name()
    try:
        print(name.upper())  # BUG: APL163
    finally:
        name.close()


async def case_parameter() -> None:
    async def shout(name=get_name()) -> None:
        print(name)

    coroutine = get_name()

    def inner() -> None:
        print(coroutine)

    inner()
    try:
        print(coroutine.upper())  # BUG: APL163
    finally:
        coroutine.close()
        shout.__defaults__[0].close()


async def case_await_that_binds_too_late() -> None:
    await fetch().json()  # BUG: APL163
