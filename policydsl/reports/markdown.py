"""Owns the explanation as Markdown: a table of results per row, then each account with what it rests on below it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policydsl.explain import Explanation, tell
from policydsl.explain.catalog import Labels
from policydsl.explain.telling import Alternative, Entry, Passage, RowTelling
from policydsl.reports.wrap import clean

SUMMARY_DEPTH = 2
"""How deep the table of results at the head of a row goes."""

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&!$])")
_LEADING = re.compile(r"^(\s*)([-+]|\d+[.)])(?=\s|$)")


def escape(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    safe = _SPECIAL.sub(r"\\\1", clean(text))
    return _LEADING.sub(lambda match: match[1] + match[2][:-1] + "\\" + match[2][-1], safe)


def explanation_markdown(explanation: Explanation) -> str:
    """The explanation as CommonMark with tables."""
    telling = tell(explanation)
    labels = telling.labels
    lines = [f"# {escape(telling.title)}", ""]
    lines.extend(f"- {escape(label)}: {escape(text)}" for label, text in telling.about)
    if telling.readings:
        lines.extend(("", f"**{escape(labels.readings)}**", ""))
        lines.extend(f"- {escape(text)}" for text in telling.readings)
    for row in telling.rows:
        lines.extend(("", f"## {escape(row.title)}", ""))
        lines.extend(_summary(row, labels))
        if row.violations:
            lines.extend(("", f"### {escape(labels.violations)}", ""))
            for entry in row.violations:
                lines.extend(_entry(entry, labels, 0))
        lines.append("")
        for entry in row.entries:
            lines.extend(_entry(entry, labels, 0))
    return "\n".join(lines).rstrip() + "\n"


def _told(entries: tuple[Entry, ...], depth: int = 0) -> Iterator[Entry]:
    for entry in entries:
        if not entry.again and depth <= SUMMARY_DEPTH:
            yield entry
            yield from _told(entry.children, depth + 1)


def _summary(row: RowTelling, labels: Labels) -> list[str]:
    lines = [f"| {labels.rule} | {labels.value} | {labels.clause} |", "|:---|---:|:---|"]
    for entry in _told(row.entries):
        lines.append(f"| {escape(entry.name)} | {escape(entry.value)} | {escape(entry.clause)} |")
    return lines


def _entry(entry: Entry, labels: Labels, depth: int) -> list[str]:
    pad, inner = "  " * depth, "  " * (depth + 1)
    clause = f" 〔{escape(entry.clause)}〕" if entry.clause else ""
    heading = f"{pad}- **{escape(entry.name)} = {escape(entry.value)}**{clause}"
    if entry.again:
        return [f"{heading} … {escape(labels.again if entry.again == 'before' else labels.later)}"]
    lines = [heading]
    for passage in entry.passages:
        lines.extend(_passage(passage, inner))
    lines.extend(f"{inner}- {escape(text)}" for text in entry.notes)
    lines.extend(f"{inner}- **!** {escape(text)}" for text in entry.reasons)
    for item in entry.inputs:
        words = " · ".join(escape(part) for part in (item.place, item.note) if part)
        lines.append(f"{inner}- ← {escape(item.name)} {escape(item.value)}" + (f" *({words})*" if words else ""))
    lines.extend(f"{inner}- → {escape(text)}" for text in entry.nexts)
    for child in entry.children:
        lines.extend(_entry(child, labels, depth + 1))
    return lines


def _passage(passage: Passage, pad: str) -> list[str]:
    lines = [f"{pad}- {escape(passage.text)}"]
    if passage.group is not None:
        lines.extend(f"{pad}  - {_alternative(item)}" for item in passage.group.items)
        if passage.group.more:
            lines.append(f"{pad}  - {escape(passage.group.more)}")
    return lines


def _alternative(item: Alternative) -> str:
    words = " ".join(escape(part) for part in (item.label, item.value) if part)
    words = f"**{words}**" if item.taken else words
    return f"{words} — {escape(item.fate)}" if item.fate else words
