"""The keys of a configuration, and what is wrong with a table that does not keep to them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One table of ``order``: what has to be called first, what then, and in which function."""

    first: str
    then: str
    within: str | None = None


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """A configuration as written; None for a key that is not."""

    select: list[str] | None = None
    extend_select: list[str] | None = None
    ignore: list[str] | None = None
    extend_ignore: list[str] | None = None
    per_file_ignores: dict[str, list[str]] | None = None
    exclude: list[str] | None = None
    extend_exclude: list[str] | None = None
    force_exclude: bool | None = None
    respect_gitignore: bool | None = None
    src: list[str] | None = None
    docs: list[str] | None = None
    python: str | None = None
    target_version: str | None = None
    output_format: str | None = None
    baseline: str | None = None
    never_baseline: list[str] | None = None
    fixable: list[str] | None = None
    unfixable: list[str] | None = None
    unsafe_fixes: bool | None = None
    cache_dir: str | None = None
    order: list[Order] | None = None


class Problem(NamedTuple):
    """What is wrong with a table: the path of the key in it, and a clause that says what."""

    path: tuple[str, ...]
    text: str


#: The keys as they are written, with their names in ``Table``.
KEYS: Mapping[str, str] = dict(
    zip(Table.__struct_encode_fields__, Table.__struct_fields__, strict=True)
)

_MISMATCH = re.compile(r"Expected `([^`]*)`, got `(\w+)`")
_WORDS = {
    "array": "a list", "bool": "true or false", "str": "a string", "object": "a table",
    "int": "an integer", "float": "a number", "datetime": "a date", "date": "a date",
    "time": "a time", "null": "nothing",
}  # fmt: skip


def read(written: object) -> Table | Problem:
    """Return the table that was written, or the first thing that is wrong with it."""
    try:
        return msgspec.convert(written, Table)
    except msgspec.ValidationError:
        return next(_problems(written))


def nearest(key: str) -> str:
    """Return the end of a message: the real key that is most like one that is none."""
    import difflib

    near = difflib.get_close_matches(key.replace("_", "-").lower(), KEYS, n=1)
    return f"; the nearest is `{near[0]}`" if near else ""


def _problems(written: object) -> Iterator[Problem]:
    if not isinstance(written, dict):
        yield Problem((), f"the configuration must be a table, not {_kind(written)}")
        return
    types = {field.encode_name: field.type for field in msgspec.structs.fields(Table)}
    for key, value in written.items():
        if key not in types:
            yield Problem((key,), f"unknown key `{key}`{nearest(key)}")
        elif key == "order":
            yield from _order_problems(value)
        elif isinstance(value, dict) and key == "per-file-ignores":
            for pattern, codes in value.items():
                yield from _mismatch((key, pattern), codes, list[str])
        else:
            yield from _mismatch((key,), value, types[key])


def _order_problems(written: object) -> Iterator[Problem]:
    """Yield what is wrong with ``order``."""
    if not isinstance(written, list):
        yield Problem(("order",), f"`order` must be a list of tables, not {_kind(written)}")
        return
    for item in written:
        yield from _contract_problems(item)


def _contract_problems(written: object) -> Iterator[Problem]:
    if not isinstance(written, dict):
        yield Problem(("order",), f"`order` must be a list of tables; it holds {_kind(written)}")
        return
    known = Order.__struct_encode_fields__
    for key in written:
        if key not in known:
            yield Problem(
                ("order",),
                f"unknown key `{key}` in `order`; known are `first`, `then` and `within`",
            )
    for key in known:
        value = written.get(key)
        if value is None and key != "within":
            yield Problem(("order",), f"a table of `order` lacks `{key}`")
        elif value is not None and not isinstance(value, str):
            yield Problem(("order",), f"`{key}` in `order` must be a string, not {_kind(value)}")


def _mismatch(path: tuple[str, ...], value: object, wanted: Any) -> Iterator[Problem]:
    try:
        msgspec.convert(value, wanted)
    except msgspec.ValidationError as error:
        name = f"`{path[0]}`" if len(path) == 1 else f"`{path[0]}` for {path[1]}"
        match = _MISMATCH.match(str(error))
        kind = match[1].split(" | ")[0] if match else ""
        if isinstance(value, list) and "$[" in str(error):
            inner = next(item for item in value if not isinstance(item, str))
            yield Problem(path, f"{name} must be a list of strings; it holds {_kind(inner)}")
        else:
            expected = "a list of strings" if kind == "array" else _WORDS.get(kind, kind)
            yield Problem(path, f"{name} must be {expected}, not {_kind(value)}")


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "a boolean"
    name = {"list": "array", "dict": "object"}.get(type(value).__name__, type(value).__name__)
    return _WORDS.get(name, name)
