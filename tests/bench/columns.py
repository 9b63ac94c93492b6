"""The column engine beside hand-written SQL on the same database: `python -m tests.bench.columns [--rows N]`.

Invented firms; the results of both are compared first. "query" is the policy's own query with whole numbers of 64 bits, summed as the
hand-written one is, on tables of the database. "files" is the whole way from parquet files to a parquet file, as the command goes it: the
hand-written statement reads, computes and writes the same nine columns with the same settings; ours also looks at every cell, for keys
that stand twice and owners that are not there, sums up each column, writes in the order of the file, and from a million rows on keeps pieces
to go on from. "files, checked" is ours beside hand-written statements that check and sum up the same and write in that order too.
Seconds of the wall clock, and of the processor in brackets; medians.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import duckdb
from sqlglot import exp

import policydsl
from policydsl.columnar import sql
from policydsl.columnar.engine import Engine
from policydsl.columnar.parts import Parts
from policydsl.columnar.plan import Source, plan
from policydsl.columnar.results import tallies, write
from policydsl.columnar.terms import Stored

POLICY = """政策 “大表(编造)”:
    编号 BIG-1
    主体 企业

单位 家、场

名录 类别: 甲类、乙类、丙类

对象 企业:
    代码:   文本  主键
    类:     类别
    认定数: 家
    目标数: 家  大于 0家

对象 活动(场) 属于 企业:
    日期:   日期
    到会数: 家

表 标准表 按 类:
    | 类   | 额度   | 门槛 |
    | 甲类 | 35万元 | 60家 |
    | 乙类 | 30万元 | 40家 |
    | 丙类 | 25万元 | 20家 |

规则 完成率 = 认定数 ÷ 目标数  依据 一

规则 补助 = 认定数 × 分档 完成率:  依据 一
    达到 70%(含)   300元/家
    达到 85%(含)   500元/家
    达到 100%(含)  600元/家
    否则           0元/家

规则 增量 = 递增 认定数 自 目标数:  依据 二
    每 目标数 的 5%  给予 5万元
    每 15家          给予 5万元
    就高
    不封顶

规则 场次 = 计数(活动 其中 到会数 不低于 标准表.门槛 且 日期 不晚于 2025年8月31日)  依据 三
规则 基础 = 若 场次 不低于 2场 则 标准表.额度 否则 0元                              依据 三
规则 绩效 = 补助 + 增量                                                            依据 四
规则 合计额 = 基础 + 绩效                                                          依据 四
"""
COUNTED = """
SELECT sum(认定数 * CASE WHEN 认定数 >= 目标数 THEN 600 WHEN 认定数 * 100 >= 目标数 * 85 THEN 500
    WHEN 认定数 * 10 >= 目标数 * 7 THEN 300 ELSE 0 END
  + CASE WHEN 认定数 > 目标数 THEN greatest((认定数 - 目标数) * 20 // 目标数, (认定数 - 目标数) // 15) * 50000 ELSE 0 END)
FROM 企业"""
LISTED = """
WITH 场 AS (SELECT a.企业 AS k, count(*) AS n FROM 活动 a JOIN 企业 b ON a.企业 = b.代码
  WHERE 到会数 >= CASE 类 WHEN '甲类' THEN 60 WHEN '乙类' THEN 40 ELSE 20 END AND 日期 <= DATE '2025-08-31' GROUP BY a.企业)
SELECT sum(CASE WHEN coalesce(n, 0) >= 2 THEN CASE 类 WHEN '甲类' THEN 350000 WHEN '乙类' THEN 300000 ELSE 250000 END ELSE 0 END
  + 认定数 * CASE WHEN 认定数 >= 目标数 THEN 600 WHEN 认定数 * 100 >= 目标数 * 85 THEN 500
    WHEN 认定数 * 10 >= 目标数 * 7 THEN 300 ELSE 0 END
  + CASE WHEN 认定数 > 目标数 THEN greatest((认定数 - 目标数) * 20 // 目标数, (认定数 - 目标数) // 15) * 50000 ELSE 0 END)
FROM 企业 LEFT JOIN 场 ON k = 代码"""


WRITTEN = """
COPY (WITH 企业 AS (SELECT *{number} FROM read_parquet('{firms}')), 活动 AS (FROM read_parquet('{events}')),
 场 AS (SELECT a.企业 AS k, count(*) AS n FROM 活动 a JOIN 企业 b ON a.企业 = b.代码
  WHERE 到会数 >= CASE 类 WHEN '甲类' THEN 60 WHEN '乙类' THEN 40 ELSE 20 END AND 日期 <= DATE '2025-08-31' GROUP BY a.企业),
 q AS (SELECT 代码{nr}, 认定数, 目标数, coalesce(n, 0) AS n,
  CASE WHEN coalesce(n, 0) >= 2 THEN CASE 类 WHEN '甲类' THEN 350000 WHEN '乙类' THEN 300000 ELSE 250000 END ELSE 0 END AS b,
  认定数 * CASE WHEN 认定数 >= 目标数 THEN 600 WHEN 认定数 * 100 >= 目标数 * 85 THEN 500
    WHEN 认定数 * 10 >= 目标数 * 7 THEN 300 ELSE 0 END AS s,
  CASE WHEN 认定数 > 目标数 THEN greatest((认定数 - 目标数) * 20 // 目标数, (认定数 - 目标数) // 15) * 50000 ELSE 0 END AS z
  FROM 企业 LEFT JOIN 场 ON 场.k = 代码)
SELECT 代码, 认定数::DECIMAL(38,0) AS "完成率·分子", 目标数::DECIMAL(38,0) AS "完成率·分母", s::DECIMAL(38,0) AS 补助,
 z::DECIMAL(38,0) AS 增量, n::DECIMAL(38,0) AS 场次, b::DECIMAL(38,0) AS 基础, (s + z)::DECIMAL(38,0) AS 绩效,
 (b + s + z)::DECIMAL(38,0) AS 合计额 FROM q{order}) TO '{out}' (FORMAT parquet)"""
CHECKS = (
    "SELECT 代码 FROM '{firms}' GROUP BY 代码 HAVING count(*) > 1 OR 代码 IS NULL LIMIT 1",
    "SELECT count(*) FILTER (WHERE NOT regexp_full_match(代码, '[\\p{{L}}\\p{{N}}]+')), "
    "count(*) FILTER (WHERE 类 IS NULL OR 类 NOT IN ('甲类', '乙类', '丙类')), "
    "count(*) FILTER (WHERE 认定数 IS NULL OR 认定数 < 0), count(*) FILTER (WHERE 目标数 IS NULL OR 目标数 <= 0) FROM '{firms}'",
    "SELECT count(*) FILTER (WHERE 日期 IS NULL), count(*) FILTER (WHERE 到会数 IS NULL OR 到会数 < 0) FROM '{events}'",
    "SELECT count(*) FROM '{events}' WHERE 企业 IS NULL OR 企业 NOT IN (SELECT 代码 FROM '{firms}')",
)
SUMS = "SELECT count(*), sum(补助), sum(增量), sum(场次), sum(基础), sum(绩效), sum(合计额) FROM '{out}'"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=5, help="rounds (5)")
    parser.add_argument("--queries", action="store_true", help="the queries alone, not the way from file to file")
    parser.add_argument("--files", action="store_true", help="the way from file to file alone")
    parser.add_argument("--short", action="store_true")
    options = parser.parse_args()
    rows, times = (10_000, 1) if options.short else (options.rows, options.times)
    program = policydsl.loads(POLICY)
    with tempfile.TemporaryDirectory() as folder:
        firms, events = str(Path(folder) / "企业.parquet"), str(Path(folder) / "活动.parquet")
        _make(firms, events, rows)
        print(f"{rows:,} firms, {rows * 3:,} events")
        if not options.files:
            _queries(program, firms, events, rows, times)
        if options.queries:
            return
        outs = [str(Path(folder) / f"{name}.parquet") for name in ("hand", "checked", "ours")]

        def by_hand(checked: bool) -> None:
            names = {"firms": firms, "events": events, "out": outs[checked], "number": "", "nr": "", "order": ""}
            with duckdb.connect() as own:
                own.execute("SET threads = 2")
                own.execute("SET memory_limit = '1500MB'")
                own.execute(f"SET temp_directory = '{folder}/temp'")
                if checked:
                    assert all(
                        not any(row) for check in CHECKS for row in own.execute(check.format(**names)).fetchall()
                    )
                    names |= {"number": ", file_row_number AS nr", "nr": ", nr", "order": " ORDER BY nr"}
                own.execute(WRITTEN.format(**names))
                if checked:
                    own.execute(SUMS.format(**names)).fetchall()

        def by_us() -> None:
            place = Path(folder) / "work.duckdb"
            place.unlink(missing_ok=True)
            with duckdb.connect(str(place)) as own:
                own.execute("SET threads = 2")
                own.execute("SET memory_limit = '1500MB'")
                parts = Parts(Path(folder) / "parts", frozenset(["企业"]))
                results = Engine(program, own, mark="bench", parts=parts).files([firms, events])
                write(results, "企业", outs[2])
                for name in program.entities:
                    tallies(results, name)
            parts.remove()

        ways = (partial(by_hand, False), partial(by_hand, True), by_us)
        plain, checked, told = _interleaved(ways, min(times, 3))
        # the same rows, in whichever order
        sums = [duckdb.sql(f"SELECT count(*), sum(hash(t)::HUGEINT) FROM '{out}' t").fetchall() for out in outs]
        assert sums[0] == sums[1] == sums[2], sums
        _tell("files", rows, plain, told)
        _tell("files, checked", rows, checked, told)
        print(
            f"memory         at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB in this process"
        )


def _queries(program: policydsl.Program, firms: str, events: str, rows: int, times: int) -> None:
    db = duckdb.connect()
    db.execute("SET threads = 2")
    db.execute(f"CREATE TABLE 企业 AS SELECT * FROM '{firms}'")
    db.execute(f"CREATE TABLE 活动 AS SELECT * FROM '{events}'")
    for name, rule, hand in (("precounted", "绩效", COUNTED), ("with lists", "合计额", LISTED)):
        ours = _query(program, rule)
        found = [db.execute(text).fetchall()[0][0] for text in (hand, ours)]
        assert found[0] == found[1], found
        _tell(name, rows, *_interleaved((partial(db.execute, hand), partial(db.execute, ours)), times))
    db.close()


def _make(firms: str, events: str, rows: int) -> None:
    db = duckdb.connect()
    db.execute(
        f"COPY (SELECT 'C' || i AS 代码, ['甲类', '乙类', '丙类'][1 + i % 3] AS 类, (i * 7919) % 1500 AS 认定数, "
        f"1 + (i * 104729) % 1200 AS 目标数 FROM range({rows}) t(i)) TO '{firms}'"
    )
    db.execute(
        f"COPY (SELECT 'C' || (i * 7 % {rows}) AS 企业, DATE '2025-01-01' + ((i * 13) % 300)::INT AS 日期, "
        f"(i * 37) % 90 AS 到会数 FROM range({rows * 3}) t(i)) TO '{events}'"
    )


def _query(program: policydsl.Program, rule: str) -> str:
    """The policy's own query for the sum of a rule, on columns known to be whole and full."""
    sources, views = {}, []
    for index, (name, declared) in enumerate(program.entities.items()):
        fields, columns = {}, []
        for number, item in enumerate(declared.fields):
            kind = {"代码": "text", "类": "text", "日期": "date"}.get(item.name, "number")
            fields[item.name] = Stored(kind, f"f{number}v", natural=kind == "number", positive=item.name == "目标数")  # type: ignore[arg-type]
            columns.append(f"{item.name} AS f{number}v")
        key = "代码" if declared.owner is None else "NULL"
        owner = declared.owner or "NULL"
        views.append(f"F{index} AS (SELECT {key} AS k, {owner} AS p, 0 AS n, {', '.join(columns)} FROM {name})")
        sources[name] = Source(f"F{index}", fields)
    made = plan(program, sources, {}, None, "BIGINT", pieces=False)
    end = made.first.ends["企业"]
    stored = made.first.rules["企业", rule]
    select = made.first.query.select(end, [exp.Sum(this=sql.column(end, str(stored.value)))])
    text = select.sql("duckdb")
    return text.replace("WITH ", f"WITH {', '.join(views)}, ", 1)


Times = tuple[float, float]
"""Seconds of the wall clock and of the processor."""


def _interleaved(ways: Sequence[Callable[[], object]], times: int) -> list[Times]:
    taken: list[list[Times]] = [[] for _ in ways]
    for _ in range(times):
        for at, run in enumerate(ways):
            start, used = time.perf_counter(), time.process_time()
            run()
            taken[at].append((time.perf_counter() - start, time.process_time() - used))
    return [(statistics.median(w for w, _ in both), statistics.median(p for _, p in both)) for both in taken]


def _tell(name: str, rows: int, hand: Times, ours: Times) -> None:
    print(
        f"{name:<14} hand-written {hand[0]:7.3f} s ({hand[1]:.3f})  ours {ours[0]:7.3f} s ({ours[1]:.3f})  "
        f"{hand[0] / ours[0]:5.2f} ({hand[1] / ours[1]:.2f}) of its rate, {rows / ours[0] / 1e6:.1f} M rows/s"
    )


if __name__ == "__main__":
    main()
