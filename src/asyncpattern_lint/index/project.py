"""The outlines of a project's modules, made on demand."""

import gc
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
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

Outline = ModuleIndex | Failure


class Project:
    """Gives the outline of any file of the project.

    ``overlay`` maps absolute paths to text that stands in for what is on disk.
    """

    def __init__(self, finder: Finder, overlay: Mapping[str, bytes] | None = None) -> None:
        self.finder = finder
        self.overlay = overlay or {}
        self.outlines: dict[str, Outline] = {}
        self._known_facts = _Facts()

    def read(self, path: str) -> bytes:
        """Return a file's bytes. Raises ``OSError`` if it cannot be read."""
        text = self.overlay.get(path)
        return Path(path).read_bytes() if text is None else text

    def outline(self, path: str) -> Outline:
        """Return a file's outline, or why it has none."""
        known = self.outlines.get(path)
        if known is None:
            known = self.outlines[path] = outline_of(path, self.overlay.get(path))
        return known

    def module(self, path: str) -> ModuleIndex | None:
        """Return a file's outline, None if it has none."""
        outline = self.outline(path)
        return outline if isinstance(outline, ModuleIndex) else None

    def is_written(self, name: str) -> bool:
        """Whether a module known here assigns this name as an attribute of what it imports."""
        return name in self._facts().written

    def is_rewritten(self, name: str) -> bool:
        """Whether a module known here sets protocol methods on an object of this name."""
        return name in self._facts().rewritten

    def is_in_sys_modules(self, name: str) -> bool:
        """Whether a module known here puts a module of this dotted name into place."""
        return not self._facts().sys_modules.isdisjoint((name, "*"))

    def _facts(self) -> "_Facts":
        facts = self._known_facts
        for outline in islice(self.outlines.values(), facts.counted, None):
            facts.counted += 1
            if isinstance(outline, ModuleIndex):
                facts.written.update(outline.written)
                facts.rewritten.update(outline.rewritten)
                facts.sys_modules.update(outline.sys_modules)
        return facts

    def load(self, paths: Iterable[str], jobs: int) -> Iterator[int]:
        """Make the outlines of many files; yield how many are done after each chunk."""
        wanted = [path for path in paths if path not in self.outlines]
        for path in [path for path in wanted if path in self.overlay]:
            self.outline(path)
        wanted = [path for path in wanted if path not in self.overlay]
        done = 0
        for chunk in map_chunks(_outlines, wanted, jobs=jobs, threshold=_PARALLEL_THRESHOLD):
            for path, outline in msgspec.msgpack.decode(chunk, type=list[tuple[str, _Packed]]):
                self.outlines[path] = outline.unpack()
                done += 1
            yield done


@dataclass(slots=True)
class _Facts:
    """What the outlines known so far do to objects that they do not define."""

    counted: int = 0
    written: set[str] = field(default_factory=set)
    rewritten: set[str] = field(default_factory=set)
    sys_modules: set[str] = field(default_factory=set)


class _Packed(msgspec.Struct, array_like=True, gc=False):
    index: ModuleIndex | None
    failure: Failure | None

    def unpack(self) -> Outline:
        found = self.index if self.index is not None else self.failure
        assert found is not None  # one of the two is always set by _outlines
        return found


def _outlines(paths: list[str]) -> bytes:
    """Outline files in a worker; what goes back is data that cannot run code."""
    gc.disable()
    packed = []
    for path in paths:
        outline = outline_of(path)
        if isinstance(outline, ModuleIndex):
            packed.append((path, _Packed(outline, None)))
        else:
            packed.append((path, _Packed(None, outline)))
    return msgspec.msgpack.encode(packed)


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
