"""Patterns match what ruff's match, and no pattern makes matching slow."""

import json
import os
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asyncpattern_lint.discovery import discover
from asyncpattern_lint.globs import GlobError, Globs


def matches(pattern: str, path: str, base: str = "/base") -> bool:
    return Globs.compile([(base, pattern)]).match(path.rpartition("/")[2], path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("gen", "/base/gen"),
        ("gen", "/base/deep/gen"),
        ("gen", "/elsewhere/gen"),
        ("*_pb2.py", "/base/deep/x_pb2.py"),
        ("sub/*.py", "/base/sub/a.py"),
        ("sub/*.py", "/base/sub/deep/a.py"),
        ("s*a.py", "/base/sub/deep/a.py"),
        ("sub/", "/base/sub"),
        ("./sub", "/base/sub"),
        ("../other/a.py", "/other/a.py"),
        ("/abs/*.py", "/abs/a.py"),
        ("**/deep", "/base/deep"),
        ("**/deep", "/base/a/b/deep"),
        ("a/**/b", "/base/a/b"),
        ("a/**/b", "/base/a/x/y/b"),
        ("a/**", "/base/a/b"),
        ("{a,b}.py", "/base/b.py"),
        ("{a*,{b,c}}.py", "/base/c.py"),
        ("[a-c].py", "/base/b.py"),
        ("[!a-c].py", "/base/d.py"),
        ("[]x].py", "/base/].py"),
        (r"\*.py", "/base/*.py"),
    ],
)
def test_a_pattern_matches(pattern: str, path: str) -> None:
    assert matches(pattern, path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("gen", "/base/generated"),
        ("sub/a.py", "/base/deep/sub/a.py"),
        ("sub/*.py", "/elsewhere/sub/a.py"),
        ("a/**", "/base/a"),
        ("**/deep", "/base/xdeep"),
        ("a/**/b", "/base/a/xb"),
        ("{a,b}.py", "/base/{a,b}.py"),
        ("[!a].py", "/base/a.py"),
        (r"\*.py", "/base/a.py"),
        ("", "/base"),
        (".", "/base"),
    ],
)
def test_a_pattern_does_not_match(pattern: str, path: str) -> None:
    assert not matches(pattern, path)


def test_what_the_base_is_called_is_no_pattern() -> None:
    assert matches("x/*.py", "/a[b]{c}*/x/y.py", base="/a[b]{c}*")
    assert not matches("x/*.py", "/ab/x/y.py", base="/a[b]")


@pytest.mark.parametrize(
    "pattern",
    ["[", "[a", "{a", "a}", "{a,{b}", "a\\", "[b-a]", "{{{{{{a}}}}}}", "{******}", "a" * 2_001],
)
def test_what_is_no_pattern(pattern: str) -> None:
    with pytest.raises(GlobError):
        matches(pattern, "/base/a")


@pytest.mark.parametrize("part", ["*a", "**/a/", "?*", "[ab]*"])
def test_no_pattern_is_slow(part: str) -> None:
    start = time.process_time()
    assert not matches(part * 200 + "b", "/base/" + "a/" * 2_000 + "a")
    assert time.process_time() - start < 2


NAMES = ("a", "b", "ab", "a.py", "b.py")
PIECES = (*NAMES, "*", "**", "?", "[ab]", "[!a]", "a*", "{a,b}", "{a,*b}", "*.py", "[", "{a", "\\a")
TREE = ("a.py", "b.py", "a/a.py", "b/a/ab.py", "b/b/a/b.py", "ab/a.py", "ab/b/b.py")
patterns = st.builds(
    lambda start, parts, end: f"{start}{'/'.join(parts)}{end}",
    st.sampled_from(("", "", "**/", "./", "../x[y]/")),
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=3),
    st.sampled_from(("", "", "/", "/**", "/*")),
)


@pytest.mark.skipif(find_spec("ruff") is None, reason="needs ruff")
@given(patterns)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_ruff_and_the_walk_agree(tmp_path_factory: pytest.TempPathFactory, pattern: str) -> None:
    root = tmp_path_factory.mktemp("project") / "x[y]"
    for name in TREE:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    (root / "ruff.toml").write_text(f"extend-exclude = [{json.dumps(pattern)}]\n")
    ruff = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--no-cache", "--show-files"],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    try:
        globs = Globs.compile([(str(root), pattern)])
    except GlobError:
        assert ruff.returncode
        return
    assert ruff.returncode == 0
    listed = (os.path.relpath(line, root) for line in ruff.stdout.splitlines())
    expected = sorted(Path(name).as_posix() for name in listed if name.endswith(".py"))
    files = discover([root], excludes_of=lambda _folder, _may_configure: globs).files
    assert sorted(Path(os.path.relpath(file, root)).as_posix() for file in files) == expected
