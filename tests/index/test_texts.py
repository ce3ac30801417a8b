"""Which strings a name may be."""

import ast

import pytest

from asyncpattern_lint.index.texts import texts_of


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("use('a')", ["a"]),
        ("use('a' if x else 'b')", ["a", "b"]),
        ("use(f'a{b}')", ["a*"]),
        ("use(n)", ["*"]),
        ("n = 'a'\nuse(n)", ["a"]),
        ("n: str = 'a'\nuse(n)", ["a"]),
        ("if x:\n    n = 'a'\nelse:\n    n = 'b' if y else 'c'\nuse(n)", ["a", "b", "c"]),
        ("n = 'a'\nuse(n)\nn = 'b'", ["a", "b"]),
        ("n = 'a'\nuse(n)\nn = other", ["*"]),
        ("n = 'a'\nn += 'b'\nuse(n)", ["*"]),
        ("n = m = 'a'\nuse(n)", ["*"]),
        ("for n in ('a', 'b'):\n    use(n)", ["a", "b"]),
        ("for n in ['a', other]:\n    use(n)", ["*"]),
        ("for n in {'a'}:\n    use(n)", ["a"]),
        ("for n in names:\n    use(n)", ["*"]),
        ("for n in 'ab':\n    use(n)", ["*"]),
        ("for n, m in (('a', 1),):\n    use(n)", ["*"]),
        ("async def f():\n    async for n in ('a',):\n        use(n)", ["*"]),
        ("[use(n) for n in ('a', 'b')]", ["a", "b"]),
        ("n = 'a'\ndef f():\n    global n\n    n = 'b'\nuse(n)", ["*"]),
        ("n = 'a'\ndef f(n):\n    use(n)", ["*"]),
        ("n = 'a'\nimport n\nuse(n)", ["*"]),
        ("n = 'a'\nimport x as n\nuse(n)", ["*"]),
        ("n = 'a'\nimport n.b\nuse(n)", ["*"]),
        ("n = 'a'\ndef n(): ...\nuse(n)", ["*"]),
        ("n = 'a'\nwith x as n:\n    use(n)", ["*"]),
        ("n = 'a'\nif (n := x):\n    use(n)", ["*"]),
        ("n = 'a'\ntry: ...\nexcept E as n: ...\nuse(n)", ["*"]),
        ("n = 'a'\nmatch x:\n    case n:\n        use(n)", ["*"]),
        ("n = 'a'\nmatch x:\n    case [*n]:\n        use(n)", ["*"]),
        ("n = 'a'\nmatch x:\n    case {**n}:\n        use(n)", ["*"]),
        (f"for n in ({', '.join(map(repr, map(str, range(60))))}):\n    use(n)", ["*"]),
    ],
)
def test_strings_are_all_or_any(code: str, expected: list[str]) -> None:
    """A name has the strings that are written beside it, or may be any."""
    tree = ast.parse(code)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    used = next(c for c in calls if isinstance(c.func, ast.Name) and c.func.id == "use")
    assert texts_of(used.args[0], [tree]) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def f():\n    n = 'a'\n    def g(): use(n)", ["a"]),
        ("def f(m):\n    n = f'a{m}'\n    def g(): use(n)", ["a*"]),
        ("def f(m):\n    n = 'a' + m\n    def g(): use(n)", ["a*"]),
        ("def f(n):\n    def g(): use(n)", ["*"]),
        ("def f():\n    n = 'a'\n    def g(n): use(n)", ["*"]),
        ("n = 'a'\ndef f():\n    def g(): use(n)", ["*"]),
        ("def f():\n    n = 'a'\n    def g():\n        nonlocal n\n        use(n)", ["*"]),
    ],
)
def test_strings_of_functions_around(code: str, expected: list[str]) -> None:
    tree = ast.parse(code)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    used = functions[-1].body[-1]
    assert isinstance(used, ast.Expr)
    assert isinstance(used.value, ast.Call)
    assert texts_of(used.value.args[0], functions[::-1]) == expected
