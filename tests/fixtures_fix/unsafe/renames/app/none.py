__all__ = ["removed"]  # BUG: APL304
