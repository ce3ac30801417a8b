"""The reference in docs/rules is what the rules say, and it is in step with them."""

import re
import subprocess
import sys
from pathlib import Path

from asyncpattern_lint.documentation import entries, pages
from asyncpattern_lint.rule import SECTIONS, known_codes

DOCS = Path(__file__).parent.parent / "docs"
FOLDER = DOCS / "rules"


def test_the_pages_are_in_step_with_the_rules() -> None:
    """``python docs/generate.py`` writes them anew."""
    kept = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
    assert kept == pages()


def test_the_command_writes_the_pages_and_removes_those_of_rules_that_are_gone(
    tmp_path: Path,
) -> None:
    (tmp_path / "gone.md").write_text("old", encoding="utf-8")
    (tmp_path / "other.txt").write_text("kept", encoding="utf-8")
    subprocess.run([sys.executable, DOCS / "generate.py", tmp_path], check=True, timeout=60)
    kept = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    assert kept == {**pages(), "other.txt": "kept"}


def test_every_code_has_an_entry() -> None:
    assert {entry.code: entry.default for entry in entries().values()} == known_codes()


def test_entries_have_the_sections_of_the_docstrings() -> None:
    titles = [title.removeprefix("## ") for title in SECTIONS if title.startswith("## ")]
    for entry in entries().values():
        assert list(entry.sections)[: len(titles)] == titles
        assert all(entry.sections.values())
        assert entry.summary.startswith("Flag ")
        assert entry.summary.endswith(".")


def test_the_index_leads_to_each_code() -> None:
    index = pages()["README.md"]
    rows = re.findall(r"^\| (APL\d+) \| \[([\w-]+)\]\(([\w.-]+)\) \|", index, re.MULTILINE)
    assert [code for code, _, _ in rows] == list(known_codes())
    for code, name, page in rows:
        assert f"### {name} ({code})\n" in pages()[page]
    assert {page for _, _, page in rows} == set(pages()) - {"README.md"}
