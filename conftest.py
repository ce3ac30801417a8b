"""What holds for every test."""

import os

# Tests that are about the cache turn it on; the others must not leave one beside what they check.
os.environ["ASYNCPATTERN_LINT_NO_CACHE"] = "1"
