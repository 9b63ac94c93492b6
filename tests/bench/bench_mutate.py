"""`python -m tests.bench.bench_mutate`: the whole command `mutate` on the 2025 notice, its parts, and 1,000 cases of the strategies."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import policydsl
from policydsl.testing.mutants import mutants
from policydsl.testing.mutation import mutate
from policydsl.testing.trial import Trial
from tests.bench.__main__ import NOTICE, policydsl_process, say, take


def main() -> None:
    """Measure and print."""
    print(f"{'':<56}{'median':>12}{'least':>12}{'processor':>12}")
    say("mutate policies/2025.pol, the whole command", take(policydsl_process("mutate", str(NOTICE)), 1), "<= 60 s")
    program = policydsl.load(NOTICE)
    trial = _told("examples and properties made ready", lambda: Trial(program))
    tried = mutants(program)
    _told(
        f"{len(tried)} mutants against {len(program.examples)} examples", lambda: [trial.noticed(one) for one in tried]
    )
    found = mutate(program)
    fates = ", ".join(f"{found.count(fate)} {fate}" for fate in ("told", "same", "unread", "open"))
    print(
        f"  {found.total} changes: {found.by_examples} noticed by examples, {found.by_properties} by properties, {fates}"
    )
    _told("1,000 cases of the notice", lambda: cases(program, 1_000), "<= 10 s")


def cases(program: Any, count: int) -> None:
    """Draw so many cases as a property-based test does."""
    from hypothesis import HealthCheck, Phase, given, settings

    from policydsl.testing import cases as strategy

    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy(program))
    def draw(_: object) -> None:
        return

    draw()


def _told(name: str, action: Callable[[], Any], goal: str = "") -> Any:
    start, used = time.perf_counter(), time.process_time()
    result = action()
    wall, processor = time.perf_counter() - start, time.process_time() - used
    figures = "".join(f"{seconds * 1000:>12.3f}" for seconds in (wall, wall, processor))
    print(f"{name:<56}{figures}  ms  {goal}", flush=True)
    return result


if __name__ == "__main__":
    main()
