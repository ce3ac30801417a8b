"""Whether a module that mentions its own namespace may bind names that its text does not show.

Sources: https://docs.python.org/3/library/functions.html#globals,
https://docs.python.org/3/library/sys.html#sys.modules and https://peps.python.org/pep-0562/.
"""

import ast
from collections.abc import Collection, Iterator

from asyncpattern_lint.index.handlers import first_name, last_name
from asyncpattern_lint.index.model import Lent

#: Builtins that look at an object without changing it.
_LOOKERS = frozenset(
    {"bool", "getattr", "hasattr", "id", "isinstance", "len", "repr", "str", "type"}
)

#: Builtins that copy what a namespace holds.
_COPIERS = frozenset({"dict", "frozenset", "iter", "len", "list", "set", "sorted", "tuple"})

#: What Python itself notes in a module of where it comes from.
_DESCRIPTIONS = frozenset(
    {
        "__cached__",
        "__doc__",
        "__file__",
        "__loader__",
        "__name__",
        "__package__",
        "__path__",
        "__spec__",
        "__version__",
    }
)

#: What holds a namespace that is only asked, by itself or for a name of its own.
_ASKING = (
    ast.Assign, ast.Attribute, ast.Call, ast.Compare, ast.For, ast.Subscript, ast.comprehension,
    ast.keyword,
)  # fmt: skip

#: What the parameters are declared to be that take a namespace; those of others are not looked at.
_MAPPINGS = frozenset({"Any", "Dict", "Mapping", "MutableMapping", "dict", "object"})

_READING_METHODS = frozenset({"copy", "get", "items", "keys", "values"})


def may_bind(tree: ast.Module, mentions: Collection[ast.expr]) -> tuple[bool, list[Lent]]:
    """Tell whether some mention may bind a name that the text hides.

    A mention is ``sys.modules``, or a call of ``globals`` or ``exec``, of which most only ask
    for something. A function that is told the module's name, and that alone, may do it as well.
    Where it hangs on functions that are handed the namespace these are returned, too.
    """
    if any(map(_hands_over, tree.body)):
        return True, []
    if not mentions:
        return False, []
    parents = Parents(tree)
    lent: list[Lent] = []
    for mention in mentions:
        if not _is_harmless(mention, parents):
            borrower = _borrower(mention, parents)
            if borrower is None:
                return True, []
            lent.append(borrower)
    return bool(lent), lent


def _borrower(mention: ast.expr, parents: "Parents") -> Lent | None:
    """Return the function that is handed the namespace, None where it goes elsewhere."""
    if not isinstance(mention, ast.Call) or mention.args or mention.keywords:
        return None
    holder = parents.of(mention)
    call = parents.of(holder) if isinstance(holder, ast.keyword) else holder
    if not isinstance(call, ast.Call) or any(isinstance(arg, ast.Starred) for arg in call.args):
        return None
    function, given = call.func, call.args
    partial = ""
    if last_name(function) == "partial" and first_name(function) and given:
        partial = ast.unparse(function)
        function, *given = given
    if not first_name(function):
        return None
    name = ast.unparse(function)
    if isinstance(holder, ast.keyword):
        return None if holder.arg is None else Lent(name, holder.arg, partial)
    return Lent(name, str(given.index(mention)), partial) if mention in given else None


def asked_by(function: ast.FunctionDef) -> list[str]:
    """Return the parameters that a function does no more with than ask a namespace something."""
    arguments = function.args
    parameters = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    names = {p.arg for p in parameters if p.annotation is None or _is_mapping(p.annotation)}
    loaded: set[str] = set()
    waiting: list[ast.AST] = [*function.body]
    while waiting and names:
        node = waiting.pop()
        if isinstance(node, ast.Global):
            # What is handed to one may be changed elsewhere.
            return []
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, ast.Name):
                waiting.append(child)
            elif child.id in names:
                loaded.add(child.id)
                if not isinstance(node, _ASKING):
                    names.discard(child.id)
    names &= loaded
    parents = Parents(function) if names else None
    return [
        name
        for name in sorted(names)
        if parents and all(asks_namespace(load, parents) for load in parents.loads(name))
    ]


def _is_mapping(annotation: ast.expr) -> bool:
    node = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    return last_name(node) in _MAPPINGS


class Parents:
    """Which node holds another, and the uses of names, of a module or function."""

    def __init__(self, tree: ast.Module | ast.FunctionDef) -> None:
        self.tree = tree
        self._parents = {
            id(child): node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)
        }

    def of(self, node: ast.AST) -> ast.AST | None:
        """Return what holds a node."""
        return self._parents.get(id(node))

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield what holds a node, from the inside out."""
        parent = self.of(node)
        while parent is not None:
            yield parent
            parent = self.of(parent)

    def loads(self, name: str) -> Iterator[ast.Name]:
        """Yield where a name is read, or may be changed in place."""
        return _loads(name, self.tree)

    def values(self, name: str) -> Iterator[ast.expr]:
        """Yield what is assigned to a name."""
        for node in ast.walk(self.tree):
            match node:
                case (
                    ast.Assign(targets=[ast.Name(id=own)], value=ast.expr() as value)
                    | ast.AnnAssign(target=ast.Name(id=own), value=ast.expr() as value)
                ) if own == name:
                    yield value
                case _:
                    pass

    def tells_own_name(self) -> bool:
        """Whether the module hands ``__name__`` to something other than a reader of it."""
        return any(
            isinstance(node, ast.Name)
            and node.id == "__name__"
            and not isinstance(self.of(node), ast.Compare)
            and not _reads_name(self.of(node))
            for node in ast.walk(self.tree)
        )

    def has_attribute(self, name: str) -> bool:
        """Tell whether an attribute of this name is used."""
        return any(isinstance(n, ast.Attribute) and n.attr == name for n in ast.walk(self.tree))


def _reads_name(node: ast.AST | None) -> bool:
    """Whether a call makes a logger, or reads data that lies beside the module."""
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name.lower().replace("_", "") in {"getlogger", "logger"} or name == "get_data"
        case _:
            return False


def _hands_over(statement: ast.stmt) -> bool:
    """Whether a statement only tells a function the module's name, by which it can be changed."""
    match statement:
        case ast.Expr(value=ast.Call() as call) if not _reads_name(call):
            given = (*call.args, *(keyword.value for keyword in call.keywords))
            return any(isinstance(value, ast.Name) and value.id == "__name__" for value in given)
        case _:
            return False


def _loads(name: str, within: ast.AST | None) -> Iterator[ast.Name]:
    for node in () if within is None else ast.walk(within):
        match node:
            case ast.Name(id=own, ctx=ast.Load()) if own == name:
                yield node
            case ast.AugAssign(target=ast.Name(id=own) as target) if own == name:
                # It may change the object itself, which is then bound again.
                yield target
            case _:
                pass


def _is_harmless(mention: ast.expr, parents: Parents) -> bool:
    if isinstance(mention, ast.Attribute):
        return _asks_modules(mention, parents)
    if isinstance(mention, ast.Call) and isinstance(mention.func, ast.Name):
        if mention.args or mention.keywords:
            # A namespace of its own; one taken from a function may be that of the module.
            return len(mention.args) > 1 and (
                not parents.has_attribute("__globals__")
                or _is_new_namespace(mention.args[1], parents)
            )
        return asks_namespace(mention, parents)
    return False


def _is_new_namespace(node: ast.expr, parents: Parents) -> bool:
    """Whether an expression gives a dictionary that was made for it."""
    match node:
        case ast.Dict() | ast.Call(func=ast.Name(id="dict")):
            return True
        case ast.Name(id=name):
            values = list(parents.values(name))
            return bool(values) and all(
                isinstance(value, ast.Dict | ast.Call) and _is_new_namespace(value, parents)
                for value in values
            )
        case _:
            return False


def asks_namespace(mention: ast.expr, parents: Parents, *, again: bool = True) -> bool:
    """Tell whether a namespace is only asked for what it holds."""
    parent = parents.of(mention)
    match parent:
        case ast.Compare(ops=[ast.In() | ast.NotIn()]):
            return True
        case ast.For() | ast.comprehension() | ast.keyword(arg=None):
            # Going through it gives names, and ``**`` a copy.
            return True
        case ast.Attribute(attr=method):
            caller = parents.of(parent)
            return (
                method in _READING_METHODS
                and isinstance(caller, ast.Call)
                and caller.func is parent
            )
        case ast.Call(func=ast.Name(id="exec" | "eval"), args=[_, given, _]):
            # What the code binds goes into the namespace that comes last.
            return given is mention
        case ast.Call(func=ast.Name(id=name)):
            return name in _COPIERS
        case ast.Subscript(ctx=ast.Load()):
            return True
        case ast.Subscript(ctx=ast.Store(), slice=ast.Name(id=name)):
            return _is_asked_for(name, parent, parents)
        case ast.keyword(arg="globalns" | "localns"):
            # What reads annotations evaluates expressions.
            return True
        case ast.Assign(targets=[ast.Name(id=name)]) if again:
            return all(asks_namespace(load, parents, again=False) for load in parents.loads(name))
        case _:
            return False


def _is_asked_for(name: str, node: ast.AST, parents: Parents) -> bool:
    """Whether a name is what a module-level ``__getattr__`` was asked for.

    It is asked for names that the module does not bind, so that it replaces none.
    """
    match [outer for outer in parents.around(node) if isinstance(outer, _SCOPES)]:
        case [ast.FunctionDef(name="__getattr__", args=arguments), ast.Module()]:
            given = [*arguments.posonlyargs, *arguments.args]
            return [parameter.arg for parameter in given] == [name]
        case _:
            return False


_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.Module)


def _asks_modules(mention: ast.expr, parents: Parents, *, again: bool = True) -> bool:
    """Whether ``sys.modules`` is only asked for modules, one of which may be this one."""
    parent = parents.of(mention)
    match parent:
        case ast.Compare(ops=[ast.In() | ast.NotIn()]):
            return True
        case ast.Assign(targets=[ast.Name(id=name)]) if again:
            return all(_asks_modules(load, parents, again=False) for load in parents.loads(name))
        case ast.Subscript(ctx=ast.Del()) | ast.Subscript(ctx=ast.Store(), slice=ast.Constant()):
            return True
        case ast.Subscript(ctx=ast.Store()):
            return not parents.tells_own_name()
        case ast.Subscript(ctx=ast.Load(), slice=name):
            return _is_of_others(name, parents) or _is_looked_at(parent, parents)
        case ast.Call(func=ast.Name(id=name)) if name in _COPIERS and name != "dict":
            # What it holds by itself are names.
            return True
        case ast.Attribute(attr="keys"):
            call = parents.of(parent)
            return isinstance(call, ast.Call) and call.func is parent
        case ast.Attribute(attr="get" | "pop"):
            call = parents.of(parent)
            match call:
                case ast.Call(func=func) if func is parent:
                    return _is_looked_at(call, parents)
        case _:
            pass
    return _is_gone_through(mention, parents)


def _is_of_others(name: ast.expr, parents: Parents) -> bool:
    """Whether a computed name leads to other modules.

    It may be the module's own only if somebody is told that, or asks what is defined here.
    """
    return not (
        isinstance(name, ast.Constant)
        or parents.tells_own_name()
        or parents.has_attribute("__module__")
    )


def _is_gone_through(mention: ast.expr, parents: Parents) -> bool:
    """Whether a loop over ``sys.modules`` only looks at what it finds."""
    node: ast.AST = mention
    has_modules = False
    parent = parents.of(node)
    while True:
        match parent:
            case ast.Attribute(attr="copy" | "keys" | "items" | "values" as method):
                has_modules = has_modules or method in {"items", "values"}
                node = parents.of(parent) or parent
                if not isinstance(node, ast.Call) or node.func is not parent:
                    return False
            case ast.Call(func=ast.Name(id=name)) if name in _COPIERS:
                node = parent
            case (
                ast.For(iter=iterated, target=target)
                | ast.comprehension(iter=iterated, target=target)
            ):
                loop = parent if isinstance(parent, ast.For) else parents.of(parent)
                held = target.elts[-1] if isinstance(target, ast.Tuple) else target
                return iterated is node and (
                    not has_modules
                    or (
                        isinstance(held, ast.Name)
                        and all(_is_looked_at(load, parents) for load in _loads(held.id, loop))
                    )
                )
            case _:
                return False
        parent = parents.of(node)


def _is_looked_at(node: ast.expr, parents: Parents, *, again: bool = True) -> bool:
    """Whether nothing changes the object that an expression gives."""
    parent = parents.of(node)
    match parent:
        case ast.Expr() | ast.Compare() | ast.UnaryOp() | ast.If() | ast.While():
            return True
        case ast.Attribute(ctx=ast.Load(), attr="__dict__"):
            return asks_namespace(parent, parents)
        case ast.Attribute(ctx=ast.Load(), attr=name):
            return not name.startswith("__") or name in _DESCRIPTIONS
        case ast.Call(func=ast.Name(id=name), args=[first, *_]):
            return name in _LOOKERS and first is node
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.NamedExpr(target=ast.Name(id=name)):
            return again and all(
                _is_looked_at(load, parents, again=False) for load in parents.loads(name)
            )
        case _:
            return False
