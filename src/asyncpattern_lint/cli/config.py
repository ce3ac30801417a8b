"""``asyncpattern-lint config``."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from asyncpattern_lint.cli.check import check
from asyncpattern_lint.cli.flags import settings_flags
from asyncpattern_lint.config import Options, working_directory

if TYPE_CHECKING:
    from asyncpattern_lint.config.explain import Explanation


@click.command(short_help="Show which settings apply to a path, and where they come from.")
@click.argument("path", default=".", metavar="[PATH]")
@click.option(
    "--output-format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How the settings are written.",
)
@settings_flags
def config(path: str, form: str, **flags: Any) -> None:
    """Show which settings apply to a file or folder, and where each of them comes from.

    The flags are those of the command `check`, and are taken into account.
    """
    from asyncpattern_lint.cli.output import show
    from asyncpattern_lint.config.explain import explain
    from asyncpattern_lint.rule import known_codes

    cwd = working_directory()
    explanation = explain(Options(paths=(path,), **flags), known_codes(), cwd)
    show(_json(explanation, cwd) if form == "json" else _text(explanation, cwd))


# The flags that both commands have, and that `check` declares.
config.params += [
    parameter for parameter in check.params if parameter.name in {"select", "ignore", "python"}
]


def _text(explanation: "Explanation", cwd: Path) -> Iterator[str]:
    yield f"Settings for {_shown(explanation.path, cwd)}"
    if explanation.is_excluded:
        yield "It is excluded: it is checked only if it is named, and without --force-exclude."
    yield ""
    rows = [(key, origin, _written(value)) for key, value, origin in explanation.settings]
    yield from _aligned([("key", "from", "value"), *rows])
    yield ""
    verdicts = explanation.codes
    rows = [(code, "on" if is_on else "off", _why(why, at)) for code, is_on, why, at in verdicts]
    yield from _aligned([("code", "", "why"), *rows])


def _json(explanation: "Explanation", cwd: Path) -> Iterator[str]:
    document = {
        "version": 1,
        "path": _shown(explanation.path, cwd),
        "excluded": explanation.is_excluded,
        "settings": [setting._asdict() for setting in explanation.settings],
        "codes": [
            {"code": code, "on": is_on, "reason": reason, "origin": origin}
            for code, is_on, reason, origin in explanation.codes
        ],
    }
    yield json.dumps(document, indent=2)


def _aligned(rows: list[tuple[str, str, str]]) -> Iterator[str]:
    from asyncpattern_lint.reporters.style import printable

    shown = [tuple(map(printable, row)) for row in rows]
    first = max(len(row[0]) for row in shown)
    second = max(len(row[1]) for row in shown)
    for row in shown:
        yield f"{row[0]:{first}}  {row[1]:{second}}  {row[2]}"


def _written(value: Any) -> str:
    """Return a value as TOML writes it, or nearly so; a dash for none."""
    return "-" if value is None else json.dumps(value, ensure_ascii=False)


def _why(reason: str, origin: str) -> str:
    return reason if reason == origin else f"{reason} ({origin})"


def _shown(path: Path, cwd: Path) -> str:
    from asyncpattern_lint.reporters.style import Style

    return Style(False, str(cwd), lambda _path, _line: "").relative(str(path))
