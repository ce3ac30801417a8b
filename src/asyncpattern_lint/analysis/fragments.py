"""Cut out of a file what LibCST has to parse: it is the slowest step by far."""

from collections.abc import Iterator
from typing import NamedTuple

from asyncpattern_lint.index.model import ModuleIndex, Scope
from asyncpattern_lint.source import lines_of


class Fragment(NamedTuple):
    """A stretch of a file from ``line`` (from 1) on, with the numbers of its scopes in order."""

    text: str
    line: int
    numbers: list[int]


def whole_file(text: str, module: ModuleIndex) -> Fragment:
    """Return the whole file as one fragment."""
    return Fragment(text, 1, _in_order(module, range(1, len(module.scopes))))


def fragments(text: str, module: ModuleIndex, scopes: frozenset[int]) -> Iterator[Fragment]:
    """Yield what holds the given scopes: the top-level definitions around them.

    What the module's own statements do needs the whole file.
    """
    outermost = {_outermost(module, number) for number in scopes}
    if 0 in outermost:
        yield whole_file(text, module)
        return
    lines = lines_of(text)
    for top in sorted(outermost):
        scope = module.scopes[top]
        start = min([scope.line, *(decorator.line for decorator in scope.decorators)])
        inside = [
            number
            for number, other in enumerate(module.scopes)
            if number and scope.line <= other.line <= scope.end_line
        ]
        cut = "\n".join(lines[start - 1 : scope.end_line])
        yield Fragment(f"{cut}\n", start, _in_order(module, inside))


def _outermost(module: ModuleIndex, number: int) -> int:
    while number and module.scopes[number].parent:
        number = module.scopes[number].parent
    return number


def _in_order(module: ModuleIndex, numbers: "range | list[int]") -> list[int]:
    def line(number: int) -> int:
        scope: Scope = module.scopes[number]
        return scope.line

    return sorted(numbers, key=line)
