"""The 2025 notice in plain integers, written from its text and not from the policy file, and facts made in code to hold it against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path

from policydsl.core.facts import Cell, Facts, Known, Missing, Record
from policydsl.core.program import Program
from policydsl.core.values import Outcome, Value
from policydsl.interpret.evaluate import Evaluator
from policydsl.pipeline import check_path

POLICY = Path(__file__).parents[2] / "policies" / "2025.pol"
WORKBOOK = POLICY.parent / "examples" / "2025" / "facts.xlsx"


@cache
def program() -> Program:
    """The policy as it stands."""
    result = check_path(POLICY)
    assert result.program is not None, [str(finding) for finding in result.errors]
    return result.program


@cache
def evaluator(readings: tuple[tuple[str, str], ...] = ()) -> Evaluator:
    """The policy ready to run under readings."""
    return Evaluator(program(), dict(readings))


def district(
    figures: Mapping[str, Value | None],
    children: Mapping[str, Sequence[Mapping[str, Value | None]]] | None = None,
    name: str = "黄埔区",
) -> Facts:
    """Facts of one district with its child rows; None is a blank."""
    entity = program().entities["区"]
    cells: dict[str, Cell] = {field.name: Missing() for field in entity.fields}
    cells |= {field: _cell(value) for field, value in {"名称": name, **figures}.items()}
    tables: dict[str, tuple[Record, ...]] = {"区": (Record(name, cells),)}
    for child, rows in (children or {}).items():
        # a legal default is put in when facts are read
        blank = {field.name: _cell(field.default) for field in program().entities[child].fields}
        tables[child] = tuple(
            Record(str(at), blank | {field: _cell(value) for field, value in row.items()}, name)
            for at, row in enumerate(rows)
        )
    return Facts(tables)


def _cell(value: Value | None) -> Cell:
    return Missing() if value is None else Known(value)


def outcome(facts: Facts, rule: str, **readings: str) -> Outcome:
    """What one rule gives for the only district."""
    name = facts.tables["区"][0].key
    trace = evaluator(tuple(sorted(readings.items()))).run(facts, {"区": [name]})
    return trace.outcome("区", name, rule)


# ---------------------------------------------------------------- the notice in integers


def recognition(count: int, target: int) -> int:
    """七(二)2(1): the award of the band reached."""
    if count * 100 >= target * 100:
        return count * 600
    if count * 100 >= target * 85:
        return count * 500
    if count * 100 >= target * 70:
        return count * 300
    return 0


def increment(count: int, target: int) -> tuple[int, int]:
    """七(二)2(1): the two routes beyond the target, by share and by number; the higher of them is paid."""
    beyond = max(0, count - target)
    return beyond * 100 // (target * 5) * 50_000, beyond // 15 * 50_000


def growth(count: int, last: int, percent: int, low: int, high: int) -> int:
    """七(二)2(2)-(4): the target is `percent` of last year's count (more than 0); bands at 80 % and 100 % of it."""
    if count * 100 * 100 >= last * percent * 100:
        return count * high
    if count * 100 * 100 >= last * percent * 80:
        return count * low
    return 0


INDICATORS = {
    "规上高企补助": ("规上高企数", "上年规上高企数", 105, 100, 200),
    "规上科服补助": ("规上科服数", "上年规上科服数", 105, 200, 300),
    "专利高企补助": ("专利高企数", "上年专利高企数", 130, 50, 70),
}
"""Rule: its two facts, the percentage of the target, the rates of its bands."""

TIERS = {
    **dict.fromkeys(("黄埔区", "天河区", "番禺区"), (350_000, 60, 30, 15, 5, 55)),
    **dict.fromkeys(("白云区", "南沙区", "花都区", "增城区"), (300_000, 40, 20, 10, 3, 25)),
    **dict.fromkeys(("海珠区", "越秀区", "荔湾区", "从化区"), (250_000, 20, 10, 10, 3, 15)),
}
"""District: base amount, firms at a briefing, firms at a matching event, key firms, projects, needs."""


def base_work(
    name: str, lack: Mapping[str, int] | None = None, day: date = date(2025, 8, 31)
) -> dict[str, list[dict[str, Value | None]]]:
    """Exactly the base work that the tier of a district asks for, less `lack` rows of an entity."""
    _, briefing, matching, firms, projects, needs = TIERS[name]
    less = lack or {}
    event: dict[str, Value | None] = {"日期": date(2025, 6, 3), "佐证齐全": True}
    rows: dict[str, list[dict[str, Value | None]]] = {
        "宣讲活动": [{**event, "参与企业数": briefing}] * 10,
        "对接活动": [{**event, "参与企业数": matching}] * 3,
        "重点企业": [{"营收靠前": True, "定期报送": True}] * firms,
        "重大项目": [{"定期报送": True}] * projects,
        "技术需求": [{"登记日期": day, "有效": True}] * needs,
    }
    return {entity: listed[: len(listed) - less.get(entity, 0)] for entity, listed in rows.items()}


def ceiling(number: Fraction) -> int:
    """The least whole number not below."""
    return -(-number.numerator // number.denominator)
