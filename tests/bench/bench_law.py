"""The law of a day of a large corpus: python -m tests.bench.bench_law [NOTICES] [AMENDMENTS]

Writes a folder of invented notices of 200 lines each, with so many lines of 修订 in all (chains, cells, bands, repeals, whole
notices), and measures `policydsl law FOLDER --on DATE` as a process, cold, for everything in force and for one notice; then the
same for a tenth of it, to show the proportion.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).parents[2]
FIRST = date(2015, 1, 1)


def write(folder: Path, notices: int, amendments: int) -> int:
    """Write the corpus; gives how many lines it has."""
    total = 0
    for number in range(notices):
        day = FIRST + timedelta(days=number * 3)
        share = amendments * (number + 1) // notices - amendments * number // notices
        lines = [
            f"政策 “虚构通知 {number}”:",
            f"    编号 N-{number}",
            f"    日期 {day}",
            f"    施行 自 {day} 起",
            "    主体 区",
            "",
            "单位 家",
            "",
            "对象 区:",
            "    名称: 文本  主键",
            "    家数: 家",
            "",
            "表 额度 按 名称: 依据 二",
            "    | 名称 | 额   |",
            *(f"    | 「区{row}」 | {row}元 |".replace("「", "“").replace("」", "”") for row in range(10)),
            "    | 否则 | 0元 |",
            "",
        ]
        targets = [(number - 1 - at * 7) % notices for at in range(share)] if number else []
        for at, target in enumerate(targets):
            if target >= number:
                continue
            lines += [f"修订 N-{target}: 依据 {at}", _line(number, at)]
            earlier = list(_others(number, target, notices))
            lines += [f"    优先于 {'、'.join(f'N-{n}' for n in earlier)}", ""] if earlier else [""]
        name = 0
        while len(lines) < 198:
            lines += [
                f"规则 「补助{name}」 = 家数 × {name + 1}元/家  依据 三({name})",
                f"规则 「奖励{name}」 = 分档 家数: 依据 四({name})",
                f"    达到 {name + 2}家  {name + 5}元",
                f"    达到 {name + 9}家  {name + 9}元",
                "    否则  0元",
                "",
            ]
            name += 1
        (folder / f"{number:05}.pol").write_text("\n".join(lines) + "\n", encoding="utf-8")
        total += len(lines)
    return total


def _line(number: int, at: int) -> str:
    kind = (number + at) % 4
    if kind == 0:
        return f"    改为 「补助{at}」 = 家数 × {number}元/家"
    if kind == 1:
        return f"    改为 「奖励{at}」({at + 2}家) = {number}元"
    if kind == 2:
        return f"    改为 额度(“区{at % 10}”).额 = 原值 + 1元"
    return f"    废止 「奖励{20 + (number + at) % 3}」" if at % 2 else f"    保留 「补助{at}」"


def _others(number: int, target: int, notices: int) -> range:
    """Notices that may have amended the same before."""
    return range(max(target + 1, number - 8), number)


def take(*args: str) -> tuple[float, float, int, int]:
    """Seconds of wall clock and of processor of a cold process, the length of its output, its exit code."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "policydsl", *args], capture_output=True, cwd=ROOT, env=dict(os.environ), check=False
    )
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if done.returncode not in (0, 1):
        sys.stderr.write(done.stderr.decode()[-2000:])
    return wall, used, len(done.stdout), done.returncode


def main(notices: int, amendments: int) -> None:
    """Measure the whole and a tenth of it."""
    for share in (10, 1):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            lines = write(folder, notices // share, amendments // share)
            on = str(FIRST + timedelta(days=notices // share * 3))
            for of in ((), ("--of", "N-5")):
                wall, used, length, code = take("law", name, "--on", on, *of)
                what = of[1] if of else "everything"
                print(
                    f"{notices // share} notices, {lines} lines, {amendments // share} amendments, {what}: "
                    f"{wall:.2f} s wall, {used:.2f} s processor, {length} bytes, exit {code}"
                )


if __name__ == "__main__":
    numbers = [int(item) for item in sys.argv[1:]]
    main(*(numbers or [1000, 5000]))
