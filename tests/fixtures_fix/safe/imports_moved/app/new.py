"""What moved; it takes something from the old module, which does not take anything back."""

from app.old import left


def moved_one() -> str:
    return f"moved from where {left()} is"


class MovedTwo:
    pass
