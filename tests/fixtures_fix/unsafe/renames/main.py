"""Near names may be what was meant: the imports bind what they bound before."""

from app import database


def case_name() -> None:
    from app.database import get_db_session_factory  # BUG: APL301

    assert get_db_session_factory() == "factory"


def case_name_under_an_alias() -> None:
    from app.database import other, get_sessions_factory as make  # BUG: APL301

    assert make() + other() == "factoryother"


def case_module() -> None:
    from app.databases import other  # BUG: APL302

    assert other() == "other"


def case_module_under_an_alias() -> None:
    import app.databases as db  # BUG: APL302

    assert db.other() == "other"


def case_relative_to_a_package() -> None:
    from app import databases  # BUG: APL301

    assert databases.other() == "other"


def case_attribute() -> None:
    assert database.others() == "other"  # BUG: APL305


def case_hidden() -> None:
    try:
        from app.database import others  # BUG: APL303
    except Exception:
        return
    assert others() == "other"
