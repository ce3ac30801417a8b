__all__ = ("kept", "removed")  # BUG: APL304


def kept() -> str:
    return "kept"


def other() -> str:
    return "another"
