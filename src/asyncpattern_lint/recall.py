"""What earlier runs found, as far as it still holds.

What is found in a file hangs on its own text, on what others can see of the other files (their
interfaces), on what all of them do to each other's objects (their facts), on the environment,
and on what else was looked up, in vain or not. Where only texts have changed and no interface
and no fact, all but these texts stands, and of their scopes what reads as it did. Where interfaces
have changed, all stands that does not hang on them, which the traces of a run tell; otherwise
nothing does. Findings point to lines of other files: they stand only as long as these files are as
they were.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from typing import NamedTuple

import msgspec

from asyncpattern_lint.cache.blocks import DamageError
from asyncpattern_lint.cache.digest import SIZE, checksum, digest_of
from asyncpattern_lint.cache.ledger import ABSENT
from asyncpattern_lint.cache.shelf import Shelf
from asyncpattern_lint.findings import Finding
from asyncpattern_lint.index.disk import FolderStamp, Witness, folder_stamp, kind_of
from asyncpattern_lint.index.editions import (
    Edition,
    Hit,
    Known,
    Later,
    Standing,
    joined,
    overlaid,
    packed_with,
    read_edition,
    unknown,
    write_edition,
)
from asyncpattern_lint.index.kept import Decided
from asyncpattern_lint.index.model import ModuleIndex
from asyncpattern_lint.index.parts import READING, WALK, Again
from asyncpattern_lint.index.project import Project, text_of
from asyncpattern_lint.index.trace import EVERYTHING, Numbers, Trace, body_of
from asyncpattern_lint.index.watched import absence_of

_PREFIX = "findings-"
_FACTS = "facts-"
_TRACES = "traces-"

#: Traces are written anew when so many files were checked since they were.
_MOST_LATER = 1_000

#: The position of what belongs to no file.
_APART = -1

#: So many sorts of runs are remembered for one project.
_MOST_RECORDS = 16

#: Names with a dot before them that say where the environment is, or what git ignores.
_TELLING = frozenset({".git", ".gitignore", ".venv"})

#: The ends of names that can neither be a module nor say anything of modules.
_SILENT = (
    ".css", ".csv", ".gif", ".html", ".jpg", ".js", ".json", ".lock", ".log", ".md",
    ".orig", ".png", ".rej", ".rst", ".svg", ".swp", ".tmp", ".yaml", ".yml",
)  # fmt: skip


class Share(msgspec.Struct, array_like=True, gc=False, frozen=True):
    """The findings of a part of a file's check, of whatever code.

    ``twins`` counts functions with a namesake of another kind.
    """

    findings: list[Finding]
    twins: int


class Found(NamedTuple):
    """What the parts of a file's check found, and the scopes that had to be walked.

    ``traces`` are the nodes that tell what each part hangs on, where that is not known already.
    """

    shares: Mapping[int, Share]
    candidates: tuple[int, ...]
    traces: Mapping[int, int] = {}

    @property
    def findings(self) -> Iterator[Finding]:
        """All that was found."""
        for share in self.shares.values():
            yield from share.findings


class _Folder(msgspec.Struct, array_like=True, gc=False):
    digest: bytes
    stamp: FolderStamp | None


class _Mended(msgspec.Struct, array_like=True, gc=False):
    """The findings of a file that were told, with their fixes; ``key`` is made of both texts."""

    key: bytes
    findings: list[Finding]


class _Decided(msgspec.Struct, array_like=True, gc=False):
    """As ``Decided``, but files go by their position."""

    classes: dict[str, list[tuple[int, int, bool]]]
    node: int


class _Record(msgspec.Struct, array_like=True, gc=False):
    """A run: its files, what was found in them, and all that this hangs on.

    ``digests`` are those of the files, one after the other. ``described`` is what was found in the
    files that describe the project, None if nobody looked. ``candidates`` and ``shares`` name
    files by their position, and have nothing of most of them. ``others`` are the digests of what
    was read besides: modules of the environment, strays, and texts that are no modules.
    ``has_strays`` tells that first-party modules besides the files were read. ``members`` are the
    names that have a number in the traces of the files, ``bodies`` the numbers in these of what
    functions do. The traces are in a file of their own, of which ``traces`` names the edition, but
    for those of parts that were checked ``later``, which are among ``nodes``, or one less than
    nothing minus the part that had the same there when the file was another.
    """

    files: list[str]
    digests: bytes
    candidates: dict[int, list[int]]
    shares: dict[int, dict[int, Share]]
    described: list[Finding] | None
    facts: bytes
    others: dict[str, bytes]
    folders: dict[str, _Folder]
    kinds: dict[str, str]
    has_strays: bool
    members: list[str]
    bodies: list[int]
    traces: bytes
    later: dict[int, dict[int, int]]
    nodes: list[tuple[int, ...]]
    decided: _Decided | None
    mended: dict[str, _Mended]

    def digest(self, position: int) -> bytes:
        """Return the digest of a file."""
        return self.digests[SIZE * position : SIZE * (position + 1)]


_RECORD = msgspec.msgpack.Decoder(_Record)


class Recollection:
    """What was found in the files of a run before, and what is found now.

    ``identity`` is what a run hangs on besides the disk.
    """

    def __init__(
        self, shelf: Shelf, witness: Witness, files: Sequence[str], identity: object
    ) -> None:
        self.shelf = shelf
        self.witness = witness
        self.files = files
        self.name = digest_of(repr(identity).encode("utf-8", "surrogateescape")).hex()
        self._record = self._read()
        self._found: dict[str, Found] = {}
        self._standing: dict[str, bytes] = {}
        self._changed: list[int] = []
        self.again: dict[str, Again] = {}
        self._before: dict[str, Found] = {}
        self._stands: dict[str, Standing] = {}
        self._is_dirty = False
        self._mended = {} if self._record is None else self._record.mended
        self._lent: list[str] | None = None
        self._described: tuple[Finding, ...] | None = None
        self.decided = self._decided_before()
        self._glance()
        if self._record is not None and self.is_whole and self._record.described is not None:
            self._described = tuple(self._record.described)

    @property
    def is_whole(self) -> bool:
        """Whether nothing has changed."""
        return self._record is not None and not self._changed

    @property
    def is_partial(self) -> bool:
        """Whether some files have to be checked anew, and others have not."""
        return self._record is not None and bool(self._changed)

    def of(self, path: str) -> Found | None:
        """Return what was found in a file, None if that has to be found out."""
        return self._found.get(path)

    def take(self, path: str, found: Found) -> Found:
        """Remember what was found in a file now; return that with what stands of it."""
        before = self._before.get(path)
        if before is not None and READING not in found.traces:
            stands = {n: share for n, share in before.shares.items() if n not in found.traces}
            found = found._replace(shares={**stands, **found.shares})
        self._found[path] = found
        self._standing.pop(path, None)
        return found

    @property
    def described(self) -> tuple[Finding, ...] | None:
        """What was found in the files that describe the project, None if nobody knows."""
        return self._described

    @property
    def is_described(self) -> bool:
        """Whether the files that describe the project need not be looked at."""
        return self._described is not None

    def describe(self, findings: tuple[Finding, ...]) -> None:
        """Remember what was found in the files that describe the project."""
        self._described = findings
        if self._record is not None:
            self._record.described = list(findings)
            self._is_dirty = True

    def trace(self) -> Trace:
        """Return what traces the answers of a run over the files."""
        record = self._record
        if record is None:
            return Trace(self.files)
        trace = Trace(self.files, record.members, record.nodes)
        trace.bodies.update(record.bodies)
        return trace

    def forget(self) -> None:
        """Take nothing over from earlier runs."""
        self._record = None
        self._found = {}
        self._standing = {}
        self._changed = []
        self.again = {}
        self._before = {}
        self._stands = {}
        self._lent = None
        self._described = None
        self.decided = None

    def lend_facts(self, project: Project) -> bool:
        """Give the project the facts of before, with what the changed texts change in them."""
        record = self._record
        if record is None or not self._changed or record.has_strays:
            return False
        data = self._facts_of(record)
        changed = {record.files[n]: record.digest(n) for n in self._changed}
        if data is not None:
            self._lent = project.lend_facts(data, changed, record.files)
        return self._lent is not None

    def _facts_of(self, record: _Record) -> bytes | None:
        data = self.shelf.place.read(_FACTS + self.name) or b""
        is_whole = data[:SIZE] == record.facts == digest_of(data[SIZE:])
        return data[SIZE:] if is_whole else None

    def settle(self, project: Project) -> bool:
        """Decide what stands although some texts have changed.

        The files must be loaded, or facts be lent; tells whether the project will do with that.
        """
        record = self._record
        if record is None or not self._changed:
            return True
        if record.has_strays or not self._is_told(project, record):
            was_lent = self._lent is not None
            self.forget()
            return not was_lent
        changed = {record.files[position] for position in self._changed}
        if self.decided is not None and any(
            path in changed for classes in self.decided.classes.values() for path, *_ in classes
        ):
            # Scopes go by their numbers.
            self.decided = None
        for position, shares in record.shares.items():
            pointing = {part for part, share in shares.items() if _points_into(share, changed)}
            if pointing:
                path = record.files[position]
                known = self.again.get(path, Again(frozenset(), ()))
                self.again[path] = known._replace(parts=known.parts | pointing)
        changed |= {path for path, again in self.again.items() if READING in again.parts}
        for path in changed:
            self.again.pop(path, None)
            self._found.pop(path, None)
        for path, again in self.again.items():
            self._before[path] = self._found.pop(path)
            self.again[path] = again._replace(candidates=self._before[path].candidates)
        self.again |= {path: standing.again for path, standing in self._stands.items()}
        return True

    def mended(self, path: str, findings: Sequence[Finding]) -> Sequence[Finding] | None:
        """Return the findings of a file with their fixes, None where these have to be made."""
        known = self._mended.get(path)
        if known is None or known.key != self._key_of(path, findings):
            return None
        return known.findings

    def mend(self, path: str, findings: Sequence[Finding], mended: Iterable[Finding]) -> None:
        """Remember the fixes of a file's findings."""
        self._mended[path] = _Mended(self._key_of(path, findings), list(mended))
        self._is_dirty = True

    def _key_of(self, path: str, findings: Sequence[Finding]) -> bytes:
        text = self.shelf.ledger.digest(path)
        return digest_of(text + msgspec.msgpack.encode(findings))

    def save(self, project: Project) -> None:
        """Keep what stands, for the next run."""
        ledger = self.shelf.ledger
        if self.is_whole:
            if self._is_dirty:
                self._write(self._record)
            return
        digests = [self._standing.get(path) or ledger.digest(path) for path in self.files]
        found = [self._found[path] for path in self.files]
        record = _Record(
            files=list(self.files),
            digests=b"".join(digest or bytes(SIZE) for digest in digests),
            candidates={n: list(f.candidates) for n, f in enumerate(found) if f.candidates},
            shares={n: dict(f.shares) for n, f in enumerate(found) if f.shares},
            described=None if self._described is None else list(self._described),
            facts=b"",
            others={},
            folders={},
            kinds={},
            has_strays=project.strays > 0,
            members=[] if project.trace is None else list(project.trace.members),
            bodies=[] if project.trace is None else sorted(project.trace.bodies),
            traces=b"",
            later={},
            nodes=[],
            decided=None,
            mended=self._mended,
        )
        if project.facts_stand and self._record is not None:
            record.facts = self._record.facts
        else:
            data = project.facts_to_lend()
            record.facts = digest_of(data)
            self.shelf.place.write(_FACTS + self.name, record.facts, data)
        self._keep_traces(record, project.trace)
        if self._record is not None:
            # What was looked up for the files that stand.
            record.others |= self._record.others
            record.folders |= self._record.folders
            record.kinds |= self._record.kinds
        read = {*project.others(), *self.witness.texts, *project.finder.ignore_files()}
        record.others |= {path: ledger.digest(path) for path in read}
        record.kinds |= self.witness.kinds
        record.kinds |= {path: kind_of(path) for path in project.finder.ignore_files()}
        for folder, (stamp, names) in self.witness.folders.items():
            settled = stamp if stamp is not None and ledger.is_settled(stamp) else None
            record.folders[folder] = _Folder(_digest_of_names(names), settled)
        self._write(record)

    # --- reading and writing -----------------------------------------------------------

    def _read(self) -> _Record | None:
        data = self.shelf.place.read(_PREFIX + self.name) or b""
        try:
            record = _RECORD.decode(data[4:]) if checksum(data[4:]) == data[:4] else None
        except (msgspec.DecodeError, RecursionError):
            return None
        if record is None or record.files != list(self.files):
            return None
        return record if len(record.digests) == SIZE * len(record.files) else None

    def _write(self, record: _Record | None) -> None:
        data = msgspec.msgpack.encode(record)
        place = self.shelf.place
        if place.write(_PREFIX + self.name, checksum(data), data):
            for name in place.oldest(_PREFIX, _MOST_RECORDS):
                place.remove(name)
                for prefix in (_FACTS, _TRACES):
                    place.remove(prefix + name.removeprefix(_PREFIX))

    def _keep_traces(self, record: _Record, trace: Trace | None) -> None:
        """Put the traces of what was checked now into a record, or into a new edition."""
        before = self._record
        later = {} if before is None else before.later
        later |= {
            position: overlaid(later.get(position, {}), self._traces_of(path))
            for position, path in enumerate(self.files)
            if path not in self._standing
        }
        made: Sequence[Sequence[int]] = () if trace is None else trace.nodes
        if before is None or len(later) >= _MOST_LATER:
            known = (
                ([*later.values()], made) if before is None else self._joined(before, later, made)
            )
            name = write_edition(self.shelf.place, _TRACES + self.name, known)
            if before is None or name is not None:
                record.traces = name or b""
                _, record.nodes = self._packed_with_decided(record, {}, made)
                return
        record.traces = before.traces
        record.later, record.nodes = self._packed_with_decided(record, later, made)

    def _joined(
        self, before: _Record, later: Mapping[int, dict[int, int]], made: Sequence[Sequence[int]]
    ) -> Known:
        """Return all that is known of traces; the edition, which it may replace, is closed then."""
        known = unknown(len(self.files))
        edition = self._edition(before)
        if edition is not None:
            with suppress(DamageError):
                known = edition.joined()
        return joined(known, later, made)

    def _traces_of(self, path: str) -> Mapping[int, int]:
        """Return the nodes of a file that was checked, with those of what stands in it."""
        traces, standing = self._found[path].traces, self._stands.get(path)
        return {**standing.nodes, **traces} if standing and WALK in traces else traces

    def _packed_with_decided(
        self,
        record: _Record,
        traces: Mapping[int, Mapping[int, int]],
        nodes: Sequence[Sequence[int]],
    ) -> tuple[dict[int, dict[int, int]], list[Numbers]]:
        """Put what was decided into a record; return traces with the nodes that all of it needs."""
        decided = self.decided
        apart = {} if decided is None else {_APART: {READING: decided.node}}
        kept, needed = packed_with({**traces, **apart}, nodes)
        if decided is not None:
            node = kept.pop(_APART)[READING]
            positions = {path: position for position, path in enumerate(record.files)}
            with suppress(KeyError):  # what lies elsewhere has no position
                record.decided = _Decided(
                    {
                        name: [(positions[path], number, flag) for path, number, flag in classes]
                        for name, classes in decided.classes.items()
                    },
                    node,
                )
        return kept, [*needed]

    def _decided_before(self) -> Decided | None:
        record = self._record
        if record is None or record.decided is None:
            return None
        try:
            classes = {
                name: [(record.files[at], number, flag) for at, number, flag in classes]
                for name, classes in record.decided.classes.items()
            }
        except IndexError:
            return None
        return Decided(classes, record.decided.node)

    def _edition(self, record: _Record) -> Edition | None:
        """Return the edition of traces that a record names, None where that is gone."""
        place = self.shelf.place
        return read_edition(place, _TRACES + self.name, record.traces, len(record.files))

    # --- what stands -------------------------------------------------------------------

    def _glance(self) -> None:
        """Find out what has changed since the record was made."""
        record = self._record
        if record is None:
            return
        ledger = self.shelf.ledger
        if not self._are_folders_alike(record) or any(
            kind_of(path) != kind for path, kind in record.kinds.items()
        ):
            self.forget()
            return
        if any(ledger.digest(path) != digest for path, digest in record.others.items()):
            self.forget()
            return
        for position, path in enumerate(record.files):
            digest = ledger.digest(path)
            if digest == ABSENT or digest != record.digest(position):
                self._changed.append(position)
            else:
                candidates = tuple(record.candidates.get(position, ()))
                self._found[path] = Found(record.shares.get(position, {}), candidates)
                self._standing[path] = digest

    def _are_folders_alike(self, record: _Record) -> bool:
        for folder, known in record.folders.items():
            stamp = folder_stamp(folder)
            if stamp is not None and stamp == known.stamp:
                continue
            if _digest_of_names(Witness().names(folder)) != known.digest:
                return False
            if stamp is not None and self.shelf.ledger.is_settled(stamp):
                known.stamp = stamp
                self._is_dirty = True
        return True

    def _is_told(self, project: Project, record: _Record) -> bool:
        """Tell whether it is known what hangs on that which others see changed; note that."""
        from asyncpattern_lint.index.differences import difference, scopes_that_stand

        trace = project.trace
        seen: set[int] = set()
        inside = {EVERYTHING}
        scopes: dict[int, tuple[dict[int, int], int]] = {}
        for position in self._changed:
            path = record.files[position]
            before = project.outline_before(path, record.digest(position))
            if before is None or trace is None:
                return False
            after = project.outline(path)
            change = difference(before, after)
            names: set[str] = set()
            if change.is_seen:
                seen.add(EVERYTHING)
                seen.update(trace.part(path, part) for part in change.parts)
                names.update(map(absence_of, change.added))
            if change.is_seen or change.bodies:
                names |= project.changed_between(before, after)
            if change.rest:
                seen.update(trace.all_of(path))
            bodies = {body_of(trace.part(path, part)) for part in change.bodies}
            inside |= bodies
            if not bodies.isdisjoint(trace.bodies):
                seen |= {EVERYTHING, *bodies}
            if isinstance(after, ModuleIndex):
                alike = scopes_that_stand(before, after, change)
                scopes[position] = alike, len(after.scopes)
            if text_of(path) in trace.members:
                seen.add(EVERYTHING)
                names.add(text_of(path))
            if not names.isdisjoint(trace.members):
                seen |= {EVERYTHING, *(trace.members[n] for n in names & trace.members.keys())}
        facts = self._lent
        if facts is None and trace is not None:
            data = self._facts_of(record)
            facts = None if data is None else project.unlike(data)
            if facts is None:
                return False
        if facts and trace is not None:
            seen.update((EVERYTHING, *map(trace.fact, facts)))
        if not seen and not any(alike for alike, _ in scopes.values()):
            return True
        edition = self._edition(record)
        if edition is None:
            return not seen
        later = Later(record.later, record.nodes)
        try:
            if seen:
                touched = self._touched(record, Hit(edition, later, seen))
                self.again.update((path, Again(parts, ())) for path, parts in touched)
            hit = Hit(edition, later, inside | seen)
        except DamageError:
            return not seen
        for position, (alike, count) in scopes.items():
            candidates = record.candidates.get(position, ())
            standing = hit.standing(position, alike, count, candidates)
            self._stands[record.files[position]] = standing
        return True

    def _touched(self, record: _Record, hit: Hit) -> Iterator[tuple[str, frozenset[int]]]:
        """Yield the parts of the files that hang on what has changed."""
        if self.decided is not None and hit.holds(self.decided.node):
            self.decided = None
        for position, path in enumerate(record.files):
            parts = hit.parts(position)
            if parts:
                yield path, parts


def _points_into(share: Share, files: AbstractSet[str]) -> bool:
    """Tell whether findings point into some of these files."""
    return any(not files.isdisjoint(_places(finding)) for finding in share.findings)


def _places(finding: Finding) -> Iterable[str]:
    """Yield the files that a finding points to."""
    if finding.target is not None:
        yield finding.target.path
    for step in finding.evidence:
        yield step.path


def _digest_of_names(names: Iterable[str]) -> bytes:
    """Return what tells folders apart, for who looks for modules."""
    telling = sorted(name for name in names if not _is_silent(name))
    return digest_of("/".join(telling).encode("utf-8", "surrogateescape"))


def _is_silent(name: str) -> bool:
    if name.startswith("."):
        return name not in _TELLING
    return name == "__pycache__" or name.endswith(_SILENT)
