"""Random trees of modules, and what the interpreter says about the imports in them.

A tree is written to disk and settled: module-level statements that raise are dropped until every
module imports, whichever comes first. The imports that may fail stand in functions, which nothing
calls; ``Interpreter`` executes each of them in a process of its own.
"""

import ast
import importlib
import importlib.machinery
import itertools
import json
import os
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType
from typing import Any, Self

from hypothesis import reject
from hypothesis import strategies as st

TOPS = ("barn", "farm", "zoo")
SEGMENTS = ("red", "green", "blue", "alpha", "beta")
NAMES = ("alpha", "beta", "gamma", "delta", "epsilon", "_hidden")
SPECIAL = ("__name__", "__doc__", "__path__", "__all__", "__dict__", "__spec__", "__package__")

#: A line of a tree: file relative to the root, line from 1.
Place = tuple[str, int]


@dataclass(frozen=True)
class Import:
    """An import statement on line ``offset`` (from 0) of its block.

    ``target`` is the module's full dotted name, relative or not. Where ``guarded`` is set, the
    code says what to do without the name.
    """

    offset: int
    statement: str
    target: str
    guarded: bool = False


@dataclass(frozen=True)
class Block:
    """A statement of a module; ``opaque`` ones bind names that only running them tells."""

    text: str
    imports: tuple[Import, ...] = ()
    star: str | None = None
    opaque: bool = False


@dataclass
class Module:
    """A module: dotted name, file relative to the root (None for a namespace package)."""

    name: str
    path: str | None
    blocks: list[Block] = field(default_factory=list)
    bound: list[str] = field(default_factory=list)

    @property
    def package(self) -> str:
        """The package that relative imports of the module start from."""
        is_package = self.path is None or self.path.endswith("__init__.py")
        return self.name if is_package else self.name.rpartition(".")[0]


@dataclass
class Tree:
    """Modules by dotted name, and files that a package of the same name hides."""

    modules: dict[str, Module]
    hidden: dict[str, str]

    def texts(self) -> dict[str, str]:
        """Return the text of every file, by its path relative to the root."""
        texts = {
            module.path: "".join(f"{block.text}\n" for block in module.blocks)
            for module in self.modules.values()
            if module.path is not None
        }
        return texts | self.hidden

    def write(self, root: Path) -> None:
        """Write the tree below ``root``."""
        for module in self.modules.values():
            if module.path is None:
                (root / module.name.replace(".", "/")).mkdir(parents=True, exist_ok=True)
        for path, text in self.texts().items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)

    def imports(self) -> Iterator[tuple[Place, Module, Import]]:
        """Yield the imports of interest, with the place of each and the module that holds it."""
        for module in self.modules.values():
            line = 1
            for block in module.blocks:
                for statement in block.imports:
                    assert module.path is not None
                    yield (module.path, line + statement.offset), module, statement
                line += block.text.count("\n") + 1

    def drop(self, path: str, line: int) -> None:
        """Remove the block at a place."""
        module = next(module for module in self.modules.values() if module.path == path)
        end = 0
        for number, block in enumerate(module.blocks):
            end += block.text.count("\n") + 1
            if line <= end:
                del module.blocks[number]
                return
        raise AssertionError(f"{path} has no line {line}")

    def may_hide(self, statement: Import) -> bool:
        """Tell whether a linter can be unsure about an import that fails."""
        if statement.guarded:
            return True
        known = self.modules.get(statement.target)
        if known is not None:
            if statement.statement.startswith("import "):
                # It exists, but `import a.b.c as x` takes attributes, which may be rebound.
                return True
            return known.path is None or self._is_opaque(known, set())
        parts = statement.target.split(".")
        above = [".".join(parts[:end]) for end in range(1, len(parts))]
        return any(
            module.path is None or any("__getattr__" in block.text for block in module.blocks)
            for name in above
            if (module := self.modules.get(name)) is not None
        )

    def _is_opaque(self, module: Module, seen: set[str]) -> bool:
        seen.add(module.name)
        # A name that a star or a function brought and `del` took away again is not told from
        # one that stayed.
        takes_away = any(block.star or "global " in block.text for block in module.blocks) and any(
            block.text.startswith("del ") for block in module.blocks
        )
        # Other portions of a namespace package may lie anywhere (PEP 420).
        return (
            takes_away
            or module.path is None
            or any(
                block.opaque
                or (
                    block.star in self.modules
                    and (
                        # Whether a submodule is an attribute yet hangs on what was imported before.
                        any(name.startswith(f"{block.star}.") for name in self.modules)
                        or self._leads_to(block.star, module.name, set())
                        or (
                            block.star not in seen
                            and self._is_opaque(self.modules[block.star], seen)
                        )
                    )
                )
                for block in module.blocks
            )
        )

    def _leads_to(self, start: str, goal: str, seen: set[str]) -> bool:
        """Tell whether loading a module loads another: a star may then find it half-made."""
        if start == goal:
            return True
        seen.add(start)
        return any(
            self._leads_to(name, goal, seen) for name in self._loaded_by(start) if name not in seen
        )

    def _loaded_by(self, name: str) -> set[str]:
        module = self.modules[name]
        loaded: set[str] = set()
        for node in ast.parse("\n".join(block.text for block in module.blocks)).body:
            for part in ast.walk(node) if not isinstance(node, ast.FunctionDef) else ():
                if isinstance(part, ast.Import):
                    loaded.update(alias.name for alias in part.names)
                elif isinstance(part, ast.ImportFrom):
                    base = module.package.split(".")[: -(part.level - 1) or None]
                    parts = (base if part.level else []) + ((part.module or "").split("."))
                    source = ".".join(filter(None, parts))
                    loaded.update({source, *(f"{source}.{alias.name}" for alias in part.names)})
        above = {".".join(full.split(".")[:end]) for full in {*loaded, name} for end in range(1, 9)}
        return above & self.modules.keys() - {name}


@dataclass(frozen=True)
class Verdicts:
    """What the interpreter does at each place: the import fails, works, or it depends."""

    missing: frozenset[Place]
    present: frozenset[Place]
    depends: frozenset[Place]


#: Where the import system itself raises: a tree whose modules take each other's entries away.
_NOWHERE: Place = ("", 0)

# The generator

_KINDS = (
    (*["package"] * 6, "namespace", "module"),
    (*["module"] * 3, *["package"] * 2, "namespace"),
    (*["module"] * 4, "package", "namespace"),
    ("module",),
)


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """Generate trees that may not be settled yet."""
    tree = Tree({}, {})
    for top in draw(st.lists(st.sampled_from(TOPS), min_size=1, max_size=2, unique=True)):
        _plant(draw, tree, top, depth=0)
    names = sorted(tree.modules)
    for module in draw(st.permutations(list(tree.modules.values()))):
        if module.path is not None:
            _fill(draw, tree, module, names)
    return tree


def _plant(draw: st.DrawFn, tree: Tree, name: str, depth: int) -> None:
    """Add a module, or a package and what it holds."""
    path = name.replace(".", "/")
    kind = draw(st.sampled_from(_KINDS[depth]))
    if kind == "module":
        tree.modules[name] = Module(name, f"{path}.py")
        return
    tree.modules[name] = Module(name, None if kind == "namespace" else f"{path}/__init__.py")
    if kind == "package" and draw(st.integers(0, 9)) == 9:
        tree.hidden[f"{path}.py"] = "def alpha(): ...\n\n\nomega = 1\n"
    least = 1 if kind == "namespace" else 0
    segments = st.lists(st.sampled_from(SEGMENTS), min_size=least, max_size=3, unique=True)
    for segment in draw(segments):
        _plant(draw, tree, f"{name}.{segment}", depth + 1)


def _fill(draw: st.DrawFn, tree: Tree, module: Module, names: Sequence[str]) -> None:
    """Write the statements of a module: first what it binds, then functions with imports."""
    for _ in range(draw(st.integers(1, 6))):
        make = draw(st.sampled_from(_WEIGHTED))
        module.blocks.append(make(draw, tree, module, names))
    for number in range(draw(st.integers(0, 3))):
        module.blocks.append(_function(draw, tree, module, names, number))


def _name(draw: st.DrawFn) -> str:
    return draw(st.sampled_from(NAMES))


_BINDINGS = (
    "def {0}(): ...",
    "async def {0}(): ...",
    "class {0}:\n    inner = 1",
    "{0} = 1",
    "{0} = {1} = 1",
    "({0}, *{1}), last = [1, 2], 3",
    "{0}: int = 1",
    "for {0} in range(2):\n    {1} = {0}",
    "for {0} in range(1):\n    pass\nelse:\n    {1} = 1",
    "with open(__file__) as {0}:\n    {1} = 1",
    "if ({0} := 1):\n    pass",
    "match 1:\n    case {0}:\n        pass",
    "match [1, 2]:\n    case [_, *{0}]:\n        {1} = 1",
    "print(end='') if [{0} := item for item in [1]] else None",
    "import json as {0}",
    "import os.path as {0}, os.path",
    "from os import path as {0}",
    "try:\n    {0} = 1\nfinally:\n    {1} = 1",
    "def setter():\n    global {0}\n    {0} = 1\n\n\nsetter()",
    "lazy = lambda: ({0} := 1)\n{1} = lazy",
    "if len(__name__) > 0:\n    def {0}(): ...\nelse:\n    {0} = None",
    "if len(__name__) > 0:\n    {0} = 1\nelse:\n    ghost = 1",
    "if len(__name__) == 0:\n    ghost = 1\nelif len(__name__) > 0:\n    class {0}: ...",
    "try:\n    from absent_vendor import {0}\nexcept ImportError:\n    {0} = None",
    "try:\n    import absent_vendor\nexcept ImportError:\n    def {0}(): ...",
    "try:\n    import json as {0}\nexcept ImportError:\n    ghost = 1",
    "while True:\n    {0} = 1\n    break",
)

_NO_BINDINGS = (
    "{0}: int",
    "def function({0}):\n    {1} = {0}",
    "class Scope:\n    {0} = 1\n\n    def {1}(self): ...",
    "squares = [{0} for {0} in range(3)]",
    "try:\n    pass\nexcept ValueError as {0}:\n    pass",
    "key = lambda {0}: {0}",
    "def outer():\n    def {0}(): ...\n    import json as {1}",
    "'{0} = 1'",
    "type('{0}', (), {{}})",
)


def _bind(draw: st.DrawFn, _tree: Tree, module: Module, _names: Sequence[str]) -> Block:
    form, first, second = draw(st.sampled_from(_BINDINGS)), _name(draw), _name(draw)
    module.bound += [first] + [second] * ("{1}" in form)
    return Block(form.format(first, second))


def _bind_nothing(draw: st.DrawFn, _tree: Tree, _module: Module, _names: Sequence[str]) -> Block:
    return Block(draw(st.sampled_from(_NO_BINDINGS)).format(_name(draw), _name(draw)))


def _delete(draw: st.DrawFn, _tree: Tree, module: Module, _names: Sequence[str]) -> Block:
    return Block(f"del {draw(st.sampled_from(module.bound or NAMES))}")


def _import(draw: st.DrawFn, tree: Tree, module: Module, names: Sequence[str]) -> Block:
    target = draw(st.sampled_from(names))
    alias = draw(st.none() | st.sampled_from(NAMES))
    rename = f" as {alias}" if alias else ""
    if draw(st.integers(0, 3)) == 0:
        module.bound.append(alias or target.partition(".")[0])
        return Block(f"import {target}{rename}")
    name = _wanted(draw, tree, target)
    module.bound.append(alias or name)
    return Block(f"from {_spelled(draw, module, target)} import {name}{rename}")


def _import_guarded(draw: st.DrawFn, tree: Tree, module: Module, names: Sequence[str]) -> Block:
    target = draw(st.sampled_from(names))
    name = _wanted(draw, tree, target)
    statement = f"from {_spelled(draw, module, target)} import {name}"
    module.bound.append(name)
    return Block(
        f"try:\n    {statement}\nexcept ImportError:\n    {name} = None",
        (Import(1, statement, target, guarded=True),),
    )


def _import_star(draw: st.DrawFn, tree: Tree, module: Module, names: Sequence[str]) -> Block:
    target = draw(st.sampled_from(names))
    module.bound += tree.modules[target].bound
    return Block(f"from {_spelled(draw, module, target)} import *", star=target)


def _exports(draw: st.DrawFn, tree: Tree, module: Module, _names: Sequence[str]) -> Block:
    names = st.sampled_from([*module.bound, *_children(tree, module.name), *NAMES[:1]])
    listed = draw(st.lists(names, max_size=3))
    if draw(st.integers(0, 2)) == 0 and listed:
        start, *rest = listed
        more = draw(
            st.sampled_from(
                ("__all__ += {0}", "__all__.extend({0})", "__all__ = __all__ + {0}", "{0}")
            )
        )
        return Block(f"__all__ = [{start!r}]\n{more.format(rest)}")
    return Block(f"__all__ = {tuple(listed) if draw(st.booleans()) else listed}")


_DYNAMIC = (
    """def __getattr__(name):
    if name == '{0}':
        return 1
    raise AttributeError(name)""",
    "globals()['{0}'] = 1",
    "globals().update({0}=1)",
)


def _dynamic(draw: st.DrawFn, _tree: Tree, module: Module, _names: Sequence[str]) -> Block:
    name = _name(draw)
    module.bound.append(name)
    return Block(draw(st.sampled_from(_DYNAMIC)).replace("{0}", name), opaque=True)


_Maker = Callable[[st.DrawFn, Tree, Module, Sequence[str]], Block]
_WEIGHTED: tuple[_Maker, ...] = (
    *[_bind] * 8,
    *[_import] * 6,
    *[_import_star] * 3,
    _bind_nothing,
    _import_guarded,
    _exports,
    _delete,
    _dynamic,
)

_FUNCTIONS = (
    "def use{0}():\n    {1}",
    "async def use{0}():\n    {1}",
    "class Use{0}:\n    def method(self):\n        {1}",
    "def use{0}():\n    def nested():\n        {1}\n    return nested",
    "def use{0}(flag):\n    if flag:\n        return\n    {1}",
    "def use{0}(flag):\n    if flag:\n        {1}\n    else:\n        pass",
    "def use{0}():\n    try:\n        {1}\n    except Exception:\n        pass",
    "def use{0}():\n    try:\n        {1}\n    except ImportError:\n        raise",
    "def use{0}():\n    from contextlib import suppress\n    with suppress(ImportError):\n        {1}",
    "def use{0}():\n    for _ in range(2):\n        {1}",
)


def _function(
    draw: st.DrawFn, tree: Tree, module: Module, names: Sequence[str], number: int
) -> Block:
    """Write a function that holds an import, which may fail."""
    target = draw(st.sampled_from(names))
    if draw(st.integers(0, 4)) == 0:
        target = f"{target}.{draw(st.sampled_from(SEGMENTS))}"
    alias = draw(st.sampled_from(("", " as local")))
    if draw(st.integers(0, 4)) == 0:
        statement = f"import {target}{alias}"
    else:
        name = draw(st.sampled_from(SPECIAL)) if draw(st.integers(0, 9)) == 9 else ""
        name = name or _wanted(draw, tree, target)
        statement = f"from {_spelled(draw, module, target)} import {name}{alias}"
    form = draw(st.sampled_from(_FUNCTIONS))
    offset = form.partition("{1}")[0].count("\n")
    return Block(form.format(number, statement), (Import(offset, statement, target),))


def _wanted(draw: st.DrawFn, tree: Tree, target: str) -> str:
    """Choose a name to import: one that the target may bind, a submodule, or any."""
    module = tree.modules.get(target)
    likely = [*(module.bound if module else ()), *_children(tree, target)]
    options: list[str] = [*likely, *likely, *NAMES, *SEGMENTS]
    return draw(st.sampled_from(options))


def _children(tree: Tree, name: str) -> list[str]:
    prefix = f"{name}."
    names = [other.removeprefix(prefix) for other in tree.modules if other.startswith(prefix)]
    return [name for name in names if "." not in name]


def _spelled(draw: st.DrawFn, module: Module, target: str) -> str:
    """Write a module as an absolute name or, where it can be, as a relative one."""
    here, there = module.package.split("."), target.split(".")
    pairs = zip(here, there, strict=False)
    common = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))
    if common == 0 or draw(st.booleans()):
        return target
    return "." * (len(here) - common + 1) + ".".join(there[common:])


# The interpreter


class Interpreter:
    """A process that imports trees for real; it serves any number of them."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def settle(self, tree: Tree, root: Path) -> None:
        """Write the tree below ``root``, and drop statements until every module imports."""
        while True:
            tree.write(root)
            culprits = self._ask(root, tree, task="failures")
            if not culprits:
                return
            if list(_NOWHERE) in culprits:
                reject()
            for path, line in sorted({(path, line) for path, line in culprits}, reverse=True):
                tree.drop(path, line)

    def judge(self, tree: Tree, root: Path) -> Verdicts:
        """Execute every import of a settled tree in each of several states of the interpreter."""
        asked = list(tree.imports())
        answers = self._ask(
            root,
            tree,
            task="verdicts",
            questions=[
                (module.name, module.package, statement.statement) for _, module, statement in asked
            ],
        )
        places: dict[str, set[Place]] = {"missing": set(), "present": set(), "depends": set()}
        for (place, _, _), answer in zip(asked, answers, strict=True):
            places[answer].add(place)
        return Verdicts(*(frozenset(places[key]) for key in ("missing", "present", "depends")))

    def _ask(self, root: Path, tree: Tree, **request: Any) -> list[Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request |= {"root": os.path.realpath(root), "modules": sorted(tree.modules)}
        self._process.stdin.write(f"{json.dumps(request)}\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert isinstance(answer, list)
        return answer


class _Imports:
    """Inside the process: the imports of one request."""

    def __init__(self, root: str, modules: list[str]) -> None:
        self.root = root
        self.modules = modules
        self.tops = {name.partition(".")[0] for name in modules}

    def forget(self) -> None:
        """Make the interpreter forget the tree."""
        for name in [name for name in sys.modules if name.partition(".")[0] in self.tops]:
            del sys.modules[name]

    def failures(self) -> list[Place]:
        """Return the places of module-level statements that raise, in any order of imports."""
        orders = [[name] for name in self.modules]
        return [
            place
            for order in (*orders, self.modules, self.modules[::-1])
            if (place := self._failure(order)) is not None
        ]

    def _failure(self, order: Iterable[str]) -> Place | None:
        self.forget()
        try:
            for name in order:
                importlib.import_module(name)
        except Exception as error:
            frames = traceback.extract_tb(error.__traceback__)
            inside = [frame for frame in frames if frame.filename.startswith(self.root)]
            if not inside:
                return _NOWHERE
            assert inside[-1].lineno is not None
            return os.path.relpath(inside[-1].filename, self.root), inside[-1].lineno
        return None

    def verdict(self, holder: str, package: str, statement: str) -> str:
        """Execute a statement as if a module held it, whatever was imported before."""
        outcomes = set()
        for order in ([], [holder], self.modules, self.modules[::-1]):
            self.forget()
            try:
                for name in order:
                    importlib.import_module(name)
            except Exception:
                # The import system itself may lose its way in a tree; see _NOWHERE.
                return "depends"
            try:
                exec(statement, {"__name__": holder, "__package__": package})
            except ImportError:
                outcomes.add("missing")
            except KeyError:
                return "depends"
            else:
                outcomes.add("present")
        return outcomes.pop() if len(outcomes) == 1 else "depends"


def _serve() -> None:
    """Answer requests, one JSON document a line."""
    sys.dont_write_bytecode = True
    codes: dict[str, CodeType] = {}
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def get_code(loader: importlib.machinery.SourceFileLoader, _name: str) -> CodeType:
        if loader.path not in codes:
            codes[loader.path] = compile(Path(loader.path).read_text(), loader.path, "exec")
        return codes[loader.path]

    real = importlib.machinery.SourceFileLoader.get_code
    for line in sys.stdin:
        request = json.loads(line)
        imports = _Imports(request["root"], request["modules"])
        codes.clear()
        sys.path.insert(0, imports.root)
        importlib.invalidate_caches()
        importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[assignment,method-assign]
        try:
            if request["task"] == "failures":
                answer: list[Any] = imports.failures()
            else:
                answer = [imports.verdict(*question) for question in request["questions"]]
        finally:
            importlib.machinery.SourceFileLoader.get_code = real  # type: ignore[method-assign]
            imports.forget()
            sys.path.remove(imports.root)
            sys.path_importer_cache.clear()
        answers.write(f"{json.dumps(answer)}\n")
        answers.flush()


if __name__ == "__main__":
    _serve()
