"""The audit log: it has been off since a refactoring, and nobody was told."""


async def write_audit(event: str) -> str:
    try:
        from app.dependencies import get_db_session_factory

        session = get_db_session_factory()("audit")
    except Exception:
        return "off"
    return ", ".join(await session.fetch(event))
