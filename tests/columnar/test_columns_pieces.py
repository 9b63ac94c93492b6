"""Large tables for the column engine: rows called by their numbers, pieces written down as they are finished, and put together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow.parquet
import pytest

from policydsl.cli.main import main
from policydsl.columnar.stitched import Unlike, stitched

ROOT = Path(__file__).parents[2]
FIRMS = """政策 “分段(编造)”:
    编号 PIECES-1
    主体 企业

单位 家、场

名录 类别: 甲类、乙类

对象 企业:
    代码:   文本  主键
    类:     类别
    认定数: 家
    目标数: 家  大于 0家
    投入:   金额

对象 活动(场) 属于 企业:
    编号:   文本  主键
    日期:   日期
    到会数: 家

对象 签约(家) 属于 活动:
    号:     文本  主键
    金额数: 金额

规则 完成率 = 认定数 ÷ 目标数  依据 一
规则 场次 = 计数(活动 其中 到会数 不低于 企业.目标数 且 日期 不晚于 2025年8月31日)  依据 二
规则 大场 = 计数(活动 其中 大 且 到会数 不低于 企业.目标数)  依据 二
规则 奖励 = 若 场次 不低于 1场 则 投入 × 3 否则 投入 的 10%  依据 二

针对 活动:
    规则 大 = 到会数 不低于 20家  依据 三
    规则 签约额 = 合计(签约.金额数)  依据 三

针对 签约:
    约束 有限: 金额数 低于 100万元  依据 三
"""
TOTALS = (
    FIRMS
    + """
对象 全市 单例:
    预算: 金额

针对 全市:
    规则 总额 = 合计(企业.奖励)  依据 四
    规则 大场数 = 合计(企业.大场)  依据 四
"""
)
MANY = 100
SLOW = """
import sys, time
from policydsl.columnar import pieces
finish = pieces.Ledger.finish
def slowly(self, width, root, number, told):
    if number == {after} and width.startswith("{width}"):
        print("half", flush=True)
        time.sleep(60)
    finish(self, width, root, number, told)
pieces.Ledger.finish = slowly
from policydsl.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "例.pol").write_text(FIRMS, encoding="utf-8")
    (tmp_path / "总.pol").write_text(TOTALS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    tables()
    return tmp_path


def tables(invested: str = "i * 100", event: str = "'E' || i", owner: str = "'C' || (i * 7 % 100)") -> None:
    """A hundred firms, three hundred events in another order than theirs, six hundred contracts in yet another."""
    parquet(
        "企业.parquet",
        f"select 'C' || i as 代码, ['甲类', '乙类'][1 + i % 2] as 类, i * 37 % 90 as 认定数, 1 + i % 40 as 目标数, "
        f"{invested} as 投入 from range({MANY}) t(i)",
    )
    parquet(
        "活动.parquet",
        f"select {owner} as 企业, {event} as 编号, date '2025-08-01' + (i % 60)::int as 日期, i * 13 % 50 as 到会数 "
        "from range(300) t(i)",
    )
    parquet(
        "签约.parquet", "select 'E' || (i * 11 % 300) as 活动, 'S' || i as 号, i * 1000 as 金额数 from range(600) t(i)"
    )


def parquet(name: str, query: str) -> None:
    duckdb.connect().execute(f"copy ({query}) to '{name}' (format parquet)")


def told(capsys: pytest.CaptureFixture[str], policy: str, *more: str) -> tuple[int, str, str]:
    code = main(["run", policy, "企业.parquet", "活动.parquet", "签约.parquet", *more])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def rows(name: str) -> list[tuple[object, ...]]:
    return duckdb.connect().sql(f"select * from '{name}'").fetchall()


def left() -> list[str]:
    return [name for name in os.listdir() if name.startswith(".")]


def killed(policy: str, *, after: int = 1, width: str = "", out: str = "分次.parquet") -> None:
    """A run that is killed when it has computed a piece that it has not yet called finished."""
    call = [sys.executable, "-c", SLOW.format(after=after, width=width), "run", policy]
    process = subprocess.Popen(
        [*call, "企业.parquet", "活动.parquet", "签约.parquet", "-o", out],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"half\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert not Path(out).exists()


@pytest.mark.parametrize("policy", ["例.pol", "总.pol"])
def test_pieces_are_the_same_as_all_at_once(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, policy: str
) -> None:
    code, once, err = told(capsys, policy, "-o", "一次/")
    assert (code, err) == (0, "")
    monkeypatch.setenv("POLICYDSL_PIECE", "30")
    code, several, err = told(capsys, policy, "-o", "分次/")
    assert (code, err) == (0, "")
    assert several == once
    for name in os.listdir("一次"):
        assert rows(f"分次/{name}") == rows(f"一次/{name}")
    assert [row[0] for row in rows("分次/企业.parquet")] == [f"C{i}" for i in range(MANY)]
    assert [row[:2] for row in rows("分次/活动.parquet")] == [(f"E{i}", f"C{i * 7 % 100}") for i in range(300)]
    assert pyarrow.parquet.read_table("分次/企业.parquet").num_rows == MANY
    assert not left()


def test_what_came_out_is_what_plain_python_says(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLICYDSL_PIECE", "30")
    assert told(capsys, "总.pol", "-o", "分次/")[0] == 0
    db = duckdb.connect()
    shown = db.sql("select 代码, 场次, 大场, 奖励 from '分次/企业.parquet'").fetchall()
    days = {i: (i % 60) <= 30 for i in range(300)}
    for i, (key, events, large, award) in enumerate(shown):
        mine = [e for e in range(300) if e * 7 % 100 == i and e * 13 % 50 >= 1 + i % 40]
        counted = sum(days[e] for e in mine)
        assert (key, events, large) == (f"C{i}", counted, sum(e * 13 % 50 >= 20 for e in mine))
        assert award == (Decimal(i * 300) if counted else Decimal(i * 10))
    signed = db.sql("select 签约额 from '分次/活动.parquet'").fetchall()
    assert [row[0] for row in signed] == [sum(c * 1000 for c in range(600) if c * 11 % 300 == i) for i in range(300)]
    total = db.sql("select 总额, 大场数 from '分次/全市.parquet'").fetchall()
    assert total == [(sum(row[3] for row in shown), sum(row[2] for row in shown))]


@pytest.mark.parametrize("policy", ["例.pol", "总.pol"])
def test_a_run_killed_between_pieces_goes_on(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, policy: str
) -> None:
    code, once, _ = told(capsys, policy, "-o", "一次.parquet")
    assert code == 0
    monkeypatch.setenv("POLICYDSL_PIECE", "30")
    killed(policy, after=2)
    assert left()
    code, several, _ = told(capsys, policy, "-o", "分次.parquet")
    assert code == 0
    assert "接着上次:2 段已经算完" in several
    assert several.splitlines()[2:] == once.splitlines()[1:]
    assert rows("分次.parquet") == rows("一次.parquet")
    assert not left()


def test_the_pieces_of_another_policy_are_not_taken(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first is killed, then another, then the first runs again: it finds none of its own pieces."""
    assert told(capsys, "例.pol", "-o", "一次.parquet")[0] == 0
    monkeypatch.setenv("POLICYDSL_PIECE", "30")
    (place / "别.pol").write_text(FIRMS.replace("的 10%", "的 20%"), encoding="utf-8")
    killed("例.pol", after=2)
    killed("别.pol", after=1)
    code, out, _ = told(capsys, "例.pol", "-o", "分次.parquet")
    assert code == 0
    assert "接着上次" not in out
    assert rows("分次.parquet") == rows("一次.parquet")


def test_what_outgrows_64_bits_in_a_later_piece_is_exact(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tables(invested="case when i = 77 then 9000000000000000000 else i * 100 end")
    assert told(capsys, "总.pol", "-o", "一次.parquet")[0] == 0
    monkeypatch.setenv("POLICYDSL_PIECE", "30")
    code, out, _ = told(capsys, "总.pol", "-o", "分次.parquet")
    assert code == 0
    assert "128 位" in out
    assert rows("分次.parquet") == rows("一次.parquet")
    found = duckdb.connect().sql("select 奖励 from '分次.parquet' where 代码 = 'C77'").fetchall()
    assert found[0][0] in (Decimal(27_000_000_000_000_000_000), Decimal(900_000_000_000_000_000))
    # killed after 64 bits were too few, it goes on with 128
    killed("总.pol", after=1, width="HUGEINT", out="再次.parquet")
    code, out, _ = told(capsys, "总.pol", "-o", "再次.parquet")
    assert code == 0
    assert "接着上次:1 段" in out
    assert rows("再次.parquet") == rows("一次.parquet")


def test_odd_cells_unknown_owners_and_keys_that_stand_twice(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tables(
        invested="case when i = 61 then '五十' else (i * 100)::varchar end",
        owner="case when i = 5 then 'C35 ' else 'C' || (i * 7 % 100) end",
    )
    code, once, err = told(capsys, "例.pol", "-o", "一次.parquet")
    assert code == 1
    assert "企业.parquet[投入:62]" in err
    monkeypatch.setenv("POLICYDSL_PIECE", "30")
    assert told(capsys, "例.pol", "-o", "分次.parquet")[:2] == (1, once)
    assert rows("分次.parquet") == rows("一次.parquet")
    assert [row[0] for row in rows("分次.parquet")] == [f"C{i}" for i in range(MANY)]
    tables(
        owner="case when i = 5 then 'C999' else 'C' || (i * 7 % 100) end",
        event="'E' || (case when i = 9 then 8 else i end)",
    )
    code, _, err = told(capsys, "例.pol", "-o", "分次.parquet")
    assert code == 1
    assert "C999" in err
    assert "活动.parquet[编号:10]" in err


def test_rows_that_the_reference_corrects_are_right_in_every_piece(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = FIRMS + "\n约束 不过多: 认定数 低于 88家 或 目标数 高于 40家  依据 五\n"
    (place / "严.pol").write_text(strict, encoding="utf-8")
    code, once, _ = told(capsys, "严.pol", "-o", "一次.parquet")
    assert code == 0
    assert "户由参考解释器逐户测算" in once
    monkeypatch.setenv("POLICYDSL_PIECE", "30")
    assert told(capsys, "严.pol", "-o", "分次.parquet")[1] == once
    assert rows("分次.parquet") == rows("一次.parquet")


def test_a_full_disk_among_the_pieces_leaves_nothing_that_looks_whole(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parquet(
        "企业.parquet",
        "select 'C' || i as 代码, '甲类' as 类, i % 90 as 认定数, 1 + i % 40 as 目标数, i * 7919 % 1000003 as 投入 "
        "from range(200000) t(i)",
    )
    limited = (
        "import resource, sys\nresource.setrlimit(resource.RLIMIT_FSIZE, (1_200_000, 1_200_000))\n"
        "from policydsl.cli.main import main\nsys.exit(main(sys.argv[1:]))"
    )
    call = ["run", "例.pol", "企业.parquet", "活动.parquet", "签约.parquet", "-o", "结果.parquet"]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "POLICYDSL_PIECE": "50000"}
    done = subprocess.run([sys.executable, "-c", limited, *call], capture_output=True, text=True, check=False, env=env)
    assert done.returncode == 1
    assert "没有算完" in done.stderr
    assert "Traceback" not in done.stderr
    assert not Path("结果.parquet").exists()
    # with room again it goes on
    again = subprocess.run(
        [sys.executable, "-m", "policydsl", *call], capture_output=True, text=True, check=False, env=env
    )
    assert again.returncode == 0, again.stderr
    assert "接着上次" in again.stdout
    assert [row[0] for row in rows("结果.parquet")] == [f"C{i}" for i in range(200_000)]
    assert not left()


def test_parquet_files_are_put_together_as_they_are(tmp_path: Path) -> None:
    db = duckdb.connect()
    parts = []
    for number in range(3):
        parts.append(tmp_path / f"{number}.parquet")
        low = number * 200_000
        db.execute(
            f"copy (select 'C' || i as 代码, i::decimal(38,0) as 数, case when i % 3 = 0 then [['x'], ['y', i::varchar]] end as 列, "
            f"case when i % 2 = 0 then 'value' else 'pending' end as 状态 from range({low}, {low + 200_000}) t(i)) "
            f"to '{parts[-1]}' (format parquet)"
        )
    whole = tmp_path / "whole.parquet"
    stitched(parts, whole)
    listed = ", ".join(f"'{part}'" for part in parts)
    apart = f"(from '{whole}' except all from read_parquet([{listed}]))"
    assert db.sql(f"select count(*) from {apart}").fetchall() == [(0,)]
    assert db.sql(f"select 数 from '{whole}' where 代码 = 'C555555'").fetchall() == [(Decimal(555_555),)]
    table = pyarrow.parquet.read_table(whole)
    assert table.column("代码").to_pylist() == [f"C{i}" for i in range(600_000)]
    assert table.column("列")[3].as_py() == [["x"], ["y", "3"]]
    pyarrow.parquet.write_table(table, tmp_path / "again.parquet", row_group_size=1_000, write_page_index=True)
    stitched([tmp_path / "again.parquet"] * 2, whole)
    assert pyarrow.parquet.read_table(whole).num_rows == 1_200_000


def test_files_with_other_columns_or_without_an_end_are_not_put_together(tmp_path: Path) -> None:
    db = duckdb.connect()
    one, other, short = (tmp_path / f"{name}.parquet" for name in ("one", "other", "short"))
    db.execute(f"copy (select 1 as a) to '{one}' (format parquet)")
    db.execute(f"copy (select 1 as b) to '{other}' (format parquet)")
    short.write_bytes(one.read_bytes()[:-3])
    for wrong in (other, short):
        with pytest.raises(Unlike, match=wrong.stem):
            stitched([one, wrong], tmp_path / "whole.parquet")


def test_rows_without_keys_and_a_table_that_is_not_there(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Contracts name their event by the number of its row; then nobody hands in contracts."""
    (place / "无.pol").write_text(FIRMS.replace("    编号:   文本  主键\n", ""), encoding="utf-8")
    parquet("活动.parquet", "select * exclude (编号) from '活动.parquet'")
    parquet(
        "签约.parquet",
        "select 'S' || i as 号, (1 + i * 11 % 300)::varchar as 活动, i * 1000 as 金额数 from range(600) t(i)",
    )
    calls = [["企业.parquet", "活动.parquet", "签约.parquet"], ["企业.parquet", "活动.parquet"], ["企业.parquet"]]
    for number, files in enumerate(calls):
        monkeypatch.setenv("POLICYDSL_PIECE", "1000")
        assert main(["run", "无.pol", *files, "-o", f"一次{number}/"]) == 0
        once = capsys.readouterr()
        monkeypatch.setenv("POLICYDSL_PIECE", "30")
        assert main(["run", "无.pol", *files, "-o", f"分次{number}/"]) == 0
        assert capsys.readouterr() == once
        for name in os.listdir(f"一次{number}"):
            assert rows(f"分次{number}/{name}") == rows(f"一次{number}/{name}")
    signed = duckdb.connect().sql("select 签约额 from '分次0/活动.parquet'").fetchall()
    assert [row[0] for row in signed] == [sum(c * 1000 for c in range(600) if c * 11 % 300 == i) for i in range(300)]


ALL_SIBLINGS = """政策 “一市(示例)”:
    编号 ONE-1
    主体 市

对象 市 单例:
    预算: 金额

对象 企业 属于 市:
    代码: 文本 主键
    分:   数

针对 企业:
    规则 名次数 = 名次(分 从高 并列 同名次)
    规则 累计数 = 至今合计(分 依 分)
"""


def test_what_belongs_to_a_singleton_has_siblings_in_every_piece(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "市.pol").write_text(ALL_SIBLINGS, encoding="utf-8")
    parquet("企业.parquet", f"select 'C' || i as 代码, 1 + i * 37 % {MANY} as 分 from range({MANY}) t(i)")
    monkeypatch.setenv("POLICYDSL_PIECE", "30")
    assert main(["run", "市.pol", "企业.parquet", "-o", "分次/"]) == 0
    shown = duckdb.connect().sql("select 名次数, 累计数 from '分次/企业.parquet'").fetchall()
    points = [1 + i * 37 % MANY for i in range(MANY)]
    assert shown == [(MANY + 1 - point, point * (point + 1) // 2) for point in points]
