"""Each format of the incident's report, kept as a file.

``UPDATE_GOLDEN=1 python -m pytest tests/test_golden.py`` writes the files anew.
"""

import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from asyncpattern_lint import __version__
from asyncpattern_lint.cli import main
from asyncpattern_lint.config import OutputFormat

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "golden"
ENDINGS = {"full": "txt", "concise": "txt", "github": "txt", "junit": "xml", "jsonl": "jsonl"}

#: What differs from run to run, and what stands for it.
CHANGING = {
    re.escape(str(ROOT)): "<root>",
    re.escape(f'"version": "{__version__}"'): '"version": "<version>"',
    r"\(5 files, [\d.]+ s\)|in 5 files \([\d.]+ s\)": "in 5 files (<seconds> s)",
    r'"seconds": [\d.]+': '"seconds": 0',
}


def report(form: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the report of the incident, without what differs from run to run."""
    monkeypatch.chdir(ROOT / "examples" / "incident")
    # A source archive has no .git; this stands for it.
    monkeypatch.setenv("CI_PROJECT_DIR", str(ROOT))
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    result = CliRunner().invoke(main, ["check", "--output-format", form], catch_exceptions=False)
    assert result.exit_code == 1
    text = result.stdout
    for pattern, stand_in in CHANGING.items():
        text = re.sub(pattern, stand_in, text)
    return text


def file_of(form: str) -> Path:
    return GOLDEN / f"{form}.{ENDINGS.get(form, 'json')}"


@pytest.mark.parametrize("form", OutputFormat)
def test_the_report_is_as_it_was(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = report(form, monkeypatch)
    if os.environ.get("UPDATE_GOLDEN") == "1":
        GOLDEN.mkdir(exist_ok=True)
        file_of(form).write_text(text, encoding="utf-8", newline="\n")
    assert text == file_of(form).read_text(encoding="utf-8")


def test_there_is_a_file_for_each_format_and_no_other() -> None:
    assert set(GOLDEN.iterdir()) == {file_of(form) for form in OutputFormat}
