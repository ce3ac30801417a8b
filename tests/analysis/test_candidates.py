"""What may hold a misuse is visited, and what certainly holds none is not."""

from pathlib import Path

import pytest
from projects import plant

IMPORTS = "import asyncio, json\nfrom kinds import agen, acm, coro, gen, cm, other, Unknown\n"


def body(*lines: str, signature: str = "f(p)") -> str:
    return f"{IMPORTS}async def {signature}:\n" + "".join(f"    {line}\n" for line in lines)


RIGHT = [
    ["async for x in agen(): print(x)"],
    ["async with acm() as x: print(x)"],
    ["x = await coro()", "print(x.rows)"],
    ["for x in gen(): print(x)", "with cm(): pass"],
    ["await asyncio.gather(coro(), coro())"],
    ["x = agen()", "async for y in x: print(y)"],
    ["x = gen()", "print(list(x))"],
    ["await p", "for x in p: pass", "p.rows", "p()"],
    ["await Unknown()", "for x in Unknown(): pass"],
    ["print([x async for x in agen()], {x for x in gen()})"],
    ["print(other() + 1)"],
    ["return coro()"],
]

#: Right, but only the visitor can tell.
FLOWING = [
    ["x = gen()", "x.close()"],
    ["x = Unknown()", "if p:", "    x = coro()", "await x"],
    ["x = agen()", "print(x)", "x = coro()", "await x"],
    ["x = coro()", "if hasattr(x, 'rows'):", "    print(x.rows)", "await x"],
    ["x = gen if p else cm", "await x()"],
    ["return", "await agen()"],
]

WRONG = [
    ["async for x in acm(): print(x)"],
    ["async with agen(): pass"],
    ["await agen()"],
    ["for x in agen(): pass"],
    ["with acm(): pass"],
    ["print(coro().rows)"],
    ["coro()"],
    ["if coro(): pass"],
    ["x = coro()"],
    ["await other()"],
    ["await other"],
    ["asyncio.run(agen())"],
    ["await asyncio.gather(coro(), gen())"],
    ["json.dumps(coro())"],
    ["print([x for x in agen()])"],
    ["print(f'{coro()}')"],
    ["x = agen()", "await x"],
    ["x = p", "x = agen()", "await x"],
    ["x = coro()", "x = agen()", "await x", "print(x)"],
    ["if p:", "    x = agen()", "else:", "    x = Unknown()", "    return", "await x"],
    ["x = agen if p else agen", "await x()"],
    ["x = lambda: agen()", "await x()"],
    ["x, y = agen(), 1", "await x", "print(y)"],
    ["for x in p:", "    y = agen()", "    await y"],
    ["if (x := agen()):", "    pass"],
    ["takes(coro())"],
]

TAKES = "def takes(x: int): ...\n"


@pytest.mark.parametrize("lines", RIGHT, ids="; ".join)
def test_right_uses_are_not_visited(tmp_path: Path, lines: list[str]) -> None:
    there = plant(tmp_path, {"a.py": body(*lines)})
    assert there.candidates("a.py") == []
    assert there.misuses("a.py", candidates=False) == []


@pytest.mark.parametrize("lines", FLOWING, ids="; ".join)
def test_what_only_the_visitor_can_tell(tmp_path: Path, lines: list[str]) -> None:
    there = plant(tmp_path, {"a.py": body(*lines)})
    assert there.misuses("a.py") == []
    assert there.misuses("a.py", candidates=False) == []


@pytest.mark.parametrize("lines", WRONG, ids="; ".join)
def test_wrong_uses_are_visited(tmp_path: Path, lines: list[str]) -> None:
    there = plant(tmp_path, {"a.py": TAKES + body(*lines)})
    assert there.candidates("a.py") == ["f"]
    found = there.misuses("a.py")
    assert found
    assert found == there.misuses("a.py", candidates=False)


def test_only_the_scopes_that_matter(tmp_path: Path) -> None:
    there = plant(
        tmp_path,
        {
            "a.py": """\
                from kinds import agen, coro
                async def right():
                    await coro()
                class A:
                    async def wrong(self):
                        def inner():
                            for x in agen(): pass
                        await agen()
                for x in agen(): pass
            """
        },
    )
    assert there.candidates("a.py") == ["", "A.wrong", "A.wrong.inner"]
    assert len(there.misuses("a.py")) == 3


@pytest.mark.parametrize(
    ("text", "scopes"),
    [
        ("import app.db\napp.db.gone\n", [""]),
        ("import app.db\ndef f():\n    app.db.gone()\n", ["f"]),
        ("from app import db as d\nclass A:\n    x = d.gone\n", ["A"]),
        ("import app.db\napp.db.there\napp.db.there.gone\n", []),
        ("import elsewhere\nelsewhere.gone\n", []),
    ],
)
def test_attributes_that_modules_lack(tmp_path: Path, text: str, scopes: list[str]) -> None:
    files = {"app/__init__.py": "", "app/db.py": "there = 1\n", "a.py": text}
    assert plant(tmp_path, files).candidates("a.py") == scopes


@pytest.mark.parametrize(
    ("annotation", "value", "is_candidate"),
    [
        ("int", "coro()", True),
        ("'list[int] | None'", "coro()", True),
        ("int", "p", False),
        ("int", "other()", False),
        ("Unknown", "coro()", False),
        ("list", "gen()", False),
    ],
)
def test_returns_that_break_the_annotation(
    tmp_path: Path, annotation: str, value: str, is_candidate: bool
) -> None:
    text = f"{IMPORTS}def f(p) -> {annotation}:\n    return {value}\n"
    there = plant(tmp_path, {"a.py": text})
    assert there.candidates("a.py") == (["f"] if is_candidate else [])


def test_an_empty_module_has_none(tmp_path: Path) -> None:
    assert plant(tmp_path, {"a.py": ""}).candidates("a.py") == []


def test_what_was_given_up_is_visited(tmp_path: Path) -> None:
    chain = "".join(f"x{number} = x{number - 1}\n" for number in range(1, 200))
    text = f"from kinds import agen as x0\n{chain}async def f():\n    await x199\n"
    there = plant(tmp_path, {"a.py": text})
    assert there.candidates("a.py") == ["f"]
    assert there.misuses("a.py") == []
