"""Files for the column engine: what is read, what is told of odd cells, what is written, a run that is killed and goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from policydsl.cli.main import main

ROOT = Path(__file__).parents[2]
POLICY = """政策 “大表(示例)”:
    编号 BIG-1
    主体 企业

单位 家、场

名录 类别: 甲类 (a)、乙类 (b)

对象 企业 (firm):
    代码:           文本  主键
    类 (kind):      类别
    认定数:         家
    目标数:         家  大于 0家
    投入:           金额  可为小数
    合格:           布尔  人工判断 由 示例局

对象 活动(场) 属于 企业:
    日期:   日期
    到会数: 家

规则 完成率 = 认定数 ÷ 目标数  依据 一

规则 补助 = 认定数 × 分档 完成率:  依据 一
    达到 85%(含)   500元/家
    达到 100%(含)  600元/家
    否则           0元/家

规则 场次 = 计数(活动 其中 到会数 不低于 20家 且 日期 不晚于 2025年8月31日)  依据 二

规则 奖励 = 若 场次 不低于 2场 且 类 为 甲类 则 投入 的 10% 否则 0元  依据 二

规则 应发 = 若 合格 则 补助 + 奖励 否则 0元  依据 三

对象 全市 单例:
    预算: 金额

针对 全市:
    规则 总额 = 合计(企业.应发)  依据 三
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "例.pol").write_text(POLICY, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def parquet(name: str, query: str) -> None:
    duckdb.connect().sql(query).write_parquet(name)


def csv(name: str, *lines: str) -> None:
    Path(name).write_text("\n".join(lines) + "\n", encoding="utf-8")


FIRMS = (
    "代码,类,认定数,目标数,投入,合格",
    "C1,甲类,100,100,1000.50,是",
    "C2,a,84,100,35万,true",
    'C3,乙类,"1,050",1000,,否',
    "C4,丙类,10,0,1,是",
    "C5,甲类,10.5,10,1,",
    "C6,甲类,-3,10,1,是",
)
EVENTS = (
    "企业,日期,到会数",
    "C1,2025-08-31,20",
    "C1,2025年3月1日,25",
    "C2,2025-09-01,30",
    "C9,2025-03-01,30",
    ",2025-03-01,30",
    "C3,三月,30",
)


def told(place: Path, capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    code = main(["run", "例.pol", *args])
    out, err = capsys.readouterr()
    return code, out, err


def test_csv_means_what_it_means_to_the_reference(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    csv("企业.csv", *FIRMS)
    csv("活动.csv", *EVENTS)
    code, _, err = told(place, capsys, "企业.csv", "活动.csv", "--engine", "columnar", "-o", "结果.csv")
    assert code == 1
    for words in ("丙类", "10.5", "-3", "C9", "三月"):
        assert words in err
    rows = {row["代码"]: row for row in _rows("结果.csv")}
    main(["run", "例.pol", "企业.csv", "活动.csv", "--format", "json"])
    wanted = json.loads(capsys.readouterr().out)["results"]["企业"]
    assert set(rows) == set(wanted)
    for key, rules in wanted.items():
        for rule, cell in rules.items():
            assert rows[key].get(f"{rule}·状态", "value") == cell["status"], (key, rule)
            if cell["status"] == "value" and rule in rows[key] and cell["value"] not in (True, False):
                assert Decimal(rows[key][rule]) == Decimal(cell["value"]), (key, rule)


def _rows(name: str) -> list[dict[str, str]]:
    import csv as reader

    with open(name, encoding="utf-8", newline="") as stream:
        return list(reader.DictReader(stream))


def test_parquet_in_and_out(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parquet(
        "企业.parquet",
        "select * from (values ('C1', '甲类', 100, 100, 1000.50::decimal(12,2), true), ('C2', 'b', 84, 100, 5, null)) t(代码, 类, 认定数, 目标数, 投入, 合格)",
    )
    parquet(
        "活动.parquet",
        "select * from (values ('C1', date '2025-08-31', 20), ('C1', date '2025-01-01', 20)) t(企业, 日期, 到会数)",
    )
    code, out, err = told(place, capsys, "企业.parquet", "活动.parquet", "-o", "结果.parquet")
    assert (code, err) == (0, "")
    assert "列引擎" in out
    shown = (
        duckdb.connect()
        .sql(
            'select 代码, 补助, 奖励, 应发, "应发·状态", "应发·缘由", "完成率·分子", "完成率·分母" from \'结果.parquet\''
        )
        .fetchall()
    )
    assert shown[0][:5] == ("C1", Decimal(60000), Decimal("100.050"), Decimal("60100.050"), "value")
    assert shown[1][4] == "pending"
    assert "示例局" in shown[1][5][0]
    assert shown[1][6:] == (Decimal(84), Decimal(100))
    assert not [name for name in os.listdir() if name.startswith(".")]


def test_a_folder_has_a_file_for_each_entity(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parquet(
        "firm.parquet",
        "select 'C1' as 代码, '甲类' as kind, 1 as 认定数, 1 as 目标数, 1.5::double as 投入, true as 合格",
    )
    code, _, _ = told(place, capsys, "firm.parquet", "-o", "结果/")
    assert code == 0
    assert sorted(os.listdir("结果")) == ["企业.parquet", "全市.parquet"]
    # nobody handed in the table of events: what is counted there is unknown, what does not need it is not
    assert duckdb.connect().sql("select \"场次·状态\", 补助 from '结果/企业.parquet'").fetchall() == [("unknown", 600)]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Path("企业.parquet").write_bytes(b"PAR1 cut short"), "不是完整的"),
        (lambda: parquet("企业.parquet", "select 1 as 认定数"), "代码"),
        (lambda: Path("企业.parquet").unlink(missing_ok=True), "企业.parquet"),
        (lambda: parquet("企业.parquet", "select 'C1' as 代码, 'x' as 认定数"), "「x」"),
        (
            lambda: parquet("企业.parquet", "select * from (values ('C1', 1), ('C1', 2), (null, 3)) t(代码, 认定数)"),
            "C1",
        ),
        (lambda: parquet("企业.parquet", "select 'C1' as 代码, 1e300::double as 认定数"), "位数过多"),
        (lambda: parquet("企业.parquet", "select 'C1' as 代码, [1, 2] as 认定数"), "认定数"),
    ],
)
def test_bad_files_are_told_and_nothing_half_written(
    place: Path, capsys: pytest.CaptureFixture[str], make: object, words: str
) -> None:
    make()  # type: ignore[operator]
    Path("结果.parquet").write_bytes(b"of before")
    code, _, err = told(place, capsys, "企业.parquet", "-o", "结果.parquet")
    assert code == 1
    assert words in err
    assert "Traceback" not in err


GOOD = "select 'C' || i as 代码, '甲类' as 类, {count} as 认定数, 7 as 目标数, 1 as 投入, true as 合格 from range(1, 5) t(i)"


def holed(name: str) -> None:
    """Overwrite a stretch within a parquet file: its end, with the description, is whole."""
    data = bytearray(Path(name).read_bytes())
    data[10:200] = bytes(190)
    Path(name).write_bytes(bytes(data))


def test_rows_are_told_by_their_own_file(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("二").mkdir()
    parquet("企业.parquet", GOOD.format(count="i"))
    parquet("二/企业.parquet", GOOD.format(count="case when i = 3 then -5 else i end").replace("'C'", "'D'"))
    code, _, err = told(place, capsys, "企业.parquet", "二/企业.parquet", "-o", "结果.parquet")
    assert code == 1
    assert "二/企业.parquet[认定数:3]" in err
    shown = duckdb.connect().sql("select 代码, \"补助·状态\" from '结果.parquet'").fetchall()
    assert [row[0] for row in shown] == [f"{letter}{n}" for letter in "CD" for n in range(1, 5)]
    assert [row for row in shown if row[1] != "value"] == [("D3", "invalid")]


def test_rows_of_the_reference_stay_in_their_place(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    strict = POLICY + "\n约束 不超目标: 认定数 不高于 目标数 或 目标数 为 7家  依据 三\n"
    (place / "例.pol").write_text(strict, encoding="utf-8")
    made = "select 'C' || i as 代码, '甲类' as 类, 9 as 认定数, case when i = 2 then 8 else 7 end as 目标数, 1 as 投入, true as 合格"
    parquet("企业.parquet", made + " from range(1, 6) t(i)")
    code, out, _ = told(place, capsys, "企业.parquet", "-o", "结果.parquet")
    assert code == 0
    assert "1 户由参考解释器逐户测算" in out
    shown = duckdb.connect().sql("select 代码 from '结果.parquet'").fetchall()
    assert [row[0] for row in shown] == [f"C{n}" for n in range(1, 6)]


def test_one_wrong_cell_leaves_the_other_rows(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parquet("企业.parquet", GOOD.format(count="case when i = 2 then '五十' else i::varchar end"))
    code, _, err = told(place, capsys, "企业.parquet", "-o", "结果.parquet")
    assert code == 1
    assert "企业.parquet[认定数:2]" in err
    assert "五十" in err
    shown = duckdb.connect().sql("select 代码, \"补助·状态\" from '结果.parquet'").fetchall()
    assert [row for row in shown if row[1] != "value"] == [("C2", "invalid")]


def test_a_file_with_a_hole_is_told_by_name_and_nothing_stays(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parquet("企业.parquet", GOOD.format(count="i"))
    holed("企业.parquet")
    code, _, err = told(place, capsys, "企业.parquet", "-o", "结果.parquet")
    assert code == 1
    assert "facts-file-broken" in err
    assert "企业.parquet" in err
    assert not [name for name in os.listdir() if "结果" in name]


def test_files_of_two_kinds_for_one_entity_are_refused(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("二").mkdir()
    parquet("企业.parquet", GOOD.format(count="i"))
    csv("二/企业.csv", *FIRMS)
    code, _, err = told(place, capsys, "企业.parquet", "二/企业.csv")
    assert code == 1
    assert "二/企业.csv" in err
    assert "同一种文件" in err


def test_keys_of_owners_are_read_as_keys(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    csv("企业.csv", "代码,类,认定数,目标数,投入,合格", "C1,甲类,3,7,1,是", "C2 ,甲类,3,7,1,是,多出的")
    csv("活动.csv", "企业,日期,到会数", " C1,2025-08-30,30", "C1 ,2025-08-30,30", "\u3000C2,2025-08-30")
    code, _, err = told(place, capsys, "企业.csv", "活动.csv", "--engine", "columnar", "-o", "结果.parquet")
    assert code == 0, err
    shown = duckdb.connect().sql("select 代码, 场次, \"场次·状态\" from '结果.parquet'").fetchall()
    assert shown == [("C1", 2, "value"), ("C2", None, "unknown")]


def test_a_singleton_has_one_row(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parquet("企业.parquet", GOOD.format(count="i"))
    parquet("全市.parquet", "select i as 预算 from range(3) t(i)")
    code, _, err = told(place, capsys, "企业.parquet", "全市.parquet")
    assert code == 1
    assert "全市.parquet[预算:2]" in err
    parquet("全市.parquet", "select 1 as 预算 where false")
    code, _, _ = told(place, capsys, "企业.parquet", "全市.parquet", "-o", "结果/")
    assert code == 0
    assert len(duckdb.connect().sql("select * from '结果/全市.parquet'").fetchall()) == 1
    assert len(duckdb.connect().sql("select * from '结果/企业.parquet'").fetchall()) == 4


def test_what_does_not_fit_64_bits_once_scaled_is_exact(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    amount = '(900000000000000 + i)::decimal(38,4) as "投入(万元)"'
    parquet("企业.parquet", GOOD.format(count="i").replace("1 as 投入", amount))
    parquet("活动.parquet", "select 'C1' as 企业, date '2025-08-30' as 日期, 30 as 到会数 from range(2)")
    assert told(place, capsys, "企业.parquet", "活动.parquet", "-o", "结果.parquet")[0] == 0
    found = duckdb.connect().sql("select 奖励 from '结果.parquet' where 代码 = 'C1'").fetchall()
    assert found == [(Decimal(900_000_000_000_001_0000) / 10,)]


def test_a_full_disk_leaves_nothing_that_looks_whole(place: Path) -> None:
    parquet("企业.parquet", GOOD.format(count="i").replace("range(1, 5)", "range(1, 200001)"))
    limited = (
        "import resource, sys\nresource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))\n"
        "from policydsl.cli.main import main\nsys.exit(main(sys.argv[1:]))"
    )
    call = [sys.executable, "-c", limited, "run", "例.pol", "企业.parquet", "-o", "结果.parquet"]
    done = subprocess.run(
        call, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert done.returncode == 1
    assert "没有算完" in done.stderr
    assert "Traceback" not in done.stderr
    assert not Path("结果.parquet").exists()


def test_the_work_of_another_run_is_not_taken(place: Path) -> None:
    parquet("企业.parquet", GOOD.format(count="i"))
    other = duckdb.connect(".结果.parquet.work.duckdb")
    other.execute("create table theirs as select 1")
    call = [sys.executable, "-m", "policydsl", "run", "例.pol", "企业.parquet", "-o", "结果.parquet"]
    done = subprocess.run(
        call, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert done.returncode == 1
    assert "另一次运行" in done.stderr
    assert other.sql("select * from theirs").fetchall() == [(1,)]


def test_other_kinds_of_files_are_refused(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("企业.xlsx").write_bytes(b"")
    assert told(place, capsys, "企业.xlsx", "--engine", "columnar")[0] == 2
    parquet("企业.parquet", "select 'C1' as 代码")
    assert told(place, capsys, "企业.parquet", "-o", "结果.json")[0] == 2


SLOW = """
import sys, time
from policydsl.columnar import pieces
finish = pieces.Ledger.finish
def slowly(self, width, root, number, told):
    if number:
        print("half", flush=True)
        time.sleep(60)
    finish(self, width, root, number, told)
pieces.Ledger.finish = slowly
from policydsl.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def test_a_killed_run_goes_on_where_it_was(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    parquet(
        "企业.parquet",
        "select 'C' || i as 代码, '甲类' as 类, i as 认定数, 7 as 目标数, 1 as 投入, true as 合格 from range(1, 101) t(i)",
    )
    code, _, _ = told(place, capsys, "企业.parquet", "-o", "一次.parquet")
    assert code == 0
    monkeypatch.setenv("POLICYDSL_PIECE", "30")
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, "run", "例.pol", "企业.parquet", "-o", "分次.parquet"],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"half\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not Path("分次.parquet").exists()
    code, out, _ = told(place, capsys, "企业.parquet", "-o", "分次.parquet")
    assert code == 0
    assert "接着上次" in out
    one, other = (duckdb.connect().sql(f"select * from '{name}.parquet'").fetchall() for name in ("一次", "分次"))
    assert one == other
    assert len(one) == 100
    assert not [name for name in os.listdir() if name.startswith(".")]


def test_the_query_is_printed_and_gives_the_same(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parquet(
        "企业.parquet",
        "select 'C' || i as 代码, '甲类' as 类, i as 认定数, 7 as 目标数, i / 4 as 投入, i % 3 = 0 as 合格 from range(1, 50) t(i)",
    )
    parquet(
        "活动.parquet",
        "select 'C' || (1 + i % 49) as 企业, date '2025-08-30' as 日期, i % 40 as 到会数 from range(200) t(i)",
    )
    assert told(place, capsys, "企业.parquet", "活动.parquet", "-o", "结果.parquet")[0] == 0
    assert main(["sql", "例.pol"]) == 0
    query = capsys.readouterr().out
    db = duckdb.connect()
    for name in ("企业", "活动"):
        db.execute(f"create view \"{name}\" as select * from '{name}.parquet'")
    db.execute('create table "全市" as select 1 as 预算')
    ours = db.sql("select 代码, 补助, 奖励, 应发 from '结果.parquet' order by 代码").fetchall()
    theirs = db.sql(f"select 代码, 补助, 奖励, 应发 from ({query.split(chr(10), 2)[2]}) order by 代码").fetchall()
    assert ours == theirs


def test_the_printed_query_stands_alone_and_agrees_cell_by_cell(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Blanks, a zero divisor, an awaited decision and firms without events included; another process runs the text as printed."""
    parquet(
        "企业.parquet",
        "select 'C' || i as 代码, ['甲类', '乙类'][1 + i % 2] as 类, case when i % 11 = 0 then null else i end as 认定数, "
        "1 + i % 9 as 目标数, i / 4 as 投入, case when i % 5 = 0 then null else i % 3 = 0 end as 合格 from range(1, 60) t(i)",
    )
    parquet(
        "活动.parquet",
        "select 'C' || (1 + i % 49) as 企业, date '2025-08-30' as 日期, case when i % 13 = 0 then null else i % 40 end as 到会数 "
        "from range(200) t(i)",
    )
    assert told(place, capsys, "企业.parquet", "活动.parquet", "-o", "结果.parquet")[0] == 0
    assert main(["sql", "例.pol", "--dialect", "duckdb"]) == 0
    Path("query.sql").write_text(capsys.readouterr().out, encoding="utf-8")
    alone = (
        "import duckdb; db = duckdb.connect()\n"
        "for name in ('企业', '活动'): db.execute(f'create view \"{name}\" as select * from \\'{name}.parquet\\'')\n"
        "db.execute('create table \"全市\" as select 1 as 预算')\n"
        "db.sql(open('query.sql', encoding='utf-8').read()).write_parquet('query.parquet')"
    )
    subprocess.run([sys.executable, "-c", alone], check=True)
    db = duckdb.connect()
    shown = '代码, 场次, "场次·状态", 补助, "补助·状态", "补助·缘由", 奖励, "奖励·状态", 应发, "应发·状态", "应发·缘由"'
    ours, theirs = (
        db.sql(f"select {shown} from '{name}.parquet' order by 代码").fetchall() for name in ("结果", "query")
    )
    assert ours == theirs
    assert {row[-2] for row in ours} == {"value", "pending", "unknown"}


@pytest.mark.parametrize("dialect", ["sqlite", "trino", "tsql", "bigquery", "mysql", "oracle"])
def test_inexact_dialects_are_refused_with_the_reason(
    place: Path, capsys: pytest.CaptureFixture[str], dialect: str
) -> None:
    assert main(["sql", "例.pol", "--dialect", dialect]) == 2
    assert dialect in capsys.readouterr().err


@pytest.mark.parametrize("call", [["sql"], ["run", "企业.parquet", "--engine", "columnar"]])
def test_a_reading_that_there_is_not_is_refused_in_words(
    place: Path, capsys: pytest.CaptureFixture[str], call: list[str]
) -> None:
    parquet("企业.parquet", "select 'C1' as 代码")
    assert main([call[0], "例.pol", *call[1:], "--reading", "没有=甲"]) == 2
    assert "没有" in capsys.readouterr().err


def test_the_query_for_spark_has_no_word_of_the_embedded_database(capsys: pytest.CaptureFixture[str]) -> None:
    program = str(ROOT / "policies" / "2025.pol")
    assert main(["sql", program, "--dialect", "spark"]) == 0
    query = capsys.readouterr().out
    assert "list_" not in query
    assert "INT128" not in query
    assert "array_distinct" in query.lower()


def test_the_public_face_knows_nothing_of_it_until_asked() -> None:
    code = "import policydsl, sys; policydsl.load; assert 'duckdb' not in sys.modules and 'sqlglot' not in sys.modules"
    assert (
        subprocess.run(
            [sys.executable, "-c", code], check=False, env={**os.environ, "PYTHONPATH": str(ROOT)}
        ).returncode
        == 0
    )
