"""The pinned packages: which they are, and how they get onto the disk. Nothing of them runs."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path

_HERE = Path(__file__).parent

#: Names the folder that keeps the unpacked packages, ``trees`` beside this file by default.
CACHE_VARIABLE = "ASYNCPATTERN_CORPUS"


class UnavailableError(Exception):
    """A package that cannot be downloaded; the message says why."""


class DamagedError(Exception):
    """A wheel that is not the pinned one, or that would write outside its folder."""


@dataclass(frozen=True, slots=True)
class Package:
    """A release of a package; ``sha256`` is its wheel's digest where there is one wheel only."""

    name: str
    version: str
    sha256: str | None = None

    @property
    def folder(self) -> str:
        """The name of the folder that holds the unpacked release, as in the wheel's name."""
        return f"{self.name.replace('-', '_')}-{self.version}"


def load_packages() -> list[Package]:
    """Return the pinned packages, smallest first."""
    with (_HERE / "packages.toml").open("rb") as file:
        return [Package(**entry) for entry in tomllib.load(file)["package"]]


def fetch(package: Package) -> Path:
    """Return the folder of an unpacked package; it is downloaded if it is not there.

    Raises ``UnavailableError`` if it cannot be downloaded and ``DamagedError`` if the wheel is a wrong one.
    """
    cache = Path(os.environ.get(CACHE_VARIABLE) or _HERE / "trees").absolute()
    tree = cache / package.folder
    if not tree.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as scratch:
            wheel = _download(package, Path(scratch))
            verify(wheel, package.sha256)
            whole = Path(scratch, package.folder)
            unpack(wheel, whole)
            # Makes the tree a project of its own, whatever repository the cache lies in.
            (whole / ".git").mkdir()
            whole.rename(tree)
    return tree


def verify(wheel: Path, sha256: str | None) -> None:
    """Raise ``DamagedError`` if the file does not have the digest; without a digest, accept it."""
    with wheel.open("rb") as file:
        actual = hashlib.file_digest(file, "sha256").hexdigest()
    if sha256 not in (None, actual):
        raise DamagedError(f"{wheel.name} has the digest {actual}, pinned is {sha256}")


def unpack(wheel: Path, folder: Path) -> None:
    """Unpack a wheel into a new folder.

    Raises ``DamagedError``, before anything is written, if an entry would leave the folder.
    """
    root = folder.absolute()
    with zipfile.ZipFile(wheel) as archive:
        files = [entry for entry in archive.infolist() if not entry.is_dir()]
        targets = [Path(os.path.normpath(root / _portable(entry.filename))) for entry in files]
        for entry, target in zip(files, targets, strict=True):
            if root not in target.parents:
                raise DamagedError(f"{wheel.name} would write to {entry.filename}")
        for entry, target in zip(files, targets, strict=True):
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(entry) as source, target.open("xb") as copy:
                shutil.copyfileobj(source, copy)


def _portable(name: str) -> str:
    """Return an entry's name as every platform would read it at its worst."""
    return name.replace("\\", "/")


def _download(package: Package, folder: Path) -> Path:
    requirement = f"{package.name}=={package.version}"
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    outcome = subprocess.run(
        [*pip, "--no-deps", "--only-binary=:all:", "--dest", str(folder), requirement],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    wheels = list(folder.glob("*.whl"))
    if outcome.returncode or len(wheels) != 1:
        said = outcome.stderr.splitlines()
        reasons = [line for line in said if line.startswith("ERROR")] or said[-1:]
        raise UnavailableError(
            f"{requirement}: {reasons[0] if reasons else 'pip brought no wheel'}"
        )
    return wheels[0]
