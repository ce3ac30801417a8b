def left() -> str:
    return "left"


def also_left() -> str:
    return "also left"
