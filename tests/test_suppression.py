"""Comments suppress what they say on the statement that they stand on, and nothing else."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncpattern_lint.suppression import Layout, Suppressions, may_suppress

KNOWN = ["APL112", "APL131", "APL163", "APL301", "APL303", "APL901", "APL902"]
ENABLED = frozenset(KNOWN)


def suppressed(text: str, line: int = 1, *, readable: bool = True) -> list[str]:
    """Return the known codes that the text suppresses on a line."""
    found = Suppressions(text.encode(), readable=readable)
    return [code for code in KNOWN if found.suppresses(line, code)]


@pytest.mark.parametrize(
    ("comment", "codes"),
    [
        ("# noqa", KNOWN),
        ("#noqa", KNOWN),
        ("# NoQA", KNOWN),
        ("# noqa because of the driver", KNOWN),
        ("# noqa: because of the driver", KNOWN),
        ("# noqa: APL112", ["APL112"]),
        ("# noqa:APL112", ["APL112"]),
        ("# noqa : APL112", ["APL112"]),
        ("# NOQA: apl112", ["APL112"]),
        ("# noqa: APL112,APL303", ["APL112", "APL303"]),
        ("# noqa: APL112, APL303", ["APL112", "APL303"]),
        ("# noqa: APL112 APL303", ["APL112", "APL303"]),
        ("# noqa: APL112 , APL303 because", ["APL112", "APL303"]),
        ("# noqa: APL112 because, not APL303", ["APL112"]),
        ("# noqa: APL3", ["APL301", "APL303"]),
        ("# noqa: APL", KNOWN),
        ("# noqa: E501", []),
        ("# noqa: E501, APL112, F401", ["APL112"]),
        ("# noqa: APL1125", []),
        ("# noqable", []),
        ("# noqa-skip", []),
        ("# see noqa: APL112", []),
        ("# type: ignore  # noqa: APL112", ["APL112"]),
        ("# noqa: E501  # noqa: APL112", ["APL112"]),
        ("# apl: ignore", KNOWN),
        ("#apl:ignore", KNOWN),
        ("# apl: ignore because of the driver", KNOWN),
        ("# apl: ignore[APL112]", ["APL112"]),
        ("# apl: ignore[ apl112 ,APL303 ] because", ["APL112", "APL303"]),
        ("# apl: ignore [APL112]", ["APL112"]),
        ("# apl: ignore[APL1]", ["APL112", "APL131", "APL163"]),
        ("# apl: ignore[APL112]  # apl: ignore[APL131]", ["APL112", "APL131"]),
        ("# apl: ignore[]", []),
        ("# apl: ignore[APL112", []),
        ("# apl: ignored", []),
        ("# apl: ignore-files", []),
        ("# apl: ignore-file", KNOWN),
        ("# apl: ignore-file[APL112]", ["APL112"]),
        ("# flake8: noqa", []),
        ("# flake8: noqa: APL112", []),
        ("# ordinary", []),
    ],
)
def test_spellings(comment: str, codes: list[str]) -> None:
    assert suppressed(f"f()  {comment}\n") == codes


@pytest.mark.parametrize(
    ("comment", "codes"),
    [
        ("# apl: ignore-file", KNOWN),
        ("# apl: ignore-file[APL112, APL3]", ["APL112", "APL301", "APL303"]),
        ("# flake8: noqa", KNOWN),
        ("    # FLAKE8: NOQA", KNOWN),
        ("# flake8: noqa: APL112", ["APL112"]),
        ("# flake8: noqa: E501, APL112", ["APL112"]),
        ("# flake8: noqa: E501", []),
        ("# flake8: noqa because", []),
        ("# noqa", []),
        ("# apl: ignore", []),
    ],
)
@pytest.mark.parametrize("readable", [True, False])
def test_comments_for_the_whole_file(comment: str, codes: list[str], readable: bool) -> None:
    assert suppressed(f"f()\n\n{comment}\n", 1, readable=readable) == codes


def test_a_file_that_cannot_be_parsed_is_suppressed_as_a_whole_only() -> None:
    assert suppressed("def f(:  # noqa\n", readable=False) == []
    assert suppressed("def f(:  # apl: ignore\n# apl: ignore-file[APL901]\n", readable=False) == [
        "APL901"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "'# noqa'; f()\n",
        'f("""\n# noqa\n""")\n',
        "'''\n# apl: ignore-file\n'''\nf()\n",
        "f(f'{1}# noqa')\n",
        "f()\n# noqa\n",
        "# noqa\nf()\n",
        "f(); g()\nh()  # noqa\n",
    ],
)
def test_what_is_no_comment_on_the_statement_counts_for_nothing(text: str) -> None:
    for line in range(1, text.count("\n") + 1):
        if "f(" in text.split("\n")[line - 1]:
            assert suppressed(text, line) == []


STATEMENTS = {
    "a call": "f(\n    a,\n    b,\n)",
    "a comment alone inside": "f(\n    # here\n    a,\n)",
    "a backslash": "x = \\\n    f()",
    "a string": 'f("""\n  a\n""")',
    "a formatted string": 'f(f"""\n  {a}\n""")',
    "a header": "async with (\n    f() as a,\n    g() as b,\n):",
    "a decorated function": "@f(\n    1\n)\n\n@g\ndef h(\n    a,\n    b,\n):",
    "a decorated class": "@f\n# between\nclass A(\n    B,\n):",
    "two statements": "f(); g(\n)",
}


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS)
def test_any_line_of_a_statement_will_do(statement: str) -> None:
    """A comment at any line that can carry one suppresses on all lines, and on no other."""
    body = "\n    pass" if statement.endswith(":") else ""
    lines = f"before()\n{statement}{body}\nafter()\n".split("\n")
    size = statement.count("\n") + 1
    layout = Layout("\n".join(lines))
    places = layout.statement_at(2)
    assert (places.first, places.last) == (2, size + 1)
    assert places.open
    for place in places.open:
        text = "\n".join(
            f"{line}  # noqa: APL112" if number == place else line
            for number, line in enumerate(lines, 1)
        )
        told = [number for number in range(1, len(lines)) if suppressed(text, number)]
        assert told == list(range(2, size + 2))


def test_a_body_is_not_its_header() -> None:
    text = "def f():  # noqa\n    g()\n    h()  # noqa: APL112\n"
    assert [suppressed(text, line) for line in (1, 2, 3)] == [KNOWN, [], ["APL112"]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf", b"# coding: latin-1\n# \xe9\n"])
def test_line_ends_and_encodings(end: str, start: bytes) -> None:
    text = "x = '\x0c\u2028'\n\x0cf(\n\t1,\n)  # noqa: APL112"
    if b"latin" in start:
        text = text.replace("\u2028", "\x85")
    encoding = "latin-1" if b"latin" in start else "utf-8"
    source = start + text.replace("\n", end).encode(encoding)
    shift = start.count(b"\n")
    found = Suppressions(source)
    assert [found.suppresses(line + shift, "APL112") for line in range(1, 5)] == [
        False,
        True,
        True,
        True,
    ]


def test_what_holds_no_comment_is_not_read() -> None:
    assert not may_suppress(b"x = 1  # type: ignore\n")
    assert may_suppress(b"x = 1  # NOQA\n")
    assert may_suppress(b"x = 1  # apl: ignore\n")


@given(st.binary(max_size=200) | st.text(alphabet="#noqa:APL12 \n\r\t\x0c\"'()@\\{f", max_size=200))
@settings(max_examples=300)
def test_no_text_is_too_odd(source: bytes | str) -> None:
    data = source if isinstance(source, bytes) else source.encode()
    for readable in (True, False):
        found = Suppressions(data + b"# noqa: APL112", readable=readable)
        assert isinstance(found.suppresses(1, "APL112"), bool)


# --- suppressions that suppress nothing ---------------------------------------------------------


def unused(
    text: str, *needed: tuple[int, str], enabled: frozenset[str] = ENABLED
) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    found = Suppressions(text.encode())
    for line, code in needed:
        assert found.suppresses(line, code)
    return [
        (u.suppression.text, u.codes, u.unknown)
        for u in found.unused(dict.fromkeys(KNOWN, True), enabled)
    ]


def test_a_needed_comment_is_not_unused() -> None:
    text = "f()  # noqa: APL112\ng()  # apl: ignore\n"
    assert unused(text, (1, "APL112"), (2, "APL131")) == []


def test_each_code_of_a_comment_is_judged() -> None:
    text = "f()  # noqa: APL112, E501, APL3, APL777 because\n"
    assert unused(text, (1, "APL112")) == [
        ("# noqa: APL112, E501, APL3, APL777", ("APL3",), ("APL777",))
    ]


@pytest.mark.parametrize(
    "comment", ["# noqa", "# noqa: E501", "# flake8: noqa", "# noqa: because", "# ruff: noqa"]
)
def test_what_is_meant_for_others_is_never_unused(comment: str) -> None:
    assert unused(f"{comment}\nf()  {comment}\n") == []


@pytest.mark.parametrize(
    ("comment", "codes", "unknown"),
    [
        ("# apl: ignore", (), ()),
        ("# apl: ignore-file", (), ()),
        ("# apl: ignore[APL112]", ("APL112",), ()),
        ("# apl: ignore[E501]", (), ("E501",)),
        ("# apl: ignore[]", (), ()),
        ("# apl: ignore[APL112", (), ()),
        ("# apl: ignore-files", (), ()),
        ("# noqa: APL", ("APL",), ()),
        ("# noqa: APL99", (), ("APL99",)),
    ],
)
def test_comments_without_effect(
    comment: str, codes: tuple[str, ...], unknown: tuple[str, ...]
) -> None:
    assert unused(f"f()  {comment}\n") == [(comment, codes, unknown)]


def test_nothing_is_said_of_codes_that_are_not_enabled() -> None:
    enabled = ENABLED - {"APL301"}
    for comment in ("# noqa: APL301", "# noqa: APL3", "# apl: ignore", "# apl: ignore[APL30]"):
        assert unused(f"f()  {comment}\n", enabled=enabled) == []
    assert unused("f()  # noqa: APL303, APL301\n", enabled=enabled) == [
        ("# noqa: APL303, APL301", ("APL303",), ())
    ]


def test_the_code_for_such_comments_is_never_unused() -> None:
    assert unused("f()  # noqa: APL902\n") == []


def test_what_is_said_of_a_comment_is_suppressed_by_name_or_by_another() -> None:
    def about(text: str) -> bool:
        found = Suppressions(text.encode())
        first = found.all[0]
        return found.suppresses(1, "APL902", about=first)

    assert not about("f()  # apl: ignore\n")
    assert not about("f()  # noqa: APL9\n")
    assert about("f()  # noqa: APL112, APL902\n")
    assert about("f()  # noqa: APL112  # apl: ignore\n")


def test_the_place_of_a_comment() -> None:
    (suppression,) = Suppressions("é = 1  # why  # noqa: APL112 so\n".encode()).all
    assert suppression.span == (1, 15, 1, 29)
    assert re.fullmatch("# noqa: APL112", suppression.text)


@pytest.mark.parametrize(
    ("comment", "codes"),
    [
        ("# noqa", []),
        ("# noqa: APL112", []),
        ("# flake8: noqa", []),
        ("# noqa: APL131  # apl: ignore[APL112]", ["APL112"]),
        ("# apl: ignore", KNOWN),
    ],
)
def test_noqa_may_be_left_to_another_tool(comment: str, codes: list[str]) -> None:
    found = Suppressions(f"x = 1  {comment}\n".encode(), noqa=False)
    assert [code for code in KNOWN if found.suppresses(1, code)] == codes
    assert "APL" not in "".join(
        code
        for unused in found.unused(dict.fromkeys(KNOWN, True), ENABLED)
        for code in unused.codes
    )
