"""Owns what is said of choices: cases, bands, alternatives, table rows, readings; the one taken, why no other."""

from __future__ import annotations

from fractions import Fraction

from attrs import evolve

from policydsl.core import program as core
from policydsl.core.values import Value, decimal_text
from policydsl.explain.desk import Desk, difference, is_short, shown_of, step_of
from policydsl.explain.names import Shown
from policydsl.explain.parts import measure_of
from policydsl.explain.sketch import sketch
from policydsl.explain.statements import (
    Adopting,
    AlternativeReading,
    Banding,
    BandRow,
    Calculation,
    CaseRow,
    Choosing,
    Fate,
    KeyRange,
    LocalNamed,
    Looking,
    Picking,
    PickRow,
    Statement,
    Substituting,
)
from policydsl.explain.terms import CellTerm, ComparisonTerm, LiteralTerm, RuleTerm, Term, ToldTerm
from policydsl.interpret.trace import Step

REST = "否则"
"""How a row for all other keys is known where no column names it."""


def _branch(step: Step | None, desk: Desk) -> tuple[Term | None, list[Statement]]:
    """The value of a branch: a short term to name in the sentence, and what else is to be said of it afterwards."""
    if step is None:
        return None, []
    aside = desk.aside()
    term = aside.tell(step)
    if isinstance(term, ToldTerm):
        return None, aside.said
    if is_short(term) and not aside.said:
        return term, []
    return (term if isinstance(term, CellTerm) else None), [*aside.said, *_unless_said(term)]


def _unless_said(term: Term) -> list[Statement]:
    return [] if isinstance(term, CellTerm) else [Calculation(term)]


def tell_choice(step: Step, node: core.Choose, desk: Desk) -> Term:
    taken = step.note if isinstance(step.note, int) else None
    rows: list[CaseRow] = []
    for index, case in enumerate(node.cases):
        asked = step_of(step, case.when)
        when = desk.tell(asked) if asked is not None else sketch(case.when, desk.stand)
        fate: Fate
        if asked is None:
            fate = "unasked"
        elif asked.outcome is True:
            fate = "taken" if index == taken else "outdone"
        elif asked.outcome is False:
            fate = "short"
        else:
            fate = "blocked"
        rows.append(CaseRow(when, case.label, fate, case.clause))
    if node.otherwise is not None:
        rows.append(CaseRow(None, "", "else-taken" if taken == -1 else "else"))
    chosen = None
    if taken is not None and taken >= 0:
        chosen = step_of(step, node.cases[taken].value)
    elif taken == -1 and node.otherwise is not None:
        chosen = step_of(step, node.otherwise)
    value, after = _branch(chosen, desk)
    index_taken = taken
    if taken == -1:
        index_taken = len(node.cases) if node.otherwise is not None else None
    subject = _subject(rows) if node.form == "category" else None
    choosing = Choosing(node.form, tuple(rows), index_taken, value, shown_of(step), subject, _is_reading(subject, desk))
    # a row of a table is found before its cell is named; anything else follows from the choice
    desk.said.extend([*after, choosing] if value is not None else [choosing, *after])
    return ToldTerm(shown_of(step))


def _subject(rows: list[CaseRow]) -> Term | None:
    """What every case compares for equality, if it is the same for all."""
    found = None
    for row in rows:
        if row.when is None:
            continue
        if not isinstance(row.when, ComparisonTerm) or row.when.op != "eq":
            return None
        if found is not None and _bare(found) != _bare(row.when.left):
            return None
        found = found if found is not None and found.shown.outcome is not None else row.when.left
    return found


def _bare(term: Term) -> Term:
    return evolve(term, shown=evolve(term.shown, outcome=None, role="plain"))


def _is_reading(subject: Term | None, desk: Desk) -> bool:
    if not isinstance(subject, RuleTerm):
        return False
    rule = desk.book.rule(subject.at.entity, subject.at.name)
    return rule is not None and rule.kind == "reading"


def tell_bands(step: Step, node: core.Bands, desk: Desk) -> Term:
    measure = measure_of(step, node.measure, desk)
    taken = step.note if isinstance(step.note, int) else None
    rows: list[BandRow] = []
    for index, row in enumerate(node.rows):
        bound = desk.part(step, row.bound)
        fate = _band_fate(index, taken, node.side)
        gap = difference(measure.shown, bound.shown) if fate in ("short", "beyond") else None
        rows.append(BandRow(bound, row.inclusive, sketch(row.value, desk.stand), fate, gap, row.clause))
    otherwise: Fate = "else-taken" if taken == -1 else "else"
    rows.append(BandRow(None, False, sketch(node.otherwise, desk.stand), otherwise))
    chosen = None
    if taken is not None:
        chosen = step_of(step, node.rows[taken].value if taken >= 0 else node.otherwise)
    value, after = _branch(chosen, desk)
    index_taken = len(node.rows) if taken == -1 else taken
    banding = Banding(measure, node.side, tuple(rows), index_taken, value, shown_of(step))
    desk.said.extend([*after, banding] if value is not None else [banding, *after])
    return ToldTerm(shown_of(step))


def _band_fate(index: int, taken: int | None, side: str) -> Fate:
    if taken is None:
        return "blocked"
    if index == taken:
        return "taken"
    if side == "lower":
        return "outdone" if index < taken else "short"
    return "beyond" if taken == -1 or index < taken else "outdone"


def tell_pick(step: Step, node: core.Pick, desk: Desk) -> Term:
    taken = step.note if isinstance(step.note, int) else None
    rows: list[PickRow] = []
    for index, option in enumerate(node.options):
        rows.append(PickRow(option.label, desk.part(step, option.value), index == taken))
    best = [row for row in rows if not row.taken and taken is not None and row.value.shown.outcome == step.outcome]
    desk.say(Picking(node.kind, tuple(rows), bool(best), shown_of(step)))
    return ToldTerm(shown_of(step))


def tell_lookup(step: Step, node: core.Lookup, desk: Desk) -> Term:
    table = desk.book.trace.program.tables[node.table]
    keys = tuple(desk.part(step, key) for key in node.keys)
    found = step.note if isinstance(step.note, int) else None
    name = desk.book.table_name(node.table)
    content = table.rows[found].cells[node.column] if found is not None else None
    if isinstance(content, core.Apply | core.Round | core.Let):
        # how the cell came about is told before it is read
        desk.say(LocalNamed(node.column, desk.part(step, content)))
    labels = tuple(row_label(table, index) for index in range(len(table.rows)))
    cell = CellTerm(name, node.column, shown_of(step))
    own = labels[found] if found is not None else ""
    others = tuple(label for index, label in enumerate(labels) if index != found)
    ranges = _ranges(table, found, node) if found is not None else ()
    rest = found is not None and table.rows[found].otherwise and own == REST
    desk.say(Looking(name, keys, node.column, own, others, cell, table.clause, found is not None, ranges, rest))
    return cell


def _ranges(table: core.Table, index: int, node: core.Lookup) -> tuple[KeyRange | str, ...]:
    """What the key columns of a row accept, where it is known by them and one accepts a range."""
    row = table.rows[index]
    if row.otherwise or (table.label and table.label in row.cells):
        return ()
    keys = [key for column in row.keys if column is not None for key in column]
    if not any(isinstance(key, core.Interval) for key in keys):
        return ()
    told: list[KeyRange | str] = []
    for column, key in zip(row.keys, node.keys, strict=True):
        for item in column or ():
            if isinstance(item, core.Interval):
                low = Shown(item.low, key.type) if item.low is not None else None
                high = Shown(item.high, key.type) if item.high is not None else None
                told.append(KeyRange(low, high, item.low_closed, item.high_closed))
            else:
                told.append(_key_text(item))
    return tuple(told)


def row_label(table: core.Table, index: int) -> str:
    """The words by which a row of a table is known: its label column, else its keys, else its number."""
    row = table.rows[index]
    cell = row.cells.get(table.label) if table.label else None
    if isinstance(cell, core.Const):
        return cell.text or str(cell.value)
    keys = ["、".join(map(_key_text, column)) if column is not None else "" for column in row.keys]
    if row.otherwise:
        return REST
    return "·".join(key for key in keys if key) or str(index + 1)


def _key_text(key: Value | core.Interval) -> str:
    if not isinstance(key, core.Interval):
        return decimal_text(key) if isinstance(key, int | Fraction) and not isinstance(key, bool) else str(key)
    low = _key_text(key.low) if key.low is not None else ""
    high = _key_text(key.high) if key.high is not None else ""
    return f"{'[' if key.low_closed and low else '('}{low or '−∞'}, {high or '∞'}{']' if key.high_closed and high else ')'}"


def tell_switch(step: Step, node: core.Switch, desk: Desk) -> Term:
    program = desk.book.trace.program
    reading = program.readings.get(node.reading)
    chosen = str(step.note)
    option = next((item for item in node.options if item.label == chosen), None)
    value, after = _branch(step_of(step, option.value) if option is not None else None, desk)
    from_policy = {item.name: item for item in reading.options} if reading is not None else {}
    told = [AlternativeReading(item.label, getattr(from_policy.get(item.label), "reason", "")) for item in node.options]
    own = next((item for item in told if item.name == chosen), AlternativeReading(chosen, ""))
    others = tuple(item for item in told if item.name != chosen)
    name = desk.book.any_name(desk.entity, node.reading)
    declared = reading is None or reading.adopted == chosen
    if isinstance(value, LiteralTerm) and value.shown.outcome == chosen:
        # an alternative without a body stands for its own name
        value = None
    desk.say(Adopting(name, own, others, declared, reading.clause if reading else "", value))
    desk.said.extend(after)
    return ToldTerm(shown_of(step))


def tell_instead(step: Step, node: core.IfInapplicable, desk: Desk) -> Term:
    body = desk.part(step, node.body)
    instead = step_of(step, node.instead)
    if instead is None:
        return body
    desk.say(Substituting(body, desk.tell(instead)))
    return ToldTerm(shown_of(step))
