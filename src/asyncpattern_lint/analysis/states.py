"""What names and attributes hold along the paths through a scope, and what tests make of it.

A name of the scope holds what was bound to it last. What an attribute or a global name holds is
known from elsewhere; here stands only what a test told of it, until something may have set it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import libcst as cst

from asyncpattern_lint.analysis.guards import (
    asked_in,
    bound_in,
    calls_in,
    captures,
    class_in,
    guarded_names,
    guarding_calls,
    split,
)
from asyncpattern_lint.analysis.resolver import Resolver
from asyncpattern_lint.analysis.values import ANYTHING, Unknown, Values, union
from asyncpattern_lint.analysis.visitor import ExpressionVisitor, join
from asyncpattern_lint.index.conditions import MAX_PARTS, outcome, parts_of, referred
from asyncpattern_lint.index.handlers import opposite
from asyncpattern_lint.index.model import Ask, Condition, ModuleIndex

State = dict[str, Values]


class StateKeeper(ExpressionVisitor):
    """Keeps track of what holds at the place that a walk has come to."""

    def __init__(self, resolver: Resolver, path: str, module: ModuleIndex, number: int) -> None:
        super().__init__(resolver, path, module, number)
        self.dead = False
        self.ran = False
        self.recorders: list[State] = []
        self.tested: set[str] = set()
        """The attributes and global names of which tests told something."""
        self.rebound_elsewhere = frozenset(
            name
            for position, scope in enumerate(module.scopes)
            if number == 0 and position
            for name in scope.outer
        )

    # --- bindings ----------------------------------------------------------------------

    def bind(self, name: str, values: Values) -> None:
        """Note that a name holds other values from here on."""
        if self.tested and self.env is not None:
            for key in self.tested:
                if key.startswith(f"{name}."):
                    self.env.pop(key, None)
        if name in self.rebound_elsewhere:
            return
        if not values or name in self.module.nonlocals:
            values = ANYTHING
        super().bind(name, values)
        self._record(name, values)

    def _record(self, name: str, values: Values) -> None:
        for recorder in self.recorders:
            recorder[name] = union((recorder.get(name, ()), values))

    def _forget(self, names: Iterable[str]) -> None:
        for name in names:
            self.bind(name, ANYTHING)

    def _state(self) -> State:
        return dict(self.env or {})

    def _join(self, states: Sequence[State]) -> State:
        """Join what alternative paths leave; what is known elsewhere has to be told on each."""
        joined = join(states)
        for key in self.tested & joined.keys():
            if _is_sure(joined[key]) and not all(key in state for state in states):
                del joined[key]
        return joined

    def _branch(self, run: Callable[[], None], start: State, ends: list[State]) -> None:
        """Run one of several alternatives; its end joins ``ends`` if it is reached."""
        self.env = dict(start)
        self.dead = False
        run()
        if not self.dead:
            ends.append(self.env)

    def _merge(self, ends: Sequence[State], otherwise: State) -> None:
        self.dead = not ends
        self.env = self._join(ends) if ends else otherwise

    # --- tests -------------------------------------------------------------------------

    def _outcome(self, test: cst.BaseExpression, holds: bool) -> State:
        """Return what holds where a test turned out so."""
        if sum(1 for _ in parts_of(test, split)) > MAX_PARTS:
            return self._silenced(self._state(), guarded_names(test))
        return outcome(test, holds, self._state(), split, self._after, self._join)

    def _after(self, state: State, part: cst.BaseExpression, holds: bool) -> State:
        condition = asked_in(part, self.module.aliases)
        for name in bound_in(part):
            # What was asked of it before was asked of what it held then.
            state = {**state, name: (self.env or {}).get(name, ANYTHING)}
        if condition is not None:
            left = self.narrowed(state, condition if holds else opposite(condition))
            if left is not None:
                return left
        frame = replace(self.frame, local=state)
        state = self._silenced(state, self.decided(guarding_calls(part), frame))
        return self._disturbed(state) if self.tested and calls_in(part) else state

    def _silenced(self, state: State, names: frozenset[str]) -> State:
        """Take names for anything: the code asks about them, and knows more than is known here."""
        for name in names:
            self._record(name, ANYTHING)
        return {**state, **dict.fromkeys(names, self.silent)}

    silent: Values = ANYTHING

    def narrowed(self, state: State, condition: Condition) -> State | None:
        """Return what a state is where a condition holds, None if it is not understood."""
        name = condition.name
        is_local = self._is_local(name)
        if condition.ask in {Ask.NONE, Ask.TRUE} and (not is_local or name not in state):
            return state
        if name in self.module.nonlocals:
            return None
        frame = replace(self.frame, local=state)
        values = state.get(name) or self.resolver.evaluate(referred(name), frame)
        left = self.resolver.narrowing.narrow(values, condition, frame)
        if left is None:
            return None
        if not is_local:
            self.tested.add(name)
        return {**state, name: left}

    def _is_local(self, name: str) -> bool:
        return (
            name in self.scope.bindings
            and name not in self.scope.outer
            and name not in self.rebound_elsewhere
        )

    # --- what is known elsewhere ---------------------------------------------------------

    def disturb(self) -> None:
        """Note that other code has run, which may have set attributes and global names."""
        super().disturb()
        self.ran = True

    def take_effect(self) -> None:
        """Widen what other code may have set, once the statement that ran it has been judged."""
        if self.ran and self.tested and self.env is not None:
            self.env = self._disturbed(self.env)
        self.ran = False

    def _disturbed(self, state: State) -> State:
        for key in self.tested:
            values = state.get(key)
            if values is None or not _is_sure(values) or self._is_settled(key, state):
                continue
            rest = {name: held for name, held in state.items() if name != key}
            whole = self.resolver.evaluate(referred(key), replace(self.frame, local=rest))
            state = {**state, key: union((values, whole))}
        return state

    def _is_settled(self, key: str, state: State) -> bool:
        """Whether nothing sets an attribute, or a global name, a second time."""
        owner, _, name = key.rpartition(".")
        if not owner:
            entry = self.module.scopes[0].bindings.get(name)
            project = self.resolver.project
            written = name in self.rebound_elsewhere or project.is_written(
                project.module_name(self.frame.path), name
            )
            return entry is not None and len(entry.every) == 1 and not written
        values = self.resolver.evaluate(referred(owner), replace(self.frame, local=state))
        settled = self.resolver.narrowing.members.is_settled
        return bool(values) and all(settled(value, name) for value in values)

    def _refreshed(self, state: State) -> State:
        """Return a state without what tests told, as it is where code of any kind has run."""
        return {
            name: values
            for name, values in state.items()
            if name not in self.tested or not _is_sure(values)
        }

    def forget_attribute(self, name: str) -> None:
        """Note that an attribute of some object is set: it may be that of another name."""
        if self.env is None:
            return
        for key in self.tested:
            if name in key.split(".")[1:]:
                self.env.pop(key, None)

    # --- patterns ------------------------------------------------------------------------

    def _matched(
        self, state: State, subject: str, pattern: cst.MatchPattern
    ) -> tuple[State, State | None]:
        """Return what holds where a pattern matches, and where not; None if it always does."""
        match pattern:
            case cst.MatchAs(pattern=None, name=name):
                return self._captured(state, subject, name), None
            case cst.MatchAs(pattern=inner, name=name) if inner is not None:
                held, failed = self._matched(state, subject, inner)
                return self._captured(held, subject, name), failed
            case cst.MatchOr(patterns=options):
                ends: list[State] = []
                left: State | None = state
                for option in options:
                    if left is not None:
                        held, left = self._matched(left, subject, option.pattern)
                        ends.append(held)
                return self._join(ends), left
            case cst.MatchValue():
                return self._silent_subject(state, subject), state
            case cst.MatchSingleton(value=cst.Name(value="None")):
                condition: Condition | None = Condition(subject, Ask.NONE, True)
            case cst.MatchClass():
                condition = class_in(subject, pattern)
            case _:
                condition = None
        bound = captures(pattern)
        for captured in bound:
            self._record(captured, ANYTHING)
        caught = dict.fromkeys(bound, ANYTHING)
        if not subject or condition is None:
            silenced = self._silent_subject(state, subject)
            return {**silenced, **caught}, silenced
        held_or_none = self.narrowed(state, condition)
        failed_or_none = self.narrowed(state, opposite(condition))
        if held_or_none is None or failed_or_none is None:
            silenced = self._silent_subject(state, subject)
            return {**silenced, **caught}, silenced
        partial = isinstance(pattern, cst.MatchClass) and bool(pattern.patterns or pattern.kwds)
        return {**held_or_none, **caught}, state if partial else failed_or_none

    def _silent_subject(self, state: State, subject: str) -> State:
        return self._silenced(state, frozenset({subject})) if subject else state

    def _captured(self, state: State, subject: str, name: cst.Name | None) -> State:
        if name is None:
            return state
        values = ANYTHING
        if subject:
            frame = replace(self.frame, local=state)
            values = self.resolver.evaluate(referred(subject), frame) or ANYTHING
        if name.value in self.module.nonlocals or name.value in self.rebound_elsewhere:
            values = ANYTHING
        self._record(name.value, values)
        return {**state, name.value: values}


def _is_sure(values: Values) -> bool:
    return not any(isinstance(value, Unknown) for value in values)
