"""Owns the contents at the head of an explanation page: by kind of row, who came to what amount, each a way to its account."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from policydsl.explain.catalog import Labels
from policydsl.explain.telling import Entry, RowTelling
from policydsl.reports.sheet import text

SUMMARY_DEPTH = 2
"""How deep a table of results goes; what lies deeper stands in the explanation below it."""
MOST_COLUMNS = 6
"""Amounts that stand beside each other on a page."""
MANY = 24
"""Rows of one kind of which more are folded, and left out on paper."""

Numbered = tuple[int, RowTelling]


def contents(rows: Sequence[RowTelling], labels: Labels) -> Iterator[str]:
    """The contents: a table for kinds of rows with amounts, a list for others. What the first row is of stands first, then totals."""
    kinds: dict[str, list[Numbered]] = {}
    for index, row in enumerate(rows):
        kinds.setdefault(row.entity, []).append((index, row))
    first, *others = kinds
    singles = [name for name in others if kinds[name][0][1].single]
    yield f'<nav aria-label="{text(labels.contents)}">'
    for name in (first, *singles, *(other for other in others if other not in singles)):
        yield from _kind(name, kinds[name], labels)
    yield "</nav>"


def told(entries: Sequence[Entry], depth: int = 0) -> Iterator[tuple[Entry, int]]:
    """The entries of a row and those below them, each once, with how deep they stand."""
    for entry in entries:
        if not entry.again:
            yield entry, depth
            yield from told(entry.children, depth + 1)


def _kind(name: str, rows: list[Numbered], labels: Labels) -> Iterator[str]:
    found = [_amounts(row) for _, row in rows]
    columns = _columns(found)
    heading = text(name) + (f" <small>{len(rows)}</small>" if len(rows) > 1 else "")
    if len(rows) > MANY:
        yield f"<details><summary>{heading}</summary>"
    else:
        yield f"<h2>{heading}</h2>"
    yield from _table(name, rows, found, columns, labels) if columns else _list(rows)
    if len(rows) > MANY:
        yield "</details>"


def _amounts(row: RowTelling) -> dict[str, tuple[Entry, int]]:
    """What a row itself came to in money, by the name of the rule, and how deep in its account that stands."""
    own = f"{row.id}."
    return {
        entry.name: (entry, depth) for entry, depth in told(row.entries) if entry.amount and entry.id.startswith(own)
    }


def _columns(found: list[dict[str, tuple[Entry, int]]]) -> list[str]:
    """The amounts that most rows come to early, in the order in which their accounts do."""
    early = Counter(name for amounts in found for name, (_, depth) in amounts.items() if depth <= SUMMARY_DEPTH)
    return [name for name, count in early.items() if 2 * count >= len(found)][:MOST_COLUMNS]


def _table(
    name: str, rows: list[Numbered], found: list[dict[str, tuple[Entry, int]]], columns: list[str], labels: Labels
) -> Iterator[str]:
    heads = "".join(f'<th scope="col" class="n">{text(column)}</th>' for column in columns)
    yield f'<div class="scroll"><table><thead><tr><th scope="col">{text(name)}</th>{heads}</tr></thead><tbody>'
    for (index, row), amounts in zip(rows, found, strict=True):
        wrong = f' <span class="held">{text(labels.violations)}</span>' if row.violations else ""
        cells = "".join(f'<td class="n">{_amount(amounts, column)}</td>' for column in columns)
        yield f'<tr><th scope="row"><a href="#r{index}">{text(row.title)}</a>{wrong}</th>{cells}</tr>'
    yield "</tbody></table></div>"


def _list(rows: list[Numbered]) -> Iterator[str]:
    yield "<ul>"
    for index, row in rows:
        entry = next(iter((*row.violations, *row.entries)), None)
        words = _shown(entry, entry.value) if entry is not None else ""
        yield f'<li><a href="#r{index}">{text(row.title)}</a>{words}</li>'
    yield "</ul>"


def _amount(amounts: dict[str, tuple[Entry, int]], column: str) -> str:
    if column not in amounts:
        return ""
    entry, _ = amounts[column]
    return _shown(entry, entry.amount)


def _shown(entry: Entry, words: str) -> str:
    return f'<span class="{"sum" if entry.status == "value" else "held"}">{text(words)}</span>'
