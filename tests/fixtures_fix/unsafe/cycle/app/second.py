from app import first


def moved() -> str:
    return f"moved from {first.__name__}"
