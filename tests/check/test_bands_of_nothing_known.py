"""Bands whose measure is a mistake: what can be said of it is said, and their bounds of different kinds are not held against each other."""

from __future__ import annotations

import pytest

from policydsl.pipeline import check_source
from policydsl.source import Source

TEXT = """政策 “例”:
    主体 区
对象 区:
    名称: 文本 主键
规则 档 = 分档 没有的:
    达到 {}  1
    达到 {}  2
    否则  0
"""


@pytest.mark.parametrize("ends", [("2025年1月1日", "3"), ("3", "2025年1月1日"), ("2025年1月1日", "2025年1月1日18时")])
def test_a_number_and_a_day(ends: tuple[str, str]) -> None:
    found = check_source(Source("example.pol", TEXT.format(*ends)))
    assert [finding.code for finding in found.errors] == ["unknown-name"]
