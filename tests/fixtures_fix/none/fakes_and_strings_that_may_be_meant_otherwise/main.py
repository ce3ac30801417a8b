"""Fakes that only their author can write anew, and strings with several near names or another home."""

from unittest.mock import Mock, patch

from app import api


def fake_fetch() -> str:
    return "fake"


async def case_function() -> None:
    with patch("app.api.fetch", fake_fetch):  # BUG: APL403 (breaks: case_function)
        await api.show()


async def case_lambda() -> None:
    with patch("app.api.fetch", lambda: "fake"):  # BUG: APL403 (breaks: case_lambda)
        await api.show()


async def case_manager() -> None:
    with patch("app.api.session", Mock(return_value="fake")):  # BUG: APL403 (breaks: case_manager)
        await api.save()


async def case_named_elsewhere() -> None:
    fake = Mock(return_value="fake")
    with patch("app.api.fetch", fake):  # BUG: APL403 (breaks: case_named_elsewhere)
        await api.show()


def case_several_near_names() -> None:
    with patch("app.api.get_rows_on"):  # BUG: APL306
        print("patched")


def case_moved() -> None:
    with patch("app.api.get_all"):  # BUG: APL306
        print("patched")
