"""The words for where a trail is lost, and expressions as people write them."""

from dataclasses import dataclass

from asyncpattern_lint.index.model import (
    Attribute,
    Await,
    Builtin,
    Call,
    Expr,
    Item,
    Name,
    Narrowed,
    Subscript,
    Union,
    dotted,
)

#: Longer expressions are cut in messages.
_MAX_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Reason:
    """Why nothing is known of an expression: a clause, and the place that it speaks of.

    ``path`` is absolute, None where there is no place; ``line`` counts from 1.
    """

    text: str
    path: str | None = None
    line: int = 0

    @property
    def root(self) -> str:
        """What it comes down to, without what lies on the way to it."""
        return self.text.rpartition(": ")[2]


#: What is left to say where nothing more can be told.
NOT_FOLLOWED = Reason("not followed")


def at(text: str, path: str, line: int) -> Reason:
    """Return a reason with its place; line 0 stands for the file as a whole."""
    return Reason(text, path, max(line, 1))


def because(text: str, cause: Reason | None, path: str | None = None, line: int = 0) -> Reason:
    """Return a reason that another one lies behind, at the place of the deeper one."""
    if cause is None:
        return Reason(text, path, line)
    text = f"{text}: {cause.root}"
    return Reason(text, path, line) if cause.path is None else Reason(text, cause.path, cause.line)


def placed(reason: Reason | None, path: str, line: int) -> Reason | None:
    """Return a reason, with this place if it has none."""
    if reason is None or reason.path is not None:
        return reason
    return at(reason.text, path, line)


def says_nothing(annotation: Expr) -> bool:
    """Tell whether an annotation leaves the type to the value: ``Final`` or ``ClassVar`` alone."""
    return (dotted(annotation) or "").rpartition(".")[2] in {"Final", "ClassVar"}


def written(expr: Expr) -> str:
    """Return an expression about as it is written, on one line."""
    text = _written(expr)
    return text if len(text) <= _MAX_LENGTH else f"{text[: _MAX_LENGTH - 1]}…"


def _written(expr: Expr) -> str:
    match expr:
        case Name(id=name):
            return name
        case Narrowed(value=value):
            return _written(value)
        case Builtin(name=name):
            return "None" if name == "NoneType" else name
        case Attribute(value=value, name=name):
            return f"{_written(value)}.{name}"
        case Call(func=func, args=args, keywords=keywords):
            return f"{_written(func)}({'...' if args or keywords else ''})"
        case Await(value=value):
            return f"(await {_written(value)})"
        case Item(value=value, position=position, unpacked=False):
            return f"{_written(value)}[{position}]"
        case Subscript(value=value, args=args):
            return f"{_written(value)}[{', '.join(map(_written, args)) or '...'}]"
        case Union(options=options):
            return " | ".join(map(_written, options))
        case _:
            return "..."
