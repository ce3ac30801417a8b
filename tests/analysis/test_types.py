"""What an annotation says an object may be: aliases, special forms, type variables, solutions."""

import ast
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from answers import answer, described, proven, resolver_of, stubs, values_of
from projects import deep_stack

from asyncpattern_lint.analysis.types import makes_variable, special_form
from asyncpattern_lint.analysis.values import (
    SELF,
    UNKNOWN,
    AliasValue,
    CallableValue,
    ClassValue,
    External,
    Frame,
    FunctionValue,
    InstanceValue,
    TypeVariable,
    Values,
)
from asyncpattern_lint.index.lowering import annotation as lowered
from asyncpattern_lint.index.model import Builtin, Call, Expr, Name

HEADER = """\
from collections.abc import Awaitable, Coroutine, Iterable
from typing import (
    Annotated, Any, Callable, ClassVar, Dict, Final, FrozenSet, Generic, List, Literal, NoReturn,
    Optional, ParamSpec, Protocol, Self, Set, Text, Tuple, Type, TypeAlias, TypeVar, Union, cast,
)
P = ParamSpec("P")
T = TypeVar("T")
U = TypeVar("U")
class A: ...
class B(A): ...
class Box(Generic[T]):
    def __init__(self, item: T) -> None: self.item = item
    def get(self) -> T: return hide(self.item)
def hide(value): return eval("value")
"""


def promised(root: Path, annotation: str, made: str, more: str = "") -> str:
    """Return what is said of an object by the annotation of what gives it."""
    text = f"{HEADER}{more}\ndef f() -> {annotation}: return hide({made})\nx = f()\n"
    return proven(root, text)


# --- annotations -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("annotation", "made", "expected"),
    [
        ("int", "1", "int"),
        ("None", "None", "NoneType"),
        ("A", "A()", "A"),
        ("A", "B()", "A"),
        ('"A"', "A()", "A"),
        ("A | None", "A()", "A | NoneType"),
        ('"A | None"', "None", "A | NoneType"),
        ("Optional[A]", "A()", "A | NoneType"),
        ('Optional["A"]', "A()", "A | NoneType"),
        ("Union[A, int, None]", "1", "A | NoneType | int"),
        ("Annotated[A, 1]", "A()", "A"),
        ("list[A]", "[A()]", "list[A]"),
        ('list["A"]', "[A()]", "list[A]"),
        ("List[A]", "[A()]", "list[A]"),
        ("Dict[str, A]", "{'a': A()}", "dict[str, A]"),
        ("Set[int]", "{1}", "set[int]"),
        ("FrozenSet[int]", "frozenset({1})", "frozenset[int]"),
        ("tuple[int, A]", "(1, A())", "tuple[int, A]"),
        ("Tuple[int, ...]", "(1, 2)", "tuple[int]"),
        ("tuple[()]", "()", "tuple[]"),
        ("Text", "'a'", "str"),
        ("type[A]", "B", "class A"),
        ("Type[A]", "A", "class A"),
        ("Box[A]", "Box(A())", "Box[A]"),
        ("Box[Box[int]]", "Box(Box(1))", "Box[Box[int]]"),
        ("Iterable[A]", "[A()]", "Iterable[A]"),
        ("Callable[[int], A]", "lambda n: A()", "callable"),
        ("Any", "1", "unknown"),
        ("object", "1", "unknown"),
        ("type", "A", "unknown"),
        ("Callable", "A", "unknown"),
        ("Literal['a']", "'a'", "unknown"),
        ("NoReturn", "1", "unknown"),
        ("T", "1", "unknown"),
        ("Gone", "1", "unknown"),
        ("A.Gone", "1", "unknown"),
        ("1 + 1", "1", "unknown"),
        ("'not a type'", "1", "unknown"),
        ("'('", "1", "unknown"),
    ],
)
def test_what_an_annotation_says(tmp_path: Path, annotation: str, made: str, expected: str) -> None:
    text = f"from __future__ import annotations\n{HEADER}"
    text += f"def f() -> {annotation}: return hide({made})\nx = f()\n"
    if expected.startswith("Iterable"):
        assert answer(tmp_path, text) == expected
    else:
        assert proven(tmp_path, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x: A = hide(A())", "A"),
        ("x: Final[A] = hide(A())", "A"),
        ("x: Final = A()", "A"),
        ("class C:\n    y: ClassVar[A] = hide(A())\nx = C.y", "A"),
        ("class C:\n    y: 'A'\n    def __init__(self): self.y = hide(A())\nx = C().y", "A"),
        ("class C:\n    def __init__(self): self.y: A = hide(A())\nx = C().y", "A"),
        ("def f(a: A): return a\nx = f(hide(A()))", "A"),
        ("def f(*a: A): return a\nx = f(*hide([A()]))", "tuple[A]"),
        ("def f(**a: A): return a\nx = f(**hide({'a': A()}))", "dict[str, A]"),
        ("x = cast(A, hide(A()))", "A"),
        ("x = cast('list[A]', hide([A()]))", "list[A]"),
    ],
)
def test_where_annotations_are_read(tmp_path: Path, text: str, expected: str) -> None:
    assert proven(tmp_path, f"{HEADER}{text}\n") == expected


def test_types_inside_types_come_to_an_end(tmp_path: Path) -> None:
    """What a class says of itself may grow with each step."""
    text = """\
        class C(Generic[T]):
            def wider(self) -> "C[list[T]]": return hide(self)
            y: "C[C[T]]"
        def f(c: C[T], n) -> T: return f(c.wider(), n) if n else hide(1)
        c: C[int] = C()
        x = f(c, 9)
    """
    assert answer(tmp_path, f"{HEADER}{dedent(text)}") == "int"
    text += "    x = c" + ".y" * 60 + ".wider()" * 60
    assert answer(tmp_path, f"{HEADER}{dedent(text)}")


# --- aliases -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("alias", "annotation", "made", "expected"),
    [
        ("M = A", "M", "A()", "A"),
        ("M = Optional[A]", "M", "A()", "A | NoneType"),
        ("M = A | None", "M", "A()", "A | NoneType"),
        ("M = list[A]", "M", "[A()]", "list[A]"),
        ("M = Optional[T]", "M[A]", "A()", "A | NoneType"),
        ("M = Optional[T]", "M", "1", "unknown"),
        ("M = tuple[T, U]", "M[A, int]", "(A(), 1)", "tuple[A, int]"),
        ("M = tuple[U, T, U]", "M[A, int]", "(A(), 1, A())", "tuple[A, int, A]"),
        ("M = Union[T, list[T]]", "M[A]", "[A()]", "A | list[A]"),
        ("M = Box[T]\nN = Optional[M[T]]", "N[A]", "Box(A())", "Box[A] | NoneType"),
        ("M = N = Optional[A]", "N", "A()", "A | NoneType"),
        ("M = Dict", "M[str, A]", "{'a': A()}", "dict[str, A]"),
        ("import typing as t\nM = t.Optional[A]", "M", "A()", "A | NoneType"),
    ],
)
def test_aliases(tmp_path: Path, alias: str, annotation: str, made: str, expected: str) -> None:
    assert promised(tmp_path, annotation, made, alias) == expected


@pytest.mark.parametrize(
    ("alias", "made", "expected"),
    [
        ("J = Union[int, List['J']]", "[1]", "int | list[unknown]"),
        ("J = Dict[str, 'J']", "{}", "dict[str, unknown]"),
        ("J = Union['J', int]", "1", "unknown"),
        ("J = List['K']\nK = Union[int, J]", "[1]", "list[unknown]"),
        ("J = 'J'", "1", "unknown"),
    ],
)
def test_aliases_that_name_themselves_end(
    tmp_path: Path, alias: str, made: str, expected: str
) -> None:
    assert promised(tmp_path, "J", made, alias) == expected


def test_an_alias_of_another_module_is_meant_there(tmp_path: Path) -> None:
    files = {
        "main.py": "from other import M\ndef f() -> M: return eval('1')\nx = f()\n",
        "other.py": "from typing import Optional\nclass A: ...\nM = Optional['A']\n",
    }
    resolver = resolver_of(tmp_path, files)
    found = resolver.evaluate(Name("x"), Frame(str(tmp_path / "main.py"), 0))
    assert described(found) == "A | NoneType"


@pytest.mark.skipif(sys.version_info < (3, 12), reason="PEP 695")
@pytest.mark.parametrize(
    ("alias", "annotation", "expected"),
    [
        ("type M = Optional[A]", "M", "A | NoneType"),
        ("type M[S] = Optional[S]", "M", "unknown"),
        ("type M = Union[A, List[M]]", "M", "A | list[unknown]"),
    ],
)
def test_type_statements(tmp_path: Path, alias: str, annotation: str, expected: str) -> None:
    assert promised(tmp_path, annotation, "A()", alias) == expected


# --- type variables ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f(a: T) -> T: return hide(a)\nx = f(A())", "A"),
        ("def f(*a: T) -> T: return hide(a[1])\nx = f(A(), 1)", "A | int"),
        ("def f(*, a: T) -> T: return hide(a)\nx = f(a=A())", "A"),
        ("def f(a: T, b: T) -> T: return hide(b)\nx = f(A(), 1)", "A | int"),
        ("def f(a: list[T]) -> T: return hide(a[0])\ny: list[A] = [A()]\nx = f(y)", "A"),
        ("def f(a: Box[T]) -> T: return hide(a.item)\nx = f(Box(A()))", "A"),
        ("def f(a: Optional[T]) -> T: return hide(a)\nx = f(A())", "A"),
        ("def f(a: 'T | None') -> T: return hide(a)\nx = f(A())", "A"),
        ("def f(a: Type[T]) -> T: return hide(a())\nx = f(B)", "B"),
        ("def f(a: type[T]) -> list[T]: return hide([a()])\nx = f(B)", "list[B]"),
        ("def f(a: Callable[[], T]) -> T: return hide(a())\nx = f(A)", "A"),
        ("def f(a: Callable[[], T]) -> T: return hide(a())\nx = f(lambda: A())", "A"),
        (("def f(a: Callable[..., Awaitable[T]]) -> T: return hide(A())\n"
         "async def g(): return A()\nx = f(g)"), "A"),
        (("def f(a: Iterable[T]) -> T: return hide(next(iter(a)))\n"
         "def g(): yield A()\nx = f(g())"), "A"),
        ("M = Union[T, list[T]]\ndef f(a: M[T]) -> T: return hide(a)\nx = f(A())", "A"),
        ("def f(a: Tuple[T, U]) -> U: return hide(a[1])\nx = f(hide((1, A())))", "unknown"),
        ("def f() -> T: return hide(1)\nx = f()", "unknown"),
        (("class C(Box[A]):\n    def get(self) -> A: return hide(self.item)\n"
         "x = C(A()).get()"), "A"),
        ("x = Box(A()).get()", "A"),
        ("y: Box[A] = hide(Box(A()))\nx = y.get()", "A"),
        (("class C(Generic[T, U]):\n    def __init__(self, a: U, b: T): self.a, self.b = a, b\n"
         "    def get(self) -> Tuple[T, U]: return hide((self.b, self.a))\n"
         "x = C(A(), 1).get()"), "tuple[int, A]"),
        (("class C(Box[T], Generic[U, T]):\n    def get(self) -> U: return hide(A())\n"
         "y: C[A, int] = hide(C(1))\nx = y.get()"), "A"),
    ],
)  # fmt: skip
def test_type_variables_are_solved_by_what_is_given(
    tmp_path: Path, text: str, expected: str
) -> None:
    assert proven(tmp_path, f"{HEADER}{text}\n") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("V = TypeVar('V', bound=A)\ndef f(a: V) -> V: return hide(a)\nx = f(B())", "B"),
        ("V = TypeVar('V', bound=A)\ndef f(a: V): return a\nx = f(hide(B()))", "A"),
        ("V = TypeVar('V', bound='A')\ndef f(a: V): return a\nx = f(hide(B()))", "A"),
        ("V = TypeVar('V', bound=Union[A, int])\ndef f(a: V): return a\nx = f(hide(1))", "A | int"),
        ("V = TypeVar('V', A, int)\ndef f(a: V): return a\nx = f(hide(1))", "A | int"),
        ("V = TypeVar('V', bound=Callable)\ndef f(a: V): return a\nx = f(hide(A))", "unknown"),
        (("class S(Protocol):\n    def g(self): ...\nV = TypeVar('V', bound=S)\n"
         "def f(a: V): return a\nx = f(hide(A()))"), "unknown"),
        ("V = TypeVar('V', bound='V')\ndef f(a: V): return a\nx = f(hide(1))", "unknown"),
        ("V = TypeVar('V', bound='Box[V]')\ndef f(a: V): return a\nx = f(hide(Box(1)))",
         "Box[unknown]"),
        (("V = TypeVar('V', bound='W')\nW = TypeVar('W', bound='List[V]')\n"
         "def f(a: V): return a\nx = f(hide([]))"), "list[unknown]"),
    ],
)  # fmt: skip
def test_bounds_speak_where_nothing_is_solved(tmp_path: Path, text: str, expected: str) -> None:
    assert proven(tmp_path, f"{HEADER}{text}\n") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("class C:\n    def m(self) -> Self: return hide(self)\nclass D(C): ...\nx = D().m()", "D"),
        (("class C:\n    def m(self) -> 'list[Self]': return hide([self])\n"
         "class D(C): ...\nx = D().m()"), "list[D]"),
        (("class C:\n    async def m(self) -> Self: return hide(self)\n"
         "class D(C): ...\nx = await D().m()"), "D"),
        (("class C:\n    @classmethod\n    def m(cls) -> Self: return hide(cls())\n"
         "class D(C): ...\nx = D.m()"), "D"),
        ("class C:\n    def m(self: T) -> T: return hide(self)\nclass D(C): ...\nx = D().m()", "D"),
        ("class C:\n    def m(self) -> 'C': return hide(self)\nclass D(C): ...\nx = D().m()", "C"),
        ("class C:\n    y: Self\n    def __init__(self): self.y = hide(self)\nx = C().y", "unknown"),
    ],
)  # fmt: skip
def test_self_is_the_receiver(tmp_path: Path, text: str, expected: str) -> None:
    assert proven(tmp_path, f"from __future__ import annotations\n{HEADER}{text}\n") == expected


PARAMETER_SPECIFICATIONS = {
    "keep.pyi": """\
        from collections.abc import Awaitable, Callable, Coroutine
        from typing import Any, ParamSpec, TypeVar
        P = ParamSpec("P")
        T = TypeVar("T")
        F = TypeVar("F", bound=Callable[..., Any])
        def same(function: Callable[P, T]) -> Callable[P, T]: ...
        def whole(function: F) -> F: ...
        def made(n: int) -> Callable[[F], F]: ...
        def blocking(function: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, T]: ...
        def started(function: Callable[P, T]) -> Callable[P, Coroutine[Any, Any, T]]: ...
        def listed(function: Callable[P, T]) -> Callable[P, list[T]]: ...
        def lost(function): ...
        def vague(function: Callable[P, T]) -> Any: ...
    """,
}


@pytest.mark.parametrize(
    ("decorator", "expected"),
    [
        ("same", "coroutine"),
        ("whole", "coroutine"),
        ("made(1)", "coroutine"),
        ("blocking", "A"),
        ("listed", "list[coroutine]"),
        ("lost", "unknown"),
        ("vague", "unknown"),
        ("gone", "unknown"),
    ],
)
def test_decorators_of_stubs(tmp_path: Path, decorator: str, expected: str) -> None:
    files = {f"site/keep/{'__init__.pyi'}": PARAMETER_SPECIFICATIONS["keep.pyi"]}
    files["main.py"] = (
        "import keep\nclass A: ...\n"
        f"@keep.{decorator}\nasync def f(n: int) -> A: return A()\nx = f(1)\n"
    )
    resolver = resolver_of(tmp_path, files)
    found = resolver.evaluate(Name("x"), Frame(str(tmp_path / "main.py"), 0))
    assert described(found) == expected


def test_a_decorator_of_a_stub_may_start_what_it_decorates(tmp_path: Path) -> None:
    files = {
        "site/keep/__init__.pyi": PARAMETER_SPECIFICATIONS["keep.pyi"],
        "main.py": "import keep\n@keep.started\ndef f() -> int: return 1\nx = f()\n",
    }
    resolver = resolver_of(tmp_path, files)
    (found,) = resolver.evaluate(Name("x"), Frame(str(tmp_path / "main.py"), 0))
    assert described((found,)) == "coroutine of int"
    assert described(resolver.awaited(found)) == "int"


# --- the parts ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("typing.Optional", "Optional"),
        ("typing_extensions.Self", "Self"),
        ("collections.abc.Callable", "Callable"),
        ("asyncio.Queue", ""),
        ("Optional", ""),
    ],
)
def test_special_forms(name: str, form: str) -> None:
    assert special_form(External(name)) == form


def test_a_value_of_the_project_is_no_special_form() -> None:
    assert special_form(ClassValue("typing.py", 1)) == ""
    assert special_form(UNKNOWN) == ""


@pytest.mark.parametrize(
    ("text", "is_variable"),
    [
        ("TypeVar('T')", True),
        ("typing.ParamSpec('P')", True),
        ("t.TypeVarTuple('Ts')", True),
        ("NewType('N', int)", False),
        ("TypeVar", False),
    ],
)
def test_what_makes_a_type_variable(tmp_path: Path, text: str, is_variable: bool) -> None:
    resolver = resolver_of(tmp_path, {"main.py": f"x = {text}\n"})
    (binding,) = resolver.module(str(tmp_path / "main.py")).scopes[0].bindings["x"].every
    assert makes_variable(binding.value, {}) is is_variable  # type: ignore[union-attr]  # it is assigned


def annotation(text: str) -> Expr:
    made = lowered(ast.parse(text, mode="eval").body)
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("int", []),
        ("T", ["T"]),
        ("dict[U, list[T]]", ["U", "T"]),
        ("dict[T, list[T]]", ["T"]),
        ("T | U | None", ["T", "U"]),
        ("Callable[[U], T]", ["U", "T"]),
        ("list[Self]", ["Self"]),
    ],
)
def test_the_variables_of_a_type(tmp_path: Path, text: str, names: list[str]) -> None:
    resolver = resolver_of(tmp_path, {"main.py": HEADER})
    found = resolver.types.variables(annotation(text), Frame(str(tmp_path / "main.py"), 0))
    assert [variable.name for variable in found] == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("class C: ...", []),
        ("class C(Box[T]): ...", ["T"]),
        ("class C(Box[A]): ...", []),
        ("class C(Dict[U, T], Box[U]): ...", ["U", "T"]),
        ("class C(Dict[U, T], Generic[T, U]): ...", ["T", "U"]),
        ("class C(Protocol[T]): ...", ["T"]),
    ],
)
def test_the_parameters_of_a_class(tmp_path: Path, text: str, names: list[str]) -> None:
    (found,) = values_of(tmp_path, f"{HEADER}{text}\n", "C")
    resolver = resolver_of(tmp_path, {"main.py": f"{HEADER}{text}\n"})
    assert isinstance(found, ClassValue)
    assert [variable.name for variable in resolver.types.parameters_of(found)] == names


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("asyncio.Queue", ["_T"]),
        ("builtins.dict", ["_KT", "_VT"]),
        ("contextlib.ExitStack", ["_ExitT_co"]),
        ("builtins.int", []),
    ],
)
def test_the_parameters_of_classes_of_stubs(tmp_path: Path, name: str, names: list[str]) -> None:
    resolver = stubs(tmp_path)
    (found,) = resolver.force(name)
    assert isinstance(found, ClassValue)
    assert [variable.name for variable in resolver.types.parameters_of(found)] == names


def test_a_solution_comes_from_the_receiver(tmp_path: Path) -> None:
    text = f"{HEADER}class C(Box[A]):\n    def m(self): ...\nx = C(A()).m\n"
    (method,) = values_of(tmp_path, text)
    resolver = resolver_of(tmp_path, {"main.py": text})
    assert isinstance(method, FunctionValue)
    solution = resolver.types.solution_for(method)
    assert {v.name: described(values) for v, values in solution.items()} == {"Self": "C"}
    assert resolver.types.solution_for(FunctionValue(method.path, method.number, None)) == {}
    assert SELF in solution


@pytest.mark.parametrize(
    ("annotated", "given", "solution"),
    [
        ("T", "int", {"T": "int"}),
        ("list[T]", "int", {}),
        ("list[T]", "list", {}),
        ("T | None", "int", {"T": "int"}),
        ("Optional[T]", "NoneType", {"T": "nothing"}),
        ("Annotated[T, 1]", "int", {"T": "int"}),
        ("int", "int", {}),
    ],
)
def test_unification(tmp_path: Path, annotated: str, given: str, solution: dict[str, str]) -> None:
    resolver = resolver_of(tmp_path, {"main.py": HEADER})
    found: dict[TypeVariable, Values] = {}
    frame = Frame(str(tmp_path / "main.py"), 0)
    values = resolver.classes.builtin(given)
    resolver.types.unify(annotation(annotated), values, frame, found)
    assert {variable.name: described(known) for variable, known in found.items()} == solution


def test_calling_what_only_a_type_describes(tmp_path: Path) -> None:
    resolver = resolver_of(tmp_path, {"main.py": HEADER})
    frame = Frame(str(tmp_path / "main.py"), 0)
    (described_by,) = resolver.types.annotated(annotation("Callable[[T], list[T]]"), frame)
    assert isinstance(described_by, CallableValue)
    given = (resolver.classes.builtin("int"),)
    assert described(resolver.types.call(described_by, given)) == "open list[int]"
    assert described(resolver.types.call(described_by, ())) == "open list[unknown]"


def test_promised_coroutines_are_work_that_is_not_done(tmp_path: Path) -> None:
    text = f"{HEADER}def f() -> Coroutine[Any, Any, A]: return hide(1)\nx = f()\n"
    assert answer(tmp_path, text) == "coroutine of A"
    text = f"{HEADER}def f() -> Awaitable[A]: return hide(1)\nx = f()\n"
    assert answer(tmp_path, text) == "Awaitable[A]"


def test_a_function_without_annotation_promises_nothing(tmp_path: Path) -> None:
    text = f"{HEADER}def f(): ...\ndef g() -> A: ...\ndef h() -> Gone: ...\n"
    resolver = resolver_of(tmp_path, {"main.py": text})
    path = str(tmp_path / "main.py")
    found = {}
    for name in "fgh":
        (function,) = resolver.evaluate(Name(name), Frame(path, 0))
        assert isinstance(function, FunctionValue)
        found[name] = described(resolver.types.promised(function))
    assert found == {"f": "nothing", "g": "A", "h": "nothing"}


def test_every_expression_is_an_annotation_of_something(tmp_path: Path) -> None:
    resolver = resolver_of(tmp_path, {"main.py": HEADER})
    frame = Frame(str(tmp_path / "main.py"), 0)
    with deep_stack():
        assert resolver.types.annotated(Call(Name("A"), (), ()), frame) == (UNKNOWN,)
        (none,) = resolver.types.annotated(Builtin("NoneType"), frame)
    assert isinstance(none, InstanceValue)
    assert none.is_none
    (union,) = resolver.evaluate(annotation("A | None"), frame)
    assert isinstance(union, AliasValue)
