"""Whether a project builds modules that its Python sources do not show."""

# ruff: noqa: PTH118, PTH120

import os
import re

#: Files of build systems that compile extension modules.
_BUILD_FILES = frozenset({"meson.build", "CMakeLists.txt", "Cargo.toml", "build.rs", "Makefile.am"})

#: Words of the build files that say so; see https://setuptools.pypa.io/en/latest/userguide/ext_modules.html
#: and the build back-ends for Rust, CMake and Meson.
_BUILD_WORDS = re.compile(
    rb"\bExtension\(|ext[-_]modules|cythonize|maturin|scikit[-_]build|mesonpy|setuptools[-_]rust"
    rb"|cffi_modules|mypycify"
)

_READ = ("setup.py", "setup.cfg", "pyproject.toml")
_SOURCES = (".pyx", ".pxd", ".c", ".cpp", ".cc", ".rs", ".f", ".f90", ".go", ".build")
_MAX_BYTES = 1_000_000


class Extensions:
    """Answers whether a folder may get compiled modules; ``project`` is where it stops."""

    def __init__(self, project: str) -> None:
        self.project = project
        self._known: dict[str, bool] = {}

    def may_be_built_for(self, folder: str) -> bool:
        """Tell whether the folder, or one above it in the project, builds extension modules."""
        known = self._known.get(folder)
        if known is None:
            parent = os.path.dirname(folder)
            known = self._known[folder] = _builds(folder) or (
                folder != self.project and parent != folder and self.may_be_built_for(parent)
            )
        return known


def _builds(folder: str) -> bool:
    try:
        names = os.listdir(folder)  # noqa: PTH208  # names only
    except OSError:
        return False
    return any(
        name in _BUILD_FILES
        or name.endswith(_SOURCES)
        or (name in _READ and _BUILD_WORDS.search(_text(os.path.join(folder, name))))
        for name in names
    )


def _text(path: str) -> bytes:
    try:
        with open(path, "rb") as file:  # noqa: PTH123  # a bounded read
            return file.read(_MAX_BYTES)
    except OSError:
        return b""
