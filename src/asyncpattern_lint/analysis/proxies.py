"""Objects that stand for others: their class passes on what it does not bind itself.

See https://docs.python.org/3/reference/datamodel.html#object.__getattr__.
"""

from typing import TYPE_CHECKING

from asyncpattern_lint.analysis.values import ClassValue, Frame, InstanceValue, Values, replace
from asyncpattern_lint.index.model import Expr

if TYPE_CHECKING:
    from asyncpattern_lint.analysis.resolver import Resolver


def behind(resolver: "Resolver", values: Values, annotation: Expr, frame: Frame) -> Values:
    """Return what an annotation says that values stand for; themselves if they are no proxies.

    What a proxy supports by itself is its own affair, so that what it stands for is open.
    """
    proxies = (v for v in values if isinstance(v, InstanceValue) and _is_proxy(resolver, v))
    classes = [proxy.of for proxy in proxies]
    if not classes:
        return values
    promised = resolver.told(resolver.types.annotated(annotation, frame))
    known = [value for value in promised if isinstance(value, InstanceValue)]
    if len(known) != len(promised) or any(
        _is_subclass(resolver, own, promise.of) for own in classes for promise in known
    ):
        return values
    return tuple(replace(value, is_open=True) for value in known)


def _is_proxy(resolver: "Resolver", value: InstanceValue) -> bool:
    return value.of is not None and any(
        ancestor is not None and "__getattr__" in resolver.classes.scope_of(ancestor).bindings
        for ancestor in resolver.classes.lineage(value.of)
    )


def _is_subclass(resolver: "Resolver", own: ClassValue | None, other: ClassValue | None) -> bool:
    return (
        own is not None
        and other is not None
        and any(
            ancestor is not None and ancestor.plain == other.plain
            for ancestor in resolver.classes.lineage(own)
        )
    )
