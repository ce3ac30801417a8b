"""Where an outline keeps that a scope drives what a call gives."""

from textwrap import dedent, indent

import pytest
from outlines import outline

from asyncpattern_lint.index.model import Drive


def drives(body: str) -> list[Drive]:
    text = f"async def f():\n{indent(dedent(body), '    ')}\n"
    return outline(text).scopes[1].drives


@pytest.mark.parametrize(
    ("body", "leaving", "line"),
    [
        ("async for x in a():\n    print(x)", "", 0),
        ("async for x in a():\n    break", "break", 3),
        ("async for x in a():\n    if x:\n        return x", "return", 4),
        ("async for x in a():\n    raise E", "raise", 3),
        ("async for x in a():\n    raise AssertionError(x)", "", 0),
        ("async for x in a():\n    for y in x:\n        break", "", 0),
        (
            "async for x in a():\n    for y in x:\n        pass\n    else:\n        break",
            "break",
            6,
        ),
        ("async for x in a():\n    while x:\n        return", "return", 4),
        ("async for x in a():\n    try:\n        raise E\n    except E:\n        pass", "", 0),
        ("async for x in a():\n    try:\n        pass\n    except E:\n        raise", "raise", 6),
        ("async for x in a():\n    try:\n        raise E\n    finally:\n        y()", "raise", 4),
        ("async for x in a():\n    with y:\n        raise E", "", 0),
        ("async for x in a():\n    with y:\n        return", "return", 4),
        ("async for x in a():\n    match x:\n        case 1:\n            break", "break", 5),
        ("async for x in a():\n    def g():\n        return 1", "", 0),
        ("async for x in a():\n    pass\nelse:\n    return", "", 0),
        ("y = a()\nasync for x in y:\n    break", "break", 4),
        ("y: T = a()\nasync for x in y:\n    return", "return", 4),
        ("await anext(a())", "step", 0),
        ("x = a().__anext__()", "step", 0),
    ],
)
def test_how_a_loop_is_left(body: str, leaving: str, line: int) -> None:
    (drive,) = drives(body)
    assert (drive.leaving, drive.leaving_line) == (leaving, line)


@pytest.mark.parametrize(
    "body",
    [
        "async for x in a:\n    break",
        "y = a\nasync for x in y:\n    break",
        "y = a()\nasync for x in y:\n    break\nawait y.aclose()",
        "y = a()\nz(y)\nasync for x in y:\n    break",
        "y = a()\ny = b()\nasync for x in y:\n    break",
        "global y\ny = a()\nasync for x in y:\n    break",
        "y = a()\ndef g():\n    return y\nasync for x in y:\n    break",
        "def g():\n    y = a()\nasync for x in y:\n    break",
        "for x in a():\n    break",
        "return\nasync for x in a():\n    break",
        "await anext(a)",
        "x = lambda: anext(a())",
        "y = [x async for x in a()]",
    ],
)
def test_what_is_not_driven_on_the_spot(body: str) -> None:
    assert drives(body) == []
