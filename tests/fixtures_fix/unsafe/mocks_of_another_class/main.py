"""Mocks in the place of a coroutine function become asynchronous: their calls can be awaited."""

from unittest import mock
from unittest.mock import MagicMock, Mock, patch

import pytest
from app import api


async def case_result() -> None:
    with patch("app.api.fetch", MagicMock(return_value="fake")):  # BUG: APL403 (breaks: case_result)
        assert await api.show() == "fake"


async def case_nothing_told() -> None:
    with patch.object(api, "fetch", new=Mock()):  # BUG: APL403 (breaks: case_nothing_told)
        await api.show()


async def case_callable() -> None:
    with patch("app.api.fetch", new_callable=mock.MagicMock):  # BUG: APL403 (breaks: case_callable)
        await api.show()


async def case_callable_with_options() -> None:
    with patch("app.api.fetch", return_value="fake", new_callable=Mock):  # BUG: APL403 (breaks: case_callable_with_options)
        assert await api.show() == "fake"


async def case_effect() -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(api, "fetch", mock.Mock(side_effect=lambda: "fake"))  # BUG: APL403 (breaks: case_effect)
        assert await api.show() == "fake"
