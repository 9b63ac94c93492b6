"""Spark on two local threads against the column engine and the reference, bit for bit. Needs the extra `spark` and Java.

Run: python checks/spark_agrees.py. Its data are invented and made on the spot.
"""

from __future__ import annotations

import json
import sys
import tempfile
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

import policydsl
from policydsl.columnar.engine import Engine
from policydsl.columnar.printed import Refusal
from policydsl.columnar.results import table_of
from policydsl.columnar.spark import Cluster, session

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

POLICY = """政策 “核对(编造)”:
    编号 SPARK-1
    主体 企业

单位 家、场

名录 类别: 甲类、乙类、丙类

对象 企业:
    代码:   文本  主键
    类:     类别
    认定数: 家
    目标数: 家
    投入:   金额  可为小数
    合格:   布尔  人工判断 由 示例局
    起:     日期
    止:     日期

对象 活动(场) 属于 企业:
    日期:   日期
    到会数: 家

表 标准 按 类:
    | 类         | 额度   | 门槛 |
    | 甲类       | 35万元 | 60家 |
    | 乙类、丙类 | 30万元 | 40家 |

规则 完成率 = 若 目标数 大于 0家 则 认定数 ÷ 目标数 否则 待裁量 “目标为零”  依据 一

规则 补助 = 认定数 × 分档 完成率:  依据 一
    达到 70%(含)   300元/家
    达到 85%(含)   500元/家
    达到 100%(含)  600元/家
    否则           0元/家

规则 起点 = 若 目标数 大于 0家 则 目标数 否则 1家  依据 二

规则 增量 = 递增 认定数 自 起点:  依据 二
    每 起点 的 5%  给予 5万元
    每 15家        给予 5万元
    就高
    不封顶

规则 场次 = 计数(活动 其中 到会数 不低于 标准.门槛 且 日期 不晚于 2025年8月31日)  依据 三

规则 奖励 = 若 场次 不低于 2场 则 投入 的 10% 否则 0元:  依据 三
    封顶 标准.额度
    四舍五入 到 元

规则 应发 = 若 合格 则 补助 + 奖励 否则 0元  依据 四

规则 月末日 = 月末(起)                                        依据 五
规则 隔月 = 整月数(起, 止)                                    依据 五
规则 隔年 = 周年数(起, 止)                                    依据 五
规则 同期 = 重叠天数(起, 止, 2025年3月1日, 2025年6月30日)     依据 五
规则 到期 = 起 + 13个月                                       依据 五
规则 次日 = 止 - 1天                                          依据 五
规则 那天 = 某日(年份(起), 2, 日号(止))                       依据 五

对象 全市 单例:
    预算: 金额

针对 全市:
    规则 总额 = 合计(企业.奖励)  依据 四
"""


FORMS = """政策 “核对(编造)”:
    编号 SPARK-2
    主体 企业

名录 类别: 甲类、乙类、丙类

日历 日程:
    覆盖 2023年1月1日 至 2027年12月31日
    放假 2025年9月1日、2025年10月1日 至 2025年10月8日
    补班 2025年8月30日

对象 企业:
    代码:   文本  主键
    序号:   整数
    类:     类别
    数:     数
    合格:   布尔  人工判断 由 示例局
    起:     日期
    止:     日期

对象 活动 属于 企业:
    活动号: 整数  主键
    日期:   日期
    人数:   数
    有效:   布尔

针对 活动:
    规则 累计 = 至今合计(人数 其中 有效 依 活动号)
    规则 先前 = 此前合计(人数 依 日期)
    规则 上次 = 上一条(人数 依 活动号 首条 0)
    规则 序 = 名次(人数 从高 并列 紧接)
    规则 份 = 分摊(企业.数 按 人数 其中 人数 大于 10)

规则 总累 = 至今合计(全体 序号 分组 类 依 序号)
规则 上条 = 上一条(全体 数 依 序号 首条 0)
规则 几天 = 工作日数(起, 止)
规则 后五 = 起 + 5个工作日
规则 前五 = 止 - 12个工作日
规则 首场 = 第一条(活动: 人数 其中 有效 依 日期 无则 0)
规则 末场 = 最后一条(活动: 人数 依 活动号 无则 0)
规则 多 = 计数(活动 其中 人数 大于 本.序号 ÷ 40)
规则 有无 = 序号 在 活动.人数
规则 名三 = 名次(全体 代码次 从高 并列 待裁量)
规则 代码次 = 若 序号 大于 200 则 1 否则 2
"""


def main() -> int:
    """Compare; 0 where all is the same."""
    program = policydsl.loads(POLICY)
    spark = session("local[2]", "")
    wrong = compared = 0
    with tempfile.TemporaryDirectory() as folder:
        firms, events = str(Path(folder) / "企业.parquet"), str(Path(folder) / "活动.parquet")
        _write(firms, events)
        db = duckdb.connect()
        results = Engine(program, db).files([firms, events])
        ours = _rows(db.sql(table_of(results, "企业").sql("duckdb")))
        cluster = Cluster(spark, program, {}, None)
        cluster.open([firms, events])
        theirs = {row["代码"]: row.asDict() for row in cluster.run("企业").collect()}
        for key, row in ours.items():
            for name, value in row.items():
                compared += 1
                if _plain(theirs[key].get(name)) != _plain(value):
                    wrong += 1
                    print(f"{key}.{name}: {value!r} {theirs[key].get(name)!r}")
        total = cluster.run("全市").collect()[0].asDict()
        print(json.dumps(total, ensure_ascii=False, default=str))
        reference = policydsl.evaluate(program, policydsl.facts_of(program, _tables(db, firms, events)).facts)
        for key in ours:
            for rule in ("补助", "奖励", "应发", "增量"):
                want = reference.outcome("企业", key, rule)
                compared += 1
                if isinstance(want, int | Fraction) and Fraction(str(theirs[key][rule])) != want:
                    wrong += 1
                    print(f"{key}.{rule}: {want!r} {theirs[key][rule]!r}")
        more, apart = _forms(spark, folder)
        compared, wrong = compared + more, wrong + apart
        wrong += _overflow(spark, folder)
    spark.stop()
    print(f"{compared} compared, {wrong} apart")
    return 1 if wrong or not compared else 0


def _forms(spark: SparkSession, folder: str) -> tuple[int, int]:
    """Rows in order, first and last, working days, memberships: every value, status and reason on Spark against DuckDB."""
    program = policydsl.loads(FORMS)
    beside = Path(folder) / "forms"
    beside.mkdir()
    firms, events = str(beside / "企业.parquet"), str(beside / "活动.parquet")
    db = duckdb.connect()
    db.sql(
        "select 'C' || i as 代码, ((i * 7919) % 401)::int as 序号, "
        "case when i % 23 = 0 then null else ['甲类', '乙类', '丙类'][1 + i % 3] end as 类, "
        "case when i % 17 = 0 then null else (i * 31) % 900 end as 数, "
        "case i % 5 when 0 then null when 1 then false else true end as 合格, "
        "case when i % 19 = 0 then null else date '2024-01-29' + ((i * 17) % 700)::int end as 起, "
        "date '2024-01-31' + ((i * 29) % 800)::int as 止 from range(1, 401) t(i)"
    ).write_parquet(firms)
    db.sql(
        "select 'C' || (1 + (i * 37) % 400) as 企业, i::int as 活动号, date '2025-01-01' + ((i * 13) % 30)::int as 日期, "
        "case when i % 29 = 0 then null else (i * 37) % 90 end as 人数, "
        "case when i % 31 = 0 then null else i % 3 > 0 end as 有效 from range(2400) t(i)"
    ).write_parquet(events)
    results = Engine(program, duckdb.connect()).files([firms, events])
    left = [item.rule.name for item in results.plan.verdicts if item.where == "reference"]
    cluster = Cluster(spark, program, {}, None)
    cluster.open([firms, events])
    compared, wrong = 0, len(left)
    for entity, key in (("企业", "代码"), ("活动", "活动号")):
        ours = _rows(results.db.sql(table_of(results, entity).sql("duckdb")))
        theirs = {str(row[key]): row.asDict() for row in cluster.run(entity).collect()}
        wrong += abs(len(ours) - len(theirs))
        for at, row in ours.items():
            mine, other = _whole(row), _whole(theirs[at])
            for name, value in mine.items():
                compared += 1
                if other[name] != value:
                    wrong += 1
                    print(f"{at}.{name}: {value!r} {other[name]!r}")
    print(f"forms: {compared} compared, {wrong} apart; left to the reference: {left}")
    return compared, wrong


def _whole(row: dict[str, object]) -> dict[str, object]:
    """The values of a row; what is two columns, numerator and denominator, as one number."""
    found: dict[str, object] = {}
    for name, value in row.items():
        rule, _, part = name.partition("·")
        if part == "分子":
            below = row[f"{rule}·分母"]
            found[rule] = None if value is None else Fraction(int(str(value)), int(str(below)))
        elif part != "分母":
            found[name] = _plain(value)
    return found


def _write(firms: str, events: str) -> None:
    db = duckdb.connect()
    db.sql(
        "select 'C' || i as 代码, ['甲类', '乙类', '丙类'][1 + i % 3] as 类, "
        "case when i % 17 = 0 then null else (i * 7919) % 1500 end as 认定数, (i * 104729) % 1200 as 目标数, "
        "((i * 31) % 900000 / 100)::decimal(18, 2) as 投入, case i % 5 when 0 then null when 1 then false else true end as 合格, "
        "case when i % 19 = 0 then null else date '2024-01-29' + ((i * 17) % 700)::int end as 起, date '2024-01-31' + ((i * 29) % 800)::int as 止 "
        "from range(1, 2001) t(i)"
    ).write_parquet(firms)
    db.sql(
        "select 'C' || (1 + (i * 37) % 2000) as 企业, date '2025-01-01' + ((i * 13) % 300)::int as 日期, "
        "case when i % 29 = 0 then null else (i * 37) % 90 end as 到会数 from range(12000) t(i)"
    ).write_parquet(events)


def _tables(db: duckdb.DuckDBPyConnection, firms: str, events: str) -> dict[str, list[dict[str, object]]]:
    tables = {}
    for name, path in (("企业", firms), ("活动", events)):
        shown = db.sql(f"select * from '{path}'")
        tables[name] = [
            {
                column: str(value) if isinstance(value, Decimal) else value
                for column, value in zip(shown.columns, row, strict=True)
            }
            for row in shown.fetchall()
        ]
    return tables


def _rows(shown: duckdb.DuckDBPyRelation) -> dict[str, dict[str, object]]:
    return {row[0]: dict(zip(shown.columns, row, strict=True)) for row in shown.fetchall()}


def _plain(value: object) -> object:
    return Fraction(value) if isinstance(value, Decimal) else value


def _overflow(spark: SparkSession, folder: str) -> int:
    """Beyond 64 bits Spark has to end in an error, never in a wrapped number."""
    policy = "政策 “大数(编造)”:\n    主体 企业\n\n单位 家\n\n对象 企业:\n    代码: 文本 主键\n    数:   家\n\n规则 乘 = 数 × 800000元/家  依据 一\n"
    program = policydsl.loads(policy)
    path = str(Path(folder) / "big" / "企业.parquet")
    Path(path).parent.mkdir()
    duckdb.connect().sql("select 'C1' as 代码, 9223372036854775807 as 数").write_parquet(path)
    cluster = Cluster(spark, program, {}, None)
    cluster.open([path])
    try:
        found = cluster.run("企业").collect()
    except Refusal:
        raise
    except Exception as error:  # whatever the cluster calls it
        print(f"beyond 64 bits: {str(error).splitlines()[0][:80]}")
        return 0
    print(f"beyond 64 bits: {found}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
