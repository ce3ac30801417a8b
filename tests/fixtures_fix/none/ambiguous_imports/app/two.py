def moved() -> int:
    return 2


def session_a() -> int:
    return 1


def session_b() -> int:
    return 1
