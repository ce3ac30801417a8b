"""What typeshed and this analysis say of the standard library's classes is what they support."""

import importlib
import os
from functools import cache
from pathlib import Path

import pytest
from answers import described, protocols_of, stubs

from asyncpattern_lint.analysis.resolver import Resolver
from asyncpattern_lint.analysis.values import ClassValue

MODULES = (
    "asyncio", "builtins", "collections", "collections.abc", "concurrent.futures", "contextlib",
    "csv", "datetime", "decimal", "enum", "gzip", "http.client", "io", "itertools", "json",
    "logging", "multiprocessing.pool", "os", "pathlib", "queue", "re", "selectors", "shelve",
    "socket", "socketserver", "sqlite3", "ssl", "string", "subprocess", "tarfile", "tempfile",
    "threading", "types", "unittest", "urllib.request", "uuid", "xml.etree.ElementTree",
    "zipfile",
)  # fmt: skip

#: Names that stand for a class at run time and for no one class here, and why. Of those that do,
#: the stubs and the interpreter agree on every one.
UNKNOWN = {
    "asyncio.Protocol": "a star import of a module whose `__all__` hangs on the version may bind it",
    "collections.abc.ByteString": "an alias of several classes",
    "collections.abc.Callable": "a special form",
    "sqlite3.Timestamp": "the stub takes it from a module whose name is taken",
    "ssl.socket": "the stub takes the module of the same name",
    "uuid.bytes_": "a private alias",
    "uuid.int_": "a private alias",
    "uuid.Enum": "imported there for its own use",
}

#: Classes that say themselves that their instances may support more.
OPEN = {
    "builtins.type": "an instance is a class, which a metaclass may make anything",
    "enum.EnumMeta": "a metaclass",
    "enum.EnumType": "a metaclass",
    "selectors.ABCMeta": "a metaclass",
    "types.NotImplementedType": "derives from `Any` in the stub",
}


def classes() -> list[tuple[str, type]]:
    """Return the public classes of the modules, each under its dotted name."""
    found = []
    for module in MODULES:
        made = importlib.import_module(module)
        for name in sorted(getattr(made, "__all__", None) or vars(made)):
            value = getattr(made, name, None)
            if isinstance(value, type) and not name.startswith("_"):
                found.append((f"{module}.{name}", value))
    return found


CLASSES = classes()


@cache
def resolver() -> Resolver:
    return stubs(Path(os.curdir))


def known(name: str) -> ClassValue | None:
    """Return the class that a dotted name stands for, None if it stands for something else."""
    found = resolver().force(name)
    return found[0] if len(found) == 1 and isinstance(found[0], ClassValue) else None


@pytest.mark.parametrize(("name", "made"), CLASSES, ids=[name for name, _ in CLASSES])
def test_stubs_and_interpreter_agree(name: str, made: type) -> None:
    cls = known(name)
    if cls is None:
        pytest.skip("nothing is said of it")
    protocols, is_open = resolver().classes.protocols_of(cls)
    if not is_open:
        assert protocols == protocols_of(made)


def test_the_classes_are_known() -> None:
    assert len(CLASSES) > 400
    missing = {
        name: described(resolver().force(name)) for name, _ in CLASSES if known(name) is None
    }
    assert missing.keys() <= UNKNOWN.keys(), missing


def test_only_these_classes_may_support_more() -> None:
    opened = set()
    for name, _ in CLASSES:
        cls = known(name)
        if cls is not None and resolver().classes.protocols_of(cls)[1]:
            opened.add(name)
    assert opened <= OPEN.keys()


@pytest.mark.parametrize(
    ("call", "made"),
    [
        ("os.scandir", os.scandir(os.curdir)),
        ("os.walk", os.walk(os.curdir)),
    ],
)
def test_what_functions_of_os_give(call: str, made: object) -> None:
    given = resolver().calls.call_all(resolver().force(call), (), {})
    protocols = {getattr(value, "protocols", None) for values in given for value in values}
    assert protocols == {protocols_of(type(made))}
