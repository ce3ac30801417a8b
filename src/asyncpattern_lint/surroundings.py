"""The files of a project around those that a run was asked to check."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from asyncpattern_lint.config import Settings
from asyncpattern_lint.discovery import SUFFIXES, DiscoveryError, discover, is_project
from asyncpattern_lint.index.project import Project


def surroundings(settings: Settings, project: Project, files: Iterable[str]) -> tuple[str, ...]:
    """Return the files of the project that were not loaded, those of tests only beside tests.

    Without a marker of a project, these are the files of the same package or folder: what else
    lies in the working directory may be no part of it.
    """
    root = Path(project.finder.project)
    among = tuple(files)
    local = settings.local
    try:
        found = discover(
            (root,) if is_project(root) else sorted(set(_neighbours(among))),
            excludes_of=None if local is None else local.excludes,
            respect_gitignore=settings.respect_gitignore,
        )
    except DiscoveryError:
        return ()
    known = frozenset(project.loaded())
    beside_tests = any(map(project.is_test, among))
    return tuple(
        path
        for path in found.files
        if path not in known and (beside_tests or not project.is_test(path))
    )


def _neighbours(files: Iterable[str]) -> Iterator[Path]:
    """Yield the outermost packages that hold files, or the modules beside them."""
    for folder in {Path(file).parent for file in files}:
        top = folder
        while (top / "__init__.py").exists() and top.parent != top:
            top = top.parent
        if top == folder:
            yield from (path for path in folder.iterdir() if path.suffix in SUFFIXES)
        else:
            yield top / folder.relative_to(top).parts[0]
