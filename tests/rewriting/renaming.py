"""Other names for local variables, and aliases for what is imported."""

import ast
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import CodeType

from rewriting import Files, Program, Rewritten, mentions, nodes, quoted
from rewriting.scopes import Variable, renamed, variables

#: Modules that use one of these may look at names of variables.
_REFLECTION = frozenset(
    {"locals", "globals", "vars", "dir", "eval", "exec", "inspect", "_getframe", "__dict__"}
)


class Renaming:
    """Renames the variables that ``chosen`` chooses, by putting ``prefix`` before their names."""

    def __init__(
        self, chosen: Callable[[Program, str, Variable], bool], prefix: str = "renamed_"
    ) -> None:
        self.chosen = chosen
        self.prefix = prefix

    def spots(self, program: Program) -> Sequence[str]:
        return [f"{path} {variable.label}" for path, variable in self._variables(program)]

    def rewrite(self, program: Program, spots: Iterable[str]) -> Rewritten:
        wanted = set(spots)
        files = dict(program.files)
        names: dict[str, list[tuple[Variable, str]]] = {}
        for path, variable in self._variables(program):
            if f"{path} {variable.label}" in wanted:
                names.setdefault(path, []).append((variable, f"{self.prefix}{variable.name}"))
        for path, pairs in names.items():
            text = renamed(files[path], pairs)
            assert _names(text, path, self.prefix) == _names(files[path], path, self.prefix), path
            files[path] = text
        return Rewritten(files)

    def _variables(self, program: Program) -> Iterator[tuple[str, Variable]]:
        spoken = _keywords(program.files).union(*map(quoted, program.files.values()))
        for path, text in program.files.items():
            if mentions({path: text}, _REFLECTION):
                continue
            for variable in variables(text):
                if variable.name not in spoken and self.chosen(program, path, variable):
                    yield path, variable


def _keywords(files: Files) -> frozenset[str]:
    """Return the names by which arguments are passed."""
    return frozenset(
        node.arg
        for text in files.values()
        for node in nodes(text)
        if isinstance(node, ast.keyword) and node.arg is not None
    )


def _names(text: str, path: str, prefix: str) -> list[tuple[object, ...]]:
    """Return which names the compiled functions of a module use, without the prefix.

    A name that was forgotten, or renamed where it means another variable, changes its list.
    """
    found: list[tuple[object, ...]] = []
    queue = [compile(text, path, "exec", dont_inherit=True)]
    while queue:
        code = queue.pop()
        queue += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
        lists = (code.co_names, code.co_varnames, code.co_cellvars, code.co_freevars)
        names = ({name.removeprefix(prefix) for name in names} for names in lists)
        found.append((code.co_name.removeprefix(prefix), *names))
    return found


def is_local(program: Program, path: str, variable: Variable) -> bool:
    """Choose what functions and comprehensions bind and do not import.

    A library may pass arguments by name, so that parameters stay as they are beside one.
    """
    if variable.is_global or variable.is_imported:
        return False
    return not variable.is_parameter or _tops(program.files[path]) <= _known(program.files)


def _tops(text: str) -> set[str]:
    """Return the outermost modules or packages that a module imports by their full names."""
    return {
        name.partition(".")[0]
        for node in nodes(text)
        if isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and not node.level)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
        )
    }


def _known(files: Files) -> set[str]:
    parts = {part.removesuffix(".py") for path in files for part in path.split("/")}
    return parts | sys.stdlib_module_names


def is_import(program: Program, path: str, variable: Variable) -> bool:
    """Choose what functions import, and what a main module imports that nobody imports."""
    if not variable.is_imported or not variable.is_global:
        return variable.is_imported
    imported = (
        name
        for text in program.files.values()
        for node in nodes(text)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (getattr(node, "module", None), *(alias.name for alias in node.names))
    )
    return (
        path.rpartition("/")[2] == "main.py"
        and "import *" not in program.files[path]
        and not any("main" in (name or "").split(".") for name in imported)
    )


RENAMING = Renaming(is_local)
ALIASING = Renaming(is_import, "alias_of_")
