"""The outline of a module is what its text binds, imports, defines and uses."""

import warnings

import pytest
from outlines import binding, live_lines, only_import, outline, scope_of

from asyncpattern_lint.index import builder
from asyncpattern_lint.index.model import (
    OPAQUE,
    Assigned,
    Attribute,
    Builtin,
    Call,
    Defined,
    Entered,
    Imported,
    Lambda,
    ModuleIndex,
    Name,
    Parameter,
    ScopeKind,
    Subscript,
)
from asyncpattern_lint.protocol import Use


def uses(module: ModuleIndex, name: str) -> dict[str, set[Use]]:
    """Return what the scope of a name does with names and with what calling a name gives."""
    found: dict[str, set[Use]] = {}
    for site in scope_of(module, name).uses:
        match site.value:
            case Name(id=used):
                key = used
            case Call(func=Name(id=used)):
                key = f"{used}()"
            case _:
                continue
        found.setdefault(key, set()).update(use for use in Use if site.uses & 1 << use)
    return found


# --- which bindings stand ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("x = 1\nx = 2\n", [2]),
        ("if a:\n    x = 1\nelse:\n    x = 2\n", [2, 4]),
        ("x = 1\nif a:\n    x = 2\n", [1, 3]),
        ("if a:\n    x = 1\nelse:\n    raise E\n", [2]),
        ("try:\n    x = 1\nexcept E:\n    x = 2\n", [2, 4]),
        ("try:\n    x = 1\nexcept E:\n    raise\n", [2]),
        ("try:\n    x = 1\nfinally:\n    x = 2\n", [4]),
        ("try:\n    x = 1\nexcept E:\n    x = 2\nelse:\n    x = 3\n", [4, 6]),
        ("for x in y:\n    pass\n", [1]),
        ("x = 1\nfor _ in y:\n    x = 2\n", [1, 3]),
        ("x = 1\nwhile a:\n    x = 2\n    if b:\n        x = 3\n        break\n", [1, 3, 5]),
        ("while True:\n    x = 1\n    break\nx = 2\n", [4]),
        ("x = 1\nwith a:\n    x = 2\n", [1, 3]),
        ("x = 1\nwith a:\n    x = 2\n    raise E\n", [1, 3]),
        ("match a:\n    case 1:\n        x = 1\n    case _:\n        x = 2\n", [3, 5]),
        ("x = 0\nmatch a:\n    case 1:\n        x = 1\n", [1, 4]),
        ("match a:\n    case [x, *_]:\n        pass\n", [2]),
        ("x = 1\ndef f():\n    global x\n    x = 2\n", [1, 4]),
        ("x = 1\ndef f():\n    x = 2\n", [1]),
        ("if False:\n    x = 1\nelse:\n    x = 2\n", [4]),
        ("import sys\nif sys.version_info[0] == 2:\n    x = 1\nelse:\n    x = 2\n", [5]),
        ("if (x := a):\n    pass\n", [1]),
        ("x = 1\n[x := y for y in z]\n", [2]),
        ("x: int = 1\n", [1]),
        ("x, (y, *z) = a\n", [1]),
        ("class x:\n    x = 2\n", [1]),
        ("x = 1\nimport x.y\n", [2]),
        ("x = 1\nraise E\nx = 2\n", [1]),
        ("x = 1\nassert False\nx = 2\n", [3]),
        ("x = 1\nimport sys\nsys.exit()\nx = 2\n", [1]),
    ],
)
def test_what_may_stand_at_the_end_is_live(text: str, lines: list[int]) -> None:
    assert live_lines(text, "x") == lines


def test_annotations_alone_bind_nothing() -> None:
    assert "x" not in outline("x: int\n").scopes[0].bindings


def test_comprehensions_keep_their_names() -> None:
    assert not outline("[x for x in (y async for y in z)]\n").scopes[0].bindings


@pytest.mark.parametrize(
    ("text", "deleted", "partial", "live"),
    [
        ("x = 1\ndel x\n", True, False, False),
        ("x = 1\nif a:\n    del x\n", True, False, True),
        ("if a:\n    x = 1\n", False, True, True),
        ("try:\n    pass\nexcept E as x:\n    pass\n", True, True, False),
        ("x = 1\n", False, False, True),
    ],
)
def test_names_that_may_be_missing_at_the_end(
    text: str, deleted: bool, partial: bool, live: bool
) -> None:
    entry = binding(text, "x")
    assert (entry.deleted, entry.partial, bool(entry.live)) == (deleted, partial, live)


def test_what_only_type_checkers_see_is_not_live() -> None:
    entry = binding("if TYPE_CHECKING:\n    from a import x\nelse:\n    x = 1\n", "x")
    assert [entry.every[position].line for position in entry.type_only] == [2]
    assert [entry.every[position].line for position in entry.live] == [4]


def test_all_bindings_of_a_function_are_live() -> None:
    """A closure may run whenever it likes."""
    module = outline("def f(x):\n    x = 1\n    x = 2\n    del x\n")
    assert scope_of(module, "f").bindings["x"].live == [0, 1, 2]


def test_what_names_are_bound_to() -> None:
    module = outline("""\
        import a.b
        x = a.b.c()
        with x as entered: pass
        for element in x: pass
        pair, other = 1, x
        first, second = x
        text = "a" "b"
        def f(position, /, plain: int, *rest, keyword: "str | None" = None, **others): pass
    """)
    names = module.scopes[0].bindings
    x = Name("x")
    made = Call(Attribute(Attribute(Name("a"), "b"), "c"), (), ())
    assert names["a"].every == [Imported(1, 0)]
    assert names["x"].every == [Assigned(2, made)]
    assert names["entered"].every == [Assigned(3, Entered(x, False))]
    assert names["pair"].every == [Assigned(5, Builtin("int"))]
    assert names["other"].every == [Assigned(5, x)]
    assert names["first"].every == [Assigned(6, OPAQUE)]
    assert names["text"].every == [Assigned(7, Builtin("str"))]
    assert names["f"].every == [Defined(8, 1)]
    parameters = [entry.every[0] for entry in module.scopes[1].bindings.values()]
    assert [(p.name, p.position, p.variadic) for p in parameters if isinstance(p, Parameter)] == [
        ("position", 0, ""),
        ("plain", 1, ""),
        ("keyword", None, ""),
        ("rest", 2, "*"),
        ("others", None, "**"),
    ]


# --- scopes ------------------------------------------------------------------------------


def test_scopes_are_numbered_in_the_order_of_the_text() -> None:
    module = outline("""\
        class A:
            def f(self):
                def g(): pass
        async def h(): pass
    """)
    described = [(s.kind, s.name, s.parent, s.line, s.end_line) for s in module.scopes[1:]]
    assert described == [
        (ScopeKind.CLASS, "A", 0, 1, 3),
        (ScopeKind.FUNCTION, "f", 1, 2, 3),
        (ScopeKind.FUNCTION, "g", 2, 3, 3),
        (ScopeKind.FUNCTION, "h", 0, 4, 4),
    ]
    assert module.qualified_name(3) == "A.f.g"
    assert [number for number, _ in module.enclosing(3)] == [3, 2, 0]
    assert [number for number, _ in module.enclosing(1)] == [1, 0]


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("return 1", 0),
        ("x = yield", 2),
        ("return (yield)", 2),
        ("if a:\n        yield from b", 3),
        ("def g():\n        yield", 0),
        ("return lambda: (yield)", 0),
        ("return [x for x in (yield)]", 2),
        ("return\n    yield", 3),
    ],
)
def test_a_yield_makes_a_generator_function(body: str, line: int) -> None:
    scope = scope_of(outline(f"def f():\n    {body}\n"), "f")
    assert (scope.is_generator, scope.yields_at) == (line > 0, line)


@pytest.mark.parametrize(
    ("body", "is_stub"),
    [
        ("...", True),
        ("pass", True),
        ("'''text'''\n    raise NotImplementedError('x')", True),
        ("raise NotImplementedError", True),
        ("raise ValueError", False),
        ("return", False),
        ("call()", False),
    ],
)
def test_a_stub_says_nothing_about_what_it_does(body: str, is_stub: bool) -> None:
    assert scope_of(outline(f"async def f():\n    {body}\n"), "f").is_stub is is_stub


@pytest.mark.parametrize(
    ("body", "falls"),
    [
        ("return 1", False),
        ("raise E", False),
        ("if a:\n        return 1", True),
        ("if a:\n        return 1\n    else:\n        raise E", False),
        ("while True:\n        pass", False),
        ("while True:\n        break", True),
        ("while a:\n        return 1", True),
        ("for x in y:\n        return 1", True),
        ("try:\n        return 1\n    except E:\n        pass", True),
        ("try:\n        return 1\n    finally:\n        pass", False),
        ("try:\n        pass\n    finally:\n        return 1", False),
        ("match a:\n        case _:\n            return 1", False),
        ("match a:\n        case 1:\n            return 1", True),
        ("os._exit(1)", False),
    ],
)
def test_whether_the_end_of_a_body_is_reached(body: str, falls: bool) -> None:
    assert scope_of(outline(f"def f():\n    {body}\n"), "f").falls_through is falls


def test_what_may_swallow_an_error_gives_no_certain_result() -> None:
    """Neither falling through nor returning is certain: ``falls_through`` is for certainty."""
    scope = scope_of(outline("def f():\n    with a:\n        return 1\n"), "f")
    assert not scope.falls_through


def test_definitions_keep_their_decorators_bases_and_annotation() -> None:
    module = outline("""\
        @a.b
        @c(1)
        async def f() -> "list[int]": ...
        @d
        class A(B, C[int], metaclass=M): ...
        class D(*bases): ...
    """)
    f, a, d = (scope_of(module, name) for name in "fAD")
    assert [(d.value, d.line) for d in f.decorators] == [
        (Attribute(Name("a"), "b"), 1),
        (Call(Name("c"), (Builtin("int"),), ()), 2),
    ]
    assert f.annotation == Subscript(Name("list"), (Name("int"),))
    assert f.is_async
    assert (f.line, a.line) == (3, 5)
    assert a.bases == [Name("B"), Subscript(Name("C"), (Name("int"),))]
    assert a.has_keywords
    assert d.has_keywords
    assert not f.has_keywords


def test_returns_that_cannot_run_are_left_out() -> None:
    scope = scope_of(outline("def f():\n    return a\n    return b\n"), "f")
    assert [(item.value, item.line) for item in scope.returns] == [(Name("a"), 2)]


def test_a_lambda_is_an_expression() -> None:
    module = outline("f = lambda a, *b: (yield)\n")
    (assigned,) = module.scopes[0].bindings["f"].every
    assert assigned == Assigned(1, Lambda(("a", "b"), OPAQUE, True, 1))
    assert len(module.scopes) == 1


# --- imports -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("import a.b", "a"),
        ("import a.b as c", "c"),
        ("from a import b", "b"),
        ("from . import b as c", "c"),
        ("from ..a.b import *", "*"),
    ],
)
def test_an_import_knows_what_it_binds_and_how_it_reads(text: str, bound: str) -> None:
    item = only_import(text)
    assert (item.bound, item.text) == (bound, text)


def test_places_of_imports() -> None:
    """Columns are ``ast``'s: bytes, from 0."""
    module = outline("'é'; from a import (\n    b,\n    c as d,\n)\n")
    places = [(i.line, i.column, i.end_line, i.end_column, i.statement) for i in module.imports]
    assert places == [(2, 4, 2, 5, 1), (3, 4, 3, 10, 1)]


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("import a", ""),
        ("if x:\n    import a", "conditional"),
        ("def f():\n    import a", "conditional"),
        ("if TYPE_CHECKING:\n    import a", "type_only conditional"),
        ("if False:\n    import a", "dead conditional"),
        ("def f():\n    return\n    import a", "dead conditional"),
        ("if find_spec('a'):\n    import a", "dead conditional"),
        ("with pytest.raises(ImportError):\n    import a", "dead conditional"),
        ("try:\n    import a\nexcept ImportError:\n    a = None", "fallback conditional"),
        ("try:\n    import a\nexcept ImportError:\n    pass", "conditional"),
    ],
)
def test_what_is_known_of_an_import(text: str, flags: str) -> None:
    item = only_import(text)
    names = ("dead", "type_only", "fallback", "conditional")
    assert {name for name in names if getattr(item, name)} == set(flags.split())


def test_guards_do_not_reach_into_functions() -> None:
    text = "try:\n    def f():\n        import a\nexcept ImportError:\n    pass\n"
    assert only_import(text).guards == ()


def test_stars_that_cannot_run_bring_nothing() -> None:
    module = outline("from a import *\nif False:\n    from b import *\n")
    assert [module.imports[index].module for index in module.stars] == ["a"]


# --- what a module does to others --------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "field", "expected"),
    [
        ("import a\na.b.c = 1", "written", ["c"]),
        ("import a\nsetattr(a, 'c', 1)", "written", ["c"]),
        ("import a\nvars(a)['c'] = 1", "written", ["c"]),
        ("a = B()\na.c = 1", "written", []),
        ("A.__aiter__ = f", "rewritten", ["A"]),
        ("setattr(A, name, f)", "rewritten", ["A"]),
        ("A.rows = f", "rewritten", []),
        ("import sys\nsys.modules['a.b'] = c", "sys_modules", ["a.b"]),
        ("import sys\nsys.modules[__name__] = c", "sys_modules", ["__name__"]),
        ("import sys\nsys.modules[name()] = c", "sys_modules", ["*"]),
        ("patch('a.b.c')", "patched", ["c"]),
        ("monkeypatch.setattr(a, 'b', c)", "patched", ["b"]),
        ("patch.multiple(a, b=c)", "patched", ["b"]),
        ("def f():\n    x = 1\n    def g():\n        nonlocal x", "nonlocals", ["x"]),
        ("globals()['x'] = 1", "is_open", True),
        ("exec(text)", "is_open", True),
        ("vars()['x'] = 1", "is_open", True),
        ("def f():\n    return locals()", "is_open", False),
        ("@enum.global_enum\nclass A: ...", "is_open", True),
        ("__path__ = extend_path(__path__, __name__)", "has_open_path", True),
        ("x = 1", "is_open", False),
    ],
)
def test_effects(text: str, field: str, expected: object) -> None:
    assert getattr(outline(text), field) == expected


# --- uses --------------------------------------------------------------------------------


def test_uses_are_kept_where_they_are_made() -> None:
    module = outline("""\
        from app import a, b, c, d, e, g
        async def f():
            async for _ in a(): pass
            async with b() as x, c(): pass
            await d()
            for _ in e(): pass
            with g(): pass
            [_ async for _ in b()]
    """)
    found = uses(module, "f")
    assert {name: found[f"{name}()"] for name in "abcdeg"} == {
        "a": {Use.ASYNC_FOR},
        "b": {Use.ASYNC_WITH, Use.ASYNC_FOR},
        "c": {Use.ASYNC_WITH},
        "d": {Use.AWAIT},
        "e": {Use.FOR},
        "g": {Use.WITH},
    }
    assert uses(module, "") == {}


def test_uses_of_results() -> None:
    module = outline("""\
        from app import a, b, c, d, e, g, h, i
        def f(x):
            a().rows
            b() + 1
            c()
            if d() and not e(): pass
            y = g()
            f"{h()}"
            x in i()
    """)
    found = uses(module, "f")
    assert {name: found[f"{name}()"] for name in "abcdeghi"} == {
        "a": {Use.RESULT},
        "b": {Use.RESULT},
        "c": {Use.DISCARDED},
        "d": {Use.TRUTH},
        "e": {Use.TRUTH},
        "g": {Use.DISCARDED},
        "h": {Use.RESULT},
        "i": {Use.RESULT},
    }


def test_parameters_are_nobodys_misuse() -> None:
    assert uses(outline("async def f(x):\n    await x\n    x.rows\n"), "f") == {}


def test_calls_and_chains_are_kept_where_they_can_matter() -> None:
    module = outline("""\
        import a
        def f(x):
            a.run(x, x)
            a.run(g())
            x.b.c
    """)
    scope = scope_of(module, "f")
    assert [call.args for call in scope.calls] == [(Call(Name("g"), (), ()),)]
    assert set(scope.attributes) == {Attribute(Name("a"), "run")}


# --- the whole ---------------------------------------------------------------------------


def test_the_outline_is_a_function_of_the_text() -> None:
    text = "import a\nclass A:\n    async def f(self):\n        await a.b()\n"
    assert outline(text) == outline(text)


def test_an_empty_module_has_an_outline() -> None:
    module = outline("")
    assert len(module.scopes) == 1
    assert module.exports is None


def test_warnings_about_the_checked_code_are_not_shown() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        builder.parse(b"x = '\\d'\nassert (1, 2)\n1 is 1\n", "module.py")


@pytest.mark.parametrize(
    "source", [b"def\n", b"x = '\xe9'\n", b"# coding: nothing\n", b"x = 1\0", b"(" * 300]
)
def test_what_is_not_python_raises(source: bytes) -> None:
    with pytest.raises((SyntaxError, ValueError)):
        builder.parse(source, "module.py")
