"""One small policy of firms in rows, for the tests of rows among their siblings. All data is invented."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import policydsl
from policydsl.core.facts import Facts, Known, Missing, Record
from policydsl.core.program import Program
from policydsl.core.values import Blocked, Outcome
from policydsl.diagnostics.model import Weight
from policydsl.diagnostics.wording import weight_of
from policydsl.interpret.evaluate import Evaluator
from policydsl.interpret.trace import Step, Trace

HEAD = """政策 “测试”:
    编号 T-1
    主体 企业

名录 级别: 甲级、乙级、丙级
单位 家、点

对象 企业:
    名称:   文本  主键
    组:     文本
    得分:   点
    面积:   数
    申请额: 元
    收入:   元
    参评:   布尔
    月份:   数
    倒序:   数
    等级:   级别

对象 流水 属于 企业:
    日期: 日期
    金额: 元
    有效: 布尔

对象 全市 单例:
    预算: 元

"""


@cache
def policy(rules: str, of: str = "企业") -> Program:
    """The program of these rules of firms (or of another entity)."""
    written = [line.strip() for line in rules.strip().splitlines()]
    lines = "\n".join(f"    {line}" if line.startswith("规则") else f"        {line}" for line in written)
    return policydsl.loads(f"{HEAD}针对 {of}:\n{lines}\n")


def run(rules: str, rows: Sequence[Mapping[str, Any]], of: str = "企业", **tables: Any) -> Trace:
    """The rules on firms given as JSON facts; a firm without a name is called by its number."""
    firms = [{"名称": str(number), **row} for number, row in enumerate(rows, 1)]
    program = policy(rules, of)
    read = policydsl.facts_of(program, {"企业": firms, **tables})
    assert not [finding for finding in read.findings if weight_of(finding) is Weight.ERROR]
    trace = policydsl.evaluate(program, read.facts)
    # without a trace another half of each node computes
    plain = Evaluator(program).outcomes(read.facts)
    assert {at: plain[at] for at in trace.steps} == {at: step.outcome for at, step in trace.steps.items()}
    return trace


def outcomes(rules: str, rows: Sequence[Mapping[str, Any]], rule: str, **tables: Any) -> list[Outcome]:
    """What a rule gives for each firm, in the order of the table."""
    trace = run(rules, rows, **tables)
    return [trace.outcome("企业", key, rule) for key in trace.keys["企业"]]


def steps(rules: str, rows: Sequence[Mapping[str, Any]], rule: str, **tables: Any) -> list[Step]:
    """The step of a rule for each firm."""
    trace = run(rules, rows, **tables)
    return [trace.step("企业", key, rule).body for key in trace.keys["企业"]]


def table(rows: Sequence[Mapping[str, Any]], budget: Any = None) -> Facts:
    """Facts of firms made without reading; None is a blank."""
    firms = tuple(
        Record(
            str(row.get("名称", number)),
            {name: Missing() if value is None else Known(value) for name, value in row.items()},
        )
        for number, row in enumerate(rows, 1)
    )
    return Facts({"企业": firms, "全市": (Record("", {"预算": Missing() if budget is None else Known(budget)}),)})


def evaluated(rules: str, facts: Facts) -> Trace:
    """The rules on facts."""
    return policydsl.evaluate(policy(rules), facts)


def lacks(outcome: Outcome) -> list[tuple[str, str, str]]:
    """Why there is no value: the kind, the row, the name."""
    assert isinstance(outcome, Blocked)
    return [(cause.lack.value, cause.key, cause.name) for cause in outcome.causes]
