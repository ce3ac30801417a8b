"""What is said of the standard library is so."""

import abc
import builtins
import dataclasses
import enum
import functools
import inspect
import json
import pkgutil
import sys
import types
import typing
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import GeneratorType, NoneType

import pytest
from answers import described, protocols_of, stubs

from asyncpattern_lint.analysis import library
from asyncpattern_lint.analysis.resolver import Resolver
from asyncpattern_lint.analysis.values import (
    ANYTHING,
    Binds,
    ClassValue,
    External,
    FunctionValue,
    InstanceValue,
)
from asyncpattern_lint.index.exports import Presence
from asyncpattern_lint.index.model import Parameter
from asyncpattern_lint.protocol import Protocol

#: Names of Pythons later than the oldest that is supported.
LATER = {
    "typing.override": (3, 12),
    "typing.ReadOnly": (3, 13),
    "typing.TypeIs": (3, 13),
    "warnings.deprecated": (3, 13),
}

NAMES = sorted(
    {
        *library.MANAGER_DECORATORS,
        *library.KEEPING,
        *library.BINDING_DECORATORS,
        *library.PROPERTIES,
        *library.KEEPING_FACTORIES,
        *library.NEUTRAL_CLASS_DECORATORS,
        *library.NEUTRAL_METACLASSES,
        *library.PLAIN_PROTOCOLS,
        *library.STUB_NAMES.values(),
        *library.FIELD_MAKERS,
        *library.UNPREDICTABLE,
        *library.DEMANDS,
        *library.ITERATOR_DEMANDS,
        *(f"builtins.{name}" for name in library.ITERATOR_STEPS),
        *(f"builtins.{name}" for name in library.BUILTIN_ALIASES.values()),
        *(f"typing.{name}" for name in library.BUILTIN_ALIASES),
        *(f"typing.{name}" for name in library.SPECIAL_FORMS),
        library.COROUTINE_DECORATOR,
    }
)

#: Demands on methods of builtin objects, which go by a name that no module has.
OF_OBJECTS = {"builtins.str().join", "builtins.str().format"}

#: Those that are the name of a definition of typeshed.
DEMANDING = sorted(library.DEMANDS.keys() - OF_OBJECTS)

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
}


@cache
def resolver() -> Resolver:
    return stubs(Path())


#: Where the methods of typeshed's classes are at run time.
PLACES = {
    "contextlib._BaseExitStack.": "contextlib.ExitStack.",
    "asyncio.taskgroups.": "asyncio.",
    "asyncio.runners.": "asyncio.",
}


def found(name: str) -> object:
    for place, real in PLACES.items():
        name = name.replace(place, real)
    """Return what a dotted name means; ``()`` after a class is an instance of it."""
    return pkgutil.resolve_name(name.replace("()", ""))


def skip_unless_there(name: str) -> None:
    package = name.partition(".")[0]
    if find_spec(package) is None or sys.version_info < LATER.get(name, (3, 0)):
        pytest.skip("not in this Python")


@pytest.mark.parametrize("name", NAMES)
def test_names_exist(name: str) -> None:
    skip_unless_there(name)
    assert found(name)


# --- demands -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", [name for name, demand in library.DEMANDS.items() if demand.keyword not in {"", "*"}]
)
def test_keywords_are_the_names_of_parameters(name: str) -> None:
    function = found(name)
    assert callable(function)
    assert library.DEMANDS[name].keyword in inspect.signature(function).parameters


@pytest.mark.parametrize("name", DEMANDING)
def test_demands_are_made_by_definitions_of_typeshed(name: str) -> None:
    for value in resolver().force(name):
        assert isinstance(value, FunctionValue | ClassValue)
        assert resolver().is_foreign(value.path)
        scope = resolver().module(value.path).scopes[value.number]
        assert scope.name == name.rpartition(".")[2]


@pytest.mark.parametrize("name", [name for name in DEMANDING if name.count(".") > 1])
def test_demands_of_methods_go_by_their_canonical_names(name: str) -> None:
    """A receiver leads to the class that defines the method, and that has one name only."""
    for value in resolver().force(name):
        assert isinstance(value, FunctionValue)
        assert resolver().canonical(value.path, value.number) == name
        assert value.receiver is None


@pytest.mark.parametrize("name", DEMANDING)
def test_demands_are_on_parameters_that_are_there(name: str) -> None:
    demand = library.DEMANDS[name]
    is_method = name.count(".") > 1
    for value in resolver().force(name):
        if isinstance(value, ClassValue):
            continue
        assert isinstance(value, FunctionValue)
        bindings = resolver().scope_of(value).bindings.values()
        parameters = [b for entry in bindings if isinstance(b := entry.every[0], Parameter)]
        positions = {p.position for p in parameters}
        assert demand.position + is_method in positions
        if demand.rest and not is_method:
            assert any(p.variadic == "*" for p in parameters) or len(positions) > 1
        if demand.keyword:
            assert demand.keyword in {p.name for p in parameters}


def test_hooks_of_json_are_its_parameters() -> None:
    parameters = inspect.signature(json.dumps).parameters
    assert library.JSON_HOOKS - {"**"} <= parameters.keys()
    with pytest.raises(TypeError):
        json.dumps(object())
    assert json.dumps(object(), default=str)


# --- builtin functions -------------------------------------------------------------------


@pytest.mark.parametrize(("name", "result"), sorted(library.BUILTIN_RESULTS.items()))
def test_builtin_functions_return_what_is_said(name: str, result: str) -> None:
    assert found(f"builtins.{name}")
    if name in CALLS:
        assert type(CALLS[name]()).__name__ == result


@pytest.mark.parametrize(("name", "result"), sorted(library.BUILTIN_RESULTS.items()))
def test_typeshed_says_the_same(name: str, result: str) -> None:
    if f"builtins.{name}" in OF_OBJECTS:
        pytest.skip("a method")
    for function in resolver().force(f"builtins.{name}"):
        assert isinstance(function, FunctionValue)
        for promised in resolver().types.promised(function):
            assert isinstance(promised, InstanceValue)
            assert promised.class_name == result


@pytest.mark.parametrize("name", sorted(library.ITERATOR_STEPS))
def test_steps_of_iterators_are_builtin_functions(name: str) -> None:
    assert inspect.isbuiltin(getattr(builtins, name))
    assert all(isinstance(f, FunctionValue) for f in resolver().force(f"builtins.{name}"))


# --- decorators --------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(library.PROPERTIES))
def test_properties_are_called_when_they_are_read(name: str) -> None:
    """In an enumeration, where each of them works."""
    decorator: typing.Any = found(name)

    class Answer(enum.Enum):
        A = 1

        @decorator  # type: ignore[untyped-decorator]  # looked up by its name
        def y(self) -> int:
            return 42

    assert Answer.A.y == 42


@pytest.mark.parametrize(("name", "binds"), sorted(library.BINDING_DECORATORS.items()))
def test_what_a_method_gets_first(name: str, binds: Binds) -> None:
    decorator: typing.Any = found(name)

    class Owner:
        @decorator  # type: ignore[untyped-decorator]  # looked up by its name
        def f(*arguments: object) -> tuple[object, ...]:  # who it is called for is asked
            return arguments

    expected = {Binds.CLASS: (Owner,), Binds.NOTHING: (), Binds.INSTANCE: None}[binds]
    assert Owner().f() == Owner.f() == expected


class Ordered:
    def __iter__(self) -> "Ordered":
        return self

    def __lt__(self, other: object) -> bool:
        return True


class Numbered(enum.Enum):
    A = 1


class Structural(typing.Protocol):
    def __aiter__(self) -> object: ...


DECORATED: dict[str, type] = {
    "dataclasses.dataclass": Ordered,
    "functools.total_ordering": Ordered,
    "typing.final": Ordered,
    "enum.unique": Numbered,
    "typing.runtime_checkable": Structural,
}


@pytest.mark.parametrize("name", sorted(library.NEUTRAL_CLASS_DECORATORS))
def test_class_decorators_give_back_the_class_and_what_it_supports(name: str) -> None:
    plain = name.replace("typing_extensions.", "typing.")
    if plain not in DECORATED:
        assert name.startswith(("attr.", "attrs."))
        pytest.skip("not of the standard library")
    decorator, cls = found(plain), DECORATED[plain]
    assert callable(decorator)
    before = protocols_of(cls)
    assert decorator(cls) is cls
    assert protocols_of(cls) == before


def test_makers_of_fields_hold_no_value() -> None:
    assert isinstance(dataclasses.field(default=1), dataclasses.Field)
    made = resolver().calls.call(External("dataclasses.field"), (), {})
    assert made == ANYTHING


def test_what_is_dispatched_is_unpredictable() -> None:
    @functools.singledispatch
    def f(value: object) -> object:
        return value

    f.register(int, lambda value: (n for n in (value,)))
    assert isinstance(f(1), GeneratorType)
    assert f("") == ""
    for name in library.UNPREDICTABLE:
        assert resolver().calls.call(External(name), (ANYTHING,), {}) == ANYTHING


# --- classes -----------------------------------------------------------------------------

Metaclass: typing.Any = type(Structural)

INSTANCES: dict[str, Callable[[], tuple[object, type]]] = {
    "builtins.type": lambda: (Ordered(), Ordered),
    "abc.ABCMeta": lambda: ((made := abc.ABCMeta("A", (), {}))(), made),
    "enum.EnumMeta": lambda: (Numbered(1), Numbered),
    "enum.EnumType": lambda: (Numbered(1), Numbered),
    "typing._ProtocolMeta": lambda: ((made := Metaclass("A", (Structural,), {}))(), made),
}


@pytest.mark.parametrize("name", sorted(library.NEUTRAL_METACLASSES))
def test_calling_a_class_with_a_neutral_metaclass_gives_an_instance(name: str) -> None:
    made, cls = INSTANCES[name]()
    assert type(made) is cls
    assert isinstance(cls, typing.cast("type", found(name)))
    assert all(isinstance(value, ClassValue) for value in resolver().force(name))


@pytest.mark.parametrize("name", sorted(library.VAGUE_CLASSES))
def test_vague_classes_promise_nothing(name: str) -> None:
    for value in resolver().force(name):
        if not isinstance(value, ClassValue):
            assert name == "typing.Any"
        elif not library.is_concrete(name.removeprefix("builtins.")):
            assert resolver().classes.instances(value) == ANYTHING


@pytest.mark.parametrize("name", sorted(library.PLAIN_PROTOCOLS))
def test_plain_protocols_are_what_they_say(name: str) -> None:
    (value,) = resolver().force(name)
    assert isinstance(value, ClassValue)
    (instance,) = resolver().classes.instances(value)
    assert isinstance(instance, InstanceValue)
    assert not instance.is_open
    at_home = "contextlib.Abstract" if name.endswith("Manager") else "collections.abc."
    made = found(name.replace("typing.", at_home))
    assert isinstance(made, type)
    assert instance.protocols == protocols_of(made)


@pytest.mark.parametrize(("name", "described_as"), sorted(library.STUB_NAMES.items()))
def test_stubs_of_classes_without_a_name_of_their_own(name: str, described_as: str) -> None:
    (value,) = resolver().force(described_as)
    assert isinstance(value, ClassValue)
    made = library.builtin_class(name)
    assert made is not None
    assert made is getattr(types, described_as.rpartition(".")[2])
    assert resolver().classes.protocols_of(value)[0] == protocols_of(made)


@pytest.mark.parametrize(("alias", "name"), sorted(library.BUILTIN_ALIASES.items()))
def test_aliases_of_builtin_classes(alias: str, name: str) -> None:
    made = getattr(typing, alias)
    assert typing.get_origin(made) or made is getattr(builtins, name)
    assert typing.get_origin(made) in {None, getattr(builtins, name)}
    assert described(resolver().force(f"builtins.{name}")) == f"class {name}"


# --- special forms -----------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(library.SPECIAL_FORMS))
def test_special_forms_are_no_classes_to_typeshed(name: str) -> None:
    location = resolver().project.environment.top("typing")
    assert location is not None
    skip_unless_there(f"typing.{name}")
    assert resolver().exports.binds(location.path, name) is Presence.PRESENT
    assert resolver().modules.global_name(location.path, name) == (External(f"typing.{name}"),)


@pytest.mark.parametrize("name", sorted(library.OPAQUE_FORMS))
def test_opaque_forms_say_nothing_of_what_an_object_supports(name: str) -> None:
    places = []
    for module in library.TYPING_MODULES - {"collections.abc"}:
        location = resolver().project.environment.top(module)
        assert location is not None
        if resolver().exports.binds(location.path, name) is Presence.PRESENT:
            places.append(f"{module}.{name}")
    assert places
    for place in places:
        for value in resolver().force(place):
            if isinstance(value, ClassValue):
                assert resolver().classes.protocols_of(value)[0] is Protocol.NONE
        assert resolver().types._of_type(External(place), {}) == ANYTHING


@pytest.mark.parametrize("module", sorted(library.TYPING_MODULES))
def test_modules_of_special_forms_are_stubs(module: str) -> None:
    environment = resolver().project.environment
    top, *rest = module.split(".")
    location = environment.top(top)
    for name in rest:
        assert location is not None
        location = environment.submodule(location, name)
    assert location is not None
    assert location.path.endswith(".pyi")


# --- builtin classes ---------------------------------------------------------------------


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
