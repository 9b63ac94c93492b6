"""Who gains and who loses: exact, row by row, with the change that does it; and the reports that show it."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policydsl.api import facts_of
from policydsl.cli.main import main
from policydsl.compare.apart import apart
from policydsl.compare.differences import differences
from policydsl.compare.effects import Effects, effects
from policydsl.compare.model import Differences
from policydsl.compare.report import told
from policydsl.core.program import Program
from policydsl.core.values import Exact
from policydsl.interpret.evaluate import Evaluator
from policydsl.interpret.trace import Trace
from policydsl.pipeline import Result
from policydsl.reports.difference_chart import Bar, gains_chart
from policydsl.reports.difference_page import difference_page
from policydsl.reports.difference_text import difference_text
from policydsl.source import display_width
from tests.compare.policies import BASE, changed, checked

ROWS: list[dict[str, Any]] = [
    {"名称": "甲区", "完成数": 82, "目标": 100, "通过": True},
    {"名称": "乙区", "完成数": 100, "目标": 100, "通过": True},
    {"名称": "丙区", "完成数": 10, "目标": 100, "通过": True},
]
EVENTS = [{"区": key, "参与": 30} for key, count in (("甲区", 9), ("乙区", 12), ("丙区", 12)) for _ in range(count)]


def run(result: Result, rows: list[dict[str, Any]]) -> Trace:
    assert result.program is not None
    return Evaluator(result.program).run(facts_of(result.program, {"区": rows, "活动": EVENTS}).facts)


def compared(new: str, rows: list[dict[str, Any]] = ROWS, old: str = BASE) -> tuple[Effects, Differences]:
    one, two = checked(old), checked(new)
    assert one.whole is not None and two.whole is not None
    found = differences(one.whole, two.whole)
    both = effects(found, run(one, rows), run(two, rows))
    assert both is not None
    return both, found


def gains(found: Effects) -> dict[str, Exact | None]:
    return {row.key: row.gain for row in found.rows}


def test_a_band_moved_down_gains_those_between() -> None:
    found, _ = compared(changed(("达到 85%(含)", "达到 80%(含)")))
    # 82 of 100: 82 × (500 − 300)
    assert gains(found) == {"甲区": 16400, "乙区": 0, "丙区": 0}
    assert found.leading[1].name == "合计"
    assert (found.after.value - found.before.value, found.gain) == (16400, 16400)
    (row, *_) = found.rows
    adding = [part for part in row.money if part.adds]
    assert [part.moved.name.text for part in adding] == ["奖励"]
    (source,) = adding[0].sources
    assert source.moved.name.text == "单价"
    assert [change.name for change in source.changes] == ["单价"]


def test_only_those_rest_on_a_cell_that_read_its_column() -> None:
    found, _ = compared(changed(("| 35万元 |", "| 40万元 |"), ("不低于 10场", "不低于 9场")))
    first, second, third = found.rows
    assert gains(found) == {"甲区": 400000, "乙区": 50000, "丙区": 0}
    causes = {change.name for part in second.money for source in part.sources for change in source.changes}
    assert causes == {"梯队"}
    (verdict,) = first.verdicts
    assert [change.name for source in verdict.sources for change in source.changes] == ["宣讲"]
    assert third.idle


def test_a_figure_with_a_name_is_the_cause_where_it_is_read() -> None:
    found, _ = compared(changed(("= 100万元", "= 4万元")))
    assert gains(found) == {"甲区": 0, "乙区": -10000, "丙区": 0}
    (part, *_) = [part for part in found.rows[1].money if part.adds]
    assert [change.name for source in part.sources for change in source.changes] == ["上限"]


def test_a_new_fact_that_nobody_reported_leaves_the_gain_open() -> None:
    new = changed(("    通过: 布尔", "    人数: 家\n    通过: 布尔"), ("奖励 + 基础", "奖励 + 基础 + 人数 × 1元/家"))
    found, differing = compared(new)
    assert gains(found) == {"甲区": None, "乙区": None, "丙区": None}
    assert found.open_rows == ("甲区", "乙区", "丙区")
    text = difference_text(told(differing, found, "zh"), width=80)
    assert "新政策要多报、数据里没有的\uff1a区 人数" in text
    assert "还说不出得失的\uff1a甲区、乙区、丙区" in text


def test_a_renamed_amount_is_compared_with_what_it_was() -> None:
    found, _ = compared(BASE.replace("奖励", "激励"))
    assert gains(found) == {"甲区": 0, "乙区": 0, "丙区": 0}


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 200), st.integers(1, 150)), min_size=3, max_size=3),
    st.sampled_from(["80%", "90%", "100%"]),
    st.integers(0, 900),
)
def test_gains_sum_to_the_difference_of_the_totals(counts: list[tuple[int, int]], band: str, rate: int) -> None:
    rows = [{**row, "完成数": done, "目标": goal} for row, (done, goal) in zip(ROWS, counts, strict=True)]
    new = changed(("达到 85%(含)   500元/家", f"达到 {band}(含) {rate}元/家"))
    found, _ = compared(new, rows)
    assert found.gain == found.after.value - found.before.value
    for row in found.rows:
        assert row.gain is not None
        assert sum(Fraction(part.moved.difference or 0) for part in row.money if part.adds) == row.gain
    back, _ = compared(BASE, rows, new)
    assert back.gain == -found.gain


# ---------------------------------------------------------------- reports


def test_the_text_keeps_to_the_width() -> None:
    found, differing = compared(changed(("达到 85%(含)", "达到 80%(含)")))
    for width in (40, 80):
        text = difference_text(told(differing, found, "zh"), width=width)
        assert max(display_width(line) for line in text.splitlines()) <= width
    assert "甲区  +1.64万元  奖励 +1.64万元〔改动 1〕" in text


def test_the_page_stands_by_itself_and_is_escaped() -> None:
    hostile = "<script>alert(1)</script>"
    new = changed(("达到 85%(含)", "达到 80%(含)"), ("“更稳”", f"“{hostile}”"), ("采用 宽", "采用 「<b>」"))
    found, differing = compared(new)
    page = difference_page(told(differing, found, "zh"))
    assert hostile not in page and "<b>" not in page
    assert "&lt;script&gt;" in page
    assert not re.search(r"(src|href)\s*=\s*[\"']?(https?:)?//", page)
    assert "default-src 'none'" in page and "<svg" in page


def test_bars_are_in_proportion_and_names_escaped() -> None:
    chart = gains_chart(
        [Bar("甲<", 100, "+100元"), Bar("乙", -50, "−50元"), Bar("丙", Fraction(1, 3), "+0.33元")], "增减"
    )
    widths = [float(width) for width in re.findall(r'<rect [^>]*width="([\d.]+)"', chart)]
    assert len(widths) == 3
    assert widths[0] == pytest.approx(2 * widths[2], abs=0.2)
    assert "甲&lt;" in chart and gains_chart([], "x") == ""


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new, facts = tmp_path / "旧.pol", tmp_path / "新.pol", tmp_path / "f.json"
    old.write_text(BASE, encoding="utf-8")
    new.write_text(changed(("达到 85%(含)", "达到 80%(含)")), encoding="utf-8")
    facts.write_text(json.dumps({"区": ROWS, "活动": EVENTS}, ensure_ascii=False), encoding="utf-8")
    assert main(["diff", str(old), str(old), "--exit-code"]) == 0
    assert "没有改动" in capsys.readouterr().out
    assert main(["diff", str(old), str(new)]) == 0
    assert main(["diff", str(old), str(new), "--exit-code"]) == 1
    capsys.readouterr()
    assert main(["diff", str(old), str(new), "--facts", str(facts), "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["effects"]["gain"] == "16400"
    assert data["effects"]["rows"]["甲区"]["from"] == ["单价"]
    assert [item["what"] for item in data["changes"][0]["points"]] == ["band-bound"]
    for ending, sign in (("html", "<svg"), ("md", "# 新旧政策对比"), ("txt", "新旧政策对比"), ("json", '"changes"')):
        out = tmp_path / f"o.{ending}"
        assert main(["diff", str(old), str(new), "--facts", str(facts), "-o", str(out)]) == 0
        assert sign in out.read_text(encoding="utf-8")
    assert main(["diff", str(old), str(new), "--facts", str(facts), "--lang", "en"]) == 0
    assert "Two policies compared" in capsys.readouterr().out


def test_what_cannot_be_compared_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = tmp_path / "a.pol", tmp_path / "b.pol"
    good.write_text(BASE, encoding="utf-8")
    bad.write_text(BASE.replace("完成数 ÷", "完成书 ÷"), encoding="utf-8")
    assert main(["diff", str(good), str(bad)]) == 1
    assert "unknown-name" in capsys.readouterr().err
    assert main(["diff", str(good), str(tmp_path / "c.pol")]) == 1
    assert "policy-not-found" in capsys.readouterr().err
    assert main(["diff", str(good), str(good), "--facts", str(tmp_path / "none.json")]) == 1
    assert main(["diff", str(good), str(good), "--facts", "x.json", "--on", "soon"]) == 2


def alone_of(new: str) -> tuple[dict[str, Exact | None], Effects]:
    found, differing = compared(new)

    def again(program: Program) -> Trace:
        return Evaluator(program).run(found.old.facts)

    return {item.change.name: item.gain for item in apart(differing, found, again)}, found


def test_what_each_change_is_worth_by_itself() -> None:
    alone, found = alone_of(
        changed(("达到 85%(含)", "达到 80%(含)"), ("| 35万元 |", "| 40万元 |"), ("不低于 10场", "不低于 9场"))
    )
    # 甲区 has 9 events: its base award comes with the task alone, at 35万元; 乙区 has it already
    assert alone == {"单价": 16400, "梯队": 50000, "宣讲": 350000}
    assert found.gain == 16400 + 400000 + 50000


def test_interplay_is_said() -> None:
    new = changed(("达到 85%(含)", "达到 80%(含)"), ("| 35万元 |", "| 40万元 |"), ("不低于 10场", "不低于 9场"))
    found, differing = compared(new)
    alone = apart(differing, found, lambda program: Evaluator(program).run(found.old.facts))
    text = difference_text(told(differing, found, "zh", alone), width=200)
    assert "只改这一处\uff0c各区合起来多 35万元" in text
    assert "各处单独改的得失相加是 +41.64万元\uff0c一起改是 +46.64万元\uff0c相差 +5万元 出自几处改动的相互作用" in text


def test_one_change_has_all_and_what_needs_others_is_said() -> None:
    assert alone_of(changed(("达到 85%(含)", "达到 80%(含)")))[0] == {}
    new = changed(
        ("= 100万元  依据 三", "= 2万元  依据 三\n标准 加成 = 2  依据 三"),
        ("完成数 × 单价 × 口径", "完成数 × 单价 × 口径 × 加成"),
    )
    alone, _ = alone_of(new)
    assert alone == {"上限": (20000 - 24600) + (20000 - 50000), "奖励": None, "加成": None}
