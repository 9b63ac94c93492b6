"""How long registers of real size take: 15,000 recognised × 45,000 registered × 100,000 patents. All data are invented.

Run: python -m tests.bench.bench_registers [xlsx]
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "registers"))

from invented_registers import HEADS, POLICY, large, patents, recognised, rows, written
from xlsxwriter import Workbook

SIZES = (15_000, 45_000, 100_000)


def main(workbooks: bool) -> None:
    import policydsl
    from policydsl.facts.read import read
    from policydsl.registers.tally import match

    program = policydsl.loads(POLICY)
    districts = program.rolls["行政区"].members
    tables = {
        "认定名单": rows(recognised(SIZES[0], districts)),
        "四上库": rows(large(SIZES[1], districts)),
        "专利授权": rows(patents(SIZES[2])),
    }
    with tempfile.TemporaryDirectory() as folder:
        files = _books(Path(folder), tables) if workbooks else written(Path(folder), tables)
        start = time.perf_counter()
        facts, _ = read(program, files)
        middle = time.perf_counter()
        matching = match(program, facts)
        end = time.perf_counter()
    print(f"read {sum(SIZES):,} rows ({'xlsx' if workbooks else 'csv'})  {middle - start:6.2f} s")
    print(f"match and count                {end - middle:6.2f} s")
    for tally in matching.tallies:
        print(tally.fact, tally.total)


def _books(folder: Path, tables: dict[str, list[tuple[object, ...]]]) -> list[Path]:
    made = []
    for name, items in tables.items():
        path = folder / f"{name}.xlsx"
        book = Workbook(str(path), {"constant_memory": True})
        sheet = book.add_worksheet(name)
        for at, row in enumerate([HEADS[name], *items]):
            sheet.write_row(at, 0, row)
        book.close()
        made.append(path)
    return made


if __name__ == "__main__":
    main("xlsx" in sys.argv[1:])
