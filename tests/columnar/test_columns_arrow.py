"""Arrow files for the column engine: read as parquet is and told alike, written, cut short, damaged, changed, killed and gone on with."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest

from policydsl.columnar import arrow_files, arrows, engine
from tests.columnar.test_columns_files import GOOD, POLICY, ROOT, told

EVENTS = "select 'C' || (1 + i % 4) as 企业, date '2025-08-30' as 日期, i % 40 as 到会数 from range(300) t(i)"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "例.pol").write_text(POLICY, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def table(query: str) -> pa.Table:
    return duckdb.connect().sql(query).to_arrow_table()


def put(name: str, rows: pa.Table, size: int = 100) -> None:
    """A file of the kind that its name says, in batches of so many rows."""
    if name.endswith(".parquet"):
        pq.write_table(rows, name)
    elif name.endswith(".feather"):
        feather.write_feather(rows, name, compression="lz4", chunksize=size)
    else:
        make = pa.ipc.new_stream if name.endswith(".arrows") else pa.ipc.new_file
        with make(name, rows.schema) as writer:
            writer.write_table(rows, max_chunksize=size)


def result(name: str) -> pa.Table:
    if name.endswith(".parquet"):
        return pq.read_table(name)
    if name.endswith(".arrows"):
        return pa.ipc.open_stream(name).read_all()
    return pa.ipc.open_file(name).read_all()


KINDS = (".arrow", ".feather", ".ipc", ".arrows")
DIRTY = """select * from (values ('C1', 'a', '100', 100, 1000.5, true), ('C2', '丙类', '五十', 0, 3.25, null), (null, '甲类', '5', 5, 1, true),
    ('C1', '甲类', '-3', 5, null, false), ('C5', null, '1,050', 1000, 0.1, true)) t(代码, 类, 认定数, 目标数, 投入, 合格)"""
DIRTY_EVENTS = """select * from (values ('C1', date '2025-08-31', 20.0::double), ('C9', date '2025-01-01', 20), (null, date '2025-01-01', 20),
    ('C1', null, 10.5), ('C5', date '2025-01-01', 1e300)) t(企业, 日期, 到会数)"""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("firms", "events"), [(GOOD.format(count="i"), EVENTS), (DIRTY, DIRTY_EVENTS)])
def test_an_arrow_file_means_what_the_parquet_file_means(
    place: Path, capsys: pytest.CaptureFixture[str], kind: str, firms: str, events: str
) -> None:
    found = {}
    for suffix in (".parquet", kind):
        put(f"企业{suffix}", table(firms))
        put(f"活动{suffix}", table(events))
        code, out, err = told(place, capsys, f"企业{suffix}", f"活动{suffix}", "-o", f"结果{suffix}")
        found[suffix] = code, out, err.replace(suffix, ""), result(f"结果{suffix}")
    assert found[".parquet"][:3] == found[kind][:3]
    assert found[".parquet"][3].to_pylist() == found[kind][3].to_pylist()
    assert found[kind][3].num_rows == 4


def test_what_is_written_is_of_the_kind_that_its_name_says(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put("企业.arrow", table(GOOD.format(count="i")))
    heads = {}
    for kind in KINDS:
        assert told(place, capsys, "企业.arrow", "-o", f"结果{kind}")[0] == 0
        heads[kind] = Path(f"结果{kind}").read_bytes()[:6]
    assert {kind for kind, head in heads.items() if head == b"ARROW1"} == {".arrow", ".feather", ".ipc"}
    assert not [name for name in os.listdir() if name.startswith(".")]


def test_rows_are_told_by_their_own_file_and_types_may_differ(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("二").mkdir()
    Path("三").mkdir()
    put("企业.arrow", table(GOOD.format(count="i")), 2)
    put("二/企业.arrows", table(GOOD.format(count="i")).slice(0, 0))
    put(
        "三/企业.feather",
        table(GOOD.format(count="case when i = 3 then '五十' else i::varchar end").replace("'C'", "'D'")),
    )
    code, _, err = told(place, capsys, "企业.arrow", "二/企业.arrows", "三/企业.feather", "-o", "结果.arrow")
    assert code == 1
    assert "三/企业.feather[认定数:3]" in err
    shown = result("结果.arrow").select(["代码", "补助·状态"]).to_pylist()
    assert [row["代码"] for row in shown] == [f"{letter}{n}" for letter in "CD" for n in range(1, 5)]
    assert [row["代码"] for row in shown if row["补助·状态"] != "value"] == ["D3"]


def test_an_arrow_file_and_a_parquet_file_of_one_entity_are_refused(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("二").mkdir()
    put("企业.parquet", table(GOOD.format(count="i")))
    put("二/企业.arrow", table(GOOD.format(count="i")))
    code, _, err = told(place, capsys, "企业.parquet", "二/企业.arrow")
    assert code == 1
    assert "二/企业.arrow" in err
    assert "同一种文件" in err


def cut(name: str, at: int) -> None:
    data = Path(name).read_bytes()
    Path(name).write_bytes(data[:at] if at < 0 else data[: len(data) * at // 100])


def without_end(name: str) -> None:
    """A stream whose writer was killed between two batches."""
    rows = table(GOOD.format(count="i"))
    with pa.OSFile(name, "wb") as sink:
        writer = pa.ipc.new_stream(sink, rows.schema)
        writer.write_table(rows)
        whole = sink.tell()
        writer.close()
    os.truncate(name, whole)


def twice(name: str) -> None:
    """Two streams, one behind the other: a reader would take the first for all."""
    put(name, table(GOOD.format(count="i")))
    Path(name).write_bytes(Path(name).read_bytes() * 2)


def pointing_out(name: str) -> None:
    """A text that ends far beyond the file's texts, in the third batch of two rows."""
    rows = table(GOOD.format(count="i").replace("range(1, 5)", "range(1, 9)"))
    put(name, rows, 2)
    data = bytearray(Path(name).read_bytes())
    # offsets 0, 2, 4 of the codes, batch by batch
    offsets = b"".join(n.to_bytes(4, "little") for n in (0, 2, 4))
    at = -1
    for _ in range(3):
        at = data.index(offsets, at + 1)
    data[at + 8 : at + 12] = (1 << 30).to_bytes(4, "little")
    Path(name).write_bytes(bytes(data))


@pytest.mark.parametrize(
    ("name", "make", "words"),
    [
        ("企业.arrow", lambda name: Path(name).write_bytes(b""), ["0 bytes"]),
        ("企业.arrow", lambda name: Path(name).write_bytes(b"no arrows at all, but text"), ["不是完整的 arrow"]),
        ("企业.feather", lambda name: Path(name).write_bytes(b"FEA1" + bytes(90)), ["Feather V1"]),
        ("企业.arrow", lambda name: (put(name, table(GOOD.format(count="i"))), cut(name, 80)), ["不是完整的"]),
        ("企业.arrows", lambda name: (put(name, table(GOOD.format(count="i")), 3), cut(name, 90)), ["from row 4"]),
        ("企业.arrows", without_end, ["没有结束标记", "from row 5"]),
        ("企业.arrows", twice, ["没有结束标记"]),
        ("企业.arrow", pointing_out, ["列「代码」", "from row 5"]),
        ("企业.arrow", lambda name: Path(name).mkdir(), ["打不开"]),
        ("企业.arrow", lambda name: put(name, table("select 1 as 认定数")), ["代码"]),
        ("企业.arrow", lambda name: put(name, table("select [1] as 代码")), ["「企业.arrow」的列「代码」", "list<"]),
    ],
)
def test_a_file_that_cannot_be_read_is_told_and_nothing_is_written(
    place: Path, capsys: pytest.CaptureFixture[str], name: str, make: Callable[[str], object], words: list[str]
) -> None:
    make(name)
    code, _, err = told(place, capsys, name, "-o", "结果.arrow")
    assert code == 1
    assert name in err
    for each in words:
        assert each in err
    assert "Traceback" not in err
    assert not [left for left in os.listdir() if "结果" in left]


def test_no_byte_that_is_turned_ends_the_program(place: Path) -> None:
    """Arrow has no digests: a turned byte may be another number. Never may it be a crash."""
    put("企业.arrow", table(GOOD.format(count="i")), 3)
    tried = (
        "import sys, random, pathlib\nsys.path.insert(0, sys.argv[1])\nfrom policydsl.columnar.arrow_files import file_part\n"
        "from policydsl.facts.findings import Rejected\nfrom policydsl.columnar.sources import Loader\nimport duckdb\n"
        "data = pathlib.Path('企业.arrow').read_bytes()\nseen = set()\n"
        "for seed in range(400):\n"
        "    chance, turned = random.Random(seed), bytearray(data)\n"
        "    turned[chance.randrange(len(turned))] = chance.randrange(256)\n"
        "    pathlib.Path('坏.arrow').write_bytes(bytes(turned))\n"
        "    try:\n        rows = file_part('坏.arrow')\n"
        "        from policydsl.columnar.arrows import ArrowRows\n        db = duckdb.connect()\n"
        "        made = ArrowRows(db, 'F0', [rows])\n"
        "        made.number('rows', [heading.column for heading in made.headings()])\n"
        "        seen.add(len(db.sql('from rows').fetchall()))\n"
        "    except Rejected as told:\n        seen.add(told.code)\nprint(sorted(map(str, seen)))"
    )
    done = subprocess.run([sys.executable, "-c", tried, str(ROOT)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "facts-file-broken" in done.stdout
    assert "'4'" in done.stdout


def test_batches_larger_than_the_database_takes_keep_their_order(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrows, "BATCH", 50)
    monkeypatch.setattr(arrow_files, "HUGE", 1)
    put("企业.arrow", table(GOOD.format(count="i").replace("range(1, 5)", "range(1, 1001)")), 700)
    assert told(place, capsys, "企业.arrow", "-o", "结果.arrow")[0] == 0
    assert [row["代码"] for row in result("结果.arrow").to_pylist()] == [f"C{n}" for n in range(1, 1001)]


UNFIT = [
    (pa.array([b"1"]), "binary", "请换成数、文字"),
    (pa.array([{"a": 1}]), "struct", "一格只写一个值"),
    (pa.array([[1]]), "list<", "一格只写一个值"),
    (pa.array([0], pa.timestamp("ms", "Asia/Shanghai")), "tz=Asia/Shanghai", "去掉时区"),
    (pa.array([0], pa.duration("s")), "duration[s]", "请换成数、文字"),
    (pa.array([0], pa.time32("s")), "time32[s]", "请换成数、文字"),
]


@pytest.mark.parametrize(("values", "kind", "mend"), UNFIT, ids=lambda value: str(value)[:20])
@pytest.mark.parametrize("suffix", [".arrow", ".parquet"])
def test_a_column_of_which_no_cell_can_be_read_is_told_once(
    place: Path, capsys: pytest.CaptureFixture[str], values: pa.Array, kind: str, mend: str, suffix: str
) -> None:
    if suffix == ".parquet" and kind.startswith("duration"):
        pytest.skip("parquet has no such type: it holds whole numbers")
    rows = table(GOOD.format(count="i"))
    column = pa.concat_arrays([values, pa.nulls(1, values.type), values, values])
    put(f"企业{suffix}", rows.set_column(rows.schema.names.index("投入"), "投入", column))
    put(f"活动{suffix}", table(EVENTS))
    code, _, err = told(place, capsys, f"企业{suffix}", f"活动{suffix}", "-o", "结果.arrow")
    assert code == 1
    assert err.count("facts-column-type") == 1
    assert f"企业{suffix}[投入]" in err
    assert mend in err
    if suffix == ".arrow":
        assert kind in err
    shown = result("结果.arrow").to_pylist()
    assert [row["奖励·状态"] for row in shown] == ["invalid", "unknown", "invalid", "invalid"]
    assert [row["补助"] for row in shown] == [0, 0, 0, 0]


def test_decimals_longer_than_those_of_the_database_are_not_read_as_floats(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a parquet file they are refused; Arrow hands them over as text, digit for digit."""
    rows = table(GOOD.format(count="i"))
    long = pa.array(["12345678901234567890123456789.10"] * 4, pa.string()).cast(pa.decimal256(50, 2))
    rows = rows.set_column(rows.schema.names.index("投入"), "投入", long)
    put("活动.arrow", table(EVENTS))
    put("企业.parquet", rows)
    code, _, err = told(place, capsys, "企业.parquet", "活动.arrow", "-o", "结果.arrow")
    assert code == 1
    assert "decimal(50, 2)" in err
    assert "38 位" in err
    put("企业.arrow", rows)
    code, _, err = told(place, capsys, "企业.arrow", "活动.arrow", "-o", "结果.arrow")
    assert (code, err) == (0, "")
    assert {row["奖励"] for row in result("结果.arrow").to_pylist()} == {Decimal("1234567890123456789012345678.910")}


def test_a_killed_run_goes_on(place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    put("企业.arrow", table(GOOD.format(count="i % 9").replace("range(1, 5)", "range(1, 101)")), 30)
    put("活动.arrows", table(EVENTS), 70)
    monkeypatch.setenv("POLICYDSL_PIECE", "25")
    assert told(place, capsys, "企业.arrow", "活动.arrows", "-o", "一次.arrow")[0] == 0
    code = (
        "import sys, time, policydsl.columnar.engine as engine\n"
        "from policydsl.cli.main import main\n"
        "engine.Engine._second = lambda *_: (print('half', flush=True), time.sleep(60))\n"
        "sys.exit(main(['run', '例.pol', '企业.arrow', '活动.arrows', '-o', '分次.arrow']))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment)
    assert process.stdout is not None
    assert process.stdout.readline() == b"half\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not Path("分次.arrow").exists()
    code, out, _ = told(place, capsys, "企业.arrow", "活动.arrows", "-o", "分次.arrow")
    assert code == 0
    assert "接着上次" in out
    assert result("一次.arrow").equals(result("分次.arrow"))


@pytest.mark.parametrize("kind", [".arrow", ".parquet", ".csv"])
def test_facts_that_change_during_a_run_give_no_result(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    rows = table(GOOD.format(count="i"))
    name = f"企业{kind}"
    if kind == ".csv":
        duckdb.from_arrow(rows).write_csv(name)
    else:
        put(name, rows)
    before = engine.Engine._second

    def meanwhile(*args: object) -> object:
        os.utime(name, ns=(1, 1))
        return before(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(engine.Engine, "_second", meanwhile)
    code, _, err = told(place, capsys, name, "--engine", "columnar", "-o", "结果.csv")
    assert code == 1
    assert "在测算时变了" in err
    assert not Path("结果.csv").exists()


def test_an_arrow_file_cut_short_during_a_run_is_told_by_its_name(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    put("企业.arrow", table(GOOD.format(count="i").replace("range(1, 5)", "range(1, 2001)")), 500)
    before = engine.Engine._first

    def meanwhile(*args: object) -> object:
        os.truncate("企业.arrow", 4_000)
        return before(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(engine.Engine, "_first", meanwhile)
    code, _, err = told(place, capsys, "企业.arrow", "-o", "结果.arrow")
    assert code == 1
    assert "企业.arrow 错误[facts-file-broken]" in err
    assert "Traceback" not in err
    assert not [left for left in os.listdir() if "结果" in left]


def test_cells_of_several_lines_and_late_quotes_in_csv(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Several threads would cut the file within a cell: it is read by one. A quote in a quoted cell may come first on a late row."""
    rows = [f"C{n},甲类,{n % 9},7,1,是" for n in range(30_000)]
    late = ['"D1\n甲",甲类,7,7,1,是', '"D""2, 乙",甲类,8,7,1,是,"多出的\n一格"']
    Path("企业.csv").write_text("\n".join(["代码,类,认定数,目标数,投入,合格", *rows, *late]) + "\n", encoding="utf-8")
    code, _, err = told(place, capsys, "企业.csv", "--engine", "columnar", "-o", "结果.arrow")
    assert (code, err) == (0, "")
    shown = result("结果.arrow").select(["代码", "补助"]).slice(29_999).to_pylist()
    assert [tuple(row.values()) for row in shown] == [("C29999", 0), ("D1\n甲", 4_200), ('D"2, 乙', 4_800)]


@pytest.mark.parametrize(("before", "words"), [("", "30002"), ('"C\n",甲类,1,7,1,是\n', "引号没有配对")])
def test_a_csv_file_that_ends_within_quotes_is_told(
    place: Path, capsys: pytest.CaptureFixture[str], before: str, words: str
) -> None:
    rows = [f"C{n},甲类,{n % 9},7,1,是" for n in range(30_000)]
    Path("企业.csv").write_text(
        "\n".join(["代码,类,认定数,目标数,投入,合格", *rows, before + '"D1,甲类,7']), encoding="utf-8"
    )
    code, _, err = told(place, capsys, "企业.csv", "--engine", "columnar", "-o", "结果.arrow")
    assert code == 1
    assert "企业.csv 错误[facts-file-broken]" in err
    assert words in err
    assert not [left for left in os.listdir() if "结果" in left]


def test_spark_says_that_it_reads_parquet_only(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pyspark")
    put("企业.arrow", table(GOOD.format(count="i")))
    code, _, err = told(place, capsys, "企业.arrow", "--engine", "spark", "-o", "结果/")
    assert code == 2
    assert "企业.arrow" in err
