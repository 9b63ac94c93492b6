"""Membership in a column of every row: the same as asking each row, and looked through once."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policydsl.api import facts_of, loads
from policydsl.core.facts import Facts, Known, Missing, Record
from policydsl.core.values import Blocked, Outcome
from policydsl.interpret.evaluate import Evaluator

ENTITIES = (
    "政策 “名单(虚构)”:\n    主体 企业\n"
    "对象 企业:\n    编号: 文本 主键\n    代码: 文本\n"
    "对象 名单:\n    序号: 文本 主键\n    代码: 文本\n"
    "规则 在内 = 代码 在 名单.代码  依据 一\n"
)
PROGRAM = loads(ENTITIES + "规则 逐行 = 任一(全体 名单: 代码 等于 本.代码)  依据 一\n")
CODES = st.sampled_from(["甲", "乙", "丙", None])


def facts(firms: list[str | None], listed: list[str | None] | None) -> Facts:
    def row(number: int, code: str | None, key: str) -> Record:
        return Record(str(number), {key: Known(str(number)), "代码": Missing() if code is None else Known(code)})

    tables = {"企业": tuple(row(number, code, "编号") for number, code in enumerate(firms))}
    if listed is not None:
        tables["名单"] = tuple(row(number, code, "序号") for number, code in enumerate(listed))
    return Facts(tables)


def shape(outcome: Outcome) -> object:
    return outcome.status if isinstance(outcome, Blocked) else outcome


@settings(max_examples=80, deadline=None)
@given(st.lists(CODES, max_size=4), st.none() | st.lists(CODES, max_size=4))
def test_as_any_row_by_row(firms: list[str | None], listed: list[str | None] | None) -> None:
    trace = Evaluator(PROGRAM).run(facts(firms, listed))
    for number in range(len(firms)):
        one, other = (trace.outcome("企业", str(number), rule) for rule in ("在内", "逐行"))
        assert shape(one) == shape(other)


@pytest.mark.parametrize("runs", [1, 2])
def test_each_run_looks_through_its_own_facts(runs: int) -> None:
    evaluator = Evaluator(PROGRAM)
    for _ in range(runs):
        assert evaluator.run(facts(["甲"], ["甲"])).outcome("企业", "0", "在内") is True
        assert evaluator.run(facts(["甲"], ["乙"])).outcome("企业", "0", "在内") is False


def test_many_ask_of_many() -> None:
    count = 4_000
    firms = [{"编号": str(number), "代码": f"码{number}"} for number in range(count)]
    listed = [{"序号": str(number), "代码": f"码{number * 2}"} for number in range(count)]
    read = facts_of(PROGRAM, {"企业": firms, "名单": listed}).facts
    trace = Evaluator(loads(ENTITIES)).run(read)
    assert sum(trace.outcome("企业", str(number), "在内") is True for number in range(count)) == count // 2


def test_an_item_that_is_lacking_is_named_with_the_rows_that_are() -> None:
    """Where the item is missing and a row awaits a decision, more than a decision is lacking: unknown, not pending."""
    program = loads(
        "政策 “名单(虚构)”:\n    主体 企业\n"
        "对象 企业:\n    编号: 文本 主键\n    代码: 文本\n    核定: 文本 人工判断 由 某局\n"
        "规则 同码 = 代码 在 企业.核定  依据 一\n"
        "规则 逐行 = 任一(全体 企业: 企业.核定 等于 本.代码)  依据 一\n"
    )
    trace = Evaluator(program).run(Facts({"企业": (Record("1", {"编号": Known("1")}),)}))
    for name in ("同码", "逐行"):
        outcome = trace.outcome("企业", "1", name)
        assert isinstance(outcome, Blocked)
        assert outcome.status == "unknown"
        assert {cause.name for cause in outcome.causes} == {"代码", "核定"}


def test_an_open_count_may_be_what_a_later_row_holds() -> None:
    """A count that is not certain is surely not −3, which the first row holds, but may be 1, which the second does."""
    program = loads(
        "政策 “计数(虚构)”:\n    主体 区\n"
        "对象 区:\n    名称: 文本 主键\n    丙: 数\n"
        "对象 活动 属于 区:\n    有效: 布尔\n"
        "规则 同数 = 计数(活动 其中 有效) 在 区.丙  依据 一\n"
    )
    rows = tuple(Record(key, {"名称": Known(key), "丙": Known(value)}) for key, value in (("东", -3), ("北", 1)))
    trace = Evaluator(program).run(Facts({"区": rows, "活动": (Record("1", {}, "东"),)}))
    outcome = trace.outcome("区", "东", "同数")
    assert isinstance(outcome, Blocked)
    assert outcome.status == "unknown"
