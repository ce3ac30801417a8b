"""Near names in strings may be what was meant: only the missing part of a string changes."""

from unittest.mock import patch

import pytest
from app import deps


def case_name() -> None:
    with patch("app.deps.get_dbs", return_value="fake"):  # BUG: APL306
        assert deps.in_use()() == "fake"


def case_middle() -> None:
    with patch("app.deps.Stores.store_row", return_value="fake"):  # BUG: APL306
        assert deps.Store().store_row() == "fake"


def case_module() -> None:
    with patch('app.dep.get_db', return_value="fake"):  # BUG: APL306
        assert deps.in_use()() == "fake"


def case_attribute() -> None:
    with patch.object(deps.Store, "store_rows", return_value="fake"):  # BUG: APL306
        assert deps.Store().store_row() == "fake"


def case_raw() -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(r"app.deps.LIMITS", 4)  # BUG: APL306
        assert deps.LIMIT == 4
