"""What a 修订 says is changed in the text that comes of it, and what is offered stands in the 修订 and notices the change."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from policydsl.amend.corpus import load_corpus
from policydsl.cli.main import main
from policydsl.testing.amended import Amended, run_amended
from policydsl.testing.mutation import mutate_amendment

POLICIES = Path(__file__).parents[2] / "policies"

BASE = """政策 “例”:
    编号 例-1
    日期 2025年1月1日
    主体 区
单位 家
对象 区:
    名称: 文本 主键
    家数: 家  不低于 0家
    目标: 家  大于 0家
规则 单价 = 分档 家数 ÷ 目标: 依据 一
    达到 85%  500元/家
    否则      0元/家
规则 补助 = 家数 × 单价  依据 一
规则 另补 = 家数 × 7元/家  依据 二
算例 旧的:
    设 家数 = 90家, 目标 = 100家
    应 补助 = 45000元, 另补 = 630元
"""
AMENDMENT = """政策 “改例”:
    编号 例-2
    日期 2025年12月1日
    施行 自 2026年1月1日
修订 例-1: 依据 一
    改为 单价(85%): 依据 一
        达到 80%  600元/家
    改为 另补 = 原值 + 9元 自 2026年7月1日 起  依据 二
"""


def texts(place: Path, amendment: str, base: str = BASE) -> list[Amended]:
    """The texts that come of an amendment, each with its examples run."""
    (place / "一.pol").write_text(base, encoding="utf-8")
    (place / "二.pol").write_text(amendment, encoding="utf-8")
    found = list(run_amended(load_corpus(place), bare=True))
    assert [finding for text in found for finding in text.findings] == []
    return found


def indented(example: str) -> str:
    return "".join(f"    {line}\n" for line in example.rstrip("\n").split("\n"))


def test_only_what_the_amendment_wrote_is_changed(tmp_path):
    found = mutate_amendment(texts(tmp_path, AMENDMENT))
    assert found.noticed == 0
    said = {item.mutant.zh for item in found.survivors}
    assert {"「80%」写成「81%」", "「600元/家」写成「599元/家」", "「9元」写成「10元」"} <= said
    # figures of the amended notice are the business of its own examples
    assert not any("500" in one or "85%" in one or "7元" in one for one in said)
    assert {item.mutant.span.source.name for item in found.survivors} == {str(tmp_path / "二.pol")}


@pytest.mark.parametrize("basis", ["", "    基准日 申报日\n"], ids=["plain", "by the day of the case"])
def test_what_is_offered_stands_in_the_amendment_and_notices_the_change(tmp_path, basis):
    field = "    申报日: 日期\n" if basis else ""
    base = BASE.replace("    主体 区\n", "    主体 区\n" + basis).replace("    目标: 家", field + "    目标: 家")
    found = mutate_amendment(texts(tmp_path, AMENDMENT, base))
    offered = {item.example.split("\n", 1)[1]: None for item in found.survivors if item.fate == "told"}
    assert len(offered) == 3
    # the text of a case is chosen by its day, so the example must say of which text it is
    assert all(("基准日 2026年7月1日" in one) == bool(basis) for one in offered)
    whole = AMENDMENT + "".join(indented(f"算例 “加{at}”:\n{one}") for at, one in enumerate(offered))
    again = texts(tmp_path, whole, base)
    assert [result.example.name for text in again for result in text.results if not result.ok] == []
    assert len(again[0].results) == len(offered)
    assert [item.mutant.zh for item in mutate_amendment(again).survivors if item.fate in ("told", "open")] == []


def test_a_change_in_the_texts_of_several_days_is_one(tmp_path):
    early = (
        "    算例 早:\n        基准日 2026年2月1日\n        设 家数 = 80家, 目标 = 100家\n        应 补助 = 48000元\n"
    )
    late = "    算例 晚:\n        设 家数 = 1家, 目标 = 10家\n        应 补助 = 0元, 另补 = 16元\n"
    bare, first, both = (texts(tmp_path, AMENDMENT + more) for more in ("", early, early + late))
    assert [text.stated and text.stated.isoformat() for text in first] == [None, "2026-02-01"]
    one, two, three = map(mutate_amendment, (bare, first, both))
    # the later text has all that the earlier has
    assert one.total == two.total == three.total
    left = [{item.mutant.zh for item in found.survivors} for found in (one, two, three)]
    assert left[2] < left[1] < left[0]
    assert left[0] - left[1] >= {"「80%」写成「81%」", "「600元/家」写成「601元/家」"}
    assert left[1] - left[2] >= {"「9元」写成「10元」", "「9元」写成「8元」"}


def test_a_property_of_the_amended_notice_notices(tmp_path):
    stated = "性质 不超: 恒有 补助 不超过 家数 × 600元/家\n"
    without, with_it = (mutate_amendment(texts(tmp_path, AMENDMENT, BASE + more)) for more in ("", stated))
    assert (without.by_properties, with_it.by_examples) == (0, 0)
    assert with_it.by_properties > 0


def test_the_command_on_an_amendment_alone(tmp_path, capsys):
    texts(tmp_path, AMENDMENT)
    name = str(tmp_path / "二.pol")
    assert main(["mutate", name]) == 1
    out = capsys.readouterr().out
    assert out.startswith("修订 例-1\uff0c在2026年7月1日的文本里\uff1a\n")
    assert f"{name}:7 写错也看不出\uff1a「80%」写成「81%」" in out
    assert "改错 0 处" not in out
    assert main(["mutate", name, "--format", "json"]) == 1
    (data,) = json.loads(capsys.readouterr().out)["policies"]
    assert (data["policy"], data["amends"], data["on"]) == (name, "例-1", ["2026-07-01"])
    # of the amended file, what amends it is no part
    assert main(["mutate", str(tmp_path / "一.pol"), "--format", "json"]) == 1
    (data,) = json.loads(capsys.readouterr().out)["policies"]
    assert "amends" not in data


def test_a_file_with_rules_and_an_amendment_is_told_twice(tmp_path, capsys):
    texts(tmp_path, AMENDMENT + "对象 镇:\n    数: 家\n规则 奖 = 若 数 大于 3家 则 2元 否则 1元  依据 三\n单位 家\n")
    assert main(["mutate", str(tmp_path / "二.pol"), "--format", "json"]) == 1
    data = json.loads(capsys.readouterr().out)["policies"]
    assert [one.get("amends") for one in data] == [None, "例-1"]
    assert {item["change"] for item in data[0]["survivors"]} >= {"「3家」写成「4家」"}


def test_examples_that_fail_are_asked_for_first(tmp_path, capsys):
    texts(tmp_path, AMENDMENT + "    算例 错的:\n        设 家数 = 80家, 目标 = 100家\n        应 补助 = 1元\n")
    assert main(["mutate", str(tmp_path / "二.pol")]) == 1
    said = capsys.readouterr()
    assert "先让算例都通过\uff1a错的" in said.err
    assert said.out == ""


@pytest.mark.parametrize("command", ["mutate", "test"])
def test_what_amends_a_notice_that_is_not_there_is_said(tmp_path, capsys, command):
    path = tmp_path / "二.pol"
    path.write_text(AMENDMENT, encoding="utf-8")
    assert main([command, str(path)]) == 1
    said = capsys.readouterr()
    assert "amend-unknown-notice" in said.err
    assert "改错" not in said.out


def test_where_nothing_can_be_changed_it_is_said(tmp_path, capsys):
    path = tmp_path / "例.pol"
    path.write_text("政策 “例”:\n    编号 例-1\n单位 家\n", encoding="utf-8")
    assert main(["mutate", str(path)]) == 0
    assert capsys.readouterr().out == "没有可以改错的地方\uff08没有规则\uff09\n"


def test_an_amendment_in_english(tmp_path, capsys):
    base = """policy “Old”:
    id old-1
    published 2025-01-01
    main firm
entity firm:
    name: text key
    staff: number
rule award = staff × 100元  per 1
"""
    amendment = """policy “New”:
    id new-1
    published 2025-12-01
    in force from 2026-01-01
amend old-1: per 1
    change award = staff × 120元  per 1
"""
    (tmp_path / "a.pol").write_text(base, encoding="utf-8")
    (tmp_path / "b.pol").write_text(amendment, encoding="utf-8")
    assert main(["mutate", str(tmp_path / "b.pol")]) == 1
    said = capsys.readouterr()
    assert said.out.startswith("amendments of old-1, in its text of 2026-01-01:\n"), said
    assert "nothing would notice" in said.out and "120元" in said.out


def test_cover_of_what_an_amendment_says(tmp_path, capsys):
    texts(tmp_path, AMENDMENT + "    算例 晚:\n        设 家数 = 80家, 目标 = 100家\n        应 另补 = 569元\n")
    name = str(tmp_path / "二.pol")
    assert main(["test", "--cover", name]) == 0
    out = capsys.readouterr().out
    assert out == (
        "修订 例-1\uff0c在2026年7月1日的文本里\uff1a\n"
        f"{name}:7 「单价」的这一档没有算例走到\uff1a达到 80%  600元/家\n"
        "算例到过\uff1a档 0/1\n"
        "1 passed, 0 failed\n"
    )
    assert main(["test", "--cover", "--format", "json", name]) == 0
    (cover,) = json.loads(capsys.readouterr().out)["cover"]
    assert (cover["policy"], cover["amends"]) == (name, "例-1")


def test_the_amendments_of_the_notice_are_pinned_by_their_own_examples():
    corpus = load_corpus(*sorted(POLICIES.glob("*.pol")))
    found = mutate_amendment(list(run_amended(corpus, {str(POLICIES / "2025.pol")}, bare=True)), seconds=0)
    assert found.total > 20
    assert found.survivors == ()
