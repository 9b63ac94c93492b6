"""Owns the explanation as a tree on a terminal, right at 80 columns with Chinese."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.tree import Tree

from policydsl.explain import Explanation, tell
from policydsl.explain.catalog import Labels
from policydsl.explain.telling import Alternative, Entry, Passage, RowTelling, Telling
from policydsl.reports.terminal import rendered
from policydsl.reports.wrap import Wrapped

STYLES = {"value": "bold", "pending": "bold yellow", "unknown": "bold magenta", "invalid": "bold red"}


def explanation_text(
    explanation: Explanation, *, width: int = 80, colour: bool = False, encoding: str | None = "utf-8"
) -> str:
    """The explanation as text: a tree for each row. `colour` for terminals only; never the only signal."""
    telling = tell(explanation)
    parts: list[RenderableType] = [*_about(telling)]
    for row in telling.rows:
        parts.append("")
        parts.extend(_row(row, telling.labels))
    return rendered(parts, width, colour, encoding)


def _about(telling: Telling) -> list[RenderableType]:
    lines: list[RenderableType] = [Wrapped(telling.title, "bold")]
    lines.extend(Wrapped(f"{label} {text}", "dim", 4) for label, text in telling.about)
    if telling.readings:
        lines.append(Wrapped(telling.labels.readings, "dim"))
        lines.extend(Wrapped(f"· {text}", "dim", 2, 2) for text in telling.readings)
    return lines


def _row(row: RowTelling, labels: Labels) -> list[RenderableType]:
    tree = Tree(Wrapped(row.title, "bold underline"), guide_style="dim")
    for violation in row.violations:
        _add(tree, violation, labels, labels.violations)
    for entry in row.entries:
        _add(tree, entry, labels)
    return [tree]


def _add(tree: Tree, entry: Entry, labels: Labels, prefix: str = "") -> None:
    branch = tree.add(_label(entry, labels, prefix))
    for child in entry.children:
        _add(branch, child, labels)


def _label(entry: Entry, labels: Labels, prefix: str) -> RenderableType:
    clause = f"〔{entry.clause}〕" if entry.clause else ""
    heading = f"{prefix} {entry.name}".strip() + f" = {entry.value}{clause}"
    if entry.again:
        return Wrapped(f"{heading} … {labels.again if entry.again == 'before' else labels.later}", "dim", 2)
    lines: list[RenderableType] = [Wrapped(heading, STYLES[entry.status], 2)]
    for passage in entry.passages:
        lines.extend(_passage(passage))
    lines.extend(Wrapped(text, "dim", 2) for text in entry.notes)
    lines.extend(Wrapped(f"! {text}", "yellow", 2) for text in entry.reasons)
    for item in entry.inputs:
        words = "  ".join(part for part in (f"{item.name} {item.value}", item.place, item.note) if part)
        lines.append(Wrapped(f"← {words}", "yellow" if item.wanting else "dim", 2))
    lines.extend(Wrapped(f"→ {text}", "cyan", 2) for text in entry.nexts)
    return Group(*lines)


def _passage(passage: Passage) -> list[RenderableType]:
    lines: list[RenderableType] = [Wrapped(passage.text)]
    if passage.group is not None:
        lines.extend(Wrapped(_alternative(item), "" if item.taken else "dim", 2, 2) for item in passage.group.items)
        if passage.group.more:
            lines.append(Wrapped(passage.group.more, "dim", 0, 4))
    return lines


def _alternative(item: Alternative) -> str:
    words = "  ".join(part for part in (item.label, item.value) if part)
    mark = "▸" if item.taken else "·"
    return f"{mark} {words} — {item.fate}" if item.fate else f"{mark} {words}"
