"""``asyncpattern-lint``, and ``python -m asyncpattern_lint``."""

import gc

from asyncpattern_lint.cli import main


def run() -> None:
    """Run the command line as a process of its own."""
    try:
        main(prog_name="asyncpattern-lint")
    finally:
        # Python looks for cycles among all that is left when it ends; the process frees it anyway.
        gc.freeze()


if __name__ == "__main__":
    run()
