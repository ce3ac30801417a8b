"""Which bindings of a function's local names nothing uses afterwards."""

from collections.abc import Callable

import libcst as cst

from asyncpattern_lint.analysis.syntax import names_in

#: Calls that may read any local name.
_READS_ALL = frozenset({"locals", "vars", "eval", "exec", "dir"})


def discarded_targets(body: cst.BaseSuite) -> Callable[[cst.Name], bool]:
    """Return a test for the targets of assignments in a function's body.

    A target is discarded if its name does not occur after it; inside a loop, not in the whole
    loop; or if the very next statement of its block replaces it, where no handler sees the first.
    Nested functions count as text: a name in them is an occurrence.
    """
    known: _Occurrences | None = None

    def is_discarded(target: cst.Name) -> bool:
        nonlocal known
        if known is None:
            # Most bodies are never asked about.
            known = _Occurrences()
            known.enter(body)
        return known.is_discarded(target)

    return is_discarded


class _Occurrences:
    def __init__(self) -> None:
        self.places: dict[str, list[int]] = {}
        self.position = 0
        self.loops: list[tuple[int, int]] = []
        self.deferred: frozenset[str] = frozenset()
        self.target_at: dict[int, int] = {}
        self.statements: dict[int, tuple[int, int]] = {}
        """Position of a plain target to its block and the number of its statement in it."""
        self.tries = 0

    def enter(self, node: cst.CSTNode, place: tuple[int, int] = (0, 0)) -> None:
        """Note the names in a node; ``place`` is its block and its number in it."""
        if isinstance(node, cst.Name):
            self.places.setdefault(node.value, []).append(self.position)
            self.target_at[id(node)] = self.position
            self.position += 1
            return
        if isinstance(node, cst.Assign) and len(node.targets) == 1:
            target = node.targets[0].target
            if isinstance(target, cst.Name):
                # The value is evaluated before the name is bound.
                self.enter(node.value, place)
                if not self.tries:
                    self.statements[self.position] = place
                self.enter(target, place)
                return
        if isinstance(node, cst.FunctionDef | cst.Lambda | cst.ClassDef):
            # What is inside runs whenever it likes.
            self.deferred |= names_in(node)
        if isinstance(node, cst.For | cst.While):
            start = self.position
            for child in node.children:
                self.enter(child, place)
            self.loops.append((start, self.position))
            return
        hidden = isinstance(node, cst.Try | cst.TryStar | cst.With)
        self.tries += hidden
        if isinstance(node, cst.IndentedBlock):
            for number, statement in enumerate(node.body):
                self.enter(statement, (id(node), number))
        else:
            for child in node.children:
                self.enter(child, place)
        self.tries -= hidden

    def is_discarded(self, target: cst.Name) -> bool:
        name = target.value
        at = self.target_at.get(id(target))
        if at is None or name in self.deferred or any(call in self.places for call in _READS_ALL):
            return False
        places = self.places[name]
        later = [place for place in places if place > at]
        if later:
            block, number = self.statements.get(at, (0, 0))
            return bool(block) and self.statements.get(later[0]) == (block, number + 1)
        outermost = [loop for loop in self.loops if loop[0] <= at < loop[1]]
        if not outermost:
            return True
        start = min(loop[0] for loop in outermost)
        return not any(place >= start and place != at for place in places)
