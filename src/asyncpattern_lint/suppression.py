"""Comments that suppress findings, read from the text of a file alone.

The spellings of ``noqa`` are those of flake8
(https://flake8.pycqa.org/en/latest/user/violations.html) and ruff.
"""

import re
import tokenize
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from asyncpattern_lint.source import Span, decode, lines_of

#: What all codes of this linter begin with.
PREFIX = "APL"

#: The code of a comment that suppresses nothing.
UNUSED = "APL902"

_CODE = rf"(?:[A-Z]+[0-9]+|{PREFIX}\b)"
_CODES = rf"{_CODE}(?:[,\s]+{_CODE})*"
_NOQA = re.compile(rf"#\s*noqa(?![\w-])(?:\s*:\s*(?P<codes>{_CODES}))?", re.IGNORECASE)
_FLAKE8 = re.compile(rf"#\s*flake8[:=]\s*noqa(?::\s*(?P<codes>{_CODES}))?\s*$", re.IGNORECASE)
_APL = re.compile(
    r"#\s*apl:\s*ignore(?P<file>-file)?(?:\s*\[(?P<codes>[^\]#]*)\])?(?!\s*\[|[\w-])",
    re.IGNORECASE,
)
_MALFORMED = re.compile(r"#\s*apl:\s*ignore[^#\s]*", re.IGNORECASE)

#: What a file without any such comment does not hold.
_HINT = re.compile(rb"noqa|apl:", re.IGNORECASE)

#: Tokens that are no part of a statement.
_LAYOUT = frozenset({"INDENT", "DEDENT", "ENDMARKER", "ENCODING"})

#: A comment at the end of a line of a file that is no Python.
_AT_END = re.compile(r"#\s*(?:noqa|apl:|flake8[:=]).*", re.IGNORECASE)

#: A line that holds nothing but a comment, or the inside of a string that looks so.
_ALONE = re.compile(r"[ \t\f]*(#.*)")


class Statement(NamedTuple):
    """The lines, first to last, of a statement, or of the header and decorators of a block.

    ``open`` are those that a comment can be put at the end of.
    """

    first: int
    last: int
    open: tuple[int, ...]


class Comment(NamedTuple):
    """A comment as it stands in a file: line and column from 1; ``alone`` on its line or not."""

    line: int
    column: int
    text: str
    alone: bool


@dataclass(frozen=True, slots=True)
class Suppression:
    """A comment, or the part of one, that suppresses findings.

    ``text`` is it as written; ``codes`` are this linter's codes or their beginnings in upper
    case, None for every code; ``first`` and ``last`` are the lines that it is about, ``last`` None for the
    whole file. ``is_ours`` tells that it is meant for this linter and for no other.
    """

    span: Span
    text: str
    codes: tuple[str, ...] | None
    first: int
    last: int | None
    is_ours: bool


class Unused(NamedTuple):
    """A suppression that suppresses nothing, with those of its codes that do not.

    ``codes`` suppress nothing, ``unknown`` do not even exist; both are empty where the comment
    names no code.
    """

    suppression: Suppression
    codes: tuple[str, ...]
    unknown: tuple[str, ...]


class Layout:
    """The statements and comments of a text, in order."""

    def __init__(self, text: str) -> None:
        self.statements: list[Statement] = []
        self.comments: list[Comment] = []
        try:
            self._read(text)
        except (tokenize.TokenError, SyntaxError):
            # What comes before the broken place is known.
            return

    def statement_at(self, line: int) -> Statement:
        """Return the statement that a line belongs to; a line between statements is its own."""
        position = bisect_right(self.statements, line, key=lambda found: found.first) - 1
        if position >= 0 and line <= self.statements[position].last:
            return self.statements[position]
        return Statement(line, line, (line,))

    def _read(self, text: str) -> None:
        lines = lines_of(text)
        first, begins, decorates, formatted = 0, True, False, 0
        ends: list[int] = []
        for token in tokens_of(text):
            name = tokenize.tok_name[token.type]
            line, column = token.start
            if name == "COMMENT":
                alone = not lines[line - 1][:column].strip()
                self.comments.append(Comment(line, column + 1, token.string, alone))
            elif name == "NL":
                # A line can end inside a formatted string, where a comment would be text.
                if first and not formatted:
                    ends.append(line)
            elif name == "NEWLINE":
                ends.append(line)
                begins = True
                if not decorates:
                    self.statements.append(Statement(first, line, tuple(ends)))
                    first, ends = 0, []
            elif name not in _LAYOUT:
                if begins:
                    first, begins, decorates = first or line, False, token.string == "@"
                formatted += name.endswith("STRING_START") - name.endswith("STRING_END")


class Suppressions:
    """The suppressions in one file; it notes which of them are needed.

    ``readable`` tells that the file can be parsed. In one that cannot, only comments for the
    whole file count, as far as its lines show them. ``noqa`` tells that the spellings of flake8
    count, and not only this linter's own; ``plain`` that the file is no Python, so that each line
    stands for itself.
    """

    def __init__(
        self, source: bytes, *, readable: bool = True, noqa: bool = True, plain: bool = False
    ) -> None:
        self.all: tuple[Suppression, ...] = ()
        self._layout = Layout("")
        self._used: set[tuple[Suppression, str]] = set()
        self._whole_file: list[Suppression] = []
        self._by_statement: dict[int, list[Suppression]] = {}
        if may_suppress(source):
            self._read(decode(source), readable or plain, noqa, plain)

    def _read(self, text: str, readable: bool, noqa: bool, plain: bool) -> None:
        if plain:
            comments = [
                Comment(number, match.start() + 1, match[0], not line[: match.start()].strip())
                for number, line in enumerate(lines_of(text), 1)
                if (match := _AT_END.search(line))
            ]
        elif readable:
            self._layout = Layout(text)
            comments = self._layout.comments
        else:
            comments = [
                Comment(number, match.start(1) + 1, match[1], True)
                for number, line in enumerate(lines_of(text), 1)
                if (match := _ALONE.match(line))
            ]
        found = [
            suppression
            for comment in comments
            for suppression in _suppressions(
                comment, self._layout.statement_at(comment.line), noqa=noqa
            )
            if readable or suppression.last is None
        ]
        self.all = tuple(found)
        for suppression in found:
            if suppression.last is None:
                self._whole_file.append(suppression)
            else:
                self._by_statement.setdefault(suppression.first, []).append(suppression)

    def suppresses(self, line: int, code: str, about: Suppression | None = None) -> bool:
        """Tell whether a comment suppresses a code on a line, and note that it is needed.

        ``about`` is the comment that the finding is about, if any. It counts only if it names
        the code: else one that suppresses everything would suppress what is said of itself.
        """
        if not self.all:
            return False
        here = self._by_statement.get(self._layout.statement_at(line).first, ())
        suppressed = False
        for suppression in (*self._whole_file, *here):
            codes = suppression.codes
            if suppression is about and (codes is None or code not in codes):
                continue
            for prefix in ("",) if codes is None else codes:
                if code.startswith(prefix):
                    self._used.add((suppression, prefix))
                    suppressed = True
        return suppressed

    def unused(self, known: Mapping[str, bool], enabled: frozenset[str]) -> Iterator[Unused]:
        """Yield the suppressions that suppressed nothing so far.

        ``known`` are all codes there are, and whether they are on by default. Of a comment for codes
        that are not ``enabled`` nothing is known, but where it is for others too, those that are
        off by default do not matter. A comment that does not speak of this linter is left alone.
        """
        judged = [code for code in known if code != UNUSED]
        usual = [code for code in judged if known[code]]
        for suppression in self.all:
            if not suppression.is_ours:
                continue
            if suppression.codes is None:
                if enabled.issuperset(usual) and (suppression, "") not in self._used:
                    yield Unused(suppression, (), ())
                continue
            idle, unknown = [], []
            for prefix in suppression.codes:
                meant = [code for code in judged if code.startswith(prefix)]
                if meant:
                    asked = [code for code in meant if known[code]] or meant
                    if enabled.issuperset(asked) and (suppression, prefix) not in self._used:
                        idle.append(prefix)
                elif prefix != UNUSED:
                    unknown.append(prefix)
            if idle or unknown or not suppression.codes:
                yield Unused(suppression, tuple(idle), tuple(unknown))


def may_suppress(source: bytes) -> bool:
    """Tell whether a file may hold a suppression at all."""
    return _HINT.search(source) is not None


def tokens_of(text: str) -> Iterator[tokenize.TokenInfo]:
    """Yield the tokens of a text, whatever ends its lines."""
    lines = lines_of(text)
    feed = iter([f"{line}\n" for line in lines[:-1]] + lines[-1:])
    return tokenize.generate_tokens(lambda: next(feed, ""))


def noqa_of(comment: Comment) -> re.Match[str] | None:
    """Return the match of the first ``noqa`` in a comment that names codes, as ``codes``."""
    found = [*_NOQA.finditer(comment.text)]
    if comment.alone and (whole := _FLAKE8.match(comment.text)):
        found.insert(0, whole)
    return next((match for match in found if match["codes"]), None)


def _suppressions(comment: Comment, statement: Statement, *, noqa: bool) -> Iterator[Suppression]:
    """Yield what a comment on a statement suppresses; it may say several things."""
    text = comment.text
    whole = _FLAKE8.match(text) if comment.alone and noqa else None
    for match in (whole,) if whole else _NOQA.finditer(text) if noqa else ():
        codes = _codes(match["codes"])
        ours = codes and tuple(code for code in codes if code.startswith(PREFIX))
        if ours != ():
            yield _suppression(comment, match, statement, ours, whole is not None, bool(ours))
    for match in _MALFORMED.finditer(text):
        meant = _APL.match(text, match.start())
        if meant is None:
            yield _suppression(comment, match, statement, (), False, True)
        else:
            whole_file = meant["file"] is not None
            yield _suppression(comment, meant, statement, _codes(meant["codes"]), whole_file, True)


def _suppression(
    comment: Comment,
    match: re.Match[str],
    statement: Statement,
    codes: tuple[str, ...] | None,
    whole_file: bool,
    is_ours: bool,
) -> Suppression:
    text = match[0].rstrip()
    column = comment.column + match.start()
    return Suppression(
        span=Span(comment.line, column, comment.line, column + len(text)),
        text=text,
        codes=codes,
        first=statement.first,
        last=None if whole_file else statement.last,
        is_ours=is_ours,
    )


def _codes(typed: str | None) -> tuple[str, ...] | None:
    """Return the codes of a list as typed, in upper case; None where there is no list."""
    if typed is None:
        return None
    return tuple(dict.fromkeys(code.upper() for code in re.split(r"[,\s]+", typed) if code))
