"""What the linter finds in real packages is known line by line, with and without candidates."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CORPUS = Path(__file__).with_name("corpus")
UNAVAILABLE = 3


def test_smallest_packages_are_as_in_the_snapshot() -> None:
    command = [sys.executable, str(CORPUS / "run.py"), "--smallest", "3"]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    if outcome.returncode == UNAVAILABLE and not os.environ.get("CI"):
        pytest.skip(outcome.stderr.strip())
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_snapshot_orders_packages_by_size() -> None:
    snapshot = json.loads((CORPUS / "snapshot.json").read_text())
    sizes = [entry["files"] for entry in snapshot.values()]
    assert sizes == sorted(sizes)
