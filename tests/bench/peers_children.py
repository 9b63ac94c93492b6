"""The same beside peers with child rows: ten events of each district are counted and summed. Run by `tests.bench.peers`."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from tests.bench.peers_ours import ways

Event = tuple[int, int]
"""People who came, and yuan spent."""
District = tuple[Event, ...]
Many = Callable[[Sequence[District]], Sequence[Any]]

POLICY = """政策 “同题(编造)”:
    编号 PEER-2
    主体 区

单位 人、场

对象 区:
    名称: 文本  主键

对象 活动(场) 属于 区:
    到会数: 人
    花费:   元

规则 场数 = 计数(活动 其中 到会数 不低于 60人)
规则 总花费 = 合计(活动.花费)
规则 基础 = 分档 场数:
    达到 5场(含)   10万元
    达到 8场(含)   20万元
    否则           0元
规则 报销 = 向下(总花费 × 30%, 元)
    不超过 30万元
规则 补助 = 基础 + 报销
"""


def plain(events: District) -> int:
    """Whole numbers of Python."""
    held = spent = 0
    for people, yuan in events:
        if people >= 60:
            held += 1
        spent += yuan
    base = 200_000 if held >= 8 else 100_000 if held >= 5 else 0
    return base + min(spent * 3 // 10, 300_000)


def explained(events: District) -> tuple[int, list[str]]:
    """The same with its reasons."""
    held = [str(at) for at, (people, _) in enumerate(events) if people >= 60]
    spent = sum(yuan for _, yuan in events)
    why = [f"达标 {len(held)} 场:{'、'.join(held)}", f"花费 {spent}元"]
    base = 0
    for bound, amount in ((8, 200_000), (5, 100_000)):
        if len(held) >= bound:
            base = amount
            why.append(f"达到 {bound}场:{amount}元")
            break
    share = spent * 3 // 10
    paid = min(share, 300_000)
    why.append(f"报销 {share}元" + (",封顶 300000元" if paid < share else ""))
    why.append(f"{base} + {paid} = {base + paid}")
    return base + paid, why


def records(number: int) -> list[District]:
    """Districts of ten events, at and beside the thresholds."""
    return [
        tuple((58 + (at * 7 + event * 3) % 5, (at * 7919 + event * 104_729) % 200_000) for event in range(10))
        for at in range(number)
    ]


def by_hand() -> Many:
    return lambda given: [plain(events) for events in given]


def by_hand_explained_kept() -> Many:
    """The same with the reasons of all kept."""
    return lambda given: [result for result, _ in [explained(events) for events in given]]


def by_hand_explained() -> Many:
    return lambda given: [explained(events)[0] for events in given]


def _facts(given: Sequence[District]) -> Any:
    from policydsl.core.facts import Facts, Known, Record

    above = tuple(Record(str(at), {"名称": Known(str(at))}) for at in range(len(given)))
    below = tuple(
        Record(f"{at}.{number}", {"到会数": Known(people), "花费": Known(yuan)}, str(at))
        for at, events in enumerate(given)
        for number, (people, yuan) in enumerate(events)
    )
    return Facts({"区": above, "活动": below})


def _asked(run: Callable[[Any], Any], found: Callable[[Any, str], Any]) -> Many:
    kept: dict[int, Any] = {}

    def many(given: Sequence[District]) -> Sequence[Any]:
        made = run(kept.setdefault(id(given), _facts(given)))
        return [found(made, str(at)) for at in range(len(given))]

    return many


def compiled_packed() -> Many:
    """The code alone, on rows packed before."""
    import policydsl
    from policydsl.compiled.passes import Pass

    made = policydsl.compile(policydsl.loads(POLICY))
    place = made.plan.layout.rules["区", "补助"]
    kept: dict[int, Pass] = {}

    def run(given: Sequence[District]) -> Sequence[Any]:
        if id(given) not in kept:
            kept[id(given)] = Pass.over(made, _facts(given).tables)
        done = kept[id(given)]
        done.compute()
        return [row[place] for row in done.world.rows["区"]]

    return run


def compiled_facts() -> Many:
    """Facts as read from files, packed and computed."""
    import policydsl

    made = policydsl.compile(policydsl.loads(POLICY))
    return _asked(made.run, lambda outcomes, key: outcomes["区", key, "补助"])


def _of_dicts(call: Callable[[dict[str, Any]], Any]) -> Many:
    """One case after another, each a dict of lists of dicts that is there already, as a service has it."""
    kept: dict[int, list[dict[str, Any]]] = {}

    def run(given: Sequence[District]) -> Sequence[Any]:
        if id(given) not in kept:
            kept[id(given)] = [
                {"名称": "区", "活动": [{"到会数": people, "花费": yuan} for people, yuan in events]}
                for events in given
            ]
        return [call(case) for case in kept[id(given)]]

    return run


def by_hand_dicts() -> Many:
    """By hand, with a look at what the dicts hold."""

    def award(case: dict[str, Any]) -> int:
        events = [(event["到会数"], event["花费"]) for event in case["活动"]]
        if any(type(people) is not int or type(yuan) is not int for people, yuan in events):
            raise ValueError(case)
        return plain(tuple(events))

    return _of_dicts(award)


def untraced() -> Many:
    """The reference without steps."""
    import policydsl

    evaluator = policydsl.Evaluator(policydsl.loads(POLICY))
    return _asked(evaluator.outcomes, lambda outcomes, key: outcomes["区", key, "补助"])


def interpreted() -> Many:
    """The reference, every step kept."""
    import policydsl

    evaluator = policydsl.Evaluator(policydsl.loads(POLICY))
    return _asked(evaluator.run, lambda trace, key: trace.outcome("区", key, "补助"))


def zen() -> Many:
    import zen as library

    from tests.bench.peers import zen_graph, zen_node

    held, spent = "len(filter(e, #.n >= 60))", "sum(map(e, #.y))"
    base = f"({held} >= 8 ? 200000 : ({held} >= 5 ? 100000 : 0))"
    content = json.dumps(zen_graph(zen_node("award", f"{base} + min([floor({spent} * 0.3), 300000])")))
    engine = library.ZenEngine({"loader": lambda _: content})

    def run(given: Sequence[District]) -> Sequence[Any]:
        return [
            engine.evaluate("award", {"e": [{"n": people, "y": yuan} for people, yuan in events]})["result"]["award"]
            for events in given
        ]

    return run


def json_logic() -> Many:
    from datalogic_py import Engine

    events = {"var": "e"}
    add = {"+": [{"var": "accumulator"}, {"var": "current.y"}]}
    few = {"+": [{"var": "accumulator"}, {"if": [{">=": [{"var": "current.n"}, 60]}, 1, 0]}]}
    held, spent = {"reduce": [events, few, 0]}, {"reduce": [events, add, 0]}
    share = {"*": [spent, 0.3]}
    floor = {"-": [share, {"%": [share, 1]}]}
    base = {"if": [{">=": [held, 8]}, 200_000, {">=": [held, 5]}, 100_000, 0]}
    rule = Engine().compile(json.dumps({"+": [base, {"min": [floor, 300_000]}]}))

    def run(given: Sequence[District]) -> Sequence[Any]:
        return [rule.evaluate({"e": [{"n": people, "y": yuan} for people, yuan in events]}) for events in given]

    return run


def rule_engine() -> Many:
    import rule_engine as library

    held, spent = "([1 for x in e if x['n'] >= 60].length)", "$sum([x['y'] for x in e])"
    rule = library.Rule(
        f"({held} >= 8 ? 200000 : ({held} >= 5 ? 100000 : 0)) + ({spent} * 3 // 10 > 300000 ? 300000 : {spent} * 3 // 10)"
    )

    def run(given: Sequence[District]) -> Sequence[Any]:
        return [int(rule.evaluate({"e": [{"n": people, "y": yuan} for people, yuan in events]})) for events in given]

    return run


_ARRAYS: dict[int, Any] = {}


def _array(given: Sequence[District]) -> Any:
    """Owner, people, yuan of every event."""
    import numpy as np

    if id(given) not in _ARRAYS:
        rows = [(at, people, yuan) for at, events in enumerate(given) for people, yuan in events]
        _ARRAYS[id(given)] = np.array(rows)
    return _ARRAYS[id(given)]


def numpy_() -> Many:
    import numpy as np

    def run(given: Sequence[District]) -> Sequence[Any]:
        table = _array(given)
        held = np.bincount(table[:, 0], weights=table[:, 1] >= 60, minlength=len(given))
        spent = np.bincount(table[:, 0], weights=table[:, 2], minlength=len(given))
        return np.select([held >= 8, held >= 5], [200_000, 100_000], 0) + np.minimum(np.floor(spent * 0.3), 300_000)

    return run


def polars_() -> Many:
    import polars as pl

    frames: dict[int, Any] = {}
    held, spent = (pl.col("n") >= 60).sum(), pl.col("y").sum()
    base = pl.when(held >= 8).then(200_000).when(held >= 5).then(100_000).otherwise(0)
    award = base + pl.min_horizontal((spent * 0.3).floor(), 300_000)

    def run(given: Sequence[District]) -> Sequence[Any]:
        if id(given) not in frames:
            table = _array(given)
            frames[id(given)] = pl.DataFrame({"p": table[:, 0], "n": table[:, 1], "y": table[:, 2]})
        return frames[id(given)].group_by("p").agg(award.alias("a")).sort("p")["a"].to_numpy()

    return run


def duckdb_() -> Many:
    import duckdb

    query = (
        "SELECT CASE WHEN count(*) FILTER (n >= 60) >= 8 THEN 200000 WHEN count(*) FILTER (n >= 60) >= 5 THEN 100000 ELSE 0 END"
        " + least(sum(y) * 3 // 10, 300000) AS a FROM given GROUP BY p ORDER BY p"
    )
    tables: dict[int, Any] = {}

    def run(given: Sequence[District]) -> Sequence[Any]:
        if id(given) not in tables:
            import pyarrow as pa

            base, table = duckdb.connect(), _array(given)
            arrow = pa.table({"p": table[:, 0], "n": table[:, 1], "y": table[:, 2]})
            base.register("arrow", arrow)
            base.execute("CREATE TABLE given AS SELECT * FROM arrow")
            tables[id(given)] = base
        return tables[id(given)].execute(query).fetchnumpy()["a"]

    return run


ONE_BY_ONE: dict[str, Callable[[], Many]] = {
    "hand-written Python": by_hand,
    "hand-written Python, explained": by_hand_explained,
    "hand-written Python, explained, all kept": by_hand_explained_kept,
    "policydsl, compiled, packed rows": compiled_packed,
    "policydsl, compiled, from facts": compiled_facts,
    "hand-written Python, from dicts": by_hand_dicts,
    **ways(POLICY, _of_dicts),
    "policydsl, interpreter without traces": untraced,
    "policydsl, interpreter with its trace": interpreted,
    "GoRules Zen": zen,
    "JsonLogic in Rust (datalogic-py)": json_logic,
    "rule-engine": rule_engine,
}
WHOLE_TABLES: dict[str, Callable[[], Many]] = {"NumPy": numpy_, "Polars": polars_, "DuckDB, SQL by hand": duckdb_}
