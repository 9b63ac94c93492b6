"""Data frames for the column engine: what each library hands over means what the same facts mean to the reference, bad cells included."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import policydsl
from policydsl.columnar.cells import _decimals
from policydsl.core.values import NONE, Blocked
from policydsl.facts.quantity import of_float
from tests.columnar.agreement import outcomes, same

pandas = pytest.importorskip("pandas")
polars = pytest.importorskip("polars")
ROOT = Path(__file__).parents[2]

POLICY = """政策 “数据框(编造)”:
    编号 FRAME-1
    主体 企业

单位 家、场

名录 类别: 甲类 (a)、乙类 (b)

对象 企业 (firm):
    代码:   文本  主键
    类:     类别
    家数:   家
    投入:   金额  可为小数
    成立:   日期
    报到:   时刻
    合格:   布尔
    备考:   文本

对象 活动(场) 属于 企业:
    日子:   日期
    到会数: 家

规则 甲乙 = 若 类 为 甲类 则 1家 否则 2家  依据 一
规则 倍数 = 家数 × 3  依据 一
规则 奖励 = 投入 × 10%  依据 一
规则 早 = 成立 早于 2025年3月1日  依据 一
规则 守时 = 报到 不晚于 2025年8月31日18时  依据 一
规则 过 = 若 合格 则 1元 否则 2元  依据 一
规则 注 = 备考  依据 一
规则 场次 = 计数(活动 其中 到会数 不低于 20家)  依据 二

对象 全市 单例:
    预算: 金额

针对 全市:
    规则 总额 = 合计(企业.奖励)  依据 三
"""
PROGRAM = policydsl.loads(POLICY)
Rows = list[dict[str, Any]]
FIRMS: Rows = [
    {
        "代码": "C1",
        "类": "甲类",
        "家数": 10,
        "投入": 1000.5,
        "成立": date(2024, 2, 29),
        "报到": datetime(2025, 8, 31, 18),
        "合格": True,
        "备考": "一",
    },
    {
        "代码": "C2",
        "类": "b",
        "家数": 0,
        "投入": 0.1,
        "成立": date(2025, 3, 1),
        "报到": datetime(2025, 8, 31, 18, 0, 1),
        "合格": False,
        "备考": " 二 ",
    },
    {
        "代码": "C3",
        "类": "丙类",
        "家数": -1,
        "投入": 1 / 3,
        "成立": date(9999, 12, 31),
        "报到": datetime(1, 1, 1),
        "合格": None,
        "备考": "  ",
    },
    {"代码": "C4", "类": None, "家数": None, "投入": None, "成立": None, "报到": None, "合格": True, "备考": None},
]
EVENTS: Rows = [
    {"企业": "C1", "日子": date(2025, 1, 1), "到会数": 20},
    {"企业": "C1", "日子": date(2025, 1, 1), "到会数": 19},
    {"企业": "C2", "日子": None, "到会数": None},
]


def expected(firms: Rows, events: Rows | None = None) -> dict[tuple[str, str, str], Any]:
    """What the reference says of the same facts."""
    given_ = {"企业": firms} if events is None else {"企业": firms, "活动": events}
    trace = policydsl.evaluate(PROGRAM, policydsl.facts_of(PROGRAM, given_).facts)
    return {
        (rule.entity, key, rule.name): trace.outcome(rule.entity, key, rule.name)
        for rule in PROGRAM.rules
        for key in trace.keys.get(rule.entity, ())
    }


def agrees(tables: dict[str, Any], firms: Rows, events: Rows | None = None) -> Any:
    results = policydsl.evaluate_tables(PROGRAM, tables)
    wanted = expected(firms, events)
    found = outcomes(results.results, wanted)
    apart = [(at, wanted[at], found[at]) for at in wanted if not same(wanted[at], found[at])]
    assert not apart
    return results


class Capsule:
    """A library that nobody has heard of, with the one method that counts; it can be asked once."""

    def __init__(self, table: pa.Table) -> None:
        self._table: pa.Table | None = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        table, self._table = self._table, None
        assert table is not None
        return table.__arrow_c_stream__(requested_schema)


def arrow(rows: Rows) -> pa.Table:
    return pa.Table.from_pylist(rows)


def chunked(rows: Rows) -> pa.Table:
    return pa.concat_tables([arrow(rows).slice(at, 1) for at in range(len(rows))])


def dataset(rows: Rows) -> Any:
    return pa.dataset.dataset([arrow(rows).slice(0, 2), arrow(rows).slice(2)])


def in_duckdb(rows: Rows) -> Any:
    return duckdb.connect().from_arrow(arrow(rows))


def indexed(rows: Rows) -> Any:
    frame = pandas.DataFrame(rows)
    return frame.set_index(frame.columns[0])


def filtered(rows: Rows) -> Any:
    """With the leftover index of a selection, which is no column."""
    return pandas.concat([pandas.DataFrame(rows[:1]), pandas.DataFrame(rows)])[1:]


def batch(rows: Rows) -> Any:
    return arrow(rows).combine_chunks().to_batches()[0]


MAKERS: list[Callable[[Rows], Any]] = [
    arrow,
    chunked,
    batch,
    lambda rows: arrow(rows).to_reader(1),
    dataset,
    lambda rows: pa.dataset.dataset(arrow(rows)).scanner(),
    polars.DataFrame,
    lambda rows: polars.DataFrame(rows).with_columns(polars.col(polars.String).cast(polars.Categorical)),
    polars.LazyFrame,
    pandas.DataFrame,
    lambda rows: pandas.DataFrame(rows, dtype=object),
    lambda rows: pandas.DataFrame(rows).convert_dtypes(),
    lambda rows: pandas.DataFrame(rows).astype({next(iter(rows[0])): "category"}),
    indexed,
    filtered,
    in_duckdb,
    lambda rows: Capsule(arrow(rows)),
]


@pytest.mark.parametrize("make", MAKERS)
def test_every_library_means_what_the_reference_means(make: Callable[[Rows], Any]) -> None:
    results = agrees({"firm": make(FIRMS), "活动": make(EVENTS)}, FIRMS, EVENTS)
    told = [(finding.code, str(finding.where)) for finding in results.findings]
    assert ("facts-not-member", "firm[类:3]") in told
    assert ("facts-negative", "firm[家数:3]") in told
    assert len([one for one in told if one[0] not in ("facts-column-absent", "facts-column-unknown")]) == 2
    assert not [one for one in told if one[0] == "facts-column-unknown"]


def test_files_and_frames_may_be_mixed_and_absent_tables_are_not_supplied(tmp_path: Path) -> None:
    pq.write_table(arrow(EVENTS[:1]), tmp_path / "一.parquet")
    pq.write_table(arrow(EVENTS[1:]), tmp_path / "二.parquet")
    paths = [str(tmp_path / "一.parquet"), tmp_path / "二.parquet"]
    agrees({"企业": arrow(FIRMS), "活动": paths}, FIRMS, EVENTS)
    agrees({"企业": arrow(FIRMS)}, FIRMS)


def test_rows_keep_their_order_however_they_are_cut() -> None:
    rows = pa.table({"代码": [f"C{n}" for n in range(300_000)], "家数": pa.array(range(300_000), pa.int32())})
    cut = pa.concat_tables([rows.slice(at, 7_001) for at in range(0, 300_000, 7_001)])
    for one in (rows, cut, cut.to_reader(500), polars.DataFrame(rows)):
        shown = policydsl.evaluate_tables(PROGRAM, {"企业": one})["企业"].arrow()
        assert shown["代码"].to_pylist() == rows["代码"].to_pylist()
        assert shown["倍数"][-1].as_py() == 899_997


# ---------------------------------------------------------------- types


def decimals(*texts: str | None, type_: pa.DataType) -> pa.Array:
    return pa.array([None if text is None else Decimal(text) for text in texts], type_)


TYPES: list[tuple[str, pa.Array]] = [
    *(
        ("家数", pa.array([5, None, 7], kind))
        for kind in (pa.int8(), pa.uint16(), pa.int64(), pa.uint64(), pa.float32())
    ),
    ("家数", pa.array([2**63 + 5, None, 2**64 - 1], pa.uint64())),
    ("家数", pa.array([5.0, None, 5.5], pa.float64())),
    ("家数", pa.array([1e15, float("nan"), float("inf")], pa.float64())),
    ("家数", pa.array([5, None, 7]).dictionary_encode()),
    ("家数", decimals("5", None, "7", type_=pa.decimal128(38, 0))),
    ("家数", pa.array(["5", None, "1,050"], pa.large_string())),
    ("家数", pa.array([True, None, False])),
    ("家数", pa.nulls(3)),
    ("投入", pa.array([0.1, None, 0.30000000000000004])),
    ("投入", pa.array([1234.5678, -0.5, 1e-7])),
    ("投入", pa.array([0.5, None, 0.1], pa.float32())),
    ("投入", pa.array([0.5, None, 2.0], pa.float16())),
    *(
        ("投入", decimals("1.5", None, "-3.25", type_=kind))
        for kind in (pa.decimal32(5, 2), pa.decimal64(15, 2), pa.decimal128(38, 5))
    ),
    ("投入", decimals("1.5", None, "3.25", type_=pa.decimal256(30, 2))),
    ("投入", decimals("12345678901234567890123456789.25", None, "0.01", type_=pa.decimal256(60, 2))),
    ("投入", decimals("1500", None, "300", type_=pa.decimal128(5, -2))),
    ("投入", pa.array(["35万", None, "三十"], pa.string_view())),
    ("类", pa.array(["a", None, "乙类"]).dictionary_encode()),
    ("类", pa.array(["a", None, "乙类"], pa.string_view())),
    ("类", pa.RunEndEncodedArray.from_arrays(pa.array([2, 3], pa.int32()), pa.array(["甲类", "丁类"]))),
    ("成立", pa.array([date(2025, 1, 1), None, date(2025, 3, 1)], pa.date64())),
    ("成立", pa.array([20250101, None, 20250230], pa.int32())),
    ("成立", pa.array(["2025-01-01", None, "2025年3月1日"])),
    *(
        ("成立", pa.array([datetime(2025, 1, 1), None, datetime(2025, 1, 1, 0, 0, 1)], pa.timestamp(unit)))
        for unit in ("s", "ms", "us", "ns")
    ),
    *(
        ("报到", pa.array([datetime(2025, 8, 31, 18), None, datetime(2025, 8, 31, 18, 0, 1)], pa.timestamp(unit)))
        for unit in ("s", "ms", "us", "ns")
    ),
    (
        "报到",
        pa.array(
            [datetime(2025, 8, 31, 18, 0, 0, 999_999), None, datetime(1969, 12, 31, 23, 59, 59, 1)], pa.timestamp("us")
        ),
    ),
    ("报到", pa.array([date(2025, 1, 1), None, date(2025, 3, 1)])),
    ("合格", pa.array(["是", None, "maybe"])),
    ("合格", pa.array([1, None, 0])),
    ("备考", pa.array([5, None, 2**62])),
    ("备考", pa.array([5.0, None, 5.5])),
    ("备考", pa.array(["007", "  ", "a\x00b"], pa.large_string())),
    ("备考", pa.array([True, None, False])),
]


@pytest.mark.parametrize(("field", "column"), TYPES, ids=lambda value: str(getattr(value, "type", value)))
def test_every_type_of_arrow_is_read_as_its_values_are(field: str, column: pa.Array) -> None:
    keys = pa.array(["C1", "C2", "C3"])
    table = pa.table({"代码": keys, field: column})
    rows = [{"代码": key, field: value} for key, value in zip(keys.to_pylist(), column.to_pylist(), strict=True)]
    agrees({"企业": table}, rows)


@pytest.mark.parametrize(
    "days",
    [
        pa.array([3_000_000, 0, -800_000], pa.int32()).cast(pa.date32()),
        pa.array([2**62, 0, -(2**62)]).cast(pa.timestamp("us")),
    ],
)
def test_days_that_there_are_not_are_bad_cells(days: pa.Array) -> None:
    results = policydsl.evaluate_tables(PROGRAM, {"企业": pa.table({"代码": ["C1", "C2", "C3"], "成立": days})})
    found = [results["企业"].outcome(key, "早") for key in ("C1", "C2", "C3")]
    assert found[1] is True
    assert isinstance(found[0], Blocked)
    assert isinstance(found[2], Blocked)
    assert [str(one.where) for one in results.findings if one.code == "facts-not-date"] == [
        "企业[成立:1]",
        "企业[成立:3]",
    ]


REFUSED: list[tuple[str, Any, str]] = [
    ("家数", pa.array([[1], None, []]), "list<"),
    ("家数", pa.array([{"a": 1}, None, None]), "struct<"),
    ("家数", pa.array([b"1", None, None], pa.binary_view()), "binary_view"),
    ("家数", pa.array([timedelta(1), None, None]), "duration"),
    ("家数", pa.array([pa.MonthDayNano([1, 2, 3]), None, None]), "month_day_nano"),
    ("报到", pa.array([0, None, 0], pa.timestamp("ns", "UTC")), "tz=UTC"),
    ("成立", pa.array([0, None, 0], pa.timestamp("us", "+08:00")), "tz=+08:00"),
    ("备考", pa.ExtensionArray.from_storage(pa.uuid(), pa.array([b"0" * 16, None, None], pa.binary(16))), "uuid"),
    (
        "备考",
        pa.UnionArray.from_dense(
            pa.array([0, 0, 0], pa.int8()), pa.array([0, 1, 2], pa.int32()), [pa.array([5, 6, 7])]
        ),
        "union",
    ),
    ("家数", pandas.Series(pandas.period_range("2025-01", periods=3, freq="M")), "period"),
    ("家数", polars.Series([timedelta(1), None, None]), "duration"),
]


@pytest.mark.parametrize(("field", "column", "words"), REFUSED, ids=lambda value: str(value)[:12])
def test_a_column_that_holds_no_cells_is_refused_by_table_and_column(field: str, column: Any, words: str) -> None:
    keys = ["C1", "C2", "C3"]
    if isinstance(column, pandas.Series):
        table: Any = pandas.DataFrame({"代码": keys, field: column, "投入": 5})
    elif isinstance(column, polars.Series):
        table = polars.DataFrame({"代码": keys, field: column, "投入": 5})
    else:
        table = pa.table({"代码": keys, field: column, "投入": [5, 5, 5]})
    results = policydsl.evaluate_tables(PROGRAM, {"firm": table})
    (told,) = [finding for finding in results.findings if finding.code == "facts-column-type"]
    assert str(told.where) == f"firm[{field}]"
    assert words in str(told.data["type"])
    rule = {"家数": "倍数", "报到": "守时", "成立": "早", "备考": "注"}[field]
    first = results["企业"].outcome("C1", rule)
    assert isinstance(first, Blocked)
    assert first.status == "invalid"
    assert results["企业"].outcome("C1", "奖励") == Fraction(1, 2)


def test_a_boolean_of_eight_bits_is_one() -> None:
    flags = pa.ExtensionArray.from_storage(pa.bool8(), pa.array([1, None, 0], pa.int8()))
    agrees(
        {"企业": pa.table({"代码": ["C1", "C2", "C3"], "合格": flags})},
        [{"代码": "C1", "合格": True}, {"代码": "C2", "合格": None}, {"代码": "C3", "合格": False}],
    )


ODD: list[Any] = [1, "五十", 2.5, True, Decimal("7.00"), "1,050", None, float("nan"), date(2025, 1, 1), datetime(2025, 1, 1), datetime(2025, 1, 1, 5),
    datetime(2025, 1, 1, 5, tzinfo=UTC), 2**70, [1], {"a": 1}, "  ", "是", "甲类", pandas.NA, pandas.NaT, 1j]  # fmt: skip


@pytest.mark.parametrize("field", ["家数", "投入", "类", "成立", "报到", "合格", "备考"])
def test_objects_of_python_are_read_one_by_one(field: str) -> None:
    """One and true, a day and its first moment are not the same cell, whatever a library makes of a column of both."""
    frame = pandas.DataFrame({"代码": [f"C{n}" for n in range(len(ODD))], field: pandas.Series(ODD, dtype=object)})
    missing = (pandas.NA, pandas.NaT)
    rows = [
        {
            "代码": f"C{n}",
            field: None if value is None or any(value is one for one in missing) or value != value else value,
        }
        for n, value in enumerate(ODD)
    ]
    # the reader of values has no complex numbers either; it says so, as of any object
    agrees({"企业": frame}, rows)


@pytest.mark.parametrize(
    "values",
    [
        [date(2025, 1, 1), datetime(2025, 1, 1, 5)],
        [True, 1],
        [1, 2**60 + 1, 0.5],
        [2**80, 1],
        ["a", 5],
    ],
)
def test_no_library_guesses_at_a_column_of_objects(values: list[Any]) -> None:
    frame = pandas.DataFrame({"代码": [f"C{n}" for n in range(len(values))]})
    for field in ("家数", "投入", "成立", "备考"):
        frame[field] = pandas.Series(values, dtype=object)
        rows = [{"代码": f"C{n}", field: value} for n, value in enumerate(values)]
        agrees({"企业": frame[["代码", field]]}, rows)
    objects = polars.DataFrame(
        {"代码": [f"C{n}" for n in range(len(values))], "家数": polars.Series(values, dtype=polars.Object)}
    )
    agrees({"企业": objects}, [{"代码": f"C{n}", "家数": value} for n, value in enumerate(values)])


def test_whole_numbers_of_128_bits() -> None:
    frame = polars.DataFrame({"代码": ["C1", "C2"], "家数": polars.Series([2**100, 5], dtype=polars.Int128)})
    agrees({"企业": frame}, [{"代码": "C1", "家数": 2**100}, {"代码": "C2", "家数": 5}])
    relation = duckdb.connect().sql("select 'C' || i as 代码, i::hugeint as 家数 from range(1, 3) t(i)")
    agrees({"企业": relation}, [{"代码": "C1", "家数": 1}, {"代码": "C2", "家数": 2}])


# ---------------------------------------------------------------- laws

TEXTS = st.sampled_from(["甲类", "a", "丙类", "", " ", "1", "二", "1e3", "-"])
WHOLES = st.integers(-3, 2**64)
CELLS = {
    "类": TEXTS,
    "家数": WHOLES,
    "投入": st.floats(-1e18, 1e18).filter(lambda x: x == 0 or abs(x) > 1e-9)
    | st.floats(0, 1e6).map(lambda x: round(x, 2)),
    "成立": st.dates(),
    "报到": st.datetimes(),
    "合格": st.booleans(),
    "备考": TEXTS,
}
ROWS = st.lists(
    st.fixed_dictionaries({name: st.none() | cells for name, cells in CELLS.items()}), min_size=1, max_size=5
)
SCHEMA = pa.schema(
    [
        ("代码", pa.string()),
        ("类", pa.string()),
        ("家数", pa.decimal128(38, 0)),
        ("投入", pa.float64()),
        ("成立", pa.date32()),
        ("报到", pa.timestamp("us")),
        ("合格", pa.bool_()),
        ("备考", pa.string()),
    ]
)


@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(rows=ROWS)
def test_one_meaning(tmp_path: Path, rows: Rows) -> None:
    """Facts, parquet, Arrow, pandas and polars."""
    rows = [{"代码": f"C{n}", **row} for n, row in enumerate(rows)]
    table = pa.Table.from_pylist(rows, SCHEMA)
    pq.write_table(table, tmp_path / "a.parquet")
    with pa.ipc.new_stream(tmp_path / "a.arrows", SCHEMA) as writer:
        writer.write_table(table)
    frames = [
        table,
        str(tmp_path / "a.parquet"),
        str(tmp_path / "a.arrows"),
        pandas.DataFrame({name: pandas.Series([row[name] for row in rows], dtype=object) for name in SCHEMA.names}),
        polars.from_arrow(table),
    ]
    told = set()
    for frame in frames:
        results = agrees({"企业": frame}, rows)
        told.add(tuple(sorted((one.code, str(one.where).partition("[")[2]) for one in results.findings)))
    assert len(told) == 1


@settings(deadline=None, max_examples=300)
@given(
    st.floats(allow_nan=False, allow_infinity=False)
    | st.floats(-1e12, 1e12)
    | st.decimals(-(10**11), 10**11, places=4).map(float)
)
def test_a_float_of_few_digits_is_the_shortest_decimal_that_it_stands_for(number: float) -> None:
    from sqlglot import exp

    raw = exp.cast(exp.Literal.number(repr(abs(number))), "DOUBLE")
    query = exp.select(_decimals(raw if number >= 0 else exp.Neg(this=exp.Paren(this=raw)), 4)).sql("duckdb")
    ((found,),) = duckdb.sql(query).fetchall()
    if found is not None:
        assert Fraction(found, 10_000) == of_float(number)
    else:
        meant = of_float(number)
        assert meant is None or abs(meant) * 10_000 >= 10**15 or (Fraction(meant) * 10_000).denominator != 1


# ---------------------------------------------------------------- results, and what is no table


def test_results_go_to_any_library_and_to_files(tmp_path: Path) -> None:
    results = policydsl.evaluate_tables(PROGRAM, {"企业": arrow(FIRMS[:2]), "活动": arrow(EVENTS)})
    assert list(results) == ["企业", "全市"]
    assert len(results) == 2
    firms = results["企业"]
    wanted = firms.arrow()
    assert wanted["奖励"].to_pylist() == [Decimal("100.05"), Decimal("0.01")]
    assert pa.table(firms).equals(wanted)
    assert firms.batches(1).read_all().equals(wanted)
    assert polars.DataFrame(firms).to_arrow()["场次"].to_pylist() == wanted["场次"].to_pylist()
    assert pandas.DataFrame.from_arrow(firms)["代码"].tolist() == ["C1", "C2"]
    assert firms.relation().project("sum(场次)").fetchall() == [(1,)]
    firms.write(tmp_path / "结果.feather")
    assert pa.ipc.open_file(tmp_path / "结果.feather").read_all().equals(wanted)
    assert results.totals["全市", "总额"] == Fraction(10006, 100)
    assert firms.tallies()[0].counts == (2, 0, 0, 0)
    assert "列引擎" in results.plan[0]
    with pytest.raises(KeyError):
        results["活动"]
    with pytest.raises(KeyError):
        firms.outcome("C9", "奖励")


def broken_off() -> Any:
    def batches() -> Iterator[pa.RecordBatch]:
        yield arrow(EVENTS).to_batches()[0]
        raise OSError("the line is dead")

    return pa.RecordBatchReader.from_batches(arrow(EVENTS).schema, batches())


@pytest.mark.parametrize(
    ("table", "code", "words"),
    [
        (pa.table({"日子": [1]}).drop_columns(["日子"]), "", ""),
        (broken_off(), "facts-file-broken", "from row 4"),
        (polars.LazyFrame(EVENTS).select(polars.col("日子").str.len_chars()), "facts-file-broken", "活动"),
        ("没有.arrow", "facts-file-missing", "没有.arrow"),
        ("活动.pdf", "facts-file-kind", ".pdf"),
    ],
)
def test_a_table_that_cannot_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: Any, code: str, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "活动.pdf").touch()
    tables = {"企业": arrow(FIRMS), "活动": table}
    if not code:
        assert not isinstance(policydsl.evaluate_tables(PROGRAM, tables)["企业"].outcome("C1", "奖励"), Blocked)
        return
    with pytest.raises(policydsl.FactsError) as caught:
        policydsl.evaluate_tables(PROGRAM, tables)
    assert [finding.code for finding in caught.value.findings] == [code]
    assert words in str(caught.value)


def test_a_number_that_columns_cannot_hold_is_told_by_its_row() -> None:
    for values in ([0.5, 1e-60], ["0.5", f"0.{'0' * 50}1"]):
        with pytest.raises(policydsl.FactsError) as caught:
            policydsl.evaluate_tables(PROGRAM, {"企业": pa.table({"代码": ["C1", "C2"], "投入": values})})
        (told,) = caught.value.findings
        assert told.code == "facts-too-long-number"
        assert told.data["row"] == 2


def test_what_is_no_table_and_what_is_of_no_entity() -> None:
    with pytest.raises(TypeError, match="企业"):
        policydsl.evaluate_tables(PROGRAM, {"企业": [{"代码": "C1"}]})
    with pytest.raises(ValueError, match="企业"):
        policydsl.evaluate_tables(PROGRAM, {"企业": arrow(FIRMS), "firm": arrow(FIRMS)})
    with pytest.raises(policydsl.FactsError) as caught:
        policydsl.evaluate_tables(PROGRAM, {"企业": arrow(EVENTS)})
    assert caught.value.findings[0].code == "facts-header-missing"
    found = policydsl.evaluate_tables(PROGRAM, {"企业": arrow(FIRMS), "企 业户": arrow(EVENTS)})
    assert [finding.code for finding in found.findings if finding.code == "facts-sheet-unknown"] == [
        "facts-sheet-unknown"
    ]


def test_a_name_that_stands_twice_is_told() -> None:
    table = pa.Table.from_arrays([pa.array(["C1"]), pa.array([5]), pa.array([6])], ["代码", "家数", "家数"])
    both = pandas.DataFrame([["C1", 5, 6]], columns=["代码", "家数", "家数"])
    for one in (table, both):
        results = policydsl.evaluate_tables(PROGRAM, {"企业": one})
        assert "facts-column-twice" in {finding.code for finding in results.findings}
        assert results["企业"].outcome("C1", "倍数") == 15


def test_it_asks_for_no_library_of_frames(tmp_path: Path) -> None:
    code = (
        "import sys\nfor name in ('pandas', 'polars', 'numpy'): sys.modules[name] = None\n"
        "import policydsl, pyarrow as pa\n"
        "program = policydsl.loads(open('例.pol', encoding='utf-8').read())\n"
        "results = policydsl.evaluate_tables(program, {'企业': pa.table({'代码': ['C1'], '家数': [5]})})\n"
        "assert results['企业'].outcome('C1', '倍数') == 15 and results['企业'].arrow().num_rows == 1"
    )
    (tmp_path / "例.pol").write_text(POLICY, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_nothing_is_none() -> None:
    """无 is a value of fields that may have none, in frames and files as elsewhere; a word of a list may look like it."""
    program = policydsl.loads(
        POLICY.replace("备考:   文本", "备考:   文本  或无").replace("类:     类别", "类:     类别  或无")
    )
    frame = polars.DataFrame({"代码": ["C1", "C2", "C3"], "备考": ["无", "None", "有的"], "类": ["无", "a", "—"]})
    results = policydsl.evaluate_tables(program, {"企业": frame})
    assert [results["企业"].outcome(key, "注") for key in ("C1", "C2", "C3")] == [NONE, NONE, "有的"]
    rows = policydsl.facts_of(program, {"企业": frame.to_dicts()}).facts
    trace = policydsl.evaluate(program, rows)
    for key in ("C1", "C2", "C3"):
        assert same(trace.outcome("企业", key, "甲乙"), results["企业"].outcome(key, "甲乙"))
