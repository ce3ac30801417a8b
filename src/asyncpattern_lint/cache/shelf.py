"""What was made of files, by what the files hold."""

from asyncpattern_lint.cache.fingerprint import fingerprint
from asyncpattern_lint.cache.ledger import ABSENT, Ledger, Stamp
from asyncpattern_lint.cache.packs import Packs
from asyncpattern_lint.cache.place import Place

#: A file, the flavour of what was made of it, its stamp and digest, and both parts.
Put = tuple[str, bytes, Stamp | None, bytes, tuple[bytes, bytes]]


class Shelf:
    """Keeps for each text what was made of it: a head, which is read early, and a body.

    ``flavour`` names what else that hangs on.
    """

    def __init__(self, place: Place) -> None:
        self.place = place
        self.ledger = Ledger(place)
        self._packs: Packs | None = None
        #: What was put here in this run.
        self.fresh: list[Put] = []

    @property
    def packs(self) -> Packs:
        """The packs, opened once they are asked for."""
        if self._packs is None:
            self._packs = Packs(self.place)
        return self._packs

    def key(self, path: str, flavour: bytes) -> bytes | None:
        """Return the key of what was made of a file, None for a miss."""
        if self.packs.is_empty:
            # To read files that will be read again anyway would be a waste.
            return None
        digest = self.ledger.digest(path)
        key = digest + flavour
        return key if digest != ABSENT and key in self.packs else None

    def put(
        self,
        path: str,
        flavour: bytes,
        stamp: Stamp | None,
        digest: bytes,
        parts: tuple[bytes, bytes],
    ) -> None:
        """Keep what was made of a text; ``stamp`` is that of its file from before it was read."""
        self.fresh.append((path, flavour, stamp, digest, parts))
        self.ledger.note(path, stamp, digest)
        self.packs.add(digest + flavour, *parts)

    def save(self) -> None:
        """Write down what is new."""
        self.ledger.save()
        if self._packs is not None:
            self._packs.save(self.ledger.digests())


def open_shelf(root: str) -> Shelf:
    """Return the shelf in the folder of a cache."""
    return Shelf(Place(root, fingerprint()))
