"""What ``patch``, ``monkeypatch`` and ``mocker`` put into the place of what, as a call says it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from asyncpattern_lint.analysis import wellknown
from asyncpattern_lint.analysis.resolver import Resolver
from asyncpattern_lint.analysis.values import Frame
from asyncpattern_lint.index.model import (
    Attribute,
    Builtin,
    Expr,
    ModuleIndex,
    Name,
    Noted,
    Parameter,
    Starred,
    Told,
)

#: Under what names ``patch`` is imported; the second package is the backport of the first.
_MOCKS = ("unittest.mock", "mock", "mock.mock")
_PATCHES = {
    kind: frozenset(f"{module}.{name}" for module in _MOCKS)
    for kind, name in (
        ("patch", "patch"),
        ("object", "patch.object"),
        ("multiple", "patch.multiple"),
        ("dict", "patch.dict"),
    )
}

_MONKEYPATCH = frozenset({"_pytest.monkeypatch.MonkeyPatch", "pytest.MonkeyPatch"})
_MOCKER = frozenset(
    {"pytest_mock.MockerFixture", "pytest_mock.MockFixture", "pytest_mock.plugin.MockerFixture"}
)

#: The parameters of each function, in their order, and the one after which names may be any.
_PARAMETERS = {
    "patch": ("target", "new", "spec", "create", "spec_set", "autospec", "new_callable"),
    "object": (
        "target", "attribute", "new", "spec", "create", "spec_set", "autospec", "new_callable",
    ),
    "multiple": ("target", "spec", "create", "spec_set", "autospec", "new_callable"),
    "dict": ("in_dict", "values", "clear"),
    "spy": ("target", "attribute"),
    "setattr": ("target", "name", "value", "raising"),
    "delattr": ("target", "name", "raising"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Replacing:
    """One thing that a call replaces, removes or watches.

    ``kind`` is the last name of the function that is called. ``owner`` is the object, or a string
    that names it; ``name`` its attribute, None where the string of the owner ends with it.
    ``new`` is what is put into its place, None for a mock that ``options`` describe.
    """

    kind: str
    owner: Told
    name: Told | None
    new: Told | None
    options: Mapping[str, Told] = field(compare=False)

    def is_set(self, option: str) -> bool:
        """Whether an option is given, and not as ``None`` or ``False``."""
        told = self.options.get(option)
        return told is not None and told.value not in (
            Builtin("NoneType"),
            Builtin("bool", truth=False),
        )


class Replaced(NamedTuple):
    """A call that replaces something, where its names are looked up, and what it says."""

    noted: Noted
    frame: Frame
    replacing: Replacing

    @property
    def is_idle(self) -> bool:
        """Whether the call never runs, or something stands around it that expects it to fail."""
        return self.noted.dead or self.noted.guarded


def replacings(
    resolver: Resolver, noted: Noted, module: ModuleIndex, frame: Frame
) -> Iterator[Replacing]:
    """Yield what a noted call replaces, if it is one that replaces something."""
    kind = _kind(resolver, noted.call.func, module, frame)
    if kind is None:
        return
    given = _given(noted, _PARAMETERS[kind])
    if given is None:
        return
    owner = given.pop("target", None) or given.pop("in_dict", None)
    if owner is None:
        return
    match kind:
        case "multiple":
            for keyword, told in given.items():
                if keyword not in _PARAMETERS[kind]:
                    attribute = Told(told.value, "", keyword, told.place)
                    yield Replacing(kind, owner, attribute, told, given)
        case "setattr" | "delattr":
            name, value = given.get("name"), given.get("value")
            if owner.text is not None and name is not None and value is None:
                # ``setattr("package.name", value)``
                name, value = None, name
            if name is not None or owner.text is not None:
                yield Replacing(kind, owner, name, value, given)
        case "patch" | "dict":
            yield Replacing(kind, owner, None, given.get("new"), given)
        case _:
            attribute_told = given.get("attribute")
            if attribute_told is not None:
                yield Replacing(kind, owner, attribute_told, given.get("new"), given)


def _given(noted: Noted, parameters: tuple[str, ...]) -> dict[str, Told] | None:
    """Return the arguments by the names of their parameters, None where that is not known."""
    given: dict[str, Told] = {}
    for position, told in enumerate(noted.told):
        if isinstance(told.value, Starred) or told.keyword == "**":
            return None
        if told.keyword:
            given[told.keyword] = told
        elif position < len(parameters):
            given[parameters[position]] = told
    return given


def _kind(resolver: Resolver, func: Expr, module: ModuleIndex, frame: Frame) -> str | None:
    """Return which of the functions is called, None for any other."""
    for kind, names in _PATCHES.items():
        if wellknown.is_one_of(resolver, func, frame, names):
            return kind
    match func:
        case Attribute(value=receiver, name="setattr" | "delattr" as name):
            known = _is_fixture(resolver, receiver, module, frame, "monkeypatch", _MONKEYPATCH)
            return name if known else None
        case Attribute(value=receiver, name="patch" | "spy" as name):
            known = _is_fixture(resolver, receiver, module, frame, "mocker", _MOCKER)
            return name if known else None
        case Attribute(
            value=Attribute(value=receiver, name="patch"),
            name="object" | "multiple" | "dict" as name,
        ):
            known = _is_fixture(resolver, receiver, module, frame, "mocker", _MOCKER)
            return name if known else None
        case _:
            return None


def _is_fixture(
    resolver: Resolver,
    expr: Expr,
    module: ModuleIndex,
    frame: Frame,
    name: str,
    classes: frozenset[str],
) -> bool:
    """Whether an expression is what a fixture of pytest gives.

    It is a parameter of the fixture's name, unless that is annotated as something else.
    """
    if wellknown.is_instance_of(resolver, expr, frame, classes):
        return True
    if not isinstance(expr, Name):
        return False
    for number, scope in module.enclosing(frame.number):
        entry = scope.bindings.get(expr.id)
        if entry is None:
            continue
        parameter = entry.every[0]
        if len(entry.every) > 1 or not isinstance(parameter, Parameter):
            return False
        if parameter.annotation is None:
            return expr.id == name and parameter.default is None
        outer = resolver.types.frame_of(frame.path, number)
        return wellknown.is_one_of(resolver, parameter.annotation, outer, classes)
    return False
