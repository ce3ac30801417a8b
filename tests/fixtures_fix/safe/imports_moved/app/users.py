def single() -> str:
    from app.old import moved_one  # BUG: APL301

    return moved_one()


def relative() -> str:
    from .old import moved_one  # BUG: APL301

    return moved_one()


def renamed() -> str:
    from app.old import moved_one as one  # BUG: APL301

    return one()


def one_of_several() -> str:
    from app.old import left, moved_one, also_left  # BUG: APL301

    return left() + moved_one() + also_left()


def the_last() -> str:
    from app.old import left, moved_one as one  # BUG: APL301

    return left() + one()


def in_parentheses() -> str:
    from app.old import (
        also_left,
        moved_one,  # BUG: APL301
        left,
    )

    return left() + moved_one() + also_left()


def on_one_line() -> str:
    from app.old import left, MovedTwo; kept = left(); return MovedTwo.__name__ + kept  # BUG: APL301


def of_a_module_that_is_gone() -> str:
    from app.older import moved_one  # BUG: APL302

    return moved_one()


def all_of_a_module_that_is_gone() -> str:
    from app.older import (
        moved_one,  # BUG: APL302
        MovedTwo as Two,
    )

    return moved_one() + Two.__name__
