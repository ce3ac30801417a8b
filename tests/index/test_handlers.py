"""What hides a failing import, and what a test amounts to when the program runs."""

import ast

import pytest

from asyncpattern_lint.index import handlers
from asyncpattern_lint.index.model import Caught, Guard, Leaving


def guards(text: str) -> tuple[Guard, ...]:
    (statement,) = ast.parse(text).body
    if isinstance(statement, ast.Try | ast.TryStar):
        return handlers.guards_of_try(statement)
    assert isinstance(statement, ast.With | ast.AsyncWith)
    return handlers.guard_of_with([item.context_expr for item in statement.items])


def only(text: str) -> Guard:
    (guard,) = guards(text)
    return guard


@pytest.mark.parametrize(
    ("clause", "caught"),
    [
        ("except", Caught.EVERYTHING),
        ("except Exception", Caught.EVERYTHING),
        ("except BaseException as e", Caught.EVERYTHING),
        ("except ImportError", Caught.IMPORT_ERROR),
        ("except builtins.ImportError", Caught.IMPORT_ERROR),
        ("except ModuleNotFoundError", Caught.MODULE_NOT_FOUND),
        ("except (ValueError, ImportError)", Caught.IMPORT_ERROR),
        ("except (ModuleNotFoundError, Exception)", Caught.EVERYTHING),
        ("except* ImportError", Caught.IMPORT_ERROR),
    ],
)
def test_how_much_a_clause_catches(clause: str, caught: Caught) -> None:
    assert only(f"try: pass\n{clause}: pass").caught is caught


@pytest.mark.parametrize(
    "clause", ["except ValueError", "except (KeyError, OSError)", "except E()"]
)
def test_other_clauses_hide_no_import(clause: str) -> None:
    assert guards(f"try: pass\n{clause}: pass") == ()


def test_clauses_keep_their_order_text_and_line() -> None:
    text = "try: pass\nexcept ImportError as e: pass\nexcept (A, Exception): pass\nexcept: pass"
    assert [(guard.text, guard.line) for guard in guards(text)] == [
        ("except ImportError", 2),
        ("except (A, Exception)", 3),
        ("except", 4),
    ]


@pytest.mark.parametrize(
    ("body", "leaving"),
    [
        ("pass", Leaving.STAYS),
        ("log.warning('x')", Leaving.STAYS),
        ("raise", Leaving.RERAISES),
        ("raise RuntimeError from e", Leaving.DECIDES),
        ("if x:\n        raise", Leaving.RERAISES),
        ("sys.exit(1)", Leaving.DECIDES),
        ("pytest.skip('x')", Leaving.DECIDES),
        ("assert 'x' in str(e)", Leaving.EXPECTS),
        ("def f():\n        raise", Leaving.STAYS),
        ("f = lambda: exit()", Leaving.STAYS),
    ],
)
def test_how_a_handler_gives_up(body: str, leaving: Leaving) -> None:
    assert only(f"try: pass\nexcept ImportError as e:\n    {body}").leaving is leaving


@pytest.mark.parametrize(
    ("rest", "binds"),
    [
        ("except ImportError:\n    a = b.c = None", {"a"}),
        ("except ImportError:\n    import a.b, c as d", {"a", "d"}),
        ("except ImportError:\n    from x import a as b", {"b"}),
        ("except ImportError:\n    def a(): inner = 1\n    class B: inner = 1", {"a", "B"}),
        ("except ImportError:\n    (a, *b), c = x", {"a", "b", "c"}),
        ("except ImportError: pass\nelse:\n    a = 1", {"a"}),
        ("except ImportError: pass\nfinally:\n    a = 1", {"a"}),
    ],
)
def test_what_a_handler_binds_instead(rest: str, binds: set[str]) -> None:
    assert set(only(f"try: pass\n{rest}").binds) == binds


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ("suppress(ImportError)", "suppress(ImportError)"),
        ("contextlib.suppress(KeyError, ImportError) as x", "suppress(KeyError, ImportError)"),
        ("a, suppress(Exception)", "suppress(Exception)"),
    ],
)
def test_suppress_is_a_guard(item: str, text: str) -> None:
    guard = only(f"with {item}: pass")
    assert (guard.text, guard.line, guard.leaving) == (text, 1, Leaving.STAYS)


@pytest.mark.parametrize("item", ["suppress(KeyError)", "suppress()", "open(ImportError)", "a"])
def test_other_contexts_are_none(item: str) -> None:
    assert guards(f"with {item}: pass") == ()


@pytest.mark.parametrize(
    ("test", "truth"),
    [
        ("TYPE_CHECKING", False),
        ("typing.TYPE_CHECKING", False),
        ("not t.TYPE_CHECKING", True),
        ("True", True),
        ("0", False),
        ("''", False),
        ("None", False),
        ("x", None),
        ("x and False", False),
        ("x or True", True),
        ("x and True", None),
        ("x or False", None),
        ("True and 1", True),
        ("False or 0", False),
        ("not x", None),
        ("six.PY2", False),
        ("six.PY3", True),
        ("sys.version_info >= (3,)", True),
        ("sys.version_info < (3, 0)", False),
        ("sys.version_info[0] == 2", False),
        ("sys.version_info.major >= 3", True),
        ("sys.version_info[0] > 2", True),
        ("sys.version_info[0] != 2", True),
        ("sys.version_info >= (3, 12)", None),
        ("sys.version_info[0] == 4", None),
        ("sys.version_info[1] == 3", None),
        ("sys.platform == 'win32'", None),
        ("1 < 2 < 3", None),
        ("__debug__", None),
    ],
)
def test_what_a_test_amounts_to(test: str, truth: bool | None) -> None:
    assert handlers.truth_of(ast.parse(test, mode="eval").body, {}) is truth


@pytest.mark.parametrize(
    ("text", "constants"),
    [
        ("x = True\ny = False", {"x": True, "y": False}),
        ("x = True\nx = False", {}),
        ("x = True\ndef f():\n    global x\n    x = False", {}),
        ("x = True\nfor x in y: pass", {}),
        ("if y:\n    x = True", {}),
        ("x = 1\ny = not 1", {}),
    ],
)
def test_names_that_are_true_or_false_for_good(text: str, constants: dict[str, bool]) -> None:
    assert handlers.constants_of(ast.parse(text)) == constants
    assert handlers.truth_of(ast.Name("x"), constants) is constants.get("x")


@pytest.mark.parametrize(
    ("text", "name"),
    [("a", "a"), ("a.b.c", "c"), ("a.b()", "b"), ("a()()", "a"), ("a[0]", ""), ("1", "")],
)
def test_the_last_name(text: str, name: str) -> None:
    assert handlers.last_name(ast.parse(text, mode="eval").body) == name
