"""Owns the layout of findings: for people at a terminal, and as JSON for programs. Their words are in `wording`."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import Literal

from policydsl.diagnostics.layout import columns, excerpt
from policydsl.diagnostics.model import Diagnostic, Label, Language, Place, Weight
from policydsl.diagnostics.wording import bare, helps, message, weight_of
from policydsl.source import Span

VERSION = 1
"""The version of the JSON form."""

MOST_OF_A_CODE = 50
MOST = 200
"""Findings that are shown of one code, and in all; the others are counted."""

_WEIGHTS: dict[Language, dict[Weight, str]] = {
    "zh": {Weight.ERROR: "错误", Weight.WARNING: "提醒", Weight.NOTE: "说明"},
    "en": {Weight.ERROR: "error", Weight.WARNING: "warning", Weight.NOTE: "note"},
}
_COLOURS = {Weight.ERROR: "\x1b[1;31m", Weight.WARNING: "\x1b[1;33m", Weight.NOTE: "\x1b[1;36m"}
_BOLD, _DIM, _OFF = "\x1b[1m", "\x1b[2m", "\x1b[0m"
_CELL = re.compile(r"([A-Za-z]*)(\d*)")


def render(
    findings: Iterable[Diagnostic],
    *,
    format: Literal["human", "json"],  # noqa: A002
    color: bool,
    width: int,
) -> str:
    """The findings as text that ends with a line end; empty for people where there are none.

    `width` is the number of columns of the terminal; `color` says whether escape codes may be used (never in JSON).
    """
    ordered = in_order(findings)
    return _json(ordered) if format == "json" else _human(ordered, color, width)


def in_order(findings: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Findings by file and place, each once."""
    seen: dict[tuple[object, ...], Diagnostic] = {}
    for finding in findings:
        seen.setdefault((finding.code, _where(finding.where), message(finding)), finding)
    return sorted(seen.values(), key=lambda finding: _key(finding.where))


def _key(where: Span | Place | None) -> tuple[str, int, str, int, str]:
    match where:
        case Span():
            return (where.source.name, where.start, "", where.end, "")
        case Place():
            match_ = _CELL.match(where.cell)
            column, row = (match_[1], match_[2]) if match_ else ("", "")
            # AA comes after Z
            return (where.file, 0, where.sheet, int(row[:9] or 0), column.rjust(4))
        case None:
            return ("", 0, "", 0, "")


def _where(where: Span | Place | None) -> tuple[object, ...]:
    match where:
        case Span():
            return (where.source.name, where.start, where.end)
        case Place():
            return (where.file, where.sheet, where.cell)
        case None:
            return ()


# ---------------------------------------------------------------- for people


def _human(findings: list[Diagnostic], color: bool, width: int) -> str:
    if not findings:
        return ""
    shown: list[str] = []
    counted: Counter[str] = Counter()
    folded: Counter[str] = Counter()
    for finding in findings:
        counted[finding.code] += 1
        if counted[finding.code] > MOST_OF_A_CODE or len(shown) >= MOST:
            folded[finding.code] += 1
        else:
            shown.append(_one(finding, color, width))
    language = findings[0].language
    if folded:
        shown.append(_folded(folded, language))
    shown.append(summary(findings))
    return "\n\n".join(shown) + "\n"


def _folded(folded: Counter[str], language: Language) -> str:
    if language == "zh":
        return f"… 还有 {folded.total()} 个没有列出:" + "、".join(
            f"{code} {count} 个" for code, count in folded.items()
        )
    return f"… {folded.total()} more not shown: " + ", ".join(f"{count} {code}" for code, count in folded.items())


def summary(findings: Iterable[Diagnostic]) -> str:
    """How many of each weight there are, in the language of the first."""
    items = list(findings)
    language = items[0].language if items else "zh"
    counts = Counter(weight_of(finding) for finding in items)
    words = _WEIGHTS[language]
    parts = [(counts[weight], words[weight]) for weight in Weight if counts[weight]]
    if language == "zh":
        return ",".join(f"{count} 个{word}" for count, word in parts)
    return ", ".join(f"{count} {word}{'s' if count > 1 else ''}" for count, word in parts)


def _one(finding: Diagnostic, color: bool, width: int) -> str:
    weight = weight_of(finding)
    tint, bold, dim, off = (_COLOURS[weight], _BOLD, _DIM, _OFF) if color else ("", "", "", "")
    place = _place(finding.where)
    word = _WEIGHTS[finding.language][weight]
    head = f"{bold}{place}{off} " if place else ""
    lines = [f"{head}{tint}{word}[{finding.code}]{off} {bold}{message(finding)}{off}"]
    margin = _margin([finding.where, *(label.where for label in finding.labels)])
    if isinstance(finding.where, Span):
        lines += _snippet(finding.where, "^", "", margin, (tint, dim, off), width)
    for label in finding.labels:
        lines += _label(label, label.where != finding.where, margin, dim, off, width)
    indent = " " * margin
    for at, line in enumerate(_mends(finding)):
        lead = ("改:" if finding.language == "zh" else "fix:") if at == 0 else ""
        pad = " " * (columns("改:") if finding.language == "zh" else 4)
        lines.append(f"{indent}   {bold}{lead}{off} {line}" if lead else f"{indent}   {pad} {line}")
    return "\n".join(lines)


def _mends(finding: Diagnostic) -> tuple[str, ...]:
    lines = helps(finding)
    mend = bare(finding.mend) if finding.mend else ""
    if not mend or any(f"「{mend}」" in line or f"“{mend}”" in line for line in lines):
        return lines
    if finding.language == "en":
        return (f"write `{mend}`", *lines)
    return (f"写成 {mend}" if "「" in mend else f"写成「{mend}」", *lines)


def _margin(places: Iterable[Span | Place | None]) -> int:
    return max((len(str(where.line)) for where in places if isinstance(where, Span)), default=0)


def _snippet(span: Span, mark: str, text: str, margin: int, tints: tuple[str, str, str], width: int) -> list[str]:
    tint, dim, off = tints
    part = excerpt(span, max(20, width - margin - 4), mark)
    if not part.text:
        return []
    number = str(part.number).rjust(margin)
    blank = part.marks[: len(part.marks) - len(part.marks.lstrip())]
    below = f" {text}" if text else ""
    return [
        f"{dim} {number} |{off} {part.text}",
        f"{dim} {' ' * margin} |{off} {blank}{tint}{part.marks.lstrip()}{below}{off}",
    ]


def _label(label: Label, elsewhere: bool, margin: int, dim: str, off: str, width: int) -> list[str]:
    text = bare(label.text)
    head = f"{' ' * margin}   {_place(label.where)} {text}"
    if not isinstance(label.where, Span) or not elsewhere:
        return [head]
    return [head, *_snippet(label.where, "-", "", margin, ("", dim, off), width)]


def _place(where: Span | Place | None) -> str:
    match where:
        case Span():
            line, column = where.source.position(min(where.start, len(where.source.text)))
            return bare(f"{where.source.name}:{line}:{column}")
        case Place():
            return bare(str(where))
        case None:
            return ""


# ---------------------------------------------------------------- for programs


def _json(findings: list[Diagnostic]) -> str:
    found = [_entry(finding) for finding in findings]
    return json.dumps({"version": VERSION, "findings": found}, ensure_ascii=False, indent=2) + "\n"


def _entry(finding: Diagnostic) -> dict[str, object]:
    return {
        "code": finding.code,
        "weight": weight_of(finding).value,
        "message": message(finding),
        "help": "\n".join(helps(finding)),
        "mend": finding.mend,
        **_position(finding.where),
        "labels": [{"text": label.text, **_position(label.where)} for label in finding.labels],
    }


def _position(where: Span | Place | None) -> dict[str, object]:
    """Lines and columns from 1, in characters; the end is the first character after. None where there is no such thing."""
    empty: dict[str, object] = dict.fromkeys(("file", "line", "column", "end_line", "end_column", "sheet", "cell"))
    match where:
        case Span():
            size = len(where.source.text)
            line, column = where.source.position(min(where.start, size))
            end_line, end_column = where.source.position(min(max(where.end, where.start), size))
            empty |= {"line": line, "column": column, "end_line": end_line, "end_column": end_column}
            return empty | {"file": where.source.name}
        case Place():
            return empty | {"file": where.file, "sheet": where.sheet or None, "cell": where.cell or None}
        case None:
            return empty
