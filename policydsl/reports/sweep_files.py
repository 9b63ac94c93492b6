"""Owns sweeps as files: JSON, CSV, an SVG picture (alone or in a page), a workbook with a native chart."""

from __future__ import annotations

import csv
from fractions import Fraction
from html import escape
from io import BytesIO, StringIO
from typing import Any

from policydsl.core.program import Program
from policydsl.diagnostics.model import Language
from policydsl.reports.results_csv import inert
from policydsl.reports.whatif_told import Told, plain
from policydsl.simulate.seek import Sought
from policydsl.simulate.sweep import Sweep

WIDE, HIGH, LEFT, TOP, BOTTOM = 720, 360, 110, 40, 50


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


def sweep_svg(program: Program, found: Sweep, lang: Language) -> str:
    """The chart as a picture: steps as they are, without a slope that is not there."""
    told = Told(program, lang)
    axis = found.axes[0]
    points = [
        (value, Fraction(outcome))  # type: ignore[arg-type]
        if type(outcome) in (int, Fraction)
        else (value, None)
        for value, outcome in zip(axis.values, found.outcomes[0], strict=True)
    ]
    known = [amount for _, amount in points if amount is not None] or [Fraction(0)]
    low, high = min(*known, Fraction(0)), max(*known, Fraction(1))
    first, last = Fraction(axis.values[0]), Fraction(axis.values[-1])
    span = last - first or Fraction(1)

    def x(value: Any) -> str:
        return f"{LEFT + float((Fraction(value) - first) / span) * (WIDE - LEFT - 20):.1f}"

    def y(amount: Fraction) -> str:
        return f"{TOP + float((high - amount) / (high - low)) * (HIGH - TOP - BOTTOM):.1f}"

    path, pen = "", "M"
    for value, amount in points:
        if amount is None:
            pen = "M"
            continue
        path += f"{pen}{x(value)} {y(amount)}" if pen == "M" else f"H{x(value)}V{y(amount)}"
        pen = "L"
    marks = "".join(
        f'<circle cx="{x(turn.end)}" cy="{y(Fraction(turn.after))}" r="3" fill="{"#c0392b" if turn.cliff else "#27763d"}">'
        f"<title>{escape(told.fact(turn.end, axis.fact.field))}: {escape(told.amount(turn.after, found.rule))}</title></circle>"
        for turn in found.turns[:500]
    )
    title = f"{told.where(found.target)} — {told.where(axis.fact.at)}"
    now = axis.fact.now
    line = (
        f'<line x1="{x(now)}" x2="{x(now)}" y1="{TOP}" y2="{HIGH - BOTTOM}" stroke="#999" stroke-dasharray="4 3"/>'
        if now is not None and axis.values[0] <= now <= axis.values[-1]
        else ""
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" font-family="sans-serif" font-size="12">'
        f"<title>{escape(title)}</title>"
        f'<rect width="{WIDE}" height="{HIGH}" fill="#fff"/><text x="{LEFT}" y="20" font-size="14">{escape(title)}</text>'
        f'<path d="M{LEFT} {TOP}V{HIGH - BOTTOM}H{WIDE - 20}" fill="none" stroke="#444"/>{line}'
        f'<text x="{LEFT - 6}" y="{TOP + 4}" text-anchor="end">{escape(told.amount(high, found.rule))}</text>'
        f'<text x="{LEFT - 6}" y="{HIGH - BOTTOM}" text-anchor="end">{escape(told.amount(low, found.rule))}</text>'
        f'<text x="{LEFT}" y="{HIGH - BOTTOM + 20}">{escape(told.fact(axis.values[0], axis.fact.field))}</text>'
        f'<text x="{WIDE - 20}" y="{HIGH - BOTTOM + 20}" text-anchor="end">{escape(told.fact(axis.values[-1], axis.fact.field))}</text>'
        f'<path d="{path}" fill="none" stroke="#1f5fa8" stroke-width="1.6"/>{marks}</svg>\n'
    )


def sweep_html(program: Program, found: Sweep, lang: Language, text: str) -> str:
    """A page with the picture and the text below it."""
    title = escape(f"{found.target[1]} {found.rule.name}")
    return (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>{title}</title>'
        f'<body style="max-width:60em;margin:2em auto;font-family:sans-serif">{sweep_svg(program, found, lang)}'
        f"<pre>{escape(text)}</pre></body></html>\n"
    )


def sweep_xlsx(program: Program, found: Sweep, lang: Language) -> bytes:
    """The points as a sheet with a chart of them that can be edited."""
    import xlsxwriter

    told = Told(program, lang)
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    name = told.say("变化", "sweep")
    sheet = book.add_worksheet(name)
    axis, rule = found.axes[0], found.rule
    size = rule.measure.size if rule.measure is not None else Fraction(1)
    unit = rule.measure.text if rule.measure is not None else ""
    sheet.write_row(0, 0, [told.where(axis.fact.at), f"{told.where(found.target)} {unit}".strip()])
    for index, (value, outcome) in enumerate(zip(axis.values, found.outcomes[0], strict=True), 1):
        sheet.write_number(index, 0, float(Fraction(value) / axis.fact.unit))
        if type(outcome) in (int, Fraction):
            sheet.write_number(index, 1, float(Fraction(outcome) / size))  # type: ignore[arg-type]
        else:
            sheet.write_string(index, 1, told.amount(outcome, rule))
    chart = book.add_chart({"type": "scatter", "subtype": "straight"})
    count = len(axis.values)
    chart.add_series({"name": [name, 0, 1], "categories": [name, 1, 0, count, 0], "values": [name, 1, 1, count, 1]})
    chart.set_x_axis({"name": axis.fact.field.name})
    chart.set_y_axis({"name": unit or rule.name})
    chart.set_legend({"none": True})
    chart.set_size({"width": 900, "height": 420})
    sheet.insert_chart("D2", chart)
    sheet.set_column(0, 1, 22)
    book.close()
    return stream.getvalue()
