"""Outlines of texts and trees of files, for the tests of the index."""

from pathlib import Path
from textwrap import dedent

from asyncpattern_lint.index import builder
from asyncpattern_lint.index.exports import Exports
from asyncpattern_lint.index.finder import Finder
from asyncpattern_lint.index.model import Bindings, Import, ModuleIndex, Scope
from asyncpattern_lint.index.project import Project


def outline(text: str) -> ModuleIndex:
    """Return the outline of a module's text, which may be indented."""
    return builder.build(builder.parse(dedent(text).encode(), "module.py"))


def binding(text: str, name: str) -> Bindings:
    """Return how a module binds a name at its top level."""
    return outline(text).scopes[0].bindings[name]


def live_lines(text: str, name: str) -> list[int]:
    """Return the lines of the bindings that stand when the module has run, in their order."""
    entry = binding(text, name)
    return sorted(entry.every[position].line for position in entry.live)


def scope_of(module: ModuleIndex, name: str) -> Scope:
    """Return the scope of the first definition of a name."""
    return next(scope for scope in module.scopes if scope.name == name)


def only_import(text: str) -> Import:
    """Return a module's one import."""
    (item,) = outline(text).imports
    return item


def plant(root: Path, files: dict[str, str]) -> None:
    """Write files below a folder; a name that ends in a slash is a folder."""
    for name, text in files.items():
        path = root / name
        (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
        if not name.endswith("/"):
            path.write_text(dedent(text), encoding="utf-8")


def planted(root: Path, files: dict[str, str], *given: str) -> Project:
    """Write a project, and return it with the folders that the user named."""
    plant(root, files)
    return Project(Finder(str(root), [str(root / name) for name in given]))


def exports_of(root: Path, files: dict[str, str]) -> Exports:
    """Write a project, and return what answers for its modules' names."""
    return Exports(planted(root, files))
