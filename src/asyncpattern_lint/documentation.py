"""What the rules say of themselves: the documentation that every front door shows.

It is read from the rules' docstrings and examples, so that it cannot fall behind them.
"""

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from asyncpattern_lint.findings import Applicability
from asyncpattern_lint.rule import Rule, files_of, rules


@dataclass(frozen=True, slots=True)
class Entry:
    """The documentation of one code.

    ``summary`` is one line of Markdown, ``explanation`` the Markdown sections below it;
    ``default`` says whether the code is on unless deselected; ``fix`` how far the best fix of it
    can be trusted, None where there is none; ``bad`` is an example whose wrong
    line is marked ``# BUG: CODE``; ``good`` holds examples without a finding. ``page`` is the
    name of the rule's page.
    """

    code: str
    name: str
    summary: str
    explanation: str
    default: bool
    fix: Applicability | None
    bad: str
    good: tuple[str, ...]
    page: str

    @property
    def sections(self) -> dict[str, str]:
        """The explanation by its headings, for example ``What it does``."""
        parts = re.split(r"^## (.+)\n", self.explanation, flags=re.MULTILINE)
        return {title: text.strip() for title, text in zip(parts[1::2], parts[2::2], strict=True)}

    @property
    def state(self) -> str:
        """Whether the code is on by default, and whether there is a fix, as sentences."""
        default = "It is on by default." if self.default else "It is off by default."
        return f"{default} {_FIXES[self.fix]}"


_FIXES = {
    None: "There is no fix.",
    Applicability.SAFE: "There is a safe fix.",
    Applicability.UNSAFE: "There is an unsafe fix.",
}


@cache
def entries() -> dict[str, Entry]:
    """Return the documentation of every code, in order."""
    found = [entry for rule in rules() for entry in _entries(rule)]
    return {entry.code: entry for entry in sorted(found, key=lambda entry: entry.code)}


def _entries(rule: Rule) -> Iterator[Entry]:
    summary, _, explanation = (inspect.getdoc(type(rule)) or "").partition("\n\n")
    for code, name in rule.codes.items():
        yield Entry(
            code=code,
            name=name,
            summary=summary,
            explanation=explanation.strip(),
            default=rule.default,
            fix=rule.fixable.get(code),
            bad=rule.bad[code],
            good=rule.good,
            page=type(rule).__module__.rpartition(".")[2].strip("_").replace("_", "-"),
        )


def text(entry: Entry) -> str:
    """Return what ``asyncpattern-lint rule`` shows of a code, as Markdown."""
    return "\n\n".join(
        [
            f"# {entry.name} ({entry.code})",
            entry.summary,
            entry.state,
            entry.explanation,
            "## What is flagged",
            _shown(entry.bad),
        ]
    )


def pages() -> dict[str, str]:
    """Return the pages of the reference, file name to text: one a rule, and an index."""
    grouped: dict[str, list[Entry]] = {}
    for entry in entries().values():
        grouped.setdefault(entry.page, []).append(entry)
    found = {f"{page}.md": "\n\n".join(_page(group)) + "\n" for page, group in grouped.items()}
    found["README.md"] = "\n".join(_index()) + "\n"
    return found


_ORIGIN = "<!-- Made by docs/generate.py from the rules themselves; do not edit. -->"


def _page(group: list[Entry]) -> Iterator[str]:
    first = group[0]
    codes = first.code if len(group) == 1 else f"{first.code} to {group[-1].code}"
    yield _ORIGIN
    yield f"# {first.page} ({codes})"
    yield first.summary
    yield "\n".join(_table(group))
    yield first.explanation
    yield "## What is flagged"
    yield (
        "Each of these examples fails when it runs, or silently does nothing, at the marked line "
        "or because of it."
    )
    for entry in group:
        yield f"### {entry.name} ({entry.code})"
        yield _shown(entry.bad)
    yield "## What is not"
    for example in first.good:
        yield _shown(example)


def _table(group: list[Entry]) -> Iterator[str]:
    yield "| code | name | by default | fix |"
    yield "|---|---|---|---|"
    for entry in group:
        yield f"| {entry.code} | {entry.name} | {_states(entry)} |"


def _index() -> Iterator[str]:
    yield _ORIGIN
    yield ""
    yield "# The rules"
    yield ""
    yield "`asyncpattern-lint rule CODE` shows the same in a terminal."
    yield ""
    yield "| code | name | what it flags | by default | fix |"
    yield "|---|---|---|---|---|"
    for entry in entries().values():
        what = entry.summary.removeprefix("Flag ").rstrip(".").replace("\n", " ")
        link = f"[{entry.name}]({entry.page}.md)"
        yield f"| {entry.code} | {link} | {what} | {_states(entry)} |"


def _states(entry: Entry) -> str:
    return f"{'on' if entry.default else 'off'} | {entry.fix or 'none'}"


def _shown(example: str) -> str:
    """Return an example as blocks of code, each of several files under its path."""
    files = files_of(example)
    if len(files) == 1:
        return _block(example)
    return "\n\n".join(f"`{path}`:\n{_block(code)}" for path, code in files.items() if code.strip())


def _block(code: str) -> str:
    return f"```python\n{code.strip(chr(10))}\n```"
