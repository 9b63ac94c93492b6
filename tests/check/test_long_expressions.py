"""What is checked is looked at once, however long a sum is and however deep an expression: work that doubles would never end."""

from __future__ import annotations

import pytest

from policydsl.pipeline import check_source
from policydsl.source import Source

HEAD = """政策 “例”:
    编号 例-1
    主体 区

单位 家

对象 区:
    名称: 文本 主键
    家数: 家
    日:   日期
    多:   家 或无
    真假: 布尔

对象 企业 属于 区:
    号: 文本 主键
    值: 家

"""
DEPTH = 50
LAYERS = {
    "sum": ("家数", "{} + (家数 − 1家)"),
    "difference": ("家数", "家数 − ({})"),
    "product": ("家数", "({}) × 2"),
    "quotient": ("家数", "({}) ÷ 2"),
    "greatest": ("家数", "最大(3家, {})"),
    "rounded": ("家数", "四舍五入({}, 1家)"),
    "negative": ("家数", "−({})"),
    "choice": ("家数", "若 家数 大于 3家 则 ({}) 否则 1家"),
    "asked": ("家数", "若 有(多) 则 {} + 多 否则 1家"),
    "days": ("日", "({}) + 1天"),
    "rows": ("值", "({}) + 1家"),
}
WHOLE = {"days": "({}) − 日", "rows": "合计(企业.值 其中 {} 大于 3家)"}


@pytest.mark.parametrize("name", LAYERS)
def test_an_expression_is_checked_in_proportion(name: str) -> None:
    written, layer = LAYERS[name]
    for _ in range(DEPTH):
        written = layer.format(written)
    text = HEAD + f"规则 甲 = {WHOLE.get(name, '{}').format(written)}\n"
    assert check_source(Source("例.pol", text)).errors == ()


def test_signs_of_days_are_no_nesting() -> None:
    english = 'policy "Example":\n    id EX-1\n    main a\n\nentity a:\n    k: text key\n    d: date\n    n: number\n\n'
    days = " or ".join(["d is 2025-01-01"] * 200)
    assert check_source(Source("a.pol", f"{english}rule r = {days}\n")).errors == ()
    for signs in ("−" * 100, "- " * 100):
        (found,) = check_source(Source("a.pol", f"{english}rule r = {signs}n\n")).errors
        assert found.code == "too-nested"
