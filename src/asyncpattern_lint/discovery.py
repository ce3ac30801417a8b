"""Which files a run checks: folder walks, excludes and ``.gitignore``.

Paths are plain strings here: ``pathlib`` would triple the time of a walk over 7,000 files.
"""

# ruff: noqa: PTH100, PTH112, PTH113, PTH116, PTH118, PTH120

import errno
import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from asyncpattern_lint.globs import Globs

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

#: Names of folders that hold no code of the project itself.
DEFAULT_EXCLUDES: tuple[str, ...] = (
    ".asyncpattern_cache",
    ".bzr",
    ".direnv",
    ".eggs",
    ".git",
    ".git-rewrite",
    ".hg",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".nox",
    ".pants.d",
    ".pyenv",
    ".pytest_cache",
    ".pytype",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
    ".vscode",
    "__pycache__",
    "__pypackages__",
    "_build",
    "buck-out",
    "build",
    "dist",
    "node_modules",
    "site-packages",
    "venv",
)

SUFFIXES = (".py", ".pyi")
#: Files that may hold the linter's configuration for their folder; the first one wins.
CONFIGURATIONS = (".asyncpattern-lint.toml", "pyproject.toml")
_ROOT_MARKERS = ("pyproject.toml", "setup.py", "setup.cfg", ".git", ".hg")
#: What the names of files begin with that say something about their folder.
_TELLING = {".", "p"}
_ANYTHING = ".*"
_GLOB = re.compile(r"[*?\[\\]")
#: What a folder below a given one may fail with: it vanished, or lies deeper than paths reach.
_HARMLESS = {errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG}


class DiscoveryError(Exception):
    """A path that cannot be checked; the message is one clear line."""


@dataclass(frozen=True, slots=True)
class Discovery:
    """The files to check: absolute, sorted, unique; and one-line remarks on what was skipped."""

    files: tuple[str, ...]
    notices: tuple[str, ...]


#: Gives the excludes inside a folder; the flag says whether it may hold a configuration.
ExcludesOf = Callable[[str, bool], Globs]


def discover(
    paths: Sequence[Path],
    *,
    excludes_of: ExcludesOf | None = None,
    respect_gitignore: bool = True,
    suffixes: tuple[str, ...] = SUFFIXES,
    refuses: Callable[[str], bool] | None = None,
) -> Discovery:
    """Find the Python files, or those of other suffixes, at and below ``paths``.

    A path that is a file is taken whatever its suffix and whoever excludes it, except what
    ``refuses``, which is asked about each of the absolute paths. Below a folder, ``.py`` and ``.pyi`` files are taken, except
    what the folder's excludes or ``.gitignore`` name; links to files are followed, links to
    folders are not.

    Raises ``DiscoveryError`` for a path that does not exist and for a folder that cannot be read.
    """
    default = Globs.compile(("", name) for name in DEFAULT_EXCLUDES)
    walk = _Walk(excludes_of or (lambda _folder, _may_configure: default))
    walk.respects_gitignore = respect_gitignore
    walk.suffixes = suffixes
    for path in paths:
        absolute = os.path.abspath(path)
        try:
            is_folder, is_file = _status(absolute)
        except OSError as error:
            raise DiscoveryError(f"{_shown(path)}: {_reason(error)}") from error
        except ValueError as error:
            raise DiscoveryError(f"{_shown(path)}: not a path") from error
        if not is_folder and not is_file:
            raise DiscoveryError(f"{_shown(path)}: neither a file nor a folder")
        if refuses is not None and refuses(absolute):
            continue
        if is_folder:
            walk.folder(absolute)
        else:
            walk.files.add(absolute)
    return Discovery(tuple(sorted(walk.files)), tuple(sorted(walk.notices)))


def is_project(folder: Path) -> bool:
    """Tell whether a folder looks like the root of a project."""
    return any(os.path.lexists(folder / marker) for marker in _ROOT_MARKERS)


def project_root(path: Path) -> Path:
    """Return the nearest folder at or above ``path`` that looks like the root of a project.

    Without one it is the folder itself, or the folder that holds the file. The result is
    absolute; ``path`` need not exist.
    """
    absolute = Path(os.path.abspath(path))
    start = absolute if absolute.is_dir() else absolute.parent
    for folder in (start, *start.parents):
        if is_project(folder):
            return folder
    return start


class GitIgnore:
    """Answers whether git ignores a path, from the files that say so; git itself is not run.

    Read are every ``.gitignore`` from the root of the repository down and the repository's
    ``info/exclude``. Outside a repository nothing is ignored. What was read is kept, so an
    instance serves one run.
    """

    def __init__(self) -> None:
        self._folders: dict[str, _Folder] = {}

    def is_ignored(self, path: str | Path) -> bool:
        """Tell whether git ignores ``path`` or a folder above it.

        A path that does not exist is taken for a file, so the question can be asked of files
        that would be generated. Tracked files are not told from others.
        """
        absolute = os.path.abspath(path)
        above = self._folder(os.path.dirname(absolute))
        return above.ignored or above.ignores(absolute, is_folder=os.path.isdir(absolute))

    def sources(self) -> Iterator[str]:
        """Yield the paths of all that was looked for so far, whether it is there or not."""
        for folder in self._folders:
            yield os.path.join(folder, ".git")
            yield os.path.join(folder, ".gitignore")
            yield _exclude_file(folder)

    def start(self, folder: str) -> "_Folder":
        """Return the state of a folder that the user named, which is therefore not ignored."""
        state = self._folder(folder)
        if not state.ignored:
            return state
        above = [*_ancestors(folder), folder]
        return _Folder(tuple(rules.without(above) for rules in state.rules), in_repository=True)

    def _folder(self, path: str) -> "_Folder":
        state = _Folder(())
        for folder in (*_ancestors(path), path):
            known = self._folders.get(folder)
            if known is None:
                known = self._folders[folder] = state.enter(
                    folder,
                    is_repository=os.path.lexists(os.path.join(folder, ".git")),
                    has_ignore_file=os.path.lexists(os.path.join(folder, ".gitignore")),
                )
            state = known
        return state


@dataclass(frozen=True, slots=True)
class _Folder:
    """The rules that apply inside one folder, nearest first; whether it is itself ignored."""

    rules: "tuple[_Rules, ...]"
    in_repository: bool = False
    ignored: bool = False

    def ignores(self, path: str, *, is_folder: bool) -> bool:
        """Tell whether the rules ignore an entry at or below this folder."""
        for rules in self.rules:
            verdict = rules.verdict(path, is_folder=is_folder)
            if verdict is not None:
                return verdict
        return False

    def enter(self, path: str, *, is_repository: bool, has_ignore_file: bool) -> "_Folder":
        """Return the state inside the folder ``path`` of this folder."""
        if is_repository:
            rules = _read_rules(path, _exclude_file(path))
            ignored = False
        else:
            rules = self.rules
            ignored = self.ignored or self.ignores(path, is_folder=True)
        in_repository = is_repository or self.in_repository
        if has_ignore_file and in_repository:
            rules = _read_rules(path, os.path.join(path, ".gitignore")) + rules
        return _Folder(rules, in_repository, ignored)


@dataclass(frozen=True, slots=True)
class _Rules:
    """The patterns of one file, which apply below ``folder``; the last one counts most.

    All but the first two let through every path that a pattern can match, and few more:
    asking each pattern about each path would be most of a run's time.
    """

    folder: str
    patterns: "tuple[_Pattern, ...]"
    names: frozenset[str]
    suffixes: tuple[str, ...]
    prefixes: tuple[str, ...]
    globs: re.Pattern[str]

    @classmethod
    def of(cls, folder: str, patterns: "Sequence[_Pattern]") -> "_Rules":
        names, suffixes, prefixes, globs = set(), set(), set(), set()
        for pattern in patterns:
            if pattern.name.pattern == _ANYTHING:
                prefixes.add(pattern.prefix)
            elif not _GLOB.search(pattern.glob):
                names.add(pattern.glob)
            elif pattern.glob[0] == "*" and not _GLOB.search(pattern.glob[1:]):
                suffixes.add(pattern.glob[1:])
            else:
                globs.add(pattern.name.pattern)
        return cls(
            os.path.join(folder, ""),
            tuple(patterns),
            frozenset(names),
            tuple(suffixes),
            tuple(prefixes),
            re.compile("|".join(sorted(globs)) or r"(?!)", re.DOTALL),
        )

    def verdict(self, path: str, *, is_folder: bool) -> bool | None:
        """Tell whether the last pattern that matches ignores the path; None if none matches."""
        relative = path[len(self.folder) :].replace(os.sep, "/")
        name = relative.rpartition("/")[2]
        if not (
            name in self.names
            or name.endswith(self.suffixes)
            or relative.startswith(self.prefixes)
            or self.globs.fullmatch(name)
        ):
            return None
        for pattern in reversed(self.patterns):
            if pattern.name.fullmatch(name) and pattern.matches(relative, is_folder=is_folder):
                return pattern.ignores
        return None

    def without(self, folders: Sequence[str]) -> "_Rules":
        """Return the rules less the patterns that ignore one of the folders."""
        kept = []
        for pattern in self.patterns:
            alone = _Rules.of(self.folder, [pattern])
            if not any(
                folder.startswith(self.folder) and alone.verdict(folder, is_folder=True)
                for folder in folders
            ):
                kept.append(pattern)
        return _Rules.of(self.folder, kept)


@dataclass(frozen=True, slots=True)
class _Pattern:
    """One pattern. It is asked about an entry itself, never about what the entry holds.

    pathspec answers for the entries below a match too, and so lets ``!a`` bring back ``a/b``,
    which git does not. Therefore it sees only as many trailing parts of a path as the pattern
    has; ``parts`` is 0 where that number is open (``a/**/b``).
    """

    ignores: bool
    glob: str
    name: re.Pattern[str]
    prefix: str
    parts: int
    anchored: bool
    spec: "GitIgnoreSpec"

    @classmethod
    def parse(cls, line: str) -> "_Pattern | None":
        """Compile a line of an ignore file; None if it is no pattern."""
        from pathspec import GitIgnoreSpec

        body = re.sub(r"(?<!\\) +$", "", line.removeprefix("!"))
        folder = "/" if body.endswith("/") else ""
        body = body.rstrip("/")
        body = f"{body}/*" if body.endswith("/**") else body
        anchored = "/" in body and not body.startswith("**/")
        parts = re.sub(r"^(\*\*/)+|^/", "", body).split("/")
        is_open = "**" in parts[:-1]
        text = body if is_open else f"/{'/'.join(parts)}"
        try:
            spec = GitIgnoreSpec.from_lines([f"{text}{folder}"])
        except ValueError:
            return None
        literal = _GLOB.split("/".join(parts), maxsplit=1)[0]
        return cls(
            ignores=not line.startswith("!"),
            glob=parts[-1],
            name=re.compile(_wide(parts[-1]), re.DOTALL),
            prefix=literal.rpartition("/")[0] if anchored else "",
            parts=0 if is_open else len(parts),
            anchored=anchored,
            spec=spec,
        )

    def matches(self, relative: str, *, is_folder: bool) -> bool:
        """Tell whether an entry, named relative to the ignore file, is one that is meant."""
        parts = relative.split("/")
        if len(parts) < self.parts or (self.anchored and self.parts and len(parts) > self.parts):
            return False
        # The regular expressions of pathspec stop at a newline, which no pattern can name.
        tail = "/".join(parts[-self.parts :]).replace("\n", "\x01")
        return bool(self.spec.match_file(f"{tail}/" if is_folder else tail))


def _wide(glob: str) -> str:
    """Return a regular expression for every name that a glob matches, and some more."""
    if "\\" in glob:
        return _ANYTHING
    pieces = re.split(r"\[.*\]", re.sub(r"\*+", "*", glob))
    return ".+".join(re.sub(r"\\\*|\\\?", ".*", re.escape(piece)) for piece in pieces)


@dataclass(slots=True)
class _Walk:
    """Collects the files below folders. A stack instead of recursion: depth has no limit."""

    excludes_of: ExcludesOf
    files: set[str] = field(default_factory=set)
    notices: list[str] = field(default_factory=list)
    gitignore: GitIgnore = field(default_factory=GitIgnore)
    respects_gitignore: bool = True
    suffixes: tuple[str, ...] = SUFFIXES

    def folder(self, top: str) -> None:
        """Add the files below a folder that the user named."""
        start = self.gitignore.start(top) if self.respects_gitignore else _Folder(())
        stack = [(top, start)]
        while stack:
            folder, state = stack.pop()
            try:
                with os.scandir(folder) as scan:
                    entries = list(scan)
                names = {entry.name for entry in entries if entry.name[:1] in _TELLING}
                if folder != top and self.respects_gitignore:
                    state = _inside(folder, names, state)
                configures = folder == top or not names.isdisjoint(CONFIGURATIONS)
                excludes = self.excludes_of(folder, configures)
                found = self._take(entries, state, excludes)
                stack += [(subfolder, state) for subfolder in found]
            except OSError as error:
                if folder == top or error.errno not in _HARMLESS:
                    raise DiscoveryError(f"{_shown(folder)}: {_reason(error)}") from error
                self.notices.append(f"{_shown(folder)}: skipped, {_reason(error)}")

    def _take(
        self, entries: Sequence[os.DirEntry[str]], state: _Folder, excludes: Globs
    ) -> Iterator[str]:
        """Add the files among the entries of a folder and yield its sub-folders."""
        excluded = excludes.match
        for entry in entries:
            path = entry.path
            if entry.is_dir(follow_symlinks=False):
                if not excluded(entry.name, path) and not (
                    state.rules and state.ignores(path, is_folder=True)
                ):
                    yield path
            elif entry.is_symlink() or entry.name.endswith(self.suffixes):
                if excluded(entry.name, path) or (
                    state.rules and state.ignores(path, is_folder=False)
                ):
                    continue
                if entry.is_symlink():
                    self._link(path)
                elif entry.is_file():
                    self.files.add(path)

    def _link(self, path: str) -> None:
        """Add a link to a file, or say why it leads nowhere."""
        try:
            is_folder, is_file = _status(path)
        except OSError as error:
            if error.errno == errno.ELOOP:
                self.notices.append(f"{_shown(path)}: skipped, a link that leads to itself")
            elif path.endswith(self.suffixes):
                self.notices.append(f"{_shown(path)}: skipped, a link that leads nowhere")
            return
        if is_folder:
            holder = os.path.join(os.path.realpath(os.path.dirname(path)), "")
            if holder.startswith(os.path.join(os.path.realpath(path), "")):
                self.notices.append(f"{_shown(path)}: skipped, a link to a folder above it")
        elif is_file and path.endswith(self.suffixes):
            self.files.add(path)


def _inside(folder: str, names: set[str], above: _Folder) -> _Folder:
    """Return the state inside a folder that holds these names."""
    if names.isdisjoint((".git", ".gitignore")):
        return above
    return above.enter(folder, is_repository=".git" in names, has_ignore_file=".gitignore" in names)


def _status(path: str) -> tuple[bool, bool]:
    """Tell whether a path is a folder, and whether a regular file, links followed."""
    mode = os.stat(path).st_mode
    return stat.S_ISDIR(mode), stat.S_ISREG(mode)


def _read_rules(folder: str, file: str) -> tuple[_Rules, ...]:
    """Read an ignore file, if it can be read and holds a pattern."""
    try:
        # A pipe of this name would never end.
        text = Path(file).read_bytes() if os.path.isfile(file) else b""
    except OSError:
        return ()
    lines = text.removeprefix(b"\xef\xbb\xbf").decode(errors="surrogateescape").split("\n")
    patterns = []
    for line in lines:
        if line.strip() and not line.startswith("#"):
            pattern = _Pattern.parse(line.removesuffix("\r"))
            if pattern is not None:
                patterns.append(pattern)
    return (_Rules.of(folder, patterns),) if patterns else ()


def _exclude_file(repository: str) -> str:
    """Return the path of ``info/exclude``; in a linked work tree it is the main repository's."""
    git = Path(repository, ".git")
    try:
        if git.is_file():
            git = Path(repository, git.read_text().removeprefix("gitdir:").strip())
            git = git / (git / "commondir").read_text().strip()
    except (OSError, ValueError):
        pass  # a submodule has no "commondir"
    return os.path.join(git, "info", "exclude")


def _ancestors(path: str) -> list[str]:
    """Return the folders above an absolute path, outermost first."""
    found: list[str] = []
    parent = os.path.dirname(path)
    while parent != path:
        found.append(parent)
        path, parent = parent, os.path.dirname(parent)
    return found[::-1]


def _shown(path: str | Path) -> str:
    """Return a path as messages name it: on one line, whatever its bytes."""
    text = os.fspath(path)
    return text if text.isprintable() else ascii(text)[1:-1]


def _reason(error: OSError) -> str:
    text = error.strerror or type(error).__name__
    return text[:1].lower() + text[1:]
