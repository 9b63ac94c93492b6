"""Owns simulations as text: what the totals come to, how likely a budget is left, which thresholds decide."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from rich import box
from rich.table import Table

from policydsl.core.program import Program
from policydsl.core.values import Exact
from policydsl.diagnostics.model import Language
from policydsl.reports.terminal import rendered
from policydsl.reports.whatif_told import Told, bar
from policydsl.reports.wrap import wrap
from policydsl.simulate.many import QUANTILES, Simulation, Spread

MOST_SHOWN = 60


def simulation_text(
    program: Program, found: Simulation, lang: Language, width: int, budget: Exact | None, encoding: str | None
) -> str:
    """A simulation for a reader."""
    told = Told(program, lang)
    lines = wrap(
        told.say(
            f"{found.draws} 次抽取\uff0c种子 {found.seed}\uff0c同一行各事实的相关系数 {found.correlation:g}\uff1b每一次都精确计算。",
            f"{found.draws} draws, seed {found.seed}, correlation within a row {found.correlation:g}; each computed exactly.",
        ),
        width,
    )
    for spread in found.totals:
        lines += ["", *_spread(told, spread, found.draws, width, budget, told.where(spread.target))]
    if found.subtotal is not None:
        count = found.subtotal.target[1].count("、") + 1
        title = told.say(
            f"次次都有值的 {count} 行「{found.subtotal.rule.name}」小计\uff08不是合计\uff09",
            f"sum of 「{found.subtotal.rule.name}」 of the {count} rows that always have a value (no total)",
        )
        lines += ["", *_spread(told, found.subtotal, found.draws, width, budget, title)]
    parts: list[Any] = ["\n".join(lines)]
    if found.rows:
        parts += ["", _rows(told, found.rows, found.draws)]
    more = [*_deciders(told, found), *_moves(told, found)]
    text = rendered(parts, width, False, encoding)
    return (
        text.rstrip("\n")
        + "\n"
        + ("\n" + "\n".join(part for line in more for part in _hanging(line, width)) + "\n" if more else "")
    )


def _without(told: Told, spread: Spread, draws: int) -> str:
    words = {status: told.figures.status(status) for status in spread.without}
    return "、".join(
        f"{words[status]} {told.share(Fraction(count, draws))}" for status, count in spread.without.items()
    )


def _spread(told: Told, spread: Spread, draws: int, width: int, budget: Exact | None, title: str) -> list[str]:
    lines = wrap(title, width)
    if spread.without:
        lines.append("  " + told.say("没有值的抽取\uff1a", "draws without a value: ") + _without(told, spread, draws))
    if not spread.values:
        return lines
    rule = spread.rule
    low, high = told.amount(spread.values[0], rule), told.amount(spread.values[-1], rule)
    mean, middle = told.amount(Fraction(round(spread.mean)), rule), told.amount(spread.quantile(Fraction(1, 2)), rule)
    lines += _indented(
        told.say(
            f"平均 {mean}\uff0c中位 {middle}\uff0c最低 {low}\uff0c最高 {high}",
            f"mean {mean}, median {middle}, least {low}, most {high}",
        ),
        width,
    )
    wide = f"{told.amount(spread.quantile(QUANTILES[0]), rule)} — {told.amount(spread.quantile(QUANTILES[-1]), rule)}"
    lines += _indented(told.say(f"九成的抽取在 {wide} 之间", f"nine in ten lie within {wide}"), width)
    if budget is not None:
        lines.append(
            "  "
            + told.say(
                f"超过 {told.amount(budget, rule)} 的机会\uff1a", f"chance of more than {told.amount(budget, rule)}: "
            )
            + told.share(spread.above(budget))
        )
    bins = spread.histogram()
    most = max(count for _, _, count in bins)
    from rich.cells import cell_len

    labels = [told.amount(Fraction(round(start)), rule) for start, _, _ in bins]
    margin = max(map(cell_len, labels))
    for label, (_, _, count) in zip(labels, bins, strict=True):
        lines.append(
            "  "
            + " " * (margin - cell_len(label))
            + label
            + " │"
            + bar(count, most, max(10, min(40, width - margin - 6)))
        )
    return lines


def _hanging(line: str, width: int) -> list[str]:
    return _indented(line.strip(), width) if line.startswith("  ") else wrap(line, width)


def _indented(text: str, width: int) -> list[str]:
    return ["  " + line for line in wrap(text, width - 2)]


def _rows(told: Told, rows: tuple[Spread, ...], draws: int) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column(rows[0].target[0])
    for name in (told.say("现为", "now"), "P5", "P50", "P95", told.say("没有值", "no value")):
        table.add_column(name, justify="right")
    for spread in rows[:MOST_SHOWN]:
        cells = [
            told.amount(spread.quantile(share), spread.rule) if spread.values else ""
            for share in (QUANTILES[0], QUANTILES[2], QUANTILES[4])
        ]
        table.add_row(spread.target[1], told.amount(spread.now, spread.rule), *cells, _without(told, spread, draws))
    if len(rows) > MOST_SHOWN:
        table.caption = told.say(
            f"另有 {len(rows) - MOST_SHOWN} 行\uff0c见 --format csv",
            f"{len(rows) - MOST_SHOWN} more; see --format csv",
        )
    return table


def _deciders(told: Told, found: Simulation) -> Iterator[str]:
    if found.deciders:
        yield told.say(
            "起作用的门槛\uff08各档各占多少次抽取\uff09\uff1a",
            "Thresholds that decide (how many of the draws fall into each band):",
        )
    for item in found.deciders[:MOST_SHOWN]:
        total = sum(count for _, count in item.shares)
        shares = "、".join(
            f"{told.amount(value, item.rule)} {told.share(Fraction(count, total))}" for value, count in item.shares
        )
        yield f"  {told.where(item.target)}\uff1a{shares}" if told.zh else f"  {told.where(item.target)}: {shares}"


def _moves(told: Told, found: Simulation) -> Iterator[str]:
    moving = [(at, size) for at, size in found.moves if abs(size) >= 0.05][:8]
    if moving:
        yield told.say("最左右总额的事实\uff08秩相关\uff09\uff1a", "Facts that move the total most (rank correlation):")
    for at, size in moving:
        yield f"  {told.where(at)} {size:+.2f}"
