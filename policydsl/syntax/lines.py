"""Owns the layout of a file: both widths of signs made one, comments apart, physical lines joined to logical ones, blocks
made by indentation. Knows nothing of what a line says.

Every sign is mapped one character to one, so that offsets in the mapped text are offsets in the file. Text in quotes keeps its width.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache
from unicodedata import east_asian_width

from attrs import define, field, frozen

from policydsl.diagnostics.model import Diagnostic, Language
from policydsl.source import Source, Span

NARROW: dict[int, str] = {
    **{ord(wide): chr(ord(wide) - 0xFEE0) for wide in map(chr, range(0xFF01, 0xFF5F))},
    0xFEFF: " ",
    0x3000: " ",
    0x00A0: " ",
    0x2002: " ",
    0x2003: " ",
    0x2009: " ",
    0x202F: " ",
    0xFE63: "-",
    0x2A7E: "≥",
    0x2A7D: "≤",
    0x2013: "−",
    0xFF0D: "−",
    0x2215: "/",
    0x3010: "[",
    0x3011: "]",
}
"""Full-width signs, digits and letters, and blanks of other widths, each with the plain character it counts as."""

_WIDE = re.compile("[" + re.escape("".join(map(chr, NARROW))) + "]")
TAB = 4
MAX_LINE = 100_000
"""Characters a line may have; beyond that it is no line that a person wrote."""
MAX_DEPTH = 12
"""How deep blocks may be nested."""

_TOKEN = re.compile(r"“[^“”\n]*”|\"[^\"\n]*\"|「[^「」\n]*」|#|[()\[\]]|[“\"「]")
_LOGIC = {
    "zh": re.compile(r"(?:[+−×÷*/≥≤<>=≠-](?=\s)|(?:且|或|则)(?=[\s\d(]))"),
    "en": re.compile(r"(?:[+−×÷*/≥≤<>=≠-](?=\s)|(?:and|or|then)\b)"),
}
_QUOTED = re.compile(r"“[^“”\n]*”|\"[^\"\n]*\"|「[^「」\n]*」")
_OPENS_BLOCK = re.compile(r":[ \t]*(?:(?:依据|per)[ \t][^\n]*)?$")
_HALF = {"zh": ("则",), "en": ("then", "else")}
_THEN = {
    "zh": (re.compile(r"(?<![^\W\d])则(?![^\W\d])"), re.compile(r"(?<![^\W\d])否则(?![^\W\d])")),
    "en": (re.compile(r"\bthen\b"), re.compile(r"\belse\b")),
}
"""Every 则 wants a 否则. (`if` may be part of `if none`.) Where none of `_HALF` is there is neither."""


@frozen
class Comment:
    """A remark of the drafter, `#` to the end of its line. `alone`: nothing else stands on the line."""

    text: str
    span: Span = field(eq=False, repr=False)
    alone: bool = True
    indent: int = 0


@define
class Line:
    """A logical line with the lines of its block. `start` and `end` are offsets of its text; `row` marks `| … |`."""

    start: int
    end: int
    indent: int
    row: bool
    children: list[Line] = field(factory=list)


@frozen
class Layout:
    """A file as lines: the mapped text (comments blanked), the top lines, the comments in order."""

    source: Source
    text: str
    lines: tuple[Line, ...]
    comments: tuple[Comment, ...]


def narrow(text: str) -> str:
    """`text` with every full-width sign as the plain one, one character to one."""
    # a search for what there is little of takes a tenth of what looking up every character does
    return _WIDE.sub(lambda sign: NARROW[ord(sign.group())], text)


@lru_cache(maxsize=256)
def width_of(blank: str) -> int:
    """Display columns of the white space before a line."""
    columns = 0
    for char in blank.lstrip("\ufeff"):
        columns += TAB - columns % TAB if char == "\t" else 2 if east_asian_width(char) in "WF" else 1
    return columns


def lay_out(
    source: Source, language: Language, begins: int = 0, ends: int | None = None
) -> tuple[Layout, list[Diagnostic]]:
    """Lines, blocks and comments of a file, and what is wrong with its layout.

    `begins` and `ends` are offsets of lines between which a part of the file stands that is wanted alone.
    """
    findings: list[Diagnostic] = []
    text = narrow(source.text)
    mapped = list(text)
    comments: list[Comment] = []
    top: list[Line] = []
    stack: list[Line] = []
    open_brackets = 0
    open_thens = 0
    last: Line | None = None
    starts = source.line_starts
    else_word = _THEN[language][1]
    first = bisect_left(starts, begins)
    after = len(starts) if ends is None else bisect_left(starts, ends)
    for number, begin in enumerate(starts[first:after], first):
        stop = starts[number + 1] if number + 1 < len(starts) else len(source.text)
        raw = source.text[begin:stop].rstrip("\r\n")
        end = begin + len(raw)
        if len(raw) > MAX_LINE:
            findings.append(
                Diagnostic(
                    "line-too-long",
                    Span(source, begin, begin + 80),
                    {"length": len(raw), "most": MAX_LINE},
                    language=language,
                )
            )
            mapped[begin:end] = " " * len(raw)
            continue
        # a byte order mark is white space to us, not to Python
        body = raw.lstrip("\ufeff \t\u3000\u00a0").lstrip()
        lead = len(raw) - len(body)
        if not body:
            continue
        indent = width_of(raw[:lead])
        # comments and brackets, with quotes protected
        brackets, cut = 0, None
        plain = text[begin:end]
        for match in _TOKEN.finditer(plain, lead):
            sign = match.group()
            if sign == "#":
                cut = match.start()
                break
            if len(sign) > 1:
                # what stands in “ ” is the drafter's text; it keeps its width
                if sign[0] != "「":
                    mapped[begin + match.start() + 1 : begin + match.end() - 1] = raw[
                        match.start() + 1 : match.end() - 1
                    ]
            elif sign in "([":
                brackets += 1
            elif sign in ")]":
                brackets -= 1
            elif sign in '“"「':
                findings.append(
                    Diagnostic(
                        "open-quote",
                        Span(source, begin + match.start(), begin + match.start() + 1),
                        {"sign": sign},
                        language=language,
                    )
                )
                break
        if cut is not None:
            comments.append(Comment(raw[cut:].rstrip(), Span(source, begin + cut, end), cut == lead, indent))
            mapped[begin + cut : end] = " " * (end - begin - cut)
            if cut == lead:
                continue
            end = begin + len(raw[:cut].rstrip())
        row = plain[lead] == "|"
        if last is not None and not row and not last.row and indent > last.indent:
            said = "".join(mapped[last.start : last.end])
            here = plain[lead : end - begin]
            goes_on = open_brackets > 0 or said.endswith(("、", ","))
            # below a line that opens a block come its rows, which may begin with a sign (≥ 70%)
            if not goes_on and not _OPENS_BLOCK.search(said):
                word = _LOGIC[language].match(here)
                goes_on = word is not None or (else_word.match(here) is not None and open_thens > 0)
            if goes_on:
                last.end = end
                open_brackets = max(0, open_brackets + brackets)
                open_thens += _thens(_QUOTED.sub("", here), language)
                continue
        line = Line(begin + lead, end, indent, row)
        open_brackets = max(0, brackets)
        said = _QUOTED.sub("", plain[lead : end - begin])
        # a row of its own may begin with 否则
        open_thens = _thens(said, language) + (else_word.match(said) is not None)
        while stack and stack[-1].indent >= indent:
            stack.pop()
        under_row = bool(stack and stack[-1].row)
        if under_row:
            findings.append(Diagnostic("block-under-row", Span(source, line.start, line.end), {}, language=language))
            stack.pop()
        siblings = stack[-1].children if stack else top
        if siblings and siblings[0].indent != indent and not under_row:
            findings.append(
                Diagnostic(
                    "uneven-indent",
                    Span(source, begin, line.start + 1),
                    {"found": indent, "expected": siblings[0].indent},
                    language=language,
                )
            )
        if len(stack) >= MAX_DEPTH:
            findings.append(
                Diagnostic("too-deep", Span(source, line.start, line.end), {"most": MAX_DEPTH}, language=language)
            )
            continue
        siblings.append(line)
        stack.append(line)
        last = line
    return Layout(source, "".join(mapped), tuple(top), tuple(comments)), findings


def _thens(said: str, language: Language) -> int:
    """How many 则 of `said` have no 否则 in it."""
    if not any(half in said for half in _HALF[language]):
        return 0
    then_word, else_word = _THEN[language]
    return len(then_word.findall(said)) - len(else_word.findall(said))
