"""Check the order of calls that the configuration asks for."""

import ast
from collections.abc import Iterator, Sequence

from asyncpattern_lint.analysis.contracts import Named, Names
from asyncpattern_lint.analysis.courses import UNSURE, Course, Early, Effect
from asyncpattern_lint.analysis.effects import CallEffects, Summary
from asyncpattern_lint.analysis.entry_points import EntryPoint, place_of
from asyncpattern_lint.analysis.places import Places
from asyncpattern_lint.analysis.positions import Positions
from asyncpattern_lint.analysis.resolver import Resolver
from asyncpattern_lint.analysis.strings import StringChecker, observed
from asyncpattern_lint.analysis.values import Frame, FunctionValue, replace
from asyncpattern_lint.analysis.ways import Called, Told
from asyncpattern_lint.config.options import Contract
from asyncpattern_lint.findings import BrokenOrder, Observation, Step, Target
from asyncpattern_lint.index.bodies import Bodies, Body, own_nodes
from asyncpattern_lint.index.builder import parse
from asyncpattern_lint.index.dependencies import text_of
from asyncpattern_lint.index.model import ModuleIndex, ScopeKind
from asyncpattern_lint.index.trace import Table, table

#: Calls inside calls are followed this deep, and so many functions in all for one contract.
_MAX_DEPTH = 40
_MAX_FUNCTIONS = 20_000


class OrderChecker:
    """Checks what the functions of a project call first."""

    def __init__(self, resolver: Resolver, contracts: Sequence[Contract]) -> None:
        self.resolver = resolver
        self.names = Names(resolver)
        self.contracts = contracts
        self._followers: Table[Contract, Follower | bool] = table(resolver.project.trace)
        self._bodies: Table[str, Bodies] = table(resolver.project.trace)

    def check(self, path: str, module: ModuleIndex, positions: Positions) -> Iterator[BrokenOrder]:
        """Yield the calls in a file that come before what has to come first."""
        for contract in self.contracts:
            follower = self._follower(contract)
            if follower is None:
                continue
            for number in follower.roots(path, module, positions):
                yield from follower.check(path, number, positions)

    def _follower(self, contract: Contract) -> "Follower | None":
        known = self._followers.get(contract)
        if known is None:
            first, then, within = (
                self.names.find(name, contract.path) if name else None
                for name in (contract.first, contract.then, contract.within)
            )
            if first is None or then is None or (contract.within and within is None):
                known = False
            else:
                known = Follower(self, contract, first, then, within)
            self._followers[contract] = known
        return known if isinstance(known, Follower) else None

    def body(self, path: str, number: int) -> Body:
        """Return the statements of a function. Raises ``OSError`` where the file is gone."""
        known = self._bodies.get(path)
        if known is None:
            project = self.resolver.project
            project.read_text(path)
            tree = parse(project.read(path), path)
            known = self._bodies[path] = Bodies(tree, self.resolver.module(path))
        return known.of(number)


#: What is not known, or is being found out.
_UNKNOWN = Summary(UNSURE, frozenset({Called.PERHAPS}), may_call=True)


class Follower:
    """Follows the calls in functions for one contract."""

    def __init__(
        self,
        checker: OrderChecker,
        contract: Contract,
        first: Named,
        then: Named,
        within: Named | None,
    ) -> None:
        self.checker = checker
        self.resolver = checker.resolver
        self.names = checker.names
        self.contract = contract
        self.first = first
        self.then = then
        self.within = within
        self._names = frozenset(named.name.rpartition(".")[2] for named in (first, then))
        self._summaries: Table[tuple[FunctionValue, Told], Summary] = table(
            checker.resolver.project.trace
        )
        self._open: dict[tuple[FunctionValue, Told], int] = {}
        self._shallowest = 0
        self._left = 0

    # --- where the contract holds ------------------------------------------------------

    def roots(self, path: str, module: ModuleIndex, positions: Positions) -> Iterator[int]:
        """Yield the numbers of the scopes in a file that have to keep the contract."""
        if self.within is not None:
            if self.within.key[0] == path:
                yield self.within.key[1]
            return
        source = positions.source
        if any(name.encode() in source for name in self._names):
            for number, scope in enumerate(module.scopes):
                if scope.kind is not ScopeKind.CLASS and self.is_root(path, number):
                    yield number

    def is_root(self, path: str, number: int) -> bool:
        """Tell whether a scope has to keep the contract by itself: it names one of both."""
        if self.within is not None:
            return self.within.key == (path, number)
        names = self._names | {
            item.asname
            for item in self.resolver.module(path).imports
            if item.asname and item.name in self._names
        }
        return any(
            isinstance(node, ast.Name | ast.Attribute)
            and (node.id if isinstance(node, ast.Name) else node.attr) in names
            for node in own_nodes(self.checker.body(path, number).statements)
        )

    def check(self, path: str, number: int, positions: Positions) -> Iterator[BrokenOrder]:
        """Yield the calls in a scope that come too early."""
        function = FunctionValue(path, number, None)
        if (path, number) in {self.first.key, self.then.key}:
            return
        self._left, self._shallowest = _MAX_FUNCTIONS, _MAX_DEPTH
        course = self._course(function, frozenset())
        places = Places(path, positions)
        for early in self._broken(course):
            span = places.span(early.node.func)
            name = self.resolver.module(path).qualified_name(number)
            yield BrokenOrder(
                reference=places.text(span),
                first=self.first.name,
                then=self.then.name,
                function=name,
                is_followed=early.followed,
                path=path,
                span=span,
                target=self._target(self.then),
                evidence=(
                    *early.steps,
                    *self._calls_of_first(path, course, early),
                    *self._definitions(),
                    Step(self.contract.path, self.contract.line, "the contract stands here"),
                ),
            )

    def _broken(self, course: Course) -> Iterator[Early]:
        for early in course.early:
            if early.is_reached and (self.within is not None or early.followed or early.is_late):
                yield early

    def _calls_of_first(self, path: str, course: Course, early: Early) -> Iterator[Step]:
        for node in course.firsts:
            where = "called afterwards" if early.followed else "called on other ways only"
            yield Step(path, node.lineno, f"`{ast.unparse(node.func)}` is {where}, here")

    def _definitions(self) -> Iterator[Step]:
        for named in (self.first, self.then):
            target = self._target(named)
            yield Step(target.path, target.line, f"`{named.name}` is defined here")

    def _target(self, named: Named) -> Target:
        path, number = named.key
        return Target(named.name, path, self.resolver.module(path).scopes[number].line)

    # --- what functions do -------------------------------------------------------------

    def _course(self, function: FunctionValue, told: Told) -> Course:
        path, number = function.path, function.number
        module = self.resolver.module(path)
        scope = module.scopes[number]
        calls = self.resolver.calls
        body = self.checker.body(path, number)
        frame = Frame(path, 0)
        if number:
            frame = calls.frame_of(function, calls.receiver_of(function, scope))
        return Course(body, CallEffects(self, frame, body, module), module.constants, told)

    def summary(self, function: FunctionValue, told: Told = frozenset()) -> Summary:
        """Return what calling a function of the project does."""
        key = (replace(function, steps=()), told)
        if key in self._open:
            self._shallowest = min(self._shallowest, self._open[key])
            return _UNKNOWN
        known = self._summaries.get(key)
        if known is not None:
            return known
        if len(self._open) >= _MAX_DEPTH or self._left <= 0:
            self._shallowest = 0
            return _UNKNOWN
        depth = self._open[key] = len(self._open) + 1
        self._left -= 1
        shallowest, self._shallowest = self._shallowest, depth
        known = self._summarised(function, told)
        del self._open[key]
        if self._shallowest >= depth:
            # What hangs on a function that is being followed is known only to whoever follows it.
            self._summaries[key] = known
            self._shallowest = shallowest
        self._shallowest = min(shallowest, self._shallowest)
        return known

    def _summarised(self, function: FunctionValue, told: Told) -> Summary:
        path, number = function.path, function.number
        try:
            course = self._course(function, told)
        except (OSError, RecursionError):
            return _UNKNOWN
        early = next((early for early in course.early if early.is_reached), None)
        chain = None
        if early is not None:
            text = f"`{ast.unparse(early.node.func)}` is called here"
            chain = (Step(path, early.node.lineno, text), *early.steps)
        return Summary(
            Effect(
                frozenset(way.called for way in course.left),
                chain,
                frozenset(course.touched_for_others),
            ),
            frozenset(way.called for way in course.at_yields),
            course.may_call,
            self.within is None and any(self._broken(course)) and self.is_root(path, number),
        )


def check_contracts(strings: StringChecker, contracts: Sequence[Contract]) -> Iterator[Observation]:
    """Yield the names in contracts that name what does not exist: nobody would keep these."""
    for contract in contracts:
        if not contract.line:
            continue
        text = text_of(contract.path, strings.resolver.project.finder.disk)
        for key in ("first", "then", "within"):
            name: str = getattr(contract, key)
            missing = strings.missing(name, contract.path) if name else None
            if missing is not None:
                span = place_of(text, EntryPoint("order", key, name))
                yield observed(missing, name, "order", contract.path, span)
