"""Results and traces as data: the JSON contract, the published schema, CSV and workbook that are safe to open."""

from __future__ import annotations

import csv
import json
from datetime import date
from fractions import Fraction
from io import BytesIO, StringIO
from typing import Any

import jsonschema
import openpyxl
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from invented_notice import FIRMS, GOOD, MONEY, PROGRAM, const, district, events, facts, run
from one_rule import bodies, trace_of

from policydsl.core.program import Expr, Inapplicable
from policydsl.core.types import BOOL, DATE, TEXT, ListOf, Optional
from policydsl.core.values import NONE
from policydsl.explain import explain
from policydsl.explain.results import plain_value, results
from policydsl.interpret.evaluate import Evaluator
from policydsl.reports.results_csv import inert, results_csv
from policydsl.reports.results_json import dump, results_json
from policydsl.reports.results_xlsx import results_xlsx, sheet_name
from policydsl.reports.trace_json import schema, trace_json

TRACE, RERUN = run(GOOD)
PUBLISHED = schema()
VALIDATOR = jsonschema.Draft202012Validator(PUBLISHED)


def single(body: Expr) -> dict[str, Any]:
    found: dict[str, Any] = results_json(trace_of(body))["results"]["区"]["甲区"]["单独"]
    return found


def test_the_contract_of_results() -> None:
    data = results_json(TRACE)
    assert set(data) == {"policy", "violations", "results"}
    assert data["policy"] == {
        "title": "企业培育服务征集(虚构)",
        "id": "XG-2025",
        "issuer": "某市科学技术局(虚构)",
        "published": None,
        "readings": {"增量基数": "按年度目标"},
    }
    district_ = data["results"]["区"]["甲区"]
    assert district_["高企认定补助"] == {"status": "value", "value": "312000", "unit": "元", "reasons": []}
    assert district_["高企完成率"] == {"status": "value", "value": "13/12", "unit": "", "reasons": []}
    assert district_["测算合计"] == {"status": "value", "value": "76.2", "unit": "万元", "reasons": []}
    assert district_["政策宣讲"] == {"status": "value", "value": True, "unit": "", "reasons": []}
    assert "增量基数" not in district_
    assert data["results"]["全市"][""]["测算总额"] == {
        "status": "pending",
        "value": None,
        "unit": "元",
        "reasons": ["区「乙区」的「基础补助」待裁量\uff1a未达基础工作量〔七(二)1〕"],
        "rows": {"total": 2, "computed": 1, "pending": 1, "unknown": 0, "invalid": 0, "inapplicable": 0},
        "partial": "762000",
    }
    assert json.loads(dump(data)) == data


@pytest.mark.parametrize(
    ("body", "value", "unit"),
    [
        (const(date(2025, 8, 31), DATE), "2025-08-31", ""),
        (const("说明", TEXT), "说明", ""),
        (const(False, BOOL), False, ""),
        (const(Fraction(5, 4), MONEY), "1.25", "元"),
        (const(-3, FIRMS), "-3", "家"),
        (const(("甲", "乙"), ListOf(TEXT)), ["甲", "乙"], ""),
        (const((1, Fraction(1, 3)), ListOf(FIRMS)), ["1", "1/3"], "家"),
        (const(NONE, Optional(FIRMS)), None, "家"),
    ],
)
def test_values_of_each_type(body: Expr, value: object, unit: str) -> None:
    assert single(body) == {"status": "value", "value": value, "unit": unit, "reasons": []}


def test_what_does_not_apply_says_why() -> None:
    assert single(Inapplicable("未开展", type=Optional(MONEY))) == {
        "status": "value",
        "value": None,
        "unit": "元",
        "reasons": ["未开展"],
    }


def test_reasons_can_be_asked_for_in_english() -> None:
    reasons = results_json(TRACE, "en")["results"]["区"]["乙区"]["基础补助"]["reasons"]
    assert reasons == ["base_grant of district “乙区” awaits a decision: 未达基础工作量 [七(二)1]"]


@given(st.fractions())
def test_numbers_are_exact_strings(value: Fraction) -> None:
    text = plain_value(value if value.denominator != 1 else value.numerator)
    assert isinstance(text, str)
    assert Fraction(text) == value


# ---------------------------------------------------------------- traces


def test_the_schema_is_a_schema_and_the_trace_keeps_it() -> None:
    jsonschema.Draft202012Validator.check_schema(PUBLISHED)
    for lang in ("zh", "en"):
        VALIDATOR.validate(trace_json(explain(TRACE, lang=lang, rerun=RERUN)))  # type: ignore[arg-type]


@given(bodies())
@settings(max_examples=40, deadline=None)
def test_any_trace_keeps_the_schema(body: Expr) -> None:
    VALIDATOR.validate(trace_json(explain(trace_of(body))))


def test_the_schema_refuses_what_it_should() -> None:
    data = trace_json(explain(TRACE))
    for spoil in (
        lambda item: item.update(version="1"),
        lambda item: item["accounts"][0].pop("clause"),
        lambda item: item["accounts"][0].update(status="fine"),
        lambda item: item["accounts"][0]["steps"].append({"kind": "magic"}),
        lambda item: item.update(extra=1),
    ):
        spoilt = json.loads(dump(data))
        spoil(spoilt)
        assert not VALIDATOR.is_valid(spoilt)


def test_ids_are_made_of_names_and_refer_to_accounts() -> None:
    data = trace_json(explain(TRACE, rerun=RERUN))
    accounts = {item["id"]: item for item in data["accounts"]}
    assert len(accounts) == len(data["accounts"])
    assert "区[黄埔区].数" not in accounts
    award = accounts["区[甲区].高企认定补助"]
    assert award["children"] == ["区[甲区].高企完成率"]
    assert set(data["roots"]) <= set(accounts)
    assert all(child in accounts for item in data["accounts"] for child in item["children"])
    assert "全市.测算总额" in accounts
    bands = award["steps"][0]
    assert (bands["kind"], bands["taken"]) == ("bands", 2)
    assert [row["fate"] for row in bands["rows"]] == ["outdone", "outdone", "taken", "else"]
    assert bands["measure"]["value"] == "13/12"
    product = award["steps"][1]["term"]
    assert (product["op"], product["value"], product["unit"]) == ("mul", "312000", "元")
    assert product["operands"][0]["id"] == "区[甲区].高企认定数"
    assert award["inputs"][0]["origin"] == {"file": "事实.xlsx", "sheet": "区", "cell": "B2"}
    short = accounts["区[乙区].高企认定补助"]["next"][0]
    assert (short["then"]["value"], short["gain"]["value"]) == ("850", "170300")


def test_an_id_is_one_even_with_brackets_in_a_key() -> None:
    trace = Evaluator(PROGRAM).run(facts(district("甲].乙[", 520, 480)))
    ids = [item["id"] for item in trace_json(explain(trace))["accounts"]]
    assert "区[甲\\].乙[].高企完成率" in ids


# ---------------------------------------------------------------- tables


def test_csv_is_marked_and_exact() -> None:
    content = results_csv(results(TRACE))
    assert content.startswith(b"\xef\xbb\xbf")
    assert not results_csv(results(TRACE), bom=False).startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(StringIO(content.decode("utf-8-sig"))))
    assert rows[0] == ["对象", "主键", "规则", "状态", "数值", "单位", "缘由", "条款"]
    assert ["区", "甲区", "高企完成率", "有值", "13/12", "", "", "七(二)2(1)"] in rows
    assert ["区", "甲区", "测算合计", "有值", "76.2", "万元", "", "七(二)"] in rows
    assert ["区", "甲区", "政策宣讲", "有值", "是", "", "", "七(二)1(1)c"] in rows
    pending = next(row for row in rows if row[:3] == ["全市", "", "测算总额"])
    assert pending[3:5] == ["待裁量", ""]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-cmd", "@sum", "\t=1", "\uff1d1"])
def test_what_looks_like_a_formula_is_made_inert(text: str) -> None:
    assert inert(text) == "'" + text
    trace = Evaluator(PROGRAM).run(facts(district(text, 520, 480)))
    rows = list(csv.reader(StringIO(results_csv(results(trace)).decode("utf-8-sig"))))
    assert {row[1] for row in rows[1:]} == {"'" + text, ""}


def test_a_negative_number_stays_a_number_in_csv() -> None:
    rows = list(csv.reader(StringIO(results_csv(results(trace_of(const(-3, FIRMS)))).decode("utf-8-sig"))))
    assert ["区", "甲区", "单独", "有值", "-3", "家", "", "一"] in rows


def workbook(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(content))


def test_the_workbook_has_a_sheet_for_each_entity_and_one_for_what_is_open() -> None:
    book = workbook(results_xlsx(results(TRACE)))
    assert {"区", "全市", "未决事项", "说明"} <= set(book.sheetnames)
    sheet = book["区"]
    heads = [cell.value for cell in sheet[1]]
    assert "高企认定补助\n\uff08元\uff09\n〔七(二)2(1)〕" in heads
    assert "测算合计\n\uff08万元\uff09\n〔七(二)〕" in heads
    row = dict(zip((head.split("\n")[0] for head in heads), sheet[2], strict=True))
    assert row["区"].value == "甲区"
    assert row["高企认定补助"].value == 312000
    assert row["测算合计"].value == 76.2
    assert row["政策宣讲"].value == "是"
    assert row["通过且达标"].value == "待裁量"
    assert row["高企完成率"].comment is not None and "13/12" in row["高企完成率"].comment.text
    assert row["高企完成率"].number_format == "#,##0.00%"
    # no line of a heading is cut off
    assert sheet.row_dimensions[1].height >= 15 * max(head.count("\n") + 1 for head in heads)
    problems = [cell.value for row in book["未决事项"].iter_rows() for cell in row]
    assert "区「乙区」的「基础补助」待裁量\uff1a未达基础工作量〔七(二)1〕" in problems


def test_the_workbook_holds_no_formula() -> None:
    trace = Evaluator(PROGRAM).run(facts(district("=1+1", 520, 480), held=events("=1+1", 60)))
    sheet = workbook(results_xlsx(results(trace)))["区"]
    assert sheet["A2"].value == "=1+1"
    assert sheet["A2"].data_type == "s"
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_a_number_too_long_for_a_sheet_is_text() -> None:
    sheet = workbook(results_xlsx(results(trace_of(const(12345678901234567, FIRMS)))))["区"]
    assert "12345678901234567" in [cell.value for cell in sheet[2]]


def test_sheet_names_are_allowed_and_different() -> None:
    taken: set[str] = set()
    assert [sheet_name(name, taken) for name in ("甲/乙", "甲:乙", "长" * 40, "长" * 40, "History", "")] == [
        "甲_乙",
        "甲_乙(2)",
        "长" * 31,
        "长" * 28 + "(2)",
        "History(2)",
        "_",
    ]


def test_a_run_without_problems_says_so() -> None:
    program = evolve(PROGRAM, rules=PROGRAM.rules[2:3])
    book = workbook(results_xlsx(results(Evaluator(program).run(facts(district("甲区", 520, 480))))))
    assert "没有未决事项" in [cell.value for row in book["未决事项"].iter_rows() for cell in row]
