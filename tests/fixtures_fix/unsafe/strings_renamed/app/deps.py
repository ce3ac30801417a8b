from collections.abc import Callable

LIMIT = 3


class Store:
    def store_row(self) -> str:
        return "row"


def get_db() -> str:
    return "db"


def in_use() -> Callable[[], str]:
    return get_db
