"""What hangs on the version of something."""

import ast

import pytest

from asyncpattern_lint.index.switches import sounds_like_a_version, switches_of, versions_of


def versions(text: str) -> list[str]:
    return versions_of(ast.parse(text))


def test_names_hang_on_a_version_through_others() -> None:
    """Whatever is worked out of a version hangs on it."""
    text = (
        "from web import __version__ as WEB\n"
        "major, *rest = WEB.split('.')\n"
        "try:\n    MAJOR = int(major)\nexcept ValueError:\n    NEW = True\n"
        "else:\n    NEW = MAJOR > 2 or TOLD\n"
    )
    assert versions(text) == ["WEB", "major", "rest", "MAJOR", "NEW"]


@pytest.mark.parametrize(
    "value",
    [
        "web.__version__ > '2'",
        "web.VERSION",
        "sys.version_info >= (3, 11)",
        "version('web').startswith('2.')",
        "importlib.metadata.version(name)",
        "pkg_resources.get_distribution('web').version",
    ],
)
def test_what_tells_a_version(value: str) -> None:
    assert versions(f"NEW = {value}") == ["NEW"]


@pytest.mark.parametrize("value", ["web.version", "self.version(1)", "['__version__']", "3", "v2"])
def test_what_tells_none(value: str) -> None:
    assert versions(f"NEW = {value}") == []


@pytest.mark.parametrize("head", ["def f():", "class A:"])
def test_what_functions_and_classes_bind_is_not_global(head: str) -> None:
    assert versions(f"{head}\n    new = web.__version__\n") == []


def test_switches_are_tests_around_functions() -> None:
    """Only those outside functions count, with what they read."""
    text = (
        "if compat.NEW and OLD:\n    def f(): ...\nelif web.__version__:\n    pass\n"
        "if NEW:\n    x = 1\n"
        "class A:\n    if web.__version__:\n        async def g(self): ...\n"
        "def h():\n    if NEW:\n        def i(): ...\n"
    )
    found = switches_of(ast.parse(text))
    assert [(s.line, s.end_line, s.by_version) for s in found] == [(1, 4, False), (8, 9, True)]
    assert set(found[0].names) == {"compat", "compat.NEW", "OLD"}


@pytest.mark.parametrize(
    ("name", "told"),
    [("PYDANTIC_V2", True), ("web_version", True), ("V1", True), ("DEBUG", False), ("IPV", False)],
)
def test_constants_of_other_packages(name: str, told: bool) -> None:
    assert sounds_like_a_version(name) is told
