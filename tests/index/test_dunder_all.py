"""What ``__all__`` lists, as far as its statements show it."""

import pytest
from outlines import outline

from asyncpattern_lint.index.model import OPAQUE, Attribute, Name


def listed(text: str) -> tuple[list[str] | None, bool]:
    """Return the names that are listed, and whether there may be more."""
    module = outline(text)
    names = None if module.exports is None else [export.name for export in module.exports]
    return names, module.exports_open or bool(module.export_sources)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("__all__ = ['a', 'b']", ["a", "b"]),
        ("__all__ = ('a', 'b')", ["a", "b"]),
        ("__all__ = 'a', 'b'", ["a", "b"]),
        ("__all__ = []", []),
        ("__all__: list[str] = ['a']", ["a"]),
        ("__all__ = ['a'] + ['b']", ["a", "b"]),
        ("__all__ = [*('a', 'b'), 'c']", ["a", "b", "c"]),
        ("__all__ = sorted(['a'])", ["a"]),
        ("__all__ = ['a']\n__all__ += ['b']", ["a", "b"]),
        ("__all__ = ['a']\n__all__ = __all__ + ['b']", ["a", "b"]),
        ("__all__ = ['a']\n__all__.extend(['b', 'c'])", ["a", "b", "c"]),
        ("__all__ = ['a']\n__all__.append('b')", ["a", "b"]),
        ("__all__ = ['a']\n__all__.insert(0, 'b')", ["a", "b"]),
        ("__all__ = ['a', 'b']\n__all__.remove('a')", ["b"]),
        ("__all__ = ['a']\n__all__ = ['b']", ["b"]),
        ("__all__ = [f()]\n__all__ = ['b']", ["b"]),
        ("if False:\n    __all__ = ['a']\nelse:\n    pass", None),
        ("def f():\n    __all__ = ['a']", None),
        ("class A:\n    __all__ = ['a']", None),
        ("all = ['a']", None),
    ],
)
def test_what_is_listed_for_certain(text: str, names: list[str] | None) -> None:
    assert listed(text) == (names, False)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("__all__ = make()", []),
        ("__all__ = ['a', name]", ["a"]),
        ("__all__ = [n for n in dir()]", []),
        ("__all__ = ['a'] + make()", ["a"]),
        ("__all__ = ['a']\nif x:\n    __all__ += ['b']", ["a", "b"]),
        ("if x:\n    __all__ = ['a']\nelse:\n    __all__ = ['b']", ["a", "b"]),
        ("__all__ = ['a']\nfor n in names:\n    __all__.append(n)", ["a"]),
        ("__all__ = ['a']\n__all__.remove(name)", []),
        ("__all__ = ['a']\n__all__.clear()", []),
    ],
)
def test_the_rest_may_be_computed(text: str, names: list[str]) -> None:
    assert listed(text) == (names, True)


@pytest.mark.parametrize(
    "text",
    [
        "from . import sub\n__all__ = sub.__all__",
        "from . import sub\n__all__ = ['a'] + sub.__all__",
        "from . import sub\n__all__ = [*sub.__all__]",
        "from . import sub\n__all__ = ['a']\n__all__ += sub.__all__",
        "from . import sub\n__all__ = ['a']\n__all__.extend(sub.__all__)",
        "from . import sub\n__all__ = list(sub.__all__)",
    ],
)
def test_lists_of_other_modules_are_taken_over(text: str) -> None:
    module = outline(text)
    assert module.export_sources == [Name("sub")]
    assert not module.exports_open


def test_sources_are_dotted_chains_or_anything() -> None:
    assert outline("__all__ = a.b.__all__").export_sources == [Attribute(Name("a"), "b")]
    assert outline("__all__ = a().__all__").export_sources == [OPAQUE]


def test_places_are_those_of_the_strings() -> None:
    exports = outline("__all__ = [\n    'é', 'b',\n]\n__all__ += ['c']\n").exports
    assert exports is not None
    assert [(e.name, e.line, e.column, e.end_line, e.end_column) for e in exports] == [
        ("é", 2, 4, 2, 8),
        ("b", 2, 10, 2, 13),
        ("c", 4, 12, 4, 15),
    ]
