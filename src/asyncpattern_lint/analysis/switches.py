"""Whether code is written for one version of something among several."""

import ast
from typing import TYPE_CHECKING

from asyncpattern_lint.index.model import Imported, ModuleIndex
from asyncpattern_lint.index.switches import hangs_on_version, sounds_like_a_version

if TYPE_CHECKING:
    from asyncpattern_lint.analysis.resolver import Resolver

#: More modules than this no constant is handed on through.
_MAX_MODULES = 10


class Switches:
    """Answers for the tests of one module which of them ask for a version."""

    def __init__(self, resolver: "Resolver", path: str, module: ModuleIndex) -> None:
        self.resolver = resolver
        self.path = path
        self.module = module

    def decide(self, test: ast.expr | None) -> bool:
        """Tell whether a test asks which version of something is there."""
        return test is not None and hangs_on_version(test, self._is_version)

    def around(self, line: int) -> bool:
        """Tell whether such a test decides if what is defined in a line is there at all."""
        return any(
            switch.by_version or any(map(self._is_version, switch.names))
            for switch in self.module.switches
            if switch.line < line <= switch.end_line
        )

    def _is_version(self, reference: str) -> bool:
        name, _, attribute = reference.partition(".")
        if not attribute:
            return self._hangs(self.path, name, _MAX_MODULES)
        entry = self.module.scopes[0].bindings.get(name)
        return entry is not None and any(
            self._is_given(self.path, binding.index, attribute, _MAX_MODULES)
            for binding in entry.every
            if isinstance(binding, Imported)
        )

    def _hangs(self, path: str, name: str, left: int) -> bool:
        """Tell whether a global name of a module hangs on a version."""
        module = self.resolver.project.module(path)
        if module is None or not left:
            return False
        if name in module.versions:
            return True
        entry = module.scopes[0].bindings.get(name)
        return entry is not None and any(
            self._is_given(path, binding.index, "", left - 1)
            for binding in entry.every
            if isinstance(binding, Imported)
        )

    def _is_given(self, path: str, index: int, attribute: str, left: int) -> bool:
        """Tell whether an import gives what hangs on a version, or a module that has it."""
        item = self.resolver.module(path).imports[index]
        exports = self.resolver.exports
        for source in exports.sources(path, item):
            name = item.name or attribute
            if source is None:
                if sounds_like_a_version(attribute or name):
                    return True
            elif item.name is None or not attribute:
                if name and self._hangs(source.path, name, left):
                    return True
            else:
                inner = self.resolver.project.submodule(source, item.name)
                if inner is not None and self._hangs(inner.path, attribute, left):
                    return True
        return False
