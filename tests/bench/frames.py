"""Arrow files and data frames beside parquet files: `python -m tests.bench.frames [--rows N]`.

The same invented firms and events as `tests.bench.columns`; each way brings the facts in and computes every rule, nothing is written. All ways give the
same sum first. Seconds of the processor and of the wall clock; the least of several interleaved rounds.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pandas
import polars
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq

import policydsl
from tests.bench.columns import POLICY, _make


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=5, help="rounds (5)")
    parser.add_argument("--short", action="store_true")
    options = parser.parse_args()
    rows, times = (10_000, 1) if options.short else (options.rows, options.times)
    program = policydsl.loads(POLICY)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        _make("企业.parquet", "活动.parquet", rows)
        tables = {name: pq.read_table(f"{name}.parquet") for name in ("企业", "活动")}
        for name, table in tables.items():
            with pa.ipc.new_file(f"{name}.arrow", table.schema) as writer:
                writer.write_table(table, max_chunksize=122_880)
            feather.write_feather(table, f"{name}.feather", compression="lz4")
        ways: dict[str, Callable[[str], Any]] = {
            "parquet files": lambda name: f"{name}.parquet",
            "Arrow files": lambda name: f"{name}.arrow",
            "Feather, LZ4": lambda name: f"{name}.feather",
            "pyarrow tables": tables.__getitem__,
            "a reader, once": lambda name: tables[name].to_reader(),
            "polars frames": {name: polars.from_arrow(table) for name, table in tables.items()}.__getitem__,
            "pandas frames": {name: table.to_pandas() for name, table in tables.items()}.__getitem__,
            "pandas, objects": {name: table.to_pandas().astype(object) for name, table in tables.items()}.__getitem__,
        }
        assert isinstance(ways["pandas frames"]("企业"), pandas.DataFrame)
        least: dict[str, tuple[float, float]] = {}
        sums: set[Fraction] = set()
        for _ in range(times):
            for way, table_of in ways.items():
                given = {name: table_of(name) for name in tables}
                start, used = time.perf_counter(), time.process_time()
                results = policydsl.evaluate_tables(program, given)
                taken = time.process_time() - used, time.perf_counter() - start
                before = least.get(way, taken)
                least[way] = min(before[0], taken[0]), min(before[1], taken[1])
                total = next(tally.total for tally in results["企业"].tallies() if tally.rule == "合计额")
                assert total is not None
                sums.add(Fraction(total))
        assert len(sums) == 1, sums
        print(f"{rows:,} firms, {rows * 3:,} events")
        base = least["parquet files"]
        for way, (used, wall) in least.items():
            print(
                f"{way:<16} {used:7.3f} s ({wall:.3f})  {base[0] / used:5.2f} of the rate of parquet files ({base[1] / wall:.2f})"
            )


if __name__ == "__main__":
    main()
