"""``asyncpattern-lint rule``."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from asyncpattern_lint.config import UsageError, nearest_code

if TYPE_CHECKING:
    from asyncpattern_lint.documentation import Entry


def _complete_code(_ctx: click.Context, _param: click.Parameter, typed: str) -> list[str]:
    from asyncpattern_lint.rule import known_codes

    return [code for code in known_codes() if code.startswith(typed.upper())]


@click.command(short_help="Explain rules.")
@click.argument("codes", nargs=-1, metavar="[CODE]...", shell_complete=_complete_code)
@click.option("--all", "everything", is_flag=True, help="Explain every rule.")
@click.option(
    "--output-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Markdown to read, or a JSON list with an object for each code.",
)
def rule(codes: tuple[str, ...], everything: bool, output_format: str) -> None:
    """Explain what a rule flags, why, and what to write instead."""
    from asyncpattern_lint.cli.output import show
    from asyncpattern_lint.documentation import entries

    known = entries()
    if everything == bool(codes):
        raise UsageError("name the codes to explain, or --all for every one")
    wanted = list(known) if everything else list(dict.fromkeys(code.upper() for code in codes))
    for code in wanted:
        if code not in known:
            raise UsageError(f"unknown code {code}{nearest_code(code, known)}")
    chosen = [known[code] for code in wanted]
    show(_json(chosen) if output_format == "json" else _text(chosen))


def _text(chosen: list["Entry"]) -> Iterator[str]:
    from asyncpattern_lint.documentation import text

    yield "\n\n\n".join(map(text, chosen))


def _json(chosen: list["Entry"]) -> Iterator[str]:
    import json

    fields = ("code", "name", "summary", "explanation", "default", "fix", "bad", "good")
    objects = [{field: getattr(entry, field) for field in fields} for entry in chosen]
    yield json.dumps(objects, indent=2)
