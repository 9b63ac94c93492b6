"""Laws of reading: nothing raises, and what was written is what is read."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import xlsxwriter
from facts_world import texts, worded, world
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policydsl.core.facts import Bad, Known, Missing
from policydsl.core.values import decimal_text
from policydsl.facts import read
from policydsl.facts.assemble import assemble
from policydsl.facts.findings import Findings
from policydsl.facts.grid import Fault, Grid, Numeral, Percent, Verbatim
from policydsl.facts.quantity import literal, of_float, written

HEADERS = [
    "名称", "区", "高企认定数", "基础额度(万元)", "完成率", "系数", "通过考核", "上年数", "补报数", "日期", "编号",
    "签到时间", "主办", "参与企业数(家)", "代码", "各期营收", "预算", "姓名代号", "主键", "事项", "结论", "对象",
]  # fmt: skip
SHEETS = ["区", "宣讲活动", "企业", "负责人", "全市", "裁量", "01区", "说明"]
WORDS = st.sampled_from(
    [*HEADERS, "黄埔区", "天河区", "合计", "无", "是", "否", "1,050家", "35万", "85%", "2025.8.31", "3/4/2025", "#N/A", "1.2E+17", "通过考核", "核准额", "单位:万元", "\u3000"]
)  # fmt: skip
TEXT = st.one_of(WORDS, st.text(max_size=12), st.from_regex(r"[-+]?[0-9,.%/]{1,9}[万亿]?[元家%]?", fullmatch=True))
RAW = st.one_of(
    TEXT,
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63),
    st.floats(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.floats(0, 2).map(Percent),
    st.text(max_size=5).map(Verbatim),
    st.from_regex(r"-?(0|[1-9][0-9]{0,5})(\.[0-9]{1,4})?([eE][+-]?[0-9]{1,4})?", fullmatch=True).map(Numeral),
    st.just(Fault("facts-error-cell", "#N/A")),
)
NESTED = st.recursive(
    RAW, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=2), max_leaves=4
)
ROWS = st.lists(st.lists(RAW, max_size=6), max_size=8)


def judged(grids: list[Grid]) -> None:
    """Read the grids; every cell must be one of three, every finding must have its words."""
    findings = Findings("zh")
    facts = assemble(world(), [("f", grids)], findings)
    worded(findings.list)
    for name, records in facts.tables.items():
        assert len({record.key for record in records}) == len(records), name
        for record in records:
            for cell in record.cells.values():
                assert isinstance(cell, Known | Missing | Bad)
            assert record.cells == dict(record.cells)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(SHEETS), ROWS), max_size=4, unique_by=lambda pair: pair[0]))
def test_any_cells_are_read(sheets: list[tuple[str, list[list[object]]]]) -> None:
    judged([Grid("f", name, rows, name) for name, rows in sheets])


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(SHEETS), st.lists(st.sampled_from(HEADERS), min_size=1, max_size=6), ROWS),
        max_size=4,
        unique_by=lambda sheet: sheet[0],
    )
)
def test_any_cells_under_known_headings_are_read(sheets: list[tuple[str, list[str], list[list[object]]]]) -> None:
    judged([Grid("f", name, [headers, *rows], name) for name, headers, rows in sheets])


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(SHEETS), st.lists(st.dictionaries(st.sampled_from(HEADERS), NESTED, max_size=5), max_size=4)
    )
)
def test_any_values_are_read(tables: dict[str, Any]) -> None:
    from policydsl.facts.structured import from_values

    facts, findings = from_values(world(), tables)
    worded(findings)
    assert set(facts.tables) <= set(world().entities)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(TEXT, min_size=1, max_size=6), max_size=8), st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]))
def test_any_csv_is_read(rows: list[list[str]], encoding: str) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "区.csv"
        path.write_bytes(text.getvalue().encode(encoding, "replace"))
        _, findings = read(world(), [path])
    worded(findings)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["csv", "json", "yaml", "xlsx", "xls", "ods"]))
def test_any_bytes_are_read(data: bytes, kind: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"区.{kind}"
        path.write_bytes(data)
        _, findings = read(world(), [path])
    worded(findings)
    assert findings


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("[]{}:,-?|>&*!%@`#'\" \n\tab1"), max_size=40))
def test_any_yaml_is_read(text: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "f.yaml"
        path.write_text(text)
        _, findings = read(world(), [path])
    worded(findings)
    assert findings


# ---------------------------------------------------------------- round trips

NUMBERS = st.one_of(st.integers(-(10**9), 10**9), st.fractions(-1000, 1000, max_denominator=999))
NAMES = st.text(st.characters(codec="gb18030", exclude_categories=["C", "Z"]), min_size=1, max_size=8).filter(
    lambda text: (
        text.strip() == text and text[0] not in "=#'\"" and not text.startswith(("合", "小", "总")) and text.isalnum()
    )
)
FIRM = st.fixed_dictionaries(
    {
        "高企认定数": st.none() | st.integers(0, 10**9),
        "基础额度": st.none() | NUMBERS,
        "系数": st.none() | st.fractions(-9, 9, max_denominator=64),
        "通过考核": st.none() | st.booleans(),
        "上年数": st.none() | st.integers(0, 99),
    }
)
EVENTS = st.fixed_dictionaries(
    {
        "日期": st.none() | st.dates(date(1900, 3, 1), date(2199, 12, 31)),
        "签到时间": st.none()
        | st.datetimes(datetime(1901, 1, 1), datetime(2199, 1, 1)).map(lambda at: at.replace(microsecond=0)),
        "编号": NAMES,
    }
)


def shown(cell: object) -> object:
    """A value as text that says it exactly."""
    match cell:
        case bool():
            return "是" if cell else "否"
        case datetime():
            return cell.isoformat(" ")
        case date():
            return cell.isoformat()
        case int() | Fraction():
            return decimal_text(cell if isinstance(cell, int) or cell.denominator > 1 else int(cell))
        case None:
            return ""
        case _:
            return cell


def written_as(kind: str, folder: Path, tables: dict[str, list[dict[str, object]]]) -> Path:
    """The tables in a file of some kind."""
    path = folder / f"f.{kind}"
    match kind:
        case "csv":
            for name, rows in tables.items():
                with (folder / f"{name}.csv").open("w", encoding="gb18030", newline="") as out:
                    lines = csv.DictWriter(out, list(rows[0]))
                    lines.writeheader()
                    lines.writerows({key: shown(cell) for key, cell in row.items()} for row in rows)
            return folder
        case "xlsx":
            with xlsxwriter.Workbook(path) as book:
                day = book.add_format({"num_format": "yyyy/m/d"})
                for name, rows in tables.items():
                    sheet = book.add_worksheet(name)
                    for column, key in enumerate(rows[0]):
                        sheet.write_string(0, column, key)
                        for row, cells in enumerate(rows, 1):
                            match cells[key]:
                                case bool(cell):
                                    sheet.write_boolean(row, column, cell)
                                case int(cell):
                                    sheet.write_number(row, column, cell)
                                case datetime() as cell:
                                    sheet.write_string(row, column, cell.isoformat())
                                case date() as cell:
                                    sheet.write_datetime(row, column, cell, day)
                                case cell:
                                    sheet.write_string(row, column, str(shown(cell)))
            return path
        case "json":
            plain = {
                name: [
                    {key: cell if isinstance(cell, bool | int | None) else shown(cell) for key, cell in row.items()}
                    for row in rows
                ]
                for name, rows in tables.items()
            }
            path.write_text(json.dumps(plain, ensure_ascii=False), "utf-8")
            return path
        case _:
            from ruamel.yaml import YAML

            with path.open("w", encoding="utf-8") as out:
                YAML(typ="safe").dump(
                    {
                        name: [{key: shown(cell) for key, cell in row.items()} for row in rows]
                        for name, rows in tables.items()
                    },
                    out,
                )
            return path


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(FIRM, min_size=3, max_size=3),
    st.lists(EVENTS, min_size=1, max_size=4),
    st.sampled_from(["xlsx", "csv", "json", "yaml"]),
)
def test_what_is_written_is_read(
    districts: list[dict[str, object]], events: list[dict[str, object]], kind: str
) -> None:
    named = [{"名称": name, **row} for name, row in zip(("黄埔区", "天河区", "番禺区"), districts, strict=True)]
    owned = [{"区": "黄埔区", **row} for row in events]
    with TemporaryDirectory() as folder:
        path = written_as(kind, Path(folder), {"区": named, "宣讲活动": owned})
        facts, findings = read(world(), [path])
    assert texts(findings) == []
    for wanted, record in zip([*named, *owned], [*facts.tables["区"], *facts.tables["宣讲活动"]], strict=True):
        for name, value in wanted.items():
            if name == "区":
                assert record.parent == value
                continue
            if name == "基础额度" and isinstance(value, int | Fraction):
                value = value * 10_000
            assert record.cells[name] == (Missing() if value is None else Known(value)), name


@given(st.fractions())
def test_exact_numbers_survive_their_text(number: Fraction) -> None:
    found = written(decimal_text(number if number.denominator > 1 else int(number)))
    if found is not None:
        assert found.number == number
        assert found.unit == ""
    else:
        assert len(str(number)) > 50


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e14, max_value=1e14))
def test_a_float_is_the_decimal_that_people_see(number: float) -> None:
    exact = of_float(number)
    assert exact is None or float(exact) == number
    assert exact is not None or abs(number) < 1e-40
    assert exact is None or literal(repr(number)) == exact


@given(st.one_of(st.times(), st.timedeltas()))
def test_times_alone_are_nothing(raw: time | timedelta) -> None:
    findings = Findings("zh")
    facts = assemble(world(), [("f", [Grid("f", "宣讲活动", [["区", "日期"], ["黄埔区", raw]], "宣讲活动")])], findings)
    assert isinstance(facts.tables["宣讲活动"][0].cells["日期"], Bad)
