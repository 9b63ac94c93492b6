"""Each form of 性质 is searched for counterexamples: what holds is not refuted, what does not is shown by examples that pass."""

from __future__ import annotations

import json

import pytest

import policydsl
from policydsl.cli.main import main
from policydsl.core.program import Program
from policydsl.testing.examples import run_examples
from policydsl.testing.mutation import mutate
from policydsl.testing.properties import PropertyResult, check_properties

TEXT = """政策 “小文件(虚构)”:
    主体 区

单位 家、场

名录 类别: 一类、二类

对象 区:
    名称:   文本  主键
    认定数: 家    不低于 0家
    目标数: 家    大于 0家
    类型:   类别
    试点:   布尔

对象 活动(场) 属于 区:
    编号:   文本  主键
    到会数: 家    不低于 0家

对象 签到 属于 活动:
    人数: 家  不低于 0家

对象 全市 单例:
    预算: 元  不低于 0元

规则 补助 = 认定数 × 分档 认定数 ÷ 目标数: 依据 一
    达到 70%  300元/家
    否则      0元/家

规则 定额 = 认定数 × 3元/家  依据 一
规则 会务 = 合计(活动.到会数) × 10元/家  依据 二
规则 到会 = 合计(活动: 合计(签到.人数))  依据 二
规则 首场 = 第一条(活动.到会数 无则 0家)  依据 二
规则 加成 = 若 试点 则 1000元 否则 若 类型 为 一类 则 0元 否则 10元  依据 二
规则 分得 = 分摊(全体 全市.预算 按 认定数 + 1家 到 1元 尾差归 最大者)  依据 三
规则 少分 = 向下(分得 × 99%, 1元)  依据 三

针对 全市:
    规则 总额 = 合计(区.补助)  依据 三

算例 八成:
    设 名称 = “甲”, 认定数 = 80家, 目标数 = 100家
    应 补助 = 24000元
"""

TRUE = """
性质 真一: 凡 认定数 低于 目标数 × 70% 则 补助 等于 0元
性质 真二: 认定数 每增 2家 时 定额 变动 不超过 6元
性质 真三: 补助 与 名称 无关
性质 真四: 会务 与 活动.编号 无关
性质 真五: 会务 与 活动 行序 无关
性质 真六: 活动 拆分 时 会务 合计不变
性质 真七: 活动 拆分 时 到会 合计不变
性质 真八: 补助 与 试点 无关
针对 全市:
    性质 真九: 区.分得 之和 等于 预算
    性质 真十: 区.少分 之和 不超过 预算
    性质 真十一: 区 拆分 时 总额 合计不变
    性质 真十二: 总额 与 区 行序 无关
"""

FALSE = {
    "凡 认定数 不低于 目标数 则 补助 低于 3万元": 1,
    "认定数 每增 1家 时 补助 变动 不超过 2万元": 2,
    "加成 与 试点 无关": 2,
    "加成 与 类型 无关": 2,
    "会务 与 活动.到会数 无关": 2,
    "首场 与 活动 行序 无关": 2,
    "认定数 拆分 时 补助 合计不变": 3,
    "认定数、目标数 拆分 时 补助 合计不变": 3,
    "活动 拆分 时 首场 合计不变": 3,
}
"""Properties that do not hold, and how many examples show it."""


def whole(text: str) -> Program:
    return policydsl.loads(text)


def results(more: str) -> dict[str, PropertyResult]:
    return {result.item.name: result for result in check_properties(whole(TEXT + more))}


def test_what_holds_is_not_refuted_and_was_looked_at() -> None:
    found = results(TRUE)
    assert {name for name, result in found.items() if not result.ok} == set()
    assert len(found) == 12
    assert {name for name, result in found.items() if result.cases < 20} == set()


@pytest.mark.parametrize("said", FALSE)
def test_what_does_not_hold_is_shown_by_examples_that_pass(said: str) -> None:
    text = TEXT + f"\n性质 误: {said}\n"
    (result,) = check_properties(whole(text))
    case = result.counterexample
    assert case is not None
    assert len(case.written) == len(case.outcomes) == FALSE[said]
    again = run_examples(whole(text + "\n" + "\n".join(case.written)))
    assert [item.example.name for item in again if not item.ok] == []


def test_parts_that_do_not_make_the_whole() -> None:
    text = TEXT + "\n针对 全市:\n    性质 误: 区.少分 之和 等于 预算\n"
    (result,) = check_properties(whole(text))
    case = result.counterexample
    assert case is not None
    again = run_examples(whole(text + "\n" + "\n".join(case.written)))
    assert all(item.ok for item in again) and len(again) == 2


def test_no_rows_say_nothing_of_what_they_make() -> None:
    """Where nobody shares the budget nothing is left undistributed by the rule."""
    text = TEXT.replace("算例 八成:\n    设 名称 = “甲”, 认定数 = 80家, 目标数 = 100家\n    应 补助 = 24000元\n", "")
    text += "\n针对 全市:\n    性质 分完: 区.分得 之和 等于 预算\n\n算例 空:\n    设 预算 = 100元\n    应 总额 = 0元\n"
    assert all(result.ok for result in check_properties(whole(text)))


def test_a_key_takes_along_what_refers_to_it() -> None:
    """A row that is called something else keeps its children: nothing else of it has changed."""
    (result,) = check_properties(whole(TEXT + "\n性质 改名: 到会 与 名称 无关\n"))
    assert result.ok and result.cases > 20


def test_the_command_says_what_came_of_each(tmp_path, capsys) -> None:
    path = tmp_path / "例.pol"
    path.write_text(TEXT + "\n性质 分开算: 认定数、目标数 拆分 时 补助 合计不变\n", encoding="utf-8")
    assert main(["test", str(path)]) == 1
    out = capsys.readouterr().out
    assert "性质不成立:分开算(1: 补助 21000 ≠ 300 + 0)" in out
    assert "算例 “反例:分开算,合在一起”:" in out and "算例 “反例:分开算,第二份”:" in out
    assert main(["test", "--format", "json", str(path)]) == 1
    told = json.loads(capsys.readouterr().out)["examples"][-1]
    assert len(told["examples"]) == 3


def test_the_command_says_where_nothing_could_be_looked_at(tmp_path, capsys) -> None:
    path = tmp_path / "例.pol"
    text = TEXT.replace("名称:   文本  主键", "名称:   类别  主键 齐全")
    text = text.replace("“甲”", "一类") + "\n针对 全市:\n    性质 分开: 区 拆分 时 总额 合计不变\n"
    path.write_text(text, encoding="utf-8")
    assert main(["test", str(path)]) == 0
    assert "性质「分开」没有查到一组说得上的数据" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("若 认定数 低于 10家 则 0元 否则 7元", "凡 认定数 低于 10家 则 加 等于 0元"),
        ("认定数 × 5元/家", "认定数 每增 1家 时 加 变动 不超过 5元"),
        ("若 试点 则 5元 否则 5元", "加 与 试点 无关"),
        ("认定数 × 5元/家 + 0元", "认定数 拆分 时 加 合计不变"),
        ("认定数 × 5元/家 + 0元", "认定数、活动 拆分 时 加 合计不变"),
    ],
)
def test_a_property_notices_changes_that_no_example_does(body: str, said: str) -> None:
    text = TEXT + f"\n规则 加 = {body}  依据 四\n"
    without = mutate(whole(text), search=False)
    within = mutate(whole(f"{text}\n性质 说: {said}\n"), search=False)
    assert without.by_properties == 0 < within.by_properties
