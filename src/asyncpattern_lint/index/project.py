"""The outlines of a project's modules, made on demand."""

import gc
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from asyncpattern_lint.index import builder
from asyncpattern_lint.index.finder import Finder
from asyncpattern_lint.index.model import Failure, ModuleIndex
from asyncpattern_lint.parallel import map_chunks

#: Larger files are generated data: reading them would cost more than they can tell.
MAX_BYTES = 10_000_000

#: Below this many files, starting processes costs more than it saves.
_PARALLEL_THRESHOLD = 150

#: So many outlines are kept decoded: the ones that a run comes back to.
_MAX_DECODED = 1_000

Outline = ModuleIndex | Failure


class _Entry(msgspec.Struct, array_like=True, gc=False):
    """An outline as it is kept: its encoded form, and what it does to others."""

    index: bytes
    written: list[str] = []
    rewritten: list[str] = []
    sys_modules: list[str] = []
    written_modules: list[str] = []
    failure: Failure | None = None


@dataclass(slots=True)
class _Facts:
    """What the outlines known so far do to objects that they do not define."""

    written: set[str] = field(default_factory=set)
    rewritten: set[str] = field(default_factory=set)
    sys_modules: set[str] = field(default_factory=set)
    written_modules: set[str] = field(default_factory=set)


class Project:
    """Gives the outline of any file of the project.

    ``overlay`` maps absolute paths to text that stands in for what is on disk.
    """

    def __init__(self, finder: Finder, overlay: Mapping[str, bytes] | None = None) -> None:
        self.finder = finder
        self.overlay = overlay or {}
        self._entries: dict[str, _Entry] = {}
        self._decoded: OrderedDict[str, ModuleIndex] = OrderedDict()
        self._facts = _Facts()
        self._loaded: set[str] = set()

    def read(self, path: str) -> bytes:
        """Return a file's bytes. Raises ``OSError`` if it cannot be read."""
        text = self.overlay.get(path)
        return Path(path).read_bytes() if text is None else text

    def outline(self, path: str) -> Outline:
        """Return a file's outline, or why it has none."""
        known = self._decoded.get(path)
        if known is not None:
            self._decoded.move_to_end(path)
            return known
        entry = self._entries.get(path)
        if entry is None:
            outline = outline_of(path, self.overlay.get(path))
            self._add(path, _entry(outline))
        elif entry.failure is not None:
            return entry.failure
        else:
            outline = msgspec.msgpack.decode(entry.index, type=ModuleIndex)
        if isinstance(outline, ModuleIndex):
            self._decoded[path] = outline
            if len(self._decoded) > _MAX_DECODED:
                self._decoded.popitem(last=False)
        return outline

    def module(self, path: str) -> ModuleIndex | None:
        """Return a file's outline, None if it has none."""
        outline = self._decoded.get(path) or self.outline(path)
        return outline if isinstance(outline, ModuleIndex) else None

    def loaded(self) -> list[str]:
        """Return the paths of the files that the run was asked to load, sorted."""
        return sorted(self._loaded)

    def is_written(self, name: str) -> bool:
        """Whether a module known here assigns this name as an attribute of what it imports."""
        return name in self._facts.written

    def is_written_into(self, module: str) -> bool:
        """Whether a module known here sets computed attributes on one of this dotted name."""
        return module.rpartition(".")[2] in self._facts.written_modules

    def is_rewritten(self, name: str) -> bool:
        """Whether a module known here sets protocol methods on an object of this name."""
        return name in self._facts.rewritten

    def is_in_sys_modules(self, name: str) -> bool:
        """Whether a module known here puts a module of this dotted name into place."""
        return not self._facts.sys_modules.isdisjoint((name, "*"))

    def _add(self, path: str, entry: _Entry) -> None:
        self._entries[path] = entry
        self._facts.written.update(entry.written)
        self._facts.rewritten.update(entry.rewritten)
        self._facts.sys_modules.update(entry.sys_modules)
        self._facts.written_modules.update(entry.written_modules)

    def load(self, paths: Iterable[str], jobs: int) -> Iterator[int]:
        """Make the outlines of many files; yield how many are done after each chunk."""
        for path in self.overlay:
            self.outline(path)
        asked = list(paths)
        self._loaded.update(asked)
        wanted = [path for path in asked if path not in self._entries]
        done = 0
        if jobs == 1 or len(wanted) < _PARALLEL_THRESHOLD:
            for path in wanted:
                self._add(path, _entry(outline_of(path)))
                done += 1
                yield done
            return
        for chunk in map_chunks(_encoded, wanted, jobs=jobs, threshold=_PARALLEL_THRESHOLD):
            for path, entry in msgspec.msgpack.decode(chunk, type=list[tuple[str, _Entry]]):
                self._add(path, entry)
                done += 1
            yield done


def _encoded(paths: list[str]) -> bytes:
    """Outline files in a worker; what goes back is data that cannot run code."""
    gc.disable()
    return msgspec.msgpack.encode([(path, _entry(outline_of(path))) for path in paths])


def _entry(outline: Outline) -> _Entry:
    if isinstance(outline, Failure):
        return _Entry(b"", failure=outline)
    return _Entry(
        msgspec.msgpack.encode(outline),
        outline.written,
        outline.rewritten,
        outline.sys_modules,
        outline.written_modules,
    )


def outline_of(path: str, text: bytes | None = None) -> Outline:
    """Return the outline of a file, of ``text`` if that is given, or why there is none."""
    try:
        if text is None:
            if Path(path).stat().st_size > MAX_BYTES:
                return Failure(f"the file is larger than {MAX_BYTES:,} bytes")
            text = Path(path).read_bytes()
        return builder.build(builder.parse(text, path))
    except OSError as error:
        return Failure(f"the file cannot be read: {error.strerror or error}")
    except SyntaxError as error:
        return _syntax_failure(error)
    except (RecursionError, MemoryError):
        return Failure("the code is nested too deeply to be parsed")
    except ValueError as error:
        # For example "source code string cannot contain null bytes".
        return Failure(f"the file is not Python source: {error}")


#: What is wrong in every version of Python.
_TIMELESS = ("null bytes", "too many nested", "unknown encoding", "codec can't decode")


def _syntax_failure(error: SyntaxError) -> Failure:
    return Failure(
        f"syntax error: {error.msg}",
        max(error.lineno or 1, 1),
        max(error.offset or 1, 1),
        is_syntax=not any(words in str(error.msg) for words in _TIMELESS),
    )
