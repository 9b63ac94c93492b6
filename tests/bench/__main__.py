"""One command measures everything: `python -m tests.bench` (`--short` for a run that only shows that it runs)."""

from __future__ import annotations

import argparse
import gc
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOTICE = ROOT / "policies" / "2025.pol"
FACTS = ROOT / "policies" / "examples" / "2025" / "facts.xlsx"


def median(action: Callable[[], object], times: int) -> float:
    """Median seconds of an action."""
    found = []
    for _ in range(times):
        gc.collect()
        start = time.perf_counter()
        action()
        found.append(time.perf_counter() - start)
    return statistics.median(found)


def process(*args: str) -> Callable[[], object]:
    """A whole process of the command."""
    return lambda: subprocess.run(
        [sys.executable, "-m", "policydsl", *args], check=False, capture_output=True, cwd=ROOT
    )


def long_policy(lines: int) -> str:
    """A policy of about so many lines: rules in blocks, each reading the one before."""
    parts = [
        "政策 “长文件”:",
        "    编号 LONG",
        "    主体 区",
        "单位 家",
        "对象 区:",
        "    名称: 文本 主键",
        "    数: 家",
        "规则 规则零 = 数 × 1元/家  依据 一",
    ]
    before = "规则零"
    number = 0
    while len(parts) < lines:
        number += 1
        name = f"「规则{number}」"
        parts += [
            f"规则 {name} = {before} + 数 × 分档 数:  依据 一",
            "    达到 10家(含)  3元/家",
            f"    达到 {20 + number}家(含)  5元/家",
            "    否则  0元/家",
        ]
        before = name
    return "\n".join(parts) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--short", action="store_true")
    times = 3 if parser.parse_args().short else 15
    rows: list[tuple[str, float, str]] = []

    rows.append(
        (
            "python -c pass (the floor)",
            median(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True), times),
            "",
        )
    )
    rows.append(("policydsl --help", median(process("--help"), times), "≤ 60 ms"))
    rows.append(("check policies/2025.pol", median(process("check", str(NOTICE)), times), "≤ 300 ms"))
    rows.append(
        ("run, 11 districts, 2,000 child rows", median(process("run", str(NOTICE), str(FACTS)), times), "≤ 700 ms")
    )

    import policydsl
    from policydsl.interpret.evaluate import Evaluator
    from policydsl.pipeline import check_source
    from policydsl.source import Source

    program = policydsl.load(NOTICE)
    facts = policydsl.read_facts(program, FACTS).facts
    evaluator = Evaluator(program)
    keys = [record.key for record in facts.tables[program.header.main]]
    everything = median(lambda: evaluator.run(facts), times * 5)
    rows.append(("all districts with full trace, in process", everything, ""))
    one = _one_case(facts, program.header.main, keys[0], program)
    rows.append(
        ("one district with full trace, in process", median(lambda: evaluator.run(one), times * 20), "≤ 0.25 ms")
    )

    for lines in (1_000, 10_000):
        source = Source("long.pol", long_policy(lines))
        rows.append(
            (
                f"check {lines:,} lines, in process",
                median(lambda source=source: check_source(source), max(1, times // 5)),  # type: ignore[misc]
                "≤ 3 s" if lines == 10_000 else "",
            )
        )
    with tempfile.TemporaryDirectory() as folder:
        sheet = str(Path(folder) / "template.xlsx")
        rows.append(("template", median(process("template", str(NOTICE), "-o", sheet), times), ""))

    width = max(len(name) for name, *_ in rows)
    for name, seconds, goal in rows:
        print(f"{name:<{width}}  {seconds * 1000:10.3f} ms  {goal}")


def _one_case(facts, main, key, program):  # type: ignore[no-untyped-def]
    """The facts of one main row alone, with its children and the singletons."""
    from policydsl.core.facts import Facts

    tables = {}
    for entity, records in facts.tables.items():
        if entity == main:
            tables[entity] = tuple(record for record in records if record.key == key)
        elif program.entities[entity].owner == main:
            tables[entity] = tuple(record for record in records if record.parent == key)
        else:
            tables[entity] = records
    return Facts(tables)


if __name__ == "__main__":
    main()
