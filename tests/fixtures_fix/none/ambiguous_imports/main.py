"""Two modules define the name, two names are near, or nothing is."""


def case_two_homes() -> None:
    from app.old import moved  # BUG: APL301

    moved()


def case_two_near_names() -> None:
    from app.two import session_c  # BUG: APL301

    session_c()


def case_nothing_near() -> None:
    from app.old import something  # BUG: APL301

    something()


def case_module_named_in_full() -> None:
    import app.olds  # BUG: APL302

    app.olds.first_name
