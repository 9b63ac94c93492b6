"""Owns the form of 任务, 条件 and 材料."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from policydsl.syntax import tree
from policydsl.syntax.forms.pieces import declared, line_of, wrapped
from policydsl.syntax.phrases import Phrases, joined
from policydsl.syntax.sheet import Row
from policydsl.syntax.spelling import Spelling


def task(spell: Spelling, node: tree.Task) -> Row:
    """任务."""
    pieces = joined(f"{spell.word('TASK')} {spell.alias(node.name, node.alias)}:", Phrases(spell).expr(node.condition))
    rows = [task_line(spell, line) for line in node.lines]
    return declared(node, [joined(pieces, spell.citation(node.cite), "")], rows)


def task_line(spell: Spelling, node: tree.TaskLine) -> Row:
    """A line below 任务."""
    match node:
        case tree.EvidenceLine():
            items = wrapped(spell, [spell.name(item) for item in node.items])
            pieces = joined(spell.word("EVIDENCE"), items)
            return line_of(node, "task_line", joined(pieces, spell.citation(node.cite), ""))
        case tree.DueLine():
            due = spell.time(node.due) if isinstance(node.due, datetime) else spell.day(node.due)
            text = f"{spell.word('DUE')} {due}"
            if node.before:
                mark = (
                    {True: "WITH_DAY", False: "SANS_DAY"}.get(node.day_included)
                    if node.day_included is not None
                    else None
                )
                text += f" {spell.word('DAY_BEFORE')}"
                text += ("" if spell.language == "zh" else " ") + spell.word(mark) if mark else ""
            return line_of(node, "task_line", text + spell.citation(node.cite))
        case tree.ChargeLine():
            return line_of(
                node, "task_line", f"{spell.word('CHARGE')} {spell.person(node.who)}{spell.citation(node.cite)}"
            )
        case tree.Remark():
            return line_of(node, "task_line", f"{spell.word('REMARK')} {spell.text(node.text)}")
        case _:
            assert_never(node)


def conditions(spell: Spelling, node: tree.Conditions) -> Row:
    """条件 or 材料."""
    head = f"{spell.word(node.word)} {spell.alias(node.name, node.alias)}:"
    # 材料 are all wanted unless it says otherwise
    mode = "" if node.mode == "ALL_OF" and node.word == "MATERIALS" else f" {_mode(spell, node.mode, node.least)}"
    cite = spell.citation(node.cite)
    rows = [item_line(spell, item) for item in node.items]
    return declared(node, [[(0, head + mode + (cite if mode else cite[1:]))]], rows)


def _mode(spell: Spelling, mode: str, least: int) -> str:
    if mode != "LEAST_OF":
        return spell.word(mode)
    return f"{spell.word(mode)} {least}{'项' if spell.language == 'zh' else ''}"


def item_line(spell: Spelling, node: tree.ItemLine) -> Row:
    """An item of 条件 or 材料, with the items below it."""
    name = spell.alias(node.name, node.alias)
    cite = spell.citation(node.cite)
    if node.mode:
        rows = [item_line(spell, item) for item in node.items]
        return Row(
            node.span, "item_line", [[(0, f"{name}:")], [(0, _mode(spell, node.mode, node.least) + cite)]], "item", rows
        )
    if node.value is None:
        return Row(node.span, "item_line", [[(0, name + cite)]])
    return Row(node.span, "item_line", [[(0, f"{name}:")], joined(Phrases(spell).expr(node.value), cite, "")], "item")
