"""Rates from a thousand rows to ten million, ourselves beside whole-table peers. Run by `tests.bench.peers`.

Every engine gets the same two columns of whole numbers in memory and gives the sum of all awards, compared first, so that nothing but
computing is measured; "policydsl, query" is the policy's own query in the database, its columns known to be whole and full.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
MOST = {"OpenFisca-Core": 1_000_000, "hand-written Python": 1_000_000, "policydsl, compiled, packed rows": 100_000}


def _columns(rows: int) -> tuple[Any, Any]:
    import numpy as np

    at = np.arange(rows, dtype=np.int64)
    return at * 7919 % 1500, 1 + at * 104_729 % 900


def _numpy(count: Any, target: Any) -> Callable[[], Any]:
    import numpy as np

    def run() -> Any:
        rate, over = count / target, count - target
        unit = np.select([rate >= 1, rate >= 0.85, rate >= 0.7], [600, 500, 300], 0)
        steps = np.maximum(np.floor(over / (target * 0.05)), np.floor(over / 15))
        return (count * unit + np.where(over > 0, steps, 0) * 50_000).sum()

    return run


def _polars(count: Any, target: Any) -> Callable[[], Any]:
    import polars as pl

    frame = pl.DataFrame({"c": count, "t": target})
    c, t = pl.col("c"), pl.col("t")
    rate, over = c / t, c - t
    unit = pl.when(rate >= 1).then(600).when(rate >= 0.85).then(500).when(rate >= 0.7).then(300).otherwise(0)
    steps = pl.max_horizontal((over / (t * 0.05)).floor(), (over / 15).floor())
    award = c * unit + pl.when(over > 0).then(steps).otherwise(0) * 50_000
    return lambda: frame.select(award.sum()).item()


def _database(count: Any, target: Any) -> Any:
    import duckdb
    import pyarrow as pa

    base = duckdb.connect()
    base.execute("SET threads = 2")
    base.register("arrow", pa.table({"认定数": count, "目标数": target}))
    base.execute("CREATE TABLE 区 AS SELECT * FROM arrow")
    return base


def _by_hand(count: Any, target: Any) -> Callable[[], Any]:
    base = _database(count, target)
    query = (
        "SELECT sum(认定数 * CASE WHEN 认定数 >= 目标数 THEN 600 WHEN 认定数 * 100 >= 目标数 * 85 THEN 500 "
        "WHEN 认定数 * 10 >= 目标数 * 7 THEN 300 ELSE 0 END + CASE WHEN 认定数 > 目标数 THEN "
        "greatest((认定数 - 目标数) * 20 // 目标数, (认定数 - 目标数) // 15) * 50000 ELSE 0 END) FROM 区"
    )
    return lambda: base.execute(query).fetchall()[0][0]


def _query(count: Any, target: Any) -> Callable[[], Any]:
    from sqlglot import exp

    import policydsl
    from policydsl.columnar import sql
    from policydsl.columnar.plan import Source, plan
    from policydsl.columnar.terms import Stored
    from tests.bench.peers import POLICY

    base, program = _database(count, target), policydsl.loads(POLICY)
    fields = {
        "认定数": Stored("number", "f1v", natural=True, positive=False),
        "目标数": Stored("number", "f2v", natural=True, positive=True),
    }
    made = plan(program, {"区": Source("F0", fields)}, {}, None, "BIGINT", pieces=False)
    end, stored = made.first.ends["区"], made.first.rules["区", "补助"]
    text = made.first.query.select(end, [exp.Sum(this=sql.column(end, str(stored.value)))]).sql("duckdb")
    view = "F0 AS (SELECT NULL AS k, NULL AS p, 0 AS n, 认定数 AS f1v, 目标数 AS f2v FROM 区)"
    query = text.replace("WITH ", f"WITH {view}, ", 1)
    return lambda: base.execute(query).fetchall()[0][0]


def _openfisca(count: Any, target: Any) -> Callable[[], Any]:
    from tests.bench.peers import openfisca_system

    run = openfisca_system()
    return lambda: run(count, target).sum()


def _python(count: Any, target: Any) -> Callable[[], Any]:
    from tests.bench.peers import plain

    pairs = list(zip(count.tolist(), target.tolist(), strict=True))
    return lambda: sum(plain(one, other) for one, other in pairs)


def _compiled(count: Any, target: Any) -> Callable[[], Any]:
    from tests.bench.peers import compiled_packed

    run, pairs = compiled_packed(), list(zip(count.tolist(), target.tolist(), strict=True))
    return lambda: sum(run(pairs))


ENGINES: dict[str, Callable[[Any, Any], Callable[[], Any]]] = {
    "DuckDB, SQL by hand": _by_hand,
    "policydsl, query": _query,
    "NumPy": _numpy,
    "Polars": _polars,
    "OpenFisca-Core": _openfisca,
    "hand-written Python": _python,
    "policydsl, compiled, packed rows": _compiled,
}


def growth(most: int, rounds: int) -> None:
    """A line for each engine, a column for each size: millions of rows a second."""
    sizes = [size for size in SIZES if size <= most]
    found: dict[str, list[str]] = {name: [] for name in ENGINES}
    for size in sizes:
        columns = _columns(size)
        ready: dict[str, Callable[[], Any]] = {}
        for name, make in ENGINES.items():
            if size > MOST.get(name, SIZES[-1]):
                found[name].append("not taken")
                continue
            try:
                ready[name] = make(*columns)
            except Exception as error:
                found[name].append(f"{type(error).__name__}: {str(error).splitlines()[0][:40]}")
        totals = {name: int(run()) for name, run in ready.items()}
        taken: dict[str, list[float]] = {name: [] for name in ready}
        for _ in range(rounds):
            for name, run in ready.items():
                start = time.perf_counter()
                run()
                taken[name].append(time.perf_counter() - start)
        right = totals["DuckDB, SQL by hand"]
        for name, times in taken.items():
            mark = "" if totals[name] == right else f" (sum {totals[name] - right:+,} yuan)"
            found[name].append(f"{size / statistics.median(times) / 1e6:.2f} M/s{mark}")
    print("| | " + " | ".join(f"{size:,}" for size in sizes) + " |")
    print("|---" * (len(sizes) + 1) + "|")
    for name, cells in found.items():
        print(f"| {name} | {' | '.join(cells)} |", flush=True)
