"""Where sessions come from: one line tells two functions of the same signature apart."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


class Session:
    """Stands for a database session."""

    def __init__(self, database: str) -> None:
        self.database = database

    async def fetch(self, table: str) -> list[str]:
        return [f"{self.database}.{table}.{number}" for number in (1, 2)]


@asynccontextmanager
async def get_session() -> AsyncGenerator[Session, None]:
    yield Session("primary")


async def get_replica_session() -> AsyncGenerator[Session, None]:
    yield Session("replica")


def get_session_factory() -> type[Session]:
    """Was called ``get_db_session_factory`` until the last refactoring."""
    return Session
