"""Owns simulations as data: JSON, CSV, and a workbook whose sheets hold the totals with native charts, the rows and what decides."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from fractions import Fraction
from io import BytesIO, StringIO
from typing import Any

from policydsl.core.program import Program
from policydsl.core.values import Exact, Outcome, exact
from policydsl.diagnostics.model import Language
from policydsl.reports.results_csv import inert
from policydsl.reports.whatif_told import Told, plain
from policydsl.simulate.many import QUANTILES, Simulation, Spread

_QUANTILES = tuple(f"P{int(share * 100)}" for share in QUANTILES)


def simulation_data(found: Simulation, budget: Exact | None) -> dict[str, Any]:
    """A simulation as plain data: exact amounts as text, in base units."""

    def spread(item: Spread) -> dict[str, Any]:
        data: dict[str, Any] = {
            "of": list(item.target),
            "now": plain(item.now),
            "computed": len(item.values),
            "without": dict(item.without),
        }
        if item.values:
            data |= {
                "mean": plain(item.mean if item.mean.denominator != 1 else item.mean.numerator),
                "least": plain(item.values[0]),
                "most": plain(item.values[-1]),
                "quantiles": {f"{float(share):g}": plain(item.quantile(share)) for share in QUANTILES},
                "histogram": [[float(start), float(end), count] for start, end, count in item.histogram()],
            }
            if budget is not None:
                data["above_budget"] = float(item.above(budget))
        return data

    return {
        "draws": found.draws,
        "seed": found.seed,
        "generator": "random.Random (Mersenne Twister)",
        "correlation": found.correlation,
        "varied": [
            {"fact": list(item.fact.at), "now": plain(item.fact.now), "distribution": item.written}
            for item in found.varied
        ],
        "budget": plain(budget),
        "totals": [spread(item) for item in found.totals],
        "subtotal": spread(found.subtotal) if found.subtotal is not None else None,
        "rows": [spread(item) for item in found.rows],
        "deciders": [
            {"of": list(item.target), "draws": {str(plain(value)): count for value, count in item.shares}}
            for item in found.deciders
        ],
        "moves": [{"fact": list(at), "rank_correlation": round(size, 4)} for at, size in found.moves],
    }


def simulation_csv(found: Simulation, budget: Exact | None) -> bytes:
    """A line for each total and each row: how many draws gave a value, and which; exact amounts in base units."""
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(
        ["entity", "key", "rule", "now", "draws", "computed", "mean", "least", *_QUANTILES, "most", "above"]
    )
    for item in (*found.totals, *found.rows):
        entity, key, rule = map(inert, item.target)
        cells: list[str | bool | None] = [entity, key, rule, plain(item.now)]
        cells += [str(found.draws), str(len(item.values))]
        if item.values:
            cells += [plain(exact(item.mean)), plain(item.values[0])]
            cells += [plain(item.quantile(share)) for share in QUANTILES]
            cells += [plain(item.values[-1]), "" if budget is None else f"{float(item.above(budget)):.6f}"]
        writer.writerow(cells)
    return stream.getvalue().encode("utf-8-sig")


def simulation_xlsx(program: Program, found: Simulation, lang: Language, budget: Exact | None) -> bytes:
    """A workbook to go on with: the totals and how they are spread, each with a chart; the rows; thresholds and facts that decide."""
    import xlsxwriter

    told = Told(program, lang)
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheets = _Sheets(book, told, found, budget)
    sheets.totals()
    sheets.rows()
    sheets.deciders()
    sheets.facts()
    book.close()
    return stream.getvalue()


class _Sheets:
    """The sheets of one workbook."""

    def __init__(self, book: Any, told: Told, found: Simulation, budget: Exact | None) -> None:
        self._book, self._told, self._found, self._budget = book, told, found, budget
        self._bold = book.add_format({"bold": True, "bottom": 1})
        self._number = book.add_format({"num_format": "#,##0.##"})
        self._share = book.add_format({"num_format": "0.0%"})

    def _amount(self, sheet: Any, row: int, column: int, outcome: Outcome | Fraction, spread: Spread) -> None:
        size = spread.rule.measure.size if spread.rule.measure is not None else Fraction(1)
        if type(outcome) in (int, Fraction):
            sheet.write_number(row, column, float(Fraction(outcome) / size), self._number)  # type: ignore[arg-type]
        else:
            sheet.write_string(row, column, self._told.amount(outcome, spread.rule))

    def _named(self, spread: Spread) -> str:
        unit = spread.rule.measure.text if spread.rule.measure is not None else ""
        return f"{self._told.where(spread.target)} {unit}".strip()

    def totals(self) -> None:
        """How the draws were made; below it each total with its spread as a table and a chart."""
        told, found = self._told, self._found
        name = told.say("总额", "totals")
        sheet = self._book.add_worksheet(name)
        sheet.set_column(0, 3, 20)
        sheet.write_string(0, 0, told.say("抽取次数", "draws"))
        sheet.write_number(0, 1, found.draws)
        sheet.write_string(1, 0, told.say("种子", "seed"))
        sheet.write_number(1, 1, found.seed)
        sheet.write_string(2, 0, told.say("同一行的相关系数", "correlation within a row"))
        sheet.write_number(2, 1, found.correlation)
        row = 4
        parts = [(spread, False) for spread in found.totals]
        if found.subtotal is not None:
            parts.append((found.subtotal, True))
        for spread, partial in parts:
            title = self._named(spread)
            if partial:
                rows = spread.target[1].count("、") + 1
                title = told.say(
                    f"次次都有值的 {rows} 行「{spread.rule.name}」小计\uff08不是合计\uff09",
                    f"sum of 「{spread.rule.name}」 of the {rows} rows that always have a value (no total)",
                )
            sheet.write_string(row, 0, title, self._bold)
            row = self._spread(sheet, name, row + 1, spread, title) + 2

    def _spread(self, sheet: Any, name: str, row: int, spread: Spread, title: str) -> int:
        """The figures of one total; the row after them."""
        told, top = self._told, row
        for status, count in spread.without.items():
            sheet.write_string(row, 0, told.say("没有值\uff1a", "no value: ") + told.figures.status(status))
            sheet.write_number(row, 1, count / self._found.draws, self._share)
            row += 1
        if not spread.values:
            return row
        figures: list[tuple[str, Exact | Fraction]] = [
            (told.say("平均", "mean"), exact(spread.mean)),
            (told.say("最低", "least"), spread.values[0]),
            *((label, spread.quantile(share)) for label, share in zip(_QUANTILES, QUANTILES, strict=True)),
            (told.say("最高", "most"), spread.values[-1]),
        ]
        for label, value in figures:
            sheet.write_string(row, 0, label)
            self._amount(sheet, row, 1, value, spread)
            row += 1
        if self._budget is not None:
            amount = told.amount(self._budget, spread.rule)
            sheet.write_string(row, 0, told.say(f"超过 {amount} 的机会", f"chance of more than {amount}"))
            sheet.write_number(row, 1, float(spread.above(self._budget)), self._share)
            row += 1
        row += 1
        heads = (told.say("从", "from"), told.say("到", "to"), told.say("次数", "draws"))
        sheet.write_row(row, 0, heads, self._bold)
        bins = spread.histogram()
        for at, (start, end, count) in enumerate(bins, row + 1):
            self._amount(sheet, at, 0, start, spread)
            self._amount(sheet, at, 1, end, spread)
            sheet.write_number(at, 2, count)
        chart = self._book.add_chart({"type": "column"})
        last = row + len(bins)
        chart.add_series({"categories": [name, row + 1, 0, last, 0], "values": [name, row + 1, 2, last, 2], "gap": 4})
        chart.set_legend({"none": True})
        chart.set_title({"name": title, "name_font": {"size": 11}})
        chart.set_size({"width": 640, "height": 300})
        sheet.insert_chart(top, 4, chart)
        return max(last + 1, top + 16)

    def rows(self) -> None:
        """Each row: what it gives now and its spread."""
        told, found = self._told, self._found
        if not found.rows:
            return
        sheet = self._book.add_worksheet(told.say("各行", "rows"))
        heads = [found.rows[0].target[0], told.say("现为", "now"), told.say("平均", "mean"), *_QUANTILES]
        sheet.write_row(0, 0, [*heads, told.say("没有值", "no value")], self._bold)
        for at, spread in enumerate(found.rows, 1):
            sheet.write_string(at, 0, spread.target[1])
            self._amount(sheet, at, 1, spread.now, spread)
            if spread.values:
                values: Sequence[Exact] = [exact(spread.mean), *map(spread.quantile, QUANTILES)]
                for column, value in enumerate(values, 2):
                    self._amount(sheet, at, column, value, spread)
            without = sum(spread.without.values()) / found.draws
            sheet.write_number(at, 3 + len(QUANTILES), without, self._share)
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, 3 + len(QUANTILES), 15)

    def deciders(self) -> None:
        """How many of the draws fell into each band."""
        told, found = self._told, self._found
        if not found.deciders:
            return
        sheet = self._book.add_worksheet(told.say("门槛", "thresholds"))
        heads = (
            told.say("行", "row"),
            told.say("规则", "rule"),
            told.say("档", "band"),
            told.say("占抽取", "of the draws"),
        )
        sheet.write_row(0, 0, heads, self._bold)
        lines = ((item, *share) for item in found.deciders for share in item.shares)
        for at, (item, value, count) in enumerate(lines, 1):
            sheet.write_string(at, 0, item.target[1])
            sheet.write_string(at, 1, item.target[2])
            sheet.write_string(at, 2, told.amount(value, item.rule))
            sheet.write_number(at, 3, count / sum(share[1] for share in item.shares), self._share)
        sheet.set_column(0, 3, 18)

    def facts(self) -> None:
        """What was drawn, how, and how much it moves the total."""
        told, found = self._told, self._found
        sheet = self._book.add_worksheet(told.say("事实", "facts"))
        heads = (
            told.say("行", "row"),
            told.say("事实", "fact"),
            told.say("现为", "now"),
            told.say("分布", "distribution"),
            told.say("与总额的秩相关", "rank correlation with the total"),
        )
        sheet.write_row(0, 0, heads, self._bold)
        moves = dict(found.moves)
        for at, item in enumerate(found.varied, 1):
            sheet.write_string(at, 0, item.fact.key)
            sheet.write_string(at, 1, item.fact.field.name)
            sheet.write_string(at, 2, told.fact(item.fact.now, item.fact.field))
            sheet.write_string(at, 3, item.written)
            sheet.write_number(at, 4, round(moves.get(item.fact.at, 0.0), 4))
        sheet.set_column(0, 4, 18)
