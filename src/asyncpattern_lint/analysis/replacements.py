"""What tests replace: whether it exists, and whether what takes its place can stand for it."""

from collections.abc import Iterator

from asyncpattern_lint.analysis import wellknown
from asyncpattern_lint.analysis.fakes import FakeChecker
from asyncpattern_lint.analysis.positions import Positions
from asyncpattern_lint.analysis.replacing import Replaced, replacings
from asyncpattern_lint.analysis.resolver import Resolver
from asyncpattern_lint.analysis.strings import StringChecker
from asyncpattern_lint.findings import Observation
from asyncpattern_lint.index.model import ModuleIndex


class ReplacementChecker:
    """Reads the calls of a module that replace something once, for all that is asked of them."""

    def __init__(self, resolver: Resolver, strings: StringChecker) -> None:
        self.resolver = resolver
        self.strings = strings
        self.fakes = FakeChecker(resolver)

    def check(self, path: str, module: ModuleIndex, positions: Positions) -> Iterator[Observation]:
        """Yield the fakes that cannot stand for what they replace, and the names of nothing."""
        replaced: list[Replaced] = []
        for noted in module.noted:
            frame = wellknown.frame_at(path, module, noted.scope, noted.place.line)
            found = replacings(self.resolver, noted, module, frame)
            replaced += [Replaced(noted, frame, replacing) for replacing in found]
            yield from self.strings.check_served(noted, frame, positions)
        yield from self.fakes.check(replaced, module, positions)
        yield from self.strings.check_replaced(replaced, positions)
