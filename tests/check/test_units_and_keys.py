"""Slips with units and with keys of tables: each is said where it is, with a mend that reads, and is no money that is wrong."""

from __future__ import annotations

from fractions import Fraction

import pytest

from policydsl.core.facts import Facts, Known, Record
from policydsl.core.values import NONE
from policydsl.diagnostics.model import Diagnostic
from policydsl.interpret.evaluate import evaluate
from policydsl.pipeline import check_source
from policydsl.source import Source, Span

HEAD = """政策 “例”:
    主体 户

名录 学历: 博士、硕士
单位 层、家

对象 户:
    户号:   文本 主键
    楼层:   层
    费:     元
    去年:   家
    学历:   学历
    配偶:   学历 或无
    困难:   布尔
    签约日: 日期

表 标准 按 学历:
    | 学历 | 额度   |
    | 博士 | 20万元 |
    | 硕士 | 10万元 |

表 另表 按 配偶:
    | 配偶 | 额度  |
    | 博士 | 2万元 |
    | 硕士 | 1万元 |

标准 利率 = 3%

"""


def errors(body: str, head: str = HEAD) -> tuple[Diagnostic, ...]:
    return check_source(Source("例.pol", head + body)).errors


def said(body: str) -> list[tuple[str, str, str | None]]:
    """The code of each error, the stretch it stands on, and its mend."""
    return [(one.code, one.where.text if isinstance(one.where, Span) else "", one.mend) for one in errors(body)]


def value(body: str, **cells: object) -> object:
    made = check_source(Source("例.pol", HEAD + body))
    assert made.program is not None, made.errors
    row = Record("1", {name: Known(cell) for name, cell in cells.items()})  # type: ignore[arg-type]
    return evaluate(made.program, Facts({"户": (row,)})).outcome("户", "1", "得")


@pytest.mark.parametrize("read", ("标准(配偶).额度", "另表.额度"))
def test_a_key_that_may_be_none_has_to_be_asked_for(read: str) -> None:
    assert [code for code, _, _ in said(f"规则 得 = {read}")] == ["key-may-be-none"]
    body = f"规则 得 = 若 有(配偶) 则 {read} 否则 5元"
    assert value(body, 配偶=NONE) == 5
    assert value(body, 配偶="硕士") == (100_000 if "标准" in read else 10_000)


@pytest.mark.parametrize("unit", ("万元", "亿元", "年", "周", "日", "个月"))
def test_money_and_time_are_not_declared(unit: str) -> None:
    head = HEAD.replace("单位 层", f"单位 {unit}、层")
    assert [one.code for one in errors("规则 得 = 费", head)] == ["unit-built-in"]


@pytest.mark.parametrize("unit", ("分", "天", "月", "千米", "米、千米"))
def test_other_units_are(unit: str) -> None:
    assert not errors("规则 得 = 费", HEAD.replace("单位 层", f"单位 {unit}、层"))


def test_a_score_in_hundredths_of_money_is_warned_of() -> None:
    body = "对象 项目:\n    编号: 文本 主键\n    评分: 分\n    零钱: 分\n"
    found = [one.code for one in check_source(Source("例.pol", HEAD + body)).findings if one.code == "unit-score"]
    assert found == ["unit-score"]
    declared = HEAD.replace("单位 层", "单位 分、层")
    assert "unit-score" not in [one.code for one in check_source(Source("例.pol", declared + body)).findings]


@pytest.mark.parametrize(
    "body",
    (
        "规则 得 = 累进 去年:\n    不超过 10家 的部分 0\n    超过 10家 的部分 50元/家",
        "规则 得 = 分档 去年:\n    不超过 10家 0\n    超过 10家 50元/家",
        "规则 得 = 若 困难 则 0 否则 50元/家",
    ),
)
def test_it_is_the_bare_zero_that_lacks_its_unit(body: str) -> None:
    assert said(body) == [("unit-needed", "0", "0元/家")]
    assert not errors(body.replace(" 0\n", " 0元/家\n").replace("则 0 ", "则 0元/家 "))


def test_years_of_age_are_years() -> None:
    body = "规则 得 = 周年数(签约日, 签约日) 低于 35周岁"
    assert said(body) == [("unknown-unit", "35周岁", "35年")]
    assert not errors(body.replace("周岁", "年"))


def test_a_parameter_takes_no_brackets() -> None:
    assert said("规则 得 = 费 × 利率(签约日)") == [("parameter-called", "利率", None)]


def test_a_share_glued_to_its_word_is_no_band() -> None:
    body = "规则 得 = 费:\n    不超过 费的40%"
    assert said(body) == [("glued-words", "费的40%", "费 的 40%")]
    assert value(body.replace("费的", "费 的 "), 费=100) == 40


def test_yes_and_no_as_in_a_sheet() -> None:
    body = "规则 得 = 若 困难 则 1元 否则 2元\n算例 一:\n    设 困难 = 否\n    应 得 = 2元\n"
    assert said(body) == [("unknown-name", "否", "假")]
    assert not errors(body.replace("否\n", "假\n"))


def test_rows_of_an_example_in_an_undeclared_unit() -> None:
    body = "规则 得 = 费\n算例 一:\n    设 户 2条: 费 = 1元\n    应 得 = 1元\n"
    assert said(body) == [("unknown-unit", "2条", "2层")]


@pytest.mark.parametrize(("floor", "paid"), ((1, 100), (2, 9), (3, 1), (4, 9), (5, 2), (6, 2)))
def test_a_band_of_one_number(floor: int, paid: int) -> None:
    body = "规则 得 = 分档 楼层:\n    等于 1层 100元\n    等于 3层 1元\n    达到 5层 2元\n    否则 9元"
    assert value(body, 楼层=floor) == paid


def test_a_band_of_one_number_among_fractions() -> None:
    body = "规则 得 = 分档 费:\n    低于 100元 1元\n    等于 100元 2元\n    超过 100元 3元"
    assert [value(body, 费=fee) for fee in (Fraction(199, 2), 100, Fraction(201, 2))] == [1, 2, 3]


@pytest.mark.parametrize(
    "rows", ("等于 3层 1元\n    等于 3层 2元", "等于 3层 1元\n    2层 至 4层 2元", "不等于 3层 1元")
)
def test_bands_that_meet_are_refused(rows: str) -> None:
    assert errors(f"规则 得 = 分档 楼层:\n    {rows}\n    否则 0元")


def test_options_without_a_name() -> None:
    body = "规则 得 = 就高:\n    户.费\n    保底额: 5元"
    assert said(body) == [("choice-needs-name", "户.费", "费: 户.费")]
    assert value(body.replace("户.费", "费: 费"), 费=3) == 5
