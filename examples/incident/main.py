"""Serve each request once and print how it went: ``python main.py``."""

import asyncio
from collections.abc import Awaitable, Callable

from app.audit import write_audit
from app.handlers import list_orders, list_reports


async def serve(name: str, handler: Callable[[], Awaitable[list[str]]]) -> None:
    try:
        print(f"{name}: {await handler()}")
    except TypeError as error:
        print(f"{name}: TypeError: {error}")


async def main() -> None:
    await serve("orders", list_orders)
    await serve("reports", list_reports)
    print(f"audit: {await write_audit('logins')}")


if __name__ == "__main__":
    asyncio.run(main())
