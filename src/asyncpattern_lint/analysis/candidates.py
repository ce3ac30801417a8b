"""Decide from the outlines alone which scopes may hold a misuse.

Every name stands here for all that it is ever bound to in its scope, so nothing is lost: what
the visitor finds live at a place is among it.
"""

from asyncpattern_lint.analysis.judge import may_fail
from asyncpattern_lint.analysis.passing import demands_on_arguments
from asyncpattern_lint.analysis.resolver import Resolver
from asyncpattern_lint.analysis.values import Frame, ModuleValue
from asyncpattern_lint.index.exports import Presence
from asyncpattern_lint.index.model import Attribute, Expr, ModuleIndex, Scope
from asyncpattern_lint.protocol import Use


def candidate_scopes(resolver: Resolver, path: str, module: ModuleIndex) -> list[int]:
    """Return the numbers of the scopes that the visitor has to walk."""
    return [
        number
        for number, scope in enumerate(module.scopes)
        if _is_candidate(resolver, Frame(path, number, everything=True), scope)
    ]


def _is_candidate(resolver: Resolver, frame: Frame, scope: Scope) -> bool:
    for site in scope.uses:
        values = resolver.evaluate(site.value, frame)
        for use in Use:
            if site.uses & 1 << use and may_fail(use, values):
                return True
    for call in scope.calls:
        for demand in demands_on_arguments(resolver, call, frame):
            if may_fail(demand.use, resolver.evaluate(demand.value, frame)):
                return True
    return any(_may_lack(resolver, chain, frame) for chain in scope.attributes)


def _may_lack(resolver: Resolver, chain: Expr, frame: Frame) -> bool:
    """Whether some part of a dotted chain may be missing from a first-party module."""
    while isinstance(chain, Attribute):
        for value in resolver.evaluate(chain.value, frame):
            if (
                isinstance(value, ModuleValue)
                and resolver.exports.has(value.location, chain.name) is Presence.ABSENT
            ):
                return True
        chain = chain.value
    return False
