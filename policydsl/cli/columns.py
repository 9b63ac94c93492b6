"""Owns the commands on whole tables: `run` on .parquet, Arrow and large .csv files by the column engine, `sql`."""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from policydsl.cli.case import Refused, day_of, program_of, readings_of
from policydsl.cli.console import grave, say, show, width
from policydsl.cli.main import FINDINGS, FINE, USAGE

if TYPE_CHECKING:
    import duckdb

    from policydsl.columnar.engine import Engine, Progress
    from policydsl.columnar.parts import Parts
    from policydsl.columnar.results import Results
    from policydsl.core.program import Program
    from policydsl.facts.findings import Rejected

OF_COLUMNS = (".parquet", ".arrow", ".arrows", ".feather", ".ipc")
"""What only the column engine reads."""
_OUTPUTS = (*OF_COLUMNS, ".csv")
_MISSING = (
    "列引擎要装 duckdb:pip install 'policydsl[columnar]'。 The column engine needs: pip install 'policydsl[columnar]'."
)


def meant(options: argparse.Namespace) -> bool:
    """Whether a run is for the column engine: asked for by name, or by the kind of its files."""
    return options.engine == "columnar" or (
        options.engine == "auto" and any(name.lower().endswith(OF_COLUMNS) for name in options.facts)
    )


def run(options: argparse.Namespace) -> int:
    """`policydsl run POLICY data/*.parquet [-o FILE.parquet|FILE.arrow|FILE.csv|FOLDER/]`."""
    try:
        import duckdb

        from policydsl.columnar.engine import PIECE, Engine, TooLarge
        from policydsl.columnar.origins import broken
        from policydsl.columnar.sources import SUFFIXES
    except ModuleNotFoundError:
        say(_MISSING)
        return USAGE
    from policydsl.facts.findings import Rejected

    odd = [name for name in options.facts if not name.lower().endswith(SUFFIXES)]
    if odd:
        say(f"列引擎读 .parquet、.arrow、.feather 和 .csv,不读 {odd[0]}。 The column engine reads these and no others.")
        return USAGE
    if options.output and not _writable(options.output):
        say(
            "结果写成 .parquet、.arrow、.feather、.csv,或者一个文件夹(以 / 结尾)。"
            " Results go to .parquet, .arrow, .feather, .csv or a folder (ending in /)."
        )
        return USAGE
    asked = _asked(options)
    if isinstance(asked, int):
        return asked
    program, readings, on = asked
    if options.plan:
        return _planned(options, program, readings, on)
    try:
        with _database(options.output) as db, _progress() as progress:
            mark = _mark(options)
            piece = int(os.environ.get("POLICYDSL_PIECE", PIECE))
            parts = _parts(options.output, program)
            engine = Engine(
                program, db, readings, on, progress, piece=piece, mark=mark if options.output else "", parts=parts
            )
            results = engine.files(options.facts)
            if _mark(options) != mark:
                raise OSError("数据或政策在测算时变了 / the data or the policy changed meanwhile")
            if options.output:
                _write(results, options.output)
            show(results.findings, stream=sys.stderr)
            print(_told(results, program, engine))
    except Rejected as rejected:
        return _rejected(rejected, program, options.output)
    except TooLarge as large:
        zh, _, en = str(large).partition(" / ")
        say(zh if program.language == "zh" else en)
        return FINDINGS
    except (OSError, duckdb.Error) as error:
        told = broken(error, options.facts)
        if told is not None:
            return _rejected(told, program, options.output)
        first = str(error).splitlines()[0][:300]
        say(
            f"没有算完:{first}。已经算完的部分留在工作文件里,排除原因后再运行一次会接着算。 Not finished; run again to go on."
        )
        return FINDINGS
    _forget(options.output)
    return FINDINGS if grave(list(results.findings)) else FINE


def _planned(options: argparse.Namespace, program: Program, readings: Mapping[str, str], on: date | None) -> int:
    """`--plan`: which rules go to columns and which to the reference, and why; nothing is computed or written."""
    import duckdb

    from policydsl.columnar.engine import Engine
    from policydsl.columnar.origins import broken
    from policydsl.columnar.planned import Planned
    from policydsl.facts.findings import Rejected

    try:
        with _database(None) as db:
            made, rows, findings = Engine(program, db, readings, on).planned(options.facts)
            planned = Planned(made, rows)
            show(findings, stream=sys.stderr)
            print("\n".join(planned.lines()))
    except Rejected as rejected:
        return _rejected(rejected, program, None)
    except (OSError, duckdb.Error) as error:
        told = broken(error, options.facts)
        if told is not None:
            return _rejected(told, program, None)
        say(str(error).splitlines()[0][:300])
        return FINDINGS
    return FINDINGS if planned.refused is not None or grave(list(findings)) else FINE


def _rejected(rejected: Rejected, program: Program, output: str | None) -> int:
    """A file that cannot be read at all is told; what was computed from it is of no use."""
    from policydsl.diagnostics.model import Place
    from policydsl.facts.findings import Findings, Problem

    _forget(output)
    findings = Findings(program.language)
    findings.problem(Problem(rejected.code, rejected.data), Place(str(rejected.data.get("file", ""))))
    show(findings.list, stream=sys.stderr)
    return FINDINGS


def _asked(options: argparse.Namespace) -> tuple[Program, Mapping[str, str], date | None] | int:
    """The policy, readings and day of the call; the exit code where they make no sense, which is said."""
    from policydsl.interpret.evaluate import Evaluator, UnknownReading

    try:
        readings, on = readings_of(options.reading), day_of(options.on)
        program = program_of(options.policy)
        if program is None:
            return FINDINGS
        Evaluator(program, readings, on)
    except Refused as refused:
        say(str(refused))
        return refused.code
    except UnknownReading as unknown:
        say(str(unknown))
        return USAGE
    return program, readings, on


def _writable(output: str) -> bool:
    return output.endswith(("/", os.sep)) or Path(output).is_dir() or output.lower().endswith(_OUTPUTS)


def _work(output: str) -> Path:
    path = Path(output)
    return path.parent / f".{path.name}.work.duckdb"


@contextlib.contextmanager
def _database(output: str | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database: beside the output, so that a run that was killed can go on; else in memory."""
    import duckdb

    where = str(_work(output)) if output else ":memory:"
    try:
        db = duckdb.connect(where)
    except duckdb.Error as error:
        if "lock" in str(error):
            raise OSError(f"{where} 正被另一次运行使用 / is in use by another run") from None
        # what a kill left unreadable is of no use
        _forget(output)
        db = duckdb.connect(where)
    try:
        db.execute("SET memory_limit = '1500MB'")
        # progress is ours to tell, and not on the output
        db.execute("SET enable_progress_bar = false")
        db.execute("SET preserve_insertion_order = true")
        yield db
    finally:
        db.close()


def _parts(output: str | None, program: Program) -> Parts | None:
    """Where the pieces of a large result are written down as they are finished; None where it is no parquet file."""
    from policydsl.columnar.parts import Parts

    if output is None:
        return None
    if output.lower().endswith(_OUTPUTS):
        written = [program.header.main] if output.lower().endswith(".parquet") else []
    else:
        written = [name for name in program.entities if program.rules_of(name)]
    return Parts(_folder_of_parts(output), frozenset(written)) if written else None


def _folder_of_parts(output: str) -> Path:
    path = Path(output)
    return path.parent / f".{path.name}.parts"


def _forget(output: str | None) -> None:
    if output:
        for path in (_work(output), Path(f"{_work(output)}.wal")):
            path.unlink(missing_ok=True)
        # what a kill has left of what did not fit in memory, and the pieces
        for folder in (Path(f"{_work(output)}.tmp"), _folder_of_parts(output)):
            shutil.rmtree(folder, ignore_errors=True)


def _mark(options: argparse.Namespace) -> str:
    """What a run is of: policy, files, readings, day."""
    import policydsl

    digest = hashlib.sha256(policydsl.__version__.encode())
    digest.update(Path(options.policy).read_bytes())
    for name in options.facts:
        about = os.stat(name) if os.path.exists(name) else None
        digest.update(f"{name}|{about and (about.st_size, about.st_mtime_ns)}".encode())
    digest.update(f"{sorted(options.reading)}|{options.on}".encode())
    return digest.hexdigest()[:32]


@contextlib.contextmanager
def _progress() -> Iterator[Progress]:
    """A bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, object] = {}

        def tell(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done)  # type: ignore[arg-type]

        yield tell


def _write(results: Results, output: str) -> None:
    from policydsl.columnar.results import write

    program = results.program
    if output.lower().endswith(_OUTPUTS):
        write(results, program.header.main, output)
        return
    folder = Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    for name in program.entities:
        if program.rules_of(name):
            write(results, name, folder / f"{name}.parquet")


def _told(results: Results, program: Program, engine: Engine) -> str:
    """What came out, for the screen."""
    from rich.cells import cell_len

    from policydsl.columnar.results import plan_text, tallies

    zh = program.language == "zh"
    heads = (
        ("规则", "单位", "已算出", "待裁量", "未知", "无效", "合计")
        if zh
        else ("rule", "unit", "value", "pending", "unknown", "invalid", "sum")
    )
    lines = list(plan_text(results))
    if engine.resumed:
        lines.append(f"接着上次:{engine.resumed} 段已经算完" if zh else f"went on: {engine.resumed} pieces were there")
    for name in program.entities:
        found = tallies(results, name)
        if not found:
            continue
        rows = [heads, *[(t.rule, t.unit, *[f"{n:,}" for n in t.counts], _number(t.total)) for t in found]]
        widths = [max(cell_len(str(row[at])) for row in rows) for at in range(len(heads))]
        while sum(widths) + 2 * (len(widths) - 1) > max(width(), 60) and widths[0] > 12:
            widths[0] -= 1
        lines += ["", name]
        for row in rows:
            cells = [_cut(str(cell), size) for cell, size in zip(row, widths, strict=True)]
            padded = [
                cell + " " * (size - cell_len(cell)) if at < 2 else " " * (size - cell_len(cell)) + cell
                for at, (cell, size) in enumerate(zip(cells, widths, strict=True))
            ]
            lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def _cut(text: str, size: int) -> str:
    from rich.cells import cell_len, set_cell_size

    return text if cell_len(text) <= size else set_cell_size(text, size - 1) + "…"


def _number(value: object) -> str:
    from policydsl.core.values import decimal_text

    if not isinstance(value, int | Fraction):
        return ""
    text = decimal_text(value if isinstance(value, int) or value.denominator != 1 else value.numerator)
    whole, dot, rest = text.partition(".")
    return f"{int(whole):,}{dot}{rest}" if whole.lstrip("-").isdigit() else text


def _on_spark(program: Program, readings: Mapping[str, str], on: date | None) -> int:
    """`--engine spark --plan`: what the query leaves out, for which the run would be refused."""
    from policydsl.columnar.printed import judged, statement

    zh = program.language == "zh"
    told: list[str] = []
    for name, declared in program.entities.items():
        if name == program.header.main or (declared.singleton and program.rules_of(name)):
            for item in statement(program, "spark", readings, on, name).left:
                told.append(
                    f"Spark 上算不了「{name}.{item.rule.name}」:{item.why[0]}"
                    if zh
                    else f"not on Spark: 「{name}.{item.rule.name}」: {item.why[1]}"
                )
        for rule, query in judged(program, "spark", readings, on, name):
            if query is None:
                told.append(
                    f"Spark 上核对不了约束「{name}.{rule.name}」"
                    if zh
                    else f"not on Spark: the constraint 「{name}.{rule.name}」"
                )
    if told:
        told.append("会拒绝,请用 --engine columnar" if zh else "it will be refused: use --engine columnar")
    else:
        told.append("全部规则都在 Spark 上算" if zh else "every rule is computed on Spark")
    print("\n".join(told))
    return FINDINGS if told[:-1] else FINE


def spark(options: argparse.Namespace) -> int:
    """`policydsl run POLICY data/*.parquet --engine spark [--master local[2]] -o FOLDER/`."""
    try:
        import pyspark  # noqa: F401

        from policydsl.columnar.printed import Refusal
        from policydsl.columnar.spark import Cluster, session, write
    except ModuleNotFoundError:
        say("Spark 要装 pyspark:pip install 'policydsl[spark]'。 Spark needs: pip install 'policydsl[spark]'.")
        return USAGE

    if options.output and options.output.lower().endswith((".csv", ".xlsx", ".json")):
        say("Spark 的结果是一个 parquet 文件夹:-o 结果/。 Spark writes a folder of parquet files.")
        return USAGE
    odd = [name for name in options.facts if Path(name).suffix and not name.lower().endswith(".parquet")]
    if odd:
        say(f"Spark 只读 .parquet 的文件或文件夹,不读 {odd[0]}。 Spark reads .parquet files or folders only.")
        return USAGE
    asked = _asked(options)
    if isinstance(asked, int):
        return asked
    program, readings, on = asked
    if options.plan:
        return _on_spark(program, readings, on)
    running = session(options.master, program.header.time_zone)
    try:
        cluster = Cluster(running, program, readings, on)
        cluster.open(options.facts)
        frame = cluster.run(program.header.main)
        if options.output:
            write(frame, options.output)
        else:
            for row in frame.limit(20).collect():
                print(json.dumps(row.asDict(), ensure_ascii=False, default=str))
        for name, declared in program.entities.items():
            if declared.singleton and program.rules_of(name):
                total = cluster.run(name).collect()[0].asDict()
                print(f"{name}: {json.dumps(total, ensure_ascii=False, default=str)}")
    except Refusal as refusal:
        say(str(refusal))
        return FINDINGS
    except Exception as error:  # the cluster has many ways to fail, and each says why on its first line
        say(f"Spark 没有算完:{str(error).splitlines()[0][:300]} Spark did not finish.")
        return FINDINGS
    finally:
        running.stop()
    return FINE


def sql(options: argparse.Namespace) -> int:
    """`policydsl sql POLICY --dialect duckdb`."""
    try:
        from policydsl.columnar.printed import Refusal, printed
    except ModuleNotFoundError:
        say(_MISSING)
        return USAGE
    asked = _asked(options)
    if isinstance(asked, int):
        return asked
    program, readings, on = asked
    try:
        print(printed(program, options.dialect, readings, on, options.of))
    except Refusal as refusal:
        say(str(refusal))
        return USAGE
    return FINE
