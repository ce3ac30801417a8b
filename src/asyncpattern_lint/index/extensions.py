"""Which modules a project builds that its Python sources do not show."""

# ruff: noqa: PTH118, PTH120

import os
import re

from asyncpattern_lint.index.disk import Disk

#: What may name the modules that are built: setuptools, Meson, CMake, Cargo, maturin and others.
_BUILD_FILES = frozenset(
    {
        "setup.py", "setup.cfg", "_setup.py", "pyproject.toml", "meson.build", "CMakeLists.txt",
        "Cargo.toml", "build.rs", "build.py", "Makefile.am",
    }
)  # fmt: skip

_SOURCES = (".pyx", ".c", ".cc", ".cpp", ".cxx", ".rs", ".f", ".f90", ".go", ".m", ".in")
_WORD = re.compile(rb"[A-Za-z_]\w*")
_MAX_BYTES = 1_000_000

#: An entry point such as ``package.module:name``, or a name in a contract of this linter's own
#: configuration, which build nothing.
_NO_BUILD = re.compile(rb"[\w.]+:[\w.]+|\b(?:first|then|within)\s*=\s*[\"'][\w.]+[\"']")


class Extensions:
    """Answers whether a module may be compiled into a package; ``project`` is where it stops."""

    def __init__(self, project: str, disk: Disk | None = None) -> None:
        self.project = project
        self._disk = disk or Disk()
        self._known: dict[str, frozenset[str]] = {}

    def may_build(self, folder: str, name: str) -> bool:
        """Tell whether a build file at or above a folder names a module, or a source is there."""
        return any(word in self._words(folder) for word in (name, f"{name}module"))

    def _words(self, folder: str) -> frozenset[str]:
        known = self._known.get(folder)
        if known is None:
            parent = os.path.dirname(folder)
            above: frozenset[str] = frozenset()
            if folder != self.project and parent != folder:
                above = self._words(parent)
            known = self._known[folder] = above | self._words_in(folder)
        return known

    def _words_in(self, folder: str) -> frozenset[str]:
        words: set[str] = set()
        for name in self._disk.names(folder):
            if name.endswith(_SOURCES):
                words.add(name.partition(".")[0])
            if name in _BUILD_FILES:
                text = self._disk.text(os.path.join(folder, name), _MAX_BYTES)
                if name.endswith((".cfg", ".toml")):
                    text = _NO_BUILD.sub(b"", text)
                words.update(word.decode("ascii") for word in _WORD.findall(text))
        return frozenset(words)
