"""The order service; what its modules share is re-exported here."""

from app.dependencies import get_replica_session, get_session

__all__ = ["get_replica_session", "get_session"]
