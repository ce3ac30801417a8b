"""Prove fixtures from the command line: ``python -m harness [--python PATH] [DIRECTORY]...``.

Without a directory all fixtures are proven. Exits with 1 where a mark is not what Python does.
"""

import argparse
import sys
from pathlib import Path

from harness.execution import execute_all
from harness.marks import fixtures, label
from harness.proof import problems_of


def _main() -> int:
    parser = argparse.ArgumentParser(prog="harness", description=__doc__)
    parser.add_argument("--python", default=sys.executable, help="the interpreter to run them in")
    parser.add_argument("directories", nargs="*", type=Path, help="fixtures, or folders of them")
    options = parser.parse_args()
    below = [path.resolve() for path in options.directories]
    chosen = [
        fixture
        for fixture in fixtures()
        if not below or any(fixture.resolve().is_relative_to(path) for path in below)
    ]
    failed = 0
    for fixture, execution in execute_all(chosen, options.python).items():
        problems = list(problems_of(fixture, execution))
        failed += bool(problems)
        for problem in problems:
            print(f"{label(fixture)}: {problem}")
    print(f"{len(chosen)} fixtures, {failed} not proven")
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(_main())
