"""Wrong changes are noticed or told, and the examples that are offered do notice them."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from small_policy import small

import policydsl
from policydsl.cli.main import main
from policydsl.testing import finder
from policydsl.testing.examples import run_examples
from policydsl.testing.mutants import kinds, mutants, program_with
from policydsl.testing.mutation import mutate
from policydsl.testing.trial import Trial

ROOT = Path(__file__).parents[2]


def test_every_kind_of_mistake_is_made():
    found = mutants(policydsl.loads(small()))
    assert set(kinds(found)) >= {
        *("threshold", "inclusive", "rate", "condition", "join", "date", "table", "band", "rounding", "operation"),
    }
    said = [item.zh for item in found]
    assert "「85%(含)」写成「85%(不含)」" in said
    assert "「85%」写成「86%」" in said and "「85%」写成「84%」" in said
    assert "「500元/家」写成「501元/家」" in said
    assert "几种算法改为累加" in said and "漏了一种算法「每 15家」" in said
    assert "漏了条件「齐全」" in said
    assert "「2025年12月31日」写成「2026年1月1日」" in said
    assert "表「档次」第1行「额度」「10万元」写成「11万元」" in said
    assert "表「档次」把「西区」放到第1行" in said
    assert "「场数 不低于 3场」刚好相等时的结论反过来" in said
    assert all(item.en for item in found)


def test_a_mutant_is_another_program_and_leaves_the_policy_as_it_is():
    program = policydsl.loads(small())
    before = repr(program)
    for mutant in mutants(program):
        other = program_with(program, mutant)
        assert other.rules != program.rules or other.tables != program.tables, mutant.zh
    assert repr(program) == before


def test_what_is_written_once_is_changed_everywhere():
    text = small(more="公式 双(数: 家) = 数 × 2\n规则 甲 = 双(认定数)  依据 一\n规则 乙 = 双(目标数)  依据 一\n")
    found = [item for item in mutants(policydsl.loads(text)) if item.zh == "「2」写成「3」"]
    assert [sorted(rule.name for rule in item.rules) for item in found] == [["乙", "甲"]]


def test_the_examples_that_are_offered_notice_the_mistakes():
    text = small()
    found = mutate(policydsl.loads(text))
    assert found.noticed < found.total and found.by_properties == 0
    offered = [item for item in found.survivors if item.fate == "told"]
    assert len(offered) > 20
    seen: dict[str, str] = {}
    for number, item in enumerate(offered):
        body = item.example.split("\n", 1)[1]
        seen.setdefault(body, f"算例 “加{number}”:\n{body}")
    whole = policydsl.loads(text + "\n" + "\n".join(seen.values()))
    assert [result.example.name for result in run_examples(whole) if not result.ok] == []
    again = mutate(whole)
    assert [item.mutant.zh for item in again.survivors if item.fate in ("told", "open")] == []
    assert again.share == 1.0


SAME = """政策 “例”:
    编号 例-1
    主体 区
单位 家
对象 区:
    名称: 文本 主键
    数: 家
规则 档 = 若 数 大于 0家 则 2 否则 1  依据 一
规则 额 = 若 档 大于 1.5 则 5元 否则 0元  依据 一
规则 特 = 若 档 大于 5 则 7元 否则 3元  依据 一
算例 有:
    设 数 = 1家
    应 档 = 2, 额 = 5元, 特 = 3元
算例 没有:
    设 数 = 0家
    应 档 = 1, 额 = 0元, 特 = 3元
"""


def test_what_is_called_the_same_is_proved_the_same():
    # nothing lies between 1 and 2, whatever a whole number is; that 档 never exceeds 5 rests on what it is made of
    found = mutate(policydsl.loads(SAME))
    same = [item for item in found.survivors if item.fate == "same"]
    assert {item.mutant.zh: item.answer.reason for item in same} == {
        "「档 大于 1.5」刚好相等时的结论反过来": "form",
        "「1.5」写成「1.51」": "form",
        "「1.5」写成「1.49」": "form",
        "「档 大于 5」刚好相等时的结论反过来": "facts",
        "「5」写成「6」": "facts",
        "「5」写成「4」": "facts",
        "「7元」写成「8元」": "facts",
        "「7元」写成「6元」": "facts",
    }
    # that a fact is missing is the only difference that a branch makes which never holds
    (left,) = [item for item in found.survivors if item.fate != "same"]
    assert (left.mutant.zh, left.fate) == ("「档 大于 5」这一支从不成立", "told")
    assert left.example.endswith("应 特 未知\n")


def test_what_no_search_finds_the_prover_does(monkeypatch):
    monkeypatch.setattr(finder, "MOST_NEAR", 0)
    monkeypatch.setattr(finder, "MOST_CASES", 0)
    monkeypatch.setattr(finder, "MOST_KNOWN", 0)
    text = small()
    found = mutate(policydsl.loads(text))
    proved = [item for item in found.survivors if item.fate == "told"]
    assert len(proved) > 10
    assert all(item.answer is not None and item.answer.answer == "differs" for item in proved)
    bodies = {item.example.split("\n", 1)[1]: None for item in proved}
    whole = policydsl.loads(text + "\n".join(f"算例 “加{at}”:\n{body}" for at, body in enumerate(bodies)))
    assert [result.example.name for result in run_examples(whole) if not result.ok] == []
    again = {item.mutant.zh for item in mutate(whole, search=False).survivors}
    assert not again & {item.mutant.zh for item in proved}


def test_what_is_not_decided_is_said():
    # of counts over rows the prover knows nothing, and a search is a search
    found = mutate(policydsl.loads(small()), seconds=0)
    assert all(item.answer is None or item.answer.reason == "form" for item in found.survivors)


def test_the_notice_is_pinned_by_its_own_examples():
    found = mutate(policydsl.load(ROOT / "policies" / "2025.pol"), seconds=0)
    assert found.count("told") == 0
    assert found.share >= 0.99
    # what is left: totals of more than nothing and less than 1元, over a budget of less, which no award comes to
    assert {item.mutant.zh for item in found.survivors if item.fate == "open"} <= {"「0元」写成「1元」"}


def test_the_command_lists_survivors_with_examples_to_paste(tmp_path, capsys):
    path = tmp_path / "例.pol"
    path.write_text(small(), encoding="utf-8")
    assert main(["mutate", str(path)]) == 1
    out = capsys.readouterr().out
    assert "写错也看不出\uff1a「85%(含)」写成「85%(不含)」" in out
    assert "加上这个算例就看得出" in out and "算例 “防错:85%(含)写成85%(不含)”:" in out
    assert "处有算例可加" in out
    assert main(["mutate", str(path), "--format", "json"]) == 1
    (data,) = json.loads(capsys.readouterr().out)["policies"]
    assert data["total"] == data["noticed"]["examples"] + data["noticed"]["properties"] + len(data["survivors"])
    assert all(item["line"] and (item["example"] or item["known"]) for item in data["survivors"])


def test_the_command_asks_for_examples_that_pass_first(tmp_path, capsys):
    path = tmp_path / "例.pol"
    path.write_text(small().replace("应 补 = 24000元", "应 补 = 1元"), encoding="utf-8")
    assert main(["mutate", str(path)]) == 1
    assert "先让算例都通过\uff1a八成" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["human", "json"])
def test_cover_says_what_no_example_reaches(tmp_path, capsys, form):
    path = tmp_path / "例.pol"
    path.write_text(small(), encoding="utf-8")
    assert main(["test", "--cover", "--format", form, str(path)]) == 0
    out = capsys.readouterr().out
    if form == "human":
        assert "例.pol:33 「补」的这一档没有算例走到\uff1a达到 85%(含)  500元/家" in out
        assert "没有算例用到「场数」" in out
        assert "没有算例查到表「档次」的这一行" in out
        assert "没有算例采用「办法 = 相加」" in out
        assert "算例到过\uff1a规则 4/8、分支 0/4、档 1/3、表行 0/2、读法 0/2" in out
    else:
        (cover,) = json.loads(out)["cover"]
        assert cover["counts"]["band"] == {"total": 3, "reached": 1}
        assert {"kind", "entity", "name", "text", "line", "column"} == set(cover["gaps"][0])


def test_an_example_that_reaches_a_branch_closes_the_gap():
    from policydsl.testing.reach import cover

    more = "算例 九成:\n    设 名称 = 西区, 认定数 = 90家, 目标数 = 100家\n    应 补 = 45000元\n"
    before, after = cover(policydsl.loads(small())), cover(policydsl.loads(small() + more))
    gone = {(gap.kind, gap.said) for gap in before.gaps} - {(gap.kind, gap.said) for gap in after.gaps}
    assert gone == {("band", "达到 85%(含)  500元/家")}


def test_a_property_notices_what_no_example_does():
    property_ = "性质 不超: 恒有 补 不超过 认定数 × 500元/家\n"
    bare = {item.mutant.zh for item in mutate(policydsl.loads(small())).survivors}
    stated = mutate(policydsl.loads(small(more=property_)))
    assert stated.by_properties > 0
    assert {item.mutant.zh for item in stated.survivors} < bare


@pytest.mark.parametrize("path", sorted((ROOT / "policies" / "gallery").glob("*.pol")), ids=lambda path: path.stem)
def test_what_a_change_cannot_reach_need_not_be_run(path):
    """That only what a change can reach is computed, makes no difference to which changes are noticed."""
    program = policydsl.load(path)
    trial = Trial(program)
    for mutant in mutants(program)[::37]:
        whole = not all(result.ok for result in run_examples(program_with(program, mutant)))
        assert bool(trial.noticed(mutant)) is whole, mutant.zh


def mistakes_in(rule: str, more: str = "") -> list[str]:
    """The mistakes made in a policy of one rule over rows."""
    text = f"""政策 “例”:
    主体 单位
单位 人
{more}对象 单位:
    名称: 文本 主键
    人数: 人
    组别: 文本
    日期: 日期
规则 结果 = {rule}  依据 一
"""
    return [item.zh for item in mutants(policydsl.loads(text))]


CALENDAR = """日历 节假日: 依据 一
    覆盖 2025年1月1日 至 2025年12月31日
    放假 2025年10月1日
"""
SIZES = """表 规模 按 人数: 依据 一
    | 规模 | 人数      | 额   |
    | 小   | 不满 10人 | 1人  |
    | 大   | 10人 以上 | 2人  |
"""


@pytest.mark.parametrize(
    ("rule", "more", "wrong"),
    [
        (
            "名次(人数 从高、日期 从低 并列 同名次)",
            "",
            ["「人数」写成从低到高", "漏了再按「日期」", "写成同名次后不空"],
        ),
        ("名次(人数 从高 分组 组别 并列 紧接)", "", ["漏了「同 组别」"]),
        ("至今合计(人数 依 日期)", "", ["至今写成此前"]),
        ("上一条(人数 依 日期 首条 3人)", "", ["「3人」写成「4人」"]),
        (
            "分摊(100元 按 人数 到 元 尾差归 最大者)",
            "",
            ["分摊写成压减", "余数给最大的写成给第一个", "取整的位数多一位"],
        ),
        ("日期 + 5个工作日", CALENDAR, ["工作日写成自然日"]),
        ("工作日数(日期, 日期)", CALENDAR, ["工作日写成自然日"]),
        ("规模.额", SIZES, ["第1行「10人」写成「10人(含)」", "第1行「10人」写成「11人」", "「额」「2人」写成「3人」"]),
    ],
)
def test_mistakes_are_made_in_ranks_shares_calendars_and_ranges(rule, more, wrong):
    said = mistakes_in(rule, more)
    for part in wrong:
        assert any(part in one for one in said), (part, said)


COMPUTED = """政策 “例”:
    编号 例-1
    主体 人
名录 类: 甲、乙
对象 人:
    名称: 文本 主键
    类别: 类
标准 底数 = 100元  依据 一
表 率 按 类别: 依据 一
    | 类别 | 额               |
    | 甲   | 底数 × 5% + 20元 |
    | 乙   | 最小(50元, 底数) |
表 高 按 类别: 依据 一
    | 类别   | 额       |
    | 甲、乙 | 底数 × 3 |
规则 得 = 率.额  依据 一
规则 多 = 高.额  依据 一
规则 底 = 底数 + 1元  依据 一
"""


def test_what_a_cell_is_computed_from_is_changed_too():
    program = policydsl.loads(COMPUTED)
    found = {item.zh: item for item in mutants(program)}
    assert {
        *("「5%」写成「6%」", "「20元」写成「21元」", "「50元」写成「49元」", "「3」写成「4」"),
        *("「底数 × 5% + 20元」加写成减", "「最小(50元, 底数)」取低写成取高"),
    } <= set(found)
    rate = found["「5%」写成「6%」"]
    assert (rate.table.name, rate.row, rate.also, rate.rules) == ("率", 0, (), (program.rules[0],))
    # a 标准 is written once: every cell and every rule that is computed from it changes, and with the amounts of all
    base = found["「100元」写成「101元」"]
    assert {table.name for table in (base.table, *base.also)} == {"率", "高"}
    assert {rule.name for rule in base.rules} == {"得", "多", "底"}
    case = {"人": [{"名称": "子", "类别": "甲"}]}
    for mutant, amounts in ((rate, (26, 300, 101)), (base, (Fraction(2505, 100), 303, 102))):
        other = program_with(program, mutant)
        run = policydsl.evaluate(other, policydsl.facts_of(other, case).facts)
        assert tuple(run.outcome("人", "子", name) for name in ("得", "多", "底")) == amounts


def test_computed_cells_are_pinned_by_examples_that_are_offered():
    program = policydsl.loads(COMPUTED)
    survivors = mutate(program).survivors
    assert survivors and {item.fate for item in survivors} == {"told"}
