"""``python -m asyncpattern_lint``."""

from asyncpattern_lint.cli import main

if __name__ == "__main__":
    main(prog_name="asyncpattern-lint")
