"""Whether a module that hands its namespace to functions still is what its text shows.

It is if all of them only ask it for something, wherever they are defined.
"""

from collections.abc import Callable, Iterator

from asyncpattern_lint.index.finder import Location
from asyncpattern_lint.index.model import Defined, Import, Imported, Lent, Parameter
from asyncpattern_lint.index.project import Project
from asyncpattern_lint.index.trace import Table, table

#: Through more imports than this no function is followed.
_MAX_IMPORTS = 10


class Lending:
    """Answers whether modules may bind names that their texts do not show.

    ``sources`` gives the modules that an import takes from, None for one outside the project.
    """

    def __init__(
        self, project: Project, sources: Callable[[str, Import], Iterator[Location | None]]
    ) -> None:
        self.project = project
        self._sources = sources
        self._open: Table[str, bool] = table(project.trace)

    def is_open(self, path: str) -> bool:
        """Tell whether a module may bind names that neither its text nor its stars show."""
        module = self.project.module(path)
        if module is None or not module.lent:
            return module is None or module.is_open
        known = self._open.get(path)
        if known is None:
            known = self._open[path] = self._may_bind(path, set())
        return known

    def _may_bind(self, path: str, asked: set[str]) -> bool:
        """Tell the same; those that were ``asked`` do not, if no other one does."""
        asked.add(path)
        module = self.project.module(path)
        if module is None or not module.lent:
            return module is None or module.is_open
        return not all(self._only_asks(path, lent, asked) for lent in module.lent)

    def _only_asks(self, path: str, lent: Lent, asked: set[str]) -> bool:
        """Tell whether a function only asks the namespace that a module hands to it."""
        if lent.partial and self._imported(path, lent.partial) != "functools.partial":
            return False
        start, *rest = lent.function.split(".")
        return self._is_asker(path, start, rest, lent.place, asked, _MAX_IMPORTS)

    def _imported(self, path: str, name: str) -> str:
        """Return the dotted name of what a module imports under one, if nothing else has it."""
        start, dot, rest = name.partition(".")
        binding = self._only(path, start)
        if not isinstance(binding, Imported):
            return ""
        module = self.project.module(path)
        item = module.imports[binding.index] if module is not None else None
        if item is None or item.level:
            return ""
        return f"{item.module}{'.' * bool(item.name)}{item.name or ''}{dot}{rest}"

    def _only(self, path: str, name: str) -> Defined | Imported | None:
        """Return what a global name is defined or imported by, if it is by nothing else."""
        module = self.project.module(path)
        entry = None if module is None else module.scopes[0].bindings.get(name)
        if entry is None or len(entry.every) != 1 or not entry.live or entry.partial:
            return None
        binding = entry.every[0]
        return binding if isinstance(binding, Defined | Imported) else None

    def _is_asker(
        self, path: str, name: str, rest: list[str], place: str, asked: set[str], left: int
    ) -> bool:
        """Tell whether a name of a module leads to a function that only asks an argument."""
        project = self.project
        module = project.module(path)
        if module is None or not left:
            return False
        dotted_name = project.module_name(path)
        if project.is_written(dotted_name, name) or project.is_written_into(dotted_name):
            return False
        if path not in asked and self._may_bind(path, asked):
            return False
        binding = self._only(path, name)
        if isinstance(binding, Defined):
            scope = module.scopes[binding.scope]
            return not rest and any(
                parameter.name in scope.only_asked
                for entry in scope.bindings.values()
                for parameter in entry.every
                if isinstance(parameter, Parameter)
                and place in (parameter.name, str(parameter.position))
            )
        if binding is None:
            return False
        item = module.imports[binding.index]
        sources = [*self._sources(path, item)]
        return bool(sources) and all(
            source is not None and self._is_given(source, item, rest, place, asked, left - 1)
            for source in sources
        )

    def _is_given(
        self,
        source: Location,
        item: Import,
        rest: list[str],
        place: str,
        asked: set[str],
        left: int,
    ) -> bool:
        """Tell the same of what an import takes from a module."""
        if item.name is not None:
            module = self.project.submodule(source, item.name)
            if module is None:
                return not source.is_namespace and self._is_asker(
                    source.path, item.name, rest, place, asked, left
                )
            source = module
        elif item.asname is None and "." in item.module:
            # It binds the package at the top, from which the names lead on.
            return False
        return len(rest) == 1 and self._is_asker(source.path, rest[0], [], place, asked, left)
