"""What git says of a working tree: which files differ from a revision, and how they were."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

#: Files whose text at the revision is of interest.
_SUFFIXES = (b".py", b".pyi")

#: What git, or who calls it, may say of the repository; git's hooks get some of it.
_KEPT = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_CEILING_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_DIR",
        "GIT_DISCOVERY_ACROSS_FILESYSTEM",
        "GIT_EXEC_PATH",
        "GIT_INDEX_FILE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_WORK_TREE",
    }
)

#: Settings under which git answers alike for everyone, and starts no program of its own.
_SETTINGS = ("core.fsmonitor=false", "diff.relative=false", "diff.ignoreSubmodules=all")

#: What raises the modes of regular files in a tree.
_REGULAR = b"100"


class GitError(Exception):
    """git cannot say it; the text is one line that says why."""


#: The files that differ, by absolute path, with their text at the revision: None for a file
#: that did not exist then, empty for one that is no Python source.
Before = Mapping[str, bytes | None]


def differences(folder: Path, since: str | None = None) -> Before:
    """Return what differs between a revision and the working tree that holds a folder.

    Untracked files that are not ignored count. The revision is ``HEAD`` if none is named; where
    nothing was committed yet, every file is new. Raises ``GitError``.
    """
    top = os.path.normpath(os.fsdecode(_git(folder, "rev-parse", "--show-toplevel")[:-1]))
    tree = _tree(folder, since or "HEAD")
    found: dict[bytes, bytes | None] = {}
    objects: dict[bytes, bytes] = {}
    raw = _git(
        folder, "diff", "--raw", "-z", "--no-renames", "--no-abbrev", "--no-ext-diff", tree, "--"
    )
    for path, mode, name in _entries(raw):
        if not name.strip(b"0"):
            found[path] = None
        elif mode.startswith(_REGULAR):
            found[path] = b""
            if path.endswith(_SUFFIXES):
                objects[path] = name
    others = _git(folder, "ls-files", "--others", "--exclude-standard", "--full-name", "-z", ":/")
    for path in others.split(b"\0"):
        if path and not path.endswith(b"/"):  # another repository
            found.setdefault(path, None)
    found.update(zip(objects, _contents(folder, list(objects.values())), strict=True))
    return {
        os.path.normpath(os.path.join(top, os.fsdecode(path))): text  # noqa: PTH118
        for path, text in found.items()
    }


def fork_point(folder: Path, one: str, other: str) -> str:
    """Return the last revision that two have in common, or the first where there is none."""
    for revision in (one, other):
        _tree(folder, revision)
    try:
        return os.fsdecode(_git(folder, "merge-base", one, other)).split("\n")[0]
    except GitError:
        return one


def _tree(folder: Path, revision: str) -> str:
    """Return the name of a revision's tree; the empty one where nothing was committed yet."""
    if not revision.startswith("-") and "\0" not in revision:
        try:
            return os.fsdecode(
                _git(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{tree}}")
            ).strip()
        except GitError:
            if revision == "HEAD" and _is_unborn(folder):
                return os.fsdecode(_git(folder, "hash-object", "-t", "tree", "--stdin")).strip()
    raise GitError(f"there is no revision {revision}")


def _is_unborn(folder: Path) -> bool:
    try:
        _git(folder, "symbolic-ref", "--quiet", "HEAD")
    except GitError:
        return False
    return True


def _entries(raw: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Yield path, old mode and the name of the old object for each entry of a raw diff."""
    fields = iter(raw.split(b"\0"))
    for head in fields:
        if head:
            mode, _, name, *_ = head.removeprefix(b":").split(b" ")
            yield next(fields), mode, name


def _contents(folder: Path, names: list[bytes]) -> Iterator[bytes]:
    """Yield the contents of objects."""
    if not names:
        return
    answer = _git(folder, "cat-file", "--batch", given=b"".join(name + b"\n" for name in names))
    start = 0
    for name in names:
        end = answer.index(b"\n", start)
        kind, _, size = answer[start + len(name) + 1 : end].partition(b" ")
        if kind != b"blob":
            raise GitError(f"the object {os.fsdecode(name)} is missing from the repository")
        start = end + 1 + int(size) + 1
        yield answer[end + 1 : start - 1]


def _git(folder: Path, *arguments: str, given: bytes = b"") -> bytes:
    settings = [part for setting in _SETTINGS for part in ("-c", setting)]
    try:
        process = subprocess.run(
            ["git", "--no-pager", *settings, *arguments],
            cwd=folder,
            env=_environment(),
            input=given,
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise GitError(f"git cannot be run: {error.strerror or error}") from error
    if process.returncode:
        said = os.fsdecode(process.stderr).strip().split("\n")[0]
        raise GitError(said.removeprefix("fatal: ") or f"git {arguments[0]} failed")
    return process.stdout


def _environment() -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name in _KEPT or name.startswith("GIT_CONFIG")
    }
    return {**kept, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
