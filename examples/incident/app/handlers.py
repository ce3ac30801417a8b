"""Two requests, each served in the way that is right for the other."""

from app import get_replica_session, get_session


async def list_orders() -> list[str]:
    orders: list[str] = []
    async for session in get_session():
        orders += await session.fetch("orders")
    return orders


async def list_reports() -> list[str]:
    async with get_replica_session() as session:
        return await session.fetch("reports")
