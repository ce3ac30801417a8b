"""Small projects beside the standard library's stubs, and what names in them stand for, in words.

What is said of a name is held against the interpreter: the project is run, too.
"""

import ast
import asyncio
import contextlib
import inspect
import sys
import types
from collections.abc import Sized
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import Any

from projects import deep_stack

from asyncpattern_lint.analysis.resolver import Resolver
from asyncpattern_lint.analysis.values import (
    ClassValue,
    External,
    FactoryValue,
    Frame,
    FunctionValue,
    InstanceValue,
    Produced,
    TypeVariable,
    Unknown,
    Value,
    Values,
)
from asyncpattern_lint.index.environment import Environment
from asyncpattern_lint.index.finder import Finder
from asyncpattern_lint.index.model import ModuleIndex, Name
from asyncpattern_lint.index.project import Outline, Project, outline_of
from asyncpattern_lint.protocol import ITERATION_METHODS, METHODS, Kind, Protocol

#: What the interpreter makes of work that is not done yet.
_MADE: dict[Kind, type] = {
    Kind.ASYNC_GENERATOR: types.AsyncGeneratorType,
    Kind.ASYNC_CONTEXT_MANAGER: contextlib._AsyncGeneratorContextManager,
    Kind.COROUTINE: types.CoroutineType,
    Kind.GENERATOR: types.GeneratorType,
    Kind.CONTEXT_MANAGER: contextlib._GeneratorContextManager,
}


class WithStubs(Project):
    """A project whose environment is typeshed and the folder ``site``.

    The stubs are outlined once for all tests.
    """

    def __init__(self, root: Path) -> None:
        environment = Environment(
            [str(root / "site")], version=sys.version_info[:2], project=str(root)
        )
        super().__init__(Finder(str(root)), environment=environment)

    def outline(self, path: str) -> Outline:
        """Return a file's outline, or why it has none."""
        if path.startswith(self.environment.typeshed):
            return _outline(path)
        return super().outline(path)


@cache
def _outline(path: str) -> Outline:
    return outline_of(path)


def resolver_of(root: Path, files: dict[str, str]) -> Resolver:
    """Write a project, load all of it, and return what resolves its names.

    Files below ``site`` are installed packages, which are not loaded.
    """
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    project = WithStubs(root)
    own = [str(root / name) for name in files if not name.startswith("site/")]
    assert list(project.load(own, 1))[-1:] == [len(own)]
    return Resolver(project)


def stubs(root: Path) -> Resolver:
    """Return what resolves names of the standard library alone."""
    return Resolver(WithStubs(root))


def values_of(root: Path, text: str, name: str = "x") -> Values:
    """Return what a global name of a module may stand for."""
    resolver = resolver_of(root, {"main.py": text})
    with deep_stack():
        return resolver.judged(Name(name), Frame(str(root / "main.py"), 0))


def answer(root: Path, text: str) -> str:
    """Return in words what the global ``x`` of a module may stand for."""
    return described(values_of(root, text))


def proven(root: Path, text: str) -> str:
    """Return ``answer`` once the interpreter has said that it is right.

    The module is run and may ``await`` at its top level.
    """
    values = values_of(root, text)
    made = run(text)
    assert any(fits(made, value) for value in values), (described(values), made)
    return described(values)


def run(text: str) -> object:
    """Run a module, which may ``await`` at its top level, and return its global ``x``."""
    module = types.ModuleType("main")
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    code = compile(dedent(text), "main.py", "exec", flags=flags, dont_inherit=True)

    async def execute() -> object:
        waiting = eval(code, module.__dict__)
        if inspect.iscoroutine(waiting):
            await asyncio.wait_for(waiting, 5)
        for value in vars(module).values():
            if inspect.iscoroutine(value):
                value.close()
        made: object = module.__dict__["x"]
        return made

    outer = sys.modules.get("main")
    sys.modules["main"] = module
    try:
        return asyncio.run(execute())
    finally:
        if outer is None:
            del sys.modules["main"]
        else:
            sys.modules["main"] = outer


def fits(made: Any, value: Value) -> bool:
    """Tell whether a value may stand for an object that the interpreter made."""
    match value:
        case Unknown():
            return True
        case InstanceValue(items=tuple(items)):
            return (
                isinstance(made, tuple)
                and len(made) == len(items)
                and all(
                    any(fits(part, known) for known in item)
                    for part, item in zip(made, items, strict=True)
                )
            )
        case InstanceValue(class_name=name, protocols=protocols, is_open=is_open):
            names = {ancestor.__name__ for ancestor in type(made).__mro__}
            supported = is_open or protocols_of(type(made)) in protocols
            return name.rpartition(".")[2] in names and supported and _holds(made, value)
        case Produced(kind=kind):
            return type(made) is _MADE[kind]
        case ClassValue(path=path, number=number):
            name = _name(path, number).rpartition(".")[2]
            return isinstance(made, type) and name in {c.__name__ for c in made.__mro__}
        case _:
            return callable(made)


def _holds(made: Any, value: InstanceValue) -> bool:
    """Whether a builtin container holds what its type arguments say."""
    if value.of is not None or not value.arguments or not isinstance(made, Sized):
        return True
    held = made.values() if isinstance(made, dict) else iter(made)  # type: ignore[call-overload]  # a container
    return all(any(fits(part, known) for known in value.arguments[-1]) for part in held)


def protocols_of(found: type) -> Protocol:
    """Return what the interpreter says that instances of a class support."""

    def has(name: str) -> bool:
        # Not ``hasattr``: that would find what a metaclass gives the class itself.
        return any(vars(c)[name] is not None for c in found.__mro__ if name in vars(c))

    supported = Protocol.NONE
    for protocol, methods in METHODS.items():
        if all(map(has, methods)):
            supported |= protocol
    if any(map(has, ITERATION_METHODS)):
        supported |= Protocol.ITERABLE
    return supported


# --- in words ----------------------------------------------------------------------------


def described(values: Values) -> str:
    """Describe alternatives, in the order of the alphabet; none at all are ``nothing``."""
    return " | ".join(sorted({_described(value) for value in values})) or "nothing"


def _described(value: Value) -> str:
    match value:
        case Unknown():
            return "unknown"
        case InstanceValue(items=tuple(items)):
            return f"tuple[{', '.join(map(described, items))}]"
        case InstanceValue():
            doubts = ["perhaps"] * value.doubtful + ["open"] * value.is_open
            return " ".join([*doubts, value.class_name + _arguments(value.arguments)])
        case ClassValue(path=path, number=number, arguments=arguments):
            return f"class {_name(path, number)}{_arguments(arguments)}"
        case FunctionValue(path=path, number=number, receiver=None):
            return f"function {_name(path, number)}"
        case FunctionValue(path=path, number=number, receiver=receiver) if receiver is not None:
            return f"method {_name(path, number)} of {_described(receiver)}"
        case FactoryValue(function=function):
            return f"factory {_name(function.path, function.number)}"
        case Produced(kind=kind, result=tuple(result)):
            return f"{kind.phrase} of {described(result)}"
        case Produced(kind=kind):
            return kind.phrase
        case External(name=name) | TypeVariable(name=name):
            return name
        case _:
            return type(value).__name__.removesuffix("Value").lower()


def _arguments(arguments: tuple[Values, ...]) -> str:
    return f"[{', '.join(map(described, arguments))}]" if arguments else ""


def _name(path: str, number: int) -> str:
    outline = _outline(path)
    assert isinstance(outline, ModuleIndex)
    return outline.qualified_name(number)
