"""What is said of the standard library is so."""

import asyncio
import builtins
import inspect
import pkgutil
import sys
from collections.abc import Callable
from types import GeneratorType, NoneType

import pytest

from asyncpattern_lint.analysis import library
from asyncpattern_lint.protocol import Protocol

#: Names of Pythons later than the oldest that is supported.
LATER = {"typing.override", "warnings.deprecated"}

NAMES = sorted(
    {
        *library.MANAGER_DECORATORS,
        *library.KEEPING,
        *library.KEEPING_FACTORIES,
        *library.NEUTRAL_CLASS_DECORATORS,
        *library.NEUTRAL_BASES,
        *library.SELF_ENTERING,
        *library.DEMANDS,
        *library.ITERATOR_DEMANDS,
        *library.BUILTIN_ALIASES,
        library.COROUTINE_DECORATOR,
    }
)

#: Calls of builtin functions, to be compared with what they are said to return.
CALLS: dict[str, Callable[[], object]] = {
    "all": lambda: all([]),
    "any": lambda: any([]),
    "ascii": lambda: ascii(1),
    "bin": lambda: bin(1),
    "callable": lambda: callable(1),
    "chr": lambda: chr(65),
    "dir": lambda: dir(1),
    "divmod": lambda: divmod(5, 2),
    "format": lambda: format(1),
    "hasattr": lambda: hasattr(1, "real"),
    "hash": lambda: hash(1),
    "hex": lambda: hex(1),
    "id": lambda: id(1),
    "isinstance": lambda: isinstance(1, int),
    "issubclass": lambda: issubclass(int, int),
    "len": lambda: len([]),
    "oct": lambda: oct(1),
    "ord": lambda: ord("a"),
    "repr": lambda: repr(1),
    "setattr": lambda: setattr(lambda: 1, "a", 1),
    "sorted": lambda: sorted([]),
}


def found(name: str) -> object:
    """Return what a dotted name means; ``()`` after a class or factory is an instance of it."""
    name = name.replace("()", "")
    if name.startswith("asyncio.") and "_loop." in name:
        return getattr(asyncio.AbstractEventLoop, name.rpartition(".")[2])
    return pkgutil.resolve_name(name)


@pytest.mark.parametrize("name", NAMES)
def test_names_exist(name: str) -> None:
    if name.startswith("typing_extensions.") or (name in LATER and sys.version_info < (3, 13)):
        pytest.skip("not in this Python")
    assert found(name)


@pytest.mark.parametrize(
    "name", [name for name, demand in library.DEMANDS.items() if demand.keyword not in {"", "*"}]
)
def test_keywords_are_the_names_of_parameters(name: str) -> None:
    function = found(name)
    assert callable(function)
    assert library.DEMANDS[name].keyword in inspect.signature(function).parameters


@pytest.mark.parametrize(("name", "result"), sorted(library.BUILTIN_RESULTS.items()))
def test_builtin_functions_return_what_is_said(name: str, result: str) -> None:
    assert hasattr(builtins, name)
    if name in CALLS:
        assert type(CALLS[name]()).__name__ == result


@pytest.mark.parametrize("name", ["int", "str", "NoneType", "function", "ellipsis", "dict"])
def test_classes_by_name(name: str) -> None:
    found = library.builtin_class(name)
    assert found is not None
    assert found.__name__ == name


@pytest.mark.parametrize("name", ["len", "print", "Ellipsis", "nothing", "None"])
def test_what_is_no_class(name: str) -> None:
    assert library.builtin_class(name) is None
    assert not library.is_concrete(name)


@pytest.mark.parametrize("name", ["object", "type", "property"])
def test_what_says_nothing_as_an_annotation(name: str) -> None:
    assert library.builtin_class(name) is not None
    assert not library.is_concrete(name)


@pytest.mark.parametrize(
    ("found", "protocols"),
    [
        (int, Protocol.NONE),
        (NoneType, Protocol.NONE),
        (list, Protocol.ITERABLE),
        (str, Protocol.ITERABLE),
        (dict, Protocol.ITERABLE),
        (GeneratorType, Protocol.ITERABLE),
        (memoryview, Protocol.ITERABLE | Protocol.CONTEXT_MANAGER),
    ],
)
def test_what_instances_support(found: type, protocols: Protocol) -> None:
    assert library.protocols_of_class(found) == protocols


@pytest.mark.parametrize("name", sorted(library.UNHELPFUL))
def test_unhelpful_classes_leave_operators_to_others(name: str) -> None:
    """So that the operator fails with an object that has none of its own."""
    found = library.builtin_class(name)
    assert found is not None
    for method in ("__add__", "__radd__", "__sub__", "__lt__", "__mul__"):
        assert not hasattr(found, method) or _refuses(found, method)


def _refuses(found: type, method: str) -> bool:
    value = None if found is NoneType else found()
    try:
        return getattr(value, method)(_ for _ in ()) is NotImplemented
    except TypeError:
        return True
