"""Columns count characters from 1, as editors do, whatever the file's encoding and newlines."""

import ast
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncpattern_lint.analysis.positions import Positions


def columns(source: bytes) -> list[tuple[int, int, int]]:
    """Return line, column and end column of every name in a source."""
    positions = Positions(lambda: source)
    spans = [
        positions.span(n.lineno, n.col_offset, n.end_lineno or 0, n.end_col_offset or 0)
        for n in ast.walk(ast.parse(source))
        if isinstance(n, ast.Name)
    ]
    return sorted((span.line, span.column, span.end_column) for span in spans)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x\nyy", [(1, 1, 2), (2, 1, 3)]),
        ("'é'; x", [(1, 6, 7)]),
        ("'日本'; x; 'é'; y", [(1, 7, 8), (1, 15, 16)]),
        ("'\U0001f600'; x", [(1, 6, 7)]),
        ("é = 1", [(1, 1, 2)]),
        ("'e\u0301'; x", [(1, 7, 8)]),
        ("if x:\n\t'é'; y", [(1, 4, 5), (2, 7, 8)]),
        ("'''é\né'''; x", [(2, 7, 8)]),
        ("'é'\n\x0c\nx; 'é'; y", [(3, 1, 2), (3, 9, 10)]),
        ("'é\x0b\x1c\x85\u2028'; x\n'é'; y", [(1, 10, 11), (2, 6, 7)]),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_columns_of_utf8(
    source: str, expected: list[tuple[int, int, int]], newline: str, mark: str
) -> None:
    assert columns((mark + source.replace("\n", newline)).encode()) == expected


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("latin-1", "'éé'; x"),
        ("iso-8859-15", "'€€'; x"),
        ("cp1252", "'€é'; x"),
        ("shift_jis", "'日本'; x"),
        ("utf-8", "'éé'; x"),
    ],
)
@pytest.mark.parametrize("first", ["", "#!/usr/bin/env python\n"])
def test_columns_of_declared_encodings(encoding: str, text: str, first: str) -> None:
    source = f"{first}# -*- coding: {encoding} -*-\n{text}\n".encode(encoding)
    assert columns(source) == [(2 + bool(first), 7, 8)]


def test_spans_over_several_lines() -> None:
    source = "('é' + x(\n 'é', 1))\n".encode()
    assert Positions(lambda: source).span(1, 1, 2, 8) == (1, 2, 2, 8)


def test_a_line_that_is_not_there_is_counted_in_bytes() -> None:
    assert Positions("'é'\n".encode).span(9, 4, 9, 5) == (9, 5, 9, 6)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="'\\")))
@settings(deadline=None, derandomize="CI" in os.environ)
def test_any_text_before_counts_its_characters(text: str) -> None:
    assert columns(f"'{text}'; x\n".encode()) == [(1, len(text) + 5, len(text) + 6)]
