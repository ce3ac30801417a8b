"""Which functions change what they are given, and what they are given.

A function that sets attributes under computed names, protocol methods or bases on one of its
parameters can make of a class, or of an instance, something that its text does not show.
"""

from collections.abc import Iterator, Sequence

from asyncpattern_lint.index.model import (
    Assigned,
    Attribute,
    Binding,
    Call,
    Choice,
    Defined,
    Expr,
    Fallback,
    Imported,
    ModuleIndex,
    Name,
    Parameter,
    ScopeKind,
    Subscript,
    Union,
)
from asyncpattern_lint.protocol import PROTOCOL_METHODS

#: Attributes that decide what an object supports, or may be any.
DECISIVE = frozenset({*PROTOCOL_METHODS, "*", "__bases__", "__class__", "__dict__"})

#: Functions that change nothing, among those that are given classes most.
_HARMLESS = frozenset(
    {
        "cast",
        "getattr",
        "hasattr",
        "isinstance",
        "issubclass",
        "len",
        "print",
        "repr",
        "str",
        "super",
    }
)


def note_writes(index: ModuleIndex, written: set[tuple[str, str]], imported: set[str]) -> None:
    """Note which attributes a module sets on others: the name that leads there, and theirs."""
    index.written = sorted({name for head, name in written if head in imported})
    index.written_modules = sorted(
        {
            (item.name or item.module).rpartition(".")[2]
            for head, name in written
            if name == "*"
            for item in index.imports
            if item.bound == head
        }
    )


def note(index: ModuleIndex, called_at: Sequence[int]) -> None:
    """Note in an outline who changes what.

    ``called_at`` are the lines of the calls that run with the module.
    """
    for entry in index.scopes[0].bindings.values():
        if len(entry.every) > 1:
            first, last = entry.every[0].line, entry.every[-1].line
            entry.called_between = any(first < line < last for line in called_at)
    setters: set[str] = set()
    for write in index.assigned:
        if isinstance(write.base, Name) and write.name in DECISIVE:
            for at, binding in _bindings(index, write.scope, write.base.id):
                if isinstance(binding, Parameter):
                    setters.update(_places(index, at, binding))
    index.setters = sorted(setters)
    index.handed = sorted(set(_handed(index)))


def _places(index: ModuleIndex, number: int, parameter: Parameter) -> Iterator[str]:
    """Yield the arguments that reach a parameter, by the functions that are called with them."""
    owner = index.scopes[index.scopes[number].parent]
    keys = [parameter.name]
    if parameter.position is not None and not parameter.variadic:
        position = parameter.position - (owner.kind is ScopeKind.CLASS)
        if position < 0:
            return
        keys.append(str(position))
    while number > 0:
        scope = index.scopes[number]
        if scope.kind is ScopeKind.FUNCTION:
            yield from (f"{scope.name}:{key}" for key in keys)
        number = scope.parent


def _handed(index: ModuleIndex) -> Iterator[tuple[str, str]]:
    for number, scope in enumerate(index.scopes):
        for call in scope.calls:
            callee = _callee(index, number, call.func)
            if not callee or callee in _HARMLESS or callee[0].isupper():
                continue
            for key, value in (*enumerate(call.args), *call.keywords):
                place = f"{callee}:{key}"
                if isinstance(value, Call):
                    if made := _class_name(index, number, value.func):
                        yield place, made
                elif isinstance(value, Name):
                    for at, binding in _bindings(index, number, value.id):
                        for given in _named(index, at, binding):
                            yield place, given


def _bindings(index: ModuleIndex, number: int, name: str) -> Iterator[tuple[int, Binding]]:
    """Yield what a name is bound to, with the scope that binds it."""
    for at, scope in index.enclosing(number):
        entry = scope.bindings.get(name)
        if entry is not None:
            for binding in entry.every:
                yield at, binding
            return


def _named(index: ModuleIndex, number: int, binding: Binding) -> Iterator[str]:
    """Yield the last names of the classes or modules that a name may stand for."""
    match binding:
        case Defined(scope=scope) if index.scopes[scope].kind is ScopeKind.CLASS:
            yield index.scopes[scope].name
        case Imported(index=position):
            item = index.imports[position]
            yield item.name or item.module.rpartition(".")[2]
        case Parameter(annotation=annotation) if annotation is not None:
            yield from _types(index, number, annotation)
        case Assigned(value=value, annotation=annotation):
            if annotation is not None:
                yield from _types(index, number, annotation)
            for made in _made(value):
                if name := _class_name(index, number, made.func):
                    yield name
        case _:
            pass


def _made(value: Expr) -> Iterator[Call]:
    match value:
        case Call():
            yield value
        case Choice(options=options):
            for option in options:
                yield from _made(option)
        case Fallback(value=first, otherwise=second):
            yield from _made(first)
            yield from _made(second)
        case _:
            pass


def _types(index: ModuleIndex, number: int, annotation: Expr) -> Iterator[str]:
    match annotation:
        case Name() | Attribute():
            if name := _class_name(index, number, annotation):
                yield name
        case Subscript(value=value, args=options):
            yield from _types(index, number, value)
            for option in options:
                yield from _types(index, number, option)
        case Union(options=options):
            for option in options:
                yield from _types(index, number, option)
        case _:
            pass


def _callee(index: ModuleIndex, number: int, func: Expr) -> str:
    """Return the last name of what is called, also of what makes it."""
    while isinstance(func, Call):
        func = func.func
    return _last_name(index, number, func)


def _class_name(index: ModuleIndex, number: int, expr: Expr) -> str:
    """Return the last part of a name if it is written as those of classes are."""
    name = _last_name(index, number, expr)
    return name if name.lstrip("_")[:1].isupper() else ""


def _last_name(index: ModuleIndex, number: int, expr: Expr) -> str:
    """Return the last part of a name, as the module that it is imported from would write it."""
    if isinstance(expr, Attribute):
        return expr.name
    if not isinstance(expr, Name):
        return ""
    for _, binding in _bindings(index, number, expr.id):
        if isinstance(binding, Imported):
            return index.imports[binding.index].name or expr.id
    return expr.id
