def start() -> str:
    from app.settings import moved  # BUG: APL301

    return moved()
