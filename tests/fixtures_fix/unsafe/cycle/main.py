"""The module that has the name now leads back to the one that imports it."""


def case_start() -> None:
    from app.first import start

    assert start() == "moved from app.first"
