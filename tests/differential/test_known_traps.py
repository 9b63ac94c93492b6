"""Traps that systems like this one have fallen into, each as it would come up in a notice, on every engine. All data is invented.

A trap is a policy, facts, and what each rule gives by hand. The engines are the interpreter, the second evaluator, compiled code (many
cases, one case, one rule as a function) and columns; the prover is asked the same for these facts, and for a value that is a little off.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any

import duckdb
import pytest
from agreement import left_open
from attrs import frozen
from plain_cases import plain_cases

import policydsl
from policydsl.columnar.engine import Engine as Columns
from policydsl.compiled.engine import compile_program
from policydsl.core.facts import Facts
from policydsl.core.program import Program
from policydsl.core.values import Outcome
from policydsl.prove.ask import Prover
from tests.columnar.agreement import outcomes
from tests.differential.engines import ENGINES, reference

HEAD = "政策 “陷阱(虚构)”:\n    主体 区\n\n单位 家\n\n对象 区:\n    名称: 文本 主键\n"
Rows = dict[str, list[dict[str, Any]]]


@frozen(eq=False)
class Trap:
    """A policy behind `HEAD`, facts, and the outcomes by hand: entity, key and rule with its value.

    `proved`, `refuted`: what the prover is to say of a condition on the same facts, beside the properties of `text`, which it is to
    prove. `open`: what it is to leave undecided, with the expression on which that turns. `aside`: the rules that columns leave to the
    reference, `left` those that compiled code leaves to it; every other rule they compute themselves.
    """

    name: str
    text: str
    rows: Rows
    wanted: dict[tuple[str, str, str], Outcome]
    proved: tuple[str, ...] = ()
    refuted: tuple[str, ...] = ()
    open: tuple[tuple[str, str], ...] = ()
    aside: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def of_one(rules: dict[str, Outcome]) -> dict[tuple[str, str, str], Outcome]:
    """The outcomes of rules of the one district 甲."""
    return {("区", "甲", rule): value for rule, value in rules.items()}


STEPS = """    数: 家
    目标: 家  大于 0家
规则 奖 = 递增 数 自 目标: 依据 一
    每 目标 的 5%  给予 5万元
    不封顶
规则 超额 = (数 − 目标) ÷ 目标  依据 一
规则 按率 = 递增 超额 自 0%: 依据 一
    每 5%  给予 5万元
    不封顶
规则 档 = 分档 超额: 依据 一
    达到 15%(含)   3
    达到 10%(含)   2
    否则           0
规则 刚好 = 超额 = 15%  依据 一
"""


def steps(count: int, target: int, reached: int, band: int) -> Trap:
    """So many of a target: whole steps of 5 % beyond it, and the band. 36 ÷ 240 ÷ 5 % is 3; in binary fractions a little less."""
    given = f"数 = {count}家 且 目标 = {target}家"
    amount = reached * 50_000
    exact = (count - target) * 100 == target * 15
    return Trap(
        f"{count} of {target} in steps of 5 %",
        STEPS,
        {"区": [{"名称": "甲", "数": count, "目标": target}]},
        of_one({"奖": amount, "按率": amount, "档": band, "刚好": exact}),
        (f"凡 {given} 则 奖 = {amount}元", f"凡 {given} 则 按率 = {amount}元", f"凡 {given} 则 档 = {band}"),
        (f"凡 {given} 则 奖 = {amount + 50_000}元", f"凡 {given} 则 按率 ≤ {amount - 1}元"),
    )


SHARES = """    数: 家
对象 全市 单例:
    总额: 金额  不低于 0元
规则 到元 = 分摊(总额 按 数 到 元 尾差归 首位)  依据 一
规则 三分之一 = 总额 ÷ 3  依据 一
针对 全市:
    规则 到元合计 = 合计(区.到元)  依据 一
    规则 三份 = 总额 ÷ 3 + 总额 ÷ 3 + 总额 ÷ 3  依据 一
    规则 三区 = 合计(区.三分之一)  依据 一
    性质 分完: 区.到元 之和 等于 总额
    性质 三份不少: 恒有 三份 = 总额
"""

UNROUNDED = """    数: 家
对象 全市 单例:
    总额: 金额  不低于 0元
规则 份额 = 分摊(总额 按 数)  依据 一
针对 全市:
    规则 合起来 = 合计(区.份额)  依据 一
    性质 分完: 区.份额 之和 等于 总额
"""

THIRDS = {"区": [{"名称": name, "数": 1} for name in "甲乙丙"], "全市": [{"总额": 100}]}

KEPT = """    额: 金额
规则 万元数, 万元 = 额  依据 一
规则 来回 = 额 × 1‰ × 1000  依据 一
规则 三分 = 额 ÷ 3 × 3  依据 一
规则 一成九 = 额 × 19% + 额 × 81%  依据 一
规则 到元 = 四舍五入(额 × 1, 元)  依据 一
"""

CENTS = """    甲额: 金额
    乙额: 金额
规则 差 = 甲额 − 乙额  依据 一
规则 差到 = 差 不低于 9999999.99元  依据 一
规则 差过 = 差 超过 9999999.99元  依据 一
"""

DIMES = """    空: 家
对象 笔 属于 区:
    额: 金额
规则 总 = 合计(笔.额)  依据 一
规则 够 = 总 不低于 1元  依据 一
规则 多 = 总 超过 1元  依据 一
"""

LEAP = """    起: 日期
规则 一年后 = 起 + 1年  依据 一
规则 四年后 = 起 + 4年  依据 一
规则 一月后 = 起 + 1个月  依据 一
规则 年前 = 起 − 1年  依据 一
规则 次日 = 起 + 1天  依据 一
规则 末日 = 月末(起)  依据 一
"""


def leap(day: str, **wanted: str) -> Trap:
    """A day, and what comes of it a year or a month on."""
    written = f"{int(day[:4])}年{int(day[5:7])}月{int(day[8:])}日"
    after = date.fromisoformat(wanted["次日"])
    return Trap(
        f"calendar from {day}",
        LEAP,
        {"区": [{"名称": "甲", "起": day}]},
        of_one({rule: date.fromisoformat(value) for rule, value in wanted.items()}),
        (f"凡 起 = {written} 则 次日 = {after.year}年{after.month}月{after.day}日",),
        (f"凡 起 = {written} 则 次日 = {written}",),
        ((f"凡 起 = {written} 则 一年后 晚于 {written}", "起 + 1年"),),
    )


AGE = """    生: 日期
    日: 日期
规则 岁 = 周年数(生, 日)  依据 一
规则 月 = 整月数(生, 日)  依据 一
规则 天 = 天数(生, 日)  依据 一
"""


def age(born: str, day: str, years: int, months: int, days: int) -> Trap:
    """Whole years (shown in years, kept in months), months and days between two days."""
    return Trap(
        f"from {born} to {day}",
        AGE,
        {"区": [{"名称": "甲", "生": born, "日": day}]},
        of_one({"岁": 12 * years, "月": months, "天": days}),
    )


MOMENT = """    交: 时刻
规则 按期 = 交 早于 2025年9月1日0时  依据 一
规则 不晚 = 交 不晚于 2025年8月31日23时59分  依据 一
规则 早几时 = 2025年9月1日0时 − 交  依据 一
"""


def moment(at: str, in_time: bool, by_minute: bool, early: Fraction | int, written: str) -> Trap:
    """A moment around the end of 31 August, `written` in a policy where it can be (a policy knows no seconds). 24:00 is the first moment of the next day: 31 August is over."""
    word, other = ("真", "假") if in_time else ("假", "真")
    return Trap(
        f"handed in at {at}",
        MOMENT,
        {"区": [{"名称": "甲", "交": at}]},
        of_one({"按期": in_time, "不晚": by_minute, "早几时": early}),
        (f"凡 交 = {written} 则 按期 = {word}",) if written else (),
        (f"凡 交 = {written} 则 按期 = {other}",) if written else (),
    )


TRAPS = (
    steps(276, 240, 3, 3),
    steps(275, 240, 2, 2),
    steps(288, 240, 4, 3),
    steps(252, 240, 1, 0),
    steps(240, 240, 0, 0),
    steps(239, 240, 0, 0),
    Trap(
        "shares of a third",
        SHARES,
        THIRDS,
        {
            **{("区", name, "三分之一"): Fraction(100, 3) for name in "甲乙丙"},
            **{("区", name, "到元"): share for name, share in zip("甲乙丙", (34, 33, 33), strict=True)},
            **{("全市", "", rule): 100 for rule in ("到元合计", "三份", "三区")},
        },
    ),
    Trap(
        "shares of a third, not rounded",
        UNROUNDED,
        THIRDS,
        {**{("区", name, "份额"): Fraction(100, 3) for name in "甲乙丙"}, ("全市", "", "合起来"): 100},
        aside=("合起来",),
    ),
    *(
        Trap(
            f"{amount} kept to the unit",
            KEPT,
            {"区": [{"名称": "甲", "额": amount}]},
            of_one(dict.fromkeys(("万元数", "来回", "三分", "一成九", "到元"), amount)),
            (f"凡 额 = {amount}元 则 来回 = {amount}元", f"凡 额 = {amount}元 则 三分 = {amount}元"),
            (f"凡 额 = {amount}元 则 来回 = {amount - 1}元", f"凡 额 = {amount}元 则 三分 = {amount + 1}元"),
        )
        # of 32 bits a float has the first of these, and nothing between it and the next eight on either side
        for amount in (68_212_208, 68_212_207, 68_212_209)
    ),
    Trap(
        "a difference of ten millions",
        CENTS,
        {"区": [{"名称": "甲", "甲额": "10000000.01", "乙额": "0.02"}]},
        of_one({"差": Fraction(999_999_999, 100), "差到": True, "差过": False}),
        ("凡 甲额 = 10000000.01元 且 乙额 = 0.02元 则 差 = 9999999.99元",),
        (
            "凡 甲额 = 10000000.01元 且 乙额 = 0.02元 则 差 = 9999999.98元",
            "凡 甲额 = 10000000.01元 且 乙额 = 0.02元 则 差过",
        ),
    ),
    Trap(
        "ten dimes",
        DIMES,
        {"区": [{"名称": "甲", "空": 0}], "笔": [{"区": "甲", "额": "0.1"}] * 10},
        of_one({"总": 1, "够": True, "多": False}),
    ),
    leap(
        "2024-02-29",
        一年后="2025-02-28",
        四年后="2028-02-29",
        一月后="2024-03-29",
        年前="2023-02-28",
        次日="2024-03-01",
        末日="2024-02-29",
    ),
    leap(
        "2025-02-28",
        一年后="2026-02-28",
        四年后="2029-02-28",
        一月后="2025-03-28",
        年前="2024-02-28",
        次日="2025-03-01",
        末日="2025-02-28",
    ),
    leap(
        "2024-01-31",
        一年后="2025-01-31",
        四年后="2028-01-31",
        一月后="2024-02-29",
        年前="2023-01-31",
        次日="2024-02-01",
        末日="2024-01-31",
    ),
    leap(
        "2025-01-31",
        一年后="2026-01-31",
        四年后="2029-01-31",
        一月后="2025-02-28",
        年前="2024-01-31",
        次日="2025-02-01",
        末日="2025-01-31",
    ),
    leap(
        "2096-02-29",
        一年后="2097-02-28",
        四年后="2100-02-28",
        一月后="2096-03-29",
        年前="2095-02-28",
        次日="2096-03-01",
        末日="2096-02-29",
    ),
    age("2004-02-29", "2022-02-27", 17, 215, 6573),
    age("2004-02-29", "2022-02-28", 18, 216, 6574),
    age("2004-02-29", "2024-02-28", 19, 239, 7304),
    age("2004-02-29", "2024-02-29", 20, 240, 7305),
    age("2024-01-31", "2024-02-28", 0, 0, 28),
    age("2024-01-31", "2024-02-29", 0, 1, 29),
    moment("2025-08-31 23:59", True, True, Fraction(1, 60), "2025年8月31日23时59分"),
    moment("2025-08-31 23:59:59", True, False, Fraction(1, 3600), ""),
    moment("2025-08-31 24:00", False, False, 0, "2025年9月1日0时"),
    moment("2025-09-01 00:00", False, False, 0, "2025年9月1日0时"),
    moment("2025-08-31 00:00", True, True, 24, "2025年8月31日0时"),
)

ALONE = tuple(trap for trap in TRAPS if len(trap.rows["区"]) == 1 and "全市" not in trap.rows)
"""The traps of one district, which can be run as one case."""


@cache
def made(trap: Trap) -> tuple[Program, Facts]:
    """The policy of a trap with what the prover is asked as 性质, and its facts as they are read."""
    asked = (*trap.proved, *trap.refuted, *(condition for condition, _ in trap.open))
    stated = "".join(f"性质 「{number}」: {condition}\n" for number, condition in enumerate(asked))
    program = policydsl.loads(HEAD + trap.text + stated)
    read = policydsl.facts_of(program, trap.rows)
    assert not read.findings
    return program, read.facts


def held(trap: Trap, got: Any) -> None:
    """That outcomes by address are those of the trap, each of the same type."""
    found = {at: got[at] for at in trap.wanted}
    assert found == trap.wanted
    assert [type(value) for value in found.values()] == [type(value) for value in trap.wanted.values()]


def named(trap: Trap) -> str:
    return trap.name


@pytest.mark.parametrize("trap", TRAPS, ids=named)
@pytest.mark.parametrize("engine", ["interpreter", *ENGINES])
def test_every_engine_gives_what_is_right(engine: str, trap: Trap) -> None:
    program, facts = made(trap)
    held(trap, (reference if engine == "interpreter" else ENGINES[engine])(program, facts, {}, None))


@pytest.mark.parametrize("trap", TRAPS, ids=named)
def test_compiled_code_and_columns_compute_it_themselves(trap: Trap) -> None:
    """What an engine leaves to the interpreter says nothing of it: only the rules that are known to be left are."""
    program, facts = made(trap)
    compiled = compile_program(program).run(facts)
    held(trap, compiled)
    assert {name for _, _, name in left_open(compiled)} == set(trap.left)
    results = Columns(program, duckdb.connect()).facts(facts)
    held(trap, outcomes(results, trap.wanted))
    asked = [one for one in results.plan.verdicts if one.rule.kind != "property"]
    assert {one.rule.name for one in asked if one.where == "reference"} == set(trap.aside)
    assert (results.routed or results.whole) == bool(trap.aside)


@pytest.mark.parametrize("trap", ALONE, ids=named)
def test_one_case_alone_gives_the_same(trap: Trap) -> None:
    program, facts = made(trap)
    compiled = compile_program(program)
    (case,) = plain_cases(program, facts)
    held(trap, compiled.case(case))
    rules = [rule for _, _, rule in trap.wanted]
    assert compiled.function(*rules)(case) == tuple(trap.wanted.values())
    assert [compiled.function(rule)(case) for rule in rules] == list(trap.wanted.values())


@pytest.mark.parametrize("trap", [trap for trap in TRAPS if made(trap)[0].properties], ids=named)
def test_the_prover_says_the_same(trap: Trap) -> None:
    program, _ = made(trap)
    verdicts = {one.name: one for one in Prover(program, seconds=20).properties()}
    answers = {item.name: "proved" for item in program.properties}
    first = len(trap.proved)
    answers |= {str(first + at): "refuted" for at in range(len(trap.refuted))}
    first += len(trap.refuted)
    answers |= {str(first + at): "undecided" for at in range(len(trap.open))}
    assert {name: one.answer for name, one in verdicts.items()} == answers
    for at, (_, turns_on) in enumerate(trap.open):
        assert verdicts[str(first + at)].beyond == (turns_on,)
    for one in verdicts.values():
        assert one.why != "vacuous"
