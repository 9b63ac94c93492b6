"""What engines cost before and after a case: start-up, memory of what is kept, checking against length. Run by `tests.bench.peers`.

Each is measured in a process of its own, so that no peer pays for what another has imported.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
STARTED = {
    "python -c pass": "pass",
    "hand-written Python": "by_hand",
    "policydsl, interpreter with its trace": "interpreted",
    "policydsl, compiled": "compiled_facts",
    "GoRules Zen": "zen",
    "JsonLogic in Rust (datalogic-py)": "json_logic",
    "CEL in Rust": "cel_rust",
    "CEL in C++": "cel_cpp",
    "CEL in Python": "cel_python",
    "rule-engine": "rule_engine",
    "NumPy": "numpy_",
    "Polars": "polars_",
    "DuckDB, SQL by hand": "duckdb_",
    "OpenFisca-Core": "openfisca",
}
KEPT = {
    "hand-written Python, its reasons": "[peers.explained(*record) for record in records]",
    "policydsl, traces": "kept_traces(records)",
    "policydsl, compiled, traces on demand": "kept_cases(records)",
    "policydsl, compiled, every step recorded": "kept_cases(records, True)",
    "GoRules Zen, its trace": "kept_zen(records)",
}


def _python(code: str) -> tuple[float, str]:
    """A process that runs some code: how long it took, and what it printed."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, cwd=ROOT, env=kept)
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or ["no message"])[-1])
    return time.perf_counter() - start, done.stdout


def startup(rounds: int) -> None:
    """From nothing to the first answer: a process that imports, makes the rule ready and gives one award."""
    taken: dict[str, list[float]] = {name: [] for name in STARTED}
    for _ in range(rounds + 1):
        for name, peer in STARTED.items():
            code = "pass" if peer == "pass" else f"from tests.bench import peers; print(peers.{peer}()([(10, 9)])[0])"
            try:
                seconds, _ = _python(code)
            except RuntimeError as error:
                taken[name] = []
                print(f"| {name} | not measured: {str(error)[:60]} |")
                continue
            taken[name].append(seconds)
    for name, times in taken.items():
        if times[1:]:  # the first may have to write byte code
            print(f"| {name} | {statistics.median(times[1:]) * 1000:,.0f} ms |", flush=True)


def memory(cases: int) -> None:
    """What keeping so many explained cases takes, each."""
    for name, made in KEPT.items():
        code = (
            "import gc, resource\n"
            "from tests.bench import peers\n"
            "from tests.bench.peers_costs import kept_cases, kept_traces, kept_zen, resident\n"
            f"records = peers.boundary({cases})\n"
            f"warm = records; records = records[:10]; {made}; records = warm\n"
            "gc.collect(); before = resident()\n"
            f"kept = {made}\n"
            "gc.collect(); print((resident() - before) / len(records))\n"
        )
        try:
            _, printed = _python(code)
        except RuntimeError as error:
            print(f"| {name} | not measured: {str(error)[:60]} |")
            continue
        print(f"| {name} | {float(printed) / 1000:,.1f} kB |", flush=True)


def resident() -> int:
    """Bytes that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def kept_traces(records: list[tuple[int, int]]) -> list[object]:
    """Each case run by itself, its whole trace kept."""
    import policydsl
    from policydsl.core.facts import Facts, Known, Record
    from tests.bench.peers import POLICY

    evaluator = policydsl.Evaluator(policydsl.loads(POLICY))
    kept: list[object] = []
    for count, target in records:
        cells = {"名称": Known("区"), "认定数": Known(count), "目标数": Known(target)}
        trace = evaluator.run(Facts({"区": (Record("区", cells),)}))
        trace.outcome("区", "区", "补助")
        kept.append(trace)
    return kept


def kept_cases(records: list[tuple[int, int]], recorded: bool = False) -> list[object]:
    """Each case as the compiled engine keeps it: what its whole trace is made from when somebody asks."""
    import policydsl
    from tests.bench.peers import POLICY

    made = policydsl.compile(policydsl.loads(POLICY), recorded=recorded)
    return [made.case({"名称": "区", "认定数": count, "目标数": target}) for count, target in records]


def kept_zen(records: list[tuple[int, int]]) -> list[object]:
    """Results of GoRules Zen with its trace."""
    import zen

    from tests.bench.peers import award_graph

    content = json.dumps(award_graph())
    engine = zen.ZenEngine({"loader": lambda _: content})
    return [engine.evaluate("award", {"c": count, "t": target}, {"trace": True}) for count, target in records]


def lengths(rounds: int) -> None:
    """Checking and making ready so many rules, each with bands: ours, Python's own compiler, CEL in C++ (types checked)."""
    print("| rules | policydsl, checked | Python, compiled | CEL in C++, checked |")
    print("|---|---|---|---|")
    for rules in (25, 250, 2_500):
        cells = []
        for make in (_ours, _python_source, _cel):
            action = make(rules)
            times = []
            for _ in range(rounds):
                start = time.perf_counter()
                action()
                times.append(time.perf_counter() - start)
            cells.append(f"{statistics.median(times) * 1000:,.0f} ms")
        print(f"| {rules:,} | {' | '.join(cells)} |", flush=True)


def _ours(rules: int):  # type: ignore[no-untyped-def]
    from policydsl.pipeline import check_source
    from policydsl.source import Source
    from tests.bench.__main__ import long_policy

    source = Source("long.pol", long_policy(8 + rules * 4))
    return lambda: check_source(source)


def _python_source(rules: int):  # type: ignore[no-untyped-def]
    lines = ["def award(n, r0=0):"]
    lines += [
        f"    r{at} = r{at - 1} + n * (5 if n >= {20 + at} else 3 if n >= 10 else 0)" for at in range(1, rules + 1)
    ]
    text = "\n".join([*lines, f"    return r{rules}", ""])
    return lambda: compile(text, "long.py", "exec")


def _cel(rules: int):  # type: ignore[no-untyped-def]
    from cel_expr_python import cel

    names = {f"r{at}": cel.Type.INT for at in range(rules)}
    environment = cel.NewEnv(variables={"n": cel.Type.INT, **names})
    texts = [f"r{at - 1} + n * (n >= {20 + at} ? 5 : (n >= 10 ? 3 : 0))" for at in range(1, rules + 1)]
    return lambda: [environment.compile(text) for text in texts]
