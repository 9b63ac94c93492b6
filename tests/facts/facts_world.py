"""A small invented policy, built by hand, for tests of facts: districts, their events, a city-wide row."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from policydsl.core.facts import Facts
from policydsl.core.program import Decision, Entity, Field, Header, Program, Roll
from policydsl.core.types import BOOL, DATE, MOMENT, RATIO, TEXT, ListOf, Member, Number, Optional, Reference
from policydsl.core.units import PLAIN, Measure, base, plain_measure
from policydsl.diagnostics.codes import CODES
from policydsl.diagnostics.model import Diagnostic, Weight
from policydsl.facts import read

YUAN, HOME = base("元"), base("家")
WAN = Measure(YUAN, "万元", Fraction(10000))
DISTRICTS = ("黄埔区", "天河区", "番禺区")


def entities() -> tuple[Entity, ...]:
    """区, 宣讲活动 (no key), 企业 (text key), 负责人 (at most one), 全市 (singleton)."""
    district = Entity(
        "区",
        (
            Field("名称", Member("行政区"), alias="name", key=True, complete=True),
            Field(
                "高企认定数",
                Number(HOME, whole=True),
                alias="hte",
                measure=plain_measure(HOME),
                source="公示名单",
                clause="八(二)1",
            ),
            Field("基础额度", Number(YUAN), measure=WAN),
            Field("完成率", RATIO, measure=Measure(PLAIN, "%", Fraction(1, 100))),
            Field("系数", RATIO),
            Field("通过考核", BOOL, decision=Decision("市科技局")),
            Field("核准额", Number(YUAN), decision=Decision("市科技局")),
            Field("上年数", Optional(Number(HOME, whole=True)), measure=plain_measure(HOME)),
            Field(
                "补报数",
                Number(HOME, whole=True),
                measure=plain_measure(HOME),
                default=0,
                default_clause="三",
            ),
        ),
        alias="district",
    )
    event = Entity(
        "宣讲活动",
        (
            Field("日期", DATE, alias="date"),
            Field("参与企业数", Number(HOME, whole=True), alias="attendance", measure=plain_measure(HOME)),
            Field("编号", TEXT, alias="code"),
            Field("签到时间", MOMENT),
            Field("主办", Reference("企业")),
        ),
        alias="event",
        counted_in="场",
        owner="区",
    )
    firm = Entity(
        "企业",
        (
            Field("代码", TEXT, alias="id", key=True),
            Field("简称", TEXT),
            Field("各期营收", ListOf(Number(YUAN)), measure=WAN),
        ),
        owner="区",
    )
    head = Entity("负责人", (Field("姓名代号", TEXT),), owner="区", at_most_one=True)
    city = Entity("全市", (Field("预算", Number(YUAN), alias="budget", measure=WAN),), alias="city", singleton=True)
    return district, event, firm, head, city


def world(*chosen: str, language: str = "zh") -> Program:
    """The policy, with only the entities chosen if any are."""
    kept = {item.name: item for item in entities() if not chosen or item.name in chosen}
    return Program(
        header=Header("示例(虚构)", main="区"),
        language="zh" if language == "zh" else "en",
        rolls={"行政区": Roll("行政区", DISTRICTS, {"黄埔区": "huangpu"})},
        units={"家": "家", "场": "场", "人次": "人次", "firm": "家"},
        entities=kept,
        tables={},
        readings={},
        rules=(),
    )


def texts(findings: list[Diagnostic], least: Weight = Weight.WARNING) -> list[tuple[str, str]]:
    """(code, place) of every finding that weighs at least so much."""
    order = [Weight.NOTE, Weight.WARNING, Weight.ERROR]
    return [
        (item.code, str(item.where) if item.where else "")
        for item in findings
        if order.index(CODES[item.code].weight) >= order.index(least)
    ]


def worded(findings: list[Diagnostic]) -> list[str]:
    """Every finding in full, in both languages: templates and data must fit."""
    return [
        getattr(CODES[item.code], part).format_map(item.data)
        for item in findings
        for part in ("zh", "en", "help_zh", "help_en")
    ]


def read_csv(folder: Path, program: Program | None = None, **files: str) -> tuple[Facts, list[Diagnostic]]:
    """Write each text as NAME.csv into the folder and read the folder."""
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    return read(program or world(), [folder])
