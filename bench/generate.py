"""Write a repository of any size whose bugs are known, the same one for the same seed.

``python bench/generate.py FOLDER --files N [--seed S]``

Packages of twenty modules: definitions of every kind, classes that inherit across packages,
re-exports, and modules that use all of that, rightly but for the planted bugs. ``expected.json``
beside the folder lists the bugs. Up to 500 modules use one function of ``shop.hub``.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

#: Modules in a package, its ``__init__.py``, definitions and users together.
_PACKAGE = 20

#: Modules that use ``shop.hub``.
USERS = 500

#: One module in so many holds a bug.
_RARITY = 20

Bug = tuple[str, int, str]

_HUB = """\
\"\"\"What many modules use.\"\"\"


{head} fetch(number: int) -> int:
    return number + 1
"""

#: The definition that many use, and what it is changed into.
HUBS = (_HUB.format(head="async def"), _HUB.format(head="def"))

_KINDS = """\
\"\"\"Functions of package {name}.\"\"\"

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

LIMIT_{name} = {number}


async def count_{name}(limit: int = LIMIT_{name}) -> int:
    total = 0
    for number in range(limit):
        total += number
    return total


async def rows_{name}(limit: int = LIMIT_{name}) -> AsyncIterator[int]:
    for number in range(limit):
        yield await count_{name}(number)


@asynccontextmanager
async def session_{name}(label: str) -> AsyncIterator[dict[str, int]]:
    held = {{label: await count_{name}()}}
    try:
        yield held
    finally:
        held.clear()


@contextmanager
def opened_{name}(label: str) -> Iterator[list[str]]:
    yield [label]


def steps_{name}(limit: int) -> Iterator[int]:
    for number in range(limit):
        yield number * 2


def total_{name}(*numbers: int) -> int:
    return sum(numbers)
"""

_STORE = """\
\"\"\"The store of package {name}.\"\"\"

from collections.abc import AsyncIterator

from {above} import {base}
from shop.{name}.kinds import count_{name}, rows_{name}, session_{name}


class Store_{name}({base}):
    def __init__(self, label: str, size: int = 3) -> None:
        super().__init__(label, size)
        self.own_{name} = size

    async def save_{name}(self, value: int) -> int:
        async with session_{name}(self.label) as held:
            held[self.label] = value
        return await count_{name}(value)

    async def stream_{name}(self) -> AsyncIterator[int]:
        async for row in rows_{name}(self.own_{name}):
            yield row
        async for row in self.each():
            yield row

    @property
    def doubled_{name}(self) -> int:
        return self.own_{name} * 2

    def describe(self) -> str:
        return f"{{self.label}}: {{self.doubled_{name}}}"
"""

_BASE = """\
\"\"\"The base of all stores.\"\"\"

from collections.abc import AsyncIterator


class Base:
    def __init__(self, label: str, size: int = 3) -> None:
        self.label = label
        self.size = size

    async def each(self) -> AsyncIterator[int]:
        for number in range(self.size):
            yield number

    async def __aenter__(self) -> "Base":
        return self

    async def __aexit__(self, *error: object) -> None:
        self.size = 0
"""

_INIT = """\
\"\"\"Package {name}.\"\"\"

from .kinds import count_{name}, opened_{name}, rows_{name}, session_{name}, steps_{name}
from .kinds import total_{name} as add_{name}
from .store import Store_{name}

__all__ = [
    "Store_{name}", "add_{name}", "count_{name}", "opened_{name}", "rows_{name}",
    "session_{name}", "steps_{name}",
]
"""

#: Right uses of package ``o`` in package ``n``; each is the body of an ``async def``.
_USES = (
    (
        "    async with session_{o}('{m}') as held:\n        held['{m}'] = await count_{o}(2)\n"
        "    return len(held)"
    ),
    "    total = 0\n    async for row in rows_{o}(3):\n        total += row\n    return total",
    (
        "    store = Store_{o}('{m}')\n    await store.save_{o}(4)\n"
        "    return sum([row async for row in store.stream_{o}()])"
    ),
    (
        "    with opened_{o}('{m}') as names:\n        names.append(store.describe())\n"
        "    return len(names) + sum(steps_{o}(3))"
    ),
    (
        "    async with store:\n        found = [row async for row in store.each()]\n"
        "    return add_{o}(*found) + store.doubled_{o}"
    ),
    (
        "    counted = await asyncio.gather(count_{o}(1), count_{o}(2))\n"
        "    for step in steps_{o}(add_{o}(*counted)):\n        counted.append(step)\n"
        "    return max(counted)"
    ),
)

#: Wrong ones: the body, in which line of it the bug is, and its code.
_BUGS = (
    ("    async for row in session_{o}('{m}'):\n        print(row)\n    return 0", 1, "APL112"),
    ("    async with rows_{o}(2) as rows:\n        print(rows)\n    return 0", 1, "APL121"),
    ("    total = 1\n    await rows_{o}(2)\n    return total", 2, "APL131"),
    ("    for row in store.stream_{o}():\n        print(row)\n    return 0", 1, "APL141"),
    ("    with session_{o}('{m}') as held:\n        print(held)\n    return 0", 1, "APL152"),
    ("    counted = count_{o}(2)\n    return counted + 1", 2, "APL163"),
    ("    store.save_{o}(3)\n    return 0", 1, "APL173"),
    ("    from shop.{o}.kinds import missing_{o}\n    return missing_{o}()", 1, "APL301"),
)


@dataclass
class Repository:
    """A generated repository: files by path, and the bugs in them."""

    files: dict[str, str] = field(default_factory=dict)
    bugs: list[Bug] = field(default_factory=list)


def generate(files: int, seed: int = 0) -> Repository:
    """Return a repository of so many modules."""
    chance = random.Random(seed)
    made = Repository()
    made.files["shop/__init__.py"] = '"""A shop."""\n'
    made.files["shop/hub.py"] = HUBS[0]
    made.files["shop/base.py"] = _BASE
    users = 0
    package = 0
    while len(made.files) < files:
        name = f"p{package:04}"
        parent = f"p{chance.randrange(package):04}" if package and chance.random() < 0.7 else ""
        above = f"shop.{parent}" if parent else "shop.base"
        base = f"Store_{parent}" if parent else "Base"
        for module, text in (
            ("__init__", _INIT),
            ("kinds", _KINDS),
            ("store", _STORE),
        ):
            made.files[f"shop/{name}/{module}.py"] = text.format(
                name=name, number=package % 7 + 3, above=above, base=base
            )
        for number in range(3, _PACKAGE):
            if len(made.files) >= files:
                break
            uses_hub = users < USERS
            users += uses_hub
            path = f"shop/{name}/m{number:02}.py"
            others = [name, *(f"p{chance.randrange(package + 1):04}" for _ in range(2))]
            _add_user(made, path, list(dict.fromkeys(others)), chance, uses_hub=uses_hub)
        package += 1
    return made


def _add_user(
    made: Repository, path: str, others: Sequence[str], chance: random.Random, *, uses_hub: bool
) -> None:
    module = path.removesuffix(".py").replace("/", "_")
    lines = [f'"""Uses {", ".join(others)}."""', "", "import asyncio", ""]
    for other in others:
        names = ", ".join(f"{n}_{other}" for n in ("Store", "add", "count", "opened"))
        lines.append(f"from shop.{other} import {names}")
        lines.append(f"from shop.{other} import rows_{other}, session_{other}, steps_{other}")
    if uses_hub:
        lines.append("from shop import hub")
        lines += ["", "", "async def through_the_hub() -> int:", "    return await hub.fetch(1)"]
    for number in range(chance.randrange(3, 9)):
        other = chance.choice(others)
        body, at, code = chance.choice(_USES), 0, ""
        if not number and not chance.randrange(_RARITY):
            body, at, code = chance.choice(_BUGS)
        lines += ["", "", f"async def use_{number}(store: Store_{other}) -> int:"]
        if code:
            made.bugs.append((path, len(lines) + at, code))
        lines += body.format(o=other, m=module).split("\n")
    made.files[path] = "\n".join(lines) + "\n"


def write(repository: Repository, folder: Path) -> None:
    """Write a repository into a folder, and its bugs beside it."""
    for path, text in repository.files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    (folder / "pyproject.toml").touch()
    expected = folder.with_name(folder.name + ".expected.json")
    expected.write_text(json.dumps(repository.bugs), encoding="utf-8")


def found(findings: Iterator[dict[str, object]]) -> list[Bug]:
    """Return the findings of a report in the form of the bugs."""
    return sorted((str(f["path"]), int(str(f["line"])), str(f["code"])) for f in findings)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write a repository and return the exit code."""
    parser = argparse.ArgumentParser(description="Write a repository with known bugs.")
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--files", type=int, default=1_000, metavar="N")
    parser.add_argument("--seed", type=int, default=0, metavar="S")
    options = parser.parse_args(arguments)
    made = generate(options.files, options.seed)
    write(made, options.folder)
    print(f"{len(made.files)} modules, {len(made.bugs)} bugs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
