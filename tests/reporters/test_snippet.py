"""Carets stand under the span, whatever the line holds."""

import pytest

from asyncpattern_lint.reporters.snippet import underline


@pytest.mark.parametrize(
    ("line", "column", "end_column", "shown", "carets"),
    [
        ("await f()", 7, 10, "await f()", "      ^^^"),
        ("\tawait f()", 8, 11, "    await f()", "          ^^^"),
        ("a\tf()", 3, 6, "a   f()", "    ^^^"),
        ("'日本' + f()", 8, 11, "'日本' + f()", "         ^^^"),
        ("await 日本()", 7, 11, "await 日本()", "      ^^^^^^"),
        ("'e\u0301' + f()", 8, 11, "'e\u0301' + f()", "       "[:-1] + " ^^^"[1:]),
        ("'\x1b' + f()", 7, 10, "'\\x1b' + f()", "         ^^^"),
        ("f()\r\n", 1, 4, "f()", "^^^"),
        ("f()", 9, 12, "f()", "   ^"),
        ("f()", 2, 2, "f()", " ^"),
    ],
)
def test_alignment(line: str, column: int, end_column: int, shown: str, carets: str) -> None:
    assert underline(line, column, end_column) == (shown, carets)


def test_long_lines_are_cut_around_the_span() -> None:
    line = "x" * 100_000 + "f()" + "y" * 100_000
    shown, carets = underline(line, 100_001, 100_004)
    assert len(shown) < 170
    assert shown[carets.index("^") :].startswith("f()y")
    assert shown[0] == shown[-1] == "…"
    assert carets.strip() == "^^^"


def test_the_carets_of_a_cut_span_end_with_the_line() -> None:
    shown, carets = underline("f(" + "x" * 100_000 + ")", 1, 100_004)
    assert len(carets) == len(shown) - 1
