"""Sweeps, searches and draws give what the reference gives at each point; the guide's commands print what it says."""

from __future__ import annotations

import json
import re
import shlex
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import policydsl
from policydsl.cli.main import main
from policydsl.compiled.variation import Variation
from policydsl.core.facts import Facts
from policydsl.core.program import Program
from policydsl.simulate.draws import Dice, varying
from policydsl.simulate.many import simulate
from policydsl.simulate.seek import seek
from policydsl.simulate.sweep import axis, sweep, turns_of
from policydsl.simulate.target import Ask, Fact, Names

ROOT = Path(__file__).parents[2]
POLICY, FACTS = "policies/2025.pol", "policies/examples/2025/facts.xlsx"
GUIDE = ROOT / "docs" / "guides" / "budgeting.md"


@cache
def notice() -> tuple[Program, Facts]:
    program = policydsl.load(ROOT / POLICY)
    return program, policydsl.read_facts(program, ROOT / FACTS).facts


def fact(name: str, key: str = "黄埔区") -> tuple[Names, Fact]:
    names = Names(*notice())
    return names, names.fact(name, "区", key)


@settings(deadline=None, max_examples=5)
@given(
    st.sampled_from(("黄埔区", "南沙区", "海珠区")),
    st.lists(
        st.tuples(st.sampled_from(("高企认定数", "上年规上科服数")), st.integers(0, 3000) | st.none()),
        min_size=1,
        max_size=3,
    ),
)
def test_facts_varied_give_what_the_reference_gives(key: str, changes: list[tuple[str, int | None]]) -> None:
    program, facts = notice()
    variation = Variation(policydsl.compile(program), facts, [("区", "高企认定数"), ("区", "上年规上科服数")])
    for name, value in changes:
        change = {("区", key, name): value}
        found = variation.outcomes(change)
        trace = policydsl.evaluate(program, variation.facts(change), keys={"区": [key], "全市": [""]})
        for at in (("区", key, "绩效补助"), ("区", key, "高企单价"), ("全市", "", "测算总额"), ("区", key, "测算合计")):
            assert found[at] == trace.outcome(*at)


def test_a_sweep_is_the_reference_at_each_point_and_its_turns_are_the_thresholds() -> None:
    program, facts = notice()
    names, count = fact("高企认定数")
    found = sweep(
        policydsl.compile(program), facts, names.rule("绩效补助", "区", "黄埔区"), [axis(count, 697, 702, None)]
    )
    variation = Variation(policydsl.compile(program), facts, [("区", "高企认定数")])
    for value, outcome in zip(found.axes[0].values, found.outcomes[0], strict=True):
        assert outcome == policydsl.evaluate(program, variation.facts({count.at: value})).outcome(*found.target)
    assert [(turn.start, turn.end) for turn in found.turns] == [(699, 700)]


def test_the_least_change_is_the_nearest_of_all() -> None:
    program, facts = notice()
    names, count = fact("高企认定数")
    target = names.rule("绩效补助", "区", "黄埔区")
    compiled = policydsl.compile(program)
    variation = Variation(compiled, facts, [("区", "高企认定数")])
    amounts = {value: variation.outcomes({count.at: value})[target] for value in range(600, 1401)}
    for wanted in (85_000, 584_500, 685_000, 685_001, 862_000, 900_000):
        found = seek(compiled, facts, target, count, wanted, (600, 1400), 1)
        reaching = [value for value, amount in amounts.items() if amount >= wanted]
        assert found.value in reaching
        assert abs(found.value - count.now) == min(abs(value - count.now) for value in reaching)
    assert seek(compiled, facts, target, count, 10**9, (600, 1400), 1).value is None


def test_turns_are_jumps_and_falls() -> None:
    assert turns_of(range(6), (0, 1, 2, 5, 6, 7))[0].start == 2
    (fall,) = turns_of(range(4), (3, 3, 1, 1))
    assert fall.cliff


@pytest.mark.parametrize(
    ("text", "share", "value"),
    (
        ("80..120", 0.0, 80),
        ("80..120", 1.0, 120),
        ("±10%", 0.5, 1000),
        ("均匀(80, 120)", 0.5, 100),
        ("三角(0, 50, 100)", 0.5, 50),
        ("正态(100, 15)", 0.5, 100),
        ("正态(100, 15)", 0.0, 0),
        ("泊松(4)", 0.5, 4),
        ("任选(7:1, 9:3)", 0.2, 7),
        ("choice(7:1, 9:3)", 0.3, 9),
    ),
)
def test_distributions(text: str, share: float, value: int) -> None:
    names, count = fact("高企认定数")
    assert varying(names, count, text).value(share) == value


@pytest.mark.parametrize(
    "text", ("", "多半", "正态(1)", "正态(5, 0)", "120..80", "±", "任选(5:0, 6:1)", "三角(3, 2, 1)", "__import__(1, 2)")
)
def test_what_is_no_distribution_is_refused_in_words(text: str) -> None:
    names, count = fact("高企认定数")
    with pytest.raises(Ask):
        varying(names, count, text)


def test_a_simulation_repeats_itself_and_each_draw_is_exact() -> None:
    program, facts = notice()
    names, count = fact("高企认定数")
    varied = [varying(names, count, "600..1400")]
    targets = [("区", "黄埔区", "绩效补助")]
    compiled = policydsl.compile(program)
    one, other = (simulate(compiled, facts, varied, (), targets, 12, 7) for _ in range(2))
    assert one == other
    dice = Dice(7, 0.0)
    variation = Variation(compiled, facts, [("区", "高企认定数")])
    again = [
        policydsl.evaluate(program, variation.facts(dice.throw(varied)), keys={"区": ["黄埔区"]}) for _ in range(12)
    ]
    assert one.rows[0].values == tuple(sorted(trace.outcome(*targets[0]) for trace in again))
    assert sum(share for _, share in one.deciders[0].shares) == 12


def test_facts_of_one_row_move_together_as_far_as_is_said() -> None:
    names, first = fact("高企认定数")
    second = names.fact("规上高企数", "区", "黄埔区")
    varied = [varying(names, first, "正态(1000, 100)"), varying(names, second, "正态(500, 50)")]
    for correlation, least, most in ((0.0, -0.2, 0.2), (0.8, 0.7, 0.9), (1.0, 0.98, 1.001)):
        dice = Dice(3, correlation)
        pairs = [tuple(dice.throw(varied).values()) for _ in range(400)]
        mean = [Fraction(sum(pair[side] for pair in pairs), 400) for side in (0, 1)]
        cov = sum((a - mean[0]) * (b - mean[1]) for a, b in pairs)
        var = [sum((pair[side] - mean[side]) ** 2 for pair in pairs) for side in (0, 1)]
        assert least <= float(cov) / float(var[0] * var[1]) ** 0.5 <= most


@pytest.mark.parametrize(
    ("arguments", "said"),
    (
        (["sweep", "--of", "黄浦区", "--rule", "绩效补助", "--by", "高企认定数"], "没有主键为「黄浦区」的行"),
        (["sweep", "--of", "黄埔区", "--rule", "绩效补", "--by", "高企认定数"], "没有规则「绩效补」"),
        (["sweep", "--of", "黄埔区", "--rule", "绩效补助", "--by", "高企"], "没有叫「高企」的数"),
        (["sweep", "--of", "黄埔区", "--rule", "绩效补助", "--by", "高企认定数=9..3"], "止小于起"),
        (["sweep", "--of", "黄埔区", "--rule", "绩效补助", "--by", "高企认定数=0..9000000:1"], "个点"),
        (["sweep", "--of", "黄埔区", "--rule", "绩效补助", "--by", "高企认定数=3元..9元"], "不是「高企认定数」的数"),
        (
            ["seek", "--of", "黄埔区", "--rule", "绩效补助", "--at-least", "很多", "--by", "高企认定数"],
            "不是「绩效补助」的数",
        ),
        (["seek", "--of", "黄埔区", "--rule", "梯队名称", "--at-least", "3", "--by", "高企认定数"], "不是数"),
        (["simulate", "--vary", "没有的文件.csv"], "也不是能读的文件"),
        (["simulate", "--vary", "高企认定数 ~ 大概"], "看不懂分布"),
        (["simulate", "--vary", "高企认定数 ~ ±5%", "--draws", "0"], "--draws"),
        (["simulate", "--vary", "高企认定数 ~ ±5%", "--correlation", "2"], "--correlation"),
    ),
)
def test_what_makes_no_sense_is_said(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert main([arguments[0], POLICY, FACTS, *arguments[1:]]) == 2
    assert said in capsys.readouterr().err


FORMS = ("json", "csv", "svg", "png", "html", "vl.json", "xlsx")
SWEEP = ["sweep", POLICY, FACTS, "--of", "黄埔区", "--rule", "绩效补助", "--by", "高企认定数=690..710"]
MAP = [*SWEEP, "--by", "上年高企认定数=800..1000:50"]
DRAWN = ["simulate", POLICY, FACTS, "--vary", "高企认定数 ~ ±10%", "--draws", "20", "--budget", "400万元"]


@pytest.mark.parametrize("ending", FORMS)
@pytest.mark.parametrize("call", (SWEEP, MAP, DRAWN), ids=("sweep", "map", "simulate"))
def test_it_is_written_in_every_form(
    call: list[str], ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    file = tmp_path / f"变化.{ending}"
    assert main([*call, "-o", str(file)]) in (0, 1)
    content = file.read_bytes()
    if ending == "xlsx":
        from openpyxl import load_workbook

        sheet = load_workbook(file).worksheets[0]
        if call is SWEEP:
            assert (sheet.cell(12, 1).value, sheet.cell(12, 2).value) == (700, 295_000)
        if call is MAP:
            assert [sheet.cell(5, 12).value, *(sheet.cell(row, 1).value for row in (6, 7))] == [700, 800, 850]
            assert sheet.cell(6, 12).value == 295_000
        if call is DRAWN:
            assert (sheet["A1"].value, sheet["B1"].value) == ("抽取次数", 20)
        assert len(sheet._charts) == (0 if call is MAP else 1)
    elif ending == "png":
        assert content.startswith(b"\x89PNG")
    elif ending == "vl.json":
        assert json.loads(content)["$schema"].startswith("https://vega.github.io/")
    elif ending in ("svg", "html"):
        assert "黄埔区" in content.decode() and "<svg" in content.decode()
    elif call is not DRAWN:
        assert "295000" in content.decode("utf-8-sig")


CHILDREN = """
政策 “示例(虚构)”:

对象 区:
    名称: 文本 主键

对象 企业 属于 区:
    名称: 文本 主键
    产值: 万元  不低于 0万元

针对 企业:
    规则 企业奖励 = 分档 产值: 依据 一
        达到 100万元   产值 × 1%
        否则           0元

规则 区奖励 = 合计(企业.企业奖励)  依据 二
"""


@pytest.fixture
def firms(tmp_path: Path) -> list[str]:
    (tmp_path / "示例.pol").write_text(CHILDREN, encoding="utf-8")
    facts = {
        "区": [{"名称": "东区"}, {"名称": "西区"}],
        "企业": [
            {"名称": "甲厂", "区": "东区", "产值": 90},
            {"名称": "乙厂", "区": "东区", "产值": 200},
            {"名称": "丙厂", "区": "西区", "产值": 300},
        ],
    }
    (tmp_path / "事实.json").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
    return [str(tmp_path / "示例.pol"), str(tmp_path / "事实.json")]


def test_facts_of_what_belongs_to_a_row_are_drawn(firms: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    for vary, drawn in (("企业.产值 ~ ±20%", 3), ("东区/企业.产值 ~ ±20%", 2), ("丙厂/产值 ~ ±20%", 1)):
        assert main(["simulate", *firms, "--vary", vary, "--draws", "50", "--format", "json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert len(found["varied"]) == drawn
        least = {row["of"][1]: row.get("least") for row in found["rows"]}
        assert (least["西区"] != "30000") == (drawn != 2)
    assert main(["simulate", *firms, "--vary", "南区/企业.产值 ~ ±20%"]) == 2


def test_firms_of_one_district_share_its_luck(firms: list[str]) -> None:
    program = policydsl.load(firms[0])
    facts = policydsl.read_facts(program, firms[1]).facts
    names = Names(program, facts)
    varied = [varying(names, names.fact("产值", "企业", key), "±20%") for key in ("甲厂", "乙厂", "丙厂")]
    thrown = [Dice(seed, 1.0).throw(varied) for seed in range(30)]
    shares = [
        [Fraction(draw[item.fact.at]) / item.fact.now for item in varied]  # type: ignore[operator]
        for draw in thrown
    ]
    assert all(abs(one - two) < Fraction(1, 1000) for one, two, _ in shares)
    assert any(abs(one - other) > Fraction(1, 100) for one, _, other in shares)


def test_what_a_row_belongs_to_is_sought_through_its_fact(firms: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    call = ["seek", *firms, "--of", "甲厂", "--by", "产值", "--rule", "区.区奖励", "--at-least", "3万元"]
    assert main(call) == 0
    assert "最少变为 100万元" in capsys.readouterr().out


def test_scenarios_may_stand_in_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    plain = tmp_path / "情景.csv"
    plain.write_text("行,事实,分布\n,高企认定数,±10%\n黄埔区,规上高企数,500..600\n", encoding="utf-8")
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "别的"
    sheet = book.create_sheet("情景")
    for row in (("行", "事实", "分布"), (None, "高企认定数", "±10%"), ("黄埔区", "规上高企数", "500..600")):
        sheet.append(row)
    book.save(tmp_path / "情景.xlsx")
    printed = []
    for file in (plain, tmp_path / "情景.xlsx"):
        main(["simulate", POLICY, FACTS, "--vary", str(file), "--draws", "5", "--format", "json"])
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1] and '"规上高企数"' in printed[0]
    plain.write_text("行,事实,分布\n,高企认定数\n", encoding="utf-8")
    assert main(["simulate", POLICY, FACTS, "--vary", str(plain), "--draws", "5"]) == 2
    assert "第 2 行应有三列" in capsys.readouterr().err


def commands() -> list[tuple[str, str]]:
    """Each command of the guide with what it prints."""
    blocks = re.findall(r"```console\n\$ (.*?)\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    return [(command, printed) for command, printed in blocks]


@pytest.mark.parametrize(("command", "printed"), commands(), ids=lambda text: text[:40])
def test_the_guide(
    command: str, printed: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "80")
    assert main(shlex.split(command)[1:]) in (0, 1)
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == printed.splitlines()
