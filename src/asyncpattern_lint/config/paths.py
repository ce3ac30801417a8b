"""Paths as typed, made absolute and looked at."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from asyncpattern_lint.config.options import UsageError

if TYPE_CHECKING:
    from asyncpattern_lint.config.layers import Layer


#: So much of a value is shown in a message.
_MOST_SHOWN = 100


def existing(typed: str, cwd: Path) -> Path:
    """Return the absolute path of what is to be checked. Raises UsageError if it is not there."""
    path = absolute(typed, cwd)
    reason = _missing(path)
    if reason:
        raise UsageError(f"cannot check {typed}: {reason}")
    return path


def configured(layer: "Layer", key: str, written: str, *, through_links: bool) -> Path:
    """Return the absolute path that a key holds; it need not be there.

    Raises UsageError if it leaves the project, unless the user named it in a flag. With
    ``through_links`` the place that it really leads to must be in the project too.
    """
    if "\0" in written or not written:
        raise layer.error("{} holds no path", key)
    path = Path(os.path.normpath(Path(layer.base, written)))
    project = Path(layer.project)
    if layer.project and not (
        path.is_relative_to(project)
        and (not through_links or Path(os.path.realpath(path)).is_relative_to(project.resolve()))
    ):
        problem = f"{{}} leads out of the project, to {literal(written)}"
        raise layer.error(f"{problem}; only the flag --{key} may do that", key)
    return path


def present(layer: "Layer", key: str, written: str, *, folder: bool) -> Path:
    """Return the absolute path that a key holds. Raises UsageError if it is not there.

    One that must be a folder is judged by where it really leads, another by its name.
    """
    path = configured(layer, key, written, through_links=folder)
    reason = _missing(path) or ("it is no folder" if folder and not path.is_dir() else "")
    if reason:
        raise layer.error(f"cannot use {literal(written)} in {{}}: {reason}", key)
    return path


def named_file(typed: str, cwd: Path) -> Path:
    """Return the absolute path of a file that text stands in for; it need not be there."""
    path = Path(os.path.normpath(cwd / typed))
    if "\0" in typed or path.is_dir():
        raise UsageError(f"cannot check {typed or '.'}: it is no name of a file")
    return path


def writable(typed: str, cwd: Path) -> Path:
    """Return the path of a file that can be written; raises UsageError if it cannot."""
    try:
        path = absolute(typed, cwd)
        place = path if path.exists() else path.resolve().parent
        if path.is_dir():
            reason = "it is a directory"
        elif not place.exists():
            reason = "its directory does not exist"
        elif not os.access(place, os.W_OK):
            reason = "permission denied"
        else:
            return path
    except (OSError, ValueError) as error:
        reason = str(error)
    raise UsageError(f"cannot write {typed}: {reason}")


def absolute(typed: str, cwd: Path) -> Path:
    """Return a path as seen from a folder; links in it are followed only where ``..`` asks."""
    path = cwd / typed
    return path.resolve() if ".." in path.parts else path.absolute()


def _missing(path: Path) -> str:
    """Return why a path is not there; empty if it is."""
    try:
        path.stat()
    except (OSError, ValueError) as error:
        return getattr(error, "strerror", None) or str(error)
    return ""


def literal(text: str) -> str:
    """Return a text as messages show it: not at any length, and left as it is by ``str.format``."""
    if len(text) > _MOST_SHOWN:
        text = f"{text[:_MOST_SHOWN]}..."
    return text.replace("{", "{{").replace("}", "}}")
