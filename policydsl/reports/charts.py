"""Owns charts: what a sweep and a simulation look like, as Vega-Lite, and the picture that vl-convert draws of it.

A specification holds its data as rows with the fixed names x, y, z, text; names from the policy and the facts stand only in
titles and values, which Vega-Lite shows and does not compute with. Numbers are floats in the unit that the field or rule is
written in: a picture is looked at, what is to be computed with is in the csv or json.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from html import escape
from typing import Any

from policydsl.core.program import Program
from policydsl.core.values import Exact
from policydsl.diagnostics.model import Language
from policydsl.reports.sheet import sheet, text
from policydsl.reports.whatif_told import Told
from policydsl.simulate.many import Simulation, Spread
from policydsl.simulate.sweep import Axis, Sweep

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
VERSION = "5.20"
WIDE, HIGH = 640, 320
MOST_MARKS = 500
BLUE, GREEN, RED, GREY = "#1f5fa8", "#27763d", "#c0392b", "#888888"
FONT = "Noto Sans CJK SC, Microsoft YaHei, PingFang SC, sans-serif"

Spec = dict[str, Any]


class NoPainter(Exception):
    """vl-convert is not installed."""


def sweep_chart(program: Program, found: Sweep, lang: Language) -> Spec:
    """Of one fact a line with its steps as they are, its jumps and falls marked; of two a map in which darker is more."""
    told = Told(program, lang)
    layers = _line(told, found) if len(found.axes) == 1 else _map(told, found)
    return _whole(told.where(found.target), {"width": WIDE, "height": HIGH, **layers})


def simulation_chart(program: Program, found: Simulation, lang: Language, budget: Exact | None) -> Spec:
    """How often each total came to how much, one picture below the other; a line stands for the budget."""
    told = Told(program, lang)
    named = [(told.where(spread.target), spread) for spread in found.totals if spread.values]
    if not named and found.subtotal is not None:
        rows_ = found.subtotal.target[1].count("、") + 1
        name = told.say(
            f"次次都有值的 {rows_} 行「{found.subtotal.rule.name}」小计",
            f"sum of 「{found.subtotal.rule.name}」 of the {rows_} rows that always have a value",
        )
        named = [(name, found.subtotal)]
    charts = [_bars(told, name, spread, found.draws, budget) for name, spread in named]
    rows = [spread for spread in found.rows if spread.values]
    if rows:
        charts.append(_ranges(told, rows[:60]))
    title = told.say(f"{found.draws} 次抽取\uff0c种子 {found.seed}", f"{found.draws} draws, seed {found.seed}")
    return _whole(title, {"vconcat": charts, "resolve": {"scale": {"x": "independent"}}})


def svg(spec: Spec) -> str:
    """The picture. Raises NoPainter."""
    picture: str = _painter().vegalite_to_svg(spec, vl_version=VERSION)
    return picture + "\n"


def png(spec: Spec) -> bytes:
    """The picture as pixels, twice as fine as it is shown. Raises NoPainter."""
    picture: bytes = _painter().vegalite_to_png(spec, vl_version=VERSION, scale=2)
    return picture


def chart_json(spec: Spec) -> str:
    """The specification, for an editor of Vega-Lite."""
    return json.dumps(spec, ensure_ascii=False, indent=1) + "\n"


def chart_page(spec: Spec, title: str, words: str, lang: Language) -> str:
    """A page that stands by itself: the picture, and the text below it. Raises NoPainter."""
    body = (f"<h1>{text(title)}</h1>", svg(spec), f"<pre>{escape(words)}</pre>")
    return sheet(title, body, lang, ("page.css", "chart.css"))


def _painter() -> Any:
    try:
        import vl_convert
    except ImportError:
        raise NoPainter from None
    return vl_convert


def _whole(title: str, layers: Mapping[str, Any]) -> Spec:
    return {
        "$schema": SCHEMA,
        "title": {"text": title, "anchor": "start"},
        "config": {"font": FONT, "axis": {"labelOverlap": "greedy"}, "view": {"stroke": None}},
        **layers,
    }


def _scaled(value: Exact, size: Fraction) -> float:
    return float(Fraction(value) / size)


def _size(spread: Sweep | Spread) -> tuple[Fraction, str]:
    measure = spread.rule.measure
    return (measure.size, measure.text) if measure is not None else (Fraction(1), "")


def _named(name: str, unit: str) -> str:
    return f"{name} ({unit})" if unit else name


def _axis(axis: Axis, told: Told) -> Spec:
    unit = axis.fact.field.measure.text if axis.fact.field.measure is not None else ""
    return {"title": _named(told.where(axis.fact.at), unit)}


def _line(told: Told, found: Sweep) -> Spec:
    axis, (size, unit) = found.axes[0], _size(found)
    points = [
        {"x": _scaled(value, axis.fact.unit), "y": _scaled(outcome, size) if type(outcome) in (int, Fraction) else None}  # type: ignore[arg-type]
        for value, outcome in zip(axis.values, found.outcomes[0], strict=True)
    ]
    marks = [
        {
            "x": _scaled(turn.end, axis.fact.unit),
            "y": _scaled(turn.after, size),
            "z": told.say("跌落", "fall") if turn.cliff else told.say("跳升", "jump"),
            "text": f"{told.fact(turn.end, axis.fact.field)}: {told.amount(turn.after, found.rule)}",
        }
        for turn in found.turns[:MOST_MARKS]
    ]
    across: Spec = {"field": "x", "type": "quantitative", "scale": {"zero": False, "nice": False}}
    up: Spec = {"field": "y", "type": "quantitative", "title": _named(found.rule.name, unit)}
    kinds = [told.say("跳升", "jump"), told.say("跌落", "fall")]
    layers: list[Spec] = [
        {
            "data": {"values": points},
            "mark": {"type": "line", "interpolate": "step-after", "color": BLUE, "strokeWidth": 1.6},
            "encoding": {"x": {**across, **_axis(axis, told)}, "y": up},
        },
        {
            "data": {"values": marks},
            "mark": {"type": "point", "filled": True, "size": 40},
            "encoding": {
                "x": across,
                "y": up,
                "color": {
                    "field": "z",
                    "type": "nominal",
                    "title": None,
                    "scale": {"domain": kinds, "range": [GREEN, RED]},
                },
                "shape": {"field": "z", "type": "nominal", "title": None, "scale": {"domain": kinds}},
                "description": {"field": "text"},
            },
        },
    ]
    now = axis.fact.now
    if now is not None and axis.values[0] <= now <= axis.values[-1]:
        layers.append(
            {
                "data": {"values": [{"x": _scaled(now, axis.fact.unit), "text": told.say("现在", "now")}]},
                "encoding": {"x": across},
                "layer": [
                    {"mark": {"type": "rule", "color": GREY, "strokeDash": [4, 3]}},
                    {
                        "mark": {"type": "text", "align": "left", "dx": 4, "color": GREY},
                        "encoding": {"text": {"field": "text"}, "y": {"value": 8}},
                    },
                ],
            }
        )
    return {"layer": layers}


def _map(told: Told, found: Sweep) -> Spec:
    first, second = found.axes
    size, unit = _size(found)
    cells = [
        {
            "x": _scaled(value, first.fact.unit),
            "y": _scaled(other, second.fact.unit),
            "z": _scaled(outcome, size) if type(outcome) in (int, Fraction) else None,  # type: ignore[arg-type]
        }
        for other, row in zip(second.values, found.outcomes, strict=True)
        for value, outcome in zip(first.values, row, strict=True)
    ]
    return {
        "data": {"values": cells},
        "mark": {"type": "rect", "invalid": None},
        "encoding": {
            "x": {"field": "x", "type": "ordinal", **_axis(first, told)},
            "y": {"field": "y", "type": "ordinal", "sort": "descending", **_axis(second, told)},
            "color": {
                "field": "z",
                "type": "quantitative",
                "title": _named(found.rule.name, unit),
                "scale": {"scheme": "blues"},
            },
        },
    }


def _bars(told: Told, name: str, spread: Spread, draws: int, budget: Exact | None) -> Spec:
    size, unit = _size(spread)
    bars = [
        {"x": _scaled(start, size), "z": _scaled(end, size), "y": count / draws * 100}
        for start, end, count in spread.histogram()
    ]
    layers: list[Spec] = [
        {
            "data": {"values": bars},
            "mark": {"type": "bar", "color": BLUE},
            "encoding": {
                "x": {
                    "field": "x",
                    "type": "quantitative",
                    "bin": {"binned": True},
                    "title": _named(name, unit),
                },
                "x2": {"field": "z"},
                "y": {"field": "y", "type": "quantitative", "title": told.say("抽取的 %", "% of the draws")},
            },
        }
    ]
    if budget is not None:
        layers.append(
            {
                "data": {"values": [{"x": _scaled(budget, size)}]},
                "mark": {"type": "rule", "color": RED, "strokeWidth": 1.5},
                "encoding": {"x": {"field": "x", "type": "quantitative"}},
            }
        )
    return {"width": WIDE, "height": 160, "layer": layers}


def _ranges(told: Told, rows: Sequence[Spread]) -> Spec:
    size, unit = _size(rows[0])
    shares = (Fraction(5, 100), Fraction(1, 2), Fraction(95, 100))
    values = [
        dict(zip(("x", "y", "z"), (_scaled(row.quantile(share), size) for share in shares), strict=True))
        | {"text": row.target[1]}
        for row in rows
    ]
    # names in quotation marks of data, in the order of the rows
    row_axis: Spec = {"field": "text", "type": "nominal", "sort": None, "title": rows[0].target[0]}
    title = told.say(
        f"{rows[0].rule.name}\uff1a九成的抽取\uff0c点为中位",
        f"{rows[0].rule.name}: nine draws in ten, the dot is the median",
    )
    return {
        "width": WIDE,
        "data": {"values": values},
        "layer": [
            {
                "mark": {"type": "rule", "color": GREY, "strokeWidth": 3},
                "encoding": {
                    "x": {"field": "x", "type": "quantitative", "title": _named(title, unit)},
                    "x2": {"field": "z"},
                    "y": row_axis,
                },
            },
            {
                "mark": {"type": "point", "filled": True, "color": BLUE, "size": 60},
                "encoding": {"x": {"field": "y", "type": "quantitative"}, "y": row_axis},
            },
        ],
    }
