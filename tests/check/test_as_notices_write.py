"""Ways in which notices put things that are read as they stand, and mean what the longer writing means."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policydsl.core.facts import Facts, Known, Record
from policydsl.core.program import Program
from policydsl.core.values import NONE, NotApplicable
from policydsl.interpret.evaluate import evaluate
from policydsl.pipeline import check_source
from policydsl.source import Source, Span

HEAD = """政策 “例”:
    主体 户

名录 类: 甲、乙、丙
单位 人

对象 户:
    户号: 文本 主键
    类型: 类
    额:   金额
    率:   比例
    已故: 布尔
    当 非 已故:
        津贴: 金额 或无

"""


def program(body: str) -> Program:
    found = check_source(Source("例.pol", HEAD + body))
    assert found.program is not None, found.errors
    return found.program


def codes(body: str) -> list[str]:
    return [item.code for item in check_source(Source("例.pol", HEAD + body)).errors]


def value(made: Program, **cells: object) -> object:
    """What the rule 得 is for one 户."""
    row = Record("1", {name: Known(cell) for name, cell in cells.items()})  # type: ignore[arg-type]
    return evaluate(made, Facts({"户": (row,)})).outcome("户", "1", "得")


SAME = [
    ("额 的 3倍", "额 × 3"),
    ("若 类型 不在 (甲、乙) 则 1元 否则 2元", "若 非 (类型 在 (甲、乙)) 则 1元 否则 2元"),
    ("额 ÷ (1 − 10%)", "额 ÷ 90%"),
    (
        "计数(已故、类型 为 甲、额 大于 5元) × 1元",
        "(若 已故 则 1元 否则 0元) + (若 类型 为 甲 则 1元 否则 0元) + (若 额 大于 5元 则 1元 否则 0元)",
    ),
]


@pytest.mark.parametrize(("short", "long"), SAME)
@pytest.mark.parametrize("kind", ["甲", "丙"])
@pytest.mark.parametrize("amount", [0, 5, Fraction(11, 2)])
def test_short_and_long_mean_the_same(short: str, long: str, kind: str, amount: Fraction) -> None:
    cells = {"类型": kind, "额": amount, "已故": True}
    assert value(program(f"规则 得 = {short}  依据 一\n"), **cells) == value(
        program(f"规则 得 = {long}  依据 一\n"), **cells
    )


@settings(max_examples=60, deadline=None)
@given(st.fractions(0, 1, max_denominator=1000))
def test_bands_downwards_mean_what_they_mean_upwards(rate: Fraction) -> None:
    down = """规则 得 = 分档 率: 依据 一
    50%以上 9元
    20%(含) 至 50%(不含) 5元
    10%(含) 至 20%(不含) 3元
    否则 0元
"""
    up = """规则 得 = 分档 率: 依据 一
    达到 10% 3元
    达到 20% 5元
    达到 50% 9元
    否则 0元
"""
    expected = 9 if rate >= Fraction(1, 2) else 5 if rate >= Fraction(1, 5) else 3 if rate >= Fraction(1, 10) else 0
    assert value(program(down), 率=rate) == value(program(up), 率=rate) == expected


def test_bands_that_turn_are_refused() -> None:
    rows = "    达到 50% 9元\n    达到 10% 3元\n    达到 20% 5元\n    否则 0元\n"
    assert codes(f"规则 得 = 分档 率: 依据 一\n{rows}") == ["band-order"]


def test_a_figure_of_figures_that_is_zero_divides_nothing() -> None:
    assert codes("规则 得 = 额 ÷ (1 − 100%)  依据 一\n") == ["divisor-may-be-zero"]


def test_what_only_one_kind_has_may_be_none() -> None:
    body = "规则 得 = {0}: 依据 一\n    适用 当 非 已故\n"
    made = program(body.format("津贴 无 时 7元"))
    assert value(made, 已故=False, 津贴=NONE) == 7
    assert value(made, 已故=False, 津贴=3) == 3
    assert isinstance(value(made, 已故=True), NotApplicable)
    made = program(body.format("(若 有(津贴) 则 津贴 否则 0元) + 1元"))
    assert value(made, 已故=False, 津贴=NONE) == 1
    assert codes("规则 得 = 津贴 无 时 7元  依据 一\n") == ["variant-unasked"]


def test_a_kind_within_a_kind_is_asked_for_as_both() -> None:
    more = "对象 人员:\n    编号: 文本 主键\n    甲: 布尔\n    当 甲:\n        乙: 布尔\n        当 乙 或 甲:\n            数: 金额\n"
    asks = "针对 人员: 依据 一\n    规则 得 = 若 甲 且 (乙 或 甲) 则 数 否则 0元\n"
    assert codes(more + asks) == []
    made = program(more + asks)
    assert {field.name: field.only and field.only.text for field in made.entities["人员"].fields} == {
        "编号": None,
        "甲": None,
        "乙": "甲",
        "数": "甲 且 (乙 或 甲)",
    }
    assert codes(more + "针对 人员: 依据 一\n    规则 得 = 若 甲 则 数 否则 0元\n") == ["variant-unasked"]


def test_what_may_be_none_has_no_size() -> None:
    ranked = "规则 名 = 名次(额 从高 其中 非 已故 并列 同名次)  依据 一\n"
    assert codes(f"{ranked}规则 得 = 名 不超过 3  依据 二\n") == ["none-compared"]
    assert codes(f"{ranked}规则 得 = 有(名) 且 名 不超过 3  依据 二\n") == []


def test_a_rule_that_is_at_fault_is_not_blamed_on_its_readers() -> None:
    body = "规则 坏 = 没有的 × 2: 依据 一\n    适用 当 已故\n规则 得 = 坏 + 1元  依据 二\n"
    assert codes(body) == ["unknown-name"]


def test_money_by_the_month_is_a_unit() -> None:
    (found,) = check_source(Source("例.pol", HEAD.replace("额:   金额", "额:   金额/月") + "规则 得 = 已故\n")).errors
    assert found.code == "unknown-type"
    assert found.data["close"] == "元/月"


@pytest.mark.parametrize(
    ("written", "mend"),
    [
        ("超出部分(额 − 7元)", "(额 超过 7元 部分)"),
        ("超额部分(额, 7元)", "(额 超过 7元 部分)"),
        ("取整(额)", "四舍五入(额, 元)"),
        ("IF(已故, 额, 0元)", "(若 已故 则 额 否则 0元)"),
        ("额 的 一半", "50%"),
        ("额 的 三分之二", "2/3"),
        ("若 已故 则 额 否则 不予补助", "0元"),
    ],
)
def test_what_notices_say_has_a_mend_that_checks(written: str, mend: str) -> None:
    text = f"规则 得 = {written}  依据 一\n"
    (finding,) = check_source(Source("例.pol", HEAD + text)).errors
    assert finding.mend == mend
    where = finding.where
    assert isinstance(where, Span)
    whole = where.source.text
    mended = whole[: where.start] + mend + whole[where.end :]
    assert check_source(Source("例.pol", mended)).errors == ()


@pytest.mark.parametrize(
    ("glued", "mend"),
    [("额不低于额", "额 不低于 额"), ("额大于额且已故", "额 大于 额 且 已故"), ("非已故", "非 已故")],
)
def test_words_without_blanks_are_taken_apart(glued: str, mend: str) -> None:
    (found,) = check_source(Source("例.pol", HEAD + f"规则 得 = {glued}\n")).errors
    assert (found.code, found.mend) == ("glued-words", mend)


def test_the_half_of_a_unit_that_is_wrong_is_told() -> None:
    (found,) = check_source(Source("例.pol", HEAD + "规则 得 = 5元/人人\n")).errors
    assert (found.code, found.data["close"]) == ("unknown-unit", "元/人")
