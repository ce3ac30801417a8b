"""Python in documents: fenced blocks, code blocks, and doctests, with their places."""

import ast
import re
import warnings
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from asyncpattern_lint.source import lines_of

#: How the names of documents end.
MARKDOWN = (".markdown", ".md")
TEXTS = (*MARKDOWN, ".rst")

_PYTHON = frozenset({"py", "py3", "pycon", "python", "python-console", "python3"})

#: What says, beside the language, that a block is not to be checked.
_UNCHECKED = re.compile(r"\b(?:no[-_]?check|no[-_]?lint|broken|wrong)\b", re.IGNORECASE)

#: What says so in a comment inside the block, or that the block speaks of the past.
_WRONG = re.compile(
    r"#\W*(?:wrong|broken|bad|incorrect|invalid|fails?\b|raises?\b|error|bug\b|don'?t\b|do not\b"
    r"|never\b|before\b|old\b|deprecated|removed|was\b|not\b|\u274c|\u2717|apl: ?ignore|noqa)",
    re.IGNORECASE,
)

_DIRECTIVE = re.compile(
    r"(?P<indent>\s*)\.\. (?P<name>code-block|code|sourcecode|testcode)::[ \t]*(?P<language>\S*)"
)
_OPTION = re.compile(r"\s*:[\w-]+:")
_PROMPT = re.compile(r"(?P<indent>\s*)(?:>>>|\.\.\.)(?: (?P<code>.*))?$")
_FENCE = re.compile(r"\s*(?P<fence>`{3,}|~{3,})(?P<info>[^`]*)$")


#: How files and folders are called that tell of earlier versions.
_HISTORY = re.compile(
    r"change|history|^news|release|migrat|upgrad|whats-?new|deprecat", re.IGNORECASE
)


class Block(NamedTuple):
    """Python in a text: the line that it begins on, from 1, and how far in each line does."""

    line: int
    column: int
    lines: tuple[str, ...]

    @property
    def last(self) -> int:
        """The last line of the block."""
        return self.line + len(self.lines) - 1

    @property
    def tree(self) -> ast.Module | None:
        """The block as Python reads it, None if it does not."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return ast.parse("\n".join(self.lines) + "\n")
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                return None


def is_history(path: str) -> bool:
    """Tell whether a document tells of earlier versions, by its path in the project."""
    return any(map(_HISTORY.search, re.split(r"[/\\]", path)))


def blocks_of_text(path: str, text: str) -> Iterator[Block]:
    """Yield the blocks of a document, Markdown or reStructuredText by its name.

    Raises ``ImportError`` for Markdown without markdown-it-py.
    """
    lines = lines_of(text)
    if path.endswith(MARKDOWN):
        yield from _of_markdown(text, lines)
    else:
        yield from _of_rest(lines, 1)


def blocks_of_module(tree: ast.Module, text: str) -> Iterator[list[Block]]:
    """Yield the blocks in each docstring of a module."""
    lines = lines_of(text)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        first = node.body[0] if node.body else None
        if not isinstance(first, ast.Expr) or not isinstance(first.value, ast.Constant):
            continue
        if isinstance(first.value.value, str) and first.end_lineno is not None:
            inside = lines[first.lineno - 1 : first.end_lineno]
            # The quotes may stand on the same lines as the text.
            inside[0] = re.sub(r"^(\s*)\w*(?:\"\"\"|''')", r"\1   ", inside[0])
            inside[-1] = re.sub(r"(?:\"\"\"|''')\s*$", "", inside[-1])
            found = [*_of_fences(inside, first.lineno), *_of_rest(inside, first.lineno)]
            if found:
                yield sorted(found)


def _of_markdown(text: str, lines: Sequence[str]) -> Iterator[Block]:
    from markdown_it import MarkdownIt

    for token in MarkdownIt("commonmark").parse(text):
        if token.type == "fence" and token.map is not None and _is_python(token.info):
            content = token.content.split("\n")[:-1]
            start = token.map[0] + 1
            column = next(
                (
                    max(source.find(line), 0)
                    for line, source in zip(content, lines[start:], strict=False)
                    if line.strip()
                ),
                0,
            )
            yield from _of_code(content, start + 1, column)


def _of_fences(lines: Sequence[str], first: int) -> Iterator[Block]:
    """Yield the fenced blocks of a docstring."""
    position = 0
    while position < len(lines):
        opened = _FENCE.match(lines[position])
        position += 1
        if opened is None:
            continue
        start = position
        while position < len(lines) and not lines[position].strip().startswith(opened["fence"]):
            position += 1
        if _is_python(opened["info"]) and position < len(lines):
            content, column = _dedented(lines[start:position])
            yield from _of_code(content, first + start, column)
        position += 1


def _of_rest(lines: Sequence[str], first: int) -> Iterator[Block]:
    """Yield the code blocks and doctests of reStructuredText."""
    position, plain = 0, list(lines)
    while position < len(lines):
        found = _DIRECTIVE.match(lines[position])
        position += 1
        if found is None:
            continue
        options = []
        while position < len(lines) and _OPTION.match(lines[position]):
            options.append(lines[position])
            position += 1
        start = position
        indent = len(found["indent"])
        while position < len(lines) and (
            not lines[position].strip() or _indent(lines[position]) > indent
        ):
            position += 1
        plain[start:position] = [""] * (position - start)
        is_python = found["language"] in _PYTHON or found["name"] == "testcode"
        if is_python and not any(map(_UNCHECKED.search, options)):
            content, column = _dedented(lines[start:position])
            yield from _of_code(content, first + start, column)
    yield from _sessions(plain, first, 0)


def _of_code(content: Sequence[str], line: int, column: int) -> Iterator[Block]:
    """Yield a block of code, or the doctests in it."""
    if any(text.startswith(">>>") for text in content):
        yield from _sessions(content, line, column)
    elif content and not _is_wrong(content):
        yield Block(line, column, tuple(content))


def _sessions(lines: Sequence[str], first: int, column: int) -> Iterator[Block]:
    """Yield the doctests that stand together, without what they print."""
    code: list[str] = []
    start = shift = 0
    raising = blank = False
    for position, line in enumerate([*lines, "", "end"]):
        prompt = _PROMPT.match(line)
        begins = prompt is not None and line.lstrip().startswith(">>>")
        if code and blank and line.strip() and not begins:
            while not code[-1]:
                code.pop()
            if not raising and not _is_wrong(code):
                yield Block(first + start, column + shift, tuple(code))
            code = []
        blank = not line.strip()
        if prompt is not None and (code or begins):
            if not code:
                start, shift, raising = position, len(prompt["indent"]) + 4, False
            code.append(prompt["code"] or "")
        elif code:
            raising = raising or line.strip().startswith("Traceback")
            code.append("")


def _is_python(info: str) -> bool:
    words = re.findall(r"[\w-]+", info)
    return bool(words) and words[0].lower() in _PYTHON and not _UNCHECKED.search(info)


def _is_wrong(content: Sequence[str]) -> bool:
    return any(_WRONG.search(line) for line in content)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _dedented(lines: Sequence[str]) -> tuple[list[str], int]:
    """Return lines without the indentation that they share, and how wide that is."""
    shared = min((_indent(line) for line in lines if line.strip()), default=0)
    return [line[shared:] for line in lines], shared
