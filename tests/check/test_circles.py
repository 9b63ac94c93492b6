"""A circle that goes through a 标准 is said like any other, at the 标准 where no rule is in it."""

from __future__ import annotations

from policydsl.pipeline import check_source
from policydsl.source import Source

HEAD = "政策 “例”:\n    编号 例-1\n    主体 区\n\n对象 区:\n    名称: 文本 主键\n    收入: 金额\n\n"


def test_a_parameter_that_needs_itself() -> None:
    text = HEAD + "标准 定额 = 定额 + 1元  依据 一\n规则 补助 = 定额  依据 一\n"
    codes = [finding.code for finding in check_source(Source("例.pol", text)).errors]
    assert codes == ["cycle"]


def test_two_parameters_that_need_each_other() -> None:
    text = HEAD + "标准 甲额 = 乙额 × 2  依据 一\n标准 乙额 = 甲额 × 3  依据 一\n规则 补助 = 甲额  依据 一\n"
    codes = [finding.code for finding in check_source(Source("例.pol", text)).errors]
    assert codes == ["cycle"]
