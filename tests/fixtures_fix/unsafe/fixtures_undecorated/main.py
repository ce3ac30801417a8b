"""Fixtures without their decorators of contextlib: set-up and clean-up run."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def case_tests() -> None:
    options = ["-q", "-p", "no:cacheprovider", "-c", str(HERE / "pytest.ini")]
    assert pytest.main([*options, str(HERE / "test_rows.py")]) == 0
