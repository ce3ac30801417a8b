"""Which functions change what they are given, and what they are given.

A function that sets attributes under computed names, protocol methods or bases on one of its
parameters can make of a class, or of an instance, something that its text does not show.
"""

from collections.abc import Collection, Iterator, Sequence

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

#: A function has no more names than this.
_MAX_NAMES = 10


def note_writes(
    index: ModuleIndex, written: set[tuple[str, str, bool]], imported: set[str]
) -> None:
    """Note which attributes a module sets on others.

    ``written`` are the names that lead there, those of the attributes, and whether the former do so
    by themselves. Where that surely is a module its last name comes before theirs.
    """
    found: set[str] = set()
    for start, name, is_whole in written:
        if start in imported:
            modules = _modules(index, start) if is_whole else []
            found.update(f"{module}.{name}" for module in modules)
            if not modules:
                found.add(name)
    index.written = sorted(found)
    index.written_modules = sorted(
        {
            (item.name or item.module).rpartition(".")[2]
            for start, name, _ in written
            if name == "*"
            for item in index.imports
            if item.bound == start
        }
    )


def _modules(index: ModuleIndex, name: str) -> list[str]:
    """Return the last names of the modules that a name stands for, none if it may be others."""
    items = [item for item in index.imports if item.bound == name]
    is_bound_otherwise = any(
        not isinstance(binding, Imported)
        for scope in index.scopes
        if name in scope.bindings
        for binding in scope.bindings[name].every
    )
    if is_bound_otherwise or any(
        item.name is not None or (item.asname is None and "." in item.module) for item in items
    ):
        return []
    return [item.module.rpartition(".")[2] for item in items]


def note(index: ModuleIndex, called_at: Sequence[int]) -> None:
    """Note in an outline who changes what.

    ``called_at`` are the lines of the calls that run with the module.
    """
    for entry in index.scopes[0].bindings.values():
        if len(entry.every) > 1:
            first, last = entry.every[0].line, entry.every[-1].line
            entry.called_between = any(first < line < last for line in called_at)
    index.handed = sorted(set(_handed(index)))
    handed = {place for place, _ in index.handed}
    setters: set[str] = set()
    for write in index.assigned:
        if isinstance(write.base, Name) and write.name in DECISIVE:
            for at, binding in _bindings(index, write.scope, write.base.id):
                if isinstance(binding, Parameter):
                    setters.update(_places(index, at, binding, handed))
    index.setters = sorted(setters)
    index.renamed = sorted({pair for pair in _renamed(index) if pair[0] != pair[1]})


def _places(
    index: ModuleIndex, number: int, parameter: Parameter, handed: Collection[str]
) -> Iterator[str]:
    """Yield the arguments that reach a parameter, by the functions that are called with them.

    What a function takes that another one makes counts as given to that one, if it gives anything.
    Its own name is known in its module only, which hands something to what is ``handed``.
    """
    owner = index.scopes[index.scopes[number].parent]
    keys = [parameter.name]
    if parameter.position is not None and not parameter.variadic:
        position = parameter.position - (owner.kind is ScopeKind.CLASS)
        if position < 0:
            return
        keys.append(str(position))
    while number > 0:
        scope = index.scopes[number]
        number = scope.parent
        around = index.scopes[number]
        is_nested = around.kind is ScopeKind.FUNCTION
        if scope.kind is ScopeKind.FUNCTION:
            places = [f"{scope.name}:{key}" for key in keys]
            yield from (place for place in places if not is_nested or place in handed)
        if is_nested and not (around.returns or around.yields):
            return


def _handed(index: ModuleIndex) -> Iterator[tuple[str, str]]:
    for number, scope in enumerate(index.scopes):
        for call in scope.calls:
            if isinstance(call.func, Name) and call.func.id in _HARMLESS:
                continue
            given = [_given(index, number, value) for value in call.args]
            named = [
                (key, names)
                for key, value in call.keywords
                if (names := _given(index, number, value))
            ]
            called = [*_called(index, number, call)] if named or any(given) else []
            if any(callee in _HARMLESS and not skipped for skipped, callee in called):
                continue
            for skipped, callee in called:
                if callee.lstrip("_")[:1].isupper():
                    continue
                for key, names in (*enumerate(given[skipped:]), *named):
                    yield from ((f"{callee}:{key}", name) for name in names)


def _called(index: ModuleIndex, number: int, call: Call) -> Iterator[tuple[int, str]]:
    """Yield the names of what a call may call, and how many arguments of it come before theirs.

    What is handed a function mostly calls it with what comes after it.
    """
    # What is handed last gets nothing, unless by keyword.
    functions = (call.func, *(call.args if call.keywords else call.args[:-1]))
    for skipped, function in enumerate(functions):
        if skipped == 0 or isinstance(function, Name | Attribute):
            for name in _callees(index, number, function):
                yield skipped, name


def _given(index: ModuleIndex, number: int, value: Expr) -> list[str]:
    """Return the last names of the classes that an argument is, or is an instance of."""
    if isinstance(value, Call):
        return [name] if (name := _class_name(index, number, value.func)) else []
    if isinstance(value, Name):
        return [
            given
            for at, binding in _bindings(index, number, value.id)
            for given in _named(index, at, binding)
        ]
    return []


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


def _callees(index: ModuleIndex, number: int, func: Expr) -> set[str]:
    """Return the last names that what is called may have, also of what makes it."""
    found: set[str] = set()
    waiting = [func]
    while waiting and len(found) < _MAX_NAMES:
        func = waiting.pop()
        while isinstance(func, Call):
            # ``functools.partial`` hands on to what it is given.
            waiting += [arg for arg in func.args if isinstance(arg, Name | Attribute)]
            func = func.func
        name = _last_name(index, number, func)
        if not name or name in found:
            continue
        found.add(name)
        if isinstance(func, Name):
            bound = [binding for _, binding in _bindings(index, number, func.id)]
            waiting += [binding.value for binding in bound if isinstance(binding, Assigned)]
    return found


def _renamed(index: ModuleIndex) -> Iterator[tuple[str, str]]:
    """Yield the global names under which others may call something, with the name it has itself."""
    for name, entry in index.scopes[0].bindings.items():
        if name.lstrip("_")[:1].isupper():
            continue
        for binding in entry.every:
            if isinstance(binding, Assigned):
                yield from ((name, other) for other in _callees(index, 0, binding.value))


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
