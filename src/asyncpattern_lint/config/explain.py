"""What applies to a path, and where each setting comes from."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from asyncpattern_lint.config.codes import selectors
from asyncpattern_lint.config.layers import Layer
from asyncpattern_lint.config.local import Local
from asyncpattern_lint.config.options import Options, OutputFormat
from asyncpattern_lint.config.resolution import Run
from asyncpattern_lint.config.table import KEYS
from asyncpattern_lint.discovery import DEFAULT_EXCLUDES

#: The keys that hold for the files below a configuration; all others hold for the whole run.
PER_FILE = (
    "select", "extend-select", "ignore", "extend-ignore", "per-file-ignores", "exclude",
    "extend-exclude",
)  # fmt: skip

#: The origin of what is set nowhere.
DEFAULT = "default"

_DEFAULTS: dict[str, Any] = {
    "exclude": list(DEFAULT_EXCLUDES),
    "force-exclude": False,
    "respect-gitignore": True,
    "output-format": OutputFormat.FULL.value,
    "unsafe-fixes": False,
}


class Setting(NamedTuple):
    """A key, its value (None for none) and where it is set: ``default`` where it is not.

    Values that add up have an entry for each place.
    """

    key: str
    value: Any
    origin: str


class Verdict(NamedTuple):
    """Whether a code is on for the path, and what says so."""

    code: str
    is_on: bool
    reason: str
    origin: str


class Explanation(NamedTuple):
    """What applies to a path."""

    path: Path
    is_excluded: bool
    settings: list[Setting]
    codes: list[Verdict]


def explain(options: Options, codes: Mapping[str, bool], cwd: Path) -> Explanation:
    """Return what applies to the one path of the options. Raises UsageError as ``resolve``."""
    run = Run(options, codes, cwd)
    run.settings()  # what cannot be used is not explained
    (path,) = run.paths
    local = run.local.of(str(path if path.is_dir() else path.parent))
    settings: list[Setting] = []
    for key in KEYS:
        settings += _local(key, local.layers) if key in PER_FILE else [_run_wide(key, run)]
    return Explanation(
        path,
        run.local.is_excluded(str(path)),
        settings,
        [_verdict(code, local, str(path)) for code in codes],
    )


def _local(key: str, layers: Sequence[Layer]) -> list[Setting]:
    """Return the settings of a key that holds for single files, one for each place."""
    name = KEYS[key]
    restart = "exclude" if key == "exclude" else "select"
    if key == "per-file-ignores":
        restart = key
    first = 0
    if key != "extend-exclude":
        # What is older than the last new start is forgotten.
        restarts = (
            n for n, one in enumerate(layers) if getattr(one.table, KEYS[restart]) is not None
        )
        first = max(restarts, default=0)
    found = [
        Setting(key, value, layer.place(key))
        for layer in layers[first:]
        if (value := getattr(layer.table, name)) is not None
    ]
    return found or [Setting(key, _DEFAULTS.get(key), DEFAULT)]


def _run_wide(key: str, run: Run) -> Setting:
    value, layer = run.value(key)
    if layer is not None:
        return Setting(key, msgspec.to_builtins(value), layer.place(key))
    if key == "target-version":
        version, origin = run.target_version()
        if version is not None:
            return Setting(key, "py{}{}".format(*version), origin)
    return Setting(key, _DEFAULTS.get(key), DEFAULT)


def _verdict(code: str, local: Local, path: str) -> Verdict:
    for ignored in local.ignored:
        if code in ignored.codes and ignored.holds(path):
            key = "per-file-ignores"
            place = ignored.layer.place(key, ignored.pattern)
            return Verdict(code, False, f"{key} {ignored.pattern}", place)
    decision = local.decided[code]
    if decision.position is None:
        return Verdict(code, decision.is_on, DEFAULT, DEFAULT)
    layer = local.layers[decision.position]
    key = decision.key
    if not decision.selector:
        return Verdict(code, False, "not selected", layer.place(key))
    if key == "ignore" and decision.selector not in selectors(layer.table.ignore or ()):
        key = "extend-ignore"
    return Verdict(code, decision.is_on, f"{key} {decision.selector}", layer.place(key))
