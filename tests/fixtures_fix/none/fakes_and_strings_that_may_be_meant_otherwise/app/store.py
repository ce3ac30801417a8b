def get_row() -> str:
    return "row"


def get_all() -> list[str]:
    return ["row"]
