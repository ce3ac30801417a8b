def moved() -> int:
    return 1
