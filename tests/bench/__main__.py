"""One command measures everything: `python -m tests.bench` (`--short` for a run that only shows that it runs).

Each line: the median of the wall clock, the least of it, and the median of the processor time, which says more where a machine has
other work. Processes are measured as they run once installed: with the byte code of the package kept.
"""

from __future__ import annotations

import argparse
import gc
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
NOTICE = ROOT / "policies" / "2025.pol"
FACTS = ROOT / "policies" / "examples" / "2025" / "facts.xlsx"


class Taken(NamedTuple):
    """Seconds that an action took: median and least of the wall clock, median of the processor time."""

    median: float
    least: float
    processor: float


def take(action: Callable[[], object], times: int) -> Taken:
    """Measure an action. The first run is not counted: it may have to write byte code."""
    action()
    walls, processors = [], []
    for _ in range(times):
        gc.collect()
        own, children = time.process_time(), _children()
        start = time.perf_counter()
        action()
        walls.append(time.perf_counter() - start)
        processors.append(time.process_time() - own + _children() - children)
    return Taken(statistics.median(walls), min(walls), statistics.median(processors))


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def process(*args: str) -> Callable[[], object]:
    """A whole process of the command."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, *args]
    return lambda: subprocess.run(command, check=False, capture_output=True, cwd=ROOT, env=kept)


def policydsl_process(*args: str) -> Callable[[], object]:
    """A whole process of `policydsl`."""
    return process("-m", "policydsl", *args)


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
    short = parser.parse_args().short
    times = 3 if short else 15
    print(f"{'':<56}{'median':>12}{'least':>12}{'processor':>12}")
    for measure in (processes, notice, invented, long_files, many_cases, corpus):
        measure(times, short)


def say(name: str, taken: Taken, goal: str = "") -> None:
    """Print one line, in milliseconds."""
    figures = "".join(f"{seconds * 1000:>12.3f}" for seconds in taken)
    print(f"{name:<56}{figures}  ms  {goal}", flush=True)


def processes(times: int, short: bool) -> None:
    """Whole processes."""
    say("python -c pass (the floor)", take(process("-c", "pass"), times))
    say("policydsl --help", take(policydsl_process("--help"), times), "<= 60 ms")
    say("check policies/2025.pol", take(policydsl_process("check", str(NOTICE)), times), "<= 300 ms")
    run = policydsl_process("run", str(NOTICE), str(FACTS))
    say("run, 11 districts and all their child rows", take(run, times), "<= 700 ms")
    say("test policies/", take(policydsl_process("test", "policies"), 1 if short else 5), "<= 5 s")
    with tempfile.TemporaryDirectory() as folder:
        sheet = str(Path(folder) / "template.xlsx")
        say("template", take(policydsl_process("template", str(NOTICE), "-o", sheet), times))


def notice(times: int, short: bool) -> None:
    """The 2025 notice in process: every district with its trace, and one."""
    import policydsl
    from policydsl.interpret.evaluate import Evaluator

    program = policydsl.load(NOTICE)
    facts = policydsl.read_facts(program, FACTS).facts
    evaluator, main_entity = Evaluator(program), program.header.main
    rows = sum(map(len, facts.tables.values()))
    say(f"notice, all: {len(program.rules)} rules, {rows} rows", take(lambda: evaluator.run(facts), times * 3))
    key = facts.tables[main_entity][0].key
    one = one_case(facts, main_entity, key, program)
    steps = evaluator.run(one).steps
    rows = sum(map(len, one.tables.values()))
    name = f"notice, one district: {rows} rows, {len(steps)} rule steps"
    say(name, take(lambda: evaluator.run(one), times * 20))
    say("  and every constraint's step worked out", take(lambda: list(evaluator.run(one).steps.values()), times * 20))
    compiled = policydsl.compile(program)
    assert compiled.run(one).lazily() == evaluator.run(one)
    say("  compiled, its trace on demand", take(lambda: compiled.run(one), times * 20), "<= 0.25 ms")
    recorded = policydsl.compile(program, recorded=True)
    assert recorded.run(one).trace() == evaluator.run(one)
    say("  compiled, every step recorded", take(lambda: recorded.run(one), times * 20), "<= 0.25 ms")
    say("  and every step made", take(lambda: recorded.run(one).trace(), times * 20))
    outcomes = list(compiled.run(one))
    say("  and every outcome looked at", take(lambda: list(map(compiled.run(one).__getitem__, outcomes)), times * 20))


def invented(times: int, short: bool) -> None:
    """One district of the invented policy, with 200 child rows and its whole trace."""
    from policydsl.interpret.evaluate import Evaluator
    from tests.bench.invented import case, policy

    made, given = policy(), case()
    evaluator = Evaluator(made)
    assert not any(step.outcome is None for step in evaluator.run(given).steps.values())
    name = f"one district, {len(made.rules)} rules, 200 child rows, full trace"
    say(name, take(lambda: evaluator.run(given), times * 40), "<= 0.25 ms")
    fresh = [case() for _ in range(times * 10)]
    say("  facts never looked at before", take(lambda: evaluator.run(fresh.pop()), times * 10 - 1))


def long_files(times: int, short: bool) -> None:
    """Policies of many lines."""
    from policydsl.pipeline import check_source
    from policydsl.source import Source

    for lines in (1_000, 5_000, 10_000):
        source = Source("long.pol", long_policy(lines))
        taken = take(lambda source=source: check_source(source), max(1, times // 5))  # type: ignore[misc]
        say(f"check {lines:,} lines, in process", taken, "<= 3 s" if lines == 10_000 else "")


def many_cases(times: int, short: bool) -> None:
    """100,000 cases with 10 children each, without traces."""
    from policydsl.interpret.evaluate import Evaluator
    from tests.bench.invented import many, policy

    for count in (1_000,) if short else (10_000, 100_000):
        facts = many(count, 10)
        start, used = time.perf_counter(), time.process_time()
        found = Evaluator(policy()).outcomes(facts)
        wall, processor = time.perf_counter() - start, time.process_time() - used
        goal = "<= 60 s, <= 2 GB" if count == 100_000 else ""
        say(f"{count:,} cases of 10 children, {len(found):,} outcomes", Taken(wall, wall, processor), goal)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"  the whole process at its largest, facts and all: {peak:,.0f} MB", flush=True)


def corpus(times: int, short: bool) -> None:
    """The law of a day of a corpus of invented notices, 200 lines and five amendments each."""
    from tests.bench.bench_law import FIRST, write

    for count in (10,) if short else (100, 1_000):
        with tempfile.TemporaryDirectory() as folder:
            lines = write(Path(folder), count, 5 * count)
            on = str(FIRST.replace(year=FIRST.year + 20))
            taken = take(policydsl_process("law", folder, "--on", on), 1)
            say(f"law --on, {count:,} notices of {lines:,} lines", taken, "<= 10 s" if count == 1_000 else "")


def one_case(facts, main, key, program):  # type: ignore[no-untyped-def]
    """The facts of one main row alone: its children and theirs, and what belongs to no district."""
    from policydsl.core.facts import Facts

    kept = {main: tuple(record for record in facts.tables[main] if record.key == key)}

    def rows(entity):  # type: ignore[no-untyped-def]
        if entity not in kept:
            owner, found = program.entities[entity].owner, facts.tables.get(entity, ())
            if owner is not None:
                above = {record.key for record in rows(owner)}
                found = tuple(record for record in found if record.parent in above)
            kept[entity] = found
        return kept[entity]

    return Facts({entity: rows(entity) for entity in facts.tables})


if __name__ == "__main__":
    main()
