"""Ourselves beside peers in one run: `python -m tests.bench.peers [--cases N] [--rows N] [--rounds N]`.

One invented award of the notice's shape (a rate, three bands, the better of two increments, no cap), written for each peer as its users
write it. Each is first held against plain Python in whole numbers on 12,000 records at and beside the thresholds; then all are
measured in turn, round after round, and medians printed. A peer that is not installed, or refuses, is a line that says so.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.bench.peers_ours import ways

Record = tuple[int, int]
Many = Callable[[Sequence[Record]], Sequence[Any]]

POLICY = """政策 “同题(编造)”:
    编号 PEER-1
    主体 区

单位 家

对象 区:
    名称:   文本  主键
    认定数: 家
    目标数: 家  大于 0家

规则 完成率 = 认定数 ÷ 目标数
规则 单价 = 分档 完成率:
    达到 70%(含)   300元/家
    达到 85%(含)   500元/家
    达到 100%(含)  600元/家
    否则           0元/家
规则 增量 = 递增 认定数 自 目标数:
    每 目标数 的 5%  给予 5万元
    每 15家  给予 5万元
    就高
    不封顶
规则 补助 = 认定数 × 单价 + 增量
"""


def plain(count: int, target: int) -> int:
    """Whole numbers of Python."""
    if count * 100 >= target * 100:
        unit = 600
    elif count * 100 >= target * 85:
        unit = 500
    elif count * 100 >= target * 70:
        unit = 300
    else:
        unit = 0
    over = count - target
    steps = max(over * 20 // target, over // 15) if over > 0 else 0
    return count * unit + steps * 50_000


def explained(count: int, target: int) -> tuple[int, list[str]]:
    """The same with its reasons, as somebody would write it."""
    why = [f"完成率 {count}/{target}"]
    unit = 0
    for bound, price in ((100, 600), (85, 500), (70, 300)):
        if count * 100 >= target * bound:
            unit = price
            why.append(f"达到 {bound}%:单价 {price}元/家")
            break
    else:
        why.append("未达到 70%:单价 0元/家")
    over = max(count - target, 0)
    by_rate, by_count = over * 20 // target, over // 15
    why.append(f"比例 {by_rate} 步,数量 {by_count} 步,取高")
    result = count * unit + max(by_rate, by_count) * 50_000
    why.append(f"{count} × {unit} + {max(by_rate, by_count)} × 50000 = {result}")
    return result, why


def boundary(number: int = 12_000) -> list[Record]:
    """Records at the thresholds and one to either side."""
    found: list[Record] = []
    target = 1
    while len(found) < number:
        for share in (70, 85, 100, 105, 110, 120, 135):
            at = target * share // 100
            found += [(max(at + off, 0), target) for off in (-1, 0, 1)]
        target += 1 if target < 400 else 37
    return found[:number]


# ---------------------------------------------------------------- peers


def by_hand() -> Many:
    return lambda records: [plain(count, target) for count, target in records]


def by_hand_explained_kept() -> Many:
    """The same with the reasons of all kept."""
    return lambda records: [result for result, _ in [explained(count, target) for count, target in records]]


def by_hand_explained() -> Many:
    return lambda records: [explained(count, target)[0] for count, target in records]


def _facts(records: Sequence[Record]) -> Any:
    from policydsl.core.facts import Facts, Known, Record

    rows = [
        Record(str(index), {"名称": Known(str(index)), "认定数": Known(count), "目标数": Known(target)})
        for index, (count, target) in enumerate(records)
    ]
    return Facts({"区": tuple(rows)})


def compiled_facts() -> Many:
    """Facts as read from files, packed and computed; each outcome looked at."""
    import policydsl

    made = policydsl.compile(policydsl.loads(POLICY))
    kept: dict[int, Any] = {}

    def run(records: Sequence[Record]) -> Sequence[Any]:
        facts = kept.setdefault(id(records), _facts(records))
        outcomes = made.run(facts)
        return [outcomes["区", str(index), "补助"] for index in range(len(records))]

    return run


def compiled_packed() -> Many:
    """The code alone, on rows packed before, as a simulation runs it."""
    import policydsl
    from policydsl.compiled.passes import Pass

    made = policydsl.compile(policydsl.loads(POLICY))
    place = made.plan.layout.rules["区", "补助"]
    kept: dict[int, Pass] = {}

    def run(records: Sequence[Record]) -> Sequence[Any]:
        if id(records) not in kept:
            kept[id(records)] = Pass.over(made, _facts(records).tables)
        done = kept[id(records)]
        done.compute()
        return [row[place] for row in done.world.rows["区"]]

    return run


def _dicts(records: Sequence[Record]) -> list[dict[str, Any]]:
    return [{"名称": "区", "认定数": count, "目标数": target} for count, target in records]


def _of_dicts(call: Callable[[dict[str, Any]], Any]) -> Many:
    """One case after another, each a dict that is there already, as a service has it."""
    kept: dict[int, list[dict[str, Any]]] = {}

    def run(records: Sequence[Record]) -> Sequence[Any]:
        return [call(case) for case in kept.setdefault(id(records), _dicts(records))]

    return run


def by_hand_dicts() -> Many:
    """By hand, with a look at what the dict holds."""

    def award(case: dict[str, Any]) -> int:
        count, target = case["认定数"], case["目标数"]
        if type(count) is not int or type(target) is not int or target <= 0:
            raise ValueError(case)
        return plain(count, target)

    return _of_dicts(award)


def interpreted() -> Many:
    """The reference, every step kept."""
    import policydsl

    evaluator = policydsl.Evaluator(policydsl.loads(POLICY))
    kept: dict[int, Any] = {}

    def run(records: Sequence[Record]) -> Sequence[Any]:
        trace = evaluator.run(kept.setdefault(id(records), _facts(records)))
        return [trace.outcome("区", str(index), "补助") for index in range(len(records))]

    return run


CEL = (
    "c * (c >= t ? 600 : (c * 100 >= t * 85 ? 500 : (c * 100 >= t * 70 ? 300 : 0))) + "
    "(c > t ? ((c - t) * 20 / t > (c - t) / 15 ? (c - t) * 20 / t : (c - t) / 15) * 50000 : 0)"
)


def cel_python() -> Many:
    import celpy

    environment = celpy.Environment()
    program = environment.program(environment.compile(CEL))

    def run(records: Sequence[Record]) -> Sequence[Any]:
        integer = celpy.celtypes.IntType
        return [int(program.evaluate({"c": integer(count), "t": integer(target)})) for count, target in records]

    return run


def cel_rust() -> Many:
    import cel

    compiled = cel.compile(CEL) if hasattr(cel, "compile") else None
    if compiled is not None:
        return lambda records: [compiled.execute({"c": count, "t": target}) for count, target in records]
    return lambda records: [cel.evaluate(CEL, {"c": count, "t": target}) for count, target in records]


def cel_cpp() -> Many:
    from cel_expr_python import cel

    environment = cel.NewEnv(variables={"c": cel.Type.INT, "t": cel.Type.INT})
    rule = environment.compile(CEL)
    return lambda records: [rule.eval(data={"c": count, "t": target}).plain_value() for count, target in records]


def json_logic() -> Many:
    from datalogic_py import Engine

    count, target = {"var": "c"}, {"var": "t"}
    rate = {"/": [count, target]}
    over = {"-": [count, target]}
    floor = lambda part: {"-": [part, {"%": [part, 1]}]}  # noqa: E731
    unit = {"if": [{">=": [rate, 1]}, 600, {">=": [rate, 0.85]}, 500, {">=": [rate, 0.7]}, 300, 0]}
    steps = {"max": [floor({"/": [over, {"*": [target, 0.05]}]}), floor({"/": [over, 15]})]}
    logic = {"+": [{"*": [count, unit]}, {"if": [{">": [over, 0]}, {"*": [steps, 50_000]}, 0]}]}
    rule = Engine().compile(json.dumps(logic))

    def run(records: Sequence[Record]) -> Sequence[Any]:
        return [rule.evaluate({"c": c, "t": t}) for c, t in records]

    return run


STEPS = "(c > t ? max([floor((c - t) / (t * 0.05)), floor((c - t) / 15)]) * 50000 : 0)"


def award_graph() -> dict[str, Any]:
    """The award as one expression of GoRules."""
    unit = "(c / t >= 1 ? 600 : (c / t >= 0.85 ? 500 : (c / t >= 0.7 ? 300 : 0)))"
    return zen_graph(zen_node("award", f"c * {unit} + {STEPS}"))


def zen_node(key: str, value: str) -> dict[str, Any]:
    """One expression of GoRules."""
    content = {"expressions": [{"id": key, "key": key, "value": value}]}
    return {"id": key, "type": "expressionNode", "name": key, "content": content}


def zen_graph(*nodes: dict[str, Any]) -> dict[str, Any]:
    """Nodes one after the other."""
    chain = [{"id": "i", "type": "inputNode", "name": "i"}, *nodes, {"id": "o", "type": "outputNode", "name": "o"}]
    edges = [
        {"id": f"e{at}", "sourceId": one["id"], "targetId": other["id"], "type": "edge"}
        for at, (one, other) in enumerate(itertools.pairwise(chain))
    ]
    return {"nodes": chain, "edges": edges}


def _zen(graph: dict[str, Any]) -> Many:
    import zen as library

    content = json.dumps(graph)
    engine = library.ZenEngine({"loader": lambda _: content})
    return lambda records: [engine.evaluate("award", {"c": c, "t": t})["result"]["award"] for c, t in records]


def zen() -> Many:
    return _zen(award_graph())


def zen_table() -> Many:
    """The bands as a decision table, as its users draw them, the rest as an expression."""
    rows = (("1", ">= 1", "600"), ("2", "[0.85..1)", "500"), ("3", "[0.7..0.85)", "300"), ("4", "", "0"))
    table = {
        "id": "b",
        "type": "decisionTableNode",
        "name": "bands",
        "content": {
            "hitPolicy": "first",
            "inputs": [{"id": "r", "name": "rate", "field": "c / t"}],
            "outputs": [{"id": "u", "name": "unit", "field": "unit"}],
            "rules": [{"_id": number, "r": rate, "u": unit} for number, rate, unit in rows],
            "passThrough": True,
            "inputField": None,
            "outputPath": None,
            "executionMode": "single",
        },
    }
    return _zen(zen_graph(table, zen_node("award", f"c * unit + {STEPS}")))


def rule_engine() -> Many:
    import rule_engine as library

    unit = "(c / t >= 1 ? 600 : (c / t >= 0.85 ? 500 : (c / t >= 0.7 ? 300 : 0)))"
    one, other = "((c - t) * 20 // t)", "((c - t) // 15)"
    text = f"c * {unit} + (c > t ? ({one} > {other} ? {one} : {other}) * 50000 : 0)"
    rule = library.Rule(text)
    return lambda records: [int(rule.evaluate({"c": c, "t": t})) for c, t in records]


def numpy_() -> Many:
    import numpy as np

    def run(records: Sequence[Record]) -> Sequence[Any]:
        table = _array(records)
        count, target = table[:, 0], table[:, 1]
        rate, over = count / target, count - target
        unit = np.select([rate >= 1, rate >= 0.85, rate >= 0.7], [600, 500, 300], 0)
        steps = np.maximum(np.floor(over / (target * 0.05)), np.floor(over / 15))
        return count * unit + np.where(over > 0, steps, 0) * 50_000

    return run


_ARRAYS: dict[int, Any] = {}


def _array(records: Sequence[Record]) -> Any:
    import numpy as np

    if id(records) not in _ARRAYS:
        _ARRAYS[id(records)] = np.array(records)
    return _ARRAYS[id(records)]


def polars_() -> Many:
    import polars as pl

    c, t = pl.col("c"), pl.col("t")
    rate, over = c / t, c - t
    unit = pl.when(rate >= 1).then(600).when(rate >= 0.85).then(500).when(rate >= 0.7).then(300).otherwise(0)
    steps = pl.max_horizontal((over / (t * 0.05)).floor(), (over / 15).floor())
    award = c * unit + pl.when(over > 0).then(steps).otherwise(0) * 50_000
    frames: dict[int, Any] = {}

    def run(records: Sequence[Record]) -> Sequence[Any]:
        if id(records) not in frames:
            table = _array(records)
            frames[id(records)] = pl.DataFrame({"c": table[:, 0], "t": table[:, 1]})
        return frames[id(records)].select(award.alias("a"))["a"].to_numpy()

    return run


def duckdb_() -> Many:
    import duckdb

    query = (
        "SELECT c * CASE WHEN c >= t THEN 600 WHEN c * 100 >= t * 85 THEN 500 WHEN c * 100 >= t * 70 THEN 300 ELSE 0 END"
        " + CASE WHEN c > t THEN greatest((c - t) * 20 // t, (c - t) // 15) * 50000 ELSE 0 END AS a FROM given"
    )
    tables: dict[int, Any] = {}

    def run(records: Sequence[Record]) -> Sequence[Any]:
        if id(records) not in tables:
            import pyarrow as pa

            base, table = duckdb.connect(), _array(records)
            arrow = pa.table({"c": table[:, 0], "t": table[:, 1]})
            base.register("arrow", arrow)
            base.execute("CREATE TABLE given AS SELECT * FROM arrow")
            tables[id(records)] = base
        return tables[id(records)].execute(query).fetchnumpy()["a"]

    return run


def openfisca_system() -> Callable[[Any, Any], Any]:
    """The award of two columns."""
    import numpy as np
    from openfisca_core.entities import build_entity
    from openfisca_core.periods import DateUnit
    from openfisca_core.simulation_builder import SimulationBuilder
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem
    from openfisca_core.variables import Variable

    district = build_entity(key="district", plural="districts", label="district", is_person=True)

    class C(Variable):
        value_type, entity, definition_period = int, district, DateUnit.YEAR

    class T(Variable):
        value_type, entity, definition_period = int, district, DateUnit.YEAR

    class Award(Variable):
        value_type, entity, definition_period = float, district, DateUnit.YEAR

        def formula(self, period):  # type: ignore[no-untyped-def]
            count, target = self("C", period), self("T", period)
            rate, over = count / target, count - target
            unit = np.select([rate >= 1, rate >= 0.85, rate >= 0.7], [600, 500, 300], 0)
            steps = np.maximum(np.floor(over / (target * 0.05)), np.floor(over / 15))
            return count * unit + np.where(over > 0, steps, 0) * 50_000

    system = TaxBenefitSystem([district])
    system.add_variables(C, T, Award)

    def run(count: Any, target: Any) -> Any:
        simulation = SimulationBuilder().build_default_simulation(system, count=len(count))
        simulation.set_input("C", "2025", count)
        simulation.set_input("T", "2025", target)
        return simulation.calculate("Award", "2025")

    return run


def openfisca() -> Many:
    award = openfisca_system()

    def run(records: Sequence[Record]) -> Sequence[Any]:
        table = _array(records)
        return award(table[:, 0], table[:, 1])

    return run


ONE_BY_ONE: dict[str, Callable[[], Many]] = {
    "hand-written Python": by_hand,
    "hand-written Python, explained": by_hand_explained,
    "hand-written Python, explained, all kept": by_hand_explained_kept,
    "policydsl, compiled, packed rows": compiled_packed,
    "policydsl, compiled, from facts": compiled_facts,
    "hand-written Python, from dicts": by_hand_dicts,
    **ways(POLICY, _of_dicts),
    "policydsl, interpreter with its trace": interpreted,
    "GoRules Zen, one expression": zen,
    "GoRules Zen, a decision table": zen_table,
    "JsonLogic in Rust (datalogic-py)": json_logic,
    "CEL in Rust": cel_rust,
    "CEL in C++": cel_cpp,
    "CEL in Python": cel_python,
    "rule-engine": rule_engine,
}
WHOLE_TABLES: dict[str, Callable[[], Many]] = {
    "NumPy": numpy_,
    "Polars": polars_,
    "DuckDB, SQL by hand": duckdb_,
    "OpenFisca-Core": openfisca,
}


def wrong(run: Many, records: Sequence[Any], right: Sequence[Any]) -> int:
    """On how many records a peer and plain whole numbers differ."""
    return sum(float(got) != float(one) for got, one in zip(run(records), right, strict=True))


def measure(
    peers: Mapping[str, Callable[[], Any]],
    records: Sequence[Any],
    rounds: int,
    edges: Sequence[Any],
    right: Sequence[Any],
    clock: Callable[[], float] = time.perf_counter,
) -> None:
    """Hold each against plain Python on the edges, then measure all in turn on the records; a line for each."""
    ready, apart = dict[str, Any](), dict[str, int]()
    for name, make in peers.items():
        try:
            ready[name] = make()
            apart[name] = wrong(ready[name], edges, right)
            ready[name](records)
        except Exception as error:
            ready.pop(name, None)
            print(f"| {name} | not measured: {type(error).__name__}: {str(error).splitlines()[0][:60]} | | |")
    taken: dict[str, list[float]] = {name: [] for name in ready}
    for _ in range(rounds):
        for name, run in ready.items():
            gc.collect()  # what one leaves behind is no work of the next
            start = clock()
            run(records)
            taken[name].append(clock() - start)
    base = statistics.median(next(iter(taken.values())))
    for name, times in taken.items():
        middle = statistics.median(times)
        rate = len(records) / middle
        print(f"| {name} | {rate / 1000:,.1f} k/s | {base / middle:.3f} | {apart[name]} |", flush=True)


def head(title: str, cells: str) -> None:
    """The heading of a table."""
    print(f"\n{title}\n\n| | {cells} |\n|---{'|---' * (cells.count('|') + 1)}|", flush=True)


def main() -> None:
    from tests.bench import peers_children, peers_costs, peers_growth

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=3_000, help="cases for what takes them one by one")
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows for what takes whole tables")
    parser.add_argument("--most", type=int, default=10_000_000, help="rows up to which growth is followed")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--only", action="append", choices=("award", "children", "startup", "memory", "length", "growth")
    )
    parser.add_argument(
        "--processor", action="store_true", help="of what takes cases one by one, processor time: for a busy machine"
    )
    options = parser.parse_args()
    clock = time.process_time if options.processor else time.perf_counter
    rates = "rate | of the first | wrong of 12,000"

    def wanted(section: str) -> bool:
        return options.only is None or section in options.only

    if wanted("award"):
        records = [
            (index * 7919 % 1500, 1 + index * 104_729 % 900) for index in range(max(options.cases, options.rows))
        ]
        edges = boundary()
        right = [plain(*record) for record in edges]
        head("One case after another", rates)
        measure(ONE_BY_ONE, records[: options.cases], options.rounds, edges, right, clock)
        head("Whole tables", rates)
        measure(WHOLE_TABLES, records[: options.rows], options.rounds, edges, right)
    if wanted("children"):
        given, few = peers_children.records(max(options.cases, options.rows // 10)), peers_children.records(12_000)
        right = [peers_children.plain(events) for events in few]
        head("One case after another, ten child rows each", rates)
        measure(peers_children.ONE_BY_ONE, given[: options.cases], options.rounds, few, right, clock)
        head("Whole tables, ten child rows each", rates)
        measure(peers_children.WHOLE_TABLES, given[: options.rows // 10], options.rounds, few, right)
    if wanted("startup"):
        head("From nothing to the first answer", "median")
        peers_costs.startup(options.rounds)
    if wanted("memory"):
        head("Kept in memory, each explained case", "size")
        peers_costs.memory(20_000)
    if wanted("length"):
        print("\nChecking against length\n")
        peers_costs.lengths(options.rounds)
    if wanted("growth"):
        print("\nGrowth, whole tables\n")
        peers_growth.growth(options.most, options.rounds)


if __name__ == "__main__":
    main()
