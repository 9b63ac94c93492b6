"""Owns sweeps and searches as data: JSON, CSV, a workbook with a native chart or, of two facts, cells shaded by their amounts."""

from __future__ import annotations

import csv
from fractions import Fraction
from io import BytesIO, StringIO
from typing import Any

from policydsl.core.program import Program, Rule
from policydsl.core.values import Outcome
from policydsl.diagnostics.model import Language
from policydsl.reports.results_csv import inert
from policydsl.reports.whatif_told import Told, plain
from policydsl.simulate.seek import Sought
from policydsl.simulate.sweep import Sweep


def sweep_data(found: Sweep) -> dict[str, Any]:
    """A sweep as plain data: exact numbers as text, in base units; where there is no value, the status."""
    return {
        "of": list(found.target),
        "axes": [
            {"fact": list(axis.fact.at), "now": plain(axis.fact.now), "values": [plain(v) for v in axis.values]}
            for axis in found.axes
        ],
        "now": plain(found.now),
        "outcomes": [[plain(value) for value in row] for row in found.outcomes],
        "turns": [
            {
                "from": plain(turn.start),
                "to": plain(turn.end),
                "before": plain(turn.before),
                "after": plain(turn.after),
                "falls": turn.cliff,
            }
            for turn in found.turns
        ],
    }


def seek_data(found: Sought) -> dict[str, Any]:
    """A search as plain data."""
    return {
        "of": list(found.target),
        "fact": list(found.fact.at),
        "now": plain(found.fact.now),
        "before": plain(found.before),
        "at_least": plain(found.wanted),
        "within": [plain(end) for end in found.bounds],
        "step": plain(found.step),
        "found": found.value is not None,
        "value": plain(found.value),
        "after": plain(found.after),
        "best": None if found.best is None else {"value": plain(found.best[0]), "amount": plain(found.best[1])},
        "tried": found.tried,
        "stretches": found.passed,
    }


def sweep_csv(found: Sweep) -> bytes:
    """A line for each point."""
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([inert(axis.fact.field.name) for axis in found.axes] + [inert(found.rule.name)])
    second = found.axes[1].values if len(found.axes) > 1 else (None,)
    for other, row in zip(second, found.outcomes, strict=True):
        for value, outcome in zip(found.axes[0].values, row, strict=True):
            more = [plain(other)] if other is not None else []
            writer.writerow([plain(value), *more, plain(outcome)])
    return stream.getvalue().encode("utf-8-sig")


def sweep_xlsx(program: Program, found: Sweep, lang: Language) -> bytes:
    """The points as a sheet that can be edited: of one fact with a chart of them, of two as a table whose cells are shaded."""
    import xlsxwriter

    told = Told(program, lang)
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    if len(found.axes) == 1:
        _points(book, told, found)
    else:
        _table(book, told, found)
    book.close()
    return stream.getvalue()


def _put(sheet: Any, row: int, column: int, outcome: Outcome, rule: Rule, told: Told) -> None:
    size = rule.measure.size if rule.measure is not None else Fraction(1)
    if type(outcome) in (int, Fraction):
        sheet.write_number(row, column, float(Fraction(outcome) / size))  # type: ignore[arg-type]
    else:
        sheet.write_string(row, column, told.amount(outcome, rule))


def _points(book: Any, told: Told, found: Sweep) -> None:
    name = told.say("变化", "sweep")
    sheet = book.add_worksheet(name)
    axis, rule = found.axes[0], found.rule
    unit = rule.measure.text if rule.measure is not None else ""
    sheet.write_row(0, 0, [told.where(axis.fact.at), f"{told.where(found.target)} {unit}".strip()])
    for index, (value, outcome) in enumerate(zip(axis.values, found.outcomes[0], strict=True), 1):
        sheet.write_number(index, 0, float(Fraction(value) / axis.fact.unit))
        _put(sheet, index, 1, outcome, rule, told)
    chart = book.add_chart({"type": "scatter", "subtype": "straight"})
    count = len(axis.values)
    chart.add_series({"name": [name, 0, 1], "categories": [name, 1, 0, count, 0], "values": [name, 1, 1, count, 1]})
    chart.set_x_axis({"name": axis.fact.field.name})
    chart.set_y_axis({"name": unit or rule.name})
    chart.set_legend({"none": True})
    chart.set_size({"width": 900, "height": 420})
    sheet.insert_chart("D2", chart)
    sheet.set_column(0, 1, 22)


def _table(book: Any, told: Told, found: Sweep) -> None:
    sheet = book.add_worksheet(told.say("变化", "sweep"))
    first, second = found.axes
    unit = found.rule.measure.text if found.rule.measure is not None else ""
    sheet.write_string(0, 0, f"{told.where(found.target)} {unit}".strip())
    sheet.write_string(1, 0, told.say("横\uff1a", "across: ") + told.where(first.fact.at))
    sheet.write_string(2, 0, told.say("纵\uff1a", "down: ") + told.where(second.fact.at))
    top = 4
    for column, value in enumerate(first.values, 1):
        sheet.write_number(top, column, float(Fraction(value) / first.fact.unit))
    for row, (other, outcomes) in enumerate(zip(second.values, found.outcomes, strict=True), top + 1):
        sheet.write_number(row, 0, float(Fraction(other) / second.fact.unit))
        for column, outcome in enumerate(outcomes, 1):
            _put(sheet, row, column, outcome, found.rule, told)
    shades = {"type": "2_color_scale", "min_color": "#FFFFFF", "max_color": "#5B9BD5"}
    sheet.conditional_format(top + 1, 1, top + len(second.values), len(first.values), shades)
    sheet.freeze_panes(top + 1, 1)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, len(first.values), 12)
