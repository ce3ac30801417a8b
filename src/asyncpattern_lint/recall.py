"""What earlier runs found, as far as it still holds.

What is found in a file hangs on its own text, on what others can see of the other files (their
interfaces), on what all of them do to each other's objects (their facts), on the environment,
and on what else was looked up, in vain or not. Where only texts have changed and no interface
and no fact, all but these texts stands. Where interfaces have changed, all stands that does not
hang on them, which the traces of a run tell; otherwise nothing does. Findings point to lines of
other files: they stand only as long as these files are as they were.
"""

import os
import zlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from asyncpattern_lint.cache.digest import SIZE, checksum, digest_of
from asyncpattern_lint.cache.ledger import ABSENT
from asyncpattern_lint.cache.shelf import Shelf
from asyncpattern_lint.findings import Finding
from asyncpattern_lint.index.disk import FolderStamp, Witness, folder_stamp, kind_of
from asyncpattern_lint.index.project import Project, body_of, text_of
from asyncpattern_lint.index.trace import EVERYTHING, Numbers, Trace

_PREFIX = "findings-"
_FACTS = "facts-"
_TRACES = "traces-"

#: Traces are written anew when so many files were checked since they were.
_MOST_LATER = 300

#: So many sorts of runs are remembered for one project.
_MOST_RECORDS = 16

#: Names with a dot before them that say where the environment is, or what git ignores.
_TELLING = frozenset({".git", ".gitignore", ".venv"})

#: The ends of names that can neither be a module nor say anything of modules.
_SILENT = (
    ".css", ".csv", ".gif", ".html", ".jpg", ".js", ".json", ".lock", ".log", ".md",
    ".orig", ".png", ".rej", ".rst", ".svg", ".swp", ".tmp", ".yaml", ".yml",
)  # fmt: skip


class Found(NamedTuple):
    """What was found in a file, of whatever code; whether its scopes had to be walked.

    ``twins`` counts its functions with a namesake of another kind; ``trace`` tells what that hangs on.
    """

    findings: tuple[Finding, ...]
    is_candidate: bool
    twins: int = 0
    trace: Numbers = (EVERYTHING,)


class _Folder(msgspec.Struct, array_like=True, gc=False):
    digest: bytes
    stamp: FolderStamp | None


class _Mended(msgspec.Struct, array_like=True, gc=False):
    """The findings of a file that were told, with their fixes; ``key`` is made of both texts."""

    key: bytes
    findings: list[Finding]


class _Record(msgspec.Struct, array_like=True, gc=False):
    """A run: its files, what was found in them, and all that this hangs on.

    ``digests`` are those of the files, one after the other. ``described`` is what was found in the
    files that describe the project, None if nobody looked. ``candidates`` and ``findings`` name
    files by their position. ``others`` are the digests of what was read besides: modules of the
    environment, strays, and texts that are no modules. ``has_strays`` tells that first-party
    modules besides the files were read. ``members`` are the names that have a number in the traces of
    the files; these are in a file of their own, of which ``traces`` names the edition, but for
    ``later`` ones.
    """

    files: list[str]
    digests: bytes
    candidates: list[int]
    twins: dict[int, int]
    findings: dict[int, list[Finding]]
    described: list[Finding] | None
    facts: bytes
    others: dict[str, bytes]
    folders: dict[str, _Folder]
    kinds: dict[str, str]
    has_strays: bool
    members: list[str]
    traces: bytes
    later: dict[int, list[int]]
    mended: dict[str, _Mended]

    def digest(self, position: int) -> bytes:
        """Return the digest of a file."""
        return self.digests[SIZE * position : SIZE * (position + 1)]


class _Traces(msgspec.Struct, array_like=True, gc=False):
    """The traces of all files of a run, in their order."""

    edition: bytes
    traces: list[list[int]]


_RECORD = msgspec.msgpack.Decoder(_Record)
_EDITION = msgspec.msgpack.Decoder(_Traces)


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
        self._touched: set[str] = set()
        self._is_dirty = False
        self._mended = {} if self._record is None else self._record.mended
        self._has_lent = False
        self._described: tuple[Finding, ...] | None = None
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

    def take(self, path: str, found: Found) -> None:
        """Remember what was found in a file now."""
        self._found[path] = found
        self._standing.pop(path, None)

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
        return Trace(self.files, () if self._record is None else self._record.members)

    def forget(self) -> None:
        """Take nothing over from earlier runs."""
        self._record = None
        self._found = {}
        self._standing = {}
        self._changed = []
        self._touched = set()
        self._has_lent = False
        self._described = None

    def lend_facts(self, project: Project) -> bool:
        """Give the project the facts of before, where no text that has changed changes one."""
        record = self._record
        if record is None or not self._changed or record.has_strays:
            return False
        data = self.shelf.place.read(_FACTS + self.name) or b""
        if data[:SIZE] != record.facts or checksum(data[SIZE + 4 :]) != data[SIZE : SIZE + 4]:
            return False
        changed = {record.files[n]: record.digest(n) for n in self._changed}
        self._has_lent = project.lend_facts(data[SIZE + 4 :], changed)
        return self._has_lent

    def settle(self, project: Project) -> bool:
        """Decide what stands although some texts have changed.

        The files must be loaded, or facts be lent; tells whether the project will do with that.
        """
        record = self._record
        if record is None or not self._changed:
            return True
        if record.has_strays or not self._is_told(project, record):
            was_lent = self._has_lent
            self.forget()
            return not was_lent
        changed = {record.files[position] for position in self._changed}
        again = changed | self._touched
        for position, findings in record.findings.items():
            if any(not changed.isdisjoint(_places(finding)) for finding in findings):
                again.add(record.files[position])
        self._found = {path: found for path, found in self._found.items() if path not in again}
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
        findings = {
            position: list(self._found[path].findings)
            for position, path in enumerate(self.files)
            if self._found[path].findings
        }
        record = _Record(
            files=list(self.files),
            digests=b"".join(digest or bytes(SIZE) for digest in digests),
            candidates=[n for n, path in enumerate(self.files) if self._found[path].is_candidate],
            twins={
                n: self._found[p].twins for n, p in enumerate(self.files) if self._found[p].twins
            },
            findings=findings,
            described=None if self._described is None else list(self._described),
            facts=b"" if self._has_lent else project.facts(),
            others={},
            folders={},
            kinds={},
            has_strays=project.strays > 0,
            members=[] if project.trace is None else list(project.trace.members),
            traces=b"",
            later={},
            mended=self._mended,
        )
        if self._has_lent and self._record is not None:
            record.facts = self._record.facts
        else:
            data = project.facts_to_lend()
            self.shelf.place.write(_FACTS + self.name, record.facts, checksum(data), data)
        self._keep_traces(record)
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

    def _keep_traces(self, record: _Record) -> None:
        """Put the traces of what was checked now into a record, or into a new edition."""
        before = self._record
        traces = {
            position: list(self._found[path].trace)
            for position, path in enumerate(self.files)
            if path not in self._standing
        }
        if before is not None:
            later = {**before.later, **traces}
            if len(later) < _MOST_LATER:
                record.traces, record.later = before.traces, later
                return
            known = self._traces(before)
            traces = later if known is None else {**dict(enumerate(known)), **later}
        record.traces = os.urandom(SIZE)
        every = [traces.get(n, [EVERYTHING]) for n in range(len(self.files))]
        data = zlib.compress(msgspec.msgpack.encode(_Traces(record.traces, every)), 1)
        self.shelf.place.write(_TRACES + self.name, checksum(data), data)

    def _traces(self, record: _Record) -> list[list[int]] | None:
        """Return the traces of a record's files, None where they are not known any more."""
        data = self.shelf.place.read(_TRACES + self.name) or b""
        if checksum(data[4:]) != data[:4]:
            return None
        try:
            edition = _EDITION.decode(zlib.decompress(data[4:]))
        except (zlib.error, msgspec.DecodeError, RecursionError):
            return None
        traces = edition.traces
        if edition.edition != record.traces or len(traces) != len(record.files):
            return None
        for position, numbers in record.later.items():
            if 0 <= position < len(traces):
                traces[position] = numbers
        return traces

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
        candidates = set(record.candidates)
        for position, path in enumerate(record.files):
            digest = ledger.digest(path)
            if digest == ABSENT or digest != record.digest(position):
                self._changed.append(position)
            else:
                findings = record.findings.get(position, ())
                twins = record.twins.get(position, 0)
                self._found[path] = Found(tuple(findings), position in candidates, twins)
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
        from asyncpattern_lint.index.interface import are_alike, have_one_body

        trace = project.trace
        seen: set[int] = set()
        for position in self._changed:
            path = record.files[position]
            before = project.outline_before(path, record.digest(position))
            if before is None or trace is None:
                return False
            after = project.outline(path)
            names: set[str] = set()
            if not are_alike(before, after, calls=False, facts=False):
                seen |= {EVERYTHING, trace.paths[path]}
                names |= project.changed_between(before, after)
            if body_of(path) in trace.members and not have_one_body(before, after):
                seen.add(EVERYTHING)
                names.add(body_of(path))
            if text_of(path) in trace.members:
                seen.add(EVERYTHING)
                names.add(text_of(path))
            seen |= {trace.members[name] for name in names & trace.members.keys()}
        if not self._has_lent and project.facts() != record.facts:
            return False
        if seen:
            traces = self._traces(record)
            if traces is None:
                return False
            for path, numbers in zip(record.files, traces, strict=True):
                if not seen.isdisjoint(numbers):
                    self._touched.add(path)
        return True


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
