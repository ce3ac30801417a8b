"""Names were changed here."""

__all__ = ["get_sesion_factory", "gone", "other"]  # BUG: APL304, APL304


def get_session_factory() -> str:
    return "factory"


def other() -> str:
    return "other"
