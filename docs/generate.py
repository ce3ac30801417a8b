"""Write docs/rules from the rules themselves: ``python docs/generate.py [FOLDER]``."""

import sys
from pathlib import Path

from asyncpattern_lint.documentation import pages


def main(folder: Path) -> None:
    """Write every page into the folder, and remove the pages of rules that are gone."""
    folder.mkdir(parents=True, exist_ok=True)
    made = pages()
    for path in folder.glob("*.md"):
        if path.name not in made:
            path.unlink()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).parent / "rules")
