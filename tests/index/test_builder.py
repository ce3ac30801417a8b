"""The outline of a module is what its text binds, imports, defines and uses."""

import sys
import warnings

import pytest
from outlines import binding, live_lines, only_import, outline, scope_of

from asyncpattern_lint.index import builder
from asyncpattern_lint.index.model import (
    OPAQUE,
    Ask,
    Assigned,
    Attribute,
    AttributeSet,
    Builtin,
    Call,
    Condition,
    Defined,
    Element,
    Entered,
    Expr,
    Imported,
    Item,
    Lambda,
    ModuleIndex,
    Name,
    Parameter,
    Return,
    ScopeKind,
    Subscript,
    Union,
    head,
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
    assert names["element"].every == [Assigned(4, Element(x, False))]
    assert names["first"].every == [Assigned(6, Item(x, 0, unpacked=True))]
    assert names["second"].every == [Assigned(6, Item(x, 1, unpacked=True))]
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
    assert a.metaclass == Name("M")
    assert not a.has_keywords
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
        ("import a\nsetattr(a, 'c', 1)", "written", ["a.c"]),
        ("import a\nvars(a)['c'] = 1", "written", ["a.c"]),
        ("import a.b as m\nm.c = 1", "written", ["b.c"]),
        ("import a.b\na.b.c = 1", "written", ["c"]),
        ("import a\nfrom b import c as a\na.c = 1", "written", ["c"]),
        ("import a\na = f()\na.c = 1", "written", ["c"]),
        ("a = B()\na.c = 1", "written", []),
        ("import sys\nsys.modules['a.b'] = c", "sys_modules", ["a.b"]),
        ("import sys\nsys.modules[__name__] = c", "sys_modules", ["__name__"]),
        ("import sys\nsys.modules[name()] = c", "sys_modules", ["*"]),
        ("patch('a.b.c')", "patched", ["c"]),
        ("monkeypatch.setattr(a, 'b', c)", "patched", ["b"]),
        ("patch.multiple(a, b=c)", "patched", ["b"]),
        ("def f():\n    x = 1\n    def g():\n        nonlocal x", "nonlocals", ["x"]),
        ("globals()['x'] = 1", "is_open", True),
        ("globals()[name] = 1", "is_open", True),
        ("names = globals()\nnames['x'] = 1", "is_open", True),
        ("names = globals()\nx = names['x']", "is_open", False),
        ("f(globals())", "is_open", True),
        ("get_type_hints(f, globalns=globals())", "is_open", False),
        ("globals().pop('x')", "is_open", True),
        ("if 'x' in globals(): ...", "is_open", False),
        ("globals()['x']()", "is_open", False),
        ("globals().get(name)", "is_open", False),
        ("sorted(globals())", "is_open", False),
        ("def __getattr__(name):\n    globals()[name] = 1", "is_open", False),
        ("def __getattr__(name):\n    globals()[other] = 1", "is_open", True),
        ("class A:\n    def __getattr__(name):\n        globals()[name] = 1", "is_open", True),
        ("exec(text)", "is_open", True),
        ("exec(text, {})", "is_open", False),
        ("exec(text, globals())", "is_open", True),
        ("exec(text, globals(), {})", "is_open", False),
        ("exec(text, {}, globals())", "is_open", True),
        ("exec(text, f.__globals__)", "is_open", True),
        ("import sys\nlist(sys.modules)", "is_open", False),
        ("import sys\nm = sys.modules\ndel m[n]", "is_open", False),
        ("import sys\nm = sys.modules\nm[__name__] = x", "is_open", True),
        ("import sys\nm = sys.modules\nf(m)", "is_open", True),
        ("import sys\nsys.modules.keys() - names", "is_open", False),
        ("import sys\nfor n in sorted(sys.modules): f(n)", "is_open", False),
        ("import sys\nfor n, m in sys.modules.copy().items(): g(m.x)", "is_open", False),
        ("import sys\nfor m in list(sys.modules.values()): m.x = 1", "is_open", True),
        ("import sys\nfor n, m in sys.modules.items(): f(m)", "is_open", True),
        ("import sys\n[m.x for m in sys.modules.values()]", "is_open", False),
        ("import sys\n[f(m) for m in sys.modules.values()]", "is_open", True),
        ("import sys\nf(sys.modules[name])", "is_open", False),
        ("import sys\nf(sys.modules['x'])", "is_open", True),
        ("import sys\nf(sys.modules[g.__module__])", "is_open", True),
        ("import sys\ng(__name__)\nf(sys.modules[name])", "is_open", True),
        ("import sys\nget_data(__name__, 'x')\nf(sys.modules[name])", "is_open", False),
        ("import sys\nsys.modules[name].y", "is_open", False),
        ("import sys\nsys.modules[name].__loader__", "is_open", False),
        ("import sys\nsys.modules['x'].__dict__['y']", "is_open", False),
        ("import sys\nsys.modules[name] = x", "is_open", False),
        ("import sys\ndel sys.modules[name]", "is_open", False),
        ("import sys\nlog = logging.getLogger(__name__)\nsys.modules[name] = x", "is_open", False),
        ("import sys\nf(__name__)\ndef f(n): sys.modules[n] = x", "is_open", True),
        ("import sys\nn = __name__\nsys.modules[n] = x", "is_open", True),
        ("n = {}\nf.__globals__\nexec(x, n)", "is_open", False),
        ("n = f.__globals__\nexec(x, n)", "is_open", True),
        ("def g(n):\n    exec(x, n)\ng(f.__globals__)", "is_open", True),
        ("import sys\n'x' in sys.modules", "is_open", False),
        ("import sys\nsys.modules['x'].y = 1", "is_open", True),
        ("import sys\nsys.modules['x'].__dict__", "is_open", True),
        ("import sys\nsetattr(sys.modules['x'], name, 1)", "is_open", True),
        ("import sys\ngetattr(sys.modules['x'], name)", "is_open", False),
        ("import sys\nsys.modules.get('x').y()", "is_open", False),
        ("import sys\nsys.modules.pop('x', None)", "is_open", False),
        ("import sys\ndel sys.modules['x']", "is_open", False),
        ("import sys\nm = sys.modules.get('x')\nif m: m.f()", "is_open", False),
        ("import sys\nm = sys.modules.get('x')\nm.f = 1", "is_open", True),
        ("import sys\nm = sys.modules.get('x')\nf(m)", "is_open", True),
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


@pytest.mark.parametrize(
    ("parameters", "kept"),
    [
        ("x", set()),
        ("a, x", set()),
        ("*x", set()),
        ("**x", set()),
        ("x=None", {Use.AWAIT}),
        ("*, x=1", {Use.AWAIT}),
        ("x: A", {Use.AWAIT, Use.RESULT, Use.TRUTH}),
        ("*x: A", {Use.AWAIT, Use.RESULT, Use.TRUTH}),
    ],
)
def test_parameters_that_nothing_is_known_of_are_nobodys_misuse(
    parameters: str, kept: set[Use]
) -> None:
    """A default says what the parameter may be."""
    text = f"async def f({parameters}):\n    await x\n    x.rows\n    if x: pass\n"
    assert uses(outline(text), "f").get("x", set()) == kept


def test_the_first_parameter_of_a_method_is_known() -> None:
    module = outline("class A:\n    async def f(self, x):\n        await self\n        await x\n")
    assert uses(module, "f") == {"self": {Use.AWAIT}}


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


# --- annotations and parameters ----------------------------------------------------------

X, Y, Z = Name("x"), Name("y"), Name("z")
INT, NONE = Builtin("int"), Builtin("NoneType")


def test_annotations_are_kept_with_the_names_they_declare() -> None:
    module = outline("""\
        a: x = 1
        b: y
        class A:
            c: x
            d: "y" = 1
            def f(self):
                e: z
                self.g: x = 1
                (h): y = 1
    """)
    declared = {scope.name: scope.declared for scope in module.scopes}
    assert declared == {"": {"a": X, "b": Y}, "A": {"c": X, "d": Y}, "f": {"e": Z, "h": Y}}
    assert "b" not in module.scopes[0].bindings
    assert module.scopes[0].bindings["a"].every == [Assigned(1, INT, X)]
    assert scope_of(module, "f").bindings["e"].every == [Assigned(7, OPAQUE, Z)]


@pytest.mark.parametrize(
    ("parameters", "default"),
    [
        ("a", None),
        ("a=x", X),
        ("a=None", NONE),
        ("b, /, a=x", X),
        ("b=y, a=x", X),
        ("*, a=x", X),
        ("*, a", None),
        ("*a", None),
        ("**a", None),
    ],
)
def test_defaults_of_parameters(parameters: str, default: Expr | None) -> None:
    (parameter,) = scope_of(outline(f"def f({parameters}): pass\n"), "f").bindings["a"].every
    assert isinstance(parameter, Parameter)
    assert parameter.default == default


@pytest.mark.skipif(sys.version_info < (3, 12), reason="PEP 695")
def test_type_parameters() -> None:
    module = outline("""\
        def f[T, *Ts, **P](a: T) -> T: ...
        class A[T: int](B[T]): ...
        type M[T] = list[T]
        type N = int | None
    """)
    assert scope_of(module, "f").type_parameters == ["T", "Ts", "P"]
    assert scope_of(module, "A").type_parameters == ["T"]
    (alias,) = module.scopes[0].bindings["N"].every
    assert alias == Assigned(4, Union((Name("int"), NONE)))


# --- what functions hand out -------------------------------------------------------------


def test_yields_are_kept_with_their_values() -> None:
    module = outline("""\
        def f(x):
            yield x
            yield
            y = yield 1
            yield from x
            lambda: (yield z)
            return
            yield z
    """)
    assert scope_of(module, "f").yields == [
        Return(X, 2),
        Return(NONE, 3),
        Return(INT, 4),
        Return(Element(X, False), 5),
    ]


NOT_NONE = Condition("a", Ask.NONE, False)
IS_NONE = Condition("a", Ask.NONE, True)
TRUE, FALSE = Condition("a", Ask.TRUE, True), Condition("a", Ask.TRUE, False)
B_TRUE = Condition("b", Ask.TRUE, True)
CALLABLE, OTHER = Condition("a", Ask.CALLABLE, True), Condition("a", Ask.CALLABLE, False)


@pytest.mark.parametrize(
    ("body", "conditions"),
    [
        ("return x", [()]),
        ("if a is None: return x\n    return y", [(IS_NONE,), (NOT_NONE,)]),
        ("if a is not None: return x\n    return y", [(NOT_NONE,), (IS_NONE,)]),
        ("if not a: return x\n    return y", [(FALSE,), (TRUE,)]),
        ("if a: return x\n    else: return y", [(TRUE,), (FALSE,)]),
        ("if a: z\n    return y", [()]),
        ("if a: z\n    else: return y\n    return x", [(FALSE,), ()]),
        ("if callable(a): return x\n    return y", [(CALLABLE,), (OTHER,)]),
        ("if not (a is None): return x\n    return y", [(NOT_NONE,), (IS_NONE,)]),
        ("if a and b: return x\n    return y", [(), ()]),
        ("if a == None: return x\n    return y", [(), ()]),
        ("if a.b: return x\n    return y", [(), ()]),
        ("if a:\n        if b: return x\n    return y", [(TRUE, B_TRUE), ()]),
        ("if a: raise E\n    return y", [(FALSE,)]),
        ("while z:\n        if a: return x\n    return y", [(TRUE,), ()]),
        ("while z:\n        if a: continue\n        return x\n    return y", [(FALSE,), ()]),
        ("with z:\n        if a: return x\n        return y", [(TRUE,), (FALSE,)]),
    ],
)
def test_what_must_hold_for_a_return(body: str, conditions: list[tuple[Condition, ...]]) -> None:
    scope = scope_of(outline(f"def f(a, b):\n    {body}\n"), "f")
    assert [item.when for item in scope.returns] == conditions


def test_conditions_end_with_their_function() -> None:
    module = outline("""\
        def f(a):
            if a:
                def g():
                    return x
            return y
    """)
    assert scope_of(module, "g").returns == [Return(X, 4)]
    assert scope_of(module, "f").returns == [Return(Y, 5)]


# --- attributes --------------------------------------------------------------------------


def test_attributes_that_methods_set() -> None:
    module = outline("""\
        class A:
            def f(self, x):
                self.a = x
                self.a, self.b = x
                self.c: z = 1
                self.d: z
                self.e += 1
                for self.g in x: pass
                with x as self.h: pass
                def inner():
                    self.i = y
                def other(self):
                    self.hidden = y
            @classmethod
            def k(cls): cls.j = x
            @staticmethod
            def s(self): self.hidden = x
            def n(this): this.l = x
            def o(): pass
    """)
    found = scope_of(module, "A").attributes_set
    assert found == {
        "a": [AttributeSet(3, 2, X, None), AttributeSet(4, 2, Item(X, 0, True), None)],
        "b": [AttributeSet(4, 2, Item(X, 1, True), None)],
        "c": [AttributeSet(5, 2, INT, Z)],
        "d": [AttributeSet(6, 2, None, Z)],
        "e": [AttributeSet(7, 2, OPAQUE, None)],
        "g": [AttributeSet(8, 2, Element(X, False), None)],
        "h": [AttributeSet(9, 2, Entered(X, False), None)],
        "i": [AttributeSet(11, 3, Y, None)],
        "j": [AttributeSet(15, 5, X, None)],
        "l": [AttributeSet(18, 7, X, None)],
    }


@pytest.mark.parametrize(
    ("body", "computed"),
    [
        ("setattr(self, name, 1)", True),
        ("setattr(self, 'a', 1)", False),
        ("self.__dict__.update(values)", True),
        ("self.__dict__[name] = 1", True),
        ("self.__dict__['a'] = 1", False),
        ("vars(self).update(values)", True),
        ("object.__setattr__(self, name, 1)", True),
        ("object.__setattr__(self, 'a', 1)", False),
        ("setattr(other, name, 1)", False),
        ("self.a = 1", False),
    ],
)
def test_attributes_under_computed_names(body: str, computed: bool) -> None:
    module = outline(f"class A:\n    def f(self, name, other):\n        {body}\n")
    assert scope_of(module, "A").sets_computed is computed


def test_pickling_puts_back_what_was_there() -> None:
    text = "class A:\n    def __setstate__(self, state):\n        self.__dict__.update(state)\n"
    assert not scope_of(outline(text), "A").sets_computed


@pytest.mark.parametrize(
    ("text", "assigned"),
    [
        ("a.b = 1", [("a", "b")]),
        ("a.b.c = 1", [("a", "c")]),
        ("a().b = 1", [("", "b")]),
        ("a[0].b = 1", [("", "b")]),
        ("a.b, c.d = 1, 2", [("a", "b"), ("c", "d")]),
        ("for a.b in c: pass", [("a", "b")]),
        ("setattr(a, 'b', 1)", [("a", "b")]),
        ("setattr(a, name, 1)", [("a", "*")]),
        ("a.__dict__['b'] = 1", [("a", "b")]),
        ("vars(a).update(b)", [("a", "*")]),
        ("class A:\n    def f(self): self.b = 1", []),
        ("class A:\n    def f(self, a): a.b = 1", [("a", "b")]),
        ("class A:\n    def f(self): self.a.b = 1", [("self", "b")]),
        ("def f(self): self.b = 1", [("self", "b")]),
        ("a = 1", []),
        ("del a.b", [("a", "b")]),
    ],
)
def test_attributes_set_on_other_objects(text: str, assigned: list[tuple[str, str]]) -> None:
    module = outline(f"{text}\n")
    heads = [head(write.base) for write in module.assigned]
    names = [start.id if isinstance(start, Name) else "" for start in heads]
    assert list(zip(names, (w.name for w in module.assigned), strict=True)) == assigned
    written = [name for scope in module.scopes for name in scope.writes]
    assert sorted(written) == sorted(name for _, name in assigned)


def test_many_values_of_one_attribute_are_not_all_kept() -> None:
    lines = "".join(f"        self.a = x{n}\n" for n in range(100))
    module = outline(f"class A:\n    def f(self):\n{lines}")
    assert 20 < len(scope_of(module, "A").attributes_set["a"]) < 100


# --- classes -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bases", "metaclass", "keywords"),
    [
        ("", None, False),
        ("B", None, False),
        ("metaclass=M", Name("M"), False),
        ("B, metaclass=m.M", Attribute(Name("m"), "M"), False),
        ("B, table=True", None, True),
        ("B, metaclass=M, table=True", Name("M"), True),
        ("**kw", None, True),
        ("*bases", None, True),
    ],
)
def test_keywords_of_classes(bases: str, metaclass: Expr | None, keywords: bool) -> None:
    scope = scope_of(outline(f"class A({bases}): pass\n"), "A")
    assert (scope.metaclass, scope.has_keywords) == (metaclass, keywords)


# --- stubs -------------------------------------------------------------------------------

NOW = f"({sys.version_info[0]}, {sys.version_info[1]})"


def stub(text: str) -> ModuleIndex:
    return builder.build(builder.parse(text.encode(), "module.pyi"), stub=True)


@pytest.mark.parametrize(
    ("test", "holds"),
    [
        ("sys.version_info >= (3, 8)", True),
        ("sys.version_info < (3, 8)", False),
        (f"sys.version_info >= {NOW}", True),
        (f"sys.version_info < {NOW}", False),
        ("sys.version_info >= (3, 99)", False),
        (f"sys.platform == {sys.platform!r}", True),
        (f"sys.platform != {sys.platform!r}", False),
        (f"sys.platform.startswith({sys.platform[:3]!r})", True),
        ("sys.platform.startswith('cygwin')", False),
        ("not sys.version_info >= (3, 8)", False),
        (f"sys.version_info >= (3, 8) and sys.platform == {sys.platform!r}", True),
        ("sys.version_info >= (3, 8) and sys.platform == 'cygwin'", False),
        ("sys.version_info >= (3, 99) or sys.version_info >= (3, 8)", True),
        ("TYPE_CHECKING", True),
        ("typing.TYPE_CHECKING", True),
        ("not TYPE_CHECKING", False),
    ],
)
def test_versions_and_platforms_decide_what_a_stub_holds(test: str, holds: bool) -> None:
    module = stub(f"if {test}:\n    x: int\nelse:\n    y: int\n")
    assert set(module.scopes[0].bindings) == ({"x"} if holds else {"y"})


def test_what_a_stub_exports_for_a_version_it_exports() -> None:
    module = stub("if sys.version_info >= (3, 8):\n    __all__ = ['x']\n")
    assert not module.exports_open
    assert [export.name for export in module.exports or ()] == ["x"]


@pytest.mark.parametrize("test", ["sys.maxsize > 1", "sys.version_info > x", "name"])
def test_other_tests_in_stubs_leave_both_branches(test: str) -> None:
    module = stub(f"if {test}:\n    def x(): ...\nelse:\n    def x(): ...\n")
    assert module.scopes[0].bindings["x"].live == [0, 1]


def test_a_module_hangs_on_no_version() -> None:
    module = outline("if sys.version_info >= (3, 8):\n    x = 1\nelse:\n    y = 1\n")
    assert set(module.scopes[0].bindings) == {"x", "y"}


def test_names_that_a_stub_declares_are_bound() -> None:
    module = stub("x: int\nclass A:\n    y: int\n")
    assert module.scopes[0].bindings["x"].every == [Assigned(1, OPAQUE, Name("int"))]
    assert scope_of(module, "A").bindings == {}
    assert scope_of(module, "A").declared == {"y": Name("int")}


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
