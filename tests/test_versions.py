import pytest

from asyncpattern_lint.versions import Version, lowest, target


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("py37", (3, 7)),
        ("py311", (3, 11)),
        ("3.12", (3, 12)),
        ("py36", None),
        ("py2", None),
        ("py399", None),
        ("py3", None),
        ("python3.11", None),
        ("3.12.1", None),
        ("", None),
    ],
)
def test_a_target_is_a_version_that_there_is(text: str, version: Version | None) -> None:
    assert target(text) == version


@pytest.mark.parametrize(
    ("specifier", "version"),
    [
        (">=3.11", (3, 11)),
        (">= 3.11 , < 4", (3, 11)),
        (">=3.11.4", (3, 11)),
        ("~=3.10", (3, 10)),
        ("==3.12.*", (3, 12)),
        (">3.9", (3, 9)),
        (">=3.8,!=3.9.*,>=3.10", (3, 10)),
        (">=3", (3, 7)),
        (">=2.7,!=3.0.*", None),
        ("<4", None),
        ("==3.*", (3, 7)),
        (">=3.40", (3, 15)),
        ("nonsense", None),
        ("", None),
    ],
)
def test_the_lowest_version_that_a_specifier_allows(
    specifier: str, version: Version | None
) -> None:
    assert lowest(specifier) == version
