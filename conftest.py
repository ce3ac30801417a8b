"""What holds for every test."""

import os
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from asyncpattern_lint.index import project as project_module

# Tests that are about the cache turn it on; the others must not leave one beside what they check.
os.environ["ASYNCPATTERN_LINT_NO_CACHE"] = "1"


@pytest.fixture(scope="session", autouse=True)
def remembered_environment() -> Iterator[None]:
    """Outline what is installed here once, and not in every run: no test changes it.

    Runs with a cache are left alone: they have a memory of their own, which tests look into.
    """
    installed = tuple(os.path.realpath(path) for path in sys.path if path.endswith("-packages"))
    make = vars(project_module)["_make"]
    remembered = cache(make)

    def remembering(path: str, *version: Any, kept: bool = False, foreign: bool = False) -> Any:
        if kept or not foreign or not path.startswith(installed):
            return make(path, *version, kept=kept, foreign=foreign)
        return remembered(path, *version, foreign=True)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(project_module, "_make", remembering)
        yield
