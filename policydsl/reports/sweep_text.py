"""Owns sweeps and searches as text: a chart of block characters, and the points at which the money jumps."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from policydsl.core.program import Program
from policydsl.core.values import Outcome
from policydsl.diagnostics.model import Language
from policydsl.reports.whatif_told import BLOCKS, Told
from policydsl.reports.wrap import wrap
from policydsl.simulate.seek import Sought
from policydsl.simulate.sweep import Sweep

HEIGHT = 10
MOST_TURNS = 30
SHADES = " ░▒▓█"


def sweep_text(program: Program, found: Sweep, lang: Language, width: int) -> str:
    """A sweep of one fact as a chart, of two as a map."""
    told = Told(program, lang)
    axis = found.axes[0]
    fact = axis.fact
    lines = wrap(
        told.say(
            f"{told.where(found.target)} 随 {told.where(fact.at)} 的变化\uff08现为 {told.fact(fact.now, fact.field)}\uff0c"
            f"得 {told.amount(found.now, found.rule)}\uff09",
            f"{told.where(found.target)} as {told.where(fact.at)} changes (now {told.fact(fact.now, fact.field)}: "
            f"{told.amount(found.now, found.rule)})",
        ),
        width,
    )
    lines.append("")
    lines += _chart(told, found, width) if len(found.axes) == 1 else _map(told, found, width)
    if len(found.axes) == 1:
        lines += ["", *_turns(told, found, width)]
    return "\n".join(lines) + "\n"


def _known(outcomes: Sequence[Outcome]) -> list[Fraction]:
    return [Fraction(value) for value in outcomes if type(value) in (int, Fraction)]  # type: ignore[arg-type]


def _chart(told: Told, found: Sweep, width: int) -> list[str]:
    outcomes, values = found.outcomes[0], found.axes[0].values
    known = _known(outcomes)
    if not known:
        return [told.say("范围里没有一处有值。", "There is no value anywhere in the range.")]
    low, high = min(known), max(known)
    labels = [told.amount(high, found.rule), told.amount(low, found.rule)]
    from rich.cells import cell_len

    margin = max(map(cell_len, labels))
    columns = max(10, min(width - margin - 3, len(outcomes)))
    picked = [outcomes[index * len(outcomes) // columns] for index in range(columns)]
    span = high - low or Fraction(1)
    levels = [
        None if type(value) not in (int, Fraction) else int((Fraction(value) - low) / span * (HEIGHT * 8 - 1)) + 1  # type: ignore[arg-type]
        for value in picked
    ]
    lines = []
    for row in range(HEIGHT - 1, -1, -1):
        cells = "".join(("·" if row == 0 else " ") if level is None else _cell(level - row * 8) for level in levels)
        label = labels[0] if row == HEIGHT - 1 else labels[1] if row == 0 else ""
        lines.append(" " * (margin - cell_len(label)) + label + " │" + cells.rstrip())
    field = found.axes[0].fact.field
    first, last = told.fact(values[0], field), told.fact(values[-1], field)
    lines.append(" " * margin + " └" + "─" * columns)
    gap = max(1, columns - cell_len(first) - cell_len(last))
    lines.append(" " * (margin + 2) + first + " " * gap + last)
    if None in levels:
        lines.append(told.say("· 处没有值\uff08待裁量、未知或无效\uff09。", "· marks where there is no value."))
    return lines


def _cell(level: int) -> str:
    return " " if level <= 0 else BLOCKS[min(level, 8) - 1]


def _turns(told: Told, found: Sweep, width: int) -> list[str]:
    if not found.turns:
        return [told.say("范围里没有跳升\uff0c也没有跌落。", "There is no jump and no fall in the range.")]
    field = found.axes[0].fact.field
    lines = [told.say("跳升和跌落\uff1a", "Jumps and falls:")]
    for turn in found.turns[:MOST_TURNS]:
        change = told.amount(turn.before - turn.after if turn.cliff else turn.after - turn.before, found.rule)
        sign = "▼" if turn.cliff else "▲"
        step = f"{told.fact(turn.start, field)} → {told.fact(turn.end, field)}"
        amounts = f"{told.amount(turn.before, found.rule)} → {told.amount(turn.after, found.rule)}"
        text = told.say(
            f"{sign} {step}\uff1a{amounts}\uff08{'少' if turn.cliff else '多'} {change}\uff09",
            f"{sign} {step}: {amounts} ({'less' if turn.cliff else 'more'} by {change})",
        )
        lines += [("  " if index else "") + part for index, part in enumerate(wrap(text, width - 2))]
    if len(found.turns) > MOST_TURNS:
        rest = len(found.turns) - MOST_TURNS
        lines.append(told.say(f"另有 {rest} 处\uff0c见 --format csv", f"{rest} more; see --format csv"))
    return lines


def _map(told: Told, found: Sweep, width: int) -> list[str]:
    """Two facts: darker is more."""
    first, second = found.axes
    known = _known([value for row in found.outcomes for value in row])
    if not known:
        return [told.say("范围里没有一处有值。", "There is no value anywhere in the range.")]
    low, high = min(known), max(known)
    span = high - low or Fraction(1)
    from rich.cells import cell_len

    rows = [index * len(second.values) // min(16, len(second.values)) for index in range(min(16, len(second.values)))]
    labels = [told.fact(second.values[index], second.fact.field) for index in rows]
    margin = max(map(cell_len, labels))
    columns = max(4, min(width - margin - 3, len(first.values)))
    lines = []
    for index, label in reversed(list(zip(rows, labels, strict=True))):
        cells = ""
        for column in range(columns):
            value = found.outcomes[index][column * len(first.values) // columns]
            cells += "·" if type(value) not in (int, Fraction) else SHADES[int((Fraction(value) - low) / span * 4)]  # type: ignore[arg-type]
        lines.append(" " * (margin - cell_len(label)) + label + " │" + cells)
    lines.append(" " * margin + " └" + "─" * columns)
    ends = told.fact(first.values[0], first.fact.field), told.fact(first.values[-1], first.fact.field)
    lines.append(" " * (margin + 2) + ends[0] + " " * max(1, columns - sum(map(cell_len, ends))) + ends[1])
    scale = f"“ ” {told.amount(low, found.rule)} … “█” {told.amount(high, found.rule)}"
    lines += [
        "",
        told.say(
            f"横\uff1a{told.where(first.fact.at)}\uff1b纵\uff1a{told.where(second.fact.at)}\uff1b",
            f"across: {told.where(first.fact.at)}; up: {told.where(second.fact.at)}; ",
        )
        + scale,
    ]
    return lines


def seek_text(program: Program, found: Sought, lang: Language, width: int) -> str:
    """What a search found, or that there is none."""
    told = Told(program, lang)
    field = found.fact.field
    now, before = told.fact(found.fact.now, field), told.amount(found.before, found.rule)
    wanted = told.amount(found.wanted, found.rule)
    lines = [
        told.say(
            f"{told.where(found.fact.at)} 现为 {now}\uff0c{told.where(found.target)} 为 {before}\uff1b要达到 {wanted}\uff1a",
            f"{told.where(found.fact.at)} is {now} now, {told.where(found.target)} is {before}; to reach {wanted}:",
        )
    ]
    if found.value is not None and found.after is not None:
        new, after = told.fact(found.value, field), told.amount(found.after, found.rule)
        if found.value == found.fact.now:
            lines.append(told.say(f"已经达到\uff08{after}\uff09\uff0c不用变。", f"It is reached already ({after})."))
        else:
            more = ""
            if found.fact.now is not None:
                higher = found.value > found.fact.now
                change = found.value - found.fact.now if higher else found.fact.now - found.value
                size = told.fact(change, field)
                way = ("增加", "more by") if higher else ("减少", "less by")
                more = told.say(f"\uff0c{way[0]} {size}", f", {way[1]} {size}")
            lines.append(
                told.say(
                    f"最少变为 {new}{more}\uff0c得 {after}。",
                    f"the least change is to {new}{more}, which gives {after}.",
                )
            )
    else:
        ends = f"{told.fact(found.bounds[0], field)}..{told.fact(found.bounds[1], field)}"
        text = told.say(f"在 {ends} 之内没有能达到的值", f"no value within {ends} does")
        if found.best is not None:
            at, most = told.fact(found.best[0], field), told.amount(found.best[1], found.rule)
            text += told.say(f"\uff1b最多 {most}\uff08{at} 时\uff09", f"; at most {most}, at {at}")
        lines.append(text + told.say("。", "."))
    lines.append(
        told.say(
            f"精确到 {told.fact(found.step, field)}\uff1a由近到远\uff0c整段排除或分半 {found.passed} 次\uff0c逐个测算 {found.tried} 个值。",
            f"To {told.fact(found.step, field)} exactly: the nearest first, {found.passed} stretches ruled out or halved, "
            f"{found.tried} values computed.",
        )
    )
    return "\n".join(part for line in lines for part in wrap(line, width)) + "\n"
