"""Files that stand on other files: 引用 and 沿用."""

from __future__ import annotations

from pathlib import Path

from policydsl.pipeline import check_path
from policydsl.testing.examples import run_examples

COMMON = "单位 家\n标准 单价 = 3元/家  依据 一\n"
PROVINCE = """政策 “省”:
    编号 P
    主体 户
引用 “common.pol”
对象 户:
    名称: 文本 主键
    家数: 家
部分 甲: 依据 一
    规则 补贴 = 家数 × 单价
    规则 上浮 = 补贴 × 120%
"""
CITY = """政策 “市”:
    编号 C
    沿用 “prov.pol”
对象 户:
    面积: 家
规则 补贴 = 家数 × 单价 + 面积 × 1元/家  依据 市二
算例 一:
    设 家数 = 10家, 面积 = 5家
    应 补贴 = 35元, 上浮 = 42元
"""


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.pol").write_text(text, encoding="utf-8")
    return folder


def test_a_city_changes_a_rule_and_what_reads_it_follows(tmp_path: Path) -> None:
    written(tmp_path, common=COMMON, prov=PROVINCE, city=CITY)
    result = check_path(tmp_path / "city.pol")
    assert result.findings == ()
    assert result.program is not None
    assert [outcome.ok for outcome in run_examples(result.program)] == [True]
    rule = result.program.rule_index["户", "补贴"]
    assert rule.span is not None and rule.span.source.name.endswith("city.pol")
    untouched = result.program.rule_index["户", "上浮"]
    assert untouched.span is not None and untouched.span.source.name.endswith("prov.pol")
    assert untouched.clause == "一"


def test_the_province_is_as_it_was(tmp_path: Path) -> None:
    written(tmp_path, common=COMMON, prov=PROVINCE, city=CITY)
    result = check_path(tmp_path / "prov.pol")
    assert result.program is not None
    assert result.program.header.id == "P"


def test_a_mistake_in_a_named_file_is_said_in_that_file(tmp_path: Path) -> None:
    written(tmp_path, common="单位 家\n标准 单价 = 3元每家  依据 一\n", prov=PROVINCE)
    result = check_path(tmp_path / "prov.pol")
    assert result.program is None
    places = {str(finding.where).split("/")[-1].split(":")[0] for finding in result.findings}
    assert places == {"common.pol"}


def test_a_circle_is_said_and_ends(tmp_path: Path) -> None:
    written(tmp_path, common="引用 “prov.pol”\n" + COMMON, prov=PROVINCE)
    result = check_path(tmp_path / "prov.pol")
    assert [finding.code for finding in result.findings] == ["import-circle"]


def test_no_path_leads_out_by_name(tmp_path: Path) -> None:
    for name in ("/etc/passwd", "C:\\x.pol", "x.txt", "a\x00.pol"):
        written(tmp_path, prov=PROVINCE.replace("common.pol", name))
        codes = {finding.code for finding in check_path(tmp_path / "prov.pol").findings}
        assert codes & {"import-path", "policy-not-text"}, name
