"""Owns a comparison of policies as text on a terminal: who gains and who loses, then what changed."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.console import RenderableType
from rich.table import Table

from policydsl.compare.effects_told import EffectsTold, RowTold
from policydsl.compare.report import ComparisonTold
from policydsl.compare.told import ChangeTold
from policydsl.reports.terminal import rendered
from policydsl.reports.wrap import Wrapped, clean

MOST_WORDING = 12
"""Changes of wording alone that are listed one by one; the page has all of them."""


def difference_text(told: ComparisonTold, *, width: int = 80, colour: bool = False, encoding: str = "utf-8") -> str:
    """The comparison as text of at most `width` cells."""
    return rendered(_parts(told), width, colour, encoding)


def _parts(told: ComparisonTold) -> Iterator[RenderableType]:
    labels, found = told.labels, told.differences
    yield Wrapped(labels["title"], "bold")
    yield Wrapped(f"{labels['old']}  {found.old}", "dim", 4)
    yield Wrapped(f"{labels['new']}  {found.new}", "dim", 4)
    yield Wrapped(found.summary)
    if told.effects is not None:
        yield from _effects(told, told.effects)
    if found.substance:
        yield ""
        yield Wrapped(labels["changes"], "bold")
        alone = told.effects.alone if told.effects is not None else {}
        for change in found.substance:
            yield from _change(change)
            if change.number in alone:
                yield Wrapped(alone[change.number], "dim", 2, 3)
    if told.effects is not None and any(row.accounts for row in told.effects.rows):
        yield ""
        yield Wrapped(labels["why"], "bold")
        for row in told.effects.rows:
            yield from _accounts(row, told.effects)
    for title, changes in ((labels["wording"], found.wording), (labels["examples"], found.examples)):
        if changes:
            yield ""
            yield Wrapped(f"{title} ({len(changes)})", "bold")
            for change in changes[:MOST_WORDING]:
                points = "; ".join(text for text, _ in change.points)
                yield Wrapped(f"· {change.fate} {change.kind} {change.name}".rstrip() + f": {points}", "dim", 2, 2)
            if len(changes) > MOST_WORDING:
                yield Wrapped(f"… +{len(changes) - MOST_WORDING}", "dim", 0, 2)


def _effects(told: ComparisonTold, effects: EffectsTold) -> Iterator[RenderableType]:
    words = effects.labels
    yield ""
    yield Wrapped(effects.title, "bold")
    if effects.facts:
        yield Wrapped(f"{words['sources']}  {effects.facts}", "dim", 6)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(clean(effects.entity), overflow="fold")
    for name in ("before", "after", "gain"):
        table.add_column(words[name], justify="right", no_wrap=name == "gain")
    for row in effects.rows:
        if not row.idle:
            style = "green" if row.size and row.size > 0 else "red" if row.size and row.size < 0 else ""
            table.add_row(clean(row.key), row.before, row.after, row.gain, style=style)
    table.add_section()
    for cells in effects.sums:
        table.add_row(*cells, style="bold")
    yield table
    yield from map(Wrapped, effects.total)
    if effects.same:
        yield Wrapped(effects.same, "dim")
    yield ""
    for row in effects.rows:
        if row.why:
            remark = f" ({row.remark})" if row.remark else ""
            yield Wrapped(f"{row.key}  {row.gain}{remark}  {row.why}", "", 4)
    yield from map(Wrapped, effects.singles)
    if effects.together:
        yield Wrapped(effects.together, "dim")


def _accounts(row: RowTold, effects: EffectsTold) -> Iterator[RenderableType]:
    if row.accounts:
        yield Wrapped(f"{row.key}  {row.gain}")
    for account in row.accounts:
        yield Wrapped(account.heading, "", 2, 2)
        for word, text in (("before", account.before), ("after", account.after)):
            if text:
                yield Wrapped(f"{effects.labels[word]}  {text}", "dim", 4, 4)


def _change(change: ChangeTold) -> Iterator[RenderableType]:
    clause = f" 〔{change.clause}〕" if change.clause else ""
    yield Wrapped(f"{change.number}. {change.fate} {change.kind} {change.name}{clause}", "", 3)
    for text, binding in change.points:
        yield Wrapped(text, "cyan" if binding else "dim", 2, 3)
