"""Names of installed packages are what Python finds under them."""

import subprocess
import sys
from pathlib import Path

import pytest
from answers import resolver_of

from asyncpattern_lint.analysis.values import ClassValue, FunctionValue, ModuleValue, Unknown, Value

PACKAGE = {
    "main.py": "",
    # A module, and a function of the same name in the package.
    "site/barn/__init__.py": """\
        from barn import aio
        from barn.config import Config
        from barn.main import Server, main
        from barn.errors import *
        from barn.late import *
    """,
    "site/barn/main.py": """\
        from barn.server import Server
        def main(): ...
    """,
    "site/barn/server.py": "class Server: ...\n",
    "site/barn/config.py": "class Config: ...\n",
    "site/barn/aio/__init__.py": "from barn.aio.client import Client\n",
    "site/barn/aio/client.py": "class Client: ...\n",
    "site/barn/errors.py": "class BarnError(Exception): ...\n",
    # What a star takes from here is not in the text.
    "site/barn/late.py": "for name in ['made']:\n    globals()[name] = 1\n",
}


def _called(value: Value) -> str:
    match value:
        case ModuleValue(location=location):
            return location.name
        case Unknown():
            return "unknown"
        case _:
            assert isinstance(value, ClassValue | FunctionValue)
            return Path(value.path).stem


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("barn.Config", "config"),
        ("barn.Server", "server"),
        ("barn.main", "main"),
        ("barn.main.Server", "server"),
        ("barn.aio", "barn.aio"),
        ("barn.aio.Client", "client"),
        ("barn.aio.client.Client", "client"),
        ("barn.main.gone", "unknown"),
        ("barn.made", "unknown"),
    ],
)
def test_names_of_a_package(tmp_path: Path, name: str, expected: str) -> None:
    resolver = resolver_of(tmp_path, PACKAGE)
    assert [_called(value) for value in resolver.force(name)] == [expected]


def test_python_imports_them_so(tmp_path: Path) -> None:
    resolver_of(tmp_path, PACKAGE)
    text = """\
from barn import Config, Server, main, aio, made
from barn.main import Server as Same
import barn
assert Config.__module__ == "barn.config"
assert Server.__module__ == "barn.server" and Same is Server
assert main.__module__ == "barn.main" and barn.main is main
assert aio.__name__ == "barn.aio"
assert aio.Client.__module__ == aio.client.Client.__module__ == "barn.aio.client"
"""
    subprocess.run([sys.executable, "-c", text], check=True, cwd=tmp_path / "site")
